"""What a backtest says in words: better than plain resampling, as good, or worse, and by which threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.twin.backtest.plain import FLOOR, PLAIN

if TYPE_CHECKING:
    import pandas as pd

MARGIN = 1.10
JUDGED = ("ngd2", "ngd3", "ced", "red", "cwd", "ctd", "census_mae")
COVERED = (0.70, 0.90)
BAND = 0.8
CONCLUSION = "all"
COVERAGE = "coverage"
NAMES = {
    "ngd2": Text(fr="suites de deux étapes", en="sequences of two steps"),
    "ngd3": Text(fr="suites de trois étapes", en="sequences of three steps"),
    "ced": Text(fr="heures de la journée", en="hours of the day"),
    "red": Text(fr="temps depuis l'arrivée", en="time since arrival"),
    "cwd": Text(fr="lieux et personnes actifs", en="active places and people"),
    "ctd": Text(fr="durée des parcours", en="length of cases"),
    "census_mae": Text(fr="nombre de présents", en="number present"),
    "coverage": Text(fr="bande à 80 % des présents", en="80 % band of the number present"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One judgement: the twin's figure, what it is held against, and whether it holds.

    For a distance `limit` is 1.10 x the best plain generator, or the noise floor where that is larger. For the
    coverage it is the range 0.70-0.90, of which `limit` is the nearer end.
    """

    measure: str
    value: float
    limit: float
    best: str
    holds: bool

    def say(self, lang: Language = "en") -> str:
        """Return the verdict as one sentence."""
        what, number, limit = NAMES[self.measure].say(lang), f"{self.value:.3g}", f"{self.limit:.3g}"
        low, high = (f"{end:.2f}" for end in COVERED)
        if lang == "fr":
            held = "tient" if self.holds else "ne tient pas"
            reason = (
                f"attendu {low} à {high}" if self.measure == COVERAGE else f"seuil {limit}, d'après « {self.best} »"
            )
            return f"{what} : {number} ; {held} ({reason})".replace(".", ",")
        held = "holds" if self.holds else "does not hold"
        reason = f"{low} to {high} expected" if self.measure == COVERAGE else f'threshold {limit}, from "{self.best}"'
        return f"{what}: {number}; {held} ({reason})"


def judge_runs(runs: pd.DataFrame, coverage: dict[float, float], draws: str = "even") -> tuple[Verdict, ...]:
    """Return a verdict for each judged measure, from the runs drawn so, and for the coverage of the 80 % band."""
    means = runs[runs["draws"] == draws].groupby(["measure", "generator"])["value"].mean()
    found = []
    for measure in JUDGED:
        own = means[measure]
        best = min(PLAIN, key=lambda name: (own[name], name))
        limit, source = MARGIN * own[best], best
        if own[FLOOR] > limit:
            limit, source = own[FLOOR], FLOOR
        found.append(
            Verdict(
                measure=measure,
                value=float(own["twin"]),
                limit=float(limit),
                best=source,
                holds=bool(own["twin"] <= limit),
            )
        )
    if BAND in coverage:
        share, (low, high) = coverage[BAND], COVERED
        limit = low if share < BAND else high
        found.append(Verdict(measure=COVERAGE, value=share, limit=limit, best="", holds=low <= share <= high))
    return tuple(found)


def _names(verdicts: list[Verdict]) -> list[Text]:
    return [NAMES[verdict.measure] for verdict in verdicts]


def conclude(verdicts: tuple[Verdict, ...]) -> Text:
    """Return the conclusion in one sentence."""
    failed = [verdict for verdict in verdicts if not verdict.holds]
    if not failed:
        return Text(
            fr=f"Le jumeau tient ses {len(verdicts)} épreuves : il vaut au moins la reprise de parcours passés.",
            en=f"The twin holds its {len(verdicts)} tests: it is at least as good as replaying past cases.",
        )
    fr, en = (", ".join(one) for one in zip(*((name.fr, name.en) for name in _names(failed)), strict=True))
    return Text(
        fr=f"Le jumeau tient {len(verdicts) - len(failed)} épreuves sur {len(verdicts)} ; ne pas s'y fier pour : {fr}.",
        en=f"The twin holds {len(verdicts) - len(failed)} of {len(verdicts)} tests; do not rely on it for: {en}.",
    )
