"""Indicators of beds by discipline, day surgery, nurses, and of emergency departments by the four-hour rule."""

from __future__ import annotations

from chairs.core.errors import Text
from chairs.indicators.indicator import Amounts, Sides, indicator

PERCENT = Text(fr="%", en="%")
RATIO = Text(fr="ratio", en="ratio")
SAE = "DREES, Statistique annuelle des établissements de santé (SAE), bordereau SYGEN"


@indicator(
    label=Text(fr="Occupation des lits de médecine", en="Bed occupancy in medicine"),
    unit=RATIO,
    inputs=("medicine_days", "medicine_beds"),
    numerator=Text(fr="Journées", en="Bed-days"),
    denominator=Text(fr="Lits × jours de la période", en="Beds × days of the period"),
    reference=f"{SAE} : JOU_MED / (LIT_MED × 365 ou 366) ; Hospi Diag, A13",
)
def occupancy_medicine(amounts: Amounts) -> Sides:
    """Share of the bed-days offered in medicine that were used."""
    return Sides(numerator=amounts["medicine_days"], denominator=amounts["medicine_beds"] * amounts.days)


@indicator(
    label=Text(fr="Occupation des lits de chirurgie", en="Bed occupancy in surgery"),
    unit=RATIO,
    inputs=("surgery_days", "surgery_beds"),
    numerator=Text(fr="Journées", en="Bed-days"),
    denominator=Text(fr="Lits × jours de la période", en="Beds × days of the period"),
    reference=f"{SAE} : JOU_CHI / (LIT_CHI × 365 ou 366) ; Hospi Diag, A14",
)
def occupancy_surgery(amounts: Amounts) -> Sides:
    """Share of the bed-days offered in surgery that were used."""
    return Sides(numerator=amounts["surgery_days"], denominator=amounts["surgery_beds"] * amounts.days)


@indicator(
    label=Text(fr="Occupation des lits d'obstétrique", en="Bed occupancy in obstetrics"),
    unit=RATIO,
    inputs=("obstetrics_days", "obstetrics_beds"),
    numerator=Text(fr="Journées", en="Bed-days"),
    denominator=Text(fr="Lits × jours de la période", en="Beds × days of the period"),
    reference=f"{SAE} : JOU_OBS / (LIT_OBS × 365 ou 366) ; Hospi Diag, A15",
)
def occupancy_obstetrics(amounts: Amounts) -> Sides:
    """Share of the bed-days offered in obstetrics that were used."""
    return Sides(numerator=amounts["obstetrics_days"], denominator=amounts["obstetrics_beds"] * amounts.days)


@indicator(
    label=Text(fr="Part de la chirurgie ambulatoire", en="Share of day surgery"),
    unit=RATIO,
    direction=1,
    highest=1,
    inputs=("surgery_day_stays", "surgery_full_stays"),
    numerator=Text(fr="Séjours de chirurgie sans nuit", en="Surgical stays without a night"),
    denominator=Text(fr="Séjours de chirurgie", en="Surgical stays"),
    reference=f"{SAE} : SEJHP_CHI / (SEJHP_CHI + SEJHC_CHI) ; Hospi Diag, P12",
)
def surgery_day_share(amounts: Amounts) -> Sides:
    """Share of the surgical stays that have no night."""
    day = amounts["surgery_day_stays"]
    return Sides(numerator=day, denominator=day + amounts["surgery_full_stays"])


@indicator(
    label=Text(fr="Utilisation des places de jour", en="Use of day places"),
    unit=Text(fr="séjours par place et par jour", en="stays per place and day"),
    direction=1,
    grain="establishment_year",
    inputs=("mco_day_stays", "mco_day_places"),
    numerator=Text(fr="Séjours MCO en hospitalisation partielle", en="MCO day stays"),
    denominator=Text(fr="Places MCO × jours de la période", en="MCO day places × days of the period"),
    reference=f"{SAE} : SEJHP_MCO / (PLA_MCO × 365 ou 366) ; Hospi Diag, P14",
)
def day_place_use(amounts: Amounts) -> Sides:
    """Day stays per day place and day; a place can serve more than one patient a day."""
    return Sides(numerator=amounts["mco_day_stays"], denominator=amounts["mco_day_places"] * amounts.days)


@indicator(
    label=Text(fr="Part des infirmiers dans le personnel soignant", en="Share of nurses in care staff"),
    unit=RATIO,
    grain="establishment_year",
    highest=1,
    inputs=("nurse_fte", "care_fte"),
    numerator=Text(
        fr="ETP d'infirmiers sans spécialité × part de l'année",
        en="FTE of nurses without specialty × share of the year",
    ),
    denominator=Text(
        fr="ETP du personnel des services de soins × part de l'année", en="FTE of care staff × share of the year"
    ),
    reference=f"{SAE} : ETP_INFSANSSPE / ETP_SOINS",
)
def nurse_share(amounts: Amounts) -> Sides:
    """Share of nurses in the full-time equivalents of care staff."""
    return Sides(numerator=amounts["nurse_fte"] * amounts.years, denominator=amounts["care_fte"] * amounts.years)


@indicator(
    label=Text(fr="Part des passages pédiatriques aux urgences", en="Paediatric share of emergency visits"),
    unit=RATIO,
    grain="establishment_year",
    highest=1,
    inputs=("ed_visits_general", "ed_visits_paediatric"),
    numerator=Text(fr="Passages aux urgences pédiatriques", en="Visits to the paediatric department"),
    denominator=Text(fr="Passages, urgences générales et pédiatriques", en="Visits, general and paediatric"),
    reference=f"{SAE} : PASSU_PED / (PASSU_GEN + PASSU_PED)",
)
def ed_paediatric_share(amounts: Amounts) -> Sides:
    """Share of the emergency visits that went to a paediatric department."""
    return Sides(
        numerator=amounts["ed_visits_paediatric"],
        denominator=amounts["ed_visits_general"] + amounts["ed_visits_paediatric"],
    )


@indicator(
    label=Text(
        fr="Passages terminés en quatre heures, tous types d'urgences",
        en="Attendances within four hours, all types of department",
    ),
    unit=PERCENT,
    direction=1,
    per=100,
    highest=100,
    inputs=("ae_attendances", "ae_breaches"),
    numerator=Text(fr="Passages terminés en quatre heures", en="Attendances ended within four hours"),
    denominator=Text(fr="Passages", en="Attendances"),
    reference="NHS England, A&E waiting times : 1 - attentes de plus de quatre heures / passages",
)
def four_hour_performance(amounts: Amounts) -> Sides:
    """Share of the attendances that ended within four hours of arrival, all types of department."""
    seen = amounts["ae_attendances"]
    return Sides(numerator=seen - amounts["ae_breaches"], denominator=seen)


@indicator(
    label=Text(
        fr="Passages terminés en quatre heures, urgences majeures (type 1)",
        en="Attendances within four hours, major departments (type 1)",
    ),
    unit=PERCENT,
    direction=1,
    per=100,
    highest=100,
    inputs=("ae_attendances_major", "ae_breaches_major"),
    numerator=Text(fr="Passages terminés en quatre heures", en="Attendances ended within four hours"),
    denominator=Text(fr="Passages", en="Attendances"),
    reference="NHS England, A&E waiting times : 1 - attentes de plus de quatre heures / passages",
)
def four_hour_performance_major(amounts: Amounts) -> Sides:
    """Share of the attendances that ended within four hours of arrival, major departments (type 1)."""
    seen = amounts["ae_attendances_major"]
    return Sides(numerator=seen - amounts["ae_breaches_major"], denominator=seen)


@indicator(
    label=Text(fr="Part des passages suivis d'une hospitalisation", en="Share of attendances admitted"),
    unit=PERCENT,
    per=100,
    highest=100,
    inputs=("ae_admissions", "ae_attendances"),
    numerator=Text(fr="Hospitalisations par les urgences", en="Admissions from A&E"),
    denominator=Text(fr="Passages", en="Attendances"),
    reference="NHS England, A&E attendances and emergency admissions",
)
def ae_admission_share(amounts: Amounts) -> Sides:
    """Emergency admissions from A&E as a share of its attendances."""
    return Sides(numerator=amounts["ae_admissions"], denominator=amounts["ae_attendances"])


@indicator(
    label=Text(fr="Passages aux urgences (NHS)", en="A&E attendances (NHS)"),
    unit=Text(fr="passages", en="attendances"),
    kind="count",
    inputs=("ae_attendances",),
    numerator=Text(fr="Passages, tous types d'urgences", en="Attendances, all types of department"),
    reference="NHS England, A&E attendances",
)
def ae_attendances(amounts: Amounts) -> Sides:
    """Attendances of the period at all departments of the provider."""
    return Sides(numerator=amounts["ae_attendances"])
