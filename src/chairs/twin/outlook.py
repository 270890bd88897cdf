"""The hours ahead of those present now: census, entries and exits of each unit, and whether beds will do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from chairs.tables import CONTRACTS
from chairs.tables.outlook import LEVELS
from chairs.twin.engine import layout as code
from chairs.twin.forecasting import Forecaster
from chairs.twin.futures import Futures
from chairs.twin.leaning import Leaning, leaned
from chairs.twin.model import Model
from chairs.twin.rosters import capacities
from chairs.twin.simulate import Simulation
from chairs.twin.starting import starter
from chairs.twin.unit_hours import MEASURES, Places
from chairs.twin.whereabouts import ALL, Person, count

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of the twin.

    Parameters
    ----------
    hours
        How far ahead.
    replications, seed, threads
        How many futures are drawn, from which seed, and by how many threads: the same seed gives the same bytes.
    beds
        Open beds by unit, where the model's rosters do not say or are overruled.
    units
        Unit of a resource of the model, where it is not its own name (`units_of`).
    """

    hours: int = 168
    replications: int = 200
    seed: int = 1
    threads: int = 2
    beds: Mapping[str, float] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The table (contract `outlook`), and how many of those present were placed by a guess."""

    table: pd.DataFrame
    present: int
    guessed: int


def outlook(
    model: Model | Forecaster,
    people: Sequence[Person],
    at: dt.datetime,
    question: Question | None = None,
    progress: Callable[[int], None] | None = None,
    leaning: Leaning | None = None,
) -> Outlook:
    """Return what is to be expected from those present at a moment on.

    Parameters
    ----------
    model
        The model, or the forecaster that whoever forecasts again and again keeps of it: the result is the same.
    people
        Who is present, from `chairs.twin.whereabouts.people`.
    at
        That moment, with its time zone.
    progress
        Called with the number of replications done.
    leaning
        What is known of each one's own chance of admission (`chairs.twin.leaning`); None: the model's alone counts.

    Raises
    ------
    SettingError
        For a model that cannot run or cannot be started from those present.

    Notes
    -----
    Each replication starts from its own draw of what is not known of those present (`chairs.twin.starting`) and
    runs on with its own random numbers. A patient is where his latest step takes place until his next step
    elsewhere or his exit, the rule of `chairs.flow.census`. At lead 0 the census is the count of those present, the
    same in every quantile. The spread is that of patients' futures under this model; that of its own parameters is
    not in it.
    """
    asked = question or Question()
    forecaster = model if isinstance(model, Forecaster) else Forecaster(model)
    model, hour = forecaster.model, forecaster.model.hour
    found = starter(model, people, at, forecaster.followed)
    run = forecaster.run(at, asked.hours * hour + 1e-6 * hour, (asked.replications, asked.seed))
    if leaning is not None:
        found, run = leaned((found, run), people, leaning, at, forecaster.followed.map)
    units = names(model, people, asked)
    counts = np.zeros((asked.replications, len(MEASURES), len(units), asked.hours + 1))
    places = Places(
        resources=np.array([units.index(unit) for unit in _unit_of(model, asked.units)], dtype=np.int64),
        present=np.array([units.index(person.unit) for person in people], dtype=np.int64),
        units=len(units),
        hours=asked.hours,
    )
    futures = Futures(run, found, forecaster.followed.map.surviving)
    for number, future in enumerate(futures.counts(places, asked.threads)):
        counts[number] = future
        if progress is not None:
            progress(number + 1)
    now = count(people)
    counts[:, MEASURES.index("census"), :, 0] = [now.get(name, 0) for name in units]
    table = _table(counts, (units, _open(model, units, asked, run)), at)
    return Outlook(table=table, present=len(people), guessed=found.guessed)


def units_of(log: pd.DataFrame) -> dict[str, str]:
    """Return the unit in which each resource of an event log is met most often."""
    known = log[log["resource"].notna() & log["unit"].notna()]
    counts = known.groupby(["resource", "unit"]).size().reset_index(name="n")
    best = counts.sort_values(["resource", "n", "unit"], ascending=[True, False, True]).drop_duplicates("resource")
    return dict(zip(best["resource"], best["unit"], strict=True))


def _unit_of(model: Model, units: Mapping[str, str]) -> list[str]:
    return [resource.unit or units.get(resource.name, resource.name) for resource in model.resources]


def names(model: Model, people: Sequence[Person], asked: Question) -> list[str]:
    """Return the units of which something is said: `all`, then the model's and those somebody is in."""
    return [ALL, *sorted({*_unit_of(model, asked.units), *(person.unit for person in people)} - {ALL})]


def _open(model: Model, names: list[str], asked: Question, run: Simulation) -> np.ndarray:
    """Return the beds open in each unit at each hour, not a number where nothing limits them."""
    hours = np.arange(asked.hours + 1) * model.hour
    found = np.full((len(names), len(hours)), np.nan)
    limits = np.zeros_like(found)
    units = _unit_of(model, asked.units)
    for resource, unit in zip(model.resources, units, strict=True):
        times, levels = np.array(capacities(resource, run.program.clock, model.hour, run.program.horizon)).T
        here = levels[np.searchsorted(times, hours + 1e-9 * model.hour, side="right") - 1]
        limits[names.index(unit)] += np.where(here >= code.UNLIMITED, np.nan, here)
    for place, name in enumerate(names):
        if name in units:
            found[place] = limits[place]
        if name in asked.beds:
            found[place] = asked.beds[name]
    return found


def _table(counts: np.ndarray, where: tuple[list[str], np.ndarray], at: dt.datetime) -> pd.DataFrame:
    import pandas as pd

    names, beds = where
    hours, census = counts.shape[-1], MEASURES.index("census")
    kept = np.ones(counts.shape[1:], dtype=bool)
    kept[[m for m in range(len(MEASURES)) if m != census], :, -1] = False  # nobody comes or goes after the last hour
    measure, place, hour = np.nonzero(kept)
    quantiles = np.quantile(counts, LEVELS, axis=0).round(6)
    open_beds, over = np.full(kept.shape, np.nan), np.full(kept.shape, np.nan)
    open_beds[census] = beds
    over[census] = np.where(np.isnan(beds), np.nan, (counts[:, census] > beds).mean(axis=0).round(6))
    targets = pd.date_range(pd.Timestamp(at).tz_convert("UTC"), periods=hours, freq="h", unit="us")
    columns = {
        "unit": np.array(names, dtype=object)[place],
        "measure": np.array(MEASURES, dtype=object)[measure],
        "origin": targets[np.zeros(len(hour), dtype=np.int64)],
        "target": targets[hour],
        "mean": counts.mean(axis=0).round(6)[kept],
        **{f"q{q:g}": quantiles[i][kept] for i, q in enumerate(LEVELS)},
        "open_beds": open_beds[kept],
        "exceeds": over[kept],
    }
    return CONTRACTS["outlook"].conform(pd.DataFrame(columns))
