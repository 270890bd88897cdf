"""Oster's δ: how much selection on what is unobserved, against what is observed, would explain an effect away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.stats.checked import numbers
from chairs.stats.cross_products import NOTHING, independent

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionalSelection:
    """Short and long regression of an outcome on an exposure, and δ.

    Parameters
    ----------
    short, long
        Coefficient of the exposure without and with the covariates under question; `short_r2`, `long_r2` their R².
    r2_max
        R² supposed for a regression that would also hold what is unobserved.
    delta
        Selection on the unobserved, in units of that on the covariates, at which the effect would be 0; below 1 the
        effect is fragile, negative where the covariates push the estimate away from 0.
    reason
        Why there is no δ (a key of `estimate.REASONS`).
    """

    n: int
    short: float = math.nan
    short_r2: float = math.nan
    long: float = math.nan
    long_r2: float = math.nan
    r2_max: float = math.nan
    delta: float = math.nan
    reason: str | None = None


def oster(
    table: pd.DataFrame,
    outcome: str,
    exposure: str,
    covariates: Sequence[str],
    always: Sequence[str] = (),
    r2_max: float | None = None,
) -> ProportionalSelection:
    r"""Return Oster's δ for an effect of 0.

    Parameters
    ----------
    covariates
        Columns whose selection stands for that of the unobserved.
    always
        Columns of both regressions (years, design): taken out of everything first.
    r2_max
        Between the R² of the long regression and 1; without it min(1, 1.3 R²) as Oster proposes.

    Notes
    -----
    Closed form of proposition 3 of Oster 2019 (*J. Bus. Econ. Stat.* 37:187-204) with target 0. The R² are those of
    the outcome after `always` has been taken out. Where the long regression reproduces the outcome exactly, nothing is
    left for the unobserved (`no_variance`). Checked by data in which the unobserved column is known and its
    selection is planted.
    """
    import numpy as np

    used = numbers(table, [outcome, exposure, *always, *covariates])
    used = used[np.isfinite(used).all(axis=1)]
    n, fixed = len(used), 2 + len(always)
    if n < used.shape[1] + 3:
        return ProportionalSelection(n=n, reason="too_few")
    base = np.column_stack([np.ones(n), used[:, 2:fixed]])
    rest = used - base @ np.linalg.lstsq(base, used, rcond=None)[0]
    y, d, w = rest[:, 0], rest[:, 1], rest[:, fixed:]
    reason = _reason(y, d, used)
    if reason is not None:
        return ProportionalSelection(n=n, reason=reason)
    w = w[:, independent(w.T @ w)]
    alone = d - w @ np.linalg.lstsq(w, d, rcond=None)[0]
    yy, dd, remaining = float(y @ y) / n, float(d @ d) / n, float(alone @ alone) / n
    if remaining < 1e-9 * dd:
        return ProportionalSelection(n=n, reason="collinear")
    short, long = float(d @ y) / float(d @ d), float(alone @ y) / float(alone @ alone)
    gone = y - np.column_stack([d, w]) @ np.linalg.lstsq(np.column_stack([d, w]), y, rcond=None)[0]
    short_r2, long_r2 = short**2 * dd / yy, 1 - float(gone @ gone) / n / yy
    if 1 - long_r2 <= NOTHING:
        return ProportionalSelection(n=n, reason="no_variance")
    top = min(1.0, 1.3 * long_r2) if r2_max is None else r2_max
    delta = _delta(short - long, long, (long_r2 - short_r2) * yy, (top - long_r2) * yy, (dd, remaining))
    return ProportionalSelection(
        n=n, short=short, short_r2=short_r2, long=long, long_r2=long_r2, r2_max=top, delta=delta
    )


def _delta(moved: float, effect: float, gained: float, missing: float, spread: tuple[float, float]) -> float:
    """Return δ for a target of 0; infinite where nothing is left for the unobserved to explain."""
    dd, left = spread
    above = effect * gained * left + effect * dd * left * moved**2
    above += 2 * effect**2 * left * moved * dd + effect**3 * (left * dd - left**2)
    below = missing * moved * dd + effect * missing * (dd - left)
    below += effect**2 * left * moved * dd + effect**3 * (left * dd - left**2)
    return above / below if below != 0 else math.copysign(math.inf, above)


def _reason(y: np.ndarray, d: np.ndarray, used: np.ndarray) -> str | None:
    import numpy as np

    if float(np.abs(y).max()) <= 1e-12 * max(float(np.abs(used[:, 0]).max()), 1e-300):
        return "constant_outcome"
    if float(np.abs(d).max()) <= 1e-12 * max(float(np.abs(used[:, 1]).max()), 1e-300):
        return "constant_exposure"
    return None
