"""A till and a telephone without a machine, for who plays a caisse: what they would have signed.

Their keys follow from a word, the same at every play, so they guard no money that is real. Nothing
is believed because it comes from here: `issue_slips`, `open_licence` and `sync_till` judge it as
they judge what any device sends (payments.md 7.2).
"""

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from caisse.kernel.actor import Actor
from caisse.payments import formats, signing, wire
from caisse.payments.models import Device
from caisse.payments.offline.licences import last_word_of
from caisse.payments.offline.records import SlipSale
from caisse.payments.operations.devices import confirm_device, enrol_device, give_invitation

FIRST = 1  # counter of the only payment from a slip
TILL_BITS = 0xFFFF  # of a device's number, in its request


def link_standing_in(*, device_id: int, by: Actor) -> None:
    """Link a device that was written down, and confirm it; nothing for one that cashes already.

    Nobody keeps its key: what it signs later is its last words alone. Raises Refusal as
    `give_invitation` and `confirm_device` do.
    """
    if Device.objects.filter(pk=device_id, state=Device.State.ACTIVE).exists():
        return
    code = give_invitation(device_id=device_id, by=by)
    point = wire.public_point(ec.generate_private_key(ec.SECP256R1()))
    linked = enrol_device(code=code, public_key=point)
    confirm_device(device_id=device_id, words=linked.words, by=by)


def point_of(word: str) -> bytes:
    """The public half of the Ed25519 key of a word, 32 bytes: that of a slip."""
    return _key(word).public_key().public_bytes_raw()


def sign_of(word: str) -> bytes:
    """The same as a till gives it with a licence, 33 bytes: its kind stands before it."""
    return bytes((signing.ED25519,)) + point_of(word)


def last_word(*, licence_id: int, word: str) -> bytes:
    """What a till signs when it holds no sale of its licence any more, 64 bytes."""
    return _key(word).sign(last_word_of(licence_id))


def sold_for_slip(
    *, slip: bytes, word: str, place_id: int, device_id: int, cents: int, at: int
) -> SlipSale:
    """A sale between a till and a telephone that had no network at the instant `at` (ms).

    The till's request (M2) and the answer (M3) of who holds the slip (117 bytes) of this word.
    """
    request = formats.pack_request(
        formats.Request(
            place_id.to_bytes(4, "big"), device_id & TILL_BITS, cents,
            sha256(b"nonce" + word.encode()).digest()[:8], formats.minute_of(at),
        )
    )  # fmt: skip
    payment = formats.offline_payment(formats.read_slip(slip), FIRST, request, _key(word))
    return SlipSale(request, payment)


def _key(word: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(sha256(b"standing in" + word.encode()).digest())
