"""A member's pages: the allocation line by line, and what becomes of what is not spent."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caisse.bylaws import operations as founding
from caisse.bylaws import queries as bylaws
from caisse.bylaws.queries import presets
from caisse.kernel.month import Month
from caisse.kernel.tests.entering import enter
from caisse.month import operations as months
from caisse.month import queries
from caisse.month.tests import ground
from caisse.month.tests.ground import COORDINATOR, FEBRUARY, MARCH
from caisse.month.tests.test_pages_office import said
from caisse.people import operations as people
from caisse.people.models import Holder
from caisse.people.operations import Joined, NewHolder
from caisse.people.rules import MemberRules

pytestmark = pytest.mark.django_db
ALLOCATION, UNSPENT = "/moi/allocation", "/moi/ce-qui-reste"


def home(number: int = 1, **household: Any) -> tuple[Joined, Client]:
    """A household whose only holder is logged in."""
    holder = NewHolder(f"Membre{number}", "Essai")
    joined = ground.join(holders=(holder,), **household)[0]
    return joined, client_of(joined)


def client_of(joined: Joined) -> Client:
    client = Client()
    holder = Holder.objects.get(wallet_id=joined.wallet_id)
    enter(client, f"membre-{joined.wallet_id}", "member", person=holder.person)
    return client


def test_the_allocation_is_explained_line_by_line_with_its_articles() -> None:
    ground.found()
    joined, client = home(adults=2, births=("2015-03",))
    ground.give(900_00)
    ground.run(FEBRUARY)
    page = said(client, ALLOCATION)
    assert "Votre allocation de février 2023" in page
    assert "Vous avez reçu 100,00 MonA" in page
    for words in (
        "Allocation de base 100,00 MonA La même pour chaque foyer membre.",
        "Personnes du foyer : 3 +0,00 MonA Ici, leur nombre ne change rien.",
        "Votre cotisation +0,00 MonA Ce que vous donnez ne change pas ce que vous recevez.",
        "Premier mois +0,00 MonA Vous recevez le mois entier.",
        "Argent disponible +0,00 MonA 100 € sont mis de côté pour 1 foyer.",
        "Plafond du porte-monnaie +0,00 MonA Rien n’est retenu : il restait 0 MonA",
        "Versé le dimanche 5 février 2023 100,00 MonA",
    ):
        assert words in page, words
    html = client.get(ALLOCATION).content.decode()
    assert 'href="/reglement/allocation.base_cents"' in html
    assert ground.wallet(joined) == 100_00


def test_before_the_first_credit_the_page_says_when_and_how_much() -> None:
    ground.found()
    _, client = home()
    page = said(client, ALLOCATION)
    assert "Pas encore de versement" in page
    assert "Le premier est prévu le dimanche 5 février 2023 : 100,00 MonA." in page
    ground.give(900_00)
    ground.freeze(FEBRUARY)
    page = said(client, ALLOCATION)
    assert "Vous recevrez 100,00 MonA le dimanche 5 février 2023." in page
    assert "Il est regardé le jour du versement : au plus 300 MonA." in page


def test_a_scaled_month_and_a_prorata_are_told_apart() -> None:
    ground.found(allocation__first_month="prorata", allocation__budget_guard="scale")
    _, client = home(on=date(2023, 2, 10), cents=0)
    ground.give(50_00)
    ground.run(FEBRUARY)
    page = said(client, ALLOCATION)
    assert "Premier mois −32,15 MonA Votre foyer est arrivé pendant ce mois." in page
    assert "Argent disponible −17,85 MonA La caisse a 50 € pour 67,85 €" in page
    assert "Versé le dimanche 5 février 2023 50,00 MonA" in page


def test_a_full_wallet_says_what_was_held_back() -> None:
    ground.found(balance__cap_multiple=1)
    _, client = home()
    ground.give(900_00)
    ground.run(FEBRUARY)
    becoming = said(client, UNSPENT)
    assert (
        "Un porte-monnaie garde au plus 100,00 MonA : au-delà, le versement s’arrête." in becoming
    )
    assert "Pour tout recevoir, dépensez 100,00 MonA avant le dimanche 5 mars 2023." in becoming
    ground.run(MARCH)
    page = said(client, ALLOCATION)
    assert "Plafond du porte-monnaie −100,00 MonA Le porte-monnaie était plein" in page
    assert "Versé le dimanche 5 mars 2023 0,00 MonA" in page
    assert "Votre allocation de février 2023" in said(client, f"{ALLOCATION}/2023-02")


def test_a_closed_wallet_and_an_adjustment_are_said() -> None:
    ground.found()
    ground.join()
    ground.give(900_00)
    ground.run(FEBRUARY)
    _, client = home(on=date(2023, 1, 20))
    months.adjust(month=FEBRUARY, by=COORDINATOR)
    months.check(month=FEBRUARY, by=ground.TREASURER)
    months.approve(month=FEBRUARY, by=COORDINATOR)
    months.credit(month=FEBRUARY, by=COORDINATOR)
    page = said(client, ALLOCATION)
    assert "Vous avez reçu 100,00 MonA" in page and "Allocation de base 100,00 MonA" in page


@pytest.mark.parametrize("preset", [preset.code for preset in presets()])
def test_every_known_caisse_has_pages_that_sum(preset: str) -> None:
    ground.travel(date(2023, 1, 10))
    founding.found(name="Essai", preset=preset, first_month=FEBRUARY, by=COORDINATOR)
    alone = bylaws.in_force(MemberRules, month=FEBRUARY).member_unit == "person"
    family: dict[str, Any] = {} if alone else {"adults": 2, "births": ("2015-03", "2021-06")}
    joined, client = home(cents=0, **family)
    ground.give(9_000_00)
    ground.travel(date(2023, 1, 28))
    months.freeze(month=FEBRUARY, by=COORDINATOR)
    ground.approve(FEBRUARY)
    run = queries.run(month=FEBRUARY)
    assert run is not None
    ground.travel(run.credit_on)
    months.credit(month=FEBRUARY, by=COORDINATOR)
    found = queries.allocation_of(joined.wallet_id, FEBRUARY)
    assert found is not None
    assert sum(part.cents for part in found.parts) == ground.wallet(joined) == found.given_cents
    said(client, ALLOCATION)
    said(client, UNSPENT)


def test_what_expires_is_said_before_it_happens_with_amounts_and_dates() -> None:
    ground.found(
        balance__rollover="full", balance__expiry_months=2, balance__expiry_destination="fund"
    )
    joined, client = home()
    ground.give(9_000_00)
    ground.run(FEBRUARY)
    ground.run(MARCH)
    april = Month(2023, 4)
    found = queries.unspent(joined.wallet_id, MARCH)
    assert (found.next_month, found.credit_on) == (april, date(2023, 4, 5))
    assert (found.coming_cents, found.cap_cents, found.over_cap_cents) == (100_00, None, 0)
    assert (found.expires_cents, found.expires_on) == (100_00, date(2023, 4, 5))
    assert found.keeps and found.destination == "fund" and not found.waits
    page = said(client, UNSPENT)
    assert "Dépensez 100,00 MonA avant le mercredi 5 avril 2023." in page
    assert "Sinon, ils retournent ce jour-là à la caisse." in page
    assert "vendredi 5 mai 2023 100,00 MonA" in page
    ground.run(april)
    assert ground.wallet(joined) == 200_00  # what the page said of February has happened
    page = said(client, ALLOCATION)
    assert "100 MonA trop anciens ont quitté votre porte-monnaie." in page


def test_without_report_all_that_is_left_goes_at_the_next_credit() -> None:
    ground.found(balance__rollover="none", balance__expiry_destination="solidarity_pot")
    joined, client = home()
    ground.give(900_00)
    ground.run(FEBRUARY)
    found = queries.unspent(joined.wallet_id, FEBRUARY)
    assert not found.keeps and found.expires_cents == 100_00
    page = said(client, UNSPENT)
    assert "ne passe pas au mois suivant." in page and "au pot de solidarité" in page


def test_an_expiry_that_is_decided_for_later_is_foreseen() -> None:
    ground.found()
    joined, _ = home()
    ground.give(9_000_00)
    ground.run(FEBRUARY)
    assert queries.unspent(joined.wallet_id, FEBRUARY).expires_on is None
    ground.amend(Month(2023, 6), balance__expiry_months=2)
    found = queries.unspent(joined.wallet_id, FEBRUARY)
    assert (found.expires_cents, found.expires_on) == (100_00, date(2023, 6, 5))


def test_whoever_leaves_or_waits_expects_nothing_and_a_short_fund_is_said() -> None:
    ground.found()
    joined, client = home()
    ground.freeze(FEBRUARY)
    ground.approve(FEBRUARY)
    ground.travel(date(2023, 2, 5))
    with pytest.raises(Exception, match="ne couvre pas"):
        months.credit(month=FEBRUARY, by=COORDINATOR)
    assert queries.unspent(joined.wallet_id, FEBRUARY).waits
    assert "Le versement attend" in said(client, UNSPENT)
    people.leave(membership_id=joined.membership_id, on=date(2023, 2, 20), by=COORDINATOR)
    ground.give(900_00)
    months.credit(month=FEBRUARY, by=COORDINATOR)
    assert queries.unspent(joined.wallet_id, FEBRUARY).coming_cents == 0


def test_nobody_reads_another_s_month() -> None:
    ground.found()
    joined, client = home()
    ground.give(900_00)
    ground.run(FEBRUARY)
    _, late = home(2, on=date(2023, 2, 10))
    said(late, f"{ALLOCATION}/2023-02", 404)
    said(client, f"{ALLOCATION}/2023-03", 404)
    said(client, f"{ALLOCATION}/fevrier", 404)
    office = Client()
    enter(office, "coordination", "coordinator")
    assert office.get(ALLOCATION).status_code == office.get(UNSPENT).status_code == 403
    assert Client().get(ALLOCATION).headers["Location"].startswith("/entrer")
    assert client.post(ALLOCATION).status_code == 405
    assert ground.wallet(joined) == 100_00


def test_a_login_without_a_wallet_is_told_so() -> None:
    ground.found()
    client = Client()
    enter(client, "sans-porte-monnaie", "member")
    assert "Votre accès ne mène pas à un porte-monnaie." in said(client, ALLOCATION)
    said(client, UNSPENT, 404)


def test_the_number_of_queries_is_bounded_whatever_the_households() -> None:
    ground.found(balance__expiry_months=6, balance__rollover="full")
    _, client = home()
    ground.give(90_000_00)
    ground.run(FEBRUARY)
    few = [counted(client, address) for address in (ALLOCATION, UNSPENT)]
    ground.join(50, on=date(2023, 2, 8), adults=3, births=("2015-03", "2019-06"))
    ground.run(MARCH)
    many = [counted(client, address) for address in (ALLOCATION, UNSPENT)]
    assert many[0] <= few[0] and many[1] <= few[1] and max(many) <= 40


def counted(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)
