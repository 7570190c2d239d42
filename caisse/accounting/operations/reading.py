"""The bank's own balance, beside ours."""

from datetime import date

from django.db import transaction

from caisse.accounting.models import BankReading
from caisse.kernel import cents as money
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger

OLDEST = date(2000, 1, 1)
ACCOUNTS = ("caisse", "operating")


@ledger.repeatable
@transaction.atomic
def note_balance(*, account: str, day: date, cents: int, by: Actor, id: Id | None = None) -> int:
    """Write down what the bank's statement says of `account` at the end of `day`; its number.

    No money moves. A day may be read again: the last reading counts. Raises Refusal:
    unknown_account, day (in the future), amount, differs.
    """
    subject = f"bank:{account}"
    content = {"cents": cents, "day": str(day)}
    if id is not None and events.repeated("balance.noted", subject=subject, id=id, **content):
        return BankReading.objects.get(cause=id).pk
    if account not in ACCOUNTS:
        raise Refusal("unknown_account", "Ce compte n’existe pas : caisse ou fonctionnement.")
    if not OLDEST <= day <= clock.today():
        raise Refusal("day", "Ce jour n’est pas encore passé, ou il est avant la caisse.")
    if abs(cents) > money.MOST or (account == "caisse" and cents < 0):
        raise Refusal("amount", "Ce compte ne peut pas être à découvert.")
    cause = events.record("balance.noted", subject=subject, by=by, id=id, **content)
    row = BankReading.objects.create(account=account, day=day, cents=cents, by=by.id, cause=cause)
    return row.pk
