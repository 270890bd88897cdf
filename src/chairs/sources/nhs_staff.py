"""Reads the NHS Staff Survey by trust and year, beside the trust's hospital mortality (SHMI)."""

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

INSTRUMENT = "nhs-staff-survey"
# dimension -> (column, bounds of the published number)
SCORES = {
    "all": ("Engagement.Index", 1.0, 5.0),
    "engagement_favourable": ("Engagement.Index.dichot", 0.0, 1.0),
    "recommend_work": ("RecommendWork.Index", 1.0, 5.0),
    "recommend_work_favourable": ("RecommendWork.Index.dichot", 0.0, 1.0),
    "recommend_care": ("RecommendCare.Index", 1.0, 5.0),
    "recommend_care_favourable": ("RecommendCare.Index.dichot", 0.0, 1.0),
    "work_stress": ("WorkStress.Index", 0.0, 1.0),
}
# one single value (0) in every row of the file that was read: no measure
INDICATORS = {
    "nhs_shmi": ("SHMI.Index", 0.0, None),
    "nhs_clinical_respondents": ("Survey.clinical.proportion", 0.0, 1.0),
}
TRUST = r"R[A-Z0-9]{2}"


def read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Read the file joined by trust and year into `scores`, `indicators` and `establishments`.

    Scores stay on the scale on which they were published: 1 to 5 (engagement, recommendation) or a share
    (the part of favourable answers, of staff unwell from work stress). `n` is the number of answers of the
    trust's survey. The columns `FreedomSpeak.Index` and `Openness.Index` are not read: they hold one single
    value. `nhs_shmi` is the summary hospital mortality indicator (1 = as expected).

    The reader asks for the file of 2012-2018, whose trust and year are unique. In the two other files of the same
    deposit some rows have no year (27 of 852; 4 of 138): a row without key is a problem there, by row.

    Raises
    ------
    DataError
        By row and column: trust of another form, trust and year twice or absent, number not readable or out of its
        scale.
    """
    import pandas as pd

    scores, indicators, sites = [], [], []
    for path in files:
        sheet = read_sheet(path)
        sheet.require("Code", "Year.Index", "Name", "HEE.region.name", "Responses", *(c for c, _, _ in SCORES.values()))
        place = {
            "establishment": sheet.identifier("Code", TRUST),
            "unit": "all",
            "period": sheet.identifier("Year.Index", r"(19|20)\d\d"),
        }
        sheet.unique("Code", "Year.Index")
        answers, _ = sheet.number("Responses", at_least=0)
        for dimension, (column, low, high) in SCORES.items():
            score, status = sheet.number(column, at_least=low, at_most=high)
            part = {**place, "dimension": dimension, "score": score, "n": answers, "status": status}
            scores.append(pd.DataFrame(part, index=sheet.frame.index))
        for code, (column, least, most) in INDICATORS.items():
            value, status = sheet.number(column, at_least=least, at_most=most)
            part = {**place, "code": code, "value": value, "status": status, "source": options["source"]}
            indicators.append(pd.DataFrame(part, index=sheet.frame.index))
        sheet.finish()
        sites.append(_trusts(sheet))
    return {
        "scores": pd.concat(scores).assign(instrument=INSTRUMENT),
        "indicators": pd.concat(indicators),
        "establishments": pd.concat(sites).drop_duplicates("establishment"),
    }


def _trusts(sheet: Sheet) -> pd.DataFrame:
    """Return one row a trust, with the name and region of its last year that has them."""
    import pandas as pd

    year = sheet.cells("Year.Index")
    rows = pd.DataFrame(
        {
            "establishment": sheet.cells("Code"),
            "name": sheet.text("Name").mask(sheet.cells("Name") == "NA"),
            "kind": "hospital",
            "status": "public",
            "region": sheet.text("HEE.region.name").mask(sheet.cells("HEE.region.name") == "NA"),
        }
    )
    last = rows.assign(year=year).sort_values(["establishment", "year"], ascending=[True, False], kind="stable")
    return last.groupby("establishment", sort=True).first().reset_index().drop(columns="year")


def _recognises(columns: frozenset[str]) -> bool:
    return {"code", "year.index", "engagement.index", "recommendcare.index"} <= columns


READERS.add(
    "nhs_staff",
    Reader(
        name="nhs_staff",
        title=Text(
            fr="Enquête du personnel du NHS et mortalité, par trust", en="NHS staff survey and mortality by trust"
        ),
        read=read,
        recognises=_recognises,
    ),
)
