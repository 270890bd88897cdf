"""Contract of the survey scores: one score per establishment, unit, period, instrument and dimension."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS, PERIOD, STATUSES
from chairs.tables.contract import Column, Contract

SCORES = CONTRACTS.add(
    "scores",
    Contract(
        name="scores",
        label=Text(fr="Scores d'expérience", en="Experience scores"),
        columns={
            "establishment": Column(kind="text", label=Text(fr="Identifiant du site", en="Identifier of the site")),
            "unit": Column(kind="text", label=Text(fr="Unité, ou « all »", en="Unit, or “all”")),
            "period": Column(kind="text", pattern=PERIOD, label=Text(fr="Période ISO", en="ISO period")),
            "instrument": Column(kind="text", label=Text(fr="Questionnaire", en="Instrument")),
            "dimension": Column(kind="text", label=Text(fr="Dimension", en="Dimension")),
            "score": Column(
                kind="number",
                missing=True,
                label=Text(fr="Score, sur l'échelle du questionnaire", en="Score, on the instrument's scale"),
            ),
            "se": Column(
                kind="number",
                missing=True,
                at_least=0,
                label=Text(fr="Erreur type (absente si non publiée)", en="Standard error (absent when not published)"),
            ),
            "n": Column(
                kind="count",
                missing=True,
                at_least=0,
                unit="répondants",
                persons=True,
                label=Text(fr="Nombre de réponses", en="Number of answers"),
            ),
            "status": Column(
                kind="text", choices=STATUSES, label=Text(fr="Raison d'un score absent", en="Reason of a missing score")
            ),
        },
        key=("establishment", "unit", "period", "instrument", "dimension"),
        order=("instrument", "establishment", "unit", "period", "dimension"),
    ),
)
