"""Which ward a patient wanted: who waited long for a ward that had room all the time wanted another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.core.streams import stream
from chairs.twin.hospital.reading import DAY, HospitalLog

LONG = 240.0  # minutes of waiting before one is thought to have been diverted
ROUNDS = 20
LEAST_DIVERTED = 11
LEAST_SHARE = 0.1


@dataclass(frozen=True)
class Wanted:
    """What is learnt of the wards asked for.

    Parameters
    ----------
    ward
        Code of the ward wanted by each stay (the line of `stays`).
    diverted
        Whether the stay was spent elsewhere.
    elsewhere
        By ward, those that its patients are sent to, in order of use.
    patience
        Minutes of waiting before another ward is tried; None: nobody was ever diverted.
    """

    ward: np.ndarray
    diverted: np.ndarray
    elsewhere: tuple[tuple[int, ...], ...]
    patience: float | None


def read_wanted(log: HospitalLog, seed: int = 0) -> Wanted:
    """Estimate the wards wanted.

    Notes
    -----
    A first stay that waited four hours or more although its ward had room when asked and one, two and three hours
    later was not asked of that ward. The ward wanted is one that was full then; which, follows from how often each
    ward is asked for and to which others it sends its patients, both found by expectation-maximisation (Dempster,
    Laird & Rubin 1977), and is then drawn. The patience is the fifth percentile of their waits less the usual move.
    """
    stays = log.stays
    asked, start, placed = (stays[name].to_numpy() for name in ("requested", "start", "unit"))
    place = np.searchsorted(np.array(log.wards), placed)
    wait = start - asked
    moments = asked[:, None] + 60.0 * np.arange(4)
    long = (wait >= LONG) & (stays["order"].to_numpy() == 0) & (_day(log, asked) >= 0)
    rows = np.flatnonzero(long)
    room = np.stack([_room(log, moments[rows, k], place) for k in range(4)], axis=1)  # stay, moment, ward
    own = room[np.arange(len(rows)), :, place[rows]].all(axis=1)
    rows, room = rows[own], room[own]
    ward, diverted = place.copy(), np.zeros(len(place), dtype=bool)
    n = len(log.wards)
    if len(rows) < LEAST_DIVERTED:
        return Wanted(ward, diverted, ((),) * n, None)
    full = np.asarray(~room.any(axis=1))
    full[np.arange(len(rows)), place[rows]] = False
    rows, full = rows[full.any(axis=1)], full[full.any(axis=1)]
    base = np.bincount(place[long], minlength=n) + 1.0
    share, sent = _maximise(full, place[rows], base)
    pick = np.cumsum(share, axis=1) < stream(seed, "twin", "wanted").random((len(rows), 1))
    ward[rows], diverted[rows] = np.minimum(pick.sum(axis=1), n - 1), True
    patience = float(np.quantile(wait[rows], 0.05) - np.nanmedian(wait[wait < LONG]))
    return Wanted(ward, diverted, tuple(_order(line) for line in sent), round(max(patience, 0.0), 0))


def _maximise(full: np.ndarray, place: np.ndarray, base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the probability of each ward wanted for each diverted stay, and how many each ward sends where."""
    n = len(base)
    sends = np.full((n, n), 1 / n)
    asks = base / base.sum()
    sent = sends
    share = full * 1.0
    for _ in range(ROUNDS):
        share = full * asks[None, :] * sends[:, place].T + 1e-12 * full
        share /= share.sum(axis=1, keepdims=True)
        sent = np.zeros((n, n))
        np.add.at(sent.T, place, share)
        sends = (sent + 0.01) / (sent + 0.01).sum(axis=1, keepdims=True)
        asks = sent.sum(axis=1) / sent.sum()
    return share, sent


def _order(sent: np.ndarray) -> tuple[int, ...]:
    total = sent.sum()
    if total < LEAST_DIVERTED:
        return ()
    ranked = np.argsort(-sent, kind="stable")[:3]
    return tuple(int(ward) for ward in ranked if sent[ward] >= max(LEAST_DIVERTED, LEAST_SHARE * total))


def inside(begins: np.ndarray, ends: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Return how many intervals are open at each moment (begun then or before, not ended).

    Examples
    --------
    >>> inside(np.array([0.0, 2.0]), np.array([3.0, 5.0]), np.array([2.0, 3.0])).tolist()
    [2, 1]
    """
    begun = np.searchsorted(np.sort(begins), moments, "right")
    counted: np.ndarray = begun - np.searchsorted(np.sort(ends), moments, "right")
    return counted


def _day(log: HospitalLog, moments: np.ndarray) -> np.ndarray:
    day = np.floor(log.local(moments) / DAY).astype(int) - log.first
    return np.where((day >= 0) & (day < log.beds.shape[1]), day, -1)


def _room(log: HospitalLog, moments: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Say for each moment and ward whether beds were free (those promised half an hour before count as taken)."""
    day = np.maximum(_day(log, moments), 0)
    free = np.zeros((len(moments), len(log.wards)), dtype=bool)
    stays = log.stays
    start, end = stays["start"].to_numpy() - 30.0, stays["end"].fillna(np.inf).to_numpy()
    start = np.maximum(start, np.nan_to_num(stays["requested"].to_numpy(), nan=-np.inf))
    for ward in range(len(log.wards)):
        mine = place == ward
        free[:, ward] = inside(start[mine], end[mine], moments) < log.beds[ward, day]
    return free
