"""How long something lasts: a grid of quantiles or a fitted family, whichever foretells held-out cases better."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from chairs.twin.durations import Duration

POINTS = 40  # of a grid at most
A_POINT = 3  # observations that a point of a grid is the mean of, at least
LEAST_FOR_FAMILY = 22
CLEARLY = 0.99  # a family must beat the grid by so much
FLOOR = 1e-3  # minutes; shorter is as good as nothing
EULER = 0.5772156649015329


@dataclass(frozen=True)
class Sample:
    """Durations in minutes with their weights, and which of them are held out for the choice of the shape."""

    values: np.ndarray
    weights: np.ndarray
    held: np.ndarray

    def part(self, which: np.ndarray) -> Sample:
        """Return some of the observations."""
        return Sample(self.values[which], self.weights[which], self.held[which])


def grid(values: np.ndarray, weights: np.ndarray, points: int = POINTS) -> Duration:
    """Return the distribution as at most `points` means of neighbouring values: none is one patient's own.

    The mean is kept exactly (up to rounding). Each point stands for at least three observations, unless there are
    fewer.

    Examples
    --------
    >>> grid(np.array([1.0, 2.0, 3.0, 10.0, 11.0, 12.0]), np.ones(6)).values
    (2.0, 11.0)
    """
    order = np.argsort(values, kind="stable")
    ranked, counts = values[order], np.maximum(weights[order], 1e-12)
    bins = max(1, min(points, len(ranked) // A_POINT))
    place = np.minimum(bins * np.arange(len(ranked)) // len(ranked), bins - 1)
    mass: np.ndarray = np.bincount(place, weights=counts, minlength=bins)
    means: np.ndarray = np.bincount(place, weights=counts * ranked, minlength=bins) / mass
    return empirical(means, mass)


def empirical(values: np.ndarray, mass: np.ndarray) -> Duration:
    """Return a discrete distribution, values rounded to four digits and equal ones joined."""
    rounded = np.array([_rounded(value) for value in values])
    kept, place = np.unique(rounded, return_inverse=True)
    shares = np.bincount(place.ravel(), weights=mass / mass.sum())
    if len(kept) == 1:
        return Duration(kind="fixed", mean=float(kept[0]))
    if np.allclose(shares, shares[0], rtol=1e-9):
        return Duration(kind="empirical", values=tuple(kept.tolist()))
    steps = np.round(np.cumsum(shares), 6)
    written = np.diff(steps, prepend=0.0)
    keep = written > 0
    return Duration(kind="empirical", values=tuple(kept[keep].tolist()), weights=_summing(written[keep]))


def _summing(shares: np.ndarray) -> tuple[float, ...]:
    written = [round(float(share), 6) for share in shares]
    written[-1] = round(1.0 - sum(written[:-1]), 6)
    return tuple(written)


def _rounded(value: float) -> float:
    return float(f"{value:.5g}")


def misfit(duration: Duration, observed: np.ndarray) -> float:
    """Return the mean continuous ranked probability score of a distribution, in minutes; small is good.

    Notes
    -----
    E|X - y| - E|X - X'| / 2 (Gneiting & Raftery 2007, equation 21), exact for grids, with 40 quantiles for a family.
    """
    values, weights = spread_out(duration)
    apart = np.abs(values[:, None] - observed[None, :])
    own = np.abs(values[:, None] - values[None, :])
    return float((weights @ apart).mean() - weights @ own @ weights / 2)


def spread_out(duration: Duration) -> tuple[np.ndarray, np.ndarray]:
    """Return values and weights that stand for a distribution."""
    if duration.kind == "fixed":
        return np.array([duration.mean or 0.0]), np.ones(1)
    if duration.kind == "empirical":
        n = len(duration.values)
        return np.array(duration.values), np.array(duration.weights or (1 / n,) * n)
    if duration.kind == "mixture":
        parts = [spread_out(part) for part in duration.parts]
        weights = [share * w for share, (_, w) in zip(duration.weights, parts, strict=True)]
        return np.concatenate([values for values, _ in parts]), np.concatenate(weights)
    return _quantiles(duration, (np.arange(POINTS) + 0.5) / POINTS), np.full(POINTS, 1 / POINTS)


def _quantiles(duration: Duration, levels: np.ndarray) -> np.ndarray:
    from scipy import special

    mean, cv = duration.mean or 0.0, duration.cv or 0.0
    if duration.kind == "lognormal":
        sigma = math.sqrt(math.log1p(cv * cv))
        return np.asarray(mean * np.exp(sigma * special.ndtri(levels) - sigma * sigma / 2))
    if duration.kind == "gamma":
        return np.asarray(mean * cv * cv * special.gammaincinv(1 / (cv * cv), levels))
    shape = duration.shape or 1.0
    return np.asarray(mean / math.gamma(1 + 1 / shape) * (-np.log1p(-levels)) ** (1 / shape))


def families(sample: Sample) -> list[Duration]:
    """Return lognormal, gamma, Weibull and a mixture of two lognormals that fit positive durations."""
    positive = np.maximum(sample.values, FLOOR)
    weights = np.maximum(sample.weights, 1e-12) / np.maximum(sample.weights, 1e-12).sum()
    logs = np.log(positive)
    middle = float(weights @ logs)
    sd = math.sqrt(float(weights @ (logs - middle) ** 2))
    if not 1e-3 < sd < 4:
        return []
    mean = float(weights @ positive)
    gap = max(math.log(mean) - middle, 1e-9)
    shape = (3 - gap + math.sqrt((gap - 3) ** 2 + 24 * gap)) / (12 * gap)  # Minka 2002
    weibull = math.pi / (math.sqrt(6) * sd)
    scale = math.exp(middle + EULER / weibull)
    found = [
        lognormal(middle, sd),
        Duration(kind="gamma", mean=_rounded(mean), cv=_rounded(1 / math.sqrt(shape))),
        Duration(kind="weibull", mean=_rounded(scale * math.gamma(1 + 1 / weibull)), shape=_rounded(weibull)),
    ]
    return [*found, *_two_lognormals(logs, weights)]


def lognormal(middle: float, sd: float) -> Duration:
    """Return the lognormal duration whose logarithm has this mean and standard deviation."""
    cv = math.sqrt(math.expm1(sd * sd))
    return Duration(kind="lognormal", mean=_rounded(math.exp(middle + sd * sd / 2)), cv=_rounded(cv))


def _two_lognormals(logs: np.ndarray, weights: np.ndarray) -> list[Duration]:
    """Return a mixture of two lognormals (EM, 40 rounds from the lower and upper half), if both parts are real."""
    low = logs <= np.median(logs)
    member = np.where(low, 0.9, 0.1)
    for _ in range(40):
        share = float(weights @ member)
        if not 0.05 < share < 0.95:
            return []
        of_one, of_two = weights * member / share, weights * (1 - member) / (1 - share)
        middles = float(of_one @ logs), float(of_two @ logs)
        spreads = [
            math.sqrt(max(float(w @ (logs - m) ** 2), 1e-4)) for w, m in zip((of_one, of_two), middles, strict=True)
        ]
        if max(spreads) > 4:
            return []
        heights = [
            np.log(part / sd) - (logs - m) ** 2 / (2 * sd * sd)
            for part, m, sd in zip((share, 1 - share), middles, spreads, strict=True)
        ]
        member = 1 / (1 + np.exp(np.clip(heights[1] - heights[0], -50, 50)))
    first = round(share, 6)
    parts = tuple(lognormal(m, sd) for m, sd in zip(middles, spreads, strict=True))
    return [Duration(kind="mixture", weights=(first, round(1 - first, 6)), parts=parts)]


def best_shape(sample: Sample) -> Duration:
    """Return the grid, or the family that foretells the held-out observations clearly better."""
    whole = grid(sample.values, sample.weights)
    test, train = sample.part(sample.held), sample.part(~sample.held)
    if len(train.values) < LEAST_FOR_FAMILY or len(test.values) < 5 or sample.values.min() < 0:
        return whole
    limit = CLEARLY * misfit(grid(train.values, train.weights), test.values)
    tried = [(misfit(family, test.values), place) for place, family in enumerate(families(train))]
    tried = [(score, place) for score, place in tried if score < limit]
    final = families(sample) if tried else []
    place = min(tried)[1] if tried else -1
    return final[place] if 0 <= place < len(final) else whole
