"""Contract of the delays of a pathway: since a reference step, waited for a step, spent in it."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract


def _hours(fr: str, en: str) -> Column:
    return Column(kind="number", missing=True, unit="h", label=Text(fr=fr, en=en))


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
            "median_hours": _hours("Médiane", "Median"),
            "p10_hours": _hours("1er décile", "10th percentile"),
            "p25_hours": _hours("1er quartile", "25th percentile"),
            "p75_hours": _hours("3e quartile", "75th percentile"),
            "p90_hours": _hours("9e décile", "90th percentile"),
        },
        key=("kind", "from_activity", "to_activity"),
        order=("kind", "from_activity", "to_activity"),
    ),
)
