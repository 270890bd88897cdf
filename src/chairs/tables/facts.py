"""Contract of the facts: single numbers of an overview, each with its unit, n and status."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS, STATUSES
from chairs.tables.contract import Column, Contract

FACTS = CONTRACTS.add(
    "facts",
    Contract(
        name="facts",
        label=Text(fr="Chiffres d'ensemble", en="Overview numbers"),
        columns={
            "name": Column(kind="text", label=Text(fr="Mot du chiffre", en="Word of the number")),
            "value": Column(kind="number", missing=True, label=Text(fr="Valeur", en="Value")),
            "unit": Column(kind="text", missing=True, label=Text(fr="Unité de mesure", en="Unit of measure")),
            "n": Column(
                kind="count",
                missing=True,
                at_least=0,
                persons=True,
                label=Text(fr="Sur combien de cas", en="Out of how many cases"),
            ),
            "status": Column(
                kind="text",
                choices=STATUSES,
                label=Text(fr="Raison d'une valeur absente", en="Reason of a missing value"),
            ),
            "reason": Column(
                kind="text", missing=True, label=Text(fr="Explication, s'il en faut une", en="Explanation, when needed")
            ),
        },
        key=("name",),
        order=("name",),
    ),
)
