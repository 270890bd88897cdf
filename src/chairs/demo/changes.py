"""What a what-if changes in the demonstration hospital, as a frozen record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Differences from the hospital of `parameters.yaml`; none by default.

    Parameters
    ----------
    beds
        Beds added by ward code (negative: taken away), at size 1; demand does not follow.
    closed
        Wards closed: their patients ask for the first ward of their overflow list.
    before_noon
        Share of the discharges that leave before noon (None: as in `parameters.yaml`).
    winter_arrivals
        Factor on the ED arrivals of December, January and February.
    doctors
        ED doctors added to every shift, by department code, at size 1; at least one at any size.

    Examples
    --------
    >>> Changes(beds={"MIN": 10}).winter_arrivals
    1.0
    """

    beds: Mapping[str, int] = field(default_factory=dict)
    closed: tuple[str, ...] = ()
    before_noon: float | None = None
    winter_arrivals: float = 1.0
    doctors: Mapping[str, int] = field(default_factory=dict)


NONE = Changes()
