"""Reads NHS England A&E: attendances, waits over four hours and admissions by provider and month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Text
from chairs.sources import READERS, Reader
from chairs.sources.text import read_sheet

if TYPE_CHECKING:
    import pandas as pd

    from chairs.sources import Tables

COUNTS = ("attendances", "breaches", "admissions")
MAJOR = "1"  # a consultant-led department open day and night
TYPES = {MAJOR: MAJOR, "2": "2", "other": "other"}


def read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Read one row a provider, month and department type into `quantities` and `establishments`.

    Quantities of the provider (unit `all`), by month: `ae_attendances`, `ae_breaches` (left later than four hours
    after arrival) and `ae_admissions` over all its departments, and the same with `_major` over those of type 1.
    A provider has an emergency department when it has one of type 1 in some month of the file.

    Raises
    ------
    DataError
        By row and column: month of another form, unknown type, count not readable or negative, more breaches than
        attendances, a provider, month and type twice.
    """
    import pandas as pd

    parts = []
    for path in files:
        sheet = read_sheet(path)
        sheet.require("period", "org_code", "type", *COUNTS)
        rows = pd.DataFrame({"establishment": sheet.identifier("org_code", r"[A-Z0-9]{3,6}")})
        rows["period"] = sheet.identifier("period", r"\d{4}-\d\d-01").str[:7]
        rows["type"] = sheet.code("type", TYPES)
        sheet.unique("period", "org_code", "type")
        for name in COUNTS:
            rows[name] = sheet.number(name, at_least=0)[0]
        sheet.refuse(rows["breaches"] > rows["attendances"], "breaches", _MORE)
        sheet.finish()
        parts.append(rows)
    table = pd.concat(parts)
    quantities = pd.concat([_counted(table, ""), _counted(table[table["type"] == MAJOR], "_major")])
    return {
        "quantities": quantities.assign(unit="all", source=options["source"]),
        "establishments": _providers(table),
    }


def _counted(rows: pd.DataFrame, ending: str) -> pd.DataFrame:
    """Return the counts of provider and month, one row a quantity; a count absent from a row is absent from its sum."""
    sums = rows.groupby(["establishment", "period"], sort=True)[list(COUNTS)].agg(lambda part: part.sum(skipna=False))
    named = sums.set_axis([f"ae_{name}{ending}" for name in COUNTS], axis=1).rename_axis(columns="quantity")
    long = named.stack().rename("value").reset_index()  # noqa: PD013 - names of both levels are kept
    return long.assign(status=long["value"].isna().map({True: "not_available", False: "ok"}))


def _providers(rows: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    major = (rows["type"] == MAJOR).groupby(rows["establishment"], sort=True).any()
    return pd.DataFrame({"establishment": major.index, "kind": "hospital", "emergency": major.astype("boolean").array})


def _recognises(columns: frozenset[str]) -> bool:
    return {"period", "org_code", "type", "attendances", "breaches"} <= columns


READERS.add(
    "nhs_ae",
    Reader(
        name="nhs_ae",
        title=Text(
            fr="Urgences du NHS : passages et règle des quatre heures", en="NHS A&E: attendances, four-hour rule"
        ),
        read=read,
        recognises=_recognises,
    ),
)

_MORE = (
    "plus d'attentes de quatre heures que de passages",
    "more waits over four hours than attendances",
    "vérifier les deux colonnes",
    "check both columns",
)
