"""Contract of the watch: departures and arrivals of each day, seen and foreseen, and the sums that ring the alarm."""

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
            "flow": Column(
                kind="text", choices=("arrivals", "stays"),
                label=Text(
                    fr="Flux surveillé : arrivées ; séjours, par les sorties d'unité",
                    en="Flow watched: arrivals; stays, by the departures from units",
                ),
            ),
            "day": Column(kind="text", pattern=r"\d{4}-\d{2}-\d{2}", label=Text(fr="Jour", en="Day")),
            "observed": Column(
                kind="count", at_least=0,
                label=Text(fr="Arrivées ou sorties constatées", en="Arrivals or departures, seen"),
            ),
            "expected": _number(
                "Arrivées prévues une semaine avant, sorties prévues parmi les présents",
                "Arrivals foreseen a week before, departures foreseen among those present",
            ),
            "low_80": _number("Intervalle à 80 % : de", "80% interval: from"),
            "high_80": _number("Intervalle à 80 % : à", "80% interval: to"),
            "below": _number(
                "Somme cumulée vers le bas : séjours plus longs, moins d'arrivées",
                "Cumulative sum downwards: longer stays, fewer arrivals",
            ),
            "above": _number(
                "Somme cumulée vers le haut : séjours plus courts, plus d'arrivées",
                "Cumulative sum upwards: shorter stays, more arrivals",
            ),
            "limit": _number("Seuil d'alarme", "Limit of the alarm"),
            "alarm": Column(
                kind="text", missing=True, choices=("longer", "shorter", "more", "fewer"),
                label=Text(
                    fr="Alarme ce jour-là : séjours plus longs, plus courts, plus d'arrivées, moins d'arrivées",
                    en="Alarm on that day: longer, shorter stays, more, fewer arrivals",
                ),
            ),
        },
        key=("flow", "day"),
        order=("flow", "day"),
    ),
)  # fmt: skip
