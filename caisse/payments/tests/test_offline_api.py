"""What tills and telephones send about selling without network, over the API itself."""

import json
from collections.abc import Iterator
from hmac import digest
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from caisse.kernel import clock
from caisse.kernel.ids import new_id, show_id
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import formats, operations
from caisse.payments.api.messages import LARGEST_SENDING
from caisse.payments.offline.licences import tag_of
from caisse.payments.offline.records import CodeSale, SlipSale
from caisse.payments.tests.device import Answer, Handset, PhoneTill, sent
from caisse.payments.tests.test_api import Described
from tests.offline.real import DESK, Member, Shop, ground

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


class Till:
    """A till that speaks to the API, with the key that signs its last words."""

    def __init__(self, name: str = "Halle") -> None:
        self.shop = Shop(name)
        self.sign = Ed25519PrivateKey.generate()

    @property
    def public(self) -> str:
        return (b"\x01" + self.sign.public_key().public_bytes_raw()).hex()

    def last_word(self, licence: int) -> str:
        return self.sign.sign(b"closed1" + licence.to_bytes(8, "big")).hex()

    def send(self, method: str, path: str, said: Any = None) -> Answer:
        shop = self.shop
        return sent(method, path, said, key=shop.key, HTTP_CAISSE_TILL=f"{shop.device}.1")

    def licence(self, id: str = "", **more: Any) -> Answer:
        told = self.send(
            "POST", "tills/licence", {"id": id or show_id(new_id()), "sign": self.public, **more}
        )
        if told.status == 201:
            self.shop.licence = told.said["id"]
        return told

    def sync(self, *records: Any) -> Answer:
        return self.send("POST", "tills/sync", {"records": list(records)})

    def facts(self) -> dict[str, Any]:
        told: dict[str, Any] = self.send("GET", "tills/self").said["offline"]
        return told


class Awa:
    """A member with 100 €, and her telephone."""

    def __init__(self, number: int = 1) -> None:
        self.member = Member(number, 100_00)
        self.phone = Handset()
        row = operations.invite_phone(
            holder_id=self.member.holder, label="Le mien", by=DESK, id=new_id()
        )
        assert self.phone.link(operations.give_phone_code(phone_id=row, by=DESK)).status == 201
        self.keys: list[Ed25519PrivateKey] = []
        self.slips: list[bytes] = []

    def ask(self, *wanted: tuple[int, int], id: str = "") -> Answer:
        keys = [Ed25519PrivateKey.generate() for _each in wanted]
        slips = [
            {
                "place": place,
                "cents": cents,
                "key": "01" + key.public_key().public_bytes_raw().hex(),
            }
            for (place, cents), key in zip(wanted, keys, strict=True)
        ]
        told = self.phone.send(
            "POST", "phones/slips", {"id": id or show_id(new_id()), "slips": slips}
        )
        if told.status == 201:
            self.keys, self.slips = keys, [bytes.fromhex(one) for one in told.said["slips"]]
        return told

    def pay(self, n: int, counter: int, request: bytes) -> SlipSale:
        slip = formats.read_slip(self.slips[n])
        return SlipSale(request, formats.offline_payment(slip, counter, request, self.keys[n]))


@pytest.fixture
def till() -> Iterator[Till]:
    """A till in a caisse with 3,300 € for losses."""
    ground(3_300_00)
    yield Till()


def as_json(sale: SlipSale | CodeSale, licence: int) -> dict[str, Any]:
    """A record as a till writes it."""
    if isinstance(sale, SlipSale):
        return {"licence": licence, **as_copy(sale)}
    return {
        "licence": licence, "id": show_id(sale.id), "method": sale.method, "cents": sale.cents,
        "at": sale.made_at, "code": sale.sealed.hex(),
    }  # fmt: skip


def as_copy(sale: SlipSale) -> dict[str, str]:
    return {"request": sale.request.hex(), "payment": sale.payment.hex()}


def proof(key: bytes, id: str, answer: str) -> str:
    """Of an answer, as a till computes it."""
    number = bytes.fromhex(id.replace("-", ""))
    return digest(key, b"answer1" + number + answer.encode(), "sha256").hex()


def believed(answer: Answer, key: bytes) -> list[str]:
    """The answers; each of them is proven."""
    assert answer.status == 200, answer.said
    for one in answer.said["answers"]:
        assert one["proof"] == proof(key, one["id"], one["answer"])
    return [one["answer"] for one in answer.said["answers"]]


def test_from_the_licence_to_the_last_word(till: Till) -> None:
    awa, shop, id = Awa(), till.shop, show_id(new_id())
    assert awa.ask((shop.place, 20_00)).status == 201
    first = till.licence(id)
    assert first.status == 201 and till.licence(id).body == first.body
    said = json.loads(first.said["licence"])
    assert said["until"] == clock.now_ms() + 48 * 3_600_000
    assert till.facts()["licence"] == shop.licence and till.facts()["left_cents"] == 0
    signed = awa.pay(0, 1, shop.request(12_40, b"nonce--1"))
    typed = shop.code_sale(awa.member.card, awa.member.pin, 8_00)
    records = [as_json(signed, shop.licence), as_json(typed, shop.licence)]
    for _again in range(2):
        told = till.sync(*records)
        assert believed(told, shop.key) == ["posted", "posted"]
    slip = formats.read_slip(awa.slips[0])
    expected = formats.offline_id(slip.slip_id, 1, signed.request)
    assert told.said["answers"][0]["id"] == show_id(expected)
    word = {"licence": shop.licence, "last_word": till.last_word(shop.licence)}
    for _again in range(2):
        assert till.send("POST", "tills/closing", word).said == {"state": "closed"}
    assert books.balance(f"wallet:{awa.member.wallet}") == 100_00 - 20_40
    assert till.facts()["licence"] == 0 and till.facts()["left_cents"] == 60_00


def test_a_last_word_is_signed_by_the_device_that_asked_for_the_licence(till: Till) -> None:
    till.licence()
    number, other = till.shop.licence, Till("Vrac")
    for word in (other.last_word(number), till.last_word(number + 1), "00" * 64):
        said = {"licence": number, "last_word": word}
        assert till.send("POST", "tills/closing", said).said["reason"] == "last_word"
        assert till.licence(last_word=word).said["reason"] == "last_word"
    assert till.licence().said["reason"] == "licence_open"
    assert till.licence(last_word=till.last_word(number)).status == 201
    for key in ("03" + "11" * 32, "01" + "ff" * 31, "02" + "ff" * 32):
        said = {"id": show_id(new_id()), "sign": key}
        assert till.send("POST", "tills/licence", said).status == 400


def test_a_record_of_another_device_s_licence_is_told_so_under_its_own_number(till: Till) -> None:
    awa, other = Awa(), Till("Vrac")
    awa.ask((till.shop.place, 20_00))
    till.licence(), other.licence()
    sale = awa.pay(0, 1, till.shop.request(5_00, b"nonce--1"))
    told = other.sync(as_json(sale, till.shop.licence))
    assert believed(told, other.shop.key) == ["offline_licence_old"]
    id = formats.offline_id(formats.read_slip(awa.slips[0]).slip_id, 1, sale.request)
    assert told.said["answers"][0]["id"] == show_id(id)


def test_another_device_of_the_place_sends_what_a_broken_one_had_sold(till: Till) -> None:
    awa, other = Awa().member, Till("Vrac")
    till.licence()
    sale = as_json(till.shop.code_sale(awa.card, awa.pin, 8_00), till.shop.licence)
    other.shop = Shop("Comptoir", place=till.shop.place)
    for one in (other, till, other):
        assert believed(one.sync(sale), one.shop.key) == ["posted"]
    assert books.balance(f"wallet:{awa.wallet}") == 92_00


def test_a_stopped_device_sends_what_it_sold_and_gets_no_licence(till: Till) -> None:
    awa = Awa().member
    till.licence()
    sale = as_json(till.shop.code_sale(awa.card, awa.pin, 8_00), till.shop.licence)
    operations.suspend_device(device_id=till.shop.device, by=OFFICE)
    assert till.licence().status == 403
    assert believed(till.sync(sale), till.shop.key) == ["posted"]


def test_two_hundred_records_are_taken_and_not_one_more(till: Till) -> None:
    awa, shop = Awa(), till.shop
    awa.ask((shop.place, 20_00))
    till.licence()
    sale = as_json(awa.pay(0, 1, shop.request(5_00, b"nonce--1")), shop.licence)
    assert len(json.dumps([sale] * 200)) > 80_000
    assert believed(till.sync(*[sale] * 200), shop.key) == ["posted"] * 200
    assert till.sync(*[sale] * 201).status == 400
    assert till.send("POST", "tills/sync", b" " * (LARGEST_SENDING + 1)).status == 400
    assert till.send("POST", "tills/licence", b" " * 4_097).status == 400
    assert books.balance(f"place:{shop.place}") == 5_00


@pytest.mark.parametrize(
    "record",
    [
        None, 7, {}, {"licence": 1}, {"licence": 1, "request": "00", "payment": "xy"},
        {"licence": 1, "request": "00" * 22, "payment": "00"},
        {"licence": True, "request": "00", "payment": "00"},
    ],
)  # fmt: skip
def test_what_is_no_record_is_told_so(till: Till, record: Any) -> None:
    assert till.sync(record).status == 400
    assert till.send("POST", "tills/sync", {"records": record}).status == 400
    assert till.send("POST", "tills/sync", [record]).status == 400


def test_a_code_that_nobody_opens_is_told_so_with_a_proof(till: Till) -> None:
    """A text of 320 signs, or one with a sign that is none: it stays in no queue for ever."""
    shop = till.shop
    till.licence()
    long, odd = (
        shop.code_sale(who, "482915", 1_00, method="pin")
        for who in ("\u20ac" * 320, "moineau\u00a0radis")
    )
    good = shop.code_sale("personne", "482915", 2_00, method="pin")
    told = till.sync(*(as_json(one, shop.licence) for one in (long, odd, good)))
    assert believed(told, shop.key) == ["qr_unreadable", "qr_unreadable", "posted"]
    assert till.sync(as_json(long, shop.licence) | {"code": "00" * 2_001}).status == 400


def test_a_telephone_sets_money_aside_takes_it_back_and_sends_its_copies(till: Till) -> None:
    awa, shop, id = Awa(), till.shop, show_id(new_id())
    till.licence()
    before = awa.phone.send("GET", "phones/slips").said
    assert (before["left_cents"], before["most_cents"], before["slips"]) == (100_00, 60_00, [])
    assert before["places"] == [{"place": shop.place, "name": "Halle"}]
    assert awa.ask((shop.place, 20_00), (0, 15_00), id=id).status == 201
    seen = awa.phone.send("GET", "phones/slips").said["slips"]
    assert [(one["place"], one["left_cents"], one["mine"]) for one in seen] == [
        (shop.place, 20_00, True), (0, 15_00, True),
    ]  # fmt: skip
    assert awa.phone.send("GET", "phones/self").said["aside_cents"] == 35_00
    sale = awa.pay(0, 1, shop.request(5_00, b"nonce--1"))
    for _again in range(2):
        told = awa.phone.send("POST", "phones/sync", {"records": [as_copy(sale)]})
        assert believed(told, awa.phone.key) == ["posted"]
    home = [{"slip": one["slip"]} for one in seen]
    kept = awa.phone.send("POST", "phones/slips/back", home[0])
    assert (kept.status, kept.said["reason"]) == (422, "funds_reserved")
    stranger = Awa(2)
    assert stranger.phone.send("POST", "phones/slips/back", home[0]).status == 422
    word = {"licence": shop.licence, "last_word": till.last_word(shop.licence)}
    till.send("POST", "tills/closing", word)
    for one in home:
        assert awa.phone.send("POST", "phones/slips/back", one).said == {"state": "released"}
    assert books.balance(f"wallet:{awa.member.wallet}") == 95_00
    wrong: Any
    for wrong in ({"slip": "zz"}, {"slip": 7}, {}):
        assert awa.phone.send("POST", "phones/slips/back", wrong).status == 400
    for slips in ([{"place": shop.place, "cents": 1, "key": "04" + "00" * 32}], [7], 7):
        wrong = {"id": show_id(new_id()), "slips": slips}
        assert awa.phone.send("POST", "phones/slips", wrong).status == 400


def test_what_a_blocked_telephone_set_aside_is_struck_in_the_next_licence(till: Till) -> None:
    awa, other = Awa(), Awa(2)
    for one in (awa, other):
        assert one.ask((till.shop.place, 20_00)).status == 201
    operations.block_phone(phone_id=awa.phone.phone, by=DESK)
    said = json.loads(till.licence().said["licence"])
    tags = [tag_of(bytes.fromhex(said["nonce"]), one.slips[0][2:10]) for one in (awa, other)]
    assert [tag in said["struck"] for tag in tags] == [True, False]


def test_a_telephone_without_ed25519_signs_on_p_256(till: Till) -> None:
    awa, shop = Awa(), till.shop
    till.licence()
    secret = ec.generate_private_key(ec.SECP256R1())
    while secret.public_key().public_numbers().y % 2:
        secret = ec.generate_private_key(ec.SECP256R1())
    key = "02" + secret.public_key().public_numbers().x.to_bytes(32, "big").hex()
    wanted = [{"place": shop.place, "cents": 20_00, "key": key}]
    said = {"id": show_id(new_id()), "slips": wanted}
    slip = bytes.fromhex(awa.phone.send("POST", "phones/slips", said).said["slips"][0])
    assert slip[0] == formats.SLIP_P256
    request = shop.request(12_40, b"nonce--1")
    words = b"pay1" + slip[2:10] + (1).to_bytes(2, "big") + request
    r, s = decode_dss_signature(secret.sign(words, ec.ECDSA(SHA256())))
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    payment = b"\x32" + slip + (1).to_bytes(2, "big") + signature
    forged = SlipSale(request, payment[:-1] + bytes([payment[-1] ^ 1]))
    good = SlipSale(request, payment)
    told = till.sync(as_json(forged, shop.licence), as_json(good, shop.licence))
    assert believed(told, shop.key) == ["qr_unreadable", "posted"]


def test_what_was_paid_with_network_is_proven_to_a_till_without(till: Till) -> None:
    awa, shop = Awa(), till.shop
    request = shop.request(5_00, b"nonce--1")
    said = {"request": request.hex()}
    assert awa.phone.send("POST", "phones/requests/prove", said).status == 404
    assert awa.phone.send("POST", "phones/requests/pay", said).status == 201
    told = awa.phone.send("POST", "phones/requests/prove", said).said
    message = bytes.fromhex(told["message"])
    assert formats.is_paid(message, request, shop.key) and len(told["words"]) == 3
    assert formats.message_of(told["text"]) == message
    assert Awa(2).phone.send("POST", "phones/requests/prove", said).status == 404
    other = {"request": ("11" + said["request"][2:])}
    assert awa.phone.send("POST", "phones/requests/prove", other).said["reason"] == "qr_unreadable"


def test_what_is_written_of_it_is_what_it_answers(till: Till) -> None:
    described, first, id = Described(PhoneTill()), Till("Vrac"), show_id(new_id())
    licence = ("POST", "/tills/licence")
    described.fits(till.send("GET", "tills/self"), "GET", "/tills/self")
    for _again in range(2):
        described.fits(till.licence(id), *licence)
    for answer in (till.licence(), till.licence("x"), till.send("POST", "tills/licence", {})):
        described.fits(answer, *licence)
    sale = as_json(till.shop.code_sale("personne", "123456", 1_00, method="pin"), till.shop.licence)
    for record in (sale, sale | {"licence": 999}, 7):
        described.fits(till.sync(record), "POST", "/tills/sync")
    described.fits(first.sync(sale), "POST", "/tills/sync")
    number = till.shop.licence
    for word in ("00" * 64, till.last_word(number), "xy"):
        said = {"licence": number, "last_word": word}
        described.fits(till.send("POST", "tills/closing", said), "POST", "/tills/closing")
    operations.suspend_device(device_id=till.shop.device, by=OFFICE)
    described.fits(till.licence(), *licence)
