"""The pathways in an event log: process map, variants, delays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from chairs.core.errors import SettingError, problem
from chairs.flow.log import hours, opened
from chairs.store.duck import frame, quoted
from chairs.tables import CONTRACTS
from chairs.tables.transitions import CASE_END, CASE_START
from chairs.tables.variants import ARROW

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from chairs.flow.log import Log

_DELAYS = ", ".join(
    f"{hours('delay', share)} as {name}_hours"
    for name, share in {"median": 0.5, "p10": 0.1, "p25": 0.25, "p75": 0.75, "p90": 0.9}.items()
)


def process_map(events: Log, *, final: Sequence[str] = ()) -> pd.DataFrame:
    """Return how often each step directly follows each other step, and after how long.

    Steps of a case are ordered by the instant they begin (start, else end, else request), then by
    their row in the source, which decides between equal times. Steps without any time are left out.
    The delay runs from the end of a step to the start of the next; steps that overlap give a
    negative delay, which is kept. `case_start` and `case_end` mark the first and last steps (no delay).

    Parameters
    ----------
    final
        Steps that end a pathway: a case whose last step is another is still under way and is left out
        (counting it would print an end that did not happen). None: every case counts.

    Returns
    -------
    DataFrame
        Contract `transitions`; delays in hours.

    References
    ----------
    van der Aalst, *Process Mining: Data Science in Action*, 2nd ed. 2016, section 6.2 (directly-follows).

    Notes
    -----
    Checked against counts by hand and, for the real Sepsis log, against the totals of its description.

    Examples
    --------
    >>> import pandas as pd
    >>> times = pd.to_datetime(["2024-01-01 08:00", "2024-01-01 09:30"], utc=True)
    >>> log = pd.DataFrame({"case_id": "A", "activity": ["triage", "scan"], "end": times, "position": [0, 1]})
    >>> from chairs.tables import CONTRACTS
    >>> arcs = process_map(CONTRACTS["events"].conform(log))
    >>> arcs[["source", "target", "n", "median_hours"]].values.tolist()
    [['case_start', 'triage', 1, nan], ['scan', 'case_end', 1, nan], ['triage', 'scan', 1, 1.5]]
    """
    query = f"""
        with ordered as (
            select case_id, activity, finishes,
                   lag(activity) over pathway is null as is_first,
                   lead(activity) over pathway as next,
                   lead(begins) over pathway as next_begins
            from {_ended(final)} where begins is not null
            window pathway as (partition by case_id order by begins, position)),
        arcs as (
            select case_id, activity as source, coalesce(next, {quoted(CASE_END)}) as target,
                   next_begins - finishes as delay from ordered
            union all
            select case_id, {quoted(CASE_START)}, activity, null from ordered where is_first)
        select source, target, count(distinct case_id) as cases, count(*) as n,
               {hours("delay", 0.5)} as median_hours, {hours("delay", 0.9)} as p90_hours
        from arcs group by source, target order by source, target"""
    with opened(events) as connection:
        return CONTRACTS["transitions"].conform(frame(connection, query))


def variants(events: Log, *, keep: int, final: Sequence[str] = ()) -> pd.DataFrame:
    """Return the `keep` most frequent sequences of steps, with the share of all cases each one has.

    Steps are ordered, and cases under way left out, as in `process_map`. Equal counts are ranked by the sequence
    itself, so that the table is always the same.

    Returns
    -------
    DataFrame
        Contract `variants`; `share` is between 0 and 1, of all cases with at least one dated step.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"case_id": ["A", "A", "B"], "activity": ["triage", "scan", "triage"],
    ...     "end": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"], utc=True), "position": [0, 1, 2]})
    >>> from chairs.tables import CONTRACTS
    >>> variants(CONTRACTS["events"].conform(log), keep=5)[["rank", "variant", "share"]].values.tolist()
    [[1, 'triage', 0.5], [2, 'triage → scan', 0.5]]
    """
    query = f"""
        with pathways as (
            select list(activity order by begins, position) as steps
            from {_ended(final)} where begins is not null group by case_id),
        counted as (select steps, count(*) as cases from pathways group by steps)
        select row_number() over (order by cases desc, steps) as rank,
               array_to_string(steps, {quoted(ARROW)}) as variant, len(steps) as steps, cases,
               cases / (sum(cases) over ()) as share
        from counted order by rank limit {int(keep)}"""
    with opened(events) as connection:
        return CONTRACTS["variants"].conform(frame(connection, query))


def _ended(final: Sequence[str]) -> str:
    """Return the SQL of the steps of the cases whose last step is one of `final` (of all cases when empty)."""
    if not final:
        return "steps"
    listed = ", ".join(quoted(step) for step in final)
    return f"""(select steps.* from steps join (
            select case_id from steps where begins is not null
            group by case_id having arg_max(activity, row(begins, position)) in ({listed})) using (case_id))"""


def durations(events: Log, reference: str, groups: Mapping[str, tuple[str, ...]] | None = None) -> pd.DataFrame:
    """Return the delays since a reference step, and the waiting and service times of each step.

    *Since the reference*: in each case that has both steps, the instant the first occurrence of the
    step begins minus the instant the first occurrence of the reference begins. A step recorded before
    the reference gives a negative delay: it is kept in the quantiles and counted in `negative`.
    *Waiting*: start minus request, where the source has both. *Service*: end minus start.

    Parameters
    ----------
    reference
        The step from which delays are counted (registration, arrival).
    groups
        Steps taken as one: name of the group to its steps (`release` to the five kinds of release).

    Returns
    -------
    DataFrame
        Contract `durations`, hours; quantiles by linear interpolation (type 7).

    Raises
    ------
    SettingError
        When the log has no step called `reference`, or none called as in `groups`.

    Notes
    -----
    Checked against the medians published with the Sepsis log: triage 0.14 h (n 1,050), antibiotics
    1.88 h (823), normal-care admission 3.39 h (800), first release 134 h (782).

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"case_id": "A", "activity": ["arrival", "scan"], "position": [0, 1],
    ...     "end": pd.to_datetime(["2024-01-01 08:00", "2024-01-01 10:00"], utc=True)})
    >>> from chairs.tables import CONTRACTS
    >>> durations(CONTRACTS["events"].conform(log), "arrival")[["to_activity", "n", "median_hours"]].values.tolist()
    [['scan', 1, 2.0]]
    """
    with opened(events) as connection:
        _known(connection, reference, groups or {})
        members = "".join(
            f" union all select case_id, {quoted(group)}, begins from steps where activity in ({_listed(steps)})"
            for group, steps in (groups or {}).items()
        )
        query = f"""
            with named as (select case_id, activity, begins from steps{members}),
            firsts as (select case_id, activity, min(begins) as begins from named
                       where begins is not null group by case_id, activity),
            delays as (
                select 'since_reference' as kind, {quoted(reference)} as from_activity, f.activity as to_activity,
                       f.begins - r.begins as delay
                from firsts f join firsts r using (case_id)
                where r.activity = {quoted(reference)} and f.activity <> {quoted(reference)}
                union all
                select 'waiting', activity, activity, start - requested from steps
                union all
                select 'service', activity, activity, "end" - start from steps)
            select kind, from_activity, to_activity, count(*) as n, count(*) filter (delay < 0) as negative, {_DELAYS}
            from delays where delay is not null
            group by kind, from_activity, to_activity order by kind, from_activity, to_activity"""
        return CONTRACTS["durations"].conform(frame(connection, query))


def _known(connection: duckdb.DuckDBPyConnection, reference: str, groups: Mapping[str, tuple[str, ...]]) -> None:
    found = {name for (name,) in connection.execute("select distinct activity from steps").fetchall()}
    for name in (reference, *(step for steps in groups.values() for step in steps)):
        if name not in found:
            raise SettingError(
                (
                    problem(
                        f"le journal n'a pas d'étape « {name} » (il en a {len(found)} autres)",
                        f'the log has no step "{name}" (it has {len(found)} others)',
                        remedy=("corriger le nom dans l'étude", "correct the name in the study"),
                    ),
                )
            )


def _listed(steps: tuple[str, ...]) -> str:
    return ", ".join(quoted(step) for step in steps)
