"""Contract of the skill of forecasts: how good each model was at past origins, by group of leads."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract
from chairs.tables.forecasts import SERIES_COLUMNS


def _score(fr: str, en: str, unit: str = "") -> Column:
    return Column(kind="number", missing=True, at_least=0, unit=unit, label=Text(fr=fr, en=en))


def _share(fr: str, en: str) -> Column:
    return Column(kind="number", missing=True, at_least=0, at_most=1, label=Text(fr=fr, en=en))


FORECAST_SKILL = CONTRACTS.add(
    "forecast_skill",
    Contract(
        name="forecast_skill",
        label=Text(fr="Justesse des prévisions passées", en="Skill of past forecasts"),
        columns={
            **SERIES_COLUMNS,
            "model": Column(
                kind="text",
                choices=("combined", "level", "boosted", "ets", "snaive"),
                label=Text(
                    fr="Modèle : combinaison ; niveau ; arbres ; lissage exponentiel ; même moment de la saison passée",
                    en="Model: combination; level; trees; exponential smoothing; same moment one season before",
                ),
            ),
            "from_lead": Column(kind="count", at_least=1, label=Text(fr="Premier pas d'avance", en="First step ahead")),
            "to_lead": Column(kind="count", at_least=1, label=Text(fr="Dernier pas d'avance", en="Last step ahead")),
            "crps": _score(
                "CRPS (deux fois la perte quantile moyenne, de 0,05 à 0,95)",
                "CRPS (twice the mean quantile loss, 0.05 to 0.95)",
                "patients",
            ),
            "mae": _score("Erreur absolue de la médiane", "Absolute error of the median", "patients"),
            "mase": _score(
                "La même, en part de celle de la prévision naïve saisonnière",
                "The same, as a share of that of the seasonal naive",
            ),
            "coverage_80": _share("Part dans l'intervalle à 80 %", "Share inside the 80 % interval"),
            "coverage_95": _share("Part dans l'intervalle à 95 %", "Share inside the 95 % interval"),
            "pit_distance": _share(
                "Écart du PIT à l'uniforme (D de Kolmogorov)", "Distance of the PIT from uniform (Kolmogorov's D)"
            ),
            **{
                f"pit_{i}": _share(f"Part du PIT dans le {i}e dixième", f"Share of the PIT in tenth {i}")
                for i in range(1, 11)
            },
            "n": Column(kind="count", at_least=0, label=Text(fr="Pas de temps jugés", en="Steps scored")),
            "origins": Column(kind="count", missing=True, at_least=0, label=Text(fr="Origines", en="Origins")),
            "status": Column(kind="text", choices=("ok", "not_valid"), label=Text(fr="Statut", en="Status")),
            "reason": Column(
                kind="text", missing=True, label=Text(fr="Raison si non valide", en="Reason when not valid")
            ),
        },
        key=("site", "unit", "measure", "step", "model", "from_lead", "to_lead"),
        order=("site", "unit", "measure", "step", "model", "from_lead", "to_lead"),
    ),
)
