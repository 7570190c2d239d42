"""The played world is the world: its figures, its forecast, its interruptions, its next days."""

import contextlib
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from caisse.accounting import queries as accounting
from caisse.bylaws import queries as bylaws
from caisse.demo import operations as demo
from caisse.demo.operations import bank, playing
from caisse.demo.tests.test_world import CAISSE, FUNDERS, OPERATING, rows
from caisse.demo.tests.test_world_people import KINDS
from caisse.demo.world import World, world
from caisse.demo.world.acts import Act, Credit
from caisse.demo.world.values import Purchase, Refund
from caisse.kernel import clock, events
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as books
from caisse.merchants import queries as merchants
from caisse.month import queries as months

LAST = date(2024, 1, 31)
CAISSE_COLUMNS = (
    "members issued_cents spent_cents wallets_cents owed_to_places_cents called_cents "
    "returned_cents recovered_cents cashed_cents grants_cents reimbursed_cents cash_cents "
    "circulation_cents backing_gap_cents"
)
OPERATING_COLUMNS = "hr_cents running_cents evaluation_cents it_cents out_cents in_cents cash_cents"


def table(text: str, columns: str) -> list[dict[str, Any]]:
    """The published lines, in cents, under the names of the figures."""
    names = columns.split()
    return [
        {"month": month}
        | {
            name: int(cell) * (100 if name.endswith("_cents") else 1)
            for name, cell in zip(names, cells, strict=True)
        }
        for month, *cells in rows(text)
    ]


def lines(figures: tuple[Any, ...], columns: str) -> list[dict[str, Any]]:
    """The same of what the caisse says."""
    return [
        {"month": str(line.month)} | {name: getattr(line, name) for name in columns.split()}
        for line in figures
    ]


def test_every_figure_of_the_year_is_the_published_one(played: str) -> None:
    told = accounting.figures(at=LAST)
    assert lines(told.caisse.months, CAISSE_COLUMNS) == table(CAISSE, CAISSE_COLUMNS)
    assert lines(told.operating.months, OPERATING_COLUMNS) == table(OPERATING, OPERATING_COLUMNS)
    kinds = {each.kind: (each.count, each.spent_cents) for each in told.places}
    assert kinds == {kind: (count, euros * 100) for kind, (count, euros) in KINDS.items()}
    assert told.payments == 13_709
    given: Counter[tuple[str, str]] = Counter()
    for funder in told.funders:
        given[funder.name, funder.fund] += funder.cents
    assert given == Counter(
        {
            (name, fund): euros * 100
            for name, both in FUNDERS.items()
            for fund, euros in zip(("caisse", "operating"), both, strict=True)
        }
    )


@pytest.mark.parametrize(
    ("day", "december"),
    [((2023, 8, 31), 22_500), ((2023, 9, 9), 22_500), ((2023, 9, 10), -3_500)],
)
def test_the_letter_is_known_from_its_day_on(
    played: str, day: tuple[int, int, int], december: int
) -> None:
    told = accounting.figures(at=date(*day))
    [month] = [line for line in told.forecast if line.month == Month(2023, 12)]
    assert month.operating_cash_cents == december * 100


def test_wallets_and_places_hold_what_the_world_says(played: str) -> None:
    wallets, places = held(world(), clock.instant(date(2024, 2, 1)))
    assert balances("wallet") == wallets
    assert balances("place") == places


def balances(family: str) -> list[int]:
    """In the order of the numbers that the caisse gave."""
    found = books.balances(family)
    return [found[code] for code in sorted(found, key=lambda code: int(code.partition(":")[2]))]


def held(told: World, until: int) -> tuple[list[int], list[int]]:
    """Balances of wallets, and what each place has sold this month, by number, at an instant."""
    wallets = [0] * len(told.households)
    places: Counter[int] = Counter()
    month = None
    for act in told.acts:
        if playing.instant(act.at) > until:
            break
        if Month.of(act.at.day) != month:
            month = Month.of(act.at.day)
            places.clear()
        if isinstance(act, Credit):
            for member in told.households:
                wallets[member.number] += 10_000 * (member.first_month <= act.month)
        elif isinstance(act, Purchase):
            wallets[act.household] -= act.cents
            places[act.place] += act.cents
        elif isinstance(act, Refund):
            bought = told.purchases[act.of - 1]
            wallets[bought.household] += act.cents
            places[bought.place] -= act.cents
    return wallets, [places[place.number] for place in told.places]


def test_the_freeze_of_february_2024_warns_and_its_credit_succeeds(played: str) -> None:
    frozen = months.run(month=Month(2024, 2), position=0)
    assert frozen is not None
    assert (frozen.state, frozen.verdict) == ("approved", "warned")
    for day in (2, 3, 4, 5):
        clock.travel(clock.instant(date(2024, 2, day), 20))
        demo.keep_up()
    run = months.run(month=Month(2024, 2), position=0)
    assert run is not None
    assert (run.state, run.credited_cents) == ("credited", 35_000_00)
    assert demo.played_until() > clock.instant(date(2024, 2, 5), 6)


def test_every_line_of_the_check_is_green(played: str) -> None:
    lines = accounting.check()
    assert [line.code for line in lines if not line.ok] == []
    link = books.last_link()
    assert link is not None and link[0] == LAST


def test_playing_again_changes_nothing(played: str) -> None:
    before = books.tip()
    demo.play(until=demo.end_of_the_year())
    assert books.tip() == before


def test_decisions_and_places_at_the_end(played: str) -> None:
    register = bylaws.register()
    assert len(register) == 14  # founding, ten batches of approvals, three changes of the bylaws
    assert len(merchants.places(at=LAST)) == 55
    assert len(merchants.places(at=date(2023, 11, 10))) == 50


def test_each_place_has_an_account_of_its_own_that_is_nobodys(played: str) -> None:
    assert merchants.without_account(at=LAST) == [] == merchants.waiting_bank_details()
    said = [merchants.bank_details(row.merchant_id) for row in merchants.places(at=LAST)]
    found = {one.iban for one in said if one is not None}
    assert len(found) == 55 and all(iban[4:14] == "0" * 10 for iban in found)


def test_the_doors_are_opened_once_and_one_leads_to_a_stall_on_markets(played: str) -> None:
    before = demo.cast()
    demo.open_doors()
    assert demo.cast() == before and len({guest.name for guest in before}) == len(before)
    stalls = {world().places[one.place].name for one in world().markets}
    led = {guest.role.partition(", ")[2] for guest in before}
    assert stalls & led & {row.name for row in merchants.places(at=LAST)}


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A caisse of the test's own: its anchors are not those of the played year."""
    monkeypatch.setattr(settings, "HOME", tmp_path)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.django_db(transaction=True)
def test_an_interrupted_month_ends_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    until = clock.instant(date(2023, 3, 13), 9)
    real, pulled = bank.do, set[Act]()

    def failing(stage: Any, act: Any) -> None:
        real(stage, act)
        if act not in pulled:  # done, and nobody was told: it will be done again
            pulled.add(act)
            raise ConnectionError("pulled out")

    monkeypatch.setattr(bank, "do", failing)
    while demo.played_until() < until:
        with contextlib.suppress(ConnectionError):
            demo.play(until=until)
    assert len(pulled) > 10
    wallets, places = held(world(), until)
    found = balances("wallet")
    assert found == wallets[: len(found)] and not any(wallets[len(found) :])
    found = balances("place")
    assert found == places[: len(found)] and not any(places[len(found) :])
    march = accounting.figures(at=date(2023, 3, 12)).caisse.months[-1]
    assert (march.called_cents, march.returned_cents) == (7_150_00, 180_00)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.django_db(transaction=True)
def test_only_a_caisse_of_the_demo_is_played(monkeypatch: pytest.MonkeyPatch) -> None:
    demo.play(until=clock.instant(date(2023, 1, 10), 12))
    founding = bylaws.founding()
    assert founding is not None and founding.demo
    monkeypatch.setattr(
        bylaws, "founding", lambda: type(founding)("Vraie", "x", Month(2023, 2), False, 0)
    )
    with pytest.raises(Refusal) as refused:
        demo.play(until=clock.instant(date(2023, 1, 20), 12))
    assert refused.value.reason == "not_demo"
    seq = books.tip()
    demo.keep_up()
    assert books.tip() == seq


def test_the_world_has_an_end() -> None:
    with pytest.raises(Refusal) as refused:
        demo.play(until=clock.instant(world().last_day() + timedelta(1)))
    assert refused.value.reason == "too_far"


def test_no_event_of_the_play_holds_a_name(played: str) -> None:
    told = " ".join(events.canonical_events(0, clock.now_ms())).casefold()
    for household in world().households:
        assert household.family.casefold() not in told
        assert f'"{household.given.casefold()}"' not in told


@pytest.mark.long
def test_the_year_after_can_be_played_to_its_end(played: str) -> None:
    demo.play(until=clock.instant(date(2024, 12, 31), 23, 30))
    told = accounting.figures(at=date(2024, 12, 31))
    assert len(told.caisse.months) == 23
    assert all(line.backing_gap_cents >= 0 for line in told.caisse.months)
    assert all(line.issued_cents == 35_000_00 for line in told.caisse.months[-11:])
