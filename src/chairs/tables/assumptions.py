"""Contract of the assumptions: what a twin takes for granted and what its log could not tell, in words."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract

ASSUMPTIONS = CONTRACTS.add(
    "assumptions",
    Contract(
        name="assumptions",
        label=Text(fr="Hypothèses du jumeau", en="Assumptions of the twin"),
        columns={
            "kind": Column(
                kind="text",
                choices=("unidentified", "assumed"),
                label=Text(fr="Inconnu du journal, ou supposé", en="Unknown to the log, or assumed"),
            ),
            "rank": Column(kind="count", at_least=1, label=Text(fr="Ordre", en="Order")),
            "sentence_fr": Column(kind="text", label=Text(fr="En mots", en="In words, French")),
            "sentence_en": Column(kind="text", label=Text(fr="En mots, anglais", en="In words")),
        },
        key=("kind", "rank"),
        order=("kind", "rank"),
    ),
)
