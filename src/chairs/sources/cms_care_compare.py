"""Reads CMS Care Compare: directory of US hospitals, patient survey of the purchasing programme, cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Text
from chairs.sources import READERS, Reader
from chairs.sources.cms_sites import STATUSES, providers
from chairs.sources.layout import refuse
from chairs.sources.sheet import Sheet
from chairs.sources.text import read_sheet

if TYPE_CHECKING:
    import pandas as pd

    from chairs.sources import Tables

INSTRUMENT = "hcahps"
DIMENSIONS = {
    "all": "Overall Rating Of Hospital",
    "nurses": "Communication With Nurses",
    "doctors": "Communication With Doctors",
    "responsiveness": "Responsiveness Of Hospital Staff",
    "medicines": "Communication About Medicines",
    "discharge": "Discharge Information",
    "transition": "Care Transition",
    "clean_quiet": "Cleanliness And Quietness Of Hospital Environment",
}
SPENDING = "MSPB-1"


def read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Read three files of a release, each told by its columns; other files of the release are refused.

    - the directory (legal status, emergency department, type, state) into `establishments`;
    - the survey of the purchasing programme into `scores`: share of best answers (%) in eight dimensions, in the
      period of `performance` and in that of `baseline`; the programme gives no number of questionnaires;
    - Medicare spending per patient, as a ratio to the national median, into `indicators` (`cms_mspb_1`).

    Options: `performance` and `baseline`, the years of the two rates; `year`, that of the spending.

    Raises
    ------
    DataError
        By row and column: hospital twice or of another form, unknown ownership, rate not readable or outside 0 to
        100, a file that is none of the three.
    """
    import pandas as pd

    tables: Tables = {}
    for path in files:
        sheet = read_sheet(path)
        sheet.require("Facility ID")
        site = providers(sheet, "Facility ID")
        sheet.unique("Facility ID")
        if sheet.find("Hospital Ownership"):
            tables["establishments"] = _directory(sheet, site)
        elif sheet.find(f"{DIMENSIONS['all']} Performance Rate"):
            tables["scores"] = pd.concat(_rates(sheet, site, options))
        elif sheet.find("Measure ID") and (sheet.cells("Measure ID") == SPENDING).all():
            tables["indicators"] = _spending(sheet, site).assign(period=options["year"], source=options["source"])
        else:
            raise refuse(path.name, _UNKNOWN)
        sheet.finish()
    return tables


def _directory(sheet: Sheet, site: pd.Series) -> pd.DataFrame:
    import pandas as pd

    sheet.require("Facility Name", "State", "Hospital Type", "Emergency Services")
    status = sheet.code("Hospital Ownership", STATUSES)
    emergency = sheet.code("Emergency Services", {"Yes": "yes", "No": "no", "": ""})
    return pd.DataFrame(
        {
            "establishment": site,
            "name": sheet.text("Facility Name"),
            "kind": "hospital",
            "status": status.mask(status == ""),
            "category": sheet.text("Hospital Type"),
            "region": sheet.text("State"),
            "emergency": emergency.map({"yes": True, "no": False}).astype("boolean"),
        }
    )


def _rates(sheet: Sheet, site: pd.Series, options: Mapping[str, Any]) -> list[pd.DataFrame]:
    import pandas as pd

    parts = []
    for which, word in (("baseline", "Baseline Rate"), ("performance", "Performance Rate")):
        for dimension, name in DIMENSIONS.items():
            score, status = sheet.number(f"{name} {word}", at_least=0, at_most=100)
            part = {"establishment": site, "dimension": dimension, "score": score, "status": status}
            parts.append(pd.DataFrame(part).assign(unit="all", period=options[which], instrument=INSTRUMENT))
    return parts


def _spending(sheet: Sheet, site: pd.Series) -> pd.DataFrame:
    import pandas as pd

    value, status = sheet.number("Score", at_least=0)
    part = {"establishment": site, "unit": "all", "code": "cms_mspb_1", "value": value, "status": status}
    return pd.DataFrame(part)


def _recognises(columns: frozenset[str]) -> bool:
    return "facility id" in columns and bool({"hospital ownership", "hcahps base score"} & columns)


READERS.add(
    "cms_care_compare",
    Reader(
        name="cms_care_compare",
        title=Text(
            fr="CMS Care Compare : annuaire, enquête, dépense", en="CMS Care Compare: directory, survey, spending"
        ),
        read=read,
        recognises=_recognises,
    ),
)

_UNKNOWN = (
    "fichier de la publication que ce lecteur ne lit pas",
    "a file of the release that this reader does not read",
    "donner l'annuaire, l'enquête du programme d'achat ou la dépense par patient",
    "give the directory, the survey of the purchasing programme or the spending per patient",
)
