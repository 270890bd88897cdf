"""`chairs diff` says on the terminal what the page says: words, not keys."""

from __future__ import annotations

import pytest

from chairs.cli.diff import in_words
from chairs.record.diff import Change, Changes

pytestmark = pytest.mark.unit
KEY = "demo · absenteeism · demo-patient-experience/pec_inf"
ITEMS = (
    Change(table="claims", key=KEY, column="n", before=72.0, after="masked"),
    Change(table="scenario_results", key="demo · ward_closed", column="gone", before=None, after=1.5),
)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr", ("Absentéisme → ", "72 → masqué", "service fermé")),
        ("en", ("Absenteeism → ", "72 → masked", "ward shut")),
    ],
)
def test_the_terminal_uses_the_words_of_the_page(lang, said):
    labels = {"ward_closed": {"fr": "service fermé", "en": "ward shut"}}
    text = in_words("demo", Changes(study="demo", first=False, items=ITEMS), labels, lang)
    assert all(word in text for word in said)
    assert not [code for code in ("absenteeism ·", "pec_inf", "claims", "ward_closed") if code in text]
