"""Paying with identifier and PIN, at a till only: judged exactly, also when many try at once.

The PIN is compared first, but the answer leaves only after the ledger has judged: right or wrong,
a wallet whose tries are used up gets the same words (payments.md 2.3).
"""

import threading
import time
from collections import deque
from dataclasses import replace

from caisse.kernel import clock
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.wording import hour
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import DONE, Outcome, Transfer
from caisse.payments import keys, pins
from caisse.payments.operations.answers import Answer, plain
from caisse.payments.operations.paying import Purchase, outcome, pay_transfer, told
from caisse.payments.operations.pins import MONTH_MS, Tried, buckets, flatten, try_pin
from caisse.payments.operations.tills import is_open, tries_account
from caisse.payments.reasons import SHORT_AT_SHOP, Declined, declined

HOUR_MS = 3_600_000
HOUR_NS = 3600 * 10**9
USUAL_MS = 90 * clock.DAY_MS
LEAST_WRONG, EXPECTED = 20, 10  # strict mode: beyond max(20, 10 times the usual typing errors)
NOBODYS = "tries:nobody"  # the bucket of identifiers that nobody has
READINGS = 3  # of a balance that others spend at the same moment
MOST_ATTEMPTS = 1_000  # entries for one payment
ERRORS_BP = 200  # typing errors in 10,000 right entries


class Brake:
    """Wrong codes of the last hour in this process; too many, and strangers' tries stop for one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._right: deque[int] = deque()
        self._wrong: deque[int] = deque()
        self._strict_until = 0

    def saw(self, *, right: bool) -> None:
        """Count one entry."""
        now = time.monotonic_ns()
        with self._lock:
            (self._right if right else self._wrong).append(now)
            for seen in (self._right, self._wrong):
                while seen and seen[0] < now - HOUR_NS:
                    seen.popleft()
            usual = EXPECTED * len(self._right) * ERRORS_BP // 10_000
            if len(self._wrong) > max(LEAST_WRONG, usual):
                self._strict_until = now + HOUR_NS

    @property
    def strict(self) -> bool:
        """Whether identifiers are taken at usual places only."""
        return time.monotonic_ns() < self._strict_until

    def release(self) -> None:
        """Begin anew."""
        with self._lock:
            self._right.clear()
            self._wrong.clear()
            self._strict_until = 0


BRAKE = Brake()


def pay_by_pin(
    *,
    payment_id: Id,
    handle: str,
    digits: str,
    attempt: int,
    place_id: int,
    cents: int,
    till: Id,
    up_to: bool = False,
) -> Answer:
    """Pay from the wallet that `handle` and its PIN open, once for each `payment_id`.

    With `up_to`, pay all that the wallet has when it is less than `cents`: the rest is paid in
    euros, at the shop. `attempt` counts the entries for this payment at the till: the same one sent
    again is one try.
    Returns the receipt, or why there is none, in words that a shop's device may carry: what is
    left in the wallet is not among them. Raises as `pay` does, ValueError too for an attempt
    that is none; both before anybody looks at the PIN, so that right and wrong fail alike.
    """
    if not 0 < attempt <= MOST_ATTEMPTS:
        raise ValueError("an attempt is a small number from 1 on")
    wanted = Purchase(payment_id, 0, place_id, cents, "pin", till)
    pay_transfer(wanted)
    if books.transfer(payment_id) is not None:  # a look that costs no turn of the writer's
        return paid_before(wanted, up_to=up_to) or declined("checking")
    if not is_open(till, place_id):
        return declined("till_suspended")
    place = books.account(f"place:{place_id}")
    if place is None or place.state != "open":
        return declined("place_closed")
    paused = _till_paused(till)
    if paused:
        return declined("till_code_paused", until=paused)
    tried = try_pin(handle, digits)
    BRAKE.saw(right=tried.right)
    answer = _judged(
        wanted._replace(wallet_id=tried.wallet_id), tried, digits, attempt, up_to=up_to
    )
    if isinstance(answer, Declined):
        if answer.reason in ("code_wrong", "code_paused"):  # by what is answered: it tells no more
            _count_at_till(wanted, digits, attempt)
        said = SHORT_AT_SHOP if answer.reason == "funds_short" else answer
        return paid_before(wanted, up_to=up_to) or said
    if tried.right:
        flatten(tried.holder_id, digits)
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


def _judged(wanted: Purchase, tried: Tried, digits: str, attempt: int, *, up_to: bool) -> Answer:
    """Under bucket U first; where it is used up, under H, if the wallet is known at this place.

    Right or wrong, what goes to the ledger first is what the bucket judges. The bucket of nobody,
    for an identifier that is not known, is never full.
    """
    anywhere, usual = buckets(tried.wallet_id)
    for bucket in (anywhere, usual) if tried.wallet_id else (NOBODYS,):
        if bucket == anywhere and BRAKE.strict:
            continue
        if bucket == usual and not is_usual(tried.wallet_id, wanted.place_id):
            continue
        if tried.right:
            purchase, outcome = _paid(wanted, bucket, up_to=up_to)
        else:
            purchase, outcome = wanted, _submit_try(_try(wanted, bucket, digits, attempt))
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


def _try(purchase: Purchase, bucket: str, digits: str, attempt: int) -> Transfer:
    """One wrong try on a bucket, for 31 days; refused once the bucket is full."""
    return Transfer(
        _try_id(purchase, digits, attempt, bucket), bucket, "tries:all", 1, "try", purchase.till,
        unit="try", phase="held", unless=bucket, expires_at=clock.now_ms() + MONTH_MS,
    )  # fmt: skip


def _count_at_till(purchase: Purchase, digits: str, attempt: int) -> None:
    """One wrong try at the till, for an hour; a chain of its own, whose refusal changes nothing."""
    account = tries_account(purchase.till)
    id = derived_id(_try_id(purchase, digits, attempt, ""), "till")
    line = Transfer(
        id, account, "tries:all", 1, "try", purchase.till,
        unit="try", phase="held", expires_at=clock.now_ms() + HOUR_MS,
    )  # fmt: skip
    _submit_try(line)


def _submit_try(line: Transfer) -> Outcome:
    """Submit it; the accounts of a till of before there were codes, and of nobody, are opened."""
    outcome = ledger.submit([line])[0]
    if outcome.answer == "unknown":
        ledger.open_accounts([line.debit, line.credit])
        outcome = ledger.submit([line])[0]
    return outcome


def _try_id(purchase: Purchase, digits: str, attempt: int, whose: str) -> Id:
    key = max(keys.pin_keys().items())[1]
    return pins.try_id(key, purchase.payment_id, attempt, digits, whose)


def _till_paused(till: Id) -> str:
    """Until what time a till takes no code, "" while it does: 10 wrong ones within an hour."""
    account = books.account(tries_account(till))
    if account is None or account.ceiling is None or account.held < account.ceiling:
        return ""
    since = clock.now_ms() - HOUR_MS
    oldest = books.lines(account.code, since_ms=since)
    return hour(clock.local(oldest[0].at + HOUR_MS)) if oldest else ""
