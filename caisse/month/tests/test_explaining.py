"""The explanation of an amount sums to it, whatever the household, the articles and the month."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.bylaws.queries import presets
from caisse.bylaws.rules import REGISTER, build
from caisse.kernel.month import Month
from caisse.month.pages.reasons import _labels, _whys
from caisse.month.queries import Allocation
from caisse.month.rules import (
    AllocationRules,
    BalanceRules,
    Part,
    Pot,
    Received,
    allocation,
    ceiling,
    credited,
    explain,
    first_month,
    leaving,
)
from caisse.month.tests.test_rules import allocation_rules, balances, cents, pots

FEBRUARY = Month(2024, 2)
SOME = Pot(1_000_00, 20)
households = st.tuples(st.integers(0, 9), st.integers(0, 9))
days = st.integers(-40, 28)
shares = st.none() | st.integers(0, 100)


def received(
    people: tuple[int, int],
    rules: AllocationRules,
    keeping: BalanceRules,
    pot: Pot = SOME,
    joined: int = -10,
    share: int | None = None,
    held: int = 0,
    closed: bool = False,
) -> Received:
    """What a freeze and a credit would write for one household; `share` percent when scaled."""
    full = allocation(*people, rules, pot)
    day = FEBRUARY.first.toordinal() + joined
    begun = first_month(full, day, FEBRUARY, rules)
    allocated = begun if share is None else begun * share // 100
    given_ = 0 if closed else credited(allocated, held, ceiling(full, keeping))
    return Received(
        FEBRUARY,
        *people,
        full,
        allocated,
        given_,
        share is not None,
        date.fromordinal(day),
        closed,
    )


def lines_of(line: Received, parts: list[Part]) -> dict[str, int]:
    found: dict[str, int] = {part.kind: part.cents for part in parts}
    assert len(found) == len(parts)
    assert sum(found.values()) == line.given_cents
    assert all(part.article in REGISTER for part in parts)
    return found


@given(households, allocation_rules, balances, pots, days, shares, cents, st.booleans())
def test_the_lines_sum_to_what_was_credited(
    people: tuple[int, int],
    rules: AllocationRules,
    keeping: BalanceRules,
    pot: Pot,
    joined: int,
    share: int | None,
    held: int,
    closed: bool,
) -> None:
    line = received(people, rules, keeping, pot, joined, share, held, closed)
    found = lines_of(line, explain(line, rules, keeping))
    whole = first_month(line.full_cents, line.joined.toordinal(), FEBRUARY, rules)  # type: ignore[union-attr]
    assert found["first_month"] == whole - line.full_cents <= 0
    assert found["available"] == line.allocated_cents - whole <= 0
    assert found.get("cap", 0) + found.get("closed", 0) == line.given_cents - line.allocated_cents
    assert found["contribution"] == found["expiry"] == 0


@given(households, st.sampled_from(presets()), days, shares, st.integers(0, 500_00))
def test_every_known_caisse_explains_its_amounts_in_words(
    people: tuple[int, int], preset: object, joined: int, share: int | None, held: int
) -> None:
    values = preset.values  # type: ignore[attr-defined]
    rules = build(AllocationRules, {n: v for n, v in values.items() if n.startswith("allocation.")})
    keeping = build(
        BalanceRules,
        {n: v for n, v in values.items() if REGISTER[n].owner is BalanceRules},
    )
    line = received(people, rules, keeping, joined=joined, share=share, held=held)
    parts = explain(line, rules, keeping)
    lines_of(line, parts)
    whole = Allocation(
        FEBRUARY, "credited", FEBRUARY.first, line, tuple(parts), rules, keeping, None, held, 0,
        1, 100, 100, (),
    )  # fmt: skip
    for part in parts:
        assert _labels(part, whole) and _whys(part, whole).endswith(".")


def test_the_parts_of_a_composition_are_its_articles() -> None:
    rules = AllocationRules(
        mode="by_composition",
        base_cents=60_00,
        additional_adult_cents=30_00,
        child_cents=20_00,
        max_people_counted=3,
    )
    line = received((2, 3), rules, BalanceRules())
    found = lines_of(line, explain(line, rules, BalanceRules()))
    assert found["base"] == 60_00 and found["adults"] == 30_00
    assert (found["children"], found["counted"]) == (60_00, -40_00)
    assert line.given_cents == 110_00


def test_a_cap_says_what_it_kept_back_and_a_closed_wallet_is_no_cap() -> None:
    rules = AllocationRules(mode="flat", base_cents=100_00)
    keeping = BalanceRules(rollover="capped", cap_multiple=3)
    line = received((1, 0), rules, keeping, held=276_50)
    assert lines_of(line, explain(line, rules, keeping))["cap"] == -76_50
    shut = replace(line, credited_cents=0, closed=True)
    assert lines_of(shut, explain(shut, rules, keeping))["closed"] == -100_00


def test_before_the_credit_the_lines_sum_to_what_is_planned() -> None:
    rules = AllocationRules(mode="flat", base_cents=100_00)
    keeping = BalanceRules(rollover="capped", cap_multiple=3)
    line = replace(received((1, 0), rules, keeping), credited_cents=None)
    parts = explain(line, rules, keeping)
    assert lines_of(line, parts)["base"] == 100_00
    assert {part.kind: part.why for part in parts}["cap"] == "ahead"


@pytest.mark.parametrize(("months", "gone"), [(1, 120_00), (2, 60_00), (3, 0)])
def test_what_leaves_at_the_next_credit_depends_on_how_long_it_is_kept(
    months: int, gone: int
) -> None:
    given_ = {FEBRUARY.previous(): 60_00, FEBRUARY.previous().previous(): 60_00}
    rules = BalanceRules(expiry_months=months)
    assert leaving(120_00, given_, FEBRUARY, rules) == gone


@given(st.integers(0, 500_00), st.lists(cents, max_size=8), balances)
def test_what_leaves_never_exceeds_what_is_there(
    balance: int, given_: list[int], rules: BalanceRules
) -> None:
    by_month = {FEBRUARY + -number: one for number, one in enumerate(given_, 1)}
    assert 0 <= leaving(balance, by_month, FEBRUARY, rules) <= balance
    assert leaving(balance, by_month, FEBRUARY, BalanceRules()) == 0
