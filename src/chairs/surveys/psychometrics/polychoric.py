"""Polychoric correlations: of the continuous answers behind ordered categories, two-step or jointly with thresholds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import SettingError, problem
from chairs.surveys.psychometrics.bivariate import cells, cumulative, density, slope
from chairs.surveys.psychometrics.entries import numbers

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

REACH = 3.8  # on the scale of Fisher's z: a maximum beyond ±0.999 is at the boundary
FLAT = 1e-9  # score a person under which the likelihood no longer moves
FEWEST = 20  # persons answering both items


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """Answers as ranks: `codes` (respondents, items) from 0, -1 missing; `levels` are the categories seen, by item."""

    items: tuple[str, ...]
    codes: np.ndarray
    levels: tuple[tuple[float, ...], ...]

    @property
    def categories(self) -> tuple[int, ...]:
        """Return the number of categories of each item."""
        return tuple(map(len, self.levels))


@dataclass(frozen=True, slots=True, kw_only=True)
class Polychoric:
    """Correlations of latent answers.

    Parameters
    ----------
    thresholds
        By item, where the latent answer passes to the next category, in standard deviations.
    rho, reasons
        Correlations, items x items; NaN where `reasons` (pairs of items -> key of `REASONS`) says why.
    n
        Respondents answering both items of each pair.
    """

    items: tuple[str, ...]
    thresholds: tuple[np.ndarray, ...]
    rho: np.ndarray
    n: np.ndarray
    reasons: dict[tuple[str, str], str]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One correlation and its thresholds maximised together, or the reason why not."""

    n: int
    rho: float | None = None
    se: float | None = None
    thresholds: tuple[np.ndarray, np.ndarray] | None = None
    logl: float | None = None
    reason: str | None = None


def coded(answers: pd.DataFrame, levels: Sequence[Sequence[float]] | None = None) -> Coded:
    """Return answers as ranks among the categories that occur (or `levels`, the same in every group)."""
    import numpy as np

    answers = numbers(answers)
    values = answers.to_numpy()
    seen = levels or [np.unique(column[np.isfinite(column)]).tolist() for column in values.T]
    codes = np.full(values.shape, -1)
    for j, choices in enumerate(seen):
        known = np.isfinite(values[:, j])
        codes[known, j] = np.searchsorted(np.asarray(choices), values[known, j])
    return Coded(items=tuple(map(str, answers.columns)), codes=codes, levels=tuple(tuple(s) for s in seen))


def thresholds_of(codes: np.ndarray, categories: int) -> np.ndarray:
    """Return the normal quantiles of the cumulative shares of one item (infinite where a category is empty)."""
    import numpy as np
    from scipy.special import ndtri

    counts = np.bincount(codes[codes >= 0], minlength=categories)
    return np.asarray(ndtri(np.cumsum(counts)[:-1] / counts.sum()))


def bounds(thresholds: np.ndarray) -> np.ndarray:
    """Return thresholds with the two infinite ends."""
    import numpy as np

    return np.concatenate([[-np.inf], thresholds, [np.inf]])


def two_step(table: np.ndarray, row: np.ndarray, column: np.ndarray) -> float | None:
    r"""Return the correlation under which the counts of a table are most likely, thresholds given; None at the edge.

    Notes
    -----
    Root of the score :math:`\sum n_{ab}\,\partial_\rho\pi_{ab}/\pi_{ab}`; cells without anybody count for nothing, with
    no continuity correction (Olsson 1979, *Psychometrika* 44:443-460).
    """
    import numpy as np
    from scipy.optimize import brentq

    h, k = bounds(row)[:, None], bounds(column)[None, :]
    seen = table > 0

    def score(rho: float) -> float:
        chance = np.maximum(cells(cumulative(h, k, rho)), 1e-300)
        return float((table * cells(density(h, k, rho)) / chance)[seen].sum())

    start, flat = _pearson(table), FLAT * float(table.sum())
    if not abs(start) < 1 - 1e-12:
        return None
    near = float(np.arctanh(np.clip(start, -0.95, 0.95)))
    here = score(float(np.tanh(near)))
    if abs(here) <= flat:  # at the top already, or on a plain that rises for ever so little towards the edge
        ends = float(np.tanh(near - 0.2)), float(np.tanh(near + 0.2))
        turns = score(ends[0]) > flat and score(ends[1]) < -flat
        return float(brentq(score, *ends, xtol=1e-13, rtol=1e-13)) if turns else None
    way, far = (1.0 if here > 0 else -1.0), near
    while abs(far) < REACH:  # walk uphill, never towards where rounding rules, until the score turns
        far += way * 0.2
        there = way * score(float(np.tanh(far)))
        if there < -flat:
            low, high = sorted((float(np.tanh(near)), float(np.tanh(far))))
            return float(brentq(score, low, high, xtol=1e-13, rtol=1e-13))
        near = far if there > flat else near
    return None


def _pearson(table: np.ndarray) -> float:
    """Return the correlation of the ranks of a table's categories (1 where a margin does not vary)."""
    import numpy as np

    a, b = np.arange(table.shape[0])[:, None], np.arange(table.shape[1])[None, :]
    n = table.sum()
    x, y = (table * a).sum() / n, (table * b).sum() / n
    spread = (table * (a - x) ** 2).sum() * (table * (b - y) ** 2).sum()
    return float((table * (a - x) * (b - y)).sum() / np.sqrt(spread)) if spread > 0 else 1.0


def polychoric(answers: pd.DataFrame) -> Polychoric:
    """Return the two-step polychoric correlations of ordered items.

    Parameters
    ----------
    answers
        One row a respondent, one column an item, ordered numbers of any spacing; missing is NaN. Thresholds come from
        all who answered the item, a correlation from those who answered both.

    Notes
    -----
    Items may have different numbers of categories; two categories give the tetrachoric correlation. A table in which
    an empty cell drives the correlation to ±1 gives the reason `boundary`, not a number. Fewer than 20 persons cannot
    put five into each of four cells, under which the tetrachoric correlation's variance is not to be trusted (Brown &
    Benedetti 1977, *Psychometrika* 42:347-355): no number. Checked against the reference set `polychoric_bfi_A`
    (psych, no correction).

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"a": [1, 1, 2, 2] * 25, "b": [1, 1, 2, 1] * 25})
    >>> polychoric(table.assign(c=1)).reason
    'constant'
    >>> polychoric(table).reasons
    {('a', 'b'): 'boundary'}
    """
    import numpy as np

    given = coded(answers)
    p = len(given.items)
    blank = np.full((p, p), np.nan)
    if p < 2 or len(given.codes) < FEWEST or min(given.categories) < 2:
        nobody = len(given.codes) < FEWEST or min(given.categories) == 0
        reason = "too_few_items" if p < 2 else "too_few" if nobody else "constant"
        return Polychoric(items=given.items, thresholds=(), rho=blank, n=np.zeros((p, p)), reasons={}, reason=reason)
    cuts = [thresholds_of(given.codes[:, j], given.categories[j]) for j in range(p)]
    rho, n, reasons = np.eye(p), np.zeros((p, p), dtype=int), {}
    for j in range(p):
        for i in range(j):
            table = crossed(given, i, j)
            n[i, j] = n[j, i] = table.sum()
            found = two_step(table, cuts[i], cuts[j]) if table.sum() >= FEWEST else None
            if found is None:
                reasons[given.items[i], given.items[j]] = "boundary" if table.sum() >= FEWEST else "never_together"
            rho[i, j] = rho[j, i] = np.nan if found is None else found
    np.fill_diagonal(n, (given.codes >= 0).sum(axis=0))
    return Polychoric(items=given.items, thresholds=tuple(cuts), rho=rho, n=n, reasons=reasons)


def crossed(given: Coded, i: int, j: int) -> np.ndarray:
    """Return the counts of two items among those who answered both."""
    import numpy as np

    both = (given.codes[:, i] >= 0) & (given.codes[:, j] >= 0)
    a, b = given.categories[i], given.categories[j]
    place = given.codes[both, i] * b + given.codes[both, j]
    return np.bincount(place, minlength=a * b).reshape(a, b)


def joint(answers: pd.DataFrame) -> Pair:
    """Return the correlation of two items with all thresholds maximised together, with its standard error.

    Raises
    ------
    SettingError
        For more than two columns.

    Notes
    -----
    Newton-type maximisation of the multinomial likelihood; the standard error is from the inverse of the observed
    information (central differences of the exact score). Twenty persons at least, as for `polychoric`. Checked against
    `ml_pair` of the reference set.
    """
    import numpy as np
    from scipy.optimize import minimize

    if answers.shape[1] > 2:
        flaw = problem("la corrélation conjointe est celle de deux questions", "the joint correlation is of two items")
        raise SettingError((flaw,))
    given = coded(numbers(answers).dropna())
    n = len(given.codes)
    if len(given.items) < 2 or n < FEWEST:
        return Pair(n=n, reason="too_few_items" if len(given.items) < 2 else "too_few")
    if min(given.categories[:2]) < 2:
        return Pair(n=n, reason="constant")
    table, a = crossed(given, 0, 1), given.categories[0] - 1
    cuts = [thresholds_of(given.codes[:, j], given.categories[j]) for j in (0, 1)]
    first = two_step(table, *cuts)
    if first is None:
        return Pair(n=n, reason="boundary")
    start = np.concatenate([[np.arctanh(first)], *cuts])

    def minus(x: np.ndarray) -> tuple[float, np.ndarray]:
        if (np.diff(x[1 : a + 1]) <= 0).any() or (np.diff(x[a + 1 :]) <= 0).any():
            return 1e12, np.zeros_like(x)
        value, gradient = _log_likelihood(table, np.tanh(x[0]), x[1 : a + 1], x[a + 1 :])
        gradient[0] *= 1 - np.tanh(x[0]) ** 2
        return -value / n, -gradient / n

    found = minimize(minus, start, jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 500})
    if np.abs(found.jac).max() > 1e-5:
        return Pair(n=n, reason="no_convergence")
    x = np.concatenate([[np.tanh(found.x[0])], found.x[1:]])
    information = _observed(lambda t: _log_likelihood(table, t[0], t[1 : a + 1], t[a + 1 :])[1], x)
    if abs(x[0]) > np.tanh(REACH) or np.linalg.eigvalsh(information)[0] <= 0:
        return Pair(n=n, reason="boundary")
    return Pair(
        n=n, rho=float(x[0]), se=float(np.sqrt(np.linalg.inv(information)[0, 0])), logl=-n * float(found.fun),
        thresholds=(x[1 : a + 1], x[a + 1 :]),
    )  # fmt: skip


def _log_likelihood(table: np.ndarray, rho: float, row: np.ndarray, column: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the multinomial log-likelihood and its derivatives in rho, row and column thresholds."""
    import numpy as np

    h, k = bounds(row)[:, None], bounds(column)[None, :]
    chance = np.maximum(cells(cumulative(h, k, rho)), 1e-300)
    share = table / chance
    by_row = np.diff(slope(h, k, rho), axis=1)[1:-1]  # how the cells on both sides of a row threshold change
    by_column = np.diff(slope(k, h, rho), axis=0)[:, 1:-1]
    gradient = np.concatenate(
        [
            [(share * cells(density(h, k, rho))).sum()],
            ((share[:-1] - share[1:]) * by_row).sum(axis=1),
            ((share[:, :-1] - share[:, 1:]) * by_column).sum(axis=0),
        ]
    )
    return float((table * np.log(chance)).sum()), gradient


def _observed(gradient: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> np.ndarray:
    import numpy as np

    step = 1e-5
    rows = [(gradient(x - step * unit) - gradient(x + step * unit)) / (2 * step) for unit in np.eye(len(x))]
    found = np.array(rows)
    return np.asarray((found + found.T) / 2)
