"""The till: once whatever happens, refused in words of the closed list, receipts byte for byte."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from caisse.kernel import clock
from caisse.kernel.ids import Id, new_id, short_id, show_id
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Outcome, Transfer
from caisse.merchants import operations as merchants
from caisse.merchants.tests.ground import FEBRUARY, OFFICE, approved, founded, go, owed
from caisse.payments import operations as payments
from caisse.payments import queries
from caisse.payments.operations import Declined, Purchase, Receipt, tills

pytestmark = pytest.mark.django_db(transaction=True)


def pay(place: int, cents: int, id: Id | None = None, **more: object) -> Receipt | Declined:
    order: dict[str, object] = {"wallet_id": 1, "method": "pin", **more}
    return payments.pay(
        payment_id=id or new_id(),
        place_id=place,
        cents=cents,
        by=OFFICE,
        **order,  # type: ignore[arg-type]
    )


def receipt(answer: Receipt | Declined | None) -> Receipt:
    assert isinstance(answer, Receipt), answer
    return answer


def reason(answer: Receipt | Declined | None) -> str:
    assert isinstance(answer, Declined), answer
    return answer.reason


def refund(purchase: Receipt | Declined, cents: int, id: Id | None = None) -> Receipt | Declined:
    return payments.refund(
        refund_id=id or new_id(), payment_id=receipt(purchase).id, cents=cents, by=OFFICE
    )


def wallet(number: int = 1) -> int:
    return books.balance(f"wallet:{number}")


def in_parallel(count: int, act: Callable[[int], Receipt | Declined]) -> list[Receipt | Declined]:
    """The answers of `count` threads, each with a connection of its own that it closes."""

    def one(number: int) -> Receipt | Declined:
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(count)))


def test_a_payment_sent_twice_moves_money_once_and_gets_the_same_receipt() -> None:
    founded()
    place, id = approved(), new_id()
    first, second = receipt(pay(place, 23_50, id)), receipt(pay(place, 23_50, id))
    assert (first.again, second.again) == (False, True)
    assert (first.for_shop(), first.for_member()) == (second.for_shop(), second.for_member())
    assert replace(first, again=True) == second
    assert (wallet(), owed(place)) == (76_50, 23_50)


def test_a_receipt_is_the_first_one_after_other_payments_another_day_and_another_till() -> None:
    founded()
    place, id = approved(), new_id()
    first = receipt(pay(place, 23_50, id))
    pay(place, 10_00)
    go(date(2023, 2, 20))
    till = payments.open_till(place_id=place, by=OFFICE)
    again = receipt(pay(place, 23_50, id, till=till, made_at=clock.now_ms()))
    assert (again.for_shop(), again.for_member()) == (first.for_shop(), first.for_member())
    assert again.wallet_after == 76_50
    kept = queries.receipt(id)
    assert kept is not None and kept.for_member() == first.for_member()


def test_the_shops_document_tells_nothing_of_the_member() -> None:
    founded()
    place = approved()
    told = receipt(pay(place, 23_50))
    shop, member = json.loads(told.for_shop()), json.loads(told.for_member())
    assert shop == {
        "at": told.at,
        "cents": 23_50,
        "kind": "payment",
        "number": show_id(told.id),
        "of": None,
        "place": place,
        "short": short_id(told.id),
        "v": 1,
        "words": list(told.words),
    }
    assert member == {**shop, "left_cents": 76_50}
    plain = json.dumps(shop, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert told.for_shop() == plain.encode()


def test_the_same_id_sent_in_parallel_moves_money_once() -> None:
    founded()
    place, id = approved(), new_id()
    till = payments.open_till(place_id=place, by=OFFICE)
    told = in_parallel(16, lambda n: pay(place, 5_00, id, till=till))
    assert sorted(receipt(answer).again for answer in told) == [False] + [True] * 15
    assert len({receipt(answer).for_member() for answer in told}) == 1
    assert (wallet(), owed(place)) == (95_00, 5_00)


def test_parallel_payments_of_one_wallet_never_spend_more_than_it_holds() -> None:
    founded()
    place = approved()
    till = payments.open_till(place_id=place, by=OFFICE)
    told = in_parallel(16, lambda n: pay(place, 30_00, till=till))
    assert sum(isinstance(answer, Receipt) for answer in told) == 3
    assert {reason(a) for a in told if isinstance(a, Declined)} == {"funds_short"}
    assert (wallet(), owed(place)) == (10_00, 90_00)


def test_many_payments_handed_over_together_are_each_judged_by_themselves() -> None:
    founded()
    place = approved()
    till, shut = (payments.open_till(place_id=place, by=OFFICE) for _ in range(2))
    payments.close_till(till=shut, by=OFFICE)
    orders = [Purchase(new_id(), 1, place, 40_00, "card", till) for _ in range(3)]
    orders.append(Purchase(new_id(), 2, place, 1_00, "card", shut))
    orders.append(Purchase(new_id(), 2, place, 99_00, "card", till))
    told = payments.pay_many(orders)
    assert [receipt(told[n]).wallet_after for n in (0, 1, 4)] == [60_00, 20_00, 1_00]
    assert [reason(told[n]) for n in (2, 3)] == ["funds_short", "till_suspended"]
    again = payments.pay_many(orders)
    assert [receipt(again[n]).for_member() for n in (0, 1, 4)] == [
        receipt(told[n]).for_member() for n in (0, 1, 4)
    ]
    assert owed(place) == 179_00


@pytest.mark.parametrize("change", ["cents", "wallet_id", "method", "place_id"])
def test_the_same_id_with_other_content_is_a_device_error(change: str) -> None:
    founded()
    place, other, id = approved(), approved("Le Fournil", "baker"), new_id()
    receipt(pay(place, 5_00, id))
    order = {"cents": 5_00, "wallet_id": 1, "method": "pin", "place_id": place}
    order[change] = {"cents": 5_01, "wallet_id": 2, "method": "card", "place_id": other}[change]
    answer = payments.pay(payment_id=id, by=OFFICE, **order)  # type: ignore[arg-type]
    assert reason(answer) == "id_reused"
    assert wallet() == 95_00


def test_too_little_money_tells_the_member_what_is_left_and_the_shop_nothing() -> None:
    founded()
    place = approved()
    pay(place, 60_00)
    answer = pay(place, 40_01)
    assert reason(answer) == "funds_short"
    assert isinstance(answer, Declined)
    assert "40,00" in answer.member
    assert "40" not in answer.cashier
    assert answer.on_screen.startswith("Rien n’est prélevé. ")


def test_a_refused_id_may_be_paid_later() -> None:
    founded()
    place, id = approved(), new_id()
    merchants.suspend_place(place_id=place, by=OFFICE)
    assert reason(pay(place, 5_00, id)) == "place_closed"
    merchants.resume_place(place_id=place, by=OFFICE)
    assert receipt(pay(place, 5_00, id)).again is False


def test_a_suspended_wallet_an_unknown_one_and_an_unknown_place_are_told_apart() -> None:
    founded()
    place = approved()
    ledger.set_state(["wallet:1"], "closed")
    assert reason(pay(place, 5_00)) == "means_unavailable"
    assert reason(pay(place, 5_00, wallet_id=99)) == "code_wrong"
    never = merchants.register_place(merchant="X", name="X", kind="baker", by=OFFICE)
    assert reason(pay(never, 5_00, wallet_id=2)) == "place_closed"


@pytest.mark.parametrize("age", [timedelta(days=32), timedelta(minutes=-11)])
def test_a_device_with_a_wrong_clock_is_told_so(age: timedelta) -> None:
    founded()
    place = approved()
    id = new_id(clock.now_ms() - int(age.total_seconds() * 1000))
    assert reason(pay(place, 5_00, id)) == "device_clock"


@pytest.mark.parametrize(
    ("cents", "method"), [(0, "pin"), (-5, "pin"), (2**53 + 1, "pin"), (5, "cash")]
)
def test_what_no_till_may_send_is_an_error_of_its_program(cents: int, method: str) -> None:
    founded()
    with pytest.raises(ValueError, match="pay"):
        pay(approved(), cents, method=method)


def test_a_closed_till_takes_nothing_new_and_still_tells_what_it_took(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    founded()
    place, id = approved(), new_id()
    till = payments.open_till(place_id=place, by=OFFICE)
    first = receipt(pay(place, 5_00, id, till=till))
    payments.close_till(till=till, by=OFFICE)
    payments.close_till(till=till, by=OFFICE)
    assert reason(pay(place, 5_00, till=till)) == "till_suspended"
    assert receipt(pay(place, 5_00, id, till=till)).for_shop() == first.for_shop()
    elsewhere = payments.open_till(place_id=approved("Le Fournil", "baker"), by=OFFICE)
    assert reason(pay(place, 5_00, till=elsewhere)) == "till_suspended"


def test_a_till_closed_by_another_process_is_believed_open_for_two_seconds_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert tills.REMEMBERED_S == 2
    monkeypatch.setattr(tills, "REMEMBERED_S", 600.0)  # none ends while a machine is busy
    founded()
    place = approved()
    till = payments.open_till(place_id=place, by=OFFICE)
    assert tills.is_open(till, place)
    remembered = dict(tills._places)
    payments.close_till(till=till, by=OFFICE)
    tills._places.update(remembered)  # what this process would still hold
    assert tills.is_open(till, place)
    later = time.monotonic() + tills.REMEMBERED_S
    monkeypatch.setattr(tills.time, "monotonic", lambda: later)
    assert not tills.is_open(till, place)


def test_a_payment_reads_no_table_of_ours(
    django_assert_num_queries: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tills, "REMEMBERED_S", 600.0)
    founded()
    place = approved()
    till = payments.open_till(place_id=place, by=OFFICE)
    pay(place, 1_00, till=till)
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        receipt(pay(place, 1_00, till=till))


def test_a_payment_inside_a_transaction_is_refused_by_the_program() -> None:
    founded()
    place = approved()
    till = payments.open_till(place_id=place, by=OFFICE)
    with pytest.raises(RuntimeError), transaction.atomic():
        pay(place, 1_00, till=till)


def test_the_cause_of_a_payment_is_the_till_that_took_it() -> None:
    founded()
    place = approved()
    paid = [receipt(pay(place, 1_00)) for _ in range(2)]
    causes = {books.transfer(each.id).cause for each in paid}  # type: ignore[union-attr]
    assert causes == {row.id for row in queries.open_tills(place_id=place)}
    assert len(causes) == 1


def test_a_purchase_is_refunded_in_parts_up_to_what_it_was_and_each_refund_once() -> None:
    founded()
    place, id = approved(), new_id()
    purchase = pay(place, 23_50)
    first, second = receipt(refund(purchase, 10_00, id)), receipt(refund(purchase, 10_00, id))
    assert first.for_member() == second.for_member()
    assert (first.wallet_after, first.of) == (86_50, receipt(purchase).id)
    answer = refund(purchase, 13_51)
    assert reason(answer) == "refund_too_large"
    assert isinstance(answer, Declined) and "13,50" in answer.cashier
    receipt(refund(purchase, 13_50))
    assert reason(refund(purchase, 1)) == "refund_too_large"
    assert (wallet(), owed(place)) == (100_00, 0)
    assert reason(refund(purchase, 10_01, id)) == "id_reused"


def test_parallel_refunds_never_give_back_more_than_the_purchase() -> None:
    founded()
    place = approved()
    purchase = pay(place, 20_00)
    pay(place, 60_00)
    told = in_parallel(12, lambda n: refund(purchase, 6_00))
    assert sum(isinstance(answer, Receipt) for answer in told) == 3
    assert (wallet(), owed(place)) == (38_00, 62_00)
    assert queries.left_to_refund(receipt(purchase).id) == 2_00


def test_a_refund_is_possible_after_the_place_and_the_wallet_were_closed() -> None:
    founded()
    place = approved()
    purchase = pay(place, 20_00)
    merchants.withdraw_place(place_id=place, decision=2, by=OFFICE)
    ledger.set_state(["wallet:1"], "closed")
    assert receipt(refund(purchase, 20_00)).wallet_after == 100_00


def test_a_refund_when_the_sales_are_held_goes_down_to_the_floor() -> None:
    founded(redemption__refund_floor_cents=-50_00)
    place = approved()
    purchase = pay(place, 80_00)
    go(FEBRUARY.last)
    merchants.hold_sales(month=FEBRUARY, by=OFFICE)
    receipt(refund(purchase, 50_00))
    answer = refund(purchase, 1)
    assert reason(answer) == "funds_short"
    assert isinstance(answer, Declined) and "remboursement" in answer.cashier
    go(FEBRUARY.next().day(5))
    merchants.pay_redemptions(month=FEBRUARY, by=OFFICE)
    assert (owed(place), wallet()) == (-50_00, 70_00)


def test_a_refund_has_a_window_and_a_repeat_of_one_has_none() -> None:
    founded(date(2023, 2, 6), payment__refund_window_days=30)
    place, id = approved(), new_id()
    purchase = pay(place, 20_00)
    go(date(2023, 3, 8))
    first = receipt(refund(purchase, 5_00, id))
    go(date(2023, 3, 9))
    answer = refund(purchase, 5_00)
    assert reason(answer) == "refund_too_late"
    assert isinstance(answer, Declined) and "30 jours" in answer.cashier
    assert receipt(refund(purchase, 5_00, id)).for_shop() == first.for_shop()


def test_only_a_purchase_of_the_place_can_be_refunded() -> None:
    founded()
    place = approved()
    purchase = receipt(pay(place, 20_00))
    given_back = receipt(refund(purchase, 5_00))
    for payment_id, at in ((new_id(), place), (given_back.id, place), (purchase.id, place + 1)):
        answer = payments.refund(
            refund_id=new_id(), payment_id=payment_id, cents=1_00, by=OFFICE, place_id=at
        )
        assert reason(answer) == "purchase_unknown"


def test_a_refund_of_nothing_is_an_error_of_the_program() -> None:
    founded()
    purchase = pay(approved(), 20_00)
    with pytest.raises(ValueError, match="positive"):
        refund(purchase, 0)


def test_an_abandoned_payment_never_arrives_and_a_paid_one_cannot_be_abandoned() -> None:
    founded()
    place = approved()
    till = payments.open_till(place_id=place, by=OFFICE)
    burnt, paid = new_id(), new_id()
    for _ in range(2):
        assert reason(payments.abandon(payment_id=burnt, till=till)) == "abandoned"
    assert reason(pay(place, 5_00, burnt, till=till)) == "abandoned"
    first = receipt(pay(place, 5_00, paid, till=till))
    told = receipt(payments.abandon(payment_id=paid, till=till))
    assert told.for_member() == first.for_member()
    assert wallet() == 95_00
    assert reason(payments.abandon(payment_id=new_id(), till=new_id())) == "till_suspended"


def test_the_outcome_of_an_id_is_its_receipt_abandoned_or_unknown() -> None:
    founded()
    place, id, burnt = approved(), new_id(), new_id()
    till = payments.open_till(place_id=place, by=OFFICE)
    assert payments.outcome(id) is None
    first = receipt(pay(place, 5_00, id, till=till))
    assert receipt(payments.outcome(id)).for_shop() == first.for_shop()
    payments.abandon(payment_id=burnt, till=till)
    assert reason(payments.outcome(burnt)) == "abandoned"


def test_a_race_between_a_payment_and_its_abandoning_has_one_winner() -> None:
    founded()
    place = approved()
    till = payments.open_till(place_id=place, by=OFFICE)
    for _ in range(10):
        id, before = new_id(), wallet()

        def act(n: int, id: Id = id) -> Receipt | Declined:
            if n % 2:
                return payments.abandon(payment_id=id, till=till)
            return pay(place, 1_00, id, till=till)

        told = in_parallel(2, act)
        if isinstance(told[0], Receipt):
            assert receipt(told[1]).for_member() == told[0].for_member()
            assert wallet() == before - 1_00
        else:
            assert [reason(answer) for answer in told] == ["abandoned"] * 2
            assert wallet() == before


@pytest.mark.parametrize(
    ("answer", "said"),
    [("uncertain", "checking"), ("ceiling", "amount_limit"), ("stale", "device_clock")],
)
def test_other_answers_of_the_ledger_have_their_words(
    answer: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    founded()
    place = approved()
    monkeypatch.setattr(ledger, "submit", answering(answer))
    told = pay(place, 1_00)
    assert reason(told) == said
    assert isinstance(told, Declined)
    assert told.settled is (said != "checking")
    assert told.on_screen.startswith("Rien n’est prélevé.") is told.settled


@pytest.mark.parametrize("answer", ["route", "not_held", "limited"])
def test_a_fault_of_ours_is_not_told_as_a_refusal(
    answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    founded()
    place = approved()
    monkeypatch.setattr(ledger, "submit", answering(answer))
    with pytest.raises(RuntimeError, match=answer):
        pay(place, 1_00)


def answering(answer: str) -> Callable[[list[Transfer]], list[Outcome]]:
    return lambda chain: [Outcome(answer, transfer.id) for transfer in chain]
