"""A protocol is checked, and refuses what its own diagram or the scale of its outcome forbids."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chairs.core.errors import SettingError, Text
from chairs.linking.protocol import Protocol, effects_of, read_protocol, unblocked

pytestmark = pytest.mark.unit

GRAPH = ("size -> x", "size -> outcome", "x -> stay", "stay -> outcome", "x -> outcome")
PROTOCOL = Protocol(
    name="p",
    study="demo",
    question=Text(fr="?", en="?"),
    estimand="within",
    exposures=("x",),
    outcomes=("i/d",),
    covariates=("size",),
    graph=GRAPH,
)


def written(folder: Path, text: str) -> Path:
    path = folder / "p.yaml"
    path.write_text(text, encoding="utf-8")
    return path


BASE = """
name: p
study: demo
question: {fr: "?", en: "?"}
estimand: within
exposures: [x]
outcomes: [i/d]
graph: [size -> x, size -> outcome, x -> stay, stay -> outcome]
"""


def test_a_good_protocol_is_read(tmp_path: Path) -> None:
    assert read_protocol(written(tmp_path, BASE + "covariates: [size]\n")).covariates == ("size",)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("covariates: [stay]\n", "effect of"),
        ("lag: -1\n", "negative lag"),
        ("magic: 3\n", "magic"),
        ('graph: ["x causes y"]\n', "unreadable arrow"),
        ("graph: [x -> y, y -> x]\n", "cycle"),
        ("estimand: causal\n", "choose among: within, between"),
        ("model: ordinal\n", "model: ordinal and estimand: between"),
        ("outcomes: [cms-hcahps-stars/all]\n", "ordered classes have no distance"),
        ("deviations: [{date: lundi, what: {fr: a, en: a}, why: {fr: b, en: b}}]\n", "unreadable date"),
    ],
)
def test_what_cannot_be_is_refused_in_words(tmp_path: Path, more: str, words: str) -> None:
    key = more.split(":")[0]
    base = "".join(f"{line}\n" for line in BASE.splitlines() if not line.startswith(key))
    with pytest.raises(SettingError, match=words):
        read_protocol(written(tmp_path, base + more))


def test_the_diagram_names_common_causes_left_open() -> None:
    assert effects_of(GRAPH, "x") == {"stay", "outcome"}
    assert unblocked(PROTOCOL, "x") == set()
    assert unblocked(replace(PROTOCOL, covariates=()), "x") == {"size"}
