"""What the committee allows of a purchase: its way, its amount, its products, a wallet's day.

The sum of a day is no look that two payments at once could both pass: it is an account of the day,
`spent:<wallet>:<day>`, whose ceiling the ledger judges in the payment's own chain. Without article
payment.daily_max_cents there is no such account, and no payment asks for one.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Outcome, Transfer
from caisse.merchants import queries as merchants
from caisse.merchants.rules import CoverageRules, Line, coverage
from caisse.payments.operations.answers import OVER_DAY
from caisse.payments.reasons import Declined, declined
from caisse.payments.rules import InstrumentRules, PaymentRules, within_amount

ALL = "spent:all"


class Today(NamedTuple):
    """The ways of paying that there are today, what may be paid, what the caisse covers of it."""

    kinds: tuple[str, ...]
    rules: PaymentRules
    coverage: CoverageRules


def today() -> Today:
    """What is in force today; one short look, most of the time."""
    return after(bylaws.last_decision())


def after(last: Id) -> Today:
    """The same, for who knows the last decision."""
    return _today(Month.of(clock.today()), last)


@lru_cache(maxsize=8)
def _today(month: Month, _last: Id) -> Today:
    """It changes with the month and with the last decision."""
    instruments, rules = bylaws.both_in_force(InstrumentRules, PaymentRules, month=month)
    return Today(instruments.kinds, rules, bylaws.in_force(CoverageRules, month=month))


def refused(method: str, cents: int, articles: Today, *, up_to: bool = False) -> Declined | None:
    """Why nobody pays so many cents in this way today, whoever it is; None when one may.

    `up_to`: or less, the rest in euros.
    """
    if method not in articles.kinds or (up_to and not articles.rules.partial_allowed):
        return declined("means_unavailable")
    if within_amount(cents, articles.rules):
        return None
    return declined("amount_limit", amount_cents=articles.rules.max_amount_cents or 0)


def uncovered(
    cents: int, lines: Sequence[Line], *, place_id: int, articles: Today
) -> Declined | None:
    """Why the wallet does not pay `cents` of what `lines` cost at a place; None when it does.

    Where the caisse covers all of every purchase (article coverage.mode), a till says no lines.
    Else it says them, and `cents` is the caisse's part to the cent: the rest is paid in euros.
    """
    rules = articles.coverage
    if rules.mode == "full" and not lines:
        return None
    place = merchants.place(place_id) if rules.mode == "rate_by_place" else None
    try:
        part = coverage(lines, rules, place.rate if place else "").caisse_cents
    except Refusal:  # no such rate
        part = 0
    return None if part == cents else declined("category_not_covered")


def submit(
    chain: list[Transfer], *, wallet_id: int, cents: int, rules: PaymentRules
) -> list[Outcome]:
    """Hand the chain of a payment to the ledger, and with it what it adds to its wallet's day.

    The payment is the first link. Its answer is OVER_DAY when the day of the wallet has no room for
    it; of the count itself nothing is told.
    """
    line = counted(chain[0], wallet_id=wallet_id, cents=cents, rules=rules)
    if line is None:
        return ledger.submit(chain)
    outcomes = ledger.submit([*chain, line])
    if outcomes[-1].answer == "unknown":  # the first payment of the day
        open_day(line, rules)
        outcomes = ledger.submit([*chain, line])
    *told, count = outcomes
    if count.answer == "ceiling":
        told[0] = told[0]._replace(answer=OVER_DAY)
    return told


def counted(
    payment: Transfer, *, wallet_id: int, cents: int, rules: PaymentRules
) -> Transfer | None:
    """What a payment adds to what its wallet has paid today; None without the article."""
    if rules.daily_max_cents is None:
        return None
    day, _all = accounts(wallet_id)
    return Transfer(_count_id(payment.id), day, ALL, cents, "spent", payment.cause, unit="spent")


def open_day(line: Transfer, rules: PaymentRules) -> None:
    """Open the account of a wallet's day; its ceiling stays what it is until the day has ended."""
    ledger.open_accounts([ALL])
    ledger.open_accounts([line.debit], ceiling=rules.daily_max_cents)


def accounts(wallet_id: int) -> tuple[str, str]:
    """The accounts of a wallet's day, for who locks before posting; they may not exist."""
    return f"spent:{wallet_id}:{clock.today().isoformat()}", ALL


def given_back(payment_id: Id, *, cents: int, id: Id, cause: Id) -> list[Transfer]:
    """What `cents` of a purchase of today free of its wallet's day, as a link behind `id`.

    Nothing for a purchase that was not counted, or on a day before; one query without the article.
    """
    if cents <= 0 or today().rules.daily_max_cents is None:
        return []
    purchase = books.transfer(payment_id)
    if purchase is None or clock.day_of(purchase.at) != clock.today():
        return []
    typed = purchase.phase == "post" and purchase.of is not None  # counted when it was agreed to
    count = books.transfer(_count_id(purchase.of if typed and purchase.of else payment_id))
    if count is None:
        return []
    return [
        Transfer(
            derived_id(id, "spent_back"), ALL, count.debit, cents, "spent_back", cause, unit="spent"
        )
    ]


def _count_id(payment_id: Id) -> Id:
    return derived_id(payment_id, "spent")
