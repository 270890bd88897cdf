"""A past week played again, as it was and with one change: same patients, same chance."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chairs.core.errors import SettingError, problem
from chairs.core.streams import stream
from chairs.twin.carrying import carried, shifted
from chairs.twin.checking import check
from chairs.twin.compiling import Program, compile_model
from chairs.twin.given import Given, joined, numbered, with_given
from chairs.twin.lines import read_lines
from chairs.twin.replayed import Line, Moves, Replay
from chairs.twin.replications import Job
from chairs.twin.scenario import Scenario, apply
from chairs.twin.state import check_state

if TYPE_CHECKING:
    from chairs.core.errors import Text
    from chairs.twin.lines import Lines
    from chairs.twin.model import Model
    from chairs.twin.state import Present

INTERVAL = (0.025, 0.975)
BAND = (0.1, 0.9)
HOURS_HELD = 0.8


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """What a week came to, in the log or in a run.

    Parameters
    ----------
    values
        One number for each measure and what it is of (a unit, a step, `all`).
    waits
        For each kind of wait, the time each patient spent waiting inside the week; NaN: he did not ask.
    census
        Patients present at each full hour, by unit.
    """

    values: Mapping[tuple[str, str], float]
    waits: Mapping[str, np.ndarray]
    census: Mapping[str, np.ndarray]


@dataclass(frozen=True, kw_only=True, eq=False)
class Past:
    """A past week made ready to be played again.

    Parameters
    ----------
    model
        The model, its arrivals those of the week, one list of appointments each.
    start, horizon
        First moment, with its time zone; length in the model's unit.
    state
        Who was present at the start.
    before, count
        Numbers of the patients: see `chairs.twin.given.with_given`.
    known
        What the log says of each patient.
    under_way
        Whole lengths, in the log, of the steps that those present are in.
    unseen
        One draw of what the log only bounds (who was served would have waited longer than he did).
    read
        What the lines of a run come to.
    real
        What the week came to in the log.
    near
        By measure, how far the replay may lie from the log before it is not believed: absolute, and as a share.
    units
        Unit of each measure.
    assumed
        What the log cannot tell, and what is taken for it.
    """

    model: Model
    start: dt.datetime
    horizon: float
    state: tuple[Present, ...]
    before: Mapping[str, int]
    count: int
    known: Given
    under_way: Given
    unseen: Callable[[np.random.Generator], Given]
    read: Callable[[Lines, Program], Seen]
    real: Seen
    near: Mapping[str, tuple[float, float]]
    units: Mapping[str, str]
    assumed: tuple[Text, ...]


def replay(
    past: Past,
    scenario: Scenario,
    *,
    redraws: int = 40,
    seed: int = 1,
    least: float | None = None,
    progress: Callable[[int], None] | None = None,
) -> Replay:
    """Play a past week again without and with a change.

    Parameters
    ----------
    past
        The week (`chairs.twin.hospital.past.past_week`, `chairs.twin.retracing.retrace`).
    redraws
        Draws of what the log does not show; each is played without and with the change.
    least
        Change of a patient's wait that is counted, in the model's unit (default: a quarter of an hour).
    progress
        Called with the number of redraws done.

    Raises
    ------
    SettingError
        For a scenario that changes who comes, names what the model does not have, or leads to a model that cannot run.

    Notes
    -----
    Pearl's three steps (*Causality*, 2009, section 7.1). Abduction: patients, arrivals, lengths and ways are those of
    the log; what it only bounds is drawn within its bounds, what it does not show is drawn. Action: the scenario.
    Prediction: the engine, once more, with the same draws by patient, step and visit. Hence no change is exactly 0.
    The interval holds the chance of what was not seen and nothing else: the model's own error is what the replay
    without change shows beside the log, in this week and in others (`beside_others`).
    """
    if scenario.arrivals:
        raise _other_patients(scenario.name)
    seen = _played(past, scenario, (redraws, seed), progress)
    inside = {unit: _inside(real, [one.census[unit] for one in seen[0]]) for unit, real in past.real.census.items()}
    counted = past.model.hour / 4 if least is None else least
    return Replay(
        scenario=scenario.name,
        redraws=redraws,
        present=len(past.state),
        arrived=sum(len(one.times) for one in past.model.arrivals),
        lines=tuple(_line(past, key, seen) for key in past.real.values),
        moves=tuple(_moves(wait, counted, seen) for wait in past.real.waits),
        inside=inside,
        gaps=_gaps(past, seen[0]),
        assumed=past.assumed,
    )


def _played(
    past: Past, scenario: Scenario, draws: tuple[int, int], progress: Callable[[int], None] | None
) -> tuple[list[Seen], list[Seen]]:
    """Return what each redraw comes to, without and with the change; `draws` is their number and the seed."""
    steps = [{step.name: step for step in side.steps} for side in (past.model, apply(scenario, past.model))]
    drawn = set(past.unseen(stream(draws[1], "replay", "unseen", 0)))
    drawn |= {name for name in past.known if steps[0].get(name) != steps[1].get(name)}
    sides = (steps[0], steps[1])
    settled = {name: told for name, told in past.known.items() if name not in drawn}
    programs = [_program(past, one, settled) for one in (None, scenario)]
    open_ = {name: told for name, told in past.known.items() if name in drawn}
    seen: tuple[list[Seen], list[Seen]] = ([], [])
    for number in range(draws[0]):
        given = joined([open_, past.unseen(stream(draws[1], "replay", "unseen", number))])
        changed = carried(given, sides, stream(draws[1], "replay", "carried", number))
        now = shifted(past.state, past.under_way, sides, stream(draws[1], "replay", "present", number))
        for side, (told, state) in enumerate(((given, past.state), (changed, now))):
            seen[side].append(_run(past, programs[side], (told, state), (number, draws[1])))
        if progress is not None:
            progress(number + 1)
    return seen


def _run(past: Past, program: Program, known: tuple[Given, tuple[Present, ...]], draw: tuple[int, int]) -> Seen:
    """Return what one redraw comes to; `draw` is its number and the seed."""
    told, state = known
    own = with_given(program, told, past.count)
    memory = Job(program=own, seed=draw[1], warm_up=0.0, state=state, log=True).replicate(draw[0], _never)
    return past.read(read_lines(memory, own), own)


def gaps(past: Past, *, redraws: int = 8, seed: int = 1) -> dict[str, tuple[float, ...]]:
    """Return how far the real census lies from that of the week played again without change, by unit and hour."""
    drawn = set(past.unseen(stream(seed, "replay", "unseen", 0)))
    program = _program(past, None, {name: told for name, told in past.known.items() if name not in drawn})
    open_ = {name: told for name, told in past.known.items() if name in drawn}
    seen = []
    for number in range(redraws):
        told = joined([open_, past.unseen(stream(seed, "replay", "unseen", number))])
        seen.append(_run(past, program, (told, past.state), (number, seed)))
    return _gaps(past, seen)


def beside_others(found: Replay, others: Sequence[Mapping[str, Sequence[float]]]) -> Replay:
    """Return what was found with the twin's own error, known from other weeks (`gaps` of each of them).

    Notes
    -----
    No redraw of what a log does not show can hold that error. The distance that four hours out of five kept in other
    weeks is split conformal prediction with these as calibration set (Vovk and others, *Algorithmic Learning in a
    Random World*, 2005). The hours of a week go together: a few weeks know it roughly, and `held` says how it came
    out in the week played.
    """
    units = sorted(set.intersection(*(set(one) for one in others), set(found.gaps))) if others else []
    margin = {unit: float(np.quantile(np.concatenate([one[unit] for one in others]), HOURS_HELD)) for unit in units}
    held = {unit: float(np.mean(np.array(found.gaps[unit]) <= margin[unit])) for unit in units}
    return dataclasses.replace(found, weeks=len(others), margin=margin, held=held)


def _program(past: Past, scenario: Scenario | None, settled: Given) -> Program:
    model = past.model if scenario is None else apply(scenario, past.model)
    check(model, horizon=past.horizon, passed_by=True)
    program = compile_model(model, start=past.start, horizon=past.horizon)
    check_state(past.state, program)
    return with_given(numbered(program, past.before), settled, past.count)


def _never() -> bool:
    return False


def _other_patients(name: str) -> SettingError:
    return SettingError(
        (
            problem(
                "ce scénario change qui arrive : rejouer les mêmes patients n'a alors pas de sens",
                "this scenario changes who comes: playing the same patients again then makes no sense",
                file=f"scenario, {name}",
                remedy=("utiliser chairs twin scenario", "use chairs twin scenario"),
            ),
        )
    )


def _line(past: Past, key: tuple[str, str], seen: tuple[list[Seen], list[Seen]]) -> Line:
    again, changed = (np.array([one.values[key] for one in side]) for side in seen)
    effect = changed - again
    measure, of = key
    real, mean = past.real.values[key], _mean(again)
    absolute, share = past.near[measure]
    band, interval = _quantiles(again, BAND), _quantiles(effect, INTERVAL)
    return Line(
        measure=measure, of=of, unit=past.units[measure], real=real, again=mean, again_low=band[0], again_high=band[1],
        near=bool(abs(mean - real) <= max(absolute, share * abs(real))), effect=_mean(effect),
        low=interval[0], high=interval[1],
    )  # fmt: skip


def _moves(wait: str, least: float, seen: tuple[list[Seen], list[Seen]]) -> Moves:
    change = [other.waits[wait] - one.waits[wait] for one, other in zip(*seen, strict=True)]
    less, more = (np.array([np.sum(sign * one >= least) for one in change]) for sign in (-1, 1))
    told = [(_mean(counts), *_quantiles(counts, INTERVAL)) for counts in (less, more)]
    return Moves(wait=wait, least=least, less=told[0], more=told[1])


def _inside(real: np.ndarray, again: list[np.ndarray]) -> float:
    """Return the share of hours inside the band of the redraws."""
    low, high = np.quantile(np.stack(again), BAND, axis=0)
    return float(np.mean((real >= low) & (real <= high)))


def _gaps(past: Past, seen: Sequence[Seen]) -> dict[str, tuple[float, ...]]:
    """Return the distance of the real census from the mean of the redraws, by unit and hour."""
    mean = {unit: np.mean([one.census[unit] for one in seen], axis=0) for unit in past.real.census}
    return {unit: tuple(np.abs(real - mean[unit]).tolist()) for unit, real in past.real.census.items()}


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _quantiles(values: np.ndarray, at: tuple[float, float]) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    low, high = np.quantile(known, at) if len(known) else (np.nan, np.nan)
    return float(low), float(high)
