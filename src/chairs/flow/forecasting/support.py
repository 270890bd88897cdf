"""When a history cannot support a forecast, and why, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chairs.core.errors import Problem, Text, problem

if TYPE_CHECKING:
    from chairs.flow.forecasting.series import Series

MOST_MISSING = 0.5
STALE = {"h": 48, "d": 7, "w": 3, "m": 2}  # steps without a value just before the origin

REASONS = {
    "too_short": Text(
        fr="l'histoire est trop courte (il faut deux semaines d'heures ou de jours, 26 semaines ou 24 mois)",
        en="the history is too short (two weeks of hours or days, 26 weeks or 24 months are needed)",
    ),
    "stale": Text(fr="rien n'a été enregistré juste avant", en="nothing was recorded just before"),
    "too_many_gaps": Text(fr="plus de la moitié du passé manque", en="more than half of the past is missing"),
    "negative": Text(fr="la série a des valeurs négatives", en="the series has negative values"),
    "constant": Text(
        fr="la série n'a jamais varié : elle n'apprend rien de ce qui peut arriver",
        en="the series never varied: it teaches nothing of what may come",
    ),
    "too_few": Text(fr="trop peu de valeurs pour juger", en="too few values to judge"),
    "no_value": Text(fr="aucune valeur", en="no value"),
}


def unsupported(series: Series, origin: int) -> str | None:
    """Return why the steps before `origin` do not support a forecast (a word of `REASONS`), or None when they do.

    Examples
    --------
    >>> import pandas as pd
    >>> from chairs.flow.forecasting.series import regular
    >>> days = pd.Series(pd.date_range("2024-01-01", periods=60, freq="D", tz="UTC"))
    >>> unsupported(regular(days, pd.Series([4.0] * 60), "d"), 60)
    'constant'
    >>> unsupported(regular(days, days.dt.day * 1.0, "d"), 9)
    'too_short'
    """
    import numpy as np

    step = series.step
    values = series.observed[:origin]
    there = values[~np.isnan(values)]
    if step.fitted(origin) < step.shortest:
        return "too_short"
    if origin > len(series.observed) + STALE[step.name] or np.isnan(values[-STALE[step.name] :]).all():
        return "stale"
    if len(there) < (1 - MOST_MISSING) * origin:
        return "too_many_gaps"
    if (there < 0).any():
        return "negative"
    return "constant" if there.min() == there.max() else None


def refusal(reason: str, *, file: str = "series", row: int | None = None) -> Problem:
    """Return the problem that says why no forecast is made from an origin (`row` of its `file`)."""
    text = REASONS[reason]
    return problem(
        f"pas de prévision à cette origine : {text.fr}",
        f"no forecast from this origin: {text.en}",
        file=file,
        row=row,
        remedy=("choisir une autre origine ou une série plus longue", "choose another origin or a longer series"),
    )
