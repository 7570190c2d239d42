"""P11: amounts by category where the caisse covers a part of a purchase; the rest is in euros."""

import pytest

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.kernel import clock
from caisse.kernel.month import Month
from caisse.merchants.models import Agreement
from caisse.merchants.rules import Rate
from tests.journeys.test_limits import COMMITTEE
from tests.journeys.test_till import (
    Guests,
    Shop,
    Visit,
    draw,
    linked,
    opened,
    shows,
    tap,
    till_looked_at,
)
from tests.journeys.walking import seen

RATES = (Rate("frais", 9_000), Rate("epicerie", 5_000), Rate("alcool", 0))


def decided(mode: str, rounding: str = "half_up") -> None:
    """The committee decides it for next month on; then it is next month."""
    month = Month.of(clock.today()).next()
    said = {"rates_bp": RATES, "mode": mode, "rounding": rounding}
    effects = [Amend(f"coverage.{name}", value, month) for name, value in said.items()]
    bylaws.decide(title="Prise en charge", text="", body="comité", effects=effects, by=COMMITTEE)
    clock.travel(clock.instant(month.first, 10), runs=True)


def covered(visit: Visit, guests: Guests, mode: str, rounding: str = "half_up") -> Shop:
    """A till in a caisse that covers a part."""
    handle, pin = draw(guests)
    decided(mode, rounding)
    till, keeper = linked(visit, guests)
    return Shop(till, handle, pin, keeper)


def who_and_code(shop: Shop, rest: str = "1,20") -> None:
    page = shop.till
    shows(page, "Pour qui ?")
    page.get_by_label("Identifiant").fill(shop.handle)
    page.get_by_role("button", name="Tourner l’écran").click()
    shows(page, "À vous de taper")
    assert f"Reste à payer en euros : {rest} €" in seen(page)
    tap(page, shop.pin)
    page.locator('[data-do="pay"]').click()
    shows(page, "Payé")


def test_amounts_are_put_under_their_category(visit: Visit, guests: Guests) -> None:
    shop = covered(visit, guests, "rate_by_product")
    page = shop.till
    assert page.get_by_role("button", name="Frais 90 %").is_disabled()
    tap(page, "200")
    page.get_by_role("button", name="Continuer").click()
    assert "Touchez la catégorie de cette somme." in till_looked_at(page)
    page.get_by_role("button", name="Alcool 0 %", exact=True).click()
    page.get_by_role("button", name="Continuer").click()
    assert "tout se paie en euros" in seen(page)
    page.get_by_role("button", name="Retirer Alcool 0 %").click()
    for keys, category in (("200", "Frais 90 %"), ("100", "Epicerie 50 %"), ("50", "Alcool 0 %")):
        tap(page, keys)
        page.get_by_role("button", name=category, exact=True).click()
    assert "La caisse paie 2,30 MonA Reste à payer en euros : 1,20 €" in till_looked_at(page)
    page.get_by_role("button", name="Continuer").click()
    who_and_code(shop)
    words = seen(page)
    assert "2,30 MonA" in words and "Reste à payer en euros : 1,20 €" in words
    page.get_by_role("button", name="Personne suivante").click()
    shows(page, "Combien ?")
    assert "Reste à payer" not in seen(page) and "0,00 MonA" in seen(page)


@pytest.mark.parametrize(
    ("rounding", "part", "rest"),
    [
        ("half_up", "2,19", "1,33"),  # 96 and 123 cents, of 96.3 and 122.5
        ("down", "2,18", "1,34"),
        ("up", "2,20", "1,32"),
        ("outward", "2,18", "1,34"),
    ],
)
def test_what_has_to_be_rounded_is_rounded_as_the_committee_decided(
    visit: Visit, guests: Guests, rounding: str, part: str, rest: str
) -> None:
    """The till says the part to the cent, line by line; the caisse takes no other."""
    shop = covered(visit, guests, "rate_by_product", rounding)
    page = shop.till
    for keys, category in (("107", "Frais 90 %"), ("245", "Epicerie 50 %")):
        tap(page, keys)
        page.get_by_role("button", name=category, exact=True).click()
    shown = f"La caisse paie {part} MonA Reste à payer en euros : {rest} €"
    assert shown in till_looked_at(page)
    page.get_by_role("button", name="Continuer").click()
    who_and_code(shop, rest)
    assert f"{part} MonA" in seen(page)


def test_the_rate_of_the_place_by_keyboard_alone_and_another_way(
    visit: Visit, guests: Guests
) -> None:
    """A refused sale goes on with the same price; every key of it is one of the keyboard's."""
    Agreement.objects.update(rate="epicerie")
    shop = covered(visit, guests, "rate_by_place")
    page = shop.till
    page.keyboard.type("240")
    assert "La caisse paie 1,20 MonA Reste à payer en euros : 1,20 €" in till_looked_at(page)
    page.keyboard.press("Enter")
    shows(page, "Pour qui ?")
    page.keyboard.type(shop.handle)
    page.keyboard.press("Enter")
    shows(page, "À vous de taper")
    page.keyboard.type(f"{(int(shop.pin) + 1) % 10**6:06d}")
    page.keyboard.press("Enter")
    shows(page, "Le paiement n’est pas passé")
    page.get_by_role("button", name="Autre moyen").press("Enter")
    shows(page, "Pour qui ?")
    assert "1,20 MonA" in seen(page)
    who_and_code(shop)


def test_a_till_that_does_not_know_the_rates_yet_asks_for_them(
    visit: Visit, guests: Guests
) -> None:
    """The rates begin while its screen is open: the sale is refused, the next one knows."""
    shop = opened(visit, guests)
    page = shop.till
    tap(page, "240")
    decided("rate_by_product")
    page.get_by_role("button", name="Continuer").click()
    shows(page, "Pour qui ?")
    page.get_by_label("Identifiant").fill(shop.handle)
    page.get_by_role("button", name="Tourner l’écran").click()
    shows(page, "À vous de taper")
    tap(page, shop.pin)
    page.locator('[data-do="pay"]').click()
    shows(page, "Le paiement n’est pas passé")
    assert "Tapez-le par catégorie" in seen(page)
    page.get_by_role("button", name="Autre montant").click()
    shows(page, "Combien ?")
    page.get_by_role("button", name="Frais 90 %").wait_for()
