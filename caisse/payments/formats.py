"""What phones, tills and papers say by QR (own room: pure): fixed bytes, big-endian, in base 45.

Source: payments.md sections 3 to 7 and 10. `text` is « CA » and base 45, for a scanner hands out
texts. Instants are whole minutes since 2020; amounts are cents in three bytes. What a browser makes
of the same messages is `static/payments/formats.js`; both are held against the same vectors.
"""

import hmac
import struct
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from caisse.kernel.ids import Id
from caisse.payments import signing

MARK = "CA"  # before the text of every QR of a caisse
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # of base 45, RFC 9285
EPOCH_MS, MINUTE_MS = 1_577_836_800_000, 60_000  # 1 January 2020, UTC
DAY_MINUTES = 24 * 60
MOST_CENTS = 256**3 - 1
MEMBER_QR, REQUEST, OFFLINE, PAID, CARD, VOUCHER = 0x11, 0x21, 0x32, 0x41, 0x51, 0x61
SLIP, SLIP_P256 = 0x31, 0x33  # of a slip whose key is an Ed25519 one, and of one on P-256
SIGNING = {SLIP: signing.ED25519, SLIP_P256: signing.P256}
SIZES = {MEMBER_QR: 36, REQUEST: 21, OFFLINE: 184, PAID: 29, CARD: 82, VOUCHER: 84}
TAG_BYTES = 12  # of an HMAC
_TICKET = struct.Struct(">4xIHIH")  # nothing 4 | phone 4 | generation 2 | number 4 | day 2
_SLIP = struct.Struct(">BB8s4s3s3sB32s")


class Ticket(NamedTuple):
    """Whose a ticket is (a phone, its generation), the how many-th of it, given out on which day.

    `day` counts from 1 January 2020, UTC.
    """

    phone_id: int
    generation: int
    number: int
    day: int


class MemberQr(NamedTuple):
    """M1, of a member's phone: one ticket, the phone's minute, the most that it pays (cents)."""

    key_id: int
    ticket: bytes
    minute: int
    most_cents: int
    tag: bytes

    @property
    def said(self) -> bytes:
        """What the tag proves."""
        head = bytes((MEMBER_QR, self.key_id)) + self.ticket
        return head + self.minute.to_bytes(3, "big") + self.most_cents.to_bytes(3, "big")


class Request(NamedTuple):
    """M2, of a till: this place and till ask for so many cents; the nonce pays once.

    `place` are four bytes and `till` the last two of the device's number.
    """

    place: bytes
    till: int
    cents: int
    nonce: bytes
    minute: int


class Slip(NamedTuple):
    """Money set aside on a phone for a place (`place` zero: for any), good for some hours.

    `kind` says how the phone signs: SLIP or SLIP_P256.
    """

    key_id: int
    slip_id: bytes
    place: bytes
    cents: int
    minute: int
    hours: int
    public_key: bytes
    signature: bytes
    kind: int = SLIP


class OfflinePayment(NamedTuple):
    """M3, of a phone: a slip, the how many-th payment from it, signed over the till's request."""

    slip: Slip
    counter: int
    signature: bytes


class Voucher(NamedTuple):
    """M6: a printed voucher, worth `cents` until the day `last_day` (days since 2020)."""

    key_id: int
    serial: bytes
    secret: bytes
    cents: int
    last_day: int
    signature: bytes


def minute_of(ms: int) -> int:
    """The minute of an instant (ms since 1970)."""
    return (ms - EPOCH_MS) // MINUTE_MS


def instant_of_minute(minute: int) -> int:
    """The first millisecond of a minute."""
    return EPOCH_MS + minute * MINUTE_MS


def day_of(ms: int) -> int:
    """The day of an instant, counted from 1 January 2020, UTC."""
    return minute_of(ms) // DAY_MINUTES


def text_of(message: bytes) -> str:
    """A message as a QR holds it."""
    return MARK + base45(message)


def message_of(text: str) -> bytes | None:
    """The message of a scanned text, of a kind and a size that a caisse knows; None for others."""
    if not text.strip().startswith(MARK):
        return None
    try:
        message = from_base45(text.strip().removeprefix(MARK))
    except ValueError:
        return None
    return message if message and SIZES.get(message[0]) == len(message) else None


def block_cipher(key: bytes) -> Cipher[ECB]:
    """AES-256 of one block of 16 bytes: there is nothing to chain."""
    return Cipher(AES(key), ECB())


def seal_ticket(ticket: Ticket, key: bytes) -> bytes:
    """One block of AES-256: to who has not the key it looks like chance, each time anew."""
    return block_cipher(key).encryptor().update(_TICKET.pack(*ticket))


def open_ticket(sealed: bytes, key: bytes) -> Ticket | None:
    """The ticket again; None for a block that this key has not made."""
    block = block_cipher(key).decryptor().update(sealed)
    ticket = Ticket(*_TICKET.unpack(block))
    return ticket if _TICKET.pack(*ticket) == block else None


def member_qr(key_id: int, ticket: bytes, minute: int, most_cents: int, *, key: bytes) -> bytes:
    """M1, proven by the key that the phone shares with the caisse."""
    bare = MemberQr(key_id, ticket, minute, most_cents, b"")
    return bare.said + _tag(key, b"qr1" + bare.said)


def read_member_qr(message: bytes) -> MemberQr:
    """M1 again; its tag is checked by `is_proven`, once its ticket has told the key."""
    return MemberQr(
        message[1], message[2:18], _int(message[18:21]), _int(message[21:24]), message[24:]
    )


def is_proven(said: MemberQr, key: bytes) -> bool:
    """Whether who shares `key` with the caisse has said it."""
    return hmac.compare_digest(_tag(key, b"qr1" + said.said), said.tag)


def pack_request(request: Request) -> bytes:
    """M2."""
    cents, minute = request.cents.to_bytes(3, "big"), request.minute.to_bytes(3, "big")
    head = bytes((REQUEST,)) + request.place + request.till.to_bytes(2, "big")
    return head + cents + request.nonce + minute


def read_request(message: bytes) -> Request:
    """M2 again."""
    return Request(
        message[1:5], _int(message[5:7]), _int(message[7:10]), message[10:18], _int(message[18:])
    )


def pack_slip(slip: Slip) -> bytes:
    """A slip with its signature, 117 bytes."""
    return _bare(slip) + slip.signature


def signed_slip(slip: Slip, sign: Ed25519PrivateKey) -> Slip:
    """The slip, signed by the caisse."""
    return slip._replace(signature=sign.sign(b"slip1" + _bare(slip)))


def read_slip(said: bytes) -> Slip:
    """A slip again, 117 bytes; its signature is not checked."""
    kind, key_id, slip_id, place, cents, minute, hours, public = _SLIP.unpack(said[: _SLIP.size])
    return Slip(
        key_id, slip_id, place, _int(cents), _int(minute), hours, public, said[_SLIP.size :], kind
    )


def is_signed(slip: Slip, key: Ed25519PublicKey) -> bool:
    """Whether the caisse has made this slip."""
    return _verified(key, slip.signature, b"slip1" + _bare(slip))


def offline_payment(slip: Slip, counter: int, request: bytes, key: Ed25519PrivateKey) -> bytes:
    """M3: the phone's answer to the request `request` (M2)."""
    said = b"pay1" + slip.slip_id + counter.to_bytes(2, "big") + request
    head = bytes((OFFLINE,)) + pack_slip(slip) + counter.to_bytes(2, "big")
    return head + key.sign(said)


def read_offline_payment(message: bytes) -> OfflinePayment:
    """M3 again; no signature is checked."""
    return OfflinePayment(read_slip(message[1:118]), _int(message[118:120]), message[120:])


def has_paid(payment: OfflinePayment, request: bytes) -> bool:
    """Whether who holds the slip's key has signed this payment of this request."""
    said = b"pay1" + payment.slip.slip_id + payment.counter.to_bytes(2, "big") + request
    slip = payment.slip
    return signing.is_signed(SIGNING.get(slip.kind, 0), slip.public_key, payment.signature, said)


def offline_id(slip_id: bytes, counter: int, request: bytes) -> Id:
    """The id of an offline payment, UUIDv8 of the request's minute: the same on both sides."""
    return _derived(b"id1" + slip_id + counter.to_bytes(2, "big") + request, request)


def request_id(request: bytes) -> Id:
    """The id of the payment of a request by a phone with network: UUIDv8, on both sides the same.

    So a request is paid once whoever answers it, and its till knows what to ask for.
    """
    return _derived(b"id5" + request, request)


def ticket_id(ticket: Ticket, key: bytes) -> Id:
    """The id under which a ticket is used up, UUIDv8 of the day on which it was given out.

    Keyed: whoever counts telephones and tickets must not find what became of them.
    """
    instant = instant_of_minute(ticket.day * DAY_MINUTES)
    return _id(instant, hmac.digest(key, b"claim" + _TICKET.pack(*ticket), sha256))


def proof_of_payment(request: bytes, payment_id: Id, *, key: bytes) -> bytes:
    """M4, for a till without network: this request was paid under this number."""
    return bytes((PAID,)) + payment_id + _tag(key, b"paid1" + request + payment_id)


def is_paid(message: bytes, request: bytes, key: bytes) -> bool:
    """Whether M4 proves that `request` was paid."""
    payment_id = message[1:17]
    return hmac.compare_digest(proof_of_payment(request, payment_id, key=key), message)


def words_of_request(request: bytes, *, key: bytes) -> bytes:
    """Of what the three words of section 7.1 are made, which the member reads to the till."""
    return hmac.digest(key, b"words1" + request, sha256)


def pack_voucher(voucher: Voucher, sign: Ed25519PrivateKey) -> bytes:
    """M6, signed by the caisse."""
    bare = _voucher(voucher)
    return bare + sign.sign(b"voucher1" + bare)


def read_voucher(message: bytes) -> Voucher:
    """M6 again; its signature is not checked."""
    return Voucher(
        message[1], message[2:7], message[7:15], _int(message[15:18]), _int(message[18:20]),
        message[20:],
    )  # fmt: skip


def is_voucher(voucher: Voucher, key: Ed25519PublicKey) -> bool:
    """Whether the caisse has printed this voucher."""
    return _verified(key, voucher.signature, b"voucher1" + _voucher(voucher))


def base45(said: bytes) -> str:
    """Bytes as signs that a QR holds at 5.5 bits each (RFC 9285)."""
    signs = []
    for at in range(0, len(said), 2):
        pair = said[at : at + 2]
        number = int.from_bytes(pair, "big")
        for _each in range(len(pair) + 1):
            number, sign = divmod(number, 45)
            signs.append(SIGNS[sign])
    return "".join(signs)


def from_base45(text: str) -> bytes:
    """The bytes again; raises ValueError for a text that is no base 45."""
    said = bytearray()
    for at in range(0, len(text), 3):
        digits = [SIGNS.index(sign) for sign in text[at : at + 3]]
        number = sum(digit * 45**place for place, digit in enumerate(digits))
        if len(digits) == 1 or number >= 256 ** (len(digits) - 1):
            raise ValueError("no base 45")
        said += number.to_bytes(len(digits) - 1, "big")
    return bytes(said)


def _derived(said: bytes, request: bytes) -> Id:
    return _id(instant_of_minute(read_request(request).minute), said)


def _id(ms: int, said: bytes) -> Id:
    rest = bytearray(sha256(said).digest()[:10])
    rest[0], rest[2] = 0x80 | rest[0] & 0x0F, 0x80 | rest[2] & 0x3F
    return ms.to_bytes(6, "big") + bytes(rest)


def _bare(slip: Slip) -> bytes:
    """What the caisse signs of a slip: all but the signature."""
    cents, minute = slip.cents.to_bytes(3, "big"), slip.minute.to_bytes(3, "big")
    return _SLIP.pack(
        slip.kind, slip.key_id, slip.slip_id, slip.place, cents, minute, slip.hours, slip.public_key
    )


def _voucher(voucher: Voucher) -> bytes:
    cents, last_day = voucher.cents.to_bytes(3, "big"), voucher.last_day.to_bytes(2, "big")
    return bytes((VOUCHER, voucher.key_id)) + voucher.serial + voucher.secret + cents + last_day


def _verified(key: Ed25519PublicKey, signature: bytes, said: bytes) -> bool:
    try:
        key.verify(signature, said)
    except InvalidSignature:
        return False
    return True


def _tag(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, said, sha256)[:TAG_BYTES]


def _int(said: bytes) -> int:
    return int.from_bytes(said, "big")
