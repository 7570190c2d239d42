"""What a plan would say today, without writing it: the very lines that a freeze writes down."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from caisse.bylaws import queries as bylaws
from caisse.contributions import queries as contributions
from caisse.kernel.month import Month
from caisse.kernel.one_or_many import Array
from caisse.ledger import queries as balances
from caisse.month.models import MonthlyRun, PlanLine
from caisse.month.queries.runs import expected_cents, waiting_cents
from caisse.month.rules import (
    AllocationRules,
    Budgeted,
    Pot,
    allocation,
    budget,
    credit_on,
    first_month,
    levy,
)
from caisse.people import queries as people


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan as computed: `roll` holds the columns of its lines, `full` a whole month for each.

    `budgeted` are the amounts after the budget guard. Cents.
    """

    month: Month
    rules: AllocationRules
    roll: Mapping[str, Array]
    full: Array
    budgeted: Budgeted
    levy_cents: int = 0
    expected_cents: int = 0

    @property
    def lines(self) -> int:
        """How many households it names."""
        return len(self.full)


def plan_of(month: Month) -> Planned:
    """The ordinary plan of `month`: roll, articles in force, first month, budget guard."""
    rules = bylaws.in_force(AllocationRules, month=month)
    roll, full, called = _full(month, rules)
    begun = first_month(full, roll["joined"], month, rules)
    kept = (begun > 0) | (full == 0)
    taken = levy(called, rules) if rules.mode == "mean_of_contributions" else 0
    expected = expected_cents(until=credit_on(month, rules))
    available = balances.balance("fund:caisse") - waiting_cents() + expected - taken
    columns = {name: column[kept] for name, column in roll.items()}
    budgeted = budget(begun[kept], available, rules)
    return Planned(month, rules, columns, full[kept], budgeted, taken, expected)


def adjustment_of(month: Month) -> Planned:
    """What the runs of `month` owe by today's roll; no line when nothing is missing."""
    rules = bylaws.in_force(AllocationRules, month=month)
    roll, full, _ = _full(month, rules)
    due = first_month(full, roll["joined"], month, rules)
    ordinary = MonthlyRun.objects.filter(month=month, position=0).first()
    if ordinary is not None and ordinary.verdict == "scaled":
        due = due * ordinary.total_cents // ordinary.asked_cents  # forgotten is not favoured
    given: dict[int, int] = {}
    lines = PlanLine.objects.filter(run__month=month)
    for wallet, cents in lines.values_list("wallet", "allocated_cents"):
        given[wallet] = given.get(wallet, 0) + cents
    before = np.array([given.get(int(wallet), 0) for wallet in roll["wallet"]], dtype=np.int64)
    missing = np.maximum(due - before, 0)
    kept = missing > 0
    columns = {name: column[kept] for name, column in roll.items()}
    available = balances.balance("fund:caisse") - waiting_cents()
    return Planned(month, rules, columns, full[kept], budget(missing[kept], available, rules))


def _full(month: Month, rules: AllocationRules) -> tuple[dict[str, Array], Array, int]:
    """The roll as columns, a whole month for each line, and the contributions pledged."""
    roll = _present(people.roll(month=month, child_max_age=rules.child_max_age), month, rules)
    called = int(contributions.pledged(month=month)[1].sum())
    pot = Pot(called, len(roll["wallet"]))
    return roll, allocation(roll["adults"], roll["children"], rules, pot), called


def _present(roll: people.Roll, month: Month, rules: AllocationRules) -> dict[str, Array]:
    """The columns of those who are still members on the credit day."""
    stays = (roll.left == 0) | (roll.left > credit_on(month, rules).toordinal())
    names = ("membership", "wallet", "adults", "children", "joined")
    return {name: getattr(roll, name)[stays] for name in names}
