"""Printed pages: read back what was printed."""

import io
from typing import Any

from pypdf import PdfReader

from caisse.kernel import paper

SAID = 'Zoé « #1 » \\ "x" $y$ [z] *gras* _i_ @ref `code` // fin 🍅 العربية\x07'


def read(made: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(made))


def test_a_page_has_a_title_a_language_and_tags() -> None:
    found = read(paper.pdf(title="Relevé", body="= Relevé\n"))
    assert found.metadata is not None and found.metadata.title == "Relevé"
    root: Any = found.trailer["/Root"]
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"]


def test_what_people_typed_is_shown_and_never_read() -> None:
    made = read(paper.pdf(title=SAID, body="= Titre\n" + paper.text(SAID)))
    shown = made.pages[0].extract_text()
    for part in ("« #1 »", '"x"', "$y$", "[z]", "*gras*", "_i_", "@ref", "`code`", "// fin"):
        assert part in shown


def test_a_table_holds_its_cells_and_its_total() -> None:
    rows = [["lundi", "12,50 €"], ["mardi", "−3,00 €"]]
    body = "= Relevé\n" + paper.table(["Jour", "Montant"], rows, ["Total", "9,50 €"])
    shown = read(paper.pdf(title="Relevé", body=body)).pages[0].extract_text()
    for word in ("Jour", "Montant", "lundi", "12,50 €", "−3,00 €", "Total", "9,50 €"):
        assert word in shown


def test_facts_stand_line_by_line() -> None:
    body = "= Fiche\n" + paper.sheet([("Premier mois", "mars 2024"), ("Montant", "100 MonA")])
    shown = read(paper.pdf(title="Fiche", body=body)).pages[0].extract_text()
    assert "Premier mois" in shown and "mars 2024" in shown and "100 MonA" in shown


def test_a_hundred_sheets_are_a_hundred_pages() -> None:
    body = "#pagebreak()\n".join(f"= Foyer {n}\n" for n in range(100))
    assert len(read(paper.pdf(title="Feuilles", body=body)).pages) == 100
