"""Costs of operating, bank fees and interest: never a cent from the segregated account."""

from datetime import date

import pytest

from caisse.funding import operations as funding
from caisse.funding import queries
from caisse.funding.tests.ground import ACCOUNTANT, cash, founded, go
from caisse.funding.tests.test_grants import refused
from caisse.kernel import events
from caisse.kernel.ids import new_id
from caisse.kernel.month import Month, months
from caisse.ledger import queries as books

pytestmark = pytest.mark.django_db

START = date(2023, 1, 2)


def test_a_cost_is_paid_from_the_operating_account_which_may_be_overdrawn() -> None:
    founded(START)
    funding.pay_cost(line="hr", cents=16_500_00, by=ACCOUNTANT)
    assert (cash("operating"), books.balance("fund:operating")) == (-16_500_00, -16_500_00)
    assert books.balance("cost:hr") == 0
    (flow,) = books.flows(["pay_cost"], side="debit", until=START)
    assert (flow.code, flow.cents) == ("cost:hr", 16_500_00)


def test_costs_are_never_paid_from_the_segregated_account_even_when_it_is_full() -> None:
    founded(START)
    payer = funding.add_funder(name="Ville de Montpellier", by=ACCOUNTANT)
    funding.top_up(funder_id=payer, cents=50_035_00, by=ACCOUNTANT)
    before = len(events.history())
    with refused("route") as refusal:
        funding.pay_cost(line="hr", cents=3_500_00, by=ACCOUNTANT, fund="caisse")
    assert "garantit les MonA" in refusal.value.sentence
    assert (cash("caisse"), books.balance("fund:caisse")) == (50_035_00, 50_035_00)
    assert len(events.history()) == before


def test_a_cost_sent_twice_is_paid_once_and_other_content_differs() -> None:
    founded(START)
    id = new_id()
    for _ in range(2):
        funding.pay_cost(line="it", cents=8_000_00, by=ACCOUNTANT, id=id)
    assert cash("operating") == -8_000_00
    with refused("differs"):
        funding.pay_cost(line="it", cents=8_000_01, by=ACCOUNTANT, id=id)


@pytest.mark.parametrize(
    ("reason", "order"),
    [
        ("unknown_line", {"line": "wine", "cents": 1_00}),
        ("amount", {"line": "hr", "cents": 0}),
        ("unknown_fund", {"line": "hr", "cents": 1_00, "fund": "offline"}),
        ("unknown_cost", {"line": "hr", "cents": 1_00, "planned_id": 99}),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(reason: str, order: dict[str, object]) -> None:
    founded(START)
    with refused(reason):
        funding.pay_cost(by=ACCOUNTANT, **order)  # type: ignore[arg-type]
    assert cash("operating") == 0


def planned(known_at: date, until: date = date(2023, 12, 31)) -> list[tuple[date, int]]:
    rows = queries.planned_costs(after=START, until=until, known_at=known_at)
    return [(row.due_on, row.cents) for row in rows]


def test_a_change_of_a_planned_cost_is_known_from_its_own_day_on() -> None:
    founded(START)
    due = date(2023, 6, 25)
    first = funding.plan_cost(line="evaluation", due_on=due, cents=3_000_00, by=ACCOUNTANT)
    go(date(2023, 4, 1))
    later = funding.change_cost(planned_id=first, due_on=date(2023, 9, 25), by=ACCOUNTANT)
    go(date(2023, 5, 1))
    funding.change_cost(planned_id=later, cents=0, by=ACCOUNTANT)
    assert planned(date(2023, 1, 1)) == []
    assert planned(date(2023, 3, 31)) == [(due, 3_000_00)]
    assert planned(date(2023, 4, 30)) == [(date(2023, 9, 25), 3_000_00)]
    assert planned(date(2023, 5, 1)) == []
    with refused("replaced"):
        funding.change_cost(planned_id=first, cents=1_00, by=ACCOUNTANT)


def test_a_planned_cost_is_no_longer_expected_once_it_is_paid() -> None:
    founded(START)
    due = date(2023, 2, 25)
    cost = funding.plan_cost(line="it", due_on=due, cents=8_000_00, by=ACCOUNTANT)
    go(date(2023, 2, 20))
    funding.pay_cost(line="it", cents=7_900_00, by=ACCOUNTANT, planned_id=cost)
    assert (planned(date(2023, 2, 19)), planned(date(2023, 2, 20))) == ([(due, 8_000_00)], [])
    with refused("settled"):
        funding.pay_cost(line="it", cents=8_000_00, by=ACCOUNTANT, planned_id=cost)
    assert cash("operating") == -7_900_00


def test_the_december_overdraft_is_foreseen_from_the_letter_on_and_not_before() -> None:
    """Domain 8.4: 18,500 at the end of August; +22,500 in December, −3,500 after the letter."""
    founded(date(2023, 8, 31))
    state = funding.add_funder(name="France 2030", by=ACCOUNTANT)
    promised = [(date(2023, 9, 2), 54_000_00), (date(2023, 11, 2), 8_000_00)]
    promised += [(date(2023, 12, 15), 26_000_00), (date(2024, 1, 2), 6_000_00)]
    grant = funding.sign_grant(
        funder_id=state, fund="operating", label="", instalments=promised, by=ACCOUNTANT
    )
    for month in months(Month(2023, 9), Month(2023, 12)):
        for line, cents in (("hr", 16_500_00), ("running", 3_000_00)):
            funding.plan_cost(line=line, due_on=month.day(25), cents=cents, by=ACCOUNTANT)
    funding.plan_cost(line="it", due_on=date(2023, 10, 25), cents=6_000_00, by=ACCOUNTANT)

    def december(known_at: date) -> int:
        after, until = date(2023, 8, 31), date(2023, 12, 31)
        came = queries.planned_instalments(
            fund="operating", after=after, until=until, known_at=known_at
        )
        gone = queries.planned_costs(after=after, until=until, known_at=known_at)
        return 18_500_00 + sum(e.cents for e in came) - sum(e.cents for e in gone)

    go(date(2023, 9, 10))
    funding.postpone(instalment_id=grant.instalment_ids[2], due_on=date(2024, 1, 2), by=ACCOUNTANT)
    assert december(date(2023, 8, 31)) == 22_500_00
    assert december(date(2023, 9, 9)) == 22_500_00
    assert december(date(2023, 9, 10)) == -3_500_00


def test_a_bank_fee_is_always_recorded_and_made_good_by_operating_money() -> None:
    founded(START)
    payer = funding.add_funder(name="Ville de Montpellier", by=ACCOUNTANT)
    funding.top_up(funder_id=payer, cents=100_00, by=ACCOUNTANT)
    funding.record_fee(cents=12_50, by=ACCOUNTANT)
    assert (cash("caisse"), books.balance("receivable:fees")) == (87_50, -12_50)
    funding.make_fee_good(cents=2_50, by=ACCOUNTANT)
    with refused("no_fee_owed"):
        funding.make_fee_good(cents=10_01, by=ACCOUNTANT)
    id = new_id()
    for _ in range(2):
        funding.make_fee_good(by=ACCOUNTANT, id=id)
    assert (cash("caisse"), cash("operating")) == (100_00, -12_50)
    assert books.balance("receivable:fees") == 0
    with refused("no_fee_owed"):
        funding.make_fee_good(by=ACCOUNTANT)
    spent = books.flows(["pay_cost"], side="debit", until=START)
    assert [(flow.code, flow.cents) for flow in spent] == [("cost:running", 12_50)]


@pytest.mark.parametrize("fund", ["caisse", "operating"])
def test_interest_goes_to_the_fund_of_its_account(fund: str) -> None:
    founded(START)
    id = new_id()
    for _ in range(2):
        funding.record_interest(fund=fund, cents=3_07, by=ACCOUNTANT, id=id)
    assert (cash(fund), books.balance(f"fund:{fund}")) == (3_07, 3_07)
