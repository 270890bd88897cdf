"""How long it lasts: treatments, moves, patience (censored), stays by nights and clock."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.twin.calibration.shapes import POINTS, empirical, grid
from chairs.twin.durations import Duration, Durations
from chairs.twin.hospital.holding import read_nights
from chairs.twin.hospital.reading import DAY
from chairs.twin.steps import Held

LEAST = 11
ENOUGH = 60  # of a group before it has its own distribution
NEVER = Duration(kind="never")
AT_ONCE = Duration(kind="fixed", mean=0.0)
NOON = 720.0
NIGHT_SHARE = 0.2
# Points of a distribution: with 40, a lognormal one would lose 3 % of its variance, and a full ward of its wait.
FINEST = 200


def shares(counts: np.ndarray) -> tuple[float, ...]:
    """Return counts as shares with six decimals, as many as a model file keeps, that sum to one.

    Examples
    --------
    >>> shares(np.array([1.0, 1.0, 1.0]))
    (0.333334, 0.333333, 0.333333)
    """
    found = [round(float(share), 6) for share in counts / counts.sum()]
    top = int(np.argmax(found))
    found[top] = round(1 - sum(found[:top]) - sum(found[top + 1 :]), 6)
    return tuple(found)


def of(values: np.ndarray) -> Duration:
    """Return the quantile grid of the positive, finite values (minutes), nothing where they are fewer than 11."""
    kept = values[np.isfinite(values) & (values >= 0)]
    points = max(POINTS, min(FINEST, len(kept) // LEAST))
    return grid(kept, np.ones(len(kept)), points) if len(kept) >= LEAST else AT_ONCE


def by_class(values: np.ndarray, code: np.ndarray, classes: int) -> Durations:
    """Return one duration a class: of its own patients when enough, else of both classes of its pair, else at once.

    Parameters
    ----------
    code
        Class of each value; classes 0 and 1, 2 and 3, and so on are pairs.
    """
    rows = []
    for k in range(classes):
        own = code == k
        rows.append(of(values[own if own.sum() >= ENOUGH else code // 2 == k // 2]))
    return Durations(by="class", rows=tuple(rows))


def patience(waited: np.ndarray, left: np.ndarray) -> Duration:
    """Return how long people wait before they give up, those who were served first being censored.

    Notes
    -----
    All equal: fixed. Else lognormal by maximum likelihood with right censoring (Klein & Moeschberger, *Survival
    Analysis*, 2003, section 3.5); waits are gathered in 300 classes on the logarithmic scale first. `never` when
    fewer than 11 gave up.
    """
    from scipy.optimize import minimize
    from scipy.special import log_ndtr

    ok = np.isfinite(waited) & (waited > 0)
    waited, left = waited[ok], left[ok]
    gone = waited[left]
    if len(gone) < LEAST:
        return NEVER
    if gone.std() < 0.01 * gone.mean():
        return Duration(kind="fixed", mean=round(float(gone.mean()), 2))
    logs = np.log(np.maximum(waited, 0.05))
    place = np.minimum(((logs - logs.min()) / np.ptp(logs) * 300).astype(int), 299)
    centre = logs.min() + (np.arange(300) + 0.5) * np.ptp(logs) / 300
    seen, cut = (np.bincount(place[which], minlength=300) for which in (left, ~left))

    def loss(parameters: np.ndarray) -> float:
        sigma = np.exp(parameters[1])
        z = (centre - parameters[0]) / sigma
        return float(-(seen @ (-0.5 * z * z - parameters[1]) + cut @ log_ndtr(-z)))

    mu, log_sigma = minimize(loss, [float(np.log(gone).mean()) + 2, 0.3], method="Nelder-Mead").x
    sigma2 = min(float(np.exp(2 * log_sigma)), 6.0)
    return Duration(
        kind="lognormal", mean=round(float(np.exp(mu + sigma2 / 2)), 3), cv=round(float(np.expm1(sigma2)) ** 0.5, 4)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A ward's stay: `clock` None means that patients leave at any hour (the duration is then in minutes)."""

    duration: Durations
    clock: Duration | None
    held: Held | None = None


def stays(ward: np.ndarray, start: np.ndarray, end: np.ndarray, clock: Duration) -> dict[int, Stay]:
    """Return the stay of each ward from local starts and ends (minutes since 1970, a Thursday).

    Notes
    -----
    Wards from which a fifth or more leave between 20 h and 7 h keep no clock. Elsewhere a stay is a number of nights,
    then an hour of the day; some are kept over weekends and public holidays (`holding`).
    """
    hour, found, nightly = end % DAY / 60, {}, np.zeros(len(ward), dtype=bool)
    for one in np.unique(ward):
        mine = ward == one
        if mine.sum() < LEAST or ((hour[mine] >= 20) | (hour[mine] < 7)).mean() >= NIGHT_SHARE:
            found[int(one)] = Stay(duration=Durations(rows=(of(end[mine] - start[mine]),)), clock=None)
        else:
            nightly |= mine
    day = [np.floor(moment[nightly] / DAY).astype(int) for moment in (start, end)]
    nights = read_nights(ward[nightly], day[0], day[1])
    held = Held(shares=nights.shares) if nights.shares else None
    for one in np.unique(ward[nightly]):
        duration = Durations(rows=(_nights(nights.expected[one]),))
        found[int(one)] = Stay(duration=duration, clock=clock, held=held)
    return found


def _nights(counts: np.ndarray) -> Duration:
    """Return whole nights; those that fewer than 11 needed are joined to one group with its mean, rounded."""
    values = np.arange(len(counts))
    rare = counts < LEAST
    if counts[rare].sum() >= 1:
        mean = round(float(values[rare] @ counts[rare] / counts[rare].sum()))
        values, counts = np.append(values[~rare], mean), np.append(counts[~rare], counts[rare].sum())
    return empirical(values * DAY, counts)


def clock_of(end: np.ndarray) -> Duration:
    """Return the time of day of the discharges (local minutes), before noon and after as two parts of a mixture."""
    minute = end % DAY
    early = minute < NOON
    share = round(float(early.mean()), 4)
    return Duration(kind="mixture", weights=(share, round(1 - share, 4)), parts=(of(minute[early]), of(minute[~early])))
