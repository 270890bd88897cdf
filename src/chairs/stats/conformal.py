"""Recalibrates predictive distributions by how past forecasts turned out, recent ones counting more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

GRID = 200
CHANCE = 2.0 / 6.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recalibration:
    """A rising map of nominal to actual probabilities, both on a grid from 0 to 1."""

    nominal: np.ndarray
    actual: np.ndarray

    def probability(self, nominal: np.ndarray) -> np.ndarray:
        """Return how often the past stayed below its forecast of probability `nominal`."""
        import numpy as np

        result: np.ndarray = np.interp(nominal, self.nominal, self.actual)
        return result

    def level(self, actual: np.ndarray) -> np.ndarray:
        """Return the nominal level to ask for in order to get the probability `actual`."""
        import numpy as np

        result: np.ndarray = np.interp(actual, self.actual, self.nominal)
        return result


def recalibrate(
    below: np.ndarray, at: np.ndarray, weights: np.ndarray | None = None, *, forecasts: float
) -> Recalibration:
    """Learn from past forecasts how often the truth fell below each of their quantiles.

    Parameters
    ----------
    below, at
        Past forecast probabilities of less than, and of at most, what came (n,); equal for continuous measures.
    weights
        Weight of each (recent ones more); equal when absent.
    forecasts
        Number of independent forecasts among them (leads of one origin are not independent).

    Notes
    -----
    A map learned from few or good forecasts is mostly chance, and costs more than it mends. So it is drawn to the
    identity as James and Stein (1961) draw a mean to zero: by the share of its squared distance from the identity
    that chance explains. For n independent forecasts that are calibrated, n times that distance is 1/6 on average
    (Cramér-von Mises); twice as much is allowed for, since errors follow one another.

    The non-randomised PIT of counts (Czado, Gneiting and Held 2009, equation 2) averaged over the past, inverted as in
    conformal predictive distributions (Vovk, Nouretdinov, Manokhin and Gammerman 2018); with weights that fade it
    follows a drift as adaptive conformal inference does (Gibbs and Candès 2021). Exact for exchangeable errors; for
    series it holds in the long run only, which the backtest measures. Checked by simulation: normal errors whose
    spread is announced at half its size are covered at the nominal rate.

    Examples
    --------
    >>> import numpy as np
    >>> halves = np.array([0.4, 0.45, 0.55, 0.6])  # forecasts far too wide
    >>> tight = recalibrate(halves, halves, forecasts=1000.0)
    >>> bool(tight.level(np.array([0.9]))[0] < 0.7)
    True
    """
    import numpy as np

    grid = np.linspace(0.0, 1.0, GRID + 1)
    weight = np.ones(len(at)) if weights is None else weights
    if len(at) == 0 or weight.sum() <= 0:
        return Recalibration(nominal=grid, actual=grid)
    # mass of each past forecast spread evenly between `below` and `at`: two running sums give its mean over the grid
    width = np.maximum(at - below, 1e-9)
    share = _ramp(below, weight / width, grid) - _ramp(below + width, weight / width, grid)
    share = share / weight.sum()
    distance = float(np.mean((share - grid) ** 2))
    trust = max(0.0, 1.0 - CHANCE / max(forecasts * distance, 1e-12))
    actual = trust * share + (1.0 - trust) * grid
    actual[0], actual[-1] = 0.0, 1.0
    return Recalibration(nominal=grid, actual=actual)


def _ramp(start: np.ndarray, slope: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Return the sum of slope x (p - start) over the starts below each p of the grid."""
    import numpy as np

    order = np.argsort(start, kind="stable")
    reached = np.searchsorted(start[order], grid, side="right")
    slopes = np.concatenate([[0.0], np.cumsum(slope[order])])[reached]
    offsets = np.concatenate([[0.0], np.cumsum((slope * start)[order])])[reached]
    result: np.ndarray = slopes * grid - offsets
    return result
