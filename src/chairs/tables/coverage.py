"""Contract of the coverage: who stands behind each link, and the mean outcome of the groups compared."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS, PERIOD
from chairs.tables.contract import Column, Contract

COVERAGE = CONTRACTS.add(
    "coverage",
    Contract(
        name="coverage",
        label=Text(fr="Couverture des liens", en="Coverage of the links"),
        columns={
            "protocol": Column(kind="text", label=Text(fr="Protocole", en="Protocol")),
            "outcome": Column(
                kind="text", label=Text(fr="Issue (questionnaire/dimension)", en="Outcome (instrument/dimension)")
            ),
            "period": Column(kind="text", pattern=PERIOD, label=Text(fr="Période ISO", en="ISO period")),
            "measure": Column(
                kind="text",
                choices=("surveyed", "joined", "scored", "compared", "mean_outcome"),
                label=Text(
                    fr="Sites enquêtés ; avec des indicateurs ; un score ; cet indicateur ; score moyen du groupe",
                    en="Sites surveyed; with indicators; a score; this indicator; mean score of the group",
                ),
            ),
            "subject": Column(
                kind="text",
                label=Text(
                    fr="Indicateur (compared) ou groupe, trait=valeur (mean_outcome) ; vide : tous",
                    en="Indicator (compared) or group, trait=value (mean_outcome); empty: all",
                ),
            ),
            "value": Column(kind="number", missing=True, label=Text(fr="Valeur", en="Value")),
            "n": Column(kind="count", at_least=0, unit="établissements", label=Text(fr="Sites", en="Sites")),
        },
        key=("protocol", "outcome", "measure", "subject"),
        order=("protocol", "outcome", "measure", "subject"),
    ),
)
