"""Cumulative sums of standardised residuals: how soon a lasting shift is told, how often a false one is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chairs.core.streams import stream

if TYPE_CHECKING:
    import numpy as np

MOST = 3.0  # that one residual counts: an odd day is not a lasting shift
OVERSHOOT = 1.166  # of the limit, on average, by a walk of normal steps (Siegmund 1985)
BLOCK = 28  # residuals drawn together: what follows what within four weeks is kept
DRAWS, LENGTH, BEFORE = 4_000, 91, 30  # drawn spans, their steps, steps before them so that the sums have begun
SEED = 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm: the step at which it rang, the step after which its sum last was zero, and the side of the shift."""

    at: int
    since: int
    side: Literal["low", "high"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cusum:
    """Both sums at each step (n,), the limit, the alarms."""

    high: np.ndarray
    low: np.ndarray
    limit: float
    alarms: tuple[Alarm, ...]


def run_length(limit: float, reference: float) -> float:
    """Return the mean number of steps between false alarms of one sum over standard normal residuals.

    Notes
    -----
    Siegmund, *Sequential Analysis* (1985), formula 2.56: (exp(2kb) - 2kb - 1) / (2k²), b = limit + 1.166. Within
    1 % of the run lengths of Montgomery, *Introduction to Statistical Quality Control*: with reference 0.5 two sums
    ring falsely once in 168 steps for a limit of 4 and 465 for 5.

    Examples
    --------
    >>> round(run_length(4, 0.5)), round(run_length(5, 0.5))
    (338, 938)
    """
    width = 2 * reference * (limit + OVERSHOOT)
    return (math.exp(width) - width - 1) / (2 * reference**2)


def limit_for(steps: float, reference: float = 0.5) -> float:
    """Return the limit at which two sums together ring falsely once in `steps`, rounded up to a tenth.

    Examples
    --------
    >>> limit_for(465)
    5.0
    >>> limit_for(1100)
    5.9
    """
    limit = 0.0
    while run_length(limit, reference) < 2 * steps:
        limit = round(limit + 0.1, 1)
    return limit


def limit_by_blocks(residuals: np.ndarray, steps: float, reference: float = 0.5) -> float:
    """Return the limit at which two sums ring falsely once in `steps` over residuals that follow one another.

    Parameters
    ----------
    residuals
        Of a time in which nothing changed, in order; at least one block of 28. Missing ones are left out, what stands
        on both sides of a gap then follows one another.

    Returns
    -------
    float
        Rounded up to a tenth; never under that of independent normal residuals (`limit_for`): a quiet time that was
        short may have been lucky.

    Notes
    -----
    Moving-block bootstrap (Künsch, *Annals of Statistics* 17, 1989): 4,000 spans of 91 steps put together from blocks
    of 28, the largest sum of each, and the limit that a share exp(-91 / steps) of them does not exceed (alarms as
    rare events are Poisson). Checked on residuals with planted correlation in the tests.

    Examples
    --------
    >>> import numpy as np
    >>> calm = np.tile([0.5, -0.5], 100)
    >>> limit_by_blocks(calm, 1092, 1.0) == limit_for(1092, 1.0)
    True
    """
    import numpy as np

    own = np.clip(np.asarray(residuals, dtype=np.float64), -MOST, MOST)
    own = own[~np.isnan(own)]
    count = -(-(LENGTH + BEFORE) // BLOCK)
    starts = stream(SEED, "blocks").integers(0, len(own), (DRAWS, count))
    drawn = own[(starts[:, :, None] + np.arange(BLOCK)).reshape(DRAWS, -1) % len(own)]
    high, low, most = (np.zeros(DRAWS) for _ in range(3))
    for step in range(BEFORE + LENGTH):
        high = np.maximum(0.0, high + drawn[:, step] - reference)
        low = np.maximum(0.0, low - drawn[:, step] - reference)
        if step >= BEFORE:
            most = np.maximum(most, np.maximum(high, low))
    found = float(np.quantile(most, math.exp(-LENGTH / steps)))
    return max(math.ceil(round(found, 6) * 10) / 10, limit_for(steps, reference))


def cusum(residuals: Sequence[float] | np.ndarray, limit: float, reference: float = 0.5) -> Cusum:
    """Return the two sums of standardised residuals and their alarms; a sum begins anew after its alarm.

    Parameters
    ----------
    residuals
        Mean 0 and variance 1 while nothing changes, independent; beyond 3 they count as 3 (a public event, a day
        written up late). A missing one (NaN) tells nothing: both sums are carried over it unchanged, so that a gap
        neither hides a shift that was building up nor rings; only the reset after an alarm still takes place.
    limit
        Where an alarm rings (`limit_for`).
    reference
        Half of the shift that is to be told soonest.

    Notes
    -----
    Page, *Continuous inspection schemes*, Biometrika 41 (1954): S = max(0, S + z - k) and its mirror image.

    Examples
    --------
    >>> found = cusum([0.0, 2.0, 2.0, 2.0, 2.0], limit=4)
    >>> found.high.tolist(), found.alarms
    ([0.0, 1.5, 3.0, 4.5, 1.5], (Alarm(at=3, since=0, side='high'),))
    >>> cusum([2.0, float("nan"), 2.0], limit=4).high.tolist()
    [1.5, 1.5, 3.0]
    """
    import numpy as np

    sums = {"high": 0.0, "low": 0.0}
    since = {"high": -1, "low": -1}
    paths: dict[str, list[float]] = {"high": [], "low": []}
    alarms = []
    sides: tuple[tuple[Literal["high", "low"], int], ...] = (("high", 1), ("low", -1))
    for step, value in enumerate(np.clip(np.asarray(residuals, dtype=np.float64), -MOST, MOST).tolist()):
        for side, sign in sides:
            if paths[side] and paths[side][-1] > limit:
                sums[side], since[side] = 0.0, step - 1
            if not math.isnan(value):
                sums[side] = max(0.0, sums[side] + sign * value - reference)
            if sums[side] == 0.0:
                since[side] = step
            elif sums[side] > limit:
                alarms.append(Alarm(at=step, since=since[side], side=side))
            paths[side].append(sums[side])
    return Cusum(high=np.array(paths["high"]), low=np.array(paths["low"]), limit=limit, alarms=tuple(alarms))
