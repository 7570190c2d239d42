"""What stands on a printed voucher (own room: pure): its QR, and the code that is typed for it.

Source: payments.md section 4. Serial and secret are drawn by chance and stored nowhere: the caisse
keeps one HMAC of both, by which a scanned voucher is found, and one of the typed code. The code is
the serial (8 signs) and 25 bits of another HMAC (5 signs): who reads it on the paper learns nothing
of the secret that the QR holds, and who knows a serial alone has one chance in 33 millions.
"""

import hmac
from datetime import date, timedelta
from hashlib import sha256
from typing import NamedTuple

from caisse.kernel.ids import SHORT as SIGNS
from caisse.kernel.ids import Id
from caisse.payments.wire import tidy_code

SERIAL_BYTES, SECRET_BYTES = 5, 8
SERIAL_SIGNS, CHECK_SIGNS = 8, 5
BITS = 5  # of a sign
EPOCH = date(2020, 1, 1)


class Drawn(NamedTuple):
    """What makes a voucher one of a kind: 40 bits that name it, 64 that nobody can guess."""

    serial: bytes
    secret: bytes


def digest(key: bytes, drawn: Drawn) -> str:
    """By what a scanned voucher is found: 64 hexadecimal figures."""
    return hmac.digest(key, b"voucher1" + drawn.serial + drawn.secret, sha256).hex()


def typed_digest(key: bytes, code: str) -> str:
    """By what a typed code is found."""
    return hmac.digest(key, b"typed1" + code.encode(), sha256).hex()


def code_of(key: bytes, drawn: Drawn) -> str:
    """The 13 signs that are typed for a voucher."""
    check = hmac.digest(key, b"check1" + drawn.serial + drawn.secret, sha256)[:4]
    serial = _signs(int.from_bytes(drawn.serial, "big"), SERIAL_SIGNS)
    return serial + _signs(int.from_bytes(check, "big"), CHECK_SIGNS)


def tidied(typed: str) -> str | None:
    """A code as it was typed, whatever the case and the spaces; None for what is none."""
    code = tidy_code(typed)
    whole = len(code) == SERIAL_SIGNS + CHECK_SIGNS and set(code) <= set(SIGNS)
    return code if whole else None


def shown(code: str) -> str:
    """« 7F3K 92Q4 H8ZM2 », as people read it out."""
    return f"{code[:4]} {code[4:8]} {code[8:]}"


def try_id(key: bytes, payment_id: Id, code: str) -> Id:
    """The id of a wrong entry, UUIDv8 of the payment's instant: the same one again is one entry.

    Keyed, for a code that was mistyped is near to one that pays.
    """
    made = bytearray(hmac.digest(key, b"try1" + payment_id + code.encode(), sha256)[:10])
    made[0] = 0x80 | (made[0] & 0x0F)
    made[2] = 0x80 | (made[2] & 0x3F)
    return payment_id[:6] + bytes(made)


def number_of_day(day: date) -> int:
    """A day as the QR has it: days since 1 January 2020."""
    return (day - EPOCH).days


def last_day(made_on: date, months: int, *, until: date | None = None) -> date:
    """The last day of a voucher, included: the same one some months later, or the month's last.

    Of 31 August for six months it is 28 or 29 February. `until` is the last day of the money that
    pays it: a voucher never outlives it, and is good on the day on which it is made.
    """
    year, month = divmod(made_on.year * 12 + made_on.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    end = date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(1)
    last = first.replace(day=min(made_on.day, end.day))
    return last if until is None else max(made_on, min(last, until))


def _signs(number: int, count: int) -> str:
    """The lowest bits of a number as signs of Crockford's base 32."""
    shifts = range(BITS * (count - 1), -1, -BITS)
    return "".join(SIGNS[number >> shift & (2**BITS - 1)] for shift in shifts)
