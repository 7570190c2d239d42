"""Files of receipts and returns against the books: what is unknown, what is there already."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from caisse.contributions.models import Receipt, ReceiptImport, Return
from caisse.contributions.queries.called import chunks
from caisse.contributions.readings import Preview, ReceiptLine, ReturnLine
from caisse.kernel.month import Month
from caisse.kernel.sheet import RefusedLine
from caisse.people import queries as people


class ImportLine(NamedTuple):
    """A batch that came in from a file: `kind` is receipts or returns."""

    batch_id: int
    kind: str
    imported_on: date
    lines: int
    cents: int
    undone: bool


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
    for chunk in chunks(sorted({key[0] for key in keys})):
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
    for chunk in chunks(sorted(wanted)):
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


def cents_of(receipt_ids: Sequence[int]) -> dict[int, int]:
    """The cents of those receipts, by number; numbers that are none are left out."""
    found: dict[int, int] = {}
    for chunk in chunks(receipt_ids):
        found.update(Receipt.objects.filter(pk__in=chunk).values_list("pk", "cents"))
    return found


def batch(batch_id: int) -> ImportLine | None:
    """One batch that came in from a file."""
    row = ReceiptImport.objects.filter(pk=batch_id).first()
    return None if row is None else _import_line(row)


def imports(*, limit: int = 50) -> list[ImportLine]:
    """The batches that came in from files, the newest first."""
    rows = ReceiptImport.objects.order_by("-pk")[:limit]
    return [_import_line(row) for row in rows]


def _import_line(row: ReceiptImport) -> ImportLine:
    undone = row.undone is not None
    return ImportLine(row.pk, row.kind, row.imported_on, row.lines, row.cents, undone)


def _unknown(line: int, number: int) -> RefusedLine:
    return RefusedLine(line, f"il n’y a pas d’adhésion n° {number}.", "unknown")
