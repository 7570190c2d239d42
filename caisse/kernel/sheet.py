"""A table of a spreadsheet, read and written as text: pure, shared by all files in and out.

Whatever a spreadsheet makes of a CSV file is understood: `;`, `,` or tabs, UTF-8, UTF-16 or
Windows, a heading repeated in the middle. What cannot be understood is refused with its line.
"""

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal

MOST_BYTES = 10_000_000
MOST_LINES = 20_000
LONGEST_LINE = 10_000
YEARS = range(1900, 2200)  # of a date; any other is a slip of the hand
DELIMITERS = ";\t,"
# A spreadsheet would compute such a cell; the full-width forms are read like the plain ones.
ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
FRENCH = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
SIGNS = ("+", "-")
BOM = "\ufeff"  # by which a spreadsheet knows UTF-8
Cell = str | int | Decimal | date | Month | None
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: its number in the file (from 1), its cells by the column's code."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that cannot be entered, and why: a French sentence, and a word for the code."""

    line: int
    sentence: str
    reason: str = "unreadable"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table that was read. `fingerprint` is the SHA-256 of the text, whatever its encoding."""

    rows: tuple[Row, ...]
    refused: tuple[RefusedLine, ...]
    ignored: tuple[str, ...]
    delimiter: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a file may have: code -> the headings that mean it, in French first.

    Cells of the columns `signed` may begin with a sign (a telephone number, an overdraft): their
    reader judges them. A line that begins with `comment` is left out, unless that is empty.
    """

    known: Mapping[str, Sequence[str]]
    required: frozenset[str] = field(default_factory=frozenset)
    signed: frozenset[str] = field(default_factory=frozenset)
    comment: str = ""


def read_sheet(content: str | bytes, columns: Columns) -> Sheet:
    """Read a whole table. Never raises for a bad line: it is among `refused`, with its sentence.

    Raises Refusal when the file as a whole cannot be read: `too_large`, `encoding`, `empty`,
    `nul`, `long_line`, `columns`, `quotes`.
    """
    if len(content) > MOST_BYTES:
        raise Refusal("too_large", "Ce fichier dépasse 10 Mo : coupez-le en plusieurs.")
    text = _decoded(content) if isinstance(content, bytes) else content.removeprefix("\ufeff")
    _demand_lines(text)
    delimiter = _delimiter(text)
    lines = _split(text, delimiter, columns.comment)
    if not lines:
        raise Refusal("empty", "Ce fichier est vide.")
    heading = [fold(cell) for cell in lines[0][1]]
    places = _places(heading, columns)
    signed = {places[code] for code in columns.signed if code in places}
    rows, refused = [], []
    for line, cells in lines[1:]:
        if [fold(cell) for cell in cells] == heading:  # repeated where two files were joined
            continue
        fault = _fault(cells, len(heading), signed)
        if fault is None:
            rows.append(Row(line, {code: cells[at].strip() for code, at in places.items()}))
        else:
            refused.append(RefusedLine(line, fault))
    named = set(places.values())
    return Sheet(
        tuple(rows),
        tuple(refused),
        tuple(lines[0][1][at].strip()[:40] for at in range(len(heading)) if at not in named),
        delimiter,
        hashlib.sha256(text.encode()).hexdigest(),
    )


def fold(text: str) -> str:
    """A heading or a word as it is compared: lower case, no accents, no marks, single spaces."""
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.casefold().split())


def _decoded(content: bytes) -> str:
    """The text: by its byte order mark, else UTF-8, else as Windows writes French."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("encoding", "Ce fichier n’est pas du texte : enregistrez-le en CSV (UTF-8).")


def _demand_lines(text: str) -> None:
    """Bound what comes next, before any parsing: length of a line, number of lines, no NUL."""
    start, line = 0, 0
    while start <= len(text):
        line += 1
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end - start > LONGEST_LINE:
            raise Refusal("long_line", f"La ligne {line} est trop longue pour être une ligne.")
        if line > MOST_LINES:
            raise Refusal("too_large", f"Ce fichier dépasse {MOST_LINES} lignes : coupez-le.")
        start = end + 1
    if "\0" in text:
        at = text.count("\n", 0, text.index("\0")) + 1
        raise Refusal("nul", f"La ligne {at} contient un caractère nul : ce n’est pas un CSV.")


def _delimiter(text: str) -> str:
    """What separates the cells of the first line that has any."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=first.count)


def _split(text: str, delimiter: str, comment: str) -> list[tuple[int, list[str]]]:
    """The lines that hold something and are no comment, each with its number."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines, line = [], 1
    try:
        for cells in reader:
            said = comment and cells and cells[0].lstrip().startswith(comment)
            if not said and any(cell.strip() for cell in cells):
                lines.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        raise Refusal("quotes", f"Les guillemets de la ligne {line} ne se ferment pas.") from None
    return lines


def _places(heading: list[str], columns: Columns) -> dict[str, int]:
    """Where each known column stands; Refusal(columns) when one is missing or stands twice."""
    places: dict[str, int] = {}
    for code, names in columns.known.items():
        wanted = {fold(name) for name in names}
        found = [at for at, name in enumerate(heading) if name in wanted]
        if len(found) > 1:
            raise Refusal("columns", f"La colonne « {names[0]} » est là deux fois.")
        if found:
            places[code] = found[0]
        elif code in columns.required:
            raise Refusal(
                "columns",
                f"Il manque la colonne « {names[0]} » : la première ligne nomme les colonnes.",
            )
    return places


def _fault(cells: list[str], width: int, signed: Set[int]) -> str | None:
    """What is wrong with a line whatever it says, or None; `signed` cells may begin with a sign."""
    if (len(cells) != width and any(cell.strip() for cell in cells[width:])) or len(cells) < width:
        return f"{len(cells)} cellules pour {width} colonnes."
    for at, cell in enumerate(cells):
        formula = tuple(set(FORMULA) - set(SIGNS)) if at in signed else FORMULA
        if cell.startswith(formula) or cell.strip().startswith(formula):
            return f"la cellule « {cell.strip()[:20]} » commence comme une formule de tableur."
        if any(unicodedata.category(char) in ("Cc", "Cf") for char in cell.strip()):
            return "une cellule contient un caractère invisible ou un retour à la ligne."
    return None


def read_month(text: str) -> Month:
    """A month written 2023-02 or 02/2023; raises ValueError with a French sentence."""
    french = re.fullmatch(r"([0-9]{1,2})/([0-9]{4})", text)
    return Month.parse(f"{french[2]}-{french[1]:0>2}" if french else text)


def read_day(text: str) -> date:
    """A date written 2023-02-03 or 03/02/2023; raises ValueError with a French sentence."""
    iso, french = ISO.fullmatch(text.strip()), FRENCH.fullmatch(text.strip())
    parts = iso.groups() if iso else french.groups()[::-1] if french else None
    try:
        if parts is None:
            raise ValueError
        day = date(*(int(part) for part in parts))
        if day.year not in YEARS:
            raise ValueError
        return day
    except ValueError:
        raise ValueError(
            f"« {text.strip()[:40]} » n’est pas une date : écrivez 2023-02-03 ou 03/02/2023."
        ) from None


def write_sheet(rows: Iterable[Sequence[Cell]]) -> str:
    """A table as a CSV that a French spreadsheet opens; the first row names the columns.

    With a byte order mark, `;`, decimal commas, dates 2024-02-01, months 2024-02. A text never
    becomes a formula (`harmless`); numbers are written as numbers.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return BOM + out.getvalue()


def harmless(text: str) -> str:
    """A text as a spreadsheet may open it: what looks like a formula begins with an apostrophe.

    Line ends and NUL become spaces: a cell stays on its line (ASVS 1.2.10).
    """
    plain = " ".join(text.replace("\0", " ").splitlines())
    looks = text.startswith((*FORMULA, "\n", "\0")) or plain.lstrip().startswith(FORMULA)
    return f"'{plain}" if looks else plain


def in_units(cents: int) -> Decimal:
    """Cents as the number that a spreadsheet counts with: 12345 is 123,45."""
    return Decimal(cents).scaleb(-2)


def _written(cell: Cell) -> str:
    """One cell; of a bool and a float nothing sensible can be said, so they are refused."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", ",")
    if isinstance(cell, bool | float):
        raise TypeError(f"no cell for {cell!r}")
    return str(cell)
