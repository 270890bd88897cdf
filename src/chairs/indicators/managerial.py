"""Indicators of the managerial performance: span of control, delegation, supervision of interns, vacancies."""

from __future__ import annotations

from chairs.core.errors import Text
from chairs.indicators.indicator import Amounts, Sides, indicator

PERCENT = Text(fr="%", en="%")


@indicator(
    label=Text(fr="Personnes par encadrant", en="People per manager"),
    unit=Text(fr="personnes par encadrant", en="people per manager"),
    grain="establishment_year",
    inputs=("headcount", "managers"),
    numerator=Text(fr="Effectif", en="Headcount"),
    denominator=Text(fr="Encadrants", en="Managers"),
    reference="ANAP, Hospi Diag, taux d'encadrement ; RSU",
)
def span_of_control(amounts: Amounts) -> Sides:
    """People employed per manager."""
    return Sides(numerator=amounts["headcount"], denominator=amounts["managers"])


@indicator(
    label=Text(fr="Infirmiers et aides-soignants par cadre", en="Nurses and aides per head nurse"),
    unit=Text(fr="ETP par ETP de cadre", en="FTE per FTE of head nurse"),
    grain="establishment_year",
    inputs=("nurse_fte", "aide_fte", "care_manager_fte"),
    numerator=Text(fr="ETP d'infirmiers et d'aides-soignants", en="FTE of nurses and aides"),
    denominator=Text(fr="ETP de cadres de soins", en="FTE of head nurses"),
    reference="ANAP et ATIH, Hospi Diag, RH4 ; SAE : ETP_INFSANSSPE, ETP_AID, ETP_CAD",
)
def care_span(amounts: Amounts) -> Sides:
    """Full-time equivalents of nurses (without specialty) and aides per head nurse."""
    return Sides(numerator=amounts["nurse_fte"] + amounts["aide_fte"], denominator=amounts["care_manager_fte"])


@indicator(
    label=Text(fr="Pôles ou directions avec délégation de gestion", en="Departments with delegated management"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("departments_delegated", "departments"),
    numerator=Text(
        fr="Pôles ou directions dont le contrat délègue des décisions",
        en="Departments whose contract delegates decisions",
    ),
    denominator=Text(fr="Pôles ou directions", en="Departments"),
    reference="Code de la santé publique, art. L6146-1 (contrat de pôle)",
)
def delegation_share(amounts: Amounts) -> Sides:
    """Share of the departments whose contract delegates decisions to their head."""
    return Sides(numerator=amounts["departments_delegated"], denominator=amounts["departments"])


@indicator(
    label=Text(fr="Part du budget déléguée", en="Share of the budget delegated"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("delegated_budget", "operating_expense"),
    numerator=Text(fr="Charges dont la décision est déléguée", en="Expense decided by delegation"),
    denominator=Text(fr="Charges d'exploitation", en="Operating expense"),
    reference="Code de la santé publique, art. L6146-1 (contrat de pôle)",
)
def delegated_budget_share(amounts: Amounts) -> Sides:
    """Share of the operating expense that departments decide on."""
    return Sides(numerator=amounts["delegated_budget"], denominator=amounts["operating_expense"])


@indicator(
    label=Text(fr="Stagiaires par tuteur", en="Interns per tutor"),
    unit=Text(fr="stagiaires par tuteur", en="interns per tutor"),
    direction=-1,
    grain="establishment_year",
    inputs=("interns", "tutors"),
    numerator=Text(fr="Stagiaires accueillis", en="Interns taken in"),
    denominator=Text(fr="Tuteurs de stage formés", en="Trained tutors"),
    reference="Convention des chaires CHV-UPHF, encadrement des stages : indicateur défini localement",
)
def interns_per_tutor(amounts: Amounts) -> Sides:
    """Interns taken in per trained tutor."""
    return Sides(numerator=amounts["interns"], denominator=amounts["tutors"])


@indicator(
    label=Text(fr="Stagiaires avec tuteur nommé", en="Interns with a named tutor"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("interns_with_tutor", "interns"),
    numerator=Text(fr="Stagiaires avec un tuteur nommé", en="Interns with a named tutor"),
    denominator=Text(fr="Stagiaires accueillis", en="Interns taken in"),
    reference="Arrêté du 31 juillet 2009, diplôme d'État d'infirmier, encadrement des stages",
)
def tutored_interns_share(amounts: Amounts) -> Sides:
    """Share of the interns who had a named tutor."""
    return Sides(numerator=amounts["interns_with_tutor"], denominator=amounts["interns"])


@indicator(
    label=Text(fr="Délai pour pourvoir un poste", en="Time to fill a post"),
    unit=Text(fr="jours", en="days"),
    direction=-1,
    grain="establishment_year",
    inputs=("vacancy_days", "posts_filled"),
    numerator=Text(fr="Jours de vacance des postes pourvus", en="Days that the posts filled stood vacant"),
    denominator=Text(fr="Postes pourvus dans l'année", en="Posts filled in the year"),
    reference="RSU, emplois vacants ; durée de vacance des postes pourvus",
)
def vacancy_delay(amounts: Amounts) -> Sides:
    """Mean number of days that a post stood vacant before it was filled."""
    return Sides(numerator=amounts["vacancy_days"], denominator=amounts["posts_filled"])


@indicator(
    label=Text(fr="Part des postes vacants", en="Share of posts vacant"),
    unit=PERCENT,
    direction=-1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("vacant_posts", "posts"),
    numerator=Text(fr="Postes vacants en fin d'année", en="Posts vacant at the end of the year"),
    denominator=Text(fr="Postes ouverts au budget", en="Posts in the budget"),
    reference="RSU, emplois budgétaires et vacants",
)
def vacancy_share(amounts: Amounts) -> Sides:
    """Share of the posts in the budget that nobody holds."""
    return Sides(numerator=amounts["vacant_posts"], denominator=amounts["posts"])


@indicator(
    label=Text(fr="Encadrants formés au management", en="Managers trained to manage"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("managers_trained", "managers"),
    numerator=Text(fr="Encadrants formés au management dans l'année", en="Managers trained to manage in the year"),
    denominator=Text(fr="Encadrants", en="Managers"),
    reference="HAS, certification, management des équipes",
)
def manager_training_share(amounts: Amounts) -> Sides:
    """Share of the managers who were trained to manage in the year."""
    return Sides(numerator=amounts["managers_trained"], denominator=amounts["managers"])
