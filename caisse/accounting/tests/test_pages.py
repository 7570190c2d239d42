"""The office's pages about cover, bank, transfers and checks; the pages of funders."""

import json
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caisse.accounting import operations
from caisse.accounting import queries as accounting
from caisse.accounting.models import BankReading
from caisse.bylaws import operations as bylaws
from caisse.funding import operations as funding
from caisse.funding import queries as grants
from caisse.funding.tests.ground import ACCOUNTANT, cash, go
from caisse.kernel import clock, events, ids
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month
from caisse.kernel.tests.entering import enter
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Transfer
from caisse.people import queries as people

pytestmark = pytest.mark.django_db
BY = Actor("founder", frozenset({"administrator"}))
START = date(2023, 3, 1)
MONEY = "/gestion/argent"
OFFICE = ("/couverture", "/couverture.csv", "/banque", "/banque.csv", "/virements",
          "/virements/demander")  # fmt: skip


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> int:
    """A caisse of March 2023: 1 000 € of the city for each fund, 100 € of running costs paid.

    The funder's number. A second factor was shown a moment ago.
    """
    monkeypatch.setattr("caisse.site.middleware.did_recently_reauthenticate", lambda request: True)
    clock.travel(clock.instant(START, 9))
    bylaws.found(name="Essai", preset="montpellier_2023", first_month=Month(2023, 3), by=BY)
    city = funding.add_funder(name="Ville", by=ACCOUNTANT)
    for fund in ("caisse", "operating"):
        made = funding.sign_grant(
            funder_id=city, fund=fund, label=f"Convention {fund}",
            instalments=[(date(2023, 3, 2), 1_000_00)], by=ACCOUNTANT,
        )  # fmt: skip
        funding.receive_instalment(instalment_id=made.instalment_ids[0], by=ACCOUNTANT)
    funding.pay_cost(line="running", cents=100_00, by=ACCOUNTANT)
    return city


@pytest.fixture
def paul(client: Client, world: int) -> Client:
    """The treasurer, in that caisse."""
    enter(client, "tresorerie", "treasurer")
    return client


@pytest.fixture
def nadia(world: int) -> Client:
    """The coordinator, in a browser of her own."""
    client = Client()
    enter(client, "coordination", "coordinator")
    return client


def operation() -> str:
    """The id that a form chooses when it is shown."""
    return ids.show_id(ids.new_id())


def asked(paul: Client, what: str, cents: str = "", fund: str = "") -> str:
    """Ask for a manual transfer; the address of the act that waits."""
    sent = {"what": what, "cents": cents, "fund": fund, "operation": operation()}
    for _ in range(2):
        assert paul.post(f"{MONEY}/virements/demander", sent).status_code == 302
    (act,) = people.waiting_acts()
    return f"{MONEY}/virements/{ids.show_id(act.id)}"


@pytest.mark.parametrize("page", OFFICE)
def test_who_reads_the_office_s_pages(world: int, client: Client, page: str) -> None:
    assert client.get(MONEY + page).headers["Location"].startswith("/entrer")
    for role in ("desk", "funder", "administrator", "member"):
        enter(client, role, role)
        assert client.get(MONEY + page).status_code == 403, role
    enter(client, "coordination", "coordinator")
    assert client.get(MONEY + page).status_code == 200


def test_cover_is_told_for_any_day(paul: Client) -> None:
    page = paul.get(f"{MONEY}/couverture").text
    assert "Aucun MonA ne circule" in page and "au centime près" in page
    assert "1\u202f000,00\u202f€" in page
    before = paul.get(f"{MONEY}/couverture?au=2023-02-28").text
    assert "1\u202f000,00\u202f€" not in before
    sheet = paul.get(f"{MONEY}/couverture.csv").text
    assert "2023-03-01;Marge;1000,00" in sheet
    for day in ("2023-03-02", "hier", "0001-01-01", "2023-02-30"):
        assert paul.get(f"{MONEY}/couverture?au={day}").status_code == 404


def test_the_bank_says_the_same(paul: Client) -> None:
    sent = {"account": "caisse", "day": "2023-03-01", "cents": "1000", "operation": operation()}
    for _ in range(2):
        answer = paul.post(f"{MONEY}/banque", sent)
    page = paul.get(answer.headers["Location"]).text
    assert "disent la même chose" in page and BankReading.objects.count() == 1
    assert "mercredi 1er\u00a0mars\u00a02023" in paul.get(f"{MONEY}/banque").text
    assert ";caisse;2023-03-01;1000,00;tresorerie" in paul.get(f"{MONEY}/banque.csv").text


@pytest.mark.parametrize(
    ("account", "cents", "said"),
    [
        ("caisse", "0", "versements de financeurs"),  # our books are ahead of the bank
        ("operating", "1000", "dépenses de fonctionnement"),
        ("caisse", "999,99", "Rien de connu ne fait cet écart"),
    ],
)
def test_a_difference_is_explained(paul: Client, account: str, cents: str, said: str) -> None:
    sent = {"account": account, "day": "2023-03-01", "cents": cents, "operation": operation()}
    answer = paul.post(f"{MONEY}/banque", sent)
    assert said in paul.get(answer.headers["Location"]).text


def test_a_reading_is_refused_in_words_and_keeps_what_was_typed(paul: Client) -> None:
    sent = {"account": "caisse", "day": "2023-03-09", "cents": "12,30", "operation": operation()}
    answer = paul.post(f"{MONEY}/banque", sent)
    assert answer.status_code == 422 and 'value="12,30"' in answer.text
    sent |= {"day": "2023-03-01", "overdrawn": "on", "operation": operation()}
    assert "ne peut pas être à découvert" in paul.post(f"{MONEY}/banque", sent).text
    sent |= {"account": "operating", "operation": operation()}
    assert paul.post(f"{MONEY}/banque", sent).status_code == 302
    assert BankReading.objects.get().cents == -12_30


def test_a_transfer_is_done_by_two_people_once(paul: Client, nadia: Client) -> None:
    address = asked(paul, "interest_caisse", "12,50")
    assert cash("caisse") == 1_000_00
    assert "Il manque l’accord" in paul.get(address).text
    own = paul.post(address, {"operation": operation()})
    assert own.status_code == 422 and "Une autre personne" in own.text
    for _ in range(2):
        assert nadia.post(address, {"operation": operation()}).status_code == 302
    assert cash("caisse") == 1_012_50
    assert people.waiting_acts() == [] and "C’est fait" in paul.get(address).text


def test_a_transfer_is_declined_with_a_reason(paul: Client, nadia: Client) -> None:
    address = asked(paul, "fee", "3")
    assert nadia.post(f"{address}/refuser", {"reason": ""}).status_code == 422
    nadia.post(f"{address}/refuser", {"reason": "la banque a rendu ces frais"})
    assert "la banque a rendu ces frais" in paul.get(address).text
    assert books.balance("receivable:fees") == 0
    late = nadia.post(address, {"operation": operation()})
    assert late.status_code == 422 and "déjà" in late.text


def test_from_the_caisse_to_the_operating_account_the_ledger_says_no(paul: Client) -> None:
    before = len(events.history(limit=1000))
    sent = {"what": "to_operating", "cents": "3500", "operation": operation()}
    answer = paul.post(f"{MONEY}/virements/demander", sent)
    assert answer.status_code == 422
    assert "Ce virement n’est pas possible" in answer.text and "rien n’est parti" in answer.text
    assert "La caisse tient 1\u202f000,00\u202f€" in answer.text
    assert (cash("caisse"), cash("operating")) == (1_000_00, 900_00)
    assert people.waiting_acts() == [] and len(events.history(limit=1000)) == before


def test_fees_are_noted_then_made_good(paul: Client, nadia: Client) -> None:
    nadia.post(asked(paul, "fee", "4,20"), {"operation": operation()})
    assert "Il manque" in paul.get(f"{MONEY}/couverture").text or cash("caisse") == 995_80
    sent = {"what": "fee_back", "cents": "5", "operation": operation()}
    much = paul.post(f"{MONEY}/virements/demander", sent)
    assert much.status_code == 422 and "moins de frais" in much.text
    nadia.post(asked(paul, "fee_back", "4,20"), {"operation": operation()})
    assert (cash("caisse"), cash("operating")) == (1_000_00, 895_80)


@pytest.mark.parametrize(
    ("what", "cents", "said"),
    [
        ("return_cover", "", "Aucun prélèvement revenu"),
        ("interest_caisse", "", "supérieur à zéro"),
        ("levy_paid", "5", "Sélectionnez un choix"),
        ("elsewhere", "5", "Sélectionnez un choix"),
    ],
)
def test_what_cannot_be_done_is_refused_at_once(
    paul: Client, what: str, cents: str, said: str
) -> None:
    sent = {"what": what, "cents": cents, "operation": operation()}
    answer = paul.post(f"{MONEY}/virements/demander", sent)
    assert answer.status_code == 422 and said in answer.text and people.waiting_acts() == []


def test_money_of_a_named_fund_is_ordered_and_confirmed(paul: Client, nadia: Client) -> None:
    _fill_named_fund(50_00)
    address = asked(paul, "levy", "30", "solidarity")
    nadia.post(address, {"operation": operation()})
    assert books.account("fund:named:solidarity").available == 20_00  # type: ignore[union-attr]
    assert "La banque a-t-elle payé" in paul.get(address).text
    sent = {"operation": operation()}
    assert paul.post(f"{address}/reponse/levy_paid", sent).status_code == 302
    (act,) = people.waiting_acts()
    second = f"{MONEY}/virements/{ids.show_id(act.id)}"
    assert nadia.post(second, {"operation": operation()}).status_code == 302
    assert cash("caisse") == 970_00
    assert paul.post(f"{address}/reponse/levy_void", {"operation": operation()}).status_code == 422
    assert paul.get(f"{address}/reponse/other").status_code == 404


def _fill_named_fund(cents: int) -> None:
    account = "fund:named:solidarity"
    if books.account(account) is None:
        ledger.open_accounts([account])
    cause = ids.new_id()
    id = ids.derived_id(cause, "levy")
    ledger.post([Transfer(id, "fund:caisse", account, cents, "levy", cause)])


def test_checks_are_run_on_demand(paul: Client, client: Client) -> None:
    assert "Lancer tous les contrôles" in paul.get("/gestion/controles").text
    page = paul.post("/gestion/controles")
    assert page.status_code == 200 and "chaque mouvement a une cause" in page.text
    enter(client, "administration", "administrator")
    assert client.get("/gestion/controles").status_code == 200
    enter(client, "accueil", "desk")
    assert client.get("/gestion/controles").status_code == 403


def test_a_damaged_row_is_named(paul: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_account SET credits = credits + 7 WHERE code = 'fund:caisse'")
    page = paul.post("/gestion/controles").text
    assert "contrôles ne passent pas" in page and "fund:caisse" in page


@pytest.fixture
def officer(world: int) -> Client:
    """Somebody whom the city let in."""
    client = Client()
    login = enter(client, "fin-ville", "funder")
    funding.give_funder_right(funder_id=world, login=login.identifier, by=ACCOUNTANT)
    return client


def test_a_funder_reads_its_own_agreements_and_no_other(officer: Client, world: int) -> None:
    other = funding.add_funder(name="Zyxwanary", by=ACCOUNTANT)
    foreign = funding.sign_grant(
        funder_id=other, fund="caisse", label="Autre", instalments=[(START, 5_00)], by=ACCOUNTANT
    ).grant_id
    page = officer.get("/financeur").text
    assert "Convention caisse" in page and "Zyxwanary" not in page
    for kind in ("", ".csv", ".json"):
        assert officer.get(f"/financeur/convention/{foreign}{kind}").status_code == 404
        assert officer.get(f"/financeur/convention/99{kind}").status_code == 404
    funding.end_funder_right(funder_id=world, login="fin-ville", by=ACCOUNTANT)
    own = grants.grants(known_at=START)[0].id
    assert officer.get(f"/financeur/convention/{own}").status_code == 404
    assert "Aucune convention à lire" in officer.get("/financeur").text


def test_what_its_money_paid_for(officer: Client) -> None:
    caisse, operating = [grant.id for grant in grants.grants(known_at=START)]
    page = officer.get(f"/financeur/convention/{operating}").text
    assert "Animation et fonctionnement" in page and "100,00\u202f€" in page
    told = json.loads(officer.get(f"/financeur/convention/{operating}.json").text)
    assert told["lines"] == [
        {"code": "cost:running", "label": "Animation et fonctionnement",
         "total_cents": 100_00, "own_cents": 100_00},
        {"code": "left", "label": "Pas encore utilisé",
         "total_cents": 900_00, "own_cents": 900_00},
        {"code": "received", "label": "Tout ce qui est arrivé",
         "total_cents": 1_000_00, "own_cents": 1_000_00},
    ]  # fmt: skip
    assert told["counts"] == {}  # no household yet, so none is counted
    sheet = officer.get(f"/financeur/convention/{caisse}.csv?au=2023-03-01").text
    assert "2023-03-01;left;Pas encore utilisé;1000,00;1000,00" in sheet
    nothing = officer.get(f"/financeur/convention/{caisse}?au=2023-02-01").text
    assert "Rien n’est encore arrivé" in nothing


@pytest.mark.parametrize("page", ["/financeur", "/financeur/convention/1"])
def test_only_funders_read_these_pages(world: int, client: Client, page: str) -> None:
    assert client.get(page).headers["Location"].startswith("/entrer")
    for role in ("treasurer", "member", "researcher"):
        enter(client, role, role)
        assert client.get(page).status_code == 403


@pytest.mark.parametrize(
    ("page", "most"),
    [("/gestion/argent/couverture", 14), ("/gestion/argent/banque", 12), ("/financeur", 18)],
)
def test_a_bounded_number_of_queries(paul: Client, officer: Client, page: str, most: int) -> None:
    client = officer if page == "/financeur" else paul
    client.get(page)
    for day in range(2, 8):
        go(date(2023, 3, day))
        accounting_reading(day)
    clock.travel(clock.instant(START, 10))
    with CaptureQueriesContext(connection) as found:
        assert client.get(page).status_code == 200
    assert len(found) <= most, [query["sql"][:90] for query in found]


def accounting_reading(day: int) -> None:
    """A reading of the caisse's account on that day of March."""
    operations.note_balance(account="caisse", day=date(2023, 3, day), cents=day, by=ACCOUNTANT)
    assert accounting.readings(limit=1)[0].cents == day
