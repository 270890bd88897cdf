"""The event log of a run: the hospital's own tables `events` and `cases`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from chairs.core.counter import philox, word
from chairs.tables import CONTRACTS
from chairs.twin.compiling import Program
from chairs.twin.engine import layout as code
from chairs.twin.lines import Lines, read_lines
from chairs.twin.model import Model
from chairs.twin.running import key_of
from chairs.twin.state import Present, placed

if TYPE_CHECKING:
    import pandas as pd

    from chairs.twin.simulate import Simulation

NO_DATE = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)  # a Monday, for runs without a start
ARRIVAL = "arrival"
RESUMED = ", resumed"


def event_log(simulation: Simulation) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables `events` and `cases` of all replications.

    `events` has one line for each hold of a resource (activity of the seizing step, from request to release), each
    delay, mark and tally with an `activity`, each arrival and exit. Who left a queue or was refused has a line
    without a start; what is under way at the horizon has no end. A hold that was interrupted by a roster ends
    there; its continuation is a line of its own, the activity followed by ", resumed", requested at the interruption.

    `cases` has class (on arrival) and attributes of each patient. A patient of list L is L-0000001 and so on in
    every replication and every scenario.
    """
    import pandas as pd

    events, cases = [], []
    for replication, lines in enumerate(simulation.each(read_lines, log=True)):
        whole = _with_present(lines, simulation.state, simulation.program.model)
        people = _people(whole, simulation.state, simulation.program.model)
        events.append(_events(whole, people, simulation.program, replication))
        cases.append(_cases(whole, people, simulation, replication))
    return (
        CONTRACTS["events"].conform(pd.concat(events, ignore_index=True)),
        CONTRACTS["cases"].conform(pd.concat(cases, ignore_index=True)),
    )


def _with_present(lines: Lines, state: tuple[Present, ...], model: Model) -> Lines:
    """Add the arrivals, before the run, of those present at its start; they come first."""
    if not state:
        return lines
    n = len(state)
    people = [state[place] for place in placed(state)]
    came = np.array([-(p.elapsed if p.since_arrival is None else p.since_arrival) for p in people])
    first = {
        "who": np.arange(n),
        "row": np.full(n, -1),
        "resource": np.full(n, -1),
        "class": np.array([model.classes.index(p.patient_class) for p in people]),
        "kind": np.full(n, code.LOG_ARRIVE),
        "requested": came,
        "start": came,
        "end": came,
    }
    return {name: np.concatenate([first[name], values]) for name, values in lines.items()}


def _people(lines: Lines, state: tuple[Present, ...], model: Model) -> np.ndarray:
    """Return the identifier of each patient by his serial number."""
    arrived = lines["kind"] == code.LOG_ARRIVE
    names = np.empty(int(lines["who"].max(initial=-1)) + 1, dtype=object)
    sources = [source.name for source in model.arrivals]
    for who, row, number in zip(*(lines[name][arrived] for name in ("who", "row", "resource")), strict=True):
        names[who] = f"{sources[row]}-{number:07d}" if row >= 0 else None
    for who, place in enumerate(placed(state)):
        names[who] = state[place].case_id or f"present-{place + 1:07d}"
    return names


def _events(lines: Lines, people: np.ndarray, program: Program, replication: int) -> pd.DataFrame:
    import pandas as pd

    cases = people[lines["who"]]
    first = np.fmin(np.fmin(lines["requested"], lines["start"]), lines["end"])
    rank = np.where(lines["kind"] == code.LOG_ARRIVE, 0, np.where(lines["kind"] == code.LOG_LEAVE, 2, 1))
    resumed = _resumed(lines, program.model)
    names = _names(lines, resumed, program.model)
    order = np.lexsort((lines["row"], rank, first, lines["who"]))
    who = lines["who"][order]
    starts = np.flatnonzero(np.diff(who, prepend=-1))
    frame = pd.DataFrame(
        {
            "case_id": cases[order],
            "activity": names["activity"][order],
            "unit": names["unit"][order],
            **{name: moments(lines[name][order], program) for name in ("requested", "start", "end")},
            "resource": names["resource"][order],
            "position": np.arange(len(who)) - np.repeat(starts, np.diff(np.append(starts, len(who)))),
            "replication": replication,
        }
    )
    return frame.sort_values(["case_id", "position"], kind="stable", ignore_index=True)


def _names(lines: Lines, resumed: np.ndarray, model: Model) -> dict[str, np.ndarray]:
    kind, row, resource = lines["kind"], lines["row"], lines["resource"]
    arrived, held = kind == code.LOG_ARRIVE, kind == code.LOG_HOLD
    activities = np.array([getattr(step, "activity", None) or step.name for step in model.steps], dtype=object)
    activity = np.where(arrived, ARRIVAL, activities[np.where(arrived, 0, row)])
    activity[resumed] += RESUMED
    resources = np.array([item.name for item in model.resources] or [""], dtype=object)
    units = np.array([item.unit or item.name for item in model.resources] or [""], dtype=object)
    place = np.where(held, resource, 0)
    named, located = resources[place], units[place]
    named[~held] = located[~held] = None
    return {"activity": activity, "resource": named, "unit": located}


def _resumed(lines: Lines, model: Model) -> np.ndarray:
    """Say of each line whether it goes on with a hold that a roster interrupted, or waits to."""
    found = np.zeros(len(lines["who"]), dtype=bool)
    kind, row, resource, who = (lines[name] for name in ("kind", "row", "resource", "who"))
    for place, item in enumerate(model.resources):
        if item.on_reduction != "preempt":
            continue
        held = (resource == place) & ((kind == code.LOG_HOLD) | (kind == code.LOG_LEFT_QUEUE))
        mine = np.flatnonzero(held)
        ended = {(who[i], row[i], lines["end"][i]) for i in mine if not np.isnan(lines["end"][i])}
        found[mine] = [(who[i], row[i], lines["requested"][i]) in ended for i in mine]
    return found


def _cases(lines: Lines, people: np.ndarray, simulation: Simulation, replication: int) -> pd.DataFrame:
    import pandas as pd

    model = simulation.program.model
    arrived = lines["kind"] == code.LOG_ARRIVE
    who, classes = lines["who"][arrived], lines["class"][arrived]
    columns: dict[str, Any] = {
        "case_id": people[who],
        "replication": replication,
        "patient_class": np.array(model.classes, dtype=object)[classes],
    }
    present = [simulation.state[place] for place in placed(simulation.state)]
    drawn = _drawn(lines, arrived, simulation, replication)
    for place, attribute in enumerate(model.attributes):
        levels = np.array(attribute.levels, dtype=object)[drawn[:, place]]
        levels[: len(present)] = [person.attributes.get(attribute.name, attribute.levels[0]) for person in present]
        columns[attribute.name] = levels
    frame = pd.DataFrame(columns).sort_values("case_id", kind="stable", ignore_index=True)
    return frame.astype({name: "str" for name in frame.columns if name != "replication"})


def _drawn(lines: Lines, arrived: np.ndarray, simulation: Simulation, replication: int) -> np.ndarray:
    """Return the levels drawn for those who arrived: the engine's own draw, once more."""
    model, key = simulation.program.model, key_of(simulation.seed, replication)
    levels = np.zeros((int(arrived.sum()), len(model.attributes)), dtype=np.int64)
    sources = [word("arrivals", source.name) for source in model.arrivals]
    people = list(zip(*(lines[name][arrived] for name in ("row", "resource", "class")), strict=True))
    for place, attribute in enumerate(model.attributes):
        shares = [np.cumsum(attribute.by_class.get(cls, attribute.shares))[:-1] for cls in model.classes]
        for line, (row, number, cls) in enumerate(people):
            if row >= 0:
                counter = (int(number), sources[row], word("attribute", attribute.name), 0, *key)
                u, _ = philox(*(np.uint64(value) for value in counter))
                levels[line, place] = np.searchsorted(shares[cls], u, side="right")
    return levels


def moments(values: np.ndarray, program: Program) -> Any:
    """Return moments of the run as UTC times to the microsecond, missing where there is none."""
    import pandas as pd

    known = ~np.isnan(values)
    whole = np.full(len(values), np.iinfo(np.int64).min, dtype=np.int64)
    whole[known] = epoch(program) + microseconds(values[known], program)
    return pd.DatetimeIndex(whole.view("M8[us]"), tz="UTC")


def microseconds(values: np.ndarray, program: Program) -> np.ndarray:
    """Return lengths of time in whole microseconds."""
    rounded: np.ndarray = np.rint(values * (3_600_000_000.0 / program.model.hour)).astype(np.int64)
    return rounded


def epoch(program: Program) -> int:
    """Return the start of the run in microseconds since 1970."""
    import pandas as pd

    start = pd.Timestamp(program.start or NO_DATE).tz_convert("UTC").tz_localize(None)
    return int(np.datetime64(start, "us").astype(np.int64))
