"""Contract of the skill of patients' risks: scores of admission and remaining stay, on patients not learnt from."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract

MOMENT = Column(
    kind="text",
    pattern="all|triage|h[0-2][0-9]",
    label=Text(
        fr="Moment : au tri, ou à une réunion des lits (h07 : 7 h)",
        en="Moment: at triage, or at a bed meeting (h07: 7 am)",
    ),
)
"""When a patient was looked at."""

STATUS = {
    "status": Column(kind="text", choices=("ok", "not_valid"), label=Text(fr="Statut", en="Status")),
    "reason_fr": Column(kind="text", missing=True, label=Text(fr="Raison (français)", en="Reason (French)")),
    "reason_en": Column(kind="text", missing=True, label=Text(fr="Raison (anglais)", en="Reason (English)")),
}
"""Why there is no number."""

RISK_SKILL = CONTRACTS.add(
    "risk_skill",
    Contract(
        name="risk_skill",
        label=Text(fr="Justesse des risques des patients", en="Skill of patients' risks"),
        columns={
            "target": Column(
                kind="text",
                choices=("admission", "stay"),
                label=Text(fr="Prévu : admission, séjour restant", en="Foreseen: admission, remaining stay"),
            ),
            "moment": MOMENT,
            "measure": Column(
                kind="text",
                choices=(
                    "brier",
                    "log_score",
                    "skill",
                    "auc",
                    "in_the_large",
                    "slope",
                    "pinball",
                    "coverage_80",
                ),
                label=Text(
                    fr="Mesure : scores de Brier et logarithmique, gain sur la fréquence passée, aire sous la courbe, "
                    "ordonnée (0) et pente (1) de calage ; perte quantile (h), couverture à 80 %",
                    en="Measure: Brier and log scores, gain over the past share, area under the curve, intercept (0) "
                    "and slope (1) of calibration; quantile loss (h), coverage at 80%",
                ),
            ),
            "value": Column(kind="number", missing=True, label=Text(fr="Valeur", en="Value")),
            "low": Column(kind="number", missing=True, label=Text(fr="Borne basse à 95 %", en="Lower bound, 95%")),
            "high": Column(kind="number", missing=True, label=Text(fr="Borne haute à 95 %", en="Upper bound, 95%")),
            "n": Column(kind="count", at_least=0, label=Text(fr="Patients regardés", en="Patients looked at")),
            **STATUS,
        },
        key=("target", "moment", "measure"),
        order=("target", "moment", "measure"),
    ),
)
