"""Every public figure with its definition, and the same figures as a sheet for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from caisse.accounting.queries import Figures
from caisse.kernel.sheet import FORMULA
from caisse.kernel.wording import amount, count, month_name
from caisse.site.glance import tables
from caisse.site.glance.parts import Setting, Table

BOM = "\ufeff"  # a spreadsheet then reads the accents


@dataclass(frozen=True, slots=True)
class Term:
    """One figure: `name` is its name in the files, `label` and `words` what it means.

    `flow` adds up month after month; what is not a flow is read at the end of a month.
    """

    name: str
    label: str
    words: str
    unit: str
    flow: bool = True

    @property
    def id(self) -> str:
        """Where its definition stands on the page."""
        return place_of(self.name)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as the page shows it: its term, its value and when that holds, its table's id."""

    term: Term
    value: str
    when: str
    table: str


@dataclass(frozen=True, slots=True)
class Group:
    """Figures that are read together, with their tables by month."""

    id: str
    title: str
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]


def place_of(name: str) -> str:
    """The anchor of the figure `name` on the page of figures."""
    return "chiffre-" + name.removesuffix("_cents").replace("_", "-").replace(".", "-")


def groups(figures: Figures, setting: Setting) -> tuple[Group, ...]:
    """All figures by subject, each defined, then their tables; nothing before the first month."""
    if not figures.caisse.months:
        return ()
    terms = {term.name: term for term in [*caisse_terms(setting), *operating_terms(setting)]}

    def group(id: str, title: str, names: Sequence[str], shown: Sequence[Table]) -> Group:
        found = (
            _figure(terms[name], figures, setting, _table_of(place, shown))
            for place, name in enumerate(names)
        )
        return Group(id, title, tuple(found), tuple(shown))

    return (
        group("mona", setting.unit, SPENDING, (tables.spending(figures),)),
        group(
            "cotisations-financeurs",
            _("Les cotisations et les financeurs"),
            RECEIVED,
            tables.money_in(figures),
        ),
        group(
            "banque-circulation",
            _("Ce qui circule, ce qui est en banque"),
            BANKED,
            tables.margin(figures, setting),
        ),
        group("fonctionnement", _("Le fonctionnement"), OPERATING, tables.operating(figures)),
        Group("lieux", _("Les lieux d’achat"), (), (tables.places(figures, setting),)),
        Group("financeurs", _("Les financeurs"), (), tables.funders(figures, setting)),
        Group("prevision", _("La prévision"), (), (tables.forecast(figures),)),
    )


SPENDING = ("members", "issued_cents", "spent_cents", "payments")
RECEIVED = ("called_cents", "returned_cents", "recovered_cents", "cashed_cents", "grants_cents")
BANKED = (
    "wallets_cents", "owed_to_places_cents", "circulation_cents",
    "reimbursed_cents", "cash_cents", "backing_gap_cents",
)  # fmt: skip
OPERATING = (
    "operating.hr_cents", "operating.running_cents", "operating.evaluation_cents",
    "operating.it_cents", "operating.out_cents", "operating.in_cents", "operating.cash_cents",
)  # fmt: skip


def caisse_terms(setting: Setting) -> tuple[Term, ...]:
    """The figures of the caisse fund (domain.md 8.3), in the order of the tree."""
    unit, money = setting.unit, setting.currency
    words = {"unit": unit}
    issued = _("Les %(unit)s que la caisse verse.") % words
    circulation = _("Les %(unit)s chez les foyers, et tous ceux qui restent à rembourser.") % words
    spent = _("Les achats du mois, moins ceux qui sont remboursés.")
    unspent = _("Ce que les foyers n’ont pas encore dépensé.")
    owed = _("Ce que la caisse doit encore aux lieux d’achat.")
    return (
        Term("members", _("Foyers membres"), _("Les foyers du versement du mois."), "", False),
        Term("issued_cents", _("Versés"), issued, unit),
        Term("spent_cents", _("Dépensés"), spent, unit),
        Term("payments", _("Achats"), _("Le nombre d’achats acceptés."), ""),
        Term("wallets_cents", _("Chez les foyers"), unspent, unit, False),
        Term("owed_to_places_cents", _("Dus aux lieux"), owed, unit, False),
        Term("circulation_cents", _("En circulation"), circulation, unit, False),
        *_caisse_money(money),
    )


def _caisse_money(money: str) -> tuple[Term, ...]:
    cashed = _("L’argent vraiment arrivé : reçu, moins les rejets, plus ceux payés ensuite.")
    grants = _("L’argent des villes, de l’État et des fondations pour la caisse.")
    gap = _("L’argent en banque, moins ce qui circule. Elle reste à zéro ou plus.")
    returned = _("Les cotisations que la banque renvoie sans les payer.")
    reimbursed = _("Les euros virés aux lieux pour leurs ventes.")
    return (
        Term("called_cents", _("Appelées"), _("Les cotisations demandées aux membres."), money),
        Term("returned_cents", _("Rejetées"), returned, money),
        Term("recovered_cents", _("Payées ensuite"), _("Les rejets que l’on a payés."), money),
        Term("cashed_cents", _("Cotisations encaissées"), cashed, money),
        Term("grants_cents", _("Financeurs"), grants, money),
        Term("reimbursed_cents", _("Remboursé aux lieux"), reimbursed, money),
        Term("cash_cents", _("En banque"), _("L’argent du compte de la caisse."), money, False),
        Term("backing_gap_cents", _("Marge"), gap, money, False),
    )


def operating_terms(setting: Setting) -> tuple[Term, ...]:
    """The figures of the operating fund (domain.md 8.4), in the order of the tree."""
    money = setting.currency
    told = (
        ("hr_cents", _("Équipe"), _("Les salaires de l’équipe.")),
        (
            "running_cents",
            _("Animation"),
            _("Les réunions, les locaux et la vie de tous les jours."),
        ),
        ("evaluation_cents", _("Évaluation"), _("Mesurer ce que la caisse change.")),
        ("it_cents", _("Informatique"), _("Les outils, comptés comme un investissement.")),
        ("out_cents", _("Sort"), _("La somme des frais du mois.")),
        ("in_cents", _("Entre"), _("Les versements des financeurs du fonctionnement.")),
    )
    flows = tuple(Term(f"operating.{name}", label, words, money) for name, label, words in told)
    cash = _("L’argent du compte du fonctionnement, à part de la caisse.")
    return (*flows, Term("operating.cash_cents", _("Reste"), cash, money, False))


def _table_of(place: int, shown: Sequence[Table]) -> str:
    """The table where the figure at `place` of its group stands: columns follow the same order."""
    per_table = max(1, len(shown[0].heads) - 1)
    return shown[min(place // per_table, len(shown) - 1)].id


def _figure(term: Term, figures: Figures, setting: Setting, table: str) -> Figure:
    value = _value(term, figures)
    shown = amount(value, term.unit) if term.name.endswith("_cents") else count(value)
    last = figures.caisse.months[-1].month
    when = _("en tout") if term.flow else _("fin %(month)s") % {"month": month_name(last)}
    return Figure(term, shown, when, table)


def _value(term: Term, figures: Figures) -> int:
    """The total of a flow, the last value of what is not one."""
    fund, name = figures.caisse, term.name
    if name == "payments":
        return figures.payments
    source: Any = fund.total if term.flow else fund.months[-1]
    if name.startswith("operating."):
        name = name.removeprefix("operating.")
        source = figures.operating.total if term.flow else figures.operating.months[-1]
    return int(getattr(source, name))


def sheet(figures: Figures, setting: Setting) -> str:
    """All figures as a CSV that a French spreadsheet reads: one value per line, decimal commas.

    A text that a spreadsheet would take for a formula begins with an apostrophe (ASVS 1.2.10).
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    heads = (_("mois"), _("ensemble"), _("chiffre"), _("libellé"), _("valeur"), _("unité"))
    writer.writerow(heads)
    for month, whole, name, label, value, unit in _lines(figures, setting):
        number = _written(value) if name.endswith("_cents") else str(value)
        writer.writerow([month, whole, name, harmless(label), number, harmless(unit)])
    return BOM + out.getvalue()


def harmless(text: str) -> str:
    """The text as a spreadsheet may open it: never as a formula."""
    return f"'{text}" if text.startswith((*FORMULA, "\n", "\0")) else text


def _written(cents: int) -> str:
    """Cents as a French spreadsheet reads a number: « -3500,00 »."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole},{rest:02d}"


Line = tuple[str, str, str, str, int, str]


def _lines(figures: Figures, setting: Setting) -> Iterator[Line]:
    terms = {term.name: term for term in [*caisse_terms(setting), *operating_terms(setting)]}
    yield from _by_month("caisse", figures.caisse.months, terms, "")
    yield from _by_month("operating", figures.operating.months, terms, "operating.")
    money = setting.currency
    for row in figures.places:
        label = setting.kind(row.kind)
        yield "", "places", f"{row.kind}.count", label, row.count, ""
        yield "", "places", f"{row.kind}.spent_cents", label, row.spent_cents, setting.unit
    yield "", "payments", "payments", terms["payments"].label, figures.payments, ""
    for funder in figures.funders:
        for part in funder.instalments:
            month = str(part.month)
            yield (
                month,
                f"funders.{funder.fund}",
                "instalment_cents",
                funder.name,
                part.cents,
                money,
            )
    for ahead in figures.forecast:
        for name, label in (
            ("operating_cash_cents", _("Fonctionnement")),
            ("caisse_cash_cents", _("Caisse")),
        ):
            yield str(ahead.month), "forecast", name, label, getattr(ahead, name), money


def _by_month(
    whole: str, rows: Iterable[Any], terms: Mapping[str, Term], prefix: str
) -> Iterator[Line]:
    for row in rows:
        for name in row.__dataclass_fields__:
            if name != "month":
                term = terms[prefix + name]
                yield str(row.month), whole, name, term.label, getattr(row, name), term.unit
