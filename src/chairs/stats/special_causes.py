"""Marks the points of a control chart that chance alone would seldom give, by four rules in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from chairs.core.errors import Text

if TYPE_CHECKING:
    import numpy as np

Cause = Literal[
    "common",
    "above_limit",
    "below_limit",
    "trend_up",
    "trend_down",
    "two_of_three_above",
    "two_of_three_below",
    "run_above",
    "run_below",
]
NEAR = 2 / 3  # of the way from the mean to a limit
RUN = 7  # points of a trend, and of a run on one side
UPWARD = {"above_limit", "trend_up", "two_of_three_above", "run_above"}
SENTENCES: dict[Cause, Text] = {
    "common": Text(fr="variation habituelle", en="usual variation"),
    "above_limit": Text(fr="au-dessus de la limite haute", en="above the upper limit"),
    "below_limit": Text(fr="au-dessous de la limite basse", en="below the lower limit"),
    "trend_up": Text(fr=f"dans une hausse de {RUN} points", en=f"in a rise of {RUN} points"),
    "trend_down": Text(fr=f"dans une baisse de {RUN} points", en=f"in a fall of {RUN} points"),
    "two_of_three_above": Text(
        fr="deux points sur trois près de la limite haute", en="two points of three near the upper limit"
    ),
    "two_of_three_below": Text(
        fr="deux points sur trois près de la limite basse", en="two points of three near the lower limit"
    ),
    "run_above": Text(
        fr=f"dans une suite de {RUN} points au-dessus de la moyenne", en=f"in a run of {RUN} above the mean"
    ),
    "run_below": Text(
        fr=f"dans une suite de {RUN} points au-dessous de la moyenne", en=f"in a run of {RUN} below the mean"
    ),
}


def special_causes(
    y: np.ndarray, mean: np.ndarray, limits: tuple[np.ndarray, np.ndarray], phases: np.ndarray
) -> tuple[Cause, ...]:
    """Return the cause of each point, by the rules of `chairs.stats.control_charts.xmr`, within its phase."""
    import numpy as np

    causes = np.full(len(y), "common", dtype=object)
    for phase in np.unique(phases):
        here = phases == phase
        causes[here] = _in_phase(y[here], mean[here], limits[0][here], limits[1][here])
    return tuple(causes.tolist())


def _in_phase(y: np.ndarray, mean: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    import numpy as np

    side, move = np.sign(y - mean), np.sign(np.diff(y))
    causes = np.full(len(y), "common", dtype=object)
    # later rules first, so that earlier ones overwrite them
    for sign, suffix in ((1, "above"), (-1, "below")):
        causes[_covered(side == sign, RUN, RUN)] = f"run_{suffix}"
    for sign, suffix in ((1, "above"), (-1, "below")):
        limit = high if sign > 0 else low
        near = sign * (y - mean) > NEAR * np.abs(limit - mean)
        causes[_two_of_three(near, side == sign)] = f"two_of_three_{suffix}"
    for sign, suffix in ((1, "up"), (-1, "down")):
        causes[_covered(move == sign, RUN - 1, RUN)] = f"trend_{suffix}"
    causes[y > high] = "above_limit"
    causes[y < low] = "below_limit"
    return causes


def _covered(holds: np.ndarray, needed: int, points: int) -> np.ndarray:
    """Mark the points of every stretch where `holds` is true `needed` times in a row (`points` points long)."""
    import numpy as np

    marked = np.zeros(len(holds) + points - needed, dtype=bool)
    for first in range(len(holds) - needed + 1):
        if holds[first : first + needed].all():
            marked[first : first + points] = True
    return marked


def _two_of_three(near: np.ndarray, on_side: np.ndarray) -> np.ndarray:
    import numpy as np

    marked = np.zeros(len(near), dtype=bool)
    for first in range(len(near) - 2):
        window = slice(first, first + 3)
        if on_side[window].all() and near[window].sum() >= 2:
            marked[window] |= near[window]
    return marked
