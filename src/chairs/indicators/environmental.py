"""Indicators of the environmental performance: greenhouse gases (BEGES), energy, water, waste, food."""

from __future__ import annotations

from chairs.core.errors import Text
from chairs.indicators.indicator import Amounts, Sides, indicator

PERCENT = Text(fr="%", en="%")


@indicator(
    label=Text(fr="Émissions par journée d'hospitalisation", en="Emissions per bed-day"),
    unit=Text(fr="kg équivalent CO₂ par journée", en="kg CO₂ equivalent per bed-day"),
    direction=-1,
    grain="establishment_year",
    per=1e3,
    inputs=("ghg_scope_1", "ghg_scope_2", "ghg_scope_3", "mco_days"),
    numerator=Text(fr="Émissions des scopes 1, 2 et 3", en="Emissions of scopes 1, 2 and 3"),
    denominator=Text(fr="Journées MCO", en="MCO bed-days"),
    reference="BEGES réglementaire, Code de l'environnement art. L229-25, méthode version 5 (2022)",
)
def ghg_per_bed_day(amounts: Amounts) -> Sides:
    """Greenhouse gases (tonnes in, kilograms out) per bed-day, all three scopes."""
    return Sides(
        numerator=amounts["ghg_scope_1"] + amounts["ghg_scope_2"] + amounts["ghg_scope_3"],
        denominator=amounts["mco_days"],
    )


@indicator(
    label=Text(fr="Émissions par ETP", en="Emissions per FTE"),
    unit=Text(fr="t équivalent CO₂ par ETP", en="t CO₂ equivalent per FTE"),
    direction=-1,
    grain="establishment_year",
    inputs=("ghg_scope_1", "ghg_scope_2", "ghg_scope_3", "staff_fte"),
    numerator=Text(fr="Émissions des scopes 1, 2 et 3", en="Emissions of scopes 1, 2 and 3"),
    denominator=Text(fr="ETP rémunérés", en="Paid FTE"),
    reference="BEGES réglementaire, Code de l'environnement art. L229-25, méthode version 5 (2022)",
)
def ghg_per_fte(amounts: Amounts) -> Sides:
    """Greenhouse gases per full-time equivalent, all three scopes."""
    return Sides(
        numerator=amounts["ghg_scope_1"] + amounts["ghg_scope_2"] + amounts["ghg_scope_3"],
        denominator=amounts["staff_fte"],
    )


@indicator(
    label=Text(fr="Part des émissions indirectes (scope 3)", en="Share of indirect emissions (scope 3)"),
    unit=PERCENT,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("ghg_scope_1", "ghg_scope_2", "ghg_scope_3"),
    numerator=Text(fr="Émissions du scope 3", en="Emissions of scope 3"),
    denominator=Text(fr="Émissions des scopes 1, 2 et 3", en="Emissions of scopes 1, 2 and 3"),
    reference="BEGES réglementaire, Code de l'environnement art. L229-25, méthode version 5 (2022)",
)
def ghg_scope_3_share(amounts: Amounts) -> Sides:
    """Share of the emissions that suppliers, patients and staff travel cause."""
    return Sides(
        numerator=amounts["ghg_scope_3"],
        denominator=amounts["ghg_scope_1"] + amounts["ghg_scope_2"] + amounts["ghg_scope_3"],
    )


@indicator(
    label=Text(fr="Énergie par mètre carré", en="Energy per square metre"),
    unit=Text(fr="kWh par m² et par an", en="kWh per m² and year"),
    direction=-1,
    grain="establishment_year",
    inputs=("energy_kwh", "floor_area"),
    numerator=Text(fr="Énergie consommée", en="Energy used"),
    denominator=Text(fr="Surface", en="Floor area"),
    reference="Décret 2019-771 (éco-énergie tertiaire), consommation par m²",
)
def energy_per_square_metre(amounts: Amounts) -> Sides:
    """Energy used per square metre of floor in the year."""
    return Sides(numerator=amounts["energy_kwh"], denominator=amounts["floor_area"])


@indicator(
    label=Text(fr="Part d'énergie renouvelable", en="Share of renewable energy"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("renewable_kwh", "energy_kwh"),
    numerator=Text(fr="Énergie renouvelable consommée", en="Renewable energy used"),
    denominator=Text(fr="Énergie consommée", en="Energy used"),
    reference="Règlement délégué (UE) 2023/2772, ESRS E1-5",
)
def renewable_share(amounts: Amounts) -> Sides:
    """Share of the energy used that is renewable."""
    return Sides(numerator=amounts["renewable_kwh"], denominator=amounts["energy_kwh"])


@indicator(
    label=Text(fr="Eau par journée d'hospitalisation", en="Water per bed-day"),
    unit=Text(fr="litres par journée", en="litres per bed-day"),
    direction=-1,
    grain="establishment_year",
    per=1e3,
    inputs=("water_m3", "mco_days"),
    numerator=Text(fr="Eau consommée", en="Water used"),
    denominator=Text(fr="Journées MCO", en="MCO bed-days"),
    reference="ANAP, Mon observatoire du développement durable",
)
def water_per_bed_day(amounts: Amounts) -> Sides:
    """Water used (cubic metres in, litres out) per bed-day."""
    return Sides(numerator=amounts["water_m3"], denominator=amounts["mco_days"])


@indicator(
    label=Text(fr="Déchets à risque infectieux par journée", en="Infectious waste per bed-day"),
    unit=Text(fr="kg par journée", en="kg per bed-day"),
    direction=-1,
    grain="establishment_year",
    inputs=("infectious_waste_kg", "mco_days"),
    numerator=Text(fr="Déchets d'activités de soins à risque infectieux (DASRI)", en="Infectious healthcare waste"),
    denominator=Text(fr="Journées MCO", en="MCO bed-days"),
    reference="Code de la santé publique, art. R1335-1 ; ANAP, développement durable",
)
def infectious_waste_per_bed_day(amounts: Amounts) -> Sides:
    """Infectious waste per bed-day."""
    return Sides(numerator=amounts["infectious_waste_kg"], denominator=amounts["mco_days"])


@indicator(
    label=Text(fr="Part des déchets valorisés", en="Share of waste recovered"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("recycled_waste_kg", "waste_kg"),
    numerator=Text(fr="Déchets valorisés", en="Waste recovered"),
    denominator=Text(fr="Déchets produits", en="Waste produced"),
    reference="Règlement délégué (UE) 2023/2772, ESRS E5-5",
)
def recycled_waste_share(amounts: Amounts) -> Sides:
    """Share of the waste that is recycled or otherwise recovered."""
    return Sides(numerator=amounts["recycled_waste_kg"], denominator=amounts["waste_kg"])


@indicator(
    label=Text(fr="Gaspillage alimentaire par repas", en="Food waste per meal"),
    unit=Text(fr="g par repas", en="g per meal"),
    direction=-1,
    grain="establishment_year",
    per=1e3,
    inputs=("food_waste_kg", "meals"),
    numerator=Text(fr="Restes alimentaires", en="Food thrown away"),
    denominator=Text(fr="Repas servis", en="Meals served"),
    reference="Loi 2020-105 (anti-gaspillage), art. 11",
)
def food_waste_per_meal(amounts: Amounts) -> Sides:
    """Food thrown away per meal served."""
    return Sides(numerator=amounts["food_waste_kg"], denominator=amounts["meals"])


@indicator(
    label=Text(fr="Part de produits durables et de qualité dans les repas", en="Share of sustainable food"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("sustainable_food_cost", "food_cost"),
    numerator=Text(fr="Achats alimentaires durables et de qualité", en="Purchases of sustainable food"),
    denominator=Text(fr="Achats alimentaires", en="Food purchases"),
    reference="Loi 2018-938 (EGalim), art. 24 : 50 %",
)
def sustainable_food_share(amounts: Amounts) -> Sides:
    """Share of the food purchases that the law counts as sustainable and of quality."""
    return Sides(numerator=amounts["sustainable_food_cost"], denominator=amounts["food_cost"])
