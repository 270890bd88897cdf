"""From declared quantities to the table of indicators, by cell, for the whole establishment and for the year."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

from chairs.core.errors import DataError, problem
from chairs.indicators.indicator import INDICATORS, Amounts, Indicator, Kind, Sides, days_of
from chairs.indicators.quantities import CELL, SIGNED, yearly
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import pandas as pd

FIRST_ROW = 2  # of a table under its header, as a spreadsheet numbers it


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Quantities with one row a cell and one column a quantity: value, status, source.

    `there` holds 1 where a quantity is declared, with a value or with a reason.
    """

    amounts: Amounts
    there: Amounts
    status: pd.DataFrame
    source: pd.DataFrame

    def only(self, words: Sequence[str]) -> Declared:
        """Return the same with the status and source of `words` alone."""
        return replace(self, status=self.status[list(words)], source=self.source[list(words)])


def derive(
    quantities: pd.DataFrame | None, codes: Iterable[str] = (), published: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the table `indicators`: those that the quantities can feed, and those that came published.

    Parameters
    ----------
    quantities
        Table `quantities`, or None.
    codes
        Indicators wanted among those of the platform, published ones too; none: all.
    published
        Table `indicators` as its publisher gives it (IQSS), or None. Its rows are passed on as they are.

    Raises
    ------
    SettingError
        For an unknown code, answered with the valid ones.
    DataError
        By row: a negative quantity, or the inputs of one indicator in months and years for one establishment.

    Notes
    -----
    A cell counts when both sides are present; a denominator of zero gives `zero_denominator`, an absent input the
    reason it carries, else `not_available`; a value that its definition does not allow (a share above 100 %, an
    infinite one: `Indicator.lowest`, `highest`) gives `impossible` and both sides, to be checked. Cells without any
    input give no row, nor does an indicator of which no cell declares both sides.

    An indicator of establishments and years is computed from yearly quantities of the whole establishment
    (`chairs.indicators.quantities.yearly`), so that its inputs may come by unit and month or by year. For the others,
    beside the cells declared, rows are made for the whole establishment (unit `all`) from its units, and for the year
    from its months or quarters, where the source gives none: numerators and denominators are summed and the ratio is
    taken of the sums, never a mean of ratios. Each side is built to add up: a stock (FTE, beds, debt) enters as stock
    times share of the year, so that twelve months of it sum to its yearly mean; a level (beds, headcount) is summed
    over units and averaged over the days of the year. A sum counts only when all its parts do: a cell with an input
    missing, or a year with a month missing, gives `not_available`; a unit that the indicator does not concern
    (`not_applicable`, or no input declared) is left out.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("h1", "all", "2020", "mco_days", 3660.0), ("h1", "all", "2020", "mco_beds", 20.0)]
    >>> quantities = pd.DataFrame(rows, columns=["establishment", "unit", "period", "quantity", "value"])
    >>> derive(quantities.assign(status="ok", source="SAE"), ["occupancy"])[["period", "value", "denominator"]]
      period  value  denominator
    0   2020    0.5       7320.0
    """
    import pandas as pd

    wanted = [INDICATORS[code] for code in (tuple(codes) or INDICATORS)]
    contract = CONTRACTS["indicators"]
    parts = []
    if quantities is not None and len(quantities):
        table = CONTRACTS["quantities"].check(quantities).reset_index(drop=True)
        _refuse_negative(table)
        for grain, spread in (("unit_month", _spread), ("establishment_year", _spread_years)):
            those = [one for one in wanted if one.grain == grain and one.compute is not None]
            declared = spread(table) if those else None
            found = [_values(one, declared, table) for one in those if declared is not None]
            parts += [part for part in found if part is not None]
    if published is not None and len(published):
        parts.append(published[published["code"].isin(list(codes))] if codes else published)
    if not parts:
        return contract.conform(pd.DataFrame(columns=list(contract.columns)))
    rows = contract.conform(pd.concat(parts, ignore_index=True))
    return rows.sort_values(list(contract.order), kind="stable", ignore_index=True)


def _spread(table: pd.DataFrame) -> Declared:
    # the contract's key makes each cell unique: nothing to aggregate
    wide = table.pivot(index=CELL, columns="quantity", values=["value", "status", "source"])  # noqa: PD010
    there = wide["status"].notna().astype("float64")
    return Declared(
        amounts=Amounts(wide["value"].astype("float64")),
        there=Amounts(there.where(there > 0)),
        status=wide["status"],
        source=wide["source"],
    )


def _spread_years(table: pd.DataFrame) -> Declared:
    """Return the yearly quantities of whole establishments, one column a quantity."""
    lengths = {period: float(days_of(period)) for period in table["period"].unique()}
    years = {period: float(days_of(period[:4])) for period in table["period"].unique()}
    return _spread(yearly(table, table["period"].map(lengths), table["period"].map(years)))


def _values(indicator: Indicator, declared: Declared, table: pd.DataFrame) -> pd.DataFrame | None:
    """Return the rows of one indicator, or None when no cell declares what both its sides need."""
    if indicator.compute is None:
        return None
    inputs = [word for word in indicator.inputs if word in declared.status.columns]
    given = table[table["quantity"].isin(inputs)]
    whole = indicator.grain == "establishment_year"
    for _, part in given.groupby("quantity", sort=True) if whole else [("", given)]:
        _refuse_mixed(part, indicator.code)
    if not _fed(indicator.compute(declared.there)):
        return None
    cells = _cells(indicator.compute, indicator.kind, declared.only(inputs))
    return _valued(cells if whole else _with_years(_with_whole(cells)), indicator)


def _fed(sides: Sides) -> bool:
    """Say whether some cell declares enough for both sides."""
    both = sides.numerator.notna()
    return bool((both if sides.denominator is None else both & sides.denominator.notna()).any())


def _cells(compute: Callable[[Amounts], Sides], kind: Kind, declared: Declared) -> pd.DataFrame:
    import pandas as pd

    sides = compute(declared.amounts)
    level = kind == "level"
    numerator = sides.numerator * declared.amounts.years if level else sides.numerator
    denominator = pd.Series(float("nan"), index=numerator.index) if sides.denominator is None else sides.denominator
    complete = numerator.notna() & (denominator.notna() | (sides.denominator is None))
    status = declared.status
    reason = reduce(lambda first, other: first.fillna(other), [status[w].mask(status[w] == "ok") for w in status])
    cells = pd.DataFrame(
        {
            "numerator": numerator,
            "denominator": denominator,
            "status": reason.fillna("not_available").mask(complete, "ok"),
            "source": _joined(declared.source),
            "days": declared.amounts.days,
        }
    )
    return cells[status.notna().any(axis=1)].reset_index()


def _joined(sources: pd.DataFrame) -> pd.Series:
    """Return, for each row, its distinct sources in alphabetical order."""
    filled = sources.fillna("")
    kinds = filled.drop_duplicates()
    text = [" + ".join(sorted(set(row) - {""})) for row in kinds.itertuples(index=False, name=None)]
    kind = filled.groupby(list(filled.columns), sort=False).ngroup()  # numbered in order of appearance
    return kind.map(dict(enumerate(text)))


def _with_whole(cells: pd.DataFrame) -> pd.DataFrame:
    """Add the whole establishment, summed over its units, in the periods where no source gives it."""
    import pandas as pd

    place = ["establishment", "period"]
    given = pd.MultiIndex.from_frame(cells.loc[cells["unit"] == "all", place])
    lacking = cells[~pd.MultiIndex.from_frame(cells[place]).isin(given)]
    if lacking.empty:
        return cells
    whole = _summed(lacking, place).assign(unit="all")
    whole["days"] = whole["period"].map(lacking.drop_duplicates("period").set_index("period")["days"])
    return pd.concat([cells, whole], ignore_index=True)


def _with_years(cells: pd.DataFrame) -> pd.DataFrame:
    """Add the years of the cells given by month or quarter; a year with a gap has no value."""
    import pandas as pd

    finer = cells[cells["period"].str.len() > 4]
    if finer.empty:
        return cells
    place = ["establishment", "unit", "period"]
    finer = finer.assign(period=finer["period"].str[:4])
    years = _summed(finer, place)
    years["days"] = years["period"].map({year: float(days_of(year)) for year in years["period"].unique()})
    covered = finer.groupby(place, sort=True)["days"].sum()
    gap = covered.reindex(pd.MultiIndex.from_frame(years[place])).to_numpy() < years["days"].to_numpy()
    years.loc[gap & (years["status"] == "ok").to_numpy(), "status"] = "not_available"
    years.loc[gap, ["numerator", "denominator"]] = float("nan")
    return pd.concat([cells, years], ignore_index=True)


def _summed(cells: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return the sums of both sides by group, with the first reason met in it when it is not complete."""
    groups = cells.groupby(by, sort=True).size().index
    counted = cells[cells["status"] != "not_applicable"]
    sums = counted.groupby(by, sort=True)[["numerator", "denominator"]].sum(min_count=1).reindex(groups)
    reasons = counted[counted["status"] != "ok"].groupby(by, sort=True)["status"].first()
    concerned = counted.groupby(by, sort=True).size().reindex(groups)
    sums["status"] = reasons.reindex(groups).fillna("ok").where(concerned.notna(), "not_applicable")
    sums.loc[sums["status"] != "ok", ["numerator", "denominator"]] = float("nan")
    sources = cells[[*by, "source"]].drop_duplicates().sort_values("source", kind="stable")
    sums["source"] = sources.groupby(by, sort=True)["source"].agg(" + ".join).reindex(groups)
    return sums.reset_index()


def _valued(cells: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    rows = cells.assign(code=indicator.code)
    if indicator.kind == "ratio":
        zero = (rows["denominator"] == 0) & (rows["status"] == "ok")
        rows["status"] = rows["status"].mask(zero, "zero_denominator")
        rows["value"] = indicator.per * rows["numerator"] / rows["denominator"].where(rows["denominator"] != 0)
    elif indicator.kind == "level":
        year = rows["period"].str[:4].map({y: float(days_of(y)) for y in rows["period"].str[:4].unique()})
        rows["value"] = rows["numerator"] = rows["numerator"] * year / rows["days"]
    else:
        rows["value"] = rows["numerator"]
    rows["status"] = rows["status"].mask((rows["status"] == "ok") & ~indicator.possible(rows["value"]), "impossible")
    rows["value"] = rows["value"].where(rows["status"] == "ok")
    sides = rows[["numerator", "denominator"]]
    rows[["numerator", "denominator"]] = sides.where(sides.abs() != float("inf"))
    return rows.drop(columns="days")


def _refuse_negative(table: pd.DataFrame) -> None:
    negative = table.index[(table["value"] < 0) & ~table["quantity"].isin(SIGNED)]
    if len(negative):
        raise DataError(
            tuple(
                problem(
                    "quantité négative",
                    "negative quantity",
                    file="quantities",
                    row=int(row) + FIRST_ROW,
                    column="value",
                    remedy=("vérifier la saisie et l'unité", "check the entry and the unit"),
                )
                for row in negative
            )
        )


def _refuse_mixed(inputs: pd.DataFrame, code: str) -> None:
    length = inputs["period"].str.len()
    usual = length.groupby(inputs["establishment"]).transform("min")
    mixed = inputs.index[length != usual]
    if len(mixed):
        raise DataError(
            (
                problem(
                    f"{code} : des mois et des années pour un même établissement ({len(mixed)} lignes)",
                    f"{code}: months and years for one establishment ({len(mixed)} rows)",
                    file="quantities",
                    row=int(mixed[0]) + FIRST_ROW,
                    column="period",
                    remedy=("donner toutes les quantités au même pas", "give all its quantities at one grain"),
                ),
            )
        )
