"""A contract names file, row and column of each breach and never a value."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chairs.core.errors import DataError
from chairs.tables import CONTRACTS, PERIOD

pytestmark = pytest.mark.unit

SECRET = "DUPONT-1234567"


def events(**changes) -> pd.DataFrame:
    base = {
        "case_id": ["NA", "b"],
        "activity": ["x", "y"],
        "position": [0, 1],
        "start": ["2024-01-01T10:00Z", "2024-01-01T11:00Z"],
        "end": ["2024-01-01T10:30Z", None],
    }
    return pd.DataFrame(base | changes)


def test_a_case_called_na_survives() -> None:
    table = CONTRACTS["events"].check(events())
    assert table["case_id"].tolist() == ["NA", "b"]
    assert str(table["start"].dtype) == "datetime64[us, UTC]"
    assert table["requested"].isna().all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"end": ["2023-01-01T00:00Z", None]}, 'log.csv, row 2, column "end": negative duration'),
        ({"requested": [None, "2025-01-01T00:00Z"]}, 'log.csv, row 3, column "start": negative wait'),
        ({"case_id": [SECRET, None]}, 'log.csv, row 3, column "case_id": missing value'),
        ({"position": [0, -1]}, 'log.csv, row 3, column "position": value out of bounds'),
        ({"start": [SECRET, None]}, 'column "start": the column does not hold only date-times'),
        ({"extra": [1, 2]}, 'column "extra": column unknown to the contract'),
    ],
)
def test_breaches_are_located_without_values(change: dict, said: str) -> None:
    with pytest.raises(DataError) as error:
        CONTRACTS["events"].check(events(**change), file="log.csv")
    assert said in str(error.value)
    assert SECRET not in error.value.say("fr") + error.value.say("en")


def test_an_absent_column_is_named_with_those_there() -> None:
    with pytest.raises(DataError, match='column "activity": column absent; columns present: case_id'):
        CONTRACTS["events"].check(events().drop(columns="activity"))


def test_unknown_codes_and_periods_are_refused() -> None:
    row = {
        "establishment": "a",
        "unit": "all",
        "period": "2019-13",
        "quantity": "q",
        "value": 1.0,
        "status": "ok",
        "source": "s",
    }
    with pytest.raises(DataError, match='column "period": unexpected form'):
        CONTRACTS["quantities"].check(pd.DataFrame([row]))
    with pytest.raises(DataError, match='column "status": unknown code'):
        CONTRACTS["quantities"].check(pd.DataFrame([row | {"period": "2019-12", "status": "zz"}]))


@given(st.integers(1900, 2100), st.integers(1, 12), st.integers(1, 4))
def test_iso_periods_are_known(year: int, month: int, quarter: int) -> None:
    import re

    for text in (f"{year}", f"{year}-{month:02d}", f"{year}-Q{quarter}"):
        assert re.fullmatch(PERIOD, text)
    assert not re.fullmatch(PERIOD, f"{year}-{month:02d}-01")


@pytest.mark.parametrize("name", list(CONTRACTS))
def test_every_contract_is_bilingual_and_orders_its_rows(name: str) -> None:
    contract = CONTRACTS[name]
    assert contract.name == name
    assert contract.label.fr
    assert contract.label.en
    assert contract.order
    assert set(contract.key) <= set(contract.columns)
    assert set(contract.order) <= set(contract.columns)
    for column in contract.columns.values():
        assert column.label.fr
        assert column.label.en
    empty = contract.check(pd.DataFrame({c: [] for c in contract.columns}))
    assert len(empty) == 0
