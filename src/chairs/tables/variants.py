"""Contract of the pathway variants: the distinct sequences of steps, most frequent first."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract

ARROW = " → "

VARIANTS = CONTRACTS.add(
    "variants",
    Contract(
        name="variants",
        label=Text(fr="Variantes de parcours", en="Pathway variants"),
        columns={
            "rank": Column(
                kind="count", at_least=1, label=Text(fr="Rang (1 = la plus fréquente)", en="Rank (1 = most frequent)")
            ),
            "variant": Column(
                kind="text", label=Text(fr="Étapes dans l'ordre, séparées par →", en="Steps in order, separated by →")
            ),
            "steps": Column(
                kind="count", at_least=1, unit="étapes", label=Text(fr="Nombre d'étapes", en="Number of steps")
            ),
            "cases": Column(
                kind="count", at_least=1, persons=True, unit="passages", label=Text(fr="Passages", en="Visits")
            ),
            "share": Column(
                kind="number",
                at_least=0,
                at_most=1,
                label=Text(fr="Part de tous les passages", en="Share of all visits"),
            ),
        },
        key=("rank",),
        order=("rank",),
    ),
)
