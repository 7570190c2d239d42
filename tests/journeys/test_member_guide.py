"""The guide of the wallet followed word for word: M07 to M10, M15 to M17 by `membre.md` alone."""

from pathlib import Path

from playwright.sync_api import Page

from caisse.people import queries as people
from tests.journeys.guided import Guide, words_of
from tests.journeys.office_walking import Office
from tests.journeys.screens import click, passed, shows
from tests.journeys.test_gifts import somebody_else
from tests.journeys.test_limits import decided
from tests.journeys.test_phone import read_off
from tests.journeys.test_till import Guests, linked, tap
from tests.journeys.test_vouchers import codes_on
from tests.journeys.walking import PHONE, Visit, entering

GUIDE = "membre"


def test_the_guide_of_the_wallet_is_followed_word_for_word(
    visit: Visit, guests: Guests, tmp_path: Path
) -> None:
    guide = Guide(GUIDE)
    page = entering(visit, guests["adh"], "/moi")(width=PHONE)
    _reads(guide, page)
    _asks(guide, page)
    _tells(guide, page)
    office = Office(visit("/entrer")).come_in_as(guests["accueil"])
    _prepared(office, guests["adh"], tmp_path)
    _blocks(guide, page)
    till, _keeper = linked(visit, guests)
    _pays(guide, page, till)
    _withdraws(guide, page)
    _gives(guide, visit, guests["adh"])
    guide.ended()


def home(page: Page) -> Page:
    """Her own first page."""
    page.goto("/".join(page.url.split("/")[:3]) + "/moi")
    return page


def _reads(guide: Guide, page: Page) -> None:
    with guide.section("Lire ce qui reste"):
        guide.press(page, "Porte-monnaie")
        passed(page)
        assert "reste" in words_of(page)
    with guide.section("Retrouver un achat"):
        guide.press(page, "Tous les mouvements")
        click(page, "Janvier 2024")
        page.wait_for_load_state()
        page.evaluate("print = () => { document.title = 'imprimé' }")
        guide.press(page, "Imprimer ce mois")
        assert page.title() == "imprimé"
        page.locator(".rows a").first.click()
        page.wait_for_load_state()
        passed(page)
        assert "Il restait ensuite" in words_of(page)


def _asks(guide: Guide, page: Page) -> None:
    with guide.section("Quand un chiffre étonne"):
        guide.press(page, "Ce chiffre m’étonne")
        page.wait_for_load_state()
        field = page.locator("main textarea:visible").first
        begun = field.input_value()
        assert begun
        field.fill(f"{begun} Je n’y étais pas.")
        guide.press(page, "Envoyer ma demande")
        passed(page)
        home(page)
        guide.press(page, "Mes demandes")
        passed(page)
        assert "Je n’y étais pas." in words_of(page)


def _tells(guide: Guide, page: Page) -> None:
    with guide.section("Le foyer change"):
        guide.press(home(page), "Mon foyer", "Dire un changement")
        passed(page)
        page.go_back()
        page.locator("main textarea:visible, main input[type=text]:visible").last.fill("Ma fille")
        guide.press(page, "Demander à ajouter cette personne")
        passed(page)


def _prepared(office: Office, login: str, to: Path) -> None:
    """What the guide says that the desk does with her: a card, a sheet of vouchers."""
    me = people.me(login)
    assert me is not None and me.membership_id is not None
    number = me.membership_id
    name = people.holders_of(number)[0].given_name
    for _each in ("card", "vouchers"):
        office.click("Personnes").write("Nom, numéro ou rue", str(number)).click("Chercher")
        office.click(name)
        if _each == "card":
            office.click("Carte pour payer", "Faire la carte")
        else:
            office.click("Bons à imprimer").write("Combien de bons de 5 MonA ?", "1")
            office.click("Payer et imprimer")
            assert codes_on(office, to / "vouchers.pdf")


def _blocks(guide: Guide, page: Page) -> None:
    with guide.section("La carte pour payer"):
        guide.press(home(page), "Mon foyer", "Ma carte pour payer", "Bloquer ma carte")
        page.wait_for_load_state()
        passed(page)


def _pays(guide: Guide, page: Page, till: Page) -> None:
    with guide.section("Payer avec un téléphone"):
        guide.press(home(page), "Porte-monnaie", "Payer avec mon téléphone", "Relier un téléphone")
        guide.press(page, "Relier ce téléphone", "Relier")
        shows(page, "il vous reste")
        guide.press(page, "Montrer mon QR")
        shows(page, "Montrez ce QR au commerçant")
        page.get_by_label("Il paie au plus").fill("2")
        guide.press(page, "Changer")
        _scanned(till, read_off(page))
        shows(page, "Payé")
        click(page, "Terminé")
        guide.press(page, "Scanner un QR")
        shows(page, "Visez le QR du commerçant")
        page.evaluate("location.hash = 'lieu-15'")  # what the camera sees (it films in test_scan)
        shows(page, "L’Épicerie du Figuier")
        page.get_by_label("Combien payez-vous ?").fill("1,5")
        click(page, "Continuer")
        shows(page, "Payer à L’Épicerie du Figuier")
        page.route("**/api/v1/**", lambda route: route.abort())
        guide.press(page, "Payer")
        shows(page, "Pas encore de réponse")
        page.unroute("**/api/v1/**")
        guide.press(page, "Demander de nouveau")
        shows(page, "Le paiement n’est pas arrivé")
        guide.press(page, "Ne pas payer")
        shows(page, "il vous reste")
        guide.press(home(page), "Payer avec mon téléphone", "Bloquer")
        page.wait_for_load_state()
        passed(page)


def _scanned(till: Page, text: str) -> None:
    tap(till, "150")
    click(till, "Continuer")
    till.get_by_label("Identifiant").fill(text)
    till.keyboard.press("Enter")
    shows(till, "Payé")


def _withdraws(guide: Guide, page: Page) -> None:
    with guide.section("Les bons imprimés"):
        guide.press(home(page), "Mon foyer", "Mes bons")
        click(page, "1 bon")
        guide.press(page, "Retirer mes bons")
        passed(page)
        assert "Vos bons ne paient plus rien." in words_of(page)


def _gives(guide: Guide, visit: Visit, login: str) -> None:
    me = people.me(login)
    assert me is not None
    decided(gift_month_max_cents=20_00)
    page = entering(visit, login, "/moi")(width=PHONE)
    with guide.section("Donner à un autre foyer"):
        guide.press(page, "Donner")
        page.get_by_label("Identifiant de la personne").fill(somebody_else(me.handle))
        page.get_by_label("Combien donner ?").fill("0,2")
        guide.press(page, "Continuer", "Oui, donner")
        passed(page)
        assert "C’est donné" in words_of(page)
