"""Contract of the indicators: one value per establishment, unit, period and code, with numerator and denominator."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS, PERIOD, STATUSES
from chairs.tables.contract import Column, Contract

INDICATORS = CONTRACTS.add(
    "indicators",
    Contract(
        name="indicators",
        label=Text(fr="Indicateurs", en="Indicators"),
        columns={
            "establishment": Column(kind="text", label=Text(fr="Identifiant du site", en="Identifier of the site")),
            "unit": Column(kind="text", label=Text(fr="Unité, ou « all »", en="Unit, or “all”")),
            "period": Column(kind="text", pattern=PERIOD, label=Text(fr="Période ISO", en="ISO period")),
            "code": Column(kind="text", label=Text(fr="Code de l'indicateur", en="Code of the indicator")),
            "value": Column(
                kind="number",
                missing=True,
                label=Text(fr="Valeur, dans l'unité de l'indicateur", en="Value, in the unit of the indicator"),
            ),
            "numerator": Column(kind="number", missing=True, label=Text(fr="Numérateur", en="Numerator")),
            "denominator": Column(kind="number", missing=True, label=Text(fr="Dénominateur", en="Denominator")),
            "status": Column(
                kind="text",
                choices=STATUSES,
                label=Text(fr="Raison d'une valeur absente", en="Reason of a missing value"),
            ),
            "source": Column(kind="text", label=Text(fr="Source", en="Source")),
        },
        key=("establishment", "unit", "period", "code"),
        order=("establishment", "unit", "period", "code"),
    ),
)
