"""What stands on a printed card (own room: pure): the text of its QR, and its number.

Source: payments.md section 4, except that a card names its holder where M5 has the wallet: each of
the two holders of a wallet has a PIN and a card of her own. The card is static, so a photograph
copies it: it says who pays, and the PIN says that she does.
"""

import re
import struct
from collections.abc import Mapping
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

KIND = 0x51
MARK = "CA"  # before the text of every QR of a caisse
BLOCK = struct.Struct(">QH6x")  # holder 8 | generation 2 | nothing 6: one block of AES
HEAD_BYTES, SIGNED_BYTES, CARD_BYTES = 2, 18, 82
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # of base 45, RFC 9285


class Sealed(NamedTuple):
    """What a card says: whose it is, and the how many-th of hers."""

    holder_id: int
    generation: int


def card_text(said: Sealed, *, key: bytes, sign: Ed25519PrivateKey, sign_number: int) -> str:
    """M5 = 0x51 | number of the signature key | AES-256(key, block) | Ed25519, as text of a QR."""
    block = _cipher(key).encryptor().update(BLOCK.pack(*said))
    signed = bytes((KIND, sign_number)) + block
    return MARK + base45(signed + sign.sign(signed))


def read_card(text: str, *, key: bytes, signs: Mapping[int, Ed25519PublicKey]) -> Sealed | None:
    """What a card says, when a caisse with these keys has made it; None for any other text."""
    try:
        code = from_base45(text.strip().removeprefix(MARK))
    except ValueError:
        return None
    if len(code) != CARD_BYTES or code[0] != KIND or code[1] not in signs:
        return None
    try:
        signs[code[1]].verify(code[SIGNED_BYTES:], code[:SIGNED_BYTES])
    except InvalidSignature:
        return None
    block = _cipher(key).decryptor().update(code[HEAD_BYTES:SIGNED_BYTES])
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


def _cipher(key: bytes) -> Cipher[ECB]:
    """A single block of 16 bytes: there is nothing to chain."""
    return Cipher(AES(key), ECB())
