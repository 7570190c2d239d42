"""Reads of contributions: pledges as columns, what one household was called and paid, arrears."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar

import numpy as np

from caisse.bylaws import queries as bylaws
from caisse.contributions.models import Call, Pledge, Receipt, ReceiptImport, Return
from caisse.contributions.readings import Preview, ReceiptLine, ReturnLine
from caisse.contributions.readings import read_receipts as read_receipts
from caisse.contributions.readings import read_returns as read_returns
from caisse.contributions.rules import ContributionRules, due
from caisse.kernel import ids
from caisse.kernel.month import Month
from caisse.kernel.one_or_many import Array
from caisse.kernel.sheet import RefusedLine
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


class ImportLine(NamedTuple):
    """A batch that came in from a file: `kind` is receipts or returns."""

    batch_id: int
    kind: str
    imported_on: date
    lines: int
    cents: int
    undone: bool


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
    found = []
    for number, cents in owing.items():
        unpaid = [line.month for line in statements[number] if line.unpaid_cents > 0]
        found.append(Arrear(number, cents, min(unpaid, default=None), len(unpaid)))
    return sorted(found, key=lambda arrear: (-arrear.cents, arrear.membership_id))


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
    for chunk in _chunks(list(keys)):
        for movement in books.transfers(chunk):
            called[keys[movement.id]] += movement.cents
    for some in _chunks(list(numbers)):
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


def receipt_at(*, membership_id: int, month: Month, kind: str = "debit") -> int | None:
    """The number of the receipt that a returned debit is about: the last one not yet returned."""
    rows = Receipt.objects.filter(
        membership=membership_id, month=month, kind=kind, undone=None
    ).exclude(returns__in=Return.objects.filter(undone=None))
    row = rows.order_by("-received_on", "-pk").first()
    return None if row is None else row.pk


def at_desk(*, desk: str, kind: str) -> tuple[int, int]:
    """How many receipts of that kind wait at a desk for the bank, and their cents."""
    rows = Receipt.objects.filter(desk=desk, kind=kind, deposited=None, undone=None)
    cents = list(rows.values_list("cents", flat=True))
    return len(cents), sum(cents)


def receipt_problems(preview: Preview[ReceiptLine]) -> list[RefusedLine]:
    """The lines of a preview of receipts that the books contradict: `unknown`, `duplicate`."""
    known = people.memberships({line.membership_id for line in preview.lines})
    keys = [
        (line.membership_id, line.month, line.kind, line.cents, line.received_on)
        for line in preview.lines
    ]
    twice = duplicates(keys)
    problems = []
    for position, line in enumerate(preview.lines):
        if line.membership_id not in known:
            problems.append(_unknown(line.line, line.membership_id))
        elif position in twice:
            problems.append(RefusedLine(line.line, SAME, "duplicate"))
    return problems


SAME = (
    "un encaissement identique (même adhésion, même mois, même moyen, même montant, même date) "
    "est déjà là."
)


def duplicates(keys: Sequence[tuple[int, Month, str, int, date]]) -> set[int]:
    """The positions of `keys` that stand in the books already, or earlier in `keys`.

    A key is (membership, month, kind, cents, date of receipt).
    """
    seen: set[tuple[int, Month, str, int, date]] = set()
    for chunk in _chunks(sorted({key[0] for key in keys})):
        rows = Receipt.objects.filter(membership__in=chunk, undone=None)
        rows = rows.filter(month__in={key[1] for key in keys})
        seen.update(rows.values_list("membership_id", "month", "kind", "cents", "received_on"))
    twice = set()
    for position, key in enumerate(keys):
        if key in seen:
            twice.add(position)
        seen.add(key)
    return twice


def return_problems(preview: Preview[ReturnLine]) -> list[RefusedLine]:
    """The lines of a preview of returns without a debit to return, or with another amount.

    Reasons: `no_receipt` (also for a second line about one debit), `amount`.
    """
    return matched_returns(preview)[1]


def matched_returns(preview: Preview[ReturnLine]) -> tuple[list[int], list[RefusedLine]]:
    """The receipt that each line is about (0 for none), and what is wrong with the lines."""
    wanted = {line.membership_id for line in preview.lines}
    open_: dict[tuple[int, Month], list[tuple[int, int]]] = defaultdict(list)
    for chunk in _chunks(sorted(wanted)):
        rows = Receipt.objects.filter(membership__in=chunk, kind="debit", undone=None)
        rows = rows.exclude(returns__in=Return.objects.filter(undone=None))
        for pk, number, month, cents in rows.order_by("received_on", "pk").values_list(
            "pk", "membership_id", "month", "cents"
        ):
            open_[number, month].append((pk, cents))
    matched, problems = [], []
    for line in preview.lines:
        left = open_[line.membership_id, line.month]
        pk, cents = left.pop() if left else (0, 0)
        matched.append(pk)
        if pk == 0:
            said = (
                f"l’adhésion n° {line.membership_id} n’a pas de prélèvement pour "
                f"{line.month.words} qui puisse revenir."
            )
            problems.append(RefusedLine(line.line, said, "no_receipt"))
        elif line.cents not in (None, cents):
            said = "le prélèvement était d’un autre montant."
            problems.append(RefusedLine(line.line, said, "amount"))
    return matched, problems


def imports(*, limit: int = 50) -> list[ImportLine]:
    """The batches that came in from files, the newest first."""
    rows = ReceiptImport.objects.order_by("-pk")[:limit]
    return [
        ImportLine(row.pk, row.kind, row.imported_on, row.lines, row.cents, row.undone is not None)
        for row in rows
    ]


def _unknown(line: int, number: int) -> RefusedLine:
    return RefusedLine(line, f"il n’y a pas d’adhésion n° {number}.", "unknown")


def _chunks(rest: Sequence[K]) -> Iterable[list[K]]:
    for start in range(0, len(rest), PARAMETERS):
        yield list(rest[start : start + PARAMETERS])
