"""Contract of the watch: departures of each day, seen and foreseen, and the sums that ring the alarm."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract


def _number(fr: str, en: str, unit: str = "") -> Column:
    return Column(kind="number", at_least=0, unit=unit, label=Text(fr=fr, en=en))


DRIFT = CONTRACTS.add(
    "drift",
    Contract(
        name="drift",
        label=Text(fr="Veille de dérive, jour par jour", en="Watch for drift, day by day"),
        columns={
            "day": Column(kind="text", pattern=r"\d{4}-\d{2}-\d{2}", label=Text(fr="Jour", en="Day")),
            "observed": Column(
                kind="count", at_least=0, label=Text(fr="Sorties d'unité constatées", en="Departures from units, seen")
            ),
            "expected": _number("Sorties prévues parmi les présents", "Departures foreseen among those present"),
            "low_80": _number("Intervalle à 80 % : de", "80% interval: from"),
            "high_80": _number("Intervalle à 80 % : à", "80% interval: to"),
            "longer": _number("Somme cumulée vers des séjours plus longs", "Cumulative sum towards longer stays"),
            "shorter": _number("Somme cumulée vers des séjours plus courts", "Cumulative sum towards shorter stays"),
            "limit": _number("Seuil d'alarme", "Limit of the alarm"),
            "alarm": Column(
                kind="text", missing=True, choices=("longer", "shorter"),
                label=Text(
                    fr="Alarme ce jour-là : séjours plus longs, plus courts",
                    en="Alarm on that day: longer, shorter stays",
                ),
            ),
        },
        key=("day",),
        order=("day",),
    ),
)  # fmt: skip
