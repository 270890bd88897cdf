"""Bad input from the answers to the claim: each gets a reason in words, never a number that means nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import DataError, Text
from chairs.core.streams import stream
from chairs.linking import writing
from chairs.linking.cells import Sources
from chairs.linking.protocol import Protocol
from chairs.linking.verdict import verdicts
from chairs.stats.estimate import REASONS
from chairs.surveys.instrument import instrument
from chairs.surveys.scoring import score

pytestmark = pytest.mark.unit
NUMBERS = ["estimate", "low", "high", "q", "robustness"]


def answers(codes: list[str], year: str = "2024", site: str = "H1", who: str = "r") -> pd.DataFrame:
    rows = [{"respondent": f"{who}{year}{k}", "item": "CSAT", "answer": code} for k, code in enumerate(codes)]
    return pd.DataFrame(rows).assign(establishment=site, unit="all", period=year, instrument="csat-ces", mode="web")


def waves() -> pd.DataFrame:
    """Three waves on a scale of five, then one that only ever uses four of its codes."""
    draw = stream(2, "waves")
    usual = [answers([str(c) for c in draw.integers(1, 6, 300)], year) for year in ("2021", "2022", "2023")]
    return pd.concat([*usual, answers([str(c) for c in draw.integers(1, 5, 300)], "2024")], ignore_index=True)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (lambda: answers(["5", "4", "77"]), ("code inconnu", "code unknown")),
        (waves, ("échelle", "scale")),
        (lambda: pd.concat([answers(["5"] * 40)] * 2, ignore_index=True), ("réponse en double", "second answer")),
        (lambda: pd.concat([answers(["5"]), answers(["5"], site="H2")]), ("répondant", "respondent")),
    ],
)
def test_answers_that_cannot_be_scored_are_refused_by_row(
    table: Callable[[], pd.DataFrame], words: tuple[str, str]
) -> None:
    with pytest.raises(DataError) as error:
        score(table().reset_index(drop=True), None, [instrument("csat-ces")])
    assert words[0] in error.value.say("fr")
    assert words[1] in error.value.say("en")
    assert "77" not in error.value.say("fr"), "no value of a file is repeated"


def test_a_site_with_three_answers_has_a_status_and_no_number() -> None:
    table = score(answers(["5", "1", "3"]), None, [instrument("csat-ces")])
    asked = table[table["dimension"] == "csat"] if (table["dimension"] == "csat").any() else table[table["n"] == 3]
    assert set(asked["status"]) == {"below_floor"}
    assert asked[["score", "se", "low", "high", "reliability", "shrunken", "rank", "weighted"]].isna().all().all()


def doubled(sources: Sources) -> Sources:
    """A covariate that is the exposure in another unit."""
    copy = sources.indicators.assign(code="copy", value=lambda t: 2 * t["value"] + 3)
    return again(sources, indicators=pd.concat([sources.indicators, copy], ignore_index=True))


def again(sources: Sources, indicators: pd.DataFrame | None = None, scores: pd.DataFrame | None = None) -> Sources:
    told = sources.scores if scores is None else scores
    return Sources.of(
        sources.indicators if indicators is None else indicators, told.drop(columns="outcome"), sources.establishments
    )


def flat(sources: Sources) -> Sources:
    return again(sources, scores=sources.scores.assign(score=70.0))


def alone(sources: Sources) -> Sources:
    return again(sources, scores=sources.scores[sources.scores["establishment"] == "H000"])


@pytest.mark.parametrize(
    ("spoil", "covariates", "reason"),
    [(doubled, ("copy",), "collinear"), (flat, (), "constant_outcome"), (alone, (), "too_few")],
)
@pytest.mark.parametrize("estimand", ["within", "between"])
def test_a_link_that_cannot_be_estimated_has_a_reason_and_no_number(
    planted: Any, spoil: Callable[[Sources], Sources], covariates: tuple[str, ...], reason: str, estimand: Any
) -> None:
    asked = {"exposures": ("x",), "outcomes": ("i/d",), "lag": 0, "covariates": covariates, "estimand": estimand}
    protocol = Protocol(name="p", study="s", question=Text(fr="?", en="?"), ladder=("double_ml",), **asked)
    found = verdicts(spoil(planted.panel(planted.Planted(), 1)), protocol)
    claim = writing.claims(found, protocol).iloc[0]
    assert claim["claim"] == "not_valid"
    assert claim["reason"] == reason
    assert claim[NUMBERS].isna().all()
    assert REASONS[reason].fr in found[0].primary.say("fr")
    steps = writing.claim_steps(found, protocol)
    judged = steps[steps["rung"] != "description"]  # the crude description holds nothing equal
    assert judged["estimate"].isna().all()
    assert judged["reason"].notna().all()


@pytest.mark.parametrize("where", ["exposure", "outcome"])
@pytest.mark.parametrize("far", [np.inf, -np.inf])
def test_an_infinite_number_is_a_missing_one(planted: Any, where: str, far: float) -> None:
    sources = planted.panel(planted.Planted(sites=20), 1)
    asked = {"exposures": ("x",), "outcomes": ("i/d",), "lag": 0, "estimand": "within"}
    protocol = Protocol(name="p", study="s", question=Text(fr="?", en="?"), ladder=("double_ml",), **asked)
    found = []
    for number in (far, np.nan):
        indicators, scores = sources.indicators.copy(), sources.scores.copy()
        spoilt, column = (indicators, "value") if where == "exposure" else (scores, "score")
        spoilt.iloc[[3, 40], spoilt.columns.get_loc(column)] = number
        found.append(verdicts(again(sources, indicators, scores), protocol)[0])
    assert found[0].primary == found[1].primary
    assert found[0].steps == found[1].steps
    assert found[0].primary.n == 98


def test_a_covariate_that_others_determine_harms_nothing(planted: Any) -> None:
    sources = planted.panel(planted.Planted(), 1)
    size = sources.indicators.assign(code="size", value=lambda t: stream(3, "size").standard_normal(len(t)))
    half = size.assign(code="half", value=size["value"] / 2)
    both = again(sources, indicators=pd.concat([sources.indicators, size, half], ignore_index=True))
    one, two = (
        verdicts(
            both,
            Protocol(
                name="p", study="s", question=Text(fr="?", en="?"), estimand="within", lag=0, exposures=("x",),
                outcomes=("i/d",), covariates=names,
            ),
        )[0].primary
        for names in (("size",), ("size", "half"))
    )  # fmt: skip
    assert two.estimate == pytest.approx(one.estimate)
    assert two.se == pytest.approx(one.se)


def test_repeated_rows_and_text_are_refused_and_not_counted(planted: Any) -> None:
    sources = planted.panel(planted.Planted(sites=20), 1)
    scores = sources.scores.drop(columns="outcome")
    tables = {"indicators": sources.indicators, "scores": scores, "establishments": sources.establishments}
    for name, table in tables.items():
        twice = pd.concat([table, table.iloc[[3]]], ignore_index=True)
        with pytest.raises(DataError, match=f"^{name}: 1 rows repeat the same key"):
            Sources.of(**(tables | {name: twice}))
    for name, column in (("indicators", "value"), ("scores", "score"), ("scores", "n")):
        text = tables[name].assign(**{column: "high"})
        with pytest.raises(DataError, match=f'column "{column}": the column is not numeric'):
            Sources.of(**(tables | {name: text}))
