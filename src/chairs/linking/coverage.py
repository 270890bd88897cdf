"""Counts who stands behind each link, and the mean outcome of the groups compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chairs.linking.join import Joined, joins
from chairs.linking.request import Request
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import pandas as pd


def coverage(
    indicators: pd.DataFrame, scores: pd.DataFrame, establishments: pd.DataFrame, request: Request
) -> pd.DataFrame:
    """Return the table `coverage`: sites surveyed, joined, scored, compared, and mean outcome by group.

    Each outcome has one row of `surveyed` (sites in the survey), `joined` (those with a row of indicators in the same
    year), `scored` (those of them with a score), one `compared` an indicator (those of them with a value) and one
    `mean_outcome` a value of each trait adjusted for, among the scored.

    Raises
    ------
    SettingError
        For an outcome that the scores do not have.
    """
    import pandas as pd

    contract = CONTRACTS["coverage"]
    rows: list[dict[str, Any]] = []
    for joined in joins(indicators, scores, establishments, request):
        place = {"protocol": request.protocol, "outcome": joined.outcome, "period": joined.period}
        rows += [place | row for row in (*_counts(joined), *_means(joined, request))]
    table = contract.conform(pd.DataFrame(rows, columns=list(contract.columns)))
    return table.sort_values(list(contract.order), kind="stable", ignore_index=True)


def _counts(joined: Joined) -> Iterator[dict[str, Any]]:
    surveyed, scored = joined.surveyed, joined.scored
    for measure, n in (("surveyed", len(surveyed)), ("joined", int(surveyed["joined"].sum())), ("scored", len(scored))):
        yield {"measure": measure, "subject": "", "value": float(n), "n": n}
    known = joined.levels.loc[scored.index].notna().sum()
    for code, n in known.items():
        yield {"measure": "compared", "subject": str(code), "value": float(n), "n": int(n)}


def _means(joined: Joined, request: Request) -> Iterator[dict[str, Any]]:
    for trait in request.groups:
        groups = joined.scored.groupby(joined.scored[trait].astype(str).where(joined.scored[trait].notna()))["score"]
        for level, score in groups:
            yield {
                "measure": "mean_outcome",
                "subject": f"{trait}={str(level).lower()}",
                "value": float(score.mean()),
                "n": len(score),
            }
