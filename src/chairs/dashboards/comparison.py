"""Brings indicators, scores and establishments together: who is compared with whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases
from chairs.dashboards.words import label

if TYPE_CHECKING:
    import pandas as pd


YEAR = 4  # characters of a year; the links compare years, so do the figures beside them


def compared_period(study: Study, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the period in which the study's outcome is compared: the one that the links compare.

    Table `coverage` tells it. Without one, it is the study's own year, else the last year with a score up to the end of
    the study's period. Scores by month or quarter only: the last of these with a score inside the study's period. Empty
    where nothing tells it.

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
    >>> compared_period(ask, {"scores": scores.assign(period=["2017-Q3", "2017-Q4", "2017-Q1", "2018-Q1"])})
    '2017-Q4'
    """
    covered = tables.get("coverage")
    if covered is not None and len(covered):
        periods = covered.loc[covered["outcome"] == outcome_compared(study, tables), "period"].dropna()
        if found := max(periods, default=""):
            return str(found)
    named = study.period if len(study.period) == YEAR else ""
    if "scores" not in tables:
        return named
    scores = _own(study, tables)
    yearly = scores["period"].str.len() == YEAR
    scored = scores.loc[scores["score"].notna(), "period"].unique()
    if len(scores) and not yearly.any():
        first, last = _months(study.period)
        inside = [one for one in scored if first <= _months(one)[0] and _months(one)[1] <= last]
        return str(max(inside, key=lambda one: (_months(one)[1], one), default=named))
    year = max(re.findall(r"\d{4}", study.period), default="")
    return named or str(max((one for one in scored if len(one) == YEAR and one <= year), default=""))


def outcome_compared(study: Study, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the outcome that is compared, chosen once for all figures: the study's, else the first of the scores.

    Each table would choose another where the study names none. Without scores, it is the first of `coverage`, then of
    `links`; empty where no table tells.
    """
    scores = tables.get("scores")
    if scores is not None and len(scores):
        names = sorted(set(scores["instrument"].astype(str) + "/" + scores["dimension"].astype(str)))
    else:
        told = (tables[name]["outcome"] for name in ("coverage", "links") if name in tables)
        names = next((sorted(set(one)) for one in told if len(one)), [])
    own = study.outcome if study.outcome in names else next(iter(names), "")
    return str(own)


def outcome_scores(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the scores of the study's outcome in the period compared: one row an establishment, with status and n."""
    own = _own(study, tables)
    return own[own["period"] == compared_period(study, tables)].sort_values("establishment", ignore_index=True)


def indicator_values(study: Study, tables: Mapping[str, pd.DataFrame], code: str) -> pd.DataFrame:
    """Return one indicator in the period that goes with the outcome: one row an establishment, values that are there.

    The period is `indicator_period`. Where nobody has a value then, it is the last one before of the same length (year,
    quarter, month); a later one, or a shorter one, never stands for it. No row: there is none.
    """
    every = tables["indicators"]
    every = every[(every["code"] == code) & (every["unit"] == "all") & every["value"].notna()]
    wanted = indicator_period(study, tables, code)
    alike = (every["period"].str.len() == len(wanted)) & (every["period"].str.contains("Q") == ("Q" in wanted))
    before = every.loc[alike & (every["period"] <= wanted), "period"]
    period = before.max() if len(before) else ""
    return every[every["period"] == period].sort_values("establishment", ignore_index=True)


def indicator_period(study: Study, tables: Mapping[str, pd.DataFrame], code: str) -> str:
    """Return the period of an indicator that goes with the outcome: the outcome's, less the lag that is declared."""
    period = compared_period(study, tables)
    return f"{int(period[:YEAR]) - lag(study, tables, code)}{period[YEAR:]}" if period else ""


def lag(study: Study, tables: Mapping[str, pd.DataFrame], code: str) -> int:
    """Return the years from an indicator to the outcome in the claim of both, from table `claims`; 0 without one.

    Table `links` compares the same year always: its lag says nothing of what the protocol declares.
    """
    claims = tables.get("claims")
    if claims is None or claims.empty:
        return 0
    own = claims[(claims["outcome"] == outcome_compared(study, tables)) & (claims["exposure"] == code)]
    declared = own["lag"].dropna()
    return int(declared.iloc[0]) if len(declared) else 0


def establishments_joined(study: Study, tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Return the establishments with a row, in the period compared, of an indicator that the links examine."""
    indicators, links = tables["indicators"], tables.get("links")
    if links is not None and len(links):
        examined = set(links.loc[links["outcome"] == outcome_compared(study, tables), "exposure"])
        indicators = indicators[indicators["code"].isin(examined)]
    return set(indicators.loc[indicators["period"] == compared_period(study, tables), "establishment"])


def _own(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    scores = tables["scores"]
    names = scores["instrument"].astype(str) + "/" + scores["dimension"].astype(str)
    return scores[(names == outcome_compared(study, tables)) & (scores["unit"] == "all")]


def _months(period: str) -> tuple[str, str]:
    """Return the first and the last month of a period (2016-2017, 2024, 2024-Q3, 2024-03, two joined by "/")."""
    first, _, last = period.partition("/")
    if last:
        return _months(first)[0], _months(last)[1]
    if quarter := re.fullmatch(r"(\d{4})-Q([1-4])", period):
        end = 3 * int(quarter[2])
        return f"{quarter[1]}-{end - 2:02}", f"{quarter[1]}-{end:02}"
    if re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", period):
        return period[:7], period[:7]
    years = re.findall(r"\d{4}", period) or [""]
    return f"{min(years)}-01", f"{max(years)}-12"


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
