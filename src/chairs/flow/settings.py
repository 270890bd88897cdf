"""What a study says of its pathways: the reference step, the stays, the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from chairs.core.clock import check_zone
from chairs.core.records import build
from chairs.core.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Pathway:
    """How the event log of a study is to be read.

    Parameters
    ----------
    reference
        Step from which delays are counted (registration, arrival).
    arrival
        Step that is an arrival at the site; when absent, the first step of each case is.
    groups
        Steps taken as one in the delays: name of the group to its steps.
    returns
        Steps that belong to a later visit under the same case: the pathway ends before the first of them.
    final
        Steps that end a pathway; when given, the map and the variants leave out the cases still under way.
    presence
        Steps that are stays, each from its start to its end, for the census; when empty, a patient is
        where the latest step took place.
    outside
        Steps at which the patient is not there (a cancelled admission): left out of the census.
    period
        Local days that count for the census and the week: a year (2019), years (2023-2024), a quarter
        (2019-Q3), a month (2019-07); everything when absent. Earlier stays that reach into it count.
    timezone
        Clock of the site, for days, weekdays and hours.
    calendar
        `fictitious` when dates were shifted: nothing by hour, weekday or season is computed.
    variants
        Most frequent pathways kept.
    """

    reference: str
    arrival: str | None = None
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    returns: tuple[str, ...] = ()
    final: tuple[str, ...] = ()
    presence: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    period: str | None = None
    timezone: str = "Europe/Paris"
    calendar: Literal["real", "fictitious"] = "real"
    variants: int = 200


def read_pathway(study: Study, params: Mapping[str, Any]) -> Pathway:
    """Return the settings of a study: its block `pathway`, its calendar, the numbers of `params.yaml`.

    Raises
    ------
    SettingError
        For an unknown key, a missing reference step or an unknown time zone.

    Examples
    --------
    >>> from chairs.core.errors import Text
    >>> words = Text(fr="", en="")
    >>> study = Study(name="s", title=words, question=words, level="demo", period="2024", stages=(),
    ...     pathway={"reference": "arrival"})
    >>> read_pathway(study, {"variants": 10}).variants
    10
    """
    where = f"{study.name}.yaml, pathway"
    build(Pathway, {"reference": "", **params}, "params.yaml, discover")  # so that its errors name that file
    pathway = build(Pathway, {**params, "calendar": study.calendar, "period": study.period, **study.pathway}, where)
    check_zone(pathway.timezone, where)
    return pathway
