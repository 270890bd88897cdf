"""Contract of the process map: which step directly follows which, how often and after how long."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract

CASE_START = "case_start"  # written as the source of a pathway's first step
CASE_END = "case_end"  # written as the target of its last step

TRANSITIONS = CONTRACTS.add(
    "transitions",
    Contract(
        name="transitions",
        label=Text(fr="Enchaînements directs des étapes", en="Steps that directly follow each other"),
        columns={
            "source": Column(kind="text", label=Text(fr="Étape (ou « case_start »)", en="Step (or “case_start”)")),
            "target": Column(
                kind="text", label=Text(fr="Étape suivante (ou « case_end »)", en="Next step (or “case_end”)")
            ),
            "cases": Column(
                kind="count",
                at_least=0,
                persons=True,
                unit="passages",
                label=Text(fr="Passages où il a lieu", en="Visits in which it occurs"),
            ),
            "n": Column(kind="count", at_least=0, persons=True, label=Text(fr="Occurrences", en="Occurrences")),
            "median_hours": Column(
                kind="number",
                missing=True,
                unit="h",
                label=Text(
                    fr="Délai médian, de la fin de l'étape au début de la suivante",
                    en="Median delay, from the end of the step to the start of the next",
                ),
            ),
            "p90_hours": Column(
                kind="number", missing=True, unit="h", label=Text(fr="9e décile du délai", en="90th percentile of it")
            ),
        },
        key=("source", "target"),
        order=("source", "target"),
    ),
)
