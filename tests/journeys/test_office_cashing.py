"""What the office does for tills: a purchase given back after the day was closed, the look at sales
without network, money set aside on a card.

Jobs of domain.md 3.3: E07, P10; the sections « Rembourser un achat » and « Les ventes sans réseau »
of the guides. Every page is looked at on a phone and at a desk.
"""

from playwright.sync_api import Page

from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id
from caisse.ledger import queries as books
from caisse.payments import operations
from caisse.people import queries as people
from tests.journeys.office_walking import Office
from tests.journeys.test_limits import decided
from tests.journeys.test_till import Guests, Shop, opened, sell, shows, till_looked_at, wrong
from tests.journeys.walking import DESK, PHONE, Visit, entering, looked_at, seen
from tests.offline import real

SHOP, PLACE, HOUSEHOLD = 15, "L’Épicerie du Figuier", 12


class Known(real.Member):
    """A household of the played year, whose telephone may be copied."""

    def __init__(self, wallet: int) -> None:
        self.wallet = wallet


def test_what_the_office_does_for_tills(visit: Visit, guests: Guests) -> None:
    shop = opened(visit, guests)
    offices = [Office(visit("/entrer", width=width)) for width in (PHONE, DESK)]
    for office in offices:
        office.come_in_as(guests["coordination"])
    _given_back_the_day_after(shop, offices, visit, guests)
    decided(offline=True)
    second = Office(visit("/entrer")).come_in_as(guests["tresorerie"])
    _reserve(offices, second)
    place = real.Shop("Marché", SHOP)
    place.open()
    _lost_and_looked_at(shop, place, offices)
    _copied_and_talked_with(place, offices)
    place.close()
    _set_aside_on_a_card(offices)


def _given_back_the_day_after(
    shop: Shop, offices: list[Office], visit: Visit, guests: Guests
) -> None:
    """P10: the day is closed; the next one the office gives back a part, the till a whole sale."""
    till, day = shop.till, clock.today()
    for cents in ("235", "120"):
        sell(shop, cents)
        shows(till, "Payé")
        till.locator('[data-do="next"]:visible').click()
    till.get_by_role("button", name="Ventes").click()
    till.get_by_role("button", name="Clôture du jour").click()
    shows(till, "Clôture du jour")
    closed = till_looked_at(till)
    assert "Remboursé 0,00 Reste 3,55" in closed
    till.locator('[data-do="next"]:visible').click()
    clock.travel(clock.now_ms() + clock.DAY_MS, runs=True)
    before = books.balance(f"place:{SHOP}")
    office, other = offices
    _row(office.click("Lieux", PLACE, "Achats", "La veille"), "2,35")
    office.says("Peut encore être rendu 2,35 €", "La somme revient dans le porte-monnaie")
    office.write("Combien rendre ?", "3").click("la marchandise est rendue", "Rendre cette somme")
    office.says("2,35")  # no more than it was, and nothing moved
    office.write("Combien rendre ?", "1").click("Rendre cette somme")
    office.says("C’est rendu. La somme est revenue dans le porte-monnaie.")
    other.go(f"/gestion/lieux/{SHOP}/achats/{day.isoformat()}").says("2,35")
    _row(other, "2,35").says("Déjà rendu 1,00 €", "Peut encore être rendu 1,35 €")
    till.get_by_role("button", name="Ventes").click()
    shows(till, "Dernières ventes")
    till.get_by_role("button", name="Jour d’avant").click()
    till.locator("[data-sales] li", has_text="1,20").wait_for()
    till_looked_at(till)  # while the list is drawn, a press on it is none
    till.locator("[data-sales] li", has_text="1,20").get_by_role("button").first.click()
    shows(till, "Rendre cette vente ?")
    till.locator('[data-do="give"]:visible').click()
    shows(till, "C’est rendu")
    assert before - books.balance(f"place:{SHOP}") == 1_00 + 1_20
    till.locator('[data-do="next"]:visible').click()
    _told(till, day.isoformat(), visit, guests)


def _row(office: Office, words: str) -> Office:
    """The line of a list that has these words."""
    office.page.locator("main a", has_text=words).click()
    return office.arrive()


def _told(till: Page, day: str, visit: Visit, guests: Guests) -> None:
    """Today has what was given back; the day that was closed is what it was; the shop sees both."""
    till.get_by_role("button", name="Ventes").click()
    till.get_by_role("button", name="Clôture du jour").click()
    shows(till, "Clôture du jour")
    assert "Remboursé 2,20 (2 remboursements)" in seen(till)
    till.locator('[data-do="next"]:visible').click()
    keeper = entering(visit, guests["lieu"], f"/commerce/{SHOP}/jours/{day}")(width=PHONE)
    words = looked_at(keeper)
    assert "2,35" in words and "1,20" in words and "-1,00" not in words


def _reserve(offices: list[Office], second: Office) -> None:
    """« Changer la réserve »: one asks, another agrees. The caisse was given what it needs."""
    real.post(("bank:caisse", "fund:caisse", 200_00, "opening_bank"))
    asking = offices[0]
    for office in offices:
        office.go("/gestion/sans-reseau").says("Ventes sans réseau", "Aucun lieu n’a de perte")
        office.click("Changer la réserve").says("Le comité décide, deux personnes le font.")
    asking.click("mettre de côté").write("Combien ?", "100")
    asking.page.locator("main select").select_option(index=1)
    asking.click("Demander l’accord").says("Cela attend une deuxième personne.")
    assert books.balance("fund:offline") == 0
    second.go("/gestion/accords").click("Mettre de côté pour les ventes sans réseau")
    second.click("Donner mon accord").says("C’est fait")
    assert books.balance("fund:offline") == 100_00


def _lost_and_looked_at(shop: Shop, place: real.Shop, offices: list[Office]) -> None:
    """A wrong code was typed without network: the caisse has paid, somebody looks at it."""
    holder = people.holders_of(HOUSEHOLD)[0]
    card = operations.make_card(holder_id=holder.id, by=Actor("accueil"), id=new_id()).text
    assert place.sync(place.code_sale(card, wrong(shop.pin), 8_00)) == ["posted"]
    looking, desk = offices
    desk.go("/gestion/sans-reseau").says("Perdu, pas encore regardé 8,00 €").click(PLACE)
    desk.says("Ce que la caisse a payé", "Avez-vous regardé avec le lieu ?")
    looking.go("/gestion/sans-reseau").click(PLACE, "Oui, c’est regardé")
    looking.says("C’est noté : 8,00 €. Ce lieu peut de nouveau vendre sans réseau.")
    assert books.balance(f"loss:{SHOP}") == 0


def _copied_and_talked_with(place: real.Shop, offices: list[Office]) -> None:
    """Two payments of one counter: the household sets nothing aside until somebody has talked."""
    view = people.membership(HOUSEHOLD)
    assert view is not None and view.wallet_id is not None
    phone = real.Phone(Known(view.wallet_id))
    phone.ask((0, 10_00))
    place.sync(*(phone.pay(0, 1, place.request(1_00, bytes([n] * 8))) for n in (1, 2)))
    talking, desk = offices
    desk.go("/gestion/sans-reseau").says("Téléphones copiés").click(f"Foyer n° {HOUSEHOLD}")
    desk.says("quelqu’un a copié un téléphone de ce foyer", "Avez-vous parlé avec le foyer ?")
    talking.go("/gestion/sans-reseau").click(f"Foyer n° {HOUSEHOLD}")
    talking.click("Oui, il peut mettre de côté").says("Ce foyer peut de nouveau mettre de côté.")


def _set_aside_on_a_card(offices: list[Office]) -> None:
    """M13 for who has no telephone: at the desk, by the file of the household."""
    for office in offices:
        office.click("Personnes", f"Foyer n° {HOUSEHOLD}", "Carte pour payer")
        office.click("Mettre de côté pour un marché").write("Pour quel lieu ?", PLACE)
        office.write("Combien mettre de côté ?", "1").click("Mettre de côté")
        office.says("C’est mis de côté.", f"1,00 €, {PLACE}")
        row = office.page.locator("main li", has_text=PLACE)
        row.get_by_role("button", name="Rendre").click()
        office.arrive().says("C’est revenu au porte-monnaie.")
        assert f"1,00 €, {PLACE}" not in office.words()
