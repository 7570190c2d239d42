"""Histories as columns say what the rule says aloud: the last word wins from its day on."""

from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from caisse.people.queries.roll import standing


class Row(NamedTuple):
    """One statement: of whom, from which day, what."""

    subject: int
    since: int
    state: int


ROWS = st.lists(
    st.builds(Row, st.integers(1, 4), st.integers(700_000, 700_012), st.integers(0, 2)), max_size=14
)


def last_word(rows: list[Row], subject: int, day: int) -> int | None:
    """The state on a day: the statement recorded last among those that had begun."""
    begun = [row.state for row in rows if row.subject == subject and row.since <= day]
    return begun[-1] if begun else None


@given(ROWS)
def test_what_stands_says_the_state_of_every_day(recorded: list[Row]) -> None:
    rows = sorted(recorded, key=lambda row: row.subject)  # in order of recording for each
    subjects, since, states = standing(np.array(rows, np.int64).reshape(-1, 3))
    for subject in range(1, 5):
        for day in range(699_999, 700_014):
            reached = states[(subjects == subject) & (since <= day)].tolist()
            assert (reached[-1] if reached else None) == last_word(rows, subject, day)


@given(ROWS)
def test_what_stands_comes_out_by_subject_then_by_day(recorded: list[Row]) -> None:
    rows = sorted(recorded, key=lambda row: row.subject)
    subjects, since, _ = standing(np.array(rows, np.int64).reshape(-1, 3))
    order = list(zip(subjects.tolist(), since.tolist(), strict=True))
    assert order == sorted(set(order))
