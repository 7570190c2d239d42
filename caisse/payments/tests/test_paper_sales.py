"""Sales by telephone: agreed to, typed once, for less, too late, wrongly, by many at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from caisse.accounting import queries as accounting
from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.kernel import clock, events
from caisse.kernel.ids import Id, new_id, parse_id, show_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.merchants import operations as merchants
from caisse.merchants import queries as places
from caisse.merchants.tests.ground import OFFICE, approved, owed
from caisse.messages import operations as messages
from caisse.payments import operations, paper, queries
from caisse.payments.models import PaperSale
from caisse.payments.operations import Held
from caisse.payments.operations.brake import BRAKE
from caisse.payments.tests.device import Answer, PhoneTill
from caisse.payments.tests.test_api import DAY, Described, World
from caisse.people import operations as people

DATABASE = pytest.mark.django_db(transaction=True, reset_sequences=True)
DAY_MS = clock.DAY_MS


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=16, max_size=16), st.integers(1, 99))
def test_figures_are_six_and_the_same_again(key: bytes, sale: bytes, turn: int) -> None:
    said = paper.figures(key, sale, turn)
    assert len(said) == 6 and said.isascii() and said.isdecimal()
    assert said == paper.figures(key, sale, turn)


def test_figures_differ_with_the_key_the_sale_and_the_set() -> None:
    """Nobody who lacks one of the three can tell them; all of them come, each as often."""
    first = paper.figures(bytes(32), bytes(16), 1)
    assert first != paper.figures(b"k" * 32, bytes(16), 1)
    assert first != paper.figures(bytes(32), b"s" * 16, 1)
    assert first != paper.figures(bytes(32), bytes(16), 2)
    drawn = [int(paper.figures(bytes(32), n.to_bytes(16, "big"), 1)) for n in range(10_000)]
    tenths = [sum(low <= one < low + 100_000 for one in drawn) for low in range(0, 10**6, 100_000)]
    assert min(tenths) > 870 and max(tenths) < 1130, "4.3 standard deviations of 1,000"


def test_all_guesses_at_an_agreement_together_stay_below_one_in_100_000() -> None:
    guesses = 0
    for wrong_before in range(20):
        wrong = 0
        while paper.bears(wrong, wrong_before):
            wrong += 1
        guesses = max(guesses, wrong_before + wrong if wrong else guesses)
    assert guesses == paper.IN_ALL and guesses / 10**paper.LENGTH < 1 / 100_000
    assert not paper.bears(paper.FIRST_SET, 0), "five wrong entries kill a set"


class PaperWorld(World):
    """A member with 100 €, and a place without network that calls."""

    def hold(self, cents: int = 20_00, *, place: int | None = None, id: Id | None = None) -> Held:
        return operations.hold_paper_sale(
            holder_id=1, place_id=place or self.place, cents=cents, by=OFFICE, id=id or new_id()
        )

    def key(self, figures: str, cents: int = 20_00, **said: Any) -> Answer:
        till = said.pop("till", self.till)
        assert isinstance(till, PhoneTill)
        wanted = {"id": show_id(new_id()), "cents": cents, "method": "paper"}
        return till.send("POST", "payments", wanted | {"agreement": figures} | said)

    def wrong_figures(self, held: Held, number: int = 1) -> str:
        return f"{(int(held.figures) + number) % 10**6:06d}"

    def row(self, held: Held) -> PaperSale:
        return PaperSale.objects.get(pk=held.id)

    @property
    def free(self) -> int:
        account = books.account(f"wallet:{self.wallet}")
        assert account is not None
        return account.available


@pytest.fixture
def own_keys(settings: Any, tmp_path: Path) -> None:
    """Keys that no other test counts."""
    settings.KEYS = str(tmp_path)


@pytest.fixture
def world() -> Iterator[PaperWorld]:
    BRAKE.release()
    yield PaperWorld()
    BRAKE.release()


def refused(act: Any, **said: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        act(by=OFFICE, **said)
    return refusal.value.reason


@DATABASE
def test_what_is_agreed_is_held_and_typed_once(world: PaperWorld) -> None:
    held = world.hold()
    assert (world.left, world.free, owed(world.place)) == (100_00, 80_00, 0)
    assert held.until == world.row(held).expires_at == clock.now_ms() + 7 * DAY_MS
    id = show_id(new_id())
    first = world.key(held.figures, id=id)
    assert first.status == 201 and first.said["cents"] == 20_00
    assert first.said["kind"] == "payment" and first.said["of"] is None
    again, asked = world.key(held.figures, id=id), world.till.send("GET", f"payments/{id}")
    assert (again.status, asked.status) == (200, 200)
    assert first.body == again.body == asked.body
    assert (world.left, world.free, owed(world.place)) == (80_00, 80_00, 20_00)
    sale = queries.paper_sale(held.id)
    assert sale is not None and (sale.state, sale.payment) == ("keyed", parse_id(id))
    movement = books.transfer(parse_id(id))
    assert movement is not None and (movement.method, movement.phase) == ("paper", "post")
    assert world.key(held.figures).said["reason"] == "authorisation_unknown"
    assert world.key(held.figures, 99_00).said["reason"] == "authorisation_unknown"
    assert world.key(held.figures, id=id, cents=1).said["reason"] == "id_reused"


@DATABASE
def test_less_is_taken_and_the_rest_is_free_again_more_is_not(world: PaperWorld) -> None:
    held = world.hold(20_00)
    more = world.key(held.figures, 20_01)
    assert more.said["reason"] == "amount_limit" and "20,00" in more.said["cashier"]
    assert world.row(held).wrong == 0
    less = world.key(held.figures, 18_50)
    assert less.status == 201 and less.said["cents"] == 18_50
    assert (world.left, world.free, owed(world.place)) == (81_50, 81_50, 18_50)


@DATABASE
def test_it_is_a_purchase_like_the_others(world: PaperWorld) -> None:
    """In the place's day, for the member, to give back, to burn too late."""
    held = world.hold(20_00)
    id = new_id()
    world.key(held.figures, 18_50, id=show_id(id))
    (sale,) = places.day_of_sales(world.place, DAY, before=None, limit=9)
    assert (sale.id, sale.cents, sale.of, sale.undone) == (id, 18_50, "", False)
    assert places.taken(world.place, first=DAY, last=DAY).sales == 1
    burnt = world.till.send("POST", f"payments/{show_id(id)}/abandon", {})
    assert burnt.status == 200 and burnt.said["kind"] == "payment"
    assert queries.left_to_refund(id) == 18_50
    back = {"id": show_id(new_id()), "of": show_id(id), "cents": 8_00}
    told = world.till.send("POST", "refunds", back)
    assert told.status == 201 and told.said["of"] == show_id(id)
    assert queries.left_to_refund(id) == 10_50 and world.free == 89_50
    too_much = {"id": show_id(new_id()), "of": show_id(id), "cents": 10_51}
    assert world.till.send("POST", "refunds", too_much).said["reason"] == "refund_too_large"
    assert operations.refund_at_office(payment_id=id, cents=10_50, why="returned", by=OFFICE)
    assert world.free == 100_00 and books.count_payments(until=DAY) == 1
    world.hold(5_00)
    assert [one.code for one in accounting.check() if one.damaged] == []


@DATABASE
def test_its_number_burnt_before_takes_nothing(world: PaperWorld) -> None:
    held, id = world.hold(), show_id(new_id())
    assert world.till.send("POST", f"payments/{id}/abandon", {}).said["reason"] == "abandoned"
    assert world.key(held.figures, id=id).said["reason"] == "abandoned"
    assert world.key(held.figures).status == 201


@DATABASE
def test_a_member_reads_it_from_the_agreement_to_the_receipt(world: PaperWorld) -> None:
    month = Month.of(DAY)
    world.pay(cents=5_00)
    held = world.hold(20_00)
    (line,) = queries.last_lines(world.wallet, limit=1)
    assert (line.reason, line.cents, line.left_cents) == ("kept", -20_00, 75_00)
    assert (line.kept_until, line.place_id) == (held.until, world.place)
    assert queries.wallet_line(world.wallet, line.id) == line
    assert queries.wallet_line(world.wallet + 1, line.id) is None
    world.pay(cents=1_00)
    payment = new_id()
    world.key(held.figures, 18_50, id=show_id(payment))
    now = queries.wallet_month(world.wallet, month)
    told = [(one.reason, one.cents, one.left_cents) for one in now.lines[-3:]]
    assert told == [
        ("payment", -5_00, 95_00), ("payment", -18_50, 76_50), ("payment", -1_00, 75_50),
    ]  # fmt: skip
    assert now.left_cents == world.free == 75_50 and now.lines[-2].id == payment
    receipt = queries.wallet_line(world.wallet, payment)
    assert receipt is not None and (receipt.cents, receipt.left_cents) == (-18_50, 75_50)
    assert receipt.agreed_at == now.lines[-2].agreed_at == now.lines[-2].at


@DATABASE
def test_a_member_reads_what_came_back(world: PaperWorld) -> None:
    held = world.hold(20_00)
    for _twice in range(2):
        operations.cancel_paper_sale(sale_id=held.id, by=OFFICE)
    lines = queries.wallet_month(world.wallet, Month.of(DAY)).lines[-2:]
    told = [(one.reason, one.cents, one.left_cents, one.kept_until) for one in lines]
    assert told == [("kept", -20_00, 80_00, None), ("freed", 20_00, 100_00, None)]
    for line in lines:
        assert queries.wallet_line(world.wallet, line.id) == line
    assert world.free == 100_00
    assert world.key(held.figures).said["reason"] == "authorisation_unknown"


@DATABASE
def test_the_same_agreement_again_reads_the_same_figures_out(world: PaperWorld) -> None:
    id = new_id()
    assert world.hold(id=id) == world.hold(id=id)
    assert world.free == 80_00
    assert refused(world_hold := operations.hold_paper_sale, holder_id=1, place_id=world.place,
                   cents=21_00, id=id) == "differs"  # fmt: skip
    assert refused(world_hold, holder_id=9, place_id=world.place, cents=1, id=new_id()) == "unknown"


@DATABASE
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"cents": 100_01}, "funds_short"),
        ({"cents": 0}, "amount"),
        ({"cents": -5}, "amount"),
        ({"place_id": 99}, "unknown_place"),
        ({"holder_id": 99}, "unknown"),
    ],
)
def test_what_is_not_agreed_to_holds_nothing(
    world: PaperWorld, said: dict[str, Any], reason: str
) -> None:
    wanted = {"holder_id": 1, "place_id": world.place, "cents": 20_00, "id": new_id()}
    assert refused(operations.hold_paper_sale, **(wanted | said)) == reason
    assert world.free == 100_00 and not PaperSale.objects.exists()
    assert not events.history(names=("paper_sale.agreed",))


@DATABASE
def test_closed_before_the_call_nothing_is_held(world: PaperWorld) -> None:
    wanted = {"holder_id": 1, "place_id": world.place, "cents": 20_00, "id": new_id()}
    ledger.set_state([f"wallet:{world.wallet}"], "closed")
    assert refused(operations.hold_paper_sale, **wanted) == "means_unavailable"
    ledger.set_state([f"wallet:{world.wallet}"], "open")
    merchants.suspend_place(place_id=world.place, by=OFFICE)
    assert refused(operations.hold_paper_sale, **wanted) == "place_closed"


@DATABASE
def test_closed_after_it_the_place_is_paid(world: PaperWorld) -> None:
    """The goods have left: a pause of the place or of the wallet comes too late."""
    first, second = world.hold(10_00), world.hold(10_00)
    merchants.suspend_place(place_id=world.place, by=OFFICE)
    assert world.key(first.figures, 10_00).status == 201
    ledger.set_state([f"wallet:{world.wallet}"], "closed")
    assert world.key(second.figures, 10_00).status == 201
    assert owed(world.place) == 20_00


@DATABASE
def test_a_wallet_does_not_end_while_something_is_held(world: PaperWorld) -> None:
    held = world.hold()
    people.leave(membership_id=1, on=DAY, by=OFFICE)
    assert refused(people.close, membership_id=1) == "held"
    operations.cancel_paper_sale(sale_id=held.id, by=OFFICE)
    assert people.close(membership_id=1, by=OFFICE) == 100_00
    assert refused(operations.redraw_paper_sale, sale_id=held.id) == "paper_sale_closed"
    assert world.key(held.figures).said["reason"] == "authorisation_unknown"


@DATABASE
def test_a_place_that_has_ended_gets_nothing_and_the_money_comes_free(world: PaperWorld) -> None:
    held = world.hold()
    ledger.set_state([f"place:{world.place}"], "ended")
    assert world.key(held.figures).said["reason"] == "place_closed"
    operations.cancel_paper_sale(sale_id=held.id, by=OFFICE)
    assert world.free == 100_00


@DATABASE
def test_in_the_second_when_its_time_passes_it_is_too_late(world: PaperWorld) -> None:
    held, late = world.hold(), world.hold()
    clock.travel(held.until - 1)
    assert world.key(held.figures).status == 201
    clock.travel(held.until)
    assert world.key(late.figures).said["reason"] == "authorisation_unknown"
    assert refused(operations.redraw_paper_sale, sale_id=late.id) == "paper_sale_closed"
    assert ledger.void_expired() == 1
    assert world.free == 80_00
    operations.cancel_paper_sale(sale_id=late.id, by=OFFICE)
    sale = queries.paper_sale(late.id)
    assert sale is not None and sale.state == "expired" and world.free == 80_00


@DATABASE
def test_voided_between_the_look_and_the_post_it_is_not_known(world: PaperWorld) -> None:
    """What the row says does not move money: the ledger alone does."""
    held = world.hold()
    PaperSale.objects.update(expires_at=held.until + DAY_MS)
    clock.travel(held.until)
    answer = world.key(held.figures)
    assert answer.said["reason"] == "authorisation_unknown" and world.row(held).wrong == 0
    assert owed(world.place) == 0


@DATABASE
def test_at_another_place_the_figures_are_nobodys(world: PaperWorld) -> None:
    held, other = world.hold(), PhoneTill()
    world.confirm(other, world.invite(approved("Vrac")))
    assert world.key(held.figures, till=other).said["reason"] == "authorisation_unknown"
    assert world.row(held).wrong == 0, "another place's tries are none of its"


@DATABASE
def test_five_wrong_entries_kill_the_figures_of_all_that_wait(world: PaperWorld) -> None:
    one, two = world.hold(10_00), world.hold(10_00)
    elsewhere = world.hold(10_00, place=approved("Vrac"))
    used = {one.figures, two.figures}
    wrong = [f"{n:06d}" for n in range(9) if f"{n:06d}" not in used]
    for figures in wrong[:4]:
        assert world.key(figures).said["reason"] == "authorisation_unknown"
    assert world.key(two.figures, 10_00).status == 201, "four wrong ones stop nobody"
    world.key(wrong[4])
    assert world.key(one.figures, 10_00).said["reason"] == "authorisation_unknown"
    assert [world.row(each).wrong for each in (one, two, elsewhere)] == [5, 4, 0]
    fresh = operations.redraw_paper_sale(sale_id=one.id, by=OFFICE)
    assert fresh.figures != one.figures and world.free == 70_00
    assert world.key(one.figures, 10_00).said["reason"] == "authorisation_unknown"
    assert world.row(one).wrong == 0, "what was good once is no guess"
    for figures in wrong[5:8]:
        world.key(figures)
    assert world.key(fresh.figures, 10_00).status == 201, "eight in all are borne"


@DATABASE
def test_nine_in_all_and_no_other_figures_are_drawn(world: PaperWorld) -> None:
    held = world.hold()
    for number in range(5):
        world.key(world.wrong_figures(held, number + 1))
    fresh = operations.redraw_paper_sale(sale_id=held.id, by=OFFICE)
    for number in range(6):
        world.key(world.wrong_figures(fresh, number + 1))
    row = world.row(held)
    assert (row.wrong_before, row.wrong) == (5, 4)
    assert world.key(fresh.figures).said["reason"] == "authorisation_unknown"
    assert refused(operations.redraw_paper_sale, sale_id=held.id) == "paper_sale_tries"
    operations.cancel_paper_sale(sale_id=held.id, by=OFFICE)
    assert world.free == 100_00


@DATABASE
def test_the_same_wrong_entry_sent_again_is_one(world: PaperWorld) -> None:
    held, id = world.hold(), show_id(new_id())
    for _each in range(9):
        world.key(world.wrong_figures(held), id=id)
    assert world.row(held).wrong == 1
    world.key(world.wrong_figures(held, 2), id=id)
    assert world.row(held).wrong == 2
    assert world.key(held.figures, id=id).status == 201


@DATABASE
def test_a_paper_typed_twice_counts_as_no_guess(world: PaperWorld) -> None:
    one, two = world.hold(10_00), world.hold(10_00)
    world.key(one.figures, 10_00)
    for _each in range(9):
        assert world.key(one.figures, 10_00).said["reason"] == "authorisation_unknown"
    assert world.row(two).wrong == 0
    assert world.key(two.figures, 10_00).status == 201


@DATABASE
def test_typed_at_two_tills_at_once_it_is_paid_once(world: PaperWorld) -> None:
    held, other = world.hold(), PhoneTill()
    world.confirm(other, world.invite())

    def key(number: int) -> int:
        try:
            return world.key(held.figures, till=(world.till, other)[number % 2]).status
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(key, range(8)))
    assert sorted(statuses) == [201] + [422] * 7
    assert (owed(world.place), world.free) == (20_00, 80_00)


@DATABASE
def test_the_same_payment_sent_many_times_at_once_is_one_receipt(world: PaperWorld) -> None:
    held, id = world.hold(), show_id(new_id())

    def key(_number: int) -> Answer:
        try:
            return world.key(held.figures, id=id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(key, range(8)))
    assert {one.status for one in answers} == {200, 201}
    assert len({one.body for one in answers}) == 1 and owed(world.place) == 20_00


@DATABASE
def test_many_guesses_at_once_are_judged_one_after_the_other(world: PaperWorld) -> None:
    """Twenty different figures, the right ones last in line: five are judged, then none."""
    held = world.hold()

    def key(number: int) -> str:
        try:
            told: str = world.key(world.wrong_figures(held, number)).said["reason"]
            return told
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(key, range(1, 21))) == {"authorisation_unknown"}
    assert world.row(held).wrong == 5
    assert world.key(held.figures).said["reason"] == "authorisation_unknown"


@DATABASE
def test_cancelled_and_typed_at_once_one_of_them_happens(world: PaperWorld) -> None:
    for _each in range(5):
        held = world.hold(1_00)

        def cancel(held: Held = held) -> str:
            try:
                operations.cancel_paper_sale(sale_id=held.id, by=OFFICE)
                return "cancelled"
            except Refusal as refusal:
                return refusal.reason
            finally:
                connections.close_all()

        def key(held: Held = held) -> int:
            try:
                return world.key(held.figures, 1_00).status
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            told = pool.submit(cancel), pool.submit(key)
        happened = (told[0].result(), told[1].result())
        assert happened in {("cancelled", 422), ("paper_sale_closed", 201)}
    account = books.account(f"wallet:{world.wallet}")
    assert account is not None and account.held == 0


@DATABASE
@pytest.mark.parametrize(
    "said",
    [
        {"agreement": "12345"}, {"agreement": "1234567"}, {"agreement": 123456},
        {"agreement": "🥕🥕🥕🥕🥕🥕"}, {"agreement": "１２３４５６"}, {"agreement": "12 345"},
        {"agreement": "12345\n"}, {"agreement": ""}, {"agreement": True}, {"up_to": True},
        {"pin": "123456"}, {"cents": 0}, {"cents": -1}, {"id": "x"},
    ],
)  # fmt: skip
def test_what_is_no_request_is_answered_as_one(world: PaperWorld, said: dict[str, Any]) -> None:
    held = world.hold()
    answer = world.key(**({"figures": held.figures} | said))
    assert (answer.status, answer.said["reason"]) == (400, "request")
    assert world.row(held).wrong == 0


@DATABASE
def test_whatever_figures_the_operation_gets_it_answers(world: PaperWorld) -> None:
    world.hold()
    till = queries.open_tills(place_id=world.place)[0].id
    for odd in ("🥕", "", "0" * 500, "\ud800", "1234５6"):
        answer = operations.key_paper_sale(
            payment_id=new_id(), figures=odd, place_id=world.place, cents=1, till=till
        )
        assert isinstance(answer, operations.Declined)
        assert answer.reason == "authorisation_unknown"


@DATABASE
def test_a_device_that_was_stopped_types_nothing_more(world: PaperWorld) -> None:
    held, id = world.hold(), show_id(new_id())
    world.key(held.figures, id=id)
    second = world.hold()
    operations.suspend_device(device_id=world.device, by=OFFICE)
    assert world.key(second.figures).said["reason"] == "till_suspended"
    assert world.key(held.figures, id=id).status == 200
    assert world.row(second).wrong == 0


@DATABASE
def test_without_the_article_nobody_sells_so_but_what_was_agreed_is_paid(
    world: PaperWorld,
) -> None:
    clock.travel(clock.instant(date(2023, 2, 27), 9))
    held = world.hold()
    off = Amend("payment.paper_sale_days", 0, Month(2023, 3))
    bylaws.decide(title="Sans téléphone", text="", body="comité", effects=[off], by=OFFICE)
    clock.travel(clock.instant(Month(2023, 3).first, 9))
    wanted = {"holder_id": 1, "place_id": world.place, "cents": 1_00, "id": new_id()}
    assert refused(operations.hold_paper_sale, **wanted) == "paper_sales_off"
    clock.travel(held.until - 1)
    assert world.key(held.figures).status == 201


@DATABASE
def test_the_cashier_hears_whom_to_call(world: PaperWorld) -> None:
    told = world.key("000000")
    assert told.said["cashier"].endswith("Appelez la caisse.")
    messages.write_card(phone="04 67 00 00 00", email="", address="", hours="", privacy="",
                        by=OFFICE)  # fmt: skip
    assert world.key("000000").said["cashier"].endswith("Appelez la caisse : 04 67 00 00 00.")


@DATABASE
def test_the_place_that_has_forty_waiting_types_some_first(
    world: PaperWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caisse.payments.operations.paper_sales.MOST_OPEN", 2)
    first = world.hold(1_00)
    world.hold(1_00)
    wanted = {"holder_id": 1, "place_id": world.place, "cents": 1_00, "id": new_id()}
    assert refused(operations.hold_paper_sale, **wanted) == "paper_sales"
    world.key(first.figures, 1_00)
    assert world.hold(1_00)


@DATABASE
def test_no_two_agreements_of_a_place_have_the_same_figures(
    world: PaperWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where only ten figures exist: those that were good once are not drawn again."""
    real = paper.figures
    monkeypatch.setattr(paper, "figures", lambda *said: f"{int(real(*said)) % 10:06d}")
    drawn = [world.hold(1_00).figures for _each in range(5)]
    last = world.hold(1_00)
    drawn += [last.figures, operations.redraw_paper_sale(sale_id=last.id, by=OFFICE).figures]
    assert len(set(drawn)) == len(drawn) == 7


@DATABASE
@pytest.mark.usefixtures("own_keys")
def test_a_changed_key_of_the_pins_leaves_the_figures_good(world: PaperWorld) -> None:
    held = world.hold()
    operations.change_pin_key(by=OFFICE)
    assert world.key(held.figures).status == 201
    assert world.key(world.hold().figures).status == 201


@DATABASE
def test_figures_stand_nowhere_and_no_event_says_who(world: PaperWorld) -> None:
    held = world.hold()
    row = PaperSale.objects.values().get(pk=held.id)
    assert held.figures not in {str(value) for value in row.values()}
    (event,) = events.history(names=("paper_sale.agreed",))
    assert event.subject == f"place:{world.place}" and event.data == {"cents": 20_00}


@DATABASE
def test_what_is_written_of_it_is_what_is_answered(world: PaperWorld) -> None:
    described, held, id = Described(world.till), world.hold(), show_id(new_id())
    answers = [
        world.key("12"), world.key(world.wrong_figures(held)), world.key(held.figures, 99_00),
        world.key(held.figures, id=id), world.key(held.figures, id=id),
    ]  # fmt: skip
    assert [one.status for one in answers] == [400, 422, 422, 201, 200]
    for answer in answers:
        described.fits(answer, "POST", "/payments")
