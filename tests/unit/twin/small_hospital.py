"""A small hospital in the shape that `calibrate_hospital` writes: one department, two wards."""

from __future__ import annotations

from chairs.twin.arrivals import Arrivals
from chairs.twin.durations import Duration, Durations
from chairs.twin.model import Model
from chairs.twin.resources import Resource, Shift
from chairs.twin.steps import Delay, EndPatience, Leave, Mark, Patience, Release, Route, Seize, Step, Tally

DAY = 1440.0
CLOCK = Duration(
    kind="mixture",
    weights=(0.25, 0.75),
    parts=(Duration(kind="uniform", least=540, most=719), Duration(kind="uniform", least=721, most=1020)),
)


def _ward(name: str, stay: Durations, clock: Duration | None) -> list[Step]:
    return [
        Mark(name=f"ask {name}", clock="asked"),
        Patience(name=f"wait {name}", leaves="put off", duration=Durations(
            by="class", rows=(Duration(kind="never"), Duration(kind="never"), Duration(kind="fixed", mean=600)))),
        Seize(name=f"bed {name}", options=({name: 1},), activity="bed"),
        EndPatience(name=f"granted {name}"),
        Tally(name=f"in {name}", measure="boarding", since="asked"),
        Release(name=f"left the ED for {name}", resources=("ED place",)),
        Delay(name=f"stay {name}", duration=stay, lands=clock, activity="ward_stay"),
        Release(name=f"out of {name}", resources=(name,)),
        Leave(name=f"discharge {name}"),
    ]  # fmt: skip


def small_hospital() -> Model:
    """Return the model: 20 visits and 1.5 planned admissions a day."""
    nights = Durations(rows=(Duration(kind="empirical", values=(DAY, 3 * DAY, 6 * DAY)),))
    hours = Durations(rows=(Duration(kind="gamma", mean=2 * DAY, cv=0.8),))
    minutes = Duration(kind="gamma", mean=30, cv=0.6)
    ed: list[Step] = [
        Seize(name="ED triage", options=({"ED nurse": 1},)),
        Delay(name="ED triaged", duration=Durations(rows=(Duration(kind="fixed", mean=5.0),))),
        Release(name="ED nurse free", resources=("ED nurse",)),
        Patience(name="ED patience", leaves="ED left",
                 duration=Durations(rows=(Duration(kind="exponential", mean=900),))),
        Seize(name="ED doctor asked", options=({"ED doctor": 1, "ED place": 1},), activity="first_doctor"),
        EndPatience(name="ED seen"),
        Tally(name="ED wait", measure="wait ED"),
        Delay(name="ED examined", duration=Durations(rows=(minutes,))),
        Release(name="ED doctor free", resources=("ED doctor",)),
        Route(name="ED decision", to=("ED admitted", "ED leaving"), by="class",
              probabilities=((0.0, 1.0), (1.0, 0.0), (0.0, 1.0))),
        Route(name="ED admitted", to=("ask A", "ask B"), probabilities=((0.7, 0.3),)),
        Tally(name="ED leaving", measure="stay ED"),
        Release(name="ED out"),
        Leave(name="out"),
        Leave(name="ED left", activity="left_without_being_seen"),
    ]  # fmt: skip
    return Model(
        name="small",
        classes=("ED 1 home", "ED 1 admitted", "planned"),
        arrivals=(
            Arrivals(name="ED home", to="ED triage", rates=(1.0,) * 24,
                     classes={"ED 1 home": 0.8, "ED 1 admitted": 0.2}),
            Arrivals(name="planned A", to="ask A", rates=(0.0,) * 8 + (0.375,) * 4 + (0.0,) * 12,
                     classes={"planned": 1.0}),
        ),
        resources=(
            Resource(name="ED nurse"),
            Resource(name="ED doctor", shifts=(Shift(at=0, capacity=1), Shift(at=8, capacity=2)), roster="day"),
            Resource(name="ED place", capacity=9),
            Resource(name="A", capacity=14, unit="A"),
            Resource(name="B", capacity=4, unit="B"),
        ),
        steps=(*ed, *_ward("A", nights, CLOCK), *_ward("B", hours, None), Release(name="put off"),
               Leave(name="not admitted", activity="cancellation")),
        timezone="Europe/Paris",
    )  # fmt: skip
