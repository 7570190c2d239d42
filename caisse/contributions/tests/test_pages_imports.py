"""Files on the pages: what is understood is shown, one prepares, another agrees, one undoes."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from caisse.contributions import operations, queries
from caisse.contributions.models import Receipt
from caisse.contributions.tests.conftest import FEBRUARY, OFFICE, due, fund
from caisse.contributions.tests.ground import office, sent, text_of
from caisse.people import queries as people

pytestmark = pytest.mark.django_db
HEAD = "adhésion;mois;montant;moyen;date;nom"


def lines(numbers: list[int], amount: str = "50,00") -> str:
    rows = [f"{n};2023-02;{amount};prélèvement;03/02/2023;Brunel" for n in numbers]
    return "\n".join([HEAD, *rows])


def upload(client: Client, content: bytes | str, kind: str = "receipts") -> Any:
    raw = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile("banque.csv", raw, content_type="text/csv")
    return client.post(reverse("receipt_import"), {"kind": kind, "sheet": file})


def sealed(page: Any) -> str:
    found = re.search(r'name="sheet" value="([^"]+)"', page.content.decode())
    assert found is not None
    return found[1]


def prepare(client: Client, page: Any, **more: str) -> str:
    """The address of the act that was prepared."""
    answer = client.post(reverse("import_prepare"), sent(sheet=sealed(page), **more))
    assert answer.status_code == 302, answer.content.decode()
    address: str = answer["Location"]
    return address


def test_looked_at_prepared_agreed_and_in_the_books_once(called: list[int]) -> None:
    paul, nadia = office("paul"), office("nadia")
    page = upload(paul, lines(called))
    text = text_of(page)
    assert page.status_code == 200 and "150,00 €" in text and "nom" in text
    assert not Receipt.objects.exists()
    act = prepare(paul, page)
    assert not Receipt.objects.exists()
    assert "Il manque l’accord d’une autre personne" in text_of(paul.get(act))
    refused = paul.post(act, sent())
    assert refused.status_code == 422 and "Une autre personne" in text_of(refused)
    for _ in range(2):
        assert nadia.post(act, sent()).status_code == 302
    assert Receipt.objects.count() == 3 and fund() == 150_00
    assert [due(number) for number in called] == [0, 0, 0]


def test_what_waits_holds_no_name_and_no_other_column(called: list[int]) -> None:
    paul = office("paul")
    prepare(paul, upload(paul, lines(called)))
    (act,) = people.waiting_acts("receipts.import")
    assert "Brunel" not in str(act.payload) and act.cents == 150_00
    assert (act.payload["lines"], act.payload["left_out"]) == (3, 0)


def test_a_coordinator_agrees_without_seeing_the_amounts_of_households(called: list[int]) -> None:
    paul = office("paul")
    act = prepare(paul, upload(paul, lines(called[:1], "61,30") + "\n" + lines(called[1:])))
    assert ">61,30" in text_of(paul.get(act))
    text = text_of(office("nadia").get(act))
    assert ">61,30" not in text and "161,30" in text
    assert office("salif").get(act).status_code == 403


def test_the_second_person_may_say_no_with_a_reason(called: list[int]) -> None:
    paul, nadia = office("paul"), office("nadia")
    act = prepare(paul, upload(paul, lines(called)))
    assert nadia.post(f"{act}/refuser", sent(reason="")).status_code == 422
    assert nadia.post(f"{act}/refuser", sent(reason="le mois est faux")).status_code == 302
    late = nadia.post(act, sent())
    assert late.status_code == 422 and not Receipt.objects.exists()
    assert "le mois est faux" in text_of(paul.get(act))


def test_lines_that_are_there_already_are_marked(called: list[int]) -> None:
    paul, nadia = office("paul"), office("nadia")
    operations.receive(
        membership_id=called[0], month=FEBRUARY, cents=50_00, kind="debit", by=OFFICE
    )
    page = upload(paul, lines(called))
    assert "Lignes déjà dans les livres" in text_of(page)
    act = prepare(paul, page)
    nadia.post(act, sent())
    assert Receipt.objects.count() == 3
    again = upload(paul, lines(called))
    assert "100,00" not in text_of(again)
    nadia.post(prepare(paul, again, twice="on"), sent())
    assert Receipt.objects.count() == 6


def test_refused_lines_stay_outside_with_their_reason(called: list[int]) -> None:
    paul = office("paul")
    page = upload(paul, lines([*called, 99_999]) + "\n7;2023-02;-5;prélèvement;03/02/2023;\n")
    text = text_of(page)
    assert "il n’y a pas d’adhésion n° 99999" in text and "comme une formule" in text
    act = prepare(paul, page)
    assert ">2</dd>" in text_of(paul.get(act))  # left outside
    office("nadia").post(act, sent())
    assert Receipt.objects.count() == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_file_as_a_spreadsheet_saves_it(called: list[int], encoding: str) -> None:
    page = upload(office("paul"), lines(called, "1 234,50").encode(encoding))
    assert page.status_code == 200 and "3 703,50 €" in text_of(page)


POISON = {
    "empty": (b"", "vide"),
    "nul": (b"adh\x00\n", "nul"),
    "binary": (b"\xff\xfe\x00\xd8\x00", "texte"),
    "long line": (b"a" * 20_000, "trop longue"),
    "no columns": (b"a;b\n1;2\n", "Il manque la colonne"),
    "quotes": ('adhésion;mois;montant;moyen;date\n"1;2\n'.encode(), "guillemets"),
    "twice": ("adhésion;adhésion;mois;montant;moyen;date\n".encode(), "deux fois"),
    "many lines": (b"a\n" * 30_000, "lignes"),
}


@pytest.mark.parametrize("name", POISON)
def test_a_poisoned_file_has_a_clear_message(called: list[int], name: str) -> None:
    content, said = POISON[name]
    page = upload(office("paul"), content)
    assert page.status_code == 422 and said in text_of(page)
    assert "<title>Erreur : " in text_of(page) and "Choisir" not in text_of(page)[:200]


@pytest.mark.parametrize(
    "cell", ["0", "-0", "1e3", "1,234.50", "０１２", "12,345", "=1+1", "9" * 60]
)
def test_an_amount_that_could_mean_two_things_is_refused(called: list[int], cell: str) -> None:
    text = text_of(upload(office("paul"), lines(called[:1], cell)))
    assert "Lignes refusées" in text and "Aucune ligne ne peut entrer" in text


def test_a_sealed_preview_that_was_touched_is_not_ours(called: list[int]) -> None:
    paul = office("paul")
    seal = sealed(upload(paul, lines(called)))
    for wrong in (seal[:-1] + ("A" if seal[-1] != "A" else "B"), "", "x" * 50):
        answer = paul.post(reverse("import_prepare"), sent(sheet=wrong), follow=True)
        assert "choisissez encore le fichier" in text_of(answer)
    assert not people.waiting_acts()


def test_returns_enter_in_the_same_way(called: list[int]) -> None:
    paul, nadia = office("paul"), office("nadia")
    operations.receive(
        membership_id=called[0], month=FEBRUARY, cents=50_00, kind="debit", by=OFFICE
    )
    text = f"adhésion;mois;motif;date\n{called[0]};2023-02;AM04;03/02/2023\n"
    page = upload(paul, text + f"{called[1]};2023-02;AM04;03/02/2023\n", "returns")
    assert "50,00 €" in text_of(page) and "n’a pas de prélèvement" in text_of(page)
    nadia.post(prepare(paul, page), sent())
    assert due(called[0]) == 50_00
    assert queries.imports()[0].kind == "returns"


def test_a_whole_file_is_undone_with_a_reason(called: list[int]) -> None:
    paul, nadia = office("paul"), office("nadia")
    nadia.post(prepare(paul, upload(paul, lines(called))), sent())
    page = reverse("import_undo", args=(queries.imports()[0].batch_id,))
    assert "Annuler 3 lignes, 150,00 €" in text_of(paul.get(page))
    assert paul.post(page, sent(reason="")).status_code == 422
    form = sent(reason="fichier de l’an dernier")
    for _ in range(2):
        assert paul.post(page, form).status_code == 302
    assert fund() == 0 and [due(number) for number in called] == [50_00] * 3
    assert "Ce fichier est déjà annulé" in text_of(paul.get(page))


def test_a_file_that_became_double_meanwhile_waits(called: list[int]) -> None:
    paul, nadia = office("paul"), office("nadia")
    act = prepare(paul, upload(paul, lines(called)))
    operations.receive(
        membership_id=called[0], month=FEBRUARY, cents=50_00, kind="debit", by=OFFICE
    )
    answer = nadia.post(act, sent())
    assert answer.status_code == 422 and "déjà là" in text_of(answer)
    assert Receipt.objects.count() == 1 and len(people.waiting_acts()) == 1
