"""Contract of the outlook: patients foreseen in each unit from those present now, with the beds that are open."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract

LEVELS = (0.025, *(round(0.05 * i, 2) for i in range(1, 20)), 0.975)

OUTLOOK = CONTRACTS.add(
    "outlook",
    Contract(
        name="outlook",
        label=Text(fr="Prévision du jumeau à partir des présents", en="Forecast of the twin from those present"),
        columns={
            "unit": Column(kind="text", label=Text(fr="Unité (all : tout le site)", en="Unit (all: the whole site)")),
            "measure": Column(
                kind="text",
                choices=("arrivals", "census", "departures"),
                label=Text(fr="Mesure", en="Measure"),
            ),
            "origin": Column(
                kind="time", unit="UTC", label=Text(fr="Dernier instant connu", en="Last moment that is known")
            ),
            "target": Column(
                kind="time",
                unit="UTC",
                label=Text(
                    fr="Instant du nombre de présents, début de l'heure des entrées et sorties",
                    en="Moment of the census, start of the hour of entries and exits",
                ),
            ),
            "mean": Column(kind="number", at_least=0, unit="patients", label=Text(fr="Moyenne", en="Mean")),
            **{
                f"q{level:g}": Column(
                    kind="number",
                    at_least=0,
                    unit="patients",
                    label=Text(fr=f"Quantile {level:g}", en=f"Quantile {level:g}"),
                )
                for level in LEVELS
            },
            "open_beds": Column(
                kind="number", missing=True, at_least=0, unit="lits", label=Text(fr="Lits ouverts", en="Open beds")
            ),
            "exceeds": Column(
                kind="number",
                missing=True,
                at_least=0,
                at_most=1,
                label=Text(
                    fr="Probabilité que les présents dépassent les lits ouverts",
                    en="Probability that those present exceed the open beds",
                ),
            ),
        },
        key=("origin", "unit", "measure", "target"),
        order=("origin", "unit", "measure", "target"),
    ),
)
