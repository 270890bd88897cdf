"""Numbers, periods and durations read as a French or an English reader expects."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chairs.dashboards import fmt

pytestmark = pytest.mark.unit
finite = st.floats(-1e12, 1e12, allow_nan=False)


@given(finite, st.integers(0, 4))
def test_a_french_number_reads_back_to_the_value(value: float, digits: int) -> None:
    text = fmt.number(value, "fr", digits)
    assert "." not in text
    assert "-" not in text
    back = float(text.replace("\u202f", "").replace(",", ".").replace("\u2212", "-"))
    assert abs(back - value) <= 0.5 * 10**-digits * (1 + 1e-9) + abs(value) * 1e-12


@given(finite, st.integers(0, 4))
def test_both_languages_show_the_same_digits(value: float, digits: int) -> None:
    french, english = (re.sub(r"\D", "", fmt.number(value, lang, digits)) for lang in ("fr", "en"))
    assert french == english


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_a_missing_number_never_reads_as_a_number(value: float | None) -> None:
    for write in (fmt.number, fmt.percent, fmt.hours, fmt.p_value, fmt.measure):
        assert write(value, "fr") == "n.d."
        assert write(value, "en") == "not available"
    assert fmt.interval(value, 1.0, "fr") == "n.d."


def test_what_rounds_to_zero_has_no_sign() -> None:
    assert fmt.number(-0.004, "fr", 2) == "0,00"
    assert fmt.hours(-0.001, "fr") == "0\u00a0min"


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (8 + 5 / 60, "8 h 05", "8 h 05"),
        (1.0, "1 h", "1 h"),
        (59.4 / 60, "59 min", "59 min"),
        (59.6 / 60, "1 h", "1 h"),
        (47.999, "2 j", "2 d"),
        (134.0, "5 j 14 h", "5 d 14 h"),
        (24 * 1234.0, "1\u202f234 j", "1,234 d"),
    ],
)
def test_durations(value: float, french: str, english: str) -> None:
    assert fmt.hours(value, "fr").replace("\u00a0", " ") == french
    assert fmt.hours(value, "en").replace("\u00a0", " ") == english


@given(st.floats(0, 5000))
def test_a_duration_is_right_to_its_last_unit(value: float) -> None:
    text = fmt.hours(value, "en").replace("\u00a0", " ").replace(",", "")
    total = 0.0
    if found := re.fullmatch(r"(\d+) min", text):
        total, step = int(found[1]) / 60, 1 / 60
    elif found := re.fullmatch(r"(\d+) h(?: (\d\d))?", text):
        total, step = int(found[1]) + int(found[2] or 0) / 60, 1 / 60
    else:
        found = re.fullmatch(r"(\d+) d(?: (\d+) h)?", text)
        assert found is not None
        assert int(found[2] or 0) < 24
        total, step = 24 * int(found[1]) + int(found[2] or 0), 1.0
    assert abs(total - value) <= 0.5 * step + 1 / 60


def test_three_kinds_of_missing_never_look_alike() -> None:
    words = {fmt.missing(status, "fr") for status in ("masked", "not_available", "not_applicable")}
    assert words == {"masqué (n\u00a0<\u00a011)", "n.d.", "s.o."}


def test_periods() -> None:
    assert fmt.period("2019-Q1", "fr") == "1er trimestre 2019"
    assert fmt.period("2023-2024", "fr") == "2023–2024"


@given(st.text("abc 0123456789:;!?%«»<>='\u00a0\u202f", max_size=40))
def test_typesetting_twice_changes_nothing_more(text: str) -> None:
    once = fmt.typeset(text, "fr")
    assert fmt.typeset(once, "fr") == once


@given(st.floats(0, 1))
def test_a_p_value_is_never_zero(value: float) -> None:
    text = fmt.p_value(value, "fr")
    assert text != "0,000"
    assert ("<" in text) == (value < 0.001)
