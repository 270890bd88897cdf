"""Process map, variants and delays against counts by hand and numpy's quantiles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import DataError, SettingError
from chairs.flow.discovery import durations, process_map, variants
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.unit

DAY = pd.Timestamp("2024-01-01", tz="UTC")


def hour(value: float | None) -> pd.Timestamp | None:
    return None if value is None else DAY + pd.Timedelta(hours=value)


def make_log(*rows: tuple[str, str, float | None, float | None, float | None]) -> pd.DataFrame:
    """Rows: case, step, requested, start, end, in hours since midnight."""
    table = pd.DataFrame(
        [(case, step, *map(hour, times)) for case, step, *times in rows],
        columns=["case_id", "activity", "requested", "start", "end"],
    )
    return CONTRACTS["events"].conform(table.assign(position=range(len(table))))


def ends(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return make_log(*((case, step, None, None, end) for case, step, end in rows))


def test_arcs_are_counted_by_occurrence_and_by_case() -> None:
    log = ends(("A", "test", 1), ("A", "test", 2), ("A", "test", 4), ("B", "test", 0))
    arcs = process_map(log).set_index(["source", "target"])
    assert arcs.loc[("test", "test"), ["cases", "n", "median_hours"]].tolist() == [1, 2, 1.5]
    assert arcs.loc[("case_start", "test"), "n"] == arcs.loc[("test", "case_end"), "n"] == 2


def test_what_enters_a_step_leaves_it() -> None:
    log = ends(("A", "x", 1), ("A", "y", 2), ("A", "x", 3), ("B", "y", 1), ("B", "z", 2), ("C", "x", 5))
    arcs = process_map(log)
    entering, leaving = arcs.groupby("target")["n"].sum(), arcs.groupby("source")["n"].sum()
    assert entering.drop("case_end").to_dict() == leaving.drop("case_start").to_dict() == {"x": 3, "y": 2, "z": 1}


def test_equal_times_keep_the_order_of_the_file() -> None:
    assert variants(ends(("A", "x", 1), ("A", "a", 1)), keep=1)["variant"].tolist() == ["x → a"]


def test_time_goes_before_the_order_of_the_file() -> None:
    assert variants(ends(("A", "late", 2), ("A", "early", 1)), keep=1)["variant"].tolist() == ["early → late"]


def test_the_delay_runs_from_the_end_of_a_step_to_the_start_of_the_next_also_when_they_overlap() -> None:
    log = make_log(("A", "x", None, 1, 3), ("A", "y", None, 2, 4), ("A", "z", None, 6, None))
    arcs = process_map(log).set_index(["source", "target"])["median_hours"]
    assert arcs["x", "y"] == -1
    assert arcs["y", "z"] == 2


def test_steps_without_any_time_are_left_out_of_the_pathway() -> None:
    log = make_log(("A", "x", None, None, 1), ("A", "unknown", None, None, None), ("A", "y", None, None, 2))
    assert variants(log, keep=9)["variant"].tolist() == ["x → y"]


def test_variants_with_as_many_cases_are_ranked_by_name_and_shares_are_of_all_cases() -> None:
    log = ends(("A", "b", 1), ("B", "a", 1), ("C", "c", 1), ("D", "c", 1))
    table = variants(log, keep=2)
    assert table[["rank", "variant", "cases", "share"]].to_numpy().tolist() == [[1, "c", 2, 0.5], [2, "a", 1, 0.25]]


def test_a_separator_inside_a_name_does_not_merge_two_variants() -> None:
    log = ends(("A", "x → y", 1), ("B", "x", 1), ("B", "y", 2))
    assert variants(log, keep=9)["cases"].tolist() == [1, 1]


def test_delays_since_the_reference_keep_and_count_negative_ones() -> None:
    log = ends(("A", "fluid", 0), ("A", "arrival", 1), ("B", "arrival", 0), ("B", "fluid", 2), ("C", "fluid", 9))
    row = durations(log, "arrival").iloc[0]
    assert row[["kind", "to_activity", "n", "negative", "median_hours"]].tolist() == [
        "since_reference",
        "fluid",
        2,
        1,
        0.5,
    ]


def test_first_occurrences_count_and_a_group_is_one_step() -> None:
    log = ends(("A", "in", 0), ("A", "out 2", 5), ("A", "out 1", 7), ("A", "out 2", 9))
    table = durations(log, "in", {"out": ("out 1", "out 2")}).set_index("to_activity")["median_hours"]
    assert table.to_dict() == {"out": 5, "out 1": 7, "out 2": 5}


def test_waiting_and_service_need_both_times() -> None:
    log = make_log(("A", "bed", 0, 3, 8), ("B", "bed", None, 1, 2), ("C", "bed", 2, None, None))
    table = durations(log, "bed").set_index("kind")
    assert table.loc["waiting", ["n", "median_hours"]].tolist() == [1, 3]
    assert table.loc["service", ["n", "median_hours"]].tolist() == [2, 3]


def test_quantiles_are_those_of_numpy() -> None:
    delays = np.random.default_rng(7).exponential(4, 501).round(3)
    rows = [row for i, d in enumerate(delays) for row in ((f"c{i}", "in", 0.0), (f"c{i}", "out", float(d)))]
    found = durations(ends(*rows), "in").iloc[0]
    shares = {"p10_hours": 10, "p25_hours": 25, "median_hours": 50, "p75_hours": 75, "p90_hours": 90}
    for name, share in shares.items():
        assert found[name] == pytest.approx(np.percentile(delays, share), abs=1e-9)


def test_a_step_that_the_log_has_not_is_refused_without_listing_the_log() -> None:
    with pytest.raises(SettingError) as error:
        durations(ends(("A", "secret", 0)), "arrival")
    assert "arrival" in error.value.say("fr")
    assert "secret" not in error.value.say("en") + error.value.say("fr")


def test_every_table_keeps_its_contract() -> None:
    log = make_log(("A", "x", 0, 1, 2), ("A", "y", None, None, 3), ("B", "x", None, 4, None))
    CONTRACTS["transitions"].check(process_map(log))
    CONTRACTS["variants"].check(variants(log, keep=9))
    CONTRACTS["durations"].check(durations(log, "x"))


def test_a_file_gives_what_its_table_gives(tmp_path: Path) -> None:
    log = ends(("A", "x", 1), ("A", "y", 2), ("B", "x", 5))
    log.to_parquet(tmp_path / "events.parquet")
    pd.testing.assert_frame_equal(process_map(tmp_path / "events.parquet"), process_map(log))


@pytest.mark.parametrize("content", [None, b"", b"not parquet"])
def test_a_file_that_is_no_log_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "events.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"events\.parquet"):
        process_map(path)
    pd.DataFrame({"a": [1]}).to_parquet(path)
    with pytest.raises(DataError, match=r"events\.parquet"):
        process_map(path)


def test_a_case_under_way_ends_nowhere() -> None:
    log = CONTRACTS["events"].conform(
        pd.DataFrame(
            {
                "case_id": ["A", "A", "B", "B", "B"],
                "activity": ["arrival", "departure", "arrival", "departure", "boarding"],
                "end": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-01", "2024-01-02", "2024-01-02"], utc=True),
                "position": [0, 1, 2, 3, 4],
            }
        )
    )
    arcs = process_map(log, final=["departure"])
    assert arcs[["source", "target", "n"]].to_numpy().tolist() == [
        ["arrival", "departure", 1],
        ["case_start", "arrival", 1],
        ["departure", "case_end", 1],
    ]
    assert variants(log, keep=5, final=["departure"])["cases"].tolist() == [1]
    assert variants(log, keep=5)["cases"].tolist() == [1, 1]
