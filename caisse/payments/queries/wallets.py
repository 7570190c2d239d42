"""A wallet as its holders read it: its movements, month by month, and what was left after each."""

from collections.abc import Sequence
from dataclasses import dataclass

from caisse.kernel import clock
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.ledger import queries as books
from caisse.ledger.queries import Line as BookLine
from caisse.ledger.queries import Movement
from caisse.payments.queries.asides import spent_aside
from caisse.payments.queries.parts import wallet_behind

MOST_AT_ONCE = 5_000  # ids of one look-up, below SQLite's limit of parameters
KEPT, FREED = "kept", "freed"
ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class WalletLine:
    """One movement of a wallet as its holders read it: `cents` signed, `left_cents` right after.

    `reason` is the ledger's; `undone` says that it is a counter-entry. `place_id` is that of a
    purchase or a refund, `of` the purchase that a refund gives back, `for_month` an allocation's.
    What is held for a sale by telephone is "kept" until `kept_until` (ms), and "freed" when the
    sale did not take place; typed, it is a purchase of the moment `agreed_at` (ms), under the
    number of its receipt. What was paid without network from money set aside has the reason ASIDE
    and moves nothing here: `aside_cents` is what it paid, of money that had left before.
    """

    id: Id
    reason: str
    undone: bool
    cents: int
    left_cents: int
    at: int
    for_month: Month
    place_id: int | None
    of: Id | None
    kept_until: int | None = None
    agreed_at: int | None = None
    seq: int = 0
    aside_cents: int = 0


@dataclass(frozen=True, slots=True)
class WalletMonth:
    """A wallet in a month: what was left before, the movements in their order, what was left."""

    month: Month
    before_cents: int
    lines: tuple[WalletLine, ...]
    left_cents: int


def wallet_month(wallet_id: int, month: Month) -> WalletMonth:
    """What happened to a wallet in `month`, in a number of queries that does not follow theirs."""
    first, last = clock.instant(month.first), clock.instant(month.next().first)
    code = f"wallet:{wallet_id}"
    since = books.lines(code, since_ms=first)
    before = _now(code) - sum(line.cents for line in since)
    lines = _wallet_lines(code, [line for line in since if line.at < last], before)
    lines = _with_aside(lines, spent_aside(wallet_id, since_ms=first, until_ms=last), before)
    return WalletMonth(month, before, lines, lines[-1].left_cents if lines else before)


def last_lines(wallet_id: int, *, limit: int) -> tuple[WalletLine, ...]:
    """The last movements of a wallet, the newest first."""
    code = f"wallet:{wallet_id}"
    rows = books.lines(code, limit=limit)[::-1]
    before = _now(code) - sum(line.cents for line in rows)
    lines = _wallet_lines(code, rows, before)
    since = lines[0].at if len(lines) == limit else 0
    return _with_aside(lines, spent_aside(wallet_id, since_ms=since), before)[-limit:][::-1]


def wallet_line(wallet_id: int, id: Id) -> WalletLine | None:
    """One movement of a wallet; None for an id that is nobody's or another wallet's.

    What was left after it is what could be spent, without what is held: as in the lists.
    """
    movement, code = books.transfer(id), f"wallet:{wallet_id}"
    if movement is None:
        return None
    if code not in (movement.debit, movement.credit):
        own = movement.reason == "payment" and wallet_behind(movement.debit) == wallet_id
        return _aside_line(movement, 0) if own else None
    if movement.phase in ("held", "void") and code != movement.debit:
        return None
    later = [one for one in books.lines(code, since_ms=movement.at) if one.seq > movement.seq]
    left = _now(code) - sum(line.cents for line in later)
    hold, closing = None, None
    if movement.phase == "held":
        hold, closing = movement, _closings([id]).get(id)
    elif movement.phase == "post" and movement.of is not None:
        hold, closing = books.transfer(movement.of), movement
    out = movement.debit == code and movement.phase != "void"
    return _wallet_line(movement, -movement.cents if out else movement.cents, left, hold, closing)


def refunds_of(payment_id: Id) -> list[Movement]:
    """The refunds of a purchase that stand, in order of posting."""
    found = books.refers_to(payment_id)
    undone = {
        one.of for movement in found for one in books.refers_to(movement.id)
        if one.phase == "reverse"
    }  # fmt: skip
    return [one for one in found if one.reason == "refund" and one.id not in undone]


def _now(code: str) -> int:
    """What may be spent of a wallet now, in cents."""
    account = books.account(code)
    return 0 if account is None else account.balance - account.held


def _wallet_lines(code: str, rows: Sequence[BookLine], before: int) -> tuple[WalletLine, ...]:
    """The lines of a wallet, in their order, with what was left after each; two queries, or four
    when some of it was held."""
    known = {}
    for start in range(0, len(rows), MOST_AT_ONCE):
        some = [row.id for row in rows[start : start + MOST_AT_ONCE]]
        known.update({movement.id: movement for movement in books.transfers(some)})
    closings = _closings([row.id for row in rows if row.phase == "held"])
    left, told = before, []
    for row in rows:
        left += row.cents
        movement, closing = known[row.id], closings.get(row.id)
        hold = movement if row.phase == "held" else None
        told.append(_wallet_line(movement, row.cents, left, hold, closing))
    return tuple(told)


def _closings(holds: Sequence[Id]) -> dict[Id, Movement]:
    """What closed each of these holds, a post or a void."""
    if not holds:
        return {}
    return {one.of: one for one in books.referring_to(holds) if one.of is not None}


def _wallet_line(
    movement: Movement, cents: int, left: int, hold: Movement | None, closing: Movement | None
) -> WalletLine:
    """One line; `hold` is what was agreed to by telephone, `closing` what became of it."""
    typed = closing is not None and closing.phase == "post"
    reason = movement.reason
    if movement.phase == "void":
        reason = FREED
    elif hold is not None and not typed:
        reason = KEPT
    other = movement.credit if movement.credit.startswith("place:") else movement.debit
    place = other.removeprefix("place:") if other.startswith("place:") else ""
    return WalletLine(
        id=closing.id if closing is not None and typed else movement.id,
        reason=reason,
        undone=movement.phase == "reverse",
        cents=cents,
        left_cents=left,
        at=movement.at,
        for_month=movement.for_month,
        place_id=int(place) if place else None,
        of=None if movement.phase in ("post", "void") else movement.of,
        kept_until=None if hold is None or closing is not None else hold.expires_at,
        agreed_at=hold.at if hold is not None and typed else None,
        seq=movement.seq,
    )


def _with_aside(
    lines: Sequence[WalletLine], movements: Sequence[Movement], before: int
) -> tuple[WalletLine, ...]:
    """The lines with the sales from money set aside between them, in their order."""
    told, left = list(lines), {line.seq: line.left_cents for line in lines}
    for movement in movements:
        last = max((seq for seq in left if seq < movement.seq), default=None)
        told.append(_aside_line(movement, before if last is None else left[last]))
    return tuple(sorted(told, key=lambda line: line.seq))


def _aside_line(movement: Movement, left: int) -> WalletLine:
    return WalletLine(
        id=movement.id, seq=movement.seq, reason=ASIDE, undone=False, cents=0, left_cents=left,
        at=movement.at, for_month=movement.for_month,
        place_id=int(movement.credit.removeprefix("place:")), of=None,
        aside_cents=movement.cents,
    )  # fmt: skip
