"""A sale is given back at the till: at once, from the list, when nobody knows whether it was."""

from playwright.sync_api import Route

from tests.journeys.test_till import Guests, opened, sell, shows
from tests.journeys.walking import Visit, seen


def test_a_sale_is_given_back_once_though_the_answer_is_lost(visit: Visit, guests: Guests) -> None:
    shop = opened(visit, guests)
    page = shop.till
    sell(shop, "77")
    shows(page, "Payé")

    def cut(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/api/v1/refunds", cut)
    page.get_by_role("button", name="Annuler cette vente").click()
    page.get_by_role("button", name="Annuler la vente").click()
    page.get_by_text("Pas de réponse. Vérifiez le réseau, puis recommencez.").wait_for()
    page.unroute("**/api/v1/refunds")
    assert not page.get_by_role("button", name="La garder").is_visible()  # it may be given back
    with page.expect_response("**/paid"):  # the first screen asks what became of it
        page.get_by_role("button", name="La laisser à vérifier").click()
    page.get_by_role("button", name="Ventes").click()
    page.locator("[data-sales] li").wait_for()
    assert "annulée" in seen(page)


def test_a_sale_of_which_nobody_knows_whether_it_was_given_back(
    visit: Visit, guests: Guests
) -> None:
    shop = opened(visit, guests)
    page = shop.till
    sell(shop, "78")
    shows(page, "Payé")
    page.route("**/api/v1/**", lambda route: route.abort())
    page.get_by_role("button", name="Annuler cette vente").click()
    page.get_by_role("button", name="Annuler la vente").click()
    page.get_by_text("Pas de réponse. Vérifiez le réseau, puis recommencez.").wait_for()
    page.get_by_role("button", name="La laisser à vérifier").click()
    page.get_by_role("button", name="Ventes").click()
    page.locator("[data-sales] li").wait_for()
    assert "à vérifier" in seen(page)
    page.unroute("**/api/v1/**")
    page.get_by_role("button", name="Vérifier").click()
    shows(page, "Annuler cette vente ?")
    page.get_by_role("button", name="Annuler la vente").click()
    shows(page, "Vente annulée")


def test_a_sale_is_cancelled_from_the_list(visit: Visit, guests: Guests) -> None:
    shop = opened(visit, guests)
    page = shop.till
    sell(shop, "70")
    shows(page, "Payé")
    page.get_by_role("button", name="Annuler cette vente").click()
    shows(page, "Annuler cette vente ?")
    page.get_by_role("button", name="La garder").click()
    shows(page, "Combien ?")
    page.get_by_role("button", name="Ventes").click()
    page.locator("[data-sales] button").click()
    page.get_by_role("button", name="Annuler la vente").click()
    shows(page, "Vente annulée")
    page.get_by_role("button", name="Personne suivante").click()
    page.get_by_role("button", name="Ventes").click()
    page.locator("[data-sales] li").wait_for()
    assert "annulée" in seen(page) and not page.locator("[data-sales] button").count()
