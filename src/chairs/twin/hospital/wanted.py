"""Which ward a patient wanted: who waited long for a ward that had room, or served others first, wanted another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.core.streams import stream
from chairs.twin.hospital.reading import DAY, HospitalLog

LONG = 240.0  # minutes of waiting before one is thought to have been diverted
SOME_HOURS = 2
HOURS = 8  # full hours after the request at which it is looked whether a ward had room
ROUNDS = 60
LEAST_DIVERTED = 11
LEAST_SHARE = 0.1
LATER = 30.0  # minutes by which another asked later, and
SOONER = 90.0  # came sooner all the same: he was served first, whatever their moves took
ROOM, SOME_ROOM = 0.5, 0.15  # share of these hours at which the ward had room: any time, at the usual diversion
LATE = 120.0  # minutes beyond the moment at which other wards are tried
TAKEN = 2.0  # diverted to a ward for one who could have been and stayed
TOLD = 45.0  # minutes before the stay at which its ward is chosen among those with room
MOSTLY = 0.8  # of those who come from another ward, late
FULL = 0.25  # of these hours at most had room: the ward may be the one wanted


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
    onward
        Whether those who come from another ward are sent elsewhere as well.
    """

    ward: np.ndarray
    diverted: np.ndarray
    elsewhere: tuple[tuple[int, ...], ...]
    patience: float | None
    onward: bool = False


def read_wanted(log: HospitalLog, seed: int = 0) -> Wanted:
    """Estimate the wards wanted.

    Notes
    -----
    Inside a kind of admission, first come is first served. A first stay that waited four hours or more, and whose
    ward took another of its kind who asked later and came sooner, was therefore not asked of that ward: it was
    diverted. The waits of these give the moment at which other wards are tried (fifth percentile, less that of the
    moves); of those who waited at least so long, diverted were also those whose ward had room at half of the hours
    after the request, or at some of them when they moved just then. The ward wanted is one that was full and let
    nobody overtake; which, follows from who usually asks for it (emergency department or kind of admission), how
    often it diverts when it is full and which other it prefers among those with room just then (Luce 1959; worths by
    the updates of Hunter 2004), the last two found by expectation-maximisation (Dempster, Laird & Rubin 1977), and is
    then drawn. A ward sends patients to another only if of those who could have gone (it had room at two hours of their
    wait beyond that moment) at least two in three went. That transfers are sent elsewhere too shows in wards that have
    hardly any but late ones. Of the stays that the demonstration hospital placed elsewhere (6,156 in one draw of two
    years) four in five are found; where the rest lay nobody was waiting and no bed was long free, so that they pass for
    patients of that ward: `misread` says how many.
    """
    stays = log.stays
    asked, start = stays["requested"].to_numpy(), stays["start"].to_numpy()
    place, n = log.place, len(log.wards)
    wait, first = start - asked, stays["order"].to_numpy() == 0
    rows = np.flatnonzero((wait >= LONG) & first & (_day(log, asked) >= 0))
    ward, diverted = place.copy(), np.zeros(len(place), dtype=bool)
    passed = _overtaken(log, rows, place)
    room = _hours_with_room(log, rows, place)
    own, patience = _diverted(
        wait[rows], room[np.arange(len(rows)), place[rows]], passed[np.arange(len(rows)), place[rows]]
    )
    full = (room <= FULL) & ~passed
    full[np.arange(len(rows)), place[rows]] = False
    own &= full.any(axis=1)
    if patience is None or own.sum() < LEAST_DIVERTED:
        return Wanted(ward, diverted, ((),) * n, None)
    asks = _asked_by(log, place, first)
    kept = np.flatnonzero((wait >= patience + LATE) & first & (_day(log, asked) >= 0))
    open_then = _room(log, start[rows] - TOLD, place)
    open_then[np.arange(len(rows)), place[rows]] = True
    _, sent = _maximise(full[own], open_then[own], place[rows[own]], asks[rows[own]])
    taken = sent >= TAKEN * _refused(log, np.setdiff1d(kept, rows[own]), place, patience)
    full &= taken[:, place[rows]].T
    own &= full.any(axis=1)
    if own.sum() < LEAST_DIVERTED:
        return Wanted(ward, diverted, ((),) * n, None)
    rows, full = rows[own], full[own]
    share, sent = _maximise(full, open_then[own], place[rows], asks[rows])
    pick = np.cumsum(share, axis=1) < stream(seed, "twin", "wanted").random((len(rows), 1))
    ward[rows], diverted[rows] = np.minimum(pick.sum(axis=1), n - 1), True
    patience = patience - float(np.nanquantile(wait[wait < LONG], 0.05))
    onward = _onward(place[~first], wait[~first] >= patience)
    return Wanted(ward, diverted, tuple(_order(line) for line in sent), round(max(patience, 0.0), 0), onward)


def _onward(place: np.ndarray, late: np.ndarray) -> bool:
    """Say whether some ward has from other wards hardly any but those who waited until others are tried."""
    every, of_late = np.bincount(place), np.bincount(place[late], minlength=place.max(initial=-1) + 1)
    return bool(((of_late >= LEAST_DIVERTED) & (of_late >= MOSTLY * every)).any())


def _diverted(wait: np.ndarray, room: np.ndarray, passed: np.ndarray) -> tuple[np.ndarray, float | None]:
    """Say who was diverted and from which wait on; None: nobody was seen to be."""
    if passed.sum() < LEAST_DIVERTED:
        return passed, None
    from_on, usual = (float(np.quantile(wait[passed], q)) for q in (0.05, 0.8))
    late = wait >= from_on - 0.01 * from_on
    return passed | (late & ((room >= ROOM) | ((room >= SOME_ROOM) & (wait <= usual)))), from_on


def _hours_with_room(log: HospitalLog, rows: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return, for each of the stays `rows` and each ward, the share of the hours waited at which it had room."""
    asked, start = (log.stays[name].to_numpy()[rows] for name in ("requested", "start"))
    found, hours = np.zeros((len(rows), len(log.wards))), np.zeros(len(rows))
    for hour in range(HOURS):
        moment = asked + 60.0 * hour
        waiting = moment < start - SOONER
        found += _room(log, moment, place) & waiting[:, None]
        hours += waiting
    shares: np.ndarray = found / np.maximum(hours, 1)[:, None]
    return shares


def _refused(log: HospitalLog, rows: np.ndarray, place: np.ndarray, late: float) -> np.ndarray:
    """Return how many waited on for their ward although another had room at two hours or more, by ward and other."""
    asked, start = (log.stays[name].to_numpy()[rows] for name in ("requested", "start"))
    hours = np.zeros((len(rows), len(log.wards)))
    for hour in range(HOURS):
        moment = asked + late + 30.0 + 60.0 * hour
        hours += _room(log, moment, place) & (moment < start - SOONER)[:, None]
    return _sums(hours >= SOME_HOURS, place[rows], len(log.wards))


def came_by(log: HospitalLog) -> np.ndarray:
    """Return for each stay how it came: by which emergency department, or kind of admission."""
    visits = log.visits.drop_duplicates("case_id", keep="last").set_index("case_id")["unit"]
    unit = visits.reindex(log.stays["case_id"])
    kind = log.stays["kind"].astype("str").to_numpy(object)
    found: np.ndarray = np.where(unit.isna().to_numpy(), kind, unit.to_numpy(object)).astype(str)
    return found


def _asked_by(log: HospitalLog, place: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Return for each stay how often each ward takes those who come as it did."""
    _, group = np.unique(came_by(log), return_inverse=True)
    counts = np.full((group.max(initial=0) + 1, len(log.wards)), 1e-3)
    np.add.at(counts, (group[first], place[first]), 1)
    rates: np.ndarray = (counts / counts.sum(axis=1, keepdims=True))[group]
    return rates


def _overtaken(log: HospitalLog, rows: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Say for each of the stays `rows` and each ward whether it took a later request of the same kind sooner."""
    stays = log.stays
    asked, start, first = stays["requested"].to_numpy(), stays["start"].to_numpy(), stays["order"].to_numpy() == 0
    _, kind = np.unique(stays["kind"].astype("str").to_numpy(str), return_inverse=True)
    found = np.zeros((len(rows), len(log.wards)), dtype=bool)
    for code in np.unique(kind[rows]):
        mine = np.flatnonzero(kind[rows] == code)
        who, alike = rows[mine], first & (kind == code) & np.isfinite(asked)
        for ward in range(len(log.wards)):
            others = np.flatnonzero(alike & (place == ward))
            order = others[np.argsort(asked[others], kind="stable")]
            soonest = np.append(np.minimum.accumulate(start[order][::-1])[::-1], np.inf)
            after = np.searchsorted(asked[order], asked[who] + LATER, side="right")
            found[mine, ward] = soonest[after] < start[who] - SOONER
    return found


def _maximise(full: np.ndarray, room: np.ndarray, place: np.ndarray, asks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the probability of each ward wanted for each diverted stay, and how many each ward sends where.

    Parameters
    ----------
    full
        By stay and ward, whether the ward may be the one wanted; `place` the ward of the stay.
    room
        By stay and ward, whether the ward had room when the stay's was chosen, its own among them.
    asks
        By stay and ward, how often those who come the same way ask for it.
    """
    n = full.shape[1]
    worth, gives = np.full((n, n), 1 / n), np.ones(n)
    due = (full * asks).sum(axis=0)
    share, sent = full * 1.0, worth
    for _ in range(ROUNDS):
        rivals = np.maximum(room @ worth.T, 1e-12)
        share = full * (asks * gives[None, :] * worth[:, place].T / rivals + 1e-15)
        share /= share.sum(axis=1, keepdims=True)
        sent = _sums(share, place, n).T
        expected = worth * ((share / rivals).T @ room)  # had each gone by these worths
        worth = worth * (sent + 0.01) / (expected + 0.01)
        worth /= worth.sum(axis=1, keepdims=True)
        gives = (sent.sum(axis=1) + 1) / (due + 1)
    return share, sent


def _sums(lines: np.ndarray, code: np.ndarray, n: int) -> np.ndarray:
    """Return the sums of lines by their code, each added up in the order of the lines."""
    from scipy.sparse import csr_array

    which = csr_array((np.ones(len(code)), (code, np.arange(len(code)))), shape=(n, len(code)))
    return np.asarray(which @ lines.astype(float))


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
