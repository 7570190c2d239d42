"""Printed pages: PDF with a title, a language and tags (PDF/UA-1), set by typst.

A document is written in typst's markup; whatever people typed goes through `text`, which leaves
nothing for the markup to read. The same content exists as a page (trust.md section 6).
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import typst

from caisse.kernel.wording import english

HEAD = """\
#set document(title: {title}, date: {date})
#set page(paper: "a4", margin: (x: 20mm, top: 18mm, bottom: 20mm), footer: context [
  #set text(size: 9pt)
  #line(length: 100%, stroke: 0.5pt)
  #{foot} #h(1fr) #counter(page).display("1 / 1", both: true)
])
#set text(lang: {lang}, font: ("Libertinus Serif", "DejaVu Sans Mono"), size: 11.5pt)
#set par(leading: 0.62em)
#show heading.where(level: 1): set text(size: 20pt)
#show heading.where(level: 2): set text(size: 14pt)
#set table(stroke: (x: none, y: 0.5pt + luma(140)), inset: (x: 4pt, y: 5pt))
#let euro(body) = align(end, body)
"""


LEADER = "#box(width: 1fr, pdf.artifact(repeat[.]))"  # dots that nobody has to hear


def text(said: str) -> str:
    """Words as typst shows them and never reads them: a string in code, `#"…"`."""
    return f"#{quoted(said)}"


def quoted(said: str) -> str:
    """A string of typst's code; control characters are left out."""
    kept = "".join(char if char.isprintable() or char == "\n" else " " for char in said)
    return json.dumps(kept, ensure_ascii=False)


def table(heading: Sequence[str], rows: Sequence[Sequence[str]], total: Sequence[str] = ()) -> str:
    """A table: the first column is words, the others stand to the right; `total` in bold."""
    aligned = ", ".join(["start"] + ["end"] * (len(heading) - 1))
    widths = ", ".join(["1fr"] + ["auto"] * (len(heading) - 1))
    head = ", ".join(f"[*{text(cell)}*]" for cell in heading)
    body = ",\n".join(", ".join(f"[{text(cell)}]" for cell in row) for row in rows)
    foot = ", ".join(f"[*{text(cell)}*]" for cell in total)
    parts = [f"columns: ({widths},)", f"align: ({aligned},)", f"table.header({head})", body]
    if foot:
        parts.append(f"table.footer({foot})")
    return "#table(" + ",\n".join(part for part in parts if part) + ")\n"


def sheet(facts: Sequence[tuple[str, str]]) -> str:
    """Label and value with dotted leaders, line by line, as on a menu."""
    lines = [
        f"#block(below: 0.5em)[{text(label)} {LEADER} *{text(value)}*]" for label, value in facts
    ]
    return "\n".join(lines) + "\n"


def pdf(*, title: str, body: str, foot: str = "") -> bytes:
    """A document of A4 pages, in the language of the reader.

    `body` is markup; `foot` stands on each page, beside its number.
    Its date is the machine's: a printed page says when it was printed, in whatever time it tells.
    """
    now = datetime.now(UTC)
    head = HEAD.format(
        title=quoted(title),
        date=f"datetime(year: {now.year}, month: {now.month}, day: {now.day})",
        foot=quoted(foot or title),
        lang=quoted("en" if english() else "fr"),
    )
    source = (head + body).encode()
    try:
        made = typst.compile(source, pdf_standards=["ua-1"])
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        # a sign that no font here draws (an emoji in a name): a box stands for it, nothing is lost
        made = typst.compile(source)
    assert isinstance(made, bytes)
    return made
