"""The list of a place's sales at its tills, and refunds in parts at any of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from caisse.kernel.ids import new_id, parse_id, short_id, show_id
from caisse.merchants.tests.ground import OFFICE, approved, go
from caisse.payments import operations, wire
from caisse.payments.operations.brake import BRAKE
from caisse.payments.queries import place_sales
from caisse.payments.tests import loops
from caisse.payments.tests.device import Answer, PhoneTill
from caisse.payments.tests.test_api import DAY, HANDLE, Described
from caisse.payments.tests.test_cashiers import ManyHands, forget

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)

WINDOW = 14  # days


class TwoTills(ManyHands):
    """A place with two tills, where a purchase may be given back for 14 days."""

    def __init__(self) -> None:
        super().__init__(payment__refund_window_days=WINDOW)
        self.other = PhoneTill()
        device = operations.invite_device(
            place_id=self.place, label="Terrasse", by=OFFICE, id=new_id()
        )
        self.confirm(self.other, device)

    def bought(self, cents: int = 10_00, **said: Any) -> str:
        """A purchase, by its number."""
        id = show_id(new_id())
        assert self.pay(id=id, cents=cents, **said).status == 201
        return id

    def listed(self, query: str = "", till: PhoneTill | None = None) -> Answer:
        """`GET tills/sales`, at the second till."""
        return (till or self.other).send("GET", f"tills/sales{query}")

    def rows(self, query: str = "") -> list[dict[str, Any]]:
        """The rows of a list."""
        answer = self.listed(query)
        assert answer.status == 200, answer.body
        rows: list[dict[str, Any]] = answer.said["sales"]
        return rows

    def refund(self, of: str, cents: int, till: PhoneTill | None = None, id: str = "") -> Answer:
        """So much of a purchase is given back."""
        said = {"id": id or show_id(new_id()), "of": of, "cents": cents}
        return (till or self.other).send("POST", "refunds", said)


@pytest.fixture(params=["threads", "loop"])
def world(request: pytest.FixtureRequest) -> Iterator[TwoTills]:
    """Asked as a WSGI function asks it, and as the server's loop does."""
    forget()
    with loops.serving() if request.param == "loop" else nullcontext():
        yield TwoTills()
    forget()
    BRAKE.release()


def test_any_till_of_the_place_lists_what_all_have_sold_and_given_back(world: TwoTills) -> None:
    first, second = world.bought(12_40), world.bought(5_00, till=world.other)
    back = world.refund(first, 2_40).said["number"]
    told = world.listed(till=world.till)
    assert told.status == 200 and len(told.body) % 256 == 0
    assert (told.said["day"], told.said["told"]) == ("2023-02-06", "lundi 6\xa0février\xa02023")
    assert (told.said["day_before"], told.said["day_after"]) == ("2023-02-05", None)
    refund, later, sooner = told.said["sales"]
    assert sooner == {
        "number": first, "short": short_id(parse_id(first)), "kind": "payment", "cents": 12_40,
        "at": sooner["at"], "of_short": None, "till": "Comptoir", "cashier": "",
        "refunded_cents": 2_40, "refundable_cents": 10_00,
    }  # fmt: skip
    assert refund == sooner | {
        "number": back, "short": short_id(parse_id(back)), "kind": "refund", "cents": -2_40,
        "at": refund["at"], "of_short": sooner["short"], "till": "Terrasse",
        "refunded_cents": 0, "refundable_cents": 0,
    }  # fmt: skip
    assert (later["number"], later["till"], later["refundable_cents"]) == (second, "Terrasse", 500)
    assert world.listed().said == told.said
    assert told.said["after"] is None


def test_the_list_names_the_cashier_and_nobody_who_paid(world: TwoTills) -> None:
    lou = world.add("manage")
    world.bought(5_00, cashier=lou.cashier_id)
    (row,) = world.rows()
    assert (row["till"], row["cashier"]) == ("Comptoir", "Lou")
    text = world.listed().unnumbered
    for word in (HANDLE, world.pin, "wallet", "pin", "method", "Moulin", "left_cents", "seq"):
        assert word not in text, word
    operations.revoke_device(device_id=world.device, by=OFFICE)
    (row,) = world.rows()
    assert (row["till"], row["cashier"]) == ("Comptoir", "Lou"), "it stays hers"


def test_a_purchase_is_given_back_in_parts_at_another_till_never_more(world: TwoTills) -> None:
    of, id = world.bought(10_00), show_id(new_id())
    told = [world.refund(of, 3_00, id=id) for _each in range(2)]
    assert [one.status for one in told] == [201, 200] and told[0].body == told[1].body
    more = world.refund(of, 7_01, world.till)
    assert (more.status, more.said["reason"]) == (422, "refund_too_large")
    assert world.refund(of, 2_00, world.till).status == 201
    (row,) = [one for one in world.rows() if one["kind"] == "payment"]
    assert (row["refunded_cents"], row["refundable_cents"]) == (5_00, 5_00)
    assert world.refund(of, 5_00).status == 201
    assert world.refund(of, 1).said["reason"] == "refund_too_large"
    assert world.left == 100_00


def test_two_tills_that_give_back_at_once_never_exceed_the_purchase(world: TwoTills) -> None:
    of = world.bought(10_00)

    def back(n: int) -> int:
        try:
            return world.refund(of, 3_00, (world.till, world.other)[n % 2]).status
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as hands:
        told = sorted(hands.map(back, range(10)))
    assert told == [201] * 3 + [422] * 7
    assert world.left == 99_00
    rows = world.rows()
    assert sum(one["cents"] for one in rows) == 1_00
    assert rows[-1]["refundable_cents"] == 1_00


def test_a_day_before_is_listed_and_given_back_within_the_window(world: TwoTills) -> None:
    of = world.bought(10_00)
    world.other.send("POST", "days", {"day": DAY.isoformat()})
    go(DAY + timedelta(WINDOW))
    assert world.rows() == []
    told = world.listed(f"?day={DAY}").said
    assert (told["day_before"], told["day_after"]) == (None, "2023-02-07")
    (row,) = told["sales"]
    assert (row["number"], row["refundable_cents"]) == (of, 10_00)
    assert world.refund(of, 4_00).status == 201
    (row,) = world.rows(f"?day={DAY}")
    assert (row["refunded_cents"], row["refundable_cents"]) == (4_00, 6_00)
    (back,) = world.rows()
    assert (back["kind"], back["cents"], back["of_short"]) == ("refund", -4_00, row["short"])
    go(DAY + timedelta(WINDOW + 1))
    late = world.listed(f"?day={DAY}")
    assert (late.status, late.said["reason"]) == (400, "request")
    assert world.refund(of, 1_00).said["reason"] == "refund_too_late"


def test_the_list_comes_in_pages_by_the_key_of_its_last_row(
    world: TwoTills, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place_sales, "MOST_SALES", 2)
    ids = [world.bought(1_00 + n) for n in range(5)]
    found, after = [], ""
    for size in (2, 2, 1):
        told = world.listed(f"?day={DAY}{after}").said
        assert len(told["sales"]) == size
        found += [row["number"] for row in told["sales"]]
        after = f"&after={told['after']}"
    assert found == ids[::-1] and told["after"] is None


def test_the_address_is_proven_with_what_is_asked_behind_it(world: TwoTills) -> None:
    """A proof of one day opens no other; a wrong question is said, and moves nothing."""
    world.bought()
    assert world.listed().status == world.listed(f"?day={DAY}").status == 200
    stranger = PhoneTill(till=world.other.till, generation=1, key=b"x" * 32)
    assert world.listed(f"?day={DAY}", stranger).status == 401
    bare = wire.proof(world.other.key, "GET", "/api/v1/tills/sales", b"")
    taken = world.other.send("GET", f"tills/sales?day={DAY}", HTTP_CAISSE_MAC=bare)
    assert (taken.status, taken.said["reason"]) == (401, "till_unknown")
    for query in (
        "?day=2023-02-07", "?day=2023-02-30", "?day=", "?day", "?place=1", "?after=x",
        "?day=0001-01-01", "?day=1999-12-31", "?day=9999-12-31", f"?day={DAY}&day={DAY}",
        f"?after={show_id(new_id())}",
    ):  # fmt: skip
        answer = world.listed(query)
        assert (answer.status, answer.said["reason"]) == (400, "request"), query


def test_another_places_till_sees_and_continues_nothing_of_it(world: TwoTills) -> None:
    of = world.bought()
    till = PhoneTill()
    world.confirm(till, world.invite(approved("Vrac")))
    told = world.listed(till=till)
    assert (told.status, told.said["sales"]) == (200, [])
    assert world.listed(f"?after={of}", till).status == 400
    operations.suspend_device(device_id=world.device, by=OFFICE)
    stopped = world.listed(till=world.till)
    assert (stopped.status, stopped.said["reason"]) == (403, "till_suspended")
    assert of not in stopped.body.decode()
    Described(till).fits(told, "GET", "/tills/sales")
    Described(till).fits(stopped, "GET", "/tills/sales")
    Described(till).fits(world.listed("?day=x"), "GET", "/tills/sales")


@pytest.mark.parametrize("world", ["threads"], indirect=True)
def test_a_long_list_asks_the_database_no_more_than_a_short_one(world: TwoTills) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert world.listed().status == 200
        return len(seen)

    of = world.bought()
    world.refund(of, 1_00)
    world.listed()
    few = asked()
    for _each in range(4):
        world.refund(world.bought(5_00, till=world.other), 1_00, world.till)
    assert asked() == few <= 20


def test_where_any_purchase_may_be_given_back_the_list_begins_with_the_first_caisses() -> None:
    """Before it there is no day that every table can hold."""
    forget()
    world = ManyHands(payment__refund_window_days=None)
    for day in ("0001-01-01", "1999-12-31"):
        told = world.till.send("GET", f"tills/sales?day={day}")
        assert (told.status, told.said["reason"]) == (400, "request"), day
        told = world.till.send("POST", "days", {"day": day})
        assert (told.status, told.said["reason"]) == (400, "request"), day
    first = world.till.send("GET", "tills/sales?day=2000-01-01").said
    assert (first["day_before"], first["day_after"]) == (None, "2000-01-02")
    forget()
    BRAKE.release()
