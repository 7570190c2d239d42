"""What the committee allows of a purchase: one amount, a wallet's day, a card without its code."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from caisse.accounting import queries as accounting
from caisse.kernel import clock
from caisse.kernel.ids import new_id, parse_id, show_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as books
from caisse.ledger.models import Account, Transfer
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import operations
from caisse.payments.operations import cashiers
from caisse.payments.operations.brake import BRAKE
from caisse.payments.operations.pins import card_bucket
from caisse.payments.rules import PaymentRules, spares_code, within_amount
from caisse.payments.tests.device import Answer
from caisse.payments.tests.test_phones import Paying, amended, reason

DATABASE = pytest.mark.django_db(transaction=True, reset_sequences=True)
DAILY, MOST, FREE = "daily_max_cents", "max_amount_cents", "pin_free_below_cents"


def test_an_amount_is_within_the_article_up_to_the_cent() -> None:
    rules = PaymentRules(max_amount_cents=20_00, daily_max_cents=50_00, pin_free_below_cents=5_00)
    assert within_amount(20_00, rules) and not within_amount(20_01, rules)
    assert spares_code(4_99, rules) and not spares_code(5_00, rules)
    assert within_amount(10**9, PaymentRules()) and not spares_code(1, PaymentRules())


def test_a_card_pays_without_a_code_within_a_day_s_maximum_only() -> None:
    assert PaymentRules(pin_free_below_cents=5_00).contradiction()
    assert not PaymentRules(pin_free_below_cents=5_00, daily_max_cents=50_00).contradiction()
    assert not PaymentRules(daily_max_cents=50_00).contradiction()


class Limited(Paying):
    """The same member with a card too; each way of paying by its name."""

    def __init__(self) -> None:
        super().__init__()
        self.card = operations.make_card(holder_id=self.holder, by=OFFICE, id=new_id()).text

    def by_card(self, cents: int, **said: Any) -> Answer:
        wanted = {"id": show_id(new_id()), "cents": cents, "method": "card", "card": self.card}
        return self.till.send("POST", "payments", wanted | said)

    def by_agreement(self, cents: int) -> Answer:
        held = operations.hold_paper_sale(
            holder_id=self.holder, place_id=self.place, cents=cents, by=OFFICE, id=new_id()
        )
        return self.typed(held.figures, cents)

    def typed(self, figures: str, cents: int) -> Answer:
        wanted = {"id": show_id(new_id()), "cents": cents, "method": "paper"}
        return self.till.send("POST", "payments", wanted | {"agreement": figures})

    def by_poster(self, cents: int) -> Answer:
        said = {"id": show_id(new_id()), "place": self.place, "cents": cents}
        return self.phone.send("POST", "phones/places/pay", said)

    def ways(self) -> dict[str, Callable[[int], Answer]]:
        return {
            "pin": lambda cents: self.pay(cents=cents),
            "card": lambda cents: self.by_card(cents, pin=self.pin, attempt=1),
            "member_qr": lambda cents: self.show(self.phone.qr(), cents=cents),
            "request": lambda cents: self.scan(self.request(cents)),
            "poster": self.by_poster,
        }

    def give_back(self, paid: Answer, cents: int) -> Answer:
        said = {"id": show_id(new_id()), "of": paid.said["number"], "cents": cents}
        return self.till.send("POST", "refunds", said)

    def spent(self) -> int:
        """What the account of today has counted."""
        account = books.account(f"spent:{self.wallet}:{clock.today().isoformat()}")
        return 0 if account is None else -account.balance


@pytest.fixture
def world() -> Iterator[Limited]:
    BRAKE.release()
    yield Limited()
    BRAKE.release()


def sound() -> list[str]:
    return [one.code for one in accounting.check() if one.damaged]


@DATABASE
def test_no_way_pays_more_at_once_than_the_article(world: Limited) -> None:
    amended(f"payment.{MOST}", 10_00)
    for name, pay in world.ways().items():
        assert reason(pay(10_01)) == "amount_limit", name
        assert pay(10_00).status == 201, name
    with pytest.raises(Refusal, match="en une fois"):
        world.by_agreement(10_01)
    assert world.left == 100_00 - 50_00
    assert world.phone.send("GET", "phones/self").said["most_cents"] == 10_00


@DATABASE
def test_too_much_is_said_before_anybody_looks_at_the_code(world: Limited) -> None:
    amended(f"payment.{MOST}", 10_00)
    right, wrong = world.pay(cents=10_01), world.pay(world.wrong, cents=10_01)
    assert right.body == wrong.body and reason(right) == "amount_limit"
    assert not Transfer.objects.filter(reason="try").exists()


@DATABASE
@pytest.mark.parametrize("way", ["pin", "card", "member_qr", "request", "poster"])
def test_a_wallet_pays_so_much_in_a_day_whatever_the_way(world: Limited, way: str) -> None:
    amended(f"payment.{DAILY}", 30_00)
    pay = world.ways()[way]
    assert pay(20_00).status == 201
    assert reason(pay(10_01)) == "day_limit"
    assert pay(10_00).status == 201
    assert reason(world.pay(cents=1)) == "day_limit", "the ways share it"
    assert world.left == 70_00 and world.spent() == 30_00 and sound() == []


@DATABASE
def test_the_next_day_begins_at_midnight_of_the_caisse(
    world: Limited, travelling: Callable[..., None]
) -> None:
    amended(f"payment.{DAILY}", 30_00)
    today = clock.today()
    travelling(today, 23, 59)  # 22:59 in UTC: the day is the caisse's
    assert world.pay(cents=30_00).status == 201
    assert reason(world.pay(cents=1)) == "day_limit"
    travelling(today + timedelta(days=1), 0, 0)
    assert world.pay(cents=30_00).status == 201
    assert world.left == 40_00 and sound() == []


@DATABASE
def test_fifty_payments_at_once_pass_the_day_by_nothing(world: Limited) -> None:
    """Whatever is under way at the same moment: the ledger judges the day, not a look before it."""
    amended(f"payment.{DAILY}", 30_00)

    def pay(turn: int) -> str:
        ways = list(world.ways().values())[: 2 if turn % 2 else 1]
        try:
            return reason(ways[-1](4_00))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(pay, range(50)))
    assert sorted(set(answers)) == ["201", "day_limit"] and answers.count("201") == 7
    assert world.left == 100_00 - 28_00 and world.spent() == 28_00 and sound() == []


@DATABASE
def test_a_payment_sent_again_counts_once_also_after_midnight(
    world: Limited, travelling: Callable[..., None]
) -> None:
    amended(f"payment.{DAILY}", 30_00)
    travelling(clock.today(), 23, 59)
    id = show_id(new_id())
    first = world.pay(id=id, cents=20_00)
    travelling(clock.today() + timedelta(days=1), 0, 1)
    assert world.pay(id=id, cents=20_00).body == first.body
    assert world.spent() == 0 and world.left == 80_00
    assert Transfer.objects.filter(reason="spent").count() == 1


@DATABASE
def test_what_is_given_back_today_may_be_spent_today(
    world: Limited, travelling: Callable[..., None]
) -> None:
    amended(f"payment.{DAILY}", 30_00)
    paid = world.pay(cents=30_00)
    back = world.give_back(paid, 12_00)
    assert back.status == 201 and world.spent() == 18_00
    same = {"id": back.said["number"], "of": paid.said["number"], "cents": 12_00}
    assert world.till.send("POST", "refunds", same).body == back.body
    assert reason(world.pay(cents=12_01)) == "day_limit"
    assert world.pay(cents=12_00).status == 201
    travelling(clock.today() + timedelta(days=1), 9)
    assert world.give_back(paid, 5_00).status == 201
    assert world.spent() == 0, "yesterday's purchase frees nothing of today"
    assert world.left == 75_00 and sound() == []


@DATABASE
def test_what_the_office_gives_back_is_free_too(world: Limited) -> None:
    amended(f"payment.{DAILY}", 30_00)
    amended("redemption.two_person_refund_cents", 20_00)
    paid = parse_id(world.pay(cents=30_00).said["number"])
    operations.refund_at_office(
        payment_id=paid, cents=10_00, why="returned", by=OFFICE, id=new_id()
    )
    assert world.spent() == 20_00 and sound() == []


@DATABASE
def test_a_sale_by_telephone_counts_when_it_is_agreed_to(world: Limited) -> None:
    amended(f"payment.{DAILY}", 30_00)
    held = operations.hold_paper_sale(
        holder_id=world.holder, place_id=world.place, cents=20_00, by=OFFICE, id=new_id()
    )
    assert world.spent() == 20_00 and reason(world.pay(cents=10_01)) == "day_limit"
    with pytest.raises(Refusal, match="en un jour"):
        world.by_agreement(10_01)
    typed = world.typed(held.figures, 15_00)
    assert typed.status == 201 and world.spent() == 15_00, "what was not taken is free"
    assert world.give_back(typed, 15_00).status == 201 and world.spent() == 0
    other = operations.hold_paper_sale(
        holder_id=world.holder, place_id=world.place, cents=30_00, by=OFFICE, id=new_id()
    )
    operations.cancel_paper_sale(sale_id=other.id, by=OFFICE)
    assert world.spent() == 0 and world.left == 100_00 and sound() == []


@DATABASE
def test_a_refused_payment_counts_nothing_and_a_full_day_uses_up_no_qr(world: Limited) -> None:
    amended(f"payment.{DAILY}", 200_00)
    assert reason(world.pay(cents=100_01)) == "funds_short" and world.spent() == 0
    assert world.pay(world.wrong).said["reason"] == "code_wrong" and world.spent() == 0
    up_to = world.pay(cents=150_00, up_to=True)
    assert up_to.said["cents"] == 100_00 == world.spent()
    assert sound() == []


@DATABASE
def test_a_qr_refused_for_the_day_pays_a_smaller_amount(world: Limited) -> None:
    amended(f"payment.{DAILY}", 30_00)
    qr = world.phone.qr()
    assert reason(world.show(qr, cents=30_01)) == "day_limit"
    assert world.show(qr, cents=30_00).status == 201


@DATABASE
def test_without_the_articles_a_payment_asks_no_more_and_writes_no_more(world: Limited) -> None:
    """The articles of paying are read at once with the ways; there is no account of the day."""
    cashiers._known.clear()  # believed of a place of the test before, it may end in between
    world.pay(cents=1_00)

    def looks() -> list[str]:
        with CaptureQueriesContext(connection) as caught:
            assert world.pay(cents=1_00).status == 201
        return [one["sql"] for one in caught.captured_queries]

    before = looks()
    assert sum("bylaws_amendment" in sql for sql in before) <= 1
    assert not Account.objects.filter(code__startswith="spent:").exclude(code="spent:all").exists()
    amended(f"payment.{MOST}", 50_00)
    assert world.pay(cents=1_00).status == 201  # the first one after a decision reads it
    assert len(looks()) == len(before), "one amount is judged by what was read for the ways"


@DATABASE
def test_a_small_amount_is_paid_with_a_card_alone(world: Limited) -> None:
    assert reason(world.by_card(4_99)) == "code_needed", "off until the committee decides"
    amended(f"payment.{DAILY}", 30_00)
    amended(f"payment.{FREE}", 5_00)
    assert world.till.send("GET", "tills/self").said["pin_free_below_cents"] == 5_00
    assert world.by_card(4_99).status == 201
    assert reason(world.by_card(5_00)) == "code_needed"
    assert world.by_card(5_00, pin=world.pin, attempt=1).status == 201
    wrong = world.by_card(1_00, pin=world.wrong, attempt=1)
    assert reason(wrong) == "code_wrong", "a code that is typed is judged"
    account = books.account(card_bucket(world.wallet, 1))
    assert account is not None and account.held == 1


@DATABASE
def test_the_committee_cannot_spare_the_code_without_a_day_s_maximum(world: Limited) -> None:
    with pytest.raises(Refusal, match="maximum par jour"):
        amended(f"payment.{FREE}", 5_00)


@DATABASE
def test_what_is_typed_never_pays_without_a_code(world: Limited) -> None:
    """The number of a card is an identifier: whoever has read it has not the card."""
    amended(f"payment.{DAILY}", 30_00)
    amended(f"payment.{FREE}", 5_00)
    number = operations.printed_card(world.holder).number
    for handle in ("moineau-radis", number):
        said = {"id": show_id(new_id()), "cents": 1_00, "method": "pin", "handle": handle}
        assert world.till.send("POST", "payments", said).status == 400
        answer = operations.pay_with_code(
            payment_id=new_id(), method="pin", who=handle, digits="", attempt=1,
            place_id=world.place, cents=1_00, till=books.transfer(paid(world)).cause,  # type: ignore[union-attr]
        )  # fmt: skip
        assert isinstance(answer, operations.Declined) and answer.reason == "code_wrong"


def paid(world: Limited) -> bytes:
    return parse_id(world.by_card(1_00).said["number"])


@DATABASE
def test_a_lost_card_costs_a_day_s_maximum_until_it_is_blocked(world: Limited) -> None:
    amended(f"payment.{DAILY}", 20_00)
    amended(f"payment.{FREE}", 5_00)
    answers = [reason(world.by_card(4_00)) for _ in range(8)]
    assert answers == ["201"] * 5 + ["day_limit"] * 3
    operations.block_card(holder_id=world.holder, by=OFFICE)
    assert reason(world.by_card(1_00)) == "means_unavailable"
    assert world.left == 80_00


@DATABASE
def test_a_card_whose_codes_are_used_up_pays_nothing_without_one_either(world: Limited) -> None:
    amended(f"payment.{DAILY}", 30_00)
    amended(f"payment.{FREE}", 5_00)
    for turn in range(3):
        digits = f"{(int(world.pin) + 1 + turn) % 10**6:06d}"
        assert reason(world.by_card(1_00, pin=digits, attempt=1)) == "code_wrong"
    assert reason(world.by_card(1_00)) == "code_paused"


@DATABASE
def test_a_till_whose_codes_are_paused_takes_a_card_s_small_amount(world: Limited) -> None:
    amended(f"payment.{DAILY}", 30_00)
    amended(f"payment.{FREE}", 5_00)
    for turn in range(10):
        world.pay(f"{turn:06d}", handle="personne")
    assert reason(world.pay()) == "till_code_paused"
    assert world.by_card(1_00).status == 201
