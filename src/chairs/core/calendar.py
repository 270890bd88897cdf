"""The days of a country: public holidays, school holidays, days between two rests; the places' time zones."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from chairs.core.errors import SettingError, problem, unknown
from chairs.core.records import build, read_yaml

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

TIMEZONES = {"FR": "Europe/Paris", "BE": "Europe/Brussels"}
_FILE = Path(__file__).with_name("school_holidays.yaml")
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """School holidays of one zone: the days without class, known from `since` to `until`."""

    name: str
    country: str
    label: str
    since: str
    until: str
    periods: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    sources: dict[str, str]
    zones: tuple[Zone, ...]


@cache
def school_zones() -> dict[str, Zone]:
    """Return the zones whose school holidays are known, by name.

    Examples
    --------
    >>> sorted(school_zones())
    ['A', 'B', 'C', 'FWB', 'VL']
    """
    found = build(_File, read_yaml(_FILE), _FILE.name)
    return {zone.name: zone for zone in found.zones}


def public_holidays(first: dt.date, last: dt.date, country: str) -> list[dt.date]:
    """Return the public holidays from `first` to `last`, both included, in order.

    Parameters
    ----------
    country
        ISO code, with its region where holidays differ: FR, BE, CA-QC, US-IA.

    Raises
    ------
    SettingError
        For a country that is not known.

    Notes
    -----
    Of the package `holidays`; compared with the days of the Code du travail (article L. 3133-1) in the tests.

    Examples
    --------
    >>> [day.isoformat() for day in public_holidays(dt.date(2024, 5, 1), dt.date(2024, 5, 31), "FR")]
    ['2024-05-01', '2024-05-08', '2024-05-09', '2024-05-20']
    """
    import holidays

    state, _, region = country.partition("-")
    years = range(first.year, last.year + 1)
    try:
        found = holidays.country_holidays(state, subdiv=region or None, years=years)
    except NotImplementedError:
        raise unknown(("pays", "country"), country, [*TIMEZONES, "CA-QC", "…"]) from None
    return sorted(day for day in found if first <= day <= last)


def calendar_days(first: dt.date, last: dt.date, *, country: str = "FR", zone: str | None = "B") -> pd.DataFrame:
    """Return the days from `first` to `last`, both included, and what kind of day each is.

    Parameters
    ----------
    country
        Of the public holidays: FR, BE, or another ISO code (CA-QC, US-IA).
    zone
        Of the school holidays: A, B (Lille and Valenciennes) or C in France, FWB (Fédération Wallonie-Bruxelles) or
        VL (Flanders) in Belgium. None: they are not asked for, and the column is missing throughout.

    Returns
    -------
    DataFrame
        `date` (midnight, without a time zone: a local date), `weekday` (0 = Monday), `public_holiday`,
        `school_holiday` and `bridge` (yes or no). A bridge is a working day, Monday to Friday, with a public holiday
        on one side and a weekend or public holiday on the other (the Friday after Ascension). School holidays
        include the weekends that touch them.

    Raises
    ------
    SettingError
        For a zone of another country, or a day outside those whose school holidays are published.

    Notes
    -----
    Sources and their years are in `school_holidays.yaml` beside this file.

    Examples
    --------
    >>> days = calendar_days(dt.date(2024, 5, 8), dt.date(2024, 5, 12))
    >>> days["public_holiday"].astype(int).tolist(), days["bridge"].astype(int).tolist()
    ([1, 1, 0, 0, 0], [0, 0, 1, 0, 0])
    >>> calendar_days(dt.date(2012, 1, 1), dt.date(2012, 1, 2))
    Traceback (most recent call last):
    ...
    chairs.core.errors.SettingError: the school holidays of zone B are known from 2015-09-01 to 2027-08-31 only...
    """
    import numpy as np
    import pandas as pd

    _in_order(first, last)
    around = np.arange(np.datetime64(first - _DAY), np.datetime64(last + 2 * _DAY))
    public = np.isin(around, np.array(public_holidays(first - _DAY, last + _DAY, country), dtype="datetime64[D]"))
    weekday = (around.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    rest = public | (weekday >= 5)
    bridge = ~rest[1:-1] & rest[:-2] & rest[2:] & (public[:-2] | public[2:])
    school = None if zone is None else school_holidays(first, last, country=country, zone=zone)
    return pd.DataFrame(
        {
            "date": pd.DatetimeIndex(around[1:-1].astype("datetime64[us]")),
            "weekday": weekday[1:-1],
            "public_holiday": public[1:-1],
            "school_holiday": pd.array([pd.NA] * bridge.size if school is None else school, dtype="boolean"),
            "bridge": bridge,
        }
    )


def school_holidays(first: dt.date, last: dt.date, *, country: str, zone: str) -> np.ndarray:
    """Return, for each day from `first` to `last`, both included, whether the schools of a zone have holidays.

    Raises
    ------
    SettingError
        For a zone of another country, or a day outside those whose school holidays are published.

    Examples
    --------
    >>> school_holidays(dt.date(2024, 2, 23), dt.date(2024, 2, 24), country="FR", zone="B").tolist()
    [False, True]
    """
    import numpy as np

    _in_order(first, last)
    known = {name: found for name, found in school_zones().items() if found.country == country.partition("-")[0]}
    if zone not in known:
        raise unknown((f"zone scolaire ({country})", f"school zone ({country})"), zone, known)
    _covered(known[zone], first, last)
    days = np.arange(np.datetime64(first), np.datetime64(last + _DAY))
    off = np.zeros(days.size, dtype=bool)
    for start, end in known[zone].periods:
        begins, ends = _stretched(dt.date.fromisoformat(start), dt.date.fromisoformat(end))
        off |= (days >= np.datetime64(begins)) & (days <= np.datetime64(ends))
    return off


def _stretched(start: dt.date, end: dt.date) -> tuple[dt.date, dt.date]:
    """Return a period with the weekends that touch it."""
    while (start - _DAY).weekday() >= 5:
        start -= _DAY
    while (end + _DAY).weekday() >= 5:
        end += _DAY
    return start, end


def _in_order(first: dt.date, last: dt.date) -> None:
    if last < first:
        raise SettingError((problem("la fin précède le début", "the end is before the start"),))


def _covered(zone: Zone, first: dt.date, last: dt.date) -> None:
    if dt.date.fromisoformat(zone.since) <= first and last <= dt.date.fromisoformat(zone.until):
        return
    raise SettingError(
        (
            problem(
                f"les vacances scolaires de la zone {zone.name} ne sont connues que du {zone.since} au {zone.until}, "
                f"et il en faut du {first} au {last}",
                f"the school holidays of zone {zone.name} are known from {zone.since} to {zone.until} only, and those "
                f"from {first} to {last} are needed",
                remedy=(
                    f"ajouter les années qui manquent à {_FILE.name}, ou se passer des vacances scolaires (zone: null)",
                    f"add the missing years to {_FILE.name}, or do without school holidays (zone: null)",
                ),
            ),
        )
    )
