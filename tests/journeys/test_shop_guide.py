"""The shopkeeper's guide followed word for word: P04 to P10 by what `encaisser.md` says, alone.

`CAISSE_GUIDE_PICTURES=1 script/test tests/journeys/test_shop_guide.py` makes the pictures of the
page that lies beside the till (`a-la-caisse.md`).
"""

import re
from pathlib import Path

from playwright.sync_api import Page
from pypdf import PdfReader

from tests.journeys.guided import Guide, pictured, words_of
from tests.journeys.office_walking import Office, control
from tests.journeys.test_phone import read_off, says, telephone
from tests.journeys.test_till import TILL, Guests, draw, shows, tap, wrong
from tests.journeys.test_till_told import FIVE_SECONDS
from tests.journeys.test_vouchers import codes_on
from tests.journeys.walking import PHONE, Visit, entering, looked_at

GUIDE, SHEET = "encaisser", "a-la-caisse"
SHOP, PLACE = 15, "L’Épicerie du Figuier"
BETWEEN = re.compile(r"[0-9]+,[0-9]{2}")


def test_the_shopkeepers_guide_is_followed_word_for_word(
    visit: Visit, guests: Guests, tmp_path: Path
) -> None:
    guide = Guide(GUIDE)
    handle, pin = draw(guests)
    keeper = entering(visit, guests["lieu"], f"/commerce/{SHOP}")()
    till = visit(TILL, width=PHONE, refuses=(404,))
    office = Office(visit("/entrer")).come_in_as(guests["accueil"])
    voucher = _voucher(office, tmp_path / "vouchers.pdf")
    _linked(guide, till, keeper)
    _practised(guide, till)
    with guide.section("Prendre un paiement"):
        _paid(guide, till, handle, pin)
        _partly(guide, till, handle, pin)
        _by_a_voucher(guide, till, voucher)
        _by_scanning(guide, till, telephone(visit, guests))
    _by_printed_qr(guide, keeper)
    _refused(guide, till, handle, pin)
    _by_telephone(guide, till, keeper, office)
    _undone(guide, till, handle, pin)
    _closed(guide, till)
    _cashiers(guide, till, keeper)
    _lost(guide, till, keeper)
    guide.ended()


def _linked(guide: Guide, till: Page, keeper: Page) -> None:
    with guide.section("Relier un appareil, une fois"):
        guide.press(keeper, "Appareils pour encaisser")
        guide.press(keeper, "Ajouter un appareil")
        keeper.get_by_label("Nom de l’appareil").fill("Comptoir")
        guide.press(keeper, "Ajouter cet appareil", "Montrer un code")
        shows(till, "Relier cet appareil")
        till.get_by_label("Code").fill(keeper.locator(".total dd").inner_text())
        guide.press(till, "Relier")
        shows(till, "Comparez les deux écrans")
        guide.press(keeper, "L’appareil montre trois mots")
        keeper.get_by_text(till.locator("[data-key-words]").inner_text()).wait_for()
        guide.press(keeper, "Oui, cet appareil encaisse")
        shows(till, "Combien ?")


def _practised(guide: Guide, till: Page) -> None:
    with guide.section("S’exercer"):
        guide.press(till, "S’exercer, sans rien encaisser")
        till.get_by_text("Exercice : rien n’est pris.").wait_for()
        for cents, code, said in (
            ("500", "000000", "n’est pas reconnu"),
            ("3100", "123456", "ne passe pas pour ce montant"),
        ):
            _sell(till, cents, "prune-renard", code)
            shows(till, "Le paiement n’est pas passé")
            assert said in words_of(till)
            control(till, "Annuler").click()
            shows(till, "Combien ?")
        with till.expect_response("**/api/v1/tills/self"):  # its first screen begins anew
            guide.press(till, "Finir")
        till.locator(".practice").wait_for(state="hidden")


def _paid(guide: Guide, till: Page, handle: str, pin: str) -> None:
    tap(till, "340")
    pictured(till, "caisse-montant")
    guide.press(till, "Continuer")
    till.get_by_label("Identifiant").fill(handle)
    pictured(till, "caisse-personne")
    guide.press(till, "Tourner l’écran")
    tap(till, pin[:4])
    pictured(till, "caisse-code")
    tap(till, pin[4:])
    till.evaluate(FIVE_SECONDS)  # they end when all was looked at
    guide.press(till, "Voir après ce qui me reste", "Payer")
    shows(till, "Il vous reste")
    assert BETWEEN.fullmatch(till.locator("[data-left]:visible").inner_text())
    till.evaluate("window.fiveSeconds()")
    shows(till, "Payé")
    pictured(till, "caisse-paye")
    till.evaluate("print = () => { document.title = 'imprimé' }")
    guide.press(till, "Imprimer")
    assert till.title() == "imprimé"
    guide.press(till, "Personne suivante")


def _partly(guide: Guide, till: Page, handle: str, pin: str) -> None:
    """How much of it is in MonA is typed before she pays."""
    tap(till, "340")
    guide.press(till, "Continuer", "Une partie en euros")
    shows(till, "Combien en MonA ?")
    tap(till, "100")
    guide.press(till, "Continuer")
    till.get_by_label("Identifiant").fill(handle)
    guide.press(till, "Tourner l’écran")
    tap(till, pin)
    control(till, "Payer").click()
    shows(till, "Payé")
    assert "Reste à payer en euros : 2,40" in words_of(till)
    guide.press(till, "Personne suivante")


def _by_a_voucher(guide: Guide, till: Page, voucher: str) -> None:
    """It pays its whole value; the screen says what is left in euros."""
    tap(till, "700")
    guide.press(till, "Continuer", "Bon imprimé : taper ses signes")
    shows(till, "Bon imprimé")
    till.get_by_label("Les 13 signes").fill(voucher)
    control(till, "Payer").click()
    shows(till, "Payé")
    assert "Reste à payer en euros : 2,00" in words_of(till)
    guide.press(till, "Personne suivante")


def _by_scanning(guide: Guide, till: Page, phone: Page) -> None:
    """« Scanner »: here a scanner that types; a camera films in test_scan."""
    tap(till, "235")
    guide.press(till, "Continuer", "Scanner")
    shows(till, "Visez le QR de la personne")
    till.get_by_role("button", name="Taper").click()
    shows(till, "Pour qui ?")
    phone.get_by_role("button", name="Montrer mon QR").click()
    says(phone, "Montrez ce QR au commerçant")
    till.get_by_label("Identifiant").fill(read_off(phone))
    till.keyboard.press("Enter")
    shows(till, "Payé")  # without a code, as the guide says
    guide.press(till, "Personne suivante")
    tap(till, "240")
    guide.press(till, "Continuer", "Montrer un QR")
    shows(till, "La personne scanne et paie")
    assert read_off(till).startswith("CA")
    control(till, "Annuler").click()
    shows(till, "Combien ?")


def _by_printed_qr(guide: Guide, keeper: Page) -> None:
    """Who pays there, and what the list then says, stands in test_shop_qr."""
    with guide.section("Sans appareil : un QR à poser sur le comptoir"):
        at_home(keeper)
        guide.press(keeper, "Appareils pour encaisser", "QR à poser sur le comptoir")
        with keeper.expect_download():
            guide.press(keeper, "Feuille à imprimer")
        guide.press(keeper, "Voir les ventes d’aujourd’hui", "Voir les dernières ventes")
        looked_at(keeper)


def _voucher(office: Office, to: Path) -> str:
    """The signs of a voucher of 5 MonA that the desk prints for household 12."""
    office.click("Personnes", "Foyer n° 12", "Bons à imprimer")
    office.write("Combien de bons de 5 MonA ?", "1").click("Payer et imprimer")
    return codes_on(office, to)[0]


def _refused(guide: Guide, till: Page, handle: str, pin: str) -> None:
    with guide.section("Quand cela ne passe pas"):
        _sell(till, "150", handle, wrong(pin))
        shows(till, "Le paiement n’est pas passé")
        assert "Rien n’est perdu, rien n’est débité." in words_of(till)
        pictured(till, "caisse-refus")
        guide.press(till, "Taper le code")
        tap(till, pin)
        control(till, "Payer").click()
        shows(till, "Payé")
        control(till, "Personne suivante").click()
        _sell(till, "90000", handle, pin)
        shows(till, "Le paiement n’est pas passé")
        guide.press(till, "Tout en MonA, le reste en euros")
        tap(till, "000000")  # somebody may go
        till.go_back()
        shows(till, "Combien ?")
        for words, then in (("Autre montant", "Combien ?"), ("Autre moyen", "Pour qui ?")):
            _sell(till, "90000", handle, pin)
            shows(till, "Le paiement n’est pas passé")
            guide.press(till, words)
            shows(till, then)
        control(till, "Annuler").click()
        shows(till, "Combien ?")  # its number is burnt before the network is cut
        _unanswered(guide, till, handle, pin)


def _unanswered(guide: Guide, till: Page, handle: str, pin: str) -> None:
    till.route("**/api/v1/payments**", lambda route: route.abort())
    _sell(till, "130", handle, pin)
    shows(till, "Pas encore de réponse")
    pictured(till, "caisse-attente")
    guide.press(till, "Demander de nouveau")
    shows(till, "Pas encore de réponse")
    till.unroute("**/api/v1/payments**")
    guide.press(till, "Demander de nouveau")
    shows(till, "Le paiement n’est pas arrivé")
    guide.press(till, "Envoyer le paiement")
    shows(till, "Payé")
    control(till, "Personne suivante").click()
    shows(till, "Combien ?")
    till.route("**/api/v1/payments**", lambda route: route.abort())
    _sell(till, "130", handle, pin)
    shows(till, "Pas encore de réponse")
    till.unroute("**/api/v1/payments**")
    guide.press(till, "Abandonner cette vente")
    shows(till, "Combien ?")
    till.route("**/api/v1/payments**", lambda route: route.fetch() and route.abort())
    _sell(till, "35", handle, pin)
    shows(till, "Pas encore de réponse")
    guide.press(till, "La laisser à vérifier")
    shows(till, "Combien ?")
    till.unroute("**/api/v1/payments**")
    guide.press(till, "Ventes")
    shows(till, "Dernières ventes")
    control(till, "Vérifier").click()
    shows(till, "Payé")  # its answer was lost, nothing else
    control(till, "Personne suivante").click()
    shows(till, "Combien ?")


def _by_telephone(guide: Guide, till: Page, keeper: Page, office: Office) -> None:
    office.click("Personnes", "Foyer n° 12", "Vente par téléphone")
    office.page.locator('main select[name="place_id"]').select_option(label=PLACE)
    office.fill(cents="1,00").click("Garder cette somme")
    figures = re.sub(r"\D", "", office.page.locator(".figure").inner_text())
    with guide.section("Sans réseau : vendre par téléphone"):
        tap(till, "80")
        guide.press(till, "Continuer", "Vente par téléphone : taper l’accord")
        shows(till, "Numéro d’accord")
        tap(till, figures)
        guide.press(till, "Payer")
        shows(till, "Payé")
        control(till, "Personne suivante").click()
        at_home(keeper)
        guide.press(keeper, "Ventes par téléphone")
        looked_at(keeper)


def _undone(guide: Guide, till: Page, handle: str, pin: str) -> None:
    with guide.section("Annuler une vente, en rendre une partie"):
        _sell(till, "40", handle, pin)
        shows(till, "Payé")
        guide.press(till, "Annuler cette vente", "Annuler la vente")
        shows(till, "Vente annulée")
        control(till, "Personne suivante").click()
        guide.press(till, "Ventes")
        shows(till, "Dernières ventes")
        assert "0,40" in words_of(till) and "annulée" in words_of(till)
        _given_back(guide, till)


def _given_back(guide: Guide, till: Page) -> None:
    """Two of the sales that were made before, from the list: all of one, a part of another."""
    for cents in ("", "30"):
        control(till, "Rendre").click()
        shows(till, "Rendre cette vente ?")
        if cents:
            guide.press(till, "Rendre une partie")
            tap(till, cents)
            control(till, "Rendre").click()
        else:
            guide.press(till, "Rendre tout")
        shows(till, "C’est rendu")
        guide.press(till, "Ventes")
        shows(till, "Dernières ventes")
    guide.press(till, "Jour d’avant")
    till.get_by_role("button", name="Jour d’après").wait_for()
    shows(till, "Dernières ventes")
    control(till, "Nouvelle vente").click()


def _closed(guide: Guide, till: Page) -> None:
    with guide.section("À la fin du jour"):
        guide.press(till, "Ventes", "Clôture du jour")
        shows(till, "Clôture du jour")
        assert "Remboursé 1,50 (3 remboursements)" in words_of(till)
        control(till, "Nouvelle vente").click()


def _cashiers(guide: Guide, till: Page, keeper: Page) -> None:
    with guide.section("Plusieurs personnes à la caisse"):
        at_home(keeper)
        guide.press(keeper, "Appareils pour encaisser", "Personnes à la caisse")
        guide.press(keeper, "Ajouter une personne")
        keeper.get_by_label("Prénom").fill("Malo")
        keeper.get_by_label("tout, et débloquer un appareil", exact=True).check()
        guide.press(keeper, "Ajouter et montrer le code")
        forgotten = keeper.locator(".figure").inner_text().strip()
        at_home(keeper, "/appareils/personnes")
        control(keeper, "Malo").click()
        guide.press(keeper, "Tirer un autre code")
        code = keeper.locator(".figure").inner_text().strip()
        till.reload()
        shows(till, "Qui encaisse ?")
        _locked(guide, till, keeper, forgotten, code)
        tap(till, code)
        shows(till, "Combien ?")
        at_home(keeper, "/appareils/personnes")
        control(keeper, "Malo").click()
        guide.press(keeper, "Retirer")
        till.reload()
        shows(till, "Combien ?")


def _locked(guide: Guide, till: Page, keeper: Page, forgotten: str, right: str) -> None:
    """Ten codes that are wrong: the device waits until somebody lets codes in."""
    some = (forgotten, *(f"{number:04d}" for number in range(7000, 7011)))
    for code in [one for one in some if one != right][:10]:
        shows(till, "Qui encaisse ?")
        with till.expect_response("**/api/v1/tills/cashier"):
            tap(till, code)
    at_home(keeper, "/appareils")
    control(keeper, "Comptoir").click()
    guide.press(keeper, "Laisser retaper les codes")


def at_home(keeper: Page, path: str = "") -> None:
    """The page of the shop, or one below."""
    keeper.goto(f"{keeper.url.split('/commerce')[0]}/commerce/{SHOP}{path}")


def _lost(guide: Guide, till: Page, keeper: Page) -> None:
    with guide.section("Un appareil perdu ou volé"):
        at_home(keeper)
        guide.press(keeper, "Appareils pour encaisser")
        control(keeper, "Comptoir").click()
        guide.press(keeper, "Suspendre")
        till.reload()
        shows(till, "Cet appareil n’encaisse pas")
        guide.press(keeper, "Le laisser encaisser", "Retirer")
        looked_at(keeper)
        control(keeper, "Retirer").click()
        till.reload()
        shows(till, "Cet appareil n’encaisse pas")


def _sell(till: Page, cents: str, handle: str, pin: str) -> None:
    tap(till, cents)
    control(till, "Continuer").click()
    till.get_by_label("Identifiant").fill(handle)
    control(till, "Tourner l’écran").click()
    tap(till, pin)
    till.locator('[data-do="pay"]').click()


def test_the_page_beside_the_till_is_one_sheet_with_its_pictures(
    visit: Visit, guests: Guests, tmp_path: Path
) -> None:
    page = entering(visit, guests["lieu"], f"/commerce/{SHOP}/appareils")(width=PHONE)
    control(page, "Page à poser près de la caisse").click()
    page.wait_for_load_state()
    assert "À la caisse, en une page" in looked_at(page)
    page.set_viewport_size({"width": 1280, "height": 780})
    looked_at(page)
    shown = page.locator("article img")
    assert shown.count() == 6
    assert shown.evaluate_all("all => all.every(one => one.complete && one.naturalWidth === 360)")
    page.pdf(path=tmp_path / "page.pdf", format="A4")
    assert len(PdfReader(tmp_path / "page.pdf").pages) == 1
