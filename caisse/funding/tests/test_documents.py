"""Papers behind costs and transfers: brought once, read, withdrawn."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from caisse.funding import operations, queries
from caisse.funding.models import Document
from caisse.kernel import events
from caisse.kernel.ids import new_id, show_id
from caisse.kernel.refusal import Refusal
from caisse.kernel.tests.entering import operation, page, sit
from caisse.merchants.tests.ground import OFFICE, founded

pytestmark = pytest.mark.django_db

PAPER = b"%PDF-1.7\nzyxinvoice\n%%EOF\n"


@pytest.fixture
def cost() -> int:
    """The number of a cost that was paid."""
    founded(date(2023, 2, 6))
    operations.pay_cost(line="it", cents=12_00, by=OFFICE)
    return queries.costs_paid()[0].id


@pytest.fixture
def paul(client: Client) -> Client:
    return sit(client, "paul", "treasurer")


def attached(cost: int, content: bytes = PAPER) -> bytes:
    return operations.attach_document(
        subject=f"cost:{cost}", kind="invoice", content=content, by=OFFICE
    )


def test_a_paper_is_kept_once_and_its_name_nowhere(cost: int, paul: Client) -> None:
    path = reverse("document_new", args=["cost", cost])
    form = {"operation": operation(page(paul, path)), "kind": "invoice"}
    for _twice in range(2):
        paper = SimpleUploadedFile("Facture de Zyxwanary.pdf", PAPER)
        answer = paul.post(path, {**form, "paper": paper}, follow=True)
        assert answer.status_code == 200
    (row,) = queries.documents_of(f"cost:{cost}")
    text = answer.content.decode()
    assert "La pièce est gardée." in text and row.number in text and "Zyxwanary" not in text
    (told,) = events.history(names=("document.attached",))
    assert set(told.data) == {"kind", "sent"}
    got = paul.get(reverse("document", args=[row.key]))
    assert (got.content, got["Content-Type"]) == (PAPER, "application/pdf")
    assert got["Content-Disposition"] == f'attachment; filename="piece-{row.number}.pdf"'
    assert got["Content-Security-Policy"].startswith("sandbox")


def test_what_is_no_paper_is_refused_in_words_and_the_kind_stays(cost: int, paul: Client) -> None:
    path = reverse("document_new", args=["cost", cost])
    for content, said in (
        (b"<svg onload=alert(1)>", "Envoyez un PDF ou une photo"),
        (b"", "Ce fichier est vide."),
        (b"%PDF-" + bytes(10_000_001), "trop lourd"),
    ):
        sent = {"operation": operation(page(paul, path)), "kind": "letter"}
        answer = paul.post(path, {**sent, "paper": SimpleUploadedFile("x.pdf", content)})
        text = answer.content.decode()
        assert answer.status_code == 422 and said in text
        assert 'value="letter" required' in text.replace(" checked", "") and "checked" in text
    assert not Document.objects.exists()


def test_a_photograph_comes_back_without_its_place(cost: int) -> None:
    said = Image.Exif()
    said[0x0110] = "Zyxphone"
    written = io.BytesIO()
    Image.new("RGB", (30, 20), "blue").save(written, "JPEG", exif=said)
    key = attached(cost, written.getvalue())
    paper = queries.document_file(key)
    assert paper is not None and paper.media == "image/jpeg" and b"Zyxphone" not in paper.content


def test_a_paper_that_should_not_be_there_goes_and_that_it_was_there_stays(
    cost: int, paul: Client
) -> None:
    key = attached(cost)
    path = reverse("document_withdraw", args=[show_id(key)])
    form = {"operation": operation(page(paul, path))}
    for _twice in range(2):
        answer = paul.post(path, form, follow=True)
        assert "La pièce est retirée." in answer.content.decode()
    assert "retirée" in page(paul, reverse("cost_paid", args=[cost]))
    assert paul.get(reverse("document", args=[show_id(key)])).status_code == 404
    assert bytes(Document.objects.get(pk=key).content) == b""
    assert len(events.history(names=("document.withdrawn",))) == 1


def test_an_entry_has_only_so_many(cost: int) -> None:
    for _each in range(20):
        attached(cost)
    with pytest.raises(Refusal) as refusal:
        attached(cost)
    assert refusal.value.reason == "too_many"


def test_papers_of_nothing_are_not_found(cost: int, paul: Client) -> None:
    for kind, key in (
        ("cost", "99"), ("cost", "x"), ("cost", "9" * 30), ("act", show_id(new_id())),
        ("act", "x"), ("wallet", "1"),
    ):  # fmt: skip
        assert paul.get(reverse("document_new", args=[kind, key])).status_code == 404, (kind, key)
    assert paul.get(reverse("document", args=[show_id(new_id())])).status_code == 404


def test_the_list_of_papers_does_not_read_them(cost: int, paul: Client) -> None:
    for _each in range(3):
        attached(cost)
    with CaptureQueriesContext(connection) as asked:
        page(paul, reverse("cost_paid", args=[cost]))
    assert len(asked) <= 13
    assert not [one for one in asked.captured_queries if '"content"' in one["sql"]]
