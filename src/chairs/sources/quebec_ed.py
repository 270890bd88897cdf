"""Reads the hourly state of Québec's emergency departments: stretchers, patients present, patients waiting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Text
from chairs.sources import READERS, Reader
from chairs.sources.sheet import Sheet
from chairs.sources.text import read_sheet

if TYPE_CHECKING:
    import pandas as pd

    from chairs.sources import Tables

ZONE = "America/Toronto"
MEASURES = {
    "open_beds": "Nombre_de_civieres_fonctionnelles",
    "occupied_beds": "Nombre_de_civieres_occupees",
    "census": "Nombre_total_de_patients_presents_a_lurgence",
    "waiting": "Nombre_total_de_patients_en_attente_de_PEC",
}
TOTAL, WHOLE = "Total régional", "Ensemble du Québec"
_TIME = r"\d{4}-\d\d-\d\dT\d{1,2}:\d\d(:\d\d)?"


def read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Read the stacked hourly files into `unit_hour` (UTC) and `establishments`, one site a permit of installation.

    Rows of a region's total and of the whole province are left out: they are sums of the others. Measures:
    `open_beds` (functional stretchers), `occupied_beds` (stretchers in use, often more than those), `census`
    (patients present) and `waiting` (not yet seen by a doctor). The hour is that in which the record was made, on the
    clock of Québec; it comes with and without seconds and not always with two digits.

    Raises
    ------
    DataError
        By row and column: record time of another form, count not readable or negative, installation and hour twice.
    """
    import pandas as pd

    parts, sites = [], []
    for path in files:
        sheet = read_sheet(path)
        sheet.require("Region", "Nom_etablissement", "Nom_installation", "No_permis_installation", "Mise_a_jour")
        sheet.keep((sheet.cells("Nom_etablissement") != TOTAL) & (sheet.cells("Region") != WHOLE))
        site = sheet.identifier("No_permis_installation", r"\d{8}")
        hour = _hour(sheet)
        sheet.refuse(pd.DataFrame({"site": site, "hour": hour}).duplicated() & hour.notna(), "Mise_a_jour", _TWICE)
        for measure, column in MEASURES.items():
            value, _ = sheet.number(column, at_least=0)
            parts.append(pd.DataFrame({"site": site, "hour": hour, "measure": measure, "value": value}))
        sheet.finish()
        sites.append(_installations(sheet, site))
    table = pd.concat(parts).assign(unit=options.get("unit", "urgences"))
    return {"unit_hour": table, "establishments": pd.concat(sites).drop_duplicates("establishment", keep="last")}


def _hour(sheet: Sheet) -> pd.Series:
    import pandas as pd

    said = sheet.identifier("Mise_a_jour", _TIME)
    parts = said.str.extract(r"(?P<day>\d{4}-\d\d-\d\d)T(?P<hour>\d{1,2}):\d\d(?::\d\d)?")
    local = pd.to_datetime(parts["day"] + " " + parts["hour"].str.zfill(2), format="%Y-%m-%d %H", errors="coerce")
    sheet.refuse(local.isna() & said.str.fullmatch(_TIME), "Mise_a_jour", _NO_TIME)
    return local.dt.tz_localize(ZONE, ambiguous=True, nonexistent="shift_forward").dt.tz_convert("UTC")


def _installations(sheet: Sheet, site: pd.Series) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "establishment": site,
            "legal_entity": sheet.text("Nom_etablissement"),
            "name": sheet.text("Nom_installation"),
            "kind": "hospital",
            "region": sheet.text("Region"),
            "emergency": True,
        }
    )


def _recognises(columns: frozenset[str]) -> bool:
    return {"no_permis_installation", "nombre_de_civieres_fonctionnelles", "mise_a_jour"} <= columns


READERS.add(
    "quebec_ed",
    Reader(
        name="quebec_ed",
        title=Text(fr="Urgences du Québec, état horaire", en="Emergency departments of Québec, hourly state"),
        read=read,
        recognises=_recognises,
    ),
)

_TWICE = (
    "installation et heure en double",
    "installation and hour twice",
    "garder une seule ligne par installation et par heure",
    "keep one row per installation and hour",
)
_NO_TIME = (
    "cette heure n'existe pas",
    "this time does not exist",
    "corriger la date et l'heure",
    "correct the date and the time",
)
