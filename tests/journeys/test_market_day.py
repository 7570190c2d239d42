"""A market day from the first licence to « clôture »: killed, copied, handed over (payments.md 12).

The browsers are on profiles of their own, so that one can be killed, and another one be its copy.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeAlias

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Response

from caisse.accounting import queries as accounting
from caisse.kernel import clock
from caisse.kernel.ids import new_id, parse_id, short_id
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import OFFICE, approved
from caisse.payments import operations
from caisse.payments.formats import MARK, from_base45
from caisse.payments.models import Licence
from caisse.payments.tests.device import PhoneTill
from tests.journeys.market import (
    SIZE,
    STALL,
    SYNC,
    delivered,
    home,
    listed,
    scan,
    set_aside,
    shown,
)
from tests.journeys.market_walking import (
    Buyer,
    Kiosk,
    Stall,
    ahead,
    answer,
    asked,
    back,
    by_code,
    by_phone,
    cut,
    everything,
    licensed,
    link,
    market,
    on_first_screen,
    paid_here,
    queue,
    quickly,
    quickly_by_phone,
    refused,
    sent,
    stored,
    titled,
    waits,
)
from tests.journeys.test_phone import PAYER, read_off, says
from tests.journeys.test_till import TILL, sell, shows, till_looked_at
from tests.journeys.test_till import Shop as Till
from tests.journeys.walking import PATIENT, seen
from tests.offline.real import DESK, Shop
from tests.privacy.kept import MAY_SAY, SOLD, constants_of

Starting: TypeAlias = Callable[[str], Kiosk]
FRIDAY, SATURDAY = date(2023, 2, 10), date(2023, 2, 11)
RULES = ("reserves", "room", "losses")


@pytest.fixture
def played(transactional_db: None) -> str:
    """A small caisse takes the place of the played year."""
    market()
    return ""


@pytest.fixture
def kiosk(browser: Browser, address: str, tmp_path: Path) -> Iterator[Starting]:
    """`kiosk("a")` is a browser on the profile of that name, which is not started yet."""
    made: list[Kiosk] = []

    def make(name: str) -> Kiosk:
        made.append(Kiosk(browser, tmp_path / name, address))
        return made[-1]

    yield make
    for one in made:
        one.kill()


def ready(page: Page, place: int = 0, name: str = "Étal") -> Stall:
    """Linked, with a licence, its page kept for a place without mast."""
    there = licensed(link(page, name, place))
    page.evaluate("async () => (await navigator.serviceWorker.ready).active !== null")
    return there


def balanced() -> None:
    """`caisse check`: what was set aside, what may be lost, what was lost."""
    wrong = [line for line in accounting.check(RULES) if line.damaged]
    assert wrong == []


def test_a_day_at_the_market(kiosk: Starting, browser: Browser, address: str) -> None:
    """payments.md 12, step by step, between a tablet and the telephone of Awa.

    Of R, 60, the licence keeps 20 for Marcel's card, and says the other 40 (decision 0019): Lina's
    sale alone counts there, « R_left 60 → 45 ».
    """
    awa, marcel, lina = Buyer(1), Buyer(2), Buyer(3)
    halle, device = Shop("Halle"), kiosk("stall")
    page = device.start()
    there = link(page, place=approved(STALL, "farm_producer"))
    sold_before(halle, there)
    page.goto("about:blank")  # its first screen looks each minute: no licence on the eve
    clock.travel(clock.instant(FRIDAY, 18), runs=True)
    phone = telephone_of(awa, browser, address)
    for place in (STALL, "Halle", "Tous les lieux"):
        set_aside(phone, place, "20")
    operations.set_aside(
        holder_id=marcel.holder, place_id=there.place, cents=20_00, by=DESK, id=new_id()
    )
    assert (awa.left, marcel.left) == (40_00, 80_00)
    clock.travel(clock.instant(SATURDAY, 7), runs=True)
    page.goto(address + TILL)  # what was finished on another day begins anew by itself
    page.get_by_text("Sans réseau encore, jusqu’à").wait_for()
    assert given(page) == (48, 200_00, 400_00, 60_00 - 20_00)
    page.evaluate("async () => (await navigator.serviceWorker.ready).active !== null")
    page.reload()
    titled(page, "Combien ?")
    cut(page)
    phone.context.set_offline(True)
    ahead(page, hours=2, minutes=40)  # since the caisse told them the time
    ahead(phone, hours=15, minutes=40)
    paid, three, short = paid_by_awa(page, phone)
    before = stored(page)
    device.kill()
    page = device.start(offline=True)
    titled(page, "Combien ?")
    waits(page, "Une vente à envoyer")
    again = stored(page)
    assert again["queue"] == before["queue"] and again["market"] == before["market"]
    ahead(page, hours=3, minutes=20)
    asked(page, 3_00)
    answer(page, paid)  # the telephone shows the first payment again
    refused(page, "Ce paiement est déjà enregistré ici.")
    on_first_screen(page)
    by_code(page, 10_00, marcel.card, marcel.pin)
    paid_here(page)
    on_first_screen(page)
    assert stored(page)["market"]["sums"]["room"] == 0
    by_code(page, 15_00, lina.handle, lina.pin)
    paid_here(page)
    on_first_screen(page)
    assert 60_00 - stored(page)["market"]["sums"]["room"] == 45_00
    for n in range(20):
        who = marcel if n % 4 else lina
        quickly(page, 25, who.card, who.pin)
    waits(page, "23 ventes à envoyer")
    clock.travel(clock.instant(SATURDAY, 13, 30), runs=True)
    told = two_tabs(page)
    assert len(told) == 23 and set(told.values()) == {"posted"}
    sales = books.lines(f"place:{there.place}", reasons=("payment", "offline_loss"), limit=100)
    assert sum(one.cents for one in sales) == there.taken == 12_40 + 10_00 + 15_00 + 5_00
    assert (awa.left, marcel.left, lina.left) == (40_00, 80_00, 100_00 - 15_00 - 1_25)
    closed_for_today(page)
    went_home = (40_00 + 7_60, 80_00 + 20_00 - 10_00 - 3_75)
    assert (awa.left, marcel.left) == went_home, "what was set aside for this stall, less its sales"
    assert not Licence.objects.filter(closed_at=None).exists()
    kept = stored(page)["market"]
    assert "licence" not in kept and "sums" not in kept
    on_first_screen(page)
    page.get_by_text("Vente sans réseau : finie pour aujourd’hui.").wait_for()
    page.get_by_role("button", name="Reprendre la vente sans réseau").click()
    page.get_by_text("Sans réseau encore, jusqu’à").wait_for()
    balanced()
    clock.travel(clock.instant(SATURDAY, 20), runs=True)
    told_in_the_evening(phone, three, short)
    assert (awa.left, marcel.left, there.taken) == (*went_home, 42_40), "nothing moves twice"
    clock.travel(clock.instant(SATURDAY, 20) + 9 * clock.DAY_MS, runs=True)
    operations.sweep_offline()
    assert awa.left == 100_00 - 12_40, "neither the other stall's slip nor that of all is lost"
    balanced()
    phone.context.close()


def sold_before(halle: Shop, there: Stall) -> None:
    """Both stalls were on a market some days ago: they are offered to who sets money aside."""
    halle.open()
    halle.close()
    licensed(there)
    closed_for_today(there.page)
    on_first_screen(there.page)


def closed_for_today(page: Page) -> None:
    """« Clôture du jour », « Finir la vente sans réseau »."""
    page.get_by_role("button", name="Ventes").click()
    page.get_by_role("button", name="Clôture du jour").click()
    shows(page, "Clôture du jour")
    page.get_by_role("button", name="Finir la vente sans réseau").click()
    shows(page, "Vente sans réseau finie")


def telephone_of(who: Buyer, browser: Browser, address: str) -> Page:
    """« Payer » in a browser of her own, linked."""
    context = browser.new_context(timezone_id=settings.TIME_ZONE, **SIZE)
    context.set_default_timeout(60_000)
    context.add_init_script(PATIENT)
    page = context.new_page()
    row = operations.invite_phone(holder_id=who.holder, label="Le mien", by=DESK, id=new_id())
    page.goto(f"{address}{PAYER}#{operations.give_phone_code(phone_id=row, by=DESK)}")
    page.get_by_role("button", name="Relier").click()
    says(page, "il vous reste")
    return page


def given(page: Page) -> tuple[int, int, int, int]:
    """What the licence in the browser says: hours, cents a day, in all, on trust."""
    said = json.loads(stored(page)["market"]["licence"]["text"])
    hours = round((said["until"] - said["from"]) / 3_600_000)
    return hours, said["day_cents"], said["total_cents"], said["room_cents"]


def paid_by_awa(page: Page, phone: Page) -> tuple[bytes, str, str]:
    """12,40 on both screens: what her telephone shows (M3), the three words, the receipt."""
    request = asked(page, 12_40)
    scan(phone, request)
    assert "12,40 MonA" in says(phone, f"Payer sans réseau à {STALL}")
    phone.locator('[data-do="pay-apart"]').click()
    message = shown(phone, request).payment
    three = phone.locator("[data-three]:visible").inner_text()
    answer(page, message)
    assert "12,40 MonA" in paid_here(page)
    assert page.locator("[data-three]:visible").inner_text() == three
    return message, three, page.locator("[data-short]:visible").inner_text()


def told_in_the_evening(phone: Page, three: str, short: str) -> None:
    """Her copy is sent: the caisse has the sale already, and her list says the same receipt."""
    home(phone)
    with phone.expect_response(SYNC) as got:
        phone.context.set_offline(False)
    (told,) = got.value.json()["answers"]
    receipt = operations.outcome(parse_id(told["id"]))
    assert told["answer"] == "posted" and isinstance(receipt, operations.Receipt)
    assert (short_id(receipt.id), " · ".join(receipt.words)) == (short, three), "the till's"
    delivered(phone)
    said = listed(phone)
    assert "Confirmé par la caisse." in said and three in said


def two_tabs(page: Page) -> dict[str, str]:
    """Both tabs of one till come back to the network: what the caisse answered, by number."""
    told: dict[str, str] = {}
    times: list[str] = []

    def heard(got: Response) -> None:
        if got.url.endswith("/tills/sync"):
            for one in got.json()["answers"]:
                times.append(one["id"])
                told[one["id"]] = one["answer"]

    other = page.context.new_page()
    for tab in (page, other):
        tab.on("response", heard)
    other.goto(page.url)
    titled(other, "Combien ?")
    left = len(queue(page))
    back(page)
    sent(page)
    for _each in range(600):  # the answers are read beside
        if len(times) >= left:
            break
        page.wait_for_timeout(100)
    other.close()
    assert len(times) == len(told), "each sale left once: the second tab found nothing to send"
    return told


def test_eight_hours_without_network(kiosk: Starting) -> None:
    """Sixty sales, by telephone, card and identifier, on a device's own clock; then all is sent."""
    buyers = [Buyer(n) for n in range(1, 8)]
    device = kiosk("stall")
    page = device.start()
    there = ready(page)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for one in buyers:
        one.phone.ask((there.place, 20_00))
    bought = [buyers[n] for n in (0, 1, 0, 1)]
    for n, one in enumerate(bought):  # with network
        sell(Till(page, one.handle if n < 2 else one.card, one.pin, page), "100")
        shows(page, "Payé")
        on_first_screen(page)
        ahead(page, minutes=8)
        clock.travel(clock.now_ms() + 8 * 60_000, runs=True)
    cut(page)
    codes = signed = 0
    for n in range(60):
        if n % 3:
            one = buyers[signed % 7]
            quickly_by_phone(page, 3_00, one.phone, 1 + signed // 7)
            signed += 1
        else:
            one = buyers[codes % 4]
            quickly(page, 3_00, one.handle if codes % 2 else one.card, one.pin)
            codes += 1
        bought.append(one)
        ahead(page, minutes=8)
    waits(page, "60 ventes à envoyer")
    clock.travel(clock.now_ms() + 8 * 3_600_000, runs=True)
    back(page)
    sent(page)
    assert (there.taken, codes, signed) == (184_00, 20, 40)
    assert books.balance(f"loss:{there.place}") == 0
    assert {one["is"] for one in stored(page)["sales"]} <= {"paid", "spent"}
    balanced()
    finished(page)
    tells_nobody(page, bought, said)


def finished(page: Page) -> None:
    """The last word on the licence."""
    page.get_by_role("button", name="Ventes").click()
    page.get_by_role("button", name="Clôture du jour").click()
    titled(page, "Clôture du jour")
    page.get_by_role("button", name="Finir la vente sans réseau").click()
    titled(page, "Vente sans réseau finie")


def tells_nobody(page: Page, bought: list[Buyer], said: list[str]) -> None:
    """Nothing of what the device keeps recurs for one buyer and for no other (payments.md 8)."""
    rows = [one for one in stored(page)["sales"] if one["is"] == "paid"]
    rows.sort(key=lambda one: one["at"])
    assert len(rows) == len(bought) and all(SOLD <= set(row) <= MAY_SAY for row in rows)
    by = [(buyer.holder, row) for buyer, row in zip(bought, rows, strict=True)]
    assert constants_of(by, {"at", "cents", "price", "asked"}) == {}
    kept = everything(page) + "".join(said)
    assert "static/payments" in kept, "its files were looked at too"
    for one in bought:
        known = [one.handle, one.card, from_base45(one.card.removeprefix(MARK))[2:18].hex()]
        for _key, slip in one.phone.slips:
            known += [slip.slip_id.hex(), slip.public_key.hex()]
        assert not [word for word in known if word in kept]


def test_a_copied_profile_sells_too_and_the_loss_stays_within_the_room(kiosk: Starting) -> None:
    """Both copies take wrong codes up to the room of their one licence: the caisse pays it once."""
    first = kiosk("first")
    there = ready(first.start())
    first.kill()
    second = kiosk("second")
    shutil.copytree(first.profile, second.profile, symlinks=True)
    buyers = [Buyer(n) for n in range(1, 7)]
    for device, three in ((first, buyers[:3]), (second, buyers[3:])):
        page = device.start(offline=True)
        titled(page, "Combien ?")
        for one in three:
            quickly(page, 20_00, one.handle, one.wrong_pin)
        back(page)
        sent(page)
        if device is second:
            page.get_by_text("3 ventes sans réseau ne sont pas passées").wait_for()
            page.get_by_role("button", name="Ventes").click()
            shows(page, "Dernières ventes")
            assert "Sans réseau, seuls les paiements prévus passent encore." in seen(page)
            assert "Appelez la caisse." in till_looked_at(page)
    assert [one.left for one in buyers] == [100_00] * 6
    assert there.taken == 60_00 and books.balance(f"loss:{there.place}") == -60_00
    balanced()


QUICK_SCANNER = """texts => {
  const field = document.querySelector("#sale");
  for (const text of texts) {
    field.value = text;
    field.form.requestSubmit();
  }
}"""  # it types the next one before the first is on the disk


def test_another_device_of_the_place_takes_the_queue_by_its_qrs(kiosk: Starting) -> None:
    """A device has to be given up: what it sold is scanned and sent by another; by both, once."""
    awa, lina = Buyer(1), Buyer(2)
    lost, other = kiosk("lost"), kiosk("other")
    page = lost.start()
    there = ready(page)
    awa.phone.ask((there.place, 20_00))
    cut(page)
    by_phone(page, 5_00, awa.phone)
    paid_here(page)
    on_first_screen(page)
    by_code(page, 7_00, lina.handle, lina.pin)
    paid_here(page)
    on_first_screen(page)
    page.get_by_role("button", name="Ventes").click()
    shows(page, "Dernières ventes")
    page.get_by_role("button", name="Envoyer par un autre appareil").click()
    shows(page, "Envoyer par un autre appareil")
    texts = [read_off(page)]
    assert "1 sur 2" in seen(page) and "5,00" in seen(page)
    page.get_by_role("button", name="Vente suivante").click()
    texts.append(read_off(page))
    assert "2 sur 2" in seen(page) and "7,00" in seen(page)
    taking = other.start()
    link(taking, "Comptoir", there.place)
    taking.get_by_role("button", name="Vendre aussi sans réseau").click()
    taking.get_by_role("button", name="J’accepte ce risque").click()
    taking.get_by_text("Un autre appareil de ce lieu vend sans réseau jusqu’à").wait_for()
    till_looked_at(taking)
    taking.get_by_role("button", name="Ventes").click()
    taking.get_by_role("button", name="Prendre les ventes d’un autre appareil").click()
    shows(taking, "Prendre les ventes d’un autre appareil")
    taking.locator('[data-screen="take"] [data-wrong]:visible').wait_for()  # no camera: said first
    taking.evaluate(QUICK_SCANNER, [*texts, texts[0], awa.card])
    taking.get_by_text("2 ventes prises.").wait_for()
    taking.get_by_text("Ce QR n’est pas une vente d’un autre appareil.").wait_for()
    sent(taking)
    assert (there.taken, lina.left) == (12_00, 93_00)
    page.get_by_role("button", name="Fermer").click()
    back(page)
    sent(page)
    assert (there.taken, lina.left) == (12_00, 93_00)
    balanced()


def test_a_device_that_is_known_no_more_shows_what_it_could_not_send(kiosk: Starting) -> None:
    """Its code was given to another one: nothing of its queue is lost, QRs show it."""
    awa = Buyer(1)
    page = kiosk("old").start()
    there = ready(page)
    cut(page)
    by_code(page, 5_00, awa.handle, awa.pin)
    paid_here(page)
    on_first_screen(page)
    code = operations.give_invitation(device_id=there.device, by=OFFICE)
    assert PhoneTill().link(code).status == 201
    back(page)
    shows(page, "Cet appareil n’encaisse pas")
    waits(page, "Une vente à envoyer")
    page.get_by_role("button", name="Envoyer par un autre appareil").click()
    shows(page, "Envoyer par un autre appareil")
    assert "1 sur 1" in seen(page) and len(queue(page)) == 1


def test_a_device_killed_while_a_telephone_answers(kiosk: Starting) -> None:
    """The request was kept before it was shown: after the restart it is on the screen again."""
    awa, device = Buyer(1), kiosk("stall")
    there = ready(device.start())
    awa.phone.ask((there.place, 20_00))
    cut(there.page)
    message = awa.phone.pay(0, 1, asked(there.page, 4_00)).payment
    device.kill()
    page = device.start(offline=True)
    shows(page, "La personne scanne et paie")
    answer(page, message)
    assert "4,00 MonA" in paid_here(page)
    on_first_screen(page)
    back(page)
    sent(page)
    assert (awa.left, there.taken) == (80_00, 4_00)
