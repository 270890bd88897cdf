"""The part of an effect's error that comes from the log's being one sample, beside the noise of the simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEAST_SAMPLES = 3
TAIL = 0.975  # both sides of an interval at 95 %


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What samples of the log say of the errors of an effect.

    Parameters
    ----------
    se, half
        Standard error that the log brings, and half the width of the 95 % interval that it alone would give.
    noise, noise_freedom
        Standard deviation between pairs of runs of one model, and its degrees of freedom (0: not known).
    """

    se: float
    half: float
    noise: float = 0.0
    noise_freedom: float = 0.0


def spread(effects: np.ndarray, wider: float = 1.0) -> Spread | None:
    """Return the error between samples of the log, and the noise of the simulation, which is taken off it.

    Parameters
    ----------
    effects
        By sample of the log and pair of runs; samples with a value that is missing do not count.
    wider
        By which samples of the log differ too little.

    Returns
    -------
    Spread or None
        None for fewer than three samples or two pairs in each.

    Notes
    -----
    Pair r of every sample has the same random numbers: samples and pairs cross. Two-way random effects (Searle,
    Casella & McCulloch, *Variance Components*, 1992, section 4.3): the variance of the samples' means less that of
    what neither sample nor pair explains over the number of pairs, at least 0. For the interval each is first
    multiplied by the square of Student's t of its own degrees of freedom (modified large samples: Burdick & Graybill,
    *Confidence Intervals on Variance Components*, 1992): few samples may hide the error of the log, and what is taken
    off for noise is known better than they are. The variance between pairs of one model is that of the pairs' means
    and of this rest, with Satterthwaite's degrees of freedom (1946). For simulation input uncertainty: Barton, Nelson
    & Xie, *INFORMS J. Computing* 26 (2014). Checked by redrawing planted variances (tests/unit/twin/test_spread.py).

    Examples
    --------
    >>> found = spread(np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]))
    >>> found.se, round(found.half, 4), found.noise
    (1.0, 4.3027, 0.0)
    """
    from scipy.special import stdtrit

    kept = effects[np.isfinite(effects).all(axis=1)]
    samples, pairs = kept.shape
    if samples < LEAST_SAMPLES or pairs < 2:
        return None
    among = float(kept.mean(axis=1).var(ddof=1))
    of_pairs = float(kept.mean(axis=0).var(ddof=1))
    many = (samples - 1) * (pairs - 1)
    rest = float(((kept - kept.mean(axis=1, keepdims=True) - kept.mean(axis=0) + kept.mean()) ** 2).sum()) / many
    share = rest * (1 - 1 / samples)  # of the rest, what the pairs' means do not hold
    noise = of_pairs + share
    part = of_pairs / noise if noise > 0 else 1.0
    of_samples, of_rest = (float(stdtrit(float(freedom), TAIL)) ** 2 for freedom in (samples - 1, many))
    return Spread(
        se=wider * max(among - rest / pairs, 0.0) ** 0.5,
        half=wider * max(of_samples * among - of_rest * rest / pairs, 0.0) ** 0.5,
        noise=noise**0.5,
        noise_freedom=1 / (part**2 / (pairs - 1) + (1 - part) ** 2 / many),
    )


def pooled(se: float, pairs: int, known: Spread | None) -> tuple[float, float]:
    """Return the standard error of a mean of pairs and its degrees of freedom, the samples' noise weighed in.

    Parameters
    ----------
    se
        Of the mean of `pairs` pairs, from these alone; those of the samples have other random numbers.

    Examples
    --------
    >>> pooled(1.0, 4, Spread(se=0.0, half=0.0, noise=4.0, noise_freedom=3.0))
    (1.5811388300841898, 6.0)
    """
    own, more = pairs - 1, 0.0 if known is None else known.noise_freedom
    variance = own * se**2 + (0.0 if known is None else more * known.noise**2 / pairs)
    return (variance / (own + more)) ** 0.5, own + more


def half_width(se: float, freedom: float, known: Spread | None) -> float:
    """Return half the width of the 95 % interval from both errors.

    Parameters
    ----------
    se, freedom
        Of the simulation (`pooled`).
    known
        Error from the log; None: the noise of the simulation alone.

    Notes
    -----
    The half-widths that each error alone would give, added in squares (Howe, *J. American Statistical Association* 69,
    1974; Burdick & Graybill, *Confidence Intervals on Variance Components*, 1992): exact where one of the errors is
    nothing, never narrower than the noise of the simulation, and wider with either error. One formula for the degrees
    of freedom of both (Satterthwaite's) gives intervals without end where the error from the log comes out near 0.
    Redrawn for errors of the log from 0 to 3 times that of a pair, and pairs whose noise is their own or shared by all
    samples: 6 samples x 4 pairs beside 8 pairs cover 93.6 to 98.2 %, half-width 2.3 to 3.0 standard errors.

    Examples
    --------
    >>> round(half_width(1.0, 10.0, None), 4), round(half_width(0.0, 3.0, Spread(se=1.0, half=2.5)), 4)
    (2.2281, 2.5)
    """
    from scipy.special import stdtrit

    return float(np.hypot(float(stdtrit(freedom, TAIL)) * se, 0.0 if known is None else known.half))
