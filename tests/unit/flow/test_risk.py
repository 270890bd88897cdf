"""Risks of patients: planted probabilities, nothing known before its time, scores against other software."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import ChairsError, DataError
from chairs.flow.risk.card import model_card
from chairs.flow.risk.groups import fairness
from chairs.flow.risk.judging import bins, judge_chances
from chairs.flow.risk.model import read_risk, write_risk
from chairs.flow.risk.moments import SEEN, looks
from chairs.flow.risk.settings import RiskRequest
from chairs.flow.risk.study import RiskTables, study_risk
from chairs.store.files import write_json

pytestmark = pytest.mark.unit

ASKED = RiskRequest(
    arrival="arrival", admission=("boarding", "ward_stay"), triage="triage",
    known={"age_band": "arrival", "ccmu": "triage"}, groups=("age_band",),
    final=("departure", "ward_stay"), days=110, horizon_days=10, most=12_000, every=4,
)  # fmt: skip
FIRST = np.datetime64("2024-01-01T00:00", "us")


def people(cases: int, seed: int, days: float = 120.0) -> pd.DataFrame:
    """Patients with the chance of admission that the demonstration hospital plants by age and severity."""
    from chairs.demo.flows import admission_chance
    from chairs.demo.parameters import read_parameters

    rng = np.random.default_rng(seed)
    department = read_parameters().departments[0]
    ages = list(department.ages)
    rank = rng.choice(len(ages), cases, p=np.array(list(department.ages.values())) / sum(department.ages.values()))
    severity = rng.choice(5, cases, p=np.array(department.ccmu) / sum(department.ccmu))
    chance = admission_chance(department)[rank, severity]
    return pd.DataFrame(
        {
            "case_id": [f"C{i:06d}" for i in range(cases)],
            "age_band": np.array(ages)[rank],
            "ccmu": (severity + 1).astype(str),
            "chance": chance,
            "admitted": rng.random(cases) < chance,
            "arrival": np.sort(rng.uniform(0, days * 24 * 60, cases)),
            "stay": rng.gamma(2.0, 120.0, cases),
            "ward": rng.gamma(1.5, 2 * 1440.0, cases),
        }
    )


def moments(rows: pd.DataFrame, minutes: pd.Series | None) -> pd.Series:
    if minutes is None:
        return pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us, UTC]")
    since = (minutes * 60).astype("int64").to_numpy().astype("m8[s]")
    return pd.Series(FIRST + since, rows.index).dt.tz_localize("UTC")


def log_of(table: pd.DataFrame) -> pd.DataFrame:
    """The events of these patients: arrival, triage, doctor asked and met, then a bed or the way home."""

    def step(rows: pd.DataFrame, name: str, unit: str, *times: pd.Series | None) -> pd.DataFrame:
        stamps = {
            word: moments(rows, values) for word, values in zip(("requested", "start", "end"), times, strict=True)
        }
        return pd.DataFrame({"case_id": rows["case_id"], "activity": name, "unit": unit, **stamps})

    came, stay = table["arrival"], table["arrival"] + 30 + table["stay"]
    inside = table[table["admitted"]]
    bed = stay[table["admitted"]]
    home = table[~table["admitted"]]
    parts = [
        step(table, "arrival", "ED", None, came, came),
        step(table, "triage", "ED", came, came + 5, came + 12),
        step(table, "first_doctor", "ED", came + 12, came + 25, came + 40),
        step(inside, "boarding", "ED", None, bed, bed + 90),
        step(inside, "ward_stay", "MED", bed, bed + 90, bed + 90 + inside["ward"]),
        step(home, "departure", "ED", None, stay[~table["admitted"]], stay[~table["admitted"]]),
    ]
    events = pd.concat(parts, ignore_index=True).sort_values(["case_id", "start"], kind="stable", ignore_index=True)
    events["position"] = events.groupby("case_id").cumcount()
    return events.assign(resource=None, replication=None).astype({"resource": "str", "replication": "Int64"})


@pytest.fixture(scope="module")
def planted() -> pd.DataFrame:
    return people(8_000, 1)


@pytest.fixture(scope="module")
def events(planted: pd.DataFrame) -> pd.DataFrame:
    return log_of(planted)


@pytest.fixture(scope="module")
def found(planted: pd.DataFrame, events: pd.DataFrame) -> RiskTables:
    return study_risk(events, planted[["case_id", "age_band", "ccmu"]], ASKED, "planted")


@pytest.fixture(scope="module")
def looked(planted: pd.DataFrame, events: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return looks(events, planted[["case_id", "age_band", "ccmu"]], ASKED)


def scores(found: RiskTables, moment: str = "triage") -> dict[str, tuple[float, float, float]]:
    rows = found.tables["risk_skill"]
    rows = rows[(rows["target"] == "admission") & (rows["moment"] == moment)]
    return {row["measure"]: (row["value"], row["low"], row["high"]) for row in rows.to_dict("records")}


def test_planted_chances_come_back(
    planted: pd.DataFrame, looked: tuple[pd.DataFrame, pd.DataFrame], found: RiskTables
) -> None:
    told = scores(found)
    assert told["slope"][1] < 1 < told["slope"][2]
    assert told["in_the_large"][1] < 0 < told["in_the_large"][2]
    assert found.model is not None
    table, _ = looked
    late = table[(table["moment"] == "triage") & (table["at"] > table["at"].quantile(0.8))]
    truth = late["case_id"].map(planted.set_index("case_id")["chance"]).to_numpy()
    chance = found.model.probability(late)
    assert np.sqrt(np.mean((chance - truth) ** 2)) < 0.04
    outcome = late["admitted"].to_numpy()
    base = np.full(len(late), outcome.mean())
    best = {one.measure: one for one in judge_chances(truth, outcome, base, late["number"].to_numpy())}
    ours = {one.measure: one for one in judge_chances(chance, outcome, base, late["number"].to_numpy())}
    assert best["slope"].low < 1 < best["slope"].high
    assert ours["log_score"].value - best["log_score"].value < 0.01


def test_every_group_is_foreseen_as_well_as_the_truth_lets_it(found: RiskTables) -> None:
    groups = found.tables["risk_groups"]
    assert set(groups["level"]) == {"18-39", "40-64", "65-79", "80+"}
    held = (groups["ratio_low"] < 1) & (groups["ratio_high"] > 1)
    assert held.sum() >= len(groups) - 1


def test_a_shuffled_outcome_has_no_skill(planted: pd.DataFrame) -> None:
    rng = np.random.default_rng(3)
    shuffled = planted.assign(admitted=rng.permutation(planted["admitted"].to_numpy()))
    told = scores(study_risk(log_of(shuffled), shuffled[["case_id", "age_band", "ccmu"]], ASKED, "noise"))
    assert told["skill"][0] < 0.01
    assert told["auc"][1] < 0.5 < told["auc"][2]


def test_nothing_is_known_before_its_time() -> None:
    """The log cut at a moment gives the same columns; only the outcome is not known yet."""
    planted = people(4_000, 2, days=50.0)
    events = log_of(planted)
    cases = planted[["case_id", "age_band", "ccmu"]]
    whole, _ = looks(events, cases, ASKED)
    huddles = whole[whole["moment"] != "triage"]
    moments = huddles["at"].drop_duplicates().sort_values().iloc[[60]]
    outcome = {"admitted", "rest_hours", "number"}
    for at in moments:
        cut = pd.Timestamp(at, unit="us", tz="UTC")
        known = events.copy()
        for name in ("requested", "start", "end"):
            known[name] = known[name].mask(known[name] > cut)
        known = known[known[["requested", "start", "end"]].notna().any(axis=1)]
        # visits of later days keep the span of the looks; none of them was there at the moment
        later = events[events["case_id"].isin(planted.loc[planted["arrival"] > (at / 6e7 - 28401120), "case_id"])]
        again, _ = looks(pd.concat([known[~known["case_id"].isin(later["case_id"])], later]), cases, ASKED)
        before = huddles[huddles["at"] == at].drop(columns=list(outcome)).reset_index(drop=True)
        after = again[(again["at"] == at) & (again["moment"] != "triage")].drop(columns=list(outcome))
        assert len(before) > 3
        pd.testing.assert_frame_equal(before, after.reset_index(drop=True)[before.columns])


def test_an_attribute_is_not_used_before_its_step(looked: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    table, _ = looked
    early = table[(table["moment"] != "triage") & (table["hours_here"] < 12 / 60)]
    assert len(early) > 0
    assert (early[SEEN + "triage"] > 0).any()
    assert early["ccmu"].isna().all()
    assert early["age_band"].notna().all()


def test_remaining_stays_cover_as_they_say(found: RiskTables) -> None:
    rows = found.tables["risk_skill"]
    stay = rows[(rows["target"] == "stay") & (rows["moment"] == "all")].set_index("measure")
    assert 0.76 < stay.loc["coverage_80", "value"] < 0.84
    assert stay.loc["skill", "low"] > 0


def test_the_file_gives_the_same_model_and_the_same_bytes(
    planted: pd.DataFrame,
    events: pd.DataFrame,
    looked: tuple[pd.DataFrame, pd.DataFrame],
    found: RiskTables,
    tmp_path: Path,
) -> None:
    model = found.model
    assert model is not None
    again = study_risk(events, planted[["case_id", "age_band", "ccmu"]], ASKED, "planted").model
    assert again is not None
    for name, one in (("a", model), ("b", again)):
        write_json(tmp_path / name, write_risk(one))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    read = read_risk(json.loads((tmp_path / "a").read_text()), "a")
    table, present = looked
    np.testing.assert_array_equal(read.probability(table), model.probability(table))
    np.testing.assert_array_equal(read.remaining(present), model.remaining(present))
    assert np.isfinite(read.remaining(present)).all()


@pytest.mark.parametrize("kind", ["logistic", "trees"])
def test_plain_numbers_answer_as_scikit_learn(kind: str) -> None:
    from chairs.flow.risk.learning import _fit, _plain
    from chairs.flow.risk.model import RiskModel

    rng = np.random.default_rng(2)
    x = rng.normal(size=(1500, 3)).round(3)
    y = (rng.random(1500) < 1 / (1 + np.exp(-x[:, 0] + x[:, 1] * x[:, 2]))).astype(int)
    fitted = _fit(kind, x, y)
    intercept, weights, trees = _plain(kind, fitted)
    model = RiskModel(
        name="m", arrival="a", admission=("b",), known={}, timezone="UTC", calendar="real", hours=(7,), words={},
        numbers={"u": 0.0, "v": 0.0, "w": 0.0}, columns=("u", "v", "w"), kind=kind, intercept=intercept,
        weights=weights, trees=trees,
    )  # type: ignore[arg-type]  # fmt: skip
    table = pd.DataFrame(x, columns=["u", "v", "w"])
    np.testing.assert_allclose(model.probability(table), fitted.predict_proba(x)[:, 1], rtol=0, atol=2e-5)


def test_scores_agree_with_scikit_learn_and_statsmodels() -> None:
    import statsmodels.api as sm
    from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

    rng = np.random.default_rng(4)
    p = rng.beta(1, 3, 800)
    y = (rng.random(800) < p**1.2).astype(int)
    case = np.arange(800) // 2
    told = {one.measure: one for one in judge_chances(p, y, np.full(800, y.mean()), case)}
    assert told["brier"].value == pytest.approx(brier_score_loss(y, p), rel=1e-9)
    assert told["log_score"].value == pytest.approx(log_loss(y, p), rel=1e-9)
    assert told["auc"].value == pytest.approx(roc_auc_score(y, p), rel=1e-9)
    odds = np.log(np.clip(p, 1e-6, 1 - 1e-6) / np.clip(1 - p, 1e-6, 1))
    binomial = sm.families.Binomial()
    groups = {"groups": case, "use_correction": False}
    line = sm.GLM(y, sm.add_constant(odds), family=binomial).fit(cov_type="cluster", cov_kwds=groups)
    large = sm.GLM(y, np.ones(800), family=binomial, offset=odds).fit(cov_type="cluster", cov_kwds=groups)
    assert told["slope"].value == pytest.approx(line.params[1], rel=1e-5)
    assert told["slope"].high - told["slope"].value == pytest.approx(1.959964 * line.bse[1], rel=1e-4)
    assert told["in_the_large"].value == pytest.approx(large.params[0], rel=1e-5)
    assert told["in_the_large"].high - told["in_the_large"].value == pytest.approx(1.959964 * large.bse[0], rel=1e-4)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(5)
    held = dict.fromkeys(("slope", "in_the_large"), 0)
    for _ in range(200):
        p = rng.beta(1, 4, 600)
        y = (rng.random(600) < p).astype(int)
        for one in judge_chances(p, y, np.full(600, 0.2), np.arange(600)):
            if one.measure in held:
                held[one.measure] += one.low < float(one.measure == "slope") < one.high
    assert all(179 <= count <= 198 for count in held.values()), held


def test_bands_never_hold_fewer_than_eleven_of_an_outcome() -> None:
    rng = np.random.default_rng(6)
    p = rng.beta(0.3, 4, 700)
    y = (rng.random(700) < p).astype(int)
    number = bins(p, y)
    for one in np.unique(number):
        assert 11 <= y[number == one].sum() <= (number == one).sum() - 11
    assert sorted(np.unique(number)) == list(range(number.max() + 1))


def test_small_groups_are_put_together() -> None:
    rng = np.random.default_rng(7)
    level = np.array(["a"] * 300 + ["b"] * 12 + ["c"] * 5 + ["d"] * 200)
    table = pd.DataFrame({"g": level, "admitted": (rng.random(517) < 0.4).astype(int), "number": np.arange(517)})
    rows = fairness(table, np.full(517, 0.4), ("g", "absent"))
    assert {str(row["level"]) for row in rows} <= {"a", "d", "other"}
    assert all(11 <= row["admitted"] <= row["n"] - 11 for row in rows)  # type: ignore[operator]
    assert sum(row["n"] for row in rows) == 517  # type: ignore[misc]


@pytest.mark.parametrize(("share", "cases", "word"), [(0.0, 3000, "one from"), (1.0, 3000, ""), (0.3, 20, "too few")])
def test_a_log_that_supports_no_risk_gets_a_reason(share: float, cases: int, word: str) -> None:
    table = people(cases, 8)
    table["admitted"] = np.random.default_rng(9).random(cases) < share
    found = study_risk(log_of(table), table[["case_id", "age_band", "ccmu"]], ASKED, "rubbish")
    assert found.model is None
    assert found.reason is not None
    told = found.tables["risk_skill"]
    assert (told["status"] == "not_valid").all()
    assert word in told["reason_en"].iloc[0] or "too few" in told["reason_en"].iloc[0]
    assert "No model" in model_card(found, ASKED, "rubbish", "en")


def test_a_log_without_emergency_visits_is_refused(events: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="no emergency visit"):
        looks(events, None, dataclasses.replace(ASKED, arrival="nobody"))


def test_a_damaged_file_is_refused(found: RiskTables) -> None:
    assert found.model is not None
    content = write_risk(found.model)
    for change in ({"kind": "oracle"}, {"weights": [1.0], "kind": "logistic"}, {"surprise": 1}):
        with pytest.raises(ChairsError):
            read_risk({**content, **change}, "model.json")


def test_the_card_says_what_it_is_for_in_both_languages(found: RiskTables) -> None:
    said = {"fr": ("Équité", "ccmu, connu dès « triage »"), "en": ("Fairness", 'ccmu, known from "triage"')}
    for lang, words in said.items():
        card = model_card(found, ASKED, "planted", lang)  # type: ignore[arg-type]
        assert all(word in card for word in words)
        assert card.count("## ") == 6
