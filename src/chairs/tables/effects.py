"""Contract of the effects: what a scenario changes in the twin, with both uncertainties."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract

EFFECTS = CONTRACTS.add(
    "effects",
    Contract(
        name="effects",
        label=Text(fr="Effets des scénarios du jumeau", en="Effects of the twin's scenarios"),
        columns={
            "scenario": Column(kind="text", label=Text(fr="Scénario", en="Scenario")),
            "measure": Column(
                kind="text",
                label=Text(
                    fr="Mesure : boarding_mean (attente d'un lit), wait_mean (attente du médecin), stay_mean (séjour "
                    "aux urgences), unseen (partis sans être vus), put_off (admissions reportées), beds_in_use",
                    en="Measure: boarding_mean (wait for a bed), wait_mean (wait for the doctor), stay_mean (stay in "
                    "the ED), unseen (left without being seen), put_off (admissions put off), beds_in_use",
                ),
            ),
            "unit": Column(kind="text", label=Text(fr="Unité", en="Unit")),
            "before": Column(kind="number", missing=True, label=Text(fr="Sans le changement", en="Without the change")),
            "mean": Column(kind="number", missing=True, label=Text(fr="Effet moyen", en="Mean effect")),
            "low": Column(kind="number", missing=True, label=Text(fr="Borne basse à 95 %", en="Lower 95 % bound")),
            "high": Column(kind="number", missing=True, label=Text(fr="Borne haute à 95 %", en="Upper 95 % bound")),
            "se": Column(
                kind="number", missing=True, at_least=0, label=Text(fr="Erreur de simulation", en="Simulation error")
            ),
            "input_se": Column(
                kind="number",
                missing=True,
                at_least=0,
                label=Text(
                    fr="Erreur due au journal, un échantillon (vide : non estimée, l'intervalle l'ignore)",
                    en="Error from the log, a sample (empty: not estimated, the interval leaves it out)",
                ),
            ),
            "replications": Column(kind="count", at_least=0, label=Text(fr="Paires de répliques", en="Pairs of runs")),
            "fte": Column(
                kind="number",
                missing=True,
                label=Text(fr="Coût en équivalents temps plein", en="Cost in full-time equivalents"),
            ),
            "euros": Column(
                kind="number", missing=True, label=Text(fr="Coût en euros par an", en="Cost in euros a year")
            ),
            "status": Column(
                kind="text", choices=("estimated", "imprecise", "not_valid"), label=Text(fr="Statut", en="Status")
            ),
            "reason": Column(kind="text", missing=True, label=Text(fr="Raison", en="Reason")),
        },
        key=("scenario", "measure"),
        order=("scenario", "measure"),
    ),
)
