"""A wallet as its holders read it: movements, what was left after each, vouchers it paid for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from caisse.kernel import clock
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.ledger import queries as books
from caisse.ledger.queries import Line as BookLine
from caisse.ledger.queries import Movement
from caisse.payments.queries.asides import spent_aside
from caisse.payments.queries.parts import wallet_behind
from caisse.payments.queries.vouchers import cashed

CASHED = "voucher"  # the reason of a line that tells of a voucher, paid before
KEPT, FREED = "kept", "freed"  # of a sale by telephone: held, and not taken place
OF_SHEETS = ("voucher_issue", "voucher_back")  # one line for all vouchers of a sheet
MOST_OF_SHEET = 24  # vouchers that are printed or given back at once
MOST_AT_ONCE = 5_000  # ids of one look-up, below SQLite's limit of parameters
ASIDE = "aside"  # the same of money that was set aside for sales without network


@dataclass(frozen=True, slots=True)
class WalletLine:
    """One movement of a wallet as its holders read it: `cents` signed, `left_cents` right after.

    `reason` is the ledger's; `undone` says that it is a counter-entry. `place_id` is that of a
    purchase or a refund, `of` the purchase that a refund gives back, `for_month` an allocation's.
    What is held for a sale by telephone is KEPT until `kept_until` (ms), and FREED when the sale
    did not take place; typed, it is a purchase of the moment `agreed_at` (ms), under the number of
    its receipt.
    Vouchers printed at once are one line, `count` of them. One that was cashed has the reason
    CASHED and moves nothing here: `voucher_cents` is what it paid, of money that had left before.
    What was paid without network from money set aside has the reason ASIDE, `aside_cents` alike.
    """

    id: Id
    seq: int
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
    count: int = 1
    voucher_cents: int = 0
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
    lines = _wallet_lines([line for line in since if line.at < last], before)
    apart = _paid_apart(wallet_id, since_ms=first, until_ms=last)
    lines = _with_apart(lines, apart, before)
    return WalletMonth(month, before, lines, lines[-1].left_cents if lines else before)


def last_lines(
    wallet_id: int, *, limit: int, with_vouchers: bool = False
) -> tuple[WalletLine, ...]:
    """The last movements of a wallet, the newest first; `with_vouchers` all that were cashed too.

    Where vouchers were cashed is for the wallet's holders alone: others may have carried them.
    """
    code = f"wallet:{wallet_id}"
    most = limit + MOST_OF_SHEET
    rows = books.lines(code, limit=most)[::-1]
    before = _now(code) - sum(line.cents for line in rows)
    lines = _wallet_lines(rows, before)
    if len(rows) == most and lines[0].reason in OF_SHEETS:
        lines = lines[1:]  # of that sheet some may stand before the first row
    lines = lines[-limit:]
    if with_vouchers:
        apart = _paid_apart(wallet_id)
    else:
        apart = spent_aside(wallet_id, since_ms=lines[0].at if len(lines) == limit else 0)
    lines = _with_apart(lines, apart, before)
    return lines[::-1] if with_vouchers else lines[-limit:][::-1]


def cashed_of_sheet(number: int, *, wallet_id: int) -> tuple[WalletLine, ...]:
    """The purchases that vouchers of one sheet paid, in order, for the wallet's holders."""
    return tuple(_cashed_line(one, 0) for one in cashed(wallet_id, number=number))


def lines_until(wallet_id: int, *, until_ms: int, limit: int) -> tuple[WalletLine, ...]:
    """The movements of a wallet and of its vouchers before that instant, the newest first.

    Read in blocks, one of them unless many sheets of vouchers stand in it, each a single line.
    """
    code, block = f"wallet:{wallet_id}", limit + MOST_OF_SHEET
    later = books.lines(code, since_ms=until_ms) if until_ms <= clock.now_ms() else ()
    left = _now(code) - sum(line.cents for line in later)
    rows: list[BookLine] = []
    while True:
        up_to = rows[0].seq if rows else None
        older = books.lines(code, until_ms=until_ms, before=up_to, limit=block)[::-1]
        rows, whole = [*older, *rows], len(older) < block
        before = left - sum(line.cents for line in rows)
        lines = _wallet_lines(rows, before)
        if not whole and lines[0].reason in OF_SHEETS:
            lines = lines[1:]  # of that sheet some may stand before the first row
        if whole or len(lines) >= limit:
            break
    since = 0 if whole else lines[0].at
    paid = _paid_apart(wallet_id, since_ms=since, until_ms=until_ms)
    return _with_apart(lines, paid, before)[-limit:][::-1]


def wallet_line(wallet_id: int, id: Id) -> WalletLine | None:
    """One movement of a wallet, or of its vouchers; None for an id that is nobody's or another's.

    What was left after it is what could be spent, without what is held: as in the lists. What is
    left after a voucher is not told: 0.
    """
    movement, code = books.transfer(id), f"wallet:{wallet_id}"
    if movement is None:
        return None
    if code not in (movement.debit, movement.credit):
        return _of_apart(movement, wallet_id)
    if movement.phase in ("held", "void") and code != movement.debit:
        return None
    if movement.reason in OF_SHEETS and movement.chain is not None:
        rows = books.lines(
            code, since_ms=movement.at, until_ms=movement.at + 1, reasons=(movement.reason,)
        )
        return _line_of_sheet(code, movement, rows)
    hold, closing = None, None
    if movement.phase == "held":
        hold, closing = movement, _closings([id]).get(id)
    elif movement.phase == "post" and movement.of is not None:
        hold, closing = books.transfer(movement.of), movement
    out = movement.debit == code and movement.phase != "void"
    left = _left_after(code, movement)
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


def _left_after(code: str, movement: Movement) -> int:
    """What could be spent of a wallet right after a movement."""
    later = [one for one in books.lines(code, since_ms=movement.at) if one.seq > movement.seq]
    return _now(code) - sum(line.cents for line in later)


def _wallet_lines(rows: Sequence[BookLine], before: int) -> tuple[WalletLine, ...]:
    """The lines of a wallet, in their order, with what was left after each; two queries, or four
    when some of it was held."""
    known = {}
    for start in range(0, len(rows), MOST_AT_ONCE):
        some = [row.id for row in rows[start : start + MOST_AT_ONCE]]
        known.update({movement.id: movement for movement in books.transfers(some)})
    closings = _closings([row.id for row in rows if row.phase == "held"])
    left = before
    told: list[WalletLine] = []
    sheet: Id | None = None  # the chain of the line before, when it is a sheet's
    for row in rows:
        left += row.cents
        movement = known[row.id]
        of_sheet = movement.chain if movement.reason in OF_SHEETS else None
        if of_sheet is not None and of_sheet == sheet:
            told[-1] = _joined(told[-1], row.cents, left)
        else:
            hold = movement if row.phase == "held" else None
            told.append(_wallet_line(movement, row.cents, left, hold, closings.get(row.id)))
        sheet = of_sheet
    return tuple(told)


def _closings(holds: Sequence[Id]) -> dict[Id, Movement]:
    """What closed each of these holds, a post or a void."""
    if not holds:
        return {}
    return {one.of: one for one in books.referring_to(holds) if one.of is not None}


def _line_of_sheet(code: str, movement: Movement, rows: Sequence[BookLine]) -> WalletLine:
    """The one line of a sheet's movements; `rows` are those of the same instant."""
    all_ = {one.id: one for one in books.transfers([row.id for row in rows])}
    ids = [row.id for row in rows if all_[row.id].chain == movement.chain]
    out = movement.reason == "voucher_issue"
    cents = sum(all_[id].cents for id in ids)
    left = _left_after(code, all_[ids[-1]])
    line = _wallet_line(all_[ids[0]], -cents if out else cents, left, None, None)
    return replace(line, count=len(ids))


def _joined(line: WalletLine, cents: int, left: int) -> WalletLine:
    """The line of a sheet with one voucher more."""
    return replace(line, cents=line.cents + cents, left_cents=left, count=line.count + 1)


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
    place = _place(movement.credit)
    return WalletLine(
        id=closing.id if closing is not None and typed else movement.id,
        seq=movement.seq,
        reason=reason,
        undone=movement.phase == "reverse",
        cents=cents,
        left_cents=left,
        at=movement.at,
        for_month=movement.for_month,
        place_id=_place(movement.debit) if place is None else place,
        of=None if movement.phase in ("post", "void") else movement.of,
        kept_until=None if hold is None or closing is not None else hold.expires_at,
        agreed_at=hold.at if hold is not None and typed else None,
    )


def _paid_apart(
    wallet_id: int, *, since_ms: int = 0, until_ms: int | None = None
) -> list[Movement]:
    """What was paid of money that had left the wallet before: vouchers, what was set aside."""
    by_voucher = cashed(wallet_id, since_ms=since_ms, until_ms=until_ms)
    set_aside = spent_aside(wallet_id, since_ms=since_ms, until_ms=until_ms)
    return sorted([*by_voucher, *set_aside], key=lambda one: one.seq)


def _with_apart(
    lines: Sequence[WalletLine], movements: Sequence[Movement], before: int
) -> tuple[WalletLine, ...]:
    """The lines with those between them, in order; what is left is as before each."""
    if not movements:
        return tuple(lines)
    rest, left = list(lines)[::-1], before
    told: list[WalletLine] = []
    for movement in movements:
        while rest and rest[-1].seq < movement.seq:
            told.append(rest.pop())
            left = told[-1].left_cents
        told.append(_line_apart(movement, left))
    return (*told, *rest[::-1])


def _of_apart(movement: Movement, wallet_id: int) -> WalletLine | None:
    """The line of a purchase paid of this wallet's money that had left before; None for others."""
    if movement.phase not in ("posted", "reverse") or movement.reason != "payment":
        return None
    paid_by = movement.credit if movement.phase == "reverse" else movement.debit
    if wallet_behind(paid_by) != wallet_id:
        return None
    aside = paid_by.startswith("reserve:")
    return _line_apart(movement, _left_after(f"wallet:{wallet_id}", movement) if aside else 0)


def _line_apart(movement: Movement, left: int) -> WalletLine:
    own = movement.credit if movement.phase == "reverse" else movement.debit
    if own.startswith("voucher:"):
        return _cashed_line(movement, left)
    return WalletLine(
        id=movement.id, seq=movement.seq, reason=ASIDE, undone=False, cents=0, left_cents=left,
        at=movement.at, for_month=movement.for_month, place_id=_place(movement.credit), of=None,
        aside_cents=movement.cents,
    )  # fmt: skip


def _cashed_line(movement: Movement, left: int) -> WalletLine:
    undone = movement.phase == "reverse"
    return WalletLine(
        id=movement.id,
        seq=movement.seq,
        reason=CASHED,
        undone=undone,
        cents=0,
        left_cents=left,
        at=movement.at,
        for_month=movement.for_month,
        place_id=_place(movement.debit if undone else movement.credit),
        of=movement.of,
        voucher_cents=-movement.cents if undone else movement.cents,
    )


def _place(code: str) -> int | None:
    family, _, number = code.partition(":")
    return int(number) if family == "place" else None
