"""Brings indicators, scores and establishments together: who is compared with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chairs.core.errors import Language
from chairs.core.study import Study
from chairs.dashboards.words import label, outcome_of

if TYPE_CHECKING:
    import pandas as pd


def outcome_scores(study: Study, scores: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of the study's outcome: one row an establishment, with status and n."""
    names = scores["instrument"].astype(str) + "/" + scores["dimension"].astype(str)
    chosen = scores[(names == outcome_of(study, names)) & (scores["unit"] == "all")]
    return one_period(chosen)


def indicator_values(indicators: pd.DataFrame, code: str) -> pd.DataFrame:
    """Return one indicator: one row an establishment, only values that are there."""
    chosen = indicators[(indicators["code"] == code) & (indicators["unit"] == "all") & indicators["value"].notna()]
    return one_period(chosen)


def establishments_joined(study: Study, indicators: pd.DataFrame, links: pd.DataFrame | None) -> set[str]:
    """Return the establishments with a row of an indicator examined in `links` (any indicator without links)."""
    if links is not None and len(links):
        examined = set(links.loc[links["outcome"] == outcome_of(study, links["outcome"]), "exposure"])
        indicators = indicators[indicators["code"].isin(examined)]
    return set(indicators["establishment"])


def one_period(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the period that most establishments have, the latest of equals: grains are not mixed."""
    if frame.empty:
        return frame
    counts = frame.groupby("period")["establishment"].nunique()
    period = counts[counts == counts.max()].index.max()
    return frame[frame["period"] == period].sort_values("establishment", ignore_index=True)


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
