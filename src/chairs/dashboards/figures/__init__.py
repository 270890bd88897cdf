"""One file per figure: released tables in, a `Fiche` out, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import Text
from chairs.core.registry import Registry
from chairs.core.study import Stage, Study
from chairs.dashboards.fiche import Absence, Fiche

if TYPE_CHECKING:
    import pandas as pd

    Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One figure that a study may have.

    Parameters
    ----------
    id
        Its name in the identifier printed under it.
    stage
        The step of the study that makes its tables: a study without that step does not expect the figure.
    needs, takes
        Released tables that it must have, and those it uses when they are there.
    draw
        Pure function of the study and these tables; None when the study has nothing of the kind.
    real_calendar
        It speaks of hours or dates: not for a study whose calendar is fictitious.
    """

    id: str
    title: Text
    stage: Stage
    needs: tuple[str, ...]
    draw: Callable[[Study, Tables], Fiche | Absence | None]
    takes: tuple[str, ...] = ()
    real_calendar: bool = False

    def expected(self, study: Study) -> bool:
        """Say whether `study` should have this figure."""
        return self.stage in study.stages and not (self.real_calendar and study.calendar == "fictitious")

    def absent(self, reason: Text) -> Absence:
        """Return the absence of this figure for `reason`."""
        return Absence(id=self.id, title=self.title, reason=reason)


FIGURES: Registry[Drawing] = Registry(("figure", "figure"), __name__)
