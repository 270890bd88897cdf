"""Reads the labelled comments of English patients (NHS Friends and Family Test): theme, sub-theme, criticality."""

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

CRITICALITY = tuple(str(k) for k in range(-4, 5))  # the code runs to 5, nobody used it
NO_COMMENT = frozenset({"", "no", "none", "nothing", "n/a", "na", "no.", "none.", "nothing."})


def labelled(files: Sequence[Path]) -> pd.DataFrame:
    """Return the file as it was coded: one row a comment and theme.

    Returns
    -------
    DataFrame
        `text`, `theme`, `subtheme`, `criticality` (-4 very critical to 4; missing where the cell holds none of these
        codes: typing errors), `organisation`, `question`, and `says` (False for "Nothing", "None" and the like). A
        comment with several themes has several rows: count comments by `text`.

    Raises
    ------
    DataError
        For a column that is absent or an empty label, by row.
    """
    import pandas as pd

    parts = []
    for path in files:
        sheet = read_sheet(path)
        sheet.require("label", "subcategory", "feedback", "criticality", "organization", "question")
        code = sheet.cells("criticality")
        part = {
            "text": sheet.cells("feedback"),
            "theme": sheet.identifier("label"),
            "subtheme": sheet.text("subcategory"),
            "criticality": pd.to_numeric(code.where(code.isin(CRITICALITY)), errors="coerce"),
            "organisation": sheet.identifier("organization"),
            "question": sheet.text("question"),
            "says": ~sheet.cells("feedback").str.casefold().isin(NO_COMMENT),
        }
        sheet.finish()
        parts.append(pd.DataFrame(part))
    return pd.concat(parts)


def read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Read the comments, each text once, into `comments`: names out, themes of all its rows as those of reader A.

    Options: `period` of the comments (the file dates none; default 2021, the year in which the collection ended).
    """
    from chairs.surveys.verbatims.names import without_names

    rows = labelled(files)
    texts = rows.groupby("text", sort=False)
    table = texts.agg(
        establishment=("organisation", "first"), coded_a=("theme", lambda themes: "; ".join(sorted(set(themes))))
    ).reset_index()
    table["respondent"] = [f"fft{rank:05d}" for rank in range(1, len(table) + 1)]
    table["text"] = table["text"].map(without_names)
    place = {"unit": "all", "period": options.get("period", "2021"), "language": "en", "coded_b": None}
    return {"comments": table.assign(**place)}


def _recognises(columns: frozenset[str]) -> bool:
    return {"label", "subcategory", "feedback", "criticality"} <= columns


READERS.add(
    "nhs_fft",
    Reader(
        name="nhs_fft",
        title=Text(fr="Verbatims anglais étiquetés (NHS)", en="Labelled English comments (NHS)"),
        read=read,
        recognises=_recognises,
    ),
)
