"""A sale is given back at the till: at once, from the list of the place, whole or in part, when
nobody knows whether it was, when the day was closed long ago."""

from playwright.sync_api import Page, Route

from caisse.kernel import clock
from tests.journeys.test_till import Guests, Shop, linked, opened, sell, shows, till_looked_at
from tests.journeys.walking import DESK, Visit, seen, tab_to


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
    page.locator("[data-sales] li").first.wait_for()
    assert "annulée" in seen(page) and "rendu sur" in seen(page)


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


def test_a_sale_is_given_back_from_the_list(visit: Visit, guests: Guests) -> None:
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
    shows(page, "Rendre cette vente ?")
    page.get_by_role("button", name="Retour aux ventes").click()
    shows(page, "Dernières ventes")
    page.locator("[data-sales] button").click()
    page.get_by_role("button", name="Rendre tout").click()
    shows(page, "C’est rendu")
    assert "Reste" not in seen(page)
    page.get_by_role("button", name="Ventes").click()
    page.locator("[data-sales] li").first.wait_for()
    assert "annulée" in seen(page) and not page.locator("[data-sales] button").count()
    page.context.set_offline(True)
    page.get_by_role("button", name="Nouvelle vente").click()
    page.get_by_role("button", name="Ventes").click()
    shows(page, "Dernières ventes")
    assert "Sans réponse de la caisse : seulement les ventes de cet appareil" in seen(page)
    assert "annulée" in seen(page) and "Jour d’avant" not in seen(page)


def test_a_part_is_given_back_at_another_till_and_the_rest_when_the_day_is_closed(
    visit: Visit, guests: Guests
) -> None:
    """By keyboard alone; the answer is lost, and asked for again it is the same refund."""
    shop = opened(visit, guests)
    page, _keeper = linked(visit, guests, DESK)
    sell(shop, "1000")
    shows(shop.till, "Payé")
    number = shop.till.locator("[data-short]:visible").inner_text()
    by_keys(page, "Ventes", "Dernières ventes")
    assert f"{number} · Comptoir" in seen(page) and "jeudi 1er février 2024" in seen(page)
    by_keys(page, "Rendre 10,00", "Rendre cette vente ?")
    by_keys(page, "Rendre une partie", "Combien rendre ?")
    page.keyboard.type("1001")
    assert "Au plus 10,00." in till_looked_at(page)
    page.keyboard.press("Enter")
    shows(page, "Combien rendre ?")
    page.keyboard.press("Backspace")
    assert "Au plus" not in seen(page)
    page.route("**/api/v1/refunds", lambda route: route.fetch() and route.abort())
    page.keyboard.press("Enter")
    page.get_by_text("Pas de réponse. Vérifiez le réseau, puis recommencez.").wait_for()
    assert "Rendre tout" not in till_looked_at(page)
    page.unroute("**/api/v1/refunds")
    by_keys(page, "Demander de nouveau", "C’est rendu")
    assert "Reste 9,00" in seen(page)
    by_keys(page, "Ventes", "Dernières ventes")
    assert "rendu : 1,00" in seen(page) and f"rendu sur {number}" in seen(page)
    by_keys(page, "Clôture du jour", "Clôture du jour")
    assert "Remboursé 1,00 (1 remboursement)" in seen(page)
    clock.travel(clock.now_ms() + clock.DAY_MS, runs=True)
    by_keys(page, "Nouvelle vente", "Combien ?")
    by_keys(page, "Ventes", "Dernières ventes")
    assert number not in seen(page) and "vendredi 2 février 2024" in seen(page)
    tab_to(page, "Jour d’avant")
    page.keyboard.press("Enter")
    page.locator("[data-sales] li", has_text=f"{number} · Comptoir").wait_for()
    till_looked_at(page)
    by_keys(page, "Rendre 10,00", "Rendre cette vente ?")
    assert "Déjà rendu 1,00" in seen(page)
    by_keys(page, "Rendre tout", "C’est rendu")
    assert page.locator("[data-screen=given] [data-cents]").inner_text() == "9,00"
    practised(Shop(page, "prune-renard", "123456", page))


def by_keys(page: Page, words: str, then: str) -> None:
    """Tab to what carries these words, press it, and look at the screen that comes."""
    tab_to(page, words)
    page.keyboard.press("Enter")
    shows(page, then)


def practised(shop: Shop) -> None:
    """Giving back a part, to try: nothing is asked of the caisse."""
    page, asked = shop.till, []
    page.get_by_role("button", name="Personne suivante").click()
    page.get_by_role("button", name="S’exercer, sans rien encaisser").click()
    page.get_by_text("Exercice : rien n’est pris.").wait_for()
    page.on("request", lambda one: asked.append(one.url))
    sell(shop, "500")
    shows(page, "Payé")
    page.get_by_role("button", name="Personne suivante").click()
    page.get_by_role("button", name="Ventes").click()
    page.get_by_role("button", name="Rendre").click()
    page.get_by_role("button", name="Rendre une partie").click()
    page.keyboard.type("200")
    page.keyboard.press("Enter")
    shows(page, "C’est rendu")
    page.get_by_role("button", name="Ventes").click()
    shows(page, "Dernières ventes")
    assert "rendu : 2,00" in seen(page)
    assert [url for url in asked if "/refunds" in url or "/tills/sales" in url] == []
