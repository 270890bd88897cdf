"""Says which measures beside a score are of another year than it, and which have no value in the year compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases
from chairs.dashboards.comparison import indicator_period, indicator_values, lag
from chairs.dashboards.words import indicator, known

if TYPE_CHECKING:
    import pandas as pd


def told(study: Study, tables: Mapping[str, pd.DataFrame], rows: pd.DataFrame) -> list[Text]:
    """Return what is to be said of the years of `rows` (`code`, `period`), the measures shown; nothing where all agree.

    Named are the measures that the protocol takes before the score, those that are of another year for want of a value
    in the year wanted, then those that the establishment in focus has at some time, but not when they are compared.
    """
    shown = [(str(code), str(when)) for code, when in zip(rows["code"], rows["period"], strict=True)]
    late = {code for code, _ in shown if lag(study, tables, code)}
    other = [(code, when) for code, when in shown if when != indicator_period(study, tables, code)]
    lists = (
        (LAGGED, [one for one in shown if one[0] in late and one not in other]),
        (BEFORE_LAG, [one for one in other if one[0] in late]),
        (OTHER_YEAR, [one for one in other if one[0] not in late]),
        (NO_VALUE, [(code, "") for code in _unplaced(study, tables, set(rows["code"]))]),
    )
    return [_listed(head, measures) for head, measures in lists if measures]


def _unplaced(study: Study, tables: Mapping[str, pd.DataFrame], shown: set[str]) -> list[str]:
    own = tables["indicators"]
    own = own[(own["establishment"] == study.focus) & (own["unit"] == "all") & own["value"].notna()]
    codes = sorted(code for code in set(own["code"]) - shown if known(code))
    return [code for code in codes if study.focus not in set(indicator_values(study, tables, code)["establishment"])]


def _listed(head: Text, measures: list[tuple[str, str]]) -> Text:
    def said(lang: Language) -> str:
        names = [
            indicator(code).say(lang) + (f" ({fmt.period(when, lang)})" if when else "") for code, when in measures
        ]
        return f"{head.say(lang)} {fmt.listing(names, lang)}."

    return phrases.both(said)


LAGGED = Text(
    fr="D'une année antérieure à celle du score, comme le protocole le déclare :",
    en="Of an earlier year than the score, as the protocol declares:",
)
BEFORE_LAG = Text(
    fr="D'une année antérieure à celle que le protocole déclare, faute de valeur cette année-là :",
    en="Of an earlier year than the protocol declares, for want of a value of that year:",
)
OTHER_YEAR = Text(
    fr="D'une autre année que le score, faute de valeur la même année :",
    en="Of another year than the score, for want of a value of the same year:",
)
NO_VALUE = Text(
    fr="Sans valeur de l'établissement dans l'année comparée, donc non montrées :",
    en="Without a value of the establishment in the year compared, hence not shown:",
)
