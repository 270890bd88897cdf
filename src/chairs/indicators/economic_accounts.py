"""Indicators of the accounts and of cost: net self-financing, debt, investment, age, working capital, cost, IP-DMS."""

from __future__ import annotations

from chairs.core.errors import Text
from chairs.indicators.indicator import Amounts, Sides, indicator

PERCENT = Text(fr="%", en="%")
INCOME = Text(
    fr="Produits d'exploitation (chiffre d'affaires d'une entreprise)", en="Operating income (revenue of a company)"
)
HOSPI_DIAG = "ANAP et ATIH, Hospi Diag"


@indicator(
    label=Text(fr="Taux de CAF nette", en="Net self-financing rate"),
    unit=PERCENT,
    direction=1,
    grain="establishment_year",
    per=100,
    lowest=None,
    inputs=("self_financing", "debt_repaid", "operating_income", "revenue"),
    numerator=Text(fr="CAF moins remboursement de la dette", en="Self-financing minus debt repaid"),
    denominator=INCOME,
    reference=HOSPI_DIAG + ", F3",
)
def net_self_financing_rate(amounts: Amounts) -> Sides:
    """Self-financing capacity left after the debt repaid, as a share of income; may be negative."""
    income = amounts.first_of("operating_income", "revenue")
    return Sides(numerator=amounts["self_financing"] - amounts["debt_repaid"], denominator=income)


@indicator(
    label=Text(fr="Durée apparente de la dette", en="Apparent duration of the debt"),
    unit=Text(fr="années", en="years"),
    direction=-1,
    grain="establishment_year",
    inputs=("financial_debt", "self_financing"),
    numerator=Text(fr="Encours de la dette financière", en="Financial debt outstanding"),
    denominator=Text(
        fr="Capacité d'autofinancement, si elle est positive", en="Self-financing capacity, when positive"
    ),
    reference=HOSPI_DIAG + ", F4" + " ; décret 2011-1872, alerte à 10 ans",
)
def debt_duration(amounts: Amounts) -> Sides:
    """Years of self-financing that would repay the debt; without meaning, hence without value, when nothing is left."""
    return Sides(numerator=amounts["financial_debt"], denominator=amounts["self_financing"].clip(lower=0))


@indicator(
    label=Text(fr="Dépendance financière", en="Financial dependence"),
    unit=PERCENT,
    direction=-1,
    grain="establishment_year",
    per=100,
    inputs=("financial_debt", "permanent_capital"),
    numerator=Text(fr="Encours de la dette financière", en="Financial debt outstanding"),
    denominator=Text(fr="Capitaux permanents", en="Permanent capital"),
    reference=HOSPI_DIAG + ", F5" + " ; décret 2011-1872, alerte à 50 %",
)
def financial_dependence(amounts: Amounts) -> Sides:
    """Financial debt as a share of the permanent capital."""
    return Sides(numerator=amounts["financial_debt"], denominator=amounts["permanent_capital"])


@indicator(
    label=Text(fr="Intensité de l'investissement", en="Investment intensity"),
    unit=PERCENT,
    grain="establishment_year",
    per=100,
    inputs=("investment", "operating_income", "revenue"),
    numerator=Text(fr="Investissements de l'année", en="Investment of the year"),
    denominator=INCOME,
    reference=HOSPI_DIAG + ", F6 (2010-2016)",
)
def investment_rate(amounts: Amounts) -> Sides:
    """Investment of the year as a share of the income."""
    income = amounts.first_of("operating_income", "revenue")
    return Sides(numerator=amounts["investment"], denominator=income)


@indicator(
    label=Text(fr="Vétusté des équipements", en="Age of the equipment"),
    unit=PERCENT,
    direction=-1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("equipment_depreciation", "equipment_gross"),
    numerator=Text(fr="Amortissements cumulés des équipements", en="Accumulated depreciation of equipment"),
    denominator=Text(fr="Valeur brute des équipements", en="Gross value of equipment"),
    reference=HOSPI_DIAG + ", F7 (2010-2016)",
)
def equipment_age(amounts: Amounts) -> Sides:
    """Share of the value of the equipment that is written off."""
    return Sides(numerator=amounts["equipment_depreciation"], denominator=amounts["equipment_gross"])


@indicator(
    label=Text(fr="Vétusté des bâtiments", en="Age of the buildings"),
    unit=PERCENT,
    direction=-1,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("building_depreciation", "building_gross"),
    numerator=Text(fr="Amortissements cumulés des bâtiments", en="Accumulated depreciation of buildings"),
    denominator=Text(fr="Valeur brute des bâtiments", en="Gross value of buildings"),
    reference=HOSPI_DIAG + ", F8 (2010-2016)",
)
def building_age(amounts: Amounts) -> Sides:
    """Share of the value of the buildings that is written off."""
    return Sides(numerator=amounts["building_depreciation"], denominator=amounts["building_gross"])


@indicator(
    label=Text(fr="Besoin en fonds de roulement", en="Working-capital need"),
    unit=Text(fr="jours de charges", en="days of expense"),
    direction=-1,
    grain="establishment_year",
    lowest=None,
    inputs=("working_capital_need", "operating_expense"),
    numerator=Text(fr="Besoin en fonds de roulement", en="Working-capital need"),
    denominator=Text(fr="Charges d'exploitation par jour", en="Operating expense per day"),
    reference=HOSPI_DIAG + ", F9 (2010-2016)",
)
def working_capital_need_days(amounts: Amounts) -> Sides:
    """Working-capital need in days of expense; negative when suppliers finance the activity."""
    return Sides(numerator=amounts["working_capital_need"], denominator=amounts["operating_expense"] / amounts.days)


@indicator(
    label=Text(fr="Fonds de roulement net global", en="Net working capital"),
    unit=Text(fr="jours de charges", en="days of expense"),
    direction=1,
    grain="establishment_year",
    lowest=None,
    inputs=("working_capital", "operating_expense"),
    numerator=Text(fr="Fonds de roulement net global", en="Net working capital"),
    denominator=Text(fr="Charges d'exploitation par jour", en="Operating expense per day"),
    reference=HOSPI_DIAG + ", F10 (2010-2016)",
)
def working_capital_days(amounts: Amounts) -> Sides:
    """Net working capital in days of expense; may be negative."""
    return Sides(numerator=amounts["working_capital"], denominator=amounts["operating_expense"] / amounts.days)


@indicator(
    label=Text(fr="Créances non recouvrées", en="Receivables not collected"),
    unit=Text(fr="jours de produits", en="days of income"),
    direction=-1,
    grain="establishment_year",
    inputs=("receivables", "operating_income", "revenue"),
    numerator=Text(fr="Créances", en="Receivables"),
    denominator=Text(fr="Produits d'exploitation par jour", en="Operating income per day"),
    reference=HOSPI_DIAG + ", F11 (2010-2016)",
)
def uncollected_days(amounts: Amounts) -> Sides:
    """Receivables in days of income."""
    income = amounts.first_of("operating_income", "revenue")
    return Sides(numerator=amounts["receivables"], denominator=income / amounts.days)


@indicator(
    label=Text(fr="Dettes fournisseurs", en="Debt to suppliers"),
    unit=Text(fr="jours de charges", en="days of expense"),
    direction=-1,
    grain="establishment_year",
    inputs=("supplier_debt", "operating_expense"),
    numerator=Text(fr="Dettes envers les fournisseurs", en="Debt to suppliers"),
    denominator=Text(fr="Charges d'exploitation par jour", en="Operating expense per day"),
    reference=HOSPI_DIAG + ", F12 (2010-2016)",
)
def supplier_debt_days(amounts: Amounts) -> Sides:
    """Debt to suppliers in days of expense."""
    return Sides(numerator=amounts["supplier_debt"], denominator=amounts["operating_expense"] / amounts.days)


@indicator(
    label=Text(fr="Part des charges de personnel", en="Share of staff cost"),
    unit=PERCENT,
    grain="establishment_year",
    per=100,
    highest=100,
    inputs=("staff_cost", "operating_expense"),
    numerator=Text(fr="Charges de personnel", en="Staff cost"),
    denominator=Text(fr="Charges d'exploitation", en="Operating expense"),
    reference=HOSPI_DIAG + ", P4, P5, P6",
)
def staff_cost_share(amounts: Amounts) -> Sides:
    """Cost of staff as a share of the operating expense."""
    return Sides(numerator=amounts["staff_cost"], denominator=amounts["operating_expense"])


@indicator(
    label=Text(fr="Charges par séjour MCO", en="Expense per MCO stay"),
    unit=Text(fr="euros par séjour", en="euros per stay"),
    direction=-1,
    grain="establishment_year",
    inputs=("operating_expense", "mco_full_stays", "mco_day_stays"),
    numerator=Text(fr="Charges d'exploitation, toutes activités", en="Operating expense, all activities"),
    denominator=Text(fr="Séjours MCO, partiels et complets", en="MCO stays, day and full"),
    reference="Charges d'exploitation / séjours ; ni pondéré par le case-mix, ni limité au MCO",
)
def cost_per_stay(amounts: Amounts) -> Sides:
    """Operating expense per stay; not corrected for case-mix, and other activities are in it."""
    return Sides(
        numerator=amounts["operating_expense"], denominator=amounts["mco_full_stays"] + amounts["mco_day_stays"]
    )


@indicator(
    label=Text(fr="Charges par client", en="Expense per customer"),
    unit=Text(fr="euros par client", en="euros per customer"),
    direction=-1,
    grain="establishment_year",
    inputs=("operating_expense", "customers"),
    numerator=Text(fr="Charges d'exploitation", en="Operating expense"),
    denominator=Text(fr="Clients servis", en="Customers served"),
    reference="Comptes annuels, charges / clients",
)
def cost_per_customer(amounts: Amounts) -> Sides:
    """Operating expense per customer served."""
    return Sides(numerator=amounts["operating_expense"], denominator=amounts["customers"])


@indicator(
    label=Text(fr="Produits par ETP", en="Income per FTE"),
    unit=Text(fr="euros par ETP", en="euros per FTE"),
    direction=1,
    grain="establishment_year",
    inputs=("operating_income", "revenue", "staff_fte"),
    numerator=Text(fr="Produits d'exploitation", en="Operating income"),
    denominator=Text(fr="ETP rémunérés", en="Paid FTE"),
    reference="Comptes annuels, produits / ETP",
)
def income_per_fte(amounts: Amounts) -> Sides:
    """Operating income per full-time equivalent."""
    income = amounts.first_of("operating_income", "revenue")
    return Sides(numerator=income, denominator=amounts["staff_fte"])


@indicator(
    label=Text(fr="Indice de performance de la durée de séjour (IP-DMS)", en="Length-of-stay index (IP-DMS)"),
    unit=Text(fr="ratio", en="times"),
    direction=-1,
    grain="establishment_year",
    inputs=("mco_days", "mco_days_expected"),
    numerator=Text(fr="Journées MCO", en="MCO bed-days"),
    denominator=Text(
        fr="Journées attendues : séjours × durée nationale du même GHM",
        en="Days expected: stays × national stay of the same group",
    ),
    reference=HOSPI_DIAG + ", P1 à P3",
)
def ip_dms(amounts: Amounts) -> Sides:
    """Days used over days expected from the national stay of the same groups; under 1, stays are shorter."""
    return Sides(numerator=amounts["mco_days"], denominator=amounts["mco_days_expected"])
