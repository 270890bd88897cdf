"""The moments at which patients are looked at: what was known of each then, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from chairs.core.errors import DataError, problem
from chairs.flow.log import opened
from chairs.flow.risk.settings import DAY, TRIAGE, RiskRequest, moment_of

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    import pandas as pd

    Log: TypeAlias = pd.DataFrame | Path

HOUR = 3_600_000_000
REACH = 60 * DAY  # who arrived earlier is not looked at any more
SEEN = "seen "  # prefix of the columns that count the steps known of
OVER = "over "  # of those that count the steps that were over: what they tell of the patient is known

# The lines of the days looked at.
_LINES = """
create table lines as select * from steps where begins >= $since
"""
_VISITS = """
create table visits as
select case_id, row_number() over (order by case_id) as number,
       min(begins) filter (placed) as arrived,
       case when (len($final) > 0 and not list_contains($final, arg_max(activity, (begins, position)) filter (placed)))
              or ($dated and arg_max("end" is null, (begins, position)) filter (placed))
            then 9e18::bigint else max(finishes) filter (placed) end as left_at,
       min(least(requested, start, "end")) filter (list_contains($admission, activity)) as admitted_at,
       min(finishes) filter (activity = $triage) as triaged,
       bool_or(activity = $arrival) as emergency
from (select *, unit is not null and not list_contains($outside, activity) as placed from lines) group by case_id
"""
_URGENT = """
create table looked as
select row_number() over (order by moment, instant, case_id) as look, *
from (select t.moment, t.instant, v.* from huddles t join visits v
      on v.arrived <= t.instant and v.arrived > t.instant - $reach
      where v.emergency and t.instant < least(v.left_at, v.admitted_at)
      union all
      select 'triage', v.triaged as instant, v.* from visits v
      where v.emergency and v.triaged between $first and $last and v.triaged < least(v.left_at, v.admitted_at))
"""
_PRESENT = """
create table looked as
select row_number() over (order by t.moment, t.instant, v.case_id) as look, t.moment, t.instant, v.*
from huddles t join visits v on v.arrived <= t.instant and t.instant < v.left_at
where (t.instant // $day) % $every = 0 and v.arrived > t.instant - $reach
  and not (v.emergency and (v.admitted_at is null or t.instant < v.admitted_at))
"""
_TOLD = """
select l.look, any_value(l.moment) as moment, any_value(l.instant) as instant, any_value(l.case_id) as case_id,
       any_value(l.number) as number, any_value(l.arrived) as arrived, any_value(l.left_at) as left_at,
       any_value(l.admitted_at) as admitted_at,
       arg_max(s.unit, (s.begins, s.position)) filter (s.begins <= l.instant and s.unit is not null) as unit,
       max(case when s.start <= l.instant then s.start when s."end" <= l.instant then s."end" else s.requested end)
           as news
       {counts}
from looked l join lines s on s.case_id = l.case_id and least(s.requested, s.start, s."end") <= l.instant
group by l.look order by l.look
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """First and last moment that may be looked at (UTC microseconds): neither too old nor too close to the end."""

    first: int
    last: int


def looks(events: Log, cases: pd.DataFrame | None, asked: RiskRequest) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return looks at emergency patients of whom it is not known yet whether they are admitted, and at the others.

    Parameters
    ----------
    events, cases
        Tables of those contracts (the events as a table or their Parquet file).

    Returns
    -------
    tuple of pandas.DataFrame
        One row a patient and moment: `moment` (triage, h07, ...), `at` (UTC microseconds), `case_id` and its
        `number`, `admitted` (asked for within the horizon), `rest_hours` (until the patient leaves the site, at most
        the horizon), then what was known: `unit`, `hours_here`, `hours_since_news`, `hour` and `weekend` (local); in
        the first table also a count of each step known (`seen NAME`) and the attributes, each from the end of its
        step on. The second table holds everybody else present, at the bed meetings of every few days.

    Raises
    ------
    DataError
        When the file is no event log, or shows no emergency visit.

    Notes
    -----
    Nothing of what lies after the moment is read: cutting the log there gives the same columns
    (`tests/unit/flow/test_risk.py`), and so does the live state (`chairs.twin.admissions`).
    """
    with opened(events) as connection:
        span = _prepare(connection, asked)
        connection.execute(_URGENT, {"first": span.first, "last": span.last, "reach": REACH})
        names = sorted(_steps(connection) - set(asked.admission))
        urgent = _told(connection, names, sorted(set(asked.known.values())))
        connection.execute("drop table looked")
        connection.execute(_PRESENT, {"day": DAY, "every": asked.every, "reach": REACH})
        present = _told(connection, [], [])
    return _finished(urgent, cases, asked), _finished(present, None, asked)


def _steps(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the steps that some patient looked at has gone through by then."""
    query = """select distinct activity from looked join lines using (case_id)
               where least(requested, start, "end") <= instant"""
    return {str(row[0]) for row in connection.execute(query).fetchall()}


def _prepare(connection: duckdb.DuckDBPyConnection, asked: RiskRequest) -> Span:
    """Make the tables of visits and of bed meetings; return the span of the moments."""
    counted = "select min(begins), max(begins) from steps where activity = $arrival"
    bounds = connection.execute(counted, {"arrival": asked.arrival}).fetchall()[0]
    if bounds[0] is None:
        raise DataError(
            (
                problem(
                    "aucun passage aux urgences dans ce journal",
                    "no emergency visit in this log",
                    column=asked.arrival,
                    remedy=("vérifier pathway.arrival de l'étude", "check pathway.arrival of the study"),
                ),
            )
        )
    last = bounds[1] - asked.horizon_days * DAY
    span = Span(first=max(bounds[0], last - asked.days * DAY), last=last)
    connection.execute(_LINES, {"since": span.first - 2 * REACH})
    dated = bool(connection.execute('select count("end") > 0 from lines').fetchall()[0][0])
    connection.execute(
        _VISITS,
        {
            "outside": list(asked.outside),
            "final": list(asked.final),
            "dated": dated,
            "admission": list(asked.admission),
            "triage": asked.triage or "",
            "arrival": asked.arrival,
        },
    )
    connection.register("huddles", _huddles(span, asked))
    return span


def _huddles(span: Span, asked: RiskRequest) -> pd.DataFrame:
    import pandas as pd

    hours = asked.hours if asked.calendar == "real" else ()
    zone = asked.timezone
    edges = [pd.Timestamp(t, unit="us", tz="UTC").tz_convert(zone).tz_localize(None) for t in (span.first, span.last)]
    days = pd.date_range(edges[0].normalize(), edges[1].normalize(), freq="D") if span.last > span.first else edges[:0]
    parts = []
    for hour in hours:
        local = pd.DatetimeIndex(days) + pd.Timedelta(hours=hour)
        at = local.tz_localize(zone, ambiguous=False, nonexistent="shift_forward").tz_convert("UTC").as_unit("us")
        parts.append(pd.DataFrame({"moment": moment_of(hour), "instant": at.asi8}))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"moment": ["h00"][:0], "instant": [0][:0]})
    return table[table["instant"].between(span.first, span.last)].astype({"moment": object})


def _told(connection: duckdb.DuckDBPyConnection, names: list[str], done: list[str]) -> pd.DataFrame:
    """Return what was known at each look: counts of the steps known, and of those that were over."""
    from chairs.store.duck import named, quoted

    seen = [f"count(*) filter (s.activity = {quoted(name)}) as {named(SEEN + name)}" for name in names]
    seen += [
        f"""count(*) filter (s.activity = {quoted(name)} and coalesce(s."end", s.start) <= l.instant)
            as {named(OVER + name)}"""
        for name in done
    ]
    counts = "".join(f", {one}" for one in seen)
    return connection.sql(_TOLD.format(counts=counts)).to_arrow_table().to_pandas()


def _finished(found: pd.DataFrame, cases: pd.DataFrame | None, asked: RiskRequest) -> pd.DataFrame:
    """Return a table of looks with outcome and what is computed from the clock, without the raw times."""
    import numpy as np

    horizon = asked.horizon_days * DAY
    at = found["instant"].to_numpy(np.int64)
    admitted = found["admitted_at"].astype("float64").to_numpy()
    table = found[["moment", "instant", "case_id", "number", "unit"]].rename(columns={"instant": "at"})
    table["admitted"] = (admitted <= at + horizon).astype(np.int64)
    table["rest_hours"] = np.minimum(found["left_at"].to_numpy(np.float64) - at, horizon) / HOUR
    clock = clock_columns(at, asked.timezone)
    table["hours_here"] = (at - found["arrived"].to_numpy(np.int64)) / HOUR
    table["hours_since_news"] = (at - found["news"].to_numpy(np.int64)) / HOUR
    for name, values in clock.items():
        table[name] = values if asked.calendar == "real" else 0.0
    seen = {name: found[name].astype("int64") for name in found.columns if name.startswith(SEEN)}
    table = table.assign(**seen)
    if cases is not None:
        names = [name for name in asked.known if name in cases.columns]
        labels = cases.drop_duplicates("case_id").set_index("case_id")[names]
        labels = labels.reindex(table["case_id"]).reset_index(drop=True)
        for name, step in asked.known.items():
            if name in names:
                value = labels[name]
                table[name] = value.where(found[OVER + step] > 0)
    return table


def clock_columns(at: object, zone: str) -> Mapping[str, object]:
    """Return the local hour and whether it is a weekend, of moments in UTC microseconds.

    Examples
    --------
    >>> {name: values.tolist() for name, values in clock_columns([1_704_582_000_000_000], "Europe/Paris").items()}
    {'hour': [0.0], 'weekend': [1.0]}
    """
    import pandas as pd

    local = pd.DatetimeIndex(pd.to_datetime(at, unit="us", utc=True)).tz_convert(zone)
    return {
        "hour": local.hour.to_numpy() + local.minute.to_numpy() / 60.0,
        "weekend": (local.day_of_week.to_numpy() >= 5).astype("float64"),
    }


def nearest_moment(hour: float, hours: tuple[int, ...]) -> str:
    """Return the bed meeting closest to a local hour, around midnight too; triage when there is none.

    Examples
    --------
    >>> nearest_moment(23.5, (7, 10, 14, 18)), nearest_moment(11.0, ())
    ('h18', 'triage')
    """
    if not hours:
        return TRIAGE
    return moment_of(min(hours, key=lambda other: (min(abs(hour - other), 24 - abs(hour - other)), other)))
