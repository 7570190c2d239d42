"""What slips have paid: counters that come twice, sums that pass what was set aside, their ends."""

from django.db.models import Sum

from caisse.kernel import clock, events
from caisse.kernel.actor import SYSTEM
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.payments.models import OfflineStop, Reserve, SlipUse
from caisse.payments.operations.opening import Opened
from caisse.payments.queries.parts import PAID

MOST_AT_ONCE = 5_000  # ids of one look-up, below SQLite's limit of parameters


@ledger.repeatable
def watch(opened: Opened) -> None:
    """Find that the telephone of a slip was copied.

    Two payments of one counter prove it, and so do payments of more than a slip for anywhere holds,
    which no telephone signs. The shop is paid as the others are; the wallet sets nothing aside any
    more until a person has talked with the member.
    """
    reserve = opened.reserve
    if reserve is None or opened.counter is None:
        return
    Reserve.objects.select_for_update().get(pk=reserve.pk)  # two payments at once take turns
    if OfflineStop.objects.filter(pk=reserve.wallet).exists():
        return
    note_use(opened)
    uses = SlipUse.objects.filter(reserve_id=reserve.pk)
    signed = uses.aggregate(cents=Sum("cents"))["cents"] or 0
    again = uses.filter(counter=opened.counter).exclude(payment=opened.id).exists()
    if again or (reserve.place_id is None and signed > reserve.cents):
        cause = events.record("phone.copied", subject=f"wallet:{reserve.wallet}", by=SYSTEM)
        OfflineStop.objects.create(wallet=reserve.wallet, at=clock.now_ms(), cause=cause)


def note_use(opened: Opened) -> None:
    """Write down that a slip has signed this payment. Twice is once; a code's is nobody's."""
    if opened.reserve is not None and opened.counter is not None:
        said = {"reserve_id": opened.reserve.pk, "counter": opened.counter, "cents": opened.cents}
        SlipUse.objects.get_or_create(payment=opened.id, defaults=said)


def slip_left(reserve: Reserve) -> int:
    """What a slip was for, less all that was paid with it, from wherever it came (cents)."""
    uses = dict(SlipUse.objects.filter(reserve_id=reserve.pk).values_list("payment", "cents"))
    ids, paid = [bytes(id) for id in uses], 0
    for start in range(0, len(ids), MOST_AT_ONCE):
        found = books.transfers(ids[start : start + MOST_AT_ONCE])
        paid += sum(uses[one.id] for one in found if one.reason in PAID)
    return max(0, reserve.cents - paid)


def may_hold(opened: Opened) -> bool:
    """Whether a till may have taken this slip under its licence: both were good at one moment.

    A slip ends with its hours, or when it was struck; licences that begin later do not honour it.
    """
    slip, licence = opened.reserve, opened.licence
    if slip is None or opened.counter is None:
        return True
    last = slip.until if slip.struck_at is None else min(slip.until, slip.struck_at)
    return licence.since < last and slip.since < licence.until
