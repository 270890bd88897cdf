"""Declared links on redraws of the demonstration territory: what is planted is found, what is not is not.

Each redraw makes new hospitals, indicators, respondents and non-response; the first 8, 15, 30, 60 or 150 hospitals are
the study. The program is the one of `chairs link redraws`; the ordinary tests draw 100 times, `make studies` 1,000.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pandas as pd
import pytest
from scipy.special import betaincinv, ndtr

from chairs.core.errors import SettingError
from chairs.demo import redraw as one
from chairs.demo.plan import make_plan
from chairs.demo.planted import read_planted
from chairs.demo.redraw_figures import Figure, figures
from chairs.demo.redraws import RedrawTables, planted_slope, redraws
from chairs.demo.surveys import PATIENTS, invited_people
from chairs.linking.cells import Sources, cells
from chairs.linking.ladder import FEWEST, primary
from chairs.linking.protocol import Protocol, read_protocol
from chairs.linking.specification import curve
from chairs.store import paths
from chairs.surveys.instrument import instrument
from chairs.surveys.scoring import score

pytestmark = pytest.mark.reference
PLANTED = read_planted()
DIMENSIONS = ("accueil", "pec_inf")
OUTCOMES = tuple(f"{PATIENTS}/{name}" for name in DIMENSIONS)


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return read_protocol(paths.protocol_file("demo"))


@pytest.fixture(scope="module")
def hundred(protocol: Protocol) -> RedrawTables:
    """Redraws of a part of the family: every planted effect, and seven pairs without one."""
    exposures = ("absenteeism", "care_fte_per_bed", "training_hours_per_fte", "turnover", "debt_ratio")
    part = replace(protocol, exposures=exposures, outcomes=OUTCOMES, negative_outcomes=())
    return redraws(part, (FEWEST, 15, 30, 60, 150), 100)


def missed(said: tuple[Figure, ...]) -> list[str]:
    return [figure.say("en") for figure in said if not figure.holds]


def test_what_is_planted_is_found_in_100_redraws(hundred: RedrawTables) -> None:
    said = tuple(one for one in figures(hundred) if one.check != "confounded")  # that of turnover shows on `pec_med`
    assert missed(said) == []
    coverage = [figure for figure in said if figure.check == "coverage"]
    assert len(coverage) == 5 * 3  # sizes and planted effects
    assert all(round(figure.share * 100) >= 87 for figure in coverage)
    assert {figure.check for figure in said} == {"coverage", "false_alarms", "false_discoveries", "non_response"}


def test_ignoring_non_response_misses_the_truth(hundred: RedrawTables) -> None:
    silent = hundred.silent
    assert (silent["ignored_low"].le(silent["truth"]) & silent["ignored_high"].ge(silent["truth"])).mean() < 0.5


@pytest.mark.nightly
def test_what_is_planted_is_found_in_1000_redraws(protocol: Protocol) -> None:
    found = redraws(protocol, (8, 15, 30, 60, 150), 1_000)
    assert missed(figures(found)) == []
    asked = one.draw_again(1, DIMENSIONS, 150).asked
    largest = found.pairs[found.pairs["sites"] == 150].groupby(["exposure", "outcome"])["estimate"].agg(["mean", "sem"])
    for pair in protocol.pairs:
        if slope := planted_slope(*pair):
            kept = share_kept(asked[f"{pair[1].partition('/')[2]} {one.LIVED}"].mean())
            mean, error = largest.loc[pair]
            assert abs(mean - kept * slope) < 3 * error


def share_kept(score: float) -> float:
    """Return the share of an effect on all invited that those who answer show, by the generator's own law.

    The dissatisfied answer less, whom an effect moves more: about 0.95 near 80 points.
    """
    return mean_of_answers(score + 0.5) - mean_of_answers(score - 0.5)


def mean_of_answers(score: float) -> float:
    """Return the mean score of those who answer where the mean of all invited is `score`, leanings integrated out."""
    answering, spread = PLANTED.answering, PLANTED.spread
    z, weight = np.polynomial.hermite_e.hermegauss(60)
    weight /= weight.sum()
    law = ndtr(np.sqrt(spread.common) * z[:, None] + np.sqrt(1 - spread.common) * z[None, :])
    total = people = 0.0
    for age, share in answering.ages.items():
        odds = answering.answers[age] / (1 - answering.answers[age]) * answering.leaning**z
        chance = share * weight * odds / (1 + odds)
        mean = (score + answering.age_points[age] + answering.paper_points * answering.paper[age]) / 100
        quantile = betaincinv(mean * spread.precision, (1 - mean) * spread.precision, law)
        total += float((chance * 100 * (quantile @ weight)).sum())
        people += float(chance.sum())
    return total / people


def test_those_who_answer_score_as_the_law_says() -> None:
    """Mean of the answers of one redraw against the integral over leanings, ages and modes."""
    asked = one.draw_again(2, ("pec_inf",), 150).asked
    mean, given = asked[f"pec_inf {one.LIVED}"].mean(), asked["pec_inf"].dropna()
    assert given.mean() > mean + 1
    assert given.mean() == pytest.approx(mean_of_answers(mean), abs=4 * given.sem())
    assert share_kept(mean) == pytest.approx(0.943, abs=0.01)


def test_a_study_of_the_whole_territory_doubts_what_is_confounded(protocol: Protocol) -> None:
    found = redraws(replace(protocol, seed=2), (150,), 3)
    confounded = [figure for figure in figures(found) if figure.check == "confounded"]
    assert [figure.subject for figure in confounded] == ["mean_stay", "self_financing_rate", "turnover"]
    assert all(figure.share >= 0.6 for figure in confounded)  # 2 of 3
    assert set(found.pairs["claim"]) <= {"supported", "doubtful", "not_supported"}


def test_the_bars_are_those_of_the_issue() -> None:
    pairs = pd.DataFrame(
        {"redraw": range(1_000), "sites": 8, "exposure": "absenteeism", "outcome": f"{PATIENTS}/pec_inf"}
    )
    pairs = pairs.assign(truth=-0.9, estimate=-0.9, low=-1.0, high=-0.8, p=0.01, q=0.01, claim="", flags="")
    silent = pd.DataFrame({"redraw": range(1_000), "truth": 1.0, "low": 0.0, "high": 2.0})
    for inside, holds in ((925, False), (926, True), (971, True), (972, False)):
        low = np.where(np.arange(1_000) < inside, -1.0, -0.85)
        (first, *_) = figures(RedrawTables(pairs=pairs.assign(low=low), silent=silent))
        assert (first.check, first.holds) == ("coverage", holds)
    few = figures(RedrawTables(pairs=pairs[:100], silent=silent[:100]))[0]
    assert few.low == 0.87
    assert "attendu 87,0 à 100,0 %" in few.say("fr")
    assert isinstance(few, Figure)


def test_a_redraw_scores_as_the_pipeline_does() -> None:
    """The answers of one redraw, as a table of responses, through `score` give the same scores."""
    made = one.draw_again(3, DIMENSIONS, 8)
    plan = make_plan(seed=3, size=0.1)
    planted = one._only(DIMENSIONS)
    people, expected = _people(plan, planted)
    draw = plan.draw("survey", PATIENTS)
    answers = one.ask(draw, planted, PATIENTS, people, expected)
    items = [item for name in DIMENSIONS for item in planted.instruments[PATIENTS].dimensions[name].items]
    keys = ["establishment", "unit", "period", "respondent"]
    answers = answers.assign(respondent=[f"R{k}" for k in range(len(answers))], unit="all").astype({"period": "str"})
    long = answers.melt(id_vars=[*keys, "mode"], value_vars=items, var_name="item", value_name="answer")
    long["answer"] = long["answer"].replace("", None)
    table = score(long.assign(instrument=PATIENTS), None, [instrument(PATIENTS)])
    kept = table[(table["status"] == "ok") & table["dimension"].isin(DIMENSIONS)]
    expected_scores = kept.set_index(["establishment", "period", "dimension"])[["score", "n"]]
    found = made.sources.scores.set_index(["establishment", "period", "dimension"])[["score", "n"]]
    pd.testing.assert_frame_equal(
        found.sort_index().astype(float), expected_scores.loc[found.index].sort_index().astype(float), rtol=1e-12
    )


def _people(plan, planted):  # type: ignore[no-untyped-def]
    """Return the people invited in a redraw of this plan, and the experience expected of each."""
    territory = one.make_sites(plan)
    wished = one.draw_levels(plan, planted, territory, "hospital")
    levels = one.quantities.levels_of(one.quantities.hospital_quantities(plan, territory, wished))
    expected = one.expected_scores(plan, planted, PATIENTS, territory, levels)
    people = invited_people(plan, planted, PATIENTS, expected)
    return people, expected.to_numpy()[people["row"].to_numpy()]


def test_a_smaller_study_reads_its_first_hospitals(protocol: Protocol) -> None:
    made = one.draw_again(5, DIMENSIONS, 30)
    whole = made.sources
    names = made.names[:12]
    tables = (whole.indicators, whole.scores, whole.establishments)
    apart = Sources.of(*(table[table["establishment"].isin(names)] for table in tables))
    pair = ("absenteeism", f"{PATIENTS}/pec_inf")
    cut, own = (primary(cells(sources, protocol, *pair), "within") for sources in (made.first(12), apart))
    assert (cut.n, cut.clusters) == (own.n, own.clusters) == (24, 12)
    assert (cut.estimate, cut.low, cut.high) == pytest.approx((own.estimate, own.low, own.high), rel=1e-9)


def test_two_workers_give_the_bytes_of_one(protocol: Protocol) -> None:
    here = redraws(protocol, (8,), 3)
    done: list[int] = []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        there = redraws(protocol, (8,), 3, executor=pool, progress=done.append)
    assert done == [1, 2, 3]
    for one_way, other in ((here.pairs, there.pairs), (here.silent, there.silent)):
        assert one_way.to_csv(index=False).encode() == other.to_csv(index=False).encode()


def test_workers_of_a_cluster_give_the_bytes_of_one_too(protocol: Protocol) -> None:
    """Dask's executor asks more of what it is given than that of processes: lists, no endless repetition."""
    from distributed import Client

    here = redraws(protocol, (8,), 2)
    sources, pair = one.draw_again(1, DIMENSIONS, 12).sources, ("absenteeism", f"{PATIENTS}/pec_inf")
    with Client(processes=False, n_workers=1, threads_per_worker=1, dashboard_address=None) as client:
        there = redraws(protocol, (8,), 2, executor=client.get_executor(pure=False))
        spread = curve(sources, protocol, *pair, client.get_executor(pure=False))
    assert here.pairs.to_csv() == there.pairs.to_csv()
    assert spread == curve(sources, protocol, *pair)


@pytest.mark.parametrize(("sites", "of"), [((7,), 1), ((), 1), ((400,), 1), ((8,), 0)])
def test_what_cannot_be_drawn_is_refused(protocol: Protocol, sites: tuple[int, ...], of: int) -> None:
    with pytest.raises(SettingError):
        redraws(protocol, sites, of)


def test_a_protocol_whose_effects_are_not_planted_is_refused(protocol: Protocol) -> None:
    with pytest.raises(SettingError, match="demo"):
        redraws(replace(protocol, outcomes=("esatis-48h-mco/all",)), (8,), 1)
