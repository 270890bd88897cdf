"""Contract of the cases: one row a visit or stay, with its attributes."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract

CASES = CONTRACTS.add(
    "cases",
    Contract(
        name="cases",
        label=Text(fr="Passages et séjours", en="Visits and stays"),
        columns={
            "case_id": Column(
                kind="text", label=Text(fr="Passage ou séjour (pseudonyme)", en="Visit or stay (pseudonym)")
            ),
            "replication": Column(
                kind="count",
                missing=True,
                at_least=0,
                label=Text(fr="Réplique, si simulé", en="Replication, when simulated"),
            ),
        },
        key=("case_id", "replication"),
        order=("case_id", "replication"),
        open=True,
    ),
)
