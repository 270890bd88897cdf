"""Reads DREES SAE: what each French hospital site has, does and employs in a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import SettingError, Text, problem
from chairs.sources import READERS, Reader
from chairs.sources.sheet import Sheet
from chairs.sources.sites import FINESS, REGIONS, merged
from chairs.sources.text import read_sheet

if TYPE_CHECKING:
    import pandas as pd

    from chairs.sources import Tables

# quantity -> column of the summary form (SYGEN)
QUANTITIES = {
    "mco_beds": "LIT_MCO",
    "mco_full_stays": "SEJHC_MCO",
    "mco_days": "JOU_MCO",
    "mco_day_places": "PLA_MCO",
    "mco_day_stays": "SEJHP_MCO",
    "ed_visits_general": "PASSU_GEN",
    "ed_visits_paediatric": "PASSU_PED",
    "deliveries": "SEJACC",
    "care_fte": "ETP_SOINS",
    "non_medical_fte": "ETP_TOT_PNM",
    "nurse_fte": "ETP_INFSANSSPE",  # without specialty; the others are too often blank to be added
    "aide_fte": "ETP_AID",
    "physician_fte": "ETPSAL_TOT",
}
# by discipline and of head nurses: read where the form has the column
FURTHER = {
    "medicine_beds": "LIT_MED",
    "medicine_days": "JOU_MED",
    "surgery_beds": "LIT_CHI",
    "surgery_days": "JOU_CHI",
    "surgery_full_stays": "SEJHC_CHI",
    "surgery_day_stays": "SEJHP_CHI",
    "obstetrics_beds": "LIT_OBS",
    "obstetrics_days": "JOU_OBS",
    "care_manager_fte": "ETP_CAD",
}

# legal status, grouped (STJR): read off the form itself, whose category CATR starts with PUB, PLU or PNL
STATUSES = {"1": "public", "2": "private_for_profit", "3": "private_non_profit"}


def read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Read the forms SYGEN (summary) and ID (identity) into `quantities` and `establishments`.

    Only rows of the year count: some sites have a second, blank row of another year. A blank number is
    `not_available`, never zero. A site has an emergency department when it declares at least one visit,
    general or paediatric. A form is told by its columns, whatever their case; either may be read alone.

    Options: `year`, required; `columns` (quantity -> column) for a year that renames them; `absent`
    (quantities that a year does not publish).

    Raises
    ------
    DataError
        By row and column: number not readable or negative, unknown legal status or region, FINESS of
        another form or twice in the year, column absent, no row of the year.
    SettingError
        Without `year`.
    """
    import pandas as pd

    year = options.get("year")
    if not year:
        remedy = ("donner l'année du fichier", "give the year of the file")
        raise SettingError((problem("année non précisée", "year not given", file=files[0].name, remedy=remedy),))
    sites: list[pd.DataFrame] = []
    quantities: list[pd.DataFrame] = []
    for path in files:
        sheet = read_sheet(path)
        _keep_year(sheet, year)
        if sheet.find("STJR"):
            sites.insert(0, _identity(sheet))
        else:
            table = _summary(sheet, options)
            sites.append(_emergency(sheet, table))
            quantities.append(table.assign(unit="all", period=year, source=options["source"]))
    tables: Tables = {"establishments": merged(sites) if len(sites) > 1 else sites[0]}
    if quantities:
        tables["quantities"] = pd.concat(quantities) if len(quantities) > 1 else quantities[0]
    return tables


def _keep_year(sheet: Sheet, year: str) -> None:
    sheet.require("FI", "FI_EJ", "AN")
    sheet.keep(sheet.cells("AN") == year)
    if sheet.frame.empty:
        sheet.problems.append(
            problem(
                "aucune ligne de l'année demandée",
                "no row of the year asked for",
                file=sheet.name,
                column=sheet.find("AN"),
                remedy=("vérifier l'année de l'entrée du catalogue", "check the year of the catalogue entry"),
            )
        )
    sheet.finish()


def _identity(sheet: Sheet) -> pd.DataFrame:
    import pandas as pd

    sheet.require("RS", "STJR", "CAT", "REG")
    site = sheet.identifier("FI", FINESS)
    sheet.unique("FI")
    status = sheet.code("STJR", STATUSES | {"": ""})
    region = sheet.code("REG", REGIONS | {"": ""})
    sheet.finish()
    return pd.DataFrame(
        {
            "establishment": site,
            "legal_entity": sheet.text("FI_EJ"),
            "name": sheet.text("RS"),
            "kind": "hospital",
            "status": status.mask(status == ""),
            "category": sheet.text("CAT"),
            "region": region.mask(region == ""),
        }
    )


def _summary(sheet: Sheet, options: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    columns = QUANTITIES | dict(options.get("columns", {}))
    wanted = {word: column for word, column in columns.items() if word not in options.get("absent", ())}
    sheet.require(*wanted.values())
    wanted |= {word: column for word, column in FURTHER.items() if sheet.find(column)}
    site = sheet.identifier("FI", FINESS)
    sheet.unique("FI")
    parts = []
    for word, column in wanted.items():
        value, status = sheet.number(column, at_least=0)
        parts.append(pd.DataFrame({"establishment": site, "quantity": word, "value": value, "status": status}))
    sheet.finish()
    return pd.concat(parts)


def _emergency(sheet: Sheet, quantities: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    visits = quantities[quantities["quantity"].isin(["ed_visits_general", "ed_visits_paediatric"])]
    has_visits = set(visits.loc[visits["value"] > 0, "establishment"])
    site = sheet.cells("FI")
    return pd.DataFrame(
        {
            "establishment": site,
            "legal_entity": sheet.text("FI_EJ"),
            "kind": "hospital",
            "emergency": site.isin(has_visits).astype("boolean"),
        }
    )


def _recognises(columns: frozenset[str]) -> bool:
    return {"fi", "fi_ej", "an", "stjr"} <= columns or {"fi", "fi_ej", "an", "lit_mco", "ent"} <= columns


READERS.add(
    "sae",
    Reader(
        name="sae",
        title=Text(fr="DREES SAE : capacité, activité, personnel", en="DREES SAE: capacity, activity, staff"),
        read=read,
        recognises=_recognises,
    ),
)
