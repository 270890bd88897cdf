"""When a history cannot support a forecast, and why, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import DataError, Text, problem

if TYPE_CHECKING:
    from chairs.flow.forecasting.series import Series

MOST_MISSING = 0.5
STALE = {"h": 48, "d": 7, "w": 3, "m": 2}  # steps without a value before the origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """Why no forecast is made: a code for tables, a sentence for people."""

    code: str
    text: Text


def supported(series: Series, origin: int) -> Unsupported | None:
    """Return why the steps before `origin` do not support a forecast, or None when they do.

    Examples
    --------
    >>> import pandas as pd
    >>> from chairs.flow.forecasting.series import regular
    >>> days = pd.Series(pd.date_range("2024-01-01", periods=60, freq="D", tz="UTC"))
    >>> supported(regular(days, pd.Series([4.0] * 60), "d"), 60).code
    'constant'
    """
    import numpy as np

    step = series.step
    values = series.values[:origin]
    there = values[~np.isnan(values)]
    if origin > len(series.values) or np.isnan(values[-STALE[step.name] :]).all():
        return _unsupported("stale", "rien n'a été enregistré juste avant", "nothing was recorded just before it")
    if step.fitted(origin) < step.shortest:
        least, name = step.shortest, _NAMES[step.name]
        return _unsupported(
            "too_short",
            f"il faut au moins {least} {name.fr} de passé",
            f"at least {least} {name.en} of past are needed",
        )
    if len(there) < (1 - MOST_MISSING) * origin:
        return _unsupported(
            "too_many_gaps", "plus de la moitié du passé manque", "more than half of the past is missing"
        )
    if (there < 0).any():
        return _unsupported("negative", "la série a des valeurs négatives", "the series has negative values")
    if there.min() == there.max():
        return _unsupported(
            "constant", "la série ne varie pas : elle n'apprend rien", "the series does not vary: it teaches nothing"
        )
    return None


def refuse_unless_supported(series: Series, origin: int) -> None:
    """Raise when the steps before `origin` do not support a forecast.

    Raises
    ------
    DataError
        With the reason.
    """
    found = supported(series, origin)
    if found is not None:
        raise DataError(
            (
                problem(
                    f"pas de prévision à la {origin + 1}e position : {found.text.fr}",
                    f"no forecast at position {origin + 1}: {found.text.en}",
                    file="series",
                    remedy=(
                        "choisir une autre origine ou une série plus longue",
                        "choose another origin or a longer series",
                    ),
                ),
            )
        )


def _unsupported(code: str, fr: str, en: str) -> Unsupported:
    return Unsupported(code=code, text=Text(fr=fr, en=en))


_NAMES = {
    "h": Text(fr="heures", en="hours"),
    "d": Text(fr="jours", en="days"),
    "w": Text(fr="semaines", en="weeks"),
    "m": Text(fr="mois", en="months"),
}
