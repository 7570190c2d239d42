"""A till without network at its edges: what nobody reads, a device linked anew, a page on iOS."""

import pytest
from playwright.sync_api import Page

from caisse.merchants.tests.ground import OFFICE
from caisse.payments import operations
from caisse.payments.models import Licence
from tests.journeys.market_walking import (
    Buyer,
    amount,
    back,
    by_code,
    cut,
    link,
    market,
    on_first_screen,
    paid_here,
    queue,
    refused,
    sent,
    stall,
    stored,
)
from tests.journeys.test_till import TILL, shows, tap, till_looked_at
from tests.journeys.walking import Visit


@pytest.fixture
def played(transactional_db: None) -> str:
    """A small caisse takes the place of the played year."""
    market()
    return ""


def test_what_the_caisse_could_not_read_is_never_told_paid(visit: Visit) -> None:
    """The QR of a box, typed by a scanner; a name with a sign that nobody sees; a card's line."""
    awa, there = Buyer(1), stall(visit)
    page = there.page
    cut(page)

    def shown(who: str) -> None:
        amount(page, 5_00)
        page.locator("#handle").fill(who)
        page.locator("#handle").press("Enter")

    shown("0123456789abcdef" * 20)
    refused(page, "Ce QR n’est pas un moyen de payer de la caisse.")
    on_first_screen(page)
    shown("moineau\u200bradis")
    refused(page, "Le code ou l’identifiant n’est pas reconnu.")
    till_looked_at(page)
    page.get_by_role("button", name="Changer l’identifiant").click()
    shows(page, "Pour qui ?")
    page.locator("#handle").fill(f"\u00a0{awa.handle}\u00a0")
    page.locator("#handle").press("Enter")
    shows(page, "À vous de taper")
    tap(page, awa.pin)
    page.locator('[data-do="pay"]').click()
    paid_here(page)
    on_first_screen(page)
    assert len(queue(page)) == 1
    back(page)
    sent(page)
    assert (awa.left, there.taken) == (95_00, 5_00), stored(page)


# A sale of a page of before, or of another program: the caisse finds no record in it.
SPOILT = """async () => {
  const base = await new Promise((done) => {
    const asked = indexedDB.open("caisse-till");
    asked.onsuccess = () => done(asked.result);
  });
  const queue = base.transaction("queue", "readwrite").objectStore("queue");
  await new Promise((done) => {
    queue.getAll().onsuccess = ({ target }) => {
      const [row] = target.result;
      queue.put({ ...row, record: { ...row.record, code: "it is none" } });
      queue.transaction.oncomplete = done;
    };
  });
  base.close();
}"""


def test_a_sale_that_the_caisse_cannot_read_holds_up_no_other(visit: Visit) -> None:
    """It stays and is told of; the others are sent, and the licence is given back."""
    awa, there = Buyer(1), stall(visit, refuses=(400,))
    page = there.page
    cut(page)
    for cents in (5_00, 6_00, 7_00):
        by_code(page, cents, awa.handle if cents < 7_00 else awa.card, awa.pin)
        paid_here(page)
        on_first_screen(page)
    page.evaluate(SPOILT)
    back(page)
    said = "La caisse ne sait pas lire une vente de cet appareil. Appelez la caisse."
    page.locator("[data-unread]:visible", has_text=said).wait_for()
    assert [row["state"] for row in queue(page)] == ["unread"]
    page.locator("[data-queue]:visible").wait_for(state="hidden")
    till_looked_at(page)
    page.get_by_role("button", name="Ventes").click()
    shows(page, "Dernières ventes")
    assert "illisible pour la caisse" in till_looked_at(page)
    page.get_by_role("button", name="Clôture du jour").click()
    shows(page, "Clôture du jour")
    page.get_by_role("button", name="Finir la vente sans réseau").click()
    shows(page, "Vente sans réseau finie")
    assert Licence.objects.get().closed_at is not None
    assert len(queue(page)) == 1 and there.taken in (11_00, 12_00, 13_00)


def linked_anew(page: Page, device: int) -> None:
    """The same device under the same number, with other keys."""
    code = operations.give_invitation(device_id=device, by=OFFICE)
    page.goto(page.url.split("#")[0] + f"#{code}")
    page.reload()
    shows(page, "Relier cet appareil")
    page.get_by_role("button", name="Relier").click()
    shows(page, "Comparez les deux écrans")
    words = page.locator("[data-key-words]").inner_text()
    operations.confirm_device(device_id=device, words=words, by=OFFICE)
    shows(page, "Combien ?")


def test_a_device_that_is_linked_anew_knows_who_has_paid_under_its_licence(visit: Visit) -> None:
    """Else it sells what the caisse refuses: there both sales are of one person."""
    awa, there = Buyer(1), stall(visit)
    page = there.page
    cut(page)
    by_code(page, 15_00, awa.handle, awa.pin)
    paid_here(page)
    on_first_screen(page)
    back(page)
    sent(page)
    before = stored(page)["market"]["licence"]["id"]
    linked_anew(page, there.device)
    page.get_by_text("Sans réseau encore, jusqu’à").wait_for()
    assert stored(page)["market"]["licence"]["id"] == before
    cut(page)
    amount(page, 5_01)
    page.locator("#handle").fill(awa.handle)
    page.locator("#handle").press("Enter")
    refused(page, "Sans réseau, pas plus de 5,00 MonA pour cette personne.")
    assert "Sans réseau, 5,00 MonA au plus. Complétez en euros." in till_looked_at(page)
    on_first_screen(page)
    by_code(page, 5_00, awa.handle, awa.pin)
    paid_here(page)
    on_first_screen(page)
    back(page)
    sent(page)
    assert (awa.left, there.taken) == (80_00, 20_00), stored(page)["sales"]


AWAY = "Object.defineProperty(navigator, 'standalone', { value: %s })"


def test_on_ios_it_sells_without_network_from_the_home_screen_only(visit: Visit) -> None:
    """Safari forgets what a page keeps after seven days without a visit, but not what is installed.

    No other browser says whether it is on a home screen.
    """
    there = link(visit(TILL))
    page = there.page
    page.add_init_script(AWAY % "false")
    page.reload()
    page.get_by_text("Pour vendre aussi sans réseau : « Partager »").wait_for()
    till_looked_at(page)
    assert not page.get_by_role("button", name="Vendre aussi sans réseau").is_visible()
    assert not Licence.objects.exists()
    other = link(visit(TILL), "Installée", there.place).page
    other.add_init_script(AWAY % "true")
    other.reload()
    other.get_by_role("button", name="Vendre aussi sans réseau").wait_for()
