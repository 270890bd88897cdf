"""Iowa's hours and the French week: totals and counts of their notes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chairs.sources import READERS
from chairs.sources.catalog import load_catalog
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.reference

CATALOG = Path(__file__).resolve().parents[2] / "data/catalog.yaml"


def read(mirror: Path, name: str) -> dict[str, pd.DataFrame]:
    source = load_catalog(CATALOG)[name]
    files = [mirror / file.mirror for file in source.files]
    return READERS[source.reader].read(files, {**source.options, "year": source.year, "source": name})


def test_iowa_hours_run_without_gap_or_repeat_and_lose_no_arrival(mirror: Path) -> None:
    table = CONTRACTS["unit_hour"].check(read(mirror, "ed-arrivals-iowa")["unit_hour"])
    assert len(table) == 41_640
    assert table["hour"].diff().dropna().eq(pd.Timedelta(hours=1)).all()
    assert table["hour"].iloc[0] == pd.Timestamp("2013-07-01 05:00", tz="UTC")
    assert table["hour"].iloc[-1] == pd.Timestamp("2018-04-01 04:00", tz="UTC")
    assert table["value"].sum() == 275_971
    assert table["value"].isna().sum() == 5  # the second passing of 01:00, each autumn from 2013 to 2017


def test_the_french_week(mirror: Path) -> None:
    table = CONTRACTS["profile"].check(read(mirror, "fr-ed-profile-2013")["profile"])
    assert len(table) == 168
    assert (table["mean"] * table["n"]).sum() == pytest.approx(34_460)
    assert table.groupby("weekday")["mean"].sum().mean() == pytest.approx(94.4, abs=0.05)
