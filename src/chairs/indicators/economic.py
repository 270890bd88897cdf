"""Indicators of the economic performance: margin, self-financing, debt."""

from __future__ import annotations

from chairs.core.errors import Text
from chairs.indicators.indicator import Amounts, Sides, indicator

PERCENT = Text(fr="%", en="%")
INCOME = Text(
    fr="Produits d'exploitation (chiffre d'affaires d'une entreprise)", en="Operating income (revenue of a company)"
)


@indicator(
    label=Text(fr="Marge d'exploitation", en="Operating margin"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    lowest=None,
    highest=100,
    inputs=("operating_income", "revenue", "operating_expense"),
    numerator=Text(fr="Produits moins charges d'exploitation", en="Operating income minus expense"),
    denominator=INCOME,
    reference="ANAP et ATIH, Hospi Diag 2010-2016, F1",
)
def operating_margin(amounts: Amounts) -> Sides:
    """Share of the operating income that is left after the operating expense."""
    income = amounts.first_of("operating_income", "revenue")
    return Sides(numerator=income - amounts["operating_expense"], denominator=income)


@indicator(
    label=Text(fr="Taux de capacité d'autofinancement", en="Self-financing rate"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    lowest=None,
    inputs=("self_financing", "operating_income", "revenue"),
    numerator=Text(fr="Capacité d'autofinancement (CAF)", en="Self-financing capacity (CAF)"),
    denominator=INCOME,
    reference="ANAP et ATIH, Hospi Diag 2010-2016, F2",
)
def self_financing_rate(amounts: Amounts) -> Sides:
    """Self-financing capacity as a share of the operating income; may be negative."""
    return Sides(numerator=amounts["self_financing"], denominator=amounts.first_of("operating_income", "revenue"))


@indicator(
    label=Text(fr="Endettement", en="Debt ratio"),
    unit=PERCENT,
    direction=-1,
    grain="establishment_year",
    per=100,
    inputs=("financial_debt", "operating_income", "revenue"),
    numerator=Text(fr="Encours de la dette financière × part de l'année", en="Financial debt × share of the year"),
    denominator=INCOME,
    reference="Décret 2011-1872 du 14 décembre 2011 : encours de la dette / total des produits, alerte à 30 %",
)
def debt_ratio(amounts: Amounts) -> Sides:
    """Financial debt outstanding as a share of a year's operating income."""
    return Sides(
        numerator=amounts["financial_debt"] * amounts.years,
        denominator=amounts.first_of("operating_income", "revenue"),
    )
