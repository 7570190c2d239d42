"""Paying at a till with what says who pays, and a PIN: judged exactly, also when many try at once.

The PIN is compared first, but the answer leaves only after the ledger has judged: right or wrong,
a wallet whose tries are used up gets the same words (payments.md 2.3).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from caisse.kernel import clock
from caisse.kernel.ids import Id, derived_id
from caisse.ledger import queries as books
from caisse.ledger.rules import DONE, Outcome, Transfer
from caisse.merchants.rules import Line
from caisse.payments.operations import limits, qr
from caisse.payments.operations.answers import Answer, plain
from caisse.payments.operations.beginning import NOBODYS, Begun, Entry, First, a_try, begin, try_id
from caisse.payments.operations.brake import BRAKE
from caisse.payments.operations.cards import good_card, holder_of
from caisse.payments.operations.noting import note_card, note_qr, note_refusal
from caisse.payments.operations.paying import (
    READINGS,
    Purchase,
    at_most,
    outcome,
    pay_transfer,
    told,
)
from caisse.payments.operations.pins import (
    Tried,
    buckets,
    card_bucket,
    flatten,
    limit_tries,
    try_pin_of_card,
)
from caisse.payments.operations.tills import (
    HOUR_MS,
    in_words,
    judged_at,
    submit_try,
    tries_account,
)
from caisse.payments.queries import Standing
from caisse.payments.reasons import Declined, at_shop, declined
from caisse.payments.refusals import CHECKING
from caisse.payments.rules import spares_code
from caisse.people import queries as people

USUAL_MS = 90 * clock.DAY_MS
USED = "used"  # the ticket of a QR that another payment has used up


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
    device: Standing | None = None,
    lines: tuple[Line, ...] = (),
) -> Answer:
    """Pay from the wallet that `who` and its PIN open, once for each `payment_id`.

    With the method `pin`, `who` is an identifier or the number of a card, as it was typed; with
    `card` it is the text of a card's QR, with `member_qr` that of a telephone's, which needs no
    `digits` below article payment.qr_pin_above_cents; a card needs none below article
    payment.pin_free_below_cents; both need them with `up_to`. A card or a telephone that was
    replaced, blocked, or that is none of this caisse, is refused before the PIN is looked at. With
    `up_to`, pay all that the wallet has when it is less than `cents`: the rest is paid in euros, at
    the shop. `attempt` counts the entries for this payment at the till: the same one sent again is
    one try. Wrong codes count at the till `tries_at` where this one is a cashier's: changing
    cashiers gives a device no more of them. `device` is how it stood when it last proved a request.
    `lines` are what was bought, where the caisse covers a part of a purchase: `cents` is that part.
    Returns the receipt, or why there is none, in words that a shop's device may carry: what is left
    in the wallet is not among them. Raises as `pay` does, ValueError too for an attempt that is
    none, DeviceChanged when the device stands otherwise now; all before anybody looks at the PIN,
    so that right and wrong fail alike.
    """
    wanted = Purchase(payment_id, 0, place_id, cents, method, till)
    at = till if tries_at is None else tries_at
    entry = Entry(wanted, who, digits, attempt, up_to, at, device=device, lines=lines)
    return pay_entry(entry)


def pay_entry(entry: Entry) -> Answer:
    """The same for an entry. Raises as `pay_with_code`."""
    try:
        begun = begin(entry)
    except TimeoutError:
        return declined(CHECKING)
    return go_on(entry, begun)


def needs_no_look(begun: Begun) -> bool:
    """Whether `go_on` asks nobody any more: what has begun in a loop can be answered there."""
    first = begun.first
    if begun.refused is not None or begun.paused_until:
        return True
    if begun.known:
        return first is not None
    if begun.tried is None or first is None or not begun.tried.right:
        return False
    answer = first.outcome.answer
    return answer == "insufficient" or (answer in DONE and begun.tried.flat)


def go_on(entry: Entry, begun: Begun) -> Answer:
    """What becomes of an entry by how far it has come."""
    wanted = entry.purchase
    if begun.refused is not None:
        return begun.refused
    if begun.paused_until:
        return declined("till_code_paused", until=in_words(begun.paused_until))
    if begun.known and begun.first is not None:
        return told(begun.first.purchase, begun.first.outcome)
    if begun.known:
        return paid_before(wanted, up_to=entry.up_to) or declined(CHECKING)
    entry = entry._replace(rules=begun.rules)
    if begun.tried is not None:
        return _settled(entry, begun.tried, _ways(begun.tried, wanted), begun.first)
    return _by_qr(entry) if wanted.method == "member_qr" else _by_card(entry)


def _by_card(entry: Entry) -> Answer:
    """Pay with a scanned card, and its code unless the amount is small.

    Without its code a card pays while its bucket has room: wrong codes close both. All that one has
    is paid with the code alone: else a till could take it by itself, and learn how much it was.
    """
    wanted = entry.purchase
    good = good_card(entry.who)
    if isinstance(good, Declined):
        before = paid_before(wanted, up_to=entry.up_to)
        if before is None and good.reason != "qr_unreadable":
            note_card(wanted, good.reason, holder_id=holder_of(entry.who))
        return before or good
    if entry.digits:
        tried = try_pin_of_card(good.holder_id, entry.digits)
        return _settled(entry, tried, _ways(tried, wanted))
    if entry.up_to or not spares_code(wanted.cents, entry.rules):
        from_cents = 0 if entry.up_to else entry.rules.pin_free_below_cents or 0
        needed = declined("code_needed", amount_cents=from_cents)
        return paid_before(wanted, up_to=entry.up_to) or needed
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
    if isinstance(shown, qr.NotTaken):
        return _no_qr(entry, shown)
    limited = qr.limits(shown, wanted.cents, entry.digits, up_to=entry.up_to)
    if limited is not None:
        return _no_qr(entry, qr.NotTaken(limited, shown.holder_id))
    known = entry._replace(also=(qr.used_up(shown, wanted.payment_id, wanted.till),))
    if entry.digits:
        tried = try_pin_of_card(shown.holder_id, entry.digits)
        return _with_hour(_settled(known, tried, _ways(tried, wanted)), shown)
    holder = people.holder_numbered(shown.holder_id)
    if holder is None:
        return declined("means_unavailable")
    return _with_hour(_settled(known, Tried(holder.wallet_id, holder.id, True), (None,)), shown)


def _with_hour(answer: Answer, shown: qr.Shown) -> Answer:
    """The same; of a QR that was used before, with the hour."""
    used = isinstance(answer, Declined) and answer.reason == "qr_used"
    return declined("qr_used", on=qr.used_at(shown)) if used else answer


def _no_qr(entry: Entry, shown: qr.NotTaken) -> Answer:
    """What is said of a QR that is not taken, and noted for the one who has shown it."""
    wanted = entry.purchase
    before = paid_before(wanted, up_to=entry.up_to)
    if before is None:
        note_qr(wanted, shown.answer.reason, holder_id=shown.holder_id)
    return before or shown.answer


def _settled(
    entry: Entry, tried: Tried, ways: Iterable[str | None], first: First | None = None
) -> Answer:
    """Judge it, count it at the till by what is answered, and say no more than a shop may know.

    What the brake alone keeps out is nobody's wrong code: counted, it would keep itself in force.
    """
    known = entry._replace(purchase=entry.purchase._replace(wallet_id=tried.wallet_id))
    judged = _judged(known, tried, ways, first)
    answer = judged or declined("code_paused")
    if isinstance(answer, Declined):
        method = entry.purchase.method
        if judged is not None and answer.reason in ("code_wrong", "code_paused"):
            counted = _count_at_till(entry)
            if counted.answer == "posted" and method == "pin" and answer.reason == "code_wrong":
                BRAKE.saw(right=False)
        # of a number under which something stands the ledger never says that money is missing
        new = answer.reason == "funds_short"
        before = None if new else paid_before(entry.purchase, up_to=entry.up_to)
        if before is None:
            note_refusal(known.purchase, answer.reason, right=tried.right)
        return before or at_shop(answer, method=method, up_to=entry.up_to)
    if tried.right and entry.digits:
        BRAKE.saw(right=True)
        flatten(tried, entry.digits)
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

    Of a scanned card or QR C alone: nobody without that holder's can use it up (payments.md 2.2; a
    telephone is tried as her card is, and has no bucket more). Of an identifier
    U, and where it is used up H, if the wallet is known at this place. The bucket of nobody, for
    what opens no wallet, is never full.
    """
    by_card = wanted.method != "pin"
    if not tried.wallet_id:
        if by_card or not BRAKE.strict:
            yield NOBODYS
    elif by_card:
        yield card_bucket(tried.wallet_id, tried.holder_id)
    else:
        anywhere, usual = buckets(tried.wallet_id)
        if not BRAKE.strict:
            yield anywhere
        if is_usual(tried.wallet_id, wanted.place_id):
            yield usual


def _judged(
    entry: Entry, tried: Tried, ways: Iterable[str | None], first: First | None
) -> Answer | None:
    """Under the first of these buckets that is not used up; `first` was asked before.

    Right or wrong, what goes to the ledger first is what the bucket judges. None without any.
    """
    if first is not None and not tried.right and first.outcome.answer == "unknown":
        first = None  # a bucket that is not open yet: `submit_try` opens it
    if first is not None and first.outcome.answer != "limited":
        return _said(tried, first.purchase, first.outcome)
    asked = None if first is None else first.bucket
    full = first is not None
    for bucket in ways:
        if bucket is not None and bucket == asked:
            continue
        full, purchase = True, entry.purchase
        if tried.right:
            purchase, outcome = _paid(entry, purchase, bucket)
            if outcome.answer == "unknown" and bucket is not None:
                limit_tries(tried.wallet_id)  # a bucket of before it had this name
                purchase, outcome = _paid(entry, purchase, bucket)
        elif bucket is not None:
            outcome = submit_try(a_try(entry, bucket))
        if outcome.answer != "limited":
            return _said(tried, purchase, outcome)
    return declined("code_paused") if full else None


def _said(tried: Tried, purchase: Purchase, outcome: Outcome) -> Answer:
    if outcome.answer == USED:
        return declined("qr_used")
    if tried.right and outcome.answer == "insufficient":
        return declined("funds_short")  # what is left is not for the shop: nobody looks at it
    if tried.right:
        return told(purchase, outcome)
    return declined("code_wrong") if outcome.answer in DONE else plain(outcome.answer)


def _paid(entry: Entry, wanted: Purchase, bucket: str | None) -> tuple[Purchase, Outcome]:
    """Pay the amount; with `up_to` what there is of it, read anew when it was spent meanwhile.

    A ticket that another payment has used up is the answer USED.
    """
    for _turn in range(READINGS):
        asked = at_most(wanted) if entry.up_to else wanted
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


def _count_at_till(entry: Entry) -> Outcome:
    """One wrong try at the till, for an hour; a chain of its own, whose refusal changes nothing.

    Who was typed is part of it: the same digits under another identifier are another entry.
    """
    till = entry.at
    line = Transfer(
        derived_id(try_id(entry, f"till|{entry.who}"), "till"),
        tries_account(till), "tries:all", 1, "try", till,
        unit="try", phase="held", expires_at=clock.now_ms() + HOUR_MS,
    )  # fmt: skip
    return judged_at(till, lambda: submit_try(line))
