"""What is asked of a link, declared before the outcome is looked at: one file (its seal: `linking.sealing`)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from chairs.core.errors import Problem, SettingError, Text, problem
from chairs.core.records import build, misnamed, read_yaml
from chairs.core.study import read_study
from chairs.linking.bounds import out_of_bounds

Estimand = Literal["within", "between"]
Model = Literal["linear", "ordinal"]
Rung = Literal["staggered", "double_ml", "ordinal"]
LINKED_BY = "->"
OUTCOME = "outcome"  # what the graph calls every score of the protocol
ORDINAL = ("écrire model: ordinal et estimand: between", "write model: ordinal and estimand: between")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A change of the protocol after it was sealed: when (ISO date), what and why, in both languages."""

    date: str
    what: Text
    why: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """One declared question about what goes with an experience.

    Parameters
    ----------
    estimand
        `within`: what one establishment's change goes with; `between`: how establishments that differ compare.
    exposures, outcomes
        Indicator codes, and scores as "instrument/dimension". Every pair is one test of the family.
    lag
        Years from the exposure to the outcome (1: the year before). `other_lags` only enter the specification curve.
    covariates
        Indicator codes and traits held equal; chosen by `graph`.
    graph
        Arrows of the causal diagram as "cause -> effect", among indicators, traits, "outcome" and what is `unmeasured`.
    unmeasured
        Names in the graph of what nobody measures: said to be left open, never held equal.
    kind
        Establishments compared.
    model
        `linear`: points of the score; `ordinal`: log odds of a higher class, for an outcome of ordered classes
        (stars), between establishments only (`linking.ordered`).
    smallest_effect
        Points of the score, on its own scale (log odds for `ordinal`), per `per` of the exposure, under which an
        effect does not matter.
    per
        By exposure, the change that `smallest_effect` speaks of (1 unit where not named).
    fdr
        Share of false discoveries accepted in the family.
    ladder
        Rungs beside description, between, within and two-way: `staggered`, `double_ml`, `ordinal` (`linking.ladder`).
    negative_outcomes
        Scores that the exposures cannot reasonably move: an effect on them speaks against the design.
    future_exposure
        Also test the exposure `future_years` (and `other_future_years`) later: it must add nothing to the declared one.
    floor
        Answers under which a score does not count.
    exploratory
        The outcome was known (public, say): nothing confirmatory can be said.
    assumed
        What is supposed of the outcome before it is read: standard deviations of `site`, `year`, `person` (points), or
        the number of `classes` for `ordinal`.
    deviations
        Every change made after the seal, in order (`chairs link seal` asks for them).
    """

    name: str
    study: str
    question: Text
    estimand: Estimand
    exposures: tuple[str, ...]
    outcomes: tuple[str, ...]
    lag: int = 1
    other_lags: tuple[int, ...] = ()
    covariates: tuple[str, ...] = ()
    graph: tuple[str, ...] = ()
    kind: Literal["hospital", "company"] = "hospital"
    model: Model = "linear"
    smallest_effect: float = 1.0
    per: Mapping[str, float] = field(default_factory=dict)
    fdr: float = 0.05
    ladder: tuple[Rung, ...] = ()
    negative_outcomes: tuple[str, ...] = ()
    future_exposure: bool = True
    future_years: int = 1
    other_future_years: tuple[int, ...] = ()
    floor: int = 30
    exploratory: bool = False
    assumed: Mapping[str, float] = field(default_factory=lambda: {"site": 3.0, "year": 1.5, "person": 18.0})
    seed: int = 1
    deviations: tuple[Deviation, ...] = ()
    unmeasured: tuple[str, ...] = ()

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """All tests of the family."""
        return tuple((exposure, outcome) for outcome in self.outcomes for exposure in self.exposures)

    @property
    def in_graph(self) -> frozenset[str]:
        """All names of the graph."""
        return frozenset(name for line in self.graph for name in _arrow(line))

    @property
    def further(self) -> tuple[Rung, ...]:
        """Rungs beside those that every ladder has; the declared one among them."""
        return (*self.ladder, *(("ordinal",) if self.model == "ordinal" and "ordinal" not in self.ladder else ()))

    @property
    def declared(self) -> Literal["two_way", "between", "ordinal"]:
        """The rung that the verdict is about."""
        if self.model == "ordinal":
            return "ordinal"
        return "two_way" if self.estimand == "within" else "between"


def read_protocol(path: Path) -> Protocol:
    """Read and check one protocol file.

    Raises
    ------
    SettingError
        For an unknown or missing key, a number out of bounds (`linking.bounds`), a name that is not the file's, an
        exposure or covariate that the study beside it only describes, or a covariate that the declared graph forbids:
        an effect of the exposure (holding it equal hides part of the effect) or of the outcome (a collider); for stars
        and other ordered classes without `model: ordinal`, and for that model within establishments.
    """
    where = place(path.stem)
    try:
        protocol = build(Protocol, read_yaml(path), where)
    except SettingError as error:  # a file that is not YAML is named by its whole path
        raise SettingError(
            tuple(replace(one, file=(one.file or "").replace(str(path), where)) for one in error.problems)
        ) from None
    found = [] if protocol.name == path.stem else [misnamed(protocol.name, path, where)]
    found += [*_forbidden(protocol, where), *_scaled(protocol, where)]
    found += [one for deviation in protocol.deviations for one in _dated(deviation.date, where)]
    found += [*out_of_bounds(protocol, where), *_described(protocol, path)]
    if not protocol.exposures or not protocol.outcomes:
        remedy = ("nommer une exposition et un résultat au moins", "name an exposure and an outcome at least")
        what = ("aucune paire à étudier", "no pair to study")
        found.append(problem(*what, file=where, column="exposures", remedy=remedy))
    if found:
        raise SettingError(tuple(found))
    return protocol


def place(name: str, ending: str = "yaml") -> str:
    """Return where the file of a protocol (or its `seal`) stands in the project."""
    return f"pipelines/protocols/{name}.{ending}"


def effects_of(graph: tuple[str, ...], cause: str) -> frozenset[str]:
    """Return everything that lies downstream of `cause` in the diagram.

    Examples
    --------
    >>> sorted(effects_of(("size -> stay", "stay -> outcome"), "size"))
    ['outcome', 'stay']
    """
    arrows = [_arrow(line) for line in graph]
    reached: set[str] = set()
    front = {cause}
    while front:
        front = {effect for source, effect in arrows if source in front} - reached
        reached |= front
    return frozenset(reached)


def unblocked(protocol: Protocol, exposure: str) -> frozenset[str]:
    """Return the common causes of exposure and outcome that the protocol does not hold equal.

    Establishment effects hold equal whatever does not change with time: for a `within` estimand only causes named in
    the graph that change matter, which the graph cannot tell; they are all listed.
    """
    causes = {_arrow(line)[0] for line in protocol.graph} - {exposure}
    both = {c for c in causes if {exposure, OUTCOME} <= effects_of(protocol.graph, c)}
    direct = {c for c in both if OUTCOME in _without(protocol.graph, exposure, c)}
    return frozenset(direct - set(protocol.covariates))


def _without(graph: tuple[str, ...], exposure: str, cause: str) -> frozenset[str]:
    """Return what `cause` reaches without passing through the exposure."""
    return effects_of(tuple(line for line in graph if _arrow(line)[0] != exposure), cause)


def _arrow(line: str) -> tuple[str, str]:
    cause, _, effect = line.partition(LINKED_BY)
    return cause.strip(), effect.strip()


def _described(protocol: Protocol, path: Path) -> list[Problem]:
    """Return the exposures and covariates that the study beside the protocols only describes (`core.study`)."""
    studies = path.absolute().parent.parent.glob("studies/*.yaml")
    beside = [code for file in studies if file.stem == protocol.study for code in read_study(file).described.indicators]
    remedy = (
        "l'ôter du protocole, ou la nommer dans « indicators: » de l'étude plutôt que dans « described: »",
        "take it out of the protocol, or name it under indicators: of the study instead of described:",
    )
    words = {"exposures": ("exposition", "an exposure"), "covariates": ("covariable", "a covariate")}
    found = []
    for key, (fr, en) in words.items():
        if listed := ", ".join(code for code in getattr(protocol, key) if code in beside):
            what = (
                f"{fr} qui n'est que décrite par l'étude « {protocol.study} » : {listed}",
                f'{en} that the study "{protocol.study}" only describes: {listed}',
            )
            found.append(problem(*what, file=place(path.stem), column=key, remedy=remedy))
    return found


def _dated(date: str, where: str) -> list[Problem]:
    try:
        written = datetime.date.fromisoformat(date).isoformat()
    except ValueError:
        written = ""
    if written != date:
        remedy = ("écrire une date comme 2026-11-22", "write a date like 2026-11-22")
        return [problem("date illisible", "unreadable date", file=where, column="deviations", remedy=remedy)]
    return []


def _scaled(protocol: Protocol, where: str) -> list[Problem]:
    """Return what the scale of the outcomes forbids: classes have an order and no distance."""
    from chairs.surveys.instrument import instrument, instrument_names

    if protocol.model == "ordinal" and protocol.estimand == "within":
        what = ("le modèle ordinal compare des établissements entre eux", "the ordinal model compares establishments")
        return [problem(*what, file=where, column="model", remedy=ORDINAL)]
    names = sorted({outcome.partition("/")[0] for outcome in protocol.outcomes} & set(instrument_names()))
    stars = [name for name in names if instrument(name).ordered] if protocol.model == "linear" else []
    what = ("des classes ordonnées n'ont pas de distance", "ordered classes have no distance")
    return [problem(*what, file=where, column="model", remedy=ORDINAL)] if stars else []


def _forbidden(protocol: Protocol, where: str) -> list[Problem]:
    found = []
    for line in protocol.graph:
        if not all(_arrow(line)) or line.count(LINKED_BY) != 1:
            what = (f"flèche illisible « {line} »", f'unreadable arrow "{line}"')
            remedy = ("écrire cause -> effet", "write cause -> effect")
            found.append(problem(*what, file=where, column="graph", remedy=remedy))
    for exposure in protocol.exposures:
        downstream = effects_of(protocol.graph, exposure) | effects_of(protocol.graph, OUTCOME)
        for covariate in sorted(downstream & set(protocol.covariates)):
            found.append(
                problem(
                    f"« {covariate} » est un effet de « {exposure} » ou du résultat dans le graphe",
                    f'"{covariate}" is an effect of "{exposure}" or of the outcome in the graph',
                    file=where,
                    column="covariates",
                    remedy=(
                        "ne pas ajuster sur lui, ou corriger le graphe",
                        "do not adjust for it, or correct the graph",
                    ),
                )
            )
    if round_ := sorted(name for name in protocol.in_graph if name in effects_of(protocol.graph, name)):
        listed = ", ".join(round_)
        what = (f"le graphe tourne en rond : {listed}", f"the graph has a cycle: {listed}")
        remedy = ("ôter une flèche du cercle", "take one arrow of the circle out")
        found.append(problem(*what, file=where, column="graph", remedy=remedy))
    return found
