"""The hours ahead of those present now: census, entries and exits of each unit, and whether beds will do."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from chairs.core.streams import stream
from chairs.tables import CONTRACTS
from chairs.tables.outlook import LEVELS
from chairs.twin.engine import layout as code
from chairs.twin.forecasting import Forecaster
from chairs.twin.lines import Lines, read_lines
from chairs.twin.model import Model
from chairs.twin.rosters import capacities
from chairs.twin.simulate import Simulation
from chairs.twin.starting import Starter, starter
from chairs.twin.state import placed
from chairs.twin.whereabouts import ALL, Person, count

if TYPE_CHECKING:
    import pandas as pd

MEASURES = ("arrivals", "census", "departures")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of the twin.

    Parameters
    ----------
    hours
        How far ahead.
    replications, seed
        How many futures are drawn, and from which seed: the same seed gives the same bytes.
    beds
        Open beds by unit, where the model's rosters do not say or are overruled.
    units
        Unit of a resource of the model, where it is not its own name (`units_of`).
    """

    hours: int = 168
    replications: int = 200
    seed: int = 1
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
    names = _names(model, people, asked)
    counts = np.zeros((asked.replications, 3, len(names), asked.hours + 1))
    for number in range(asked.replications):
        counts[number] = _replicate(run, number, found, (people, names, asked))
        if progress is not None:
            progress(number + 1)
    now = count(people)
    counts[:, MEASURES.index("census"), :, 0] = [now.get(name, 0) for name in names]
    table = _table(counts, (names, _open(model, names, asked, run)), at)
    return Outlook(table=table, present=len(people), guessed=found.guessed)


def units_of(log: pd.DataFrame) -> dict[str, str]:
    """Return the unit in which each resource of an event log is met most often."""
    known = log[log["resource"].notna() & log["unit"].notna()]
    counts = known.groupby(["resource", "unit"]).size().reset_index(name="n")
    best = counts.sort_values(["resource", "n", "unit"], ascending=[True, False, True]).drop_duplicates("resource")
    return dict(zip(best["resource"], best["unit"], strict=True))


def _unit_of(model: Model, units: Mapping[str, str]) -> list[str]:
    return [resource.unit or units.get(resource.name, resource.name) for resource in model.resources]


def _names(model: Model, people: Sequence[Person], asked: Question) -> list[str]:
    return [ALL, *sorted({*_unit_of(model, asked.units), *(person.unit for person in people)} - {ALL})]


def _replicate(
    run: Simulation, number: int, found: Starter, what: tuple[Sequence[Person], list[str], Question]
) -> np.ndarray:
    """Return entries, census and exits of one replication: an array by measure, unit and hour."""
    people, names, asked = what
    state = found.draw(stream(asked.seed, "outlook", number))
    memory = dataclasses.replace(run, state=state).replicate(number, log=True)
    lines = read_lines(memory, run.program)
    initial = [names.index(people[place].unit) for place in placed(state)]
    places = [names.index(unit) for unit in _unit_of(run.program.model, asked.units)]
    stays = _stays(lines, np.array(places, dtype=np.int64), np.array(initial, dtype=np.int64))
    return np.stack(_counted(stays, len(names), asked.hours, run.program.model.hour))


Stays = tuple[np.ndarray, np.ndarray, np.ndarray]  # place, entered, left (hours do not matter here)


def _stays(lines: Lines, places: np.ndarray, initial: np.ndarray) -> Stays:
    """Return the stays of all patients in units, and (place 0) on the site; those present entered before 0."""
    held = (lines["kind"] == code.LOG_HOLD) & (lines["resource"] >= 0) & (lines["start"] >= 0)
    who = np.concatenate([np.arange(len(initial)), lines["who"][held]])
    when = np.concatenate([np.full(len(initial), -1.0), lines["start"][held]])
    where = np.concatenate([initial, places[lines["resource"][held]]]).astype(np.int64)
    order = np.lexsort((np.arange(len(who)), when, who))
    who, when, where = who[order], when[order], where[order]
    gone = np.full(int(who.max(initial=-1)) + 1, np.inf)
    leaving = lines["kind"] == code.LOG_LEAVE
    known = leaving & (lines["who"] < len(gone))
    gone[lines["who"][known]] = lines["end"][known]
    fresh = np.diff(who, prepend=-1) != 0
    turns = fresh | (np.diff(where, prepend=-1) != 0)
    who_in, entered, place = who[turns], when[turns], where[turns]
    following = np.append(who_in[1:] == who_in[:-1], False) if len(who_in) else np.zeros(0, dtype=bool)
    left = np.where(following, np.append(entered[1:], 0.0) if len(entered) else 0.0, gone[who_in])
    first = np.diff(who_in, prepend=-1) != 0
    return (
        np.concatenate([place, np.zeros(int(first.sum()), dtype=np.int64)]),
        np.concatenate([entered, entered[first]]),
        np.concatenate([left, gone[who_in[first]]]),
    )


def _counted(stays: Stays, units: int, hours: int, hour: float) -> list[np.ndarray]:
    """Return entries in each hour, patients present at its start, exits in it (order of `MEASURES`)."""
    place, entered, left = stays
    entries, exits, change = (np.zeros((units, hours + 2)) for _ in range(3))
    came = entered >= 0
    np.add.at(entries, (place[came], _bin(entered[came] / hour, hours)), 1)
    went = np.isfinite(left)
    np.add.at(exits, (place[went], _bin(left[went] / hour, hours)), 1)
    np.add.at(change, (place, _bin(np.ceil(np.maximum(entered, 0.0) / hour), hours)), 1)
    np.add.at(change, (place[went], _bin(np.ceil(left[went] / hour), hours)), -1)
    return [entries[:, : hours + 1], np.cumsum(change, axis=1)[:, : hours + 1], exits[:, : hours + 1]]


def _bin(values: np.ndarray, hours: int) -> np.ndarray:
    return np.asarray(np.clip(np.floor(values), 0, hours + 1).astype(np.int64))


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
    hours = counts.shape[-1]
    quantiles = np.quantile(counts, LEVELS, axis=0)
    targets = pd.date_range(pd.Timestamp(at).tz_convert("UTC"), periods=hours, freq="h", unit="us")
    parts = []
    for m, measure in enumerate(MEASURES):
        kept = hours if measure == "census" else hours - 1
        for place, name in enumerate(names):
            columns: dict[str, object] = {"unit": name, "measure": measure, "origin": targets[0]}
            columns |= {"target": targets[:kept], "mean": counts[:, m, place, :kept].mean(axis=0).round(6)}
            columns |= {f"q{q:g}": quantiles[i, m, place, :kept].round(6) for i, q in enumerate(LEVELS)}
            open_beds = beds[place, :kept] if measure == "census" else np.full(kept, np.nan)
            over = (counts[:, m, place, :kept] > open_beds).mean(axis=0)
            columns |= {"open_beds": open_beds, "exceeds": np.where(np.isnan(open_beds), np.nan, over.round(6))}
            parts.append(pd.DataFrame(columns))
    return CONTRACTS["outlook"].conform(pd.concat(parts, ignore_index=True))
