"""The files of places: statements as PDF and CSV, lists for the accountant and the bank."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from caisse.bylaws import queries as bylaws
from caisse.kernel import paper
from caisse.kernel.month import Month
from caisse.kernel.sheet import Cell, in_units, write_sheet
from caisse.kernel.wording import amount, day, from_month
from caisse.merchants import queries as merchants
from caisse.merchants.codes import CODES
from caisse.merchants.queries import PlaceLine, PlaceRow, RedemptionRow, Statement

STATES = {"computed": "à payer", "paid": "payé", "refused": "refusé par la banque"}


def statement_facts(told: Statement) -> list[tuple[str, int]]:
    """The sum that leads to the transfer, line by line; lines at zero are left out."""
    lines = [
        (_("Report du relevé précédent"), told.brought_cents),
        (_("Solde d’ouverture"), told.other_cents),
        (_("Ventes"), told.taken.sales_cents),
        (_("Remboursements aux clients"), -told.taken.refunds_cents),
        (_("Virement revenu de la banque"), told.back_cents),
        (_("Frais"), -told.row.fee_cents),
        (_("Reporté au mois suivant"), -told.row.carried_cents),
    ]
    return [(label, cents) for label, cents in lines if cents]


def statement_pdf(place: PlaceRow, told: Statement) -> bytes:
    """A statement as a tagged PDF: who, which month, the days, the sum, the transfer."""
    founding = bylaws.founding()
    name = "" if founding is None else founding.name
    month = from_month(told.row.month)
    title = _("Relevé %(month)s, %(place)s") % {"month": month, "place": place.name}
    facts = [(label, _euros(cents)) for label, cents in statement_facts(told)]
    facts.append((_("Virement"), _euros(told.row.cents)))
    facts.append((_("Jour du virement"), pay_words(told)))
    heading, sums, days = _("Relevé %(month)s"), _("Ce qui est versé"), _("Jour par jour")
    body = [
        f"= {paper.text(heading % {'month': month})}\n\n",
        paper.sheet(
            [(_("Lieu"), place.name), (_("Structure"), place.merchant), (_("Caisse"), name)]
        ),
        f"\n== {paper.text(sums)}\n\n",
        paper.sheet(facts),
        f"\n== {paper.text(days)}\n\n",
        _days(told),
    ]
    return paper.pdf(title=title, body="".join(body), foot=title)


def _euros(value: int) -> str:
    return amount(value, "€", decimals=True)


def _days(told: Statement) -> str:
    if not told.days:
        return paper.text(_("Aucune vente.")) + "\n"
    heading = [_("Jour"), _("Achats"), _("Ventes"), _("Remboursé"), _("Reste")]
    rows = [
        [
            day(on),
            str(one.sales),
            _euros(one.sales_cents),
            _euros(-one.refunds_cents),
            _euros(one.cents),
        ]
        for on, one in told.days
    ]
    sums = told.taken
    total = [
        _("Total"), str(sums.sales), _euros(sums.sales_cents), _euros(-sums.refunds_cents),
        _euros(sums.cents),
    ]  # fmt: skip
    return paper.table(heading, rows, total)


def pay_words(told: Statement) -> str:
    """« payé le 5 février 2024 », « prévu le 5 février 2024 », or why not."""
    if told.row.state == "refused":
        reason = CODES.get(told.row.code, told.row.code)
        return _("refusé par la banque : %(reason)s") % {"reason": reason}
    if not told.row.cents:
        return _("aucun")
    if told.paid_on is not None:
        return _("payé le %(day)s") % {"day": day(told.paid_on)}
    return _("prévu le %(day)s") % {"day": day(told.pay_on)}


def statement_csv(told: Statement) -> str:
    """A statement as a table: a line per day, then the sum that leads to the transfer."""
    rows: list[list[Cell]] = [["jour", "libellé", "achats", "ventes", "remboursé", "montant"]]
    for on, one in told.days:
        cells = [one.sales_cents, -one.refunds_cents, one.cents]
        rows.append([on, "ventes du jour", one.sales, *map(in_units, cells)])
    for label, cents in statement_facts(told):
        if label not in (_("Ventes"), _("Remboursements aux clients")):
            rows.append([None, label, None, None, None, in_units(cents)])
    paid = told.paid_on or told.pay_on
    rows.append([paid, "virement", None, None, None, in_units(-told.row.cents)])
    return write_sheet(rows)


def places_csv(rows: Iterable[PlaceLine], labels: dict[str, str]) -> str:
    """All places for the accountant, with what each is owed."""
    table: list[list[Cell]] = [
        ["numéro", "compte", "lieu", "structure", "commune", "convention", "fin", "ventes du mois",
         "dû en tout", "prochain virement", "jour du virement"]
    ]  # fmt: skip
    for one in rows:
        money = map(in_units, (one.month_cents, one.owed_cents, one.next_cents))
        month, owed, coming = money
        table.append(
            [one.id, f"place:{one.id}", one.name, one.merchant, one.commune, labels[one.state],
             one.until, month, owed, coming, one.next_on]
        )  # fmt: skip
    return write_sheet(table)


def redemption_csv(rows: Iterable[RedemptionRow]) -> str:
    """The payments of a month for the accountant: a line per place, without bank details."""
    table: list[list[Cell]] = [
        ["mois", "compte", "lieu", "versé", "frais", "reporté", "état", "motif du refus"]
    ]
    for row in rows:
        cents = (row.cents, row.fee_cents, row.carried_cents)
        table.append(
            [row.month, f"place:{row.place_id}", row.place, *map(in_units, cents),
             STATES[row.state], CODES.get(row.code, row.code)]
        )  # fmt: skip
    return write_sheet(table)


def bank_csv(rows: Iterable[RedemptionRow], month: Month, on: date) -> str:
    """What somebody types at the bank: to whom, on which account, how much, with which words.

    A place without bank details is there with an empty account: nobody is forgotten.
    """
    due = [row for row in rows if row.cents and row.state == "computed"]
    holders = {row.place_id: merchants.place(row.place_id) for row in due}
    known = merchants.bank_details_of(one.merchant_id for one in holders.values() if one)
    table: list[list[Cell]] = [["jour", "nom du compte", "IBAN", "montant", "libellé", "lieu"]]
    for row in due:
        place = holders[row.place_id]
        bank = known.get(place.merchant_id) if place else None
        account = [bank.holder, bank.iban] if bank else ["", ""]
        label = f"Ventes {month} lieu {row.place_id}"
        table.append([on, *account, in_units(row.cents), label, row.place])
    return write_sheet(table)
