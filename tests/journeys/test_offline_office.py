"""The office and sales without network, as its guide says: what is lost, late, copied (P08)."""

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from caisse.kernel import clock
from caisse.kernel.tests.entering import sit
from caisse.ledger import queries as books
from caisse.merchants import operations as merchants
from caisse.merchants.tests.ground import OFFICE
from caisse.payments.models import OfflineStop
from caisse.people.models import Person
from tests.journeys.guided import Guide
from tests.journeys.office_walking import Office, control
from tests.journeys.walking import DESK, PHONE, Visit
from tests.offline.real import Member, Phone, Shop, ground

HOUR_MS = 3_600_000


@pytest.fixture
def played(transactional_db: None, settings: Any) -> str:
    """A small caisse with losses, late sales and a copied telephone takes the year's place."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "session", "csrf"
    ground(3_300_00, demo=False)
    return ""


class Stalls:
    """Two stalls: one has lost 8 € and does not come back; of the other one two sales are late."""

    def __init__(self) -> None:
        awa, self.lost, self.late = Member(1, 100_00), Shop("Étal des Arceaux"), Shop("Ferme bleue")
        self.late.open()
        sales = [self.late.code_sale(awa.card, awa.pin, 12_40)]
        clock.travel(clock.now_ms() + HOUR_MS)
        sales.append(self.late.code_sale(awa.card, awa.pin, 45_00))
        self.late.close()
        assert self.late.sync(*sales) == ["late"] * 2
        self.sales = sales
        self.lost.open()
        assert self.lost.sync(self.lost.code_sale(awa.card, awa.wrong_pin, 8_00)) == ["posted"]
        phone = Phone(awa)
        phone.ask((0, 10_00))
        twice = [phone.pay(0, 1, self.lost.request(3_00, bytes(7) + bytes([n]))) for n in (1, 2)]
        self.lost.sync(*twice)
        merchants.invite(
            place_id=self.lost.place, given_name="Rosa", family_name="Blé", right="manager",
            by=OFFICE,
        )  # fmt: skip
        Person.objects.filter(family_name="Blé").update(phone="04 67 00 00 00")
        clock.travel(clock.now_ms() + 49 * HOUR_MS, runs=True)


def treasurer(page: Page, settings: Any) -> Office:
    """Leïla of the treasury, in this window."""
    cookie = sit(Client(), "leila", "treasurer").cookies[settings.SESSION_COOKIE_NAME]
    address = "/".join(page.url.split("/")[:3])
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    return Office(page)


def test_the_office_looks_pays_refuses_and_talks(visit: Visit, settings: Any) -> None:
    stalls, guide = Stalls(), Guide("bureau-argent")
    leila = treasurer(visit("/", width=PHONE), settings).go("/gestion")
    page = leila.page
    leila.says("Appeler Étal des Arceaux : des ventes sans réseau manquent peut-être")
    leila.says("Rosa Blé, 04 67 00 00 00", "Décider de 2 ventes arrivées trop tard")
    with guide.section("Les ventes sans réseau"):
        guide.press(page, "Ventes sans réseau")
        leila.arrive().says("Étal des Arceaux", "Ferme bleue", "Téléphones copiés")
        guide.press(page, "Changer la réserve")
        leila.arrive().click("reprendre").fill(cents="100")
        page.locator("[name=decision]").select_option("1")
        guide.press(page, "Demander l’accord")
        leila.arrive().says("Cela attend une deuxième personne.")
        leila.click("Étal des Arceaux").says("Ses ventes n’arrivent pas", "Rosa Blé")
        guide.press(page, "Oui, c’est regardé")
        leila.arrive().says("C’est noté")
        control(page, "Ferme bleue").click()
        leila.arrive().says("Vente arrivée trop tard", "45,00 €", "par carte")
        guide.press(page, "Payer ce lieu")
        leila.arrive().says("C’est payé.").click("Ferme bleue").says("12,40 €")
        guide.press(page, "Ne pas payer")
        leila.arrive().says("C’est refusé.", "Téléphones copiés")
        control(page, "Foyer n°").click()
        leila.arrive()
        guide.press(page, "Oui, il peut mettre de côté")
        leila.arrive().says("Ce foyer peut de nouveau mettre de côté.")
        control(page, "Étal des Arceaux").click()
        leila.arrive()
        guide.press(page, "Payer une liste sur papier")
        leila.arrive().says("déjà arrivé")
        leila.fill(sold_on="2023-02-06", sales="3", cents="24,50", note="Tombé dans l’eau.")
        guide.press(page, "Demander l’accord")
        leila.arrive().says("Cela attend une deuxième personne.")
    assert books.balance(f"place:{stalls.late.place}") == 45_00
    assert stalls.late.sync(*stalls.sales) == ["late", "posted"]
    assert books.balance(f"loss:{stalls.lost.place}") == 0 and not OfflineStop.objects.exists()


def test_by_keyboard_alone_at_a_desk(visit: Visit, settings: Any) -> None:
    stalls = Stalls()
    leila = treasurer(visit("/", width=DESK), settings).go("/gestion")
    leila.press("Décider de 2 ventes").press("Ferme bleue").press("Payer ce lieu")
    leila.says("C’est payé.")
    assert books.balance(f"place:{stalls.late.place}") == 45_00
