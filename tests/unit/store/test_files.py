"""Writing is all or nothing, and the same bytes every time."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chairs.core.errors import DataError
from chairs.store.files import read_json, replacing, rounded, write_json
from chairs.store.parquet import read_table, write_table

pytestmark = pytest.mark.unit


def test_an_error_leaves_the_old_file(tmp_path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail() -> None:
        with replacing(path) as draft:
            draft.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@given(
    st.recursive(
        st.floats() | st.integers() | st.text() | st.booleans() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_json_is_finite_and_stable(tmp_path_factory, content) -> None:
    path = tmp_path_factory.mktemp("json") / "a.json"
    write_json(path, content)
    first = path.read_bytes()
    write_json(path, read_json(path))
    assert path.read_bytes() == first
    assert b"NaN" not in first or "NaN" in str(content)


def test_minus_zero_is_zero() -> None:
    assert str(rounded(-1e-9)) == "0.0"


def facts(rows: list[tuple[str, float]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "establishment": [r[0] for r in rows],
            "unit": "all",
            "period": "2019",
            "quantity": "mco_beds",
            "value": [r[1] for r in rows],
            "status": "ok",
            "source": "test",
        }
    )


def test_the_same_rows_in_any_order_give_the_same_bytes(tmp_path) -> None:
    rows = [("010000024", 3.0), ("2A0000014", 1 / 3), ("NA", float("nan"))]
    first = write_table(facts(rows), "quantities", tmp_path / "a").read_bytes()
    second = write_table(facts(rows[::-1]), "quantities", tmp_path / "b").read_bytes()
    assert first == second
    table = read_table(tmp_path / "a" / "quantities.parquet")
    assert table["establishment"].tolist() == ["010000024", "2A0000014", "NA"]
    assert table["value"].tolist()[1] == 0.333333
    assert table["value"].isna().tolist() == [False, False, True]


def test_a_duplicate_key_is_refused_and_nothing_is_written(tmp_path) -> None:
    with pytest.raises(DataError, match="duplicate identifier"):
        write_table(facts([("a", 1.0), ("a", 2.0)]), "quantities", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_or_broken_table_is_said_in_words(tmp_path) -> None:
    with pytest.raises(DataError, match="chairs run"):
        read_table(tmp_path / "none.parquet")
    (tmp_path / "bad.parquet").write_text("not parquet")
    with pytest.raises(DataError, match="not readable as Parquet"):
        read_table(tmp_path / "bad.parquet")
