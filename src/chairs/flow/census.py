"""Who is where, hour after hour: patients present, entries and exits of each unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chairs.core.errors import DataError, problem
from chairs.flow.log import HOUR, opened
from chairs.store.duck import frame, one_row, quoted
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from chairs.flow.log import Log

ALL = "all"  # the whole site: every unit together
MOST_HOURS = 60 * 366 * 24
MOST_CELLS = 60_000_000

# Location: in a unit from the first step of an unbroken run of steps there until the first step elsewhere;
# the last run lasts until the latest end of the case, and stays open when its last step has no end.
_LOCATED = """
create temp table stays as
with ordered as materialized (
    select case_id, unit, begins, finishes, position, unit is distinct from lag(unit) over pathway as enters,
           {has_ends} and "end" is null and lead(begins) over pathway is null as is_open
    from steps where begins is not null and unit is not null and activity not in ({outside})
    window pathway as (partition by case_id order by begins, position)),
visits as (
    select case_id, min(begins) as entered, case when not bool_or(is_open) then max(finishes) end as "left"
    from ordered group by case_id),
runs as (
    select case_id, unit, begins, lead(begins) over (partition by case_id order by begins, position) as next_begins
    from ordered where enters)
select unit, begins as entered, coalesce(next_begins, "left") as "left" from runs join visits using (case_id)
union all
select {everywhere}, entered, "left" from visits
"""

# Declared stays: each lasts from its start to its end; those of one case in one unit that overlap count once.
_DECLARED = """
create temp table stays as
with declared as materialized (
    select case_id, unit, start as entered, coalesce("end", {never}) as "left"
    from steps where start is not null and unit is not null and activity in ({presence})),
placed as (
    select * from declared union all select case_id, {everywhere}, entered, "left" from declared),
chained as (
    select *, entered > max("left") over (partition by case_id, unit order by entered, "left"
        rows between unbounded preceding and 1 preceding) as apart
    from placed),
numbered as (
    select *, count(*) filter (apart) over (partition by case_id, unit order by entered, "left"
        rows unbounded preceding) as island
    from chained)
select unit, min(entered) as entered, nullif(max("left"), {never}) as "left"
from numbered group by case_id, unit, island
"""

_NEVER = 1 << 62

_GRID = """
with changes as (
    select unit, (entered - {origin}) // {hour} as hour, 1 as entries, 0 as exits, 0 as change from stays
    union all
    select unit, (entered - {origin} + {hour} - 1) // {hour}, 0, 0, 1 from stays
    union all
    select unit, ("left" - {origin}) // {hour}, 0, 1, 0 from stays where "left" is not null
    union all
    select unit, ("left" - {origin} + {hour} - 1) // {hour}, 0, 0, -1 from stays where "left" is not null),
summed as (
    select unit, hour, sum(entries) as entries, sum(exits) as exits, sum(change) as change
    from changes group by unit, hour),
grid as (
    select unit, hour from (select distinct unit from stays), (select unnest(range({hours})) as hour)),
measured as (
    select unit, hour, coalesce(entries, 0) as arrivals, coalesce(exits, 0) as departures,
           sum(coalesce(change, 0)) over (partition by unit order by hour) as census
    from grid left join summed using (unit, hour)),
long as (
    select unit, hour, unnest(['arrivals', 'census', 'departures']) as measure,
           unnest([arrivals, census, departures])::bigint as value
    from measured)
select {site} as site, unit, make_timestamptz({origin} + hour * {hour}) as hour, measure, value::double as value
from long order by unit, measure, hour
"""


def hourly_census(
    events: Log, *, presence: Sequence[str] = (), outside: Sequence[str] = (), site: str = ALL
) -> pd.DataFrame:
    """Return, for each unit and UTC hour, the patients present on the hour, and the entries and exits in it.

    A patient is *present* at hour h when entered <= h < left. Without `presence`, a patient is where
    the latest step took place: in a unit from the first step of an unbroken run of steps there until
    the first step in another unit, and at the end until the latest end of the case. With `presence`,
    only the steps it names count, each from its start to its end; overlapping ones of one case in one
    unit count once. The unit `all` is the whole site (a patient counts once).

    A stay without end counts until the end of the log (`open_stays` gives how many there are). Who was
    there before the log begins is not in it: the first days are too low.

    Parameters
    ----------
    presence
        Steps that are stays, such as `ward_stay`.
    outside
        Steps at which the patient is not there, such as a cancelled admission.
    site
        What to write in the column `site`.

    Returns
    -------
    DataFrame
        Contract `unit_hour`: measures `arrivals`, `census`, `departures`, every hour from the first to
        the last of the log, zeros included. Empty when no step has a unit and a time.

    Raises
    ------
    DataError
        When the log spans more than 60 years or too many unit hours: a date is then wrong.

    Notes
    -----
    +1 at the first full hour from the entry, -1 at the first from the exit, then a running sum (whole
    numbers). Summed over the hours it obeys Little's law (Little 1961): mean census = entries per hour
    x mean stay, exactly when stays begin and end on the hour. Checked against counting by brute force.

    Examples
    --------
    >>> import pandas as pd
    >>> log = CONTRACTS["events"].conform(pd.DataFrame({"case_id": ["A"], "activity": ["stay"], "unit": ["W"],
    ...     "start": pd.to_datetime(["2024-01-01 08:30"], utc=True), "position": [0],
    ...     "end": pd.to_datetime(["2024-01-01 10:30"], utc=True)}))
    >>> table = hourly_census(log)
    >>> table[(table["unit"] == "W") & (table["measure"] == "census")]["value"].tolist()
    [0.0, 1.0, 1.0]
    """
    with opened(events) as connection:
        first, last = _span(connection)
        if first is None:
            return CONTRACTS["unit_hour"].conform(_empty())
        make_stays(connection, presence, outside)
        origin = first // HOUR * HOUR
        hours = (last - origin) // HOUR + 1
        (units,) = one_row(connection, "select count(distinct unit) from stays")
        _refuse_span(hours, units)
        grid = _GRID.format(origin=origin, hour=HOUR, hours=hours, site=quoted(site))
        return CONTRACTS["unit_hour"].conform(frame(connection, grid))


def open_stays(events: Log, *, presence: Sequence[str] = (), outside: Sequence[str] = ()) -> int:
    """Return how many patients are still there when the log ends (their stay has no end).

    Examples
    --------
    >>> import pandas as pd
    >>> log = CONTRACTS["events"].conform(pd.DataFrame({"case_id": ["A", "B"], "activity": "stay", "unit": "W",
    ...     "start": pd.to_datetime(["2024-01-01 08:30"] * 2, utc=True), "position": [0, 1],
    ...     "end": pd.to_datetime(["2024-01-01 10:30", None], utc=True)}))
    >>> open_stays(log)
    1
    """
    with opened(events) as connection:
        make_stays(connection, presence, outside)
        return int(one_row(connection, f"""select count(*) from stays where "left" is null and unit = '{ALL}'""")[0])


def make_stays(connection: duckdb.DuckDBPyConnection, presence: Sequence[str], outside: Sequence[str]) -> None:
    """Make the table `stays` (unit, entered, left in microseconds) of an opened log; unit `all` is the site."""
    template = _DECLARED if presence else _LOCATED
    (ends,) = one_row(connection, 'select count("end") from steps')
    words = {
        "has_ends": "true" if ends else "false",
        "presence": ", ".join(quoted(step) for step in presence),
        "outside": ", ".join(quoted(step) for step in outside) or "''",
        "everywhere": quoted(ALL),
        "never": _NEVER,
    }
    connection.execute(template.format(**words))


def _span(connection: duckdb.DuckDBPyConnection) -> tuple[int | None, int]:
    query = "select min(begins), max(greatest(begins, finishes)) from steps where unit is not null"
    first, last = one_row(connection, query)
    return first, last or 0


def _empty() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: [] for name in CONTRACTS["unit_hour"].columns})


def _refuse_span(hours: int, units: int) -> None:
    if hours > MOST_HOURS or 3 * hours * units > MOST_CELLS:
        raise DataError(
            (
                problem(
                    f"le journal couvre {hours // (24 * 366)} années et {units} unités : trop pour un compte horaire",
                    f"the log spans {hours // (24 * 366)} years and {units} units: too much for an hourly count",
                    file="events",
                    remedy=(
                        "chercher une date erronée (1900, 9999) ou un identifiant mis dans la colonne de l'unité",
                        "look for a wrong date (1900, 9999) or an identifier put in the column of the unit",
                    ),
                ),
            )
        )
