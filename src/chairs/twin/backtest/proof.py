"""The proof: calibrate on the first cases, simulate the rest of the period, measure how far off, beside the plain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chairs.core.streams import stream
from chairs.twin.backtest.distances import census, distances
from chairs.twin.backtest.plain import Generator, plain_generators
from chairs.twin.backtest.playing import Player, holds_of, player_of
from chairs.twin.backtest.traces import HOUR, Traces, Words, read_traces, read_words, split
from chairs.twin.backtest.verdicts import Verdict, judge_runs
from chairs.twin.backtest.window import Window, cut, window_of
from chairs.twin.calibration.calibrate import Calibrated, Settings, calibrate
from chairs.twin.calibration.refusing import refuse_table

if TYPE_CHECKING:
    import pandas as pd

TWIN = "twin"
EVEN, INDEPENDENT = "even", "independent"
BANDS = (0.8, 0.95)
LEAST_HELD_OUT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """How a backtest is made.

    Parameters
    ----------
    share
        Share of the cases, by first event, from which the model is learnt.
    runs
        Runs a generator and way of drawing.
    band_runs
        Independent runs of the twin for the bands of the census.
    seed
        Seed of everything.
    """

    share: float = 0.8
    runs: int = 10
    band_runs: int = 50
    seed: int = 20240501


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What the generators are told, the train log, and what they are judged by, the held-out log and its window."""

    train: Traces
    held_out: Traces
    window: Window
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came out: every run's figures, the coverage of the census bands, the verdicts.

    `runs` has one row a generator, way of drawing, run and measure.
    """

    runs: pd.DataFrame
    coverage: dict[float, float]
    held_out: int
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What came out, and the model learnt from the train log."""

    judged: Judged
    calibrated: Calibrated


def prove(
    log: pd.DataFrame, settings: Settings, protocol: Protocol, progress: Callable[[int], None] = lambda done: None
) -> Proof:
    """Judge the twin of a log by cases it has not seen.

    Parameters
    ----------
    log
        Contract `events`, one replication.
    settings
        How the log is read (see `calibrate`).
    protocol
        Split, runs, seed.
    progress
        Called with the number of runs done.

    Raises
    ------
    DataError
        For a log that cannot support a twin, or one too short to hold cases out.

    Notes
    -----
    Whole cases are split by first event. Every generator knows the train log, the window of held-out arrivals and
    how many cases arrive in it, nothing else; what it makes after the held-out log's last event is dropped, because
    the log drops it too (without that, distances measure the end of the extraction). Distances are means over runs
    whose draws are even, so that the twin's faults are not hidden by the noise of a few hundred patients; the same
    with independent patients stands beside. Bands of the census come from independent patients only.
    """
    refuse_table(log, "events")
    words = read_words(log)
    early, late = split(log, protocol.share)
    trial = trial_of(early, late, words, settings.timezone)
    calibrated = calibrate(early, settings)
    player = player_of(calibrated.model, (trial.window,), holds_of(calibrated.model, trial.window, trial.words))
    return Proof(judged=judge(trial, player, protocol, progress=progress), calibrated=calibrated)


def trial_of(early: pd.DataFrame, late: pd.DataFrame, words: Words, timezone: str) -> Trial:
    """Return a trial by the lines of the cases to learn from and of those held out.

    Raises
    ------
    DataError
        When there is nothing to learn from, or less than ten cases, or less than a day, are held out.
    """
    train, held_out = read_traces(early, words, timezone), read_traces(late, words, timezone)
    _enough(train, held_out)
    ended = any(part["end"].notna().any() for part in (early, late))
    under_way = ended and any((part["end"].isna() & part["start"].notna()).any() for part in (early, late))
    return Trial(train=train, held_out=held_out, window=window_of(held_out, under_way=under_way), words=words)


def judge(
    trial: Trial,
    player: Player,
    protocol: Protocol,
    draws: tuple[str, ...] = (EVEN, INDEPENDENT),
    progress: Callable[[int], None] = lambda done: None,
) -> Judged:
    """Return how far a twin's runs are from the held-out log, and whether plain generators come nearer.

    `draws` are the ways of drawing, the one that is judged first.
    """
    generators: dict[str, Generator] = {
        TWIN: lambda rng, even: player.run(rng, even=even),
        **plain_generators(trial.train, trial.held_out, trial.window),
    }
    table = _table(list(_score(generators, trial, draws, protocol, progress)))
    coverage = _coverage(player, trial, protocol)
    verdicts = judge_runs(table, coverage, draws[0])
    return Judged(runs=table, coverage=coverage, held_out=trial.held_out.cases, verdicts=verdicts)


def _enough(train: Traces, held_out: Traces) -> None:
    from chairs.core.errors import DataError, problem

    if not train.cases:
        what = "aucun parcours avant ceux mis de côté", "no case before those held out"
    elif held_out.cases < LEAST_HELD_OUT or int(held_out.arrivals.max() - held_out.arrivals.min()) < 24 * HOUR:
        what = (
            f"{held_out.cases} parcours mis de côté : trop peu, ou en moins d'un jour",
            f"{held_out.cases} cases held out: too few, or within a day",
        )
    else:
        return
    raise DataError(
        (problem(*what, file="events", remedy=("prendre une période plus longue", "take a longer period")),)
    )


def _score(
    generators: dict[str, Generator],
    trial: Trial,
    ways: tuple[str, ...],
    protocol: Protocol,
    progress: Callable[[int], None],
) -> Iterator[tuple[str, str, int, str, float]]:
    done, window, held_out = 0, trial.window, trial.held_out
    seen = census(held_out, _first_hour(window), window.hours)
    for draws in ways:
        for name, generator in generators.items():
            counts = []
            for run in range(protocol.runs):
                rng = stream(protocol.seed, "backtest", run)  # the same arrivals for all, as far as their rates agree
                simulated = cut(generator(rng, draws == EVEN), window)
                found = distances(held_out, simulated)
                counts.append(census(simulated, _first_hour(window), window.hours))
                found["census_mae"] = float(np.abs(counts[-1] - seen).mean())
                yield from ((name, draws, run, measure, value) for measure, value in found.items())
                done += 1
                progress(done)
            yield name, draws, 0, "census_crps", _crps(np.array(counts), seen)


def _first_hour(window: Window) -> int:
    return window.opens // HOUR * HOUR


def _crps(counts: np.ndarray, seen: np.ndarray) -> float:
    """Return the mean CRPS of the runs' census as an ensemble (the fair form, unbiased for few runs)."""
    runs = counts.astype(float)
    apart = np.abs(runs - seen).mean(axis=0)
    ranked = np.sort(runs, axis=0)
    weights = 2.0 * np.arange(len(runs)) - len(runs) + 1
    own = 2.0 * (weights[:, None] * ranked).sum(axis=0) / max(len(runs) * (len(runs) - 1), 1)
    return float((apart - own / 2).mean())


def _table(rows: list[tuple[str, str, int, str, float]]) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(rows, columns=["generator", "draws", "run", "measure", "value"])
    return table.sort_values(["generator", "draws", "measure", "run"], kind="stable", ignore_index=True)


def _coverage(player: Player, trial: Trial, protocol: Protocol) -> dict[float, float]:
    """Return the share of hours in which the held-out census lies in each central band of independent runs."""
    if protocol.band_runs < 2:
        return {}
    window, first = trial.window, _first_hour(trial.window)
    seen = census(trial.held_out, first, window.hours)
    streams = (stream(protocol.seed, "backtest", "bands", run) for run in range(protocol.band_runs))
    runs = (cut(player.run(rng, even=False), window) for rng in streams)
    counts = np.array([census(run, first, window.hours) for run in runs])
    found = {}
    for level in BANDS:
        low, high = np.quantile(counts, [(1 - level) / 2, (1 + level) / 2], axis=0)
        found[level] = round(float(((low <= seen) & (seen <= high)).mean()), 4)
    return found
