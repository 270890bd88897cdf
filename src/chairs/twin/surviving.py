"""Probabilities of lasting longer than so much, summed once each: a distribution of values has few of them."""

from __future__ import annotations

from bisect import bisect_right

from chairs.twin.durations import Duration


class Surviving:
    """The survival of durations of one model, kept by the values that lie below.

    Examples
    --------
    >>> stay, kept = Duration(kind="empirical", values=(1.0, 2.0, 4.0, 8.0)), Surviving()
    >>> [kept.of(stay, elapsed) for elapsed in (0.0, 3.0, 3.5, 4.0)]
    [1.0, 0.5, 0.5, 0.25]
    """

    def __init__(self) -> None:
        # by the place in memory of a duration, which is kept with it so that no other takes that place
        self._known: dict[int, tuple[list[float], list[float | None], Duration]] = {}

    def of(self, duration: Duration, elapsed: float) -> float:
        """Return `duration.survival(elapsed)`, to the last bit."""
        if duration.kind != "empirical" or elapsed < 0:
            return duration.survival(elapsed)
        known = self._known.get(id(duration))
        if known is None:
            known = self._known[id(duration)] = sorted(duration.values), [None] * (len(duration.values) + 1), duration
        values, sums, _ = known
        below = bisect_right(values, elapsed)
        found = sums[below]
        if found is None:
            found = sums[below] = duration.survival(elapsed)
        return found
