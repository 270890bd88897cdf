"""Reads nine yearly releases of HCAHPS: shares of best answers by state and nation, response rates by hospital."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Text
from chairs.sources import READERS, Reader
from chairs.sources.cms_sites import providers
from chairs.sources.layout import refuse
from chairs.sources.sheet import Sheet
from chairs.sources.text import read_sheet

if TYPE_CHECKING:
    import pandas as pd

    from chairs.sources import Tables

INSTRUMENT, NATION = "hcahps", "US"
RELEASE, BEST, RATE, END = "Release Period", "Top-box Percentage", "Response Rate (%)", "End Date"
DIMENSIONS = {
    "H_HSP_RATING": "all",
    "H_COMP_1": "nurses",
    "H_COMP_2": "doctors",
    "H_COMP_3": "responsiveness",
    "H_COMP_5": "medicines",
    "H_COMP_6": "discharge",
    "H_COMP_7": "transition",
    "H_CLEAN_HSP": "clean",
    "H_QUIET_HSP": "quiet",
    "H_RECMND": "recommend",
}


def read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Read the releases into `scores` (states, nation), `indicators` (response rate) and `establishments`.

    Each file is told by its columns; that of the reports, which dates the releases, must be among them. The period is
    the year in which the discharges of a release end (release of July 2015: September 2014). A state is `US-` and its
    letters, the nation `US`: neither is an establishment, so they have no row there and are never compared with
    hospitals. Identifiers of hospitals get back the leading zeros that were lost.

    Options: `source`.

    Raises
    ------
    DataError
        By row and column: a release that the reports do not date, a measure not known, a share not readable or outside
        0 to 100, a hospital, state or measure twice in a release, a file that is none of these.
    """
    import pandas as pd

    sheets = [read_sheet(path) for path in files]
    dated = next((sheet for sheet in sheets if sheet.find(END)), None)
    if dated is None:
        raise refuse(files[0].name, _NO_DATES)
    years = _years(dated)
    scores, rates = [], []
    for sheet, path in zip(sheets, files, strict=True):
        if sheet.find(BEST):
            scores.append(_shares(sheet, years))
        elif sheet.find(RATE):
            rates.append(_rates(sheet, years).assign(source=options["source"]))
        elif sheet is not dated:
            raise refuse(path.name, _UNKNOWN)
        sheet.finish()
    tables: Tables = {"scores": pd.concat(scores)} if scores else {}
    if rates:
        found = pd.concat(rates)
        latest = found.sort_values(["establishment", "period"]).drop_duplicates("establishment", keep="last")
        tables["establishments"] = latest[["establishment", "region"]].assign(kind="hospital")
        tables["indicators"] = found.drop(columns="region")
    return tables


def _years(sheet: Sheet) -> dict[str, str]:
    """Return by release the year in which its discharges end."""
    sheet.require(RELEASE, END)
    sheet.identifier(RELEASE, r"[01][0-9]_[0-9]{4}")
    sheet.identifier(END, r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
    sheet.unique(RELEASE)
    sheet.finish()
    return dict(zip(sheet.cells(RELEASE), sheet.cells(END).str[:4], strict=True))


def _shares(sheet: Sheet, years: Mapping[str, str]) -> pd.DataFrame:
    import pandas as pd

    by_state = sheet.find("State") is not None
    sheet.require(RELEASE, "Measure ID")
    place = "US-" + sheet.identifier("State", "[A-Z]{2}") if by_state else NATION
    sheet.unique(RELEASE, "Measure ID", *(["State"] if by_state else []))
    period, dimension = sheet.code(RELEASE, years), sheet.code("Measure ID", DIMENSIONS)
    score, status = sheet.number(BEST, at_least=0, at_most=100)
    part = {"period": period, "dimension": dimension, "score": score, "status": status}
    return pd.DataFrame(part).assign(establishment=place, unit="all", instrument=INSTRUMENT)


def _rates(sheet: Sheet, years: Mapping[str, str]) -> pd.DataFrame:
    import pandas as pd

    sheet.require(RELEASE, "State", "Facility ID")
    site = providers(sheet, "Facility ID")
    sheet.unique(RELEASE, "Facility ID")
    value, status = sheet.number(RATE, at_least=0, at_most=100)
    part = {"establishment": site, "region": sheet.text("State"), "period": sheet.code(RELEASE, years)}
    return pd.DataFrame(part | {"value": value, "status": status}).assign(unit="all", code="cms_h_resp_rate_p")


def _recognises(columns: frozenset[str]) -> bool:
    return RELEASE.lower() in columns and bool({BEST.lower(), RATE.lower(), END.lower()} & columns)


_NO_DATES = (
    "le fichier des publications, qui les date, n'est pas donné",
    "the file of the reports, which dates the releases, is not given",
    "donner aussi reports.csv",
    "give reports.csv as well",
)
_UNKNOWN = (
    "fichier de ces publications que ce lecteur ne lit pas",
    "a file of these releases that this reader does not read",
    "donner les publications, les parts par État ou du pays, les taux de réponse",
    "give the reports, the shares by state or of the nation, the response rates",
)
READERS.add(
    "cms_hcahps_trend",
    Reader(
        name="cms_hcahps_trend",
        title=Text(
            fr="CMS HCAHPS, neuf publications : États, pays, taux de réponse",
            en="CMS HCAHPS, nine releases: states, nation, response rates",
        ),
        read=read,
        recognises=_recognises,
    ),
)
