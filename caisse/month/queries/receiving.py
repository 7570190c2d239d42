"""What one household received for a month, with all that explains it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from caisse.bylaws.rules import CLASSES, REGISTER, build, from_json
from caisse.kernel import events
from caisse.kernel.ids import derived_ids
from caisse.kernel.month import Month
from caisse.ledger import queries as ledger
from caisse.month.models import PlanLine
from caisse.month.queries.keeping import PAID
from caisse.month.queries.runs import households_of
from caisse.month.rules import AllocationRules, BalanceRules, Part, Received, explain
from caisse.people import queries as people

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Allocation:
    """One wallet's month: its line, why, what the wallet held, the whole month of the caisse.

    `held_cents` is what the wallet held when the credit came (None: not known), `expired_cents`
    what was old and left then. `adjusted` are the further runs: their day and what they gave.
    """

    month: Month
    state: str
    credit_on: date
    line: Received
    parts: tuple[Part, ...]
    rules: AllocationRules
    keeping: BalanceRules
    ceiling_cents: int | None
    held_cents: int | None
    expired_cents: int
    households: int
    asked_cents: int
    total_cents: int
    adjusted: tuple[tuple[date, int], ...]

    @property
    def paid(self) -> bool:
        """Whether it was credited."""
        return self.state in PAID

    @property
    def given_cents(self) -> int:
        """All that the month gave, adjustments included; what is planned before the credit."""
        return self.line.given_cents + sum(cents for _, cents in self.adjusted)


def allocation_of(wallet_id: int, month: Month) -> Allocation | None:
    """What the wallet received for `month`, line by line; None when no plan names it."""
    rows = PlanLine.objects.filter(wallet=wallet_id, run__month=month).select_related("run")
    found = list(rows.order_by("run__position"))
    if not found:
        return None
    row, *further = found
    rules, keeping = articles_of(row.run.articles)
    before, gone = _moved(row)
    line = _received(row)
    return Allocation(
        month=month,
        state=row.run.state,
        credit_on=row.run.credit_on,
        line=line,
        parts=tuple(explain(line, rules, keeping)),
        rules=rules,
        keeping=keeping,
        ceiling_cents=row.ceiling_cents,
        held_cents=before,
        expired_cents=gone,
        households=households_of(row.run.cause, row.run_id),
        asked_cents=row.run.asked_cents,
        total_cents=row.run.total_cents,
        adjusted=tuple((more.run.credit_on, _given(more)) for more in further),
    )


def allocated_months(wallet_id: int) -> list[Month]:
    """The months whose plans name the wallet, the newest first."""
    rows = PlanLine.objects.filter(wallet=wallet_id).values_list("run__month", flat=True)
    return sorted(set(rows), reverse=True)


def last_credited(wallet_id: int) -> Month | None:
    """The last month that was credited to the wallet."""
    rows = PlanLine.objects.filter(wallet=wallet_id, credited_cents__isnull=False)
    found: Month | None = rows.order_by("-run__month").values_list("run__month", flat=True).first()
    return found


def articles_of(articles: str) -> tuple[AllocationRules, BalanceRules]:
    """The articles that a run was computed with; one that no code obeys any more is left out."""
    raw = json.loads(articles)
    return _built(AllocationRules, raw), _built(BalanceRules, raw)


def _built(cls: type[C], raw: Mapping[str, Any]) -> C:
    known = [name for name in CLASSES[cls].values() if name in raw and name in REGISTER]
    return build(cls, {name: from_json(name, raw[name]) for name in known})


def _given(row: PlanLine) -> int:
    cents = row.allocated_cents if row.credited_cents is None else row.credited_cents
    return int(cents)


def _received(row: PlanLine) -> Received:
    """The line as the rules explain it; the day of joining as it was known at the freeze."""
    state = ledger.account(f"wallet:{row.wallet}")
    scaled = row.run.verdict == "scaled" or row.run.position > 0
    frozen = events.happened(row.run.cause) if scaled else None
    joined = None
    if frozen is not None:
        standing = people.timeline(row.membership, known_at=frozen.at)
        joined = next((one.since for one in standing if one.state == "active"), None)
    return Received(
        month=row.run.month,
        adults=row.adults,
        children=row.children,
        full_cents=row.full_cents,
        allocated_cents=row.allocated_cents,
        credited_cents=row.credited_cents,
        scaled=scaled,
        joined=joined,
        closed=state is not None and state.state != "open",
    )


def _moved(row: PlanLine) -> tuple[int | None, int]:
    """What the wallet held just before the credit, and what expired that day."""
    ids = [derived_ids(row.run.cause, kind, [row.wallet])[0] for kind in ("allocation", "expiry")]
    found = {movement.id: movement for movement in ledger.transfers(ids)}
    credit, expiry = (found.get(id) for id in ids)
    gone = 0 if expiry is None else expiry.cents
    if credit is not None:
        return credit.credit_after - credit.cents, gone
    return (None if expiry is None else expiry.debit_after), gone
