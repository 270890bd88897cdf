"""How far a simulated log is from the one observed: eight distances between distributions, and the census."""

from __future__ import annotations

import numpy as np

from chairs.twin.backtest.traces import HOUR, Traces

DAY_HOURS = 24
WORST = 23.0  # hours apart that two days can be at most; what a weekday without events costs
WIDEST = 5_000_000
DISTANCES = ("ngd2", "ngd3", "aed", "ced", "red", "car", "cwd", "ctd")


def distances(observed: Traces, simulated: Traces) -> dict[str, float]:
    """Return the distances of the simulated log from the observed one; 0 is identical.

    `ngd2`, `ngd3` (share of n-grams, 0 to 1), the others in hours: `aed` absolute event times, `ced` hour of the
    day by weekday, `red` time since the case began, `car` arrivals, `cwd` active resources by weekday, `ctd` length
    of the case.

    Notes
    -----
    The definitions are those of log-distance-measures 2.2 with Wasserstein distances, ends only where a log has
    ends only, else starts and ends (Chapela-Campa, Benchekroun, Baron, Dumas, Krass & Senderovich, *Can I trust my
    simulation model?*, BPM 2023). The figures are equal to the library's to 12 digits (`tests/reference/
    test_log_distances.py`, the library runs beside); written out on arrays because the library walks through the
    cases in Python, which takes a hundred times longer and does not do for fifty runs of 35,000 events.
    """
    once = bool((observed.start == observed.end).all())
    return {
        "ngd2": ngram_distance(observed, simulated, 2),
        "ngd3": ngram_distance(observed, simulated, 3),
        "aed": _moved(*_since_first(_instants(observed, once), _instants(simulated, once))),
        "ced": _by_weekday(_instants(observed, once), _instants(simulated, once)),
        "red": _moved(_relative(observed, once), _relative(simulated, once)),
        "car": _moved(*_since_first(observed.arrivals, simulated.arrivals)),
        "cwd": _workforce(observed, simulated),
        "ctd": _cycle_time(observed, simulated),
    }


def ngram_distance(observed: Traces, simulated: Traces, n: int) -> float:
    """Return the share of n-grams (padded at both ends) that the two logs do not have in common.

    Examples
    --------
    >>> a = Traces(*(np.array(x) for x in ([0, 0], [1, 2], [0, 1], [0, 1], [0, 0])))
    >>> b = Traces(*(np.array(x) for x in ([0, 0], [1, 1], [0, 1], [0, 1], [0, 0])))
    >>> ngram_distance(a, a, 2), round(ngram_distance(a, b, 2), 4)
    (0.0, 0.6667)
    """
    width = int(max(observed.activity.max(), simulated.activity.max())) + 1
    one, two = ngrams(observed, n, width), ngrams(simulated, n, width)
    values, places = np.unique(np.concatenate([one, two]), return_inverse=True)
    first = np.bincount(places[: len(one)], minlength=len(values))
    second = np.bincount(places[len(one) :], minlength=len(values))
    return float(np.abs(first - second).sum() / (len(one) + len(two)))


def ngrams(traces: Traces, n: int, width: int) -> np.ndarray:
    """Return all n-grams as whole numbers; each case is padded with n - 1 blanks before and after."""
    pad = n - 1
    place = np.arange(len(traces)) + pad * (2 * traces.case + 1)
    padded = np.zeros(len(traces) + 2 * pad * traces.cases, dtype=np.int64)
    padded[place] = traces.activity
    owner = np.zeros(len(padded), dtype=np.int64)
    ends = traces.bounds[1:] + 2 * pad * np.arange(1, traces.cases + 1)
    owner[ends[:-1]] = 1
    owner = np.cumsum(owner)
    grams = np.zeros(len(padded) - pad, dtype=np.int64)
    for offset in range(n):
        grams = grams * width + padded[offset : len(padded) - pad + offset]
    return np.asarray(grams[owner[: len(grams)] == owner[pad:]])


def _instants(traces: Traces, once: bool) -> np.ndarray:
    return traces.end if once else np.concatenate([traces.start, traces.end])


def _since_first(one: np.ndarray, two: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    origin = min(one.min(), two.min()) // HOUR * HOUR
    return (one - origin) // HOUR, (two - origin) // HOUR


def _moved(one: np.ndarray, two: np.ndarray) -> float:
    """Return the Wasserstein distance of two samples of whole hours: the area between their distributions."""
    least = min(one.min(), two.min())
    width = int(max(one.max(), two.max()) - least) + 1
    if width > WIDEST:
        from scipy.stats import wasserstein_distance

        return float(wasserstein_distance(one, two))
    below = [np.cumsum(np.bincount(sample - least, minlength=width)) / len(sample) for sample in (one, two)]
    return float(np.abs(below[0] - below[1])[:-1].sum())


def _relative(traces: Traces, once: bool) -> np.ndarray:
    began = traces.arrivals[traces.case]
    since = _instants(traces, once) - (began if once else np.concatenate([began, began]))
    return np.asarray(since // HOUR)


def _clock(instants: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weekday (0 = Monday) and hour of local instants."""
    hours = instants // HOUR
    return (hours // DAY_HOURS + 3) % 7, hours % DAY_HOURS


def _by_weekday(one: np.ndarray, two: np.ndarray) -> float:
    counts = [
        np.bincount(day * DAY_HOURS + hour, minlength=168).reshape(7, 24) for day, hour in (_clock(one), _clock(two))
    ]
    return _mean_day(counts[0].astype(float), counts[1].astype(float))


def _mean_day(one: np.ndarray, two: np.ndarray) -> float:
    total = 0.0
    for first, second in zip(one, two, strict=True):
        if first.sum() and second.sum():
            total += float(np.abs(np.cumsum(first / first.sum()) - np.cumsum(second / second.sum())).sum())
        elif first.sum() or second.sum():
            total += WORST
    return total / 7


def _workforce(observed: Traces, simulated: Traces) -> float:
    return _mean_day(*((workforce(traces) * 100).astype(np.int64).astype(float) for traces in (observed, simulated)))


def workforce(traces: Traces) -> np.ndarray:
    """Return mean active resources by weekday and hour: those with a start or an end in the hour."""
    instants = np.concatenate([traces.start, traces.end])
    hours = instants // HOUR
    width = int(traces.resource.max()) + 1
    seen = np.unique(hours * width + np.concatenate([traces.resource, traces.resource])) // width
    days = np.unique(hours // DAY_HOURS)
    weekdays = np.bincount((days + 3) % 7, minlength=7)
    counts = np.bincount((seen // DAY_HOURS + 3) % 7 * DAY_HOURS + seen % DAY_HOURS, minlength=168).reshape(7, 24)
    return counts / np.maximum(weekdays, 1)[:, None]


def _cycle_time(observed: Traces, simulated: Traces) -> float:
    lengths = [traces.departures - traces.arrivals for traces in (observed, simulated)]
    least = min(length.min() for length in lengths)
    return _moved(*((length - least) // HOUR for length in lengths))


def census(traces: Traces, first: int, hours: int) -> np.ndarray:
    """Return how many cases are between their first and last event at each of so many full hours from `first`."""
    grid = first + HOUR * np.arange(hours)
    entered = np.searchsorted(np.sort(traces.arrivals), grid, side="right")
    left = np.searchsorted(np.sort(traces.departures), grid, side="right")
    return entered - left
