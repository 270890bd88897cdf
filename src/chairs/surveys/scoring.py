"""From answer codes to scores by establishment, unit and period, with standard error, n and floor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from chairs.surveys.instrument import Cut, Dimension, Instrument
from chairs.surveys.instrument_years import OVERALL
from chairs.surveys.nonresponse import Known, nonresponse_scores
from chairs.surveys.scoring_adjustment import adjusted_scores
from chairs.surveys.scoring_checks import refuse_flawed, refuse_incomplete, refuse_unknown, version_flaws
from chairs.surveys.scoring_points import chosen_answers, counted
from chairs.surveys.scoring_reliability import with_reliability
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

SITE = ["establishment", "unit", "period"]
WILSON = 1.959963984540054
ROUNDING = 1e-9  # of a score, under which a spread is that of rounding


def score(
    responses: pd.DataFrame | None,
    published: pd.DataFrame | None,
    instruments: Iterable[Instrument],
    populations: Mapping[str, Known] | None = None,
) -> pd.DataFrame:
    """Return the table `scores`: those computed from answers and those that came published, side by side.

    Parameters
    ----------
    responses
        Table `responses`, or None. Every answer is scored by the instrument it names.
    published
        Table `scores` as its publisher gives it, or None. It is passed on as it is.
    instruments
        The instruments of the study.
    populations
        By instrument, the people that the respondents of one establishment stand for (`nonresponse`).

    Raises
    ------
    DataError
        For a column that is absent; by row: an empty cell but an answer, an instrument, item, dimension or answer
        code that the instruments do not know, an item answered twice by one respondent, a respondent in two places,
        a year of another version, a wave with another scale. Values are never shown.

    Notes
    -----
    Each score is given for the unit and for the whole establishment (`all`), in the period of the answers and, when
    that is a month or a quarter, in the year: always from the respondents, never from other scores. Beside each
    score stand its 95 % interval, its reliability, and what it becomes once shrunk, with the ranks it can hold among
    the establishments (`scoring_reliability`).
    """
    import pandas as pd

    known = {instrument.name: instrument for instrument in instruments}
    parts = []
    if responses is not None and len(responses):
        refuse_incomplete(responses)
        refuse_unknown("responses", "instrument", responses["instrument"], known)
        rows = responses.reset_index(drop=True)
        for name, answers in rows.groupby("instrument", sort=True):
            refuse_flawed(answers, version_flaws(answers, known[str(name)]))
            people = respondent_scores(answers, known[str(name)])
            made = site_scores(people, known[str(name)])
            made = adjusted_scores(made, people, answers, known[str(name)])
            parts.append(
                nonresponse_scores(made, people, answers, known[str(name)], (populations or {}).get(str(name)))
            )
    if published is not None and len(published):
        refuse_unknown("scores", "instrument", published["instrument"], known)
        pairs = published["instrument"] + "/" + published["dimension"]
        refuse_unknown(
            "scores", "dimension", pairs, [f"{i.name}/{d.name}" for i in known.values() for d in i.dimensions]
        )
        parts.append(published)
    contract = CONTRACTS["scores"]
    if not parts:
        return contract.conform(pd.DataFrame(columns=list(contract.columns)))
    extents = {(i.name, d.name): i.extent(d) for i in known.values() for d in i.dimensions}
    table = with_reliability(pd.concat([contract.conform(part) for part in parts], ignore_index=True), extents)
    return table.sort_values(list(contract.order), kind="stable", ignore_index=True)


def respondent_scores(responses: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    r"""Return one row a respondent: establishment, unit, period, respondent and a score for each dimension.

    A dimension that is the mean of its items (`of: items`) has one column an item, named dimension|item, as well.

    Parameters
    ----------
    responses
        Answers to this instrument only; its index gives the rows named in problems (0 is row 2 of the table).

    Notes
    -----
    An item answered x on 1..k counts :math:`100\,(x-1)/(k-1)`, after k + 1 - x when it is reversed; codes that carry
    a reason (not concerned, does not know, refused) and empty cells do not count. A dimension is the mean of its
    answered items when at least `answered_share` of them are (a sum needs them all); the overall score is the mean of
    the respondent's dimensions when at least `dimension_share` of them are there, or has items of its own. The scale is
    that of e-Satis (Haute Autorité de santé) and of COPSOQ; the rule of half is COPSOQ's (Burr et al. 2019, *Safety and
    Health at Work* 10:482-503). A dimension may count otherwise (`Dimension`): raw points and their sum (PHQ-9), share
    of best answers (HCAHPS, FFT), best less worst (NPS).

    Checked against the reference set `score_patient_survey`.
    """
    import numpy as np

    people, chosen, codes = chosen_answers(responses, instrument)
    columns: dict[str, np.ndarray] = {}
    for dimension in instrument.dimensions:
        items = instrument.items_of(dimension)
        if items:
            values = dimension.times * counted(chosen, instrument, dimension, codes)
            columns[dimension.name] = of_items(values, instrument, dimension)
            if dimension.of == "items":
                columns |= {f"{dimension.name}|{item.code}": values[:, k] for k, item in enumerate(items)}
    if OVERALL not in columns and any(dimension.name == OVERALL for dimension in instrument.dimensions):
        parts = [columns[dimension.name] for dimension in instrument.parts]
        columns[OVERALL] = _mean(np.column_stack(parts), instrument.dimension_share)
    for dimension in instrument.dimensions:
        if dimension.cut is not None:
            columns[dimension.name] = _cases(columns[dimension.cut.dimension], dimension.cut)
    return people.assign(**columns)


def of_items(values: np.ndarray, instrument: Instrument, dimension: Dimension) -> np.ndarray:
    """Return each respondent's score from what their answers count, missing where too few of them are there.

    Parameters
    ----------
    values
        One row a respondent, one column an item of the dimension, NaN for none.
    """
    if dimension.combine == "sum":
        total: np.ndarray = _mean(values, 1.0) * values.shape[1]
        return total
    return _mean(values, _share(instrument, dimension))


def _cases(values: np.ndarray, cut: Cut) -> np.ndarray:
    """Return 100 for those whose score passes the threshold, 0 for the others, nothing where there is no score."""
    import numpy as np

    passed = values < cut.under if cut.under is not None else values >= float(cut.at_least or 0.0)
    return np.where(np.isnan(values), np.nan, 100.0 * passed)


def _share(instrument: Instrument, dimension: Dimension) -> float:
    """Return the share of its items that a respondent must have answered; one is enough where items have their mean."""
    return 1e-6 if dimension.of == "items" else instrument.answered_share


def site_scores(people: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    r"""Return the scores by establishment, unit and period of respondents scored by `respondent_scores`.

    Notes
    -----
    A score is the mean over respondents, its standard error sd/√n (n - 1 in the sd; n for shares and net scores, whose
    error is then the multinomial :math:`100\sqrt{(p+d-(p-d)^2)/n}`). The overall score is the mean of
    the respondents' overall scores, not of the site's dimensions: only so does it have a standard error that accounts
    for a person's dimensions going together. A mean of items (HCAHPS) takes each item over those who answered it; its
    error sums what each respondent moves it by. Under `floor` respondents a score is withheld (`below_floor`); without
    any it is `not_available`.

    The 95 % interval is score ± 1.96 se (that of e-Satis) where this stays on the scale (`Instrument.extent`). A share
    of one item has Wilson's (*JASA* 22, 1927), and so has a score whose interval would leave the scale, of as many
    yes-or-no answers as would have its error: :math:`n^* = p(1-p)/se^2`, p in shares of the scale (as for shares of a
    complex survey: Franco, Little, Louis & Slud 2019, *J. Surv. Stat. Methodol.* 7:334-364). Checked by redraws of
    answers that pile up at the top: of samples of 30 with a mean of 97, ± 1.96 se holds the truth in 85 %.
    """
    import pandas as pd

    parts = []
    for level in _levels(people):
        sites = level.groupby(SITE, sort=True)
        for dimension in (d for d in instrument.dimensions if not d.published):
            table = _of_items(level, dimension) if dimension.of == "items" else _of_people(sites, dimension)
            made = _with_interval(table, dimension, instrument.extent(dimension))
            parts.append(made.reset_index().assign(dimension=dimension.name))
    scores = pd.concat(parts, ignore_index=True).assign(instrument=instrument.name, status="ok")
    few = scores["n"] < instrument.floor
    scores.loc[few, "status"] = "below_floor"
    scores.loc[scores["n"] == 0, "status"] = "not_available"
    scores.loc[few, ["score", "se", "low", "high"]] = float("nan")
    return scores


def _of_people(sites: Any, dimension: Dimension) -> pd.DataFrame:
    import pandas as pd

    group = sites[dimension.name]
    n = group.count()
    spread = group.std(ddof=0 if _is_share(dimension) else 1)
    return pd.DataFrame({"score": group.mean(), "se": spread / n**0.5, "n": n})


def _is_share(dimension: Dimension) -> bool:
    return dimension.cut is not None or dimension.points in ("top", "bottom", "net")


def _of_items(level: pd.DataFrame, dimension: Dimension) -> pd.DataFrame:
    """Return the mean of the items' means, and the error summed over what each respondent moves it by."""
    import pandas as pd

    columns = [name for name in level.columns if name.startswith(f"{dimension.name}|")]
    keys = [level[name] for name in SITE]
    values = level[columns]
    counts, means = values.notna().groupby(keys, sort=True), values.groupby(keys, sort=True)
    moved = (values - means.transform("mean")) / counts.transform("sum")
    by_person = (moved.sum(axis=1) / len(columns)) ** 2
    n = values.notna().any(axis=1).groupby(keys, sort=True).sum()
    small = 0 if _is_share(dimension) else 1
    error = (by_person.groupby(keys, sort=True).sum() * n / (n - small).where(n > small)) ** 0.5
    return pd.DataFrame({"score": means.mean().mean(axis=1, skipna=False), "se": error, "n": n})


def _with_interval(table: pd.DataFrame, dimension: Dimension, extent: tuple[float, float]) -> pd.DataFrame:
    """Return the table with a 95 % interval inside `extent` (see `site_scores`), none without spread.

    Where all answer alike their spread is not known to be nothing: an interval of no width, or an error of 0, would say
    so. Both are left out.
    """
    width = extent[1] - extent[0]
    spread = table["se"] > ROUNDING * table["score"].abs()
    share, error = (table["score"] - extent[0]) / width, table["se"].where(spread) / width
    low, high = share - WILSON * error, share + WILSON * error
    answers = (share * (1 - share) / error**2).where((low < 0) | (high > 1))
    if _is_share(dimension) and dimension.points != "net":
        n = table["n"].where(table["n"] > 0)
        alone = (table["se"] / width - (share * (1 - share) / n) ** 0.5).abs() < 1e-11  # one item a person
        answers = answers.mask(alone, n)
    shrink = 1 + WILSON**2 / answers
    centre = (share + WILSON**2 / (2 * answers)) / shrink
    half = WILSON / shrink * (share * (1 - share) / answers + WILSON**2 / (4 * answers**2)) ** 0.5
    low, high = low.mask(answers > 0, centre - half), high.mask(answers > 0, centre + half)
    low, high = (extent[0] + width * end.clip(0, 1) for end in (low, high))  # rounding
    return table.assign(low=low, high=high, se=table["se"].where(spread))


def _levels(people: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the respondents by unit and in the whole establishment, in their period and in its year."""
    of_unit = people[people["unit"] != "all"]
    whole = people.assign(unit="all")
    return [
        level
        for table in (of_unit, whole)
        for level in (table[table["period"].str.len() > 4], table.assign(period=table["period"].str[:4]))
        if len(level)
    ]


def _mean(values: np.ndarray, share: float) -> np.ndarray:
    """Return the mean of each row's known values, missing where fewer than `share` of them are known."""
    import numpy as np

    known = np.isfinite(values)
    enough = known.sum(axis=1) >= share * values.shape[1] - 1e-9
    total = np.where(known, values, 0.0).sum(axis=1)
    mean: np.ndarray = np.where(enough, total / np.maximum(known.sum(axis=1), 1), np.nan)
    return mean
