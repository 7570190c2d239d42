"""`judge_sync` against the model: the same answers, the same money; each rule broken on purpose."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from caisse.payments.offline import judging
from caisse.payments.offline.judging import Verdict
from tests.offline import model, worlds
from tests.offline.model import Articles, Record, Till
from tests.offline.pure import ANSWERS, PureCaisse

RUNS = [*range(3), *(pytest.param(run, marks=pytest.mark.long) for run in range(3, 150))]
SMALL = Articles(wallets=120, places=20)
SMALL_TOWN = Articles(places=20)  # its wallet 300 is a stranger
PAIRS = Articles(wallets=300, places=3)  # two devices each
SHORT = replace(PAIRS, fund_cents=100_00)  # and a fund that is less than their rooms
DESIGNS = ("chosen", "bound")


def played(articles: Articles, run: int, judge: Any) -> tuple[worlds.World, list[Record]]:
    """One world and what reaches the caisse in it; the same for each judge."""
    worlds.JUDGE = judge
    world = worlds.build(articles, random.Random(f"1-{run}"))
    invented = worlds.forty_eight_hours(world, payments=world.rng.choice([200, 1500, 4000]))
    return world, worlds.deliveries(world, invented)


@pytest.fixture(autouse=True)
def _judges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test puts its own; afterwards they are the model's again."""
    monkeypatch.setattr(worlds, "JUDGE", model.Caisse)
    monkeypatch.setattr(worlds, "TILL", Till)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({}, "late"),
        ({"left": 5_00}, "late"),
        ({"left": 4_99}, "member_limit"),
        ({"cents": 0}, "member_limit"),
        ({"slip_place": judging.ANYWHERE}, "late"),
        ({"slip_place": 8}, "other_place"),
        ({"asked_at": 10**9 - judging.SLACK_MS}, "late"),
        ({"asked_at": 10**9 - judging.SLACK_MS - 1}, "forged"),
        ({"asked_at": 2 * 10**9 + judging.SLACK_MS}, "late"),
        ({"asked_at": 2 * 10**9 + judging.SLACK_MS + 1}, "forged"),
    ],
)
def test_a_copy_that_came_too_late_waits_for_a_person_where_its_till_may_have_sold_so(
    said: dict[str, int], answer: str
) -> None:
    good: dict[str, Any] = {
        "cents": 5_00,
        "left": 20_00,
        "at_place": 7,
        "slip_place": 7,
        "asked_at": 10**9,
    }
    told = judging.judge_late_copy(**good | {"since": 10**9, "until": 2 * 10**9} | said)
    assert told == Verdict(answer)


@pytest.mark.parametrize("run", RUNS)
def test_the_same_records_get_the_same_answers_and_move_the_same_money(run: int) -> None:
    articles = Articles(design="chosen")
    theirs, heap = played(articles, run, model.Caisse)
    for order in range(3):
        ours, same = played(articles, run, PureCaisse)
        theirs, _ = played(articles, run, model.Caisse)
        assert same == heap
        shuffled = list(heap)
        random.Random(order).shuffle(shuffled)
        said = [theirs.caisse.settle(record) for record in shuffled]
        told = [ANSWERS.get(one.answer, one.answer) for one in ours.caisse.sync(shuffled)]
        assert told == [one if one != "not_offered" else "ceiling" for one in said]
        assert list(ours.caisse.balance) == theirs.caisse.balance
        assert list(ours.caisse.paid) == theirs.caisse.paid
        assert list(ours.caisse.loss) == theirs.caisse.loss
        assert list(ours.caisse.slips) == theirs.caisse.slips


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("run", RUNS)
def test_no_world_breaks_a_promise(run: int, design: str) -> None:
    articles = Articles(design=design)
    world, heap = played(articles, run, PureCaisse)
    loss = worlds.check(world, heap)
    assert loss <= articles.bound(len(world.dishonest))


@pytest.mark.parametrize("seed", range(3))
def test_order_does_not_matter_and_closing_harms_nobody(seed: int) -> None:
    worlds.JUDGE = PureCaisse
    for design in DESIGNS:
        worlds.orders_agree(Articles(design=design), seed)
        worlds.close_as_you_go(Articles(design=design), seed)


def test_the_bound_is_reached_by_a_planned_attack_and_never_passed() -> None:
    worlds.JUDGE = PureCaisse
    articles = Articles()
    assert worlds.worst_case(articles) == articles.bound(articles.wallets) == 3_300_00
    assert worlds.repeated_windows(articles, 5) <= 3_300_00


@pytest.mark.parametrize("judge", [model.Caisse, PureCaisse])
@pytest.mark.parametrize("seed", range(10))
def test_two_devices_of_a_place_have_one_room(seed: int, judge: Any) -> None:
    worlds.JUDGE = judge
    assert worlds.devices_in_turn(PAIRS, seed) <= PAIRS.bound(0)
    assert worlds.devices_in_turn(SHORT, seed) <= SHORT.fund_cents


def test_the_books_that_are_judged_stay_as_they_are() -> None:
    world, heap = played(SMALL, 1, PureCaisse)
    before = world.caisse.books
    frozen = repr(before)
    world.caisse.sync(heap)
    assert repr(before) == frozen and repr(world.caisse.books) != frozen


def a_number_twice() -> None:
    """A till that cheats gives one number to two sales."""
    caisse = PureCaisse(SMALL, 100_00)
    licence = caisse.open_licence(0)
    for cents in (5_00, 6_00, 5_00):
        caisse.settle(Record(1, licence, 0, 7, None, 0, cents, "pin_right", 0))
        caisse.check_books()
    assert caisse.paid[0] == 5_00


def two_tills() -> None:
    """One till of a place closes, the other has a sale in its queue; what went home is spent."""
    caisse = PureCaisse(SMALL, 100_00)
    first, second = caisse.open_licence(0), caisse.open_licence(0)
    record = Record(1, second, 0, 7, caisse.issue(7, 0), 0, 20_00, "sig", 0)
    caisse.said.add(record)
    caisse.close(first)
    caisse.minted -= caisse.balance[7]
    caisse.balance[7] = 0
    assert caisse.settle(record) == "posted" and caisse.paid[0] == 20_00
    caisse.check_books()


def a_room_left_behind() -> None:
    """A device's licence has no room, its neighbour closes: the fund is promised to another place.

    The place cheats; the other one is paid.
    """
    caisse = PureCaisse(replace(SMALL, fund_cents=60_00), 0)
    first, second = caisse.open_licence(0), caisse.open_licence(0)
    caisse.close(first)
    honest = caisse.open_licence(1)
    for n in range(3):
        caisse.settle(Record(n, second, 0, n, None, 0, 20_00, "pin_wrong", 0))
    record = Record(9, honest, 1, 9, None, 0, 20_00, "pin_wrong", 0)
    assert caisse.licences[honest].room == 60_00 and caisse.settle(record) == "posted"


def less_than_nothing() -> None:
    """No record takes money from a place, nor gives a licence more to sell."""
    caisse = PureCaisse(SMALL, 100_00)
    licence = caisse.open_licence(0)
    for cents in (0, -5_00):
        record = Record(1, licence, 0, 7, None, 0, cents, "pin_right", 0)
        assert caisse.settle(record) == "ceiling"
    assert caisse.paid[0] == 0 and caisse.balance[7] == 100_00


def a_limit_each() -> None:
    """What one card takes at a till, and what one licence sells, whoever has the money."""
    caisse = PureCaisse(SMALL, 100_00)
    licence = caisse.open_licence(0)
    said = [Record(n, licence, 0, n // 2, None, 0, 20_00, "pin_right", 0) for n in range(40)]
    assert [caisse.settle(one) for one in said] == ["posted", "ceiling"] * 20
    more = Record(99, licence, 0, 99, None, 0, 1, "pin_right", 0)
    assert caisse.settle(more) == "ceiling" and caisse.paid[0] == SMALL.licence_cents


def all_worlds() -> None:
    """What a broken rule must not survive."""
    less_than_nothing()
    a_limit_each()
    a_number_twice()
    two_tills()
    worlds.worst_case(SMALL)
    assert worlds.repeated_windows(SMALL_TOWN, 4) <= SMALL_TOWN.bound(0)
    worlds.JUDGE = PureCaisse
    a_room_left_behind()
    for run in range(4):
        worlds.devices_in_turn(SHORT, run)
        worlds.devices_in_turn(PAIRS, run)
        for design in DESIGNS:
            world, heap = played(replace(SMALL, design=design), run, PureCaisse)
            worlds.check(world, heap)
        worlds.orders_agree(SMALL, run)
        worlds.close_as_you_go(SMALL, run)


def _as_given(ceiling: int, _lost: int, _rooms: int) -> int:
    """No room is ever taken back."""
    return ceiling


def _close_only(books: judging.Books, number: int) -> judging.Books:
    """Closing takes no room back: the other device of the place has it."""
    return replace(CLOSE(books, number), ceilings=dict(books.ceilings))


def _true(*_: object) -> bool:
    return True


def _within_its_sum(record: judging.Record, sight: judging.Sight) -> bool:
    return record.cents <= sight.most - sight.used


def _some_cents(record: judging.Record, _sight: judging.Sight) -> bool:
    return record.cents > 0


def _if_set_aside(record: judging.Record, _sight: judging.Sight) -> bool:
    return record.reserve != ""


def _judge_anew(record: judging.Record, sight: judging.Sight) -> Verdict:
    """A reused id is judged as if it were new."""
    again = sight.first is not None and sight.first != record
    return JUDGE(record, sight._replace(first=None) if again else sight)


def _judge_repeats(record: judging.Record, sight: judging.Sight) -> Verdict:
    """A repeat is not recognised."""
    return JUDGE(record, sight._replace(first=None))


def _settle_always(books: judging.Books, record: judging.Record) -> Verdict:
    """Money moves on every verdict that says so."""
    verdict = judging.judge(record, judging._sight(books, record))
    if verdict.is_posted and record != books.posted.get(record.id):
        judging._apply(books, record, verdict)
    return verdict


def _settle_again(books: judging.Books, record: judging.Record) -> Verdict:
    verdict = judging.judge(record, judging._sight(books, record))
    if verdict.is_posted:
        judging._apply(books, record, verdict)
    return verdict


def _room_whatever_is_lost(room: int, lost: int, others: int, fund_left: int = 0) -> int:
    return room


class RoomlessTill(Till):
    """It does not look at the room of its licence."""

    def __init__(self, articles: Articles, licence: int, place: int, room: int) -> None:
        super().__init__(articles, licence, place, 1 << 60)


class SumlessTill(Till):
    """It does not add up what a slip has paid."""

    def accept(self, record: Record, slip: Any, clock: int) -> bool:
        self.by_slip.clear()
        return super().accept(record, slip, clock)


class AnyPlaceTill(Till):
    """It takes slips of other places as its own."""

    def accept(self, record: Record, slip: Any, clock: int) -> bool:
        ours = slip is None or slip.place is None
        return super().accept(record, slip if ours else replace(slip, place=self.place), clock)


JUDGE: Callable[..., Verdict] = judging.judge
CLOSE = judging.close_licence
RULES: dict[str, dict[str, Any]] = {
    "a repeat is not recognised": {"judge": _judge_repeats, "_settle": _settle_again},
    "a place has no ceiling": {"within_room": _true},
    "a slip of another place is judged": {"for_this_place": _true},
    "what is set aside is not looked at": {"within_reserve": _if_set_aside},
    "less than nothing is sold": {"within_licence": _within_its_sum},
    "a licence has no sum": {"within_licence": _some_cents},
    "a handle has no limit": {"within_handle": _true},
    "a signature is not checked": {"is_proven": _true},
    "a wrong code debits": {"owes": _true},
    "a reused id is judged anew": {"judge": _judge_anew, "_settle": _settle_always},
    "a licence's room forgets open losses": {"room_left": _room_whatever_is_lost},
    "no room is taken back": {"ceiling_left": _as_given},
    "a closed licence leaves its room to others": {"close_licence": _close_only},
    "late records are judged": {"in_time": _true},
    "reserves go home at any closing": {"goes_home": _true},
}
TILLS = {
    "the till ignores its room": RoomlessTill,
    "the till ignores what a slip has paid": SumlessTill,
    "the till ignores the place of a slip": AnyPlaceTill,
}


def test_nothing_is_broken_by_itself() -> None:
    all_worlds()


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_broken_on_purpose_is_seen(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, broken in RULES[rule].items():
        monkeypatch.setattr(judging, name, broken)
    with pytest.raises(AssertionError):
        all_worlds()


@pytest.mark.parametrize("rule", TILLS)
def test_a_till_broken_on_purpose_is_seen(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "TILL", TILLS[rule])
    with pytest.raises(AssertionError):
        all_worlds()
