"""Key drivers and the ladder: what their tables say, and the reason when there is nothing to show."""

from __future__ import annotations

import re
from dataclasses import replace
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from chairs.core.study import Drivers
from chairs.dashboards.fiche import Absence, Fiche
from chairs.dashboards.figures import FIGURES

pytestmark = pytest.mark.unit
OUTCOME = "demo-patient-experience/all"


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def drawn(figure: str, study: Any, tables: dict[str, pd.DataFrame]) -> Fiche:
    made = FIGURES[figure].draw(study, tables)
    assert isinstance(made, Fiche), made
    return made


def test_key_drivers_say_shares_and_whether_the_first_stands_apart(invented: ModuleType) -> None:
    table = invented.key_drivers(OUTCOME)
    fiche = drawn("key-drivers", invented.hospital(), {"key_drivers": table})
    assert "30,0 % [25,0 ; 36,0]" in plain(fiche.sentence.fr)
    assert "vont avec 45 %" in plain(fiche.sentence.fr)
    assert "le premier se détache" in plain(fiche.sentence.fr)
    wide = table.assign(low=0.0, high=0.9)
    assert "the order is not sure" in drawn("key-drivers", invented.hospital(), {"key_drivers": wide}).sentence.en
    assert "n'est pas une cause" in plain(fiche.note.fr)  # type: ignore[union-attr]


@pytest.mark.parametrize(("reason", "word"), [("collinear", "arbitraires"), ("constant_outcome", "même partout")])
def test_key_drivers_that_mean_nothing_give_their_reason(invented: ModuleType, reason: str, word: str) -> None:
    table = invented.key_drivers(OUTCOME).head(1).assign(share=float("nan"), reason=reason)
    made = FIGURES["key-drivers"].draw(invented.hospital(), {"key_drivers": table})
    assert isinstance(made, Absence)
    assert word in made.reason.fr


def test_stars_counted_as_numbers_are_told(invented: ModuleType) -> None:
    study = replace(invented.hospital(), drivers=Drivers(outcome="cms-hcahps-stars/all"))
    fiche = drawn("key-drivers", study, {"key_drivers": invented.key_drivers("cms-hcahps-stars/all")})
    assert "Étoiles" in fiche.note.fr or "étoiles" in fiche.note.fr  # type: ignore[union-attr]


def test_a_study_that_asks_for_none_has_no_card(invented: ModuleType) -> None:
    assert FIGURES["key-drivers"].draw(invented.sites(), {}) is None
    assert FIGURES["ladder"].draw(invented.sites(), {}) is None


def test_the_ladder_shows_the_clearest_claim_with_its_reasons(invented: ModuleType) -> None:
    tables = {"claims": invented.claims(OUTCOME), "claim_steps": invented.claim_steps(OUTCOME)}
    fiche = drawn("ladder", invented.hospital(), tables)
    said = plain(fiche.sentence.fr)
    assert "3 des 3 modèles se distinguent de zéro, tous du même signe ; 1 sans estimation" in said
    rows = {row[0]: row for row in fiche.table.formatted("fr")}
    assert rows["Changement, années communes ôtées"][1] == "déclarée"
    assert plain(rows["Changement, années communes ôtées"][2]) == "−2,00", "per tenth of occupancy"
    assert "programme" in rows["Entrée dans un programme"][-1]


def test_links_on_known_results_are_not_said_to_be_declared_before(invented: ModuleType) -> None:
    known = invented.claims(OUTCOME).assign(status="exploratory")
    tables = {"claims": known, "protocol_log": invented.protocol_log("known")}
    fiche = drawn("claims", invented.hospital(), tables)
    words = (fiche.title.fr, fiche.question.fr, fiche.sentence.fr, fiche.headline.label.fr)  # type: ignore[union-attr]
    assert not any("avance" in text or "avant de lire" in text for text in words)
    assert "exploratory because declared on known results" in fiche.sentence.en
    assert "already known" in fiche.question.en
    assert "était connu" in fiche.note.fr  # type: ignore[union-attr]


def test_a_change_that_touches_the_verdicts_makes_them_exploratory_and_is_shown(invented: ModuleType) -> None:
    known = invented.claims(OUTCOME).assign(status="exploratory")
    tables = {"claims": known, "protocol_log": invented.protocol_log().assign(touches=True)}
    fiche = drawn("claims", invented.hospital(), tables)
    words = (fiche.title.fr, fiche.question.fr, fiche.sentence.fr, fiche.headline.label.fr)  # type: ignore[union-attr]
    assert not any("avance" in text or "avant de lire" in text for text in words), "not as sealed"
    assert "modifié après son scellé" in plain(fiche.sentence.fr)
    assert "changed after it was sealed" in fiche.headline.label.en  # type: ignore[union-attr]
    assert "a changé après son scellé" in plain(fiche.note.fr)  # type: ignore[union-attr]
    assert "one model added (to see)" in fiche.note.en  # type: ignore[union-attr]


def test_each_seal_is_told_with_its_own_date(invented: ModuleType) -> None:
    log = invented.protocol_log().assign(date=["2026-10-01", "2026-11-22"], seal=["a" * 64, "0123456789abcdef"])
    tables = {"claims": invented.claims(OUTCOME), "protocol_log": log}
    note = drawn("claims", invented.hospital(), tables).note
    assert note is not None
    assert (
        "scellé le 1er octobre 2026, empreinte aaaaaaaaaaaa ; version en vigueur du 22 novembre 2026, empreinte 0123"
    ) in plain(note.fr)
    assert "seal aaaaaaaaaaaa; version in force of 22 November 2026, seal 0123456789ab." in plain(note.en)


def test_a_pair_without_an_estimate_is_counted_and_listed_with_its_reason(invented: ModuleType) -> None:
    claims = invented.claims(OUTCOME)
    fiche = drawn("claims", invented.hospital(), {"claims": claims})
    assert "Of 4 links declared before the results were read (1 of which cannot be estimated), 1" in fiche.sentence.en
    last = [plain(cell) for cell in fiche.table.formatted("fr")[-1]]
    assert "non estimable" in last
    assert "trop peu d'observations utilisables pour ce que le modèle estime" in last
    none = claims.assign(low=float("nan"), claim="not_valid")
    assert isinstance(FIGURES["claims"].draw(invented.hospital(), {"claims": none}), Absence)


def test_the_page_and_the_command_say_a_flag_alike() -> None:
    from chairs.dashboards.protocol_words import flagged
    from chairs.linking.verdict import Verdict
    from chairs.stats.estimate import Estimate
    from chairs.tables.claims import FLAGS

    blank = Estimate(term="exposure", n=9, reason="too_few")
    kept = {"q": None, "q_any_dependence": None, "robustness": None, "claim": "doubtful", "steps": ()}
    found = Verdict(exposure="x", outcome="i/d", primary=blank, flags=tuple(FLAGS), **kept)  # type: ignore[arg-type]
    for lang in ("fr", "en"):
        said = plain(flagged(";".join(FLAGS)).say(lang)).replace("’", "'")
        assert said in plain(found.say(lang)).replace("’", "'")


def test_the_page_says_for_which_later_year_a_control_spoke_of_how_many(invented: ModuleType) -> None:
    claims = invented.claims(OUTCOME)
    doubt = claims["claim"] == "doubtful"
    claims.loc[doubt, ["flags", "future_tried", "future_held"]] = ["fragile;future", "2;3", "3"]
    fiche = drawn("claims", invented.hospital(), {"claims": claims})
    fr, en = ([plain(cell) for row in fiche.table.formatted(lang) for cell in row] for lang in ("fr", "en"))
    assert any(
        "(3 ans après ; essayés : 2 et 3 ans après, au seuil resserré pour 2 essais selon Holm)" in c for c in fr
    )
    assert any(
        "(3 years later; tried: 2 and 3 years later, at a threshold tightened for 2 tries by Holm)" in c for c in en
    )


@pytest.mark.parametrize("outcome", ["unread", "known"])
def test_a_headline_on_links_says_in_the_same_breath_what_it_rests_on(invented: ModuleType, outcome: str) -> None:
    status = "exploratory" if outcome == "known" else "confirmatory"
    claims = invented.claims(OUTCOME).assign(status=status)
    claims["flags"] = claims["flags"].mask(claims["claim"] == "supported", "untested")
    tables = {"claims": claims, "protocol_log": invented.protocol_log(outcome)}
    label = drawn("claims", invented.hospital(), tables).headline.label  # type: ignore[union-attr]
    assert ("exploratoires" in label.fr) is ("résultats déjà connus" in label.fr) is (outcome == "known")
    assert ("exploratory" in label.en) is ("known results" in label.en) is (outcome == "known")
    assert "un test qui pourrait le contredire manque" in plain(label.fr)
    assert "a test that could contradict it" in plain(label.en).replace("lack", "")


def test_a_missing_control_is_told(invented: ModuleType) -> None:
    claims = invented.claims(OUTCOME)
    claims["flags"] = claims["flags"].mask(claims["claim"] == "supported", "untested")
    fiche = drawn("claims", invented.hospital(), {"claims": claims})
    lacks = "(dont 1 où un test qui pourrait le contredire manque)"
    assert f"1 est soutenu {lacks} et 1 est douteux" in plain(fiche.sentence.fr)
    assert any("un test qui pourrait le contredire manque" in cell for cell in fiche.table.formatted("fr")[0])


@pytest.mark.parametrize("figure", ["claims", "ladder", "key-drivers"])
def test_no_heading_is_a_bare_symbol_or_a_method_name(invented: ModuleType, figure: str) -> None:
    tables = {"claims": invented.claims(OUTCOME), "claim_steps": invented.claim_steps(OUTCOME)}
    fiche = drawn(figure, invented.hospital(), {**tables, "key_drivers": invented.key_drivers(OUTCOME)})
    labels = {text for column in fiche.table.columns for text in (column.label.fr, column.label.en)}
    assert not labels & {"p", "q", "Robustesse", "Robustness", "Part (LMG)", "Share (LMG)", "n"}


def test_how_to_read_depends_on_who_is_compared(invented: ModuleType) -> None:
    claims = invented.claims(OUTCOME)
    within = drawn("claims", invented.hospital(), {"claims": claims}).how_to_read
    between = drawn("claims", invented.hospital(), {"claims": claims.assign(estimand="between")}).how_to_read
    assert "à lui-même" in plain(within.fr)
    assert "entre eux" not in within.fr
    assert "entre eux" in plain(between.fr)
    assert "à lui-même" not in between.fr


def classes(invented: ModuleType) -> dict[str, pd.DataFrame]:
    """The invented claims and ladder, the outcome made of ordered classes."""
    steps = invented.claim_steps("cms-hcahps-stars/all")
    odds = steps[steps["rung"] == "between"].assign(rung="ordinal", estimate=-9.0, low=-14.0, high=-4.0)
    claims = invented.claims("cms-hcahps-stars/all").assign(model="ordinal", estimand="between")
    return {"claims": claims, "claim_steps": pd.concat([steps, odds], ignore_index=True)}


@pytest.mark.parametrize("figure", ["claims", "ladder"])
def test_ordered_classes_show_a_direction_and_no_amount(invented: ModuleType, figure: str) -> None:
    fiche = drawn(figure, invented.hospital(), classes(invented))
    labels = {column.label.fr for column in fiche.table.columns}
    assert "Sens" in labels
    assert not labels & {"Points", "De", "À"}
    assert "[" not in fiche.sentence.fr, "no interval of an amount"
    assert not re.search(r"\d points? ", plain(fiche.sentence.fr).replace("points de %", ""))
    assert "seul le sens se lit" in plain(fiche.how_to_read.fr)
    layout = fiche.figure["fr"].to_plotly_json()["layout"]
    assert layout["xaxis"]["showticklabels"] is False
    assert "points" not in layout["xaxis"]["title"]["text"]
    ends = [x for x in fiche.figure["fr"].to_plotly_json()["data"][0]["x"] if x is not None]
    assert {round(b - a, 9) for a, b in zip(ends[::2], ends[1::2], strict=True)} == {2.0}, "one length for all"
    if figure == "claims":
        assert "vers une classe plus basse" in plain(fiche.sentence.fr)
        found = {row[0]: row[4] for row in fiche.table.formatted("fr")}
        assert "sens non établi" in found.values()


def test_the_contrast_is_no_model_and_a_mark_over_zero_is_hollow(invented: ModuleType) -> None:
    steps = invented.claim_steps(OUTCOME)
    gap = steps[steps["rung"] == "between"].assign(rung="contextual", estimate=-1.0, low=-3.0, high=1.0)
    wide = steps.assign(high=steps["high"].mask(steps["rung"] == "description", 5.0))
    tables = {"claims": invented.claims(OUTCOME), "claim_steps": pd.concat([wide, gap], ignore_index=True)}
    fiche = drawn("ladder", invented.hospital(), tables)
    assert "2 des 3 modèles se distinguent de zéro" in plain(fiche.sentence.fr)
    symbols = fiche.figure["fr"].to_plotly_json()["data"][1]["marker"]["symbol"]
    assert list(symbols) == ["circle-open", "circle", "square-open", "diamond"]


def test_why_links_are_doubtful_counts_what_speaks_against_them_and_no_test_that_is_missing() -> None:
    from chairs.dashboards.protocol_words import doubted

    flags = ["fragile;small;untested", "fragile", "unadjusted", "untested", None]
    rows = pd.DataFrame({"claim": ["doubtful", "doubtful", "supported", "doubtful", "not_supported"], "flags": flags})
    said = plain(doubted(rows).en)
    assert "would undo it (2); too small to matter" in said
    assert re.findall(r"\((\d+)\)", said) == ["2", "1"]
    assert "missing" not in said
    assert doubted(rows.iloc[2:3]) is None
