"""Forecasts at given origins, and how good they were: rolling origins, never a look at what came after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chairs.core.errors import DataError
from chairs.core.streams import stream
from chairs.flow.forecasting.rehearsal import models_of
from chairs.flow.forecasting.support import refusal, unsupported
from chairs.stats.scoring_rules import (
    CRPS_LEVELS,
    coverage,
    pit_distance,
    quantile_crps,
    randomised_pit,
    seasonal_scale,
)
from chairs.tables.forecasts import QUANTILES, quantile_name

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import pandas as pd

    from chairs.flow.forecasting.rehearsal import Forecast, Forecaster
    from chairs.flow.forecasting.series import Series

FEWEST = 5  # values of a group of leads under which no score is given
SEED = 5


def forecast(forecaster: Forecaster, origins: np.ndarray, progress: Callable[[], None] | None = None) -> pd.DataFrame:
    """Return forecasts at each origin: mean and quantiles of the steps from it on, as far as the horizon.

    Parameters
    ----------
    forecaster
        Of the series, its horizon and calendars.
    origins
        Steps (counted from the start of the series): the steps before an origin are known, the origin is the first
        forecast. An origin may be the end of the series (the true future) or a step of the past.
    progress
        Called after each origin.

    Returns
    -------
    DataFrame
        Columns of the contract `forecasts`, except `site`.

    Raises
    ------
    DataError
        When the history before an origin does not support a forecast, with the reason.

    Notes
    -----
    A combination of a level model on calendar expectations, of gradient-boosted corrections of it and (days and
    longer) of exponential smoothing, weights and spread learned from rehearsals before the origin, quantiles
    recalibrated on them. Checked on the emergency arrivals of Iowa in the tests.
    """
    import pandas as pd

    series = forecaster.series
    reasons = {unsupported(series, origin) for origin in set(origins.tolist())} - {None}
    if reasons:
        raise DataError(tuple(refusal(reason) for reason in sorted(filter(None, reasons))))
    starts = series.starts(int(origins.max()) + forecaster.horizon)
    parts = []
    for origin in sorted(set(origins.tolist())):
        parts.append(_table(forecaster, origin, starts))
        if progress is not None:
            progress()
    return pd.concat(parts, ignore_index=True)


def _table(forecaster: Forecaster, origin: int, starts: pd.DatetimeIndex) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    series = forecaster.series
    found = forecaster.forecasts(origin)["combined"]
    columns = {
        "unit": series.unit,
        "measure": series.measure,
        "step": series.step.name,
        "origin": starts[origin],
        "target": starts[origin : origin + forecaster.horizon],
        "mean": found.mean,
    }
    quantiles = found.quantiles(np.array(QUANTILES))
    return pd.DataFrame(columns | {quantile_name(level): quantiles[:, i] for i, level in enumerate(QUANTILES)})


def backtest(forecaster: Forecaster, origins: np.ndarray, progress: Callable[[], None] | None = None) -> pd.DataFrame:
    """Return the skill of each model at past origins, by group of leads.

    The baselines get intervals too, from their own past errors, so that they are not beaten for want of them.

    Returns
    -------
    DataFrame
        Columns of the contract `forecast_skill`, except `site`: one row for each model and group of leads, and one
        for all leads. CRPS on the grid 0.05 to 0.95; the error of the median (MAE) over that of the seasonal naive
        on the history before the first origin (MASE); coverage by randomised PIT; deciles of the PIT. Status
        `not_valid` with its reason where nothing can be scored.
    """
    import numpy as np
    import pandas as pd

    series, horizon = forecaster.series, forecaster.horizon
    groups = [*series.step.groups(horizon), (0, horizon)]
    groups = list(dict.fromkeys(groups))
    reasons = {origin: unsupported(series, origin) for origin in sorted(set(origins.tolist()))}
    usable = np.array([origin for origin, reason in reasons.items() if reason is None], dtype=int)
    if not len(usable):
        return _empty(series, groups, next(reversed(reasons.values()), None) or "too_few")
    models = models_of(series.step)
    scores: dict[str, list[pd.DataFrame]] = {model: [] for model in models}
    for origin in usable.tolist():
        seen = forecaster.seen[origin : origin + horizon]
        for model, found in forecaster.forecasts(origin, models).items():
            scores[model].append(_scored(found, seen))
        if progress is not None:
            progress()
    scale = seasonal_scale(series.observed[: int(usable.min())], series.step.naive)
    rows = [_row(series, model, group, parts, scale) for model, parts in scores.items() for group in groups]
    return pd.DataFrame(rows)


def _scored(found: Forecast, seen: np.ndarray) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    grid = np.array(CRPS_LEVELS)
    quantiles = found.quantiles(grid)
    below, at = found.probability(np.nan_to_num(seen))
    return pd.DataFrame(
        {
            "lead": np.arange(len(seen)),
            "crps": quantile_crps(grid, quantiles, seen),
            "error": np.abs(seen - quantiles[:, len(grid) // 2]),
            "below": below,
            "at": at,
        }
    )[~np.isnan(seen)]


def _row(
    series: Series, model: str, group: tuple[int, int], parts: list[pd.DataFrame], scale: float
) -> dict[str, object]:
    import numpy as np
    import pandas as pd

    row = _head(series, model, group)
    scores = pd.concat(parts) if parts else None
    if scores is not None:
        scores = scores[(scores["lead"] >= group[0]) & (scores["lead"] < group[1])]
    if scores is None or len(scores) < FEWEST:
        return row | {"n": 0 if scores is None else len(scores), "status": "not_valid", "reason": "too_few"}
    draws = stream(SEED, "pit", series.unit, series.measure, series.step.name, model, *group).random(len(scores))
    pit = randomised_pit(scores["below"].to_numpy(), scores["at"].to_numpy(), draws)
    deciles = np.histogram(pit, bins=10, range=(0.0, 1.0))[0] / len(pit)
    mae = float(scores["error"].mean())
    return row | {
        "crps": float(scores["crps"].mean()),
        "mae": mae,
        "mase": mae / scale,
        "coverage_80": coverage(pit, 0.8),
        "coverage_95": coverage(pit, 0.95),
        "pit_distance": pit_distance(pit),
        **{f"pit_{i + 1}": float(share) for i, share in enumerate(deciles)},
        "n": len(scores),
        "origins": len(parts),
        "status": "ok",
        "reason": None,
    }


def _head(series: Series, model: str, group: tuple[int, int]) -> dict[str, object]:
    return {
        "unit": series.unit,
        "measure": series.measure,
        "step": series.step.name,
        "model": model,
        "from_lead": group[0] + 1,
        "to_lead": group[1],
    }


def _empty(series: Series, groups: list[tuple[int, int]], reason: str) -> pd.DataFrame:
    import pandas as pd

    rows = [_head(series, model, group) for model in models_of(series.step) for group in groups]
    return pd.DataFrame([row | {"n": 0, "status": "not_valid", "reason": reason} for row in rows])
