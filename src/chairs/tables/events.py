"""Contract of the event log: what happened to whom, where and when; the hospital and the twin write the same table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract, Rule

if TYPE_CHECKING:
    import pandas as pd


def _ends_after_start(table: pd.DataFrame) -> pd.Series:
    return ~(table["end"] < table["start"])


def _starts_after_request(table: pd.DataFrame) -> pd.Series:
    return ~(table["start"] < table["requested"])


EVENTS = CONTRACTS.add(
    "events",
    Contract(
        name="events",
        label=Text(fr="Journal d'événements", en="Event log"),
        columns={
            "case_id": Column(
                kind="text", label=Text(fr="Passage ou séjour (pseudonyme)", en="Visit or stay (pseudonym)")
            ),
            "activity": Column(kind="text", label=Text(fr="Étape du parcours", en="Step of the pathway")),
            "unit": Column(
                kind="text", missing=True, label=Text(fr="Unité où elle a lieu", en="Unit where it takes place")
            ),
            "requested": Column(
                kind="time",
                missing=True,
                unit="UTC",
                label=Text(
                    fr="Demande (absente si la source n'en a pas)", en="Request (absent where the source has none)"
                ),
            ),
            "start": Column(
                kind="time",
                missing=True,
                unit="UTC",
                label=Text(
                    fr="Début (absent si la source ne date que la fin)",
                    en="Start (absent where the source dates the end only)",
                ),
            ),
            "end": Column(
                kind="time",
                missing=True,
                unit="UTC",
                label=Text(fr="Fin (absente si l'étape est en cours)", en="End (absent while the step is under way)"),
            ),
            "resource": Column(kind="text", missing=True, label=Text(fr="Ressource ou groupe", en="Resource or group")),
            "position": Column(
                kind="count",
                at_least=0,
                label=Text(fr="Rang de la ligne dans la source", en="Rank of the row in the source"),
            ),
            "replication": Column(
                kind="count",
                missing=True,
                at_least=0,
                label=Text(fr="Réplique, si simulé", en="Replication, when simulated"),
            ),
        },
        order=("case_id", "position"),
        rules=(
            Rule(
                name="end_before_start",
                column="end",
                holds=_ends_after_start,
                message=Text(
                    fr="durée négative : la fin précède le début", en="negative duration: the end is before the start"
                ),
                remedy=Text(
                    fr="corriger le début ou la fin de cette ligne, ou vider celle des deux qui est inconnue",
                    en="correct the start or the end of this row, or empty the one that is not known",
                ),
            ),
            Rule(
                name="start_before_request",
                column="start",
                holds=_starts_after_request,
                message=Text(
                    fr="attente négative : le début précède la demande",
                    en="negative wait: the start is before the request",
                ),
                remedy=Text(
                    fr="corriger la demande ou le début de cette ligne, ou vider la demande si elle est inconnue",
                    en="correct the request or the start of this row, or empty the request if it is not known",
                ),
            ),
        ),
    ),
)
