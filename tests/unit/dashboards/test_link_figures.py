"""Key drivers and the ladder: what their tables say, and the reason when there is nothing to show."""

from __future__ import annotations

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
    said = drawn("claims", invented.hospital(), {"claims": known}).sentence
    assert "avant de lire" not in said.fr
    assert "on known results" in said.en
