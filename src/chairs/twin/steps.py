"""The steps a pathway is made of: one record a kind, one row of the table each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chairs.twin.durations import Duration, Durations, always


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What all steps have: a name, and the step that follows (None: the next in the table).

    The name keys the random numbers: a step that keeps its name keeps its draws when others come or go.
    """

    name: str
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worsening:
    """While a patient waits: after `after`, his class becomes that which `to` names (classes not named stay)."""

    after: Durations
    to: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seize(Step):
    """Ask for resources and wait until they are granted.

    Parameters
    ----------
    options
        Sets of resources with their number of units, in order of preference. All of a set is granted at once;
        the first set that is free is taken; if none is, the patient waits for all sets.
    queue_limit, refused
        Somebody who cannot be served at once and finds so many waiting goes to the step `refused` instead.
    worsens
        Change of class during the wait.
    activity
        Name in the event log (default: the step's).
    """

    options: tuple[Mapping[str, int], ...]
    queue_limit: int | None = None
    refused: str | None = None
    worsens: Worsening | None = None
    activity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Step):
    """Give back those of the named resources that the patient holds (none named: all)."""

    resources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Local hours in which patients leave; a stay that ends outside is prolonged to the next `opens`.

    With `spread`, the end is then drawn evenly over the window instead of all at the opening.
    """

    opens: float
    closes: float
    spread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Who is kept over days of rest: a stay that would end on such a day ends on the next one that is not.

    Parameters
    ----------
    shares
        By kinds of days, in words (`saturday`, `sunday`, `holiday`: a public holiday from Monday to Friday) joined by
        a space: the share of the patients who are kept on all of these and on no other day. The rest are never kept.
    country
        Whose public holidays count.
    """

    shares: Mapping[str, float]
    country: str = "FR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(Step):
    """Stay for a while: a treatment, a stay, a journey. With `activity` it has its own line in the event log.

    With `lands` the stay ends on the local day that `duration` leads to, when the clock shows what `lands` gives
    (time since midnight): the morning round, an appointment, the discharge after lunch. `held` keeps some until a
    later day.
    """

    duration: Durations
    window: Window | None = None
    activity: str | None = None
    lands: Duration | None = None
    held: Held | None = None

    def __post_init__(self) -> None:
        if isinstance(self.duration, Duration):
            object.__setattr__(self, "duration", always(self.duration))


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Step):
    """Choose the next step at random: `probabilities` has one line a value of `by` (see `Durations`)."""

    to: tuple[str, ...]
    probabilities: tuple[tuple[float, ...], ...]
    by: str = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience(Step):
    """Start the patient's clock. If it rings while he waits, he leaves the queue for the step `leaves`.

    If it rings during a treatment, he leaves when he next asks for something. A second clock replaces the first.
    """

    duration: Durations
    leaves: str

    def __post_init__(self) -> None:
        if isinstance(self.duration, Duration):
            object.__setattr__(self, "duration", always(self.duration))


@dataclass(frozen=True, slots=True, kw_only=True)
class EndPatience(Step):
    """Stop the patient's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark(Step):
    """Note the time under the name `clock`. With `activity` it has its own line in the event log."""

    clock: str
    activity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally(Step):
    """Add the time from `since` to `until` to the sums of `measure`.

    `since` and `until` are clocks; None means the arrival and now. `within` counts how many are at most so long.
    """

    measure: str
    since: str | None = None
    until: str | None = None
    within: tuple[float, ...] = ()
    activity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclass(Step):
    """Give the patient another class, by the class he has."""

    to: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Step):
    """Leave the hospital. `activity` names the line in the event log (default: the step's name)."""

    activity: str | None = None


KINDS: dict[str, type[Step]] = {
    "seize": Seize,
    "release": Release,
    "delay": Delay,
    "route": Route,
    "patience": Patience,
    "end_patience": EndPatience,
    "mark": Mark,
    "tally": Tally,
    "reclass": Reclass,
    "leave": Leave,
}
"""Word of each kind of step in a model file."""
