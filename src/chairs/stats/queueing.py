"""Little's law on an event log, and the closed forms of the M/M/c queue that a simulation is checked against."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import SettingError, problem

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Little:
    r"""The three numbers of :math:`L = \lambda W` over one window.

    `horizon` in the unit of the times, `rate` arrivals per unit, `stay` the mean stay, `present` the mean number.
    """

    n: int
    horizon: float
    rate: float
    stay: float
    present: float


def little(arrivals: np.ndarray, departures: np.ndarray) -> Little:
    r"""Return L, λ and W of a system that is empty at time 0 and after the last departure.

    Parameters
    ----------
    arrivals, departures
        Times from the start of the window, one pair a case.

    Raises
    ------
    SettingError
        If a departure comes before its arrival, or an arrival before the window.

    Notes
    -----
    :math:`L = \frac1T \int_0^T N(t)\,dt` by integrating the steps of N, independently of the mean stay: the identity
    L = λW (Little 1961, *Oper. Res.* 9:383-387) is then a check of the log, not a definition.

    Examples
    --------
    >>> import numpy as np
    >>> found = little(np.array([0.0, 1.0]), np.array([2.0, 4.0]))
    >>> found.present, found.rate * found.stay
    (1.25, 1.25)
    """
    import numpy as np

    come, go = np.asarray(arrivals, dtype=float), np.asarray(departures, dtype=float)
    if not len(come) or not (go >= come).all() or not (come >= 0).all() or not go.max() > 0:
        what = ("des instants ne se suivent pas", "times do not follow each other")
        raise SettingError((problem(*what, remedy=("vérifier les heures", "check the times")),))
    horizon = float(go.max())
    times = np.concatenate([come, go])
    steps = np.repeat([1.0, -1.0], len(come))
    order = np.lexsort((-steps, times))
    number = np.cumsum(steps[order])[:-1]
    present = float(number @ np.diff(times[order])) / horizon
    stay = float((go - come).mean())
    return Little(n=len(come), horizon=horizon, rate=len(come) / horizon, stay=stay, present=present)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Long-run state of an M/M/c queue; times in the unit of the rates.

    `busy` share of servers, `empty` probability that nobody is there, `delayed` probability of waiting (Erlang C),
    `queue` and `present` mean numbers waiting and in the system, `wait` and `stay` mean times.
    """

    arrival: float
    service: float
    servers: int
    busy: float
    empty: float
    delayed: float
    queue: float
    present: float
    wait: float
    stay: float

    def waits_beyond(self, time: float) -> float:
        """Return the probability of waiting longer than `time`."""
        return self.delayed * math.exp(-(self.servers * self.service - self.arrival) * time)


def erlang_c(arrival: float, service: float, servers: int) -> Queue:
    r"""Return the long-run state of a queue with Poisson arrivals, exponential service and `servers` servers.

    Parameters
    ----------
    arrival, service
        Arrivals, and services of one busy server, per unit of time.

    Raises
    ------
    SettingError
        If the servers cannot keep up (no long-run state) or a number is not positive.

    Notes
    -----
    Erlang B by its stable recursion :math:`B_k = aB_{k-1}/(k + aB_{k-1})`, then
    :math:`C = B/(1-\rho(1-B))` (Gross & Harris, ch. 2). Checked against a published table for 1, 2, 7, 15 servers.

    Examples
    --------
    >>> queue = erlang_c(8, 5, 2)
    >>> round(queue.delayed, 4), round(queue.wait, 4), round(queue.waits_beyond(0.25), 4)
    (0.7111, 0.3556, 0.4313)
    """
    if servers < 1 or not (arrival > 0 and service > 0) or not arrival < servers * service:
        what = ("les serveurs ne suffisent pas : la file croît sans fin", "the servers cannot keep up: the queue grows")
        remedy = ("ajouter des serveurs, vérifier les taux", "add servers, check the rates")
        raise SettingError((problem(*what, remedy=remedy),))
    load = arrival / service
    blocked, terms = 1.0, [1.0]
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
        terms.append(terms[-1] * load / k)
    busy = load / servers
    delayed = blocked / (1 - busy * (1 - blocked))
    wait = delayed / (servers * service - arrival)
    return Queue(
        arrival=arrival, service=service, servers=servers, busy=busy, delayed=delayed, wait=wait,
        empty=1 / (math.fsum(terms[:-1]) + terms[-1] / (1 - busy)),
        queue=arrival * wait, stay=wait + 1 / service, present=arrival * (wait + 1 / service),
    )  # fmt: skip
