"""Layout of the figures that have one row a thing: names beside the rows, or above them where the screen is narrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chairs.dashboards import theme

ABOVE = 15  # px that a name takes above its row, beside its lines
SHORT = 38  # characters of a line of a name, where it stands above its row
SIDE = 24  # px left of the rows, where names stand above them
LINE = 17  # px a line of a name
GAP = 9  # px between the names of two rows
ROOM = 0.6  # rows from the first and the last one to the ends of the axis
CHARACTER = 7  # px, on the safe side of the fonts of the theme at 13 px


def places(count: int) -> list[int]:
    """Return the height of each row on the axis, the first one on top.

    Examples
    --------
    >>> places(3)
    [3, 2, 1]
    """
    return list(range(count, 0, -1))


def wrapped(label: str, width: int) -> str:
    """Return a label on lines of at most `width` characters, broken at spaces; its own line breaks stay.

    Examples
    --------
    >>> wrapped("Part des séjours de jour", 12)
    'Part des<br>séjours de<br>jour'
    """
    lines: list[str] = []
    for part in label.split("<br>"):
        lines.append("")
        for word in part.split(" "):
            if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
                lines.append(word)
            else:
                lines[-1] = f"{lines[-1]} {word}".strip(" ")
    return "<br>".join(lines)


def beside(place: int, text: str) -> dict[str, Any]:
    """Return the annotation that writes `text` right of a row."""
    return {
        "x": 1, "xref": "paper", "xanchor": "left", "xshift": 10, "y": place, "yref": "y", "showarrow": False,
        "text": text, "font": {"size": 13},
    }  # fmt: skip


def rows_layout(
    names: Sequence[str],
    *,
    row: int,
    edges: tuple[int, int, int],
    lift: float = 0,
    wrap: int = 28,
    narrow: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return height, margins and vertical axis for one row a name, with what changes on a narrow screen.

    Parameters
    ----------
    row
        Pixels a row, more where a name takes more lines than that holds.
    edges
        Margins in pixels: top, right, bottom.
    lift
        Pixels that the drawing of a row takes above it (its own label, a second mark), on a narrow screen; under 1, the
        share of the row that it takes on either side (a band, a bar).
    wrap
        Characters after which a name goes to a second line.
    narrow
        Further changes on a narrow screen, by path in the layout.
    """
    told, short = [wrapped(name, wrap) for name in names], [wrapped(name, SHORT) for name in names]
    longest = max((len(line) for name in told for line in name.split("<br>")), default=0)
    row = max([row, *(LINE * (name.count("<br>") + 1) + GAP for name in told)])
    top, right, bottom = edges
    at = places(len(names))
    most = max((name.count("<br>") + 1 for name in short), default=1)
    share = lift if lift < 1 else 0
    each = max(row + ABOVE + lift // 2, (LINE * most + ABOVE + 2 * (lift - share)) / (1 - 2 * share))
    titles = [
        {
            "x": 0, "xref": "paper", "xanchor": "left", "y": place, "yref": "y", "yshift": 6 + lift + share * each,
            "xshift": 8 - SIDE, "yanchor": "bottom", "showarrow": False, "align": "left", "text": name,
        }
        for name, place in zip(short, at, strict=True)
    ]  # fmt: skip
    return {
        "height": top + bottom + round(row * (len(names) - 1 + 2 * ROOM)),
        "margin": {"l": 20 + CHARACTER * longest, "r": right, "t": top, "b": bottom},
        "yaxis": {"tickvals": at, "ticktext": told, "range": [1 - ROOM, len(names) + ROOM], "showgrid": False},
        "meta": {
            "narrow": {
                "height": round(top + bottom + LINE * most + each * len(names)),
                "margin.l": SIDE,
                "margin.r": 16,
                "yaxis.showticklabels": False,
                "yaxis.range": [0.6, len(names) + 0.6 + LINE * most / each],
                "annotations": titles,
                **(narrow or {}),
            }
        },
    }


def zero_line(layout: Mapping[str, Any]) -> dict[str, Any]:
    """Return the vertical line at zero for a layout of `rows_layout`; names above the rows are kept clear of it."""
    for name in layout["meta"]["narrow"]["annotations"]:
        name["bgcolor"] = theme.PAPER
    line = {"color": theme.INK, "width": 1}
    return {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "layer": "below", "line": line}
