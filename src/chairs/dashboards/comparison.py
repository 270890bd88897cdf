"""Brings indicators, scores and establishments together: who is compared with whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases
from chairs.dashboards.words import label, outcome_of

if TYPE_CHECKING:
    import pandas as pd


YEAR = 4  # characters of a year; the links compare years, so do the figures beside them


def compared_period(study: Study, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the period in which the study's outcome is compared: the one that the links compare.

    Table `coverage` tells it. Without one, it is the study's own year, else the last year with a score up to the end of
    the study's period. Empty where nothing tells it.

    Examples
    --------
    >>> import pandas as pd
    >>> from chairs.core.errors import Text
    >>> ask = Study(name="x", title=Text(fr="X", en="X"), question=Text(fr="?", en="?"), level="public",
    ...     period="2016-2017", stages=(), outcome="form/all")
    >>> scores = pd.DataFrame({"establishment": ["A", "B", "A", "A"], "period": ["2015", "2015", "2017", "2018"],
    ...     "unit": "all", "instrument": "form", "dimension": "all", "score": 70.0})
    >>> compared_period(ask, {"scores": scores})
    '2017'
    """
    covered = tables.get("coverage")
    if covered is not None and len(covered):
        periods = covered.loc[covered["outcome"] == outcome_of(study, covered["outcome"]), "period"].dropna()
        if len(periods):
            return str(periods.max())
    if len(study.period) == YEAR or "scores" not in tables:
        return study.period if len(study.period) == YEAR else ""
    last = max(re.findall(r"\d{4}", study.period), default="")
    scores = _own(study, tables["scores"])
    scored = scores.loc[(scores["period"].str.len() == YEAR) & scores["score"].notna(), "period"]
    return str(max((one for one in scored.unique() if one <= last), default=""))


def outcome_scores(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the scores of the study's outcome in the period compared: one row an establishment, with status and n."""
    own = _own(study, tables["scores"])
    return own[own["period"] == compared_period(study, tables)].sort_values("establishment", ignore_index=True)


def indicator_values(study: Study, tables: Mapping[str, pd.DataFrame], code: str) -> pd.DataFrame:
    """Return one indicator in the period that goes with the outcome: one row an establishment, values that are there.

    The period is that of the links: the outcome's, less the years that they lag behind it. Where nobody has a value
    then, it is the last year before with one; a later year, or a month, never stands for it. No row: there is none.
    """
    every = tables["indicators"]
    every = every[(every["code"] == code) & (every["unit"] == "all") & every["value"].notna()]
    wanted = compared_period(study, tables)
    wanted = str(int(wanted) - _lag(study, tables, code)) if wanted else ""
    before = every.loc[(every["period"].str.len() == YEAR) & (every["period"] <= wanted), "period"]
    period = before.max() if len(before) else ""
    return every[every["period"] == period].sort_values("establishment", ignore_index=True)


def establishments_joined(study: Study, tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Return the establishments with a row, in the period compared, of an indicator that the links examine."""
    indicators, links = tables["indicators"], tables.get("links")
    if links is not None and len(links):
        examined = set(links.loc[links["outcome"] == outcome_of(study, links["outcome"]), "exposure"])
        indicators = indicators[indicators["code"].isin(examined)]
    return set(indicators.loc[indicators["period"] == compared_period(study, tables), "establishment"])


def _own(study: Study, scores: pd.DataFrame) -> pd.DataFrame:
    names = scores["instrument"].astype(str) + "/" + scores["dimension"].astype(str)
    return scores[(names == outcome_of(study, names)) & (scores["unit"] == "all")]


def _lag(study: Study, tables: Mapping[str, pd.DataFrame], code: str) -> int:
    """Return the years from an indicator to the outcome in the links: those examined, else those declared."""
    for name in ("links", "claims"):
        table = tables.get(name)
        if table is not None and len(table):
            own = table[(table["outcome"] == outcome_of(study, table["outcome"])) & (table["exposure"] == code)]
            if len(own):
                return int(own["lag"].iloc[0])
    return 0


def unsorted(groups: pd.DataFrame) -> Text | None:
    """Return how many of all are in no group of a trait, since it is not known of them; None where all are in one.

    Parameters
    ----------
    groups
        `group` (the first row all, then "trait=value") and `scored`, the establishments in it.

    Examples
    --------
    >>> import pandas as pd
    >>> groups = ["every", "status=public", "status=private_for_profit"]
    >>> unsorted(pd.DataFrame({"group": groups, "scored": [9, 5, 3]})).en
    'Counted under “all” but in no group: 1 (legal status not known).'
    """
    everyone = int(groups["scored"].iloc[0])
    parts = groups[groups["group"].str.contains("=")]
    lacking = [
        (str(trait), everyone - int(part.sum()))
        for trait, part in parts["scored"].groupby(parts["group"].str.partition("=")[0])
        if part.notna().all() and part.sum() < everyone
    ]
    if not lacking:
        return None

    def said(lang: Language) -> str:
        each = [f"{fmt.number(count, lang)} ({UNKNOWN[trait].say(lang)})" for trait, count in lacking]
        return f"{UNSORTED.say(lang)} {fmt.listing(each, lang)}."

    return phrases.both(said)


def peers(study: Study, establishments: pd.DataFrame) -> pd.DataFrame:
    """Return the establishments like the one in focus: same kind, legal status and ED, itself left out.

    Without a focus, or when it is not in the table, there are none.
    """
    import pandas as pd

    own = establishments[establishments["establishment"] == (study.focus or "")]
    if own.empty:
        return establishments.iloc[0:0]
    like = establishments["establishment"] != study.focus
    for trait in ("kind", "status", "emergency"):
        value = own[trait].iloc[0]
        same = establishments[trait].isna() if pd.isna(value) else (establishments[trait] == value).fillna(False)
        like &= same.astype(bool)
    return establishments[like]


def peers_words(study: Study, establishments: pd.DataFrame, lang: Language) -> str:
    """Return in words what the establishments compared share."""
    import pandas as pd

    own = establishments[establishments["establishment"] == (study.focus or "")].iloc[0]
    parts = [] if pd.isna(own["status"]) else [label(study, str(own["status"])).say(lang)]
    if not pd.isna(own["emergency"]):
        words = {"fr": ("sans urgences", "avec urgences"), "en": ("without an ED", "with an ED")}[lang]
        parts.append(words[int(own["emergency"])])
    return ", ".join(parts) or ("même nature" if lang == "fr" else "same kind")


def focus_name(study: Study, establishments: pd.DataFrame) -> str:
    """Return the name of the establishment in focus as the table writes it, else its identifier."""
    own = establishments[establishments["establishment"] == (study.focus or "")]
    name = own["name"].iloc[0] if len(own) else None
    return str(name).strip() if isinstance(name, str) and name.strip() else str(study.focus or "")


UNKNOWN = {
    "status": Text(fr="statut inconnu", en="legal status not known"),
    "emergency": Text(fr="présence d'urgences inconnue", en="not known whether it has an ED"),
}
UNSORTED = Text(fr="Comptés dans « tous » mais dans aucun groupe :", en="Counted under “all” but in no group:")
