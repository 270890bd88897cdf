"""Draws rows of ranges: a thin line (p10 to p90), a thick one (quartiles), a dot (median), labelled directly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language
from chairs.dashboards import fmt, theme

if TYPE_CHECKING:
    import plotly.graph_objects as go

ROW = 44  # px a row, room for the label above the dot
TICKS = (1 / 60, 5 / 60, 0.25, 1, 4, 12, 24, 72, 168, 720, 2160)  # hours
LOG_FROM = 60  # ratio of the largest to the smallest median from which a log axis reads better


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


def draw_ranges(rows: Sequence[Range], axis: dict[str, Any], *, floor: float | None = None) -> go.Figure:
    """Return the figure of `rows`, first row on top; below `floor` (log axes) a line starts at the floor."""
    places = list(range(len(rows), 0, -1))
    clip = (lambda value: max(value, floor)) if floor is not None else (lambda value: value)
    traces = [
        _segments([(clip(r.low), clip(r.high)) for r in rows], places, width=2, colour=theme.GREY),
        _segments([(clip(r.lower), clip(r.upper)) for r in rows], places, width=9, colour="#86B3DB"),
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [clip(r.middle) for r in rows],
            "y": places,
            "text": [r.text for r in rows],
            "textposition": "top center",
            "textfont": {"size": 13, "color": theme.INK},
            "marker": {"size": 12, "color": theme.BLUE, "line": {"color": theme.PAPER, "width": 1.5}},
            "hoverinfo": "skip",
            "cliponaxis": False,
        },
    ]
    return theme.draw(
        traces, 64 + ROW * len(rows), margin=_margin(rows), xaxis=axis, yaxis=_labels(rows, places), meta=_narrow(rows)
    )


def hours_axis(rows: Sequence[tuple[float, float]], lang: Language) -> tuple[dict[str, Any], float | None]:
    """Return the axis of durations in hours for rows of (median, p90), and the floor of a log axis.

    The axis is logarithmic when the medians go from minutes to days, else linear from zero.
    """
    medians = [median for median, _ in rows if median > 0]
    top = max((high for _, high in rows), default=1.0)
    if medians and max(medians) / min(medians) >= LOG_FROM:
        floor = max(1 / 60, min(medians) / 8)
        ticks = [t for t in TICKS if floor <= t <= top * 1.3]
        span = [math.log10(floor), math.log10(max(top, floor) * 1.3)]
        return {"type": "log", "range": span, "tickvals": ticks, "ticktext": [fmt.hours(t, lang) for t in ticks]}, floor
    low = min(0.0, *(median for median, _ in rows)) if rows else 0.0
    step = next((s for s in (0.25, 0.5, 1, 2, 4, 6, 12, 24, 48, 120, 240) if top / s <= 7), 480)
    ticks = [step * i for i in range(int(top / step) + 2)]
    return {
        "range": [low, max(top * 1.08, 0.1)],
        "tickvals": ticks,
        "ticktext": [fmt.hours(t, lang) for t in ticks],
    }, None


def _segments(ends: list[tuple[float, float]], places: list[int], *, width: int, colour: str) -> dict[str, Any]:
    x: list[float | None] = []
    y: list[int | None] = []
    for (low, high), place in zip(ends, places, strict=True):
        x += [low, high, None]
        y += [place, place, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"width": width, "color": colour},
        "hoverinfo": "skip",
    }


def wrapped(label: str, width: int) -> str:
    """Return a label on lines of at most `width` characters, broken at spaces.

    Examples
    --------
    >>> wrapped("Part des séjours de jour", 12)
    'Part des<br>séjours de<br>jour'
    """
    lines = [""]
    for word in label.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)


def label_margin(labels: Sequence[str]) -> int:
    """Return the left margin in pixels that the longest line of `labels` needs (7 px a character)."""
    longest = max((len(line) for label in labels for line in label.split("<br>")), default=0)
    return 18 + 7 * longest


def label_axis(labels: Sequence[str], places: Sequence[int]) -> dict[str, Any]:
    """Return a vertical axis whose rows carry `labels`, without grid."""
    return {
        "tickvals": list(places),
        "ticktext": list(labels),
        "range": [0.35, len(places) + 0.75],
        "showgrid": False,
    }


def _labels(rows: Sequence[Range], places: list[int]) -> dict[str, Any]:
    return label_axis([wrapped(r.label, 26) for r in rows], places)


def _margin(rows: Sequence[Range]) -> dict[str, int]:
    return {"l": label_margin([wrapped(r.label, 26) for r in rows]), "r": 28, "t": 12, "b": 44}


def _narrow(rows: Sequence[Range]) -> dict[str, Any]:
    labels = [wrapped(r.label, 13) for r in rows]
    return {"narrow": {"yaxis.ticktext": labels, "margin.l": label_margin(labels), "xaxis.nticks": 4}}
