"""The held-out period: what all generators are told of it, and how many cases arrive when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.twin.backtest.traces import HOUR, Traces

WEEK_HOURS = 168


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A held-out period on the local clock, microseconds: first and last arrival, last event, number of cases.

    `under_way` says whether its log has lines for what had begun and not ended (see `Traces.until`).
    """

    opens: int
    closes: int
    ends: int
    cases: int
    under_way: bool = False

    @property
    def hours(self) -> int:
        """Full hours from the first arrival to the last: those of the census."""
        return int((self.closes - self.opens) // HOUR) + 1


def window_of(held_out: Traces, *, under_way: bool = False) -> Window:
    """Return the window of a held-out log."""
    arrivals = held_out.arrivals
    return Window(
        opens=int(arrivals.min()),
        closes=int(arrivals.max()),
        ends=int(held_out.end.max()),
        cases=held_out.cases,
        under_way=under_way,
    )


def cut(simulated: Traces, window: Window) -> Traces:
    """Return a simulated log without what the held-out one could not hold yet."""
    return simulated.until(window.ends, under_way=window.under_way)


def spread_arrivals(rates: np.ndarray, window: Window, rng: np.random.Generator, *, even: bool = False) -> np.ndarray:
    """Return as many arrivals as the window has cases, drawn along hourly rates of its hours.

    Parameters
    ----------
    even
        One in each of as many equal parts of the summed rate.

    Notes
    -----
    A Poisson process given its number of points is a sample of its intensity (Ross, *Stochastic Processes*, 2nd ed.,
    theorem 2.3.1). Level and trend of a period nobody has seen are thus left out of what is judged.
    """
    along = rng.random(window.cases)
    if even:
        along = (np.arange(window.cases) + along) / window.cases
    summed = np.concatenate([[0.0], np.cumsum(rates)])
    place = np.interp(along * summed[-1], summed, np.arange(len(summed)))
    moments = window.opens // HOUR * HOUR + (place * HOUR).astype(np.int64)
    return np.sort(np.clip(moments, window.opens, None))


def weekly_rates(train: Traces, window: Window) -> np.ndarray:
    """Return the rates of the window's hours by the train log's hours of the week: what a plain generator knows."""
    hours = train.arrivals // HOUR
    counts = np.bincount((hours // 24 + 3) % 7 * 24 + hours % 24, minlength=WEEK_HOURS) + 1e-9
    ahead = window.opens // HOUR + np.arange((window.closes // HOUR - window.opens // HOUR) + 1)
    return np.asarray(counts[(ahead // 24 + 3) % 7 * 24 + ahead % 24])
