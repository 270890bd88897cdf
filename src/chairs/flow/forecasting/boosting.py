"""Gradient-boosted corrections of the level forecast: what depends on hour, season and recent levels together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from chairs.flow.forecasting.expected import Clock
    from chairs.flow.forecasting.level import Levels

FEWEST = 700  # training steps under which trees are not grown
TREES = 120
RATE = 0.04
LEAVES = 8
LEAST_LEAF = 0.012  # of the training steps
SHRINK = 20.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Boosted:
    """Trees that multiply the level forecast by a factor near one."""

    trees: Any
    clock: Clock

    def predict(self, levels: Levels, origins: np.ndarray, leads: np.ndarray) -> np.ndarray:
        """Return the mean forecast of the steps `origins + leads` (n,)."""
        before = levels.predict(origins, leads)
        return before * self.trees.predict(_columns(levels, self.clock, origins, leads, before))


def fit_boosted(levels: Levels, clock: Clock, fitted: int, horizon: int, warm: int) -> Boosted | None:
    """Return trees grown on the steps before `fitted`, or None when they are too few.

    The trees learn the ratio of what came to the level forecast, weighted by it, under Poisson loss: the same as a
    Poisson model with the level forecast as exposure. Each training step is paired with one lead.

    Notes
    -----
    Histogram gradient boosting (Ke and others 2017) of scikit-learn; its sums do not depend on the number of threads.
    """
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingRegressor

    targets = np.arange(warm + horizon, fitted)
    targets = targets[~np.isnan(levels.values[targets])] if len(targets) else targets
    if len(targets) < FEWEST:
        return None
    leads = targets * 29 % horizon
    origins = targets - leads
    before = levels.predict(origins, leads)
    trees = HistGradientBoostingRegressor(
        loss="poisson", learning_rate=RATE, max_iter=TREES, max_leaf_nodes=LEAVES, l2_regularization=SHRINK,
        min_samples_leaf=max(20, int(LEAST_LEAF * len(targets))), early_stopping=False, random_state=0,
    )  # fmt: skip
    ratio = levels.values[targets] / before
    if not ratio.any():
        return None
    trees.fit(_columns(levels, clock, origins, leads, before), ratio, sample_weight=before)
    return Boosted(trees=trees, clock=clock)


def _columns(levels: Levels, clock: Clock, origins: np.ndarray, leads: np.ndarray, before: np.ndarray) -> np.ndarray:
    import numpy as np

    target = origins + leads
    day, hour = clock.day[target], clock.hour[target]
    said = clock.columns
    weekday = said["weekday"][day]
    school = [values[day] for name, values in said.items() if name.split(" ")[0] in ("school", "bridge")]
    return np.column_stack(
        [levels.features(origins, leads), np.log(before), hour, weekday, weekday * 24 + hour, said["year"][day], leads,
         said["to"][day], said["since"][day], *school]
    )  # fmt: skip
