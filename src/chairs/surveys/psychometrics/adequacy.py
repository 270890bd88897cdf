"""Is there something common to find, and how many factors? Eigenvalues, KMO, Bartlett's test, parallel analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chairs.core.streams import stream
from chairs.surveys.psychometrics.entries import numbers

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Adequacy:
    """What the correlations of some items allow.

    Parameters
    ----------
    n
        Complete rows.
    eigenvalues
        Of the correlations, decreasing.
    kmo, kmo_items
        Kaiser-Meyer-Olkin measure, overall and by item (0 to 1; under 0.5 unacceptable).
    bartlett, df, p
        Test that all correlations are zero.
    parallel
        Eigenvalues that chance alone exceeds once in twenty, in the same order.
    factors
        How many leading eigenvalues are beyond chance.
    """

    n: int
    eigenvalues: tuple[float, ...] = ()
    kmo: float | None = None
    kmo_items: Mapping[str, float] = field(default_factory=dict)
    bartlett: float | None = None
    df: int | None = None
    p: float | None = None
    parallel: tuple[float, ...] = ()
    factors: int | None = None
    reason: str | None = None


def correlations(answers: pd.DataFrame) -> tuple[np.ndarray, int] | str:
    """Return the correlations of complete rows and their number, or the key of the reason why there are none."""
    import numpy as np

    values = numbers(answers).dropna().to_numpy()
    if values.shape[1] < 2:
        return "too_few_items"
    if len(values) <= values.shape[1] + 1:
        return "too_few"
    if (values.std(axis=0) <= 1e-12 * np.abs(values).max(axis=0)).any():
        return "constant"
    r = np.corrcoef(values.T)
    return "collinear" if np.linalg.eigvalsh(r)[0] < 1e-10 else (r, len(values))


def adequacy(answers: pd.DataFrame, *, draws: int = 100, seed: int = 1) -> Adequacy:
    r"""Return what the correlations of the complete rows allow.

    Parameters
    ----------
    answers
        One row a respondent, one column an item; missing is NaN.
    draws
        Samples of independent normal answers of the same size, for the parallel analysis (0: none).

    Notes
    -----
    KMO :math:`\sum r^2/(\sum r^2+\sum q^2)` over pairs, q the anti-image correlations (Kaiser & Rice 1974); Bartlett
    :math:`-(n-1-(2p+5)/6)\ln|R|` (1951); parallel analysis of Horn (1965) at the 95th percentile. Checked against the
    reference set `efa_bfi25` (psych).

    Examples
    --------
    >>> import pandas as pd
    >>> draw = stream(3, "doctest")
    >>> f = draw.standard_normal((300, 1))
    >>> found = adequacy(pd.DataFrame(f + draw.standard_normal((300, 5)), columns=list("abcde")), draws=20)
    >>> found.factors, round(found.kmo, 1)
    (1, 0.9)
    """
    import numpy as np
    from scipy.special import chdtrc

    found = correlations(answers)
    if isinstance(found, str):
        return Adequacy(n=len(answers.dropna()), reason=found)
    r, n = found
    p = len(r)
    eigenvalues = np.sort(np.linalg.eigvalsh(r))[::-1]
    chisq, df = -(n - 1 - (2 * p + 5) / 6) * float(np.linalg.slogdet(r)[1]), p * (p - 1) // 2
    overall, by_item = kmo(r)
    chance = _chance(n, p, draws, seed)
    return Adequacy(
        n=n, eigenvalues=tuple(map(float, eigenvalues)), kmo=overall,
        kmo_items=dict(zip(map(str, answers.columns), map(float, by_item), strict=True)),
        bartlett=chisq, df=df, p=float(chdtrc(df, chisq)), parallel=tuple(map(float, chance)),
        factors=int(np.cumprod(eigenvalues > chance).sum()) if draws else None,
    )  # fmt: skip


def kmo(r: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the Kaiser-Meyer-Olkin measure of a correlation matrix, overall and by item."""
    import numpy as np

    inverse = np.linalg.inv(r)
    scale = np.sqrt(np.diag(inverse))
    partial = -inverse / np.outer(scale, scale)
    off = ~np.eye(len(r), dtype=bool)
    seen, left = np.where(off, r**2, 0.0), np.where(off, partial**2, 0.0)
    return float(seen.sum() / (seen.sum() + left.sum())), seen.sum(axis=0) / (seen.sum(axis=0) + left.sum(axis=0))


def _chance(n: int, p: int, draws: int, seed: int) -> np.ndarray:
    import numpy as np

    if not draws:
        return np.array([])
    draw = stream(seed, "parallel", n, p)
    found = [np.sort(np.linalg.eigvalsh(np.corrcoef(draw.standard_normal((p, n)))))[::-1] for _ in range(draws)]
    return np.asarray(np.quantile(found, 0.95, axis=0))
