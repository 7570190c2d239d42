"""The tables beside the drawings: every figure, month by month, to the cent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from caisse.accounting.queries import Figures, FunderFigures
from caisse.kernel import cents
from caisse.kernel.month import Month
from caisse.kernel.wording import amount, bare, count, month_short, per_mille, tenths
from caisse.site.glance.parts import Setting, Table


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, a value per row, a total or None; `is_count` for what is not money."""

    head: str
    values: Sequence[int]
    total: int | None = None
    is_count: bool = False


def table(id: str, caption: str, head: str, labels: Iterable[str], columns: list[Column]) -> Table:
    """Texts from numbers: cents are written for all amounts, or for none when all are whole."""
    money = [value for column in columns if not column.is_count for value in _numbers(column)]
    exact = any(value % 100 for value in money)

    def text(column: Column, value: int | None) -> str:
        if value is None:
            return ""
        return count(value) if column.is_count else bare(value, decimals=exact)

    rows = tuple(
        (label, *(text(column, column.values[place]) for column in columns))
        for place, label in enumerate(labels)
    )
    totals = any(column.total is not None for column in columns)
    foot = (_("Total"), *(text(column, column.total) for column in columns)) if totals else ()
    return Table(id, caption, (head, *(column.head for column in columns)), rows, foot)


def _numbers(column: Column) -> Iterable[int]:
    yield from column.values
    if column.total is not None:
        yield column.total


def _columns(
    rows: Sequence[Any], total: object | None, named: Sequence[tuple[str, str]]
) -> list[Column]:
    """One column per (heading, field of a row); a field that `total` has is totalled."""
    return [
        Column(
            head,
            [getattr(row, name) for row in rows],
            getattr(total, name, None),
            is_count=not name.endswith("_cents"),
        )
        for head, name in named
    ]


def _months(rows: Sequence[Any]) -> list[str]:
    return [month_short(row.month, year=True) for row in rows]


def spending(figures: Figures) -> Table:
    """Households, issued, spent."""
    months = figures.caisse.months
    named = (
        (_("Foyers"), "members"),
        (_("Versés"), "issued_cents"),
        (_("Dépensés"), "spent_cents"),
    )
    total = figures.caisse.total
    columns = _columns(months, total, named)
    # Households add up to household-months: a total that means nothing to the reader of this table.
    columns[0] = Column(columns[0].head, columns[0].values, None, is_count=True)
    return table("mona-mois", _("Versés et dépensés"), _("Mois"), _months(months), columns)


def money_in(figures: Figures) -> tuple[Table, ...]:
    """Contributions called, returned, recovered; then what members and funders brought."""
    months, total = figures.caisse.months, figures.caisse.total
    called = (
        (_("Appelées"), "called_cents"),
        (_("Rejetées"), "returned_cents"),
        (_("Payées ensuite"), "recovered_cents"),
    )
    cashed = ((_("Cotisations encaissées"), "cashed_cents"), (_("Financeurs"), "grants_cents"))
    labels = _months(months)
    return (
        table("cotisations", _("Cotisations"), _("Mois"), labels, _columns(months, total, called)),
        table("entrees", _("Ce qui entre"), _("Mois"), labels, _columns(months, total, cashed)),
    )


def margin(figures: Figures, setting: Setting) -> tuple[Table, ...]:
    """What circulates, then what lies at the bank, at each month's end."""
    months, total = figures.caisse.months, figures.caisse.total
    circulating = (
        (_("Chez les foyers"), "wallets_cents"),
        (_("Dus aux lieux"), "owed_to_places_cents"),
        (_("En circulation"), "circulation_cents"),
    )
    banked = (
        (_("Remboursé aux lieux"), "reimbursed_cents"),
        (_("En banque"), "cash_cents"),
        (_("Marge"), "backing_gap_cents"),
    )
    words = _("%(unit)s en circulation") % {"unit": setting.unit}
    labels, head = _months(months), _("Fin de mois")
    return (
        table("circulation", words, head, labels, _columns(months, total, circulating)),
        table("banque", _("Euros en banque"), head, labels, _columns(months, total, banked)),
    )


def operating(figures: Figures) -> tuple[Table, ...]:
    """Costs by line, then in, out, and what is left."""
    months, total = figures.operating.months, figures.operating.total
    costs = (
        (_("Équipe"), "hr_cents"),
        (_("Animation"), "running_cents"),
        (_("Évaluation"), "evaluation_cents"),
        (_("Informatique"), "it_cents"),
    )
    cash = ((_("Sort"), "out_cents"), (_("Entre"), "in_cents"), (_("Reste"), "cash_cents"))
    labels = _months(months)
    return (
        table("frais", _("Les frais"), _("Mois"), labels, _columns(months, total, costs)),
        table("compte", _("Le compte"), _("Mois"), labels, _columns(months, total, cash)),
    )


def forecast(figures: Figures) -> Table:
    """What is expected at the end of the twelve months to come, on the two accounts."""
    named = (
        (_("Fonctionnement"), "operating_cash_cents"),
        (_("Caisse (protégée)"), "caisse_cash_cents"),
    )
    # Cents of a forecast would promise what nobody knows: it is told to the euro.
    rows = [
        replace(
            row,
            operating_cash_cents=cents.share(row.operating_cash_cents, 1, 1, step=100),
            caisse_cash_cents=cents.share(row.caisse_cash_cents, 1, 1, step=100),
        )
        for row in figures.forecast
    ]
    columns = _columns(rows, None, named)
    caption = _("Ce qui est prévu, en fin de mois, à l’euro près")
    return table("structure-prevu", caption, _("Fin de mois"), _months(rows), columns)


def places(figures: Figures, setting: Setting) -> Table:
    """Kinds of place: how many, their part, what they received."""
    rows = [row for row in figures.places if row.count or row.spent_cents]
    whole = sum(row.spent_cents for row in rows)
    exact = any(row.spent_cents % 100 for row in rows)

    def line(name: str, number: int, spent: int) -> tuple[str, ...]:
        part = tenths(per_mille(spent, whole)) if whole > 0 else "–"
        return (name, count(number), part, bare(spent, decimals=exact))

    foot = line(_("Total"), sum(row.count for row in rows), whole)
    return Table(
        "lieux-sortes",
        _("Achats par sorte de lieu"),
        (_("Sorte de lieu"), _("Lieux"), _("Part"), _("Dépensés")),
        tuple(line(setting.kind(row.kind), row.count, row.spent_cents) for row in rows),
        foot if rows else (),
    )


def funders(figures: Figures, setting: Setting) -> tuple[Table, ...]:
    """Each funder's instalments, one table per fund."""
    captions = {
        "caisse": _("Financeurs de la caisse"),
        "operating": _("Financeurs du fonctionnement"),
    }
    paying = sorted(
        (one for one in figures.funders if one.instalments), key=lambda one: (-one.cents, one.name)
    )
    return tuple(
        _instalments(fund, captions.get(fund, fund), paying, setting)
        for fund in sorted({one.fund for one in paying})
    )


def _instalments(
    fund: str, caption: str, paying: Sequence[FunderFigures], setting: Setting
) -> Table:
    heads = (_("Financeur"), _("Versements"), _("Total"))
    mine = [one for one in paying if one.fund == fund]
    rows = tuple(
        (
            one.name,
            ", ".join(_instalment(part.month, part.cents, setting) for part in one.instalments),
            amount(one.cents, setting.currency),
        )
        for one in mine
    )
    total = amount(sum(one.cents for one in mine), setting.currency)
    return Table(f"financeurs-{fund}", caption, heads, rows, (_("Total"), "", total), text=True)


def _instalment(month: Month, value: int, setting: Setting) -> str:
    words = {"month": month_short(month, year=True), "amount": amount(value, setting.currency)}
    return _("%(month)s : %(amount)s") % words
