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
        ("graph: [x -> y, y -> x]\n", "cycle: x, y"),
        ("graph: [x -> outcome, a -> b, b -> c, c -> a, c -> x]\n", "cycle: a, b, c"),
        ("graph: [a -> a]\n", "cycle: a"),
        ("estimand: causal\n", "choose among: within, between"),
        ("model: ordinal\n", "model: ordinal and estimand: between"),
        ("outcomes: [cms-hcahps-stars/all]\n", "ordered classes have no distance"),
        ("deviations: [{date: lundi, what: {fr: a, en: a}, why: {fr: b, en: b}}]\n", "unreadable date"),
        ("deviations: [{date: '20261122', what: {fr: a, en: a}, why: {fr: b, en: b}}]\n", "unreadable date"),
    ],
)
def test_what_cannot_be_is_refused_in_words(tmp_path: Path, more: str, words: str) -> None:
    key = more.split(":")[0]
    base = "".join(f"{line}\n" for line in BASE.splitlines() if not line.startswith(key))
    with pytest.raises(SettingError, match=words):
        read_protocol(written(tmp_path, base + more))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("fdr: 0\n", '"fdr": share outside'),
        ("fdr: 1\n", '"fdr": share outside'),
        ("fdr: .nan\n", '"fdr": share outside'),
        ("smallest_effect: 0\n", '"smallest_effect": smallest effect not above 0'),
        ("smallest_effect: .inf\n", '"smallest_effect": smallest effect not above 0'),
        ("floor: 0\n", '"floor": fewer than one answer'),
        ("lag: 51\n", '"lag": more than 50 years'),
        ("lag: 0.5\n", "lag: a whole number is expected"),
        ("other_lags: [1, -1]\n", '"other_lags": negative lag'),
        ("other_lags: [99]\n", '"other_lags": more than 50 years'),
        ("other_lags: [1, 1]\n", '"other_lags": named twice: 1'),
        ("future_years: 0\n", '"future_years": under a year'),
        ("other_future_years: [0]\n", '"other_future_years": under a year'),
        ("future_years: 2\nother_future_years: [2, 3]\n", '"other_future_years": named twice: 2'),
        ("future_exposure: false\nother_future_years: [3]\n", '"other_future_years": years without a future'),
        ("per: {x: 0}\n", '"per": a change that is not above 0'),
        ("per: {x: .nan}\n", '"per": a change that is not above 0'),
        ("per: {z: 1}\n", '"per": not among the exposures: z'),
        ("assumed: {sites: 3}\n", '"assumed": unknown key "sites"'),
        ("assumed: {classes: 5}\n", '"assumed": unknown key "classes"'),
        ("assumed: {site: -1}\n", '"assumed": a spread below 0'),
        ("assumed: {site: 2}\n", '"assumed": a spread that is not said: year, person'),
        ("assumed: {}\n", '"assumed": a spread that is not said: site, year, person'),
        ("assumed: {site: 2, year: 0, person: 0}\n", '"assumed": nothing would vary (year, person: 0)'),
        ("assumed: {site: 2, year: .inf, person: 0}\n", '"assumed": a spread below 0 or impossible'),
        ("assumed: {site: .nan, year: 1, person: 0}\n", '"assumed": a spread below 0 or impossible'),
        ("assumed: {site: 1.0e+300, year: 1, person: 0}\n", '"assumed": a spread below 0 or impossible'),
        ("unmeasured: [x]\n", '"unmeasured": an exposure would not be measured: x'),
        ("exposures: [x, x]\n", '"exposures": named twice: x'),
        ("exposures: []\n", '"exposures": no pair to study'),
        ("exposures: [x, i/d]\n", '"exposures": an exposure is an outcome, too: i/d'),
        ("outcomes: [i/d, i/d]\n", '"outcomes": named twice: i/d'),
        ("covariates: [size, size]\n", '"covariates": named twice: size'),
        ("covariates: [x]\n", '"covariates": a covariate is an exposure, too: x'),
        ("ladder: [double_ml, double_ml]\n", '"ladder": named twice: double_ml'),
        ("negative_outcomes: [i/d]\n", '"negative_outcomes": a control outcome is studied, too: i/d'),
        ("graph: [a -> x -> outcome]\n", '"graph": unreadable arrow'),
        ("graph: [a - x]\n", '"graph": unreadable arrow'),
    ],
)
def test_a_number_or_a_list_out_of_bounds_is_refused_with_file_key_and_remedy(
    tmp_path: Path, more: str, words: str
) -> None:
    key = more.split(":")[0]
    base = "".join(f"{line}\n" for line in BASE.splitlines() if not line.startswith(key))
    with pytest.raises(SettingError) as error:
        read_protocol(written(tmp_path, base + more))
    said = error.value.say("en")
    assert words in said
    assert said.startswith("pipelines/protocols/p.yaml")
    if "expected" not in words:  # a value of another kind: what is expected is the remedy
        assert all(one.remedy is not None and one.column for one in error.value.problems)


@pytest.mark.parametrize("classes", ["1", "2.5", "21", ".nan", ".inf", "-3"])
def test_a_number_of_classes_that_cannot_be_is_refused(tmp_path: Path, classes: str) -> None:
    text = BASE.replace("within", "between") + f"model: ordinal\nassumed: {{classes: {classes}}}\n"
    with pytest.raises(SettingError, match="a number of classes that cannot be"):
        read_protocol(written(tmp_path, text))
    assert read_protocol(written(tmp_path, text.replace(f"classes: {classes}", "classes: 9"))).assumed["classes"] == 9


def test_between_establishments_their_own_spread_is_enough(tmp_path: Path) -> None:
    text = BASE.replace("within", "between") + "assumed: {site: 2, year: 0, person: 0}\n"
    assert read_protocol(written(tmp_path, text)).assumed["site"] == 2


def test_a_file_that_is_not_yaml_is_named_from_the_project_down(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as error:
        read_protocol(written(tmp_path, "name: ["))
    assert error.value.say("en").startswith("pipelines/protocols/p.yaml, row")


def test_the_diagram_names_common_causes_left_open() -> None:
    assert effects_of(GRAPH, "x") == {"stay", "outcome"}
    assert unblocked(PROTOCOL, "x") == set()
    assert unblocked(replace(PROTOCOL, covariates=()), "x") == {"size"}


@pytest.mark.parametrize(
    ("key", "fr", "en"), [("exposures", "exposition", "an exposure"), ("covariates", "covariable", "a covariate")]
)
def test_what_the_study_only_describes_is_refused_in_a_link_with_file_key_and_remedy(
    tmp_path: Path, key: str, fr: str, en: str
) -> None:
    for folder in ("protocols", "studies"):
        (tmp_path / folder).mkdir()
    study = 'name: demo\ntitle: &t {fr: T, en: T}\nquestion: *t\nlevel: public\nstages: []\nperiod: "2019"\n'
    (tmp_path / "studies/demo.yaml").write_text(study + "indicators: [y]\ndescribed: {indicators: [x]}\n")
    text = BASE if key == "exposures" else BASE.replace("exposures: [x]", "exposures: [y]") + "covariates: [x]\n"
    with pytest.raises(SettingError) as caught:
        read_protocol(written(tmp_path / "protocols", text))
    (found,) = caught.value.problems
    assert (found.file, found.column) == ("pipelines/protocols/p.yaml", key)
    assert (found.what.fr, found.what.en) == (
        f"{fr} qui n'est que décrite par l'étude « demo » : x",
        f'{en} that the study "demo" only describes: x',
    )
    assert found.remedy is not None
    assert all("described:" in words for words in (found.remedy.fr, found.remedy.en))
    assert getattr(read_protocol(written(tmp_path / "protocols", text.replace("[x]", "[size]"))), key) == ("size",)
