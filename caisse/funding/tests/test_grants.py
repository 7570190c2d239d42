"""Grants: what is called, what comes in, and what was known of it on a given day."""

from datetime import date

import pytest

from caisse.funding import operations as funding
from caisse.funding import queries
from caisse.funding.tests.ground import ACCOUNTANT, cash, founded, go
from caisse.kernel import events
from caisse.kernel.ids import new_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as books

pytestmark = pytest.mark.django_db

JANUARY = date(2023, 1, 15)


def sign(fund: str = "caisse", *promised: tuple[date, int], **more: object) -> funding.Signed:
    funder = funding.add_funder(name="Ville de Montpellier", by=ACCOUNTANT)
    instalments = promised or ((date(2023, 2, 2), 22_500_00), (date(2023, 9, 2), 22_500_00))
    return funding.sign_grant(
        funder_id=funder,
        fund=fund,
        label="Convention 2023",
        instalments=instalments,
        by=ACCOUNTANT,
        **more,  # type: ignore[arg-type]
    )


def refused(reason: str) -> "pytest.RaisesExc[Refusal]":
    return pytest.raises(Refusal, check=lambda refusal: refusal.reason == reason)


def test_a_signed_grant_is_called_and_moves_no_money() -> None:
    founded(JANUARY)
    grant = sign()
    assert books.balance(f"receivable:grant:{grant.grant_id}") == -45_000_00
    assert books.balance("claims:grant") == 45_000_00
    assert cash("caisse") == 0


@pytest.mark.parametrize("fund", ["caisse", "operating"])
def test_an_instalment_goes_from_its_bank_to_its_fund_and_settles_the_claim(fund: str) -> None:
    founded(JANUARY)
    grant = sign(fund)
    go(date(2023, 2, 2))
    funding.receive_instalment(instalment_id=grant.instalment_ids[0], by=ACCOUNTANT)
    assert (cash(fund), books.balance(f"fund:{fund}")) == (22_500_00, 22_500_00)
    assert books.balance(f"grant:{fund}:{grant.grant_id}") == 0
    assert books.balance(f"receivable:grant:{grant.grant_id}") == -22_500_00
    other = {"caisse": "operating", "operating": "caisse"}[fund]
    assert (cash(other), books.balance(f"fund:{other}")) == (0, 0)


def test_an_instalment_sent_twice_comes_in_once() -> None:
    founded(JANUARY)
    grant, id = sign(), new_id()
    once = [
        funding.receive_instalment(instalment_id=grant.instalment_ids[0], by=ACCOUNTANT, id=id)
        for _ in range(2)
    ]
    assert once == [id, id]
    assert cash("caisse") == 22_500_00


def test_a_grant_signed_twice_is_one_and_other_content_differs() -> None:
    founded(JANUARY)
    id = new_id()
    assert sign(id=id) == sign(id=id)
    with refused("differs"):
        sign("operating", id=id)
    assert books.balance("claims:grant") == 45_000_00


def test_an_instalment_comes_in_parts_and_never_beyond_what_was_promised() -> None:
    founded(JANUARY)
    first = sign().instalment_ids[0]
    funding.receive_instalment(instalment_id=first, by=ACCOUNTANT, cents=20_000_00)
    with refused("more_than_expected"):
        funding.receive_instalment(instalment_id=first, by=ACCOUNTANT, cents=2_500_01)
    funding.receive_instalment(instalment_id=first, by=ACCOUNTANT)
    assert cash("caisse") == 22_500_00
    with refused("settled"):
        funding.receive_instalment(instalment_id=first, by=ACCOUNTANT)


def test_a_forecast_knows_only_what_was_known_on_its_day() -> None:
    founded(JANUARY)
    last = sign("operating", (date(2023, 12, 15), 26_000_00)).instalment_ids[0]
    go(date(2023, 9, 12))
    letter = date(2023, 9, 10)
    funding.postpone(instalment_id=last, due_on=date(2024, 1, 2), known_on=letter, by=ACCOUNTANT)

    def december(known_at: date) -> int:
        planned = queries.planned_instalments(
            fund="operating", after=date(2023, 8, 31), until=date(2023, 12, 31), known_at=known_at
        )
        return sum(each.cents for each in planned)

    assert [december(date(2023, 8, 31)), december(date(2023, 9, 9))] == [26_000_00, 26_000_00]
    assert [december(letter), december(date(2023, 9, 30))] == [0, 0]
    assert [each.due_on for each in queries.history(last)] == [date(2023, 12, 15), date(2024, 1, 2)]


def test_nothing_is_known_before_the_grant_is_signed_nor_expected_once_it_came() -> None:
    founded(JANUARY)
    first, second = sign().instalment_ids
    go(date(2023, 2, 2))
    funding.receive_instalment(instalment_id=first, by=ACCOUNTANT)

    def planned(known_at: date) -> list[int]:
        rows = queries.planned_instalments(
            fund="caisse", after=date(2023, 1, 1), until=date(2023, 12, 31), known_at=known_at
        )
        return [each.instalment_id for each in rows]

    assert planned(date(2023, 1, 14)) == []
    assert planned(date(2023, 2, 1)) == [first, second]
    assert planned(date(2023, 2, 2)) == [second]


def test_an_instalment_whose_day_has_passed_is_overdue() -> None:
    founded(JANUARY)
    first = sign().instalment_ids[0]
    assert queries.overdue_instalments(fund="caisse", known_at=date(2023, 2, 1)) == []
    overdue = queries.overdue_instalments(fund="caisse", known_at=date(2023, 2, 3))
    assert [each.instalment_id for each in overdue] == [first]


@pytest.mark.parametrize("cents", [24_000_00, 20_000_00])
def test_a_letter_that_changes_the_amount_moves_the_claim(cents: int) -> None:
    founded(JANUARY)
    grant = sign()
    funding.postpone(
        instalment_id=grant.instalment_ids[1],
        due_on=date(2023, 10, 2),
        cents=cents,
        by=ACCOUNTANT,
    )
    assert books.balance("claims:grant") == 22_500_00 + cents
    assert books.balance(f"receivable:grant:{grant.grant_id}") == -(22_500_00 + cents)


@pytest.mark.parametrize("known_on", [date(2023, 1, 16), date(2023, 1, 14)])
def test_a_letter_is_neither_of_tomorrow_nor_older_than_the_last(known_on: date) -> None:
    founded(JANUARY)
    first = sign().instalment_ids[0]
    with refused("known_on"):
        funding.postpone(
            instalment_id=first, due_on=date(2023, 3, 2), known_on=known_on, by=ACCOUNTANT
        )


def test_what_a_funder_will_not_pay_is_written_off_and_no_longer_expected() -> None:
    founded(JANUARY)
    grant, id = sign(), new_id()
    funding.receive_instalment(instalment_id=grant.instalment_ids[0], by=ACCOUNTANT, cents=1_00)
    go(date(2023, 6, 1))
    given_up = [
        funding.write_off_grant(grant_id=grant.grant_id, by=ACCOUNTANT, id=id) for _ in range(2)
    ]
    assert given_up == [44_999_00, 44_999_00]
    assert (books.balance("claims:grant"), cash("caisse")) == (0, 1_00)
    after, until = date(2023, 1, 1), date(2024, 1, 1)
    for known_at, left in ((date(2023, 5, 31), 44_999_00), (date(2023, 6, 1), 0)):
        planned = queries.planned_instalments(
            fund="caisse", after=after, until=until, known_at=known_at
        )
        assert sum(each.cents for each in planned) == left
    with refused("settled"):
        funding.write_off_grant(grant_id=grant.grant_id, by=ACCOUNTANT)


def test_a_third_party_tops_up_through_its_own_account_and_owes_nothing() -> None:
    founded(JANUARY)
    payer = funding.add_funder(name="CAF de l’Hérault", by=ACCOUNTANT)
    id = new_id()
    for _ in range(2):
        funding.top_up(funder_id=payer, cents=50_00, by=ACCOUNTANT, id=id)
    funding.top_up(funder_id=payer, cents=40_00, by=ACCOUNTANT)
    assert (cash("caisse"), books.balance("fund:caisse"), books.balance("claims:grant")) == (
        90_00,
        90_00,
        0,
    )
    (grant,) = queries.grants(known_at=JANUARY)
    assert (grant.open_ended, grant.received_cents, grant.left_cents) == (True, 90_00, 0)


def test_instalments_received_are_read_from_the_ledger_by_funder_fund_and_month() -> None:
    founded(JANUARY)
    first, second = sign().instalment_ids
    (third,) = sign("operating", (date(2023, 2, 2), 15_000_00)).instalment_ids
    for day, instalment in (
        (date(2023, 2, 2), first),
        (date(2023, 2, 3), third),
        (date(2023, 9, 2), second),
    ):
        go(day)
        funding.receive_instalment(instalment_id=instalment, by=ACCOUNTANT)
    until_march = queries.received(until=date(2023, 3, 31))
    assert [(r.funder, r.fund, str(r.month), r.cents) for r in until_march] == [
        ("Ville de Montpellier", "caisse", "2023-02", 22_500_00),
        ("Ville de Montpellier", "operating", "2023-02", 15_000_00),
    ]
    assert sum(r.cents for r in queries.received(until=date(2023, 12, 31))) == 60_000_00


def test_an_agreement_without_instalments_or_of_an_unknown_fund_is_refused() -> None:
    founded(JANUARY)
    funder = funding.add_funder(name="Région Occitanie", by=ACCOUNTANT)
    for reason, fund, instalments in (
        ("amount", "caisse", []),
        ("amount", "caisse", [(JANUARY, 0)]),
        ("unknown_fund", "offline", [(JANUARY, 1_00)]),
    ):
        with refused(reason):
            funding.sign_grant(
                funder_id=funder, fund=fund, label="", instalments=instalments, by=ACCOUNTANT
            )
    assert queries.grants(known_at=JANUARY) == []


def test_no_name_enters_the_ledger_or_an_event() -> None:
    founded(JANUARY)
    grant = sign()
    funding.receive_instalment(instalment_id=grant.instalment_ids[0], by=ACCOUNTANT)
    written = " ".join(str(event) for event in events.history())
    assert "Ville" not in written and "Convention" not in written
