"""The process map and the rows of figures: order of the boxes, nothing overlaps, same input same drawing."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairs.dashboards import rows, theme
from chairs.dashboards.flowchart import Arrow, Box, flowchart
from chairs.dashboards.layout import main_order, place

pytestmark = pytest.mark.unit
NAMES = "abcdefgh"
maps = st.dictionaries(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] != pair[1]),
    st.integers(1, 9999),
    min_size=1,
    max_size=16,
)


def test_the_main_direction_follows_the_weight() -> None:
    arcs = {("start", "a"): 90, ("a", "b"): 80, ("b", "a"): 5, ("b", "c"): 70, ("c", "a"): 2}
    assert main_order(arcs, "start") == ["start", "a", "b", "c"]


@settings(max_examples=60, deadline=None)
@given(maps)
def test_boxes_never_overlap_and_all_arrows_are_drawn(arcs: dict[tuple[str, str], int]) -> None:
    names = sorted({name for pair in arcs for name in pair})
    sizes = {name: (60.0 + 20 * i, 44.0) for i, name in enumerate(names)}
    placed = place(arcs, sizes, names[0])
    assert set(placed.arrows) == set(arcs)
    for one, other in itertools.combinations(names, 2):
        (x1, y1), (x2, y2) = placed.boxes[one], placed.boxes[other]
        apart = abs(x1 - x2) >= (sizes[one][0] + sizes[other][0]) / 2 - 0.2 or abs(y1 - y2) >= 44 - 0.2
        assert apart, (one, other)
    for name, (x, y) in placed.boxes.items():
        assert 0 <= x - sizes[name][0] / 2 <= x + sizes[name][0] / 2 <= placed.width
        assert 0 <= y - 22 <= y + 22 <= placed.height


@settings(max_examples=30, deadline=None)
@given(maps)
def test_an_arrow_starts_and_ends_on_its_boxes(arcs: dict[tuple[str, str], int]) -> None:
    names = sorted({name for pair in arcs for name in pair})
    sizes = {name: (80.0, 44.0) for name in names}
    placed = place(arcs, sizes, names[0])
    for (tail, head), points in placed.arrows.items():
        for name, (x, y) in ((tail, points[0]), (head, points[-1])):
            assert abs(x - placed.boxes[name][0]) <= 40.2
            assert abs(abs(y - placed.boxes[name][1]) - 22) <= 0.2


def test_markup_in_a_name_is_escaped() -> None:
    boxes = {"a": Box(name="<b>x</b>", under="1"), "b": Box(name="y & z", under="2")}
    svg = flowchart(boxes, {("a", "b"): Arrow(weight=1, text="<1>")}, "a")
    assert "<b>" not in svg
    assert "&lt;b&gt;x" in svg
    assert "y &amp; z" in svg
    assert "&lt;1&gt;" in svg


def test_the_same_map_is_the_same_drawing_whatever_the_hash_seed() -> None:
    program = (
        "from chairs.dashboards.layout import place;"
        "pairs = [(a, b) for a in 'abcdef' for b in 'abcdef' if a != b];"
        "arcs = {pair: (i * 37) % 11 + 1 for i, pair in enumerate(pairs) if i % 3};"
        "print(place(arcs, {n: (70.0, 44.0) for n in 'abcdef'}, 'a'))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        )
        for seed in ("1", "2", "3")
    ]
    assert runs[0].stdout.startswith("Placed(")
    assert len({run.stdout for run in runs}) == 1


@pytest.mark.parametrize("lift", [0, 12, 0.3])
def test_on_a_narrow_screen_a_name_stays_clear_of_the_rows_around_it(lift: float) -> None:
    names = ["short", "a name so long that it takes three whole lines where it stands above its own row of marks", "x"]
    narrow = rows.rows_layout(names, row=34, edges=(40, 24, 56), lift=lift)["meta"]["narrow"]
    low, high = narrow["yaxis.range"]
    row = (narrow["height"] - 40 - 56) / (high - low)  # px
    drawn = lift * row if lift < 1 else lift
    for name in narrow["annotations"]:
        top = name["yshift"] + rows.LINE * (name["text"].count("<br>") + 1)
        assert name["yshift"] >= drawn + 6
        assert top <= row - drawn  # what the row above draws below itself
        assert name["y"] * row + top <= high * row


def test_the_line_at_zero_does_not_cross_the_names_above_the_rows() -> None:
    layout = rows.rows_layout(["one", "two"], row=34, edges=(40, 24, 56))
    assert rows.zero_line(layout)["x0"] == 0
    assert [name["bgcolor"] for name in layout["meta"]["narrow"]["annotations"]] == [theme.PAPER] * 2
