"""What each funder's money paid for, at a date (own room: part of the queries).

One rule, pure, in `accounting.rules.attribute`: a fund is one pot, and a funder's part of each line
is its part of all that came into that fund until that day.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from caisse.accounting.queries.figures import CIRCULATION
from caisse.accounting.rules import attribute
from caisse.bylaws import queries as bylaws
from caisse.funding import queries as funding
from caisse.kernel.month import Month
from caisse.ledger import queries as ledger
from caisse.ledger.queries import Flow
from caisse.merchants import queries as merchants
from caisse.month import queries as month_queries

FEWEST = 11  # no count of households below it is told
IN = ("contribution", "recovery", "interest", "opening_bank", "redemption_fee")
OUT = ("payment", "offline_loss", "levy_out", "opening_place", "pay_cost")


@dataclass(frozen=True, slots=True)
class PotLine:
    """One use of a pot: its code, the cents of all, and each resource's part, by its account."""

    code: str
    cents: int
    parts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Pot:
    """A fund until a day: what came in by resource (an account, "contributions", "other"), its
    uses; they sum to what came in, the last one being what is left."""

    fund: str
    resources: dict[str, int]
    lines: tuple[PotLine, ...]

    @property
    def cents(self) -> int:
        """All that came in."""
        return sum(self.resources.values())


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a caisse has fed until a day: households of the last month (None below 11), months of
    households, units spent, and how much of it at places that sell what they grow."""

    households: int | None
    household_months: int | None
    spent_cents: int
    producers_cents: int


@dataclass(frozen=True, slots=True)
class Shares:
    """Both pots at a day, and whom the caisse reached."""

    day: date
    pots: dict[str, Pot]
    reach: Reach


def shares(day: date) -> Shares:
    """Two pots at the end of `day`. Three passes over the journal."""
    came = ledger.flows(IN, side="debit", until=day)
    came_by = ledger.flows(["grant_in", "return"], side="credit", until=day)
    went = ledger.flows([*OUT, "refund"], side="credit", until=day)
    back = ledger.flows(["refund"], side="debit", until=day)
    paid = ledger.flows(["pay_cost"], side="debit", until=day)
    spent = _spent(went, back)
    month = Month.of(day)
    ends = ledger.month_ends(month, month, until=day)[month]
    circulation = sum(ends.get(family, 0) for family in CIRCULATION if family != "place")
    uses = {f"spent:{kind}": cents for kind, cents in spent.items()}
    uses |= {
        "wallets": circulation,
        "levied": _sum(went, "levy_out"),
        "opened": _sum(went, "opening_place"),
        "fees": -ends.get("receivable:fees", 0),
    }
    costs = {f"cost:{line}": _sum(paid, "pay_cost", f"cost:{line}") for line in funding.lines()}
    costs["opened"] = _sum(came, "opening_bank", "fund:operating")
    return Shares(
        day=day,
        pots={
            "caisse": _pot("caisse", _resources("caisse", came, came_by), uses),
            "operating": _pot("operating", _resources("operating", came, came_by), costs),
        },
        reach=_reach(day, spent),
    )


def _resources(fund: str, came: Iterable[Flow], came_by: Iterable[Flow]) -> dict[str, int]:
    """What came into a fund: by grant, then what members and others brought."""
    found: dict[str, int] = defaultdict(int)
    for flow in sorted(came_by, key=lambda flow: flow.code):
        if flow.reason == "grant_in" and flow.code.startswith(f"grant:{fund}:"):
            found[flow.code] += flow.cents
    if fund == "caisse":
        found["contributions"] = sum(
            flow.cents for flow in came if flow.reason in ("contribution", "recovery")
        ) - sum(flow.cents for flow in came_by if flow.reason == "return")
    found["other"] = sum(
        flow.cents
        for flow in came
        if (flow.reason in ("interest", "opening_bank") and flow.code == f"bank:{fund}")
        or (flow.reason == "redemption_fee" and fund == "caisse")
    )
    return {code: max(0, cents) for code, cents in found.items()}


def _pot(fund: str, resources: dict[str, int], uses: dict[str, int]) -> Pot:
    """The pot with its lines; what is left of it, below 0 when overdrawn, is the last one."""
    left = sum(resources.values()) - sum(uses.values())
    weights = list(resources.values())
    lines = tuple(
        PotLine(code, cents, dict(zip(resources, attribute(weights, cents), strict=True)))
        for code, cents in [*uses.items(), ("left", left)]
        if cents or code == "left"
    )
    return Pot(fund, resources, lines)


def _spent(went: Iterable[Flow], back: Iterable[Flow]) -> dict[str, int]:
    """Purchases less refunds, by kind of place, in the order of the kinds."""
    kinds = merchants.kind_of()
    sums: dict[str, int] = dict.fromkeys(merchants.kinds(), 0)
    for flow in went:
        if flow.reason in ("payment", "offline_loss"):
            kind = kinds[int(flow.code.removeprefix("place:"))]
            sums[kind] = sums.get(kind, 0) + flow.cents
    for flow in back:
        sums[kinds[int(flow.code.removeprefix("place:"))]] -= flow.cents
    return sums


def _reach(day: date, spent: dict[str, int]) -> Reach:
    founding = bylaws.founding()
    counts = month_queries.members(last=Month.of(day)) if founding is not None else {}
    last = counts[max(counts)] if counts else 0
    told = last >= FEWEST
    return Reach(
        households=last if told else None,
        household_months=sum(counts.values()) if told else None,
        spent_cents=sum(spent.values()),
        producers_cents=sum(c for kind, c in spent.items() if kind.endswith("_producer")),
    )


def _sum(flows: Iterable[Flow], reason: str, code: str = "") -> int:
    return sum(
        flow.cents for flow in flows if flow.reason == reason and (not code or flow.code == code)
    )
