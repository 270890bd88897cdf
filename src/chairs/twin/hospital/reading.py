"""A hospital's log as two tables: visits of the emergency departments and stays in the wards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from chairs.core.errors import DataError, problem
from chairs.twin.clock import local_minutes

if TYPE_CHECKING:
    import pandas as pd

DAY = 1440.0
STEPS = ("triage", "first_doctor", "imaging", "decision", "departure", "left_without_being_seen")
NEEDED = ("arrival", "triage", "first_doctor", "decision", "departure", "ward_stay")


@dataclass(frozen=True)
class HospitalLog:
    """Minutes since 1970 (UTC) throughout; not a number where nothing was written.

    Parameters
    ----------
    visits
        One line a visit: case_id (a number), unit, level (`ccmu`), arrival, `triage_requested`, and so on by step.
    stays
        One line a ward stay, by case and order: case_id, order, unit, requested, start, end, kind (`admission`).
    cancelled
        Planned admissions put off: unit, requested, end, kind.
    beds
        Open beds [ward, local day], not a number where not published; `wards` and `days` (since 1970) name them.
    first, last
        The local days that the log covers.
    """

    visits: pd.DataFrame
    stays: pd.DataFrame
    cancelled: pd.DataFrame
    beds: np.ndarray
    wards: tuple[str, ...]
    first: int
    last: int
    timezone: str

    @cached_property
    def place(self) -> np.ndarray:
        """Code of the ward of each stay."""
        return self.codes(self.stays["unit"])

    def codes(self, wards: Iterable[str]) -> np.ndarray:
        """Return the code of each ward, its place in `wards`; -1 for one in which nobody ever lay."""
        import pandas as pd

        return np.asarray(pd.Index(self.wards, dtype=object).get_indexer(np.asarray(wards, dtype=object)))

    def local(self, minutes: np.ndarray) -> np.ndarray:
        """Return minutes since 1970 on the local clock."""
        return local_minutes(minutes, self.timezone)


def read_hospital(events: pd.DataFrame, cases: pd.DataFrame, unit_hour: pd.DataFrame, timezone: str) -> HospitalLog:
    """Return the log of a hospital in the words of the platform (contracts `events`, `cases`, `unit_hour`).

    Raises
    ------
    DataError
        For a log without one of the steps that a twin with queues needs, or a case table without `ccmu`, `admission`.
    """
    import pandas as pd

    refuse_without_steps(events, cases)

    times = {name: _minutes(events[name]) for name in ("requested", "start", "end")}
    code, names = pd.factorize(events["case_id"])  # whole numbers are looked up much faster than texts
    cases = cases.assign(case_id=pd.Index(names).get_indexer(cases["case_id"]))
    words = {"activity": events["activity"].astype("category"), "unit": events["unit"].astype(object)}
    table = pd.DataFrame({"case_id": code, **words, **times})
    visits = _visits(table, cases)
    stays = _with_kind(table[table["activity"] == "ward_stay"], cases)
    stays = stays.sort_values(["case_id", "start"], kind="stable", ignore_index=True)
    stays["order"] = stays.groupby("case_id").cumcount()
    wards = tuple(sorted(stays["unit"].unique()))
    days = np.floor(local_minutes(visits["arrival"].to_numpy(), timezone) / DAY).astype(int)
    first, last = int(days.min()), int(days.max())
    return HospitalLog(
        visits=visits,
        stays=stays,
        cancelled=_with_kind(table[table["activity"] == "cancellation"], cases),
        beds=_beds(unit_hour, wards, (first, last), timezone),
        wards=wards,
        first=first,
        last=last,
        timezone=timezone,
    )


def refuse_without_steps(events: pd.DataFrame, cases: pd.DataFrame) -> None:
    """Refuse a log without one of the steps that a twin with queues needs, or without what is known of each case.

    Raises
    ------
    DataError
        With the names of what is absent.
    """
    present = set(events["activity"].unique())
    absent = [step for step in NEEDED if step not in present]
    absent += [column for column in ("ccmu", "admission") if column not in cases.columns]
    if absent:
        raise DataError(
            (problem(f"un jumeau à files d'attente a besoin de : {', '.join(absent)}",
                     f"a twin with queues needs: {', '.join(absent)}", file="events"),)
        )  # fmt: skip


def _minutes(times: pd.Series) -> np.ndarray:
    whole = times.to_numpy("M8[us]")
    return np.where(np.isnat(whole), np.nan, whole.astype(np.int64) / 60e6)


def _visits(table: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    arrived = table[table["activity"] == "arrival"].drop_duplicates("case_id")
    visits = arrived[["case_id", "unit", "start"]].rename(columns={"start": "arrival"}).set_index("case_id")
    for step in STEPS:
        mine = table[table["activity"] == step].drop_duplicates("case_id").set_index("case_id")
        for name in ("requested", "start", "end"):
            visits[f"{step}_{name}"] = mine[name].reindex(visits.index)
    known = cases.drop_duplicates("case_id").set_index("case_id")
    visits["level"] = known["ccmu"].reindex(visits.index).astype("str")
    visits["admitted"] = visits.index.isin(table.loc[table["activity"] == "boarding", "case_id"])
    return visits.reset_index()


def _with_kind(stays: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    known = cases.drop_duplicates("case_id").set_index("case_id")["admission"]
    kept = stays[["case_id", "unit", "requested", "start", "end"]].reset_index(drop=True)
    return kept.assign(kind=known.reindex(kept["case_id"]).to_numpy())


def _beds(unit_hour: pd.DataFrame, wards: tuple[str, ...], span: tuple[int, int], timezone: str) -> np.ndarray:
    """Return open beds by ward and day; a day without a figure has that of the day before."""
    import pandas as pd

    beds = np.full((len(wards), span[1] - span[0] + 1), np.nan)
    told = unit_hour[unit_hour["measure"] == "open_beds"]
    day = np.floor(local_minutes(_minutes(told["hour"]), timezone) / DAY).astype(int) - span[0]
    row = pd.Index(wards).get_indexer(told["unit"])
    good = (row >= 0) & (day >= 0) & (day < beds.shape[1])
    beds[row[good], day[good]] = told["value"].to_numpy()[good]
    filled: np.ndarray = pd.DataFrame(beds.T).ffill().bfill().to_numpy().T
    return filled
