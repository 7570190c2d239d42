"""A member's telephone: linked on her own page, its QR pays at the till, the till's QR pays there.

Jobs of domain.md 3.3: M09, M08, P07. QRs are read off the screens by a program that is not ours.
"""

import io

from PIL import Image
from playwright.sync_api import Page, expect

from caisse.kernel.tests.seeing import codes_on
from caisse.payments.formats import message_of
from tests.journeys.office_walking import Office
from tests.journeys.test_till import Guests, linked, shows, tap, till_looked_at
from tests.journeys.walking import (
    PHONE,
    Visit,
    complaints,
    entering,
    outline,
    press,
    seen,
    sideways,
    titled,
)

PAYER = "/payer"


def looked_at(page: Page) -> str:
    """A screen of the telephone: axe says nothing, nothing is wider than it, one heading."""
    assert complaints(page) == "" and sideways(page) <= 0
    assert outline(page).count(1) == 1
    return seen(page)


def says(page: Page, words: str) -> str:
    """Wait until the telephone shows these words as its title, then look at the screen."""
    titled(page, words)
    return looked_at(page)


SIZES = {0x11: (3, "M"), 0x21: (2, "M"), 0x32: (8, "L"), 0x41: (3, "M")}
"""By the first byte of a message: version and level of its QR on a screen (payments.md 10)."""


def read_off(page: Page) -> str:
    """The text of the QR that this screen shows, as large as it is meant to be."""
    drawn = page.locator("svg[role=img]:visible")
    shot = Image.open(io.BytesIO(drawn.screenshot(scale="css"))).convert("L")
    found = codes_on(shot)
    (text,) = {one.text for one in found}  # the reader finds a large one twice at times
    message = message_of(text)
    if message is not None and message[0] in SIZES:
        wide = int(drawn.get_attribute("viewBox").split()[2])  # type: ignore[union-attr]
        assert ((wide - 2 * 4 - 17) // 4, found[0].ec_level) == SIZES[message[0]], text
    return text


def types(page: Page, text: str) -> None:
    """A reader of codes types what the camera would see."""
    field = page.get_by_label("Texte du QR")
    if not field.is_visible():  # as it was left
        page.get_by_text("Taper le numéro du lieu").press("Enter")  # it moves: no camera
    field.fill(text)
    page.keyboard.press("Enter")


def telephone(visit: Visit, guests: Guests) -> Page:
    """M09: in her own space she asks for a code, and links this telephone with it."""
    page = entering(visit, guests["adh"], "/moi")(width=PHONE)
    press(page, "Payer avec mon téléphone")
    assert "Relier un téléphone" in looked_at(page)
    assert "pendant 15 minutes" in press(page, "Relier un téléphone")
    looked_at(page)
    page.get_by_role("link", name="Relier ce téléphone").click()
    says(page, "Relier ce téléphone")
    page.get_by_role("button", name="Relier").click()
    says(page, "il vous reste")
    return page


def test_the_desk_gives_a_code_that_links_a_telephone(visit: Visit, guests: Guests) -> None:
    office = Office(visit("/entrer", width=PHONE)).come_in_as(guests["accueil"])
    office.click("Personnes", "Foyer n° 12", "Téléphones pour payer")
    office.says("Vérifiez qui est devant vous.").click("Montrer un code").says("pendant 24 heures")
    phone = visit(PAYER, width=PHONE)
    says(phone, "Relier ce téléphone")
    phone.get_by_label("Code").fill(office.page.locator(".total dd").inner_text())
    phone.get_by_role("button", name="Relier").click()
    says(phone, "il vous reste")
    office.click("Revenir aux téléphones").says("relié le")


def sum_of(page: Page) -> int:
    """What is left, in cents."""
    return int(page.locator("[data-left]:visible").first.inner_text().replace(",", ""))


def test_the_qr_of_a_telephone_pays_at_the_till_once(visit: Visit, guests: Guests) -> None:
    phone = telephone(visit, guests)
    before = sum_of(phone)
    till, _keeper = linked(visit, guests)
    phone.get_by_role("button", name="Montrer mon QR").click()
    assert "Il paie au plus" in says(phone, "Montrez ce QR au commerçant")
    text = read_off(phone)
    tap(till, "235")
    till.get_by_role("button", name="Continuer").click()
    shows(till, "Pour qui ?")
    till.get_by_label("Identifiant").fill(text)  # as a reader of codes types it
    till.keyboard.press("Enter")
    shows(till, "Payé")
    words = till.locator("[data-three]").inner_text()
    assert words in says(phone, "Payé")
    assert sum_of(phone) == before - 235
    assert "il vous reste" not in seen(till).lower()
    till.get_by_role("button", name="Personne suivante").click()
    tap(till, "100")
    till.get_by_role("button", name="Continuer").click()
    till.get_by_label("Identifiant").fill(text)
    till.keyboard.press("Enter")
    shows(till, "Le paiement n’est pas passé")
    assert "Ce QR a déjà servi." in till_looked_at(till)
    phone.get_by_role("button", name="Terminé").click()
    says(phone, "il vous reste")
    phone.get_by_text("−2,35").first.wait_for()
    assert "L’Épicerie du Figuier" in looked_at(phone)


def test_a_telephone_without_a_camera_says_how_else_one_pays(visit: Visit, guests: Guests) -> None:
    """No black square is left alone: her own QR, the number of the place, identifier and code."""
    phone = telephone(visit, guests)
    phone.get_by_role("button", name="Scanner un QR").click()
    phone.locator("[data-wrong]:visible").wait_for()
    words = says(phone, "Payer sans appareil photo")
    assert "Visez le QR" not in words and not phone.locator("video").is_visible()
    assert "Dites votre identifiant et tapez votre code" in words
    opener = phone.get_by_text("Taper le numéro du lieu")
    assert phone.locator("summary:visible svg").count() == 1, "it looks like what opens"
    assert "underline" in opener.evaluate("one => getComputedStyle(one).textDecorationLine")
    assert opener.bounding_box()["height"] >= 44  # type: ignore[index]
    opener.click()
    number = phone.get_by_label("Numéro du lieu")
    number.fill("999999")
    number.press("Enter")
    phone.get_by_text("Aucun lieu n’a ce numéro.").wait_for()
    says(phone, "Payer sans appareil photo")
    assert number.input_value() == "999999"
    number.fill("Lieu 15")
    phone.get_by_role("button", name="Continuer").click()
    says(phone, "L’Épicerie du Figuier")
    phone.locator('[data-screen="amount"] [data-do="home"]').click()
    phone.get_by_role("button", name="Scanner un QR").click()
    phone.locator("[data-wrong]:visible").wait_for()
    phone.locator('[data-screen="scan"] [data-do="pay"]').click()
    says(phone, "Montrez ce QR au commerçant")


def test_a_qr_is_made_without_network_and_says_at_most_what_she_types(
    visit: Visit, guests: Guests
) -> None:
    phone = telephone(visit, guests)
    till, _keeper = linked(visit, guests)
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Montrer mon QR").click()
    says(phone, "Montrez ce QR au commerçant")
    first = read_off(phone)
    phone.get_by_label("Il paie au plus").fill("abc")
    phone.get_by_role("button", name="Changer").click()
    assert "Tapez un montant, par exemple 12,40." in looked_at(phone)
    old = phone.locator("[data-qr] path").get_attribute("d") or ""
    phone.get_by_label("Il paie au plus").fill("2,00")
    phone.get_by_role("button", name="Changer").click()
    expect(phone.locator("[data-wrong]:visible")).to_have_count(0)
    expect(phone.locator("[data-qr] path")).not_to_have_attribute("d", old)
    second = read_off(phone)
    assert first != second
    tap(till, "201")
    till.get_by_role("button", name="Continuer").click()
    till.get_by_label("Identifiant").fill(second)
    till.keyboard.press("Enter")
    shows(till, "Le paiement n’est pas passé")
    assert "dépasse ce qui est possible en une fois" in seen(till)
    till.get_by_role("button", name="Autre montant").click()
    tap(till, "200")
    till.get_by_role("button", name="Continuer").click()
    till.get_by_label("Identifiant").fill(second)
    till.keyboard.press("Enter")
    shows(till, "Payé")
    phone.get_by_role("button", name="Fermer").click()
    says(phone, "il vous reste")
    phone.locator("[data-old]").wait_for()  # beside the screen
    assert "Le réseau est absent." in seen(phone)
    phone.context.set_offline(False)


def test_it_opens_without_network_with_what_it_knew(visit: Visit, guests: Guests) -> None:
    phone = telephone(visit, guests)
    before = sum_of(phone)
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.reload()
    says(phone, "il vous reste")
    phone.context.set_offline(True)
    phone.reload()
    says(phone, "il vous reste")
    phone.locator("[data-old]").wait_for()
    assert "Un achat très récent peut manquer ici." in seen(phone)
    assert sum_of(phone) == before
    phone.get_by_role("button", name="Montrer mon QR").click()
    says(phone, "Montrez ce QR au commerçant")
    assert read_off(phone).startswith("CA")
    phone.context.set_offline(False)


def test_what_never_arrived_is_paid_by_a_press_alone(visit: Visit, guests: Guests) -> None:
    """Opened again with network, the telephone asks, and pays nothing by itself."""
    phone = telephone(visit, guests)
    before = sum_of(phone)

    def ask_to_pay() -> None:
        phone.evaluate("location.hash = 'lieu-15'")
        says(phone, "L’Épicerie du Figuier")
        phone.get_by_label("Combien payez-vous ?").fill("3,5")
        phone.get_by_role("button", name="Continuer").click()
        assert "3,50 MonA" in says(phone, "Payer à L’Épicerie du Figuier")
        phone.route("**/api/v1/**", lambda route: route.abort())
        phone.get_by_role("button", name="Payer").click()
        says(phone, "On vérifie…")
        says(phone, "Pas encore de réponse")
        phone.unroute("**/api/v1/**")

    ask_to_pay()
    phone.get_by_role("button", name="Revenir").click()
    says(phone, "il vous reste")
    phone.get_by_text("Un paiement attend sa réponse.").wait_for()
    phone.reload()
    says(phone, "Le paiement n’est pas arrivé")
    phone.get_by_role("button", name="Ne pas payer").click()
    says(phone, "il vous reste")
    assert "Un paiement attend" not in seen(phone) and sum_of(phone) == before
    ask_to_pay()
    phone.get_by_role("button", name="Demander de nouveau").click()
    says(phone, "Le paiement n’est pas arrivé")
    phone.locator('[data-do="settle"]').click()
    says(phone, "Payé")
    assert sum_of(phone) == before - 350
    phone.evaluate("location.hash = '%'")  # an address that says nothing
    phone.go_back()
    says(phone, "il vous reste")


OLD_TICKETS = """async () => {
  const base = await new Promise((done) => {
    const asked = indexedDB.open("caisse-phone", 1);
    asked.onsuccess = () => done(asked.result);
  });
  const aged = () => new Promise((done) => {
    const work = base.transaction("kept", "readwrite");
    const store = work.objectStore("kept");
    const row = store.get("tickets");
    let found = false;
    row.onsuccess = () => {
      found = Boolean(row.result);
      if (found) store.put({ ...row.result, at: row.result.at - 8 * 86400000 }, "tickets");
    };
    work.oncomplete = () => done(found);
  });
  while (!(await aged())) await new Promise((later) => setTimeout(later, 100));
  base.close();
}"""


def test_tickets_of_a_week_ago_are_fetched_anew(visit: Visit, guests: Guests) -> None:
    """They live thirty days: a telephone that pays four times a month must not run into that."""
    phone = telephone(visit, guests)
    phone.evaluate(OLD_TICKETS)
    with phone.expect_response("**/api/v1/phones/tickets") as fetched:
        phone.reload()
    assert fetched.value.status == 201


def test_a_telephone_that_is_blocked_or_keeps_no_keys_says_so(visit: Visit, guests: Guests) -> None:
    phone = telephone(visit, guests)
    page = entering(visit, guests["adh"], "/moi/telephones")(width=PHONE)
    assert "relié le" in looked_at(page)
    press(page, "Bloquer")
    assert "Le téléphone est bloqué." in seen(page)
    phone.reload()
    says(phone, "Relier ce téléphone")
    phone.get_by_text("Ce téléphone n’est plus relié.").wait_for()
    phone.add_init_script("Object.defineProperty(globalThis, 'indexedDB', { value: undefined })")
    phone.reload()  # a browser that keeps no keys, as in a private window
    says(phone, "Ce téléphone ne peut pas payer ici")
    assert "Ce navigateur ne garde pas de clé." in seen(phone)
