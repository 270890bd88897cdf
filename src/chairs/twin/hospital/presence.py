"""Who was in a hospital at the start of a week, and at which step of its model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from chairs.twin.hospital.wards import ELSEWHERE, PLANNED, TRANSFER, long_class
from chairs.twin.state import Present

if TYPE_CHECKING:
    from chairs.twin.hospital.week import Week

A_CALL = 0.1


def present(week: Week) -> list[Present | None]:
    """Return for each case where it was at the start of the week; None for those who came later.

    Notes
    -----
    Nothing is drawn here: where somebody was, and how much longer it lasted, is in the log. A patient whose bed was
    free when it was asked for is on his way to it, others within half an hour of their bed are too; the rest wait.
    """
    found = _Presence(week)
    return [found.of(place) if week.cases["begin"][place] < 0 else None for place in range(len(week.classes))]


class _Presence:
    """Columns of the week as lists, looked at case by case."""

    def __init__(self, week: Week) -> None:
        log = week.found.learnt.log
        self.week, self.wards = week, log.wards
        self.at = {name: week.visit(name).tolist() for name in (
            "arrival", "triage_start", "triage_end", "first_doctor_start", "first_doctor_end", "imaging_requested",
            "imaging_start", "imaging_end", "decision_start", "departure_end", "left_without_being_seen_end",
        )}  # fmt: skip
        self.at["asked"], self.at["bedded"] = week.asked.tolist(), week.stay("start").tolist()
        self.at["next asked"], self.at["next bedded"] = (
            week.stay(name, "second").tolist() for name in ("requested", "start")
        )
        self.lay = tuple(one.tolist() for one in week.lay)
        self.ward = {name: week.ward(name).tolist() for name in ("first", "second")}
        self.bed = {name: week.ward(name, wanted=False).tolist() for name in ("first", "second")}
        self.moves = {name: _usual(*told).tolist() for name, told in zip(("first", "second"), week.moves, strict=True)}
        self.elsewhere = week.found.learnt.wanted.elsewhere
        self.before_another = week.found.patience_before_another_ward

    def of(self, k: int) -> Present | None:
        """Return where a case is that began before the week; None where the log does not say."""
        at = {name: column[k] for name, column in self.at.items()}
        if at["bedded"] < 0:
            return self._in_ward(k, at)
        if at["asked"] < 0:
            return self._asking(k, at)
        return self._in_emergency(k, at) if self.week.unit[k] else None

    def _there(self, k: int, step: str, since: float, **more) -> Present:  # type: ignore[no-untyped-def]
        arrived = max(-self.week.cases["begin"][k], -since)
        given = {"patient_class": str(self.week.classes[k]), **more}
        return Present(step=step, elapsed=-since, since_arrival=arrived, **given)

    def _in_emergency(self, k: int, at: dict[str, float]) -> Present | None:
        if not at["first_doctor_start"] < 0:
            return self._before_the_doctor(k, at)
        unit = self.week.unit[k]
        place = {f"{unit} place": 1}
        ready = at["imaging_end"] if at["imaging_end"] < 0 else at["first_doctor_end"]
        if not at["first_doctor_end"] < 0:
            found = self._lasting(k, f"{unit} examined", at["first_doctor_start"], at["first_doctor_end"],
                                  {**place, f"{unit} doctor": 1})  # fmt: skip
        elif at["imaging_requested"] < 0 and not at["imaging_start"] < 0:
            found = self._there(k, f"{unit} imaging asked", at["imaging_requested"], holds=place)
        elif at["imaging_start"] < 0 and not at["imaging_end"] < 0:
            found = self._lasting(k, f"{unit} imaged", at["imaging_start"], at["imaging_end"],
                                  {**place, f"{unit} imaging room": 1})  # fmt: skip
        elif not at["decision_start"] < 0:
            found = self._lasting(k, f"{unit} results", ready, at["decision_start"], place)
        else:
            found = self._lasting(k, f"{unit} leaving", at["decision_start"], at["departure_end"], place)
        return found

    def _before_the_doctor(self, k: int, at: dict[str, float]) -> Present | None:
        unit = self.week.unit[k]
        if not at["triage_start"] < 0:
            return self._there(k, f"{unit} triage", at["arrival"])
        if not at["triage_end"] < 0:
            return self._lasting(k, f"{unit} triaged", at["triage_start"], at["triage_end"], {f"{unit} nurse": 1})
        return self._there(k, f"{unit} doctor asked", at["triage_end"], patience=f"{unit} patience",
                           patience_elapsed=-at["triage_end"])  # fmt: skip

    def _lasting(self, k: int, step: str, since: float, until: float, holds: dict[str, int], **more) -> Present:  # type: ignore[no-untyped-def]
        left = None if np.isnan(until) else until
        return self._there(k, step, since, remaining=left, holds=holds, **more)

    def _asking(self, k: int, at: dict[str, float]) -> Present:
        """Return one who waits for a bed, or is on his way to it."""
        ward, bed = self.wards[self.ward["first"][k]], self.wards[self.bed["first"][k]]
        unit = self.week.unit[k]
        holds = {f"{unit} place": 1} if unit else {}
        if at["bedded"] - self.moves["first"][k] <= 0:
            place = ward if ward == bed else f"{ELSEWHERE}{ward}"
            ways = [f"move {way}{place}" for way in (("", PLANNED) if unit else (PLANNED, ""))]
            name = next((way for way in ways if way in self.week.steps), ways[0])
            return self._lasting(k, name, min(at["bedded"] - self.moves["first"][k], 0.0), at["bedded"],
                                 {**holds, bed: 1})  # fmt: skip
        others, waited = self.elsewhere[self.ward["first"][k]], -at["asked"]
        if others and self.before_another is not None and waited > self.before_another + A_CALL:
            return self._there(k, f"any bed {ward}", at["asked"], holds=holds,
                               patient_class=long_class(ward, bool(unit)), patience=f"elsewhere {ward}",
                               patience_elapsed=waited - self.before_another - A_CALL)  # fmt: skip
        return self._there(k, f"bed {ward}", at["asked"], holds=holds, patience=f"wait {ward}",
                           patience_elapsed=waited)  # fmt: skip

    def _in_ward(self, k: int, at: dict[str, float]) -> Present | None:
        bed, wanted = self.wards[self.bed["first"][k]], self.wards[self.ward["first"][k]]
        if not at["next asked"] < 0:
            name = f"stay {wanted}" if bed == wanted or not self.elsewhere[self.ward["first"][k]] else (
                f"stay {ELSEWHERE}{wanted}")  # fmt: skip
            return self._lying(k, name, at["bedded"], self.lay[0][k], bed)
        target = self.wards[self.bed["second"][k]]
        if at["next bedded"] < 0:
            return self._lying(k, f"stay {target}", at["next bedded"], self.lay[1][k], target, patient_class=TRANSFER)
        if f"transfer bed {target}" not in self.week.steps:
            return self._lying(k, f"stay {wanted}", at["bedded"], at["next bedded"], bed)
        begun = at["next bedded"] - self.moves["second"][k]
        if begun <= 0:
            step, beds = f"transfer move {target}", dict.fromkeys((bed, target), 1)
            return self._lasting(k, step, min(begun, 0.0), at["next bedded"], beds, patient_class=TRANSFER)
        return self._there(k, f"transfer bed {target}", at["next asked"], holds={bed: 1}, patient_class=TRANSFER)

    def _lying(self, k: int, step: str, since: float, until: float, bed: str, **more) -> Present:  # type: ignore[no-untyped-def]
        if step not in self.week.steps:
            step = f"stay {bed}"
        return self._lasting(k, step, since, max(until, 0.0) if not np.isnan(until) else 60 * 1440.0, {bed: 1}, **more)


def _usual(move: np.ndarray, wait: np.ndarray) -> np.ndarray:
    """Return each move: the wait where a bed was free, else the usual one, at most the wait."""
    usual = float(np.nanmedian(move)) if np.isfinite(move).any() else 0.0
    found: np.ndarray = np.where(np.isnan(move), np.fmin(np.nan_to_num(wait, nan=0.0), usual), move)
    return found
