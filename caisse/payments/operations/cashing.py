"""A voucher is cashed at a till: what is shown or typed there, and what becomes of it.

Judged by the ledger on the voucher's own account: of all who show it, one is paid. A code that is
typed is judged beside the wrong entries of its till, right and wrong alike; what is scanned cannot
be guessed, and is taken also where codes are paused.
"""

from typing import NamedTuple

from caisse.kernel import clock
from caisse.kernel.ids import Id
from caisse.kernel.wording import day
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import DONE, Outcome, Transfer
from caisse.merchants.rules import Line
from caisse.payments import formats, keys, vouchers
from caisse.payments.models import Voucher, VoucherSheet
from caisse.payments.operations import limits
from caisse.payments.operations.answers import Answer, plain
from caisse.payments.operations.beginning import of_these_days
from caisse.payments.operations.noting import note_voucher
from caisse.payments.operations.paying import Purchase, is_a_way, pay_transfer
from caisse.payments.operations.paying_pin import paid_before
from caisse.payments.operations.tills import (
    HOUR_MS,
    in_words,
    is_open,
    judged_at,
    paused_until,
    submit_try,
    tries_account,
)
from caisse.payments.queries import Receipt
from caisse.payments.reasons import NO_VOUCHER, Declined, declined

LONGEST_CODE = 40  # what is longer was scanned


class Read(NamedTuple):
    """The voucher that was shown, or why it is none; `code` are its signs when it was typed."""

    voucher: Voucher | None
    refused: Declined | None = None
    code: str = ""


def cash_voucher(
    *,
    payment_id: Id,
    said: str,
    place_id: int,
    cents: int,
    till: Id,
    tries_at: Id | None = None,
    lines: tuple[Line, ...] = (),
) -> Answer:
    """Cash a voucher at a place for its whole value, once for each `payment_id`.

    `said` is the text of its QR, or the 13 signs as they were typed; `cents` is the purchase, which
    is of the voucher's value at least: the rest is paid in euros. Returns the receipt, of the
    voucher's value, or why there is none. Wrong codes count at the till `tries_at` where this one
    is a cashier's; `lines` are those of `pay_with_code`. Raises as `pay` does.
    """
    wanted = Purchase(payment_id, 0, place_id, cents, "voucher", till)
    pay_transfer(wanted)  # what is no payment is none of a voucher
    if books.transfer(payment_id) is not None:  # a look that costs no turn of the writer's
        return paid_before(wanted, up_to=True) or declined("checking")
    before_it = _before_it(wanted, lines)
    shown = Read(None) if before_it else read(said)
    answer = before_it or _judged(wanted, shown, tries_at or till)
    if isinstance(answer, Declined):  # the same payment may have been sent twice at once
        return paid_before(wanted, up_to=True) or _noted(wanted, shown.voucher, answer)
    return answer


def _noted(wanted: Purchase, voucher: Voucher | None, answer: Declined) -> Declined:
    """The refusal, noted for the household that paid the voucher, if it is one."""
    if voucher is not None:
        note_voucher(wanted, answer.reason, wallet_id=voucher.sheet.wallet_id, cents=voucher.cents)
    return answer


def _before_it(wanted: Purchase, lines: tuple[Line, ...]) -> Declined | None:
    """What does not depend on the voucher."""
    if not of_these_days(wanted.payment_id):  # the ledger would judge it before the limit
        return declined("device_clock")
    if not is_open(wanted.till, wanted.place_id):
        return declined("till_suspended")
    if not is_a_way(wanted.method):
        return declined("means_unavailable")
    uncovered = limits.uncovered(
        wanted.cents, lines, place_id=wanted.place_id, articles=limits.today()
    )
    if uncovered is not None:
        return uncovered
    place = books.account(f"place:{wanted.place_id}")
    return declined("place_closed") if place is None or place.state != "open" else None


def read(said: str) -> Read:
    """The voucher behind a QR or a typed code, whatever became of it."""
    message = formats.message_of(said)
    code = vouchers.tidied(said) if message is None else None
    if message is None and code is None:
        return Read(None, declined("voucher_unknown") if len(said) <= LONGEST_CODE else NO_VOUCHER)
    if message is not None and message[0] != formats.VOUCHER:
        return Read(None, NO_VOUCHER)
    found = None
    if VoucherSheet.objects.exists():  # else there are no keys to read one with
        found = _scanned(message) if message is not None else _typed(code or "")
    return Read(found, None if found else declined("voucher_unknown"), code or "")


def _scanned(message: bytes) -> Voucher | None:
    """The voucher of a QR: its drawn bits prove it, not its signature (decision 0020)."""
    said = formats.read_voucher(message)
    drawn = vouchers.Drawn(said.serial, said.secret)
    known = [vouchers.digest(key, drawn) for key in keys.voucher_keys()]
    row = Voucher.objects.filter(scanned__in=known).select_related("sheet").first()
    if row is None:
        return None
    printed = (row.cents, vouchers.number_of_day(row.sheet.last_day))
    return row if (said.cents, said.last_day) == printed else None


def _typed(code: str) -> Voucher | None:
    known = [vouchers.typed_digest(key, code) for key in keys.voucher_keys()]
    return Voucher.objects.filter(typed__in=known).select_related("sheet").first()


def gone(voucher: Voucher) -> Declined:
    """Why nothing is on a voucher's account any more."""
    if Voucher.objects.filter(pk=voucher.pk, back=True).exists():
        return _expired(voucher)
    paid = books.lines(voucher.account, reasons=("payment",))
    return declined("voucher_used", on=day(clock.day_of(paid[-1].at)) if paid else "")


def _expired(voucher: Voucher) -> Declined:
    """Of one that was withdrawn before its last day, that day says nothing."""
    last = voucher.sheet.last_day
    return declined("voucher_expired", on=day(last) if clock.today() > last else "")


def _judged(wanted: Purchase, shown: Read, at: Id) -> Answer:
    """What becomes of it: of a typed code, only while its till may type codes.

    What stands against a typed code that is right is said after the ledger has judged, as it judges
    a wrong one: beyond what its till may get wrong, right and wrong hear the same.
    """
    if shown.code and (until := paused_until(at)):
        return declined("till_code_paused", until=until)
    if shown.voucher is None:
        return _count(wanted, shown, at) if shown.code else shown.refused or NO_VOUCHER
    voucher, stands = shown.voucher, _against(wanted, shown.voucher)
    if not shown.code:
        return stands or _told(wanted, voucher, ledger.submit([_cashing(wanted, voucher)])[0], at)
    limit = tries_account(at)
    if books.account(limit) is None:
        ledger.open_accounts([limit, "tries:all"])
    asked = _cashing(wanted, voucher)._replace(unless=limit)
    if stands is not None:  # more than is ever on it: asked for the limit alone, it moves nothing
        asked = asked._replace(cents=voucher.cents + 1)
    outcome = judged_at(at, lambda: ledger.submit([asked])[0])
    if stands is None or outcome.answer == "limited":
        return _told(wanted, voucher, outcome, at)
    return stands


def _against(wanted: Purchase, voucher: Voucher) -> Declined | None:
    """What stands against cashing a voucher for this purchase, as far as can be seen before."""
    account = books.account(voucher.account)
    if account is None or account.balance < voucher.cents:
        return gone(voucher)
    if clock.today() > voucher.sheet.last_day:
        return _expired(voucher)
    if wanted.cents < voucher.cents:
        return declined("voucher_whole", amount_cents=voucher.cents)
    return None


def _cashing(wanted: Purchase, voucher: Voucher) -> Transfer:
    return Transfer(
        wanted.payment_id, voucher.account, f"place:{wanted.place_id}", voucher.cents, "payment",
        wanted.till, method=wanted.method,
    )  # fmt: skip


def _told(wanted: Purchase, voucher: Voucher, outcome: Outcome, at: Id) -> Answer:
    """The ledger's answer as a till says it."""
    if outcome.answer in DONE:
        return Receipt(
            id=wanted.payment_id,
            kind="payment",
            wallet_id=voucher.sheet.wallet_id,
            place_id=wanted.place_id,
            cents=voucher.cents,
            at=outcome.at,
            seq=outcome.seq,
            wallet_after=None,
            again=outcome.answer == "exists",
        )
    if outcome.answer == "insufficient":
        return gone(voucher)
    if outcome.answer in ("closed", "unknown"):
        return declined("place_closed")
    if outcome.answer == "limited":
        return _paused(at)
    if outcome.answer == "differs":  # by the same number something else was paid meanwhile
        return declined("id_reused")
    return plain(outcome.answer)


def _count(wanted: Purchase, shown: Read, at: Id) -> Declined:
    """One wrong entry at the till, for an hour; beyond what it may have, nothing is said of it."""
    line = Transfer(
        vouchers.try_id(keys.voucher_keys()[0], wanted.payment_id, shown.code),
        tries_account(at), "tries:all", 1, "try", wanted.till, unit="try", phase="held",
        expires_at=clock.now_ms() + HOUR_MS,
    )  # fmt: skip
    outcome = judged_at(at, lambda: submit_try(line))
    if outcome.answer == "ceiling":
        return _paused(at)
    return declined("voucher_unknown") if outcome.answer in DONE else plain(outcome.answer)


def _paused(till: Id) -> Declined:
    until = paused_until(till) or in_words(clock.now_ms())  # over a moment ago
    return declined("till_code_paused", until=until)
