"""Nobody knows what became of a sale: it is asked for, and paid by a press that says so alone."""

from functools import partial

from playwright.sync_api import Route

from caisse.ledger.models import Transfer
from tests.journeys.test_till import Guests, opened, sell, shows, tap, wrong
from tests.journeys.walking import Visit, seen, titled


def test_to_ask_what_became_of_a_sale_pays_nothing(visit: Visit, guests: Guests) -> None:
    """It never arrived: the caisse does not know it, and only a press that says so pays it."""
    shop = opened(partial(visit, refuses=(404,)), guests)
    page = shop.till
    bodies: list[str] = []

    def cut(route: Route) -> None:
        bodies.append(route.request.post_data or "")
        route.abort()

    page.route("**/api/v1/payments", cut)
    sell(shop, "131", wrong(shop.pin))
    shows(page, "Pas encore de réponse")
    assert page.evaluate("pauses") == [2000, 2000, 4000], "at 0, 2, 4 and 8 seconds"
    page.get_by_role("button", name="Demander de nouveau").click()
    shows(page, "Le paiement n’est pas arrivé")
    assert "La caisse ne connaît pas cette vente. Rien n’est débité." in seen(page)
    page.get_by_role("button", name="Envoyer le paiement").click()
    shows(page, "Pas encore de réponse")
    assert len(bodies) == 8 and len(set(bodies)) == 1, "the same number, the same try"
    page.unroute("**/api/v1/payments")
    written = Transfer.objects.count()
    page.get_by_role("button", name="Demander de nouveau").click()
    shows(page, "Le paiement n’est pas arrivé")
    assert Transfer.objects.count() == written, "neither paid nor a try of her code"
    page.get_by_role("button", name="Envoyer le paiement").click()
    shows(page, "Le paiement n’est pas passé")
    page.get_by_role("button", name="Taper le code").click()
    page.route("**/api/v1/payments", lambda route: route.abort())
    tap(page, shop.pin)
    page.locator('[data-do="pay"]').click()
    shows(page, "Pas encore de réponse")
    page.unroute("**/api/v1/payments")
    page.get_by_role("button", name="Demander de nouveau").click()
    shows(page, "Le paiement n’est pas arrivé")
    page.get_by_role("button", name="Envoyer le paiement").click()
    shows(page, "Payé")
    assert "1,31" in seen(page)


def test_a_sale_that_never_arrived_is_given_up_after_a_restart(
    visit: Visit, guests: Guests
) -> None:
    """What was typed is nowhere any more: nothing can be sent, and the number is burnt."""
    shop = opened(partial(visit, refuses=(404,)), guests)
    page = shop.till
    page.route("**/api/v1/payments", lambda route: route.abort())
    sell(shop, "132")
    shows(page, "Pas encore de réponse")
    page.unroute("**/api/v1/payments")
    page.reload()
    shows(page, "Le paiement n’est pas arrivé")
    assert not page.get_by_role("button", name="Envoyer le paiement").is_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="Abandonner cette vente").click()
    shows(page, "Pas encore de réponse")
    page.context.set_offline(False)
    page.get_by_role("button", name="Demander de nouveau").click()
    shows(page, "Le paiement n’est pas arrivé")
    page.get_by_role("button", name="Abandonner cette vente").click()
    shows(page, "Combien ?")
    assert "La vente est abandonnée. Rien n’est débité." in seen(page)


def test_a_qr_may_be_paid_yet_until_it_is_given_up_in_another_tab(
    visit: Visit, guests: Guests
) -> None:
    """The till's own QR: a telephone may have it, so nobody says that it did not arrive."""
    shop = opened(partial(visit, refuses=(404, 409)), guests)
    page = shop.till
    tap(page, "240")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Montrer un QR").click()
    shows(page, "La personne scanne et paie")
    page.reload()
    shows(page, "Pas encore de réponse")
    other = page.context.new_page()
    with other.expect_response("**/api/v1/payments/*"):  # until then a press is none
        other.goto(page.url)
    titled(other, "Pas encore de réponse")
    with page.expect_response("**/api/v1/payments/*"):
        page.get_by_role("button", name="Demander de nouveau").click()
    shows(page, "Pas encore de réponse")
    other.get_by_role("button", name="Abandonner cette vente").click()
    titled(other, "Combien ?")
    page.get_by_role("button", name="Demander de nouveau").click()
    shows(page, "Combien ?")
    assert "La vente est abandonnée. Rien n’est débité." in seen(page)
