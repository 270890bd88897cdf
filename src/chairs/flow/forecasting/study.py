"""The forecasts of a study in one call: the future of its series, and how good past forecasts of them were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chairs.flow.forecasting.backtest import backtest, forecast
from chairs.flow.forecasting.rehearsal import Forecaster
from chairs.flow.forecasting.series import Series, regular
from chairs.flow.forecasting.support import unsupported
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import pandas as pd

    from chairs.flow.forecasting.settings import ForecastRequest

PER_DAY = {"h": 24.0, "d": 1.0, "w": 1 / 7, "m": 12 / 365.25}


def study_forecasts(unit_hour: pd.DataFrame, asked: ForecastRequest, timezone: str) -> dict[str, pd.DataFrame]:
    """Return the tables `forecasts` and `forecast_skill` of a study.

    Parameters
    ----------
    unit_hour
        Contract `unit_hour`, without replications.
    asked
        Which series, how far, tried how often.
    timezone
        Clock of the place.

    Returns
    -------
    dict
        `forecasts`: from the end of each series, and from the last origins tried. `forecast_skill`: every series
        asked for, with the reason where it does not support a forecast.
    """
    import numpy as np
    import pandas as pd

    futures: list[pd.DataFrame] = []
    skills: list[pd.DataFrame] = []
    for site, series in _each(unit_hour, asked, timezone):
        horizon = asked.horizons[series.step.name]
        tried = spread_origins(series, asked.origins[series.step.name], horizon, asked.days)
        forecaster = Forecaster(series=series, places=asked.calendars(), horizon=horizon, latest=len(series.observed))
        skills.append(backtest(forecaster, tried).assign(site=site))
        shown = np.append(tried[len(tried) - asked.shown :], len(series.observed))
        shown = np.array([origin for origin in shown.tolist() if unsupported(series, origin) is None], dtype=int)
        if len(shown):
            futures.append(forecast(forecaster, shown).assign(site=site))
    tables = {"forecasts": futures, "forecast_skill": skills}
    return {
        name: CONTRACTS[name].conform(
            pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(CONTRACTS[name].columns))
        )
        for name, parts in tables.items()
    }


def spread_origins(series: Series, count: int, horizon: int, days: int) -> np.ndarray:
    """Return `count` origins spread evenly over the last `days`, at most the second half, all targets known."""
    import numpy as np

    last = len(series.observed) - horizon
    first = max(len(series.observed) - int(days * PER_DAY[series.step.name]), len(series.observed) // 2)
    return np.unique(np.linspace(first, last, count).astype(int)) if last >= first else np.array([], dtype=int)


def _each(unit_hour: pd.DataFrame, asked: ForecastRequest, timezone: str) -> Iterator[tuple[str, Series]]:
    """Yield the series asked for that the table has, with their site."""
    chosen = unit_hour[unit_hour["unit"].isin(asked.units) & unit_hour["measure"].isin(asked.measures)]
    for (site, unit, measure), rows in chosen.groupby(["site", "unit", "measure"], sort=True):
        if rows["value"].notna().any():
            for step in asked.horizons:
                known = (rows["hour"], rows["value"], step)
                yield str(site), regular(*known, zone=timezone, unit=str(unit), measure=str(measure))
