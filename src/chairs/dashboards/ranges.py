"""Draws rows of ranges: a thin line (p10 to p90), a thick one (quartiles), a dot (median), labelled directly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language
from chairs.dashboards import fmt, theme
from chairs.dashboards.rows import places, rows_layout

if TYPE_CHECKING:
    import plotly.graph_objects as go

ROW = 44  # px a row, room for the label above the dot
TICKS = (1 / 60, 5 / 60, 0.25, 1, 4, 24, 168, 720, 2880)  # hours
STEPS = (0.25, 0.5, 1, 2, 4, 6, 12, 24, 48, 120, 240, 480)  # hours
LOG_FROM = 60  # ratio of the largest to the smallest median from which a log axis reads better
BEYOND = 1.08  # of the largest value, where a linear axis ends
EDGE = 0.08  # share of the axis near its ends
MIDDLE = "#86B3DB"  # the thick line, under a dot of the accent colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """One row: its label, p10, quartiles, median and p90, and the text above its dot."""

    label: str
    low: float
    lower: float
    middle: float
    upper: float
    high: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A horizontal axis: its layout, what changes on a narrow screen, and where a log axis begins."""

    layout: dict[str, Any]
    narrow: dict[str, Any]
    floor: float | None = None


def draw_ranges(rows: Sequence[Range], axis: Axis) -> go.Figure:
    """Return the figure of `rows`, first row on top; on a log axis a line starts at the floor at the lowest."""

    def kept(value: float) -> float:
        return value if axis.floor is None else max(value, axis.floor)

    at = places(len(rows))
    traces = [
        segments([(kept(r.low), kept(r.high)) for r in rows], at, width=2, colour=theme.GREY),
        segments([(kept(r.lower), kept(r.upper)) for r in rows], at, width=9, colour=MIDDLE),
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [kept(r.middle) for r in rows],
            "y": at,
            "text": [r.text for r in rows],
            "textposition": [_side(kept(r.middle), axis.layout) for r in rows],
            "textfont": {"size": 13, "color": theme.INK},
            "marker": {"size": 12, "color": theme.BLUE, "line": {"color": theme.PAPER, "width": 1.5}},
            "hoverinfo": "skip",
            "cliponaxis": False,
        },
    ]
    layout = rows_layout([r.label for r in rows], row=ROW, edges=(14, 28, 52), lift=18, narrow=axis.narrow)
    return theme.draw(traces, **layout, xaxis=axis.layout)


def _side(value: float, layout: dict[str, Any]) -> str:
    """Return where the text above a dot goes: inwards near an end of the axis, where it would run over the names."""
    low, high = layout["range"]
    share = ((math.log10(value) if layout.get("type") == "log" else value) - low) / (high - low)
    return "top right" if share < EDGE else "top left" if share > 1 - EDGE else "top center"


def hours_axis(rows: Sequence[tuple[float, float]], lang: Language) -> Axis:
    """Return the axis of durations in hours for rows of (median, p90).

    It is logarithmic when the medians go from minutes to days, else linear from zero.
    """
    medians = [median for median, _ in rows if median > 0]
    top = max((high for _, high in rows), default=1.0)
    if medians and max(medians) / min(medians) >= LOG_FROM:
        floor = max(1 / 60, min(medians) / 8)
        ticks = _apart([t for t in TICKS if floor <= t <= top * 1.3])
        span = [math.log10(floor), math.log10(max(top, floor) * 1.3)]
        return Axis(
            layout={"type": "log", "range": span, **_ticks(ticks, lang)}, narrow=_narrow(ticks[::2], lang), floor=floor
        )
    low = min(0.0, *(median for median, _ in rows), 0.0)
    wide, few = (_linear(top, count) for count in (7, 3))
    return Axis(layout={"range": [low, max(top * BEYOND, 0.1)], **_ticks(wide, lang)}, narrow=_narrow(few, lang))


def score_axis(rows: Sequence[Range], title: str) -> Axis:
    """Return an axis for scores, from a little under the lowest decile to a little over the highest."""
    low, high = min(row.low for row in rows), max(row.high for row in rows)
    pad = max(0.5, 0.06 * (high - low))
    return Axis(
        layout={"range": [low - pad, high + pad], "nticks": 8, "title": {"text": title}}, narrow={"xaxis.nticks": 4}
    )


def zero_span(ends: Sequence[tuple[float, float]]) -> list[float]:
    """Return the range of an axis that holds zero and every interval, none of them touching its ends.

    Examples
    --------
    >>> zero_span([(1.0, 2.0), (-1.0, 0.5)]), zero_span([(1.0, 10.0)])
    ([-1.15, 2.15], [-0.5, 10.5])
    """
    least, most = min([0.0, *(low for low, _ in ends)]), max([0.0, *(high for _, high in ends)])
    pad = 0.05 * (most - least)
    return [least - pad, most + pad]


def segments(ends: Sequence[tuple[float, float]], at: Sequence[float], *, width: int, colour: str) -> dict[str, Any]:
    """Return one trace of horizontal segments, one a row."""
    x: list[float | None] = []
    y: list[float | None] = []
    for (low, high), place in zip(ends, at, strict=True):
        x += [float(low), float(high), None]
        y += [place, place, None]
    line = {"width": width, "color": colour}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip", "showlegend": False}


def _apart(ticks: Sequence[float]) -> list[float]:
    """Return the ticks of a log axis that leave room for their labels: a factor of four between two."""
    kept: list[float] = []
    for tick in ticks:
        if not kept or tick >= 4 * kept[-1]:
            kept.append(tick)
    return kept


def _linear(top: float, most: int) -> list[float]:
    step = next((s for s in STEPS if top / s <= most), STEPS[-1])
    return [step * i for i in range(int(top * BEYOND / step) + 1)]


def _ticks(values: Sequence[float], lang: Language) -> dict[str, Any]:
    return {"tickvals": list(values), "ticktext": [fmt.hours(v, lang) if v else "0" for v in values]}


def _narrow(values: Sequence[float], lang: Language) -> dict[str, Any]:
    return {f"xaxis.{name}": value for name, value in _ticks(values, lang).items()}
