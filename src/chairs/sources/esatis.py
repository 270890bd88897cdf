"""Reads HAS e-Satis: patient-experience scores published by hospital site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import DataError, Text, problem
from chairs.core.errors import unknown as unknown_name
from chairs.sources import READERS, Reader
from chairs.sources.sheet import Sheet
from chairs.sources.sites import FINESS, region_names
from chairs.sources.text import read_sheet

if TYPE_CHECKING:
    import pandas as pd

    from chairs.sources import Tables

# survey -> dimension -> (column of the score, column of the number of answers)
SURVEYS: dict[str, dict[str, tuple[str, str]]] = {
    "esatis-48h-mco": {
        word: (f"score_{name}_rea_ajust", f"nb_rep_score_{name}_rea_ajust")
        for word, name in {
            "all": "all",
            "accueil": "accueil",
            "pec_inf": "PECinf",
            "pec_med": "PECmed",
            "chambre": "chambre",
            "repas": "repas",
            "sortie": "sortie",
        }.items()
    },
    "esatis-ca": {
        word: (f"score_{name}_ajust", f"nb_rep_score_{name}_ajust")
        for word, name in {
            "all": "all",
            "avant": "AVH",
            "accueil": "ACC",
            "pec": "PEC",
            "chambre": "CER",
            "sortie": "OVS",
        }.items()
    },
}
RECOMMEND = ("taux_reco_brut", "nb_reco_brut")  # since 2018

# class of a site -> why it has no score
CLASSES = {
    "A": "ok",
    "B": "ok",
    "C": "ok",
    "D": "ok",
    "DI": "below_floor",
    "NR": "non_respondent",
    "NV": "not_validated",
    "": "not_available",
}


def read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Read e-Satis files of one year into `scores` (0 to 100) and `establishments`.

    Every site is kept; one without a published score says why (fewer than 30 answers: `below_floor`;
    did not answer: `non_respondent`; not validated: `not_validated`). The share of patients who would
    certainly recommend is the dimension `recommend`, in percent. A site is the geographic FINESS: the
    legal entity repeats.

    Options: `year`; `instrument` (a key of `SURVEYS`, recognised by the columns when left out);
    `columns` (dimension -> column of the score) and `answers` (dimension -> column of the number of
    answers) for a year that renames them; `classes` (class -> status word) for a new class.

    Raises
    ------
    DataError
        By row and column: unknown class, number not readable or outside 0-100, FINESS of another form
        or twice, column absent.
    """
    import pandas as pd

    sheets = [read_sheet(path) for path in files]
    tables = [_tables(sheet, options) for sheet in sheets]
    return {
        name: pd.concat([table[name] for table in tables]) if len(tables) > 1 else tables[0][name]
        for name in ("establishments", "scores")
    }


def _tables(sheet: Sheet, options: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    import pandas as pd

    sheet.require("finess", "finess_geo", "rs_finess_geo", "region", "classement")
    instrument = options.get("instrument") or _recognised(sheet)
    site = sheet.identifier("finess_geo", FINESS)
    sheet.unique("finess_geo")
    reason = sheet.code("classement", {**CLASSES, **options.get("classes", {})})
    parts = []
    for dimension, columns in _columns(sheet, instrument, options).items():
        sheet.require(*columns)
        score, status = sheet.number(columns[0], at_least=0, at_most=100)
        n, _ = sheet.number(columns[1], at_least=0)
        part = pd.DataFrame({"establishment": site, "dimension": dimension, "score": score, "n": n})
        part["status"] = _status(score, status, reason)
        parts.append(part)
    sheet.finish()
    scores = pd.concat(parts).assign(unit="all", period=options["year"], instrument=instrument, se=float("nan"))
    return {"establishments": _sites(sheet, site), "scores": scores}


def _status(score: Any, status: Any, reason: pd.Series) -> Any:
    """Why a score is absent: the code in its own cell first, else what the class of the site says."""
    import numpy as np

    said = np.where(status == "not_available", reason, status)
    return np.where(np.isnan(score), np.where(said == "ok", "not_available", said), "ok")


def _sites(sheet: Sheet, site: pd.Series) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "establishment": site,
            "legal_entity": sheet.text("finess"),
            "name": sheet.text("rs_finess_geo"),
            "kind": "hospital",
            "region": region_names(sheet.text("region")),
        }
    )


def _columns(sheet: Sheet, instrument: str, options: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    if instrument not in SURVEYS:
        raise unknown_name(("questionnaire e-Satis", "e-Satis instrument"), instrument, SURVEYS)
    scores, answers = options.get("columns", {}), options.get("answers", {})
    known = dict(SURVEYS[instrument])
    if "recommend" in scores or sheet.find(RECOMMEND[0]):
        known["recommend"] = RECOMMEND
    return {word: (scores.get(word, pair[0]), answers.get(word, pair[1])) for word, pair in known.items()}


def _recognised(sheet: Sheet) -> str:
    for instrument, dimensions in SURVEYS.items():
        if sheet.find(dimensions["all"][0]):
            return instrument
    wanted = " / ".join(dimensions["all"][0] for dimensions in SURVEYS.values())
    fr, en = "colonne du score global absente", "column of the overall score absent"
    listed = ", ".join(SURVEYS)
    remedy = (
        f"rétablir l'en-tête publié, ou donner l'option instrument : {listed}",
        f"restore the published header, or give the option instrument: {listed}",
    )
    raise DataError((problem(fr, en, file=sheet.name, row=1, column=wanted, remedy=remedy),))


def _recognises(columns: frozenset[str]) -> bool:
    return {"finess_geo", "classement", "participation"} <= columns


READERS.add(
    "esatis",
    Reader(
        name="esatis",
        title=Text(fr="HAS e-Satis : scores d'expérience par site", en="HAS e-Satis: experience scores by site"),
        read=read,
        recognises=_recognises,
    ),
)
