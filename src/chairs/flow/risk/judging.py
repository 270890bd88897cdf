"""How good the foreseen risks are on patients not learnt from: scores with intervals, calibration, groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

NORMAL = 1.959964  # of a 95 % interval
NEAREST = 1e-6  # to 0 and 1, in the logarithms
STEPS = 40  # of Newton's method
FEWEST = 11  # of each outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One number with its 95 % interval."""

    measure: str
    value: float
    low: float
    high: float


def judge_chances(chance: np.ndarray, outcome: np.ndarray, base: np.ndarray, case: np.ndarray) -> Iterator[Judged]:
    """Give the scores of probabilities on patients not learnt from.

    Parameters
    ----------
    chance, outcome
        Foreseen probability, and whether it came (0 or 1), shape (rows,); 11 of each outcome or more.
    base
        What somebody says who knows the share of the past only.
    case
        Whose row it is: rows of one patient are not independent.

    Notes
    -----
    `brier` and `log_score` are mean losses, `skill` the share of the log score that the base does not have, `auc` the
    probability that an admitted patient had the higher risk (DeLong, DeLong & Clarke-Pearson, *Biometrics* 44, 1988).
    `in_the_large` is the intercept of the outcome's log odds on those foreseen with slope 1, `slope` their slope (Cox,
    *Biometrika* 45, 1958): 0 and 1 when what is foreseen comes. All intervals are normal, with clusters by patient.
    Checked against statsmodels and scikit-learn, and by planted probabilities.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> p = rng.uniform(0.05, 0.95, 4000)
    >>> y = (rng.random(4000) < p).astype(int)
    >>> found = {j.measure: j for j in judge_chances(p, y, np.full(4000, y.mean()), np.arange(4000))}
    >>> found["slope"].low < 1 < found["slope"].high, round(found["auc"].value, 2)
    (True, 0.8)
    """
    import numpy as np

    p = np.clip(chance, NEAREST, 1 - NEAREST)
    b = np.clip(base, NEAREST, 1 - NEAREST)
    groups = np.unique(case, return_inverse=True)[1]
    brier = (p - outcome) ** 2
    log, log_base = _log_loss(p, outcome), _log_loss(b, outcome)
    yield _mean("brier", brier, groups)
    yield _mean("log_score", log, groups)
    ratio = log.mean() / log_base.mean()
    yield _told("skill", 1 - ratio, (log - ratio * log_base) / log_base.sum(), groups)
    area, influence = _area(p, outcome)
    yield _told("auc", area, influence, groups)
    odds = np.log(p / (1 - p))
    yield _line("in_the_large", (np.ones((len(p), 1)), odds), outcome, groups)
    yield slope(p, outcome, groups)


def slope(chance: np.ndarray, outcome: np.ndarray, case: np.ndarray) -> Judged:
    """Return the slope of the outcome's log odds on those foreseen, with its interval (see `judge_chances`)."""
    import numpy as np

    p = np.clip(chance, NEAREST, 1 - NEAREST)
    odds = np.log(p / (1 - p))
    if np.ptp(odds) < 1e-9:
        return Judged(measure="slope", value=np.nan, low=np.nan, high=np.nan)
    design = np.column_stack([np.ones(len(p)), odds])
    return _line("slope", (design, np.zeros(len(p))), outcome, np.unique(case, return_inverse=True)[1])


def ratio(chance: np.ndarray, outcome: np.ndarray, case: np.ndarray) -> Judged:
    """Return admissions that came over those foreseen, with its interval.

    Examples
    --------
    >>> import numpy as np
    >>> round(ratio(np.array([0.5, 0.5, 0.2, 0.8]), np.array([1, 1, 0, 1]), np.arange(4)).value, 3)
    1.5
    """
    import numpy as np

    value = float(outcome.sum() / chance.sum())
    influence = (outcome - value * chance) / chance.sum()
    return _told("ratio", value, influence, np.unique(case, return_inverse=True)[1])


def bins(chance: np.ndarray, outcome: np.ndarray, most: int = 10) -> np.ndarray:
    """Return the bin of each row on a curve of calibration: equal numbers, merged until each outcome has 11 in each.

    Examples
    --------
    >>> import numpy as np
    >>> bins(np.linspace(0, 1, 100), (np.arange(100) % 2), 10).max().item()
    2
    """
    import numpy as np

    order = np.argsort(chance, kind="stable")
    cuts = np.searchsorted(np.sort(chance), np.quantile(chance, np.arange(1, most) / most), side="left")
    raw = np.zeros(len(chance), dtype=np.int64)
    raw[order] = np.searchsorted(np.unique(cuts), np.arange(len(chance)), side="right")
    found, number, yes, no = np.zeros(len(chance), dtype=np.int64), 0, 0, 0
    for one in np.unique(raw):
        here = raw == one
        found[here] = number
        yes, no = yes + int(outcome[here].sum()), no + int((1 - outcome[here]).sum())
        if yes >= FEWEST and no >= FEWEST:
            number, yes, no = number + 1, 0, 0
    if number and (yes or no):  # what is left joins the last whole bin
        found[found == number] = number - 1
    return found


def mean_interval(measure: str, values: np.ndarray, case: np.ndarray) -> Judged:
    """Return a mean with its interval, clusters by patient."""
    import numpy as np

    return _mean(measure, values, np.unique(case, return_inverse=True)[1])


def skill_interval(loss: np.ndarray, base: np.ndarray, case: np.ndarray) -> Judged:
    """Return one less the ratio of two mean losses, with its interval, clusters by patient."""
    import numpy as np

    share = loss.mean() / base.mean()
    groups = np.unique(case, return_inverse=True)[1]
    return _told("skill", 1 - share, (loss - share * base) / base.sum(), groups)


def _log_loss(p: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    import numpy as np

    found: np.ndarray = -np.where(outcome == 1, np.log(p), np.log1p(-p))
    return found


def _mean(measure: str, values: np.ndarray, groups: np.ndarray) -> Judged:
    return _told(measure, values.mean(), (values - values.mean()) / len(values), groups)


def _told(measure: str, value: float, influence: np.ndarray, groups: np.ndarray) -> Judged:
    """Return a number with the interval that its rows' influences give."""
    import numpy as np

    half = NORMAL * float(np.sqrt((np.bincount(groups, influence) ** 2).sum()))
    return Judged(measure=measure, value=float(value), low=float(value) - half, high=float(value) + half)


def _area(p: np.ndarray, outcome: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the area under the curve, and the influence of each row on it."""
    import numpy as np

    yes, no = np.sort(p[outcome == 1]), np.sort(p[outcome == 0])
    wins = (np.searchsorted(no, p, side="left") + np.searchsorted(no, p, side="right")) / 2 / len(no)
    lost = 1 - (np.searchsorted(yes, p, side="left") + np.searchsorted(yes, p, side="right")) / 2 / len(yes)
    area = float(wins[outcome == 1].mean())
    influence = np.where(outcome == 1, (wins - area) / len(yes), (lost - area) / len(no))
    return area, influence


def _line(measure: str, design: tuple[np.ndarray, np.ndarray], outcome: np.ndarray, groups: np.ndarray) -> Judged:
    """Return the last coefficient of a logistic line through columns and an offset, with its interval."""
    import numpy as np

    columns, offset = design
    beta = np.zeros(columns.shape[1])
    beta[-1] = float(columns.shape[1] > 1)  # begins at what holds for a calibrated model
    for _ in range(STEPS):
        mean = 1 / (1 + np.exp(-(columns @ beta + offset)))
        weight = mean * (1 - mean)
        bread = np.linalg.pinv((columns * weight[:, None]).T @ columns)
        change = bread @ (columns.T @ (outcome - mean))
        beta = beta + np.clip(change, -5, 5)
        if np.abs(change).max() < 1e-10:
            break
    influence = ((outcome - mean)[:, None] * columns) @ bread[-1]
    return _told(measure, beta[-1], influence, groups)
