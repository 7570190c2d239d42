"""What becomes of transfers: one pure judgement for the writer, the simulation and the tests.

`judge(book, chains)` reads and moves the balances of the book it is given, and nothing else: no
clock, no database. The order of the answers is the order in which a transfer is examined.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from caisse.kernel.one_or_many import Array
from caisse.ledger.rules.chart import FAMILIES, MONEY, ROUTES, family_of
from caisse.ledger.rules.records import (
    DONE,
    Account,
    Book,
    Entry,
    Outcome,
    Posted,
    Refused,
    Transfer,
    as_posted,
)

Mask: TypeAlias = npt.NDArray[np.bool_]
HOUR_MS = 3_600_000
OLDEST_MS = 31 * 24 * HOUR_MS  # a sender's id may be this old …
NEWEST_MS = 600_000  # … or this far ahead (payments.md 1: clocks of tills)
MOST_CENTS = 2**53
PHASES = frozenset({"posted", "held", "post", "void", "reverse"})
CLOSINGS = frozenset({"post", "void", "reverse"})

# Reasons that may give back at most what the transfer named by `of` moved.
BOUNDED = {
    "refund": frozenset({"payment", "offline_loss"}),
    "return": frozenset({"contribution", "recovery"}),
    "recovery": frozenset({"call"}),
}


def judge(
    book: Book, chains: Sequence[Sequence[Transfer]]
) -> tuple[list[list[Outcome]], list[Entry]]:
    """The answers, chain by chain, and the entries to insert, in order. Moves the book.

    A chain is all or none. seq and at of new entries come with the writer's transaction (0 here).
    """
    answers: list[list[Outcome]] = []
    entries: list[Entry] = []
    for chain in chains:
        outcomes, posted = judge_chain(book, chain)
        answers.append(outcomes)
        entries += posted
    return answers, entries


def judge_chain(book: Book, chain: Sequence[Transfer]) -> tuple[list[Outcome], list[Entry]]:
    """Judge one chain; when a link is refused, the links before it are undone."""
    outcomes: list[Outcome] = []
    entries: list[Entry] = []
    first = chain[0].id if len(chain) > 1 else None
    refused = False
    for transfer in chain:
        if refused:
            outcomes.append(_repeat(book, transfer) or Outcome("chain", transfer.id))
            continue
        repeat = _repeat(book, transfer)
        answer = _examine(book, transfer) if repeat is None else repeat.answer
        if answer == "posted":
            entry = _move(book, transfer, first)
            entries.append(entry)
            outcomes.append(
                Outcome("posted", transfer.id, 0, 0, entry.debit_after, entry.credit_after)
            )
        else:
            outcomes.append(repeat or Outcome(answer, transfer.id))
            refused = answer not in DONE
    if refused:
        for entry in reversed(entries):
            _undo(book, entry.transfer)
        moved = {entry.transfer.id for entry in entries}
        outcomes = [Outcome("chain", o.id) if o.id in moved else o for o in outcomes]
        entries = []
    return outcomes, entries


def _repeat(book: Book, transfer: Transfer) -> Outcome | None:
    """`exists` with the first answer, `differs`, or None for an id that is new."""
    known = book.known.get(transfer.id)
    if known is None:
        if transfer.id not in book.fresh:
            return None
        known = as_posted(book.fresh[transfer.id])
    debit, credit = book.accounts.get(transfer.debit), book.accounts.get(transfer.credit)
    same = (
        debit is not None
        and credit is not None
        and (known.debit, known.credit, known.cents, known.unit, known.reason)
        == (debit.id, credit.id, transfer.cents, transfer.unit, transfer.reason)
        and (known.phase, known.of, known.method) == (transfer.phase, transfer.of, transfer.method)
    )
    if not same:
        return Outcome("differs", transfer.id)
    return Outcome(
        "exists", transfer.id, known.seq, known.at, known.debit_after, known.credit_after
    )


def _examine(book: Book, transfer: Transfer) -> str:
    """The answer to a transfer whose id is new."""
    if not _fresh(book, transfer.id):
        return "stale"
    debit, credit = book.accounts.get(transfer.debit), book.accounts.get(transfer.credit)
    if debit is None or credit is None:
        routed = _routed(transfer, family_of(transfer.debit), family_of(transfer.credit))
        return "unknown" if routed else "route"
    if not _routed(transfer, debit.family, credit.family):
        return "route"
    if transfer.of is not None or transfer.phase in CLOSINGS:
        answer = _examine_named(book, transfer, debit, credit)
        if answer:
            return answer
    if transfer.unless is not None:
        limit = book.accounts.get(transfer.unless)
        if limit is None:
            return "unknown"
        if limit.full():
            return "limited"
    if (debit.state != "open" or credit.state != "open") and not _passes(transfer, debit, credit):
        return "closed"
    return _examine_cents(book, transfer, debit, credit)


def _passes(transfer: Transfer, debit: Account, credit: Account) -> bool:
    """A closed account lets some reasons and every closing of a hold pass; an ended one nothing."""
    passes = transfer.phase in CLOSINGS or ROUTES[transfer.reason].passes_closed
    return passes and "ended" not in (debit.state, credit.state)


def _fresh(book: Book, id: bytes) -> bool:
    instant = int.from_bytes(id[:6], "big")
    if id[6] >> 4 == 7 and not book.now - OLDEST_MS <= instant <= book.now + NEWEST_MS:
        return False
    return len(id) == 16 and book.from_ms <= instant < book.until_ms


def _routed(transfer: Transfer, debit: str, credit: str) -> bool:
    """The pair of families, the unit and the amount are those that the reason may use."""
    route = ROUTES.get(transfer.reason)
    pair = (credit, debit) if transfer.phase == "reverse" else (debit, credit)
    return (
        route is not None
        and pair in route.pairs
        and 0 < transfer.cents <= MOST_CENTS
        and transfer.debit != transfer.credit
        and FAMILIES[debit].unit == FAMILIES[credit].unit == transfer.unit
        and transfer.phase in PHASES
    )


def _examine_named(book: Book, transfer: Transfer, debit: Account, credit: Account) -> str | None:
    """The answer that the transfer named by `of` imposes, or None when it agrees."""
    named = book.name(transfer.of)
    if transfer.phase in ("post", "void"):
        if named is None or named.closed or named.target.phase != "held":
            return "not_held"
        target, expires = named.target, named.target.expires_at
        if transfer.phase == "post" and expires is not None and expires <= book.now:
            return "not_held"
        if not _same_pair(transfer, target, debit, credit):
            return "route"
        if transfer.cents > target.cents:
            return "ceiling"
        return None if transfer.phase == "post" or transfer.cents == target.cents else "route"
    if named is None:
        return "unknown"
    if transfer.phase == "reverse":
        if not _same_pair(transfer, named.target, credit, debit):
            return "route"
        if named.target.phase not in ("posted", "post") or transfer.cents != named.target.cents:
            return "route"
    elif transfer.reason in BOUNDED:
        target = named.target
        if target.reason not in BOUNDED[transfer.reason] or target.phase not in ("posted", "post"):
            return "route"
        if transfer.reason == "refund" and target.credit != debit.id:
            return "route"
    else:
        return None
    return "ceiling" if named.used + transfer.cents > named.target.cents else None


def _same_pair(transfer: Transfer, target: Posted, debit: Account, credit: Account) -> bool:
    return (target.debit, target.credit, target.reason, target.unit) == (
        debit.id,
        credit.id,
        transfer.reason,
        transfer.unit,
    )


def _examine_cents(book: Book, transfer: Transfer, debit: Account, credit: Account) -> str:
    """Ceilings, then guards, with the hold that a post closes already released."""
    cents, phase = transfer.cents, transfer.phase
    if phase == "void":
        return "posted"
    released = _held_by(book, transfer) if transfer.of is not None else 0
    if transfer.unit == MONEY:
        ceiling, level = credit.ceiling, credit.balance if phase != "held" else -cents
    else:
        ceiling, level = debit.ceiling, debit.held - debit.balance - released
    if ceiling is not None and level + cents > ceiling:
        return "ceiling"
    guarded = debit.guard == "credit" and phase != "post"
    if guarded and debit.credits - debit.debits - debit.held - cents < debit.floor:
        return "insufficient"
    if credit.guard == "debit" and phase != "held" and cents > -credit.balance:
        return "insufficient"
    return "posted"


def _held_by(book: Book, transfer: Transfer) -> int:
    """Cents of the hold that a post or a void closes, else 0."""
    if transfer.phase not in ("post", "void") or transfer.of is None:
        return 0
    return book.named[transfer.of].target.cents


def _move(book: Book, transfer: Transfer, chain: bytes | None) -> Entry:
    """Move the balances for a transfer that was found good, and remember it."""
    debit, credit = _apply(book, transfer, 1)
    unless = None if transfer.unless is None else book.accounts[transfer.unless].id
    entry = Entry(
        transfer, debit.id, credit.id, unless, chain,
        debit.credits - debit.debits, credit.credits - credit.debits,
    )  # fmt: skip
    book.fresh[transfer.id] = entry
    return entry


def _undo(book: Book, transfer: Transfer) -> None:
    """The inverse of `_move`: no copy of the book is ever made."""
    _apply(book, transfer, -1)
    del book.fresh[transfer.id]
    book.named.pop(transfer.id, None)


def _apply(book: Book, transfer: Transfer, sign: int) -> tuple[Account, Account]:
    debit, credit = book.accounts[transfer.debit], book.accounts[transfer.credit]
    cents = sign * transfer.cents
    if transfer.phase == "held":
        debit.held += cents
    else:
        if transfer.of is not None:
            debit.held -= sign * _held_by(book, transfer)
        if transfer.phase != "void":
            debit.debits += cents
            credit.credits += cents
    if transfer.of is not None:
        _refer(book, transfer, sign)
    return debit, credit


def _refer(book: Book, transfer: Transfer, sign: int) -> None:
    """Mark on the named transfer that one more (or one less) refers to it."""
    named = book.name(transfer.of)
    if named is None:
        return
    if transfer.phase in ("post", "void"):
        named.closed = sign > 0
    elif transfer.phase == "reverse":
        named.used += sign * transfer.cents
        given_back = book.name(named.target.of)
        if given_back is not None and named.target.reason in BOUNDED:
            given_back.used -= sign * transfer.cents
    elif transfer.reason in BOUNDED:
        named.used += sign * transfer.cents


def spread_cents(
    asked: Array, balances: Array, open_: Mask, ceilings: Array | None, available: int
) -> Array:
    """What each of many accounts receives: 0 when it is not open, at most up to its ceiling.

    Arrays of equal length, cents; `open_` is boolean. Raises Refused(insufficient) when the source
    does not hold the sum: the same guard as one transfer, judged for all.
    """
    cents = np.where(open_, asked, 0)
    if ceilings is not None:
        cents = np.minimum(cents, np.maximum(ceilings - balances, 0))
    if int(cents.sum()) > available:
        raise Refused([Outcome("insufficient", b"")])
    return cents
