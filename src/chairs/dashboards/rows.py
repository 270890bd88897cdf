"""Layout of the figures that have one row a thing: names beside the rows, or above them where the screen is narrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

ABOVE = 15  # px that a name takes above its row
SIDE = 24  # px left of the rows, where names stand above them
LINE = 17  # px a line of a name
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
    lift: int = 0,
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
        Pixels that the drawing of a row takes above it (its own label), on a narrow screen.
    wrap
        Characters after which a name goes to a second line.
    narrow
        Further changes on a narrow screen, by path in the layout.
    """
    told = [wrapped(name, wrap) for name in names]
    longest = max((len(line) for name in told for line in name.split("<br>")), default=0)
    row = max([row, *(LINE * (name.count("<br>") + 1) for name in told)])
    top, right, bottom = edges
    at = places(len(names))
    titles = [
        {
            "x": 0, "xref": "paper", "xanchor": "left", "y": place, "yref": "y", "yshift": 6 + lift,
            "xshift": 8 - SIDE, "yanchor": "bottom", "showarrow": False, "align": "left", "text": wrapped(name, 38),
        }
        for name, place in zip(names, at, strict=True)
    ]  # fmt: skip
    return {
        "height": top + bottom + row * len(names),
        "margin": {"l": 20 + CHARACTER * longest, "r": right, "t": top, "b": bottom},
        "yaxis": {"tickvals": at, "ticktext": told, "range": [0.4, len(names) + 0.6], "showgrid": False},
        "meta": {
            "narrow": {
                "height": top + bottom + ABOVE + (row + ABOVE + lift // 2) * len(names),
                "margin.l": SIDE,
                "margin.r": 16,
                "yaxis.showticklabels": False,
                "yaxis.range": [0.4, len(names) + 0.9],
                "annotations": titles,
                **(narrow or {}),
            }
        },
    }
