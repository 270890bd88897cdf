"""Ranking and selection: which of several noisy systems lie on the frontier, with a stated probability."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chairs.core.errors import SettingError, problem

if TYPE_CHECKING:
    import numpy as np

Standing = Literal["frontier", "dominated", "undecided"]
Sample = Callable[[int, int, int], "np.ndarray"]
"""`sample(system, first, number)`: one row a replication, one column a noisy criterion; small is good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How sure the answer is to be, and what it may cost.

    Parameters
    ----------
    tolerance
        Indifference zone of each noisy criterion, in its unit: differences that are not worth telling apart.
    alpha
        Probability of a wrong frontier that is accepted.
    first, batch, most
        Replications of every system at the start, then at each further look, and at most.
    """

    tolerance: tuple[float, ...]
    alpha: float = 0.05
    first: int = 10
    batch: int = 5
    most: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What was found of each system, in the order given.

    `by` is the system that dominates, or may dominate one that is undecided (-1: none); `means` one row a system, of
    the replications it was given. `comparisons` is the number among which alpha was shared. The means were used to
    choose: who wants the size of an effect runs fresh replications.
    """

    standing: tuple[Standing, ...]
    by: tuple[int, ...]
    replications: tuple[int, ...]
    means: np.ndarray
    comparisons: int


def spread_constant(alpha: float, comparisons: int, first: int) -> float:
    r"""Return :math:`h^2` of the procedure KN: how far apart the sums must be before a comparison ends.

    Notes
    -----
    :math:`h^2 = 2\eta(n_0 - 1)` with :math:`\tfrac12 (1 + 2\eta)^{-(n_0-1)/2} = \alpha / m` for m comparisons (Kim &
    Nelson 2001, *ACM TOMACS* 11:251-273, with c = 1). For one best among k systems m = k - 1, as there.

    Examples
    --------
    >>> round(spread_constant(0.05, 9, 10), 2)
    15.46
    """
    freedom = first - 1
    return freedom * float((2 * alpha / comparisons) ** (-2 / freedom) - 1)


def comparisons_at_stake(exact: np.ndarray, noisy: int) -> int:
    """Return how many comparisons must be right for the frontier to be right.

    Parameters
    ----------
    exact
        One row a system, one column a criterion known without noise; small is good.
    noisy
        Number of criteria known with noise.

    Notes
    -----
    With one noisy criterion, each group of systems with the same exact ones has at most one member on the frontier: it
    must not lose to any that costs no more, and the others of its group lose to it. A group without a member has as
    many systems that must lose to one outside it. So each group needs no more than the systems that cost no more, less
    one; with no exact criterion this is the k - 1 of one best. With several noisy criteria all pairs count, for each.

    Examples
    --------
    >>> import numpy as np
    >>> comparisons_at_stake(np.zeros((10, 0)), 1), comparisons_at_stake(np.array([[0], [1], [1], [2]]), 1)
    (9, 5)
    """
    import numpy as np

    k = len(exact)
    if noisy > 1:
        return noisy * k * (k - 1) // 2
    groups = np.unique(exact, axis=0)
    return int(sum((exact <= group).all(axis=1).sum() - 1 for group in groups))


def select(exact: np.ndarray, sample: Sample, rule: Rule) -> Selection:
    r"""Find the systems that no other dominates: none is at least as good everywhere and better somewhere.

    Parameters
    ----------
    exact
        Criteria without noise, one row a system (no columns: none).
    sample
        Gives the noisy criteria; replication r of two systems may share its random numbers, which saves replications.

    Raises
    ------
    SettingError
        For a rule that cannot be kept, or a replication without a number.

    Notes
    -----
    Each pair and noisy criterion is compared by the fully sequential procedure of Kim & Nelson (2001, *ACM TOMACS*
    11:251-273): after r replications it is decided as soon as the means differ by more than
    :math:`\max(0, \tfrac{\delta}{2r}(h^2 S^2/\delta^2 - r))`, :math:`S^2` being the variance of the paired differences
    over the first replications. Paired differences make it valid with common random numbers. Looking less often only
    lowers the error (Jennison, Johnstone & Turnbull 1982, as used there). A system is dominated once all that is
    decided says so; it then gets no more replications, nor does one whose comparisons are all over.

    Guarantee, for independent replications with normal means: let all true differences of at least :math:`\delta` have
    been decided rightly, which is so with probability 1 - alpha (Bonferroni over `comparisons_at_stake`). Then a system
    that each other fails to dominate by at least :math:`\delta`, or by what it costs, is never called dominated; and a
    system that one of these dominates by at least :math:`\delta` is, unless the replications end before
    (`undecided`). Systems closer than :math:`\delta` may stand for one another.
    Several criteria: the definitions of Hunter et al. 2019, *ACM TOMACS* 29:7 (multi-objective ranking and selection).

    Checked against the guarantee itself, in the least favourable configuration, and against exact frontiers of
    networks of queues (`tests/reference/test_selection.py`).

    Examples
    --------
    >>> import numpy as np
    >>> noise = np.random.default_rng(1).normal(size=(200, 1))
    >>> waits = [9.0, 7.0, 8.0]
    >>> costs = np.array([[0.0], [5.0], [5.0]])
    >>> found = select(costs, lambda i, first, n: waits[i] + noise[first : first + n], Rule(tolerance=(0.5,)))
    >>> found.standing, found.by
    (('frontier', 'frontier', 'dominated'), (-1, -1, 1))
    """
    import numpy as np

    _check(rule, len(exact))
    k, noisy = len(exact), len(rule.tolerance)
    comparisons = comparisons_at_stake(exact, noisy)
    drawn = [_drawn(sample, (i, 0, rule.first), noisy) for i in range(k)]
    contest = _Contest(exact, np.stack(drawn), rule, comparisons)
    n = rule.first
    contest.look(n, np.arange(k))
    while n < rule.most and len(active := contest.active()):
        number = min(rule.batch, rule.most - n)
        for i in active:
            drawn[i] = np.concatenate([drawn[i], _drawn(sample, (int(i), n, number), noisy)])
        n += number
        contest.sums[active] = [drawn[i].sum(axis=0) for i in active]
        contest.look(n, active)
    return Selection(
        standing=contest.standing(),
        by=tuple(int(one) for one in contest.named()),
        replications=tuple(len(rows) for rows in drawn),
        means=np.stack([rows.mean(axis=0) for rows in drawn]),
        comparisons=comparisons,
    )


class _Contest:
    """The state of all comparisons: what is decided, who is out."""

    def __init__(self, exact: np.ndarray, start: np.ndarray, rule: Rule, comparisons: int) -> None:
        import numpy as np

        k, n, noisy = start.shape
        self.rule, self.sums = rule, start.sum(axis=1)
        costs_no_more = (exact[:, None, :] >= exact[None, :, :]).all(axis=2)  # [i, l]: l costs no more than i
        self.no_more = costs_no_more & ~np.eye(k, dtype=bool)
        self.cheaper = self.no_more & ~self.no_more.T
        self.scale = np.zeros((k, k, noisy))
        if comparisons:
            constant = spread_constant(rule.alpha, comparisons, n)
            for i in range(k):
                self.scale[i] = constant * (start[i] - start).var(axis=1, ddof=1) / np.square(rule.tolerance)
        self.decided = np.zeros((k, k, noisy), dtype=bool)
        self.worse = np.zeros((k, k, noisy), dtype=np.int8)  # [i, l]: 1 if i is decided to be worse, -1 better, 0 tied
        self.by = np.full(k, -1)

    def look(self, n: int, among: np.ndarray) -> None:
        """Decide what can be decided after `n` replications of the systems `among`, and drop who is dominated."""
        import numpy as np

        here = np.ix_(among, among)
        means = self.sums[among] / n
        apart = means[:, None, :] - means[None, :, :]
        apart[np.abs(apart) < 1e-12 * np.abs(means).max(initial=1e-300)] = 0.0  # the same but for the rounding of sums
        needed = np.asarray(self.rule.tolerance) / (2 * n) * np.maximum(self.scale[here] - n, 0.0)
        new = ~self.decided[here] & ((np.abs(apart) > needed) | (needed == 0))
        self.worse[here] = np.where(new, np.sign(apart), self.worse[here])
        self.decided[here] |= new
        for i in np.flatnonzero(self.by < 0):
            for other in np.flatnonzero(self._dominates(int(i)) & (self.by < 0)):
                self.by[i] = other
                break

    def _dominates(self, i: int) -> np.ndarray:
        """Say which systems are decided to dominate one; of two that are alike the first does."""
        import numpy as np

        as_good = self.no_more[i] & self.decided[i].all(axis=1) & (self.worse[i] >= 0).all(axis=1)
        better = self.cheaper[i] | (self.worse[i] > 0).any(axis=1) | (np.arange(len(as_good)) < i)
        return np.asarray(as_good & better)

    def _threats(self) -> np.ndarray:
        """Say for each system still in which of the others still in may yet dominate it."""
        import numpy as np

        left = self.by < 0
        open_ = ~self.decided.all(axis=2) & ~(self.decided & (self.worse < 0)).any(axis=2)
        return np.asarray(open_ & self.no_more & left[:, None] & left[None, :])

    def active(self) -> np.ndarray:
        """Return the systems that have a comparison left which can change the answer."""
        import numpy as np

        threats = self._threats()
        return np.flatnonzero(threats.any(axis=0) | threats.any(axis=1))

    def standing(self) -> tuple[Standing, ...]:
        """Return where each system stands now."""
        threatened = [bool(row.any()) for row in self._threats()]
        return tuple(
            "dominated" if by >= 0 else "undecided" if threat else "frontier"
            for by, threat in zip(self.by.tolist(), threatened, strict=True)
        )

    def named(self) -> np.ndarray:
        """Return who dominates each system, or the first that may; -1: nobody."""
        import numpy as np

        threats = self._threats()
        first = np.where(threats.any(axis=1), threats.argmax(axis=1), -1)
        return np.where(self.by >= 0, self.by, first)


def _drawn(sample: Sample, what: tuple[int, int, int], noisy: int) -> np.ndarray:
    import numpy as np

    found = np.asarray(sample(*what), dtype=float).reshape(what[2], noisy)
    if not np.isfinite(found).all():
        raise _refuse(
            "un critère n'a pas de valeur dans une réplique", "a criterion has no value in a replication",
            ("compter plus de jours, ou choisir un autre critère", "count more days, or choose another criterion"),
        )  # fmt: skip
    return found


def _check(rule: Rule, systems: int) -> None:
    fitting = len(rule.tolerance) > 0 and all(0 < value < float("inf") for value in rule.tolerance)
    if not systems or not fitting or not 0 < rule.alpha < 0.5 or rule.first < 2 or rule.batch < 1:
        raise _refuse(
            "règle de sélection impossible", "impossible rule of selection",
            (
                "un système et un critère au moins, tolérances au-dessus de 0, alpha sous 0,5, deux répliques au moins",
                "at least one system and one criterion, tolerances above 0, alpha below 0.5, at least two replications",
            ),
        )  # fmt: skip
    if rule.most < rule.first:
        raise _refuse(
            "le plus grand nombre de répliques est sous le premier", "the most replications is below the first",
            ("augmenter « most »", 'raise "most"'),
        )  # fmt: skip


def _refuse(fr: str, en: str, remedy: tuple[str, str]) -> SettingError:
    return SettingError((problem(fr, en, remedy=remedy),))
