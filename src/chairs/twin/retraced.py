"""A past week from any event log with its model: patients traced one by one, waits and units in use as they were."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from chairs.core.errors import DataError, Text, problem
from chairs.twin.arrivals import Arrivals
from chairs.twin.bounded import Bound, Bounds, bounded
from chairs.twin.event_log import ARRIVAL
from chairs.twin.given import Own, own
from chairs.twin.queued import NEAR, UNITS, held, seen, shown
from chairs.twin.replay import Past
from chairs.twin.retracing import Line, Told, Trace, Tracer, classes_of
from chairs.twin.steps import Delay, Patience, Seize

if TYPE_CHECKING:
    import pandas as pd

    from chairs.twin.model import Model

ASSUMED = (
    Text(
        fr="Chacun garde ses propres durées et son parcours, quand bien même il serait servi plus tôt ou plus tard.",
        en="All keep their own lengths and ways, even when they are served sooner or later.",
    ),
    Text(
        fr="Qui a été servi aurait attendu plus longtemps qu'il n'a attendu : sa patience est tirée au sort au-delà.",
        en="Who was served would have waited longer than he did: his patience is drawn beyond that.",
    ),
    Text(
        fr="Places et personnel sont ceux du modèle ; l'historique ne dit pas qui était absent cette semaine-là.",
        en="Places and staff are those of the model; the log does not say who was away that week.",
    ),
)


def retrace(
    model: Model, events: pd.DataFrame, start: dt.datetime, *, days: float = 7.0, cases: pd.DataFrame | None = None
) -> Past:
    """Return a past week of an event log, ready to be played again in its model.

    Parameters
    ----------
    model
        A model whose steps carry the log's activities (`chairs twin calibrate`, or one simulated).
    events, cases
        Contracts of these names; `cases` may give `patient_class` (or `class`).
    start, days
        First moment, with its time zone, and length.

    Raises
    ------
    DataError
        For a log without requests or starts, or without a line in the week.

    Notes
    -----
    Each patient is led through the model by the lines of his case; where several ways lead from one line to the next
    the likeliest is taken. The time between two lines belongs to the first delay on the way, before or after what he
    held was given back. Where the log takes a turn that the model does not know, the engine draws from there on; how
    many patients that concerns is said in `assumed`.
    """
    table = _week(model, events, start, days)
    horizon = days * 24 * model.hour
    tracer = Tracer(model, float(np.nanmax(table["end"])) if table["end"].notna().any() else horizon)
    labels = {} if cases is None else {str(row["case_id"]): row for row in cases.to_dict("records")}
    traces, kept = _traces(tracer, table, horizon, labels)
    here = [trace for trace in traces if trace.present is not None]
    lists, numbers = _lists(model, traces, len(here))
    names = dict(zip((name for name, _ in kept), traces, strict=True))
    who = {name: numbers[id(trace)] for name, trace in names.items()}
    state = tuple(trace.present for trace in here if trace.present is not None)
    settled, open_ = _split(traces, numbers)
    clock = _Clock(model, start)
    changed = dataclasses.replace(model, arrivals=lists)
    count = 1 + max(numbers.values(), default=0)
    lost = sum(trace.lost for trace in traces)
    return Past(
        model=changed,
        start=start,
        horizon=horizon,
        state=state,
        before=_before(lists, len(here)),
        count=count,
        known={name: _own(told, clock) for name, told in settled.items()},
        under_way={name: _own(told, clock) for name, told in _under_way(here).items()},
        unseen=_bounds(model, open_).draw,
        read=lambda lines, program: seen(held(lines, program, state), (model, horizon, count)),
        real=seen(shown(table, who, model), (model, horizon, count)),
        near=NEAR,
        units=UNITS,
        assumed=(*ASSUMED, *([_lost(lost, len(traces))] if lost else [])),
    )


def _lost(lost: int, n: int) -> Text:
    return Text(
        fr=f"Pour {lost} patients sur {n}, l'historique prend un tour que le modèle ne connaît pas : la suite est "
        "tirée au sort.",
        en=f"For {lost} of {n} patients the log takes a turn that the model does not know: the rest is drawn.",
    )


def _week(model: Model, events: pd.DataFrame, start: dt.datetime, days: float) -> pd.DataFrame:
    """Return the lines of those who were there in the week, in the model's time since its start."""
    import pandas as pd

    steps = events[events["activity"] != ARRIVAL]
    shown = {step.activity or step.name for step in model.steps if isinstance(step, Seize)}
    dated = steps[steps["activity"].isin(shown)]
    if not (dated["requested"].notna() & dated["start"].notna()).any():
        raise _refused(
            "le journal ne date pas à la fois demandes et débuts : attente et durée propre ne s'y séparent pas",
            "the log does not date both requests and starts: a wait and a patient's own length cannot be told apart",
        )
    origin = pd.Timestamp(start).tz_convert("UTC")
    table = events[["case_id", "activity", "unit", "resource"]].astype(object).where(events.notna(), None)
    for name in ("requested", "start", "end"):
        table[name] = (events[name] - origin).dt.total_seconds() * model.hour / 3600
    times = table[["requested", "start", "end"]]
    first, last = times.min(axis=1).groupby(table["case_id"]).min(), times.max(axis=1).groupby(table["case_id"]).max()
    going = times["end"].isna().groupby(table["case_id"]).any()
    span = (first < days * 24 * model.hour) & ((last >= 0) | going)
    kept = table[table["case_id"].isin(span.index[span])]
    inside = (times >= 0) & (times < days * 24 * model.hour)
    if not inside.to_numpy().any():
        raise _refused("le journal n'a aucune ligne dans cette semaine", "the log has no line in that week")
    return kept.assign(first=times.min(axis=1)).sort_values(["case_id", "first"], kind="stable", ignore_index=True)


def _refused(fr: str, en: str) -> DataError:
    return DataError((problem(fr, en, file="events"),))


def _traces(
    tracer: Tracer, table: pd.DataFrame, horizon: float, labels: Mapping[str, Mapping[str, str]]
) -> tuple[list[Trace], list[tuple[str, float]]]:
    """Return what each case gives, those who had left before or come after the week left out."""
    traces, kept = [], []
    columns = [table[name].tolist() for name in ("activity", "unit", "resource", "requested", "start", "end")]
    names = table["case_id"].astype(str).tolist()
    whole = [Line(*row) for row in zip(*columns, strict=True)]
    for name, group in itertools.groupby(range(len(names)), key=names.__getitem__):
        lines = [whole[place] for place in group]
        came = [line.begins for line in lines if line.activity == ARRIVAL]
        steps = [line for line in lines if line.activity != ARRIVAL]
        arrived = came[0] if came else steps[0].begins
        cls = classes_of(tracer.model, steps, labels.get(name, {}))
        trace = tracer.trace(steps, cls, arrived)
        if 0 <= arrived < horizon or trace.present is not None:
            traces.append(trace)
            kept.append((name, arrived))
    return traces, kept


def _lists(model: Model, traces: Sequence[Trace], present: int) -> tuple[tuple[Arrivals, ...], dict[int, int]]:
    """Return one list of appointments for each list and class, and the number of each patient."""
    to = {source.name: source.to for source in model.arrivals}
    coming: dict[tuple[str, str], list[Trace]] = {}
    numbers: dict[int, int] = {}
    for trace in traces:
        if trace.present is not None:
            numbers[id(trace)] = len(numbers)
        else:
            source = trace.source or model.arrivals[0].name
            coming.setdefault((source, trace.patient_class), []).append(trace)
    lists, number = [], present
    for (source, cls), mine in sorted(coming.items()):
        mine.sort(key=lambda trace: trace.arrived)
        for trace in mine:
            number += 1
            numbers[id(trace)] = number
        times = tuple(trace.arrived for trace in mine)
        lists.append(
            Arrivals(name=f"{source}, {cls}", to=to[source], classes={cls: 1.0}, kind="scheduled", times=times)
        )
    return tuple(lists), numbers


def _before(lists: Sequence[Arrivals], present: int) -> dict[str, int]:
    sizes = [len(one.times) for one in lists]
    return {one.name: present + sum(sizes[:place]) for place, one in enumerate(lists)}


Lined = list[tuple[int, Told]]


def _split(traces: Sequence[Trace], numbers: Mapping[int, int]) -> tuple[dict[str, Lined], dict[str, Lined]]:
    """Return what is known by step: where all of it is a value, and where some is only bounded."""
    found: dict[str, Lined] = {}
    for trace in traces:
        for told in trace.told:
            found.setdefault(told.step, []).append((numbers[id(trace)], told))
    open_ = {name for name, lines in found.items() if any(np.isnan(told.value) for _, told in lines)}
    return {k: v for k, v in found.items() if k not in open_}, {k: v for k, v in found.items() if k in open_}


def _under_way(here: Sequence[Trace]) -> dict[str, Lined]:
    """Return the steps that those present are in, with their places in the state."""
    found: dict[str, Lined] = {}
    for place, trace in enumerate(here):
        if trace.under_way is not None:
            found.setdefault(trace.under_way.step, []).append((place, trace.under_way))
    return found


@dataclasses.dataclass(frozen=True)
class _Clock:
    """The steps whose stays end at an hour of the day, and what the local clock shows."""

    model: Model
    start: dt.datetime

    @property
    def landing(self) -> set[str]:
        return {step.name for step in self.model.steps if isinstance(step, Delay) and step.lands is not None}

    def shown(self, since: np.ndarray) -> np.ndarray:
        """Return what the local clock shows so long after the start of the week, from the midnight before it on."""
        from zoneinfo import ZoneInfo

        import pandas as pd

        local, hour = self.start.astimezone(ZoneInfo(self.model.timezone)), self.model.hour
        begin = (local.hour + local.minute / 60 + local.second / 3600) * hour
        moments = pd.Timestamp(self.start).tz_convert("UTC") + pd.to_timedelta(since / hour, unit="h")
        walls = moments.tz_convert(self.model.timezone).tz_localize(None) - moments.tz_localize(None)
        gained: np.ndarray = walls.total_seconds().to_numpy() - (local.utcoffset() or dt.timedelta(0)).total_seconds()
        return begin + since + gained / 3600 * hour


def _own(lines: Lined, clock: _Clock) -> Own:
    """Return what is known at a step; a stay that lands on the clock as whole days and an hour."""
    who = np.array([number for number, _ in lines])
    values = np.array([told.value for _, told in lines])
    table = np.array([told.line for _, told in lines])
    if not lines or lines[0][1].step not in clock.landing:
        return own(who, values, line=table)
    day = 24 * clock.model.hour
    since = np.array([told.since for _, told in lines])
    begun, ends = clock.shown(since), clock.shown(since + values)
    return own(who, day * (np.floor(ends / day) - np.floor(begun / day)), ends % day, table)


def _bounds(model: Model, lines: Mapping[str, Lined]) -> Bounds:
    """Return what is only known to be longer than it was seen to be, beside what is known exactly."""
    steps, found = {step.name: step for step in model.steps}, []
    for name, told in sorted(lines.items()):
        step = steps[name]
        assert isinstance(step, Delay | Patience)
        for line in sorted({one.line for _, one in told}):
            mine = [(number, one) for number, one in told if one.line == line]
            who, value = (np.array(column) for column in zip(*((n, one.value) for n, one in mine), strict=True))
            open_ = np.isnan(value)
            low = np.where(open_, [one.least for _, one in mine], value)
            found.append(Bound((name,), who, low, np.where(open_, np.inf, value), step.duration.rows[line], line))
    return bounded(found)
