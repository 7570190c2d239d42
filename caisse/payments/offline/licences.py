"""The text of a licence: what one till may sell without network, and until when, signed.

Members whose money lies ready on a card, and what is struck, stand in it as tags under a number
that is the licence's own: another licence says others for the same cards.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from caisse.kernel.events import canonical

STEP = 32  # entries are padded to a multiple of it: their number says little
TAG_BYTES = 8


class Terms(NamedTuple):
    """What a licence allows (cents; instants in ms), and the ways of paying that it takes.

    `room_cents` is what its till may take on trust, beside what is named for cards.
    """

    id: int
    place: int
    till: int
    from_ms: int
    until_ms: int
    day_cents: int
    total_cents: int
    room_cents: int
    member_cents: int
    ways: tuple[str, ...]


def tag_of(nonce: bytes, token: bytes) -> str:
    """SHA-256(nonce | token), its first 8 bytes, of a card or a slip."""
    return sha256(nonce + token).digest()[:TAG_BYTES].hex()


def covered(cards: Mapping[bytes, int], room_cents: int) -> dict[bytes, int]:
    """So much of what lies ready on cards (cents by token) as a room covers, the first ones first.

    A wrong code on a card costs the caisse all of the sale: what no room covers would be the
    place's loss.
    """
    told = {}
    for token, cents in cards.items():
        part = min(cents, room_cents)
        if part > 0:
            told[token] = part
            room_cents -= part
    return told


def licence_text(
    terms: Terms,
    *,
    nonce: bytes,
    key_id: int,
    cards: Mapping[bytes, int],
    struck: Iterable[bytes],
    chance: bytes,
) -> str:
    """Canonical JSON. `cards` are cents by token, `struck` tokens; `chance` fills up the entries.

    Of `chance` 8 bytes are used for each entry that is missing to the next multiple of 32.
    """
    entries = [[tag_of(nonce, token), cents] for token, cents in cards.items()]
    tags = [tag_of(nonce, token) for token in struck]
    usual = [cents for _tag, cents in entries] or [terms.member_cents]
    fill = _pieces(chance)
    for n in range(-len(entries) % STEP or (0 if entries else STEP)):
        entries.append([next(fill), usual[n % len(usual)]])
    tags += [next(fill) for _ in range(-len(tags) % STEP or (0 if tags else STEP))]
    return canonical(
        {
            "cards": sorted(entries),
            "day_cents": terms.day_cents,
            "from": terms.from_ms,
            "id": terms.id,
            "key": key_id,
            "member_cents": terms.member_cents,
            "nonce": nonce.hex(),
            "place": terms.place,
            "room_cents": terms.room_cents,
            "struck": sorted(tags),
            "till": terms.till,
            "total_cents": terms.total_cents,
            "until": terms.until_ms,
            "v": 1,
            "ways": list(terms.ways),
        }
    )


def signature_of(text: str, sign: Ed25519PrivateKey) -> bytes:
    """The caisse's signature of a licence."""
    return sign.sign(b"licence1" + text.encode())


def last_word_of(licence_id: int) -> bytes:
    """What a device signs when it holds no sale of a licence any more."""
    return b"closed1" + licence_id.to_bytes(8, "big")


def chance_needed(entries: Sequence[int]) -> int:
    """How many bytes of chance fill up so many entries, list by list."""
    return TAG_BYTES * sum(-count % STEP or (0 if count else STEP) for count in entries)


def _pieces(chance: bytes) -> Iterator[str]:
    return (chance[at : at + TAG_BYTES].hex() for at in range(0, len(chance), TAG_BYTES))
