"""What depends on who the patient is and what time it is."""

from __future__ import annotations

from typing import Any

from chairs.twin.engine.jit import part
from chairs.twin.engine.layout import (
    AT_ATTRIBUTES,
    AT_DURATIONS_X,
    AT_HOURS,
    AT_PATIENTS,
    AT_STATIONS,
    AT_VISITS,
    BY_ATTRIBUTE,
    BY_CLASS,
    BY_HOUR,
    BY_HOUR_OF_WEEK,
    BY_NOTHING,
    BY_PATIENT,
    BY_QUEUE,
    BY_WEEKDAY,
    DRAW_HELD,
    DX_WIDE,
    G_BY,
    G_COUNT,
    G_OF,
    G_PAIRS,
    G_SOURCE,
    N_ATTRIBUTES,
    N_CHANGES,
    N_HOURS,
    N_VISITS,
    P_CLASS,
    P_DECIDED,
    P_NUMBER,
    P_SOURCE,
    P_VISITED,
    P_WIDE,
    R_BY,
    R_KEY,
    R_LEVELS,
    R_OF,
    R_OTHER,
    R_TARGETS,
    R_VISIT,
    R_WINDOW,
    S_QUEUE,
    S_WIDE,
    WX_HOUR,
    WX_NOW,
    WX_PHASE,
)
from chairs.twin.engine.noting import draw


@part
def _shown(n: Any, hour: int) -> Any:
    """Return the hour of the week that the local clock shows in an hour of the run; later ones as if none changed."""
    beyond = max(hour - n[N_HOURS] + 1, 0)
    return (n[n[AT_HOURS] + max(hour - beyond, 0)] + beyond) % 168


@part
def hour_of_week(n: Any, x: Any, time: float) -> Any:
    """Return the hour of the week (0 = Monday midnight, local time) in which `time` lies."""
    return _shown(n, int((time + x[WX_PHASE]) / x[WX_HOUR]))


@part
def _gained(n: Any, hour: int, wanted: int) -> Any:
    """Return by how many hours the local clock is ahead, in an hour of the run, of the hour of the week wanted."""
    return (_shown(n, hour) - wanted + 84) % 168 - 84


@part
def _own_line(n: Any, p: int, of: int, visit: int) -> Any:
    """Return which line is known of this patient and visit; -1: he is as the others."""
    own = n[of + G_PAIRS] + 2 * n[p + P_NUMBER]
    found = -1
    if n[p + P_NUMBER] < n[of + G_COUNT] and (n[of + G_SOURCE] == 0 or n[of + G_SOURCE] == n[p + P_SOURCE]):
        if n[own + 1] < 0:  # one line for all visits, until what it speaks of is decided
            if n[p + P_DECIDED] == 0:
                found = n[own]
        elif visit < n[own + 1]:
            found = n[own] + visit
    return found


@part
def _rarer_line(n: Any, x: Any, slot: int, r: int, visit: int) -> Any:
    by, of = n[r + R_BY], n[r + R_OF]
    line = min(visit, n[r + R_LEVELS] - 1)
    if by == BY_PATIENT:
        p = n[AT_PATIENTS] + slot * P_WIDE
        own = _own_line(n, p, of, visit)
        if own >= 0:
            return n[r + R_LEVELS] + own
        by, of = n[of + G_BY], n[of + G_OF]
        if by == BY_NOTHING:
            line = 0
        elif by == BY_CLASS:
            line = n[p + P_CLASS]
    if by == BY_ATTRIBUTE:
        line = n[n[AT_ATTRIBUTES] + slot * n[N_ATTRIBUTES] + of]
    elif by == BY_HOUR:
        line = hour_of_week(n, x, x[WX_NOW]) % 24
    elif by == BY_HOUR_OF_WEEK:
        line = hour_of_week(n, x, x[WX_NOW])
    elif by == BY_WEEKDAY:
        line = hour_of_week(n, x, x[WX_NOW]) // 24
    elif by == BY_QUEUE:
        line = min(n[n[AT_STATIONS] + of * S_WIDE + S_QUEUE], n[r + R_LEVELS] - 1)
    return line


@part
def line_for(n: Any, x: Any, slot: int, r: int, visit: int) -> Any:
    """Return which line of a row's table counts for this patient now."""
    line = 0
    if n[r + R_BY] == BY_CLASS:
        line = n[n[AT_PATIENTS] + slot * P_WIDE + P_CLASS]
    elif n[r + R_BY] != BY_NOTHING:
        line = _rarer_line(n, x, slot, r, visit)
    return line


@part
def visit_of(n: Any, slot: int, r: int) -> Any:
    """Return how often the patient was here before, and count this visit."""
    visit = 0
    if n[r + R_VISIT] >= 0:
        at = n[AT_VISITS] + slot * n[N_VISITS] + n[r + R_VISIT]
        visit = n[at]
        n[at] = visit + 1
        n[n[AT_PATIENTS] + slot * P_WIDE + P_VISITED] = 1
    return visit


@part
def by_the_wall(n: Any, x: Any, until: float) -> Any:
    """Return when the clock shows what it would show at `until` if it were not changed until then.

    Days counted so end at the hour at which they began, and as many midnights lie between, on those of 23 or 25 hours
    too.
    """
    if n[N_CHANGES] == 0:
        return until
    since, hour = int((x[WX_NOW] + x[WX_PHASE]) / x[WX_HOUR]), int((until + x[WX_PHASE]) / x[WX_HOUR])
    wanted = _shown(n, since) + hour - since
    gained = _gained(n, hour, wanted)
    if gained > 0 and _gained(n, hour - gained, wanted) != 0:  # left out: an hour later, lest it be the day before
        gained = 0
    return until - gained * x[WX_HOUR]


@part
def _too_late(n: Any, tick: int, wanted: int) -> Any:
    """Return by how many hours a moment on the clock, counted as if it never changed, comes too late."""
    gained = _gained(n, tick, wanted)
    if gained > 0 and _gained(n, tick - gained, wanted) != 0:  # there is no such hour on that day
        gained = 0
    elif gained == 0 and tick > 0 and _gained(n, tick - 1, wanted) == 0:
        gained = 1
    return gained


@part
def on_the_clock(n: Any, x: Any, until: float, clock: float) -> Any:
    """Return the moment of the local day in which `until` lies at which the clock shows `clock`, never the past.

    Of an hour that comes twice the first counts; one that the clock leaves out is an hour later.
    """
    passed = (until + x[WX_PHASE]) % x[WX_HOUR]
    shown = hour_of_week(n, x, until)
    hour = shown % 24 + passed / x[WX_HOUR]
    end = until + clock - hour * x[WX_HOUR]
    if n[N_CHANGES] > 0:
        ahead = int(clock / x[WX_HOUR]) - shown % 24
        end -= _too_late(n, int((until + x[WX_PHASE]) / x[WX_HOUR]) + ahead, shown + ahead) * x[WX_HOUR]
    return max(end, x[WX_NOW])


@part
def known_end(n: Any, x: Any, until: float, which: int) -> Any:
    """Return the end of a stay whose length is known: beside the length stands its hour of the day, -1 for none."""
    clock = x[n[AT_DURATIONS_X] + which * DX_WIDE + 1]
    if clock < 0.0:
        return until
    return on_the_clock(n, x, by_the_wall(n, x, until), clock)


@part
def after_rest(n: Any, x: Any, slot: int, r: int, visit: int, until: float) -> Any:
    """Return the end of a stay, whole days later where its day is one of rest over which this patient is kept."""
    rule = n[r + R_OTHER]
    if rule >= 0:
        u, _ = draw(n, slot, n[r + R_KEY] ^ DRAW_HELD, visit)
        which = 0
        while which < n[rule + 1] and u >= x[n[rule + 2] + which]:
            which += 1
        if which < n[rule + 1]:
            hour, last = int((until + x[WX_PHASE]) / x[WX_HOUR]), n[N_HOURS] - 1
            while hour < last and n[n[rule] + hour] & n[rule + 3 + which]:
                day = 24 - _gained(n, hour + 24, _shown(n, hour) + 24)
                hour += day
                until += day * x[WX_HOUR]
    return until


@part
def in_window(n: Any, x: Any, r: int, until: float, u: float) -> Any:
    """Return the end of a stay, moved into the hours in which patients leave."""
    opens, closes = x[n[r + R_TARGETS]], x[n[r + R_TARGETS] + 1]
    passed = (until + x[WX_PHASE]) % x[WX_HOUR]
    hour = hour_of_week(n, x, until) % 24 + passed / x[WX_HOUR]
    if opens <= hour < closes:
        return until
    wait = (opens - hour) % 24.0
    leaves = opens
    if n[r + R_WINDOW] == 2:
        wait += u * (closes - opens)
        leaves += u * (closes - opens)
    end = until + wait * x[WX_HOUR]
    if n[N_CHANGES] > 0:
        tick, ahead = int((until + x[WX_PHASE]) / x[WX_HOUR]), int(leaves) - int(hour)
        if hour >= closes:
            ahead += 24
        end -= _too_late(n, tick + ahead, _shown(n, tick) + ahead) * x[WX_HOUR]
    return max(end, until)
