"""A plan in words, for those who check it: what changes, and whether the caisse can pay."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.cents import show as show_cents
from caisse.kernel.month import Month
from caisse.kernel.wording import amount, capital, count, from_month, month_name, percent
from caisse.ledger import queries as ledger
from caisse.month import queries
from caisse.month.pages.steps import short_cents
from caisse.month.queries import Changes, Moved, Planned, RunView
from caisse.people.rules import CurrencyRules

PAID = ("credited", "closed")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the strip; `address` leads to its reason."""

    value: str
    unit: str
    label: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of « ce qui change »: the finding, what follows, a link, a signed amount."""

    icon: str
    finding: str
    text: str = ""
    link: str = ""
    address: str = ""
    value: str = "0"


@dataclass(frozen=True, slots=True)
class Sum:
    """« La caisse peut-elle payer ? »: the answer, the lines in euros, what is left."""

    answer: str
    lines: tuple[tuple[str, int], ...]
    label: str
    cents: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the budget guard said: a kind of notice, its icon, a title and a sentence."""

    kind: str
    icon: str
    title: str
    text: str


def unit_of(month: Month) -> str:
    """The name of what is spent, « MonA »."""
    return bylaws.in_force(CurrencyRules, month=month).food_unit_name


def signed(cents: int, unit: str) -> str:
    """« +2 000 MonA », « −300 MonA », « 0 »."""
    return f"{'+' if cents > 0 else ''}{amount(cents, unit)}" if cents else "0"


def strip(run: RunView, changes: Changes, unit: str) -> list[Figure]:
    """Households, what is to be credited, contributions to call."""
    lines = reverse("month_lines", args=[run.month])
    households = ngettext("foyer", "foyers", changes.households)
    if changes.before is not None:
        households = _("%(word)s, contre %(n)s en %(month)s") % {
            "word": households,
            "n": count(changes.households_before),
            "month": month_name(changes.before, year=False),
        }
    paid = run.state in PAID
    cents = run.credited_cents if paid and run.credited_cents is not None else run.total_cents
    label = _("versés") if paid else _("à verser")
    each = run.articles.get("allocation.base_cents")
    flat = run.articles.get("allocation.mode") == "flat"
    if flat and each and run.total_cents == changes.households * each:
        label = _("%(label)s, %(each)s à chacun") % {"label": label, "each": whole(each)}
    return [
        Figure(count(changes.households), "", households, lines),
        Figure(whole(cents), unit, label, lines),
        Figure(amount(changes.called_cents, "€"), "", _("de cotisations à appeler"), money()),
    ]


def whole(cents: int) -> str:
    """An amount without its unit, without « ,00 »."""
    return show_cents(cents, "", decimals=False)


def money() -> str:
    """Where the money is explained: the office's page when there is one, else the public one."""
    for page in ("money_office", "money"):
        try:
            return reverse(page)
        except NoReverseMatch:
            continue
    return ""


def changes_in_words(run: RunView, changes: Changes, unit: str) -> list[Change]:
    """What changes since the month before, then that nothing else does."""
    if changes.before is None:
        words = ngettext("%(n)s foyer commence.", "%(n)s foyers commencent.", changes.households)
        finding = words % {"n": count(changes.households)}
        return [Change("users-group", finding, _("C’est le premier mois de la caisse."), value="")]
    before = {"month": month_name(changes.before, year=False)}
    rows = [*_moves(run, changes, unit), *_contributions(changes), *_articles(run.month)]
    rows += _kept_back(run, unit)
    still = [
        words
        for moved, words in (
            (changes.came.households, _("aucune arrivée")),
            (changes.went.households, _("aucun départ")),
            (changes.more.households + changes.less.households, _("aucun autre montant")),
            (_amended(run.month), _("mêmes articles qu’en %(month)s") % before),
        )
        if not moved
    ]
    if still:
        sentence = f"{capital(', '.join(still))}."
        finding = _("Rien d’autre ne bouge.") if rows else _("Rien ne bouge.")
        rows.append(Change("equal", finding, sentence))
    return rows


def _moves(run: RunView, changes: Changes, unit: str) -> list[Change]:
    came, went = changes.came, changes.went
    more, less = changes.more, changes.less
    known = (
        ("user-plus", came, came.cents, "came", ngettext(
            "%(n)s foyer entre.", "%(n)s foyers entrent.", came.households)),
        ("logout", went, -went.cents, "went", ngettext(
            "%(n)s foyer part ou fait une pause.", "%(n)s foyers partent ou font une pause.",
            went.households)),
        ("arrow-right", more, more.cents, "changed", ngettext(
            "%(n)s foyer reçoit plus.", "%(n)s foyers reçoivent plus.", more.households)),
        ("arrow-right", less, less.cents, "changed", ngettext(
            "%(n)s foyer reçoit moins.", "%(n)s foyers reçoivent moins.", less.households)),
    )  # fmt: skip
    return [
        Change(
            icon,
            words % {"n": count(moved.households)},
            link=_see(moved),
            address=f"{reverse('month_lines', args=[run.month])}?seulement={FILTERS[only]}",
            value=signed(cents, unit),
        )
        for icon, moved, cents, only, words in known
        if moved.households
    ]


FILTERS = {"came": "entrees", "went": "departs", "changed": "changes", "capped": "retenus"}


def _see(moved: Moved) -> str:
    if moved.households == 1:
        return _("Voir lequel")
    return _("Voir les %(n)s") % {"n": count(moved.households)}


def _contributions(changes: Changes) -> list[Change]:
    gained = changes.called_cents - changes.called_before_cents
    if not gained:
        return []
    finding = _("Les cotisations montent.") if gained > 0 else _("Les cotisations baissent.")
    now = _mean(changes.called_cents, changes.households)
    then = _mean(changes.called_before_cents, changes.households_before)
    text = _("En moyenne %(now)s par foyer, contre %(then)s.") % {"now": now, "then": then}
    return [Change("coins", finding, text, value=signed(gained, "€"))]


def _mean(cents: int, households: int) -> str:
    return amount((2 * cents + households) // (2 * households) if households else 0, "€")


def _amended(month: Month) -> list[tuple[str, str]]:
    return queries.amended(month)


def _articles(month: Month) -> list[Change]:
    return [
        Change(
            "gavel",
            _("Un article change : %(label)s.") % {"label": label},
            link=_("Lire l’article"),
            address=reverse("article", args=[name]),
            value="",
        )
        for name, label in _amended(month)
    ]


def _kept_back(run: RunView, unit: str) -> list[Change]:
    """Caps and expiry: what they did, or would do today."""
    if run.state in PAID:
        back = queries.kept_back(run)
        words = ngettext(
            "%(n)s foyer n’a pas tout reçu.", "%(n)s foyers n’ont pas tout reçu.", back.households
        )
        text = _("Leur porte-monnaie était plein, ou fermé. Le reste est revenu au fonds.")
        address = f"{reverse('month_lines', args=[run.month])}?seulement={FILTERS['capped']}"
        found = [(back, words, text, _see(back), address)]
    else:
        ahead = queries.foreseen(run)
        if ahead is None:
            text = _("Ils sont trop nombreux pour être regardés ici, un par un.")
            return [Change("wallet", _("Plafonds : vus au versement."), text, value="")]
        capped, expiring = ahead.capped, ahead.expiring
        full = ngettext(
            "%(n)s porte-monnaie dépasserait son plafond.",
            "%(n)s porte-monnaie dépasseraient leur plafond.",
            capped.households,
        )
        old = ngettext(
            "%(n)s foyer a des %(unit)s trop anciens.",
            "%(n)s foyers ont des %(unit)s trop anciens.",
            expiring.households,
        )
        text = _("C’est vrai aujourd’hui. Le jour du versement décide.")
        found = [(capped, full, text, "", ""), (expiring, old, text, "", "")]
    return [
        Change(
            "wallet", words % {"n": count(moved.households), "unit": unit}, text, link, address,
            signed(-moved.cents, unit),
        )
        for moved, words, text, link, address in found
        if moved.households
    ]  # fmt: skip


def verdict_of(run: RunView) -> Verdict | None:
    """What the budget guard did when the plan was frozen; None when there was enough."""
    return _verdict(run.verdict, run.asked_cents, run.available_cents, run.total_cents)


def verdict_ahead(planned: Planned) -> Verdict | None:
    """The same of a plan that is not written yet."""
    found = planned.budgeted
    return _verdict(
        found.verdict, found.asked_cents, found.available_cents, planned.budgeted.total_cents
    )


def _verdict(verdict: str, asked: int, available: int, total: int) -> Verdict | None:
    missing = {"missing": amount(max(0, asked - available), "€")}
    if verdict == "warned":
        text = _("Le règlement prévient et laisse continuer. Le fonds ne paie que ce qu’il a.")
        title = _("Il manque %(missing)s") % missing
        return Verdict("attention", "alert-triangle", title, text)
    if verdict == "blocked":
        text = _("Le règlement arrête alors la campagne. Rien n’est figé, rien n’est versé.")
        title = _("Il manque %(missing)s") % missing
        return Verdict("refusal", "hand-stop", title, text)
    if verdict == "scaled":
        text = _("Il manque %(missing)s : le règlement baisse tous les montants autant.") % missing
        title = _("Chacun reçoit %(share)s") % {"share": percent(total, asked)}
        return Verdict("attention", "alert-triangle", title, text)
    return None


def sum_of(run: RunView) -> Sum:
    """Can the caisse pay? As frozen, then as it is on the day, then as it was."""
    given = _("Allocations %(of_month)s") % {"of_month": from_month(run.month)}
    levied = [(_("Mis de côté sur les cotisations"), -run.levy_cents)] if run.levy_cents else []
    if run.state in PAID:
        got = run.credited_cents or 0
        lines = [(_("Mis à part pour ce mois"), run.total_cents), (given, -got)]
        return Sum(_("Elle a payé."), tuple(lines), _("Revenu au fonds"), run.total_cents - got)
    due = run.waits_for or run.credit_on <= clock.today()
    waits = run.state == "approved" and bool(due and short_cents(run))
    if waits:
        fund = ledger.balance("fund:caisse")
        lines = [(_("Dans le fonds aujourd’hui"), fund), (given, -run.total_cents), *levied]
        left = fund - run.total_cents - run.levy_cents
    else:
        free = run.available_cents - run.forecast_cents + run.levy_cents
        known = [
            (_("Libre dans le fonds, le jour du gel"), free),
            (_("Recettes attendues avant le versement"), run.forecast_cents),
            *levied,
        ]
        if not run.available_cents:
            known = [(_("Disponible, le jour du gel"), 0)]
        lines = [*known, (given, -run.total_cents)]
        left = run.available_cents - run.total_cents
    answer = _("Oui. Tout est couvert.") if left >= 0 else _("Pas encore.")
    label = _("Reste après le versement") if left >= 0 else _("Il manque")
    return Sum(answer, tuple(lines), label, left)
