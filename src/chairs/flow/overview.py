"""The flow of a study in one call: every table of the step `discover`, and the numbers of its overview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import Text
from chairs.flow.census import ALL, hourly_census, open_stays
from chairs.flow.discovery import durations, process_map, variants
from chairs.flow.log import HOUR, opened
from chairs.flow.week import daily, week_profile, within
from chairs.store.duck import one_row, quoted
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from chairs.flow.log import Log
    from chairs.flow.settings import Pathway

SHORTEST_DAY = 23  # hours, when the clocks go forward; a day with fewer in the log is not whole
FICTITIOUS = "fictitious_calendar"
TO_THE_END = "open_stays_counted_to_the_end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What a number of the overview means, and its unit of measure."""

    label: Text
    unit: str = ""


def _fact(fr: str, en: str, unit: str = "") -> Fact:
    return Fact(label=Text(fr=fr, en=en), unit=unit)


FACTS = {
    "cases": _fact("Passages ou séjours", "Visits or stays"),
    "events": _fact("Lignes du journal", "Rows of the log"),
    "activities": _fact("Étapes différentes", "Distinct steps"),
    "units": _fact("Unités", "Units"),
    "resources": _fact("Ressources ou groupes", "Resources or groups"),
    "variants": _fact("Variantes de parcours", "Pathway variants"),
    "undated_events": _fact("Lignes sans aucune heure (laissées hors du parcours)", "Rows without any time (left out)"),
    "steps_median": _fact("Étapes par passage, médiane", "Steps per visit, median"),
    "pathway_hours_median": _fact("Durée du parcours, médiane", "Length of the pathway, median", "h"),
    "pathway_hours_p90": _fact("Durée du parcours, 9e décile", "Length of the pathway, 90th percentile", "h"),
    "returns": _fact("Passages suivis d'un retour", "Visits followed by a return"),
    "return_days_median": _fact("Délai avant le retour, médiane", "Delay before the return, median", "d"),
    "days": _fact("Jours locaux entiers observés", "Whole local days observed", "d"),
    "arrivals_per_day": _fact("Arrivées par jour, moyenne", "Arrivals a day, mean", "/d"),
    "arrivals_dispersion": _fact(
        "Variance sur moyenne des arrivées par jour (1 : Poisson)", "Variance to mean of daily arrivals (1: Poisson)"
    ),
    "census_mean": _fact("Patients présents, moyenne horaire", "Patients present, hourly mean"),
    "census_peak": _fact("Patients présents, maximum horaire", "Patients present, hourly maximum"),
    "open_stays": _fact("Séjours sans fin, comptés jusqu'à la fin", "Stays without end, counted to the end"),
}
CLOCK_FACTS = ("days", "arrivals_per_day", "arrivals_dispersion", "census_mean", "census_peak", "open_stays")

_COUNTS = """
select count(distinct case_id) as cases, count(*) as events, count(distinct activity) as activities,
       count(distinct unit) as units, count(*) filter (begins is null) as undated_events
from steps
"""

_SEQUENCES = """
select count(distinct sequence)
from (select list(activity order by begins, position) as sequence from steps where begins is not null group by case_id)
"""

# The pathway runs from the first reference step (else the first step) to the latest end before the first return.
_LENGTHS = """
with marked as (
    select case_id, activity, begins, finishes, "end", start,
           count(*) filter (activity in ({returns})) over (
               partition by case_id order by begins, position rows unbounded preceding) as later
    from steps where begins is not null),
pathways as (
    select case_id, count(*) filter (later = 0) as steps,
           coalesce(min(begins) filter (activity = {reference} and later = 0), min(begins) filter (later = 0)) as first,
           max(finishes) filter (later = 0) as last, min(begins) filter (later > 0) as back
    from marked group by case_id)
select quantile_cont(steps, 0.5), count(last), quantile_cont(last - first, 0.5) / {hour},
       quantile_cont(last - first, 0.9) / {hour}, count(back), quantile_cont(back - last, 0.5) / (24 * {hour}),
       count(*)
from pathways
"""

Row = tuple[str, float | None, int | None, str, str | None]


def discover(
    events: Log, settings: Pathway, cases: Log | None = None, declared: pd.DataFrame | None = None
) -> dict[str, pd.DataFrame]:
    """Return the tables of the step `discover`.

    Parameters
    ----------
    events
        Contract `events`, as a table or its Parquet file.
    settings
        Reference step, stays, clock (see `Pathway`).
    cases
        Contract `cases`; only to count the cases that have no event.
    declared
        Contract `unit_hour`: measures that a source gives (open beds), put beside the census.

    Returns
    -------
    dict
        `transitions`, `variants`, `durations`, `facts`, and, unless the calendar is fictitious,
        `unit_hour`, `unit_day`, `profile`. With a fictitious calendar the facts that need a clock are
        there without a value, status `not_applicable`, reason `fictitious_calendar`.

    Raises
    ------
    DataError, SettingError
        As `process_map`, `durations` and `hourly_census`.

    Examples
    --------
    >>> import pandas as pd
    >>> from chairs.flow.settings import Pathway
    >>> log = CONTRACTS["events"].conform(pd.DataFrame({"case_id": "A", "activity": ["arrival", "scan"],
    ...     "unit": "ED", "end": pd.to_datetime(["2024-01-01 08:00", "2024-01-01 10:00"], utc=True),
    ...     "position": [0, 1]}))
    >>> sorted(discover(log, Pathway(reference="arrival", calendar="fictitious")))
    ['durations', 'facts', 'transitions', 'variants']
    """
    tables = {
        "transitions": process_map(events, final=settings.final),
        "variants": variants(events, keep=settings.variants, final=settings.final),
        "durations": durations(events, settings.reference, settings.groups),
    }
    rows = _counts(events, settings, cases)
    if settings.calendar == "fictitious":
        rows += [(name, None, None, "not_applicable", FICTITIOUS) for name in CLOCK_FACTS]
    else:
        tables |= _by_the_hour(events, settings, declared)
        still_there = open_stays(events, presence=settings.presence, outside=settings.outside)
        rows += _clock_facts(tables, still_there)
    tables["facts"] = _facts(rows)
    return tables


def _by_the_hour(events: Log, settings: Pathway, declared: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    import pandas as pd

    sites = [] if declared is None else sorted(declared["site"].unique())
    site = sites[0] if len(sites) == 1 else ALL
    hourly = hourly_census(events, presence=settings.presence, outside=settings.outside, site=site)
    if settings.arrival is not None:
        hourly = _with_arrivals(hourly, arrivals_per_hour(events, settings.arrival))
    if declared is not None:
        known = set(hourly["measure"])
        hourly = pd.concat([hourly, declared[~declared["measure"].isin(known)]], ignore_index=True)
    if settings.period is not None:
        hourly = within(hourly, settings.period, settings.timezone)
    return {
        "unit_hour": hourly,
        "unit_day": daily(hourly, settings.timezone),
        "profile": week_profile(hourly, settings.timezone),
    }


def arrivals_per_hour(events: Log, arrival: str) -> pd.DataFrame:
    """Return how many times the step `arrival` begins in each UTC hour (`hour`, `value`; hours without one left out).

    Examples
    --------
    >>> import pandas as pd
    >>> log = CONTRACTS["events"].conform(pd.DataFrame({"case_id": ["A", "B"], "activity": "arrival",
    ...     "end": pd.to_datetime(["2024-01-01 08:10", "2024-01-01 08:50"], utc=True), "position": [0, 1]}))
    >>> arrivals_per_hour(log, "arrival")["value"].tolist()
    [2.0]
    """
    from chairs.store.duck import frame

    query = f"""
        select date_trunc('hour', make_timestamptz(begins)) as hour, count(*)::double as value
        from steps where activity = {quoted(arrival)} and begins is not null group by 1 order by 1"""
    with opened(events) as connection:
        return frame(connection, query)


def _with_arrivals(hourly: pd.DataFrame, arrivals: pd.DataFrame) -> pd.DataFrame:
    counted = hourly["hour"].map(arrivals.set_index("hour")["value"]).fillna(0.0)
    chosen = (hourly["unit"] == ALL) & (hourly["measure"] == "arrivals")
    return hourly.assign(value=hourly["value"].mask(chosen, counted))


def _counts(events: Log, settings: Pathway, cases: Log | None) -> list[Row]:
    with opened(events) as connection:
        known, rows, activities, units, undated = one_row(connection, _COUNTS)
        (sequences,) = one_row(connection, _SEQUENCES)
        (resources,) = one_row(connection, "select count(distinct resource) from events")
        lengths = _lengths(connection, settings)
    counts = {"events": rows, "activities": activities, "units": units, "resources": resources, "variants": sequences}
    found: list[Row] = [(name, count, known, "ok", None) for name, count in counts.items()]
    found.append(("cases", known if cases is None else _count_cases(cases), None, "ok", None))
    found.append(("undated_events", undated, rows, "ok", None))
    return found + lengths


def _lengths(connection: duckdb.DuckDBPyConnection, settings: Pathway) -> list[Row]:
    query = _LENGTHS.format(
        returns=", ".join(map(quoted, settings.returns)) or "''", reference=quoted(settings.reference), hour=HOUR
    )
    steps, n, median, p90, returns, days, cases = one_row(connection, query)
    rows: list[Row] = [
        ("steps_median", steps, cases, "ok", None),
        ("pathway_hours_median", median, n, "ok", None),
        ("pathway_hours_p90", p90, n, "ok", None),
    ]
    if settings.returns:
        rows.append(("returns", returns, cases, "ok", None))
        rows.append(("return_days_median", days, returns, "ok" if returns else "not_available", None))
    return rows


def _count_cases(cases: Log) -> int:
    from pathlib import Path

    import pyarrow.parquet

    return pyarrow.parquet.ParquetFile(cases).metadata.num_rows if isinstance(cases, Path) else len(cases)


def _clock_facts(tables: dict[str, pd.DataFrame], still_there: int) -> list[Row]:
    days = tables["unit_day"]
    whole = days[(days["unit"] == ALL) & (days["measure"] == "arrivals") & (days["n"] >= SHORTEST_DAY)]
    census = tables["unit_hour"].loc[lambda t: (t["unit"] == ALL) & (t["measure"] == "census"), "value"]
    rows: list[Row] = [("days", len(whole), None, "ok", None), ("open_stays", still_there, None, "ok", TO_THE_END)]
    if len(whole) > 1 and whole["value"].mean() > 0:
        mean = whole["value"].mean()
        rows.append(("arrivals_per_day", mean, len(whole), "ok", None))
        rows.append(("arrivals_dispersion", whole["value"].var(ddof=1) / mean, len(whole), "ok", None))
    if len(census):
        rows.append(("census_mean", census.mean(), len(census), "ok", None))
        rows.append(("census_peak", census.max(), len(census), "ok", None))
    absent = set(CLOCK_FACTS) - {row[0] for row in rows}
    return rows + [(name, None, None, "not_available", None) for name in sorted(absent)]


def _facts(rows: list[Row]) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(rows, columns=["name", "value", "n", "status", "reason"])
    table = table.assign(unit=[FACTS[name].unit for name in table["name"]])
    return CONTRACTS["facts"].conform(table.sort_values("name", ignore_index=True))
