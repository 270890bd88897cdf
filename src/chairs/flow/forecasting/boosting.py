"""Gradient-boosted corrections of the level forecast: what depends on hour, season and recent levels together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from chairs.flow.forecasting.expected import Clock
    from chairs.flow.forecasting.grain import Grain
    from chairs.flow.forecasting.level import Levels

FEWEST = 700  # training steps under which trees are not grown
TREES = 120
RATE = 0.04
LEAVES = {"h": 4, "d": 16}  # an hour holds more chance than a day: larger trees learn it by heart
LEAST_LEAF = 0.012  # of the training steps
SHRINK = 20.0
PACES = {"h": (29, 31, 37), "d": (29,)}  # a grove each: it pairs every training step with another lead
BINS = 48  # weighted quantiles of every column, which would otherwise cost more than the trees
YEARS = 2.0  # of history from which trees may tell seasons apart; before, they would learn one year by heart


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Boosted:
    """Trees that multiply the level forecast by a factor near one."""

    trees: tuple[Any, ...]
    clock: Clock
    seasons: bool

    def predict(self, levels: Levels, origins: np.ndarray, leads: np.ndarray) -> np.ndarray:
        """Return the mean forecast of the steps `origins + leads` (n,)."""
        before = levels.predict(origins, leads)
        columns = _columns(levels, self.clock, origins, leads, self.seasons)
        result: np.ndarray = before * sum(one.predict(columns) for one in self.trees) / len(self.trees)
        return result


def fit_boosted(levels: Levels, clock: Clock, step: Grain, fitted: int, horizon: int) -> Boosted | None:
    """Return trees grown on the steps before `fitted`, or None when they are too few.

    The trees learn the ratio of what came to the level forecast, weighted by it, under Poisson loss: the same as a
    Poisson model with the level forecast as exposure. Each grove pairs each training step with one lead.

    Notes
    -----
    Histogram gradient boosting (Ke and others 2017) of scikit-learn; its sums do not depend on the number of threads.
    """
    import numpy as np

    targets = np.arange(3 * step.block + horizon, fitted)
    targets = targets[~np.isnan(levels.values[targets])] if len(targets) else targets
    if len(targets) < FEWEST:
        return None
    if not levels.values[targets].any():
        return None
    seasons = fitted >= YEARS * step.year
    paces = PACES[step.name]
    apart = min(len(paces), 2)  # several groves: each on every second step, which halves their cost
    grown = [_grow(levels, clock, targets[i % apart :: apart], pace, horizon, seasons) for i, pace in enumerate(paces)]
    return Boosted(trees=tuple(grown), clock=clock, seasons=seasons)


def _grow(levels: Levels, clock: Clock, targets: np.ndarray, pace: int, horizon: int, seasons: bool) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    leads = targets * pace % horizon
    origins = targets - leads
    before = levels.predict(origins, leads)
    leaves = LEAVES["d" if levels.hourly is None else "h"]
    trees = HistGradientBoostingRegressor(
        loss="poisson", learning_rate=RATE, max_iter=TREES, max_leaf_nodes=leaves, l2_regularization=SHRINK,
        min_samples_leaf=max(20, int(LEAST_LEAF * len(targets))), max_bins=BINS, early_stopping=False, random_state=0,
    )  # fmt: skip
    columns = _columns(levels, clock, origins, leads, seasons)
    return trees.fit(columns, levels.values[targets] / before, sample_weight=before)


def _columns(levels: Levels, clock: Clock, origins: np.ndarray, leads: np.ndarray, seasons: bool) -> np.ndarray:
    import numpy as np

    target = origins + leads
    day, hour = clock.day[target], clock.hour[target]
    said = clock.columns
    weekday = said["weekday"][day]
    school = [values[day] for name, values in said.items() if name.split(" ")[0] in ("school", "bridge")]
    return np.column_stack(
        [levels.features(origins, leads), np.log(levels.mean[target]), hour, weekday, weekday * 24 + hour, leads,
         said["year"][day] * seasons, said["to"][day], said["since"][day], *school]
    )  # fmt: skip
