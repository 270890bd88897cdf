"""Places the boxes and arrows of a process map, from top to bottom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Point = tuple[float, float]
Paths = Mapping[tuple[str, str], tuple[Point, ...]]
ACROSS, DOWN = 34, 84  # px between boxes of a layer, and between layers


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Centre of each box, corner points of each arrow (from its tail to its head), size of the whole."""

    boxes: Mapping[str, Point]
    arrows: Paths
    width: float
    height: float


def place(arcs: Mapping[tuple[str, str], int], sizes: Mapping[str, Point], first: str) -> Placed:
    """Return a layered drawing of `arcs` (weight of each arc) for boxes of the given `sizes`.

    Arcs against the main direction are laid out turned round and drawn back. The arrows of a box leave
    and arrive side by side along its edge. The same input gives the same drawing.

    Notes
    -----
    Order of the boxes: Eades, Lin and Smyth, *A fast and effective heuristic for the feedback arc set
    problem*, Inf. Proc. Letters 47 (1993). Layers and coordinates: Sugiyama's method (grandalf).
    """
    rank = {name: i for i, name in enumerate(main_order(arcs, first))}
    forward = sorted({_along(pair, rank) for pair in arcs}, key=lambda pair: (rank[pair[0]], rank[pair[1]]))
    boxes, corridors = _layered(forward, sizes, sorted(sizes, key=lambda name: rank[name]))
    paths = {}
    for pair in arcs:
        along = _along(pair, rank)
        both = (pair[1], pair[0]) in arcs
        inner = _shifted(corridors[along], (9 if pair == along else -9) if both else 0)
        paths[pair] = inner if pair == along else inner[::-1]
    return _fitted(boxes, _ported(paths, boxes, sizes), sizes)


def _ported(paths: Paths, boxes: Mapping[str, Point], sizes: Mapping[str, Point]) -> Paths:
    """Return the paths with their ends spread along the upper or lower edge of their boxes, in the order they go."""
    ends: dict[tuple[str, int], list[tuple[float, tuple[str, str], int]]] = {}
    for pair, points in paths.items():
        for name, at, towards in ((pair[0], 0, 1), (pair[1], -1, -2)):
            side = 1 if points[towards][1] > points[at][1] else -1
            ends.setdefault((name, side), []).append((points[towards][0], pair, at))
    moved = {pair: list(points) for pair, points in paths.items()}
    for (name, side), leaving in ends.items():
        (x, y), (w, h) = boxes[name], sizes[name]
        step = min(26.0, 0.8 * w / len(leaving))
        for i, (_, pair, at) in enumerate(sorted(leaving)):
            moved[pair][at] = (x + step * (i - (len(leaving) - 1) / 2), y + side * h / 2)
    return {pair: tuple(points) for pair, points in moved.items()}


def main_order(arcs: Mapping[tuple[str, str], int], first: str) -> list[str]:
    """Return the boxes in the order that leaves little weight on arcs going back; `first` leads.

    Examples
    --------
    >>> main_order({("a", "b"): 9, ("b", "a"): 1, ("b", "c"): 5, ("start", "a"): 9}, "start")
    ['start', 'a', 'b', 'c']
    """
    left = sorted({name for pair in arcs for name in pair} - {first})
    head, tail = [first], list[str]()
    live = {pair: weight for pair, weight in arcs.items() if first not in pair}
    while left:
        sinks = [name for name in left if not any(pair[0] == name for pair in live)]
        sources = [name for name in left if not any(pair[1] == name for pair in live)]
        if sinks:
            chosen, side = sinks[0], tail
        elif sources:
            chosen, side = sources[0], head
        else:
            chosen, side = max(left, key=lambda name: (_net(live, name), name)), head
        side.append(chosen)
        left.remove(chosen)
        live = {pair: weight for pair, weight in live.items() if chosen not in pair}
    return head + tail[::-1]


def _net(arcs: Mapping[tuple[str, str], int], name: str) -> int:
    return sum(w for (tail, _), w in arcs.items() if tail == name) - sum(
        w for (_, head), w in arcs.items() if head == name
    )


def _along(pair: tuple[str, str], rank: Mapping[str, int]) -> tuple[str, str]:
    return pair if rank[pair[0]] <= rank[pair[1]] else (pair[1], pair[0])


class _Box:
    """What grandalf asks of a vertex: its size, and a place to write its position."""

    def __init__(self, size: Point) -> None:
        self.w, self.h = size
        self.xy: Point = (0.0, 0.0)


class _Corridor:
    """What grandalf asks of an edge: a place to write its corner points."""

    def __init__(self) -> None:
        self.points: list[Point] = []

    def setpath(self, points: list[Point]) -> None:
        self.points = list(points)


def _layered(
    pairs: Sequence[tuple[str, str]], sizes: Mapping[str, Point], order: Sequence[str]
) -> tuple[dict[str, Point], Paths]:
    boxes: dict[str, Point] = {}
    corridors: dict[tuple[str, str], tuple[Point, ...]] = {}
    across = 0.0
    for members in _components(pairs, order):
        inside = [pair for pair in pairs if pair[0] in members]
        centres, inner = _component(members, inside, sizes)
        left = min(x - sizes[name][0] / 2 for name, (x, _) in centres.items())
        moved = {name: (x - left + across, y) for name, (x, y) in centres.items()}
        for pair in inside:
            between = ((x - left + across, y) for x, y in inner[pair])
            corridors[pair] = (moved[pair[0]], *between, moved[pair[1]])
        boxes |= moved
        across = max(x + sizes[name][0] / 2 for name, (x, _) in moved.items()) + 2 * ACROSS
    return boxes, corridors


def _components(pairs: Sequence[tuple[str, str]], order: Sequence[str]) -> list[list[str]]:
    """Return the boxes that arcs link together, group by group, in the given order."""
    group = {name: {name} for name in order}
    for one, other in pairs:
        if group[one] is not group[other]:
            group[one] |= group[other]
            for name in group[other]:
                group[name] = group[one]
    found: list[list[str]] = []
    for name in order:
        if not any(name in members for members in found):
            found.append([other for other in order if other in group[name]])
    return found


def _component(members: Sequence[str], pairs: Sequence[tuple[str, str]], sizes: Mapping[str, Point]) -> tuple[Any, Any]:
    """Return the centres of linked boxes and the inner corners of their arcs."""
    from grandalf.graphs import Edge, Vertex, graph_core
    from grandalf.layouts import SugiyamaLayout

    vertices = {name: Vertex(name) for name in members}
    for name, vertex in vertices.items():
        vertex.view = _Box(sizes[name])
    edges = {pair: Edge(vertices[pair[0]], vertices[pair[1]]) for pair in pairs}
    for edge in edges.values():
        edge.view = _Corridor()
    # not grandalf's Graph: it keeps edges in a set, whose order is not the same from run to run
    drawing = SugiyamaLayout(graph_core(list(vertices.values()), list(edges.values())))
    drawing.xspace, drawing.yspace = ACROSS, DOWN
    drawing.init_all()
    drawing.draw(12)
    centres = {name: vertex.view.xy for name, vertex in vertices.items()}
    return centres, {pair: edge.view.points[1:-1] for pair, edge in edges.items()}


def _shifted(points: Sequence[Point], by: float) -> tuple[Point, ...]:
    """Return the path with its inner points moved sideways, so that the two arrows of a pair do not overlap."""
    return (points[0], *((x + by, y) for x, y in points[1:-1]), points[-1])


def _fitted(boxes: Mapping[str, Point], arrows: Paths, sizes: Mapping[str, Point]) -> Placed:
    """Return the drawing moved so that it starts at (0, 0), rounded so that every CPU writes the same."""
    xs = [x + side * sizes[n][0] / 2 for n, (x, _) in boxes.items() for side in (-1, 1)] + [
        x for p in arrows.values() for x, _ in p
    ]
    ys = [y + side * sizes[n][1] / 2 for n, (_, y) in boxes.items() for side in (-1, 1)]
    left, top = min(xs) - 8, min(ys) - 8

    def moved(point: Point) -> Point:
        return round(point[0] - left, 1), round(point[1] - top, 1)

    return Placed(
        boxes={name: moved(point) for name, point in boxes.items()},
        arrows={pair: tuple(moved(point) for point in points) for pair, points in arrows.items()},
        width=round(max(xs) - left + 8),
        height=round(max(ys) - top + 8),
    )
