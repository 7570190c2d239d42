"""The real settling with each of its rules broken on purpose: a scene that must see it does.

Scenes that are no tests of their own are played unbroken as well: none sees a broken rule where
there is none.
"""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from caisse.payments.tests import test_offline_api as api
from tests.offline import model, worlds
from tests.offline.breaking import Scene, break_rule
from tests.offline.broken_rules import TABLE
from tests.offline.real import Member, RealCaisse, ground

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)

SEEN = (AssertionError, pytest.fail.Exception, KeyError)  # as who asks for a reason where none is
RULES = {rule.rule: (rule, one.scene) for one in TABLE for rule in one.rules}
SCENES = {one.scene.__name__: one.scene for one in TABLE}
OURS = [name for name in SCENES if not name.startswith("test_")]
# What no engine may let pass; the other rules are the same code on both, and wait for --long there.
ON_BOTH = {
    "what is lost is counted", "a place has its room", "the fund is promised once",
    "a slip is spent once", "a slip has its place", "a licence has its sum L",
    "a closed licence is closed", "a licence has its days", "a repeat is told the same",
    "a counter comes once", "a wrong code is wrong", "three tries", "other content under an id",
    "a code is for its cents", "the most of a sale", "a telephone has signed",
    "a request is proven", "a revoked till gets no licence", "one device of a place",
    "a copy uses no room", "a sale uses its request up", "a sale is judged again",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _judges(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(worlds, "JUDGE", RealCaisse)
    monkeypatch.setattr(worlds, "TILL", model.Till)
    yield


def each_rule() -> list[Any]:
    """The rules; on PostgreSQL those beside ON_BOTH are for a long run."""
    here = connection.vendor == "sqlite"
    long = pytest.mark.long
    return [rule if here or rule in ON_BOTH else pytest.param(rule, marks=long) for rule in RULES]


def play(scene: Scene) -> None:
    """A scene with what it asks for: a member with 100 €, a till, each in a caisse with 3,300 €."""
    made: dict[str, Callable[[], Any]] = {"awa": lambda: Member(1, 100_00), "till": api.Till}
    asked = [name for name in inspect.signature(scene).parameters if name in made]
    if asked:
        ground(3_300_00)
    scene(**{name: made[name]() for name in asked})


def test_each_rule_has_a_name_of_its_own() -> None:
    assert len(RULES) == sum(len(one.rules) for one in TABLE)
    assert RULES.keys() >= ON_BOTH


@pytest.mark.parametrize("scene", OURS)
def test_nothing_is_broken_by_itself(scene: str) -> None:
    play(SCENES[scene])


@pytest.mark.parametrize("rule", each_rule())
def test_a_rule_broken_on_purpose_is_seen(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, scene = RULES[rule]
    break_rule(monkeypatch, broken)
    with pytest.raises(SEEN):
        play(scene)
