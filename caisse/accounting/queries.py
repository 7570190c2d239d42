"""The figures of a caisse at a date: every amount is a query on the ledger (ledger.md section 1).

`figures` gives the tree that the command line prints as JSON and that the public page draws; its
names are those of the JSON. All amounts are integer cents.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

from caisse.accounting.checks import Line, run
from caisse.accounting.rules import ForecastMonth, Outlook, Rate, forecast
from caisse.bylaws import queries as bylaws
from caisse.contributions import queries as contributions
from caisse.funding import queries as funding
from caisse.kernel.month import Month, months
from caisse.ledger import queries as ledger
from caisse.ledger.queries import Flow
from caisse.merchants import queries as merchants
from caisse.month import queries as month_queries

WINDOW = 3
REASONS = (
    "allocation", "payment", "call", "return", "recovery", "contribution", "grant_in",
    "redemption", "pay_cost",
)  # fmt: skip
CIRCULATION = ("wallet", "place", "voucher", "reserve")
GAP = (
    "fund:caisse", "fund:month", "fund:offline", "fund:named", "grant:caisse",
    "receivable:returns", "receivable:fees",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaisseMonth:
    """A line of table 8.3: flows of the month, then balances at its end."""

    month: Month
    members: int
    issued_cents: int
    spent_cents: int
    wallets_cents: int
    owed_to_places_cents: int
    called_cents: int
    returned_cents: int
    recovered_cents: int
    cashed_cents: int
    grants_cents: int
    reimbursed_cents: int
    cash_cents: int
    circulation_cents: int
    backing_gap_cents: int


@dataclass(frozen=True, slots=True)
class CaisseTotal:
    """The sums of the flow columns, and member-months."""

    members: int = 0
    issued_cents: int = 0
    spent_cents: int = 0
    called_cents: int = 0
    returned_cents: int = 0
    recovered_cents: int = 0
    cashed_cents: int = 0
    grants_cents: int = 0
    reimbursed_cents: int = 0


@dataclass(frozen=True, slots=True)
class Caisse:
    """The caisse fund by month, and in total."""

    months: tuple[CaisseMonth, ...]
    total: CaisseTotal


@dataclass(frozen=True, slots=True)
class OperatingMonth:
    """A line of table 8.4: costs by line, out, in, cash at the end of the month."""

    month: Month
    hr_cents: int
    running_cents: int
    evaluation_cents: int
    it_cents: int
    out_cents: int
    in_cents: int
    cash_cents: int


@dataclass(frozen=True, slots=True)
class OperatingTotal:
    """The sums of the flow columns."""

    hr_cents: int = 0
    running_cents: int = 0
    evaluation_cents: int = 0
    it_cents: int = 0
    out_cents: int = 0
    in_cents: int = 0


@dataclass(frozen=True, slots=True)
class Operating:
    """The operating fund by month, and in total."""

    months: tuple[OperatingMonth, ...]
    total: OperatingTotal


@dataclass(frozen=True, slots=True)
class KindOfPlace:
    """Places of one kind that are active at the date, and what was spent in all that ever were."""

    kind: str
    count: int
    spent_cents: int


@dataclass(frozen=True, slots=True)
class Instalment:
    """What a funder gave in a month."""

    month: Month
    cents: int


@dataclass(frozen=True, slots=True)
class FunderFigures:
    """What a funder gave to one fund, instalment by instalment."""

    name: str
    fund: str
    instalments: tuple[Instalment, ...]

    @property
    def cents(self) -> int:
        """The sum of its instalments."""
        return sum(each.cents for each in self.instalments)


@dataclass(frozen=True, slots=True)
class Costs:
    """The cost lines of the consolidated budget (8.5); activities = running + evaluation."""

    caisse_cents: int
    hr_cents: int
    activities_cents: int
    it_cents: int


@dataclass(frozen=True, slots=True)
class FunderTotal:
    """What a funder gave to both funds."""

    name: str
    cents: int


@dataclass(frozen=True, slots=True)
class Resources:
    """Where the money of the consolidated budget comes from."""

    contributions_cents: int
    funders: tuple[FunderTotal, ...]


@dataclass(frozen=True, slots=True)
class Consolidated:
    """The consolidated budget with the seed's cost lines."""

    costs: Costs
    resources: Resources


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a caisse at a date."""

    caisse: Caisse
    operating: Operating
    places: tuple[KindOfPlace, ...]
    payments: int
    funders: tuple[FunderFigures, ...]
    consolidated: Consolidated
    forecast: tuple[ForecastMonth, ...]


def figures(at: date) -> Figures:
    """The figures as the books stood at the end of `at`; months without a movement are left out."""
    flows = ledger.flows(REASONS, side="debit", until=at)
    refunds = ledger.flows(["refund"], side="debit", until=at)
    given_back = ledger.flows(["refund"], side="credit", until=at)
    received = ledger.flows(["grant_in"], side="credit", until=at)
    span = _span(flows, at)
    ends = ledger.month_ends(span[0], span[-1], until=at) if span else {}
    caisse = _caisse(span, flows, given_back, ends, at)
    operating = _operating(span, flows, ends)
    funders = _funders(received, at)
    return Figures(
        caisse=caisse,
        operating=operating,
        places=_places(at, refunds),
        payments=ledger.count_payments(until=at),
        funders=funders,
        consolidated=_consolidated(caisse.total, operating.total, funders),
        forecast=tuple(forecast(_outlook(at, caisse, ends))),
    )


def check(only: Iterable[str] = ()) -> list[Line]:
    """One line per rule of the books, or those named: plain SQL, apart from the queries above."""
    return run(only)


def as_json(found: Any) -> Any:
    """The figures as the command line prints them: months as "2023-02", tuples as lists."""
    if isinstance(found, Month):
        return str(found)
    if isinstance(found, tuple):
        return [as_json(each) for each in found]
    if is_dataclass(found):
        return {each.name: as_json(getattr(found, each.name)) for each in fields(found)}
    return found


def _span(flows: Iterable[Flow], at: date) -> list[Month]:
    """The months of `for_month` up to the date, from the caisse's first one on, without holes."""
    founding = bylaws.founding()
    if founding is None:
        return []
    moved = {flow.month for flow in flows if founding.first_month <= flow.month <= Month.of(at)}
    return months(founding.first_month, max(moved)) if moved else []


def _by_month(
    flows: Iterable[Flow], reason: str, keep: Callable[[str], bool] = lambda code: True
) -> dict[Month, int]:
    sums: dict[Month, int] = defaultdict(int)
    for flow in flows:
        if flow.reason == reason and keep(flow.code):
            sums[flow.month] += flow.cents
    return sums


def _caisse(
    span: list[Month], flows: list[Flow], given_back: list[Flow],
    ends: dict[Month, dict[str, int]], at: date,
) -> Caisse:  # fmt: skip
    members = month_queries.members(last=Month.of(at))
    paid = _by_month(flows, "payment")
    to_wallets = _by_month(given_back, "refund", lambda code: code.startswith("wallet:"))
    columns = {
        name: _by_month(flows, reason)
        for name, reason in (
            ("issued", "allocation"), ("called", "call"), ("returned", "return"),
            ("recovered", "recovery"), ("contributed", "contribution"),
            ("reimbursed", "redemption"),
        )
    }  # fmt: skip
    grants = _by_month(flows, "grant_in", lambda code: code == "bank:caisse")
    lines = []
    for month in span:
        of = {name: column.get(month, 0) for name, column in columns.items()}
        end = ends[month]
        lines.append(
            CaisseMonth(
                month=month,
                members=members.get(month, 0),
                issued_cents=of["issued"],
                spent_cents=paid.get(month, 0) - to_wallets.get(month, 0),
                wallets_cents=end.get("wallet", 0),
                owed_to_places_cents=end.get("place", 0),
                called_cents=of["called"],
                returned_cents=of["returned"],
                recovered_cents=of["recovered"],
                cashed_cents=of["contributed"] - of["returned"] + of["recovered"],
                grants_cents=grants.get(month, 0),
                reimbursed_cents=of["reimbursed"],
                cash_cents=-end.get("bank:caisse", 0),
                circulation_cents=sum(end.get(family, 0) for family in CIRCULATION),
                backing_gap_cents=sum(end.get(family, 0) for family in GAP),
            )
        )
    return Caisse(tuple(lines), _total(CaisseTotal, lines))


def _operating(
    span: list[Month], flows: list[Flow], ends: dict[Month, dict[str, int]]
) -> Operating:
    costs = {
        line: _by_month(flows, "pay_cost", f"cost:{line}".__eq__) for line in funding.lines()
    }
    received = _by_month(flows, "grant_in", lambda code: code == "bank:operating")
    lines = []
    for month in span:
        of = {f"{line}_cents": sums.get(month, 0) for line, sums in costs.items()}
        lines.append(
            OperatingMonth(
                month=month,
                **of,
                out_cents=sum(of.values()),
                in_cents=received.get(month, 0),
                cash_cents=-ends[month].get("bank:operating", 0),
            )
        )
    return Operating(tuple(lines), _total(OperatingTotal, lines))


def _total(cls: Any, lines: Iterable[Any]) -> Any:
    rows = list(lines)
    names = [field.name for field in fields(cls)]
    return cls(**{name: sum(getattr(row, name) for row in rows) for name in names})


def _places(at: date, refunds: list[Flow]) -> tuple[KindOfPlace, ...]:
    kinds = merchants.kind_of()
    spent: dict[str, int] = defaultdict(int)
    for flow in ledger.flows(["payment", "offline_loss"], side="credit", until=at):
        spent[kinds[int(flow.code.removeprefix("place:"))]] += flow.cents
    for flow in refunds:
        spent[kinds[int(flow.code.removeprefix("place:"))]] -= flow.cents
    counts = merchants.count_by_kind(at=at)
    return tuple(KindOfPlace(kind, count, spent[kind]) for kind, count in counts.items())


def _funders(received: list[Flow], at: date) -> tuple[FunderFigures, ...]:
    """By fund then grant, in the order of signing; the cents are those of the ledger's accounts."""
    by_account: dict[str, dict[Month, int]] = defaultdict(lambda: defaultdict(int))
    for flow in received:
        by_account[flow.code][flow.month] += flow.cents
    found: dict[tuple[str, str], dict[Month, int]] = {}
    for grant in sorted(funding.grants(known_at=at), key=lambda grant: (grant.fund, grant.id)):
        sums = found.setdefault((grant.funder, grant.fund), defaultdict(int))
        for month, cents in by_account.get(grant.account, {}).items():
            sums[month] += cents
    return tuple(
        FunderFigures(name, fund, tuple(Instalment(m, c) for m, c in sorted(sums.items()) if c))
        for (name, fund), sums in found.items()
    )


def _consolidated(
    caisse: CaisseTotal, operating: OperatingTotal, funders: Iterable[FunderFigures]
) -> Consolidated:
    sums: dict[str, int] = defaultdict(int)
    for funder in funders:
        sums[funder.name] += funder.cents
    return Consolidated(
        Costs(
            caisse.issued_cents,
            operating.hr_cents,
            operating.running_cents + operating.evaluation_cents,
            operating.it_cents,
        ),
        Resources(
            caisse.cashed_cents,
            tuple(FunderTotal(name, cents) for name, cents in sums.items() if cents),
        ),
    )


def _outlook(at: date, caisse: Caisse, ends: dict[Month, dict[str, int]]) -> Outlook:
    month = Month.of(at)
    horizon = (month + 12).last
    now = ends[max(ends)] if ends else {}
    recent = [line for line in caisse.months if line.month > month + -WINDOW]
    issued = [line.issued_cents for line in caisse.months if line.issued_cents]
    return Outlook(
        month=month,
        operating_cash_cents=-now.get("bank:operating", 0),
        caisse_cash_cents=-now.get("bank:caisse", 0),
        operating_instalments=_planned("operating", at, horizon),
        caisse_instalments=_planned("caisse", at, horizon),
        costs=_sums(
            (cost.due_on, cost.cents)
            for cost in funding.planned_costs(after=at, until=horizon, known_at=at)
        ),
        pledges={
            each: int(contributions.pledged(month=each)[1].sum())
            for each in months(month, month + 12)
            if month_queries.debit_on(each) > at
        },
        cashed=Rate(*month_queries.cashed_share(known_at=at)),
        owed_cents=now.get("place", 0),
        issued_cents=issued[-1] if issued else 0,
        used=Rate(
            sum(line.spent_cents for line in recent), sum(line.issued_cents for line in recent)
        ),
    )


def _planned(fund: str, at: date, until: date) -> dict[Month, int]:
    planned = funding.planned_instalments(fund=fund, after=at, until=until, known_at=at)
    return _sums((each.due_on, each.cents) for each in planned)


def _sums(dated: Iterable[tuple[date, int]]) -> dict[Month, int]:
    sums: dict[Month, int] = defaultdict(int)
    for day, cents in dated:
        sums[Month.of(day)] += cents
    return dict(sums)
