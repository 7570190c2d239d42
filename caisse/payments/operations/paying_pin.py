"""Paying at a till with what says who pays, and a PIN: judged exactly, also when many try at once.

The PIN is compared first, but the answer leaves only after the ledger has judged: right or wrong,
a wallet whose tries are used up gets the same words (payments.md 2.3).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from caisse.kernel import clock
from caisse.kernel.ids import Id, derived_id, instant_of
from caisse.ledger import queries as books
from caisse.ledger.rules import DONE, NEWEST_MS, OLDEST_MS, Outcome, Transfer
from caisse.payments import keys, pins
from caisse.payments.operations import limits, qr
from caisse.payments.operations.answers import Answer, plain
from caisse.payments.operations.brake import BRAKE
from caisse.payments.operations.cards import good_card
from caisse.payments.operations.noting import note_refusal
from caisse.payments.operations.paying import (
    Purchase,
    outcome,
    pay_transfer,
    told,
)
from caisse.payments.operations.pins import (
    MONTH_MS,
    Tried,
    buckets,
    card_bucket,
    flatten,
    try_pin,
    try_pin_of_card,
)
from caisse.payments.operations.tills import (
    HOUR_MS,
    is_open,
    paused_until,
    submit_try,
    tries_account,
)
from caisse.payments.reasons import Declined, at_shop, declined
from caisse.payments.rules import PaymentRules, spares_code
from caisse.people import queries as people

MINUTE_MS = 60_000
USUAL_MS = 90 * clock.DAY_MS
NOBODYS = "tries:nobody"  # the bucket of identifiers that nobody has
READINGS = 3  # of a balance that others spend at the same moment
USED = "used"  # the ticket of a QR that another payment has used up
MOST_ATTEMPTS = 1_000  # entries for one payment


class Entry(NamedTuple):
    """What was typed for a purchase: its wallet is known once the code was looked at.

    `who` is the identifier as it was typed, or the text of a card or of a telephone's QR, whose
    ticket `also` uses up in the same chain. Wrong codes count at the till `at`. `rules` are the
    articles of today; of a sale without network none binds (payments.md 7 has its own).
    """

    purchase: Purchase
    who: str
    digits: str
    attempt: int
    up_to: bool
    at: Id
    also: tuple[Transfer, ...] = ()
    rules: PaymentRules = PaymentRules()


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
    tries_at: Id | None = None,
) -> Answer:
    """Pay from the wallet that `who` and its PIN open, once for each `payment_id`.

    With the method `pin`, `who` is an identifier or the number of a card, as it was typed; with
    `card` it is the text of a card's QR, with `member_qr` that of a telephone's, which needs no
    `digits` below article payment.qr_pin_above_cents; a card needs none below article
    payment.pin_free_below_cents. A card or a telephone that was replaced,
    blocked, or that is none of this caisse, is refused before the PIN is looked at. With `up_to`,
    pay all that the wallet has when it is less than `cents`: the rest is paid in euros, at the
    shop. `attempt` counts the entries for this payment at the till: the same one sent again is one
    try. Wrong codes count at the till `tries_at` where this one is a cashier's: changing cashiers
    gives a device no more of them.
    Returns the receipt, or why there is none, in words that a shop's device may carry: what is
    left in the wallet is not among them. Raises as `pay` does, ValueError too for an attempt
    that is none; both before anybody looks at the PIN, so that right and wrong fail alike.
    """
    wanted = Purchase(payment_id, 0, place_id, cents, method, till)
    entry = Entry(wanted, who, digits, attempt, up_to, till if tries_at is None else tries_at)
    rules = _before_the_code(entry)
    if not isinstance(rules, PaymentRules):
        return rules
    entry = entry._replace(rules=rules)
    if method == "member_qr":
        return _by_qr(entry)
    if method == "card":
        return _by_card(entry)
    tried = try_pin(who, digits)
    return _settled(entry, tried, _ways(tried, wanted))


def _by_card(entry: Entry) -> Answer:
    """Pay with a scanned card, and its code unless the amount is small.

    Without its code a card pays while its bucket has room: wrong codes close both.
    """
    wanted = entry.purchase
    good = good_card(entry.who)
    if isinstance(good, Declined):
        return paid_before(wanted, up_to=entry.up_to) or good
    if entry.digits:
        tried = try_pin_of_card(good.holder_id, entry.digits)
        return _settled(entry, tried, _ways(tried, wanted))
    if not spares_code(wanted.cents, entry.rules):
        return paid_before(wanted, up_to=entry.up_to) or declined("code_needed")
    holder = people.holder_numbered(good.holder_id)
    if holder is None:
        return declined("means_unavailable")
    tried = Tried(holder.wallet_id, holder.id, True)
    return _settled(entry, tried, _ways(tried, wanted))


def _by_qr(entry: Entry) -> Answer:
    """Pay with the QR of a telephone: what it proves needs no code, unless the bylaws ask for it.

    A code that is typed with it is judged as one that is typed with a card is.
    """
    wanted = entry.purchase
    shown = qr.good_qr(entry.who)
    if isinstance(shown, Declined):
        return paid_before(wanted, up_to=entry.up_to) or shown
    limited = qr.limits(shown, wanted.cents, entry.digits)
    if limited is not None:
        return paid_before(wanted, up_to=entry.up_to) or limited
    known = entry._replace(also=(qr.used_up(shown, wanted.payment_id, wanted.till),))
    if entry.digits:
        tried = try_pin_of_card(shown.holder_id, entry.digits)
        return _settled(known, tried, _ways(tried, wanted))
    holder = people.holder_numbered(shown.holder_id)
    if holder is None:
        return declined("means_unavailable")
    return _settled(known, Tried(holder.wallet_id, holder.id, True), (None,))


def _before_the_code(entry: Entry) -> Answer | PaymentRules:
    """What does not depend on the PIN is said before anybody looks at it; else today's articles.

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
    articles = limits.today()
    refused = limits.refused(wanted.method, wanted.cents, articles)
    if refused is not None:
        return refused
    place = books.account(f"place:{wanted.place_id}")
    if place is None or place.state != "open":
        return declined("place_closed")
    coded = wanted.method == "pin" or entry.digits
    paused = paused_until(entry.at) if coded else ""
    return declined("till_code_paused", until=paused) if paused else articles.rules


def _of_these_days(id: Id) -> bool:
    """Whether the ledger would take a payment of that instant, a minute on the safe side.

    The ledger judges the instant of a payment before the bucket, and does not judge that of a try:
    left to it, an id of another time would tell a right code from a wrong one.
    """
    now, instant = clock.now_ms(), instant_of(id)
    return now - OLDEST_MS + MINUTE_MS < instant < now + NEWEST_MS - MINUTE_MS


def _settled(entry: Entry, tried: Tried, ways: Iterable[str | None]) -> Answer:
    """Judge it, count it at the till by what is answered, and say no more than a shop may know."""
    known = entry._replace(purchase=entry.purchase._replace(wallet_id=tried.wallet_id))
    answer = _judged(known, tried, ways)
    if isinstance(answer, Declined):
        method = entry.purchase.method
        if answer.reason in ("code_wrong", "code_paused"):
            counted = _count_at_till(entry)
            if counted.answer == "posted" and method == "pin":
                BRAKE.saw(right=False)
        first = paid_before(entry.purchase, up_to=entry.up_to)
        if first is None:
            note_refusal(known.purchase, answer.reason, right=tried.right)
        return first or at_shop(answer, method=method)
    if tried.right and entry.digits:
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

    Of a scanned card or QR C alone: nobody without one of the wallet's can use it up (payments.md
    2.2; what a month allows is the wallet's, so a telephone has no bucket more). Of an identifier
    U, and where it is used up H, if the wallet is known at this place. The bucket of nobody, for
    what opens no wallet, is never full.
    """
    by_card = wanted.method != "pin"
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


def _judged(entry: Entry, tried: Tried, ways: Iterable[str | None]) -> Answer:
    """Under the first of these buckets that is not used up.

    Right or wrong, what goes to the ledger first is what the bucket judges.
    """
    for bucket in ways:
        purchase = entry.purchase
        if tried.right:
            purchase, outcome = _paid(entry, purchase, bucket)
        elif bucket is not None:
            outcome = submit_try(_try(entry, bucket))
        if outcome.answer != "limited":
            break
    else:
        return declined("code_paused")
    if outcome.answer == USED:
        return declined("qr_used")
    if tried.right:
        return told(purchase, outcome)
    return declined("code_wrong") if outcome.answer in DONE else plain(outcome.answer)


def _paid(entry: Entry, wanted: Purchase, bucket: str | None) -> tuple[Purchase, Outcome]:
    """Pay the amount; with `up_to` what there is of it, read anew when it was spent meanwhile.

    A ticket that another payment has used up is the answer USED. An empty wallet is asked for the
    whole: the ledger judges the bucket first, so that right and wrong codes meet the same words,
    and money that comes in this moment pays what was agreed.
    """
    for _turn in range(READINGS):
        asked = wanted
        if entry.up_to:
            wallet = books.account(f"wallet:{wanted.wallet_id}")
            left = 0 if wallet is None else wallet.available
            asked = wanted._replace(cents=min(wanted.cents, left) if left > 0 else wanted.cents)
        chain = [pay_transfer(asked, unless=bucket), *entry.also]
        outcome = _of_chain(
            limits.submit(chain, wallet_id=asked.wallet_id, cents=asked.cents, rules=entry.rules)
        )
        if outcome.answer != "insufficient" or not entry.up_to:
            break
    return asked, outcome


def _of_chain(outcomes: list[Outcome]) -> Outcome:
    """The payment's own answer; where the link behind it was refused, what that one says."""
    first = outcomes[0]
    if first.answer != "chain":
        return first
    refused = next(one for one in outcomes if one.answer not in {*DONE, "chain"})
    return refused._replace(answer=USED) if refused.answer == "differs" else refused


def is_usual(wallet_id: int, place_id: int) -> bool:
    """Whether the wallet has paid at this place in the last 90 days."""
    since = clock.now_ms() - USUAL_MS
    lines = books.lines(f"wallet:{wallet_id}", since_ms=since, reasons=("payment",))
    found = books.transfers([line.id for line in lines])
    paid = [one for one in found if one.phase == "posted"]  # what was only agreed to is no visit
    return any(one.credit == f"place:{place_id}" for one in paid)


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
    till = entry.at
    line = Transfer(
        derived_id(_try_id(entry, f"till|{entry.who}"), "till"),
        tries_account(till), "tries:all", 1, "try", till,
        unit="try", phase="held", expires_at=clock.now_ms() + HOUR_MS,
    )  # fmt: skip
    return submit_try(line)


def _try_id(entry: Entry, whose: str) -> Id:
    key = max(keys.pin_keys().items())[1]
    return pins.try_id(key, entry.purchase.payment_id, entry.attempt, entry.digits, whose)
