"""Paying with identifier or card, and PIN, at a till: judged exactly, also when many try at once.

The PIN is compared first, but the answer leaves only after the ledger has judged: right or wrong,
a wallet whose tries are used up gets the same words (payments.md 2.3).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from caisse.kernel import clock
from caisse.kernel.ids import Id, derived_id, instant_of
from caisse.kernel.wording import hour
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import DONE, NEWEST_MS, OLDEST_MS, Outcome, Transfer
from caisse.payments import keys, pins
from caisse.payments.operations.answers import Answer, plain
from caisse.payments.operations.brake import BRAKE
from caisse.payments.operations.cards import good_card
from caisse.payments.operations.noting import note_refusal
from caisse.payments.operations.paying import Purchase, outcome, pay_transfer, told
from caisse.payments.operations.pins import (
    MONTH_MS,
    Tried,
    buckets,
    card_bucket,
    flatten,
    try_pin,
    try_pin_of_card,
)
from caisse.payments.operations.tills import is_open, tries_account
from caisse.payments.reasons import Declined, at_shop, declined

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
USUAL_MS = 90 * clock.DAY_MS
NOBODYS = "tries:nobody"  # the bucket of identifiers that nobody has
READINGS = 3  # of a balance that others spend at the same moment
MOST_ATTEMPTS = 1_000  # entries for one payment


class Entry(NamedTuple):
    """What was typed for a purchase: its wallet is known once the code was looked at.

    `who` is the identifier as it was typed, or the text of the card.
    """

    purchase: Purchase
    who: str
    digits: str
    attempt: int
    up_to: bool


def pay_with_code(
    *,
    payment_id: Id,
    method: str,
    who: str,
    digits: str,
    attempt: int,
    place_id: int,
    cents: int,
    till: Id,
    up_to: bool = False,
) -> Answer:
    """Pay from the wallet that `who` and its PIN open, once for each `payment_id`.

    With the method `pin`, `who` is an identifier or the number of a card, as it was typed; with
    `card` it is the text of a card's QR. A card that was replaced, blocked, or that is none of this
    caisse, is refused before the PIN is looked at. With `up_to`, pay all that the wallet has when
    it is less than `cents`: the rest is paid in euros, at the shop. `attempt` counts the entries
    for this payment at the till: the same one sent again is one try.
    Returns the receipt, or why there is none, in words that a shop's device may carry: what is
    left in the wallet is not among them. Raises as `pay` does, ValueError too for an attempt
    that is none; both before anybody looks at the PIN, so that right and wrong fail alike.
    """
    wanted = Purchase(payment_id, 0, place_id, cents, method, till)
    entry = Entry(wanted, who, digits, attempt, up_to)
    refused = _before_the_code(entry)
    if refused is not None:
        return refused
    if method == "card":
        good = good_card(who)
        if isinstance(good, Declined):
            return good
        tried = try_pin_of_card(good.holder_id, digits)
    else:
        tried = try_pin(who, digits)
    return _settled(entry, tried, _ways(tried, wanted))


def _before_the_code(entry: Entry) -> Answer | None:
    """What does not depend on the PIN is said before anybody looks at it.

    Raises ValueError for what is no entry.
    """
    if not 0 < entry.attempt <= MOST_ATTEMPTS:
        raise ValueError("an attempt is a small number from 1 on")
    wanted = entry.purchase
    pay_transfer(wanted)
    if books.transfer(wanted.payment_id) is not None:  # a look that costs no turn of the writer's
        return paid_before(wanted, up_to=entry.up_to) or declined("checking")
    if not _of_these_days(wanted.payment_id):
        return declined("device_clock")
    if not is_open(wanted.till, wanted.place_id):
        return declined("till_suspended")
    place = books.account(f"place:{wanted.place_id}")
    if place is None or place.state != "open":
        return declined("place_closed")
    paused = _till_paused(wanted.till)
    return declined("till_code_paused", until=paused) if paused else None


def _of_these_days(id: Id) -> bool:
    """Whether the ledger would take a payment of that instant, a minute on the safe side.

    The ledger judges the instant of a payment before the bucket, and does not judge that of a try:
    left to it, an id of another time would tell a right code from a wrong one.
    """
    now, instant = clock.now_ms(), instant_of(id)
    return now - OLDEST_MS + MINUTE_MS < instant < now + NEWEST_MS - MINUTE_MS


def _settled(entry: Entry, tried: Tried, ways: Iterable[str]) -> Answer:
    """Judge it, count it at the till by what is answered, and say no more than a shop may know."""
    known = entry._replace(purchase=entry.purchase._replace(wallet_id=tried.wallet_id))
    answer = _judged(known, tried, ways)
    if isinstance(answer, Declined):
        by_card = entry.purchase.method == "card"
        if answer.reason in ("code_wrong", "code_paused"):
            counted = _count_at_till(entry)
            if counted.answer == "posted" and not by_card:
                BRAKE.saw(right=False)
        first = paid_before(entry.purchase, up_to=entry.up_to)
        if first is None:
            note_refusal(known.purchase, answer.reason, right=tried.right)
        return first or at_shop(answer, by_card=by_card)
    if tried.right:
        BRAKE.saw(right=True)
        flatten(tried.holder_id, entry.digits)
    return answer


def paid_before(wanted: Purchase, *, up_to: bool) -> Answer | None:
    """What stands under this number once every commit under way has ended; None for nothing.

    Under it another place's payment, or one of more than is wanted, is Declined("id_reused").
    """
    first = outcome(wanted.payment_id)
    if first is None or isinstance(first, Declined):
        return first
    same = (first.kind, first.place_id) == ("payment", wanted.place_id)
    same = same and (first.cents <= wanted.cents if up_to else first.cents == wanted.cents)
    return replace(first, again=True) if same else declined("id_reused")


def _ways(tried: Tried, wanted: Purchase) -> Iterator[str]:
    """The buckets under which a try may be judged, the first one first.

    Of a scanned card C alone: nobody without it can use it up (payments.md 2.2). Of an identifier
    U, and where it is used up H, if the wallet is known at this place. The bucket of nobody, for
    what opens no wallet, is never full.
    """
    by_card = wanted.method == "card"
    if not tried.wallet_id:
        if by_card or not BRAKE.strict:
            yield NOBODYS
    elif by_card:
        yield card_bucket(tried.wallet_id)
    else:
        anywhere, usual = buckets(tried.wallet_id)
        if not BRAKE.strict:
            yield anywhere
        if is_usual(tried.wallet_id, wanted.place_id):
            yield usual


def _judged(entry: Entry, tried: Tried, ways: Iterable[str]) -> Answer:
    """Under the first of these buckets that is not used up.

    Right or wrong, what goes to the ledger first is what the bucket judges.
    """
    for bucket in ways:
        purchase = entry.purchase
        if tried.right:
            purchase, outcome = _paid(purchase, bucket, up_to=entry.up_to)
        else:
            outcome = _submit_try(_try(entry, bucket))
        if outcome.answer != "limited":
            break
    else:
        return declined("code_paused")
    if tried.right:
        return told(purchase, outcome)
    return declined("code_wrong") if outcome.answer in DONE else plain(outcome.answer)


def _paid(wanted: Purchase, bucket: str, *, up_to: bool) -> tuple[Purchase, Outcome]:
    """Pay the amount; with `up_to` what there is of it, read anew when it was spent meanwhile.

    An empty wallet is asked for the whole: the ledger judges the bucket first, so that right and
    wrong codes meet the same words, and money that comes in this moment pays what was agreed.
    """
    for _turn in range(READINGS):
        asked = wanted
        if up_to:
            wallet = books.account(f"wallet:{wanted.wallet_id}")
            left = 0 if wallet is None else wallet.available
            asked = wanted._replace(cents=min(wanted.cents, left) if left > 0 else wanted.cents)
        outcome = ledger.submit([pay_transfer(asked, unless=bucket)])[0]
        if outcome.answer != "insufficient" or not up_to:
            break
    return asked, outcome


def is_usual(wallet_id: int, place_id: int) -> bool:
    """Whether the wallet has paid at this place in the last 90 days."""
    since = clock.now_ms() - USUAL_MS
    lines = books.lines(f"wallet:{wallet_id}", since_ms=since, reasons=("payment",))
    found = books.transfers([line.id for line in lines])
    return any(one.credit == f"place:{place_id}" for one in found)


def _try(entry: Entry, bucket: str) -> Transfer:
    """One wrong try on a bucket, for 31 days; refused once the bucket is full."""
    return Transfer(
        _try_id(entry, bucket), bucket, "tries:all", 1, "try", entry.purchase.till,
        unit="try", phase="held", unless=bucket, expires_at=clock.now_ms() + MONTH_MS,
    )  # fmt: skip


def _count_at_till(entry: Entry) -> Outcome:
    """One wrong try at the till, for an hour; a chain of its own, whose refusal changes nothing.

    Who was typed is part of it: the same digits under another identifier are another entry.
    """
    till = entry.purchase.till
    line = Transfer(
        derived_id(_try_id(entry, f"till|{entry.who}"), "till"),
        tries_account(till), "tries:all", 1, "try", till,
        unit="try", phase="held", expires_at=clock.now_ms() + HOUR_MS,
    )  # fmt: skip
    return _submit_try(line)


def _submit_try(line: Transfer) -> Outcome:
    """Submit it; the accounts of a till of before there were codes, and of nobody, are opened."""
    outcome = ledger.submit([line])[0]
    if outcome.answer == "unknown":
        ledger.open_accounts([line.debit, line.credit])
        outcome = ledger.submit([line])[0]
    return outcome


def _try_id(entry: Entry, whose: str) -> Id:
    key = max(keys.pin_keys().items())[1]
    return pins.try_id(key, entry.purchase.payment_id, entry.attempt, entry.digits, whose)


def _till_paused(till: Id) -> str:
    """Until what time a till takes no code, "" while it does: 10 wrong ones within an hour."""
    account = books.account(tries_account(till))
    if account is None or account.ceiling is None or account.held < account.ceiling:
        return ""
    since = clock.now_ms() - HOUR_MS
    oldest = books.lines(account.code, since_ms=since)
    return hour(clock.local(oldest[0].at + HOUR_MS)) if oldest else ""
