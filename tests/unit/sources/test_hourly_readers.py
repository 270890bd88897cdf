"""Arrivals by hour of a clock that changes twice a year, and the published week of a department."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chairs.core.errors import DataError
from chairs.sources import READERS
from chairs.sources.checking import breaches_by_row

pytestmark = pytest.mark.unit


def read(folder: Path, rows: list[str], **options: object) -> pd.DataFrame:
    path = folder / "hours.csv"
    path.write_text("\n".join(["ds,y", *rows]), encoding="utf-8")
    table = READERS["hourly_arrivals"].read([path], {"year": None, "source": "t", **options})["unit_hour"]
    assert breaches_by_row(table, "unit_hour", "hours.csv") == []
    return table


def test_the_hour_that_does_not_exist_joins_the_next(tmp_path: Path) -> None:
    table = read(tmp_path, [f"2018-03-11 0{hour}:00:00,{hour + 1}" for hour in range(5)])
    assert table["hour"].dt.strftime("%H:%M").tolist() == ["06:00", "07:00", "08:00", "09:00"]
    assert table["value"].tolist() == [1, 2, 3 + 4, 5]


def test_the_hour_that_happens_twice_once_in_the_file(tmp_path: Path) -> None:
    table = read(tmp_path, [f"2017-11-05 0{hour}:00:00,{hour + 1}" for hour in range(4)])
    assert table["hour"].diff().dropna().eq(pd.Timedelta(hours=1)).all()
    assert table["value"].fillna(-1).tolist() == [1, 2, -1, 3, 4]


def test_the_hour_that_happens_twice_twice_in_the_file(tmp_path: Path) -> None:
    table = read(tmp_path, [f"2017-11-05 0{hour}:00:00,{n}" for hour, n in ((0, 1), (1, 2), (1, 3), (2, 4))])
    assert table["hour"].dt.strftime("%H:%M").tolist() == ["05:00", "06:00", "07:00", "08:00"]
    assert table["value"].tolist() == [1, 2, 3, 4]


def test_another_clock_is_an_option(tmp_path: Path) -> None:
    table = read(tmp_path, ["2024-07-01 00:00:00,3"], timezone="Europe/Paris", site="s", unit="u")
    assert table[["site", "unit", "measure"]].iloc[0].tolist() == ["s", "u", "arrivals"]
    assert table["hour"].iloc[0] == pd.Timestamp("2024-06-30 22:00", tz="UTC")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2018-01-01 00:00:00,4", "duplicate hour"),
        ("2018-01-01 01:30:00,4", "not a whole hour"),
        ("01/01/2018 01:00,4", "date-time not readable"),
        ("2018-01-01 01:00:00,-4", "out of bounds"),
        ("2018-01-01 01:00:00,few", "neither a number"),
    ],
)
def test_bad_hours_are_named(tmp_path: Path, row: str, words: str) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, ["2018-01-01 00:00:00,1", row])
    assert caught.value.problems[0].row == 3
    assert words in caught.value.problems[0].what.en


def test_a_third_occurrence_of_an_autumn_hour_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, ["2017-11-05 01:00:00,1"] * 3)
    assert [found.row for found in caught.value.problems] == [4]


def test_the_published_week_is_recomputed_not_rounded(tmp_path: Path) -> None:
    path = tmp_path / "week.csv"
    path.write_text(
        "dow,hour,arrivals_2013,days_in_2013,mean_arrivals_per_hour\n1,0,130,52,2.5\n7,23,100,53,1.8868\n",
        encoding="utf-8",
    )
    table = READERS["ed_profile"].read([path], {"year": "2013", "source": "t"})["profile"]
    assert breaches_by_row(table, "profile", "week.csv") == []
    assert table["mean"].tolist() == [2.5, 100 / 53]
    assert table["n"].tolist() == [52, 53]
    path.write_text(path.read_text(encoding="utf-8") + "8,24,1,52,0\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        READERS["ed_profile"].read([path], {"year": "2013", "source": "t"})
    assert [(found.row, found.column) for found in caught.value.problems] == [(4, "dow"), (4, "hour")]
