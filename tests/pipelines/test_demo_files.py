"""The demonstration files go through the same readers as a hospital's own exports."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chairs.core.records import read_yaml
from chairs.demo.plan import make_plan
from chairs.demo.territory import Territory, make_territory

pytestmark = pytest.mark.pipelines


@pytest.fixture(scope="module")
def tables(demo_project: Path) -> dict[str, pd.DataFrame]:
    """What the stages synthesise and ingest made of the numbers of the small project."""
    return {path.stem: pd.read_parquet(path) for path in (demo_project / "data" / "ingest" / "demo").glob("*.parquet")}


@pytest.fixture(scope="module")
def territory(demo_project: Path) -> Territory:
    """The territory that these numbers give, made here."""
    numbers = read_yaml(demo_project / "params.yaml")["synthesise"]
    return make_territory(make_plan(seed=numbers["seed"], size=numbers["size"]))


def test_every_file_becomes_a_checked_table(tables: dict[str, pd.DataFrame], territory: Territory) -> None:
    assert set(tables) >= {"events", "cases", "unit_hour", "establishments", "quantities", "responses"}
    events, cases, beds = tables["events"], tables["cases"], tables["unit_hour"]
    assert events["case_id"].nunique() == len(cases)
    assert (events["activity"] == "arrival").sum() == territory.visits["visits"].sum()
    assert set(cases["admission"].dropna()) == {"emergency", "planned", "direct"}
    # the census read back from the files never exceeds the beds that the other file declares open
    stays = events[events["activity"] == "ward_stay"]
    for unit, own in beds.groupby("unit"):
        midnight = own.set_index("hour")["value"]
        lay = stays[stays["unit"] == unit]
        end = lay["end"].fillna(pd.Timestamp("2100-01-01", tz="UTC"))
        census = [((lay["start"] <= hour) & (end > hour)).sum() for hour in midnight.index[::30]]
        assert (census <= midnight.iloc[::30].to_numpy()).all()
    assert len(tables["establishments"]) == len(territory.sites)
    answers = sum(len(frame) for frame in territory.answers.values())
    assert tables["responses"]["respondent"].nunique() == answers


def test_a_site_without_an_emergency_department_declares_no_visit_not_zero(
    tables: dict[str, pd.DataFrame], demo_project: Path, territory: Territory
) -> None:
    counts = tables["quantities"]["quantity"].isin(["ed_visits_general", "ed_visits_discharged", "returns_72h"])
    read = tables["quantities"][counts & (tables["quantities"]["unit"] == "all")]
    sites = territory.sites.query("kind == 'hospital'").set_index("establishment")["emergency"]
    open_ = read["establishment"].map(sites).astype(bool)
    assert set(read.loc[~open_, "status"]) == {"not_applicable"}
    assert read.loc[~open_, "value"].isna().all()
    assert set(read.loc[open_, "status"]) == {"ok"}
    indicators = pd.read_parquet(demo_project / "data" / "derive" / "demo" / "indicators.parquet")
    visits = indicators.query("code == 'ed_visits' and unit == 'all'")
    assert (visits["value"].dropna() > 0).all()
    assert set(visits.loc[visits["value"].notna(), "establishment"]) == set(sites.index[sites])


def test_quantities_are_those_of_the_territory(tables: dict[str, pd.DataFrame], territory: Territory) -> None:
    read = tables["quantities"].set_index(["establishment", "unit", "period", "quantity"])["value"]
    for kind in ("hospital", "company"):
        for (site, period), row in territory.declared[kind].iterrows():
            assert read[site, "all", period, "staff_fte"] == pytest.approx(row["staff_fte"])
            assert read[site, "all", period, "absence_days"] == row["absence_days"]
    own = territory.sites["establishment"].iloc[0]
    months = read.xs(own).xs("absence_days", level="quantity")
    assert months.sum() == territory.staff["absence_days"].sum()
    assert (
        read[own, "all", "2024", "operating_income"] == territory.declared["own"].loc[(own, "2024"), "operating_income"]
    )
    silent = tables["quantities"].query("quantity == 'violence_level_1' and status == 'non_respondent'")
    assert silent["value"].isna().all()
