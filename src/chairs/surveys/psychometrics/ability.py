"""Where persons stand and how well items tell them apart: EAP and MAP scores, item and test information."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from chairs.surveys.psychometrics.entries import numbers
from chairs.surveys.psychometrics.graded import Graded, chances
from chairs.surveys.psychometrics.marginal import quadrature
from chairs.surveys.psychometrics.polychoric import coded

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def _codes(model: Graded, answers: pd.DataFrame) -> np.ndarray:
    """Return answers as ranks; a level the model has not seen counts as missing."""
    import numpy as np

    table = numbers(answers, [curve.item for curve in model.curves])
    levels = [curve.levels for curve in model.curves]
    known = np.column_stack([table.iloc[:, j].isin(level).to_numpy() for j, level in enumerate(levels)])
    return coded(table.where(known), levels).codes


def _intercepts(model: Graded) -> list[tuple[float, np.ndarray]]:
    import numpy as np

    return [(curve.slope, -curve.slope * np.array(curve.thresholds)) for curve in model.curves]


def abilities(model: Graded, answers: pd.DataFrame, how: Literal["EAP", "MAP"] = "EAP") -> pd.DataFrame:
    """Return ability (`theta`, population mean 0, sd 1) and standard error of each respondent.

    Parameters
    ----------
    answers
        The items of the model as columns; missing answers are left out, a respondent without any gets NaN.
    how
        `EAP`: mean and standard deviation of the posterior; `MAP`: its mode, and the inverse root of the curvature.

    Notes
    -----
    Bock & Mislevy (1982, *Applied Psychological Measurement* 6:431) for EAP. Modes by Newton steps on a concave
    function. Checked (MAP) against the set `irt_grm_science` (ltm's default).
    """
    import numpy as np
    import pandas as pd

    codes = _codes(model, answers)
    patterns, place = np.unique(codes, axis=0, return_inverse=True)
    found = (_eap if how == "EAP" else _map)(model, patterns)
    found[(patterns < 0).all(axis=1)] = np.nan
    return pd.DataFrame(found[place.ravel()], columns=["theta", "se"], index=answers.index)


def _eap(model: Graded, patterns: np.ndarray) -> np.ndarray:
    import numpy as np

    node, weight = quadrature()
    logs = _pattern_logs(model, patterns, node) + np.log(weight)
    posterior = np.exp(logs - logs.max(axis=1, keepdims=True))
    posterior /= posterior.sum(axis=1, keepdims=True)
    mean = posterior @ node
    return np.column_stack([mean, np.sqrt(np.maximum(posterior @ node**2 - mean**2, 0))])


def _pattern_logs(model: Graded, patterns: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Return the log-probability of each pattern at each ability."""
    import numpy as np

    total = np.zeros((len(patterns), len(theta)))
    for j, (a, d) in enumerate(_intercepts(model)):
        logs = np.log(chances(a, d, theta)[0])
        known = patterns[:, j] >= 0
        total[known] += logs[patterns[known, j]]
    return total


def _map(model: Graded, patterns: np.ndarray) -> np.ndarray:
    import numpy as np

    theta, second = np.zeros(len(patterns)), np.ones(len(patterns))
    for _ in range(100):
        first, second = -theta, np.ones(len(patterns))
        for j, (a, d) in enumerate(_intercepts(model)):
            known = patterns[:, j] >= 0
            ends = chances(a, d, theta)[1]
            rank, person = np.maximum(patterns[:, j], 0), np.arange(len(theta))
            above, below = ends[rank, person], ends[rank + 1, person]
            first = first + known * a * (1 - above - below)
            second = second + known * a**2 * (above * (1 - above) + below * (1 - below))
        step = np.clip(first / second, -1, 1)
        theta = theta + step
        if np.abs(step).max(initial=0.0) < 1e-10:
            break
    return np.column_stack([theta, 1 / np.sqrt(second)])


def pattern_probability(model: Graded, answers: pd.DataFrame) -> pd.Series:
    """Return the marginal probability that the model gives to each respondent's answers."""
    import numpy as np
    import pandas as pd

    node, weight = quadrature()
    return pd.Series(np.exp(_pattern_logs(model, _codes(model, answers), node)) @ weight, index=answers.index)


def information(model: Graded, theta: np.ndarray) -> pd.DataFrame:
    r"""Return the information of each item (columns) and of the test (`all`) at each ability (rows).

    Notes
    -----
    :math:`I(\theta)=\sum_k (\partial P_k)^2/P_k=a^2\sum_k P_k(1-C_k-C_{k+1})^2` with C the cumulative curves (Samejima
    1969); the standard error of ability there is :math:`1/\sqrt{I}`.

    Examples
    --------
    >>> import numpy as np
    >>> from chairs.surveys.psychometrics.graded import ItemCurve
    >>> curve = ItemCurve(item="a", levels=(0, 1), slope=2.0, thresholds=(0.0,))
    >>> float(information(Graded(n=0, curves=(curve,)), np.array([0.0]))["all"].iloc[0])
    1.0
    """
    import numpy as np
    import pandas as pd

    at = np.asarray(theta, dtype=float)
    found = {}
    for curve, (a, d) in zip(model.curves, _intercepts(model), strict=True):
        chance, ends = chances(a, d, at)
        found[curve.item] = a**2 * (chance * (1 - ends[:-1] - ends[1:]) ** 2).sum(axis=0)
    table = pd.DataFrame(found, index=pd.Index(at, name="theta"))
    return table.assign(all=table.sum(axis=1))
