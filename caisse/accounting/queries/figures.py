"""The figures of a caisse at a date: every amount is a query on the ledger
(own room: part of the queries).

`figures` gives the tree that the command line prints as JSON and that the public page draws; its
names are those of the JSON. All amounts are integer cents.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from caisse.accounting.checks import Line, anchored, as_line, run
from caisse.accounting.queries.outlook import outlook_at
from caisse.accounting.queries.tree import (
    Caisse,
    CaisseMonth,
    CaisseTotal,
    Consolidated,
    Costs,
    Figures,
    FunderFigures,
    FunderTotal,
    Instalment,
    KindOfPlace,
    Operating,
    OperatingMonth,
    OperatingTotal,
    Resources,
)
from caisse.accounting.rules import Outlook, forecast
from caisse.bylaws import queries as bylaws
from caisse.funding import queries as funding
from caisse.kernel.month import Month, months
from caisse.ledger import queries as ledger
from caisse.ledger.queries import Flow
from caisse.merchants import queries as merchants
from caisse.month import queries as month_queries

REASONS = (
    "allocation", "payment", "call", "return", "recovery", "contribution", "grant_in",
    "redemption", "pay_cost",
)  # fmt: skip
CIRCULATION = ("wallet", "place", "voucher", "reserve")
GAP = (
    "fund:caisse", "fund:month", "fund:offline", "fund:named", "grant:caisse",
    "receivable:returns", "receivable:fees",
)  # fmt: skip


def figures(at: date) -> Figures:
    """The figures as the books stood at the end of `at`; months without a movement are left out."""
    return figures_and_outlook(at)[0]


def figures_and_outlook(at: date) -> tuple[Figures, Outlook]:
    """The same figures, and all that their forecast is made of."""
    flows = ledger.flows(REASONS, side="debit", until=at)
    refunds = ledger.flows(["refund"], side="debit", until=at)
    given_back = ledger.flows(["refund"], side="credit", until=at)
    received = ledger.flows(["grant_in"], side="credit", until=at)
    span = _span(flows, at)
    ends = ledger.month_ends(span[0], span[-1], until=at) if span else {}
    caisse = _caisse(span, flows, given_back, ends, at)
    operating = _operating(span, flows, ends)
    funders = _funders(received, at)
    outlook = outlook_at(at, caisse, ends)
    found = Figures(
        caisse=caisse,
        operating=operating,
        places=_places(at, refunds),
        payments=ledger.count_payments(until=at),
        funders=funders,
        consolidated=_consolidated(caisse.total, operating.total, funders),
        forecast=tuple(forecast(outlook)),
    )
    return found, outlook


def check(only: Iterable[str] = ()) -> list[Line]:
    """One line per rule of the books, or those named: plain SQL, apart from the queries above."""
    return run(only)


def check_start() -> list[Line]:
    """What must be true before a till opens, at a cost that does not grow with the journal."""
    label = "la caisse continue là où ses ancres l’ont laissée"
    return [
        as_line("chain", label, anchored()),
        *run(("triggers", "partitions", "seal", "articles")),
    ]


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
    costs = {line: _by_month(flows, "pay_cost", f"cost:{line}".__eq__) for line in funding.lines()}
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
