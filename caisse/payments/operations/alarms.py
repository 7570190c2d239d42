"""Who must hear of wrong codes that come in numbers: the office, in the journal (payments.md 2.2).

Nothing of it is written while somebody waits: pauses of tills are read from the ledger afterwards,
and each process says after the answer that its brake took hold.
"""

from collections.abc import Sequence

from django.db import transaction

from caisse.kernel import clock, events, work
from caisse.kernel.actor import SYSTEM
from caisse.kernel.ids import parse_id
from caisse.ledger import queries as books
from caisse.ledger.queries import Hold, Movement
from caisse.payments.models import Till
from caisse.payments.operations.brake import BRAKE
from caisse.payments.operations.tills import HOUR_MS, TRIES_AT_TILL

FOLLOWED = "payments.codes_followed"  # the mark of the last transfer that was looked at
STRICT = "payments.strict_told"  # the instant (ms) at which the caisse was last told of a brake
STEP = 20_000  # transfers of one transaction


def follow_codes() -> int:
    """Record each pause of a till's codes since the last time; how many transfers were looked at.

    Repeatable: the mark moves in the transaction of what is recorded, two that follow take turns.
    The first time, it only begins.
    """
    if books.tip()[0] <= work.marked(FOLLOWED):
        return 0
    return work.through(_step)


@transaction.atomic
def _step() -> int:
    first, last = work.held(FOLLOWED), books.tip()[0]
    if first is None:
        work.mark(FOLLOWED, last)
        return 0
    until = min(first + STEP, last)
    if until <= first:
        return 0
    tried = books.of_reason("try", after=first, until=until)
    by_till: dict[str, list[Movement]] = {}
    for one in tried:
        if one.phase == "held" and one.debit.startswith(TRIES_AT_TILL):
            by_till.setdefault(one.debit, []).append(one)
    for code, some in by_till.items():
        _record_pauses(code, some)
    work.mark(FOLLOWED, until)
    return until - first


def _record_pauses(code: str, tried: Sequence[Movement]) -> None:
    """An event for each of these wrong codes with which a pause of their till began."""
    account = books.account(code)
    till = Till.objects.filter(pk=parse_id(code.removeprefix(TRIES_AT_TILL))).first()
    if account is None or account.ceiling is None or till is None:
        return
    held = books.holds(code, after_ms=tried[0].at, until_ms=tried[-1].at + 2 * HOUR_MS)
    for one in tried:
        end = _pause_begun(held, one, account.ceiling)
        if end:
            events.record(
                "till.code_paused", subject=f"place:{till.place_id}", by=SYSTEM,
                till=code.removeprefix(TRIES_AT_TILL), until=end,
            )  # fmt: skip


def _pause_begun(held: Sequence[Hold], tried: Movement, ceiling: int) -> int:
    """Until when (ms) a till takes no code after this wrong one; 0 when it takes them still."""
    then = [one for one in held if one.seq <= tried.seq and one.expires_at > tried.at]
    return then[-ceiling].expires_at if len(then) >= ceiling else 0


def tell_of_brake() -> int:
    """Record that the brake of this process took hold, unless it was told; how much was told.

    Each process that serves counts for itself, and takes identifiers at usual places only for those
    whom it answers: the caisse is told once in an hour, by the first of them.
    """
    if not BRAKE.began:
        return 0
    with transaction.atomic():
        now, last = clock.now_ms(), work.held(STRICT)
        if last is None or not 0 <= now - last < HOUR_MS:
            work.mark(STRICT, now)
            events.record("codes.strict", subject="caisse", by=SYSTEM, until=now + HOUR_MS)
    BRAKE.told()
    return 1
