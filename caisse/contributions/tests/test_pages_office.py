"""Pages of the office: desk, receipts, returns, who is behind, the file of the accountant."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from caisse.contributions import operations, queries
from caisse.contributions.models import DeskClosing, Pledge, Receipt
from caisse.contributions.tests.conftest import FEBRUARY, OFFICE, due, fund, pledged, travel
from caisse.contributions.tests.ground import office, sent, text_of
from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month
from caisse.ledger import queries as books

pytestmark = pytest.mark.django_db
SALIF = Actor("salif", frozenset({"desk"}))


def cash(number: int, cents: int = 50_00, kind: str = "cash", by: Actor = SALIF) -> int:
    return operations.receive(
        membership_id=number, month=FEBRUARY, cents=cents, kind=kind, desk="marche", by=by
    ).receipt_id


def debit(number: int) -> int:
    return operations.receive(
        membership_id=number, month=FEBRUARY, cents=50_00, kind="debit", by=OFFICE
    ).receipt_id


def receipt_form(**more: str) -> dict[str, str]:
    fields = {"amount": "50", "kind": "cash", "month": "2023-02", "received_on": "2023-02-03"}
    return sent(**{**fields, "desk": "Marche", **more})


def test_a_pledge_typed_at_the_desk_is_not_shown_afterwards(called: list[int]) -> None:
    salif, page = office("salif"), reverse("pledge_new", args=(called[0],))
    form = sent(amount="37")
    for _ in range(2):
        answer = salif.post(page, form, follow=True)
    text = text_of(answer)
    assert "C’est noté, à partir de mars 2023." in text
    seen = re.sub(r"<[^>]+>", " ", text)  # an id may hold any figure
    seen = seen.replace(f"n° {called[0]}", "")
    field = re.search(r'<input[^>]* name="amount"[^>]*>', text)
    assert "37" not in seen and field is not None and "value=" not in field[0]
    assert Pledge.objects.filter(membership=called[0]).count() == 2
    event = events.history(names=("contribution.pledged",))[0]
    assert event.by == f"salif for membership:{called[0]}"
    assert "37" not in str(event.data)


def test_a_receipt_enters_once(called: list[int]) -> None:
    salif, page = office("salif"), reverse("receipt_new", args=(called[0],))
    form = receipt_form()
    for _ in range(2):
        answer = salif.post(page, form, follow=True)
    assert Receipt.objects.count() == 1 and due(called[0]) == 0
    assert "L’encaissement n°" in text_of(answer)
    assert queries.at_desk(desk="marche", kind="cash") == (1, 50_00)


def test_a_second_one_that_looks_the_same_is_asked_about(called: list[int]) -> None:
    salif, page = office("salif"), reverse("receipt_new", args=(called[0],))
    assert "deuxième encaissement" not in text_of(salif.get(page))
    salif.post(page, receipt_form())
    answer = salif.post(page, receipt_form())
    assert answer.status_code == 422
    assert "C’est bien un deuxième encaissement" in text_of(answer)
    assert 'value="50"' in text_of(answer)
    assert salif.post(page, receipt_form(confirmed="on")).status_code == 302
    assert Receipt.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "-5"},
        {"amount": "0"},
        {"kind": "gold"},
        {"month": "2023-13"},
        {"received_on": "2023-02-30"},
        {"received_on": "2024-02-03"},
        {"desk": ""},
        {"desk": "=cmd()"},
    ],
)
def test_what_is_refused_keeps_what_was_typed(called: list[int], wrong: dict[str, str]) -> None:
    answer = office("salif").post(reverse("receipt_new", args=(called[0],)), receipt_form(**wrong))
    assert answer.status_code == 422 and not Receipt.objects.exists()
    assert "<title>Erreur : " in answer.content.decode()
    name, typed = next(iter(wrong.items()))
    if name != "kind":
        assert f'value="{typed}"' in answer.content.decode() if typed else True


def test_the_day_of_a_desk_is_closed_by_another_person(called: list[int]) -> None:
    cash(called[0])
    cash(called[1], 20_00, "cheque")
    page = reverse("desk_close", args=("marche",))
    form = sent(cash="50", cheques="20", explanation="")
    answer = office("salif").post(page, form)
    assert answer.status_code == 422
    assert "Une autre personne compte et dépose" in text_of(answer)
    assert 'value="50"' in text_of(answer)
    lea = office("lea")
    for _ in range(2):
        answer = lea.post(page, form, follow=True)
    assert "Le compte est bon." in text_of(answer)
    assert fund() == 70_00 and not queries.desks()
    assert DeskClosing.objects.count() == 1


def test_with_one_receipt_of_another_person_the_closer_may_close(called: list[int]) -> None:
    cash(called[0])
    cash(called[1], by=Actor("lea", frozenset({"desk"})))
    form = sent(cash="100", cheques="0", explanation="")
    assert office("salif").post(reverse("desk_close", args=("marche",)), form).status_code == 302
    assert fund() == 100_00


def test_a_difference_is_said_in_words_and_stays_at_the_desk(called: list[int]) -> None:
    cash(called[0])
    cash(called[1], 20_00, "cheque")
    lea, page = office("lea"), reverse("desk_close", args=("marche",))
    answer = lea.post(page, sent(cash="45", cheques="20", explanation=" "))
    assert answer.status_code == 422 and "Il manque 5,00 € en espèces." in text_of(answer)
    answer = lea.post(
        page, sent(cash="45", cheques="20", explanation="un billet perdu"), follow=True
    )
    assert "cet argent reste au guichet" in text_of(answer)
    assert fund() == 20_00  # the cheques agree: they are at the bank
    assert queries.at_desk(desk="marche", kind="cash") == (1, 50_00)
    assert "billet" not in str([one.data for one in events.history()])
    answer = lea.post(page, sent(cash="55", cheques="0", explanation=""))
    assert "Il y a 5,00 € de trop en espèces." in text_of(answer)


def test_a_desk_does_not_show_what_it_should_hold(called: list[int]) -> None:
    cash(called[0], 43_21)
    for name, seen in (("salif", False), ("nadia", False), ("paul", True)):
        assert ("43,21" in text_of(office(name).get(reverse("desks")))) is seen
    assert "43,21" not in text_of(office("paul").get(reverse("desk_close", args=("marche",))))


def test_amounts_are_for_the_treasurer(called: list[int]) -> None:
    operations.receive(membership_id=called[0], month=FEBRUARY, cents=43_21, kind="card", by=OFFICE)
    page = reverse("receipts")
    assert "43,21" in text_of(office("paul").get(page))
    assert "43,21" not in text_of(office("nadia").get(page))
    assert office("salif").get(page).status_code == 403


def test_who_is_behind_is_a_reason_to_call(called: list[int]) -> None:
    page = reverse("arrears")
    full, less = text_of(office("paul").get(page)), text_of(office("salif").get(page))
    assert "50,00 €" in full and "50,00 €" not in less
    for text in (full, less):
        assert f"Foyer n° {called[0]}" in text and "Chaque foyer garde son allocation" in text


def test_the_list_goes_on_by_number(called: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caisse.contributions.pages.arrears.SHOWN", 2)
    paul = office("paul")
    first = text_of(paul.get(reverse("arrears")))
    assert f"?apres={called[1]}" in first and f"n° {called[2]}" not in first
    assert f"n° {called[2]}" in text_of(paul.get(f"{reverse('arrears')}?apres={called[1]}"))
    assert paul.get(f"{reverse('arrears')}?apres=x").status_code == 404


def test_a_contact_is_noted_without_a_remark(called: list[int]) -> None:
    nadia, page = office("nadia"), reverse("arrear", args=(called[0],))
    assert "50,00 €" not in text_of(nadia.get(page))
    form = sent(way="phone", end="later")
    for _ in range(2):
        answer = nadia.post(page, form, follow=True)
    assert "par téléphone : une autre date." in text_of(answer)
    noted = events.history(names=("contribution.contact_noted",))
    assert [one.data for one in noted] == [{"end": "later", "way": "phone"}]
    assert nadia.post(page, sent(way="shout", end="later")).status_code == 422


def test_a_debit_comes_back_and_the_return_may_be_undone(called: list[int]) -> None:
    paul, receipt = office("paul"), debit(called[0])
    assert "La banque l’a rejeté" in text_of(paul.get(reverse("receipt", args=(receipt,))))
    form = sent(code="AM04", returned_on="2023-02-03")
    for _ in range(2):
        answer = paul.post(reverse("return_new", args=(receipt,)), form, follow=True)
    text = text_of(answer)
    assert "proposer une autre date, sans pénalité" in text and "provision insuffisante" in text
    assert due(called[0]) == 50_00
    found_ = re.search(r"/gestion/rejets/(\d+)/annuler", text)
    assert found_ is not None
    page = found_[0]
    assert paul.post(page, sent(reason=" ")).status_code == 422
    undo = sent(reason="mauvais foyer")
    for _ in range(2):
        paul.post(page, undo)
    assert due(called[0]) == 0
    assert paul.get(page).status_code == 404


def test_a_receipt_is_undone_with_a_reason(called: list[int]) -> None:
    paul, receipt = office("paul"), debit(called[0])
    page = reverse("receipt_undo", args=(receipt,))
    answer = paul.post(page, sent(reason=""))
    assert answer.status_code == 422 and due(called[0]) == 0
    form = sent(reason="tapé deux fois")
    for _ in range(2):
        answer = paul.post(page, form, follow=True)
    text = text_of(answer)
    assert "est annulé" in text and "tapé deux fois" in text and due(called[0]) == 50_00
    assert "tapé" not in str([one.data for one in events.history()])


def test_a_return_that_was_recovered_is_not_undone(called: list[int]) -> None:
    back = operations.return_receipt(receipt_id=debit(called[0]), code="AM04", by=OFFICE)
    operations.receive(
        membership_id=called[0], month=FEBRUARY, cents=50_00, kind="transfer", recovery=True,
        by=OFFICE,
    )  # fmt: skip
    page = reverse("return_undo", args=(back.return_id,))
    answer = office("paul").post(page, sent(reason="erreur"))
    assert answer.status_code == 422 and "déjà régularisée" in text_of(answer)
    assert 'value="erreur"' in text_of(answer)


def test_the_file_of_the_accountant(called: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    operations.undo_receipt(receipt_id=debit(called[0]), reason="=2+2", by=OFFICE)
    debit(called[1])
    page = reverse("receipts_csv", args=("2023-02",))
    monkeypatch.setattr("caisse.site.middleware.OpenDoor.fresh", False)
    asked = office("paul").get(page)
    assert asked.status_code == 302 and "reauthenticate" in asked["Location"]
    monkeypatch.setattr("caisse.site.middleware.OpenDoor.fresh", True)
    answer = office("paul").get(page)
    lines = answer.content.decode().removeprefix("\ufeff").splitlines()
    assert answer["Content-Type"].startswith("text/csv") and len(lines) == 3
    assert lines[0].startswith("encaissement;adhésion;mois;moyen;montant")
    assert ";'=2+2;" in lines[1] and f";{called[1]};2023-02;prélèvement;50,00;" in lines[2]
    assert office("nadia").get(page).status_code == 403


def test_a_month_by_number_and_pages(called: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caisse.contributions.pages.receipts.SHOWN", 2)
    receipts = [debit(number) for number in called]
    paul, page = office("paul"), reverse("receipts_month", args=("2023-02",))
    assert f"?apres={receipts[1]}" in text_of(paul.get(page))
    assert f"n° {called[2]}" in text_of(paul.get(f"{page}?apres={receipts[1]}"))
    one = text_of(paul.get(f"{page}?adhesion={called[2]}"))
    assert f"n° {called[2]}" in one and f"n° {called[0]}" not in one
    assert paul.get("/gestion/encaissements/2023-99").status_code == 404


OPEN = {
    "pledge_new": ("nadia", "salif"),
    "receipt_new": ("nadia", "salif", "paul"),
    "desks": ("nadia", "salif", "paul"),
    "receipts": ("nadia", "paul"),
    "receipts_month": ("paul",),
    "receipt": ("paul",),
    "receipt_undo": ("paul",),
    "return_new": ("paul",),
    "arrears": ("nadia", "salif", "paul"),
    "arrear": ("nadia", "salif", "paul"),
    "imports": ("nadia", "paul"),
    "receipt_import": ("paul",),
}


@pytest.mark.parametrize("name", OPEN)
def test_who_reads_what(called: list[int], name: str) -> None:
    args = {
        "receipts_month": ("2023-02",),
        "desks": (),
        "receipts": (),
        "arrears": (),
        "imports": (),
        "receipt_import": (),
    }.get(name, (debit(called[0]) if "receipt" in name and "new" not in name else called[0],))
    if name == "return_new":
        args = (debit(called[1]),)
    page = reverse(name, args=args)
    for who in ("paul", "nadia", "salif", "raymonde"):
        assert office(who).get(page).status_code == (200 if who in OPEN[name] else 403), who
    assert Client().get(page).url.startswith("/entrer?")  # type: ignore[attr-defined]


def test_what_is_not_there_is_not_found(called: list[int]) -> None:
    paul, nadia = office("paul"), office("nadia")
    for name in ("receipt", "receipt_undo", "return_new", "return_undo", "import_undo"):
        assert paul.get(reverse(name, args=(987_654,))).status_code == 404
        assert paul.get(reverse(name, args=(10**30,))).status_code == 404
    for name in ("pledge_new", "receipt_new", "arrear"):
        assert nadia.get(reverse(name, args=(987_654,))).status_code == 404
        assert nadia.get(reverse(name, args=(10**30,))).status_code == 404
    assert nadia.get(reverse("desk_close", args=("nulle-part",))).status_code == 404


def test_questions_to_the_database_do_not_grow_with_the_rows(called: list[int]) -> None:
    paul = office("paul")
    counts: dict[str, list[int]] = {"arrears": [], "receipts": [], "desks": []}
    for _ in range(2):
        cash(called[0], 1_00 + Receipt.objects.count())
        for name, seen in counts.items():
            with CaptureQueriesContext(connection) as caught:
                assert paul.get(reverse(name)).status_code == 200
            seen.append(len(caught))
        travel(date(2023, 3, 3))
        for _n in range(5):
            pledged()
        operations.call(month=Month(2023, 3), by=OFFICE)
    for name, (few, many) in counts.items():
        assert many <= few + 1, name
        assert many < 40, name
    assert books.balance("fund:caisse") == 0
