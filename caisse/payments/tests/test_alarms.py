"""Wrong codes in numbers are told to the office: once for each pause, once for the brake."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from caisse.kernel import clock, events, work
from caisse.kernel.events import Happened
from caisse.kernel.ids import show_id
from caisse.kernel.tests.entering import enter
from caisse.ledger import operations as ledger
from caisse.payments import operations, queries
from caisse.payments.models import Device
from caisse.payments.operations import alarms
from caisse.payments.operations.brake import BRAKE, Brake
from caisse.payments.tests.device import PhoneTill
from caisse.payments.tests.test_api import DAY
from caisse.payments.tests.vouchers import VoucherWorld, at_once
from caisse.site import working
from caisse.site.telling import happenings

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
NINE = clock.instant(DAY, 9)
PAUSED, STRICT = "till.code_paused", "codes.strict"


@pytest.fixture
def world() -> Iterator[VoucherWorld]:
    BRAKE.release()
    clock.travel(NINE)
    here = VoucherWorld()
    operations.follow_codes()
    yield here
    BRAKE.release()


def told(name: str) -> list[Happened]:
    return events.history(names=(name,))


def err(world: VoucherWorld, times: int = 1, till: PhoneTill | None = None) -> list[str]:
    """Codes of nobody, each under another identifier."""
    said = [world.pay("123456", handle=f"radis-{n}", till=till).said for n in range(times)]
    return [str(one["reason"]) for one in said]


def words(answer: Any) -> str:
    text = answer.content.decode()
    return " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split())


def test_a_pause_is_told_once_with_till_and_place_and_nobody_else(world: VoucherWorld) -> None:
    assert err(world, 9) == ["code_wrong"] * 9
    operations.follow_codes()
    assert told(PAUSED) == []
    assert err(world, 4) == ["code_wrong", *["till_code_paused"] * 3]
    for _each in range(3):
        ledger.trace()
        operations.follow_codes()
    [one] = told(PAUSED)
    device = Device.objects.get(pk=world.device)
    assert one.subject == f"place:{world.place}" and one.by == "system:timetable"
    assert one.data == {"till": show_id(bytes(device.till or b"")), "until": NINE + HOUR_MS}
    clock.travel(NINE + 61 * MINUTE_MS)
    assert err(world, 10) == ["code_wrong"] * 10
    operations.follow_codes()
    assert [each.data["until"] for each in told(PAUSED)] == [NINE + 121 * MINUTE_MS, NINE + HOUR_MS]


def test_a_pause_that_was_over_when_the_worker_came_is_told_too(world: VoucherWorld) -> None:
    """Ten over 59 minutes: the pause is one of a minute, and the worker stood still for a day."""
    for n in range(10):
        clock.travel(NINE + int(n * 6.5 * MINUTE_MS))
        assert err(world) == ["code_wrong"]
    clock.travel(NINE + 9 * HOUR_MS)
    while ledger.void_expired():
        pass
    operations.follow_codes()
    assert [one.data["until"] for one in told(PAUSED)] == [NINE + HOUR_MS]


def test_the_pauses_of_several_tills_are_told_by_each_step(
    world: VoucherWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the journal is cut, typed vouchers counted with the codes; two followers at once."""
    monkeypatch.setattr(alarms, "STEP", 3)
    code = world.issue(5_00).papers[0].code
    for n in range(10):
        err(world, till=world.other)
        if n < 5:
            err(world)
            assert world.reason(code[:8] + f"{n:05d}") == "voucher_unknown"
    at_once([operations.follow_codes] * 3)
    assert sorted(one.subject for one in told(PAUSED)) == sorted(
        [f"place:{world.place}", f"place:{world.vrac}"]
    )


def test_the_worker_tells_it_and_the_office_reads_it_for_a_day(
    world: VoucherWorld, client: Client
) -> None:
    err(world, 10)
    world.pay()
    clock.travel(NINE + MINUTE_MS)
    working.turn()
    [paused] = told(PAUSED)
    after = show_id((int.from_bytes(paused.id) + 1).to_bytes(16))  # the turn told much else
    for login, role in (("ana", "coordinator"), ("bea", "administrator")):
        enter(client, login, role)
        mine = words(client.get("/gestion")).split('id="c2"')[0]
        assert "Appeler Halle : dix codes faux en une heure" in mine
        assert "jusqu’à 10 h 00" in mine and "Appeler Vrac" not in mine
        journal = words(client.get(f"/gestion/journal?avant={after}"))
        assert "Un appareil de Halle ne prend plus de code" in journal
    [row] = queries.code_alarms().paused
    assert row == (world.place, NINE + HOUR_MS)
    clock.travel(NINE + MINUTE_MS + clock.DAY_MS + 1)
    assert queries.code_alarms() == (0, [])
    enter(client, "ana", "coordinator")
    assert "dix codes faux" not in words(client.get("/gestion"))


def test_a_brake_that_takes_hold_is_told_once_in_an_hour(
    world: VoucherWorld, client: Client
) -> None:
    tills = [world.till, world.other, PhoneTill()]
    world.confirm(tills[2], world.invite())
    for till in tills[:2]:
        assert err(world, 10, till) == ["code_wrong"] * 10
    assert operations.tell_of_brake() == 0 and told(STRICT) == []
    assert err(world, 4, tills[2]) == ["code_wrong"] + ["code_paused"] * 3
    assert BRAKE.strict and told(STRICT) == [], "nothing is written while somebody waits"
    assert [operations.tell_of_brake() for _each in range(2)] == [1, 0]
    [one] = told(STRICT)
    assert (one.subject, one.data) == ("caisse", {"until": NINE + HOUR_MS})
    assert queries.code_alarms().strict_until == NINE + HOUR_MS
    enter(client, "bea", "administrator")
    assert "Trop de codes faux dans toute la caisse" in words(client.get("/gestion"))
    assert "aux lieux habituels" in words(client.get("/gestion/journal"))
    clock.travel(NINE + clock.DAY_MS)
    assert queries.code_alarms().strict_until == 0


def test_processes_that_brake_at_once_tell_it_once(
    world: VoucherWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has a brake of its own; an hour later it is news again."""
    for _hour in range(2):
        for _process in range(3):
            brake = Brake()
            for _wrong in range(21):
                brake.saw(right=False)
            monkeypatch.setattr(alarms, "BRAKE", brake)
            assert [operations.tell_of_brake() for _each in range(2)] == [1, 0]
            assert brake.strict, "it brakes on, whoever told of it"
        clock.travel(clock.now_ms() + HOUR_MS)
    assert [one.data["until"] for one in told(STRICT)] == [NINE + 2 * HOUR_MS, NINE + HOUR_MS]


def test_a_brake_is_told_by_what_each_process_does_at_every_turn(world: VoucherWorld) -> None:
    for _wrong in range(21):
        BRAKE.saw(right=False)
    assert "payments.brake" in work.run_steady(everywhere=True)
    assert len(told(STRICT)) == 1


def test_no_sentence_of_it_names_a_member(world: VoucherWorld) -> None:
    err(world, 10)
    operations.follow_codes()
    lines = happenings.tell(told(PAUSED), {}, {world.place: "Halle"})
    assert [line.words for line in lines] == [
        "Un appareil de Halle ne prend plus de code : dix codes faux en une heure."
    ]
    assert "radis" not in str(told(PAUSED))
