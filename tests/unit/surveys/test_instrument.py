"""Instruments: what a file must say, and what it may not say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chairs.core.errors import SettingError
from chairs.core.records import build
from chairs.surveys.instrument import Instrument, instrument, instrument_names, read_instrument

pytestmark = pytest.mark.unit

WORDS = {"fr": "a", "en": "a"}


def sheet(**changes: Any) -> dict[str, Any]:
    return {
        "name": "tiny",
        "title": WORDS,
        "version": "1",
        "source": {"fr": "inventé", "en": "invented"},
        "licence": "EUPL-1.2",
        "respondent": "patient",
        "floor": 30,
        "dimensions": [{"name": "all", "label": WORDS}, {"name": "care", "label": WORDS}],
        "items": [{"code": "Q1", "label": WORDS, "dimension": "care"}],
        "answers": {"a": 1, "b": 2},
        "missing": {"9": "refused"},
    } | changes


def test_a_sound_instrument_is_built():
    assert build(Instrument, sheet(), "tiny.yaml").missing == {"9": "refused"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"answers": {"a": 1, "b": 3}}, "do not run from 1 to k"),
        ({"answers": {"a": 1}}, "at least two answers"),
        ({"missing": {"a": "refused"}}, "points and a reason"),
        ({"missing": {"9": "lost"}}, "not in the list"),
        ({"floor": 1}, "at least 2 respondents"),
        ({"answered_share": 0.0}, "share lies between"),
        ({"items": [{"code": "Q1", "label": WORDS, "dimension": "meals"}]}, "unknown dimension"),
        ({"items": [{"code": "Q1", "label": WORDS, "dimension": "all"}]}, "unknown dimension"),
        ({"items": [{"code": "Q1", "label": WORDS, "dimension": "care"}] * 2}, 'item "Q1" twice'),
        (
            {
                "items": [
                    {"code": "Q1", "label": WORDS, "dimension": "care", "asked_if": {"item": "Q7", "answers": ["a"]}}
                ]
            },
            "filter on an unknown item",
        ),
        (
            {
                "items": [
                    {"code": "Q0", "label": WORDS},
                    {"code": "Q1", "label": WORDS, "dimension": "care", "asked_if": {"item": "Q0", "answers": ["z"]}},
                ]
            },
            "filter on an unknown code",
        ),
        (
            {"dimensions": [{"name": "all", "label": WORDS}, {"name": "care", "label": WORDS, "direction": -1}]},
            "no mean",
        ),
        ({"dimensions": [{"name": n, "label": WORDS} for n in ("care", "meals")]}, "without an item"),
        ({"flour": 30}, 'unknown key "flour"'),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(changes, said):
    with pytest.raises(SettingError) as error:
        build(Instrument, sheet(**changes), "tiny.yaml")
    assert said in error.value.say("en")


def test_an_unknown_name_is_answered_with_the_valid_ones():
    with pytest.raises(SettingError) as error:
        instrument("esatis")
    assert all(name in error.value.say("fr") for name in instrument_names())
    with pytest.raises(SettingError, match="choose among: accueil, all"):
        instrument("esatis-48h-mco").dimension("meals")


def test_the_name_is_that_of_the_file(tmp_path: Path):
    path = tmp_path / "other.yaml"
    path.write_text(
        "{name: tiny, title: {fr: a, en: a}, version: '1', source: {fr: s, en: s}, licence: l, "
        "respondent: staff, floor: 30, dimensions: []}"
    )
    with pytest.raises(SettingError, match="write name: other"):
        read_instrument(path)


def test_classes_hold_for_their_years_only():
    assert instrument("esatis-48h-mco").classes_of("2017").bounds == {"A": 77.3, "B": 74.0, "C": 70.7}
    assert instrument("esatis-ca").classes_of("2019-Q1").bounds["C"] == 73.1
    assert instrument("esatis-ca").classes_of("2017") is None


def test_every_instrument_says_the_years_of_its_version() -> None:
    assert [name for name in instrument_names() if not instrument(name).years] == []
    assert instrument("hcahps").stands_for("2024-Q1")
    assert not instrument("hcahps").stands_for("2025")
    assert not instrument("isatis-coding").stands_for("2025")
    assert not instrument("nhs-staff-engagement").stands_for("2025")
    assert instrument("who-5").stands_for("2025")
    assert not instrument("who-5").stands_for("1997")


@pytest.mark.parametrize(
    ("years", "said"), [(None, "are not said"), ('["since 2020"]', "unreadable"), ('["2024-2020"]', "unreadable")]
)
def test_a_version_without_readable_years_is_refused(tmp_path: Path, years: str | None, said: str) -> None:
    import chairs.surveys.instrument as room

    text = (room.FOLDER / "fft.yaml").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith("years:")]
    path = tmp_path / "fft.yaml"
    path.write_text("\n".join([*kept, *([f"years: {years}"] if years else [])]), encoding="utf-8")
    with pytest.raises(SettingError, match=said):
        read_instrument(path)
