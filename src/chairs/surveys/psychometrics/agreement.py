"""Agreement between raters: the six intraclass correlations, Cohen's kappa plain and weighted."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Literal

from chairs.core.errors import DataError, Language, problem
from chairs.surveys.psychometrics.entries import aligned, numbers
from chairs.surveys.psychometrics.reasons import REASONS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One coefficient with its 95 % interval (`low` None where nothing bounds it), or the reason why there is none.

    Parameters
    ----------
    form
        `ICC1`, `ICC2`, `ICC3` (one rating), with `k` the mean of k raters; `kappa`, `kappa_linear`, `kappa_quadratic`.
    n
        Targets rated.
    f, df1, df2
        Test that targets do not differ (intraclass correlations).
    se
        Standard error (kappas); None where all or none agree, which says nothing of the spread.
    """

    form: str
    n: int
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    f: float | None = None
    df1: int | None = None
    df2: int | None = None
    se: float | None = None
    reason: str | None = None

    def say(self, lang: Language = "en") -> str:
        """Return the coefficient, or its reason, as one line of text."""
        if self.estimate is None:
            return f"{self.form}{' : ' if lang == 'fr' else ': '}{REASONS[self.reason or 'too_few'].say(lang)}"
        text = f"{self.form} {self.estimate:.3f}"
        if self.low is not None and self.high is not None:
            text += f" (95 % {self.low:.3f} {'à' if lang == 'fr' else 'to'} {self.high:.3f}, n {self.n})"
        elif self.high is not None:
            text += f" (95 % {'au plus' if lang == 'fr' else 'at most'} {self.high:.3f}, n {self.n})"
        return text.replace(".", ",") if lang == "fr" else text

    def __str__(self) -> str:
        return self.say("en")


FORMS = ("ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k")


def intraclass(ratings: pd.DataFrame) -> tuple[Agreement, ...]:
    r"""Return the six intraclass correlations of targets (rows) rated by the same raters (columns).

    Targets with a missing rating are left out.

    Notes
    -----
    Mean squares of the two-way analysis of variance. ICC1: each target has its own raters; ICC2: raters drawn at
    random, absolute agreement; ICC3: these raters, consistency; `k`: the mean of all raters (Shrout & Fleiss 1979,
    *Psychological Bulletin* 86:420-428, with their intervals; McGraw & Wong 1996). Where raters differ less than
    chance would make them, ICC2 may fall to -1/(k - 1), the pole of the formula that turns it into ICC2k: a lower
    bound beyond it is left open, an estimate beyond it gives a reason. Checked against the reference set
    `icc_shrout_fleiss`.

    Examples
    --------
    >>> import pandas as pd
    >>> print(intraclass(pd.DataFrame({"a": [9, 6, 8, 7, 10, 6], "b": [2, 1, 4, 1, 5, 2]}))[2])
    ICC3 0.745 (95 % -0.021 to 0.960, n 6)
    """
    values = numbers(ratings).dropna().to_numpy()
    n, k = values.shape
    if n < 2 or k < 2:
        reason = "too_few" if n < 2 else "too_few_items"
        return tuple(Agreement(form=form, n=n, reason=reason) for form in FORMS)
    mean = values.mean()
    between = k * float(((values.mean(axis=1) - mean) ** 2).sum()) / (n - 1)
    raters = n * float(((values.mean(axis=0) - mean) ** 2).sum()) / (k - 1)
    within = float(((values - values.mean(axis=1, keepdims=True)) ** 2).sum()) / (n * (k - 1))
    left = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0, keepdims=True) + mean
    error = float((left**2).sum()) / ((n - 1) * (k - 1))
    if between < 1e-12 * max(within, 1e-300) or within < 1e-14 * max(between, 1e-300) or error < 1e-14 * between:
        reason = "no_variance" if between <= within else "collinear"
        return tuple(Agreement(form=form, n=n, reason=reason) for form in FORMS)
    single = [_one(between, within, n, k), _two(between, raters, error, (n, k)), _three(between, error, n, k)]
    both = [*single, *(_stepped(found, k) for found in single)]
    return tuple(_form(name, found, n) for name, found in zip(FORMS, both, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Single:
    """One coefficient; None beyond the pole of Spearman and Brown's formula, where it does not exist."""

    estimate: float | None
    low: float | None
    high: float | None
    f: float
    df1: int
    df2: int


def _one(between: float, within: float, n: int, k: int) -> _Single:
    from scipy.special import fdtri

    f, df1, df2 = between / within, n - 1, n * (k - 1)
    low, high = f / fdtri(df1, df2, 0.975), f * fdtri(df2, df1, 0.975)
    icc = (between - within) / (between + (k - 1) * within)
    return _Single(estimate=icc, low=(low - 1) / (low + k - 1), high=(high - 1) / (high + k - 1), f=f, df1=df1, df2=df2)


def _three(between: float, error: float, n: int, k: int) -> _Single:
    from scipy.special import fdtri

    f, df1, df2 = between / error, n - 1, (n - 1) * (k - 1)
    low, high = f / fdtri(df1, df2, 0.975), f * fdtri(df2, df1, 0.975)
    icc = (between - error) / (between + (k - 1) * error)
    return _Single(estimate=icc, low=(low - 1) / (low + k - 1), high=(high - 1) / (high + k - 1), f=f, df1=df1, df2=df2)


def _two(between: float, raters: float, error: float, size: tuple[int, int]) -> _Single:
    """Return ICC2 with Satterthwaite's degrees of freedom for its interval."""
    from scipy.special import fdtri

    n, k = size
    icc = (between - error) / (between + (k - 1) * error + k * (raters - error) / n)
    ratio = raters / error
    top = (k - 1) * (n - 1) * (k * icc * ratio + n * (1 + (k - 1) * icc) - k * icc) ** 2
    bottom = (n - 1) * k**2 * icc**2 * ratio**2 + (n * (1 + (k - 1) * icc) - k * icc) ** 2
    v = top / bottom
    up, down = fdtri(n - 1, v, 0.975), fdtri(v, n - 1, 0.975)
    rest = k * raters + (k * n - k - n) * error
    return _Single(
        estimate=icc, low=n * (between - up * error) / (up * rest + n * between),
        high=n * (down * between - error) / (rest + n * down * between),
        f=between / error, df1=n - 1, df2=(n - 1) * (k - 1),
    )  # fmt: skip


def _stepped(found: _Single, k: int) -> _Single:
    """Return the coefficient of the mean of k raters (Spearman-Brown), which falls without end towards -1/(k - 1)."""
    up = [
        k * x / (1 + (k - 1) * x) if x is not None and 1 + (k - 1) * x > 1e-9 else None
        for x in (found.estimate, found.low, found.high)
    ]
    return _Single(estimate=up[0], low=up[1], high=up[2], f=found.f, df1=found.df1, df2=found.df2)


def _form(name: str, found: _Single, n: int) -> Agreement:
    if found.estimate is None:
        return Agreement(form=name, n=n, reason="raters_under_chance")
    low, high = (None if x is None or not isfinite(x) else float(x) for x in (found.low, found.high))
    return Agreement(
        form=name, n=n, estimate=float(found.estimate), low=low, high=high, f=float(found.f), df1=found.df1,
        df2=found.df2,
    )  # fmt: skip


Weights = Literal["none", "linear", "quadratic"]


def kappa(table: np.ndarray, weights: Weights = "none") -> Agreement:
    r"""Return Cohen's kappa of a square table of counts (rows: one rater; columns: the other).

    Notes
    -----
    :math:`(p_o-p_e)/(1-p_e)` with agreement weights :math:`1-|i-j|/(k-1)` or :math:`1-(i-j)^2/(k-1)^2`; large-sample
    standard error of Fleiss, Cohen & Everitt (1969, *Psychological Bulletin* 72:323-327). It is zero where the two
    agree on all or on none of the n, however few: there the interval is the one that an exact 95 % interval of the
    share agreed, :math:`0.025^{1/n}` from its end (Clopper & Pearson 1934, *Biometrika* 26:404-413), leaves to kappa
    with the margins as they are. Checked against the set `kappa_cohen`.

    Examples
    --------
    >>> print(kappa([[20, 5], [10, 15]]))
    kappa 0.400 (95 % 0.151 to 0.649, n 50)
    >>> print(kappa([[5, 0], [0, 5]]))
    kappa 1.000 (95 % 0.383 to 1.000, n 10)
    >>> print(kappa([[10, 0], [0, 0]]))
    kappa: an item was answered alike by all: it measures nothing here
    """
    import numpy as np

    counts = _counts(table)
    k, n = len(counts), int(counts.sum())
    form = "kappa" if weights == "none" else f"kappa_{weights}"
    if n < 2 or k < 2 or counts.shape != (k, k):
        return Agreement(form=form, n=n, reason="too_few" if n < 2 else "categories_differ")
    share = counts / n
    row, column = share.sum(axis=1), share.sum(axis=0)
    apart = np.abs(np.arange(k)[:, None] - np.arange(k)[None, :])
    agree = {
        "none": (apart == 0).astype(float),
        "linear": 1 - apart / (k - 1),
        "quadratic": 1 - apart**2 / (k - 1) ** 2,
    }
    w = agree[weights]
    seen, chance = float((w * share).sum()), float(row @ w @ column)
    if max(row.max(), column.max()) > 1 - 1e-12:  # a rater with one code for all agrees with nobody, nor disagrees
        return Agreement(form=form, n=n, reason="constant")
    estimate = (seen - chance) / (1 - chance)
    if share[w < 1].sum() < 1e-12 or share[w > 0].sum() < 1e-12:
        low, high = _unanimous(seen, chance, n)
        return Agreement(form=form, n=n, estimate=estimate, low=low, high=high)
    by_row, by_column = w @ column, row @ w
    gap = w - (by_row[:, None] + by_column[None, :]) * (1 - estimate)
    variance = float((share * gap**2).sum()) - (estimate - chance * (1 - estimate)) ** 2
    se = float(np.sqrt(max(variance, 0.0) / n) / (1 - chance))
    return Agreement(form=form, n=n, estimate=estimate, se=se, low=max(estimate - 1.959964 * se, -1.0),
                     high=min(estimate + 1.959964 * se, 1.0))  # fmt: skip


def _counts(table: np.ndarray) -> np.ndarray:
    import numpy as np
    import pandas as pd

    counts = numbers(pd.DataFrame(np.atleast_2d(table))).to_numpy()
    if not (counts >= 0).all():
        flaw = problem(
            "effectif négatif ou absent",
            "a count that is negative or missing",
            file="table",
            remedy=("donner un effectif à chaque case, 0 si vide", "give each cell a count, 0 where empty"),
        )
        raise DataError((flaw,))  # fmt: skip
    return np.asarray(counts)


def _unanimous(seen: float, chance: float, n: int) -> tuple[float, float]:
    """Return the bounds of kappa where all agree, or none: from the exact ones of the share that agrees."""
    open_end = 0.025 ** (1 / n)
    low, high = (open_end, 1.0) if seen > 0.5 else (0.0, 1 - open_end)
    return max((low - chance) / (1 - chance), -1.0), (high - chance) / (1 - chance)


def counted(first: pd.Series, second: pd.Series) -> pd.DataFrame:
    """Return the square table of two raters' codes, on the codes that either used; missing ones are left out."""
    import pandas as pd

    both = pd.DataFrame({"first": first, "second": aligned(first, second)}).dropna()
    codes = sorted(set(both["first"]) | set(both["second"]))
    return pd.crosstab(both["first"], both["second"]).reindex(index=codes, columns=codes, fill_value=0)
