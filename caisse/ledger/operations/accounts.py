"""Accounts are opened, closed and ended; months of ids get their partition."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from caisse.kernel.ids import first_id, show_id
from caisse.kernel.month import Month, months
from caisse.ledger.models import Account, Tip
from caisse.ledger.rules import FAMILIES, State, family_of
from caisse.ledger.rules import Account as Value
from caisse.ledger.writer import door_on

CHUNK = 500


@transaction.atomic
def open_accounts(
    codes: Iterable[str], *, floor: int | None = None, ceiling: int | None = None
) -> None:
    """Open the accounts `codes`; those that exist are left as they are.

    Unit, guard, floor and ceiling follow from the family unless given (cents).
    Raises ValueError for a code of no family.
    """
    rows = []
    for code in codes:
        family = FAMILIES.get(family_of(code))
        if family is None:
            raise ValueError(f"{code!r} belongs to no family of the chart of accounts")
        rows.append(
            Account(
                code=code,
                unit=family.unit,
                guard=family.guard,
                floor=family.floor if floor is None else floor,
                ceiling=family.ceiling if ceiling is None else ceiling,
            )
        )
    Account.objects.bulk_create(rows, batch_size=CHUNK, ignore_conflicts=True)


@transaction.atomic
def set_state(codes: Iterable[str], state: State) -> None:
    """Open, close or end accounts. Ended means that nothing passes any more.

    Raises ValueError for an unknown code, and for one to be ended that still holds something.
    """
    wanted = sorted(set(codes))
    accounts = lock(wanted)
    missing = [code for code in wanted if code not in accounts]
    if missing:
        raise ValueError(f"no account {missing[0]}")
    for code, row in accounts.items():
        if state == "ended" and (row.credits != row.debits or row.held):
            raise ValueError(f"{code} still holds something and cannot be ended")
    Account.objects.filter(code__in=wanted).update(state=state)


def lock(codes: Iterable[str]) -> dict[str, Value]:
    """Hold accounts still until the end of the caller's transaction; those that exist, by code.

    For who decides on balances before posting: nothing else moves on them meanwhile. Ask at once
    for all that the posting will touch, so that everybody locks in the same order. Raises
    RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a lock lasts as long as the caller's transaction")
    with connection.wrap_database_errors:
        return door_on(connection).lock(sorted(set(codes)))


@transaction.atomic
def set_ceiling(codes: Iterable[str], ceiling: int) -> None:
    """How much accounts may hold from now on; one that holds more is full until it holds less."""
    wanted = sorted(set(codes))
    lock(wanted)
    Account.objects.filter(code__in=wanted).update(ceiling=ceiling)


@transaction.atomic
def set_floor(codes: Iterable[str], floor: int) -> None:
    """How far below zero, in cents (0 or less), guarded accounts may go from now on.

    Raises ValueError when the floor is above 0 or an account already stands below it.
    """
    wanted = sorted(set(codes))
    for row in lock(wanted).values():
        if floor > 0 or row.balance - row.held < floor:
            raise ValueError(f"{row.code} cannot get the floor {floor}")
    Account.objects.filter(code__in=wanted).update(floor=floor)


@transaction.atomic
def found(month: Month) -> None:
    """Open the accounts that every caisse has, and prepare the months around `month`."""
    open_accounts(code for code, family in FAMILIES.items() if family.single)
    open_accounts(f"cost:{line}" for line in ("hr", "running", "evaluation", "it"))
    open_accounts(["fund:named:solidarity", "fund:named:investment"])
    prepare(month.previous())
    prepare(month + 3)


@transaction.atomic
def prepare(month: Month) -> None:
    """Make ids of `month` possible: its partition on PostgreSQL, and every month up to it.

    Called at founding, when time travels, and by the timetable three months ahead. Repeatable.
    """
    tip = Tip.objects.select_for_update().get(pk=1)
    first, last = month, month
    if tip.until_ms:
        first = min(month, _month_at(tip.until_ms))
        last = max(month, _month_at(tip.from_ms).previous())
    for each in months(first, last):
        if not (tip.until_ms and tip.from_ms <= _start_ms(each) < tip.until_ms):
            _create_partition(each)
    tip.from_ms = min(_start_ms(first), tip.from_ms) if tip.until_ms else _start_ms(first)
    tip.until_ms = max(_start_ms(last.next()), tip.until_ms)
    tip.save(update_fields=["from_ms", "until_ms"])


def _start_ms(month: Month) -> int:
    """The first instant of the month in UTC: where its ids begin."""
    return int(datetime(month.year, month.month, 1, tzinfo=UTC).timestamp()) * 1000


def _month_at(ms: int) -> Month:
    return Month.of(datetime.fromtimestamp(ms // 1000, UTC).date())


def prepare_as_here(*, using: str) -> None:
    """Make the ids of this ledger possible in the database `using`, before its rows are copied."""
    tip = Tip.objects.get(pk=1)
    if tip.until_ms:
        for month in months(_month_at(tip.from_ms), _month_at(tip.until_ms).previous()):
            _create_partition(month, using)


def _create_partition(month: Month, using: str = DEFAULT_DB_ALIAS) -> None:
    there = connections[using]
    if there.vendor != "postgresql":
        return
    name = f"ledger_transfer_{month.year:04d}_{month.month:02d}"
    bounds = [show_id(first_id(_start_ms(each))) for each in (month, month.next())]
    with there.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {name} (LIKE ledger_transfer INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
        )
        cursor.execute(
            f"ALTER TABLE ledger_transfer ATTACH PARTITION {name} "
            f"FOR VALUES FROM ('{bounds[0]}') TO ('{bounds[1]}')"
        )
