"""The cases that a committee member can read and write: cases/*.yaml, one file per known caisse.

Each case names a preset (with `articles` changed for the case), what is given and what must come
out. Amounts are written as on paper: 1 234,56.
"""

import dataclasses
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from caisse.bylaws import rules
from caisse.bylaws.queries import preset, presets
from caisse.contributions.rules import (
    ContributionRules,
    demand_pledge,
    due,
    first_due,
    minimum,
    suggested,
    top_up,
)
from caisse.kernel import cents
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.merchants.rules import (
    CoverageRules,
    Line,
    RedemptionRules,
    coverage,
    paid_on,
    redemption,
)
from caisse.month.rules import (
    AllocationRules,
    BalanceRules,
    Budgeted,
    Pot,
    allocation,
    budget,
    ceiling,
    credited,
    expired,
    first_month,
    levy,
)
from caisse.payments.rules import PriceRules, prices
from caisse.people.rules import MemberRules, counted, demand_composition

FOLDER = Path(__file__).parent / "cases"
GIVEN = {
    "answers",
    "articles",
    "asked",
    "available",
    "balance",
    "basket",
    "called",
    "household",
    "income",
    "joined",
    "month",
    "pledge",
    "pledged",
    "pledged on",
    "purchase",
    "recent",
    "sales",
    "situation",
}


@dataclasses.dataclass(frozen=True)
class Case:
    """What a case gives, and the articles that rule it."""

    given: dict[str, Any]
    articles: dict[str, Any]

    def rules(self, cls: Any) -> Any:
        """The articles of one class."""
        return rules.build(cls, self.articles)

    def cents(self, key: str) -> int:
        """An amount of the case."""
        return cents.parse(str(self.given[key]))

    def many(self, key: str) -> list[int]:
        """A list of amounts of the case."""
        return [cents.parse(str(amount)) for amount in self.given[key]]

    @property
    def month(self) -> Month:
        """The month of the case."""
        return Month.parse(str(self.given.get("month", "2024-10")))

    @property
    def people(self) -> tuple[int, int]:
        """Adults and children as the articles count them on the 1st of the month."""
        household = self.given["household"]
        births = [Month.parse(str(birth)) for birth in household.get("births", [])]
        age = self.rules(AllocationRules).child_max_age
        return counted(household["adults"], births, self.month, age)

    @property
    def pot(self) -> Pot:
        """The contributions called for the month."""
        called = self.many("called") if "called" in self.given else []
        return Pot(sum(called), len(called))


def _allocation(case: Case) -> int:
    articles = case.rules(AllocationRules)
    whole = allocation(*case.people, articles, case.pot)
    if "joined" not in case.given:
        return int(whole)
    joined = case.given["joined"].toordinal()
    return int(first_month(whole, joined, case.month, articles))


def _credited(case: Case) -> int:
    whole = _allocation(case)
    most = ceiling(whole, case.rules(BalanceRules))
    return int(credited(whole, case.cents("balance"), most))


def _expired(case: Case) -> int:
    recent = case.cents("recent") if "recent" in case.given else 0
    return int(expired(case.cents("balance"), recent, case.rules(BalanceRules)))


def _pledge(case: Case) -> int:
    adults, children = case.people
    demand_pledge(
        case.cents("pledge"),
        adults=adults,
        children=children,
        rules=case.rules(ContributionRules),
        income_cents=case.cents("income") if "income" in case.given else None,
        situation=case.given.get("situation"),
    )
    return int(due(case.cents("pledge"), adults, children, case.rules(ContributionRules)))


def _refused(case: Case) -> str:
    with pytest.raises(Refusal) as refused:
        _covered(case) if "purchase" in case.given else _pledge(case)
    return refused.value.reason


def _joins(case: Case) -> str:
    with pytest.raises(Refusal) as refused:
        demand_composition(*case.people, case.rules(MemberRules))
    return refused.value.reason


def _rest(case: Case) -> int:
    pot, articles = case.pot, case.rules(AllocationRules)
    return pot.called_cents - levy(pot.called_cents, articles) - _allocation(case) * pot.members


def _covered(case: Case) -> Any:
    lines = [Line(cents.parse(line["cents"]), line["rate"]) for line in case.given["purchase"]]
    return coverage(lines, case.rules(CoverageRules))


def _budget(case: Case) -> Budgeted:
    asked = np.array(case.many("asked"), dtype=np.int64)
    return budget(asked, case.cents("available"), case.rules(AllocationRules))


def _redeemed(case: Case) -> Any:
    return redemption(case.cents("sales"), case.rules(RedemptionRules))


OUTCOMES: dict[str, Callable[[Case], Any]] = {
    "allocation": _allocation,
    "amounts": lambda case: _budget(case).cents.tolist(),
    "contribution": _pledge,
    "covered": lambda case: _covered(case).caisse_cents,
    "credited": _credited,
    "due": lambda case: due(case.cents("pledged"), *case.people, case.rules(ContributionRules)),
    "expired": _expired,
    "fee": lambda case: _redeemed(case).fee_cents,
    "first month due": lambda case: str(
        first_due(case.given["pledged on"], case.rules(ContributionRules))
    ),
    "joins": _joins,
    "left to pay": lambda case: _covered(case).member_cents,
    "levy": lambda case: levy(case.pot.called_cents, case.rules(AllocationRules)),
    "minimum contribution": lambda case: minimum(*case.people, case.rules(ContributionRules)),
    "paid": lambda case: _redeemed(case).paid_cents,
    "paid on": lambda case: paid_on(case.month, case.rules(RedemptionRules)),
    "prices": lambda case: prices(
        case.cents("basket"), case.rules(PriceRules), case.rules(ContributionRules)
    ),
    "refused": _refused,
    "rest": _rest,
    "suggested": lambda case: suggested(tuple(case.many("answers")), case.rules(ContributionRules)),
    "top-up": lambda case: top_up(case.cents("pledge"), case.rules(ContributionRules)),
    "verdict": lambda case: _budget(case).verdict,
}


def _cases() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        sheet = yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in sheet["cases"]:
            found.append(pytest.param(sheet["preset"], case, id=f"{path.stem}: {case['title']}"))
    return found


def _as_written(value: Any) -> Any:
    """What a person expects to read: an amount on paper, a date, a word."""
    if isinstance(value, list):
        return [_as_written(one) for one in value]
    return cents.show(value, "") if isinstance(value, int) else value


def _as_expected(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_expected(one) for one in value]
    if isinstance(value, str) and "," in value:
        return cents.show(cents.parse(value), "")
    return value if isinstance(value, date) else str(value)


@pytest.mark.parametrize(("code", "case"), _cases())
def test_case(code: str, case: dict[str, Any]) -> None:
    given = {key: value for key, value in case.items() if key not in ("title", "expected")}
    assert set(given) <= GIVEN, f"unknown words: {set(given) - GIVEN}"
    articles = preset(code).values
    for name, raw in given.get("articles", {}).items():
        articles[name] = rules.from_json(name, raw)
    facts = Case(given, articles)
    come_out = {key: _as_written(OUTCOMES[key](facts)) for key in case["expected"]}
    assert come_out == {key: _as_expected(value) for key, value in case["expected"].items()}


def test_every_preset_has_its_cases() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == {known.code for known in presets()}
