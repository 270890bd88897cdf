"""Contract of the specification curves: one row a pair and set of choices, with the joint test of the curve."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract, measured

CURVE_POINTS = CONTRACTS.add(
    "curve_points",
    Contract(
        name="curve_points",
        label=Text(fr="Courbes de spécification", en="Specification curves"),
        columns={
            "protocol": Column(kind="text", label=Text(fr="Protocole", en="Protocol")),
            "exposure": Column(kind="text", label=Text(fr="Exposition", en="Exposure")),
            "outcome": Column(kind="text", label=Text(fr="Résultat", en="Outcome")),
            "place": Column(kind="count", at_least=1, label=Text(fr="Place sur la courbe", en="Place on the curve")),
            "lag": Column(kind="count", at_least=0, unit="années", label=Text(fr="Décalage", en="Lag")),
            "adjusted": Column(kind="flag", label=Text(fr="Ajusté", en="Adjusted")),
            "floor": Column(kind="count", at_least=1, label=Text(fr="Réponses au moins", en="Answers at least")),
            "extremes": Column(kind="flag", label=Text(fr="Extrêmes gardés", en="Extremes kept")),
            "estimate": measured("Points par unité", "Points per unit"),
            "low": measured("Borne basse à 95 %", "Lower 95% bound"),
            "high": measured("Borne haute à 95 %", "Upper 95% bound"),
            "joint_p": measured("p du test conjoint", "p of the joint test"),
        },
        key=("protocol", "exposure", "outcome", "lag", "adjusted", "floor", "extremes"),
        order=("protocol", "outcome", "exposure", "place"),
    ),
)
