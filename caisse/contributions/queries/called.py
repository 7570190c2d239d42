"""What households pledged, were called for and paid; who is behind."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from caisse.bylaws import queries as bylaws
from caisse.contributions.models import Call, Pledge, Receipt, Return
from caisse.contributions.rules import ContributionRules, due
from caisse.kernel import ids
from caisse.kernel.month import Month, months
from caisse.kernel.one_or_many import Array
from caisse.ledger import queries as books
from caisse.people import queries as people

K = TypeVar("K")

RECEIVABLE = "receivable:contribution"
CHUNK = 20_000
PARAMETERS = 900  # below SQLite's least limit of parameters


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month of one household, in cents: called, received (recoveries included), returned."""

    month: Month
    called_cents: int
    received_cents: int
    returned_cents: int

    @property
    def unpaid_cents(self) -> int:
        """What is missing for this month; below 0 when more came in than was called."""
        return self.called_cents - self.received_cents + self.returned_cents


@dataclass(frozen=True, slots=True)
class Arrear:
    """A household that owes something: how much in all, since which month, for how many months.

    It is a reason to call, and nothing else follows from it by itself.
    """

    membership_id: int
    cents: int
    since: Month | None
    months: int


def pledged(*, month: Month, known_at: int | None = None) -> tuple[Array, Array]:
    """What will be called for `month`: (membership, cents), one line per household on the roll.

    In the order of the roll, 0 for a household without a pledge. A pledge that the articles of the
    month would refuse is brought to the nearest lawful amount (`rules.due`). With `known_at`, an
    instant in milliseconds, roll and pledges are those known then.
    """
    roll = people.roll(month=month, child_max_age=None, known_at=known_at)
    rows = Pledge.objects.filter(since__lte=month).order_by("membership_id", "since", "id")
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    pairs = rows.values_list("membership_id", "cents").iterator(CHUNK)
    table = np.fromiter((value for pair in pairs for value in pair), np.int64).reshape(-1, 2)
    cents = np.zeros(len(roll), np.int64)
    if not len(table) or not len(roll):
        return roll.membership, cents
    # The last line of each membership is the pledge in force.
    table = table[np.append(table[1:, 0] != table[:-1, 0], [True])]
    at = np.searchsorted(table[:, 0], roll.membership).clip(max=len(table) - 1)
    has = table[at, 0] == roll.membership
    rules = bylaws.in_force(ContributionRules, month=month, known_at=known_at)
    owed = due(table[at[has], 1], roll.adults[has], roll.children[has], rules)
    cents[has] = owed
    return roll.membership, cents


def pledged_sums(first: Month, last: Month, *, known_at: int) -> dict[Month, int]:
    """The cents that `pledged` gives in all for each month between two, as known at that instant.

    A month in which nothing begins has the sum of the month before: then it is not counted again.
    Where an article counts persons, a birthday may change a sum, and every month is counted.
    """
    turns = {first, *_turns(first, last, known_at)}
    sums: dict[Month, int] = {}
    before: ContributionRules | None = None
    for month in months(first, last):
        rules = bylaws.in_force(ContributionRules, month=month, known_at=known_at)
        counts = rules.min_per_extra_person_cents or rules.min_per_extra_adult_cents
        if month in turns or counts or rules != before:
            sums[month] = int(pledged(month=month, known_at=known_at)[1].sum())
        else:
            sums[month] = sums[month.previous()]
        before = rules
    return sums


def _turns(first: Month, last: Month, known_at: int) -> set[Month]:
    """The months in which a pledge, a membership or a pause begins to count."""
    rows = Pledge.objects.filter(since__gt=first, since__lte=last, recorded_at__lte=known_at)
    found = set(rows.values_list("since", flat=True).distinct())
    for day in people.statements_between(first.last, last.last, known_at=known_at):
        found |= {Month.of(day), Month.of(day).next()}
    return found


def last_called() -> Month | None:
    """The last month whose contributions were called, or None."""
    row = Call.objects.order_by("-month").first()
    return None if row is None else row.month


def pledge_of(membership_id: int, *, month: Month) -> int | None:
    """The cents a month that a household has pledged for `month`, or None without any pledge."""
    rows = Pledge.objects.filter(membership=membership_id, since__lte=month)
    row = rows.order_by("-since", "-id").first()
    return None if row is None else row.cents


def statement(membership_id: int) -> list[MonthLine]:
    """Every month of one household that was called, or for which something came in, in order."""
    return _statements([membership_id])[membership_id]


def arrears() -> list[Arrear]:
    """The households that owe something, the largest sum first. Nobody is excluded by it."""
    owing = {
        int(code.rpartition(":")[2]): -balance
        for code, balance in books.balances(RECEIVABLE).items()
        if balance < 0
    }
    statements = _statements(sorted(owing))
    found = [_arrear(number, cents, statements[number]) for number, cents in owing.items()]
    return sorted(found, key=lambda arrear: (-arrear.cents, arrear.membership_id))


def arrears_page(*, after: int = 0, limit: int = 50) -> list[Arrear]:
    """Some of `arrears`, in the order of the memberships' numbers, those above `after`."""
    owing = books.owing(RECEIVABLE, after=after, limit=limit)
    return [
        _arrear(number, cents, lines)
        for (number, cents), lines in zip(
            owing, _statements([number for number, _ in owing]).values(), strict=True
        )
    ]


def arrear_of(membership_id: int) -> Arrear | None:
    """What one household owes, or None."""
    cents = -books.balance(f"{RECEIVABLE}:{membership_id}")
    return None if cents <= 0 else _arrear(membership_id, cents, statement(membership_id))


def _arrear(number: int, cents: int, lines: Sequence[MonthLine]) -> Arrear:
    unpaid = [line.month for line in lines if line.unpaid_cents > 0]
    return Arrear(number, cents, min(unpaid, default=None), len(unpaid))


def _statements(numbers: Sequence[int]) -> dict[int, list[MonthLine]]:
    """The months of each of those memberships, in a number of queries that follows their number."""
    called: dict[tuple[int, Month], int] = defaultdict(int)
    received: dict[tuple[int, Month], int] = defaultdict(int)
    returned: dict[tuple[int, Month], int] = defaultdict(int)
    calls = list(Call.objects.order_by("month"))
    keys = {
        ids.derived_id(call.cause, f"call:{number}"): (number, call.month)
        for number in numbers
        for call in calls
    }
    for chunk in chunks(list(keys)):
        for movement in books.transfers(chunk):
            called[keys[movement.id]] += movement.cents
    for some in chunks(list(numbers)):
        receipts = Receipt.objects.filter(membership__in=some, undone=None)
        for number, month, cents in receipts.values_list("membership_id", "month", "cents"):
            received[number, month] += cents
        returns = Return.objects.filter(receipt__membership__in=some, undone=None)
        for number, month, cents in returns.values_list(
            "receipt__membership_id", "receipt__month", "receipt__cents"
        ):
            returned[number, month] += cents
    found: dict[int, list[MonthLine]] = {number: [] for number in numbers}
    for number, month in sorted(called.keys() | received.keys()):
        key = (number, month)
        found[number].append(MonthLine(month, called[key], received[key], returned[key]))
    return found


def chunks(rest: Sequence[K]) -> Iterable[list[K]]:
    """The list in parts that fit into one question to the database."""
    for start in range(0, len(rest), PARAMETERS):
        yield list(rest[start : start + PARAMETERS])
