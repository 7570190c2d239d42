"""A file of receipts or returns: one prepares it, another agrees, then it enters as one batch.

What waits is the text of the lines understood, numbers and amounts only: no name stands in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from caisse.contributions.operations.importing import import_receipts, import_returns
from caisse.contributions.queries import cents_of, matched_returns, receipt_problems
from caisse.contributions.readings import (
    Preview,
    ReceiptLine,
    ReturnLine,
    read_receipts,
    read_returns,
    write_receipts,
    write_returns,
)
from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal
from caisse.kernel.sheet import RefusedLine
from caisse.people import operations as people

KIND = "receipts.import"
KINDS = ("receipts", "returns")


@dataclass(frozen=True, slots=True)
class Sifted:
    """A file beside the books: lines to enter, lines that are there already, lines refused.

    A return without an amount says that of its debit.
    """

    kind: str
    good: tuple[ReceiptLine | ReturnLine, ...]
    twice: tuple[ReceiptLine | ReturnLine, ...]
    refused: tuple[RefusedLine, ...]
    ignored: tuple[str, ...]
    fingerprint: str

    @property
    def size(self) -> int:
        """How many lines the file has."""
        return len(self.good) + len(self.twice) + len(self.refused)

    @property
    def cents(self) -> int:
        """The sum of the lines to enter."""
        return sum(line.cents or 0 for line in self.good)


def sift(kind: str, content: str | bytes) -> Sifted:
    """Read a file and compare it with the books; nothing is written.

    Raises Refusal: `kind`, and what `sheet.read_sheet` refuses a whole file for.
    """
    if kind == "receipts":
        return _sift_receipts(read_receipts(content))
    if kind == "returns":
        return _sift_returns(read_returns(content))
    raise Refusal("kind", "Dites si ce sont des encaissements ou des rejets.")


def _sift_receipts(preview: Preview[ReceiptLine]) -> Sifted:
    problems = {problem.line: problem for problem in receipt_problems(preview)}
    twice = {line for line, problem in problems.items() if problem.reason == "duplicate"}
    others = [problem for line, problem in problems.items() if line not in twice]
    return Sifted(
        "receipts",
        tuple(line for line in preview.lines if line.line not in problems),
        tuple(line for line in preview.lines if line.line in twice),
        _by_line([*preview.refused, *others]),
        preview.ignored,
        preview.fingerprint,
    )


def _sift_returns(preview: Preview[ReturnLine]) -> Sifted:
    matched, problems = matched_returns(preview)
    wrong = {problem.line for problem in problems}
    cents = cents_of(matched)
    good = [
        replace(line, cents=cents[receipt_id])
        for receipt_id, line in zip(matched, preview.lines, strict=True)
        if line.line not in wrong
    ]
    return Sifted(
        "returns",
        tuple(good),
        (),
        _by_line([*preview.refused, *problems]),
        preview.ignored,
        preview.fingerprint,
    )


def _by_line(lines: Sequence[RefusedLine]) -> tuple[RefusedLine, ...]:
    return tuple(sorted(lines, key=lambda refused: refused.line))


def understood(kind: str, content: str | bytes) -> str:
    """The lines of a file that are understood and not refused by the books, as a file of ours.

    Nothing else of it goes any further: no column that we do not know, no name.
    """
    sifted = sift(kind, content)
    return _text(kind, sorted([*sifted.good, *sifted.twice], key=lambda line: line.line))


def prepare_import(
    *,
    kind: str,
    content: str | bytes,
    by: Actor,
    with_twice: bool = False,
    left_out: int = 0,
    id: Id | None = None,
) -> Id:
    """Prepare the lines of a file that are understood, for a second person to agree to.

    Lines that stand in the books already enter only `with_twice`; `left_out` says how many were
    refused before. Repeatable by `id`. Raises Refusal: `empty`, `role`, `differs`, and those of
    `sift`.
    """
    sifted = sift(kind, content)
    asked = {"kind": kind, "twice": with_twice, "fingerprint": sifted.fingerprint}
    before = people.prepared_before(id, KIND, **asked)
    if id is not None and before is not None:
        same = before["lines"] + before["left_out"] == left_out + sifted.size
        return id if same else events.refuse_other()
    chosen = sorted(
        [*sifted.good, *(sifted.twice if with_twice else ())], key=lambda line: line.line
    )
    if not chosen:
        raise Refusal("empty", "Ce fichier ne contient aucune ligne à entrer.")
    return people.prepare_act(
        kind=KIND,
        subject="contributions",
        payload={
            **asked,
            "text": _text(kind, chosen),
            "lines": len(chosen),
            "left_out": left_out + sifted.size - len(chosen),
        },
        cents=sum(line.cents or 0 for line in chosen),
        by=by,
        id=id,
    )


def _text(kind: str, lines: Sequence[ReceiptLine | ReturnLine]) -> str:
    if kind == "receipts":
        return write_receipts([line for line in lines if isinstance(line, ReceiptLine)])
    return write_returns([line for line in lines if isinstance(line, ReturnLine)])


@people.acts(KIND, "entrer un fichier d’encaissements ou de rejets", "treasurer", "coordinator")
def enter_import(payload: dict[str, Any], by: Actor, id: Id) -> None:
    """Enter the prepared lines as one batch, under the id of the act."""
    if payload["kind"] == "returns":
        import_returns(preview=read_returns(payload["text"]), by=by, id=id)
        return
    preview = read_receipts(payload["text"])
    import_receipts(preview=preview, by=by, id=id, confirmed=payload["twice"])
