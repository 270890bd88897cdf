"""Planted truths redrawn many times: non-response, tipping points, shrinkage, staggered programmes.

Each proof has its full size in the nightly run, where the bars are those of the acceptance table, and a small one in
the default run, where a share of redraws is only held against the binomial law of the bar.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from chairs.core.streams import stream
from chairs.stats.difference_in_differences import event_study
from chairs.stats.estimate import Estimate
from chairs.stats.imputation import impute
from chairs.stats.shrinkage import shrink
from chairs.stats.survey_design import survey_design
from chairs.stats.survey_estimates import means
from chairs.stats.tipping_point import tipping_point
from chairs.stats.weighting import calibrate

pytestmark = pytest.mark.reference
nightly = pytest.mark.nightly
TRUTH = 71.0


def not_below(count: int, of: int, share: float) -> bool:
    """Say whether so few are still possible (1 in 1,000) when the true share is `share`."""
    return bool(binom.cdf(count, of, share) > 0.001)


def survey(random: np.random.Generator, sites: int, people: int, slope: float = 0.0) -> pd.DataFrame:
    """Draw people of whom about half answer: more often when old or well, and `slope` log odds an SD when content."""
    site = np.repeat(np.arange(sites), people)
    age = 60 + 4 * random.standard_normal(sites)[site] + 15 * random.standard_normal(len(site))
    health = random.integers(1, 6, len(site)).astype(float)
    noise = random.standard_normal(len(site))
    score = TRUTH + 2.5 * random.standard_normal(sites)[site] + 0.08 * (age - 60) + 2 * (health - 3) + 14 * noise
    odds = -0.2 + 0.02 * (age - 60) + 0.15 * (health - 3) + slope * noise
    answers = random.random(len(site)) < 1 / (1 + np.exp(-odds))
    return pd.DataFrame({"site": site, "age": age, "health": health, "score": np.where(answers, score, np.nan)})


def mean_score(drawn: pd.DataFrame) -> Callable[[pd.DataFrame], Estimate]:
    """Return the analysis: the mean score of all who were asked, with the error of the sites they are drawn from."""
    design = survey_design(drawn, clusters="site")
    return lambda table: means(table, ["score"], design)[0]


def weighted_score(table: pd.DataFrame) -> Estimate:
    """Mean of those who answered, weighted to the people, ages and health of all who were asked."""
    answered = table.dropna()
    totals = {"(population)": len(table), "age": table["age"].sum(), "health": table["health"].sum()}
    return means(answered, ["score"], calibrate(answered, survey_design(answered, clusters="site"), totals))[0]


def holds(estimate: Estimate, truth: float) -> bool:
    return bool(estimate.low <= truth <= estimate.high)


def non_response(redraws: int, sites: int, people: int, m: int) -> pd.DataFrame:
    """Return bias and coverage of the naive, imputed and weighted mean with ignorable non-response."""
    rows = []
    for k in range(redraws):
        table = survey(stream(k, "redraws", "ignorable"), sites, people)
        done = impute(table, ["age", "health", "score"], "site", m=m, cycles=5, seed=k)
        found = {
            "naive": mean_score(table)(table),
            "imputed": done.analyse(mean_score(table)).result,
            "weighted": weighted_score(table),
        }
        rows.append({name: one.estimate - TRUTH for name, one in found.items()})
        rows[-1] |= {f"{name} holds": holds(one, TRUTH) for name, one in found.items()}
    return pd.DataFrame(rows)


@nightly
def test_ignorable_non_response_is_put_right():
    found = non_response(1000, 60, 50, 20)
    assert found["naive"].mean() > 0.5  # there is something to put right
    for method in ("imputed", "weighted"):
        assert abs(found[method].mean()) <= 0.2
        assert 0.93 <= found[f"{method} holds"].mean() <= 0.97


def test_ignorable_non_response_is_put_right_in_a_few_redraws():
    found = non_response(30, 40, 30, 5)
    for method in ("imputed", "weighted"):
        assert abs(found[method].mean()) <= 0.2 + 3 * found[method].std() / 30**0.5
        assert not_below(found[f"{method} holds"].sum(), 30, 0.93)


def bracketed(redraws: int, slope: float, sites: int, people: int, m: int) -> pd.DataFrame:
    """Say whether the tipping-point range holds the truth, and the interval under ignorable non-response."""
    rows = []
    for k in range(redraws):
        table = survey(stream(k, "redraws", "unignorable"), sites, people, slope)
        done = impute(table, ["age", "health", "score"], "site", m=m, cycles=5, seed=k)
        tips = tipping_point(done, "score", mean_score(table), steps=3)
        rows.append({"range": tips.low <= TRUTH <= tips.high, "ignored": holds(tips.at_random.result, TRUTH)})
    return pd.DataFrame(rows)


@nightly
@pytest.mark.parametrize("slope", [-0.4, 0.4, 0.69])
def test_a_tipping_point_brackets_the_truth(slope: float):
    found = bracketed(400, slope, 60, 50, 10)
    assert found["range"].mean() >= 0.9
    assert found["ignored"].mean() < 0.9  # there is something to bracket


def test_a_tipping_point_brackets_the_truth_in_a_few_redraws():
    found = bracketed(20, 0.5, 40, 40, 4)
    assert not_below(found["range"].sum(), 20, 0.9)
    assert found["ignored"].mean() < 0.9


def league(redraws: int, sites: int, spread: float, most: int) -> dict[str, float]:
    """Return the coverage of shrunken scores' intervals and of rank intervals, and both errors where λ < 0.8."""
    inside, ranked, raw, shrunk = [], [], [], []
    for k in range(redraws):
        random = stream(k, "redraws", "league", sites)
        true = 72 + spread * random.standard_normal(sites)
        n = random.integers(10, most, sites)
        sd = 14 * np.sqrt(random.chisquare(n - 1) / (n - 1))
        score = true + 14 / np.sqrt(n) * random.standard_normal(sites)
        table = shrink(pd.Series(score), pd.Series(sd / np.sqrt(n)), pd.Series(n), draws=400, seed=k).table
        rank = (-true).argsort().argsort() + 1
        inside.append(((table["low"] <= true) & (true <= table["high"])).mean())
        ranked.append(((table["rank_low"] <= rank) & (rank <= table["rank_high"])).mean())
        unsure = (table["reliability"] < 0.8).to_numpy()
        raw.extend((score - true)[unsure] ** 2)
        shrunk.extend((table["shrunk"].to_numpy() - true)[unsure] ** 2)
    errors = {"raw": np.mean(raw) ** 0.5 if raw else np.nan, "shrunk": np.mean(shrunk) ** 0.5 if raw else np.nan}
    return {"scores": float(np.mean(inside)), "ranks": float(np.mean(ranked)), **errors}


@nightly
@pytest.mark.parametrize("sites", [8, 15, 30, 60, 150])
def test_shrunken_scores_cover_the_truth_and_are_nearer_to_it(sites: int):
    found = league(1000, sites, 2.5, 200)
    assert 0.93 <= found["scores"] <= 0.97
    assert found["ranks"] >= 0.93
    assert found["shrunk"] < found["raw"]


def test_shrunken_scores_cover_the_truth_in_a_few_redraws():
    found = league(40, 40, 2.5, 200)
    assert 0.93 <= found["scores"] <= 0.97
    assert found["shrunk"] < found["raw"]


AT = {0: 2.0, 1: 2.5, 2: 3.0, 3: 3.5}


def programme(random: np.random.Generator, sites: int, people: int) -> pd.DataFrame:
    """Draw six years of answers; under half of the sites join in year 3, 4 or 5, the effect growing by half a point.

    As in the set planted_truth: sites that are better join more often, which levels, not trends, show.
    """
    level = 2.5 * random.standard_normal(sites)
    start = np.where(random.random(sites) < 1 / (1 + np.exp(0.2 - 0.2 * level)), random.choice([3, 4, 5], sites), 0)
    site = np.repeat(np.arange(sites), 6 * people)
    year = np.tile(np.repeat(np.arange(1, 7), people), sites)
    own = 1.2 * random.standard_normal((sites, 7))
    age = 60 + 15 * random.standard_normal(len(site))
    exposed = (start[site] > 0) & (year >= start[site])
    effect = np.where(exposed, 2 + 0.5 * (year - start[site]), 0.0)
    score = 71 + level[site] + own[site, year] + 0.3 * year + effect + 0.08 * (age - 60)
    score += 14 * random.standard_normal(len(site))
    return pd.DataFrame({"site": site, "year": year, "start": start[site], "age": age, "score": score})


def staggered(redraws: int, sites: int, people: int) -> pd.DataFrame:
    """Return the error at each event time, whether its interval holds the truth, and the p value before joining."""
    rows = []
    for k in range(redraws):
        study = event_study(
            programme(stream(k, "redraws", "programme"), sites, people), "score", "site", "year", "start", ["age"]
        )
        row: dict[str, float] = {"before": study.before.p}
        for event, truth in AT.items():
            row[f"{event}"] = study.at(event).estimate - truth
            row[f"{event} holds"] = holds(study.at(event), truth)
        rows.append(row)
    return pd.DataFrame(rows)


@nightly
def test_a_staggered_programme_is_found_without_bias():
    found = staggered(1000, 120, 25)
    for event, truth in AT.items():
        assert abs(found[f"{event}"].mean()) <= 0.05 * truth
        assert 0.93 <= found[f"{event} holds"].mean() <= 0.97
    assert 0.035 <= (found["before"] < 0.05).mean() <= 0.065


def test_a_staggered_programme_is_found_in_a_few_redraws():
    found = staggered(25, 60, 10)
    for event, truth in AT.items():
        assert abs(found[f"{event}"].mean()) <= 0.05 * truth + 3 * found[f"{event}"].std() / 25**0.5
        assert not_below(found[f"{event} holds"].sum(), 25, 0.93)
    assert not_below(int((found["before"] >= 0.05).sum()), 25, 0.935)


def figures(name: str) -> None:
    """Print the figures of one nightly proof: `python test_inference_redraws.py non_response`."""
    runs: dict[str, Callable[[], object]] = {
        "non_response": lambda: non_response(1000, 60, 50, 20).mean(),
        "tipping": lambda: [bracketed(400, slope, 60, 50, 10).mean().to_dict() for slope in (-0.4, 0.4, 0.69)],
        "league": lambda: {sites: league(1000, sites, 2.5, 200) for sites in (8, 15, 30, 60, 150)},
        "staggered": lambda: staggered(1000, 120, 25).assign(size=lambda t: t["before"] < 0.05).mean(),
    }
    sys.stdout.write(f"{runs[name]()}\n")


if __name__ == "__main__":
    figures(sys.argv[1])
