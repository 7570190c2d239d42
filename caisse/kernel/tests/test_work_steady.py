"""What is done at every turn of the worker."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from caisse.kernel import work


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[int]]]:
    """Three steps: one that has something to do twice, one that fails, one that is idle."""
    left = {"busy": [3, 2], "broken": [1], "idle": []}
    monkeypatch.setattr(work, "STEADY", {})
    monkeypatch.setattr(work, "_RESTING", {})

    @work.steady("test.busy")
    def busy() -> int:
        return left["busy"].pop() if left["busy"] else 0

    @work.steady("test.broken")
    def broken() -> int:
        left["broken"].append(1)
        raise OSError

    @work.steady("test.idle")
    def idle() -> int:
        left["idle"].append(1)
        return 0

    yield left


def test_who_had_something_to_do_is_named_and_a_failure_stops_nobody(
    steps: dict[str, list[int]], caplog: pytest.LogCaptureFixture
) -> None:
    assert [work.run_steady() for _turn in range(3)] == [["test.busy"], ["test.busy"], []]
    assert len(steps["idle"]) == 3, "after the one that failed"
    assert "steady work failed: test.broken" in caplog.text


def test_one_that_failed_rests_before_it_is_tried_again(
    steps: dict[str, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _turn in range(5):
        work.run_steady()
    assert len(steps["broken"]) == 2
    monkeypatch.setattr(work, "_RESTING", {})
    work.run_steady()
    assert len(steps["broken"]) == 3


def test_each_process_does_what_lies_in_its_memory_and_no_more(
    steps: dict[str, list[int]],
) -> None:
    done: list[int] = []

    @work.steady("test.own", everywhere=True)
    def own() -> int:
        done.append(1)
        return 1

    assert work.run_steady(everywhere=True) == ["test.own"]
    assert (done, steps["idle"], steps["busy"]) == ([1], [], [3, 2])
    assert work.run_steady() == ["test.busy", "test.own"]


@pytest.mark.django_db
def test_a_mark_is_held_and_one_that_was_never_set_is_none() -> None:
    with transaction.atomic():
        assert work.held("test.mark") is None
        work.mark("test.mark", 0)
        assert work.held("test.mark") == 0
