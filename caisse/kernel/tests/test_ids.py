"""Ids: ordered by time, chosen by a sender or derived from a cause, 128 bits exactly."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.kernel import clock, ids

INSTANTS = st.integers(0, (1 << 48) - 1)
CAUSES = INSTANTS.map(ids.new_id)
KEYS = st.lists(st.one_of(st.integers(0, 10**9), st.text(max_size=20)), max_size=30)


@given(INSTANTS)
def test_a_new_id_is_a_uuid_of_version_7(ms: int) -> None:
    id_ = ids.new_id(ms)
    read = uuid.UUID(bytes=id_)
    assert (len(id_), read.version, read.variant) == (16, 7, uuid.RFC_4122)
    assert ids.instant_of(id_) == ms


@given(CAUSES, st.text(max_size=40))
def test_a_derived_id_is_a_uuid_of_version_8_at_its_causes_instant(
    cause: bytes, position: str
) -> None:
    id_ = ids.derived_id(cause, position)
    read = uuid.UUID(bytes=id_)
    assert (len(id_), read.version, read.variant) == (16, 8, uuid.RFC_4122)
    assert ids.instant_of(id_) == ids.instant_of(cause)
    assert id_ == ids.derived_id(cause, position)


@given(CAUSES, KEYS)
def test_many_derived_at_once_are_those_derived_one_by_one(
    cause: bytes, keys: list[object]
) -> None:
    one_by_one = [ids.derived_id(cause, f"allocation:{key}") for key in keys]
    assert ids.derived_ids(cause, "allocation", keys) == one_by_one


@given(CAUSES, CAUSES, st.sets(st.text(max_size=20), min_size=2, max_size=20))
def test_other_causes_and_other_positions_give_other_ids(
    cause: bytes, other: bytes, positions: set[str]
) -> None:
    derived = {ids.derived_id(cause, position) for position in positions}
    assert len(derived) == len(positions)
    assert derived.isdisjoint(ids.derived_id(other, position) for position in positions)


@given(INSTANTS, INSTANTS)
def test_ids_are_ordered_by_time(early: int, late: int) -> None:
    early, late = sorted((early, late))
    if early < late:
        assert ids.new_id(early) < ids.new_id(late)
        assert ids.derived_id(ids.new_id(early), "x") < ids.first_id(late)
    assert ids.first_id(late) <= ids.new_id(late)


def test_a_million_new_ids_of_one_instant_would_differ() -> None:
    assert len({ids.new_id(1) for _ in range(10_000)}) == 10_000


def test_a_new_id_takes_the_clocks_instant() -> None:
    with clock.travelled(1_675_000_000_123):
        assert ids.instant_of(ids.new_id()) == 1_675_000_000_123


@given(CAUSES)
def test_an_id_is_shown_and_read_back(id_: bytes) -> None:
    assert ids.parse_id(f" {ids.show_id(id_)} ") == id_


@pytest.mark.parametrize("text", ["", "x", "0" * 31, "0" * 33, "zz" * 16, "1" * 500])
def test_what_has_not_128_bits_is_refused_in_french(text: str) -> None:
    with pytest.raises(ValueError, match="n’est pas un numéro d’opération"):
        ids.parse_id(text)
