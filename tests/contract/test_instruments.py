"""Every instrument file loads, speaks both languages, names its source and licence, and can be scored."""

from __future__ import annotations

import pandas as pd
import pytest

from chairs.surveys.instrument import Instrument, Item, instrument, instrument_names
from chairs.surveys.scoring import score
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.contract

COPYRIGHT = ("copsoq", "mbi")  # questionnaires whose items may not be shipped


@pytest.mark.parametrize("name", instrument_names())
def test_every_instrument_says_what_it_is(name):
    record = instrument(name)
    assert record.source
    assert record.licence
    texts = [record.title, *(d.label for d in record.dimensions), *(i.label for i in record.items)]
    assert all(text.fr.strip() and text.en.strip() for text in texts)
    assert "all" in [d.name for d in record.dimensions]
    assert all(set(c.bounds) and c.source for c in record.classes)
    assert all(d.cut.source and not d.cut.official for d in record.dimensions if d.cut)
    assert not any(word in name for word in COPYRIGHT)


def extreme(record: Instrument, item: Item, best: bool) -> str:
    """The answer that gives the most or the fewest points; one that lets the following questions be asked."""
    gates = [other.asked_if.answers for other in record.items if other.asked_if and other.asked_if.item == item.code]
    if gates:
        return gates[0][0]
    points = record.scale_of(item).answers
    return (max if best != item.reversed else min)(points, key=lambda code: points[code])


@pytest.mark.parametrize("name", [name for name in instrument_names() if instrument(name).items])
def test_the_highest_and_the_lowest_answers_give_the_ends_of_every_dimension(name):
    record = instrument(name)
    rows = [
        {
            "respondent": f"{who}{k}",
            "establishment": who,
            "item": item.code,
            "answer": extreme(record, item, who == "most"),
        }
        for who in ("most", "least")
        for k in range(record.floor)
        for item in record.items
        for answer in [extreme(record, item, who == "most")]
    ]
    period = "2024" if record.stands_for("2024") else record.years[0][:4]
    table = pd.DataFrame(rows).assign(unit="all", period=period, instrument=name, mode="web")
    scores = CONTRACTS["scores"].check(score(table, None, [record])).set_index(["establishment", "dimension"])
    assert (scores["status"] == "ok").all()
    for dimension in (d for d in record.dimensions if not d.published):
        low, high = record.extent(dimension)
        turned = dimension.points == "bottom" or (dimension.cut is not None and dimension.cut.under is not None)
        found = [scores.loc[(who, dimension.name), "score"] for who in ("least", "most")]
        assert found == pytest.approx([high, low] if turned else [low, high]), dimension.name
