"""Indicators of the territorial performance: local purchases and jobs, training places, shared medical time."""

from __future__ import annotations

from chairs.core.errors import Text
from chairs.indicators.indicator import Amounts, Sides, indicator

PERCENT = Text(fr="%", en="%")


@indicator(
    label=Text(fr="Part des achats dans le territoire", en="Share of local purchases"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("local_purchases", "purchases"),
    numerator=Text(fr="Achats à des fournisseurs du territoire", en="Purchases from suppliers of the territory"),
    denominator=Text(fr="Achats", en="Purchases"),
    reference="ISO 26000, communautés et développement local (6.8) : indicateur défini localement",
)
def local_purchase_share(amounts: Amounts) -> Sides:
    """Share of the purchases made from suppliers of the territory."""
    return Sides(numerator=amounts["local_purchases"], denominator=amounts["purchases"])


@indicator(
    label=Text(fr="Part des recrutements dans le territoire", en="Share of local recruits"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("local_recruits", "recruits"),
    numerator=Text(fr="Personnes recrutées qui habitaient le territoire", en="People hired who lived in the territory"),
    denominator=Text(fr="Personnes recrutées", en="People hired"),
    reference="ISO 26000, communautés et développement local (6.8.5)",
)
def local_recruit_share(amounts: Amounts) -> Sides:
    """Share of the people hired who lived in the territory."""
    return Sides(numerator=amounts["local_recruits"], denominator=amounts["recruits"])


@indicator(
    label=Text(fr="Part des apprentis", en="Share of apprentices"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("apprentices", "headcount"),
    numerator=Text(fr="Apprentis", en="Apprentices"),
    denominator=Text(fr="Effectif", en="Headcount"),
    reference="Rapport social unique, apprentissage",
)
def apprentice_share(amounts: Amounts) -> Sides:
    """Apprentices as a share of the people employed."""
    return Sides(numerator=amounts["apprentices"], denominator=amounts["headcount"])


@indicator(
    label=Text(fr="Stagiaires pour 100 agents", en="Interns per 100 staff"),
    unit=Text(fr="stagiaires pour 100 personnes", en="interns per 100 people"),
    direction=1,
    grain="establishment_year",
    per=100,
    inputs=("interns", "headcount"),
    numerator=Text(fr="Stagiaires accueillis", en="Interns taken in"),
    denominator=Text(fr="Effectif", en="Headcount"),
    reference="Convention des chaires CHV-UPHF, accueil des étudiants",
)
def interns_per_100_staff(amounts: Amounts) -> Sides:
    """Interns taken in per hundred people employed."""
    return Sides(numerator=amounts["interns"], denominator=amounts["headcount"])


@indicator(
    label=Text(fr="Temps médical partagé avec le territoire", en="Medical time shared with the territory"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("shared_physician_fte", "physician_fte"),
    numerator=Text(
        fr="ETP médicaux partagés avec d'autres établissements", en="Medical FTE shared with other hospitals"
    ),
    denominator=Text(fr="ETP médicaux", en="Medical FTE"),
    reference="Code de la santé publique, art. L6132-1 (groupement hospitalier de territoire)",
)
def shared_physician_share(amounts: Amounts) -> Sides:
    """Share of the medical full-time equivalents that work for other hospitals of the territory."""
    return Sides(numerator=amounts["shared_physician_fte"], denominator=amounts["physician_fte"])


@indicator(
    label=Text(fr="Part des séjours d'habitants du territoire", en="Share of stays of residents"),
    unit=PERCENT,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("resident_stays", "mco_full_stays"),
    numerator=Text(fr="Séjours d'habitants du territoire", en="Stays of people of the territory"),
    denominator=Text(fr="Séjours MCO complets", en="MCO full stays"),
    reference="ANAP et ATIH, Hospi Diag, zone d'attractivité",
)
def resident_stay_share(amounts: Amounts) -> Sides:
    """Share of the full stays of people who live in the territory."""
    return Sides(numerator=amounts["resident_stays"], denominator=amounts["mco_full_stays"])


@indicator(
    label=Text(fr="Part des consultations à distance", en="Share of remote consultations"),
    unit=PERCENT,
    grain="establishment_year",
    per=100,
    inputs=("remote_consultations", "consultations"),
    numerator=Text(fr="Téléconsultations et téléexpertises", en="Remote consultations and opinions"),
    denominator=Text(fr="Consultations externes", en="Outpatient consultations"),
    reference="Code de la santé publique, art. L6316-1 (télémédecine)",
)
def telehealth_share(amounts: Amounts) -> Sides:
    """Share of the outpatient consultations that were held at a distance."""
    return Sides(numerator=amounts["remote_consultations"], denominator=amounts["consultations"])
