"""Walk a world day by day: each act at its second, through the operations that pages use.

Every act is repeatable: its id follows from its instant, so an interrupted week is played again and
ends the same. Each week an event says until when the world was played; nothing else is kept.
"""

import logging
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter

from django.db import transaction

from caisse.bylaws import queries as bylaws
from caisse.demo.operations import bank, markets, office
from caisse.demo.operations.doors import open_doors
from caisse.demo.operations.stage import Progress, Stage, instant
from caisse.demo.operations.tills import TillAct, Tills
from caisse.demo.world import world
from caisse.demo.world.acts import Act
from caisse.demo.world.values import Attempt, Moment
from caisse.kernel import clock, events, work
from caisse.kernel.actor import SYSTEM
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books

log = logging.getLogger("caisse.demo")

PLAYED = "demo.played"
AHEAD = 3
"""Months of ids that are kept possible beyond the one that is played."""


def end_of_the_year() -> int:
    """1 February 2024, 9:00, in milliseconds: where the demo stands after the reference year."""
    return clock.instant(date(2024, 2, 1), 9)


def play(*, until: int, progress: Progress | None = None) -> None:
    """Play the world from where it stopped up to the instant `until` (milliseconds), in its time.

    Founds the caisse when there is none. The clock then stands at `until`; an `until` that is
    passed already changes nothing. Raises Refusal: `not_demo` for a caisse that the demo did not
    found, `too_far` beyond the last day of the world.
    """
    last = world().last_day()
    if until >= clock.instant(last + timedelta(1)):
        raise Refusal("too_far", f"La démonstration va jusqu’au {last:%d/%m/%Y}, pas au-delà.")
    founding = bylaws.founding()
    if founding is not None and not founding.demo:
        raise Refusal("not_demo", "Cette caisse n’est pas une démonstration : rien n’y est joué.")
    start = played_until()
    if start < until:
        with work.hushed():
            _walk(start, until, progress, travels=True)
        clock.travel(until)
        if until >= end_of_the_year():
            open_doors()
        _mark(until)
        ledger.anchor(clock.today() - timedelta(1))  # the days that ended, as the timetable does


def keep_up() -> None:
    """Do what the world does up to now, while the demo's clock runs by itself; nothing elsewhere.

    What a rule refuses is logged and left: visitors of the demo may have changed the caisse.
    """
    founding = bylaws.founding()
    if founding is not None and founding.demo:
        _walk(played_until(), clock.now_ms(), None, travels=False)


def played_until() -> int:
    """The instant up to which the world was played, 0 when it was not."""
    marks = events.history(names=[PLAYED], limit=20)  # more than one may bear one instant
    return max((int(mark.data["until"]) for mark in marks), default=0)


def _walk(start: int, until: int, progress: Progress | None, *, travels: bool) -> None:
    """Play the acts after `start` up to `until`, day by day; a mark after each week."""
    everything = world().acts
    first, end = (
        bisect_right(everything, moment, key=attrgetter("at"))
        for moment in (_moment(start), _moment(until))
    )
    due = everything[first:end]
    if not due:
        return
    stage = Stage(world(), travels, _reached())
    for act in everything[:first]:
        if isinstance(act, office.Naming):
            office.tell(stage, act)
    tills, month, week = Tills(stage), None, due[0].at.day.isocalendar().week
    for day, todays in groupby(due, key=lambda act: act.at.day):
        if Month.of(day) != month:
            month = Month.of(day)
            _prepare(month)
        if day.isocalendar().week != week:
            week = day.isocalendar().week
            _mark(clock.instant(day) - 1)
        for act in todays:
            _do(stage, tills, act)
        tills.flush()
        if progress is not None:
            progress(day, (day - due[0].at.day + timedelta(1)) / _length(due))
    if not travels:
        _mark(instant(due[-1].at))


def _length(due: Sequence[Act]) -> timedelta:
    return due[-1].at.day - due[0].at.day + timedelta(1)


def _do(stage: Stage, tills: Tills, act: Act) -> None:
    """One act, at its second."""
    if isinstance(act, TillAct):
        # What was refused when the day was first played could pass now, after a refund.
        if not (isinstance(act, Attempt) and stage.again(act.at)):
            tills.do(act)
        return
    tills.flush()
    stage.stand(act.at)
    try:
        if isinstance(act, office.OfficeAct):
            office.do(stage, act)
        elif isinstance(act, markets.MarketAct):
            markets.do(stage, act)
        else:
            bank.do(stage, act)
    except Refusal as refusal:
        if stage.travels:
            raise
        log.warning("%s was refused: %s", type(act).__name__, refusal.reason)


def _prepare(month: Month) -> None:
    """Ids of the next months are possible, as the timetable does; founding does it by itself."""
    if books.prepared()[1]:
        ledger.prepare(month + AHEAD)


def _reached() -> int:
    """The last instant in the books: where an interrupted week had come to."""
    newest = events.history(limit=1)
    return max(books.tip()[1], newest[0].at if newest else 0)


def _moment(ms: int) -> Moment:
    local = clock.local(ms)
    return Moment(local.date(), local.hour * 3600 + local.minute * 60 + local.second)


@transaction.atomic
def _mark(until: int) -> None:
    events.record(PLAYED, subject="demo", by=SYSTEM, until=until)
