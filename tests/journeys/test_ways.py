"""The ways of paying that the bylaws have, and a part in euros: what till and telephone show."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month
from caisse.payments import operations
from caisse.payments.models import Phone as Linked
from tests.journeys.test_limits import COMMITTEE
from tests.journeys.test_phone import read_off, says, telephone, types
from tests.journeys.test_till import (
    Guests,
    Shop,
    cents,
    draw,
    linked,
    opened,
    sell,
    shows,
    tap,
    till_looked_at,
)
from tests.journeys.walking import DESK, PHONE, Visit, seen

SHOWN = {  # on the screen that asks who pays
    "pin": "Par exemple prune-renard.",
    "scan": "Scanner",
    "shop_qr": "Montrer un QR",
    "voucher": "Bon imprimé : taper ses signes",
    "paper": "Vente par téléphone : taper l’accord",
}


def decided(**values: Any) -> None:
    """The committee decides it for next month on; then it is next month."""
    month = Month.of(clock.today()).next()
    effects = [Amend(name.replace("__", "."), value, month) for name, value in values.items()]
    bylaws.decide(title="Payer", text="", body="comité", effects=effects, by=COMMITTEE)
    clock.travel(clock.instant(month.first, 10), runs=True)


def asked(page: Page, keys: str) -> str:
    """The screen that asks who pays, for this amount."""
    tap(page, keys)
    page.get_by_role("button", name="Continuer").click()
    shows(page, "Pour qui ?")
    return till_looked_at(page)


@pytest.mark.parametrize(
    ("kinds", "there"),
    [
        (("pin",), {"pin"}),
        (("card", "member_qr"), {"scan"}),
        (("shop_qr", "paper"), {"shop_qr", "paper"}),
        (("voucher", "pin"), {"pin", "scan", "voucher"}),
    ],
)
def test_the_till_shows_the_ways_that_there_are(
    visit: Visit, guests: Guests, kinds: tuple[str, ...], there: set[str]
) -> None:
    decided(instrument__kinds=kinds)
    till, _keeper = linked(visit, guests)
    said = asked(till, "235")
    assert {name for name, words in SHOWN.items() if words in said} == there


def test_what_does_not_pay_is_said_at_once(visit: Visit, guests: Guests) -> None:
    decided(instrument__kinds=("card", "shop_qr"))
    till, _keeper = linked(visit, guests)
    asked(till, "235")
    till.get_by_label("Lecteur de QR").fill("moineau-radis")
    till.keyboard.press("Enter")
    assert "Ce moyen de paiement n’est pas disponible aujourd’hui." in till_looked_at(till)


def test_a_telephone_shows_the_ways_that_there_are(visit: Visit, guests: Guests) -> None:
    phone = telephone(visit, guests)
    expect(phone.get_by_role("button", name="Montrer mon QR")).to_be_visible()
    decided(instrument__kinds=("pin", "shop_qr"))
    phone.reload()
    says(phone, "il vous reste")
    expect(phone.get_by_role("button", name="Montrer mon QR")).to_be_hidden()
    expect(phone.get_by_role("button", name="Scanner un QR")).to_be_visible()
    decided(instrument__kinds=("pin", "member_qr"))
    phone.reload()
    says(phone, "il vous reste")
    expect(phone.get_by_role("button", name="Montrer mon QR")).to_be_visible()
    expect(phone.get_by_role("button", name="Scanner un QR")).to_be_visible()  # without network
    phone.evaluate("location.hash = 'lieu-1'")
    said = says(phone, "Le paiement n’est pas passé")
    assert "ou ce moyen est en pause" in said
    decided(payment__offline=False)
    phone.reload()
    says(phone, "il vous reste")
    expect(phone.get_by_role("button", name="Scanner un QR")).to_be_hidden()
    expect(phone.get_by_role("button", name="Montrer mon QR")).to_be_visible()
    decided(instrument__kinds=("pin",))
    phone.reload()
    phone.get_by_text("La caisse ne prend pas de paiement par téléphone").wait_for()
    says(phone, "il vous reste")
    expect(phone.get_by_role("button", name="Montrer mon QR")).to_be_hidden()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_part_in_euros_is_typed_before_she_pays(visit: Visit, guests: Guests, width: int) -> None:
    handle, pin = draw(guests)
    page, _keeper = linked(visit, guests, width)
    asked(page, "1350")
    page.get_by_role("button", name="Une partie en euros").click()
    shows(page, "Combien en MonA ?")
    page.keyboard.type("1350")
    page.keyboard.press("Enter")
    assert "Tapez moins que l’achat." in till_looked_at(page)
    page.get_by_role("button", name="Sans euros").click()
    shows(page, "Pour qui ?")
    assert "Reste à payer" not in seen(page)
    page.get_by_role("button", name="Une partie en euros").click()
    tap(page, "500")
    assert "8,50 €" in till_looked_at(page)
    page.get_by_role("button", name="Continuer").click()
    shows(page, "Pour qui ?")
    both_are_shown(page)
    page.get_by_label("Identifiant").fill(handle)
    page.get_by_role("button", name="Tourner l’écran").click()
    shows(page, "À vous de taper")
    both_are_shown(page)
    tap(page, pin)
    page.locator('[data-do="pay"]').click()
    shows(page, "Payé")
    both_are_shown(page)
    page.emulate_media(media="print")
    assert "5,00" in seen(page) and "8,50 €" in seen(page)


def both_are_shown(page: Page) -> None:
    """What the wallet pays and what is left in euros, as large as figures that two people read."""
    said = seen(page)
    assert "5,00" in said and "Reste à payer en euros : 8,50 €" in said
    size = "one => parseFloat(getComputedStyle(one).fontSize)"
    assert page.locator("[data-euros]:visible").evaluate(size) >= 28
    assert page.locator("[data-cents]:visible").first.evaluate(size) >= 28


def test_a_part_stays_a_part_by_another_way(visit: Visit, guests: Guests) -> None:
    shop = opened(visit, guests)
    page = shop.till
    asked(page, "90050")
    page.get_by_role("button", name="Une partie en euros").click()
    tap(page, "90000")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Identifiant").fill(shop.handle)
    page.get_by_role("button", name="Tourner l’écran").click()
    tap(page, shop.pin)
    page.locator('[data-do="pay"]').click()
    shows(page, "Le paiement n’est pas passé")
    page.get_by_role("button", name="Autre moyen").click()
    shows(page, "Pour qui ?")
    assert "900,00" in seen(page) and "Reste à payer en euros : 0,50 €" in seen(page)


def test_all_on_a_qr_is_her_own_code(visit: Visit, guests: Guests) -> None:
    """Her QR says who pays, never that she wants to pay all that she has."""
    phone = telephone(visit, guests)
    holder = Linked.objects.latest("pk").holder_id
    pin = operations.draw_pin(holder_id=holder, by=Actor(guests["accueil"]))
    till, _keeper = linked(visit, guests)
    had = cents(phone.locator("[data-left]:visible").first.inner_text())
    assert had < 60_00, "the most that a QR pays"
    phone.get_by_role("button", name="Montrer mon QR").click()
    says(phone, "Montrez ce QR au commerçant")
    asked(till, "6000")
    till.get_by_label("Identifiant").fill(read_off(phone))
    till.keyboard.press("Enter")
    shows(till, "Le paiement n’est pas passé")
    till.get_by_role("button", name="Tout en MonA, le reste en euros").click()
    shows(till, "À vous de taper")
    tap(till, pin)
    till.locator('[data-do="pay"]').click()
    shows(till, "Payé")
    assert cents(till.locator(".slip [data-cents]:visible").inner_text()) == had


def test_she_presses_all_on_her_telephone(visit: Visit, guests: Guests) -> None:
    phone = telephone(visit, guests)
    had = cents(phone.locator("[data-left]:visible").first.inner_text())
    till, _keeper = linked(visit, guests)
    asked(till, str(had + 150))
    till.get_by_role("button", name="Montrer un QR").click()
    shows(till, "La personne scanne et paie")
    phone.get_by_role("button", name="Scanner un QR").click()
    says(phone, "Visez le QR du commerçant")
    types(phone, read_off(till))
    says(phone, "Payer à L’Épicerie du Figuier ?")
    phone.locator('[data-do="confirm"]').click()
    says(phone, "Le paiement n’est pas passé")
    phone.get_by_role("button", name="Payer tout ce que j’ai, le reste en euros").click()
    assert "Reste à payer en euros : 1,50 €" in says(phone, "Payé")
    shows(till, "Payé")
    assert "Reste à payer en euros : 1,50 €" in till_looked_at(till)
    assert cents(till.locator(".slip [data-cents]:visible").inner_text()) == had


def test_where_a_purchase_is_paid_whole_no_screen_offers_a_part(
    visit: Visit, guests: Guests
) -> None:
    handle, pin = draw(guests)
    decided(payment__partial_allowed=False)
    till, keeper = linked(visit, guests)
    asked(till, "99999")
    expect(till.get_by_role("button", name="Une partie en euros")).to_be_hidden()
    till.get_by_role("button", name="Annuler").click()
    sell(Shop(till, handle, pin, keeper), "99999")
    shows(till, "Le paiement n’est pas passé")
    expect(till.get_by_role("button", name="Tout en MonA, le reste en euros")).to_be_hidden()
