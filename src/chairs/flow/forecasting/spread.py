"""From mean forecasts to quantiles: spread learned from past errors, then recalibrated on how they turned out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chairs.stats.conformal import Recalibration, recalibrate

if TYPE_CHECKING:
    import numpy as np

Family = Literal["count", "whole", "real"]

LEAST_EXCESS = 1e-3  # of the variance over the mean: below it the negative binomial is a Poisson in all but name
LEAST_VARIANCE = 1e-6
APART = 2.5  # standard errors by which the errors of a group of leads differ from all
FEWEST_ORIGINS = 20
OLDEST = 0.25  # weight of the oldest past forecast used, against 1 for the newest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spread:
    """How what comes lies around a mean forecast: variance = a mean + b mean squared, then a recalibration.

    Parameters
    ----------
    family
        `count`: negative binomial. `whole`: whole numbers that vary less than a Poisson count (gamma, rounded).
        `real`: gamma.
    """

    a: float
    b: float
    family: Family
    map: Recalibration

    def quantiles(self, mean: np.ndarray, levels: np.ndarray) -> np.ndarray:
        """Return the quantiles (n, levels) around the means (n,)."""
        return self._inverse(mean[:, None], self.map.level(levels)[None, :])

    def probability(self, mean: np.ndarray, observed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the forecast probabilities of less than, and of at most, what was observed."""
        below, at = self.nominal(mean, observed)
        return self.map.probability(below), self.map.probability(at)

    def nominal(self, mean: np.ndarray, observed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the same before recalibration."""
        if self.family == "count":
            return self._cumulative(mean, observed - 1.0), self._cumulative(mean, observed)
        if self.family == "whole":
            return self._cumulative(mean, observed - 0.5), self._cumulative(mean, observed + 0.5)
        at = self._cumulative(mean, observed)
        return at, at

    def _variance(self, mean: np.ndarray) -> np.ndarray:
        import numpy as np

        variance = self.a * mean + self.b * mean**2
        return np.maximum(variance, (1 + LEAST_EXCESS) * mean if self.family == "count" else LEAST_VARIANCE)

    def _cumulative(self, mean: np.ndarray, value: np.ndarray) -> np.ndarray:
        from scipy import special

        variance = self._variance(mean)
        if self.family == "count":
            known = special.betainc(mean**2 / (variance - mean), value.clip(0) + 1.0, mean / variance)
            result: np.ndarray = known * (value >= 0)
        else:
            result = special.gammainc(mean**2 / variance, value.clip(0) * mean / variance)
        return result

    def _inverse(self, mean: np.ndarray, probability: np.ndarray) -> np.ndarray:
        import numpy as np
        from scipy import special, stats

        variance = self._variance(mean)
        if self.family == "count":
            result: np.ndarray = stats.nbinom.ppf(probability, mean**2 / (variance - mean), mean / variance)
        else:
            result = special.gammaincinv(mean**2 / variance, probability) * variance / mean
        return np.round(result) if self.family == "whole" else result


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Around:
    """Intervals of the baselines: the past errors themselves, added to the forecast (split conformal)."""

    errors: np.ndarray  # in order
    share: np.ndarray  # of the weight at or below each

    def quantiles(self, mean: np.ndarray, levels: np.ndarray) -> np.ndarray:
        """Return the quantiles (n, levels) around the means (n,)."""
        import numpy as np

        result: np.ndarray = np.maximum(mean[:, None] + np.interp(levels, self.share, self.errors)[None, :], 0.0)
        return result

    def probability(self, mean: np.ndarray, observed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the share of past errors under, and at most, the present one."""
        import numpy as np

        below = np.searchsorted(self.errors, observed - mean - 1e-9, side="left")
        at = np.searchsorted(self.errors, observed - mean + 1e-9, side="right")
        steps = np.concatenate([[0.0], self.share])
        return steps[below], steps[at]


def fit_around(mean: np.ndarray, observed: np.ndarray, age: np.ndarray) -> Around:
    """Learn the errors of past forecasts of the same leads (see `fit_spread`)."""
    import numpy as np

    error = observed - mean
    order = np.argsort(error, kind="stable")
    weight = (OLDEST**age)[order]
    return Around(errors=error[order], share=np.cumsum(weight) / weight.sum())


def spread_alike(means: np.ndarray, observed: np.ndarray, groups: list[tuple[int, int]]) -> bool:
    """Return whether past errors (origins, leads) are as large in every group of leads: then one spread serves all.

    Squared errors over the mean by origin and group, against those of all leads, with the standard error over
    origins. What is learnt from all leads together has less chance in it; presence, whose errors grow with the lead,
    keeps a spread a group.
    """
    import numpy as np

    square = (observed - means) ** 2 / np.maximum(means, 1e-6)
    whole = np.array([np.nanmean(line) if not np.isnan(line).all() else np.nan for line in square])
    for first, last in groups:
        there = ~np.isnan(square[:, first:last])
        some = there.any(axis=1)
        own = np.where(there, square[:, first:last], 0.0).sum(axis=1)[some] / there.sum(axis=1)[some]
        apart = own - whole[some]
        if len(apart) < FEWEST_ORIGINS or abs(apart.mean()) > APART * apart.std(ddof=1) / np.sqrt(len(apart)):
            return False
    return True


def fit_spread(mean: np.ndarray, observed: np.ndarray, age: np.ndarray, *, whole: bool, forecasts: int) -> Spread:
    """Learn the spread from past forecasts of the same leads.

    Parameters
    ----------
    mean, observed
        Past forecasts and what came (n,).
    age
        0 for the newest past forecast, 1 for the oldest: old ones weigh down to a quarter.
    whole
        The measure counts (whole numbers).
    forecasts
        Past origins among them, for how much the recalibration may trust them.

    Notes
    -----
    Moments: squared errors over the mean, regressed on a constant and the mean, both coefficients kept from below
    zero (Cameron and Trivedi 2013, chapter 3: between the two negative binomial variances). Then `recalibrate`.
    """
    import numpy as np
    from scipy.optimize import nnls

    weight = OLDEST**age
    square = (observed - mean) ** 2 / mean
    root = np.sqrt(weight / (1.0 + mean / mean.mean()) ** 2)
    a, b = nnls(np.column_stack([root, root * mean]), root * square)[0]
    if a + b <= 0:
        a = 1e-3
    typical = a + b * float(np.median(mean))
    family: Family = "real" if not whole else "count" if typical >= 1.0 - LEAST_EXCESS else "whole"
    identity = recalibrate(mean[:0], mean[:0], forecasts=0.0)
    plain = Spread(a=float(a), b=float(b), family=family, map=identity)
    below, at = plain.nominal(mean, observed)
    fitted = recalibrate(below, at, weight, forecasts=float(forecasts))
    return Spread(a=plain.a, b=plain.b, family=family, map=fitted)
