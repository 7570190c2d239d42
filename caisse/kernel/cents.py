"""Integer cents: multiply by a ratio with a named rounding, split without loss, read and show."""

import re
from collections.abc import Sequence
from typing import Literal, get_args

Rounding = Literal["half_up", "down", "up", "outward"]
ROUNDINGS: tuple[str, ...] = get_args(Rounding)

MOST = 2**53  # the largest amount that a page, a spreadsheet and a browser all show exactly
LONGEST = 40  # digits, zeros in front included
NARROW = "\u202f"
AMOUNT = re.compile(r"(\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(?:[.,](\d{1,2}))?")


def share(cents: int, num: int, den: int, rounding: Rounding = "half_up", step: int = 1) -> int:
    """The part num/den of `cents`, in cents, rounded once to a multiple of `step` cents.

    `outward` leaves the whole: a part below 1 is rounded down, one above 1 up (the press figures
    of Dieulefit's three prices). Negative amounts are rounded as their mirror image.
    Raises ValueError for den <= 0, num < 0, step < 1 or an unknown rounding.
    """
    if den <= 0 or num < 0 or step < 1:
        raise ValueError(f"no share {num}/{den} in steps of {step}")
    if rounding not in ROUNDINGS:
        raise ValueError(f"unknown rounding {rounding!r}: one of {', '.join(ROUNDINGS)}")
    sign = -1 if cents < 0 else 1
    whole, unit = abs(cents) * num, den * step
    if rounding == "half_up":
        steps = (2 * whole + unit) // (2 * unit)
    elif rounding == "down" or (rounding == "outward" and num < den):
        steps = whole // unit
    else:
        steps = -(-whole // unit)
    return sign * steps * step


def split(total: int, weights: Sequence[int]) -> list[int]:
    """`total` cents in parts proportional to `weights`, by largest remainder: the sum is `total`.

    Equal remainders go to the first ones, so that the same call gives the same answer.
    Raises ValueError when a weight is negative or all are 0.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("a split needs weights that are not negative, and one above 0")
    parts = [total * weight // whole for weight in weights]
    left = total - sum(parts)
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in order[:left]:
        parts[i] += 1
    return parts


def parse(text: str) -> int:
    """Cents of an amount as people write it: "12", "12,5", "1 234,50", "12.50 €".

    Raises ValueError with a French sentence for signs, letters, more than two decimals, separators
    that could mean two things ("1,234.50"), full-width digits, and amounts beyond 2^53 cents.
    """
    bare = text.strip().removesuffix("€").strip()
    match = AMOUNT.fullmatch(bare) if bare.isascii() or not _odd_digits(bare) else None
    if match is None:
        raise ValueError(
            f"« {text.strip()[:40]} » n’est pas un montant : écrivez par exemple 12,50."
        )
    euros, decimals = re.sub(r"\D", "", match[1]), match[2] or "0"
    # Python refuses to read an integer of thousands of digits, in words that are not for people.
    if len(euros) > LONGEST or (cents := int(euros) * 100 + int(decimals.ljust(2, "0"))) > MOST:
        raise ValueError("Ce montant est trop grand.")
    return cents


def _odd_digits(text: str) -> bool:
    return any(char.isdigit() and not char.isascii() for char in text)


def show(cents: int, unit: str = "€", *, decimals: bool = True) -> str:
    """French writing of an amount: `show(123450)` is "1 234,50 €" with narrow no-break spaces."""
    euros, rest = divmod(abs(cents), 100)
    digits = f"{euros:,}".replace(",", NARROW)
    tail = f",{rest:02d}" if decimals or rest else ""
    sign = "−" if cents < 0 else ""
    return f"{sign}{digits}{tail}{NARROW}{unit}" if unit else f"{sign}{digits}{tail}"
