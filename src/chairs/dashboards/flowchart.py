"""Draws a process map as SVG: boxes are steps, the width of an arrow is how many take it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from chairs.dashboards import theme
from chairs.dashboards.layout import Placed, Point, place

Frame = tuple[float, float, float, float]  # left, top, right, bottom

HIGH = 44  # px, height of a box
SIZE = 13  # px, text of a box
SMALL = 12  # px, text of an arrow
SMALLEST = 0.75  # a map is not shrunk under this share of its size: its card scrolls
LINE = "#7FA9CF"  # arrows, under boxes and labels
SPOTS = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82)  # where on an arrow its label may stand, best first
WIDE = 7.2  # px a character, on the safe side of the fonts named in the theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One step: its name, the line under it, and whether it is a step (or the start or end)."""

    name: str
    under: str
    step: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """One arc: how many take it, and its label."""

    weight: int
    text: str


def flowchart(boxes: Mapping[str, Box], arrows: Mapping[tuple[str, str], Arrow], first: str) -> str:
    """Return the map as one SVG element with its own width and height in pixels."""
    sizes = {key: (_width(box), float(HIGH)) for key, box in boxes.items()}
    placed = place({pair: arrow.weight for pair, arrow in arrows.items()}, sizes, first)
    drawn = sorted(arrows, key=lambda pair: (arrows[pair].weight, pair))
    heaviest = arrows[drawn[-1]].weight
    widths = {pair: 1.2 + 7 * math.sqrt(arrows[pair].weight / heaviest) for pair in drawn}
    strokes = [_stroke(placed.arrows[pair], widths[pair]) for pair in drawn]
    frames = [_frame(centre, sizes[key]) for key, centre in placed.boxes.items()]
    labels = _labels(placed, {pair: arrows[pair].text for pair in reversed(drawn)}, frames)
    shapes = [_box(box, placed.boxes[key], sizes[key]) for key, box in boxes.items()]
    size = (
        f'width="{placed.width:.0f}" height="{placed.height:.0f}" viewBox="0 0 {placed.width:.0f} {placed.height:.0f}"'
    )
    quiet = f'style="min-width:{placed.width * SMALLEST:.0f}px" aria-hidden="true" focusable="false"'
    inner = "".join(strokes + shapes + labels)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {quiet}>{inner}</svg>'


def _width(box: Box) -> float:
    return max(WIDE * len(box.name), 6.4 * len(box.under)) + 24


def _box(box: Box, centre: Point, size: Point) -> str:
    (x, y), (w, h) = centre, size
    fill, edge, ink = (theme.PAPER, theme.BLUE, theme.INK) if box.step else (theme.BLUE, theme.BLUE, theme.PAPER)
    quiet = theme.QUIET if box.step else theme.PAPER
    rect = (
        f'<rect x="{x - w / 2:.1f}" y="{y - h / 2:.1f}" width="{w:.1f}" height="{h:.1f}" rx="6" fill="{fill}" '
        f'stroke="{edge}" stroke-width="1.5"/>'
    )
    name = (
        f'<text x="{x:.1f}" y="{y - 2:.1f}" text-anchor="middle" font-size="{SIZE}" font-weight="600" '
        f'fill="{ink}">{escape(box.name)}</text>'
    )
    under = (
        f'<text x="{x:.1f}" y="{y + 14:.1f}" text-anchor="middle" font-size="{SMALL}" '
        f'fill="{quiet}">{escape(box.under)}</text>'
    )
    return rect + name + under


def _stroke(points: Sequence[Point], width: float) -> str:
    """Return one arrow: its head touches the box, its line stops where the head begins."""
    sign = 1 if points[-1][1] >= points[0][1] else -1
    x, y = points[-1]
    half, length = 3.5 + width / 2, 5 + width
    base = y - sign * length
    line = _curve([*points[:-1], (x, base)])
    head = f"M{x - half:.1f} {base:.1f} L{x + half:.1f} {base:.1f} L{x:.1f} {y:.1f} Z"
    return (
        f'<path d="{line}" fill="none" stroke="{LINE}" stroke-width="{width:.1f}"/><path d="{head}" '
        f'fill="{theme.BLUE}"/>'
    )


def _curve(points: Sequence[Point]) -> str:
    """Return a smooth path: each leg leaves and arrives vertically."""
    path = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (y0 + y1) / 2
        path.append(f"C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} {y1:.1f}")
    return " ".join(path)


def _labels(placed: Placed, texts: Mapping[tuple[str, str], str], frames: Sequence[Frame]) -> list[str]:
    """Return the labels of the arrows, the heaviest placed first, each where it covers no box and no other label."""
    taken = list(frames)
    drawn = []
    for pair, text in texts.items():
        size = (6.6 * len(text) + 4, 16.0)
        places = [_along(placed.arrows[pair], share) for share in SPOTS]
        inside = [(min(max(x, size[0] / 2), placed.width - size[0] / 2), y) for x, y in places]
        spot = next((p for p in inside if not any(_overlap(_frame(p, size), other) for other in taken)), None)
        if spot is None:
            continue  # the number stands in the table; a label over another would be read by nobody
        taken.append(_frame(spot, size))
        halo = f'paint-order="stroke" stroke="{theme.PAPER}" stroke-width="5" stroke-linejoin="round"'
        drawn.append(
            f'<text x="{spot[0]:.1f}" y="{spot[1] + 4:.1f}" text-anchor="middle" font-size="{SMALL}" '
            f'fill="{theme.INK}" {halo}>{escape(text)}</text>'
        )
    return drawn


def _along(points: Sequence[Point], share: float) -> Point:
    """Return the point of the drawn path at `share` of its legs."""
    legs = len(points) - 1
    leg = min(int(share * legs), legs - 1)
    t = share * legs - leg
    (x0, y0), (x1, y1) = points[leg], points[leg + 1]
    smooth = t * t * (3 - 2 * t)  # the curve leaves and arrives vertically
    middle = (y0 + y1) / 2
    y = (1 - t) ** 3 * y0 + 3 * (1 - t) ** 2 * t * middle + 3 * (1 - t) * t**2 * middle + t**3 * y1
    return x0 + smooth * (x1 - x0), y


def _frame(centre: Point, size: Point) -> Frame:
    (x, y), (w, h) = centre, size
    return x - w / 2, y - h / 2, x + w / 2, y + h / 2


def _overlap(one: Frame, other: Frame) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
