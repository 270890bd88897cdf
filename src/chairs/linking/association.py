"""Exploratory associations across establishments: rank correlations, crude and adjusted, with q values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chairs.core.errors import Language
from chairs.indicators.indicator import INDICATORS
from chairs.linking.join import Joined, joins
from chairs.linking.request import Request
from chairs.stats.multiplicity import q_values
from chairs.stats.rank import RankCorrelation, partial_spearman, spearman
from chairs.tables import CONTRACTS
from chairs.tables.links import ECOLOGICAL

if TYPE_CHECKING:
    import pandas as pd

SAME_PERIOD = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """One exploratory association; it says in words what it is, of whom, or why it is not valid."""

    exposure: str
    outcome: str
    adjusted_for: tuple[str, ...]
    correlation: RankCorrelation
    q: float | None = None

    @property
    def method(self) -> str:
        """Name of the method, as the table `links` writes it."""
        return "partial_spearman" if self.adjusted_for else "spearman"

    def say(self, lang: Language = "en") -> str:
        """Return the association as text, its level of comparison included."""
        given = ", ".join(self.adjusted_for)
        if lang == "fr":
            how = f"à {given} comparables" if given else "brute"
            head = f"Association exploratoire de {self.exposure} avec {self.outcome}, {how} : "
        else:
            how = f"given {given}" if given else "crude"
            head = f"Exploratory association of {self.exposure} with {self.outcome}, {how}: "
        return f"{head}{self.correlation.say(lang)}. {ECOLOGICAL.say(lang)}"

    def __str__(self) -> str:
        return self.say("en")


def associate(
    indicators: pd.DataFrame, scores: pd.DataFrame, establishments: pd.DataFrame, request: Request
) -> pd.DataFrame:
    """Return the table `links`: each exposure with each outcome, crude and adjusted (see `associations`)."""
    import pandas as pd

    contract = CONTRACTS["links"]
    rows = [
        {
            "protocol": request.protocol,
            "exposure": one.exposure,
            "outcome": one.outcome,
            "lag": SAME_PERIOD,
            "method": one.method,
            "adjusted_for": ", ".join(one.adjusted_for),
            "estimate": one.correlation.estimate,
            "low": one.correlation.low,
            "high": one.correlation.high,
            "q": one.q,
            "n": one.correlation.n,
            "status": "not_valid" if one.correlation.reason else "exploratory",
            "reason": one.correlation.reason,
        }
        for one in associations(indicators, scores, establishments, request)
    ]
    table = contract.conform(pd.DataFrame(rows, columns=list(contract.columns)))
    return table.sort_values(list(contract.order), kind="stable", ignore_index=True)


def associations(
    indicators: pd.DataFrame, scores: pd.DataFrame, establishments: pd.DataFrame, request: Request
) -> list[Association]:
    """Return the exploratory associations of `request`.

    Parameters
    ----------
    indicators, scores, establishments
        Tables of the same names.
    request
        Outcomes, exposures, covariates and year.

    Raises
    ------
    SettingError
        For an outcome that the scores do not have.

    Notes
    -----
    Establishments of the year that have both the score and the indicator are compared by Spearman's rank correlation
    (`chairs.stats.rank`), crude, then given size, legal status and emergency department. A covariate that is the
    exposure itself, or does not vary among the establishments compared, is left out; without any left there is no
    adjusted estimate. The q values are those of Benjamini & Hochberg; a family is all exposures with all dimensions
    of one instrument, crude and adjusted apart.

    Checked against figures computed apart for e-Satis 2019 and SAE 2019 (MCO beds -0.448, n 855).
    """
    found: list[Association] = []
    for joined in joins(indicators, scores, establishments, request):
        found += _pairs(joined, request)
    return _with_q(found)


def _pairs(joined: Joined, request: Request) -> Iterator[Association]:
    """Give the crude association of each exposure with one outcome, then the adjusted one where something varies."""
    import pandas as pd

    scored = joined.scored
    values, absent = joined.levels.loc[scored.index], pd.Series(float("nan"), index=scored.index)
    there = [code for code in values.columns if code in INDICATORS and values[code].notna().any()]
    for exposure in request.exposures or sorted(there):
        x = values[exposure] if exposure in values else absent
        crude = Association(
            exposure=exposure, outcome=joined.outcome, adjusted_for=(), correlation=spearman(x, scored["score"])
        )
        yield crude
        covariates = _covariates(scored[x.notna()], values, exposure, request)
        if not covariates.columns.empty:
            given = partial_spearman(x.loc[covariates.index], scored["score"].loc[covariates.index], covariates)
            yield replace(crude, adjusted_for=tuple(covariates.columns), correlation=given)


def _covariates(compared: pd.DataFrame, values: pd.DataFrame, exposure: str, request: Request) -> pd.DataFrame:
    """Return the covariates that vary among the establishments compared: size first, then the traits."""
    import pandas as pd

    size = next((code for code in request.sizes if code in values and values[code].notna().any()), None)
    columns = {} if size in (None, exposure) else {str(size): values.loc[compared.index, size]}
    columns |= {name: compared[name] for name in request.groups}
    varying = {name: column for name, column in columns.items() if len(column.dropna().unique()) > 1}
    return pd.DataFrame(varying, index=compared.index)


def _with_q(found: list[Association]) -> list[Association]:
    families: dict[tuple[str, str], list[int]] = {}
    for place, one in enumerate(found):
        families.setdefault((one.outcome.partition("/")[0], one.method), []).append(place)
    done = list(found)
    for places in families.values():
        known = {place: p for place in places if (p := found[place].correlation.p) is not None}
        for place, q in zip(known, q_values(list(known.values())), strict=True):
            done[place] = replace(found[place], q=float(q))
    return done
