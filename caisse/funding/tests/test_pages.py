"""The office's pages about costs and funders: what they say, refuse, and do once."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caisse.funding import operations as funding
from caisse.funding import queries
from caisse.funding.models import FunderRight, PaidCost, PlannedCost
from caisse.funding.tests.ground import ACCOUNTANT, cash, founded, go
from caisse.kernel import events, ids
from caisse.kernel.month import Month
from caisse.kernel.tests.entering import enter
from caisse.ledger import queries as books

pytestmark = pytest.mark.django_db

START = date(2023, 3, 1)
MONEY = "/gestion/argent"
PAGES = (
    "/depenses", "/depenses.csv", "/depenses/payees.csv", "/depenses/prevoir", "/depenses/payer",
    "/financeurs", "/financeurs.csv", "/conventions/signer",
)  # fmt: skip


@pytest.fixture(autouse=True)
def factor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second factor was shown a moment ago, also for the pages that ask it again."""
    monkeypatch.setattr("caisse.site.middleware.did_recently_reauthenticate", lambda request: True)


@pytest.fixture
def paul(client: Client) -> Client:
    """The treasurer, on 1 March 2023."""
    founded(START)
    enter(client, "tresorerie", "treasurer")
    return client


def signed(fund: str = "caisse") -> funding.Signed:
    """A grant of 1 000 € in two instalments, of the city."""
    city = funding.add_funder(name="Ville", by=ACCOUNTANT)
    return funding.sign_grant(
        funder_id=city,
        fund=fund,
        label="Convention d’essai",
        instalments=[(date(2023, 4, 3), 600_00), (date(2023, 9, 1), 400_00)],
        signed_on=START,
        by=ACCOUNTANT,
    )


def operation() -> str:
    """The id that a form chooses when it is shown."""
    return ids.show_id(ids.new_id())


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_are_for_coordinator_and_treasurer(client: Client, page: str) -> None:
    founded(START)
    assert client.get(MONEY + page).headers["Location"].startswith("/entrer")
    enter(client, "accueil", "desk")
    assert client.get(MONEY + page).status_code == 403
    enter(client, "coordination", "coordinator")
    assert client.get(MONEY + page).status_code == 200


def test_a_cost_is_planned_changed_paid_and_undone(paul: Client) -> None:
    sent = {"line": "hr", "due_on": "2023-03-25", "cents": "16 500", "operation": operation()}
    for _ in range(2):
        assert paul.post(f"{MONEY}/depenses/prevoir", sent).status_code == 302
    (planned,) = PlannedCost.objects.all()
    answer = paul.get(f"{MONEY}/depenses")
    assert "16\u202f500,00\u202f€" in answer.text and "Ressources humaines" in answer.text

    moved = {"due_on": "03/04/2023", "cents": "16500,00", "operation": operation()}
    paul.post(f"{MONEY}/depenses/prevues/{planned.pk}/changer", moved)
    later = PlannedCost.objects.get(replaces=planned)
    assert later.due_on == date(2023, 4, 3)
    assert paul.get(f"{MONEY}/depenses/prevues/{planned.pk}/payer").status_code == 404

    paid = {"cents": "16 400,50", "operation": operation()}
    for _ in range(2):
        address = f"{MONEY}/depenses/prevues/{later.pk}/payer"
        assert paul.post(address, paid).status_code == 302
    assert (cash("operating"), PaidCost.objects.count()) == (-16_400_50, 1)

    row = PaidCost.objects.get()
    wrong = paul.post(
        f"{MONEY}/depenses/payees/{row.pk}/annuler", {"reason": " ", "operation": operation()}
    )
    assert wrong.status_code == 422 and "Erreur" in wrong.text
    undone = {"reason": "deux fois la même facture", "operation": operation()}
    for _ in range(2):
        address = f"{MONEY}/depenses/payees/{row.pk}/annuler"
        assert paul.post(address, undone).status_code == 302
    assert cash("operating") == 0 == books.balance("fund:operating") == books.balance("cost:hr")
    shown = paul.get(f"{MONEY}/depenses/payees/{row.pk}/annuler")
    assert "deux fois la même facture" in shown.text
    waiting = queries.planned_costs(after=START, until=date(2023, 12, 31), known_at=START)
    assert [cost.planned_id for cost in waiting] == [later.pk]  # to be paid again
    paul.post(
        f"{MONEY}/depenses/prevues/{later.pk}/payer", {"cents": "1", "operation": operation()}
    )
    assert cash("operating") == -1_00


def test_an_undone_cost_changes_no_past_forecast_and_no_past_budget(paul: Client) -> None:
    planned = funding.plan_cost(line="it", due_on=date(2023, 3, 20), cents=50_00, by=ACCOUNTANT)
    funding.pay_cost(line="it", cents=50_00, planned_id=planned, by=ACCOUNTANT)
    go(date(2023, 4, 5))
    row = PaidCost.objects.get()
    assert funding.undo_cost(paid_id=row.pk, reason="erreur", by=ACCOUNTANT) == 50_00
    assert funding.undo_cost(paid_id=row.pk, reason="encore", by=ACCOUNTANT) == 50_00
    until = date(2023, 12, 31)
    assert queries.planned_costs(after=START, until=until, known_at=date(2023, 4, 4)) == []
    assert len(queries.planned_costs(after=START, until=until, known_at=date(2023, 4, 5))) == 1
    march, april = queries.budget(Month(2023, 3), Month(2023, 4))
    assert (march.paid_cents, april.paid_cents) == (50_00, -50_00)
    assert "erreur" not in str([event.data for event in events.history()])


def test_budget_and_actual_stand_side_by_side(paul: Client) -> None:
    funding.plan_cost(line="hr", due_on=date(2023, 3, 25), cents=100_00, by=ACCOUNTANT)
    funding.pay_cost(line="running", cents=30_00, by=ACCOUNTANT)
    page = paul.get(f"{MONEY}/depenses").text
    assert "30,00\u202f€" in page and "70,00\u202f€" in page  # paid, and planned less paid
    sheet = paul.get(f"{MONEY}/depenses.csv").text
    assert "2023-03;ressources humaines;100,00;0,00" in sheet
    assert "2023-03;animation et fonctionnement;0,00;30,00" in sheet
    for month in ("2023-13", "x", "0001-01"):
        assert paul.get(f"{MONEY}/depenses?mois={month}").status_code == 404


def test_what_was_typed_stays_after_a_refusal(paul: Client) -> None:
    sent = {"line": "hr", "due_on": "32/01/2023", "cents": "-5", "operation": operation()}
    answer = paul.post(f"{MONEY}/depenses/prevoir", sent)
    assert answer.status_code == 422
    assert 'value="32/01/2023"' in answer.text and 'value="-5"' in answer.text


def test_a_grant_is_signed_received_postponed_and_given_up(paul: Client) -> None:
    sent = {
        "new_funder": "Ville", "fund": "caisse", "label": "Convention 2023",
        "signed_on": "2023-03-01", "due_1": "2023-04-03", "cents_1": "600", "due_2": "2023-09-01",
        "cents_2": "400", "operation": operation(),
    }  # fmt: skip
    for _ in range(2):
        answer = paul.post(f"{MONEY}/conventions/signer", sent)
        assert answer.status_code == 302
    (grant,) = queries.grants(known_at=START)
    assert (grant.cents, grant.left_cents, grant.funder) == (1_000_00, 1_000_00, "Ville")
    first, second = queries.instalments(grant.id)

    got = {"cents": "600,00", "operation": operation()}
    for _ in range(2):
        paul.post(f"{MONEY}/versements/{first}/recevoir", got)
    assert cash("caisse") == 600_00
    much = paul.post(
        f"{MONEY}/versements/{second}/recevoir", {"cents": "500", "operation": operation()}
    )
    assert much.status_code == 422 and "On attend 400,00" in much.text

    letter = {
        "due_on": "2024-01-10", "cents": "300", "known_on": "2023-03-01", "operation": operation(),
    }  # fmt: skip
    paul.post(f"{MONEY}/versements/{second}/courrier", letter)
    page = paul.get(answer.headers["Location"]).text
    assert "Courrier" in page and "10\u00a0janvier\u00a02024" in page and "reçu" in page

    paul.post(f"{MONEY}/conventions/{grant.id}/abandonner", {"operation": operation()})
    assert queries.grants(known_at=START)[0].left_cents == 0
    sheet = paul.get(f"{MONEY}/financeurs.csv").text
    assert ";Ville;caisse;Convention 2023;2023-03-01;1;2023-04-03;600,00;600,00;0,00" in sheet


def test_half_an_instalment_and_no_funder_are_told_at_their_fields(paul: Client) -> None:
    sent = {
        "fund": "caisse", "label": "x", "signed_on": "2023-03-01", "due_1": "2023-04-03",
        "cents_1": "600", "due_3": "2023-09-01", "operation": operation(),
    }  # fmt: skip
    answer = paul.post(f"{MONEY}/conventions/signer", sent)
    assert answer.status_code == 422 and queries.funders() == []
    assert "Il manque cette moitié" in answer.text and "Choisissez un financeur" in answer.text
    assert "<details open>" in answer.text


def test_late_money_is_said(paul: Client) -> None:
    signed()
    assert "En retard" not in paul.get(f"{MONEY}/financeurs").text
    go(date(2023, 4, 4))
    enter(paul, "tresorerie")
    page = paul.get(f"{MONEY}/financeurs").text
    assert "En retard" in page and "lundi 3\u00a0avril\u00a02023" in page


def test_a_person_of_a_funder_is_let_in_with_a_code_shown_once(paul: Client) -> None:
    signed()
    (city,) = queries.funders()
    sent = {"given_name": "Gaspard", "family_name": "Zyxwanary", "operation": operation()}
    first = paul.post(f"{MONEY}/financeurs/{city.id}/acces", sent)
    again = paul.post(f"{MONEY}/financeurs/{city.id}/acces", sent)
    assert first.status_code == again.status_code == 200 and "<code>" in first.text
    (login,) = queries.readers_of(city.id)
    page = paul.get(f"{MONEY}/financeurs/{city.id}").text
    assert login in page and "<code>" not in page
    told = str([(event.name, event.subject, event.data) for event in events.history()])
    assert "Zyxwanary" not in told and "Gaspard" not in told

    end = f"{MONEY}/financeurs/{city.id}/acces/{login}/finir"
    assert paul.get(end).status_code == 200
    for _ in range(2):
        assert paul.post(end, {"operation": operation()}).status_code == 302
    assert FunderRight.objects.get().until == START
    assert paul.get(end).status_code == 404


@pytest.mark.parametrize(
    "page",
    ["financeurs/99", "financeurs/99/acces", "versements/99/recevoir", "versements/99/courrier",
     "conventions/99/abandonner", "depenses/prevues/99/payer", "depenses/payees/99/annuler"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(paul: Client, page: str) -> None:
    assert paul.get(f"{MONEY}/{page}").status_code == 404


@pytest.mark.parametrize("page", ["depenses", "financeurs", "financeurs/1"])
def test_queries_do_not_grow_with_the_rows(paul: Client, page: str) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            assert paul.get(f"{MONEY}/{page.replace('1', str(city))}").status_code == 200
        return len(found)

    city = funding.add_funder(name="Ville", by=ACCOUNTANT)
    funding.plan_cost(line="hr", due_on=START, cents=1_00, by=ACCOUNTANT)
    funding.pay_cost(line="hr", cents=1_00, by=ACCOUNTANT)
    signed()
    asked()
    before = asked()
    for day in range(5):
        due = START + timedelta(day)
        funding.plan_cost(line="hr", due_on=due, cents=1_00, by=ACCOUNTANT)
        funding.pay_cost(line="hr", cents=1_00, by=ACCOUNTANT)
        signed()
    assert asked() == before <= 22
