"""What the caisse covers of a purchase, to the cent: by the place's rate, by each product's."""

from collections.abc import Iterator
from typing import Any

import pytest

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.kernel.ids import new_id, show_id
from caisse.kernel.month import Month
from caisse.ledger.models import Transfer
from caisse.merchants.models import Agreement
from caisse.merchants.rules import Rate
from caisse.merchants.tests.ground import OFFICE
from caisse.payments.operations.brake import BRAKE
from caisse.payments.tests.test_limits import Limited
from caisse.payments.tests.test_phones import reason

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)
RATES = (Rate("frais", 9_000), Rate("epicerie", 3_333), Rate("alcool", 0))
LINES = [{"cents": 10_01, "rate": "frais"}, {"cents": 2_00, "rate": "epicerie"}]
COVERED = 9_01 + 67  # 900.9 and 66.66 cents, each line rounded once


@pytest.fixture
def world() -> Iterator[Limited]:
    BRAKE.release()
    yield Limited()
    BRAKE.release()


def decided(mode: str, rounding: str = "half_up") -> None:
    """The committee decides it, for this month on."""
    said = {"rates_bp": RATES, "mode": mode, "rounding": rounding}
    effects = [Amend(f"coverage.{name}", value, Month(2023, 1)) for name, value in said.items()]
    bylaws.decide(title="Prise en charge", text="", body="comité", effects=effects, by=OFFICE)


def moved(world: Limited) -> int:
    return 100_00 - world.left


def test_each_line_is_covered_at_the_rate_of_its_product(world: Limited) -> None:
    decided("rate_by_product")
    screen = world.till.send("GET", "tills/self").said["coverage"]
    assert screen == {
        "mode": "rate_by_product", "rounding": "half_up",
        "rates": [{"code": one.code, "bp": one.rate_bp} for one in RATES],
    }  # fmt: skip
    paid = world.pay(cents=COVERED, lines=LINES)
    assert paid.status == 201 and paid.said["cents"] == COVERED == moved(world)


@pytest.mark.parametrize(
    ("cents", "lines"),
    [
        (COVERED + 1, LINES),
        (COVERED - 1, LINES),
        (12_01, LINES),  # the whole price
        (COVERED, None),  # a till that knows nothing of rates
        (1, [{"cents": 5_00, "rate": "alcool"}]),
        (5_00, [{"cents": 5_00, "rate": "viande"}]),
        (5_00, [{"cents": 5_00}]),
    ],
)
def test_no_other_part_is_taken_from_a_wallet(
    world: Limited, cents: int, lines: list[dict[str, Any]] | None
) -> None:
    decided("rate_by_product")
    said: dict[str, Any] = {} if lines is None else {"lines": lines}
    right, wrong = (world.pay(pin, cents=cents, **said) for pin in ("", world.wrong))
    assert reason(right) == "category_not_covered" and right.body == wrong.body
    assert moved(world) == 0 and not Transfer.objects.filter(reason="try").exists()


def test_every_way_of_a_till_pays_the_covered_part(world: Limited) -> None:
    decided("rate_by_product")
    ways = {
        "card": lambda **said: world.by_card(COVERED, pin=world.pin, attempt=1, **said),
        "member_qr": lambda **said: world.show(world.phone.qr(), cents=COVERED, **said),
    }
    for name, pay in ways.items():
        assert reason(pay()) == "category_not_covered", name
        assert pay(lines=LINES).status == 201, name
    assert moved(world) == 2 * COVERED
    assert world.scan(world.request(COVERED)).status == 201, "the till has made the request"
    assert reason(world.by_poster(COVERED)) == "category_not_covered", "nobody has said what"


def test_the_rate_of_a_place_is_that_of_all_that_it_sells(world: Limited) -> None:
    decided("rate_by_place")
    assert world.till.send("GET", "tills/self").said["coverage"]["rates"] == []
    assert reason(world.pay(cents=9_01, lines=[{"cents": 10_01}])) == "category_not_covered"
    Agreement.objects.update(rate="frais")
    screen = world.till.send("GET", "tills/self").said["coverage"]
    assert screen["rates"] == [{"code": "frais", "bp": 9_000}]
    assert world.pay(cents=9_01, lines=[{"cents": 10_01}]).status == 201
    assert moved(world) == 9_01


@pytest.mark.parametrize(("rounding", "cents"), [("down", 9_00), ("up", 9_01), ("outward", 9_00)])
def test_a_line_is_rounded_as_the_bylaws_say(world: Limited, rounding: str, cents: int) -> None:
    decided("rate_by_product", rounding)
    assert world.pay(cents=cents, lines=[LINES[0]]).status == 201


def test_where_all_is_covered_lines_are_the_whole(world: Limited) -> None:
    """A till that still believes in rates is told so; it asks for its screen again."""
    assert world.till.send("GET", "tills/self").said["coverage"]["mode"] == "full"
    assert reason(world.pay(cents=COVERED, lines=LINES)) == "category_not_covered"
    assert world.pay(cents=12_01, lines=LINES).status == 201


def test_sent_again_after_the_rates_have_changed_it_is_the_same_receipt(world: Limited) -> None:
    decided("rate_by_product")
    id = show_id(new_id())
    first = world.pay(id=id, cents=COVERED, lines=LINES)
    decided("full")
    again = world.pay(id=id, cents=COVERED, lines=LINES)
    assert (first.status, again.status) == (201, 200) and first.body == again.body


def test_what_one_has_less_of_is_paid_up_to_the_covered_part(world: Limited) -> None:
    decided("rate_by_product")
    lines = [{"cents": 200_00, "rate": "frais"}]
    assert reason(world.pay(cents=180_00, lines=lines)) == "funds_short"
    paid = world.pay(cents=180_00, lines=lines, up_to=True)
    assert paid.said["cents"] == 100_00 and world.left == 0


@pytest.mark.parametrize(
    "lines",
    [
        [], {}, "frais", 5, [5], [[]], [{}], [{"cents": 0}], [{"cents": "5"}], [{"cents": True}],
        [{"cents": 5, "rate": 7}], [{"cents": 5, "what": "x"}], [{"cents": 5, "rate": "x" * 31}],
        [{"cents": 1}] * 25, [{"cents": [1]}], [{"cents": 5, "rate": ["frais"]}], None,
    ],
)  # fmt: skip
def test_what_is_no_list_of_lines_is_no_request(world: Limited, lines: Any) -> None:
    decided("rate_by_product")
    answer = world.pay(cents=COVERED, lines=lines)
    assert (answer.status, reason(answer)) == (400, "request"), answer.said
    assert moved(world) == 0


def test_a_list_stands_under_no_other_name(world: Limited) -> None:
    for name in ("cents", "handle", "pin", "id", "method"):
        said: dict[str, Any] = {name: [{"cents": 1}]}
        assert world.pay(**said).status == 400, name
