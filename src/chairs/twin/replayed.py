"""What a replay found: measures beside the log, the effect of the change, whether it can be believed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from chairs.core.errors import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measure: in the log, played again (mean and 80 % band), and what the change does (mean and 95 %)."""

    measure: str
    of: str
    unit: str
    real: float
    again: float
    again_low: float
    again_high: float
    near: bool
    effect: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Patients who would have waited less, or more, by at least `least`: mean and 95 % interval over the redraws."""

    wait: str
    least: float
    less: tuple[float, float, float]
    more: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What was found.

    By unit: `inside` is the share of hours at which the real census lies between the 10 % and 90 % points of the
    redraws of the replay without change (they hold what the log does not show, not the model's error), `gaps` how far
    it lies from their mean, hour by hour. `margin` is the distance that four hours out of five kept in so many other
    weeks as `weeks` says (0: none was played), `held` the share of hours of this week that kept it.
    """

    scenario: str
    redraws: int
    present: int
    arrived: int
    lines: tuple[Line, ...]
    moves: tuple[Moves, ...]
    inside: Mapping[str, float]
    gaps: Mapping[str, tuple[float, ...]]
    assumed: tuple[Text, ...]
    weeks: int = 0
    margin: Mapping[str, float] = field(default_factory=dict)
    held: Mapping[str, float] = field(default_factory=dict)

    @property
    def apart(self) -> Mapping[str, float]:
        """How far the replay without change lies from what happened, on average over the hours, by unit."""
        return {unit: float(np.mean(gap)) for unit, gap in self.gaps.items()}

    @property
    def verdict(self) -> Text:
        """Whether the replay can be believed, from the measures of the whole site."""
        told = [line for line in self.lines if line.of == "all" and np.isfinite(line.real)]
        far = [line.measure for line in told if not line.near]
        if not told:
            return Text(fr="Rien à comparer avec l'historique.", en="Nothing to compare with the log.")
        if not far:
            return Text(
                fr=f"On peut croire ce rejeu : les {len(told)} mesures sont proches de ce qui s'est passé.",
                en=f"This replay can be believed: all {len(told)} measures are near what happened.",
            )
        if len(far) == len(told):
            return Text(
                fr="On ne peut pas croire ce rejeu : aucune mesure n'est proche de ce qui s'est passé.",
                en="This replay cannot be believed: no measure is near what happened.",
            )
        return Text(
            fr=f"On peut croire ce rejeu en partie : {len(told) - len(far)} mesures sur {len(told)} sont proches de "
            "ce qui s'est passé ; les autres effets sont à ne pas croire.",
            en=f"This replay can be believed in part: {len(told) - len(far)} measures of {len(told)} are near what "
            "happened; the other effects are not to be believed.",
        )


def table(found: Replay) -> list[dict[str, object]]:
    """Return the measures as rows, rounded, in a fixed order."""
    numbers = ("real", "again", "again_low", "again_high", "effect", "low", "high")
    rows: list[dict[str, object]] = []
    for line in sorted(found.lines, key=lambda one: (one.measure, one.of != "all", one.of)):
        row = dataclasses.asdict(line)
        rows.append({**row, **{name: round(row[name], 4) + 0.0 for name in numbers}})
    return rows
