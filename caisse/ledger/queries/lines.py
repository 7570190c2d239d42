"""The lines of one account, and what several accounts gained: for wallets, places and months."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q, QuerySet, Sum

from caisse.kernel import clock, work
from caisse.kernel.ids import Id, first_id
from caisse.kernel.month import Month
from caisse.ledger.models import Account, Gain, Trace, Transfer
from caisse.ledger.rules import family_of

FOLLOWED = ("wallet", "place", "voucher", "reserve")  # families whose transfers are traced
TRACED = "ledger.traced"  # the mark of the last transfer that operations.trace has followed
SUMMED = "ledger.summed"  # and of the last one that is in the sums
_SET_ASIDE = ("held", "void")  # what a hold will credit is not there yet
_MOST_AT_ONCE = 900  # ids of one look-up, below SQLite's least limit of parameters
_OLDEST_MS = 62 * 24 * 3600 * 1000  # a sender's id may be 31 days old, a derived one some more
_AHEAD_MS = 10 * 60 * 1000  # and 10 minutes ahead of us


@dataclass(frozen=True, slots=True)
class Line:
    """What one transfer changed of what an account may still spend: `cents`, signed, never 0."""

    id: Id
    seq: int
    at: int
    reason: str
    phase: str
    of: Id | None
    cents: int
    cause: Id
    chain: Id | None = None


class Hold(NamedTuple):
    """One hold of an account's debits, closed since or not: when it was set, until when (ms)."""

    seq: int
    at: int
    expires_at: int


def lines(
    code: str,
    *,
    since_ms: int = 0,
    until_ms: int | None = None,
    before: int | None = None,
    reasons: Sequence[str] = (),
    limit: int | None = None,
) -> list[Line]:
    """The lines of one account in order of posting, from `since_ms` until before `until_ms`.

    With a `limit`, the last ones before the transfer number `before`, the newest first. The other
    account is not told. A hold counts when set, for all of it or for what was posted of it; its
    post counts no more, its void gives back: the sum of all lines of an account is its balance less
    what is held. Of a sale in parts each part is a line, of one `chain`. Of a family that nobody
    traces the journal itself is read, from `since_ms` on: right, and slow.
    """
    number = Account.objects.filter(code=code).values_list("pk", flat=True).first() or 0
    asked = Q(at__gte=since_ms)
    if until_ms is not None:
        asked &= Q(at__lt=until_ms)
    if before is not None:
        asked &= Q(seq__lt=before)
    traced = _traced([code])
    known = Trace.objects.filter(asked, account=number, seq__lte=traced).values("transfer")
    old = Transfer.objects.filter(pk__in=known)
    new = Transfer.objects.filter(
        asked, Q(debit=number) | Q(credit=number), seq__gt=traced,
        pk__gte=first_id(max(0, since_ms - _OLDEST_MS)),
    )  # fmt: skip
    found = [*_lines_of(new, number, reasons, limit), *_lines_of(old, number, reasons, limit)]
    found.sort(key=lambda line: line.seq, reverse=limit is not None)
    return found[:limit]


def _traced(codes: Sequence[str]) -> int:
    """Up to which transfer the traces tell these accounts; 0 when one is of no traced family.

    What the mark has passed is in no trace of such an account: an empty answer would be a lie.
    """
    followed = all(family_of(code) in FOLLOWED for code in codes)
    return work.marked(TRACED) if followed else 0


def holds(code: str, *, after_ms: int, until_ms: int) -> list[Hold]:
    """The holds of one account's debits that expire after `after_ms`, up to `until_ms`, in order.

    By the index of what expires: as right and as cheap whether the journal was followed, and what
    is over was voided, or not. Those that were closed before their time are told too.
    """
    number = Account.objects.filter(code=code).values_list("pk", flat=True).first() or 0
    rows = Transfer.objects.filter(
        debit=number, phase="held", expires_at__gt=after_ms, expires_at__lte=until_ms
    )
    found = rows.order_by("expires_at", "seq").values_list("seq", "at", "expires_at")
    return [Hold(seq, at, expires_at) for seq, at, expires_at in found if expires_at is not None]


def _lines_of(
    rows: "QuerySet[Transfer]", number: int, reasons: Sequence[str], limit: int | None
) -> list[Line]:
    """Those transfers as lines of the account `number`, the newest `limit` when it is given."""
    if reasons:
        rows = rows.filter(reason__in=reasons)
    kept = rows.exclude(phase="post", debit=number).exclude(phase__in=_SET_ASIDE, credit=number)
    kept = kept.order_by("-seq")[:limit] if limit is not None else kept.order_by("seq")
    columns = kept.values_list(
        "id", "seq", "at", "reason", "phase", "of", "cents", "debit", "cause", "chain"
    )
    found = list(columns)
    posted = _posted([id for id, _, _, _, phase, *_ in found if phase == "held"])
    return [
        Line(
            id, seq, at, reason, phase, of,
            -posted.get(id, cents) if debit == number and phase != "void" else cents, cause, chain,
        )
        for id, seq, at, reason, phase, of, cents, debit, cause, chain in found
    ]  # fmt: skip


def named_in(
    codes: Sequence[str],
    *,
    reasons: Sequence[str],
    since_ms: int = 0,
    until_ms: int | None = None,
) -> list[Id]:
    """The transfers of any of these wallets, places or vouchers for some reasons, in that time.

    A few thousand accounts at most; others than `FOLLOWED` are looked for in the journal itself.
    A hold and its post are both there.
    """
    numbers = list(Account.objects.filter(code__in=codes).values_list("pk", flat=True))
    if not numbers:
        return []
    asked = Q(at__gte=since_ms)
    if until_ms is not None:
        asked &= Q(at__lt=until_ms)
    traced = _traced(codes)
    known = Trace.objects.filter(asked, account__in=numbers, seq__lte=traced).values("transfer")
    old = Transfer.objects.filter(pk__in=known, reason__in=reasons)
    new = Transfer.objects.filter(
        asked, Q(debit__in=numbers) | Q(credit__in=numbers), seq__gt=traced, reason__in=reasons,
        pk__gte=first_id(max(0, since_ms - _OLDEST_MS)),
    )  # fmt: skip
    return [*{*old.values_list("pk", flat=True), *new.values_list("pk", flat=True)}]


def set_aside(code: str) -> int:
    """Cents that a wallet paid for vouchers and reserves, and that are still on them."""
    rows = lines(code, reasons=("voucher_issue", "reserve"))
    found = Transfer.objects.filter(pk__in=[row.id for row in rows])
    holding = Account.objects.filter(pk__in=found.values("credit"))
    sums = holding.aggregate(credits=Sum("credits"), debits=Sum("debits"))
    return (sums["credits"] or 0) - (sums["debits"] or 0)


def _posted(holds: Sequence[Id]) -> dict[Id, int]:
    """What was posted of those of these holds that were posted, in cents."""
    found: dict[Id, int] = {}
    for start in range(0, len(holds), _MOST_AT_ONCE):
        some = holds[start : start + _MOST_AT_ONCE]
        rows = Transfer.objects.filter(of__in=some, phase="post").values_list("of", "cents")
        found.update((of, cents) for of, cents in rows if of is not None)
    return found


def payers(code: str, *, since_ms: int, until_ms: int) -> int:
    """How many wallets paid something to the account `code` in that time.

    Of a voucher nobody knows whose hands it went through: it is no payer.
    """
    number = Account.objects.filter(code=code).values_list("pk", flat=True).first() or 0
    rows = Transfer.objects.filter(
        credit=number, reason="payment", phase__in=("posted", "post"), at__gte=since_ms,
        at__lt=until_ms, pk__gte=first_id(max(0, since_ms - _OLDEST_MS)),
        pk__lt=first_id(until_ms + _AHEAD_MS),
    )  # fmt: skip
    wallets = Account.objects.filter(pk__in=rows.values("debit"), code__startswith="wallet:")
    return wallets.count()


def gained(codes: Sequence[str], reasons: Sequence[str], *, since: Month) -> dict[str, int]:
    """What some places gained for these reasons from that month on, in cents; 0 is left out.

    Written sums, and the journal itself beyond them: as dear in a busy caisse as in a quiet one.
    Read anew when the sums were written on meanwhile: a sale would count twice, or not at all.
    """
    numbers = dict(Account.objects.filter(code__in=codes).values_list("pk", "code"))
    while True:
        summed = work.marked(SUMMED)
        found = _gained(numbers, reasons, since, summed)
        if work.marked(SUMMED) == summed:
            return {code: cents for code, cents in found.items() if cents}


def _gained(
    numbers: dict[int, str], reasons: Sequence[str], since: Month, summed: int
) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    known = Gain.objects.filter(account__in=numbers, month__gte=since.number, reason__in=reasons)
    for number, cents in known.values_list("account", "cents"):
        found[numbers[number]] += cents
    rows = Transfer.objects.filter(
        seq__gt=summed, at__gte=clock.instant(since.first),
        pk__gte=first_id(max(0, clock.instant(since.first) - _OLDEST_MS)),
        phase__in=("posted", "post", "reverse"), reason__in=reasons,
    )  # fmt: skip
    for side, sign in (("credit", 1), ("debit", -1)):
        sums = rows.filter(**{f"{side}__in": numbers}).values_list(side).annotate(Sum("cents"))
        for number, cents in sums:
            found[numbers[number]] += sign * cents
    return found
