"""What a till sends about selling without network, over the API itself: JSON in, proofs out."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from caisse.kernel import clock
from caisse.kernel.ids import new_id, parse_id, show_id
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import api, formats, operations, wire
from caisse.payments.api import offline
from caisse.payments.api.messages import Asked
from caisse.payments.offline.records import CodeSale, SlipSale, answer_proof
from tests.offline.real import Member, Phone, Shop, ground

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop whose device speaks to the API."""
    for route, act in offline.ROUTES.items():
        monkeypatch.setitem(api.ROUTES, route, act)
    for route, act in offline.STOPPED.items():
        monkeypatch.setitem(api.STOPPED, route, act)
    ground(3_300_00)
    yield Shop("Halle")


def ask(shop: Shop, path: str, said: Any) -> tuple[int, dict[str, Any]]:
    """One request, proven by the device's key."""
    body, address = json.dumps(said).encode(), f"/api/v1/{path}"
    mac = wire.proof(shop.key, "POST", address, body)
    asked = Asked("POST", address, body, till=f"{shop.device}.1", mac=mac, language="fr")
    told = api.respond(asked)
    return told.status, json.loads(told.body)


def as_json(sale: SlipSale | CodeSale, licence: int) -> dict[str, Any]:
    """A record as a till writes it."""
    if isinstance(sale, SlipSale):
        said = {"request": sale.request.hex(), "payment": sale.payment.hex()}
        return {"licence": licence, **said}
    return {
        "licence": licence, "id": show_id(sale.id), "method": sale.method, "cents": sale.cents,
        "at": sale.made_at, "code": sale.sealed.hex(),
    }  # fmt: skip


def test_from_the_licence_to_the_last_word(shop: Shop) -> None:
    awa = Member(1, 100_00)
    phone, id = Phone(awa), show_id(new_id())
    phone.ask((shop.place, 20_00))
    status, first = ask(shop, "tills/licence", {"id": id})
    assert status == 201 and ask(shop, "tills/licence", {"id": id}) == (201, first)
    shop.licence = first["id"]
    assert json.loads(first["licence"])["until"] == clock.now_ms() + 48 * 3_600_000
    signed = phone.pay(0, 1, shop.request(12_40, b"nonce--1"))
    typed = shop.code_sale(awa.card, awa.pin, 8_00)
    said = {"records": [as_json(signed, shop.licence), as_json(typed, shop.licence)]}
    for _again in range(2):
        status, told = ask(shop, "tills/sync", said)
        assert status == 200
        for one in told["answers"]:
            proof = answer_proof(shop.key, parse_id(one["id"]), one["answer"])
            assert (one["answer"], one["proof"]) == ("posted", proof.hex())
    slip = phone.slips[0][1]
    expected = formats.offline_id(slip.slip_id, 1, signed.request)
    assert told["answers"][0]["id"] == show_id(expected)
    assert ask(shop, "tills/closing", {"licence": shop.licence}) == (200, {"state": "closed"})
    assert books.balance(f"wallet:{awa.wallet}") == 100_00 - 20_40


def test_a_stopped_device_sends_what_it_sold_and_gets_no_licence(shop: Shop) -> None:
    awa = Member(1, 100_00)
    shop.open()
    sale = as_json(shop.code_sale(awa.card, awa.pin, 8_00), shop.licence)
    operations.suspend_device(device_id=shop.device, by=OFFICE)
    assert ask(shop, "tills/licence", {"id": show_id(new_id())})[0] == 403
    status, told = ask(shop, "tills/sync", {"records": [sale]})
    assert (status, told["answers"][0]["answer"]) == (200, "posted")


def test_two_hundred_records_are_taken_and_not_one_more(shop: Shop) -> None:
    awa = Member(1, 100_00)
    shop.open()
    sale = as_json(shop.code_sale(awa.card, awa.pin, 8_00), shop.licence)
    assert ask(shop, "tills/sync", {"records": [sale] * 200})[0] == 200
    assert ask(shop, "tills/sync", {"records": [sale] * 201})[0] == 400
    assert books.balance(f"place:{shop.place}") == 8_00


@pytest.mark.parametrize(
    "record",
    [
        None, 7, {}, {"licence": 1}, {"licence": 1, "request": "00", "payment": "xy"},
        {"licence": 1, "request": "00" * 22, "payment": "00"},
        {"licence": True, "request": "00", "payment": "00"},
    ],
)  # fmt: skip
def test_what_is_no_record_is_told_so(shop: Shop, record: Any) -> None:
    assert ask(shop, "tills/sync", {"records": [record]})[0] == 400
    assert ask(shop, "tills/sync", {"records": record})[0] == 400
    assert ask(shop, "tills/sync", [record])[0] == 400


def test_a_telephone_sets_money_aside_and_sends_its_copies(shop: Shop) -> None:
    awa, phone = Member(1, 100_00), Phone(Member(2, 0))
    shop.open()
    made = Phone(awa)
    made.ask((0, 5_00))
    sale = made.pay(0, 1, shop.request(5_00, b"nonce--1"))
    key = phone.fresh()
    said = {
        "id": show_id(new_id()),
        "slips": [{"place": shop.place, "cents": 20_00, "key": key.hex()}],
    }
    body = json.dumps(said).encode()
    asked = Asked("POST", "/api/v1/phones/slips", body, till="", mac="", language="fr")
    told = json.loads(offline.phone_slips(asked, wallet_id=awa.wallet, phone_id=9).body)
    slip = formats.read_slip(bytes.fromhex(told["slips"][0]))
    assert (slip.cents, slip.public_key) == (20_00, key)
    copy = {"request": sale.request.hex(), "payment": sale.payment.hex()}
    body = json.dumps({"records": [copy]}).encode()
    asked = Asked("POST", "/api/v1/phones/sync", body, till="", mac="", language="fr")
    assert json.loads(offline.phone_sync(asked).body)["answers"][0]["answer"] == "posted"
