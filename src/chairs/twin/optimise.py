"""The frontier of what may be chosen: searched, compared until it is sure, its effects estimated on fresh runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chairs.core.errors import SettingError, problem
from chairs.stats.ranking_selection import Rule, Selection, Standing, select
from chairs.twin.experiment import Bench, Design, Effect, Read
from chairs.twin.options import TOTALS, Question, check_options, grid_of, scenario_of, total
from chairs.twin.searching import Choice, Grid, layers, search

if TYPE_CHECKING:
    import numpy as np

    from chairs.twin.model import Model
    from chairs.twin.scenario import Scenario

Progress = Callable[[str, int, int | None], None]
"""`progress(phase, done, of)`: replications; phases are `search`, `compare`, `estimate`."""

SEARCHED, COMPARED, FRESH = 1_000_000, 2_000_000, 3_000_000  # first replications: none is used by two phases


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One combination compared.

    Parameters
    ----------
    choice
        Units by lever.
    totals
        Units, full-time equivalents and euros of it.
    standing
        `frontier`, `dominated` or `undecided` (the replications ended before it was sure).
    by
        Number of the combination that dominates it, or may; None: none.
    effects
        Effect on each measure against today, from fresh replications; of a dominated one none.
    differences
        Difference from today of each measure among the objectives: the effect; for a dominated one, that of the
        combination not dominated that varies most alike, plus how far apart the two were in the replications that
        chose. The latter says where it lies, it is not an estimate to quote.
    """

    choice: Choice
    totals: dict[str, float]
    standing: Standing
    by: int | None
    replications: int
    effects: tuple[Effect, ...] = ()
    differences: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """What was found: the combinations compared, cheapest first, and how.

    `allowed` combinations keep the limits (None: too many to count), `tried` of them were run, `searched` says that
    some were never compared: the probability 1 - alpha is about those compared only. `comparisons` shared alpha.
    """

    question: Question
    members: tuple[Member, ...]
    allowed: int | None
    tried: int
    searched: bool
    comparisons: int


def optimise(
    question: Question,
    model: Model,
    read: Read,
    measures: Sequence[str],
    *,
    threads: int = 1,
    progress: Progress = lambda phase, done, of: None,
) -> Frontier:
    """Return which combinations of levers no other one beats, among those that keep the limits.

    Parameters
    ----------
    read
        What a run comes to, by measure (`chairs.twin.hospital.outcomes.outcomes`).
    measures
        Those of which less is better: they may be objectives.
    threads
        Change the time it takes, not the result.

    Raises
    ------
    SettingError
        In words: see `check_options`; limits that no combination keeps; a measure without a value.

    Notes
    -----
    1. All combinations that keep the limits are compared when they are few (`effort.compared`); else a search
    (`chairs.twin.searching`) tries some on replications of its own, and those nearest to its frontier are compared.
    2. They are compared by a fully sequential procedure over common random numbers, which gives a wrong frontier with
    probability alpha at most (`chairs.stats.ranking_selection.select`, with its conditions). Starting it from fresh
    replications keeps that true after a search (Boesel, Nelson & Kim 2003, *Operations Research* 51:814-825).
    3. The effects of those on the frontier come from fresh replications again: the ones that chose flatter what they
    chose. Their intervals hold the noise of the simulation, each by itself at 95 %.
    """
    check_options(question, model, measures)
    counted = _Counted(question, model, read, threads, progress)
    grid, effort = grid_of(question), question.effort
    allowed = grid.listed()
    searched = allowed is None or len(allowed) > effort.compared
    tried = _searched(question, grid, counted, allowed) if searched else list(allowed or ())
    if len(tried) < 2:
        raise _nothing_to_choose(question, len(tried))
    chosen = sorted(tried[: effort.compared], key=lambda choice: (_exact(question, choice), choice))
    found = _selected(question, chosen, counted)
    members = tuple(_member(question, chosen, i, found) for i in range(len(chosen)))
    return Frontier(
        question=question,
        members=_estimated(question, members, counted),
        allowed=None if allowed is None else len(allowed),
        tried=len(tried),
        searched=searched,
        comparisons=found.comparisons,
    )


class _Counted:
    """The bench of a question: runs combinations, and tells how many replications are done."""

    def __init__(self, question: Question, model: Model, read: Read, threads: int, progress: Progress) -> None:
        design = Design(
            days=question.days, warm_up_days=question.warm_up_days, first=question.first_day, seed=question.seed,
            threads=threads,
        )  # fmt: skip
        self.question, self.model, self.progress = question, model, progress
        self.bench = Bench(model, design, read)
        self.done: dict[str, int] = {}
        self.expected: dict[str, int] = {}

    def scenario(self, choice: Choice) -> Scenario | None:
        return scenario_of(self.question, choice, self.model)

    def values(self, phase: str, choice: Choice, first: int, number: int) -> np.ndarray:
        """Return the measures among the objectives, one row a replication."""
        import numpy as np

        found = self.bench.values(self.scenario(choice), first, number)
        self.done[phase] = self.done.get(phase, 0) + number
        expected = self.expected.get(phase, 0)
        self.progress(phase, self.done[phase], expected if self.done[phase] <= expected else None)
        return np.column_stack([found[name] for name in self.question.measures])


def _searched(question: Question, grid: Grid, counted: _Counted, allowed: list[Choice] | None) -> list[Choice]:
    """Return the combinations tried, by layers of their frontier: those to compare come first."""
    effort, none = question.effort, (0,) * len(question.levers)
    counted.expected["search"] = effort.trials * effort.trial

    def criteria(choice: Choice) -> list[float]:
        noisy = counted.values("search", choice, SEARCHED, effort.trial).mean(axis=0)
        found = {n: float(v) if math.isfinite(v) else math.inf for n, v in zip(question.measures, noisy, strict=True)}
        return [found[name] if name in found else total(question, choice, name) for name in question.objectives]

    if allowed is not None and len(allowed) <= effort.trials:
        tried = {choice: tuple(criteria(choice)) for choice in allowed}
    else:
        alone = [none, *(_alone(grid, i) for i in range(len(none)))]
        inside = [c for c in alone if all(value in values for value, values in zip(c, grid.values, strict=True))]
        tried = search(
            grid, criteria, numbers=len(question.objectives), trials=effort.trials, seed=question.seed, first=inside
        )
    choices = list(tried)
    return [choices[i] for i in layers(list(tried.values()))]


def _alone(grid: Grid, lever: int) -> Choice:
    """Return one lever as far up as the limits let it go, the others at none."""
    values = sorted(grid.values[lever], reverse=True)
    found = (tuple(value if i == lever else 0 for i in range(len(grid.values))) for value in values)
    return next((choice for choice in found if grid.allowed(choice)), (0,) * len(grid.values))


def _exact(question: Question, choice: Choice) -> tuple[float, ...]:
    return tuple(round(total(question, choice, name), 6) for name in question.totals)


def _selected(question: Question, chosen: list[Choice], counted: _Counted) -> Selection:
    import numpy as np

    effort = question.effort
    rule = Rule(
        tolerance=tuple(question.tolerance[name] for name in question.measures), alpha=question.alpha,
        first=effort.first, batch=effort.batch, most=effort.most,
    )  # fmt: skip
    counted.expected["compare"] = len(chosen) * effort.first
    exact = np.array([_exact(question, choice) for choice in chosen]).reshape(len(chosen), -1)
    return select(exact, lambda i, first, n: counted.values("compare", chosen[i], COMPARED + first, n), rule)


def _member(question: Question, chosen: list[Choice], i: int, found: Selection) -> Member:
    by = found.by[i]
    while by >= 0 and found.standing[by] == "dominated":  # of a chain, name the one that is still in
        by = found.by[by]
    return Member(
        choice=chosen[i],
        totals={name: total(question, chosen[i], name) for name in TOTALS},
        standing=found.standing[i],
        by=None if by < 0 else by,
        replications=found.replications[i],
    )


def _estimated(question: Question, members: tuple[Member, ...], counted: _Counted) -> tuple[Member, ...]:
    """Return the members with the effects of those not dominated, from replications that chose nothing."""
    kept = [member for member in members if member.standing != "dominated"]
    counted.expected["estimate"] = question.effort.final * (1 + len(kept))
    counted.values("estimate", (0,) * len(question.levers), FRESH, question.effort.final)
    known = {member.choice: _effects(member, counted) for member in kept}
    found = []
    for member in members:
        effects = known.get(member.choice, ())
        where = {one.measure: one.mean for one in effects if one.measure in question.measures}
        found.append(replace(member, effects=effects, differences=where or _placed(member, kept, known, counted)))
    return tuple(found)


def _placed(
    member: Member, kept: list[Member], known: dict[Choice, tuple[Effect, ...]], counted: _Counted
) -> dict[str, float]:
    """Return where a dominated one lies beside the kept one that varies most alike; nothing is run again."""
    import numpy as np

    question, number = counted.question, member.replications
    tolerance = [question.tolerance[name] for name in question.measures]
    own, found = _chose(member.choice, number, counted), {}
    for other in kept:
        if other.replications >= number:
            apart = own - _chose(other.choice, number, counted)
            noise = float((apart.var(axis=0, ddof=1) / np.square(tolerance)).sum())
            found[noise, other.choice] = apart.mean(axis=0)
    _, like = nearest = min(found)
    there = {one.measure: one.mean for one in known[like]}
    return {name: there[name] + float(more) for name, more in zip(question.measures, found[nearest], strict=True)}


def _chose(choice: Choice, number: int, counted: _Counted) -> np.ndarray:
    """Return the first replications that chose, one row each, one column a measure among the objectives."""
    import numpy as np

    effort = counted.question.effort
    later = range(effort.first, number, effort.batch)
    looks = [(0, effort.first), *((at, min(effort.batch, number - at)) for at in later)]
    runs = [counted.bench.values(counted.scenario(choice), COMPARED + at, n) for at, n in looks]
    return np.column_stack([np.concatenate([run[name] for run in runs]) for name in counted.question.measures])


def _effects(member: Member, counted: _Counted) -> tuple[Effect, ...]:
    n = counted.question.effort.final
    counted.values("estimate", member.choice, FRESH, n)
    plain = counted.bench.values(None, FRESH, n)
    changed = counted.bench.values(counted.scenario(member.choice), FRESH, n)
    name = " ".join(f"{key}{units:+d}" for key, units in zip(counted.question.levers, member.choice, strict=True))
    return tuple(counted.bench.effect(name, measure, (plain[measure], changed[measure])) for measure in plain)


def _nothing_to_choose(question: Question, found: int) -> SettingError:
    what = (
        ("aucune combinaison ne respecte les limites", "no combination keeps the limits")
        if found == 0
        else ("une seule combinaison respecte les limites", "a single combination keeps the limits")
    )
    remedy = ("élargir les bornes ou les limites", "widen the bounds or the limits")
    return SettingError((problem(*what, remedy=remedy, file=question.name),))
