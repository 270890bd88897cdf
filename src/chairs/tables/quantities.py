"""Contract of the quantities: what an establishment counts, employs or spends in a period; the inputs of indicators."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS, PERIOD, STATUSES
from chairs.tables.contract import Column, Contract

QUANTITIES = CONTRACTS.add(
    "quantities",
    Contract(
        name="quantities",
        label=Text(fr="Quantités déclarées", en="Declared quantities"),
        columns={
            "establishment": Column(kind="text", label=Text(fr="Identifiant du site", en="Identifier of the site")),
            "unit": Column(kind="text", label=Text(fr="Unité, ou « all »", en="Unit, or “all”")),
            "period": Column(
                kind="text",
                pattern=PERIOD,
                label=Text(fr="Période ISO (2019, 2019-Q3, 2019-07)", en="ISO period (2019, 2019-Q3, 2019-07)"),
            ),
            "quantity": Column(
                kind="text", label=Text(fr="Quantité (mot du dictionnaire)", en="Quantity (word of the dictionary)")
            ),
            "value": Column(kind="number", missing=True, label=Text(fr="Valeur", en="Value")),
            "status": Column(
                kind="text",
                choices=STATUSES,
                label=Text(fr="Raison d'une valeur absente", en="Reason of a missing value"),
            ),
            "source": Column(kind="text", label=Text(fr="Source", en="Source")),
        },
        key=("establishment", "unit", "period", "quantity"),
        order=("establishment", "unit", "period", "quantity"),
    ),
)
