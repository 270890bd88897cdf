"""Indicators of capacity and activity: beds, stays, occupancy, emergency visits."""

from __future__ import annotations

from chairs.core.errors import Text
from chairs.indicators.indicator import Amounts, Sides, indicator

SAE = "DREES, Statistique annuelle des établissements de santé (SAE), bordereau SYGEN"
RATIO = Text(fr="ratio", en="ratio")


@indicator(
    label=Text(fr="Lits de médecine, chirurgie, obstétrique", en="Beds in medicine, surgery, obstetrics"),
    unit=Text(fr="lits", en="beds"),
    kind="level",
    inputs=("mco_beds",),
    numerator=Text(fr="Lits MCO", en="MCO beds"),
    reference=f"{SAE} : LIT_MCO",
)
def mco_beds(amounts: Amounts) -> Sides:
    """Beds open for full stays in medicine, surgery and obstetrics (size of the hospital)."""
    return Sides(numerator=amounts["mco_beds"])


@indicator(
    label=Text(fr="Durée moyenne de séjour", en="Mean length of stay"),
    unit=Text(fr="jours", en="days"),
    inputs=("mco_days", "mco_full_stays"),
    numerator=Text(fr="Journées MCO", en="MCO bed-days"),
    denominator=Text(fr="Séjours MCO en hospitalisation complète", en="MCO full stays"),
    reference=f"{SAE} : JOU_MCO / SEJHC_MCO",
)
def mean_stay(amounts: Amounts) -> Sides:
    """Bed-days per full stay; not corrected for case-mix, hence without direction."""
    return Sides(numerator=amounts["mco_days"], denominator=amounts["mco_full_stays"])


@indicator(
    label=Text(fr="Taux d'occupation des lits", en="Bed occupancy"),
    unit=RATIO,
    inputs=("mco_days", "mco_beds"),
    numerator=Text(fr="Journées MCO", en="MCO bed-days"),
    denominator=Text(fr="Lits MCO × jours de la période", en="MCO beds × days of the period"),
    reference=f"{SAE} : JOU_MCO / (LIT_MCO × 365 ou 366)",
)
def occupancy(amounts: Amounts) -> Sides:
    """Share of the bed-days offered that were used; above 1 when more patients stay than there are beds."""
    return Sides(numerator=amounts["mco_days"], denominator=amounts["mco_beds"] * amounts.days)


@indicator(
    label=Text(fr="Part des séjours sans nuit", en="Share of day stays"),
    unit=RATIO,
    direction=1,
    highest=1,
    inputs=("mco_day_stays", "mco_full_stays"),
    numerator=Text(fr="Séjours MCO en hospitalisation partielle", en="MCO day stays"),
    denominator=Text(fr="Séjours MCO, partiels et complets", en="MCO stays, day and full"),
    reference=f"{SAE} : SEJHP_MCO / (SEJHP_MCO + SEJHC_MCO)",
)
def day_stay_share(amounts: Amounts) -> Sides:
    """Share of the stays that have no night."""
    day = amounts["mco_day_stays"]
    return Sides(numerator=day, denominator=day + amounts["mco_full_stays"])


@indicator(
    label=Text(fr="Personnel soignant par lit", en="Care staff per bed"),
    unit=Text(fr="ETP par lit", en="FTE per bed"),
    direction=1,
    inputs=("care_fte", "mco_beds"),
    numerator=Text(fr="ETP du personnel des services de soins", en="FTE of care staff"),
    denominator=Text(fr="Lits MCO", en="MCO beds"),
    reference=f"{SAE} : ETP_SOINS / LIT_MCO",
)
def care_fte_per_bed(amounts: Amounts) -> Sides:
    """Full-time equivalents of care staff per MCO bed; staff of other wards and day care are in the numerator."""
    return Sides(numerator=amounts["care_fte"] * amounts.years, denominator=amounts["mco_beds"] * amounts.years)


@indicator(
    label=Text(fr="Passages aux urgences", en="Emergency visits"),
    unit=Text(fr="passages", en="visits"),
    kind="count",
    inputs=("ed_visits_general", "ed_visits_paediatric"),
    numerator=Text(fr="Passages, urgences générales et pédiatriques", en="Visits, general and paediatric"),
    reference=f"{SAE} : PASSU_GEN + PASSU_PED",
)
def ed_visits(amounts: Amounts) -> Sides:
    """Visits to the general and to the paediatric emergency department; a site may have one of them only."""
    return Sides(numerator=amounts.any_of("ed_visits_general", "ed_visits_paediatric"))
