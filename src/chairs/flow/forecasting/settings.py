"""What a study asks of its forecasts: series, horizons, origins, calendars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chairs.core.records import build
from chairs.flow.forecasting.days import Place, place


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRequest:
    """The forecasts of a study.

    Parameters
    ----------
    units
        Units forecast; `all` is the whole site. Entries of a ward are its admissions.
    measures
        Measures of the table `unit_hour`.
    places
        Calendars that count, as COUNTRY or COUNTRY/SCHOOL ZONE: FR/B, BE/FWB.
    horizons
        Steps ahead, by time step (h, d).
    origins
        Number of past origins tried, by time step, evenly spread over the last `days`.
    days
        Days at the end of the series on which the forecasts are tried.
    shown
        Last tried origins whose forecasts are written, beside those of the future.
    """

    units: tuple[str, ...] = ("all",)
    measures: tuple[str, ...] = ("arrivals", "census")
    places: tuple[str, ...] = ("FR/B",)
    horizons: Mapping[str, int]
    origins: Mapping[str, int]
    days: int = 365
    shown: int = 3

    def calendars(self) -> tuple[Place, ...]:
        """Return the places as records."""
        return tuple(place(text) for text in self.places)


def read_forecast_request(params: Mapping[str, Any]) -> ForecastRequest:
    """Return the settings of `params.yaml`.

    Raises
    ------
    SettingError
        For an unknown key or a wrong type.

    Examples
    --------
    >>> read_forecast_request({"horizons": {"d": 7}, "origins": {"d": 10}}).days
    365
    """
    return build(ForecastRequest, params, "params.yaml, forecast")
