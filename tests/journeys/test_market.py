"""A market without mast: the till sells, keeps, sends; what it decides alone (P08, payments.md 7).

The caisse's books are read in Python after each walk.
"""

import re
import unicodedata
from functools import partial

import pytest
from playwright.sync_api import Page, Route

from caisse.kernel import clock
from caisse.kernel.ids import new_id
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import OFFICE, approved
from caisse.payments import operations
from caisse.payments.formats import MARK, from_base45, text_of
from caisse.payments.models import Licence
from tests.journeys.market_walking import (
    Buyer,
    ahead,
    amount,
    answer,
    asked,
    back,
    by_code,
    by_phone,
    cut,
    kept_here,
    link,
    market,
    on_first_screen,
    paid_here,
    queue,
    refused,
    sent,
    stall,
    stored,
    waits,
)
from tests.journeys.test_phone import read_off
from tests.journeys.test_till import DRAWN, TILL, shows, tap, till_looked_at
from tests.journeys.walking import Visit, seen, tab_to
from tests.offline.real import DESK, set_aside


@pytest.fixture
def played(transactional_db: None) -> str:
    """A small caisse takes the place of the played year."""
    market()
    return ""


def test_a_telephone_pays_without_network_and_the_sale_is_sent(visit: Visit) -> None:
    """M2, M3, « payé » with the words of both screens; back with network it is posted once."""
    awa, there = Buyer(), stall(visit)
    page = there.page
    awa.phone.ask((there.place, 20_00))
    cut(page)
    by_phone(page, 12_40, awa.phone)
    assert "12,40 MonA" in paid_here(page)
    on_first_screen(page)
    waits(page, "Une vente à envoyer")
    till_looked_at(page)
    assert [row["state"] for row in queue(page)] == ["stored"]
    assert (awa.left, there.taken) == (80_00, 0)
    back(page)
    sent(page)
    assert (awa.left, there.taken) == (80_00, 12_40), stored(page)
    page.get_by_role("button", name="Ventes").click()
    shows(page, "Dernières ventes")
    assert "12,40" in seen(page) and "à envoyer" not in seen(page)


def test_a_code_typed_without_network_is_sealed_and_sent(visit: Visit) -> None:
    """Card and identifier: nothing that was typed lies in the browser in clear."""
    awa, there = Buyer(), stall(visit)
    page = there.page
    cut(page)
    by_code(page, 5_00, awa.handle, awa.pin)
    paid_here(page)
    on_first_screen(page)
    by_code(page, 6_00, awa.card, awa.pin)
    paid_here(page)
    kept = str(stored(page))
    for said in (awa.handle, awa.card):
        assert said not in kept
    assert awa.pin not in re.sub(DRAWN, "", kept)
    on_first_screen(page)
    back(page)
    sent(page)
    assert (awa.left, there.taken) == (89_00, 11_00), stored(page)["sales"]


class TestNowhere:
    """Where the caisse does not allow it."""

    @pytest.fixture
    def played(self, transactional_db: None) -> str:
        market(payment__offline=False)
        return ""

    def test_nothing_is_seen_of_it(self, visit: Visit) -> None:
        page = link(visit(TILL)).page
        page.reload()
        shows(page, "Combien ?")
        assert "sans réseau" not in seen(page).lower()
        page.get_by_role("button", name="Ventes").click()
        shows(page, "Dernières ventes")
        assert "autre appareil" not in seen(page)
        assert not Licence.objects.exists()

    def test_without_network_it_says_so(self, visit: Visit) -> None:
        page = link(visit(TILL)).page
        page.context.set_offline(True)
        tap(page, "100")
        page.get_by_role("button", name="Continuer").click()
        assert "Sans réseau, ce lieu ne peut pas encaisser." in till_looked_at(page)
        page.context.set_offline(False)
        page.locator("[data-net-on]").wait_for()
        page.get_by_role("button", name="Continuer").click()
        shows(page, "Pour qui ?")


def in_the_way(page: Page, cents: int, sentence: str) -> None:
    """What nothing could change is said at once; whatever is tried, the till does not take it."""
    amount(page, cents)
    page.locator("[data-wrong]:visible", has_text=sentence).wait_for()
    assert "Son téléphone a du réseau ?" in till_looked_at(page)
    page.locator("#handle").fill("prune-renard")
    page.locator("#handle").press("Enter")
    refused(page, sentence)
    on_first_screen(page)


def test_the_till_decides_alone_about_time_and_sums(visit: Visit) -> None:
    """Licence, clock, sums of the day: each refusal in its words, nothing is kept."""
    there = stall(visit)
    page = there.page
    cut(page)
    in_the_way(page, 200_01, "Le maximum sans réseau est atteint pour aujourd’hui.")
    ahead(page, hours=49)
    over = "L’appareil doit retrouver le réseau. Son autorisation de 48 h est finie."
    in_the_way(page, 1_00, over)
    ahead(page, hours=-51)
    in_the_way(page, 1_00, "L’heure de l’appareil est fausse.")
    assert queue(page) == []


def test_the_till_decides_alone_about_a_telephone(visit: Visit) -> None:
    """Every rule of a slip: unknown, elsewhere, expired, struck, too much, again, another sale."""
    awa, lina, there = Buyer(1), Buyer(2), stall(visit)
    page = there.page
    other = approved("Une autre halle", "market_producer")
    awa.phone.ask((there.place, 20_00), (other, 10_00), (0, 20_00))
    cut(page)

    def pay(slip: int, counter: int, cents: int) -> bytes:
        return awa.phone.pay(slip, counter, asked(page, cents)).payment

    def no(message: bytes, sentence: str) -> None:
        answer(page, message)
        refused(page, sentence)
        on_first_screen(page)

    unreadable = "Ce QR n’est pas un moyen de payer de la caisse."
    forged = bytearray(pay(0, 1, 2_00))
    forged[20] ^= 1
    no(bytes(forged), unreadable)
    no(pay(1, 1, 2_00), "Ce QR est prévu pour un autre lieu.")
    no(pay(0, 1, 20_01), "Sans réseau, pas plus de 20,00 MonA pour cette personne.")
    answer(page, pay(0, 1, 5_00))
    paid_here(page)
    on_first_screen(page)
    no(pay(0, 1, 6_00), "Ce paiement est déjà enregistré ici.")
    another = awa.phone.pay(0, 2, there.request(6_00)).payment
    asked(page, 6_00)
    no(another, unreadable)
    answer(page, pay(2, 1, 20_00))
    paid_here(page)
    on_first_screen(page)
    for n, cents in enumerate((20_00, 19_99)):
        by_code(page, cents, f"{lina.handle}-{n}", lina.pin)
        paid_here(page)
        on_first_screen(page)
    lina.phone.ask((0, 20_00))
    message = lina.phone.pay(0, 1, asked(page, 2)).payment
    no(message, "Sans réseau, seuls les paiements prévus passent encore.")
    assert len(queue(page)) == 4


def test_a_slip_that_has_ended_and_one_that_was_given_back(visit: Visit) -> None:
    awa, lina = Buyer(1), Buyer(2)
    for one in (awa, lina):
        one.phone.ask((0, 20_00))
    operations.strike_slips(wallet_id=lina.wallet, by=DESK)
    clock.travel(clock.now_ms() + 47 * 3_600_000, runs=True)
    page = stall(visit).page
    cut(page)
    answer(page, lina.phone.pay(0, 1, asked(page, 2_00)).payment)
    refused(page, "Ce moyen de paiement n’est pas disponible aujourd’hui.")
    on_first_screen(page)
    ahead(page, hours=2)
    answer(page, awa.phone.pay(0, 1, asked(page, 2_00)).payment)
    refused(page, "Ce QR est trop ancien.")
    assert queue(page) == []


def test_the_till_decides_alone_about_cards_and_identifiers(visit: Visit) -> None:
    """A card that was replaced, one of nobody, more than a person may, more than the place may."""
    awa = Buyer(1)
    old = awa.card
    new = operations.make_card(holder_id=awa.holder, by=DESK, id=new_id()).text
    there = stall(visit)
    page = there.page
    cut(page)

    def no(cents: int, who: str, sentence: str) -> None:
        amount(page, cents)
        page.locator("#handle").fill(who)
        page.locator("#handle").press("Enter")
        refused(page, sentence)
        on_first_screen(page)

    message = bytearray(from_base45(new.removeprefix(MARK)))
    message[5] ^= 1
    no(1_00, text_of(bytes(message)), "Ce QR n’est pas un moyen de payer de la caisse.")
    no(1_00, old, "Ce moyen de paiement n’est pas disponible aujourd’hui.")
    too_much = "Sans réseau, pas plus de {} MonA pour cette personne."
    no(20_01, new, too_much.format("20,00"))
    no(20_01, awa.handle, too_much.format("20,00"))
    by_code(page, 15_00, awa.handle, awa.pin)
    paid_here(page)
    on_first_screen(page)
    no(5_01, f" {awa.handle.upper()} ", too_much.format("5,00"))
    for name in ("prune-renard", "figue-loutre"):
        by_code(page, 20_00, name, "123456")
        paid_here(page)
        on_first_screen(page)
    no(5_01, "olive-tortue", "Sans réseau, seuls les paiements prévus passent encore.")
    amount(page, 1_00)
    page.locator("#handle").fill(awa.handset().qr())
    page.locator("#handle").press("Enter")
    page.get_by_text("Sans réseau, ce QR ne suffit pas").wait_for()
    till_looked_at(page)


def test_money_set_aside_on_a_card_passes_when_others_have_used_what_is_left_to_trust(
    visit: Visit,
) -> None:
    """Up to what was set aside, also with a wrong code: the licence has kept that much room."""
    awa, place = Buyer(1), approved("Une halle", "market_producer")
    set_aside(awa, place, 20_00)
    there = stall(visit, place=place)
    page = there.page
    cut(page)
    for name in ("prune-renard", "figue-loutre"):
        by_code(page, 20_00, name, "123456")
        paid_here(page)
        on_first_screen(page)
    amount(page, 1)
    page.locator("#handle").fill("olive-tortue")
    page.locator("#handle").press("Enter")
    no_more = "Sans réseau, seuls les paiements prévus passent encore."
    refused(page, no_more)
    on_first_screen(page)
    by_code(page, 12_00, awa.card, awa.pin)
    paid_here(page)
    on_first_screen(page)
    by_code(page, 8_00, awa.card, awa.wrong_pin)
    paid_here(page)
    on_first_screen(page)
    amount(page, 1)
    page.locator("#handle").fill(awa.card)
    page.locator("#handle").press("Enter")
    refused(page, no_more)
    on_first_screen(page)
    assert stored(page)["market"]["sums"]["room"] == 40_00
    back(page)
    sent(page)
    assert there.taken == 60_00 and books.balance(f"loss:{place}") == -48_00
    assert awa.left == 80_00


def test_a_payment_that_the_caisse_has_already_is_proven_to_the_till(visit: Visit) -> None:
    """M4: the telephone has network, the till has none; nothing is lost, nothing is sent."""
    awa, there = Buyer(), stall(visit)
    page, phone = there.page, awa.handset()
    cut(page)
    request = asked(page, 9_00)
    said = {"request": request.hex()}
    assert phone.send("POST", "phones/requests/pay", said).status == 201
    told = phone.send("POST", "phones/requests/prove", said).said
    page.locator("#answer").fill(told["text"])
    page.locator("#answer").press("Enter")
    shows(page, "Payé")
    assert not page.locator("[data-here]").is_visible() and queue(page) == []
    on_first_screen(page)
    asked(page, 9_00)
    page.locator("#answer").fill(told["text"])  # shown a second time, for another sale
    page.locator("#answer").press("Enter")
    refused(page, "Ce paiement est déjà enregistré ici.")
    assert (awa.left, there.taken) == (91_00, 9_00)


ITS_OWN = {"exemple", "réseau"}  # of the 2048 words, on the screen that asks for three


def test_three_words_that_are_read_out_prove_a_payment_to_a_till_without_camera(
    visit: Visit,
) -> None:
    """Payments.md 7.1: three letters of each are typed; three tries, then the network tells."""
    awa, there = Buyer(), stall(visit)
    page, phone = there.page, awa.handset()
    cut(page)

    def paid_with_network(cents: int) -> list[str]:
        said = {"request": asked(page, cents).hex()}
        assert phone.send("POST", "phones/requests/pay", said).status == 201
        told = phone.send("POST", "phones/requests/prove", said).said
        page.get_by_role("button", name="Sans appareil photo : taper ses trois mots").click()
        shows(page, "Les trois mots de son téléphone")
        shown = set(re.findall(r"\w+", seen(page).lower()))
        assert not shown & set(told["words"]) - ITS_OWN
        return list(told["words"])

    def typed(text: str) -> None:
        page.locator("#spoken").fill(text)
        page.locator("#spoken").press("Enter")

    def empty() -> None:  # no try; what it says is another's, so that one is waited for
        typed("")
        page.get_by_text("Tapez les trois mots qu’elle vous lit.").wait_for()

    words = paid_with_network(9_00)
    till_looked_at(page)
    empty()
    typed(" ".join(words[1:] + words[:1]))
    page.get_by_text("Ce ne sont pas les mots de cette vente.").wait_for()
    assert page.locator("#spoken").input_value() == " ".join(words[1:] + words[:1])
    empty()
    typed(" ".join(word[:2] for word in words))
    page.get_by_text("Ce ne sont pas les mots de cette vente.").wait_for()
    typed("".join(plain(word)[:3].upper() for word in words))
    shows(page, "Payé")
    assert (queue(page), there.taken) == ([], 9_00)
    on_first_screen(page)
    right = " ".join(paid_with_network(8_00))
    for _each in range(2):
        typed("non non non")
        page.get_by_text("Ce ne sont pas les mots de cette vente.").wait_for()
        empty()
    typed("non non non")
    page.get_by_text("Trois essais : cette vente reste dans « Ventes ».").wait_for()
    page.get_by_role("button", name="Ventes").click()
    page.get_by_role("button", name="Vérifier").first.click()
    shows(page, "Pas encore de réponse")
    back(page)
    page.get_by_role("button", name="Demander de nouveau").click()
    shows(page, "Payé")
    assert right and (awa.left, there.taken) == (83_00, 17_00)


def plain(word: str) -> str:
    """Without accents."""
    bare = unicodedata.normalize("NFD", word)
    return "".join(sign for sign in bare if not unicodedata.combining(sign))


def test_a_sale_is_undone_before_it_leaves(visit: Visit) -> None:
    """From « Payé » and from the list; sent, it is posted and given back."""
    awa, there = Buyer(), stall(visit)
    page = there.page
    cut(page)
    by_code(page, 5_00, awa.handle, awa.pin)
    paid_here(page)
    page.get_by_role("button", name="Annuler cette vente").click()
    shows(page, "Annuler cette vente ?")
    page.get_by_role("button", name="Annuler la vente").click()
    shows(page, "Vente annulée")
    assert "quand la vente sera envoyée" in seen(page)
    on_first_screen(page)
    page.get_by_role("button", name="Ventes").click()
    shows(page, "Dernières ventes")
    assert "annulée, à envoyer" in seen(page)
    assert not page.locator("[data-sales] button").count()
    page.locator('[data-do="next"]:visible').click()
    back(page)
    sent(page)
    assert (awa.left, there.taken) == (100_00, 0)
    assert [one["is"] for one in stored(page)["sales"]] == ["undone"]


def test_what_was_sent_with_network_is_never_sold_again_without(visit: Visit) -> None:
    """The answer of a sale is lost, then the network: nobody knows, and it stays so."""
    awa, there = Buyer(), stall(partial(visit, refuses=(404,)))
    page = there.page
    page.route("**/api/v1/payments**", lambda route: route.abort())
    tap(page, "500")
    page.get_by_role("button", name="Continuer").click()
    page.locator("#handle").fill(awa.handle)
    page.locator("#handle").press("Enter")
    shows(page, "À vous de taper")
    tap(page, awa.pin)
    page.locator('[data-do="pay"]').click()
    shows(page, "On vérifie")
    page.context.set_offline(True)
    shows(page, "Pas encore de réponse")
    page.get_by_role("button", name="Demander de nouveau").click()
    shows(page, "Pas encore de réponse")
    assert queue(page) == []
    page.unroute("**/api/v1/payments**")
    back(page)
    page.get_by_role("button", name="Demander de nouveau").click()
    shows(page, "Le paiement n’est pas arrivé")
    assert (awa.left, there.taken) == (100_00, 0)
    page.get_by_role("button", name="Envoyer le paiement").click()
    shows(page, "Payé")
    assert (awa.left, there.taken) == (95_00, 5_00)


def test_a_browser_that_knows_of_no_cut(visit: Visit) -> None:
    """The caisse does not answer: it is asked once before anything is sent; the sale is kept, and
    given back with network like any other."""
    awa, there = Buyer(), stall(visit)
    page = there.page
    page.route("**/api/v1/**", lambda route: route.abort())
    by_code(page, 5_00, awa.handle, awa.pin)
    paid_here(page)
    on_first_screen(page)
    kept_here(page)
    page.unroute("**/api/v1/**")
    back(page)
    sent(page)
    assert (awa.left, there.taken) == (95_00, 5_00)
    page.get_by_role("button", name="Ventes").click()
    page.locator("[data-sales] button").click()
    shows(page, "Rendre cette vente ?")
    page.get_by_role("button", name="Rendre tout").click()
    shows(page, "C’est rendu")
    assert (awa.left, there.taken) == (100_00, 0)


def test_only_a_proven_answer_takes_a_sale_out_of_the_queue(visit: Visit) -> None:
    """Somebody in between says « posted » without the key, for another sale, or nothing."""
    awa, there = Buyer(), stall(visit)
    page = there.page
    cut(page)
    by_code(page, 5_00, awa.handle, awa.pin)
    paid_here(page)
    on_first_screen(page)
    id = queue(page)[0]["id"]
    other = {"id": id[:-1] + ("0" if id[-1] != "0" else "1"), "answer": "posted"}
    lies: list[list[dict[str, str]]] = [
        [{"id": id, "answer": "posted", "proof": "00" * 32}],
        [{"id": id, "answer": "posted", "proof": ""}],
        [other | {"proof": "00" * 32}],
        [],
    ]
    told: list[object] = []

    def lie(route: Route) -> None:
        told.append(1)
        route.fulfill(status=200, json={"answers": lies[len(told) % 4]})

    page.route("**/tills/sync", lie)
    for n in range(4):
        back(page)
        while len(told) <= n:
            page.wait_for_timeout(100)
    page.wait_for_timeout(500)
    kept_here(page)
    assert [row["id"] for row in queue(page)] == [id] and there.taken == 0
    page.unroute("**/tills/sync")
    back(page)
    sent(page)
    assert there.taken == 5_00


def test_a_suspended_device_still_sends_what_it_sold(visit: Visit) -> None:
    awa, there = Buyer(), stall(visit)
    page = there.page
    cut(page)
    by_code(page, 5_00, awa.handle, awa.pin)
    paid_here(page)
    on_first_screen(page)
    operations.suspend_device(device_id=there.device, by=OFFICE)
    back(page)
    shows(page, "Cet appareil n’encaisse pas")
    sent(page)
    assert there.taken == 5_00


def test_a_whole_sale_by_keyboard_alone(visit: Visit) -> None:
    awa, there = Buyer(), stall(visit)
    page, keys = there.page, there.page.keyboard
    awa.phone.ask((there.place, 20_00))
    cut(page)
    keys.type("300")
    keys.press("Enter")
    shows(page, "Pour qui ?")
    keys.type(awa.handle)
    keys.press("Enter")
    shows(page, "À vous de taper")
    keys.type(awa.pin)
    keys.press("Enter")
    shows(page, "Payé")
    keys.press("Tab")
    keys.press("Enter")
    shows(page, "Combien ?")
    keys.type("400")
    keys.press("Enter")
    shows(page, "Pour qui ?")
    page.locator("[data-screen=who] [data-off]").wait_for()
    tab_to(page, "Montrer un QR")
    keys.press("Enter")
    shows(page, "La personne scanne et paie")
    request = from_base45(read_off(page).removeprefix(MARK))
    keys.type(text_of(awa.phone.pay(0, 1, request).payment))  # into the field that has the focus
    keys.press("Enter")
    paid_here(page)
    assert len(queue(page)) == 2


def test_the_next_licence_is_asked_for_before_the_end(visit: Visit) -> None:
    """A day later: what waits is sent, the last word said, the sums begin anew."""
    awa, there = Buyer(), stall(visit)
    page = there.page
    cut(page)
    by_code(page, 5_00, awa.handle, awa.pin)
    paid_here(page)
    on_first_screen(page)
    first = stored(page)["market"]["licence"]["id"]
    clock.travel(clock.now_ms() + 25 * 3_600_000, runs=True)
    back(page)
    sent(page)
    for _each in range(600):
        kept = stored(page)["market"]
        if kept["licence"]["id"] > first and "asking" not in kept:
            break
        page.wait_for_timeout(100)
    assert kept["licence"]["id"] > first and kept["sums"]["total"] == 0
    assert there.taken == 5_00
    assert list(Licence.objects.filter(closed_at=None).values_list("pk", flat=True)) == [
        kept["licence"]["id"]
    ]


def test_a_code_of_the_till_is_not_asked_for_where_nobody_can_check_it(visit: Visit) -> None:
    """Without network the sales bear the device; the screen says so; with it, codes are back."""
    awa, there = Buyer(), stall(visit)
    page = there.page
    operations.add_cashier(
        place_id=there.place, label="Zoé", level="manage", by=OFFICE, id=new_id()
    )
    page.reload()
    shows(page, "Qui encaisse ?")
    page.context.set_offline(True)
    tap(page, "1234")
    shows(page, "Combien ?")
    page.reload()
    shows(page, "Combien ?")
    page.get_by_text("ces ventes sont au nom de l’appareil").wait_for()
    till_looked_at(page)
    by_code(page, 5_00, awa.handle, awa.pin)
    paid_here(page)
    on_first_screen(page)
    back(page)
    shows(page, "Qui encaisse ?")
    sent(page)
    assert there.taken == 5_00


def test_practice_touches_nothing_of_it(visit: Visit) -> None:
    there = stall(visit)
    page = there.page
    before = stored(page)["market"]
    page.get_by_role("button", name="S’exercer, sans rien encaisser").click()
    shows(page, "Combien ?")
    assert "Sans réseau encore" not in seen(page)
    page.context.set_offline(True)
    tap(page, "500")
    page.get_by_role("button", name="Continuer").click()
    page.locator("#handle").fill("prune-renard")
    page.locator("#handle").press("Enter")
    shows(page, "À vous de taper")
    tap(page, "123456")
    page.locator('[data-do="pay"]').click()
    shows(page, "Payé")
    assert "ceci · est · faux" in seen(page)
    kept = stored(page)
    assert kept["queue"] == [] and kept["market"] == before
