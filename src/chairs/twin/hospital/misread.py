"""Wards wanted put right: what their reading gets wrong is known in a log of the model itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from chairs.core.streams import stream
from chairs.twin.hospital.logged import Logged
from chairs.twin.hospital.reading import HospitalLog
from chairs.twin.hospital.wanted import Wanted, came_by

LEAST_ALIKE = 22  # stays of the model's log read alike before their wards wanted are believed


def put_right(log: HospitalLog, read: Wanted, told: Logged, reread: Wanted, seed: int = 0) -> Wanted:
    """Draw the ward wanted by each late stay anew, as those read alike wanted it in a log of the model.

    Parameters
    ----------
    log, read
        The hospital's log, and what was read of it (`read_wanted`).
    told, reread
        A log of its model, which says the ward wanted, and what was read of it as if it did not.

    Notes
    -----
    Alike are those in the same ward, read to want the same one, who came the same way (emergency department, kind of
    admission, another ward); where these are fewer than 22, whatever way they came. Late: beyond the moment at which
    other wards are tried. Misclassification put right by the predictive values of the reading (Buonaccorsi,
    *Measurement Error*, 2010, chapter 2), which a parametric bootstrap gives here instead of a second look at some of
    the patients. That nobody stood behind a patient says nothing of him alone, but much of how often a ward is read
    too little. The reading takes each second stay for the ward wanted: here those elsewhere are found. Checked on
    logs whose misread shares are planted (tests/unit/twin/test_hospital_misread.py).
    """
    if read.patience is None:
        return read
    ways, n = np.union1d(_ways(log), _ways(told.log)), len(log.wards)
    known, alike = _alike(told.log, reread.ward, ways, read)
    rows, keys = _alike(log, read.ward, ways, read)
    shares = np.eye(n)[keys // len(ways) % n]
    for size in (len(ways), 1):  # whatever way they came; by the way they came
        counts = np.zeros((n * n * len(ways) // size, n))
        np.add.at(counts, (alike // size, told.ward[known]), 1)
        mine = counts[keys // size]
        shares = np.where(mine.sum(axis=1, keepdims=True) >= LEAST_ALIKE, mine, shares)
    shares = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)
    ward, diverted = read.ward.copy(), read.diverted.copy()
    pick = shares < stream(seed, "twin", "misread").random((len(rows), 1))
    ward[rows] = np.minimum(pick.sum(axis=1), n - 1)
    diverted[rows] = ward[rows] != keys // (len(ways) * n)
    return replace(read, ward=ward, diverted=diverted)


def _alike(log: HospitalLog, ward: np.ndarray, ways: np.ndarray, read: Wanted) -> tuple[np.ndarray, np.ndarray]:
    """Return the late stays, and for each a number of its ward, the ward read as wanted and the way it came."""
    stays = log.stays
    wait = (stays["start"] - stays["requested"]).to_numpy()
    rows = np.flatnonzero((wait >= read.patience) & (read.onward | (stays["order"].to_numpy() == 0)))
    place = log.place[rows]
    way = np.searchsorted(ways, _ways(log)[rows])
    return rows, (place * len(log.wards) + ward[rows]) * len(ways) + way


def _ways(log: HospitalLog) -> np.ndarray:
    return np.where(log.stays["order"].to_numpy() == 0, came_by(log), "onward")
