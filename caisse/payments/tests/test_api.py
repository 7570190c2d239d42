"""The API of tills: linking a device, paying, asking again, giving back, and who may not."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import date
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import SHORT, new_id, show_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as books
from caisse.ledger.models import Transfer
from caisse.merchants.tests.ground import OFFICE, approved, founded
from caisse.payments import api, operations
from caisse.payments.models import Device
from caisse.payments.operations.brake import BRAKE
from caisse.payments.reasons import SHOPS_WORD
from caisse.payments.refusals import SENTENCES
from caisse.payments.tests import loops
from caisse.payments.tests.device import Answer, PhoneTill
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.operations import NewHolder, NewHousehold

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)

IN_THREADS = pytest.mark.parametrize("world", ["threads"], indirect=True)
DESK = Actor("accueil", frozenset({"desk"}))
DAY = date(2023, 2, 6)
HANDLE = "moineau-radis"


class World:
    """A member with 100 € and a PIN, a place, a till that is active."""

    def __init__(self, **articles: Any) -> None:
        founded(DAY, wallets=1, admission__capacity=None, **articles)
        joined = people.join(
            household=NewHousehold(holders=(NewHolder("Zoé", "Moulin", HANDLE),)),
            joined_on=DAY, by=OFFICE,
        )  # fmt: skip
        holder = registry.holder(HANDLE)
        assert holder is not None
        self.wallet = joined.wallet_id
        self.pin = operations.draw_pin(holder_id=holder.id, by=DESK)
        self.place = approved("Halle")
        self.till = PhoneTill()
        self.device = self.invite()
        self.confirm()

    def invite(self, place: int | None = None) -> int:
        return operations.invite_device(
            place_id=place or self.place, label="Comptoir", by=OFFICE, id=new_id()
        )

    def confirm(self, till: PhoneTill | None = None, device: int | None = None) -> None:
        till, device = till or self.till, device or self.device
        code = operations.give_invitation(device_id=device, by=OFFICE)
        assert till.link(code).status == 201
        operations.confirm_device(device_id=device, words=till.words, by=OFFICE)

    def pay(self, pin: str = "", *, till: PhoneTill | None = None, **said: Any) -> Answer:
        wanted = {
            "id": show_id(new_id()), "cents": 12_40, "method": "pin", "handle": HANDLE,
            "pin": pin or self.pin, "attempt": 1,
        }  # fmt: skip
        return (till or self.till).send("POST", "payments", wanted | said)

    @property
    def wrong(self) -> str:
        return f"{(int(self.pin) + 1) % 10**6:06d}"

    @property
    def left(self) -> int:
        return books.balance(f"wallet:{self.wallet}")


@pytest.fixture(params=["threads", "loop"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Asked as a WSGI function asks it, and as the server's loop does."""
    BRAKE.release()
    with loops.serving() if request.param == "loop" else nullcontext():
        yield World()
    BRAKE.release()


def test_a_payment_is_paid_and_told_again_byte_for_byte(world: World) -> None:
    id = show_id(new_id())
    first = world.pay(id=id)
    assert first.status == 201 and first.said["cents"] == 12_40 and first.said["number"] == id
    assert "left" not in first.body.decode() and len(first.body) % 256 == 0
    again = world.pay(id=id)
    asked = world.till.send("GET", f"payments/{id}")
    assert (again.status, asked.status) == (200, 200)
    assert first.body == again.body == asked.body
    assert world.left == 100_00 - 12_40


def test_who_types_her_code_may_ask_what_is_left(world: World) -> None:
    """It stands beside the receipt in that answer alone; a number that is paid looks at no code."""
    id = show_id(new_id())
    told = world.pay(id=id, tell=True)
    assert told.said["left_cents"] == 100_00 - 12_40
    again = world.pay(world.wrong, id=id, tell=True)
    assert again.body == world.pay(id=id, tell=True).body == world.pay(id=id).body
    assert "left_cents" not in again.said
    assert {**again.said, "left_cents": 87_60} == told.said
    assert world.till.send("GET", f"payments/{id}").body == again.body
    assert world.pay(world.wrong, tell=True).said["reason"] == "code_wrong"
    unpinned = {"id": show_id(new_id()), "cents": 1, "method": "member_qr", "qr": "CA"}
    for said in ({"tell": True}, {"pin": ""}, {"pin": "", "tell": True}):
        assert world.till.send("POST", "payments", unpinned | said).status == 400


def test_what_a_till_can_read_says_nothing_of_who_paid(world: World) -> None:
    told = world.pay()
    screen = world.till.send("GET", "tills/self")
    for answer in (told, screen):
        text = answer.unnumbered
        assert HANDLE not in text and world.pin not in text and "wallet" not in text
    assert screen.said["sales_cents"] == 12_40 and screen.said["sales"] == 1


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        ({"pin": "wrong", "attempt": 2}, 422, "code_wrong"),
        ({"handle": "personne-dici"}, 422, "code_wrong"),
        ({"cents": 200_00}, 422, "funds_short"),
        ({"pin": "12ab"}, 400, "request"),
        ({"cents": 0}, 400, "request"),
        ({"cents": -5}, 400, "request"),
        ({"cents": 12.5}, 400, "request"),
        ({"cents": True}, 400, "request"),
        ({"cents": "12"}, 400, "request"),
        ({"cents": 10**15}, 400, "request"),
        ({"id": "42"}, 400, "request"),
        ({"id": "0190b6f2-1111-4222-8333-444455556666"}, 400, "request"),
        ({"handle": "a\0b"}, 422, "code_wrong"),
        ({"handle": "\ud800"}, 422, "code_wrong"),
        ({"attempt": 0}, 400, "request"),
        ({"method": "card"}, 400, "request"),
        ({"handle": ["x"]}, 400, "request"),
        ({"handle": "x" * 81}, 400, "request"),
        ({"more": 1}, 400, "request"),
        ({"id": "00000000-0000-7000-8000-000000000000"}, 422, "device_clock"),
    ],
)
def test_what_is_not_paid_has_a_reason_and_moves_nothing(
    world: World, said: dict[str, Any], status: int, reason: str
) -> None:
    if said.get("pin") == "wrong":
        said = said | {"pin": world.wrong}
    answer = world.pay(**said)
    assert (answer.status, answer.said["reason"]) == (status, reason)
    assert len(answer.body) % 256 == 0
    assert world.left == 100_00


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'"x"', b'{"id": 1, "id": 2}', b"\xff", b"[" * 4000]
)
def test_what_is_no_request_is_answered_as_one(world: World, body: bytes) -> None:
    answer = world.till.send("POST", "payments", body)
    assert (answer.status, answer.said["reason"]) == (400, "request")


def test_a_request_that_is_not_proven_is_nobodys(world: World) -> None:
    good = world.till
    stranger = PhoneTill(till=good.till, generation=good.generation, key=b"x" * 32)
    for till in (stranger, PhoneTill(till=999, generation=1, key=good.key), PhoneTill()):
        assert world.pay(till=till).status == 401
    for name in ("", "x", "1", "1.1.1", "-1.1", "99999999999.1"):
        assert good.send("GET", "tills/self", HTTP_CAISSE_TILL=name).status == 401
    assert good.send("GET", "tills/self", HTTP_CAISSE_MAC="").status == 401
    body = json.dumps({"id": show_id(new_id()), "of": show_id(new_id()), "cents": 1}).encode()
    for length in ("10", "9" * 5_000, "zwölf", "-3"):
        assert good.send("POST", "refunds", body, CONTENT_LENGTH=length).status in (401, 404)
    assert good.send("GET", "tills/self", HTTP_CAISSE_MAC="é" * 64).status == 401
    assert world.left == 100_00


def test_other_content_under_a_used_number_is_refused(world: World) -> None:
    id = show_id(new_id())
    world.pay(id=id)
    answer = world.pay(id=id, cents=9_99)
    assert (answer.status, answer.said["reason"]) == (409, "id_reused")
    assert world.left == 100_00 - 12_40


def test_an_abandoned_number_is_burnt_and_a_paid_one_is_told(world: World) -> None:
    id, paid = show_id(new_id()), show_id(new_id())
    world.pay(id=paid)
    assert world.till.send("GET", f"payments/{id}").status == 404
    for _each in range(2):
        answer = world.till.send("POST", f"payments/{id}/abandon", {})
        assert (answer.status, answer.said["reason"]) == (200, "abandoned")
    late = world.pay(id=id)
    assert (late.status, late.said["reason"]) == (409, "abandoned")
    told = world.till.send("POST", f"payments/{paid}/abandon", {})
    assert told.status == 200 and told.said["kind"] == "payment"
    assert world.left == 100_00 - 12_40


def test_a_sale_is_given_back_once(world: World) -> None:
    id, back = show_id(new_id()), show_id(new_id())
    world.pay(id=id)
    told = [
        world.till.send("POST", "refunds", {"id": back, "of": id, "cents": 12_40})
        for _each in range(2)
    ]
    assert [one.status for one in told] == [201, 200] and told[0].body == told[1].body
    more = world.till.send("POST", "refunds", {"id": show_id(new_id()), "of": id, "cents": 1})
    assert (more.status, more.said["reason"]) == (422, "refund_too_large")
    assert world.left == 100_00


def test_another_places_sales_are_not_there(world: World) -> None:
    id = show_id(new_id())
    world.pay(id=id)
    other, till = approved("Vrac"), PhoneTill()
    world.confirm(till, world.invite(other))
    assert till.send("GET", f"payments/{id}").status == 404
    back = till.send("POST", "refunds", {"id": show_id(new_id()), "of": id, "cents": 1})
    assert (back.status, back.said["reason"]) == (404, "purchase_unknown")
    burnt = till.send("POST", f"payments/{id}/abandon", {})
    assert (burnt.status, burnt.said["reason"]) == (409, "id_reused")


def test_a_suspended_till_takes_nothing_but_learns_what_became_of_a_sale(world: World) -> None:
    id = show_id(new_id())
    world.pay(id=id)
    operations.suspend_device(device_id=world.device, by=OFFICE)
    assert world.pay().said["reason"] == "till_suspended"
    assert world.till.send("GET", f"payments/{id}").status == 200
    again = world.pay(id=id)
    assert again.status == 200 and again.said["number"] == id, "whose answer was lost"
    assert world.pay(id=id, cents=1).said["reason"] == "id_reused"
    burnt = world.till.send("POST", f"payments/{show_id(new_id())}/abandon", {})
    assert (burnt.status, burnt.said["reason"]) == (200, "abandoned")
    assert world.till.send("POST", "refunds", {}).said["reason"] == "till_suspended"
    screen = world.till.send("GET", "tills/self").said
    assert screen == {"state": "suspended", "label": "Comptoir"}, "nothing of the place"
    operations.resume_device(device_id=world.device, by=OFFICE)
    assert world.pay().status == 201
    operations.revoke_device(device_id=world.device, by=OFFICE)
    assert world.pay().said["reason"] == "till_suspended"
    assert world.till.send("GET", f"payments/{id}").status == 200
    assert world.till.send("POST", f"payments/{id}/abandon", {}).status == 403


@pytest.mark.parametrize("said", [{}, {"cents": 130_00, "up_to": True}])
def test_fifty_at_once_are_one_payment_and_fifty_equal_answers(
    world: World, said: dict[str, Any]
) -> None:
    id = show_id(new_id())

    def one(_number: int) -> Answer:
        try:
            return world.pay(id=id, **said)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(one, range(50)))
    assert len({answer.body for answer in answers}) == 1
    assert sorted(answer.status for answer in answers) == [200] * 49 + [201]
    assert Transfer.objects.filter(reason="payment").count() == 1


def test_a_code_links_one_device_once(world: World) -> None:
    device, till, other = world.invite(), PhoneTill(), PhoneTill()
    code = operations.give_invitation(device_id=device, by=OFFICE)
    first = till.link(code.lower().replace("-", " ").replace("0", "O").replace("1", "l"))
    assert first.status == 201 and till.link(code).body == first.body, "its answer was lost"
    assert other.link(code).said["reason"] == "code_unknown"
    assert till.send("GET", "tills/self").said["state"] == "enrolled"
    assert world.pay(till=till).said["reason"] == "till_suspended", "nobody has confirmed it"
    with pytest.raises(Refusal):
        operations.confirm_device(device_id=device, words="ail · ail · ail", by=OFFICE)
    operations.confirm_device(device_id=device, words=till.words, by=OFFICE)
    assert world.pay(till=till).status == 201


def test_a_code_dies_of_age_and_of_five_wrong_entries(world: World) -> None:
    device, till = world.invite(), PhoneTill()
    code = operations.give_invitation(device_id=device, by=OFFICE)
    Device.objects.filter(pk=device).update(expires_at=timezone.now())
    assert till.link(code).said["reason"] == "code_unknown"
    code = operations.give_invitation(device_id=device, by=OFFICE)
    last = SHORT[(SHORT.index(code[-1]) + 1) % 32]
    for _each in range(5):
        assert till.link(code[:-1] + last).said["reason"] == "code_unknown"
    assert till.link(code).said["reason"] == "code_unknown"
    code = operations.give_invitation(device_id=device, by=OFFICE)
    assert till.link(code).status == 201, "a new one is good"


def test_a_device_in_the_place_of_another_ends_the_first(world: World) -> None:
    new = PhoneTill()
    world.confirm(new)
    assert new.generation == 2 and world.pay(till=new).status == 201
    assert world.pay().status == 401
    assert world.till.send("GET", "tills/self").status == 401
    names = [one.name for one in events.history(names=["device.enrolled", "till.closed"])]
    assert names == ["device.enrolled", "device.enrolled"], "the same till, with other keys"


def test_a_till_that_is_linked_anew_has_typed_its_wrong_codes(world: World) -> None:
    for _each in range(10):
        assert world.pay("123456", handle="radis-moineau").said["reason"] == "code_wrong"
    assert world.pay().said["reason"] == "till_code_paused"
    new = PhoneTill()
    world.confirm(new)
    assert world.pay(till=new).said["reason"] == "till_code_paused"
    operations.suspend_device(device_id=world.device, by=OFFICE)
    operations.resume_device(device_id=world.device, by=OFFICE)
    assert world.pay(till=new).said["reason"] == "till_code_paused"


def test_what_is_left_in_a_wallet_does_not_pass_through_the_shop(world: World) -> None:
    world.pay(cents=37_15)
    text = world.pay(cents=99_00).body.decode()
    assert "funds_short" in text and "62,85" not in text and "6285" not in text


def test_a_till_that_is_linked_before_any_code_was_drawn(settings: Any, tmp_path: Any) -> None:
    """The first day of a caisse: the shop tries an identifier and is told that it is not known."""
    settings.KEYS = tmp_path
    founded(DAY, wallets=1, admission__capacity=None)
    people.join(
        household=NewHousehold(holders=(NewHolder("Zoé", "Moulin", HANDLE),)),
        joined_on=DAY, by=OFFICE,
    )  # fmt: skip
    till = PhoneTill()
    device = operations.invite_device(
        place_id=approved("Halle"), label="Comptoir", by=OFFICE, id=new_id()
    )
    assert till.link(operations.give_invitation(device_id=device, by=OFFICE)).status == 201
    operations.confirm_device(device_id=device, words=till.words, by=OFFICE)
    for means in ({"method": "pin", "handle": HANDLE}, {"method": "card", "card": "CA" * 50}):
        wanted = {"id": show_id(new_id()), "cents": 1, "pin": "123456", "attempt": 1, **means}
        answer = till.send("POST", "payments", wanted)
        assert answer.said["reason"] in ("code_wrong", "qr_unreadable"), answer.said
    holder = registry.holder(HANDLE)
    assert holder is not None
    card = operations.make_card(holder_id=holder.id, by=OFFICE, id=new_id())
    wanted = {"id": show_id(new_id()), "cents": 1, "pin": "123456", "attempt": 1}
    answer = till.send("POST", "payments", wanted | {"method": "card", "card": card.text})
    assert answer.said["reason"] == "code_wrong"


@IN_THREADS
def test_a_code_that_nobody_gave_takes_no_turn_of_who_writes(world: World) -> None:
    begins = "YYYY" if Device.objects.get(pk=world.device).selector == "ZZZZ" else "ZZZZ"
    with CaptureQueriesContext(connection) as queries:
        assert world.till.link(f"{begins}-ZZZZ-ZZ").said["reason"] == "code_unknown"
    assert queries.captured_queries
    assert all(one["sql"].startswith("SELECT") for one in queries.captured_queries)


@IN_THREADS
def test_a_request_sent_in_pieces_is_read_and_a_number_that_is_none_is_no_address(
    world: World,
) -> None:
    pieces: dict[str, Any] = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    wanted = {"id": show_id(new_id()), "of": show_id(new_id()), "cents": 1}
    answer = world.till.send("POST", "refunds", wanted, **pieces)
    assert answer.said["reason"] == "purchase_unknown"
    for number in ("-" * 36, "0" * 32, "0" * 36, "0190b6f2-1111-7222-8333-44445555666"):
        assert world.till.send("GET", f"payments/{number}").status == 404


def test_a_key_that_is_none_is_refused(world: World) -> None:
    code = operations.give_invitation(device_id=world.invite(), by=OFFICE)
    point = world.till.point
    off_the_curve = (point[:-1] + bytes([point[-1] ^ 1])).hex()
    for key in ("", "00" * 65, "zz", off_the_curve):
        answer = world.till.send("POST", "tills", {"code": code, "key": key})
        assert answer.status in (400, 422) and answer.said["reason"] in ("request", "key")


def test_it_speaks_english_to_who_reads_english(world: World) -> None:
    said = world.pay(world.wrong).said["cashier"]
    id = show_id(new_id())
    wanted = {
        "id": id, "cents": 1, "method": "pin", "handle": HANDLE, "pin": world.wrong, "attempt": 1,
    }  # fmt: skip
    answer = world.till.send("POST", "payments", wanted, HTTP_ACCEPT_LANGUAGE="en-GB")
    assert said == "Le code ou l’identifiant n’est pas reconnu. La personne peut le retaper."
    assert (
        answer.said["cashier"] == "The code or the identifier is not known. It can be typed again."
    )


class Described:
    """`openapi.json`: what it says of an address, and whether an answer is as it says."""

    def __init__(self, till: PhoneTill) -> None:
        answer = till.send("GET", "openapi.json")
        assert answer.status == 200
        self.all = answer.said

    def schema(self, said: dict[str, Any]) -> dict[str, Any]:
        name = said.get("$ref", "").removeprefix("#/components/schemas/")
        return self.all["components"]["schemas"][name] if name else said

    def fits(self, answer: Answer, method: str, path: str) -> None:
        told = self.all["paths"][path][method.lower()]["responses"][str(answer.status)]
        said = self.schema(told["content"]["application/json"]["schema"])
        fitting = [self.schema(one) for one in said.get("anyOf", [said])]
        assert any(self.holds(one, answer.said) for one in fitting), (path, answer.said)

    def holds(self, schema: dict[str, Any], said: dict[str, Any]) -> bool:
        """Every name that must stand there, no other, each of its kind."""
        known = schema["properties"]
        kinds = {
            "string": str, "boolean": bool, "integer": int, "array": list, "object": dict,
            "null": type(None),
        }  # fmt: skip
        for name, value in said.items():
            one = known.get(name, {"enum": []})
            types = one.get("type", [])
            types = [types] if isinstance(types, str) else types
            if types and not any(isinstance(value, kinds[kind]) for kind in types):
                return False
            if value not in one.get("enum", [value]) or value != one.get("const", value):
                return False
        return set(schema["required"]) <= set(said) <= set(known)


def test_what_is_written_of_the_api_is_what_it_answers(world: World) -> None:
    till, described = world.till, Described(PhoneTill())
    id, burnt = show_id(new_id()), show_id(new_id())
    back = {"id": show_id(new_id()), "of": id, "cents": 1_00}
    new = PhoneTill()
    code = operations.give_invitation(device_id=world.invite(), by=OFFICE)
    described.fits(new.link(code), "POST", "/tills")
    described.fits(new.link("ZZZZ-ZZZZ-ZZ"), "POST", "/tills")
    for one in (till, new):
        described.fits(one.send("GET", "tills/self"), "GET", "/tills/self")
    paying: list[tuple[PhoneTill, str, dict[str, Any]]] = [
        (till, "", {"id": id}), (till, "", {"id": id}), (till, "", {"id": id, "cents": 1}),
        (till, world.wrong, {}), (till, "", {"cents": 999_00}), (till, "", {"id": "x"}),
        (till, "", {"id": show_id(new_id(1))}), (new, "", {}), (PhoneTill(), "", {}),
    ]  # fmt: skip
    statuses = set()
    for one, pin, said in paying:
        answer = world.pay(pin, till=one, **said)
        statuses.add(answer.status)
        described.fits(answer, "POST", "/payments")
    assert statuses == {200, 201, 400, 401, 403, 409, 422}
    for number in (id, burnt):
        described.fits(till.send("GET", f"payments/{number}"), "GET", "/payments/{id}")
        described.fits(till.send("GET", f"payments/{number}/paid"), "GET", "/payments/{id}/paid")
        address = f"payments/{number}/abandon"
        described.fits(till.send("POST", address, {}), "POST", "/payments/{id}/abandon")
    described.fits(till.send("GET", f"payments/{burnt}"), "GET", "/payments/{id}")
    for said in (back, back, back | {"cents": 2_00}, back | {"id": burnt, "of": burnt}):
        described.fits(till.send("POST", "refunds", said), "POST", "/refunds")
    for day in (DAY.isoformat(), "2023-02-30", "2999-01-01"):
        described.fits(till.send("POST", "days", {"day": day}), "POST", "/days")


def test_nothing_of_the_api_is_left_unwritten(world: World) -> None:
    described = Described(world.till).all
    told = {
        (method.upper(), path.removeprefix("/").replace("{id}", "*"))
        for path, methods in described["paths"].items()
        for method in methods
    }
    assert told == {*api.ROUTES, ("POST", "tills")}
    reasons = described["components"]["schemas"]["Refusal"]["properties"]["reason"]["enum"]
    own = {
        "request", "till_unknown", "unknown", "code_unknown", "key", "licence_held", "licence_open",
        "last_word", "unknown_licence", "unsettled",
    }  # fmt: skip
    assert set(reasons) == {*SENTENCES, *own} - {*SHOPS_WORD}  # these are not for a shop


def test_a_day_is_closed_with_what_was_taken_and_given_back(world: World) -> None:
    id = show_id(new_id())
    world.pay(id=id)
    world.pay(cents=5_00)
    world.till.send("POST", "refunds", {"id": show_id(new_id()), "of": id, "cents": 2_40})
    told = world.till.send("POST", "days", {"day": DAY.isoformat()})
    assert told.said == {
        "day": "2023-02-06", "told": "lundi 6\xa0février\xa02023", "sales": 2, "sales_cents": 17_40,
        "refunds": 1, "refunds_cents": 2_40, "cents": 15_00,
    }  # fmt: skip
    before = world.till.send("POST", "days", {"day": "2023-02-05"})
    assert before.said["cents"] == before.said["sales"] == 0
    for day in ("2023-02-07", "2023-02-29", "6 février", 6):
        assert world.till.send("POST", "days", {"day": day}).status == 400


def test_the_page_of_django_answers_the_same(world: World, client: Client) -> None:
    told = client.post("/api/v1/payments", "{}", content_type="application/json")
    assert told.status_code == 401 and int(told["Caisse-Time"]) > 0
    assert json.loads(told.content)["reason"] == "till_unknown"
    assert client.get("/api/v1/nothing").status_code == 401
    assert world.till.send("GET", "nothing").status == 404


def test_all_that_is_left_and_the_rest_in_euros(world: World) -> None:
    """With `up_to` the wallet pays what it has; the same number sent again tells the same."""
    id = show_id(new_id())
    first = world.pay(id=id, cents=130_00, up_to=True)
    assert first.status == 201 and first.said["cents"] == 100_00
    again = world.pay(id=id, cents=130_00, up_to=True)
    assert again.status == 200 and again.body == first.body
    assert world.pay(id=id, cents=130_00).said["reason"] == "id_reused"
    assert world.pay(cents=5_00, up_to=True).said["reason"] == "funds_short"
    assert world.left == 0


def test_up_to_an_amount_that_is_there_is_that_amount(world: World) -> None:
    assert world.pay(cents=30_00, up_to=True).said["cents"] == 30_00
    assert world.pay(cents=30_00, up_to=False).said["cents"] == 30_00
    assert world.pay(cents=30_00, up_to="yes").said["reason"] == "request"


def test_an_empty_wallet_tells_nothing_of_a_code(world: World) -> None:
    """Once the tries are used up, right and wrong get the same bytes, also when nothing is left."""
    world.pay(cents=100_00)
    new, till = approved("Vrac"), PhoneTill()
    world.confirm(till, world.invite(new))
    for attempt in (1, 2, 3):
        told = world.pay(f"{(int(world.pin) + attempt) % 10**6:06d}", till=till, up_to=True)
        assert told.said["reason"] == "code_wrong"
    right = world.pay(till=till, up_to=True)
    wrong = world.pay(world.wrong, till=till, up_to=True)
    assert right.said["reason"] == "code_paused" and right.body == wrong.body
