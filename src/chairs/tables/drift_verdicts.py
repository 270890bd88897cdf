"""Contract of the watch's verdicts: coverage and skill in operation, champion and challenger, in numbers and words."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract

DRIFT_VERDICTS = CONTRACTS.add(
    "drift_verdicts",
    Contract(
        name="drift_verdicts",
        label=Text(fr="Verdicts de la veille", en="Verdicts of the watch"),
        columns={
            "flow": Column(
                kind="text", choices=("arrivals", "stays"), label=Text(fr="Flux surveillé", en="Flow watched")
            ),
            "measure": Column(
                kind="text",
                choices=(
                    "alarms", "ratio", "coverage_80", "coverage_95", "skill", "champion_score",
                    "challenger_score", "gain", "replaced", "told_rise",
                ),
                label=Text(
                    fr="Alarmes ; constaté / prévu ; couvertures ; gain sur la moyenne du jour ; scores "
                    "logarithmiques du modèle en place et du prétendant, gain du prétendant, remplacement (1 : oui) ; "
                    "hausse durable des arrivées qui se verrait dans la semaine",
                    en="Alarms; seen / foreseen; coverages; gain over the mean of the kind of day; log "
                    "scores of champion and challenger, gain of the challenger, replacement (1: yes); lasting rise in "
                    "arrivals that would show within a week",
                ),
            ),
            "value": Column(kind="number", missing=True, label=Text(fr="Valeur", en="Value")),
            "low": Column(kind="number", missing=True, label=Text(fr="Borne basse à 95 %", en="Lower bound, 95%")),
            "high": Column(kind="number", missing=True, label=Text(fr="Borne haute à 95 %", en="Upper bound, 95%")),
            "days": Column(kind="count", at_least=0, label=Text(fr="Jours jugés", en="Days judged")),
            "sentence_fr": Column(kind="text", label=Text(fr="En mots (français)", en="In words (French)")),
            "sentence_en": Column(kind="text", label=Text(fr="En mots (anglais)", en="In words (English)")),
        },
        key=("flow", "measure"),
        order=("flow", "measure"),
    ),
)  # fmt: skip
