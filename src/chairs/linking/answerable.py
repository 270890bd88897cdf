"""Says before any outcome is read which effect could be detected at all with these establishments and years."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.linking.ladder import FEWEST
from chairs.linking.protocol import Protocol
from chairs.stats.estimate import shown

if TYPE_CHECKING:
    import pandas as pd

POWER = 0.8
CLASSES = 5  # of an ordered outcome, where the protocol assumes nothing
TOO_FEW = Text(
    fr=f"moins de {FEWEST} établissements : seules la description et les cartes de contrôle sont honnêtes",
    en=f"fewer than {FEWEST} establishments: only description and control charts are honest",
)
STILL = Text(
    fr="l'exposition ne change pas à l'intérieur des établissements : la question ne peut pas être posée ainsi",
    en="the exposure does not change within establishments: the question cannot be asked like this",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """What one exposure of a protocol can show.

    Parameters
    ----------
    spread
        Standard deviation of the exposure as compared (within establishments and years, or between).
    detectable
        Smallest effect found in 80 % of studies, per `per` of the exposure, alone and in the family: in points, or in
        log odds of a higher class where the outcome is made of `classes`.
    reason
        Why nothing can be said.
    """

    exposure: str
    establishments: int
    rows: int
    spread: float
    detectable: float | None = None
    detectable_in_family: float | None = None
    reason: Text | None = None
    classes: bool = False

    def say(self, smallest: float, lang: Language = "fr") -> str:
        """Return one sentence: what is detectable, against what matters."""
        if self.reason or self.detectable is None or self.detectable_in_family is None:
            return f"{self.exposure} : {self.reason.say(lang) if self.reason else ''}"
        alone, family = shown(self.detectable, lang, ".2g"), shown(self.detectable_in_family, lang, ".2g")
        enough = self.detectable_in_family <= smallest
        if lang == "fr":
            verdict = "la question a une réponse possible" if enough else "la question ne peut pas être tranchée"
            points = "point" if self.detectable < 2 else "points"
            points = "(log-cotes d'une classe plus haute)" if self.classes else points
            return f"{self.exposure} : effet décelable {alone} {points}, {family} dans la famille ; {verdict}"
        verdict = "the question can be answered" if enough else "the question cannot be settled"
        points = "(log odds of a higher class)" if self.classes else "points"
        return f"{self.exposure}: detectable effect {alone} {points}, {family} in the family; {verdict}"


def answerable(
    indicators: pd.DataFrame, establishments: pd.DataFrame, protocol: Protocol, answers: float = 100.0
) -> tuple[Power, ...]:
    """Return what each exposure of the protocol could show; no outcome is read.

    Parameters
    ----------
    answers
        Answers expected of an establishment and year.

    Notes
    -----
    Standard error = s / (sd(x) sqrt(rows left)), with s² = year² + person² / answers (and site² for a comparison of
    establishments) from the protocol's `assumed`; detectable effect = (t_{1 - a/2} + t_{0.8}) standard errors with
    establishments - 1 degrees of freedom, a = 5 % alone and 5 % over the number of tests in the family (the first step
    of Benjamini-Hochberg when one effect is real). For K ordered classes, equally filled, a row an establishment:
    s² = 3 / (1 - 1/K²) (Whitehead 1993, *Statist. Med.* 12:2257-2271). Checked by simulation in
    `tests/unit/linking/test_verdict.py` and `test_ordered.py`.
    """
    import numpy as np
    from scipy.special import stdtrit

    found = []
    kinds = establishments.set_index("establishment")["kind"]
    for exposure in protocol.exposures:
        table = _compared(indicators, exposure, kinds, protocol)
        sites, rows = int(table["establishment"].nunique()), len(table)
        x = _as_compared(table, protocol.estimand)
        spread = float(np.sqrt((x**2).sum() / max(len(x), 1)))
        if sites < FEWEST:
            found.append(Power(exposure=exposure, establishments=sites, rows=rows, spread=spread, reason=TOO_FEW))
            continue
        if spread < 1e-12:
            found.append(Power(exposure=exposure, establishments=sites, rows=rows, spread=spread, reason=STILL))
            continue
        error = _error(protocol, answers) / math.sqrt(float((x**2).sum()))
        df, per = sites - 1, protocol.per.get(exposure, 1.0)
        levels = (0.05, 0.05 / len(protocol.pairs))
        reach = [float(stdtrit(df, 1 - a / 2) + stdtrit(df, POWER)) * error * per for a in levels]
        found.append(
            Power(
                exposure=exposure,
                establishments=sites,
                rows=rows,
                spread=spread,
                detectable=reach[0],
                detectable_in_family=reach[1],
                classes=protocol.model == "ordinal",
            )
        )
    return tuple(found)


def _compared(indicators: pd.DataFrame, exposure: str, kinds: pd.Series, protocol: Protocol) -> pd.DataFrame:
    rows = indicators[(indicators["code"] == exposure) & (indicators["unit"] == "all") & indicators["value"].notna()]
    rows = rows[rows["period"].str.len() == 4]
    rows = rows[rows["establishment"].map(kinds) == protocol.kind]
    return rows.rename(columns={"period": "year"})[["establishment", "year", "value"]]


def _as_compared(table: pd.DataFrame, estimand: str) -> pd.Series:
    """Return the exposure as the model sees it: means of establishments, or what years and means leave."""
    if estimand == "between":
        means = table.groupby("establishment")["value"].mean()
        return means - means.mean()
    years = table["value"] - table.groupby("year")["value"].transform("mean")
    return years - years.groupby(table["establishment"]).transform("mean")


def _error(protocol: Protocol, answers: float) -> float:
    if protocol.model == "ordinal":  # releases of one establishment are taken to repeat one another
        return math.sqrt(3 / (1 - protocol.assumed.get("classes", CLASSES) ** -2))
    assumed = {"site": 0.0, "year": 0.0, "person": 0.0, **protocol.assumed}
    site = assumed["site"] ** 2 if protocol.estimand == "between" else 0.0
    return math.sqrt(site + assumed["year"] ** 2 + assumed["person"] ** 2 / answers)
