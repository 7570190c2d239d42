"""The house checks itself: each rule on the whole tree, and on small trees that break it."""

from pathlib import Path

import pytest

from tests.house import documented, foreign, jobs, layout, money, style, templates, words
from tests.house.tree import RULES, Rule, Tree, grow

HOUSE = Tree(Path(__file__).parents[2])
MODULES = (documented, foreign, jobs, layout, money, style, templates, words)  # each declares rules
PLANTED = [(rule, number) for rule in RULES for number in range(len(rule.plants))]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_house_keeps_its_rule(rule: Rule) -> None:
    found = list(rule.find(HOUSE))
    assert not found, f"{rule.find.__doc__}\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("rule", "number"), PLANTED, ids=[f"{rule.name}-{number}" for rule, number in PLANTED]
)
def test_a_planted_violation_is_seen(rule: Rule, number: int, tmp_path: Path) -> None:
    assert list(rule.find(grow(tmp_path, rule.plants[number])))


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.fine], ids=lambda rule: rule.name)
def test_what_only_comes_close_is_left_alone(rule: Rule, tmp_path: Path) -> None:
    assert list(rule.find(grow(tmp_path, rule.fine))) == []


def test_every_module_declares_rules() -> None:
    declared = {rule.find.__module__ for rule in RULES}
    assert declared == {module.__name__ for module in MODULES}
