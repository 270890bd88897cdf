"""How a sample was drawn, by strata and clusters, and the variance that this gives to a total."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from chairs.core.errors import DataError, problem
from chairs.stats.checked import numbers, one_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Lonely = Literal["refuse", "centre"]
NEARLY_ALL = 0.99  # share of one unit beyond which an estimate is that unit's own


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """Auxiliary columns whose totals the weights were made to meet, and the weights they started from."""

    auxiliary: np.ndarray
    base: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """How the rows of a table were drawn; built by `survey_design`, reweighted by `weighting.calibrate`.

    Parameters
    ----------
    weight
        People of the population that a row stands for.
    stratum, unit
        Codes from 0: the stratum of a row; its primary sampling unit (nested in strata).
    size
        Primary units in the population of each stratum, infinite where the finite population is left aside.
    calibrations
        What the weights were calibrated on, first to last.
    lonely
        `refuse`: a stratum with a single unit gives a reason; `centre`: its variance is taken around the mean of all.
    reason
        Why the weights are not to be used (a key of `estimate.REASONS`): every estimate then carries it.
    """

    weight: np.ndarray
    stratum: np.ndarray
    unit: np.ndarray
    size: np.ndarray
    calibrations: tuple[Calibration, ...] = ()
    lonely: Lonely = "refuse"
    reason: str | None = None

    @property
    def units(self) -> int:
        """Return the number of primary units."""
        return int(self.unit.max(initial=-1)) + 1

    @property
    def df(self) -> int:
        """Return primary units minus strata: the degrees of freedom of the design."""
        return self.units - len(self.size)

    def domain(self, weight: np.ndarray) -> tuple[int, int, bool]:
        """Return the units and the strata that rows of these weights come from, and whether one unit holds nearly all.

        A domain in one unit, or one unit with nearly all of the weight, has no error that could be seen: the mean is
        that unit's own.
        """
        import numpy as np

        held = np.bincount(self.unit, np.abs(weight), self.units)
        strata = np.bincount(self.stratum, np.abs(weight), len(self.size))
        alone = bool(held.max(initial=0.0) > NEARLY_ALL * held.sum())
        return int((held > 0).sum()), int((strata > 0).sum()), alone


def survey_design(
    table: pd.DataFrame,
    *,
    weight: str | None = None,
    strata: str | None = None,
    clusters: str | None = None,
    population: str | None = None,
    lonely: Lonely = "refuse",
) -> Design:
    """Return the design of a table from the names of its columns.

    Parameters
    ----------
    weight
        Column of weights, 1 for all without one.
    strata, clusters
        Columns of strata and primary sampling units; a cluster code that occurs in two strata is two clusters.
    population
        Column with the number of primary units in the population of the row's stratum (of all, without strata), for
        the finite-population correction; without it the sample counts as drawn with replacement.

    Raises
    ------
    DataError
        A weight that is missing, negative or infinite, a row without stratum or cluster, a stratum with more units
        than its population.
    """
    import numpy as np
    import pandas as pd

    one_of(("traitement d'une unité seule", "treatment of a lonely unit"), lonely, get_args(Lonely))
    n = len(table)
    w = np.ones(n) if weight is None else numbers(table, [weight])[:, 0]
    refuse_rows(~np.isfinite(w) | (w < 0), weight, ("poids manquant ou négatif", "weight missing or negative"))
    for column in (strata, clusters):
        if column is not None:
            refuse_rows(
                table[column].isna().to_numpy(), column, ("strate ou grappe manquante", "stratum or cluster missing")
            )
    stratum = np.zeros(n, dtype=int) if strata is None else table.groupby(strata, sort=True).ngroup().to_numpy()
    within = np.arange(n) if clusters is None else table.groupby(clusters, sort=True).ngroup().to_numpy()
    unit = pd.DataFrame({"s": stratum, "u": within}).groupby(["s", "u"], sort=True).ngroup().to_numpy()
    many = int(stratum.max(initial=-1)) + 1
    size = np.full(many, np.inf)
    if population is not None:
        size = table.groupby(stratum)[population].max().to_numpy(dtype=float)
        drawn = np.bincount(_stratum_of_unit(stratum, unit), minlength=many)
        refuse_rows(
            ~(size >= drawn)[stratum],
            population,
            ("population plus petite que l'échantillon", "population smaller than the sample"),
        )
    return Design(weight=w, stratum=stratum, unit=unit, size=size, lonely=lonely)


def variance(scores: np.ndarray, design: Design) -> np.ndarray | None:
    r"""Return the variance matrix of a weighted total of scores, or None where a stratum has a single unit.

    Parameters
    ----------
    scores
        One row a row of the table, not yet weighted: the influence of the row on the estimates.

    Notes
    -----
    :math:`\sum_h (1 - n_h/N_h)\frac{n_h}{n_h-1}\sum_i (z_{hi}-\bar z_h)(z_{hi}-\bar z_h)'` over primary units: the
    ultimate-cluster estimator, exact for one stage. A stratum that was drawn whole contributes nothing.
    """
    import numpy as np

    rest = scores
    for calibration in reversed(design.calibrations):
        root = np.sqrt(calibration.base)[:, None]
        fitted = np.linalg.lstsq(calibration.auxiliary * root, rest * root, rcond=None)[0]
        rest = rest - calibration.auxiliary @ fitted
    weighted = rest * design.weight[:, None]
    totals = np.column_stack([np.bincount(design.unit, c, design.units) for c in weighted.T])
    home = _stratum_of_unit(design.stratum, design.unit)
    drawn = np.bincount(home, minlength=len(design.size)).astype(float)
    lonely = (drawn == 1) & (design.size > 1)
    if lonely.any() and design.lonely == "refuse":
        return None
    centre = np.column_stack([np.bincount(home, c, len(drawn)) / drawn for c in totals.T])
    centre[lonely] = totals.mean(axis=0)
    factor = np.where(drawn > 1, drawn / np.maximum(drawn - 1, 1), 1.0) * (1 - drawn / design.size)
    gaps = totals - centre[home]
    return np.asarray(gaps.T @ (gaps * factor[home][:, None]))


def _stratum_of_unit(stratum: np.ndarray, unit: np.ndarray) -> np.ndarray:
    import numpy as np

    home = np.zeros(int(unit.max(initial=-1)) + 1, dtype=int)
    home[unit] = stratum
    return home


def refuse_rows(bad: np.ndarray, column: str | None, words: tuple[str, str]) -> None:
    """Raise `DataError` naming the first of the rows that are bad, and the column."""
    import numpy as np

    if bad.any():
        row = int(np.flatnonzero(bad)[0]) + 2  # under the header, as a spreadsheet numbers it
        raise DataError(
            (problem(*words, row=row, column=column, remedy=("corriger la colonne", "correct the column")),)
        )
