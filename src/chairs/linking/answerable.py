"""Says before any outcome is read which effect could be detected at all with these establishments and years."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chairs.core.errors import Language, SettingError, Text, problem
from chairs.core.streams import stream
from chairs.linking.bounds import SUPPOSED
from chairs.linking.cells import Sources, cells
from chairs.linking.ladder import FEWEST, primary
from chairs.linking.ordered_power import POWER, smallest_found
from chairs.linking.protocol import Protocol
from chairs.linking.shuffles import laid_out
from chairs.stats.estimate import REASONS, Estimate, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd

TINY = 1e-12  # of a sum of squares: rounding
MOST_ANSWERS = 1e9
CLASSES = 5  # of an ordered outcome, where the protocol assumes nothing
DRAWS = 1500  # of ordered classes, for all pairs of a protocol
WHO = ["establishment", "unit", "period", "instrument", "dimension", "n"]  # all that is read of the scores
TOO_FEW = Text(
    fr=f"moins de {FEWEST} établissements : seules la description et les cartes de contrôle sont honnêtes",
    en=f"fewer than {FEWEST} establishments: only description and control charts are honest",
)
NOBODY = Text(
    fr="aucun établissement n'a l'exposition, ce qui est tenu égal et un score aux années voulues (décalage compris)",
    en="no establishment has the exposure, what is held equal and a score in the years asked for (lag included)",
)
ONE_YEAR = Text(
    fr="chaque établissement n'a qu'une année utilisable (décalage compris) : aucun n'est comparé à lui-même",
    en="each establishment has a single usable year (lag included): none is compared with itself",
)
NO_CLASSES = Text(
    fr="trop peu d'établissements pour des classes : aucun effet, si grand soit-il, ne serait trouvé 4 fois sur 5",
    en="too few establishments for classes: no effect, however large, would be found 4 times in 5",
)
NO_SPREAD = Text(
    fr="le protocole ne suppose aucune dispersion à ce qui est comparé (assumed : site, year, person)",
    en="the protocol supposes no spread of what is compared (assumed: site, year, person)",
)
NONE_IN_FAMILY = Text(fr="aucun, si grand soit-il,", en="none, however large,")
MISSED = Text(
    fr="un effet de {} échapperait plus d'une fois sur cinq",
    en="an effect of {} would be missed more than once in five",
)
PLANNED = Text(
    fr="personne n'est encore interrogé : tous les établissements sont comptés",
    en="nobody has been asked yet: all establishments are counted",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """What one exposure of a protocol can show.

    Parameters
    ----------
    outcome
        The outcome that shows least, among those that the same may be said of.
    answers
        Median answers of an establishment and year.
    detectable
        Smallest effect found in 80 % of studies, per `per` of the exposure, alone and in the family: in points, or in
        log odds of a higher class where the outcome is made of `classes`. `detectable_in_family` is None where no
        effect is.
    planned
        Nobody has been asked yet: all establishments are counted.
    reason
        Why nothing can be said.
    """

    exposure: str
    outcome: str
    establishments: int
    rows: int
    per: float = 1.0
    answers: float | None = None
    detectable: float | None = None
    detectable_in_family: float | None = None
    planned: bool = False
    reason: Text | None = None
    classes: bool = False

    def say(self, smallest: float, lang: Language = "fr", name: str | None = None) -> str:
        """Return one sentence: what is detectable, against what matters; `name`: words for exposure and change."""
        head = name or f"{self.exposure} (+{shown(self.per, lang, 'g')})"
        head += " : " if lang == "fr" else ": "
        if self.reason or self.detectable is None:
            return f"{head}{self.reason.say(lang) if self.reason else ''}"
        alone, both = self._size(self.detectable, lang), self.detectable_in_family
        family = NONE_IN_FAMILY.say(lang) if both is None else self._size(both, lang)
        missed = MISSED.say(lang).format(self._size(smallest, lang))
        enough = both is not None and both <= smallest
        if lang == "fr":
            verdict = "la question a une réponse possible" if enough else missed
            said = f"{head}effet décelable {alone}, {family} dans la famille ; {verdict}"
            return f"{said} ({self._whom(lang)})"
        verdict = "the question can be answered" if enough else missed
        return f"{head}detectable effect {alone}, {family} in the family; {verdict} ({self._whom(lang)})"

    def _whom(self, lang: Language) -> str:
        """Return how many are counted, and whether they were asked."""
        said = f"{self.establishments} {'établissements' if lang == 'fr' else 'establishments'}"
        return said + (f" ; {PLANNED.fr}" if lang == "fr" else f"; {PLANNED.en}") * self.planned

    def _size(self, effect: float, lang: Language) -> str:
        """Return an effect with its unit."""
        if self.classes:
            unit = {"fr": "(log-cotes d'une classe plus haute)", "en": "(log odds of a higher class)"}[lang]
        else:
            single = effect < 2 if lang == "fr" else effect == 1
            unit = "point" if single else "points"
        return f"{shown(effect, lang, '.2g')} {unit}"


def answerable(
    indicators: pd.DataFrame,
    establishments: pd.DataFrame,
    protocol: Protocol,
    scores: pd.DataFrame | None = None,
    answers: float | None = None,
    years: Sequence[str] = (),
) -> tuple[Power, ...]:
    """Return what each exposure of the protocol could show; no value of an outcome is read.

    Parameters
    ----------
    scores
        Table of the same name. Only who has a score, of what, when and from how many answers is read, never its value.
        An outcome that it does not have (None: no outcome at all) is taken as one that every establishment will have.
    answers
        Answers of an establishment and year; None: as many as there were, or where that is not known the floor of the
        questionnaire and of the protocol.
    years
        Years of the study, for outcomes that nobody has been asked about yet; those of the indicators where not given.

    Returns
    -------
    tuple of Power
        By exposure the outcome that shows least, then each other reason why an outcome shows nothing.

    Raises
    ------
    SettingError
        For `answers` under 1 or not a number that can be.

    Notes
    -----
    The rows are those that the run would compare (`linking.cells`: lag, floor, covariates), with an outcome that is
    drawn at random in the place of the true one. Fitting the declared model to it gives the reason why nothing can be
    estimated, and the degrees of freedom v of its standard error, which depend on the exposures and not on the outcome.
    With x what years, what is held equal and (within) establishments leave of the exposure, the slope's variance is
    (site² Σ_s (Σ_t x)² + Σ x² (year² + person² / n)) / (Σ x²)², site, year and person from the protocol's `assumed`.
    Detectable: (t_{1 - a/2}(v) + t_{0.8}(v)) standard errors, a = 5 % alone and 5 % over the number of tests in the
    family (the first step of Benjamini-Hochberg when one effect is real). For ordered classes the information depends
    on the effect: `chairs.linking.ordered_power`.
    Checked by simulation in `tests/unit/linking/test_answerable.py`, `test_verdict.py` and `test_ordered.py`.
    """
    if answers is not None and not 1 <= answers <= MOST_ANSWERS:
        what = ("nombre de réponses impossible", "a number of answers that cannot be")
        remedy = ("écrire un nombre de 1 ou plus", "write a number of 1 or more")
        raise SettingError((problem(*what, column="--answers", remedy=remedy),))
    everybody = _everybody(indicators, establishments, protocol, years)
    planned = Sources.of(indicators, _asked(everybody, protocol), establishments)
    there = Sources.of(indicators, _asked(everybody[:0] if scores is None else scores, protocol), establishments)
    found: list[Power] = []
    for exposure in protocol.exposures:
        of = [
            _power(there if name in there.answers else planned, protocol, (exposure, name), answers)
            for name in protocol.outcomes
        ]
        of = [replace(one, planned=one.outcome not in there.answers) for one in of]
        found += sorted((one for one in of if not one.reason), key=lambda one: -(one.detectable or 0.0))[:1]
        found += {one.reason: one for one in of if one.reason}.values()
    return tuple(found)


def _power(sources: Sources, protocol: Protocol, pair: tuple[str, str], answers: float | None) -> Power:
    """Return what one pair could show, or the reason that the run would give."""
    table = cells(sources, protocol, *pair).sort_values(["establishment", "year"], ignore_index=True)
    table["outcome"] = _drawn(table, protocol, pair)
    table["n"] = table["n"] if answers is None else answers
    blank = Power(
        exposure=pair[0],
        outcome=pair[1],
        establishments=int(table["establishment"].nunique()),
        rows=len(table),
        per=protocol.per.get(pair[0], 1.0),
        classes=protocol.model == "ordinal",
    )
    if blank.establishments < FEWEST:
        return replace(blank, reason=TOO_FEW if blank.establishments else NOBODY)
    if protocol.estimand == "within" and table["establishment"].duplicated().sum() == 0:
        return replace(blank, reason=ONE_YEAR)
    fit = primary(table, protocol.estimand, protocol.model)
    if fit.p is None:
        return replace(blank, reason=REASONS[fit.reason or "too_few"])
    levels = (0.05, 0.05 / len(protocol.pairs))
    if blank.classes:
        sizes, refused = _of_classes(table, protocol, pair, levels), NO_CLASSES
    else:
        sizes, refused = _of_scores(table, protocol, fit, levels), NO_SPREAD
    alone, family = (None if one is None else one * blank.per for one in sizes)
    if alone is None:
        return replace(blank, reason=refused)
    return replace(blank, answers=float(table["n"].median()), detectable=alone, detectable_in_family=family)


def _of_classes(
    table: pd.DataFrame, protocol: Protocol, pair: tuple[str, str], levels: Sequence[float]
) -> tuple[float | None, ...]:
    """Return the effects that are found of ordered classes, in log odds per unit."""
    draw, draws = stream(protocol.seed, "answerable", "classes", *pair), DRAWS // len(protocol.pairs)
    return smallest_found(table, int(protocol.assumed.get("classes", CLASSES)), levels, draw, draws)


def _of_scores(
    table: pd.DataFrame, protocol: Protocol, fit: Estimate, levels: Sequence[float]
) -> tuple[float | None, ...]:
    """Return the effects that are found of a score, in points per unit; None where nothing is supposed to vary."""
    from scipy.special import stdtrit

    error = _error(table, protocol) if set(protocol.assumed) >= set(SUPPOSED["linear"]) else 0.0
    if not 0 < error < math.inf:
        return (None,) * len(levels)
    df = min(fit.df or math.inf, 1e15)
    return tuple(float(stdtrit(df, 1 - level / 2) + stdtrit(df, POWER)) * error for level in levels)


def _asked(scores: pd.DataFrame, protocol: Protocol) -> pd.DataFrame:
    """Return who has a score and from how many answers; in the place of every score stands 0."""
    kept = scores.loc[scores["score"].notna(), WHO]
    floors = {name: _floor(str(name), protocol) for name in kept["instrument"].unique()}
    return kept.assign(score=0.0, n=kept["n"].astype(float).fillna(kept["instrument"].map(floors).astype(float)))


def _floor(instrument_name: str, protocol: Protocol) -> float:
    from chairs.surveys.instrument import instrument, instrument_names

    own = instrument(instrument_name).floor if instrument_name in instrument_names() else 1
    return float(max(own, protocol.floor))


def _everybody(
    indicators: pd.DataFrame, establishments: pd.DataFrame, protocol: Protocol, years: Sequence[str]
) -> pd.DataFrame:
    """Return a row for every establishment, year and outcome of the protocol."""
    import pandas as pd

    periods = sorted(years) or sorted({str(one) for one in indicators["period"].unique() if len(str(one)) == 4})
    split = [name.partition("/")[::2] for name in protocol.outcomes]
    sites = sorted(establishments.loc[establishments["kind"] == protocol.kind, "establishment"].astype(str))
    rows = [
        (site, "all", year, name, part, math.nan, 0.0) for site in sites for year in periods for name, part in split
    ]
    return pd.DataFrame(rows, columns=[*WHO, "score"])


def _drawn(table: pd.DataFrame, protocol: Protocol, pair: tuple[str, str]) -> np.ndarray:
    """Return an outcome drawn at random: of an establishment its class, of a row a score."""
    draw = stream(protocol.seed, "answerable", *pair)
    if protocol.model != "ordinal":
        scores: np.ndarray = draw.standard_normal(len(table))
        return scores
    site = table["establishment"].astype("category").cat.codes.to_numpy()
    each = draw.permutation(site.max(initial=-1) + 1) % int(protocol.assumed.get("classes", CLASSES))
    classes: np.ndarray = each[site].astype(float)
    return classes


def _error(table: pd.DataFrame, protocol: Protocol) -> float:
    """Return the standard error that the supposed spreads give the slope; 0 where they are rounding."""
    import numpy as np

    arrays = laid_out(table, sorted(set(table["establishment"].astype(str))), protocol)
    exposure = table["exposure"].to_numpy(float)
    means = table.groupby("establishment")["exposure"].transform("mean").to_numpy(float)
    columns = np.column_stack([means, exposure - means])
    between, within = (columns - arrays.basis @ (arrays.basis.T @ columns)).T
    x = within
    if protocol.estimand == "between":  # the deviation is held equal beside the mean
        size = float(within @ within)
        x = between - within * (within @ between / size if size > TINY * float(exposure @ exposure) else 0.0)
    size, shared = float(x @ x), float((np.bincount(arrays.site, x) ** 2).sum())
    shared = shared if shared > TINY * size else 0.0
    site, year, person = (float(protocol.assumed[key]) for key in SUPPOSED["linear"])
    own = year**2 + person**2 / table["n"].to_numpy(float)
    return math.sqrt(site**2 * shared + float((x**2 * own).sum())) / size
