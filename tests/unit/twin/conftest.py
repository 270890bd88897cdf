"""Small models in which every moment can be worked out by hand."""

from __future__ import annotations

import pytest

from chairs.twin.anchors.short import delay, fixed, release, seize
from chairs.twin.arrivals import Arrivals
from chairs.twin.durations import Duration
from chairs.twin.model import Model
from chairs.twin.resources import Resource
from chairs.twin.simulate import simulate
from chairs.twin.steps import Leave


def booked(*times, to, name="list", patient_class="a", **more):
    """Return arrivals at fixed times."""
    return Arrivals(name=name, to=to, classes={patient_class: 1.0}, kind="scheduled", times=times, **more)


def hospital(arrivals, resources, steps, classes=("a",), **more):
    """Return a model in minutes."""
    return Model(
        name="small", classes=classes, arrivals=tuple(arrivals), resources=tuple(resources), steps=steps, **more
    )


def one_bed(*times, stay: float | Duration = 10.0, **bed):
    """Return one bed, patients at fixed times, a stay."""
    lasts = fixed(stay) if isinstance(stay, int | float) else stay
    steps = (seize("ask", "bed"), delay("stay", lasts), release("ends", "bed"), Leave(name="out"))
    return hospital([booked(*times, to="ask")], [Resource(name="bed", **{"capacity": 1, **bed})], steps)


def story(model, horizon=1000.0, **more):
    """Return what happened, as (case number, activity, request, start, end) in minutes."""
    import pandas as pd

    events = simulate(model, horizon=horizon, **more).events
    origin = pd.Timestamp("2001-01-01", tz="UTC")
    times = [((events[name] - origin) / pd.Timedelta(minutes=1)).round(6) for name in ("requested", "start", "end")]
    rows = zip(events["case_id"], events["activity"], *times, strict=True)
    return [(case, activity, *(None if pd.isna(t) else float(t) for t in moments)) for case, activity, *moments in rows]


@pytest.fixture
def told():
    """Return the lines of one activity: (request, start, end) by case."""

    def tell(model, activity, horizon=1000.0, **more):
        return [line[2:] for line in story(model, horizon, **more) if line[1] == activity]

    return tell
