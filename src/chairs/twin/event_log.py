"""What a run leaves behind as tables: the hospital's own event log, and the census by hour."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from chairs.twin.compiling import Program
from chairs.twin.engine import layout as code
from chairs.twin.memory import Memory
from chairs.twin.model import Model

if TYPE_CHECKING:
    import pandas as pd

    from chairs.twin.simulate import Simulation

NO_DATE = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)  # a Monday, for runs without a start
ARRIVAL = "arrival"
_COLUMNS = ("who", "row", "resource", "class", "kind", "requested", "start", "end")


def event_log(simulation: Simulation) -> pd.DataFrame:
    """Return the event log of all replications in the contract `events`, in the order case, position.

    One line for each hold of a resource (activity of the seizing step, from request to release), each delay, mark
    and tally with an `activity`, each arrival and exit. Who left a queue or was refused has a line without a
    start; what is under way at the horizon has no end.
    """
    import pandas as pd

    frames = [
        _frame(lines, simulation.program, replication)
        for replication, lines in enumerate(simulation.each(_read_lines, log=True))
    ]
    return pd.concat(frames, ignore_index=True)


def _read_lines(memory: Memory, program: Program) -> dict[str, np.ndarray]:
    written = int(memory.n[code.W_LINES])
    wholes = memory.table(code.AT_LINES, code.L_WIDE)[:written]
    reals = memory.table(code.AT_LINES_X, code.LX_WIDE)[:written]
    more, more_x = _under_way(memory, program)
    both = np.concatenate([wholes, more]), np.concatenate([reals, more_x])
    columns = [*both[0].T, *both[1].T]
    return dict(zip(_COLUMNS, columns, strict=True))


def _under_way(memory: Memory, program: Program) -> tuple[np.ndarray, np.ndarray]:
    """Return the lines of what has not ended: holds and waits of those inside."""
    patients = memory.table(code.AT_PATIENTS, code.P_WIDE)
    times = memory.table(code.AT_PATIENTS_X, code.PX_WIDE)
    stations = len(program.stations)
    held = memory.table(code.AT_HOLDINGS, code.H_WIDE).reshape(len(patients), stations, code.H_WIDE)
    held_x = memory.table(code.AT_HOLDINGS_X, code.HX_WIDE).reshape(len(patients), stations, code.HX_WIDE)
    lines: list[tuple[int, ...]] = []
    reals: list[tuple[float, float, float]] = []
    for slot in np.flatnonzero(patients[:, code.P_DOING] != code.ABSENT):
        person, time = patients[slot], times[slot]
        who, cls = int(person[code.P_SERIAL]), int(person[code.P_CLASS])
        for place in np.flatnonzero(held[slot, :, code.H_UNITS] > 0):
            lines.append((who, int(held[slot, place, code.H_ROW]), int(place), cls, code.LOG_HOLD))
            reals.append((held_x[slot, place, code.HX_REQUESTED], held_x[slot, place, code.HX_GRANTED], np.nan))
        if person[code.P_DOING] == code.WAITING:
            lines.append((who, int(person[code.P_ROW]), -1, cls, code.LOG_LEFT_QUEUE))
            reals.append((time[code.PX_REQUESTED], np.nan, np.nan))
    whole = np.array(lines, dtype=np.int64).reshape(-1, code.L_WIDE)
    return whole, np.array(reals, dtype=float).reshape(-1, code.LX_WIDE)


def _frame(lines: dict[str, np.ndarray], program: Program, replication: int) -> pd.DataFrame:
    import pandas as pd

    model = program.model
    names = _names(lines, model)
    first = np.fmin(np.fmin(lines["requested"], lines["start"]), lines["end"])
    rank = np.where(lines["kind"] == code.LOG_ARRIVE, 0, np.where(lines["kind"] == code.LOG_LEAVE, 2, 1))
    order = np.lexsort((lines["row"], rank, first, lines["who"]))
    who = lines["who"][order]
    starts = np.flatnonzero(np.diff(who, prepend=-1))
    position = np.arange(len(who)) - np.repeat(starts, np.diff(np.append(starts, len(who))))
    frame = pd.DataFrame(
        {
            "case_id": names["case"][order],
            "activity": names["activity"][order],
            "unit": names["unit"][order],
            **{name: _moments(lines[name][order], program) for name in ("requested", "start", "end")},
            "resource": names["resource"][order],
            "position": position,
            "replication": replication,
            "patient_class": np.array(model.classes, dtype=object)[lines["class"][order]],
        }
    )
    ordered = frame.sort_values(["case_id", "position"], kind="stable", ignore_index=True)
    for name in ("case_id", "activity", "unit", "resource", "patient_class"):
        ordered[name] = ordered[name].astype("str")
    return ordered.astype({"position": "Int64", "replication": "Int64"})


def _names(lines: dict[str, np.ndarray], model: Model) -> dict[str, np.ndarray]:
    kind, row, resource = lines["kind"], lines["row"], lines["resource"]
    arrived = kind == code.LOG_ARRIVE
    activities = np.array([getattr(step, "activity", None) or step.name for step in model.steps], dtype=object)
    activity = np.where(arrived, ARRIVAL, activities[np.where(arrived, 0, row)])
    held = kind == code.LOG_HOLD
    resources = np.array([item.name for item in model.resources] or [""], dtype=object)
    units = np.array([item.unit or item.name for item in model.resources] or [""], dtype=object)
    place = np.where(held, resource, 0)
    named, located = resources[place], units[place]
    named[~held] = located[~held] = None
    return {
        "activity": activity,
        "resource": named,
        "unit": located,
        "case": _cases(lines, model, arrived),
    }


def _cases(lines: dict[str, np.ndarray], model: Model, arrived: np.ndarray) -> np.ndarray:
    """Return the identifier of each line's patient: list and number on it, so that it is the same in a scenario."""
    who = lines["who"]
    sources = np.array([source.name for source in model.arrivals] or [""], dtype=object)
    names = np.array([f"present-{number:07d}" for number in range(int(who.max(initial=-1)) + 1)], dtype=object)
    numbers = lines["resource"][arrived]
    lists = sources[lines["row"][arrived]]
    names[who[arrived]] = [f"{name}-{number:07d}" for name, number in zip(lists, numbers, strict=True)]
    cases: np.ndarray = names[who]
    return cases


def _moments(values: np.ndarray, program: Program) -> Any:
    """Return moments of the run as UTC times to the microsecond, missing where there is none."""
    import pandas as pd

    start = pd.Timestamp(program.start or NO_DATE).tz_convert("UTC").as_unit("us")
    microseconds = values * (3_600_000_000.0 / program.model.hour)
    known = ~np.isnan(microseconds)
    whole = np.full(len(values), np.iinfo(np.int64).min, dtype=np.int64)
    whole[known] = _epoch(start) + np.rint(microseconds[known]).astype(np.int64)
    return pd.DatetimeIndex(whole.view("M8[us]"), tz="UTC")


def _epoch(start: pd.Timestamp) -> int:
    return int(np.datetime64(start.tz_localize(None), "us").astype(np.int64))


def census(simulation: Simulation) -> pd.DataFrame:
    """Return, for each full hour since the start, units in use, patients waiting and units open, by resource.

    The columns of the contract `unit_hour` and the replication; measures `census`, `waiting` and `open_beds`.
    """
    import pandas as pd

    program = simulation.program
    samples = simulation.samples(program.model.hour)
    replications, hours = samples.shape[:2]
    names = [item.unit or item.name for item in program.model.resources]
    times = _moments(np.arange(hours) * program.model.hour, program)
    index = pd.MultiIndex.from_product([range(replications), times, names], names=["replication", "hour", "unit"])
    wide = pd.DataFrame(samples.reshape(-1, 3), index=index, columns=["census", "waiting", "open_beds"])
    long = wide.reset_index().melt(id_vars=index.names, var_name="measure", value_name="value")
    unlimited = (long["measure"] == "open_beds") & (long["value"] >= code.UNLIMITED)
    long["value"] = long["value"].astype(float).mask(unlimited)
    ordered = long.sort_values(["replication", "unit", "measure", "hour"], kind="stable", ignore_index=True)
    return ordered.assign(site=program.model.name)[["replication", "site", "unit", "hour", "measure", "value"]]
