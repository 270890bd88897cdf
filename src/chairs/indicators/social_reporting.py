"""Indicators of the standard ESRS S1 (own workforce) that a hospital or a company has."""

from __future__ import annotations

from chairs.core.errors import Text
from chairs.indicators.indicator import Amounts, Sides, indicator

PERCENT = Text(fr="%", en="%")
HEADS = Text(fr="Effectif", en="Headcount")
ESRS = "Règlement délégué (UE) 2023/2772, norme ESRS S1, version de juillet 2023"


@indicator(
    label=Text(fr="Part des emplois permanents", en="Share of permanent jobs"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("permanent_headcount", "headcount"),
    numerator=Text(fr="Titulaires et contrats sans terme", en="Civil servants and open-ended contracts"),
    denominator=HEADS,
    reference=ESRS + ", S1-6",
)
def permanent_share(amounts: Amounts) -> Sides:
    """Share of the people employed whose job has no end date."""
    return Sides(numerator=amounts["permanent_headcount"], denominator=amounts["headcount"])


@indicator(
    label=Text(fr="Part des femmes", en="Share of women"),
    unit=PERCENT,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("women", "headcount"),
    numerator=Text(fr="Femmes", en="Women"),
    denominator=HEADS,
    reference=ESRS + ", S1-6",
)
def women_share(amounts: Amounts) -> Sides:
    """Share of women among the people employed."""
    return Sides(numerator=amounts["women"], denominator=amounts["headcount"])


@indicator(
    label=Text(fr="Part des travailleurs non salariés de l'établissement", en="Share of non-employees"),
    unit=PERCENT,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("non_employees", "headcount"),
    numerator=Text(fr="Intérimaires et indépendants", en="Agency workers and self-employed"),
    denominator=Text(fr="Effectif et non-salariés", en="Headcount and non-employees"),
    reference=ESRS + ", S1-7",
)
def non_employee_share(amounts: Amounts) -> Sides:
    """Share of those who work there without being employed there."""
    return Sides(numerator=amounts["non_employees"], denominator=amounts["non_employees"] + amounts["headcount"])


@indicator(
    label=Text(fr="Couverture par un statut ou un accord collectif", en="Coverage by statute or collective agreement"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("covered_by_agreement", "headcount"),
    numerator=Text(fr="Personnes couvertes", en="People covered"),
    denominator=HEADS,
    reference=ESRS + ", S1-8 ; 100 % dans un hôpital public (statut)",
)
def bargaining_coverage(amounts: Amounts) -> Sides:
    """Share of the people employed whom a statute or a collective agreement covers."""
    return Sides(numerator=amounts["covered_by_agreement"], denominator=amounts["headcount"])


@indicator(
    label=Text(fr="Part des femmes parmi l'encadrement", en="Share of women among managers"),
    unit=PERCENT,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("women_managers", "managers"),
    numerator=Text(fr="Femmes parmi l'encadrement", en="Women among managers"),
    denominator=Text(fr="Encadrants", en="Managers"),
    reference=ESRS + ", S1-9",
)
def women_managers_share(amounts: Amounts) -> Sides:
    """Share of women among the managers."""
    return Sides(numerator=amounts["women_managers"], denominator=amounts["managers"])


@indicator(
    label=Text(fr="Part des plus de 50 ans", en="Share of staff over 50"),
    unit=PERCENT,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("staff_over_50", "headcount"),
    numerator=Text(fr="Personnes de plus de 50 ans", en="People over 50"),
    denominator=HEADS,
    reference=ESRS + ", S1-9",
)
def over_50_share(amounts: Amounts) -> Sides:
    """Share of the people employed who are over fifty."""
    return Sides(numerator=amounts["staff_over_50"], denominator=amounts["headcount"])


@indicator(
    label=Text(fr="Part payée au moins au salaire adéquat", en="Share paid an adequate wage"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("paid_adequately", "headcount"),
    numerator=Text(
        fr="Personnes au-dessus du seuil de salaire adéquat", en="People above the threshold of an adequate wage"
    ),
    denominator=HEADS,
    reference=ESRS + ", S1-10",
)
def adequate_wage_share(amounts: Amounts) -> Sides:
    """Share of the people employed who are paid at least the adequate wage."""
    return Sides(numerator=amounts["paid_adequately"], denominator=amounts["headcount"])


@indicator(
    label=Text(fr="Part couverte par la protection sociale", en="Share under social protection"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("socially_protected", "headcount"),
    numerator=Text(
        fr="Personnes couvertes (maladie, accident, retraite)", en="People covered (sickness, accident, retirement)"
    ),
    denominator=HEADS,
    reference=ESRS + ", S1-11",
)
def social_protection_share(amounts: Amounts) -> Sides:
    """Share of the people employed whom social protection covers."""
    return Sides(numerator=amounts["socially_protected"], denominator=amounts["headcount"])


@indicator(
    label=Text(fr="Part des travailleurs handicapés", en="Share of staff with disabilities"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("disabled_staff", "headcount"),
    numerator=Text(fr="Bénéficiaires de l'obligation d'emploi", en="Staff with a recognised disability"),
    denominator=HEADS,
    reference=ESRS + ", S1-12 ; Code du travail, art. L5212-2 : obligation de 6 %",
)
def disability_share(amounts: Amounts) -> Sides:
    """Share of the people employed whose disability is recognised."""
    return Sides(numerator=amounts["disabled_staff"], denominator=amounts["headcount"])


@indicator(
    label=Text(fr="Part du personnel évalué dans l'année", en="Share of staff appraised in the year"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    inputs=("appraisals", "headcount"),
    numerator=Text(fr="Entretiens annuels tenus", en="Yearly appraisals held"),
    denominator=HEADS,
    reference=ESRS + ", S1-13",
)
def appraisal_share(amounts: Amounts) -> Sides:
    """Share of the people employed who had their yearly appraisal."""
    return Sides(numerator=amounts["appraisals"], denominator=amounts["headcount"])


@indicator(
    label=Text(fr="Couverture par un système de gestion de la sécurité", en="Coverage by a safety management system"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("safety_covered", "headcount"),
    numerator=Text(fr="Personnes couvertes", en="People covered"),
    denominator=HEADS,
    reference=ESRS + ", S1-14",
)
def safety_coverage(amounts: Amounts) -> Sides:
    """Share of the people employed whom a system of health and safety at work covers."""
    return Sides(numerator=amounts["safety_covered"], denominator=amounts["headcount"])


@indicator(
    label=Text(fr="Décès par accident du travail ou maladie professionnelle", en="Deaths by work accident or disease"),
    unit=Text(fr="décès", en="deaths"),
    kind="count",
    direction=-1,
    grain="establishment_year",
    inputs=("work_deaths",),
    numerator=Text(fr="Décès", en="Deaths"),
    reference=ESRS + ", S1-14",
)
def fatal_accidents(amounts: Amounts) -> Sides:
    """Deaths of staff by work accident or occupational disease in the period."""
    return Sides(numerator=amounts["work_deaths"])


@indicator(
    label=Text(fr="Recours au congé familial", en="Use of family leave"),
    unit=PERCENT,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("family_leave_taken", "family_leave_entitled"),
    numerator=Text(fr="Personnes qui ont pris un congé familial", en="People who took family leave"),
    denominator=Text(fr="Personnes qui y avaient droit", en="People entitled to it"),
    reference=ESRS + ", S1-15",
)
def family_leave_share(amounts: Amounts) -> Sides:
    """Share of those entitled to family leave who took some."""
    return Sides(numerator=amounts["family_leave_taken"], denominator=amounts["family_leave_entitled"])


@indicator(
    label=Text(fr="Écart de rémunération entre femmes et hommes", en="Gender pay gap"),
    unit=PERCENT,
    direction=-1,
    grain="establishment_year",
    per=100,
    lowest=None,
    highest=100,
    inputs=("pay_men", "hours_men", "pay_women", "hours_women"),
    numerator=Text(
        fr="Rémunération horaire moyenne des hommes moins celle des femmes",
        en="Mean hourly pay of men minus that of women",
    ),
    denominator=Text(
        fr="Rémunération horaire moyenne des hommes, × heures des deux", en="Mean hourly pay of men, × hours of both"
    ),
    reference=ESRS + ", S1-16",
)
def gender_pay_gap(amounts: Amounts) -> Sides:
    """Difference of mean hourly pay, as a share of that of men; negative when women earn more."""
    # pay per hour of both, times the hours of both: nothing is divided by zero
    men = amounts["pay_men"] * amounts["hours_women"]
    women = amounts["pay_women"] * amounts["hours_men"]
    return Sides(numerator=men - women, denominator=men)


@indicator(
    label=Text(fr="Rémunération la plus haute sur médiane", en="Highest pay to median pay"),
    unit=Text(fr="ratio", en="times"),
    grain="establishment_year",
    lowest=1,
    inputs=("highest_pay", "median_pay"),
    numerator=Text(fr="Rémunération annuelle la plus haute", en="Highest yearly pay"),
    denominator=Text(fr="Rémunération annuelle médiane", en="Median yearly pay"),
    reference=ESRS + ", S1-16",
    note=Text(
        fr="La médiane est celle de tout l'établissement : elle ne se déduit pas des médianes des services.",
        en="The median is that of the whole establishment: it does not follow from the medians of its units.",
    ),
)
def top_pay_ratio(amounts: Amounts) -> Sides:
    """How many times the median pay the highest pay is.

    Both are of the whole establishment: the highest pay of units is the highest of theirs, their medians tell nothing
    of the median of all, which has to be declared for the establishment.
    """
    return Sides(numerator=amounts["highest_pay"], denominator=amounts["median_pay"])


@indicator(
    label=Text(fr="Signalements de discrimination", en="Reports of discrimination"),
    unit=Text(fr="pour 1 000 personnes", en="per 1,000 people"),
    grain="establishment_year",
    per=1e3,
    inputs=("discrimination_reports", "headcount"),
    numerator=Text(
        fr="Signalements de discrimination et de harcèlement", en="Reports of discrimination and harassment"
    ),
    denominator=HEADS,
    reference=ESRS + ", S1-17",
    note=Text(
        fr="Un signalement dit aussi la confiance dans le dispositif : ce taux n'a pas de sens à lui seul.",
        en="A report also shows trust in the procedure: alone, this rate has no direction.",
    ),
)
def discrimination_reports_rate(amounts: Amounts) -> Sides:
    """Discrimination and harassment reported, per 1,000 people employed."""
    return Sides(numerator=amounts["discrimination_reports"], denominator=amounts["headcount"])
