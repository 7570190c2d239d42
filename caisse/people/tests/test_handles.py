"""Handles: easy to type, unlike the person, and enough of them for everybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.people.handles import LONGEST, WORDS, fold, objection, propose


@given(st.binary(min_size=1, max_size=16), st.integers(0, 11))
def test_every_proposal_can_be_used(seed: bytes, turn: int) -> None:
    handle = propose(seed, turn)
    assert objection(handle, ()) is None
    assert len(handle) <= LONGEST
    assert handle == propose(seed, turn)


def test_the_words_are_typed_without_accents_and_stand_once() -> None:
    assert len(set(WORDS)) == len(WORDS) > 150
    assert all(word.isascii() and word.islower() for word in WORDS)


def test_later_rounds_have_room_for_half_a_million() -> None:
    tried = [propose(n.to_bytes(4, "big"), 3) for n in range(5_000)]
    assert len(set(tried)) > 4_990


@pytest.mark.parametrize(
    "handle",
    [
        *("", "abc", "Moineau", "été-vert", "0moineau", "moi neau", "moineau-", "m@neau"),
        *("a" * 33, "moineau-0612345678", "radis-12-03-1987"),
    ],
)
def test_what_cannot_be_typed_or_says_too_much_is_refused(handle: str) -> None:
    assert objection(handle, ()) is not None


def test_the_name_of_the_person_is_refused_even_folded() -> None:
    assert objection("zoe-radis", ("Zoé", "Martin")) is not None
    assert objection("radis-martin42", ("Zoé", "MARTIN")) is not None
    assert objection("radis-moineau", ("Zoé", "Martin")) is None
    assert objection("li-radis-vert", ("Li", "Po")) is None  # two letters are in every word


def test_fold_compares_names_as_people_say_them() -> None:
    assert fold("  Jean-Élie   D’Arc ") == "jean elie d arc"
