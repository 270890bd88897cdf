"""Reads NHS England bed occupancy (return KH03): beds occupied and rate by trust, day and night, by sector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Text
from chairs.sources import READERS, Reader
from chairs.sources.text import read_sheet

if TYPE_CHECKING:
    from chairs.sources import Tables

SECTORS = {
    "total": "Total",
    "general_acute": "General Acute",
    "learning_disabilities": "Learning Disabilities",
    "maternity": "Maternity",
    "mental_illness": "Mental Illness",
}
TIMES = {"day": "Day", "night": "Night"}


def read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Read the rates (a share, above 1 when there were more patients than beds) into `indicators`, and the trusts.

    Codes are `nhs_occupancy_` + sector + `day` or `night`; the numerator is the mean number of beds occupied. A trust
    without beds of a sector has an empty rate: `not_applicable`, where its beds occupied are zero.

    Options: `year`, that of the quarter (the file does not name its quarter).

    Raises
    ------
    DataError
        By row and column: number not readable or negative, trust twice, column absent.
    """
    import numpy as np
    import pandas as pd

    parts, sites = [], []
    for path in files:
        sheet = read_sheet(path)
        names = {(s, t): f"{SECTORS[s]} {TIMES[t]} Beds Occupied" for s in SECTORS for t in TIMES}
        sheet.require("Trust Code", "Trust Name", *names.values(), *(f"% {name}" for name in names.values()))
        site = sheet.identifier("Trust Code", r"[A-Z0-9]{3,6}")
        sheet.unique("Trust Code")
        for (sector, time), name in names.items():
            beds, _ = sheet.number(name, at_least=0)
            rate, status = sheet.number(f"% {name}", at_least=0)
            part = pd.DataFrame({"establishment": site, "code": f"nhs_occupancy_{sector}_{time}", "value": rate})
            part["numerator"] = np.where(np.isnan(rate), np.nan, beds)
            part["status"] = np.where((status == "not_available") & (beds == 0), "not_applicable", status)
            parts.append(part)
        sheet.finish()
        sites.append(pd.DataFrame({"establishment": site, "name": sheet.text("Trust Name"), "kind": "hospital"}))
    together = pd.concat(parts).assign(unit="all", period=options["year"], source=options["source"])
    return {"indicators": together, "establishments": pd.concat(sites)}


def _recognises(columns: frozenset[str]) -> bool:
    return {"trust code", "total night beds occupied", "% total night beds occupied"} <= columns


READERS.add(
    "nhs_beds",
    Reader(
        name="nhs_beds",
        title=Text(fr="NHS : occupation des lits par trust", en="NHS: bed occupancy by trust"),
        read=read,
        recognises=_recognises,
    ),
)
