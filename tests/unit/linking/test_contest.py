"""A challenge answered in words: its unit, its place beside the curve, what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chairs.core.errors import SettingError, Text
from chairs.linking.contest import Answer, Challenge, contest
from chairs.linking.protocol import Protocol

pytestmark = pytest.mark.unit
ASKED = Protocol(
    name="p", study="demo", question=Text(fr="?", en="?"), exposures=("x",), outcomes=("i/d",), estimand="within",
    lag=0, per={"x": 0.1}, future_exposure=False,
)  # fmt: skip


def answer(planted: Any, challenge: Challenge, protocol: Protocol = ASKED, sites: int = 12) -> Answer:
    return contest(planted.panel(planted.Planted(sites=sites), 1), protocol, ("x", "i/d"), challenge)


def test_numbers_are_those_of_the_declared_change_and_name_it(planted: Any) -> None:
    once, tenth = answer(planted, Challenge(), replace(ASKED, per={})), answer(planted, Challenge())
    assert once.declared.estimate == tenth.declared.estimate, "kept per unit"
    said = tenth.say("fr", "Durée (+0,1 jour)")
    assert said.startswith("Déclaré – Durée (+0,1 jour) : +")
    assert f"{0.1 * tenth.declared.estimate:+.4g}".replace(".", ",") in said  # type: ignore[operator]
    assert f"médiane {0.1 * tenth.curve.median:+.4g}".replace(".", ",") in said  # type: ignore[operator]
    assert "exposure" not in said
    assert "x (+0.1)" in tenth.say("en")


@pytest.mark.parametrize("challenge", [Challenge(drop=("H003",)), Challenge(lag=2), Challenge(floor=40)])
def test_a_choice_beside_the_curve_has_its_rank_among_the_points(planted: Any, challenge: Challenge) -> None:
    found = answer(planted, challenge)
    assert found.rank is None
    below = sum(one.estimate < found.challenged.estimate for _, one in found.curve.points)  # type: ignore[operator]
    assert found.below == below
    assert f"À côté de la courbe : ce choix n'en fait pas partie ; {below} de ses 4 points" in found.say("fr")
    assert f"{below} of its 4 points lie below" in found.say("en")
    assert "Place sur la courbe : " in answer(planted, Challenge()).say("fr")


def test_without_an_estimate_it_says_so_and_why(planted: Any) -> None:
    said = answer(planted, Challenge(), sites=5)
    assert "n'a pas d'estimation avec un intervalle (trop peu" in said.say("fr")
    assert "has no estimate with an interval (too few" in said.say("en")
    assert "touche zéro" not in said.say("fr")
    assert "Place sur la courbe : aucune" in said.say("fr")


@pytest.mark.parametrize(
    ("challenge", "column"),
    [
        (Challenge(drop=("H003", "NOTASITE")), "--drop"),
        (Challenge(floor=0), "--floor"),
        (Challenge(lag=51), "--lag"),
        (Challenge(lag=-51), "--lag"),
    ],
)
def test_what_is_no_challenge_is_refused_with_a_remedy(planted: Any, challenge: Challenge, column: str) -> None:
    with pytest.raises(SettingError) as refused:
        answer(planted, challenge)
    (told,) = refused.value.problems
    assert told.column == column
    assert told.remedy is not None


@pytest.mark.parametrize(
    ("challenge", "column", "remedy"),
    [
        (Challenge(drop=tuple(f"H{k:03d}" for k in range(12))), "--drop", "leave fewer"),
        (Challenge(drop=tuple(f"H{k:03d}" for k in range(5))), "--drop", "leave fewer"),
        (Challenge(floor=10**9), "--floor", "declared: 30"),
        (Challenge(floor=10**9, drop=("H003",)), "--floor", "declared: 30"),
        (Challenge(lag=30), "--lag", "declared: 0"),
    ],
)
def test_a_challenge_that_leaves_too_few_names_the_option(
    planted: Any, challenge: Challenge, column: str, remedy: str
) -> None:
    with pytest.raises(SettingError) as refused:
        answer(planted, challenge)
    (told,) = refused.value.problems
    assert told.column == column
    assert "8 are needed" in told.what.en
    assert told.remedy is not None
    assert remedy in told.remedy.en


def test_the_link_without_the_list_stands_below_it(planted: Any) -> None:
    found = answer(planted, Challenge(drop=tuple(f"H{k:03d}" for k in range(4))))
    assert found.challenged.clusters == 8, "as few as can be compared"
    assert (found.carried.left is None) == (not found.carried.names)
    if found.carried.left is not None:
        assert found.carried.left.clusters == 12 - len(found.carried.names or ())
        assert "Lien déclaré (n 60) sans cette liste – " in found.say("fr")


def test_the_list_of_each_link_is_that_of_its_own_establishments(planted: Any) -> None:
    left_out = answer(planted, Challenge()).carried.names
    assert left_out, "the declared link has a list"
    found = answer(planted, Challenge(drop=left_out[:1]))
    said = found.say("fr")
    assert found.carried.names == left_out
    assert found.challenged_carried is not None
    assert left_out[0] not in (found.challenged_carried.names or ()), "nobody is taken out twice"
    assert found.challenged_carried.link.n == found.challenged.n == 55
    assert "\nLien déclaré (n 60) : " in said
    assert "\nLien contesté (n 55) : " in said
    assert "Lien contesté" not in answer(planted, Challenge()).say("fr")
