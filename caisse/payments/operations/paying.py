"""Payments: one transfer wallet → place through the ledger's hot path, whatever happens once."""

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import DONE, Outcome, Transfer
from caisse.payments.operations.answers import Answer, plain, taken
from caisse.payments.operations.tills import is_open, mark_account, till_for
from caisse.payments.queries import Receipt, receipt, receipt_of
from caisse.payments.reasons import declined
from caisse.payments.rules import KINDS, InstrumentRules

METHODS = frozenset(KINDS)
READINGS = 3  # of a balance that others spend at the same moment
WAIT_S = 60.0  # for a batch of payments handed over together


class Purchase(NamedTuple):
    """A payment to be taken, in cents; `made_at` (ms) is the time at a till without network."""

    payment_id: Id
    wallet_id: int
    place_id: int
    cents: int
    method: str
    till: Id
    made_at: int | None = None


def pay(
    *,
    payment_id: Id,
    wallet_id: int,
    place_id: int,
    cents: int,
    method: str,
    by: Actor,
    made_at: int | None = None,
    till: Id | None = None,
) -> Answer:
    """Pay `cents` from a wallet at a place, once for each `payment_id` (UUIDv7 of the sender).

    `till` is the id of the open till, the cause of the payment; without one the cashier's own is
    found or opened. Returns the receipt (the first one when sent again) or why there is none; no
    refusal raises. Raises ValueError for an amount that is not positive or a method not in METHODS,
    RuntimeError inside a transaction and for a fault of ours.
    """
    till = till_for(place_id=place_id, by=by) if till is None else till
    purchase = Purchase(payment_id, wallet_id, place_id, cents, method, till, made_at)
    transfer = pay_transfer(purchase)
    # A till that was closed still hears its first receipt again.
    if not is_open(till, place_id) and ledger.outcome(payment_id) is None:
        return declined("till_suspended")
    return told(purchase, ledger.submit([transfer])[0])


def pay_many(purchases: Sequence[Purchase]) -> list[Answer]:
    """Several payments handed to the ledger together, in this order; `pay`'s answers, in order.

    Each is judged by itself. Raises as `pay` does.
    """
    transfers = [pay_transfer(purchase) for purchase in purchases]
    shut = [not is_open(purchase.till, purchase.place_id) for purchase in purchases]
    outcomes = [Outcome("uncertain", purchase.payment_id) for purchase in purchases]
    left = threading.Semaphore(0)

    def keep(position: int, told: list[Outcome]) -> None:
        outcomes[position] = told[0]
        left.release()

    sent = [n for n, closed in enumerate(shut) if not closed]
    for n in sent:
        ledger.submit_later([transfers[n]], lambda told, n=n: keep(n, told))  # type: ignore[misc]
    for _ in sent:
        if not left.acquire(timeout=WAIT_S):
            break
    return [
        outcome(purchase.payment_id) or declined("till_suspended")
        if closed
        else told(purchase, answered)
        for purchase, closed, answered in zip(purchases, shut, outcomes, strict=True)
    ]


def abandon(*, payment_id: Id, till: Id) -> Answer:
    """Burn the id of a payment nobody knows the outcome of: whatever still travels is refused.

    Returns Declined("abandoned"), or the receipt when the payment was first. Raises RuntimeError
    inside a transaction.
    """
    mark = Transfer(
        payment_id, "mark:all", mark_account(till), 1, "abandon", till, unit="mark", method=None
    )
    answer = ledger.submit([mark])[0].answer
    if answer in DONE:
        return declined("abandoned")
    if answer == "differs":
        return receipt(payment_id) or taken(payment_id)
    if answer == "unknown":
        return declined("till_suspended")
    return plain(answer)


def outcome(payment_id: Id) -> Answer | None:
    """What became of a payment or refund: its receipt, Declined("abandoned"), or None: unknown.

    Answered by a transaction of its own that takes its turn after the writer's and commits. None is
    no promise: a packet may still travel, and only `abandon` settles that. Raises RuntimeError
    inside a transaction.
    """
    movement = ledger.outcome(payment_id)
    if movement is None:
        return None
    return receipt_of(movement) or taken(payment_id)


def is_a_way(method: str) -> bool:
    """Whether the bylaws let people pay this way today (article instrument.kinds)."""
    return method in ways_today()


def ways_today() -> tuple[str, ...]:
    """The ways of paying that the bylaws name today; one short look, most of the time."""
    return ways_after(bylaws.last_decision())


def ways_after(last: Id) -> tuple[str, ...]:
    """The same, for who knows the last decision."""
    return _ways(Month.of(clock.today()), last)


@lru_cache(maxsize=8)
def _ways(month: Month, _last: Id) -> tuple[str, ...]:
    """They change with the month and with the last decision."""
    return bylaws.in_force(InstrumentRules, month=month).kinds


def at_most(purchase: Purchase) -> Purchase:
    """The same for all that its wallet has, when that is less.

    An empty wallet is asked for the whole: the ledger judges the bucket first, so that right and
    wrong codes meet the same words, and money that comes in this moment pays what was agreed.
    """
    wallet = books.account(f"wallet:{purchase.wallet_id}")
    left = 0 if wallet is None else wallet.available
    return purchase._replace(cents=min(purchase.cents, left)) if left > 0 else purchase


def pay_transfer(purchase: Purchase, unless: str | None = None) -> Transfer:
    """The transfer of a payment; refused `limited` when the account `unless` is full."""
    if not 0 < purchase.cents <= 2**53:
        raise ValueError("a payment moves a positive number of cents")
    if purchase.method not in METHODS:
        raise ValueError(f"{purchase.method!r} is not a method of paying")
    return Transfer(
        purchase.payment_id,
        f"wallet:{purchase.wallet_id}",
        f"place:{purchase.place_id}",
        purchase.cents,
        "payment",
        purchase.till,
        unless=unless,
        method=purchase.method,
        made_at=purchase.made_at,
    )


def told(purchase: Purchase, outcome: Outcome) -> Answer:
    """The ledger's answer to a payment as a till says it."""
    if outcome.answer in DONE:
        return Receipt(
            id=purchase.payment_id,
            kind="payment",
            wallet_id=purchase.wallet_id,
            place_id=purchase.place_id,
            cents=purchase.cents,
            at=outcome.at,
            seq=outcome.seq,
            wallet_after=outcome.debit_after,
            again=outcome.answer == "exists",
        )
    wallet, place = f"wallet:{purchase.wallet_id}", f"place:{purchase.place_id}"
    if outcome.answer == "insufficient":
        found = books.account(wallet)
        return declined("funds_short", left_cents=found.available if found else 0)
    if outcome.answer == "differs":
        return taken(purchase.payment_id)
    if outcome.answer in ("closed", "unknown"):
        known = books.accounts([wallet, place])
        if place not in known or known[place].state != "open":
            return declined("place_closed")
        return declined("code_wrong" if wallet not in known else "means_unavailable")
    return plain(outcome.answer)
