"""The part of an effect's error that comes from the log's being one sample, beside the noise of the simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEAST_SAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Standard error that the log brings to an effect, the degrees of freedom it is known with, samples of the log."""

    se: float
    freedom: float
    samples: int


def spread(effects: np.ndarray) -> Spread | None:
    """Return the standard error between samples of the log, the noise of the simulation inside them taken off.

    Parameters
    ----------
    effects
        By sample of the log and pair of runs; samples with a value that is missing do not count.

    Returns
    -------
    Spread or None
        None for fewer than three samples or two pairs in each.

    Notes
    -----
    Pair r of every sample has the same random numbers: samples and pairs cross. Two-way random effects (Searle,
    Casella & McCulloch, *Variance Components*, 1992, section 4.3): the variance of the samples' means less that of
    what neither sample nor pair explains over the number of pairs, at least 0; its degrees of freedom after
    Satterthwaite (1946). For simulation input uncertainty: Barton, Nelson & Xie, *INFORMS J. Computing* 26 (2014).
    Checked by redrawing planted variances (tests/unit/twin/test_spread.py).

    Examples
    --------
    >>> spread(np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]))
    Spread(se=1.0, freedom=2.0, samples=3)
    """
    kept = effects[np.isfinite(effects).all(axis=1)]
    samples, pairs = kept.shape
    if samples < LEAST_SAMPLES or pairs < 2:
        return None
    among = float(kept.mean(axis=1).var(ddof=1))
    rest = kept - kept.mean(axis=1, keepdims=True) - kept.mean(axis=0) + kept.mean()
    inside = float((rest**2).sum()) / ((samples - 1) * (pairs - 1)) / pairs
    between = max(among - inside, 0.0)
    doubt = among**2 / (samples - 1) + inside**2 / ((samples - 1) * (pairs - 1))
    freedom = between**2 / doubt if between > 0 else 1.0
    return Spread(se=between**0.5, freedom=max(freedom, 1.0), samples=samples)


def half_width(se: float, pairs: int, known: Spread | None) -> float:
    """Return half the width of the 95 % interval from both errors, with Satterthwaite's degrees of freedom.

    Examples
    --------
    >>> round(half_width(1.0, 11, None), 4), round(half_width(0.0, 4, Spread(se=1.0, freedom=10.0, samples=11)), 4)
    (2.2281, 2.2281)
    """
    from scipy.stats import t

    if known is None or known.se == 0:
        return float(t.ppf(0.975, pairs - 1)) * se
    total = se**2 + known.se**2
    freedom = total**2 / (se**4 / (pairs - 1) + known.se**4 / known.freedom)
    return float(t.ppf(0.975, freedom) * total**0.5)
