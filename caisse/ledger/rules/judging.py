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
    HOUR_MS,
    NEWEST_MS,
    OLDEST_MS,
    Account,
    Book,
    Entry,
    Named,
    Outcome,
    Posted,
    Refused,
    Transfer,
    as_posted,
    make,
)

Mask: TypeAlias = npt.NDArray[np.bool_]
# A closing may be older than what it closes by a sender's window; look-ups by `of` rely on it.
LAG_MS = OLDEST_MS + HOUR_MS
MOST_CENTS = 2**53
PHASES = frozenset({"posted", "held", "post", "void", "reverse"})
BOUND_PHASES = frozenset({"posted", "reverse"})  # of reasons that give back: never held
CLOSINGS = frozenset({"post", "void", "reverse"})
HOLD_CLOSINGS = frozenset({"post", "void"})

# Reasons that may give back at most what the transfer named by `of` moved.
BOUNDED = {
    "refund": frozenset({"payment", "offline_loss"}),
    "return": frozenset({"contribution", "recovery"}),
    "recovery": frozenset({"call"}),
}
NAMING = frozenset({"refund", "return"})  # these must say what they give back


def _allowed() -> frozenset[tuple[str, str, str, str, str]]:
    """(reason, phase, family debited, family credited, unit) of every transfer that may be."""
    return frozenset(
        (reason, phase, *(pair[::-1] if phase == "reverse" else pair), FAMILIES[pair[0]].unit)
        for reason, route in ROUTES.items()
        for phase in (BOUND_PHASES if reason in BOUNDED else PHASES)
        for pair in route.pairs
        if FAMILIES[pair[0]].unit == FAMILIES[pair[1]].unit
    )


ALLOWED = _allowed()


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
        id = transfer.id
        told = _repeat(book, transfer) if id in book.known or id in book.fresh else None
        if refused:
            outcomes.append(told or Outcome("chain", id))
            continue
        if told is None:
            accounts = book.accounts
            debit, credit = accounts.get(transfer.debit), accounts.get(transfer.credit)
            answer = _examine(book, transfer, debit, credit)
            if answer == "posted" and debit is not None and credit is not None:
                entry, told = _move(book, transfer, debit, credit, first)
                entries.append(entry)
                outcomes.append(told)
                continue
            told = Outcome(answer, id)
        outcomes.append(told)
        refused = told.answer not in DONE
    if refused:
        for entry in reversed(entries):
            _undo(book, entry.transfer)
        moved = {entry.transfer.id for entry in entries}
        outcomes = [
            Outcome("chain", o.id) if o.id in moved and o.answer in DONE else o for o in outcomes
        ]
        entries = []
    return outcomes, entries


def _repeat(book: Book, transfer: Transfer) -> Outcome:
    """To an id that is known or fresh: `exists` with the first answer, or `differs`."""
    known = book.known.get(transfer.id) or as_posted(book.fresh[transfer.id])
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


def _examine(book: Book, transfer: Transfer, debit: Account | None, credit: Account | None) -> str:
    """The answer to a transfer whose id is new: the first test that refuses, in promised order."""
    of, unless, phase = transfer.of, transfer.unless, transfer.phase
    if not _fresh(book, transfer.id, of):
        return "stale"
    named = None if of is None else book.name(of)
    if not _routed(transfer, debit, credit) or (
        named is not None and not _agrees(transfer, named.target, debit, credit)
    ):
        return "route"
    limit = None if unless is None else book.accounts.get(unless)
    if debit is None or credit is None or (unless is not None and limit is None):
        return "unknown"
    if phase in HOLD_CLOSINGS:
        if named is None or not _open(book, transfer, named):
            return "not_held"
    elif named is None and (of is not None or phase == "reverse" or transfer.reason in NAMING):
        return "unknown"
    if limit is not None and limit.full():
        return "limited"
    if (debit.state != "open" or credit.state != "open") and not _passes(transfer, debit, credit):
        return "closed"
    if phase == "void":
        return "posted"
    return _examine_cents(transfer, named, debit, credit)


def _fresh(book: Book, id: bytes, of: bytes | None) -> bool:
    """The id is of these days, and not far older than what it refers to."""
    if of is not None and id[:6] < of[:6]:
        lag = int.from_bytes(of[:6], "big") - int.from_bytes(id[:6], "big")
        if lag > LAG_MS:
            return False
    if book.early <= id < book.late and len(id) == 16:
        return True
    return fresh(id, book.now, book.from_ms, book.until_ms)


def fresh(id: bytes, now: int, from_ms: int, until_ms: int) -> bool:
    """Is the id one of 16 bytes, with a partition, and if a sender chose it, of these days?"""
    if len(id) != 16:
        return False
    instant = int.from_bytes(id[:6], "big")
    if id[6] >> 4 == 7 and not now - OLDEST_MS <= instant <= now + NEWEST_MS:
        return False
    return from_ms <= instant < until_ms


def _routed(transfer: Transfer, debit: Account | None, credit: Account | None) -> bool:
    """The pair of families, the unit and the amount are those that the reason may use."""
    from_family = family_of(transfer.debit) if debit is None else debit.family
    to_family = family_of(transfer.credit) if credit is None else credit.family
    asked = (transfer.reason, transfer.phase, from_family, to_family, transfer.unit)
    return (
        asked in ALLOWED and 0 < transfer.cents <= MOST_CENTS and transfer.debit != transfer.credit
    )


def _agrees(
    transfer: Transfer, target: Posted, debit: Account | None, credit: Account | None
) -> bool:
    """The transfer named by `of` is one that this phase and this reason may name."""
    phase, reason, done = transfer.phase, transfer.reason, target.phase in ("posted", "post")
    pair = (debit.id if debit else 0, credit.id if credit else 0)
    same = (target.reason, target.unit) == (reason, transfer.unit)
    if phase in ("post", "void"):
        whole = phase == "post" or transfer.cents == target.cents
        return same and whole and (target.debit, target.credit) == pair
    if phase == "reverse":
        whole = done and transfer.cents == target.cents
        return same and whole and (target.credit, target.debit) == pair
    if reason not in BOUNDED:
        return True
    if reason == "refund":
        # what the fund paid for a loss goes back to it; what a person paid, to a wallet
        to_fund = family_of(transfer.credit) == "fund:offline"
        done &= target.credit == pair[0] and to_fund == (target.reason == "offline_loss")
    return done and target.reason in BOUNDED[reason]


def _open(book: Book, transfer: Transfer, named: Named) -> bool:
    """The hold may still be closed: an expired one by a void only."""
    expires = named.target.expires_at
    expired = transfer.phase == "post" and expires is not None and expires <= book.now
    return named.target.phase == "held" and not named.closed and not expired


def _passes(transfer: Transfer, debit: Account, credit: Account) -> bool:
    """A closed account lets some reasons and every closing pass, an ended one nothing.

    But a void brings nothing to the account it would have credited: though that one was ended in
    the meantime, what is held of the other must come free.
    """
    if transfer.phase == "void":
        return debit.state != "ended"
    passes = transfer.phase in CLOSINGS or ROUTES[transfer.reason].passes_closed
    return passes and "ended" not in (debit.state, credit.state)


def _examine_cents(transfer: Transfer, named: Named | None, debit: Account, credit: Account) -> str:
    """Ceilings, then guards, with the hold that a post closes already released."""
    cents, phase, released = transfer.cents, transfer.phase, 0
    if named is not None:
        if phase == "post":
            released = named.target.cents
            if cents > released:
                return "ceiling"
        elif (phase == "reverse" or transfer.reason in BOUNDED) and (
            named.used + cents > named.target.cents
        ):
            return "ceiling"
    money = transfer.unit == MONEY
    ceiling = credit.ceiling if money else debit.ceiling
    if ceiling is not None:
        if money:
            level = credit.balance if phase != "held" else -cents
        else:
            level = debit.held - debit.balance - released
        if level + cents > ceiling:
            return "ceiling"
    if (
        debit.guard == "credit"
        and phase != "post"
        and debit.credits - debit.debits - debit.held - cents < debit.floor
    ):
        return "insufficient"
    if credit.guard == "debit" and phase != "held" and cents > -credit.balance:
        return "insufficient"
    return "posted"


def _held_by(book: Book, transfer: Transfer) -> int:
    """Cents of the hold that a post or a void closes, else 0."""
    if transfer.phase not in ("post", "void") or transfer.of is None:
        return 0
    return book.named[transfer.of].target.cents


def _move(
    book: Book, transfer: Transfer, debit: Account, credit: Account, chain: bytes | None
) -> tuple[Entry, Outcome]:
    """Move the balances for a transfer that was found good, and remember it."""
    _apply(book, transfer, debit, credit, 1)
    id, unless = transfer.id, transfer.unless
    limit = None if unless is None else book.accounts[unless].id
    debit_after, credit_after = debit.credits - debit.debits, credit.credits - credit.debits
    entry = make(Entry, (transfer, debit.id, credit.id, limit, chain, debit_after, credit_after))
    book.fresh[id] = entry
    return entry, make(Outcome, ("posted", id, 0, 0, debit_after, credit_after))


def _undo(book: Book, transfer: Transfer) -> None:
    """The inverse of `_move`: no copy of the book is ever made."""
    accounts = book.accounts
    _apply(book, transfer, accounts[transfer.debit], accounts[transfer.credit], -1)
    del book.fresh[transfer.id]
    book.named.pop(transfer.id, None)


def _apply(book: Book, transfer: Transfer, debit: Account, credit: Account, sign: int) -> None:
    of, phase, cents = transfer.of, transfer.phase, sign * transfer.cents
    if phase == "held":
        debit.held += cents
    else:
        if of is not None:
            debit.held -= sign * _held_by(book, transfer)
        if phase != "void":
            debit.debits += cents
            credit.credits += cents
    if of is not None:
        _refer(book, transfer, sign)


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
