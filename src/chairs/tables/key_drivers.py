"""Contract of the key drivers: what share of the differences in one score goes with each of its drivers."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract, measured

KEY_DRIVERS = CONTRACTS.add(
    "key_drivers",
    Contract(
        name="key_drivers",
        label=Text(fr="Facteurs clés d'un score", en="Key drivers of a score"),
        columns={
            "outcome": Column(kind="text", label=Text(fr="Score expliqué", en="Score explained")),
            "of": Column(
                kind="text",
                choices=("dimensions", "exposures"),
                label=Text(fr="Nature des facteurs", en="Kind of drivers"),
            ),
            "term": Column(kind="text", label=Text(fr="Facteur, ou « all »", en="Driver, or “all”")),
            "share": measured("Part de la variance du score (LMG)", "Share of the variance of the score (LMG)"),
            "low": measured("Borne basse à 95 %", "Lower 95% bound"),
            "high": measured("Borne haute à 95 %", "Upper 95% bound"),
            "johnson": measured("Poids relatif de Johnson", "Johnson's relative weight"),
            "beta": measured("Coefficient standardisé", "Standardised coefficient"),
            "alone": measured("Part du facteur seul", "Share of the driver alone"),
            "n": Column(kind="count", at_least=0, label=Text(fr="Sites × années", en="Sites × years")),
            "clusters": Column(kind="count", missing=True, at_least=0, label=Text(fr="Sites", en="Sites")),
            "reason": Column(kind="text", missing=True, label=Text(fr="Raison si non estimable", en="Reason if none")),
        },
        key=("outcome", "term"),
        order=("outcome", "term"),
    ),
)
