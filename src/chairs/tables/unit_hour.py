"""Contract of hourly measures of a unit: census, arrivals, open beds; published or aggregated."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract

UNIT_HOUR = CONTRACTS.add(
    "unit_hour",
    Contract(
        name="unit_hour",
        label=Text(fr="Mesures horaires par unité", en="Hourly measures by unit"),
        columns={
            "site": Column(kind="text", label=Text(fr="Établissement (site)", en="Establishment (site)")),
            "unit": Column(kind="text", label=Text(fr="Unité", en="Unit")),
            "hour": Column(kind="time", unit="UTC", label=Text(fr="Début de l'heure", en="Start of the hour")),
            "measure": Column(
                kind="text",
                choices=("arrivals", "departures", "census", "boarding", "open_beds", "occupied_beds", "waiting"),
                label=Text(fr="Mesure", en="Measure"),
            ),
            "value": Column(
                kind="number", missing=True, at_least=0, unit="patients, lits", label=Text(fr="Valeur", en="Value")
            ),
            "replication": Column(
                kind="count",
                missing=True,
                at_least=0,
                label=Text(fr="Réplique, si simulé", en="Replication, when simulated"),
            ),
        },
        key=("replication", "site", "unit", "hour", "measure"),
        order=("replication", "site", "unit", "measure", "hour"),
    ),
)
