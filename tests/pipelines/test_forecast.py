"""`chairs flow forecast` on files, and the forecasts of a study from its hourly table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from chairs.cli.app import app
from chairs.core.errors import ChairsError
from chairs.flow.forecasting.settings import read_forecast_request
from chairs.flow.forecasting.study import study_forecasts
from chairs.store.parquet import write_table
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.pipelines

HOURS = 24 * 60


def counts(start: str = "2024-01-01", zone: str = "UTC") -> pd.DataFrame:
    times = pd.date_range(start, periods=HOURS, freq="h", tz=zone)
    rate = 5 * (1 + 0.6 * np.sin(2 * np.pi * times.hour.to_numpy() / 24))
    return pd.DataFrame({"ds": times, "y": np.random.default_rng(1).poisson(rate)})


def run(folder: Path, table: pd.DataFrame, origins: str, *options: str) -> pd.DataFrame:
    table.to_csv(folder / "series.csv", index=False)
    (folder / "origins.txt").write_text(origins, encoding="utf-8")
    out = folder / "out.parquet"
    arguments = ["flow", "forecast", str(folder / "series.csv"), "--origins", str(folder / "origins.txt")]
    done = CliRunner().invoke(app, [*arguments, "--out", str(out), *options])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return pd.read_parquet(out)


def test_hours_from_given_origins_on_the_files_own_clock(tmp_path: Path) -> None:
    table = counts()
    table["ds"] = table["ds"].dt.strftime("%Y-%m-%d %H:%M:%S")
    found = run(tmp_path, table, "origin\n2024-02-20 00:00\n2024-02-25 07:00\n", "--freq", "h", "--horizon", "24")
    assert len(found) == 48
    assert found["target"].iloc[24] == pd.Timestamp("2024-02-25 07:00", tz="UTC")
    assert (found["target"] >= found["origin"]).all()
    CONTRACTS["forecasts"].check(found)


def test_the_same_run_gives_the_same_bytes_and_the_skill_on_request(tmp_path: Path) -> None:
    origin, options = "2024-02-20\n", ("--freq", "d", "--horizon", "3", "--skill", str(tmp_path / "skill.parquet"))
    run(tmp_path, counts(), origin, *options)
    first = (tmp_path / "out.parquet").read_bytes()
    run(tmp_path, counts(), origin, *options)
    assert (tmp_path / "out.parquet").read_bytes() == first
    CONTRACTS["forecast_skill"].check(pd.read_parquet(tmp_path / "skill.parquet"))


def test_a_local_clock_passes_both_changes(tmp_path: Path) -> None:
    local = counts("2024-02-20 00:00", "Europe/Paris")  # over 31 March 2024, when 2 h does not exist
    local["ds"] = local["ds"].dt.tz_localize(None)
    found = run(
        tmp_path, local, "2024-04-10 00:00\n", "--freq", "d", "--horizon", "2", "--timezone", "Europe/Paris",
        "--calendar", "FR/B", "--calendar", "BE/FWB",
    )  # fmt: skip
    assert found["target"].dt.strftime("%d %H").tolist() == ["09 22", "10 22"]


def test_what_cannot_be_read_or_forecast_is_said_by_row_without_a_value(tmp_path: Path) -> None:
    table = counts().assign(ds=lambda t: t["ds"].astype(str))
    with pytest.raises(ChairsError, match=r"origins\.txt, row 2: no forecast from this origin"):
        run(tmp_path, table, "2024-02-20\n2024-01-03\n", "--freq", "h", "--horizon", "6")
    with pytest.raises(ChairsError, match="row 2: date-time not readable"):
        run(tmp_path, table, "2024-02-20\nsoon\n", "--freq", "h", "--horizon", "6")
    table.loc[3, "ds"] = "yesterday-secret"
    with pytest.raises(ChairsError, match='row 5, column "ds"') as told:
        run(tmp_path, table, "2024-02-20\n", "--freq", "h", "--horizon", "6")
    assert "secret" not in str(told.value)
    with pytest.raises(ChairsError, match="--time"):
        run(tmp_path, pd.DataFrame({"a": [1], "b": [2], "c": [3]}), "2024-02-20\n", "--freq", "h", "--horizon", "6")


def test_a_study_forecasts_its_series_and_says_why_not(tmp_path: Path) -> None:
    table = counts().rename(columns={"ds": "hour", "y": "value"}).assign(site="S", unit="all", measure="arrivals")
    still = table.assign(measure="census", value=4.0)
    hourly = CONTRACTS["unit_hour"].conform(pd.concat([table, still]))
    asked = read_forecast_request({"horizons": {"h": 12, "d": 2}, "origins": {"h": 4, "d": 6}, "days": 20, "shown": 1})
    found = study_forecasts(hourly, asked, "Europe/Paris")
    for name, part in found.items():
        write_table(part, name, tmp_path)
    skill = found["forecast_skill"]
    assert set(skill.loc[skill["measure"] == "census", "reason"]) == {"constant"}
    ok = skill[(skill["measure"] == "arrivals") & (skill["model"] == "combined")]
    assert set(ok["status"]) == {"ok"}
    assert set(found["forecasts"]["measure"]) == {"arrivals"}
    assert found["forecasts"].groupby("step")["origin"].nunique().tolist() == [2, 2]  # one past origin and the end
