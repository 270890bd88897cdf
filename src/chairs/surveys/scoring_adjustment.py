"""Scores as they would be with the same respondents everywhere: patient mix, then mode of collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chairs.core.errors import Text
from chairs.core.records import build, read_yaml

if TYPE_CHECKING:
    import pandas as pd

    from chairs.surveys.instrument import Instrument

FILE = Path(__file__).parent / "mode_effects.yaml"
NO_TABLE = Text(
    fr="aucune table officielle des effets du mode de recueil pour cette année : score non ajusté, non officiel",
    en="no official table of the effects of the mode of collection for this year: not adjusted, not official",
)


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Adjusted:
    """Scores by establishment after an adjustment, or the reason why there is none."""

    scores: pd.Series
    reason: Text | None = None


def adjusted_scores(
    scores: pd.DataFrame, people: pd.DataFrame, responses: pd.DataFrame, instrument: Instrument
) -> pd.DataFrame:
    """Return the site scores with a column `adjusted`, for whole establishments and years.

    Parameters
    ----------
    scores, people
        From `site_scores` and `respondent_scores`.
    responses
        Answers, with the covariates that the instrument names (`adjust_for`); empty cells are a class of their own.

    Notes
    -----
    One year at a time: ordinary least squares of the respondents' scores on the covariates with an effect of each
    establishment (`chairs.stats.case_mix`, O'Malley et al. 2005), the coefficients are estimated on these answers and
    not official. A score is adjusted only where it is published (floor) and where the covariates allow it.
    """
    import numpy as np
    import pandas as pd

    from chairs.stats.case_mix import adjust_for_case_mix

    table = scores.assign(adjusted=np.nan)
    known = [name for name in instrument.adjust_for if name in responses.columns]
    if not known:
        return table
    keys = ["establishment", "unit", "period", "respondent"]
    traits = responses[[*keys, *known]].drop_duplicates(keys)
    traits = traits.assign(**{name: traits[name].astype("object").fillna("?") for name in known})
    joined = people.merge(traits, on=keys, how="left").assign(year=people["period"].str[:4])
    place = table.set_index(["establishment", "unit", "period", "dimension"]).index
    found = pd.Series(np.nan, index=place)
    for year, those in joined.groupby("year", sort=True):
        for dimension in (d for d in instrument.dimensions if d.name in those.columns):
            mix = adjust_for_case_mix(those, dimension.name, "establishment", classes=known)
            for site, value in mix.table["adjusted"].items():
                found.loc[(site, "all", year, dimension.name)] = value
    table["adjusted"] = found.reindex(place).to_numpy()
    table["adjusted"] = table["adjusted"].where(table["status"] == "ok")
    return table


def mode_effects(instrument: str, period: str, path: Path = FILE) -> ModeEffects | None:
    """Return the effects of the mode in force for an instrument in the year of `period`, None where none is known.

    Examples
    --------
    >>> mode_effects("hcahps", "2022") is None
    True
    """
    listed = [build(ModeEffects, row, path.name) for row in read_yaml(path) or ()]
    return next((one for one in listed if one.instrument == instrument and period[:4] in one.years), None)


def adjust_for_mode(scores: pd.Series, modes: pd.Series, effects: Mapping[str, float] | None) -> Adjusted:
    """Return the scores as the reference mode would have given them.

    Parameters
    ----------
    scores
        Respondents' scores, indexed by establishment.
    modes
        Mode of collection of the same respondents.
    effects
        Points that each mode adds to a score of the reference mode, 0 for the reference; None: no table.

    Notes
    -----
    Each respondent's score less the effect of the mode, then the mean by establishment (HCAHPS: the adjustment of a
    mode is the negative of its effect; Elliott et al. 2009, *Health Serv. Res.* 44:501-518). A mode that the table does
    not list is a reason, not a zero.

    Examples
    --------
    >>> import pandas as pd
    >>> site = ["A", "A", "B", "B"]
    >>> modes = pd.Series(["paper", "telephone", "paper", "paper"], index=site)
    >>> given = pd.Series([80.0, 90, 80, 84], index=site)
    >>> adjust_for_mode(given, modes, {"paper": 0, "telephone": 4}).scores.to_dict()
    {'A': 83.0, 'B': 82.0}
    >>> adjust_for_mode(given, modes, None).reason.en[:17]
    'no official table'
    """
    means = scores.groupby(level=0, sort=True).mean()
    if effects is None:
        return Adjusted(scores=means * float("nan"), reason=NO_TABLE)
    strange = sorted(set(modes) - set(effects))
    if strange:
        listed = ", ".join(strange)
        fr, en = f"la table ne donne pas le mode : {listed}", f"the table does not give the mode: {listed}"
        return Adjusted(scores=means * float("nan"), reason=Text(fr=fr, en=en))
    added = modes.map(dict(effects)).astype(float)
    return Adjusted(scores=(scores - added.to_numpy()).groupby(level=0, sort=True).mean())
