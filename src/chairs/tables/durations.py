"""Contract of the delays of a pathway: since a reference step, waited for a step, spent in it."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract, measured

DURATIONS = CONTRACTS.add(
    "durations",
    Contract(
        name="durations",
        label=Text(fr="Délais du parcours", en="Delays of the pathway"),
        columns={
            "kind": Column(
                kind="text",
                choices=("since_reference", "waiting", "service"),
                label=Text(
                    fr="since_reference : entre les premières occurrences de deux étapes ; waiting : de la demande au "
                    "début ; service : du début à la fin",
                    en="since_reference: between the first occurrences of two steps; waiting: from request to start; "
                    "service: from start to end",
                ),
            ),
            "from_activity": Column(kind="text", label=Text(fr="Étape de départ", en="Step it is counted from")),
            "to_activity": Column(kind="text", label=Text(fr="Étape d'arrivée", en="Step it is counted to")),
            "n": Column(
                kind="count",
                at_least=0,
                persons=True,
                label=Text(
                    fr="Passages qui ont les deux étapes (ou occurrences datées)",
                    en="Visits that have both steps (or dated occurrences)",
                ),
            ),
            "negative": Column(
                kind="count",
                at_least=0,
                persons=True,
                label=Text(
                    fr="Dont délai négatif (étape avant la référence), gardés dans les quantiles",
                    en="Of which negative (step before the reference), kept in the quantiles",
                ),
            ),
            "median_hours": measured("Médiane", "Median", "h"),
            "p10_hours": measured("1er décile", "10th percentile", "h"),
            "p25_hours": measured("1er quartile", "25th percentile", "h"),
            "p75_hours": measured("3e quartile", "75th percentile", "h"),
            "p90_hours": measured("9e décile", "90th percentile", "h"),
        },
        key=("kind", "from_activity", "to_activity"),
        order=("kind", "from_activity", "to_activity"),
    ),
)
