"""Which edges of a process map to hide so that "what comes in goes out" does not give a small one back."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    # (lowest, highest) amount that the shown edges leave possible for a hidden edge
    Span = tuple[float, float]


def protect_edges(edges: pd.DataFrame, hidden: np.ndarray, *, threshold: int, narrow: int) -> np.ndarray:
    """Return which edges to hide so that none of the small ones can be worked out from those shown.

    Parameters
    ----------
    edges
        Columns source, target and amount (occurrences).
    hidden
        Edges hidden already, none of them shown anywhere else.
    threshold
        Smallest number that may be shown.
    narrow
        A hidden edge is safe when this many values stay possible for it, or when it may be `threshold` or more.

    Notes
    -----
    As many occurrences leave a step as come to it, and the number of visits that begin and end is published. These
    equations leave an edge free only when it lies on a cycle of hidden edges (directions aside); so the cheapest path
    between its two ends is hidden with it. Two linear programs then give the least and the most the edge may be, each
    hidden edge being at least 1; where the span is still narrow, a second path is hidden, of shown edges only: each of
    those can give up `threshold` − 1 occurrences, which is enough.

    References
    ----------
    Fischetti & Salazar (2001), *Solving the cell suppression problem on tabular data with linear constraints*,
    Management Science 47(7): the attacker's problem; here with shortest paths instead of the optimal choice.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> edges = pd.DataFrame({"source": ["s", "s", "a", "a", "b"], "target": ["a", "b", "b", "e", "e"],
    ...     "amount": [90, 60, 5, 85, 65]})
    >>> protect_edges(edges, np.array([False, False, True, False, False]), threshold=11, narrow=5).tolist()
    [True, True, True, False, False]
    """
    hidden = hidden.copy()
    amounts = edges["amount"].to_numpy(dtype="float64")
    at_risk = (hidden & (amounts < threshold)).nonzero()[0].tolist()

    def unsafe() -> list[int]:
        spans = possible(edges, hidden, at_risk, enough=threshold)
        return [i for i, (low, high) in spans.items() if high < threshold and high - low + 1 < narrow]

    for only_shown in (False, True):
        for i in unsafe():
            hidden[_way_round(edges, hidden, i, only_shown=only_shown)] = True
    if unsafe():
        hidden[:] = True  # a map of a few visits: nothing of it can be shown
    return hidden


def possible(
    edges: pd.DataFrame, hidden: np.ndarray, asked: Sequence[int], *, enough: float = float("inf")
) -> dict[int, Span]:
    """Return, for each edge `asked`, the least and the most that the shown edges and the balances leave possible.

    The least is not sought (1 is given) for an edge that may reach `enough`.
    """
    import numpy as np
    from scipy.optimize import linprog

    sources, targets = edges["source"].to_numpy(), edges["target"].to_numpy()
    nodes = np.unique(np.concatenate([sources, targets]).astype(str))
    balance = (targets == nodes[:, None]).astype(float) - (sources == nodes[:, None]).astype(float)
    unknown = balance[:, hidden]
    given = unknown @ edges["amount"].to_numpy(dtype="float64")[hidden]
    places = {int(i): place for place, i in enumerate(hidden.nonzero()[0])}

    def reach(i: int, sign: int) -> float:
        cost = np.zeros(unknown.shape[1])
        cost[places[i]] = sign
        answer = linprog(cost, A_eq=unknown, b_eq=given, bounds=(1, None), method="highs")
        return round(float(sign * answer.fun), 6) if answer.status == 0 else float("inf")

    highs = {i: reach(i, -1) for i in asked}
    return {i: (1.0 if high >= enough else reach(i, 1), high) for i, high in highs.items()}


def _way_round(edges: pd.DataFrame, hidden: np.ndarray, skipped: int, *, only_shown: bool) -> list[int]:
    """Return the edges of the cheapest path between the ends of one edge, directions aside (none: no path)."""
    amounts = edges["amount"].tolist()
    ends = list(zip(edges["source"], edges["target"], strict=True))
    near: dict[str, list[tuple[str, int]]] = {}
    for i, (source, target) in enumerate(ends):
        if i != skipped and not (only_shown and hidden[i]):
            near.setdefault(source, []).append((target, i))
            near.setdefault(target, []).append((source, i))
    start, goal = ends[skipped]
    queue: list[tuple[float, str, list[int]]] = [(0.0, start, [])]
    seen: set[str] = set()
    while queue:
        cost, node, way = heapq.heappop(queue)
        if node == goal:
            return way
        if node not in seen:
            seen.add(node)
            for other, i in near.get(node, []):
                heapq.heappush(queue, (cost + (0.0 if hidden[i] else float(amounts[i])), other, [*way, i]))
    return []
