"""Monthly series of the establishment in focus, each with its control chart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import Text
from chairs.core.study import Study
from chairs.dashboards.comparison import outcome_compared
from chairs.dashboards.words import known, measured, outcome, scale
from chairs.stats.control_charts import FEWEST, ControlChart, xmr
from chairs.stats.run_charts import RunChart, run_chart

if TYPE_CHECKING:
    import pandas as pd

MONTH = r"\d{4}-\d{2}"
SCORE = "score:"  # before the name of an outcome, where measures are named


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One measure by month: its code, what it is called, whether more is better (+1), worse (-1) or neither (0)."""

    code: str
    label: Text
    better: int
    months: tuple[str, ...]
    chart: ControlChart


def monthly_series(study: Study, indicators: pd.DataFrame, scores: pd.DataFrame | None) -> tuple[list[Series], int]:
    """Return the series of the focus, whole establishment, and how many were left out for a month without a value.

    A masked or missing month is not bridged: limits across a gap would be those of another series.
    """
    found, gaps = [], 0
    for code, label, better, rows in _by_month(study, indicators, scores):
        if len(rows) < FEWEST:
            continue
        if rows["value"].isna().any() or not _consecutive(rows["period"].tolist()):
            gaps += 1
            continue
        chart = xmr(rows["value"].tolist())
        if chart.reason is None:
            months = tuple(rows["period"].astype(str))
            found.append(Series(code=code, label=label, better=better, months=months, chart=chart))
    return found, gaps


def short_series(study: Study, indicators: pd.DataFrame, scores: pd.DataFrame | None) -> list[tuple[Text, RunChart]]:
    """Return the run chart of each measure with months too few for limits and enough for a run."""
    short = [it for it in _by_month(study, indicators, scores) if len(it[3]) < FEWEST]
    whole = [it for it in short if it[3]["value"].notna().all() and _consecutive(it[3]["period"].tolist())]
    charts = [(label, run_chart(rows["value"].tolist())) for _, label, _, rows in whole]
    return [(label, chart) for label, chart in charts if chart.reason is None]


def _by_month(
    study: Study, indicators: pd.DataFrame, scores: pd.DataFrame | None
) -> Iterator[tuple[str, Text, int, pd.DataFrame]]:
    for code, label, better, rows in [*_of_indicators(study, indicators), *_of_scores(study, scores)]:
        months = rows[rows["period"].astype(str).str.fullmatch(MONTH)].sort_values("period")
        if len(months):
            yield code, label, better, months


def _of_indicators(study: Study, indicators: pd.DataFrame) -> list[tuple[str, Text, int, pd.DataFrame]]:
    from chairs.indicators.indicator import INDICATORS

    own = indicators[(indicators["establishment"] == (study.focus or "")) & (indicators["unit"] == "all")]
    return [
        (
            str(code),
            measured(str(code)),
            INDICATORS[str(code)].direction,
            rows.assign(value=rows["value"] * scale(str(code))),
        )
        for code, rows in own.groupby("code", sort=True)
        if known(str(code))
    ]


def _of_scores(study: Study, scores: pd.DataFrame | None) -> list[tuple[str, Text, int, pd.DataFrame]]:
    if scores is None or scores.empty:
        return []
    names = scores["instrument"].astype(str) + "/" + scores["dimension"].astype(str)
    scale_of = outcome_compared(study, {"scores": scores}).partition("/")[0]
    own = scores.assign(name=names)[(scores["establishment"] == (study.focus or "")) & (scores["unit"] == "all")]
    own = own[own["instrument"] == scale_of].rename(columns={"score": "value"})
    return [(SCORE + str(name), outcome(str(name)), 1, rows) for name, rows in own.groupby("name", sort=True)]


def _consecutive(months: list[str]) -> bool:
    ranks = [12 * int(month[:4]) + int(month[5:7]) for month in months]
    return ranks == list(range(ranks[0], ranks[0] + len(ranks)))
