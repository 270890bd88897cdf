"""Reads the input and output of the CMS overall star rating: measures and survey stars, one row a US hospital."""

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
    import numpy as np
    import pandas as pd

    from chairs.sources import Tables

INSTRUMENT = "cms-hcahps-stars"
STARS = {
    "all": "H_GLOB_STAR_RATING",
    "nurses": "H_COMP_1_STAR_RATING",
    "doctors": "H_COMP_2_STAR_RATING",
    "responsiveness": "H_COMP_3_STAR_RATING",
    "medicines": "H_COMP_5_STAR_RATING",
    "discharge": "H_COMP_6_STAR_RATING",
    "transition": "H_COMP_7_STAR_RATING",
    "environment": "H_INDI_STAR_RATING",
}
ANSWERS = "H_NUMB_COMP"
RESPONSE_RATE = "H_RESP_RATE_P"
STAR = "star"
# beside the measure itself: its denominator, or for infections the number predicted
DENOMINATORS = ("_DEN", "_DEN_PRED", "_DEN_VOL")


def read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Read one release of the star rating: `scores` (stars of the patient survey), `indicators`, `establishments`.

    The input gives, by hospital, the stars (1 to 5, halves where two measures are averaged) of eight measures of the
    patient survey with its number of completed questionnaires, and the other measures: code `cms_` + the name of the
    measure in lower case, in the unit of the rating (a rate is a share; times are minutes), with the denominator where
    there is one. The output gives `cms_overall_star`; the patient survey is part of that star, so that the two are not
    to be linked. A hospital without a measure had too few cases, or does not report it.

    A file is told by its columns: `star` is the output's, `H_GLOB_STAR_RATING` the input's, else the directory.

    Raises
    ------
    DataError
        By row and column: hospital twice or of another form, number not readable, star outside 1 to 5.
    """
    import pandas as pd

    tables: dict[str, list[pd.DataFrame]] = {"scores": [], "indicators": [], "establishments": []}
    for path in files:
        sheet = read_sheet(path)
        sheet.require("PROVIDER_ID")
        site = providers(sheet, "PROVIDER_ID")
        sheet.unique("PROVIDER_ID")
        if sheet.find(STARS["all"]):
            tables["scores"] += _stars(sheet, site)
            tables["indicators"] += _measures(sheet, site)
        elif sheet.find(STAR):
            tables["indicators"].append(_star(sheet, site))
        else:
            tables["establishments"].append(_directory(sheet, site))
        sheet.finish()
    place = {"unit": "all", "period": options["year"]}
    more: dict[str, dict[str, Any]] = {
        "scores": {"instrument": INSTRUMENT, **place},
        "indicators": {"source": options["source"], **place},
        "establishments": {},
    }
    return {name: pd.concat(parts).assign(**more[name]) for name, parts in tables.items() if parts}


def _stars(sheet: Sheet, site: pd.Series) -> list[pd.DataFrame]:
    import pandas as pd

    answers, _ = sheet.number(ANSWERS, at_least=0)
    parts = []
    for dimension, column in STARS.items():
        star, status = sheet.number(column, at_least=1, at_most=5)
        parts.append(
            pd.DataFrame({"establishment": site, "dimension": dimension, "score": star, "n": answers, "status": status})
        )
    return parts


def _measures(sheet: Sheet, site: pd.Series) -> list[pd.DataFrame]:
    import numpy as np

    survey = {*STARS.values(), ANSWERS, RESPONSE_RATE, "PROVIDER_ID"}
    names = [name for name in sheet.frame.columns if name not in survey and not name.upper().endswith(DENOMINATORS)]
    parts = []
    for name in (*names, RESPONSE_RATE):
        value, status = sheet.number(name)
        below = next((name + end for end in ("_DEN", "_DEN_PRED") if sheet.find(name + end)), None)
        denominator = sheet.number(below)[0] if below else np.full(len(site), np.nan)
        parts.append(_rows(site, f"cms_{name.casefold()}", value, status).assign(denominator=denominator))
    return parts


def _star(sheet: Sheet, site: pd.Series) -> pd.DataFrame:
    value, status = sheet.number(STAR, at_least=1, at_most=5)
    return _rows(site, "cms_overall_star", value, status)


def _rows(site: pd.Series, code: str, value: np.ndarray, status: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"establishment": site, "code": code, "value": value, "status": status})


def _directory(sheet: Sheet, site: pd.Series) -> pd.DataFrame:
    import pandas as pd

    sheet.require("hospital_name", "hospital_type", "state")
    return pd.DataFrame(
        {
            "establishment": site,
            "name": sheet.text("hospital_name"),
            "kind": "hospital",
            "category": sheet.text("hospital_type"),
            "region": sheet.text("state"),
        }
    )


def _recognises(columns: frozenset[str]) -> bool:
    return "provider_id" in columns and bool({"h_glob_star_rating", "summary_score"} & columns)


READERS.add(
    "cms_stars",
    Reader(
        name="cms_stars",
        title=Text(fr="CMS : étoiles des hôpitaux, entrées et résultat", en="CMS: hospital stars, input and output"),
        read=read,
        recognises=_recognises,
    ),
)
