"""Sales without network in the books: one sale whatever paid it, for the shop and the member."""

from collections.abc import Iterator

import pytest

from caisse.kernel import clock, events
from caisse.kernel.ids import Id, new_id, short_id, show_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.merchants import queries as merchants
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import operations, queries
from caisse.payments.queries import Receipt
from caisse.people import operations as people
from caisse.people import queries as registry
from tests.offline.real import DAY, DESK, Member, Phone, Shop, ground, post

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


class Sold:
    """Awa pays 12 € anywhere: 5 were set aside, 4 are left in her wallet, 3 are the caisse's."""

    def __init__(self) -> None:
        ground(3_300_00)
        self.awa, self.shop = Member(1, 100_00), Shop("Halle")
        phone = Phone(self.awa)
        phone.ask((0, 5_00))
        self.spend(91_00)
        self.shop.open()
        sale = phone.pay(0, 1, self.shop.request(12_00, b"nonce--1"))
        assert self.shop.sync(sale) == ["posted"]
        row = merchants.day_of_sales(self.shop.place, DAY, before=None, limit=10)[0]
        self.id: Id = row.id

    def spend(self, cents: int) -> None:
        post((f"wallet:{self.awa.wallet}", "fund:caisse", cents, "leaving"))

    @property
    def left(self) -> int:
        return books.balance(f"wallet:{self.awa.wallet}")

    def balances(self) -> tuple[int, int, int, int]:
        place = self.shop.place
        fund = books.balance("fund:offline") - 3_300_00
        return self.left, books.balance(f"place:{place}"), fund, books.balance(f"loss:{place}")


@pytest.fixture
def sold() -> Iterator[Sold]:
    yield Sold()


@pytest.fixture(params=[False, True], ids=["at once", "traced"])
def read_later(request: pytest.FixtureRequest) -> bool:
    """Whether the journal was followed before it is read."""
    return bool(request.param)


def test_a_sale_in_parts_is_one_for_the_shop(sold: Sold, read_later: bool) -> None:
    place = sold.shop.place
    if read_later:
        ledger.trace()
    assert sold.balances() == (0, 12_00, -3_00, -3_00)
    taken = merchants.taken(place, first=DAY, last=DAY)
    assert (taken.sales, taken.sales_cents) == (1, 12_00)
    day, sales = merchants.day_closed(place, DAY)
    listed = merchants.day_of_sales(place, DAY, before=None, limit=1)
    assert day.taken.sales == 1 and sales == listed
    assert (listed[0].id, listed[0].cents) == (sold.id, 12_00)
    assert merchants.day_of_sales(place, DAY, before=listed[0].seq, limit=5) == []


def test_a_page_of_a_day_never_cuts_a_sale_in_two(sold: Sold) -> None:
    for _each in range(3):
        assert sold.shop.sync(sold.shop.code_sale("personne", "123456", 1_00, method="pin"))
    place, found, before = sold.shop.place, [], None
    while rows := merchants.day_of_sales(place, DAY, before=before, limit=2):
        found += rows
        before = rows[-1].seq
    assert [row.cents for row in found] == [1_00, 1_00, 1_00, 12_00]


def test_its_receipt_is_the_same_for_ever_and_for_the_whole(sold: Sold) -> None:
    receipt = queries.receipt(sold.id)
    assert receipt is not None and receipt.wallet_id == sold.awa.wallet
    assert (receipt.cents, receipt.place_id, receipt.wallet_after) == (12_00, sold.shop.place, 0)
    assert [part.cents for part in receipt.parts] == [5_00, 4_00, 3_00]
    further = receipt.parts[1].id
    assert queries.receipt(further) is None, "a part is no purchase"
    outcome = operations.outcome(sold.id)
    assert isinstance(outcome, Receipt) and outcome.for_shop() == receipt.for_shop()
    assert "wallet" not in receipt.for_shop().decode()


def test_it_is_given_back_part_by_part_the_caisse_first(sold: Sold) -> None:
    refunds = [new_id() for _each in range(3)]

    def back(n: int, cents: int) -> object:
        return operations.refund(
            refund_id=refunds[n], payment_id=sold.id, cents=cents, by=DESK,
            place_id=sold.shop.place,
        )  # fmt: skip

    first = back(0, 4_00)
    assert isinstance(first, Receipt) and (first.cents, first.of) == (4_00, sold.id)
    assert sold.balances() == (1_00, 8_00, 0, 0), "what is no loss any more is room again"
    assert queries.left_to_refund(sold.id) == 8_00
    second = back(1, 8_00)
    assert isinstance(second, Receipt) and second.cents == 8_00
    assert sold.balances() == (9_00, 0, 0, 0)
    for n, one in enumerate((first, second)):
        again = back(n, one.cents)
        assert isinstance(again, Receipt) and again.again and again.for_shop() == one.for_shop()
    late = back(2, 1)
    assert isinstance(late, operations.Declined) and late.reason == "refund_too_large"
    reused = back(0, 3_00)
    assert isinstance(reused, operations.Declined) and reused.reason == "id_reused"
    rows = merchants.day_of_sales(sold.shop.place, DAY, before=None, limit=10)
    told = [(row.cents, row.of) for row in rows]
    assert told == [(-8_00, short_id(sold.id)), (-4_00, short_id(sold.id)), (12_00, "")]
    taken = merchants.taken(sold.shop.place, first=DAY, last=DAY)
    assert (taken.refunds, taken.refunds_cents, taken.cents) == (2, 12_00, 0)
    assert queries.given_back([sold.id]) == {sold.id: 12_00}


def test_the_office_gives_it_back_as_any_purchase(sold: Sold) -> None:
    done = operations.refund_at_office(
        payment_id=sold.id, cents=5_00, why="returned", by=OFFICE, id=new_id()
    )
    assert done and sold.balances() == (2_00, 7_00, 0, 0)


def test_a_sale_that_nobody_paid_goes_back_to_the_fund(sold: Sold) -> None:
    shop = sold.shop
    wrong = shop.code_sale("personne", "123456", 2_00, method="pin")
    assert shop.sync(wrong) == ["posted"]
    receipt = queries.receipt(wrong.id)
    assert receipt is not None and (receipt.wallet_id, receipt.wallet_after) == (0, None)
    back = operations.refund(refund_id=new_id(), payment_id=wrong.id, cents=2_00, by=DESK)
    assert isinstance(back, Receipt) and books.balance(f"loss:{shop.place}") == -3_00


def test_the_member_reads_where_what_was_set_aside_went(sold: Sold, read_later: bool) -> None:
    if read_later:
        ledger.trace()
    month = queries.wallet_month(sold.awa.wallet, Month.of(clock.today()))
    told = [(line.reason, line.cents, line.aside_cents) for line in month.lines]
    assert told[-3:] == [("leaving", -91_00, 0), ("aside", 0, 5_00), ("payment", -4_00, 0)]
    assert [line.reason for line in month.lines].count("reserve") == 1
    assert month.lines[-2].left_cents == 4_00 and month.left_cents == 0
    last = queries.last_lines(sold.awa.wallet, limit=3)
    assert [line.reason for line in last] == ["payment", "aside", "leaving"]
    line = queries.wallet_line(sold.awa.wallet, sold.id)
    assert line is not None and (line.reason, line.place_id) == ("aside", sold.shop.place)
    assert queries.wallet_line(sold.awa.wallet + 1, sold.id) is None
    assert queries.asides(sold.awa.wallet) == []


def test_a_sale_that_came_too_late_is_written_down_once(sold: Sold) -> None:
    shop = sold.shop
    sale = shop.code_sale("personne", "123456", 2_00, method="pin")
    shop.close()
    for _again in range(2):
        assert shop.sync(sale) == ["late"]
    noted = events.history(names=("sale.late",), subject=f"place:{shop.place}")
    assert [one.data["cents"] for one in noted] == [2_00]
    assert show_id(sale.id) not in str(noted)


def test_a_household_does_not_leave_while_money_is_set_aside() -> None:
    ground(3_300_00)
    awa, shop = Member(1, 100_00), Shop("Halle")
    Phone(awa).ask((shop.place, 5_00))
    number = registry.latest_membership(awa.wallet)
    assert number is not None
    people.leave(membership_id=number, on=DAY, by=OFFICE, id=new_id())
    with pytest.raises(Refusal) as refusal:
        people.close(membership_id=number, by=OFFICE, id=new_id())
    assert refusal.value.reason == "held"


def test_each_part_that_she_paid_bears_the_words_of_the_sale(sold: Sold) -> None:
    further = queries.last_lines(sold.awa.wallet, limit=1)[0]
    assert (further.reason, further.id == sold.id) == ("payment", False)
    assert queries.sale_behind(further.id) == queries.sale_behind(sold.id) == sold.id
