"""Every instrument file loads, speaks both languages, names its source and licence, and can be scored."""

from __future__ import annotations

import pandas as pd
import pytest

from chairs.surveys.instrument import instrument, instrument_names
from chairs.surveys.scoring import score
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.contract


@pytest.mark.parametrize("name", instrument_names())
def test_every_instrument_says_what_it_is(name):
    record = instrument(name)
    assert record.source
    assert record.licence
    texts = [record.title, *(d.label for d in record.dimensions), *(i.label for i in record.items)]
    assert all(text.fr.strip() and text.en.strip() for text in texts)
    assert "all" in [d.name for d in record.dimensions]
    assert all(set(c.bounds) and c.source for c in record.classes)


@pytest.mark.parametrize("name", [name for name in instrument_names() if instrument(name).items])
def test_the_best_answers_score_100_and_the_worst_0(name):
    record = instrument(name)
    best = max(record.answers, key=record.answers.get)
    worst = min(record.answers, key=record.answers.get)
    rows = [
        {"respondent": f"{who}{k}", "establishment": who, "item": item.code, "answer": answer}
        for who in ("best", "worst")
        for k in range(record.floor)
        for item in record.items
        for answer in [best if (who == "best") != item.reversed else worst]
    ]
    table = pd.DataFrame(rows).assign(unit="all", period="2024", instrument=name, mode="web")
    scores = CONTRACTS["scores"].check(score(table, None, [record]))
    assert (scores["status"] == "ok").all()
    assert set(scores.loc[scores["establishment"] == "best", "score"]) == {100}
    assert set(scores.loc[scores["establishment"] == "worst", "score"]) == {0}
