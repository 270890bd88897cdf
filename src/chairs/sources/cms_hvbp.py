"""Reads the scores of US hospitals in the value-based purchasing programme: domains and total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Text
from chairs.sources import READERS, Reader
from chairs.sources.cms_sites import providers
from chairs.sources.sheet import Sheet
from chairs.sources.text import read_sheet

if TYPE_CHECKING:
    import pandas as pd

    from chairs.sources import Tables

# indicator -> column, before the reform of the domains and after it
BEFORE = {
    "cms_hvbp_process": "Clinical Process of Care Score",
    "cms_hvbp_experience": "Patient Experience of Care Score",
    "cms_hvbp_outcome": "Outcome Score",
    "cms_hvbp_efficiency": "Efficiency Score",
    "cms_hvbp_total": "TPS",
}
AFTER = {
    "cms_hvbp_clinical": "Unweighted Normalized Clinical Outcomes Domain Score",
    "cms_hvbp_experience": "Unweighted Person and Community Engagement Domain Score",
    "cms_hvbp_safety": "Unweighted Normalized Safety Domain Score",
    "cms_hvbp_efficiency": "Unweighted Normalized Efficiency and Cost Reduction Domain Score",
    "cms_hvbp_total": "Total Performance Score",
}


def read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Read the scores (0 to 100, before the weights of the year) into `indicators`, and the hospitals.

    The period is the fiscal year that the score pays for; the care it judges is of the two years before. The domain of
    experience is made of the patient survey, and so is a part of the total: neither is to be linked with that survey.

    Options: `year`, the fiscal year of a file that does not name its own.

    Raises
    ------
    DataError
        By row and column: hospital twice or of another form, score not readable or outside 0 to 100, column absent, a
        fiscal year that is not the catalogue's.
    """
    import pandas as pd

    parts, sites = [], []
    for path in files:
        sheet = read_sheet(path)
        old = sheet.find("Provider Number") is not None
        name, measures = ("Provider Number", BEFORE) if old else ("Facility ID", AFTER)
        sheet.require(name, "State", *measures.values())
        site = providers(sheet, name)
        sheet.unique(name)
        _of_the_year(sheet, str(options["year"]))
        for code, column in measures.items():
            value, status = sheet.number(column, at_least=0, at_most=100)
            parts.append(pd.DataFrame({"establishment": site, "code": code, "value": value, "status": status}))
        sheet.finish()
        sites.append(_hospitals(sheet, site))
    together = pd.concat(parts).assign(unit="all", period=str(options["year"]), source=options["source"])
    return {"indicators": together, "establishments": pd.concat(sites)}


def _of_the_year(sheet: Sheet, year: str) -> None:
    if sheet.find("Fiscal Year"):
        sheet.refuse(sheet.cells("Fiscal Year") != year, "Fiscal Year", _OTHER_YEAR)


def _hospitals(sheet: Sheet, site: pd.Series) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame({"establishment": site, "kind": "hospital", "region": sheet.text("State")})
    return table.assign(name=sheet.text("Facility Name")) if sheet.find("Facility Name") else table


def _recognises(columns: frozenset[str]) -> bool:
    return bool({"total performance score", "tps"} & columns) and bool({"facility id", "provider number"} & columns)


_OTHER_YEAR = (
    "exercice qui n'est pas celui du catalogue",
    "a fiscal year that is not the catalogue's",
    "donner à l'entrée du catalogue l'exercice du fichier",
    "give the entry of the catalogue the fiscal year of the file",
)
READERS.add(
    "cms_hvbp",
    Reader(
        name="cms_hvbp",
        title=Text(
            fr="CMS, programme d'achat selon la valeur : scores par hôpital",
            en="CMS, value-based purchasing: scores by hospital",
        ),
        read=read,
        recognises=_recognises,
    ),
)
