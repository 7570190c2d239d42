"""Files of receipts and of returns, understood line by line (own room: pure reading, no table).

The same preview serves the page, the command line and the tests; whether a membership exists or a
receipt is there already is judged against the books, in `queries`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Literal, TypeVar

from caisse.contributions.codes import CODES
from caisse.kernel import cents as money
from caisse.kernel.month import Month
from caisse.kernel.sheet import (
    Columns,
    RefusedLine,
    Row,
    fold,
    in_units,
    read_day,
    read_month,
    read_sheet,
    write_sheet,
)

L = TypeVar("L", "ReceiptLine", "ReturnLine")
Kind = Literal["debit", "transfer", "card", "cash", "cheque"]

MEMBERSHIP = ("adhésion", "adhesion", "numéro", "membership")
RECEIPTS = Columns(
    {
        "membership": MEMBERSHIP,
        "month": ("mois", "month"),
        "amount": ("montant", "amount"),
        "kind": ("moyen", "kind"),
        "date": ("date",),
        "desk": ("guichet", "desk"),
        "recovery": ("recouvrement", "recovery"),
    },
    frozenset({"membership", "month", "amount", "kind", "date"}),
)
RETURNS = Columns(
    {
        "membership": MEMBERSHIP,
        "month": ("mois", "month"),
        "code": ("motif", "code"),
        "date": ("date",),
        "amount": ("montant", "amount"),
    },
    frozenset({"membership", "month", "code", "date"}),
)
KINDS: dict[str, Kind] = {
    "prelevement": "debit",
    "debit": "debit",
    "virement": "transfer",
    "transfer": "transfer",
    "carte": "card",
    "card": "card",
    "especes": "cash",
    "cash": "cash",
    "cheque": "cheque",
}
LABELS: dict[Kind, str] = {
    "debit": "prélèvement",
    "transfer": "virement",
    "card": "carte",
    "cash": "espèces",
    "cheque": "chèque",
}
WORDS = {"": False, "non": False, "no": False, "0": False, "oui": True, "yes": True, "1": True}
DESK = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One receipt as the file says it; `line` is its place in the file."""

    line: int
    membership_id: int
    month: Month
    cents: int
    kind: Kind
    received_on: date
    desk: str | None = None
    recovery: bool = False

    @property
    def kind_label(self) -> str:
        """How it came in, in French."""
        return LABELS[self.kind]


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One returned debit as the file says it; `cents` is a check, when the bank's list has it."""

    line: int
    membership_id: int
    month: Month
    code: str
    returned_on: date
    cents: int | None = None


@dataclass(frozen=True, slots=True)
class Preview(Generic[L]):
    """What a file says, before anything is written: lines understood, lines refused.

    `ignored` are the headings that mean nothing here, `delimiter` what separates the cells,
    `fingerprint` tells the same file again.
    """

    lines: tuple[L, ...]
    refused: tuple[RefusedLine, ...]
    ignored: tuple[str, ...]
    delimiter: str
    fingerprint: str

    @property
    def total_cents(self) -> int:
        """The sum of the lines understood; a line without an amount counts as 0."""
        return sum(line.cents or 0 for line in self.lines)


def read_receipts(content: str | bytes) -> Preview[ReceiptLine]:
    """Read a CSV file of receipts: adhésion, mois, montant, moyen, date (guichet, recouvrement).

    A line that is not understood is refused with its number and a French sentence. Raises Refusal
    only for a file that cannot be read at all (`sheet.read_sheet`).
    """
    return _read(content, RECEIPTS, _receipt)


def read_returns(content: str | bytes) -> Preview[ReturnLine]:
    """Read a CSV file of returned debits: adhésion, mois, motif (code of the bank), date (montant).

    Refuses as `read_receipts` does.
    """
    return _read(content, RETURNS, _return)


def write_receipts(lines: Sequence[ReceiptLine]) -> str:
    """The same lines as a file that `read_receipts` understands: columns of its own, no other."""
    heads = ("adhésion", "mois", "montant", "moyen", "date", "guichet", "recouvrement")
    rows = [
        (
            line.membership_id,
            line.month,
            in_units(line.cents),
            line.kind,
            line.received_on,
            line.desk,
            "oui" if line.recovery else "",
        )
        for line in lines
    ]
    return write_sheet([heads, *rows])


def write_returns(lines: Sequence[ReturnLine]) -> str:
    """The same lines as a file that `read_returns` understands."""
    heads = ("adhésion", "mois", "motif", "date", "montant")
    rows = [
        (
            line.membership_id,
            line.month,
            line.code,
            line.returned_on,
            None if line.cents is None else in_units(line.cents),
        )
        for line in lines
    ]
    return write_sheet([heads, *rows])


def _read(content: str | bytes, columns: Columns, understand: Callable[[Row], L]) -> Preview[L]:
    sheet = read_sheet(content, columns)
    lines, refused = [], list(sheet.refused)
    for row in sheet.rows:
        try:
            lines.append(understand(row))
        except ValueError as error:
            refused.append(RefusedLine(row.line, str(error)))
    refused.sort(key=lambda line: line.line)
    return Preview(tuple(lines), tuple(refused), sheet.ignored, sheet.delimiter, sheet.fingerprint)


def _receipt(row: Row) -> ReceiptLine:
    """Raises ValueError with a French sentence."""
    cells = row.cells
    kind = KINDS.get(fold(cells["kind"]))
    if kind is None:
        raise ValueError(
            f"« {cells['kind'][:40]} » n’est pas un moyen : "
            "prélèvement, virement, carte, espèces ou chèque."
        )
    desk = cells.get("desk", "").lower() or None
    if (kind in ("cash", "cheque")) != (desk is not None):
        raise ValueError("le guichet se dit pour les espèces et les chèques, et pour eux seuls.")
    if desk is not None and DESK.fullmatch(desk) is None:
        raise ValueError(
            f"« {desk[:40]} » n’est pas un guichet : lettres, chiffres, traits d’union."
        )
    recovery = WORDS.get(fold(cells.get("recovery", "")))
    if recovery is None:
        raise ValueError("la colonne « recouvrement » dit oui, non ou rien.")
    return ReceiptLine(
        row.line,
        _number(cells["membership"]),
        read_month(cells["month"]),
        _cents(cells["amount"]),
        kind,
        read_day(cells["date"]),
        desk,
        recovery,
    )


def _return(row: Row) -> ReturnLine:
    """Raises ValueError with a French sentence."""
    cells = row.cells
    code = cells["code"].upper()
    if code not in CODES:
        raise ValueError(f"« {code[:40]} » n’est pas un motif de rejet ({', '.join(CODES)}).")
    return ReturnLine(
        row.line,
        _number(cells["membership"]),
        read_month(cells["month"]),
        code,
        read_day(cells["date"]),
        _cents(cells["amount"]) if cells.get("amount") else None,
    )


def _number(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,15}", text) is None or int(text) == 0:
        raise ValueError(f"« {text[:40]} » n’est pas un numéro d’adhésion.")
    return int(text)


def _cents(text: str) -> int:
    cents = money.parse(text)
    if cents == 0:
        raise ValueError("le montant est de zéro : supprimez la ligne.")
    return cents
