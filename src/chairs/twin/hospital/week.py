"""The patients of one week of a hospital's log: one line a case, and the numbers they have in the replay."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from chairs.core.errors import DataError, problem
from chairs.twin.arrivals import Arrivals
from chairs.twin.hospital.journeys import Journeys
from chairs.twin.hospital.moves import room_at_request
from chairs.twin.hospital.reading import DAY
from chairs.twin.hospital.wards import TRANSFER, lying

if TYPE_CHECKING:
    import pandas as pd

    from chairs.twin.hospital.calibrate import HospitalModel
    from chairs.twin.state import Present
    from chairs.twin.steps import Step


@dataclass(frozen=True, eq=False)
class Week:
    """The patients of a week: columns with one line a case, times in minutes since its start (`zero`)."""

    found: HospitalModel
    zero: float
    horizon: float

    def check(self) -> None:
        """Refuse a week that the log does not cover."""
        log = self.found.learnt.log
        days = np.floor(log.local(np.array([self.zero, self.zero + self.horizon - 1])) / DAY)
        if days[0] < log.first or days[1] > log.last:
            raise DataError(
                (problem("le journal ne couvre pas cette semaine", "the log does not cover that week", file="events"),)
            )

    @cached_property
    def steps(self) -> dict[str, Step]:
        """Steps of the model by name."""
        return {step.name: step for step in self.found.model.steps}

    @cached_property
    def cases(self) -> dict[str, np.ndarray]:
        """Columns by case: lines of the visit, of the first and second stay and of the cancellation (-1: none)."""
        log = self.found.learnt.log
        stays, order = log.stays["case_id"].to_numpy(), log.stays["order"].to_numpy()
        tables = {
            "visit": log.visits["case_id"].to_numpy(),
            "first": np.where(order == 0, stays, -1),
            "second": np.where(order == 1, stays, -1),
            "cancelled": log.cancelled["case_id"].to_numpy(),
        }
        size = 1 + max(int(ids.max(initial=0)) for ids in tables.values())
        columns = {}
        for name, ids in tables.items():
            line = np.full(size, -1)
            line[ids[ids >= 0]] = np.flatnonzero(ids >= 0)
            columns[name] = line
        begin, end = self._spans(columns)
        kept = np.flatnonzero((begin < self.horizon) & (end > 0))
        kept = kept[np.lexsort((kept, begin[kept]))]
        return {"begin": begin[kept], **{name: line[kept] for name, line in columns.items()}}

    def _spans(self, columns: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return when each case began and ended; NaN where there is no such case."""
        log = self.found.learnt.log
        at = {name: self._of(log.visits, name, columns["visit"]) for name in ("arrival", "left_without_being_seen_end")}
        home = np.where(
            self._admitted(columns["visit"]), np.nan, self._of(log.visits, "departure_end", columns["visit"])
        )
        asked = self._of(log.stays, "requested", columns["first"])
        gone = self._of(log.cancelled, "end", columns["cancelled"])
        begin = np.fmin(np.fmin(at["arrival"], asked), self._of(log.cancelled, "requested", columns["cancelled"]))
        stayed = [self._of(log.stays, "end", columns[name]) for name in ("first", "second")]
        open_ = [(columns[name] >= 0) & np.isnan(end) for name, end in zip(("first", "second"), stayed, strict=True)]
        end = np.fmax(np.fmax(*stayed), np.fmax(np.fmax(home, at["left_without_being_seen_end"]), gone))
        unknown = np.isnan(end) | open_[0] | open_[1]
        return begin, np.where(unknown & np.isfinite(begin), np.inf, end)

    def _of(self, table: pd.DataFrame, name: str, lines: np.ndarray) -> np.ndarray:
        """Return a column of the log for some lines, in minutes since the start of the week."""
        values = table[name].to_numpy(float)
        if not len(values):
            return np.full(len(lines), np.nan)
        found: np.ndarray = np.where(lines >= 0, values[np.maximum(lines, 0)] - self.zero, np.nan)
        return found

    def _admitted(self, visit: np.ndarray) -> np.ndarray:
        admitted = self.found.learnt.log.visits["admitted"].to_numpy()
        found: np.ndarray = np.where(visit >= 0, admitted[np.maximum(visit, 0)], False)
        return found

    def visit(self, name: str) -> np.ndarray:
        """Return a moment of the visit of each case."""
        return self._of(self.found.learnt.log.visits, name, self.cases["visit"])

    def stay(self, name: str, which: str = "first") -> np.ndarray:
        """Return a moment of the first or second stay of each case."""
        return self._of(self.found.learnt.log.stays, name, self.cases[which])

    @cached_property
    def unit(self) -> np.ndarray:
        """Department of each case, nothing for those who came to none."""
        names = self.found.learnt.log.visits["unit"].to_numpy(str)
        found: np.ndarray = np.where(self.cases["visit"] >= 0, names[np.maximum(self.cases["visit"], 0)], "")
        return found

    @cached_property
    def classes(self) -> np.ndarray:
        """Class of each case on its arrival."""
        log, visit = self.found.learnt.log, self.cases["visit"]
        came = self.found.learnt.emergency.visit_class[np.maximum(visit, 0)].astype(object)
        kind = log.stays["kind"].astype(str).to_numpy(object)[np.maximum(self.cases["first"], 0)]
        if len(log.cancelled):
            off = log.cancelled["kind"].astype(str).to_numpy(object)[np.maximum(self.cases["cancelled"], 0)]
            kind = np.where(self.cases["cancelled"] >= 0, off, kind)
        known = np.isin(kind, self.found.model.classes)
        # who came by the ED before the log begins has no visit in it: he is in a ward, as after a transfer
        found: np.ndarray = np.where(visit >= 0, came, np.where(known, kind, TRANSFER))
        return found

    def ward(self, which: str = "first", *, wanted: bool = True) -> np.ndarray:
        """Return the code of the ward wanted, or of that of the stay; -1 for none.

        Of the second stay always its ward: a week played again sends who was moved where he was moved.
        """
        learnt = self.found.learnt
        code = learnt.wanted.ward if wanted and which == "first" else learnt.log.place
        found = np.where(self.cases[which] >= 0, code[np.maximum(self.cases[which], 0)], -1)
        if which == "first" and len(learnt.log.cancelled):
            off = learnt.log.codes(learnt.log.cancelled["unit"])
            found = np.where(self.cases["cancelled"] >= 0, off[np.maximum(self.cases["cancelled"], 0)], found)
        return np.asarray(found)

    @cached_property
    def asked(self) -> np.ndarray:
        """When a bed was asked for."""
        log = self.found.learnt.log
        return np.asarray(
            np.fmin(self.stay("requested"), self._of(log.cancelled, "requested", self.cases["cancelled"]))
        )

    @cached_property
    def lay(self) -> tuple[np.ndarray, np.ndarray]:
        """Until when each lay in his first and second ward, the request of the next one or the end."""
        log = self.found.learnt.log
        end = lying(log)[1] - log.local(log.stays["start"].to_numpy()) + log.stays["start"].to_numpy()
        told = [np.where(line >= 0, end[np.maximum(line, 0)] - self.zero, np.nan)
                for line in (self.cases["first"], self.cases["second"])]  # fmt: skip
        return told[0], told[1]

    @cached_property
    def moves(self) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
        """For the first and second stay of each case: the move (NaN: not told apart from the wait), and the wait."""
        free, found = room_at_request(self.found.learnt.log, self.found.learnt.wanted), []
        for which in ("first", "second"):
            line = self.cases[which]
            wait = self.stay("start", which) - self.stay("requested", which)
            found.append((np.where(free[np.maximum(line, 0)] & (line >= 0), wait, np.nan), wait))
        return tuple(found)

    @cached_property
    def present(self) -> list[Present | None]:
        """Who was there at the start, and where; None for those who came later."""
        from chairs.twin.hospital.presence import present

        return present(self)

    @cached_property
    def numbers(self) -> np.ndarray:
        """Number of each case: those present first, then list by list."""
        found, here = np.full(len(self.classes), -1), np.array([one is not None for one in self.present])
        found[here] = np.arange(here.sum())
        number = int(here.sum())
        for rows in self._lists.values():
            found[rows] = number + 1 + np.arange(len(rows))
            number += len(rows)
        return found

    @cached_property
    def _lists(self) -> dict[tuple[str, str], np.ndarray]:
        """Return the cases that came in the week, by first step and class, in the order of their arrival."""
        coming = np.flatnonzero((self.cases["begin"] >= 0) & (self.first_step != ""))
        keys = sorted(set(zip(self.first_step[coming].tolist(), self.classes[coming].tolist(), strict=True)))
        return {(to, cls): coming[(self.first_step[coming] == to) & (self.classes[coming] == cls)] for to, cls in keys}

    @cached_property
    def first_step(self) -> np.ndarray:
        """First step of each case in the model."""
        wards = np.array([*(f"ask {ward}" for ward in self.found.learnt.log.wards), ""], dtype=object)
        planned = wards[self.ward()]
        return np.asarray(np.where(self.unit != "", self.unit.astype(object) + " triage", planned))

    @cached_property
    def lists(self) -> tuple[Arrivals, ...]:
        """The arrivals of the week, one list of appointments for each first step and class."""
        return tuple(
            Arrivals(
                name=f"{to}, {cls}", to=to, classes={cls: 1.0}, kind="scheduled",
                times=tuple(self.cases["begin"][rows].tolist()),
            )
            for (to, cls), rows in self._lists.items()
        )  # fmt: skip

    def journeys(self) -> Journeys:
        """Return what became of each patient in the log."""
        log, ed = self.found.learnt.log, self.unit != ""
        size = int(self.numbers.max(initial=-1)) + 1
        at = {
            "arrived": self.cases["begin"],
            "seen": self.visit("first_doctor_start"),
            "left": self.visit("left_without_being_seen_end"),
            "asked": self.asked,
            "bedded": self.stay("start"),
            "home": np.where(self._admitted(self.cases["visit"]), np.nan, self.visit("departure_end")),
            "put_off": self._of(log.cancelled, "end", self.cases["cancelled"]),
        }
        kept = np.flatnonzero(self.numbers >= 0)
        parts = [
            (self.numbers[rows], self.ward(which, wanted=False)[rows], self.stay("start", which)[rows],
             self.stay("end", which)[rows])
            for which in ("first", "second")
            for rows in [kept[self.cases[which][kept] >= 0]]
        ]  # fmt: skip
        stays = tuple(np.concatenate(columns) for columns in zip(*parts, strict=True))
        return Journeys(
            moments={name: self._numbered(values, size) for name, values in at.items()},
            emergency=self._numbered(ed.astype(float), size) == 1.0,
            stays=(stays[0], stays[1], stays[2], stays[3]),
            wards=log.wards,
        )

    def _numbered(self, values: np.ndarray, size: int) -> np.ndarray:
        found = np.full(size, np.nan)
        found[self.numbers[self.numbers >= 0]] = values[self.numbers >= 0]
        return found
