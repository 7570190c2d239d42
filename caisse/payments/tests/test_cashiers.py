"""People at the till: their codes, what each may do, whose till it is, wrong codes."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from caisse.kernel import clock, events
from caisse.kernel.ids import Id, new_id, parse_id, show_id
from caisse.kernel.refusal import Refusal
from caisse.kernel.tests.entering import enter, operation, page
from caisse.ledger import queries as books
from caisse.merchants import operations as merchants
from caisse.merchants.tests.ground import OFFICE, approved, go
from caisse.payments import operations, queries
from caisse.payments.models import Cashier, Device, Till
from caisse.payments.operations import Coded, cashiers, tills
from caisse.payments.operations.brake import BRAKE
from caisse.payments.tests import loops
from caisse.payments.tests.device import Answer, PhoneTill
from caisse.payments.tests.test_api import DAY, Described, World

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


class ManyHands(World):
    """A place with a till, where some people cash."""

    def add(self, level: str = "take", label: str = "Lou", *, place: int = 0) -> Coded:
        return operations.add_cashier(
            place_id=place or self.place, label=label, level=level, by=OFFICE, id=new_id()
        )

    def enter(self, code: str, till: PhoneTill | None = None) -> Answer:
        return (till or self.till).send("POST", "tills/cashier", {"code": code})

    def give_back(self, of: str, **said: Any) -> Answer:
        wanted = {"id": show_id(new_id()), "of": of, "cents": 1_00}
        return self.till.send("POST", "refunds", wanted | said)

    def nobodys(self, number: int = 0) -> str:
        """A code that nobody has."""
        used = {cashiers._code(row) for row in Cashier.objects.all()}
        return [code for n in range(99) if (code := f"{n:04d}") not in used][number]

    @property
    def wrong_codes(self) -> int:
        return Device.objects.get(pk=self.device).codes_wrong


@pytest.fixture
def world() -> Iterator[ManyHands]:
    forget()
    yield ManyHands()
    forget()


@pytest.fixture
def own_keys(settings: Any, tmp_path: Path) -> None:
    """Keys that no other test counts."""
    settings.KEYS = str(tmp_path)


def forget() -> None:
    """What this process believes of the places of the test before, which had the same numbers."""
    BRAKE.release()
    cashiers._known.clear()
    cashiers._tills.clear()


def test_a_code_says_who_stands_there_and_what_she_may_do(world: ManyHands) -> None:
    lou, max_ = world.add("cancel"), world.add("manage", "Max")
    told = world.enter(lou.code)
    assert told.status == 200
    assert told.said == {
        "cashier": lou.cashier_id, "label": "Lou", "rights": ["take", "cancel"],
    }  # fmt: skip
    assert world.enter(max_.code).said["rights"] == ["take", "cancel", "refund", "manage"]
    assert world.till.send("GET", "tills/self").said["cashiers"] == 2
    elsewhere = world.add(place=approved("Vrac"), label="Ana")
    if elsewhere.code not in (lou.code, max_.code):
        assert world.enter(elsewhere.code).said["reason"] == "cashier_code"


def test_from_the_first_one_on_nobody_cashes_without(world: ManyHands) -> None:
    assert world.pay(cents=1_00).status == 201
    lou = world.add()
    assert world.pay(cents=1_00).said["reason"] == "cashier_right"
    assert world.pay(cents=1_00, cashier=99).said["reason"] == "cashier_right"
    assert world.pay(cents=1_00, cashier=lou.cashier_id).status == 201
    other = world.add(place=approved("Vrac"))
    assert world.pay(cents=1_00, cashier=other.cashier_id).said["reason"] == "cashier_right"
    for odd in (0, -1, "1", True, None, 10**16):
        assert world.pay(cents=1_00, cashier=odd).status == 400
    operations.remove_cashier(cashier_id=lou.cashier_id, by=OFFICE)
    assert world.pay(cents=1_00).status == 201, "the last one left: as before"
    assert world.left == 97_00


def test_the_books_tell_who_cashed_without_a_row_for_each(world: ManyHands) -> None:
    lou, max_ = world.add(), world.add(label="Max")
    ids = [show_id(new_id()) for _each in range(4)]
    for n, id in enumerate(ids):
        assert world.pay(cents=1_00, id=id, cashier=(lou, max_)[n % 2].cashier_id).status == 201
    causes = [cause_of(id) for id in ids]
    assert causes[0] == causes[2] != causes[1] == causes[3]
    opened = {till.id: till.opened_by for till in Till.objects.filter(pk__in=causes)}
    assert opened[causes[0]] == f"cashier:{lou.cashier_id}@device:{world.device}"
    assert len(events.history(names=("till.opened",))) == 3, "the device's own, and one each"


def cause_of(id: str) -> Id:
    movement = books.transfer(parse_id(id))
    assert movement is not None
    return movement.cause


def test_what_each_may_give_back(world: ManyHands) -> None:
    """`take` nothing, `cancel` what was bought today, `refund` what was bought before too."""
    taker, undoer = world.add("take"), world.add("cancel", "Max")
    giver = world.add("refund", "Ana")
    old = show_id(new_id())
    assert world.pay(cents=10_00, id=old, cashier=taker.cashier_id).status == 201
    assert world.give_back(old, cashier=taker.cashier_id).said["reason"] == "cashier_right"
    assert world.give_back(old).said["reason"] == "cashier_right"
    assert world.give_back(old, cashier=undoer.cashier_id).status == 201
    go(DAY.replace(day=7))
    assert world.give_back(old, cashier=undoer.cashier_id).said["reason"] == "cashier_right"
    assert world.give_back(old, cashier=giver.cashier_id).status == 201
    unknown = world.give_back(show_id(new_id()), cashier=giver.cashier_id)
    assert unknown.said["reason"] == "purchase_unknown"
    assert world.left == 92_00


def test_what_was_done_is_told_again_also_to_who_may_no_more(world: ManyHands) -> None:
    lou, _max = world.add("refund"), world.add(label="Max")
    id, back = show_id(new_id()), show_id(new_id())
    paid = world.pay(cents=10_00, id=id, cashier=lou.cashier_id)
    given = world.give_back(id, id=back, cashier=lou.cashier_id)
    operations.remove_cashier(cashier_id=lou.cashier_id, by=OFFICE)
    again = world.pay(cents=10_00, id=id, cashier=lou.cashier_id)
    assert (again.status, again.body) == (200, paid.body)
    told = world.give_back(id, id=back, cashier=lou.cashier_id)
    assert (told.status, told.body) == (200, given.body)
    other = world.give_back(id, id=back, cents=2_00, cashier=lou.cashier_id)
    assert other.said["reason"] == "id_reused"
    assert world.pay(cents=1_00, cashier=lou.cashier_id).said["reason"] == "cashier_right"
    assert not Till.objects.filter(
        opened_by__startswith=f"cashier:{lou.cashier_id}@", closed_at=None
    )


def test_five_wrong_codes_and_a_responsible_person_is_asked_for(world: ManyHands) -> None:
    lou, boss = world.add("refund"), world.add("manage", "Max")
    told = [world.enter(world.nobodys(n)).said["reason"] for n in range(5)]
    assert told == ["cashier_code"] * 4 + ["cashier_right"]
    assert world.enter(lou.code).said["reason"] == "cashier_right"
    assert world.wrong_codes == 5, "a right one of somebody else changes no count"
    assert world.enter(boss.code).status == 200 and world.wrong_codes == 0
    assert world.enter(lou.code).status == 200


def test_her_own_code_gives_nobody_more_tries_at_that_of_another(world: ManyHands) -> None:
    lou = world.add()
    for n in range(4):
        world.enter(world.nobodys(n))
        assert world.enter(lou.code).status == 200
    assert world.wrong_codes == 4


def test_ten_and_only_the_page_of_the_place_lets_codes_in(world: ManyHands) -> None:
    boss, other = world.add("manage", "Max"), PhoneTill()
    world.confirm(other, world.invite())
    for n in range(12):
        world.enter(world.nobodys(n))
    assert world.wrong_codes == 10
    assert world.enter(boss.code).said["reason"] == "cashier_right"
    assert world.enter(boss.code, other).status == 200, "another device counts for itself"
    for _twice in range(2):
        operations.let_codes_in(device_id=world.device, by=OFFICE)
    assert len(events.history(names=("device.codes_let_in",))) == 1
    assert world.enter(boss.code).status == 200


def test_many_codes_at_once_are_judged_one_after_the_other(world: ManyHands) -> None:
    boss = world.add("manage")
    codes = [world.nobodys(n) for n in range(16)]

    def try_it(code: str) -> int:
        try:
            return world.enter(code).status
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(try_it, codes)) == {422}
    assert world.wrong_codes == 10 and world.enter(boss.code).status == 422


def test_wrong_pins_count_at_the_device_whoever_stands_there(world: ManyHands) -> None:
    """Changing cashiers gives a device no more of the ten wrong codes an hour."""
    hands = [world.add(label=name) for name in ("Lou", "Max", "Ana")]
    for n in range(10):
        told = world.pay("000000", handle=f"personne-{n}", cashier=hands[n % 3].cashier_id)
        assert told.said["reason"] == "code_wrong"
    for hand in hands:
        assert world.pay(cashier=hand.cashier_id).said["reason"] == "till_code_paused"


def test_a_device_taken_away_closes_what_was_opened_at_it(world: ManyHands) -> None:
    lou = world.add()
    world.pay(cents=1_00, cashier=lou.cashier_id)
    assert len(queries.open_tills(place_id=world.place)) == 2
    operations.revoke_device(device_id=world.device, by=OFFICE)
    assert queries.open_tills(place_id=world.place) == []
    assert world.enter(lou.code).said["reason"] == "till_suspended"


def test_a_payment_asks_the_database_no_more_than_without(
    world: ManyHands, monkeypatch: pytest.MonkeyPatch
) -> None:
    loops.remember_cashiers(monkeypatch)  # what is believed for two seconds ends in no count
    monkeypatch.setattr(tills, "REMEMBERED_S", 600)

    def asks(**said: Any) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert world.pay(cents=1_00, **said).status == 201
        return len(caught)

    world.pay(cents=1_00)
    without = asks()
    lou = world.add()
    world.pay(cents=1_00, cashier=lou.cashier_id)
    assert asks(cashier=lou.cashier_id) == without


def test_another_code_and_the_first_is_nobodys(world: ManyHands) -> None:
    lou = world.add()
    fresh = operations.redraw_cashier(cashier_id=lou.cashier_id, by=OFFICE)
    assert fresh.code != lou.code
    assert world.enter(lou.code).said["reason"] == "cashier_code"
    assert world.enter(fresh.code).said["cashier"] == lou.cashier_id


def few_codes(monkeypatch: pytest.MonkeyPatch, there_are: int) -> None:
    """Only so many codes exist."""
    real = cashiers.paper.code
    monkeypatch.setattr(cashiers.paper, "code", lambda *said: f"{int(real(*said)) % there_are:04d}")


def test_another_code_is_another_one_also_where_three_exist(
    world: ManyHands, monkeypatch: pytest.MonkeyPatch
) -> None:
    few_codes(monkeypatch, 3)
    lou, max_ = world.add(), world.add(label="Max")
    last = lou.code
    for _each in range(8):
        fresh = operations.redraw_cashier(cashier_id=lou.cashier_id, by=OFFICE).code
        assert fresh not in (last, max_.code)
        last = fresh


@pytest.mark.usefixtures("own_keys")
def test_another_code_under_a_changed_key_is_nobody_else_s(
    world: ManyHands, monkeypatch: pytest.MonkeyPatch
) -> None:
    few_codes(monkeypatch, 3)
    lou, max_ = world.add(), world.add(label="Max")
    for _each in range(8):
        operations.change_pin_key(by=OFFICE)
        fresh = operations.redraw_cashier(cashier_id=lou.cashier_id, by=OFFICE).code
        assert fresh != max_.code and world.enter(fresh).said["cashier"] == lou.cashier_id


@pytest.mark.usefixtures("own_keys")
def test_a_changed_key_of_the_pins_leaves_the_codes_good(world: ManyHands) -> None:
    lou = world.add()
    operations.change_pin_key(by=OFFICE)
    assert world.enter(lou.code).status == 200
    fresh = operations.redraw_cashier(cashier_id=lou.cashier_id, by=OFFICE)
    assert world.enter(fresh.code).status == 200


def test_a_changed_right_counts_at_once(world: ManyHands) -> None:
    lou, id = world.add("take"), show_id(new_id())
    world.pay(id=id, cashier=lou.cashier_id)
    for _twice in range(2):
        operations.change_cashier(
            cashier_id=lou.cashier_id, label="Louise", level="refund", by=OFFICE
        )
    assert len(events.history(names=("cashier.changed",))) == 1
    assert world.give_back(id, cashier=lou.cashier_id).status == 201


def test_no_two_have_the_same_code(world: ManyHands, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where only ten codes exist."""
    few_codes(monkeypatch, 10)
    assert len({world.add(label=str(n)).code for n in range(10)}) == 10
    monkeypatch.setattr(cashiers, "MOST_CASHIERS", 10)
    assert refused(operations.add_cashier, place_id=world.place, label="x", level="take",
                   id=new_id()) == "cashiers"  # fmt: skip


def refused(act: Any, **said: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        act(by=OFFICE, **said)
    return refusal.value.reason


def test_what_is_no_cashier(world: ManyHands) -> None:
    wanted = {"place_id": world.place, "label": "Lou", "level": "take", "id": new_id()}
    for said, reason in (
        ({"place_id": 99}, "unknown_place"), ({"label": " "}, "label"), ({"level": "all"}, "level"),
    ):  # fmt: skip
        assert refused(operations.add_cashier, **(wanted | said)) == reason
    for act in (operations.redraw_cashier, operations.remove_cashier):
        assert refused(act, cashier_id=99) == "cashier"
    assert refused(operations.let_codes_in, device_id=99) == "unknown_device"
    for odd in ("12345", "123", "🥕🥕🥕🥕", "１２３４", 1234, ""):
        assert world.enter(odd).status == 400  # type: ignore[arg-type]
    assert world.wrong_codes == 0


def test_what_is_written_of_it_is_what_is_answered(world: ManyHands) -> None:
    described, lou = Described(world.till), world.add()
    for code in (lou.code, world.nobodys(), "x"):
        described.fits(world.enter(code), "POST", "/tills/cashier")
    described.fits(world.till.send("GET", "tills/self"), "GET", "/tills/self")
    operations.suspend_device(device_id=world.device, by=OFFICE)
    described.fits(world.enter(lou.code), "POST", "/tills/cashier")


def test_codes_stand_nowhere_and_no_event_says_a_name(world: ManyHands) -> None:
    lou = world.add(label="Louison")
    row = Cashier.objects.values().get(pk=lou.cashier_id)
    assert lou.code not in {str(value) for value in row.values()}
    (event,) = events.history(names=("cashier.added",))
    assert event.data == {"level": "take", "texts": events.fingerprint("Louison")}


def words(text: str) -> str:
    said = re.sub(r"<[^>]+>", " ", text.partition("<main")[2])
    return " ".join(said.replace("\u202f", " ").replace("\u00a0", " ").split())


def test_who_runs_the_place_does_all_of_it_on_its_pages(world: ManyHands) -> None:
    lieu, reader = Client(), Client()
    for client, login, right in ((lieu, "lieu", "manager"), (reader, "lit", "reader")):
        enter(client, login, "merchant")
        merchants.give_right(place_id=world.place, login=login, right=right, by=OFFICE)
    mine, new = (reverse(name, args=[world.place]) for name in ("my_cashiers", "my_cashier_new"))
    assert mine in page(lieu, reverse("my_devices", args=[world.place]))
    assert "tout le monde encaisse sans code" in words(page(lieu, mine))
    form = {"operation": operation(page(lieu, new)), "label": "Lou", "level": "manage"}
    shown = [words(lieu.post(new, form).content.decode()) for _twice in range(2)]
    codes = [re.search(r"Pour Lou : ([0-9]{4}) ", text) for text in shown]
    code = codes[0]
    assert codes[1] is not None and code is not None and codes[1][1] == code[1]
    assert Cashier.objects.count() == 1
    assert world.enter(code[1]).status == 200
    assert "Lou tout, et débloquer un appareil" in words(page(lieu, mine))
    one = reverse("my_cashier", args=[world.place, 1])
    changed = {"operation": operation(page(lieu, one)), "label": "Louise", "level": "take"}
    assert lieu.post(one, changed).status_code == 302
    assert lieu.post(one, changed | {"label": ""}).status_code == 422
    other = re.search(r"Pour Louise : ([0-9]{4}) ", words(
        lieu.post(one, {"faire": "code"}).content.decode()))  # fmt: skip
    assert other is not None and other[1] != code[1]
    for path in (mine, one):  # as a word of its own: an operation's number holds any figures
        assert code[1] not in re.findall(r"[\w-]+", page(lieu, path).partition("<main")[2])
    assert "Rechargez" in lieu.post(one, {"faire": "autre"}).content.decode()
    assert "Louise" in page(reader, mine) and one not in page(reader, mine)
    assert reader.get(one).status_code == reader.get(new).status_code == 403
    assert lieu.get(reverse("my_cashier", args=[approved("Vrac"), 1])).status_code == 404
    for n in range(5):
        world.enter(world.nobodys(n))
    device = reverse("my_device", args=[world.place, world.device])
    assert "Laisser retaper les codes" in words(page(lieu, device))
    assert lieu.post(device, {"faire": "codes"}).status_code == 302
    assert "Laisser retaper" not in words(page(lieu, device)) and world.wrong_codes == 0
    assert lieu.post(one, {"faire": "retirer"}).status_code == 302
    assert lieu.get(one).status_code == 404 and "sans code" in words(page(lieu, mine))
    assert clock.today() == DAY
