"""What stands on a printed card (own room: pure): the text of its QR, and its number.

Source: payments.md section 4, except that a card names its holder where M5 has the wallet: each of
the two holders of a wallet has a PIN and a card of her own. The card is static, so a photograph
copies it: it says who pays, and the PIN says that she does.
"""

import re
import struct
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from caisse.payments.formats import CARD as KIND
from caisse.payments.formats import block_cipher, message_of, text_of

BLOCK = struct.Struct(">QH6x")  # holder 8 | generation 2 | nothing 6: one block of AES
HEAD_BYTES, SIGNED_BYTES = 2, 18


class Sealed(NamedTuple):
    """What a card says: whose it is, and the how many-th of hers."""

    holder_id: int
    generation: int


def card_text(said: Sealed, *, key: bytes, sign: Ed25519PrivateKey, sign_number: int) -> str:
    """M5 = 0x51 | number of the signature key | AES-256(key, block) | Ed25519, as text of a QR."""
    signed = bytes((KIND, sign_number)) + token(said, key=key)
    return text_of(signed + sign.sign(signed))


def token(said: Sealed, *, key: bytes) -> bytes:
    """The block that names a card, 16 bytes: by it a till without network knows it."""
    return block_cipher(key).encryptor().update(BLOCK.pack(*said))


def read_card(text: str, *, key: bytes) -> Sealed | None:
    """What a card says, when a caisse with this key has made it; None for any other text.

    The block proves it: nobody without the key makes one that decrypts to a card. Its signature is
    for tills without network, which do not have the key (decision 0020).
    """
    code = message_of(text)
    if code is None or code[0] != KIND:
        return None
    block = block_cipher(key).decryptor().update(code[HEAD_BYTES:SIGNED_BYTES])
    said = Sealed(*BLOCK.unpack(block))
    return said if BLOCK.pack(*said) == block else None


def number_of(drawn: int) -> str:
    """The number of a card: eight drawn figures and two that check them (ISO 7064, mod 97-10)."""
    return f"{drawn:08d}{98 - drawn * 100 % 97:02d}"


def tidy_number(typed: str) -> str | None:
    """The number of a card as it was typed, with or without spaces; None when it is none."""
    number = re.sub(r"[\s.-]", "", typed)
    if not re.fullmatch(r"[0-9]{10}", number) or int(number) % 97 != 1:
        return None
    return number


def shown_number(number: str) -> str:
    """« 4821 903 746 », as people read it out."""
    return f"{number[:4]} {number[4:7]} {number[7:]}"
