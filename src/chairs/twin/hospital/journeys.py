"""What became of each patient of a hospital in a week, in its log or in a run, and what that comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chairs.twin.engine import layout as code
from chairs.twin.queued import numbers_of
from chairs.twin.replay import Seen
from chairs.twin.state import Present
from chairs.twin.steps import Delay, Leave, Seize

if TYPE_CHECKING:
    from chairs.twin.compiling import Program
    from chairs.twin.lines import Lines

ALL = "all"
UNITS = {
    "wait_mean": "min",
    "boarding_mean": "h",
    "boarding_hours": "h",
    "stay_mean": "h",
    "left_unseen": "patients",
    "put_off": "patients",
    "census": "patients",
}
"""Measures and their units: see `Journeys.seen`."""
NEAR = {
    "wait_mean": (10.0, 0.15),
    "boarding_mean": (0.5, 0.15),
    "boarding_hours": (50.0, 0.15),
    "stay_mean": (0.25, 0.1),
    "left_unseen": (10.0, 0.25),
    "put_off": (5.0, 0.25),
    "census": (1.0, 0.05),
}
"""How near a replay must come to the log to be believed: so much, or this share of what happened."""
MOMENTS = ("arrived", "seen", "left", "asked", "bedded", "home", "put_off")


@dataclass(frozen=True, kw_only=True, eq=False)
class Journeys:
    """Moments of each patient, by his number, in minutes since the start of the week; NaN: never.

    Parameters
    ----------
    moments
        `arrived`, `seen` by a doctor, `left` without that, `asked` for a bed, `bedded` in the first ward, gone
        `home` from the ED, `put_off`.
    emergency
        Who came to an emergency department.
    stays
        Patient, ward, begin and end of each stay.
    wards
        Names of the wards.
    """

    moments: dict[str, np.ndarray]
    emergency: np.ndarray
    stays: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
    wards: tuple[str, ...]

    def seen(self, horizon: float) -> Seen:
        """Return what the week came to.

        `wait_mean` from arrival to the doctor, of those seen in the week; `boarding_mean` from the request of a bed
        to the ward, of the ED's patients who came there in the week, and `boarding_hours` all their hours of that;
        `stay_mean` in the ED, of those who went home; `left_unseen` and `put_off` in the week; `census` mean number
        of patients in each ward, in all wards and in the ED.
        """
        at, ed = self.moments, self.emergency
        out = np.fmin(np.fmin(at["left"], at["home"]), at["bedded"])
        boards = np.where(ed, at["asked"], np.nan)
        values = {
            ("wait_mean", ALL): _mean((at["seen"] - at["arrived"])[_inside(at["seen"], horizon) & ed]),
            ("boarding_mean", ALL): _mean((at["bedded"] - boards)[_inside(at["bedded"], horizon)]) / 60,
            ("boarding_hours", ALL): float(np.nansum(_within(boards, at["bedded"], horizon))) / 60,
            ("stay_mean", ALL): _mean((at["home"] - at["arrived"])[_inside(at["home"], horizon)]) / 60,
            ("left_unseen", ALL): float(_inside(at["left"], horizon).sum()),
            ("put_off", ALL): float(_inside(at["put_off"], horizon).sum()),
        }
        census = self._census(horizon, np.where(ed, at["arrived"], np.nan), out)
        ward, begin, end = self.stays[1:]
        lasts = _within(begin, end, horizon)
        values["census", ALL] = float(lasts.sum()) / horizon
        for place, name in enumerate(self.wards):
            values["census", name] = float(lasts[ward == place].sum()) / horizon
        until = np.fmin(at["bedded"], at["put_off"])
        waits = {
            "doctor": _within(np.where(ed, at["arrived"], np.nan), np.fmin(at["seen"], at["left"]), horizon),
            "bed": _within(at["asked"], until, horizon),
        }
        return Seen(values=values, waits=waits, census=census)

    def _census(self, horizon: float, came: np.ndarray, out: np.ndarray) -> dict[str, np.ndarray]:
        hours = np.arange(0.0, horizon, 60.0)
        begin, end = self.stays[2:]
        return {ALL: _present(begin, end, hours), "ED": _present(came, out, hours)}


def _inside(moments: np.ndarray, horizon: float) -> np.ndarray:
    found: np.ndarray = (moments >= 0) & (moments < horizon)
    return found


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _within(since: np.ndarray, until: np.ndarray, horizon: float) -> np.ndarray:
    """Return the minutes of each interval that lie in the week; one without an end goes on, NaN without a begin."""
    ends = np.minimum(np.where(np.isnan(until), np.inf, until), horizon)
    found: np.ndarray = np.where(np.isnan(since), np.nan, np.maximum(ends - np.maximum(since, 0.0), 0.0))
    return found


def _present(since: np.ndarray, until: np.ndarray, hours: np.ndarray) -> np.ndarray:
    there = np.isfinite(since)
    begins, ends = np.sort(since[there]), np.sort(np.where(np.isnan(until), np.inf, until)[there])
    found: np.ndarray = np.searchsorted(begins, hours, "right") - np.searchsorted(ends, hours, "right")
    return found


def of_run(lines: Lines, program: Program, state: Sequence[Present], real: Journeys) -> Journeys:
    """Return the journeys of a run; what lies before the week is that of the log."""
    numbers = numbers_of(lines, state)
    steps = program.model.steps
    who, row, kind = numbers[lines["who"]], lines["row"], lines["kind"]
    seized = np.array([isinstance(step, Seize) for step in steps])
    moves = np.array([isinstance(step, Delay) and step.activity == "move" for step in steps])
    named = {
        "seen": (code.LOG_HOLD, "start", [step.name.endswith(" doctor asked") for step in steps]),
        "bedded": (code.LOG_DELAY, "end", [bool(m) and step.name.startswith("move ") for m, step in zip(moves, steps,
                                                                                                       strict=True)]),
        "left": (code.LOG_LEAVE, "end", [_out(step, " left") for step in steps]),
        "home": (code.LOG_LEAVE, "end", [_out(step, " departure") for step in steps]),
        "put_off": (code.LOG_LEAVE, "end", [_out(step, "cancellation") for step in steps]),
    }  # fmt: skip
    found = {"arrived": real.moments["arrived"]}
    arrivals = kind == code.LOG_ARRIVE
    place = np.where(arrivals, 0, row)
    for name, (wanted, column, rows) in named.items():
        mine = (kind == wanted) & np.array(rows)[place]
        found[name] = _first(real.moments[name], who[mine], lines[column][mine])
    asks = seized & np.array([step.name.startswith("bed ") for step in steps])
    mine = ((kind == code.LOG_HOLD) | (kind == code.LOG_LEFT_QUEUE)) & asks[place]
    found["asked"] = _first(real.moments["asked"], who[mine], lines["requested"][mine])
    stays = _stays(lines, (who, ~arrivals & moves[place]), program, real.wards)
    return Journeys(moments=found, emergency=real.emergency, stays=stays, wards=real.wards)


def _out(step: object, name: str) -> bool:
    return isinstance(step, Leave) and step.name.endswith(name)


def _first(real: np.ndarray, who: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Return the first moment of each patient: that of the log when it lies before the week, else that of the run."""
    found = np.where(real < 0, real, np.inf)
    inside = ~np.isnan(moments)
    run = np.full(len(real), np.inf)
    np.minimum.at(run, who[inside], moments[inside])
    found = np.where(np.isfinite(found), found, run)
    return np.where(np.isfinite(found), found, np.nan)


def _stays(
    lines: Lines, moved: tuple[np.ndarray, np.ndarray], program: Program, wards: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the stays in wards: a bed is kept from its being promised, the patient lies in it after the move."""
    who, moving = moved
    ward_of = np.array([wards.index(r.name) if r.name in wards else -1 for r in program.model.resources])
    held = (lines["kind"] == code.LOG_HOLD) & (lines["resource"] >= 0)
    held[held] = ward_of[lines["resource"][held]] >= 0
    keys = {
        (number, start): end
        for number, start, end in zip(
            *(column.tolist() for column in (who[moving], lines["start"][moving], lines["end"][moving])), strict=True
        )
    }
    number, granted, end = who[held], lines["start"][held], lines["end"][held]
    begin = np.array(
        [keys.get(key, key[1]) for key in zip(number.tolist(), granted.tolist(), strict=True)], dtype=float
    )
    lies = ~np.isnan(begin)  # still on the way when the week ended: he lay in no bed of it
    return (
        number[lies].astype(np.int64),
        ward_of[lines["resource"][held]][lies],
        begin[lies],
        end[lies],
    )
