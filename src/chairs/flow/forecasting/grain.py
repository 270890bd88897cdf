"""The steps of time that forecasts come in, and the lengths that go with each."""

from __future__ import annotations

from dataclasses import dataclass

from chairs.core.errors import unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Grain:
    """One step of time. All lengths are in steps.

    Parameters
    ----------
    season, naive
        Period of the season, and the lag of the seasonal naive whose error is the unit of MASE.
    year
        Steps of a year.
    shortest
        Least history for any forecast.
    block, early
        The models are fitted anew at every multiple of `block` (of `early` while the history is short), always on
        what came before; between, only the levels follow the data. A forecast then depends on its origin and the
        past alone, not on which other origins were asked for.
    halves
        Half-lives of the moving levels.
    stride, rehearsals
        Past origins `stride` steps apart, the last `rehearsals` of them, at which the models are tried: their errors
        give the weights and the intervals.
    leads
        Ends of the groups of leads that share coefficients and intervals.
    """

    name: str
    season: int
    naive: int
    year: float
    shortest: int
    block: int
    early: int
    halves: tuple[float, ...]
    stride: int
    rehearsals: int
    leads: tuple[int, ...]

    def fitted(self, origin: int) -> int:
        """Return the step at which the models used at `origin` were fitted."""
        size = self.block if origin >= 4 * self.block else self.early
        return origin // size * size

    def groups(self, horizon: int) -> list[tuple[int, int]]:
        """Return the groups of leads (first, past the last) up to `horizon`; the last one takes what is left."""
        ends = [*[end for end in self.leads if end < horizon], horizon]
        return list(zip([0, *ends[:-1]], ends, strict=True))


GRAINS = {
    "h": Grain(
        name="h", season=168, naive=24, year=8766.0, shortest=336, block=672, early=168, halves=(48.0, 168.0, 672.0),
        stride=31, rehearsals=120, leads=(2, 6, 12, 24, 48, 96, 168),
    ),
    "d": Grain(
        name="d", season=7, naive=7, year=365.25, shortest=14, block=28, early=7, halves=(2.0, 7.0, 28.0),
        stride=1, rehearsals=182, leads=(1, 3, 7, 14, 28),
    ),
    "w": Grain(
        name="w", season=52, naive=52, year=52.18, shortest=26, block=13, early=4, halves=(1.0, 4.0, 13.0),
        stride=1, rehearsals=104, leads=(1, 2, 4, 8),
    ),
    "m": Grain(
        name="m", season=12, naive=12, year=12.0, shortest=24, block=6, early=3, halves=(1.0, 3.0, 12.0),
        stride=1, rehearsals=60, leads=(1, 3, 6),
    ),
}  # fmt: skip


def grain(name: str) -> Grain:
    """Return the grain of this name: h (hour), d (day), w (week) or m (month).

    Raises
    ------
    SettingError
        For another name, with the valid ones.

    Examples
    --------
    >>> grain("d").season
    7
    """
    if name not in GRAINS:
        raise unknown(("pas de temps", "time step"), name, GRAINS)
    return GRAINS[name]
