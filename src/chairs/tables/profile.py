"""Contract of the week's profile: a measure by unit, weekday and hour of the local clock."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract

PROFILE = CONTRACTS.add(
    "profile",
    Contract(
        name="profile",
        label=Text(fr="Profil de la semaine", en="Profile of the week"),
        columns={
            "unit": Column(kind="text", label=Text(fr="Unité, ou « all »", en="Unit, or “all”")),
            "weekday": Column(
                kind="count", at_least=1, at_most=7, label=Text(fr="Jour (1 = lundi)", en="Day (1 = Monday)")
            ),
            "hour": Column(
                kind="count", at_least=0, at_most=23, unit="h", label=Text(fr="Heure locale", en="Local hour")
            ),
            "measure": Column(
                kind="text",
                choices=("arrivals", "departures", "census", "boarding", "open_beds", "occupied_beds", "waiting"),
                label=Text(fr="Mesure", en="Measure"),
            ),
            "mean": Column(kind="number", unit="patients", label=Text(fr="Moyenne", en="Mean")),
            "p10": Column(
                kind="number", missing=True, unit="patients", label=Text(fr="1er décile", en="10th percentile")
            ),
            "p90": Column(
                kind="number", missing=True, unit="patients", label=Text(fr="9e décile", en="90th percentile")
            ),
            "n": Column(
                kind="count", at_least=1, unit="heures", label=Text(fr="Heures observées", en="Hours observed")
            ),
        },
        key=("unit", "weekday", "hour", "measure"),
        order=("unit", "measure", "weekday", "hour"),
    ),
)
