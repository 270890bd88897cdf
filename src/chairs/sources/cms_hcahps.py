"""Reads HCAHPS by US hospital, wide: top-box shares, linear scores and stars of the patient survey."""

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

INSTRUMENT = "hcahps"
# dimension -> (word of the measure in the columns, ending of the best answers)
MEASURES = {
    "all": ("H_HSP_RATING", "_9_10"),
    "nurses": ("H_COMP_1", "_A_P"),
    "doctors": ("H_COMP_2", "_A_P"),
    "responsiveness": ("H_COMP_3", "_A_P"),
    "pain": ("H_COMP_4", "_A_P"),
    "medicines": ("H_COMP_5", "_A_P"),
    "discharge": ("H_COMP_6", "_Y_P"),
    "transition": ("H_COMP_7", "_SA"),
    "clean": ("H_CLEAN", "_HSP_A_P"),
    "quiet": ("H_QUIET", "_HSP_A_P"),
    "recommend": ("H_RECMND", "_DY"),
}
LINEAR = "_LINEAR_SCORE"
COUNT = "Number.of.Completed.Surveys"
YES, NO = "H_COMP_6_Y_P", "H_COMP_6_N_P"
AT_LEAST = 100  # questionnaires under which no linear score and no star are published
BOUNDS = ("300 or more", "Between 100 and 299")  # how the release of 2014 gives the number of questionnaires


def read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Read one release into `scores` (0 to 100) and `establishments`.

    Dimensions are those of the instrument `hcahps`: the share of best answers (%), and with `_linear` the linear score
    where the file has it. The release of 2014 bounds the number of questionnaires in words: `n` is then missing.

    Two repairs, both of what the authors of the copies did, both told by the figures: leading zeros of the identifiers
    are put back; a row whose shares of yes and no do not make 100 % is a row filled in by the copyist (671 rows of the
    release of 2018 have 34 everywhere), and counts as `not_available`. Linear scores are read from 100 questionnaires
    on: under it CMS publishes none, and the copy has the median there.

    Options: `year`, the period of the scores.

    Raises
    ------
    DataError
        By row and column: hospital twice or of another form, share not readable or outside 0 to 100, column absent.
    """
    import pandas as pd

    scores, sites = [], []
    for path in files:
        sheet = read_sheet(path, row_names=True)
        sheet.require("Provider.ID", "Hospital.Name", "State", COUNT, YES, NO)
        site = providers(sheet, "Provider.ID")
        sheet.unique("Provider.ID")
        scores += _scores(sheet, site)
        sheet.finish()
        facts = {"establishment": site, "name": sheet.text("Hospital.Name"), "region": sheet.text("State")}
        sites.append(pd.DataFrame(facts).assign(kind="hospital"))
    table = pd.concat(scores).assign(unit="all", period=options["year"], instrument=INSTRUMENT)
    return {"scores": table, "establishments": pd.concat(sites)}


def _scores(sheet: Sheet, site: pd.Series) -> list[pd.DataFrame]:
    import numpy as np

    count = sheet.cells(COUNT)
    exact = count.mask(count.isin(BOUNDS), "")
    sheet.frame = sheet.frame.assign(**{COUNT: exact})
    answers, few = sheet.number(COUNT, at_least=0)
    filled = _filled(sheet)
    enough = np.where(np.isnan(answers), (few != "below_floor"), answers >= AT_LEAST)
    parts = []
    for dimension, (measure, best) in MEASURES.items():
        if sheet.find(measure + best):
            parts.append(
                _part(sheet, site, (dimension, measure + best), ~filled).assign(n=np.where(filled, np.nan, answers))
            )
        if sheet.find(measure + LINEAR):
            part = _part(sheet, site, (f"{dimension}_linear", measure + LINEAR), ~filled & enough)
            parts.append(part.assign(n=np.where(filled, np.nan, answers)))
    return parts


def _part(sheet: Sheet, site: pd.Series, what: tuple[str, str], given: np.ndarray) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    score, status = sheet.number(what[1], at_least=0, at_most=100)
    kept = np.where(given, score, np.nan)
    said = np.where(given, status, "not_available")
    return pd.DataFrame({"establishment": site, "dimension": what[0], "score": kept, "status": said})


def _filled(sheet: Sheet) -> np.ndarray:
    """Say which rows hold invented shares: the two answers of a yes-or-no measure do not make 100 %."""
    import numpy as np

    yes, no = sheet.number(YES)[0], sheet.number(NO)[0]
    return np.asarray(np.abs(yes + no - 100) > 2)


def _recognises(columns: frozenset[str]) -> bool:
    return {"provider.id", "h_hsp_rating_9_10", "h_comp_1_a_p"} <= columns


READERS.add(
    "cms_hcahps",
    Reader(
        name="cms_hcahps",
        title=Text(
            fr="CMS HCAHPS : expérience des patients par hôpital", en="CMS HCAHPS: patient experience by hospital"
        ),
        read=read,
        recognises=_recognises,
    ),
)
