"""Reads the movements of patients in MIMIC-III: emergency department, wards, discharge, as an event log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import SettingError, Text, problem
from chairs.sources import READERS, Reader
from chairs.sources.sheet import Sheet
from chairs.sources.text import read_sheet

if TYPE_CHECKING:
    import pandas as pd

    from chairs.sources import Tables

FORM = "%Y-%m-%d %H:%M:%S"
KINDS = {"admit": "ward_stay", "transfer": "ward_stay", "discharge": "discharge"}
ATTRIBUTES = ("admission_type", "admission_location", "discharge_location")


def read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Read ADMISSIONS and TRANSFERS into `events` and `cases`; a case is one hospital admission.

    `ed` runs from registration to exit where the admission has one (it may end after the first ward stay began);
    `ward_stay` is one row of TRANSFERS, its unit the intensive care unit, or `ward` and its number; `discharge` is
    dated by its end only. The depositor shifted the dates of each patient by his own number of years: durations are
    real, no two patients are there together, so that no census can be computed. Times are read as UTC, which keeps
    them as deposited.

    Raises
    ------
    DataError
        By row and column: time of another form, unknown event type, admission absent or twice.
    SettingError
        When one of the two files is not given.
    """
    import pandas as pd

    sheets = [read_sheet(path) for path in files]
    admissions = next((sheet for sheet in sheets if sheet.find("admittime")), None)
    transfers = next((sheet for sheet in sheets if sheet.find("eventtype")), None)
    if admissions is None or transfers is None:
        remedy = ("donner ADMISSIONS.csv et TRANSFERS.csv", "give ADMISSIONS.csv and TRANSFERS.csv")
        raise SettingError((problem("fichier manquant", "a file is missing", file=files[0].name, remedy=remedy),))
    events = pd.concat([_emergency(admissions), _movements(transfers)], ignore_index=True)
    events = events.sort_values(["case_id", "rank", "start", "end"], kind="stable", na_position="last")
    events["position"] = range(len(events))
    return {"events": events.drop(columns="rank"), "cases": _cases(admissions)}


def _emergency(sheet: Sheet) -> pd.DataFrame:
    import pandas as pd

    sheet.require("hadm_id", "edregtime", "edouttime", *ATTRIBUTES)
    case = sheet.identifier("hadm_id", r"\d+")
    sheet.unique("hadm_id")
    start, end = _time(sheet, "edregtime"), _time(sheet, "edouttime")
    sheet.finish()
    rows = pd.DataFrame({"case_id": case, "activity": "ed", "unit": "ED", "start": start, "end": end, "rank": 0})
    return rows[start.notna() | end.notna()]


def _movements(sheet: Sheet) -> pd.DataFrame:
    import pandas as pd

    sheet.require("hadm_id", "curr_careunit", "curr_wardid", "intime", "outtime")
    case = sheet.identifier("hadm_id", r"\d+")
    activity = sheet.code("eventtype", KINDS)
    begun, ended = _time(sheet, "intime"), _time(sheet, "outtime")
    sheet.finish()
    unit = sheet.text("curr_careunit").fillna("ward " + sheet.cells("curr_wardid"))
    leaving = activity == "discharge"
    return pd.DataFrame(
        {
            "case_id": case,
            "activity": activity,
            "unit": unit.mask(leaving),
            "start": begun.mask(leaving),
            "end": ended.mask(leaving, begun),
            "rank": leaving.astype(int) + 1,
        }
    )


def _time(sheet: Sheet, column: str) -> pd.Series:
    import pandas as pd

    cells = sheet.cells(column)
    found = pd.to_datetime(cells.mask(cells == ""), format=FORM, errors="coerce", utc=True)
    sheet.refuse(found.isna() & (cells != ""), column, _NOT_TIME)
    return found


def _cases(sheet: Sheet) -> pd.DataFrame:
    import pandas as pd

    facts = {name: sheet.text(name) for name in ATTRIBUTES}
    return pd.DataFrame({"case_id": sheet.cells("hadm_id"), **facts})


def _recognises(columns: frozenset[str]) -> bool:
    return {"hadm_id", "eventtype", "curr_careunit"} <= columns or {"hadm_id", "admittime", "edregtime"} <= columns


READERS.add(
    "mimic",
    Reader(
        name="mimic",
        title=Text(fr="MIMIC-III : mouvements des patients", en="MIMIC-III: patient movements"),
        read=read,
        recognises=_recognises,
    ),
)

_NOT_TIME = (
    "date-heure illisible",
    "date-time not readable",
    "suivre la forme 2164-10-23 21:09:00",
    "follow the form 2164-10-23 21:09:00",
)
