"""One account to many, many to one: months, calls and expiry, on arrays."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from django.db import connection

from caisse.kernel import clock
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.one_or_many import Array
from caisse.ledger.rules import (
    FAMILIES,
    MONEY,
    ROUTES,
    Account,
    Outcome,
    Refused,
    family_of,
    fresh,
    spread_cents,
)
from caisse.ledger.writer import Door, Lines, Tip, door_on

Mask: TypeAlias = npt.NDArray[np.bool_]


def spread(
    *, debit: str, credits: Sequence[str], cents: Array, ids: Sequence[Id], reason: str, cause: Id,
    for_month: Month, ceilings: Array | None = None,
) -> Array:  # fmt: skip
    """Credit many accounts from one, in the caller's transaction; returns the cents credited.

    Arrays of equal length, one line per account, each account once. A closed or unknown account
    receives 0; `ceilings[i]` bounds the balance under lock. An id posted before returns what it
    posted (a ceiling may have made it less than is asked). Raises Refused when the source does not
    hold the sum, or an id was used for something else; ValueError for columns that do not fit.
    """
    return _move("debit", debit, credits, cents, ids, reason, cause, for_month, ceilings)


def gather(
    *, debits: Sequence[str], credit: str, cents: Array, ids: Sequence[Id], reason: str, cause: Id,
    for_month: Month,
) -> Array:  # fmt: skip
    """Debit many accounts in favour of one, all or none; returns the cents moved by each id.

    Lines of 0 cents move nothing. Raises Refused naming the first line that cannot be, ValueError
    for columns that do not fit.
    """
    return _move("credit", credit, debits, cents, ids, reason, cause, for_month, None)


def _move(
    side: str, one_code: str, many: Sequence[str], cents: Array, ids: Sequence[Id], reason: str,
    cause: Id, for_month: Month, ceilings: Array | None,
) -> Array:  # fmt: skip
    if not connection.in_atomic_block:
        raise RuntimeError("this needs the caller's transaction, with its cause event")
    if not (len(many) == len(cents) == len(ids)) or len(set(many)) != len(many):
        raise ValueError("one line per account, each account once")
    if len(many) == 0:
        return np.zeros(0, dtype=np.int64)
    cents = np.asarray(cents, dtype=np.int64)
    if (cents < 0).any() or any(len(id) != 16 for id in (cause, *ids)):
        raise ValueError("amounts are not negative, ids have 16 bytes")
    with connection.wrap_database_errors:  # `repeatable` knows Django's errors
        door = door_on(connection)
        _check(side, one_code, many, ids, reason, door.tip())
        one, columns = door.lock_columns(one_code, many)
        if one is None:
            raise Refused([Outcome("unknown", ids[0])])
        there = _already(door, side, one, columns.ids, cents, ids, reason)
        moved = np.where(there > 0, 0, cents)
        states, passing = columns.states, ROUTES[reason].passes_closed
        open_ = (columns.ids > 0) & ((states == 0) | (passing & (states == 1)))
        if moved.any() and (one.state == "ended" or (one.state == "closed" and not passing)):
            raise Refused([Outcome("closed", ids[0])])
        if side == "debit":
            own = columns.ceilings if ceilings is None else np.minimum(columns.ceilings, ceilings)
            available = one.balance - one.held - one.floor if one.guard == "credit" else 1 << 62
            moved = spread_cents(moved, columns.balances, open_, own, available)
        else:
            _demand(moved, columns.available, open_, columns.ids, ids)
            _demand_room(one, int(moved.sum()), ids[0])
        rows = np.flatnonzero(moved)
        if len(rows):
            lines = Lines(
                side, one, columns.ids[rows], columns.balances[rows], moved[rows],
                [ids[n] for n in rows.tolist()], reason, cause, for_month.number,
            )  # fmt: skip
            door.put_lines(lines, clock.now_ms())
    return moved + there


def _check(
    side: str, one: str, many: Sequence[str], ids: Sequence[Id], reason: str, tip: Tip
) -> None:
    """Routes, unit and instants for all lines, before anything is locked."""
    family = family_of(one)
    families = {family_of(code) for code in many}
    pairs = {(family, f) if side == "debit" else (f, family) for f in families}
    # Counting accounts and those guarded on their debit side are for chains: caps would lie there.
    plain = all(
        FAMILIES[f].unit == MONEY and (side == "credit" or FAMILIES[f].guard != "debit")
        for f in families & FAMILIES.keys()
    )
    if reason not in ROUTES or not pairs <= ROUTES[reason].pairs or not plain or one in many:
        raise Refused([Outcome("route", ids[0])])
    now, chosen = clock.now_ms(), any(id[6] >> 4 == 7 for id in ids)
    for id in ids if chosen else (min(ids), max(ids)):
        if not fresh(id, now, tip.from_ms, tip.until_ms):
            raise Refused([Outcome("stale", id)])


def _already(
    door: Door, side: str, one: Account, many: Array, cents: Array, ids: Sequence[Id], reason: str
) -> Array:
    """Cents that each id posted before, 0 for a new id; raises Refused(differs) otherwise.

    A ceiling may have made it less than is asked, but never more; a gathering moves what is asked.
    """
    there = np.zeros(len(ids), dtype=np.int64)
    if len(set(ids)) != len(ids):
        raise Refused([Outcome("differs", next(id for id in ids if ids.count(id) > 1))])
    known = {row.id: row for row in door.seen(ids)}
    for n, id in enumerate(ids) if known else ():
        row = known.get(id)
        if row is None:
            continue
        pair = (one.id, int(many[n])) if side == "debit" else (int(many[n]), one.id)
        asked = int(cents[n]) or row.cents
        same = (row.debit, row.credit, row.reason, row.phase) == (*pair, reason, "posted")
        if not same or row.cents > asked or (side == "credit" and row.cents < asked):
            raise Refused([Outcome("differs", id)])
        there[n] = row.cents
    return there


def _demand_room(one: Account, cents: int, id: Id) -> None:
    """The account that gathers must be able to take the sum."""
    if cents and one.ceiling is not None and one.balance + cents > one.ceiling:
        raise Refused([Outcome("ceiling", id)])
    if one.guard == "debit" and cents > -one.balance:
        raise Refused([Outcome("insufficient", id)])


def _demand(
    moved: Array, available: Array, open_: Mask, accounts: Array, ids: Sequence[Id]
) -> None:
    """Every line of a gathering must be possible."""
    bad = (moved > 0) & ((accounts == 0) | ~open_ | (moved > available))
    for n in np.flatnonzero(bad).tolist():
        unknown, shut = accounts[n] == 0, not open_[n]
        answer = "unknown" if unknown else "closed" if shut else "insufficient"
        raise Refused([Outcome(answer, ids[n])])
