"""Geometry: what is drawn lies in its frame and keeps the proportions of the cents."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.site import charts
from caisse.site.charts import Frame, Remarks, Values

FRAME = Frame(620, 292, 60, 8, 14, 48)
CENTS = st.integers(-50_000_000_00, 50_000_000_00)


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0, 36_890_00, 4, [0, 10_000_00, 20_000_00, 30_000_00, 40_000_00]),
        (0, 36_890_00, 2, [0, 20_000_00, 40_000_00]),
        (0, 89_240_00, 4, [0, 25_000_00, 50_000_00, 75_000_00, 100_000_00]),
        (-3_500_00, 70_500_00, 4, [0, 20_000_00, 40_000_00, 60_000_00, 80_000_00]),
        (-30_000_00, 30_000_00, 4, [-20_000_00, 0, 20_000_00, 40_000_00]),
        (0, 0, 4, [0, 1_00]),
        (0, 50, 4, [0, 1_00]),
    ],
)
def test_ticks_are_round(low: int, high: int, most: int, expected: list[int]) -> None:
    assert charts.ticks(low, high, most) == expected


@given(CENTS, CENTS, st.integers(2, 6))
def test_ticks_hold_the_values_and_zero(one: int, other: int, most: int) -> None:
    low, high = min(one, other), max(one, other)
    found = charts.ticks(low, high, most)
    assert found[-1] >= high
    assert 0 in found
    assert 2 <= len(found) <= most + 2
    assert all(value % 100 == 0 for value in found)


def bars(pairs: list[tuple[int, int]]) -> charts.Chart:
    """A bar chart of `pairs`."""
    return charts.bars(
        id="b",
        title="t",
        description="d",
        frame=FRAME,
        labels=[f"m{n}" for n in range(len(pairs))],
        pairs=pairs,
        kinds=("issued", "spent"),
    )


def test_bars_are_as_high_as_their_cents() -> None:
    chart = bars([(5_000_00, 4_000_00), (13_000_00, 0), (24_000_00, -50_00)])
    heights = [bar.height for bar in chart.bars]
    assert heights[0] / heights[1] == pytest.approx(5 / 4, rel=0.01)
    assert heights[4] / heights[0] == pytest.approx(24 / 5, rel=0.01)
    assert heights[3] == heights[5] == 0
    assert [bar.kind for bar in chart.bars] == ["issued", "spent"] * 3


@given(st.lists(st.tuples(CENTS, CENTS), min_size=1, max_size=24))
def test_bars_stay_in_their_frame_and_apart(pairs: list[tuple[int, int]]) -> None:
    chart = bars(pairs)
    frame = chart.frame
    for bar in chart.bars:
        assert frame.left <= bar.x + 0.1
        assert bar.x + bar.width <= frame.end + 0.1
        assert frame.top <= bar.y + 0.1
        assert bar.y + bar.height == pytest.approx(frame.floor, abs=0.2)
    edges = [(bar.x, bar.x + bar.width) for bar in chart.bars]
    assert all(a[1] <= b[0] + 0.1 for a, b in pairwise(edges))


def lines(series: list[Values], remarks: Remarks = charts.UNREMARKED) -> charts.Chart:
    """A line chart of `series`."""
    labels = [f"m{n}" for n in range(len(series[0].cents))]
    return charts.lines(
        id="l",
        title="t",
        description="d",
        frame=FRAME,
        labels=labels,
        series=series,
        remarks=remarks,
    )


@given(st.lists(CENTS, min_size=1, max_size=24), st.data())
def test_lines_stay_in_their_frame(values: list[int], data: st.DataObject) -> None:
    ahead = data.draw(st.integers(0, len(values)))
    one = Values("operating", "", tuple(values), ahead)
    chart = lines([one], Remarks(low="le point bas", past="réel", ahead="prévu"))
    for point in chart.series[0].points:
        assert chart.frame.left - 0.1 <= point.x <= chart.frame.end + 0.1
        assert chart.frame.top - 0.1 <= point.y <= chart.frame.floor + 0.1
    assert sum(point.hollow for point in chart.series[0].points) == ahead
    for note in chart.notes:
        assert 0 <= note.y <= FRAME.height


def test_past_is_solid_and_forecast_starts_at_the_last_known_point() -> None:
    one = Values("operating", "", (1_00, 2_00, 3_00, 1_00), ahead=2)
    chart = lines([one], Remarks(past="réel", ahead="prévu"))
    drawn = chart.series[0]
    points = [f"{point.x:g} {point.y:g}" for point in drawn.points]
    assert drawn.path == f"M{points[0]}L{points[1]}"
    assert drawn.ahead == f"M{points[1]}L{points[2]}L{points[3]}"
    assert chart.past is not None
    assert chart.past.x + chart.past.width == pytest.approx(drawn.points[1].x, abs=0.2)
    assert [note.words for note in chart.notes] == ["réel", "prévu"]


def test_the_low_point_has_its_ring_and_its_words_under_it() -> None:
    one = Values("operating", "", (4_500_00, -3_500_00, 0))
    chart = lines([one], Remarks(low="−3 500 € fin décembre"))
    assert chart.low == chart.series[0].points[1]
    (note,) = chart.notes
    assert note.y > chart.series[0].points[1].y
    assert note.y < chart.frame.floor


def test_names_of_lines_that_end_together_do_not_touch() -> None:
    same = (5_00, 40_790_00)
    chart = lines([Values("bank", "En banque", same), Values("circulation", "MonA", same)])
    bank, circulation = (one.label.y for one in chart.series)
    assert circulation - bank >= 24
    assert chart.frame.right >= len("En banque") * 8


def test_the_margin_is_the_ground_between_two_lines() -> None:
    remarks = Remarks(area="la marge")
    above = Values("bank", "En banque", (60_00, 90_00, 80_00, 40_00, 50_00, 45_00))
    below = Values("circulation", "MonA", (5_00, 5_00, 5_00, 5_00, 5_00, 45_00))
    chart = lines([above, below], remarks)
    assert chart.area.count("L") == 11
    assert chart.area.endswith("Z")
    assert [note.words for note in chart.notes] == ["la marge"]
    close = Values("circulation", "MonA", (59_00, 89_00, 79_00, 39_00, 49_00, 44_00))
    assert lines([above, close], remarks).notes == ()


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=4))
def test_the_parts_of_a_bar_touch_and_fill_it(parts: list[int]) -> None:
    drawn = charts.stack([("solid", part) for part in parts])
    assert len(drawn) == sum(part > 0 for part in parts)
    if drawn:
        assert drawn[0].x == 0
        assert drawn[-1].x + drawn[-1].width == pytest.approx(100, abs=0.02)
        for one, after in pairwise(drawn):
            assert one.x + one.width == pytest.approx(after.x, abs=0.02)


def test_a_bar_may_be_a_part_of_a_larger_whole() -> None:
    (part,) = charts.stack([("hatch", 25_00)], 100_00)
    assert (part.x, part.width) == (0, 25)
    assert charts.stack([("hatch", 0)], 0) == []


def test_sparse_labels_begin_with_the_first() -> None:
    assert charts.sparse(["a", "b", "c", "d"], 3) == ["a", "", "", "d"]


def test_a_second_row_of_a_label_stands_under_the_first() -> None:
    one = Values("operating", "", (1_00, 2_00))
    chart = charts.lines(
        id="l",
        title="t",
        description="d",
        frame=FRAME,
        labels=["févr.|2023", "mars"],
        series=[one],
    )
    assert [(text.words, text.kind) for text in chart.axis] == [
        ("févr.", ""),
        ("2023", "year"),
        ("mars", ""),
    ]
    assert chart.axis[1].y > chart.axis[0].y
