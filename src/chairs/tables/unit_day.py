"""Contract of daily measures of a unit, made from the hourly ones by local day."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract

UNIT_DAY = CONTRACTS.add(
    "unit_day",
    Contract(
        name="unit_day",
        label=Text(fr="Mesures journalières par unité", en="Daily measures by unit"),
        columns={
            "site": Column(kind="text", label=Text(fr="Établissement (site)", en="Establishment (site)")),
            "unit": Column(kind="text", label=Text(fr="Unité, ou « all »", en="Unit, or “all”")),
            "day": Column(
                kind="text", pattern=r"\d{4}-\d{2}-\d{2}", label=Text(fr="Jour local (ISO)", en="Local day (ISO)")
            ),
            "measure": Column(
                kind="text",
                choices=("arrivals", "departures", "census", "boarding", "open_beds", "occupied_beds", "waiting"),
                label=Text(fr="Mesure", en="Measure"),
            ),
            "value": Column(
                kind="number",
                at_least=0,
                unit="patients",
                label=Text(
                    fr="Total du jour (entrées, sorties) ou moyenne des heures (autres mesures)",
                    en="Total of the day (arrivals, departures) or mean of the hours (other measures)",
                ),
            ),
            "low": Column(
                kind="number", at_least=0, unit="patients", label=Text(fr="Heure la plus basse", en="Lowest hour")
            ),
            "high": Column(
                kind="number", at_least=0, unit="patients", label=Text(fr="Heure la plus haute", en="Highest hour")
            ),
            "n": Column(
                kind="count",
                at_least=1,
                at_most=25,
                unit="heures",
                label=Text(
                    fr="Heures du jour (23 ou 25 aux changements d'heure)",
                    en="Hours of the day (23 or 25 at clock changes)",
                ),
            ),
        },
        key=("site", "unit", "day", "measure"),
        order=("site", "unit", "measure", "day"),
    ),
)
