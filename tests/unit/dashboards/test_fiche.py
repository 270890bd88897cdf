"""A figure without one of its parts is refused, and its fingerprint names its numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chairs.core.errors import Text
from chairs.dashboards.fiche import Column, Fiche, Table, lint

pytestmark = pytest.mark.unit


def both(text: str) -> Text:
    return Text(fr=text, en=text)


def fiche(**changes: Any) -> Fiche:
    table = Table(
        columns=(Column(key="unit", label=both("Unité")), Column(key="n", label=both("n"), kind="count")),
        rows=(("A", 12), ("B", None)),
        statuses=("ok", "masked"),
    )
    whole: dict[str, Any] = {
        "id": "some-figure",
        "title": both("Titre"),
        "question": both("Pourquoi ?"),
        "sentence": both("12 patients."),
        "alt": both("Une barre de 12 patients."),
        "figure": {"fr": "<svg/>", "en": "<svg/>"},
        "table": table,
        "n": 12,
        "counted": both("patients"),
        "source": both("invention"),
        "how_to_read": both("De gauche à droite."),
    }
    return Fiche(**{**whole, **changes})


def test_a_whole_fiche_passes() -> None:
    assert lint(fiche()) == []


@pytest.mark.parametrize("part", ["title", "question", "sentence", "alt", "counted", "source", "how_to_read", "note"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_text_missing_in_one_language_is_refused(part: str, lang: str) -> None:
    with pytest.raises(ValueError, match=f"{part} is empty in {lang}"):
        fiche(**{part: replace(both("Texte 1"), **{lang: " "})})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"alt": both("Une barre.")}, "alt holds no number in fr; alt holds no number in en"),
        ({"figure": {"fr": "<svg/>"}}, "no drawing in en"),
        ({"n": -1}, "n is negative"),
        ({"id": "Not An Id"}, "id is not"),
        ({"table": Table(columns=(Column(key="a", label=both("a")),), rows=())}, "the table is empty"),
        ({"table": Table(columns=(Column(key="a", label=both("")),), rows=((1,),))}, "no heading in fr"),
        ({"table": Table(columns=(Column(key="a", label=both("a")),) * 2, rows=((1, 2),))}, "share a key"),
        ({"table": Table(columns=(Column(key="a", label=both("a")),), rows=((1, 2),))}, "not as long"),
        ({"table": Table(columns=(Column(key="a", label=both("a")),), rows=((1,),), statuses=("ok", "ok"))}, "differ"),
    ],
)
def test_what_the_lint_refuses(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fiche(**changes)


def test_a_masked_cell_says_so() -> None:
    assert fiche().table.formatted("fr") == [["A", "12"], ["B", "masqué (n\u00a0<\u00a011)"]]


def test_the_fingerprint_is_of_numbers_and_columns_only() -> None:
    table = fiche().table
    relabelled = replace(table, columns=tuple(replace(c, label=both("autre")) for c in table.columns))
    assert relabelled.fingerprint() == table.fingerprint()
    assert replace(table, rows=(("A", 13), ("B", None))).fingerprint() != table.fingerprint()
    renamed = replace(table, columns=(replace(table.columns[0], key="ward"), table.columns[1]))
    assert renamed.fingerprint() != table.fingerprint()
    noise = replace(table, rows=(("A", 12 + 1e-9), ("B", None)))
    assert noise.raw()["rows"][0][1] == 12.0
