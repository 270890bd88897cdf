"""Quantities that other steps know: days of the census, answers of the staff barometer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

PLACE = ["site", "unit", "period"]
MEASURES = ("census", "open_beds", "arrivals")


def from_days(days: pd.DataFrame) -> pd.DataFrame:
    """Return the quantities of census and beds by unit and month, from the table `unit_day` of one study.

    Notes
    -----
    `observed_days` and `census_days` (sum of each day's mean census) over all days; `open_bed_days`,
    `census_days_of_beds`, `bed_days_observed` and `full_days` (at some hour as many patients as open beds, or more)
    over the days whose open beds are known and not zero; `daily_arrivals` over all days.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("S", "W", "2024-01-01", "census", 9.0, 8.0, 10.0), ("S", "W", "2024-01-01", "open_beds", 10.0, 10, 10)]
    >>> days = pd.DataFrame(rows, columns=["site", "unit", "day", "measure", "value", "low", "high"])
    >>> from_days(days).set_index("quantity")["value"].to_dict()["full_days"]
    1.0
    """
    import pandas as pd

    rows = days.assign(period=days["day"].str[:7])
    wide = rows.pivot(index=[*PLACE, "day"], columns="measure", values=["value", "high"])  # noqa: PD010 - a key
    wide = wide.set_axis(["_".join(pair) for pair in wide.columns], axis=1)
    wide = wide.reindex(columns=[f"{kind}_{word}" for kind in ("value", "high") for word in MEASURES])
    beds = wide["value_open_beds"].where(wide["value_open_beds"] > 0)
    known = beds.notna() & wide["value_census"].notna()
    each = pd.DataFrame(
        {
            "observed_days": wide["value_census"].notna().astype(float),
            "census_days": wide["value_census"],
            "daily_arrivals": wide["value_arrivals"],
            "bed_days_observed": known.astype(float),
            "open_bed_days": beds.where(known),
            "census_days_of_beds": wide["value_census"].where(known),
            "full_days": (wide["high_census"] >= beds).astype(float).where(known),
        }
    )
    sums = each.groupby(level=PLACE, sort=True).sum(min_count=1)
    long = sums.rename_axis(columns="quantity").stack().rename("value").reset_index()  # noqa: PD013
    long = long[(long["value"] > 0) | ~long["quantity"].isin(["bed_days_observed", "observed_days"])]
    return _quantities(long.rename(columns={"site": "establishment"}), "unit_day")


def from_scores(scores: pd.DataFrame, words: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    """Return the quantities of survey scores: their sum over respondents and the respondents, by year.

    Parameters
    ----------
    scores
        Table `scores`.
    words
        (instrument, dimension) to the word of the quantities: `engagement` gives `engagement_points` and
        `engagement_answers`.
    """
    import pandas as pd

    parts = []
    for (instrument, dimension), word in words.items():
        rows = scores[(scores["instrument"] == instrument) & (scores["dimension"] == dimension)]
        rows = rows[(rows["unit"] == "all") & (rows["period"].str.len() == 4)]
        place = rows[["establishment", "unit", "period", "status"]]
        n = rows["n"].astype("float64").where(rows["status"] == "ok")
        parts.append(place.assign(quantity=f"{word}_points", value=rows["score"] * n))
        parts.append(place.assign(quantity=f"{word}_answers", value=n))
    empty = ["establishment", "unit", "period", "status", "quantity", "value"]
    return _quantities(pd.concat(parts) if parts else pd.DataFrame(columns=empty), "scores")


def _quantities(rows: pd.DataFrame, source: str) -> pd.DataFrame:
    table = rows.assign(source=source)
    return table if "status" in table.columns else table.assign(status="ok")
