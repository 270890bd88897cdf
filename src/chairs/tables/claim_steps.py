"""Contract of the ladder of models behind each declared link: one row a pair and rung."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract, measured

CLAIM_STEPS = CONTRACTS.add(
    "claim_steps",
    Contract(
        name="claim_steps",
        label=Text(fr="Échelle des modèles", en="Ladder of models"),
        columns={
            "protocol": Column(kind="text", label=Text(fr="Protocole", en="Protocol")),
            "exposure": Column(kind="text", label=Text(fr="Exposition", en="Exposure")),
            "outcome": Column(kind="text", label=Text(fr="Résultat", en="Outcome")),
            "rung": Column(
                kind="text",
                choices=(
                    "description",
                    "between",
                    "within",
                    "contextual",
                    "pooled",
                    "two_way",
                    "staggered",
                    "double_ml",
                    "ordinal",
                ),
                label=Text(fr="Modèle", en="Model"),
            ),
            "level": Column(
                kind="text",
                choices=("establishment", "change"),
                label=Text(fr="Ce qui est comparé", en="What is compared"),
            ),
            "estimate": measured(
                "Points par unité (log-cotes pour des classes)", "Points per unit (log odds for classes)"
            ),
            "low": measured("Borne basse à 95 %", "Lower 95% bound"),
            "high": measured("Borne haute à 95 %", "Upper 95% bound"),
            "p": measured("p", "p"),
            "n": Column(kind="count", at_least=0, label=Text(fr="Lignes", en="Rows")),
            "clusters": Column(kind="count", missing=True, at_least=0, label=Text(fr="Sites", en="Sites")),
            "reason": Column(kind="text", missing=True, label=Text(fr="Raison si non estimable", en="Reason if none")),
        },
        key=("protocol", "exposure", "outcome", "rung"),
        order=("protocol", "outcome", "exposure", "rung"),
    ),
)
