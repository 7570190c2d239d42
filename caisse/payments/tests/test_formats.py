"""The messages of QRs: the vectors of payments.md section 10, and what is altered on the way."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from caisse.payments import formats, words
from caisse.payments.formats import Request, Slip, Ticket, Voucher

VECTORS: dict[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text())


def known(name: str) -> bytes:
    return sha256(VECTORS["keys"][name].encode()).digest()


def of(name: str) -> bytes:
    return bytes.fromhex(VECTORS[name]["hex"])


CAISSE, PHONE = (Ed25519PrivateKey.from_private_bytes(known(name)) for name in ("caisse", "slip"))


def the_slip() -> Slip:
    said = VECTORS["offline_payment"]
    bare = Slip(
        1, known("slip_id")[:8], known("place")[:4], said["slip_cents"], said["slip_minute"],
        said["slip_hours"], PHONE.public_key().public_bytes_raw(), b"",
    )  # fmt: skip
    return formats.signed_slip(bare, CAISSE)


def test_the_qr_of_a_phone() -> None:
    said = VECTORS["member_qr"]
    ticket = Ticket(said["device"], said["generation"], said["number"], 0)
    sealed = formats.seal_ticket(ticket, known("ticket"))
    message = formats.member_qr(
        said["key_id"], sealed, said["minute"], said["most_cents"], key=known("device")
    )
    assert message == of("member_qr")
    read = formats.read_member_qr(message)
    assert formats.open_ticket(read.ticket, known("ticket")) == ticket
    assert (read.minute, read.most_cents) == (said["minute"], said["most_cents"])
    assert formats.is_proven(read, known("device"))
    assert not formats.is_proven(read, known("till"))
    assert not formats.is_proven(read._replace(most_cents=6001), known("device"))
    assert formats.open_ticket(read.ticket, known("till")) is None


def test_the_request_of_a_till() -> None:
    said = VECTORS["request"]
    request = Request(
        known("place")[:4], said["till"], said["cents"], known("nonce")[:8], said["minute"]
    )
    message = formats.pack_request(request)
    assert message == of("request") and formats.text_of(message) == said["text"]
    assert formats.message_of(said["text"]) == message
    assert formats.read_request(message) == request


def test_a_payment_without_network() -> None:
    said, request = VECTORS["offline_payment"], of("request")
    slip = the_slip()
    message = formats.offline_payment(slip, said["counter"], request, PHONE)
    assert message == of("offline_payment")
    read = formats.read_offline_payment(message)
    assert read.slip == slip and read.counter == said["counter"]
    assert formats.is_signed(read.slip, CAISSE.public_key()) and formats.has_paid(read, request)
    dearer = formats.pack_request(formats.read_request(request)._replace(cents=9999))
    assert not formats.has_paid(read, dearer)
    assert not formats.has_paid(read._replace(counter=2), request)
    richer = read.slip._replace(cents=2001)
    assert not formats.is_signed(richer, CAISSE.public_key())
    assert not formats.is_signed(read.slip, PHONE.public_key())


def test_the_number_and_the_proof_of_a_payment_of_a_request() -> None:
    request, till = of("request"), known("till")
    slip_id, counter = known("slip_id")[:8], VECTORS["offline_payment"]["counter"]
    id = formats.offline_id(slip_id, counter, request)
    assert id.hex() == VECTORS["offline_id"]
    assert formats.request_id(request).hex() == VECTORS["request_id"]
    assert list(words.indexes(b"w1" + id)) == VECTORS["receipt_words"]
    proof = formats.proof_of_payment(request, id, key=till)
    assert proof.hex() == VECTORS["paid"]
    assert formats.is_paid(proof, request, till)
    assert not formats.is_paid(proof, request, known("device"))
    assert not formats.is_paid(proof[:-1] + b"\0", request, till)
    digest = formats.words_of_request(request, key=till)
    assert list(words.of_digest(digest)) == VECTORS["request_words"]


def test_a_voucher_is_known_by_its_signature() -> None:
    bare = Voucher(1, b"seria", b"secret!!", 1000, 1500, b"")
    message = formats.pack_voucher(bare, CAISSE)
    read = formats.read_voucher(message)
    assert read._replace(signature=b"") == bare
    assert formats.is_voucher(read, CAISSE.public_key())
    assert not formats.is_voucher(read._replace(cents=9900), CAISSE.public_key())


@pytest.mark.parametrize("text", ["", "CA", "https://example.org", "CA===", "CA00", "ca184LJ99"])
def test_another_text_is_no_message(text: str) -> None:
    assert formats.message_of(text) is None


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    said = formats.message_of(text)
    assert said is None or formats.text_of(said).strip() == text.strip()


@given(st.integers(0, 2**24 - 1))
def test_an_instant_of_a_minute_is_of_that_minute(minute: int) -> None:
    assert formats.minute_of(formats.instant_of_minute(minute)) == minute
