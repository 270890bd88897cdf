"""The watch for drift on stays of the demonstration hospital: false alarms, days to an alarm, who keeps the place."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from chairs.cli.app import app
from chairs.core.errors import DataError, SettingError
from chairs.twin.watch.departures import Departures, kinds_of, learn_departures, read_departures, write_departures
from chairs.twin.watch.stays import AGES, Days, days_of, stays_of
from chairs.twin.watch.study import WatchRequest, watch_log
from chairs.twin.watch.watching import contest, watch
from chairs.twin.watch.words import judged, told

pytestmark = pytest.mark.unit

FIRST = 19_358  # 2023-01-01
Wards = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def wards() -> Wards:
    """Lengths of the stays of the demonstration hospital by ward, in days, made small."""
    from chairs.demo import chronology as c
    from chairs.demo.hospital import run_hospital
    from chairs.demo.plan import make_plan

    plan = make_plan(seed=3, size=0.1)
    seen = run_hospital(plan).seen
    over = seen[(seen[:, c.START] >= 0) & (seen[:, c.END] >= 0)]
    days = (over[:, c.END] - over[:, c.START]) / 86_400
    codes = [ward.code for ward in plan.parameters.wards]
    return {code: days[over[:, c.PLACE] == w] for w, code in enumerate(codes) if (over[:, c.PLACE] == w).sum() > 50}


def stream(wards: Wards, seed: int, days: int, longer_from: int | None = None, factor: float = 1.3) -> pd.DataFrame:
    """Stays drawn from those of each ward, at the pace of the whole hospital, longer from one day on."""
    rng = np.random.default_rng(seed)
    parts = []
    for code, lengths in wards.items():
        busy = np.where((np.arange(days) + FIRST + 3) % 7 < 5, 1.15, 0.6)
        count = rng.poisson(10 * len(lengths) / 730 * busy)
        start = np.repeat(np.arange(days), count) + FIRST + rng.beta(4, 4, count.sum())
        stay = rng.choice(lengths, count.sum())
        if longer_from is not None:
            stay = np.where(start >= FIRST + longer_from, stay * factor, stay)
        parts.append(pd.DataFrame({"unit": code, "start": start, "end": start + stay}))
    table = pd.concat(parts, ignore_index=True)
    table.loc[table["end"] >= FIRST + days, "end"] = np.nan
    return table


def whole(stays: pd.DataFrame) -> Days:
    """Days once the hospital, empty at first, is full."""
    days = days_of(stays)
    return days.between(60, len(days.there))


@pytest.fixture(scope="module")
def champion(wards: Wards) -> Departures:
    days = whole(stream(wards, 1, 425))
    return learn_departures(days, kinds_of(days.dates, None))


def test_fewer_than_one_false_alarm_a_quarter(wards: Wards, champion: Departures) -> None:
    """Forty quarters in which nothing changes: one alarm in twelve is what the limit is set for."""
    days = whole(stream(wards, 2, 60 + 40 * 91 + 2))
    found = watch(champion, days, None)
    assert len(days.there) >= 40 * 91
    assert len(found.alarms) <= 8  # Poisson with mean 40/12: 99 in 100
    assert abs(found.residuals.std() - 1) < 0.12


def test_stays_a_third_longer_ring_within_a_week(wards: Wards, champion: Departures) -> None:
    late = []
    for seed in range(14):
        begun = 130 + seed % 7
        days = whole(stream(wards, 100 + seed, 165, longer_from=begun))
        turn = FIRST + begun - days.first
        found = watch(champion, days, None)
        rung = [alarm.at - turn + 1 for alarm in found.alarms if alarm.side == "low" and alarm.at >= turn]
        late.append(rung[0] if rung else 99)
    assert max(late) <= 7, late


def test_the_alarm_says_since_when_and_which_way(wards: Wards, champion: Departures) -> None:
    days = whole(stream(wards, 50, 165, longer_from=130))
    found = watch(champion, days, None)
    first = next(alarm for alarm in found.alarms if alarm.at >= FIRST + 130 - days.first)
    assert abs(first.since + 1 - (FIRST + 130 - days.first)) <= 4
    assert "longer" in told(found).en
    assert "s’allongeaient" in told(found).fr
    shorter = watch(champion, whole(stream(wards, 51, 165, longer_from=120, factor=0.7)), None)
    assert "shorter" in told(shorter).en


def test_the_challenger_takes_the_place_only_after_a_change(wards: Wards, champion: Departures) -> None:
    for seed, since, replaced in ((60, None, False), (61, 90, True)):
        days = whole(stream(wards, seed, 300, longer_from=since))
        cut = len(days.there) - 42
        recent = days.between(cut - 120, cut)
        challenger = learn_departures(recent, kinds_of(recent.dates, None))
        held = days.between(cut, len(days.there))
        found = contest(champion, challenger, held, None)
        assert found.replaced is replaced
        assert ("takes the place" in judged(found).en) is replaced


def test_departures_foreseen_are_those_of_the_planted_chance() -> None:
    """A quarter of those present leave each day, half as many at weekends: the model finds both."""
    rng = np.random.default_rng(7)
    kinds = (np.arange(300) + FIRST + 3) % 7
    there = np.full((300, 1, len(AGES)), 40)
    left = rng.binomial(there, 0.25 * np.where(kinds >= 5, 0.5, 1.0)[:, None, None])
    model = learn_departures(Days(first=FIRST, units=("A",), there=there, left=left), kinds)
    days = Days(first=FIRST, units=("A",), there=there[:7], left=left[:7])
    mean, deviation = model.expected(days, kinds[:7])
    assert mean == pytest.approx(40 * 14 * 0.25 * np.where(kinds[:7] >= 5, 0.5, 1.0), rel=0.04)
    assert model.spread == pytest.approx(1, abs=0.15)
    assert deviation.shape == (7,)


def test_days_count_each_patient_once_a_day() -> None:
    rng = np.random.default_rng(8)
    start = rng.uniform(100, 160, 400)
    stays = pd.DataFrame({"unit": rng.choice(["A", "B"], 400), "start": start, "end": start + rng.exponential(3, 400)})
    days = days_of(stays)
    for row in (0, 20, 41):
        day = days.first + row
        present = (np.floor(stays["start"]) <= day) & (np.floor(stays["end"]) >= day)
        assert days.there[row].sum() == present.sum()
        assert days.left[row].sum() == (np.floor(stays["end"]) == day).sum()


def test_the_file_of_a_model(champion: Departures) -> None:
    content = json.loads(json.dumps(write_departures(champion)))
    read = read_departures(content, "champion.json")
    assert write_departures(read) == content
    assert read.learnt == champion.learnt
    undone = ({"learnt": []}, {"learnt": ["2024-01-01", "soon"]}, {"learnt": ["2024-02-01", "2024-01-01"]})
    for change in ({"spread": 0}, {"units": ["A"]}, {"more": 1}, *undone):
        with pytest.raises(SettingError):
            read_departures({**content, **change}, "champion.json")
    del content["learnt"]
    with pytest.raises(SettingError, match="which days it learnt from"):
        read_departures(content, "champion.json")


def test_no_day_that_the_champion_learnt_from_is_watched(wards: Wards) -> None:
    """Learnt with the longer stays in its own last days, it is not judged on them, nor on any day before."""
    asked = WatchRequest(stays=("ward_stay",), place=None, timezone="UTC")
    stays = stream(wards, 90, 330, longer_from=60)
    days = days_of(stays)
    log = log_of(stays)
    part = days.between(100, 240)
    former = learn_departures(part, kinds_of(part.dates, None))
    assert former.learnt == (days.first + 100, days.first + 239)
    found = watch_log(log, asked, former)
    assert day_number(found.watched.dates[0]) == former.learnt[1] + 1
    assert len(found.watched.observed) == len(days.there) - 240
    assert found.tables["drift"]["day"].min() == f"{days.dates[240]:%Y-%m-%d}"
    own = watch_log(log, asked)
    assert day_number(own.watched.dates[0]) == own.model.learnt[1] + 1 or own.contest.replaced
    elsewhere = replace(former, learnt=(days.first - 400, days.first - 1))
    later = watch_log(log, asked, elsewhere)
    assert len(later.watched.observed) == len(days.there)
    verdicts = later.tables["drift_verdicts"].set_index("measure")
    assert set(verdicts["flow"]) == {"stays"}
    assert np.isnan(verdicts.loc["skill", "value"])
    assert "no day before" in verdicts.loc["skill", "sentence_en"]
    late = replace(former, learnt=(days.first, days.first + len(days.there) - 42))
    with pytest.raises(DataError, match="42 days after it"):
        watch_log(log, asked, late)
    just = replace(former, learnt=(days.first, days.first + len(days.there) - 43))
    assert len(watch_log(log, asked, just).watched.observed) == 42


def day_number(date: pd.Timestamp) -> int:
    return (date - pd.Timestamp("1970-01-01")).days


def log_of(stays: pd.DataFrame) -> pd.DataFrame:
    moments = {name: pd.to_datetime((stays[name] * 86_400).round(), unit="s", utc=True).astype("datetime64[us, UTC]")
               for name in ("start", "end")}  # fmt: skip
    return pd.DataFrame(
        {
            "case_id": [f"S{i}" for i in range(len(stays))], "activity": "ward_stay", "unit": stays["unit"],
            "requested": pd.Series(pd.NaT, index=stays.index, dtype="datetime64[us, UTC]"), **moments,
            "resource": None, "position": 0, "replication": None,
        }
    ).astype({"resource": "str", "replication": "Int64"})  # fmt: skip


def test_the_command_keeps_a_champion_and_renews_it(
    wards: Wards, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAIRS_LANG", "en")
    log, model = tmp_path / "log.parquet", tmp_path / "champion.json"
    words = ["twin", "watch", str(log), "--stays", "ward_stay", "--champion", str(model), "--timezone", "UTC"]
    log_of(stream(wards, 70, 330)).to_parquet(log)
    first = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "out")])
    assert first.exit_code == 0, first.output
    assert "champion stays" in first.output
    assert (tmp_path / "out" / "drift.parquet").is_file()
    before = model.read_bytes()
    log_of(stream(wards, 71, 330, longer_from=180)).to_parquet(log)
    second = CliRunner().invoke(app, words)
    assert second.exit_code == 0, second.output
    assert "stays became longer" in second.output
    assert "takes the place" in second.output
    assert model.read_bytes() != before


def test_what_cannot_be_watched_is_said(wards: Wards) -> None:
    log = log_of(stream(wards, 80, 60))
    with pytest.raises(DataError, match="112 days"):
        watch_log(log, WatchRequest(stays=("ward_stay",), timezone="UTC"))
    with pytest.raises(DataError, match="no stay dated"):
        stays_of(log, ["nothing"], "UTC")
    with pytest.raises(DataError, match="no stay dated"):
        stays_of(log.assign(end=log["requested"]), ["ward_stay"], "UTC")
