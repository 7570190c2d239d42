"""The chain of days: every ended day has a link that anyone recomputes, and damage breaks it."""

import hashlib
import json
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from caisse.kernel import clock, triggers
from caisse.kernel.ids import Id, show_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries
from caisse.ledger.tests.books import execute, found, pay, post, rows, submit, told

pytestmark = pytest.mark.django_db(transaction=True)
DAY_MS = 24 * 3_600_000
TODAY = date(2024, 2, 29)
NOON = clock.instant(TODAY, 12)
TRANSFER = (
    "at", "cause", "cents", "chain", "credit", "debit", "expires_at", "for_month", "id", "made_at",
    "method", "of", "phase", "reason", "seq", "unit", "unless",
)  # fmt: skip
EVENT = ("at", "by", "data", "id", "name", "subject")


def _links() -> list[tuple[str, int]]:
    return [(link, seq) for link, seq in rows("SELECT link, seq FROM ledger_link ORDER BY day")]


def _recomputed() -> list[tuple[str, int]]:
    """Every link again from the rows, as whoever verifies does it."""
    link, seq, again = "0" * 64, 0, []
    for day, last in rows("SELECT day, seq FROM ledger_link ORDER BY day"):
        day = day if isinstance(day, date) else date.fromisoformat(day)
        texts = [f"{link}|{day.isoformat()}"]
        for move in rows(
            f"SELECT {', '.join(TRANSFER)} FROM ledger_transfer WHERE seq > %s AND seq <= %s "
            "ORDER BY seq",
            seq,
            last,
        ):
            texts.append(_canonical(TRANSFER, move))
            seq = move[TRANSFER.index("seq")]
        bounds = clock.instant(day), clock.instant(day + timedelta(1))
        for event in rows(
            f"SELECT {', '.join(EVENT)} FROM kernel_event WHERE at >= %s AND at < %s ORDER BY id",
            *bounds,
        ):
            texts.append(_canonical(EVENT, event))
        link = hashlib.sha256("|".join(texts).encode()).hexdigest()
        again.append((link, seq))
    return again


def _canonical(names: tuple[str, ...], row: tuple[Any, ...]) -> str:
    told = {
        name: str(uuid.UUID(bytes=bytes(cell))) if isinstance(cell, bytes) else cell
        for name, cell in zip(names, row, strict=True)
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _three_days() -> list[Id]:
    """A caisse of three days, each with a payment; the ids of the payments."""
    paid = []
    for n in range(3):
        with clock.travelled(NOON + n * DAY_MS):
            if n == 0:
                found()
            payment = pay(n + 1)
            assert submit(payment) == "posted"
            with transaction.atomic():
                told(f"day.{n}")
            paid.append(payment.id)
    return paid


def test_each_ended_day_has_one_link_that_can_be_recomputed() -> None:
    _three_days()
    with clock.travelled(NOON + 3 * DAY_MS):
        first = ledger.anchor(TODAY)
        rest = ledger.anchor(TODAY + timedelta(2))
        assert ledger.anchor(TODAY + timedelta(2)) == []
        last = queries.last_link()
    assert [day for day, _ in first + rest] == [TODAY + timedelta(n) for n in range(3)]
    assert last == (first + rest)[-1]
    assert [link for _, link in first + rest] == [link for link, _ in _links()]
    assert _recomputed() == _links()
    assert len({link for link, _ in _links()}) == 3


def test_only_ended_days_are_linked() -> None:
    """What is posted later on a day that was linked too early would never be in the chain."""
    _three_days()
    with clock.travelled(NOON + 2 * DAY_MS):
        made = ledger.anchor(TODAY + timedelta(30))
        assert [day for day, _ in made] == [TODAY, TODAY + timedelta(1)]
        assert submit(pay()) == "posted"
    with clock.travelled(NOON + 3 * DAY_MS):
        ledger.anchor(TODAY + timedelta(2))
    assert _links()[-1][1] == queries.tip()[0]
    assert _recomputed() == _links()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE ledger_transfer SET cents = cents + 1 WHERE id = %s",
        "UPDATE ledger_transfer SET made_at = 5 WHERE id = %s",
        "UPDATE ledger_transfer SET method = 'pin' WHERE id = %s",
        "UPDATE ledger_transfer SET for_month = 202401 WHERE id = %s",
        "DELETE FROM ledger_transfer WHERE id = %s",
        "UPDATE kernel_event SET data = '{\"x\":1}' WHERE name = 'day.1' OR id = %s",
        "DELETE FROM kernel_event WHERE name = 'day.1' OR id = %s",
    ],
)
def test_damage_breaks_the_link_of_its_day(damage: str) -> None:
    paid = _three_days()
    with clock.travelled(NOON + 3 * DAY_MS):
        ledger.anchor(TODAY + timedelta(2))
    triggers.drop(connection)
    id_: object = paid[1] if connection.vendor == "sqlite" else show_id(paid[1])
    assert execute(damage, id_) == 1
    triggers.install(connection)
    again, links = _recomputed(), _links()
    assert again[0] == links[0]
    assert again[1][0] != links[1][0] and again[2][0] != links[2][0]


def test_a_day_with_a_clock_change_is_linked_whole() -> None:
    for day, hours in ((date(2024, 3, 31), 23), (date(2024, 10, 27), 25)):
        midnight = clock.instant(day)
        for n in range(hours):
            with clock.travelled(midnight + n * 3_600_000):
                assert clock.today() == day
        with clock.travelled(midnight + hours * 3_600_000):
            assert clock.today() == day + timedelta(1)
    first = clock.instant(date(2024, 10, 27))
    with clock.travelled(first):
        found()
    for n in range(25):
        with clock.travelled(first + n * 3_600_000):
            post([pay(n % 4 + 1, cents=1)])
    with clock.travelled(first + 25 * 3_600_000):
        post([pay()])
        ((day, _),) = ledger.anchor(date(2024, 10, 28))
    assert (day, _links()[0][1]) == (date(2024, 10, 27), queries.tip()[0] - 1)


def test_what_comes_after_a_linked_day_though_dated_in_it_goes_into_the_next() -> None:
    """The clock went back over midnight after the day was linked: nothing escapes the chain."""
    with clock.travelled(NOON):
        found()
    with clock.travelled(clock.instant(TODAY + timedelta(1), 1)):
        ledger.anchor(TODAY)
    with clock.travelled(clock.instant(TODAY, 23, 30)):
        late = pay()
        assert submit(late) == "posted"
    with clock.travelled(NOON + 2 * DAY_MS):
        ledger.anchor(TODAY + timedelta(1))
    assert _links()[-1][1] == queries.tip()[0]
    assert _recomputed() == _links()


def test_an_event_recorded_late_falls_into_no_day_that_is_linked() -> None:
    """The clock went back over midnight after the day was linked."""
    with clock.travelled(NOON):
        found()
    with clock.travelled(clock.instant(TODAY + timedelta(1), 1)):
        ledger.anchor(TODAY)
    before = _links()
    with clock.travelled(clock.instant(TODAY, 23, 30)), transaction.atomic():
        told("late")
    assert _recomputed() == before
    with clock.travelled(NOON + 2 * DAY_MS):
        ledger.anchor(TODAY + timedelta(1))
    assert _recomputed() == _links()
    assert len(_links()) == 2


def test_a_clock_that_was_a_year_ahead_breaks_no_link() -> None:
    _three_days()
    with clock.travelled(NOON + 400 * DAY_MS):
        ledger.anchor(clock.today() - timedelta(1))
        ledger.prepare(Month.of(clock.today()))
        assert submit(pay()) == "posted"
    for n in range(3, 5):
        with clock.travelled(NOON + n * DAY_MS):
            assert submit(pay()) == "posted"
            with transaction.atomic():
                told("back")
            ledger.anchor(clock.today())
    assert _recomputed() == _links()
