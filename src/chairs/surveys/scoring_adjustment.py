"""Scores as they would be with the same respondents everywhere: patient mix, then mode of collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chairs.core.records import build, read_yaml

if TYPE_CHECKING:
    import pandas as pd

    from chairs.surveys.instrument import Instrument

FILE = Path(__file__).parent / "mode_effects.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeEffects:
    """What each mode adds to a score, against the reference mode, in the collections of `years`.

    `effects` gives, by dimension, the points of each mode; `official` whether the body in charge published them.
    """

    instrument: str
    years: tuple[str, ...]
    reference: str
    effects: Mapping[str, Mapping[str, float]]
    official: bool
    source: str


def adjusted_scores(
    scores: pd.DataFrame, people: pd.DataFrame, responses: pd.DataFrame, instrument: Instrument
) -> pd.DataFrame:
    """Return the site scores with a column `adjusted`, for whole establishments and years, and `modes`.

    Parameters
    ----------
    scores, people
        From `site_scores` and `respondent_scores`.
    responses
        Answers, with the covariates that the instrument names (`adjust_for`); empty cells are a class of their own.

    Notes
    -----
    One year at a time. First, where `mode_effects.yaml` has a table for the instrument and year, each respondent's
    score becomes what the reference mode would have given (`as_reference_mode`); an instrument or year without a table
    keeps its modes as they are. Then ordinary least squares of the respondents' scores on the covariates with an effect
    of each establishment (`chairs.stats.case_mix`, O'Malley et al. 2005): the coefficients are estimated on these
    answers and not official. A score is adjusted only where it is published (floor) and where mode and covariates allow
    it. `modes` says of each published score whether its year was adjusted for the mode, had one only, or mixes several
    without a table of their effects; it changes no score.
    """
    import numpy as np
    import pandas as pd

    table = scores.assign(adjusted=np.nan, modes=None)
    known = [name for name in instrument.adjust_for if name in responses.columns]
    joined = _with_traits(people, responses, known)
    place = table.set_index(["establishment", "unit", "period", "dimension"]).index
    found, told = pd.Series(np.nan, index=place), dict[tuple[str, str], str]()
    for year, those in joined.groupby("year", sort=True):
        modes = mode_effects(instrument.name, str(year))
        told |= {(str(year), d.name): _told(those["mode"], modes, d.name) for d in instrument.dimensions}
        if not known and modes is None:
            continue
        for dimension in (d for d in instrument.dimensions if d.name in those.columns):
            for site, value in _adjusted(those, dimension.name, known, modes).items():
                found.loc[(site, "all", year, dimension.name)] = value
    table["adjusted"] = found.reindex(place).to_numpy()
    table["adjusted"] = table["adjusted"].where(table["status"] == "ok")
    rows = zip(table["period"].str[:4], table["dimension"], table["status"] == "ok", strict=True)
    table["modes"] = [told.get((year, dimension)) if there else None for year, dimension, there in rows]
    return table


def _told(modes: pd.Series, effects: ModeEffects | None, dimension: str) -> str:
    """Return whether a year's scores are adjusted for the mode, or why not: a word of `chairs.tables.scores.MODES`."""
    used = set(modes.dropna())
    if effects is not None and used <= effects.effects.get(dimension, {}).keys():
        return "mode_adjusted"
    return "one_mode" if len(used) < 2 else "modes_mixed"


def _with_traits(people: pd.DataFrame, responses: pd.DataFrame, known: list[str]) -> pd.DataFrame:
    """Return the respondents with their mode, their covariates (an empty cell is a class) and their year."""
    keys = ["establishment", "unit", "period", "respondent"]
    traits = responses[[*keys, "mode", *known]].drop_duplicates(keys)
    traits = traits.assign(**{name: traits[name].astype("object").fillna("?") for name in known})
    return people.merge(traits, on=keys, how="left").assign(year=people["period"].str[:4])


def _adjusted(those: pd.DataFrame, dimension: str, known: list[str], modes: ModeEffects | None) -> pd.Series:
    """Return the scores by establishment of one year and dimension, adjusted for mode, then for patient mix."""
    from chairs.stats.case_mix import adjust_for_case_mix

    if modes is not None:
        effects = modes.effects.get(dimension, {})
        those = those.assign(**{dimension: as_reference_mode(those[dimension], those["mode"], effects)})
    if not known:
        means: pd.Series = those.groupby("establishment")[dimension].mean()
        return means
    adjusted: pd.Series = adjust_for_case_mix(those, dimension, "establishment", classes=known).table["adjusted"]
    return adjusted


def mode_effects(instrument: str, period: str) -> ModeEffects | None:
    """Return the effects of the mode in force for an instrument in the year of `period`, None where none is known.

    Examples
    --------
    >>> mode_effects("hcahps", "2022") is None
    True
    """
    listed = [build(ModeEffects, row, FILE.name) for row in read_yaml(FILE) or ()]
    return next((one for one in listed if one.instrument == instrument and period[:4] in one.years), None)


def as_reference_mode(scores: pd.Series, modes: pd.Series, effects: Mapping[str, float]) -> pd.Series:
    """Return respondents' scores as the reference mode would have given them.

    Parameters
    ----------
    scores, modes
        Score and mode of collection of each respondent.
    effects
        Points that each mode adds to a score of the reference mode, 0 for the reference.

    Notes
    -----
    Each respondent's score less the effect of the mode (HCAHPS: the adjustment of a mode is the negative of its effect;
    Elliott et al. 2009, *Health Serv. Res.* 44:501-518). A mode that the table does not list is no zero: all scores are
    then missing, because establishments with and without that mode could not be compared.

    Examples
    --------
    >>> import pandas as pd
    >>> modes = pd.Series(["paper", "telephone"])
    >>> as_reference_mode(pd.Series([80.0, 90]), modes, {"paper": 0, "telephone": 4}).tolist()
    [80.0, 86.0]
    >>> as_reference_mode(pd.Series([80.0, 90]), modes, {"paper": 0}).isna().all()
    np.True_
    """
    added = modes.map(dict(effects)).astype(float)
    return (scores - added) if added.notna().all() else scores * float("nan")
