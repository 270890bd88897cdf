"""The whole step on small logs: which tables it gives, what its facts say, what a fictitious calendar stops."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chairs.core.errors import SettingError, Text
from chairs.core.study import Study
from chairs.flow.overview import FACTS, FICTITIOUS, discover
from chairs.flow.settings import Pathway, read_pathway
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.unit

DAY = pd.Timestamp("2024-01-01", tz="UTC")


def make_log(*rows: tuple[str, str, float]) -> pd.DataFrame:
    """Rows: case, step, hours since midnight of its only time."""
    table = pd.DataFrame(rows, columns=["case_id", "activity", "end"])
    table = table.assign(end=DAY + pd.to_timedelta(table["end"], unit="h"), unit="ED", position=range(len(table)))
    return CONTRACTS["events"].conform(table)


def facts(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return tables["facts"].set_index("name")


LOG = make_log(
    ("A", "arrival", 0),
    ("A", "home", 10),
    ("A", "return", 58),
    ("A", "scan", 60),
    ("B", "arrival", 2),
    ("B", "home", 6),
)


def test_a_fictitious_calendar_gives_no_hour_and_says_why() -> None:
    tables = discover(LOG, Pathway(reference="arrival", calendar="fictitious"))
    assert sorted(tables) == ["durations", "facts", "transitions", "variants"]
    clock = facts(tables).loc[["arrivals_per_day", "census_mean", "census_peak", "days", "open_stays"]]
    assert clock["value"].isna().all()
    assert set(clock["status"]) == {"not_applicable"}
    assert set(clock["reason"]) == {FICTITIOUS}


def test_every_table_keeps_its_contract_and_every_fact_is_labelled() -> None:
    tables = discover(LOG, Pathway(reference="arrival", arrival="arrival", returns=("return",)))
    assert sorted(tables) == ["durations", "facts", "profile", "transitions", "unit_day", "unit_hour", "variants"]
    for name, table in tables.items():
        CONTRACTS[name].check(table)
    assert set(tables["facts"]["name"]) == set(FACTS)


def test_the_pathway_ends_before_the_return() -> None:
    found = facts(discover(LOG, Pathway(reference="arrival", returns=("return",), calendar="fictitious")))["value"]
    assert found["pathway_hours_median"] == 7  # 10 h and 4 h
    assert found["returns"] == 1
    assert found["return_days_median"] == 2
    whole = facts(discover(LOG, Pathway(reference="arrival", calendar="fictitious")))["value"]
    assert whole["pathway_hours_median"] == 32  # 60 h and 4 h
    assert "returns" not in whole


def test_the_pathway_begins_at_the_reference_where_there_is_one() -> None:
    log = make_log(("A", "fluid", 0), ("A", "arrival", 1), ("A", "home", 5), ("B", "fluid", 0), ("B", "home", 5))
    tables = discover(log, Pathway(reference="arrival", calendar="fictitious"))
    assert facts(tables).loc["pathway_hours_median", "value"] == 4.5


def test_arrivals_a_day_are_those_of_whole_days() -> None:
    log = make_log(*((f"c{i}", "arrival", 6 * i) for i in range(2, 18)))  # half of day 1, days 2 to 4, part of day 5
    found = facts(discover(log, Pathway(reference="arrival", arrival="arrival", timezone="UTC")))
    assert found.loc["days", "value"] == 3
    assert found.loc["arrivals_per_day", "value"] == 4
    assert found.loc["arrivals_dispersion", "value"] == 0


def test_arrivals_of_the_site_are_occurrences_of_the_arrival_step() -> None:
    log = make_log(("A", "arrival", 0), ("B", "birth", 0), ("A", "home", 1), ("B", "home", 1))
    with_step = discover(log, Pathway(reference="arrival", arrival="arrival"))["unit_hour"]
    without = discover(log, Pathway(reference="arrival"))["unit_hour"]
    first = [t[(t["unit"] == "all") & (t["measure"] == "arrivals")]["value"].iloc[0] for t in (with_step, without)]
    assert first == [1, 2]


def test_declared_measures_stand_beside_the_census() -> None:
    beds = pd.DataFrame({"site": "S", "unit": "ED", "hour": [DAY], "measure": "open_beds", "value": [12.0]})
    tables = discover(LOG, Pathway(reference="arrival", timezone="UTC"), declared=beds)
    assert set(tables["unit_hour"]["site"]) == {"S"}
    row = tables["unit_day"].query("measure == 'open_beds'").iloc[0]
    assert (row["day"], row["value"], row["n"]) == ("2024-01-01", 12, 1)


def test_the_period_cuts_the_census_and_not_the_pathways() -> None:
    log = make_log(("A", "arrival", -5), ("A", "home", 5), ("B", "arrival", 7), ("B", "home", 8))
    tables = discover(log, Pathway(reference="arrival", period="2024", timezone="UTC"))
    assert tables["unit_hour"]["hour"].min() == DAY
    assert facts(tables).loc["cases", "value"] == 2


def test_cases_without_event_are_counted_when_the_cases_are_given(tmp_path: Path) -> None:
    cases = pd.DataFrame({"case_id": ["A", "B", "C"]})
    cases.to_parquet(tmp_path / "cases.parquet")
    for given in (cases, tmp_path / "cases.parquet"):
        tables = discover(LOG, Pathway(reference="arrival", calendar="fictitious"), given)
        assert facts(tables).loc["cases", "value"] == 3


def study(**pathway: object) -> Study:
    words = Text(fr="x", en="x")
    return Study(
        name="s", title=words, question=words, level="demo", period="2024", stages=("discover",), pathway=pathway
    )


def test_settings_come_from_the_study_and_the_parameters() -> None:
    read = read_pathway(study(reference="in", returns=["back"]), {"variants": 5})
    assert read == Pathway(reference="in", returns=("back",), variants=5, period="2024")


@pytest.mark.parametrize("params", [{"variants": "many"}, {"variant": 5}])
@pytest.mark.parametrize("pathway", [{"reference": "in"}, {"reference": "in", "variants": 5}])
def test_a_wrong_parameter_is_said_of_the_file_it_stands_in(params: dict[str, object], pathway) -> None:
    with pytest.raises(SettingError, match=r"^params\.yaml, discover.*variant"):
        read_pathway(study(**pathway), params)
    with pytest.raises(SettingError, match=r"^s\.yaml, pathway"):
        read_pathway(study(**{"reference": "in", **params}), {})


@pytest.mark.parametrize(
    ("pathway", "said"),
    [
        ({}, "reference"),
        ({"reference": "in", "zone": "x"}, "timezone"),
        ({"reference": "in", "timezone": "Paris"}, "Paris"),
    ],
)
def test_wrong_settings_are_refused(pathway: dict[str, object], said: str) -> None:
    with pytest.raises(SettingError, match=said):
        read_pathway(study(**pathway), {})
