"""The bank's own balance beside ours, and why they differ when they do."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.accounting import operations, queries
from caisse.accounting.forms import ReadingForm
from caisse.accounting.pages import ACT, ROLES
from caisse.accounting.queries import Compared, ReadingRow
from caisse.kernel import clock
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import SHOWN, after, done, found, send_sheet, show
from caisse.kernel.sheet import Cell, in_units
from caisse.people import queries as people


@in_menu("money")
@only(*ROLES)
@require_http_methods(ACT)
def bank(request: HttpRequest) -> HttpResponse:
    """Type the balance of a statement; the last readings, each with its comparison."""
    form = ReadingForm(request.POST or None, initial={"day": clock.today(), "account": "caisse"})
    if form.carries_out(
        lambda: operations.note_balance(
            account=form.said["account"],
            day=form.said["day"],
            cents=form.signed_cents,
            by=by(request),
            id=form.operation_id,
        )
    ):
        return done(request, _("Le solde est noté."), "bank_reading", form.outcome)
    rows = queries.readings(before=after(request), limit=SHOWN + 1)
    words = {"rows": rows[:SHOWN], "next": rows[SHOWN - 1].id if len(rows) > SHOWN else None}
    return show(request, "accounting/bank.html", words, form=form)


@in_menu("money")
@only(*ROLES)
@require_safe
def bank_reading(request: HttpRequest, reading_id: int) -> HttpResponse:
    """One reading: both balances, what is on its way, the last movements."""
    row = found(queries.reading(reading_id))
    compared = _compared(row)
    words = {
        "compared": compared,
        "apart": abs(compared.difference_cents),
        "flows": [(flow, reason_words(flow.reason)) for flow in reversed(compared.recent)],
        "name": people.names_of({row.by}).get(row.by, row.by),
    }
    return show(request, "accounting/bank_reading.html", words)


@only(*ROLES)
@require_safe
def bank_csv(request: HttpRequest) -> HttpResponse:
    """Every reading, for the accountant."""
    return send_sheet("soldes-de-la-banque.csv", _sheet())


def _compared(row: ReadingRow) -> Compared:
    return queries.compared(
        row,
        held=_("les paiements ordonnés que la banque n’a pas encore confirmés ici"),
        desk=_("l’argent des guichets, pas encore noté comme déposé"),
        words={reason: reason_words(reason) for reason in REASONS},
    )


REASONS = (
    "contribution", "recovery", "return", "deposit", "grant_in", "redemption", "levy_out", "fee",
    "fee_back", "interest", "pay_cost", "opening_bank",
)  # fmt: skip


def reason_words(reason: str) -> str:
    """Why an account at the bank moved, in words."""
    known = {
        "contribution": _("cotisations"),
        "recovery": _("cotisations rattrapées"),
        "return": _("prélèvements revenus"),
        "deposit": _("dépôts du guichet"),
        "grant_in": _("versements de financeurs"),
        "redemption": _("paiements aux lieux"),
        "levy_out": _("paiements d’un fonds nommé"),
        "fee": _("frais de banque"),
        "fee_back": _("frais de banque rendus"),
        "interest": _("intérêts"),
        "pay_cost": _("dépenses de fonctionnement"),
        "opening_bank": _("reprise à l’ouverture"),
    }
    return known.get(reason, reason)


def _sheet() -> Iterator[list[Cell]]:
    yield [_("numéro"), _("compte"), _("jour"), _("solde de la banque"), _("noté par")]
    for row in queries.readings(limit=10_000):
        yield [row.id, row.account, row.day, in_units(row.cents), row.by]
