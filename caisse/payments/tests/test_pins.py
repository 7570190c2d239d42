"""The arithmetic of PINs: the vector, the bound, the keys."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from caisse.kernel.ids import instant_of, new_id
from caisse.payments import keys, pins


def h(text: str) -> bytes:
    return sha256(text.encode()).digest()


def test_the_vector_of_the_formats() -> None:
    """payments.md section 10."""
    made = pins.verifier(h("pin key"), 17, h("salt")[:8], "482915")
    assert made.hex() == "711e6dac9aaaa0ce2d8ec7cacf11051c"


def test_it_matches_under_its_key_and_under_later_ones_only() -> None:
    key, later, salt = h("a"), h("b"), b"saltsalt"
    known = pins.verifier(key, 7, salt, "123456")
    keyring = {1: key, 2: later}
    assert pins.matches(keyring, [1], 7, salt, "123456", known)
    for holder, digits in ((8, "123456"), (7, "123457"), (7, "0123456"), (7, "")):
        assert not pins.matches(keyring, [1], holder, salt, digits, known)
    changed = pins.covered(later, known)
    assert pins.matches(keyring, [1, 2], 7, salt, "123456", changed)
    assert not pins.matches(keyring, [2], 7, salt, "123456", changed)
    assert not pins.matches(keyring, [1], 7, salt, "123456", changed)


@pytest.mark.parametrize(
    ("length", "month", "bucket"), [(4, 0, 0), (5, 0, 0), (6, 9, 3), (7, 99, 33), (8, 999, 333)]
)
def test_a_month_of_guesses_stays_under_one_in_a_hundred_thousand(
    length: int, month: int, bucket: int
) -> None:
    assert (pins.guesses(length), pins.tries_of_a_bucket(length)) == (month, bucket)
    assert month / 10**length < 1e-5 <= (month + 1) / 10**length


def test_a_try_is_one_for_the_same_digits_and_says_nothing_without_the_key() -> None:
    payment = new_id()
    one = pins.try_id(b"k" * 32, payment, 1, "123456", "7")
    assert one == pins.try_id(b"k" * 32, payment, 1, "123456", "7")
    assert instant_of(one) == instant_of(payment) and one[6] >> 4 == 8 and one[8] >> 6 == 2
    others = [
        pins.try_id(b"k" * 32, payment, 2, "123456", "7"),
        pins.try_id(b"k" * 32, payment, 1, "123457", "7"),
        pins.try_id(b"l" * 32, payment, 1, "123456", "7"),
        pins.try_id(b"k" * 32, payment, 1, "123456", "8"),
        pins.try_id(b"k" * 32, new_id(), 1, "123456", "7"),
    ]
    assert one not in others and len(set(others)) == 5


def test_keys_are_made_once_read_by_us_only_and_added(tmp_path: Path, settings: Any) -> None:
    settings.KEYS = tmp_path / "keys"
    with pytest.raises(RuntimeError, match="missing"):
        keys.pin_keys()
    for _twice in range(2):
        keys.make_pin_key()
    first = keys.pin_keys()
    assert list(first) == [1] and len(first[1]) == 32
    file = tmp_path / "keys" / "pin.keys"
    assert file.stat().st_mode & 0o777 == 0o400
    assert keys.pin_keys() == first
    assert keys.add_pin_key() == 2
    both = keys.pin_keys()
    assert list(both) == [1, 2] and both[1] == first[1] and both[2] != first[1]
    assert file.stat().st_mode & 0o777 == 0o400
