"""The level of arrivals of late: a model's arrivals scaled to what the last weeks of a log show."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from chairs.twin.load import mean_rate
from chairs.twin.model import Model

if TYPE_CHECKING:
    import pandas as pd

DAYS = 28
LEAST_DAYS = 7
PRIOR = 10.0  # arrivals that the model's own level is worth


def recent_level(model: Model, log: pd.DataFrame, at: dt.datetime) -> float:
    """Return by how much the arrivals of the last four weeks exceed what the model expects; 1: as expected.

    Parameters
    ----------
    log
        Contract `events`; only what began before `at` counts.

    Notes
    -----
    Observed and expected numbers, each with ten arrivals added: the posterior mean of a Poisson level with a gamma
    prior of mean 1 (Gelman et al., *Bayesian Data Analysis*, 3rd ed., section 2.6). The season and the holidays of
    the model are left out of what is expected. With less than a week of log, 1.
    """
    begins = log["start"].fillna(log["end"]).fillna(log["requested"])
    first = begins.groupby(log["case_id"]).min()
    first = first[first <= at].dropna()
    if first.empty:
        return 1.0
    days = min(DAYS, (at - first.min()).total_seconds() / 86_400)
    if days < LEAST_DAYS:
        return 1.0
    seen = int((first > at - dt.timedelta(days=days)).sum())
    expected = sum(mean_rate(source, model) for source in model.arrivals) * model.hour * 24 * days
    return float((seen + PRIOR) / (expected + PRIOR))


def levelled(model: Model, level: float) -> Model:
    """Return the model with all its arrivals by rates multiplied by a level.

    Examples
    --------
    >>> from chairs.twin.anchors.queues import mmc
    >>> levelled(mmc(0.5, 1.0, 1), 1.2).arrivals[0].factor
    1.2
    """
    sources = tuple(
        dataclasses.replace(source, factor=source.factor * level) if source.rates else source
        for source in model.arrivals
    )
    return dataclasses.replace(model, arrivals=sources)
