"""What slips have paid: counters that come twice, sums that pass what was set aside, their ends."""

from django.db.models import QuerySet, Sum

from caisse.kernel import clock, events
from caisse.kernel.actor import SYSTEM
from caisse.kernel.ids import Id
from caisse.ledger import operations as ledger
from caisse.payments.models import LateSale, OfflineStop, Reserve, SlipUse
from caisse.payments.offline import judging
from caisse.payments.offline.judging import ANYWHERE, Verdict
from caisse.payments.operations.opening import Opened


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


def note_use(opened: Opened, *, paid: bool = False) -> None:
    """Write down that a slip has signed this payment, and that it was judged good (`paid`).

    Twice is once; a code's is nobody's.
    """
    if opened.reserve is not None and opened.counter is not None:
        said = {"reserve_id": opened.reserve.pk, "counter": opened.counter, "cents": opened.cents}
        SlipUse.objects.get_or_create(payment=opened.id, defaults=said)
        if paid:
            SlipUse.objects.filter(payment=opened.id).update(paid=True)


def slip_left(opened: Opened) -> int:
    """What a slip was for, less all that was judged good of it but this payment (cents).

    Payments of one slip take turns here until the end of the caller's transaction.
    """
    if opened.reserve is None or opened.counter is None:
        return 0
    slip = Reserve.objects.select_for_update().get(pk=opened.reserve.pk)
    paid = SlipUse.objects.filter(reserve_id=slip.pk, paid=True).exclude(payment=opened.id)
    return max(0, slip.cents - (paid.aggregate(cents=Sum("cents"))["cents"] or 0))


def late_copy(opened: Opened) -> Verdict:
    """What a telephone's copy is told that came too late and that money does not pay.

    A person decides on it only where its till may have sold so: what its slip has paid, and what
    waits for a person already, leaves as much of what was set aside, and the request is of the
    hours of slip and licence. Payments of one slip take turns.
    """
    slip, licence = opened.reserve, opened.licence
    if slip is None:
        return Verdict("forged")
    left = slip_left(opened)
    noted = LateSale.objects.filter(payment__in=payments_of(slip.wallet, slip.pk))
    others = noted.exclude(payment=opened.id).exclude(state=LateSale.State.POSTED)
    left -= others.aggregate(cents=Sum("cents"))["cents"] or 0
    return judging.judge_late_copy(
        opened.cents, left, at_place=licence.place_id, slip_place=slip.place_id or ANYWHERE,
        asked_at=opened.made_at, since=max(slip.since, licence.since),
        until=min(slip.until, licence.until, licence.closed_at or licence.until),
    )  # fmt: skip


def payments_of(wallet_id: int, slip_id: int | None = None) -> QuerySet[SlipUse, Id]:
    """The numbers of what a wallet's slips, or one of them, have signed, for a query."""
    uses = SlipUse.objects.filter(reserve__wallet=wallet_id)
    if slip_id is not None:
        uses = uses.filter(reserve_id=slip_id)
    return uses.values_list("payment", flat=True)


def may_hold(opened: Opened) -> bool:
    """Whether a till may have taken this slip under its licence: both were good at one moment.

    A slip ends with its hours, or when it was struck; licences that begin later do not honour it.
    """
    slip, licence = opened.reserve, opened.licence
    if slip is None or opened.counter is None:
        return True
    last = slip.until if slip.struck_at is None else min(slip.until, slip.struck_at)
    return licence.since < last and slip.since < licence.until
