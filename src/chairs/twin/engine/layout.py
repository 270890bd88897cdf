"""Shape of the arrays that the engine reads and writes, and the codes they hold."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

# what a row of the step table does
SEIZE, RELEASE, DELAY, ROUTE, PATIENCE, END_PATIENCE, MARK, TALLY, RECLASS, LEAVE = range(10)

# by what a row of a table is chosen
BY_NOTHING, BY_CLASS, BY_ATTRIBUTE, BY_VISIT, BY_HOUR, BY_HOUR_OF_WEEK, BY_QUEUE = range(7)

# kinds of duration
NEVER, FIXED, EXPONENTIAL, LOGNORMAL, WEIBULL, NORMAL, UNIFORM, SPLINE, EMPIRICAL, MIXTURE = range(10)

# kinds of arrivals
RATE, GAP, LIST = range(3)

# kinds of calendar event; the engine's calendar keeps them in 4 bits
ARRIVE, FINISH, IMPATIENT, AGE, WORSEN, SHIFT, CLEANED, SAMPLE = range(8)

# what a patient is doing
ABSENT, READY, BUSY, WAITING, INTERRUPTED = range(5)

# why the engine came back
DONE, GROW, PAUSE, STUCK = range(4)

# kinds of line in the log
LOG_ARRIVE, LOG_HOLD, LOG_DELAY, LOG_LEFT_QUEUE, LOG_REFUSED, LOG_PASS, LOG_LEAVE = range(7)

FOREVER = 1.0e300  # a moment that never comes
UNLIMITED = 1 << 40
WHO_BITS = 24  # of a calendar code, under 4 bits for the kind of event and the sequence number
UNITS_SHIFT = 12  # in the `who` of a unit that is being cleaned: resource below, units above
INSTANT_LIMIT = 50_000_000  # events at one moment before the engine says that time stands still

# purpose of a draw that belongs to a list of arrivals and not to a step
DRAW_GAP, DRAW_LEVEL = np.uint64(0xA1), np.uint64(0xA2)

WORLD = np.dtype(
    [
        ("now", "f8"), ("counted", "f8"), ("horizon", "f8"), ("warm_up", "f8"), ("hour", "f8"), ("phase", "f8"),
        ("sample_every", "f8"), ("counting", "i8"), ("opening", "i8"), ("same_time", "i8"), ("events", "i8"),
        ("event_budget", "i8"), ("sequence", "i8"), ("calendar_n", "i8"), ("free", "i8"), ("ready", "i8"),
        ("last_ready", "i8"), ("lines_n", "i8"), ("logging", "i8"), ("samples_n", "i8"), ("serial", "i8"),
        ("inside", "i8"), ("margin", "i8"), ("bursts", "i8"), ("places", "i8"), ("k0", "u8"), ("k1", "u8"),
    ],
    align=True,
)  # fmt: skip
"""The moment, the counts of what is in use, the random key: one record a replication."""

CALENDAR = np.dtype([("time", "f8"), ("code", "i8")], align=True)

PATIENT = np.dtype(
    [
        ("row", "i8"), ("cls", "i8"), ("doing", "i8"), ("next", "i8"), ("leaves", "i8"), ("priority", "i8"),
        ("holding", "i8"), ("overdue", "i8"), ("resource", "i8"), ("units", "i8"), ("waits", "i8"), ("drawn", "i8"),
        ("serial", "i8"), ("number", "u8"), ("source", "u8"), ("arrived", "f8"), ("requested", "f8"),
        ("started", "f8"), ("until", "f8"), ("remaining", "f8"), ("finish", "i8"), ("impatient", "i8"), ("age", "i8"),
        ("worsen", "i8"), ("survival", "f8"), ("elapsed", "f8"), ("patience_row", "i8"), ("patience_survival", "f8"),
        ("patience_elapsed", "f8"),
    ],
    align=True,
)  # fmt: skip
"""One patient present: where, of which class, since when, and the one valid calendar event of each kind."""

HOLDING = np.dtype(
    [("requested", "f8"), ("granted", "f8"), ("units", "i8"), ("row", "i8"), ("times", "i8")], align=True
)
"""What one patient holds of one resource."""

NODE = np.dtype([("prior", "i8"), ("next", "i8"), ("level", "i8"), ("who", "i8"), ("resource", "i8")], align=True)
"""A patient's place in one queue."""

STATION = np.dtype(
    [
        ("busy", "i8"), ("capacity", "i8"), ("queue", "i8"), ("busy_area", "f8"), ("capacity_area", "f8"),
        ("queue_area", "f8"), ("queue_since", "f8"), ("queue_time", "f8"), ("idle_since", "f8"), ("idle_time", "f8"),
        ("shift", "i8"), ("shift_n", "i8"), ("shifts", "i8"), ("levels", "i8"), ("heads", "i8"), ("priorities", "i8"),
        ("cleaning", "i8"), ("preempts", "i8"), ("overtaking", "i8"), ("ages", "i8"), ("key", "u8"),
    ],
    align=True,
)  # fmt: skip
"""A resource: what is in use, who waits, and the sums its averages come from."""

ROW = np.dtype(
    [
        ("op", "i8"), ("next", "i8"), ("other", "i8"), ("by", "i8"), ("of", "i8"), ("first", "i8"), ("levels", "i8"),
        ("width", "i8"), ("targets", "i8"), ("tally", "i8"), ("visit", "i8"), ("limit", "i8"), ("queues", "i8"),
        ("queues_n", "i8"), ("logged", "i8"), ("simple", "i8"), ("start", "i8"), ("stop", "i8"), ("window", "i8"),
        ("worsens", "i8"), ("opens", "f8"), ("closes", "f8"), ("key", "u8"),
    ],
    align=True,
)  # fmt: skip
"""One row of the step table; what `first`, `levels`, `width` and `targets` point to depends on `op`."""

SOURCE = np.dtype(
    [
        ("kind", "i8"), ("to", "i8"), ("first", "i8"), ("classes", "i8"), ("gap", "i8"), ("level", "i8"),
        ("n", "i8"), ("piece", "i8"), ("cyclic", "i8"), ("pieces_a_level", "i8"), ("level_of", "i8"),
        ("number", "u8"), ("key", "u8"), ("time", "f8"), ("origin", "f8"), ("every", "f8"), ("ends", "f8"),
        ("share", "f8"), ("level_now", "f8"), ("of_class", "f8"), ("shows", "f8"),
    ],
    align=True,
)  # fmt: skip
"""A list of arrivals and how far it is."""

DURATION = np.dtype([("kind", "i8"), ("first", "i8"), ("n", "i8"), ("a", "f8"), ("b", "f8")], align=True)
TALLIED = np.dtype([("n", "i8"), ("total", "f8"), ("square", "f8")], align=True)
LINE = np.dtype(
    [
        ("requested", "f8"), ("start", "f8"), ("end", "f8"), ("who", "i4"), ("row", "i2"), ("resource", "i2"),
        ("cls", "i2"), ("kind", "i2"),
    ],
    align=True,
)  # fmt: skip
"""One line of the log: an activity that ended."""


class Plan(NamedTuple):
    """What a model and a scenario fix: read by every replication, written by none."""

    rows: Any
    durations: Any
    floats: Any  # probabilities, rates, quantiles, times
    ints: Any  # targets, options, priorities, limits
    clock: Any  # hour of the week, by hour since the start


class Work(NamedTuple):
    """What one replication writes."""

    world: Any
    calendar: Any
    patients: Any
    nodes: Any
    heads: Any
    holdings: Any
    stations: Any
    sources: Any
    attributes: Any
    visits: Any
    marks: Any
    tallies: Any
    within: Any
    passes: Any
    arrived: Any
    lines: Any
    samples: Any
