"""The log that a hospital's model writes, in the form in which the hospital's own is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from chairs.twin.engine import layout as code
from chairs.twin.hospital.emergency import SERVED
from chairs.twin.hospital.levers import departments, wards
from chairs.twin.hospital.reading import DAY, STEPS, HospitalLog
from chairs.twin.lines import Lines, dated, read_lines
from chairs.twin.simulate import simulate

if TYPE_CHECKING:
    import pandas as pd

    from chairs.twin.model import Model

WARM_UP = 122  # days from an empty hospital: a unit that is full at 95 % forgets its start in two months


@dataclass(frozen=True)
class Logged:
    """A log of the model, and what no log of a hospital says: the ward wanted by each of its stays (a code)."""

    log: HospitalLog
    ward: np.ndarray


def logged(model: Model, log: HospitalLog, number: int, seed: int = 0) -> Logged:
    """Return the log that the model of a hospital writes over the days of the log from which it was learnt.

    Parameters
    ----------
    model, log
        The hospital's model (`calibrate_hospital`), and the log it comes from: its days, its published beds.
    number, seed
        Which of the logs; the same numbers give the same log.

    Notes
    -----
    Parametric bootstrap (Efron & Tibshirani, *An Introduction to the Bootstrap*, 1993, section 6.5): what is learnt
    from such a log can be held against the model that wrote it, which no log of a hospital allows. The run begins
    with an empty hospital 122 days before the first of the log. Checked by what is learnt from it
    (tests/unit/twin/test_hospital_logged.py).
    """
    midnight = dt.datetime.fromtimestamp(log.first * 86_400, dt.UTC).replace(tzinfo=ZoneInfo(model.timezone))
    start = midnight - dt.timedelta(days=WARM_UP)
    days = log.last - log.first + 1 + WARM_UP
    run = simulate(model, start=start, horizon=days * DAY, seed=1_000_003 * (seed + 1) + number)
    whole = WholeRun(dated(next(iter(run.each(read_lines, log=True))), start), model)
    tables = {"visits": whole.visits(), "stays": whole.stays(), "cancelled": whole.cancelled()}
    first = midnight.timestamp() / 60
    kept = {
        "visits": tables["visits"]["arrival"] >= first,
        "stays": ~(tables["stays"]["end"] < first),
        "cancelled": tables["cancelled"]["end"] >= first,
    }
    tables = {name: table[kept[name]].reset_index(drop=True) for name, table in tables.items()}
    wanted = tables["stays"].pop("wanted").to_numpy(str)
    return Logged(log=replace(log, **tables), ward=log.codes(wanted))


class WholeRun:
    """What one run of a hospital's model says of its patients: visits, stays, admissions put off.

    Parameters
    ----------
    lines
        Lines of the run (`chairs.twin.lines`), times in minutes since 1970 (UTC); patients numbered from 0.
    model
        The model that was run.
    """

    def __init__(self, lines: Lines, model: Model) -> None:
        self.lines, self.model, self.departments = lines, model, departments(model)
        self.row = {step.name: place for place, step in enumerate(model.steps)}
        self.resource = {resource.name: place for place, resource in enumerate(model.resources)}
        self.n = int(lines["who"].max(initial=-1)) + 1
        arrived = lines["kind"] == code.LOG_ARRIVE
        self.came, self.known_as = np.full(self.n, np.nan), np.zeros(self.n, dtype=int)
        self.came[lines["who"][arrived]] = lines["start"][arrived]
        self.known_as[lines["who"][arrived]] = lines["class"][arrived]
        self.asked, self.ward = self._wanted("bed {}")
        self.asked_next, self.ward_next = self._wanted("transfer bed {}")

    def _wanted(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return by patient when a bed was first asked for, and the ward; steps of this name ask for one."""
        known = {self.row[name.format(ward)]: ward for ward in wards(self.model) if name.format(ward) in self.row}
        mine = self._lines((code.LOG_HOLD, code.LOG_LEFT_QUEUE), "row", sorted(known))
        asked, ward = np.full(self.n, np.nan), np.full(self.n, "", dtype=object)
        asked[self.lines["who"][mine]] = self.lines["requested"][mine]
        ward[self.lines["who"][mine]] = np.array([known.get(row) for row in range(len(self.row))], dtype=object)[
            self.lines["row"][mine]
        ]
        return asked, ward

    def visits(self) -> pd.DataFrame:
        """Return the visits of the emergency departments, by arrival."""
        import pandas as pd

        of_class = [self._visitor(name) for name in self.model.classes]
        unit, level = (np.array([one[k] for one in of_class], dtype=object)[self.known_as] for k in (0, 1))
        units, at = self.departments, dict[str, np.ndarray]()
        for step, word in SERVED.items():
            mine = self._lines((code.LOG_HOLD,), "resource", self._places(f"{unit} {word}" for unit in units))
            at |= {f"{step}_{name}": self._times(mine, name) for name in ("requested", "start", "end")}
        results = self._lines((code.LOG_DELAY,), "row", self._rows(f"{unit} results" for unit in units))
        places = self._lines((code.LOG_HOLD,), "resource", self._places(f"{unit} place" for unit in units))
        left = self._lines((code.LOG_LEAVE,), "row", self._told_as("left_without_being_seen"))
        at |= {
            "decision_start": self._times(results, "end"), "departure_end": self._times(places, "end"),
            "left_without_being_seen_end": self._times(left, "end"),
        }  # fmt: skip
        columns = {f"{step}_{name}": np.nan for step in STEPS for name in ("requested", "start", "end")}
        table = pd.DataFrame({"case_id": np.arange(self.n), "unit": unit, "arrival": self.came, **columns, **at})
        table = table.assign(level=level, admitted=np.isfinite(self.asked))[unit != ""]
        return table.sort_values(["arrival", "case_id"], kind="stable")

    def stays(self) -> pd.DataFrame:
        """Return the stays in the wards, by patient and order."""
        import pandas as pd

        held = self._lines((code.LOG_HOLD,), "resource", self._places(wards(self.model)))
        onward = [place for name, place in self.row.items() if name.startswith(("transfer bed ", "any transfer bed "))]
        lies = self._lines((code.LOG_DELAY,), "row", self._told_as("ward_stay"))
        lines, places = self.lines, np.array([resource.name for resource in self.model.resources], dtype=object)
        follows, who = np.isin(lines["row"][held], onward), lines["who"][held]
        table = _in_order(
            case_id=who, unit=places[lines["resource"][held]], at=lines["start"][held], end=lines["end"][held],
            requested=np.where(follows, self.asked_next[who], self.asked[who]),
            wanted=np.where(follows, self.ward_next[who], self.ward[who]),
        )  # fmt: skip
        lying = _in_order(case_id=lines["who"][lies], at=lines["start"][lies]).rename(columns={"at": "start"})
        found = table.drop(columns="at").merge(lying, on=["case_id", "order"])
        kind = self._kind()[found["case_id"]]
        return found.assign(kind=pd.Series(kind, dtype="str"))

    def cancelled(self) -> pd.DataFrame:
        """Return the planned admissions put off."""
        import pandas as pd

        mine = self._lines((code.LOG_LEAVE,), "row", self._told_as("cancellation"))
        who = self.lines["who"][mine]
        unit, kind = self.ward[who], self._kind()[who]
        told = {
            "case_id": who,
            "unit": unit,
            "requested": self.asked[who],
            "end": self.lines["end"][mine],
            "kind": kind,
        }
        return pd.DataFrame(told).astype({"unit": "str", "kind": "str"})

    def _visitor(self, name: str) -> tuple[str, str]:
        """Return department and level of a class; nothing for one that never comes to a department."""
        unit = next((unit for unit in self.departments if name.startswith(f"{unit} ")), "")
        return unit, name.removeprefix(f"{unit} ").rpartition(" ")[0] if unit else ""

    def _kind(self) -> np.ndarray:
        kinds = [("emergency" if self._visitor(name)[0] else name) for name in self.model.classes]
        found: np.ndarray = np.array(kinds, dtype=object)[self.known_as]
        return found

    def _rows(self, names: Iterable[str]) -> list[int]:
        return sorted(self.row[name] for name in names if name in self.row)

    def _told_as(self, activity: str) -> list[int]:
        """Return the steps that the event log calls so."""
        names = [getattr(step, "activity", None) or step.name for step in self.model.steps]
        return [place for place, name in enumerate(names) if name == activity]

    def _places(self, names: Iterable[str]) -> list[int]:
        return sorted(self.resource[name] for name in names if name in self.resource)

    def _lines(self, kinds: tuple[int, ...], column: str, values: list[int]) -> np.ndarray:
        """Return the lines of some kinds whose row or resource is one of `values`."""
        sought = np.zeros(max(len(self.row), len(self.resource)) + 1, dtype=bool)  # the last is that of none, -1
        sought[values] = True
        mine = np.flatnonzero(np.any([self.lines["kind"] == kind for kind in kinds], axis=0))
        return mine[sought[self.lines[column][mine]]]

    def _times(self, mine: np.ndarray, name: str) -> np.ndarray:
        found = np.full(self.n, np.nan)
        found[self.lines["who"][mine]] = self.lines[name][mine]
        return found


def _in_order(**columns: np.ndarray) -> pd.DataFrame:
    """Return lines by patient and time, numbered within each patient."""
    import pandas as pd

    table = pd.DataFrame(columns).sort_values(["case_id", "at"], kind="stable", ignore_index=True)
    return table.assign(order=table.groupby("case_id").cumcount())
