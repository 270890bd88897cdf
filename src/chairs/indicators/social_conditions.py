"""Indicators of working conditions: sickness, overtime, shifts, agency cost, engagement, violence by ONVS level."""

from __future__ import annotations

from chairs.core.errors import Text
from chairs.indicators.indicator import Amounts, Sides, indicator

PERCENT = Text(fr="%", en="%")
HEADS = Text(fr="Effectif", en="Headcount")
RSU = "Rapport social unique, décret 2020-1493 et arrêté du 28 avril 2022 (base de données sociales)"
BILAN = "Arrêté du 5 décembre 2012, bilan social des établissements publics de santé"
HOSPI_DIAG = "ANAP et ATIH, Hospi Diag, dépenses de personnel extérieur"
ONVS = "Observatoire national des violences en milieu de santé (ONVS), atteintes aux personnes"
RATE = Text(fr="signalements pour 1 000 ETP et par an", en="reports per 1,000 FTE and year")


@indicator(
    label=Text(fr="Absentéisme pour maladie ordinaire", en="Sickness absence"),
    unit=PERCENT,
    direction=-1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("sick_leave_days", "staff_fte"),
    numerator=Text(fr="Jours calendaires de maladie ordinaire", en="Calendar days of ordinary sickness"),
    denominator=Text(fr="ETP rémunérés × jours de la période", en="Paid FTE × days of the period"),
    reference=f"{RSU} ; jours d'absence pour maladie / (ETPR × 365) × 100",
)
def sick_absenteeism(amounts: Amounts) -> Sides:
    """Share of the calendar days paid for that were days of ordinary sickness."""
    return Sides(numerator=amounts["sick_leave_days"], denominator=amounts["staff_fte"] * amounts.days)


@indicator(
    label=Text(fr="Heures supplémentaires par ETP", en="Overtime per FTE"),
    unit=Text(fr="heures par ETP et par an", en="hours per FTE and year"),
    direction=-1,
    grain="establishment_year",
    inputs=("overtime_hours", "staff_fte"),
    numerator=Text(fr="Heures supplémentaires", en="Overtime hours"),
    denominator=Text(fr="ETP rémunérés × part de l'année", en="Paid FTE × share of the year"),
    reference=BILAN + ", indicateur 4",
)
def overtime_per_fte(amounts: Amounts) -> Sides:
    """Overtime worked per full-time equivalent, at the rate of a year."""
    return Sides(numerator=amounts["overtime_hours"], denominator=amounts["staff_fte"] * amounts.years)


@indicator(
    label=Text(fr="Jours épargnés par agent", en="Leave saved per person"),
    unit=Text(fr="jours par personne", en="days per person"),
    direction=-1,
    grain="establishment_year",
    inputs=("saved_leave_days", "headcount"),
    numerator=Text(
        fr="Jours sur les comptes épargne-temps en fin d'année", en="Days on leave accounts at the end of the year"
    ),
    denominator=HEADS,
    reference=BILAN + ", indicateur 5",
)
def saved_leave_per_head(amounts: Amounts) -> Sides:
    """Days that staff could not take and saved, per person employed."""
    return Sides(numerator=amounts["saved_leave_days"], denominator=amounts["headcount"])


@indicator(
    label=Text(fr="Mobilité interne", en="Internal mobility"),
    unit=PERCENT,
    grain="establishment_year",
    per=100,
    inputs=("internal_moves", "headcount"),
    numerator=Text(fr="Changements de service dans l'année", en="Changes of unit in the year"),
    denominator=HEADS,
    reference=BILAN + ", indicateur 8",
)
def mobility_share(amounts: Amounts) -> Sides:
    """Share of staff who changed units inside the establishment."""
    return Sides(numerator=amounts["internal_moves"], denominator=amounts["headcount"])


@indicator(
    label=Text(fr="Part du personnel en horaires de 12 heures", en="Share of staff on 12-hour shifts"),
    unit=PERCENT,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("long_shift_fte", "staff_fte"),
    numerator=Text(fr="ETP en horaires de 12 heures", en="FTE on 12-hour shifts"),
    denominator=Text(fr="ETP rémunérés", en="Paid FTE"),
    reference=BILAN + ", indicateur 9",
)
def long_shift_share(amounts: Amounts) -> Sides:
    """Share of the full-time equivalents that work shifts of twelve hours."""
    return Sides(numerator=amounts["long_shift_fte"], denominator=amounts["staff_fte"])


@indicator(
    label=Text(fr="Part de l'intérim dans les charges de personnel", en="Agency share of staff cost"),
    unit=PERCENT,
    direction=-1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("agency_cost", "staff_cost"),
    numerator=Text(fr="Dépenses d'intérim", en="Agency spending"),
    denominator=Text(fr="Charges de personnel", en="Staff cost"),
    reference=HOSPI_DIAG,
)
def agency_cost_share(amounts: Amounts) -> Sides:
    """Agency spending as a share of the cost of staff."""
    return Sides(numerator=amounts["agency_cost"], denominator=amounts["staff_cost"])


@indicator(
    label=Text(fr="Engagement du personnel", en="Staff engagement"),
    unit=Text(fr="score sur 100", en="score out of 100"),
    direction=1,
    grain="establishment_year",
    highest=100,
    inputs=("engagement_points", "engagement_answers"),
    numerator=Text(
        fr="Somme des scores d'engagement des répondants", en="Sum of the engagement scores of the respondents"
    ),
    denominator=Text(fr="Répondants", en="Respondents"),
    reference="West, Dawson 2012, Employee engagement and NHS performance ; baromètre déclaré par l'étude",
)
def engagement(amounts: Amounts) -> Sides:
    """Mean engagement score of the staff who answered the barometer; the scores come from the step `score`."""
    return Sides(numerator=amounts["engagement_points"], denominator=amounts["engagement_answers"])


@indicator(
    label=Text(fr="Signalements de violence, niveau ONVS 1", en="Reports of violence, ONVS level 1"),
    unit=RATE,
    per=1e3,
    inputs=("violence_level_1", "staff_fte"),
    numerator=Text(
        fr="Signalements de niveau 1 (insultes, provocations sans menace, nuisances)",
        en="Reports of level 1 (insults, provocation without threat, nuisance)",
    ),
    denominator=Text(fr="ETP × part de l'année", en="FTE × share of the year"),
    reference=ONVS,
    note=Text(
        fr="Le signalement est volontaire : ce taux dit la propension à signaler, non le danger.",
        en="Reporting is voluntary: this rate shows how willing staff are to report, not the danger.",
    ),
)
def violence_level_1_rate(amounts: Amounts) -> Sides:
    """Violence reports of level 1 per 1,000 FTE and year: insults, provocation without threat, nuisance."""
    return Sides(numerator=amounts["violence_level_1"], denominator=amounts["staff_fte"] * amounts.years)


@indicator(
    label=Text(fr="Signalements de violence, niveau ONVS 2", en="Reports of violence, ONVS level 2"),
    unit=RATE,
    per=1e3,
    inputs=("violence_level_2", "staff_fte"),
    numerator=Text(
        fr="Signalements de niveau 2 (menaces d'atteinte à l'intégrité physique)",
        en="Reports of level 2 (threats to physical integrity)",
    ),
    denominator=Text(fr="ETP × part de l'année", en="FTE × share of the year"),
    reference=ONVS,
    note=Text(
        fr="Le signalement est volontaire : ce taux dit la propension à signaler, non le danger.",
        en="Reporting is voluntary: this rate shows how willing staff are to report, not the danger.",
    ),
)
def violence_level_2_rate(amounts: Amounts) -> Sides:
    """Violence reports of level 2 per 1,000 FTE and year: threats to physical integrity."""
    return Sides(numerator=amounts["violence_level_2"], denominator=amounts["staff_fte"] * amounts.years)


@indicator(
    label=Text(fr="Signalements de violence, niveau ONVS 3", en="Reports of violence, ONVS level 3"),
    unit=RATE,
    per=1e3,
    inputs=("violence_level_3", "staff_fte"),
    numerator=Text(fr="Signalements de niveau 3 (violences volontaires)", en="Reports of level 3 (voluntary violence)"),
    denominator=Text(fr="ETP × part de l'année", en="FTE × share of the year"),
    reference=ONVS,
    note=Text(
        fr="Le signalement est volontaire : ce taux dit la propension à signaler, non le danger.",
        en="Reporting is voluntary: this rate shows how willing staff are to report, not the danger.",
    ),
)
def violence_level_3_rate(amounts: Amounts) -> Sides:
    """Violence reports of level 3 per 1,000 FTE and year: voluntary violence."""
    return Sides(numerator=amounts["violence_level_3"], denominator=amounts["staff_fte"] * amounts.years)


@indicator(
    label=Text(fr="Signalements de violence, niveau ONVS 4", en="Reports of violence, ONVS level 4"),
    unit=RATE,
    per=1e3,
    inputs=("violence_level_4", "staff_fte"),
    numerator=Text(
        fr="Signalements de niveau 4 (arme, viol, autres crimes)", en="Reports of level 4 (weapon, rape, other crimes)"
    ),
    denominator=Text(fr="ETP × part de l'année", en="FTE × share of the year"),
    reference=ONVS,
    note=Text(
        fr="Le signalement est volontaire : ce taux dit la propension à signaler, non le danger.",
        en="Reporting is voluntary: this rate shows how willing staff are to report, not the danger.",
    ),
)
def violence_level_4_rate(amounts: Amounts) -> Sides:
    """Violence reports of level 4 per 1,000 FTE and year: weapon, rape, other crimes."""
    return Sides(numerator=amounts["violence_level_4"], denominator=amounts["staff_fte"] * amounts.years)
