"""Indicators of quality that an establishment counts itself; those of the authorities are in published.yaml."""

from __future__ import annotations

from chairs.core.errors import Text
from chairs.indicators.indicator import Amounts, Sides, indicator

PERCENT = Text(fr="%", en="%")


@indicator(
    label=Text(fr="Réclamations", en="Complaints"),
    unit=Text(fr="pour 1 000 séjours ou clients", en="per 1,000 stays or customers"),
    direction=-1,
    grain="establishment_year",
    per=1e3,
    inputs=("complaints", "mco_full_stays", "customers"),
    numerator=Text(fr="Réclamations et plaintes reçues", en="Complaints received"),
    denominator=Text(fr="Séjours complets, ou clients d'une entreprise", en="Full stays, or customers of a company"),
    reference="Code de la santé publique, art. R1112-91 (examen des plaintes et réclamations)",
    note=Text(
        fr="Un dispositif mieux connu reçoit plus de réclamations.",
        en="A better known procedure receives more complaints.",
    ),
)
def complaint_rate(amounts: Amounts) -> Sides:
    """Complaints received per 1,000 full stays, or customers of a company."""
    return Sides(numerator=amounts["complaints"], denominator=amounts.first_of("mco_full_stays", "customers"))


@indicator(
    label=Text(fr="Lettres de liaison remises le jour de la sortie", en="Discharge letters given on the day"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("letters_on_day", "mco_full_stays"),
    numerator=Text(fr="Lettres remises le jour de la sortie", en="Letters given on the day of discharge"),
    denominator=Text(fr="Séjours MCO complets", en="MCO full stays"),
    reference="Code de la santé publique, art. R1112-1-2",
)
def letter_on_day_share(amounts: Amounts) -> Sides:
    """Share of the full stays whose discharge letter was given on the day."""
    return Sides(numerator=amounts["letters_on_day"], denominator=amounts["mco_full_stays"])


@indicator(
    label=Text(fr="Taux de réponse à l'enquête", en="Response rate of the survey"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("surveys_answered", "surveys_sent"),
    numerator=Text(fr="Questionnaires remplis", en="Questionnaires answered"),
    denominator=Text(fr="Questionnaires envoyés", en="Questionnaires sent"),
    reference="HAS, e-Satis, participation",
)
def survey_response_rate(amounts: Amounts) -> Sides:
    """Share of the questionnaires sent that were answered."""
    return Sides(numerator=amounts["surveys_answered"], denominator=amounts["surveys_sent"])


@indicator(
    label=Text(fr="Couverture des adresses électroniques", en="Coverage of e-mail addresses"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("surveys_sent", "patients_eligible"),
    numerator=Text(fr="Questionnaires envoyés", en="Questionnaires sent"),
    denominator=Text(fr="Patients ou clients éligibles", en="Patients or customers eligible"),
    reference="HAS, e-Satis, recueil des adresses électroniques",
)
def email_coverage(amounts: Amounts) -> Sides:
    """Share of those eligible to whom a questionnaire could be sent."""
    return Sides(numerator=amounts["surveys_sent"], denominator=amounts["patients_eligible"])


@indicator(
    label=Text(fr="Événements indésirables graves déclarés", en="Serious events reported"),
    unit=Text(fr="pour 10 000 journées", en="per 10,000 bed-days"),
    grain="establishment_year",
    per=1e4,
    inputs=("serious_events", "mco_days"),
    numerator=Text(fr="Événements indésirables graves déclarés", en="Serious adverse events reported"),
    denominator=Text(fr="Journées MCO", en="MCO bed-days"),
    reference="Décret 2016-1606 (EIGS) ; HAS, bilan annuel des EIGS",
    note=Text(
        fr="La déclaration est un acte de vigilance : plus d'événements déclarés n'est pas moins de sécurité.",
        en="Reporting is an act of vigilance: more events reported is not less safety.",
    ),
)
def serious_event_rate(amounts: Amounts) -> Sides:
    """Serious adverse events reported per 10,000 bed-days."""
    return Sides(numerator=amounts["serious_events"], denominator=amounts["mco_days"])


@indicator(
    label=Text(fr="Chutes de patients déclarées", en="Falls of patients reported"),
    unit=Text(fr="pour 1 000 journées", en="per 1,000 bed-days"),
    direction=-1,
    grain="establishment_year",
    per=1e3,
    inputs=("falls", "mco_days"),
    numerator=Text(fr="Chutes déclarées", en="Falls reported"),
    denominator=Text(fr="Journées MCO", en="MCO bed-days"),
    reference="HAS, évaluation et prise en charge des chutes",
)
def fall_rate(amounts: Amounts) -> Sides:
    """Falls of patients reported per 1,000 bed-days."""
    return Sides(numerator=amounts["falls"], denominator=amounts["mco_days"])


@indicator(
    label=Text(fr="Retours aux urgences dans les 72 heures", en="Returns to the ED within 72 hours"),
    unit=PERCENT,
    direction=-1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("returns_72h", "ed_visits_discharged"),
    numerator=Text(fr="Retours dans les 72 heures", en="Returns within 72 hours"),
    denominator=Text(fr="Passages suivis d'un retour à domicile", en="Visits that ended at home"),
    reference="FEDORU, indicateurs d'activité des urgences",
)
def unplanned_return_share(amounts: Amounts) -> Sides:
    """Share of the ED visits ended at home that were followed by another within 72 hours."""
    return Sides(numerator=amounts["returns_72h"], denominator=amounts["ed_visits_discharged"])
