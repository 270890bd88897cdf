"""The census counted by hand: stays, overlaps, open stays, clock changes."""

from __future__ import annotations

import pandas as pd
import pytest

from chairs.core.errors import DataError, SettingError
from chairs.flow.census import hourly_census, open_stays
from chairs.flow.week import daily, week_profile, within
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.unit

DAY = pd.Timestamp("2024-01-01", tz="UTC")


def make_log(*rows: tuple[str, str, str | None, float | None, float | None]) -> pd.DataFrame:
    """Rows: case, step, unit, start and end in hours since midnight."""
    table = pd.DataFrame(
        [
            (case, step, unit, *(None if time is None else DAY + pd.Timedelta(hours=time) for time in times))
            for case, step, unit, *times in rows
        ],
        columns=["case_id", "activity", "unit", "start", "end"],
    )
    return CONTRACTS["events"].conform(table.assign(position=range(len(table))))


def values(table: pd.DataFrame, unit: str, measure: str = "census") -> list[float]:
    chosen = table[(table["unit"] == unit) & (table["measure"] == measure)].sort_values("hour")
    return chosen["value"].tolist()


def test_present_on_the_hour_from_entry_included_to_exit_excluded() -> None:
    table = hourly_census(make_log(("A", "stay", "W", 1, 3), ("B", "stay", "W", 1.5, 2.5), ("C", "stay", "W", 0, 4)))
    assert values(table, "W") == [1, 2, 3, 1, 0]
    assert values(table, "W", "arrivals") == [1, 2, 0, 0, 0]
    assert values(table, "W", "departures") == [0, 0, 1, 1, 1]


def test_a_stay_within_one_hour_is_an_entry_and_never_present() -> None:
    table = hourly_census(make_log(("A", "stay", "W", 0.1, 0.2), ("B", "stay", "W", 0, 1)))
    assert values(table, "W") == [1, 0]
    assert values(table, "W", "arrivals") == [2, 0]


def test_a_patient_is_where_the_latest_step_took_place() -> None:
    log = make_log(
        ("A", "arrival", "ED", 0, 0), ("A", "triage", "ED", 1, 1.2), ("A", "stay", "W", 3, 5), ("A", "scan", "ED", 6, 6)
    )
    table = hourly_census(log)
    assert values(table, "ED") == [1, 1, 1, 0, 0, 0, 0]
    assert values(table, "W") == [0, 0, 0, 1, 1, 1, 0]
    assert values(table, "all") == [1, 1, 1, 1, 1, 1, 0]
    assert values(table, "all", "arrivals") == [1, 0, 0, 0, 0, 0, 0]


def test_declared_stays_that_overlap_count_once_and_gaps_count_as_away() -> None:
    log = make_log(
        ("A", "stay", "W", 0, 2), ("A", "stay", "W", 1, 3), ("A", "stay", "W", 5, 6), ("A", "scan", "X", 1, 4)
    )
    table = hourly_census(log, presence=["stay"])
    assert values(table, "W") == values(table, "all") == [1, 1, 1, 0, 0, 1, 0]
    assert values(table, "W", "arrivals") == [1, 0, 0, 0, 0, 1, 0]
    assert "X" not in set(table["unit"])


def test_a_stay_without_end_counts_to_the_end_of_the_log() -> None:
    log = make_log(("A", "stay", "W", 0, None), ("B", "stay", "W", 1, 3))
    for presence in ((), ("stay",)):
        assert values(hourly_census(log, presence=presence), "W") == [1, 2, 2, 1]
        assert open_stays(log, presence=presence) == 1


def test_a_log_without_any_end_has_no_open_stay() -> None:
    log = make_log(("A", "in", "W", 0, None), ("A", "out", "W", 2, None))
    assert values(hourly_census(log), "W") == [1, 1, 0]
    assert open_stays(log) == 0


def test_steps_outside_put_nobody_anywhere() -> None:
    log = make_log(("A", "cancellation", "W", 0, 0), ("A", "stay", "W", 3, 4))
    assert values(hourly_census(log, outside=["cancellation"]), "W", "arrivals") == [0, 0, 0, 1, 0]


def test_steps_without_unit_are_nowhere() -> None:
    assert hourly_census(make_log(("A", "call", None, 0, 4))).empty
    table = hourly_census(make_log(("A", "call", None, 0, 1), ("A", "stay", "W", 2, 3)))
    assert values(table, "W") == [1, 0]


def test_littles_law_holds_to_the_last_digit_for_stays_on_the_hour() -> None:
    lengths = [(i * 7) % 11 + 1 for i in range(200)]
    log = make_log(*((f"c{i}", "stay", f"W{i % 3}", i % 50, i % 50 + n) for i, n in enumerate(lengths)))
    table = hourly_census(log, presence=["stay"])
    census, arrivals = (table[(table["unit"] == "all") & (table["measure"] == m)] for m in ("census", "arrivals"))
    rate = arrivals["value"].sum() / len(arrivals)
    assert census["value"].mean() == pytest.approx(rate * sum(lengths) / len(lengths), rel=1e-12)
    assert census["value"].sum() == sum(lengths)


def test_who_entered_and_not_left_is_there() -> None:
    log = make_log(*((f"c{i}", "stay", "W", i * 0.37, i * 0.37 + (i % 7) + 0.11) for i in range(60)))
    table = hourly_census(log)
    arrivals, departures, census = (values(table, "W", m) for m in ("arrivals", "departures", "census"))
    balance = pd.Series(arrivals).cumsum() - pd.Series(departures).cumsum()
    started_on_the_hour = [1] + [0] * (len(census) - 1)  # c0 enters at 0:00 and counts at once
    assert census == [float(b) for b in balance.shift(fill_value=0) + started_on_the_hour]


def test_a_wrong_date_is_refused_before_it_fills_the_memory() -> None:
    log = make_log(("A", "stay", "W", 0, 1), ("B", "stay", "W", -24 * 366 * 80, 1))
    with pytest.raises(DataError, match="wrong date"):
        hourly_census(log)


@pytest.mark.parametrize(("day", "hours"), [("2024-03-31", 23), ("2024-10-27", 25), ("2024-06-01", 24)])
def test_local_days_have_23_24_or_25_hours(day: str, hours: int) -> None:
    begin = pd.Timestamp(day, tz="Europe/Paris")
    end = (pd.Timestamp(day) + pd.Timedelta(days=1)).tz_localize("Europe/Paris")
    log = CONTRACTS["events"].conform(
        pd.DataFrame(
            {"case_id": ["A"], "activity": ["stay"], "unit": ["W"], "start": [begin], "end": [end], "position": [0]}
        )
    )
    table = daily(hourly_census(log), "Europe/Paris")
    row = table[(table["day"] == day) & (table["unit"] == "W") & (table["measure"] == "census")].iloc[0]
    assert (row["n"], row["value"], row["low"], row["high"]) == (hours, 1, 1, 1)


def test_the_hour_that_autumn_repeats_is_two_observations_and_the_one_that_spring_skips_none() -> None:
    hours = pd.date_range("2024-01-01", "2024-12-31 22:00", freq="h", tz="UTC")
    table = pd.DataFrame({"site": "S", "unit": "W", "hour": hours, "measure": "census", "value": 1.0})
    sundays = week_profile(table, "Europe/Paris").query("weekday == 7").set_index("hour")["n"]
    assert sundays[2] == 52  # 52 Sundays: one without, one with two
    assert sundays[12] == 52
    march, october = (table[table["hour"].dt.month == month] for month in (3, 10))
    assert week_profile(march, "Europe/Paris").query("weekday == 7").set_index("hour")["n"][2] == 4
    assert week_profile(october, "Europe/Paris").query("weekday == 7").set_index("hour")["n"][2] == 5


def test_profile_quantiles_are_over_the_hours_of_a_cell() -> None:
    hours = pd.date_range("2024-01-01 09:00", periods=5, freq="7D", tz="UTC")
    table = pd.DataFrame({"site": "S", "unit": "W", "hour": hours, "measure": "census", "value": [1.0, 2, 3, 4, 10]})
    row = week_profile(table, "UTC").iloc[0]
    assert row[["weekday", "hour", "mean", "p10", "p90", "n"]].tolist() == pytest.approx([1, 9, 4, 1.4, 7.6, 5])


@pytest.mark.parametrize(
    ("period", "hours"), [("2023", 8760), ("2023-2024", 17544), ("2024-Q1", 2183), ("2024-03", 743), ("2024-10", 745)]
)
def test_a_period_is_cut_at_local_midnight(period: str, hours: int) -> None:
    table = pd.DataFrame({"hour": pd.date_range("2022-01-01", "2026-01-01", freq="h", tz="UTC")})
    assert len(within(table, period, "Europe/Paris")) == hours


@pytest.mark.parametrize("period", ["", "24", "2024-13", "2024-Q5", "2024-01-01"])
def test_another_form_of_period_is_refused(period: str) -> None:
    with pytest.raises(SettingError, match="2019-Q3"):
        within(pd.DataFrame({"hour": pd.to_datetime([], utc=True)}), period, "Europe/Paris")
