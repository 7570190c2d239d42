"""What a till or a phone sends of its sales without network, and how it is answered.

A sale from a slip proves itself: its number follows from what was signed. One by card or identifier
has a number of the till's, and who paid and her code sealed for the caisse alone.
"""

import hmac
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from caisse.kernel.ids import Id

MOST_RECORDS = 200  # of one sending


class SlipSale(NamedTuple):
    """A sale paid by phone: the till's request (M2) and the phone's answer to it (M3).

    `cancelled` is the id of its refund, where the shop undid it before it was sent.
    """

    request: bytes
    payment: bytes
    cancelled: Id | None = None


class CodeSale(NamedTuple):
    """A sale by card or identifier: `sealed` opens to who pays and her code.

    `made_at` is the till's instant (ms), `attempt` how often a code was typed for it.
    """

    id: Id
    method: str
    cents: int
    made_at: int
    sealed: bytes
    attempt: int = 1
    cancelled: Id | None = None


Sent: TypeAlias = SlipSale | CodeSale


class Answered(NamedTuple):
    """The answer to one record. Only a settled one is proven; the others are asked again."""

    id: Id
    answer: str
    proof: bytes

    @property
    def settled(self) -> bool:
        """Whether the record may leave the queue."""
        return bool(self.proof)


def digest_of(sent: Sent, place: int) -> bytes:
    """What tells two records of one id apart; that a sale was undone is no part of it."""
    if isinstance(sent, SlipSale):  # its id says all of it; a signature can be made in many ways
        return sha256(b"slip" + sent.request).digest()
    said = f"{sent.method}|{place}|{sent.cents}|{sent.made_at}|{sent.attempt}|"
    return sha256(b"code" + sent.id + said.encode() + sent.sealed).digest()


def bound_to(id: Id, licence: int, cents: int) -> bytes:
    """What a sealed code is bound to: it opens nothing else than this sale."""
    return b"pin1" + id + licence.to_bytes(8, "big") + cents.to_bytes(8, "big")


def answer_proof(key: bytes, id: Id, answer: str) -> bytes:
    """HMAC-SHA256(key, "answer1" | id | answer): a till believes no other."""
    return hmac.digest(key, b"answer1" + id + answer.encode(), sha256)
