"""Makes the weights of a sample meet known population totals: post-stratification, raking, calibration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

from chairs.core.errors import DataError, problem
from chairs.stats import checked
from chairs.stats.cross_products import independent
from chairs.stats.survey_design import Calibration, Design, refuse_rows

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Distance = Literal["linear", "raking"]
Totals = Mapping[str, "float | Mapping[str, float]"]

ROUNDS = 200
CLOSE = 1e-10  # largest gap to a total, as a share of the population


def calibrate(table: pd.DataFrame, design: Design, totals: Totals, distance: Distance = "raking") -> Design:
    r"""Return the design with weights that meet the totals, as near to the former weights as can be.

    Where answering depends only on what the totals describe, the weighted mean of those who answered is that of all.

    Parameters
    ----------
    totals
        For a column of categories, the people of the population in each; for a column of numbers, its population
        total. One column of categories is post-stratification, several (with `raking`) are raking. The key
        `(population)` gives the number of people where no column of categories does.
    distance
        `raking` keeps all weights positive; `linear` always has a solution, with weights that can be negative.

    Returns
    -------
    Design
        With `reason` and the former weights where no weights meet the totals (`empty_margin`: a category without
        respondent; `unequal_margins`; `no_convergence`).

    Raises
    ------
    DataError
        A column that is absent or has missing values, text where numbers are expected, or a category that the totals do
        not know.
    SettingError
        No totals, a total that is no number, an unknown distance.

    Notes
    -----
    Weights :math:`w_i = d_i F(x_i'\lambda)` with :math:`F(u) = 1 + u` or :math:`e^u` and
    :math:`\sum w_i x_i = T` (Deville & Särndal 1992, *JASA* 87:376-382), by damped Newton steps: raking by iterated
    proportional fitting converges to the same weights. Checked against R's `survey` (set survey_weights_api).

    Examples
    --------
    >>> import pandas as pd
    >>> from chairs.stats.survey_design import survey_design
    >>> from chairs.stats.survey_estimates import means
    >>> answers = pd.DataFrame({"sex": ["f", "f", "f", "m"], "age": list("yoyo"), "score": [80.0, 60, 90, 70]})
    >>> raked = calibrate(answers, survey_design(answers), {"sex": {"f": 50, "m": 50}, "age": {"y": 40, "o": 60}})
    >>> raked.weight.round(3).tolist()
    [20.0, 10.0, 20.0, 50.0]
    >>> round(means(answers, ["score"], raked)[0].estimate, 6)
    75.0
    """
    import numpy as np

    checked.one_of(("distance", "distance"), distance, get_args(Distance))
    _known(totals)
    columns: list[np.ndarray] = []
    targets: list[float] = []
    people: list[float] = []
    for column, total in totals.items():
        if isinstance(total, Mapping):
            marked, wanted = _categories(table, column, total)
            columns += marked
            targets += wanted
            people.append(sum(total.values()))
        else:
            columns.append(np.ones(len(table)) if column == "(population)" else _numbers(table, column))
            targets.append(float(total))
            people += [float(total)] if column == "(population)" else []
    auxiliary, aim = np.column_stack(columns), np.array(targets)
    if people and max(people) - min(people) > 1e-6 * max(people):
        return replace(design, reason="unequal_margins")
    if (((auxiliary != 0) & (design.weight > 0)[:, None]).sum(axis=0) == 0)[aim != 0].any():
        return replace(design, reason="empty_margin")
    weight = _solved(design.weight, auxiliary, aim, distance)
    if weight is None:
        return replace(design, reason="no_convergence")
    step = Calibration(auxiliary=auxiliary, base=design.weight)
    return replace(design, weight=weight, calibrations=(*design.calibrations, step))


def _known(totals: Totals) -> None:
    """Refuse totals that are none, or that are not numbers."""
    if not totals:
        raise checked.unfit("aucun total de population n'est donné", "no population total is given")
    for column, total in totals.items():
        for one in total.values() if isinstance(total, Mapping) else (total,):
            if isinstance(one, str) or not math.isfinite(one):
                raise checked.unfit(
                    f"« {column} » : un total de population n'est pas un nombre",
                    f'"{column}": a population total is not a number',
                )


def _solved(base: np.ndarray, auxiliary: np.ndarray, aim: np.ndarray, distance: Distance) -> np.ndarray | None:
    import numpy as np

    scale = np.maximum(np.abs(auxiliary).max(axis=0), 1e-300)
    kept = independent((auxiliary / scale).T @ (auxiliary / scale * base[:, None]))
    x, t = (auxiliary / scale)[:, kept], (aim / scale)[kept]
    size = max(float(np.abs(aim / scale).max()), 1e-300)
    start = t.sum() / max(float((base @ x).sum()), 1e-300) if distance == "raking" else 1.0
    d = base * (start if start > 0 else 1.0)  # the right order of magnitude: the distance does not change by a factor
    slope = np.zeros(len(t))
    for _ in range(ROUNDS):
        w = d * (np.exp(x @ slope) if distance == "raking" else 1 + x @ slope)
        gap = t - w @ x
        if np.abs(gap).max(initial=0.0) <= CLOSE * size:
            short = np.abs(w @ auxiliary - aim) > 1e-6 * size * scale  # a total that the kept ones contradict
            return None if short.any() else w
        curve = x.T @ (x * (w if distance == "raking" else d)[:, None])
        step = np.linalg.lstsq(curve, gap, rcond=1e-12)[0]
        slope = slope + (_damping(x, d, t, slope, step) if distance == "raking" else 1.0) * step
    return None


def _damping(x: np.ndarray, d: np.ndarray, t: np.ndarray, slope: np.ndarray, step: np.ndarray) -> float:
    """Return the share of a Newton step that lowers the convex dual of raking, and overflows nothing."""
    import numpy as np

    def dual(at: np.ndarray) -> float:
        return float(d @ np.exp(np.minimum(x @ at, 500.0)) - at @ t)

    now, share = dual(slope), 1.0
    while share > 1e-6 and not dual(slope + share * step) <= now + 1e-12 * abs(now):
        share /= 2
    return share


def _categories(table: pd.DataFrame, column: str, total: Mapping[str, float]) -> tuple[list[np.ndarray], list[float]]:
    values = _complete(table, column)
    known = {str(level): float(count) for level, count in total.items()}
    strange = ~values.astype(str).isin(list(known)).to_numpy()
    refuse_rows(strange, column, ("catégorie sans total de population", "category without a population total"))
    levels = sorted(known)
    return [(values.astype(str) == level).to_numpy(dtype=float) for level in levels], [known[c] for c in levels]


def _numbers(table: pd.DataFrame, column: str) -> np.ndarray:
    values = checked.numbers(table, [_complete(table, column).name])[:, 0]
    return values


def _complete(table: pd.DataFrame, column: str) -> pd.Series:
    if column not in table.columns:
        raise DataError((problem("colonne absente", "column not found", column=column),))
    values = table[column]
    refuse_rows(values.isna().to_numpy(), column, ("valeur manquante", "value missing"))
    return values
