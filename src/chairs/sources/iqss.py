"""Reads HAS IQSS: quality and safety indicators of French hospitals, wide files of every year."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Text, problem
from chairs.sources import READERS, Reader
from chairs.sources.sheet import Sheet
from chairs.sources.sites import FINESS, region_names
from chairs.sources.text import read_sheet

if TYPE_CHECKING:
    import pandas as pd

    from chairs.sources import Tables

_RESULT = re.compile(r"res_(?P<code>.+)|(?P<ratio>ete_ortho_ratio_oe)")
_OLD_RESULT = re.compile(r"(?P<code>.+?)_etbt")
_OLD_OTHER = re.compile(r".+_(den|icbas|ichaut|pos_seuil|pos_evol|cible|obs|att)_etbt")
_NOT_VALIDATED = ("non validé", "recueil non validé")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One indicator of a file: its code and the columns that hold it."""

    code: str
    value: str
    numerator: str | None = None
    denominator: str | None = None
    control: tuple[str, ...] = ()


def read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Read IQSS files of one collection into `indicators` and `establishments`.

    One row a hospital and indicator, code `iqss_` + the name of the source's column. Values keep their
    own unit: percent where the source writes a percent sign, else the source's score (0-100, or a ratio
    of observed to expected events). A cell without a result keeps its reason: no activity
    (`not_applicable`), did not answer, not validated.

    `establishment` is the number under which HAS publishes: the site in 92 % of the rows of 2019, the
    legal entity in 6 %. The second number (`finess_pmsi`) is given as legal entity where it differs.

    Options: `year` (of the collection).

    Raises
    ------
    DataError
        By row and column: a result neither a number nor a known code, FINESS of another form or twice,
        no column of results.
    """
    import pandas as pd

    sites, parts = [], []
    for path in files:
        sheet = read_sheet(path)
        sheet.require("finess")
        site = sheet.identifier("finess", FINESS)
        sheet.unique("finess")
        absent = _absent(sheet)
        parts += [_indicator(sheet, measure, site, absent) for measure in _measures(sheet)]
        sheet.finish()
        sites.append(_sites(sheet, site))
    indicators = pd.concat(parts).assign(unit="all", period=options["year"], source=options["source"])
    together = pd.concat(sites)
    return {"indicators": indicators, "establishments": together[~together["establishment"].duplicated()]}


def _measures(sheet: Sheet) -> list[Measure]:
    """List the indicators of a file from its column names; those of before 2019 end in ``_etbt``."""
    names = {name.casefold(): name for name in sheet.frame.columns}
    found = []
    for low, name in names.items():
        if match := _RESULT.fullmatch(low):
            found.append(Measure(code=f"iqss_{match['code'] or match['ratio']}", value=name))
        elif (match := _OLD_RESULT.fullmatch(low)) and not _OLD_OTHER.fullmatch(low):
            found.append(_old_measure(sheet, names, match["code"]))
    if not found:
        remedy = ("vérifier que le fichier est un fichier de résultats", "check that it is a file of results")
        sheet.problems.append(
            problem("aucune colonne de résultat", "no column of results", file=sheet.name, remedy=remedy)
        )
        sheet.finish()
    return found


def _old_measure(sheet: Sheet, names: Mapping[str, str], code: str) -> Measure:
    theme = "_".join(re.split(r"[-_]", sheet.name.casefold())[:2])
    short = code.split("_")[0]
    control = (f"resultat_{short}", f"resultat_{short[:3]}", f"{code}_pos_seuil_etbt")
    return Measure(
        code=f"iqss_{code}" if code.startswith(theme) else f"iqss_{theme}_{code}",
        value=names[f"{code}_etbt"],
        numerator=names.get(f"{code}_obs_etbt"),
        denominator=names.get(f"{code}_den_etbt") or names.get(f"{code}_att_etbt"),
        control=tuple(names[name] for name in control if name in names),
    )


def _indicator(sheet: Sheet, measure: Measure, site: pd.Series, absent: pd.Series) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    value, status = sheet.number(measure.value)
    blank = status == "not_available"
    refused = np.zeros(len(site), dtype=bool)
    for column in measure.control:
        refused |= sheet.cells(column).str.casefold().isin(_NOT_VALIDATED).to_numpy()
    status = np.where(blank & refused, "not_validated", np.where(blank & absent, "non_respondent", status))
    part = pd.DataFrame({"establishment": site, "code": measure.code, "value": value, "status": status})
    part["numerator"] = sheet.number(measure.numerator)[0] if measure.numerator else np.nan
    part["denominator"] = sheet.number(measure.denominator)[0] if measure.denominator else np.nan
    return part


def _absent(sheet: Sheet) -> pd.Series:
    """Say which hospitals did not take part (columns `repondant` or `Participation`, where there is one)."""
    import pandas as pd

    for column in ("repondant", "participation"):
        if sheet.find(column):
            return sheet.cells(column).str.casefold() == "non"
    return pd.Series(False, index=sheet.frame.index)


def _sites(sheet: Sheet, site: pd.Series) -> pd.DataFrame:
    import pandas as pd

    def first(*columns: str) -> pd.Series:
        known = next((column for column in columns if sheet.find(column)), None)
        return sheet.text(known) if known else pd.Series(None, index=sheet.frame.index, dtype="str")

    entity = first("finess_pmsi")
    return pd.DataFrame(
        {
            "establishment": site,
            "legal_entity": entity.mask(entity == site),
            "name": first("nom_ES", "raison_sociale", "rs"),
            "kind": "hospital",
            "region": region_names(first("region", "lib_reg", "libelle_region")),
        }
    )


def _recognises(columns: frozenset[str]) -> bool:
    return "finess" in columns and any(name.startswith("res_") or name.endswith("_etbt") for name in columns)


READERS.add(
    "iqss",
    Reader(
        name="iqss",
        title=Text(fr="HAS IQSS : indicateurs de qualité", en="HAS IQSS: quality indicators"),
        read=read,
        recognises=_recognises,
    ),
)
