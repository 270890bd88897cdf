"""How long it takes to come to a bed that is free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.twin.durations import Duration
from chairs.twin.hospital import lengths
from chairs.twin.hospital.reading import HospitalLog
from chairs.twin.hospital.wanted import Wanted, inside


@dataclass(frozen=True)
class Moves:
    """Time from a bed's being free to the patient's coming: from an emergency department, from home, from another ward.

    The last by the ward to which the patient goes: most who go to one came to the hospital the same way.
    """

    emergency: Duration
    planned: Duration
    onward: dict[str, Duration]


def move_of(log: HospitalLog, wanted: Wanted) -> Moves:
    """Return the time from a bed's being free to the patient's coming.

    Notes
    -----
    Taken from stays in the ward wanted whose bed was there when it was asked for (`room_at_request`), so that the whole
    wait is preparation and move; fewer than 11 of a kind have the moves of all, to a ward those to all wards. Checked
    against the moves planted in the demonstration hospital: 34 minutes from the emergency departments and 17 from home
    (tests/unit/twin/test_hospital_wards.py holds small planted ones).
    """
    stays = log.stays
    wait = (stays["start"] - stays["requested"]).to_numpy()
    room, later = room_at_request(log, wanted), stays["order"].to_numpy() > 0
    emergency = (stays["kind"] == "emergency").to_numpy()
    every = lengths.of(wait[room])

    def own(which: np.ndarray, else_: Duration) -> Duration:
        return lengths.of(wait[room & which]) if (room & which).sum() >= lengths.LEAST else else_

    moved = own(later, every)
    return Moves(
        emergency=own(~later & emergency, every),
        planned=own(~later & ~emergency, every),
        onward={ward: own(later & (log.place == code), moved) for code, ward in enumerate(log.wards)},
    )


def room_at_request(log: HospitalLog, wanted: Wanted) -> np.ndarray:
    """Say for each stay whether it was in the ward wanted and a bed was free there, all in line served.

    Stays asked for and not ended, this one included, and those in line who came to lie elsewhere or were put off, are
    fewer than the beds; and the patient came before other wards are tried, so that he is not one sent on by another.
    """
    stays, off = log.stays, log.cancelled
    room = np.zeros(len(stays), dtype=bool)
    asked, put_off_from = stays["requested"].to_numpy(), log.codes(off["unit"])
    start, end = stays["start"].to_numpy(), stays["end"].fillna(np.inf).to_numpy()
    own = ~wanted.diverted & (start - asked < (np.inf if wanted.patience is None else wanted.patience))
    day = np.floor(log.local(asked) / 1440).astype(int) - log.first
    for row in range(len(log.wards)):
        mine = np.flatnonzero((log.place == row) & own & (day >= 0) & (day < log.beds.shape[1]))
        every, gone, put_off = log.place == row, wanted.diverted & (wanted.ward == row), put_off_from == row
        held = inside(asked[every], end[every], asked[mine]) + inside(asked[gone], start[gone], asked[mine])
        held += inside(off["requested"].to_numpy()[put_off], off["end"].to_numpy()[put_off], asked[mine])
        room[mine] = held < log.beds[row, day[mine]]
    return room
