"""A mapping that cannot work is refused before any file is opened, with what to write instead."""

from __future__ import annotations

from typing import Any

import pytest

from chairs.core.errors import SettingError
from chairs.sources.mapping import mapping_of

pytestmark = pytest.mark.unit

EVENTS = {"table": "events", "columns": {"case_id": "A", "activity": "B"}}
QUANTITIES = {
    "table": "quantities",
    "columns": {"establishment": "A", "period": "B"},
    "constants": {"unit": "all", "source": "x"},
    "wide": {"into": "quantity", "columns": {"beds": "C"}},
}


def of(base: dict[str, Any], **changes: Any) -> Any:
    return mapping_of({"source": "f.csv", "year": None, "scratch": None, **base, **changes})


def test_good_ones_are_taken() -> None:
    assert of(EVENTS).table == "events"
    assert of(QUANTITIES).wide.columns == {"beds": "C"}
    assert of(EVENTS, codes={"activity": {"1": "triage"}}, time_format="%d/%m/%Y").codes["activity"] == {"1": "triage"}
    assert of(QUANTITIES, period_format="%m/%Y").period_format == "%m/%Y"


@pytest.mark.parametrize(
    ("base", "changes", "said"),
    [
        (EVENTS, {"table": "evnets"}, "choose among: "),
        (EVENTS, {"colums": {}}, 'unknown key "colums"'),
        (EVENTS, {"columns": {"case_id": "A"}}, 'nothing gives the column "activity"'),
        (EVENTS, {"columns": {"case_id": "A", "activity": "B", "age": "C"}}, 'unknown column "age"'),
        (EVENTS, {"columns": {"case_id": "A", "activity": "B", "end": "C"}}, "time zone absent"),
        (EVENTS, {"columns": {"case_id": 3, "activity": "B"}}, "text (in quotes)"),
        (EVENTS, {"timezone": "Paris"}, 'unknown time zone: "Paris"'),
        (EVENTS, {"timezone": "../../etc/passwd"}, "unknown time zone"),
        (EVENTS, {"time_format": "%Q"}, "unknown date format"),
        (EVENTS, {"time_format": "YYYY"}, "unknown date format"),
        (EVENTS, {"separator": ";;"}, "one character"),
        (EVENTS, {"codes": {"unit": {"a": "b"}}}, 'codes given for "unit"'),
        (EVENTS, {"attributes": {"case_id": "A"}}, '"attributes: case_id" has no use'),
        (EVENTS, {"constants": {"end": "2024-01-01"}}, "has no use"),
        (EVENTS, {"wide": {"into": "unit", "columns": {}}}, "has no use"),
        (EVENTS, {"columns": {"case_id": "A", "activity": "B", "position": "C"}}, "has no use"),
        (QUANTITIES, {"attributes": {"a": "b"}}, "has no use"),
        (QUANTITIES, {"decimal": ";"}, "decimal mark"),
        (QUANTITIES, {"period_format": "mm/yyyy"}, "unknown date format"),
        (QUANTITIES, {"wide": {"into": "word", "columns": {"beds": "C"}}}, 'unknown column "word"'),
        (QUANTITIES, {"wide": None}, 'nothing gives the column "quantity"'),
        (QUANTITIES, {"constants": {"unit": "all", "source": "x", "value": "many"}}, "cannot be constant"),
    ],
)
def test_bad_ones_are_refused(base: dict[str, Any], changes: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingError) as error:
        of(base, **changes)
    assert said in error.value.say("en")
    assert "f.csv" in error.value.say("fr")
