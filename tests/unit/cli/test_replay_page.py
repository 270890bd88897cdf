"""The page of a replay: what it says of the twin's error, in both languages, and the mark that `chairs trace` knows."""

from __future__ import annotations

import pytest

from chairs.cli.replay_page import changed, head, mark, page
from chairs.core.errors import Text
from chairs.record.asked import INTERNAL
from chairs.twin.replay import beside_others
from chairs.twin.replayed import Line, Moves, Replay

pytestmark = pytest.mark.unit

LABELS = {"MIN": Text(fr="Médecine interne", en="Internal medicine")}
FOUND = Replay(
    scenario="beds", redraws=8, present=889, arrived=2894,
    lines=tuple(
        Line(measure="census", of=of, unit="patients", real=30.0, again=29.0, again_low=28.5, again_high=29.5,
             near=True, effect=3.9, low=3.7, high=4.1)
        for of in ("all", "MIN")
    ),
    moves=(Moves(wait="bed", least=15.0, less=(10.0, 5.0, 15.0), more=(1.0, 0.0, 2.0)),),
    inside={"all": 0.4}, gaps={"all": (1.0, 2.0, 3.0, 4.0), "ED": (0.0, 0.0, 0.0, 10.0)}, assumed=(),
)  # fmt: skip
OTHERS = [{"all": (0.0, 1.0, 2.0, 3.0, 4.0, 5.0), "ED": (1.0, 1.0)}, {"all": (2.0,) * 5, "ED": (1.0,), "W": (9.0,)}]


def test_the_error_of_the_twin_is_that_of_other_weeks() -> None:
    """Four hours in five of eleven: the 80 % quantile of 0 1 2 2 2 2 2 2 3 4 5 is 3; three hours of four keep it."""
    found = beside_others(FOUND, OTHERS)
    assert found.margin == {"all": 3.0, "ED": 1.0}
    assert found.held == {"all": 0.75, "ED": 0.75}
    assert (found.weeks, found.apart["all"]) == (2, 2.5)
    assert beside_others(FOUND, []).margin == {}


def test_the_sentences_say_the_error_where_it_is_known_and_nothing_where_not() -> None:
    said = " ".join(head(beside_others(FOUND, OTHERS), "2024-01-08", "fr"))
    assert "Les 2 semaines d'avant" in said
    assert "au plus 3,0 patients quatre heures sur cinq" in said
    assert "8 janvier 2024" in said
    alone = " ".join(head(FOUND, "2024-01-08", "en"))
    assert "2.5 patients from what happened" in alone
    assert "twin's error" not in alone


def test_the_change_is_said_in_words() -> None:
    assert changed(None, {"MIN": 4}, LABELS, "fr") == "Médecine interne : +4 lits"
    assert changed(None, {"ED doctor": -1}, LABELS, "en") == "ED doctor: −1"
    assert changed(None, {}, LABELS, "fr") == "Rien ne change"
    assert (
        changed(Text(fr="Dix lits", en="Ten beds"), {"MIN": 1}, LABELS, "en") == "Ten beds, Internal medicine: +1 bed"
    )


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_says_what_it_is_and_carries_its_mark(lang: str) -> None:
    printed = mark(FOUND, "demo")
    notice = Text(fr="données de démonstration", en="demonstration data")
    text = page(FOUND, ["<Rien>", *head(FOUND, "2024-01-08", lang)], LABELS, printed, notice, lang)  # type: ignore[arg-type]
    assert printed in text
    assert INTERNAL.say(lang)[:12] in text  # type: ignore[arg-type]
    assert notice.say(lang)[1:] in text  # type: ignore[arg-type]
    assert "&lt;Rien&gt;" in text
    assert f'<html lang="{lang}">' in text
    assert text.count("<table>") == 2
    assert mark(beside_others(FOUND, OTHERS), "demo") != printed
