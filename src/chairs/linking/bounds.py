"""What a protocol's numbers and lists must keep to, each refusal with its key and its remedy."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from chairs.core.errors import Problem, problem

if TYPE_CHECKING:
    from chairs.linking.protocol import Protocol

YEARS = 50  # a lag beyond this is a slip of the hand
SUPPOSED = {"linear": ("site", "year", "person"), "ordinal": ("classes",)}
TWICE = ("nommé deux fois", "named twice")
ONCE = ("ne le nommer qu'une fois", "name it once")


def out_of_bounds(protocol: Protocol, where: str) -> list[Problem]:
    """Return what is wrong with the numbers and lists of `protocol`, whose file is called `where`."""
    found = [*_numbers(protocol), *_lags(protocol), *_per_and_assumed(protocol), *_lists(protocol)]
    return [problem(*what, file=where, column=key, remedy=remedy) for key, what, remedy in found]


_Found = tuple[str, tuple[str, str], tuple[str, str]]


def _numbers(protocol: Protocol) -> Iterator[_Found]:
    if not 0 < protocol.fdr < 1:
        yield "fdr", ("part hors de 0 à 1", "share outside 0 to 1"), ("écrire fdr: 0.05", "write fdr: 0.05")
    if not (math.isfinite(protocol.smallest_effect) and protocol.smallest_effect > 0):
        remedy = ("écrire un nombre plus grand que 0", "write a number above 0")
        yield "smallest_effect", ("plus petit effet nul ou impossible", "smallest effect not above 0"), remedy
    if protocol.floor < 1:
        yield "floor", ("moins d'une réponse", "fewer than one answer"), ("écrire 1 ou plus", "write 1 or more")


def _lags(protocol: Protocol) -> Iterator[_Found]:
    named = {"lag": (protocol.lag,), "other_lags": protocol.other_lags, "future_years": (protocol.future_years,)}
    for key, years in named.items():
        least = 1 if key == "future_years" else 0
        remedy = (f"écrire des années entières, de {least} à {YEARS}", f"write whole years, {least} to {YEARS}")
        if any(one < least for one in years):
            yield key, ("décalage négatif", "negative lag") if least == 0 else ("moins d'un an", "under a year"), remedy
        if any(one > YEARS for one in years):
            yield key, (f"plus de {YEARS} ans", f"more than {YEARS} years"), remedy


def _per_and_assumed(protocol: Protocol) -> Iterator[_Found]:
    if stray := sorted(set(protocol.per) - set(protocol.exposures)):
        listed = ", ".join(stray)
        remedy = ("n'y nommer que des codes de exposures", "name only codes of exposures there")
        yield "per", (f"ne sont pas des expositions : {listed}", f"not among the exposures: {listed}"), remedy
    if not all(math.isfinite(one) and one > 0 for one in protocol.per.values()):
        remedy = ("écrire un changement plus grand que 0", "write a change above 0")
        yield "per", ("changement nul ou impossible", "a change that is not above 0"), remedy
    known: Mapping[str, float] = protocol.assumed
    words = SUPPOSED[protocol.model]
    # the spread of a linear score stands there by default, whatever the model
    if stray := sorted(set(known) - set(words) - set(SUPPOSED["linear"])):
        listed, choices = ", ".join(stray), ", ".join(words)
        remedy = (f"choisir parmi : {choices}", f"choose among: {choices}")
        yield "assumed", (f"clé inconnue « {listed} »", f'unknown key "{listed}"'), remedy
    if not all(math.isfinite(one) and one >= (2 if key == "classes" else 0) for key, one in known.items()):
        remedy = ("écrire 0 ou plus ; 2 classes ou plus", "write 0 or more; 2 classes or more")
        yield "assumed", ("dispersion négative ou impossible", "a spread below 0"), remedy


def _lists(protocol: Protocol) -> Iterator[_Found]:
    lists: dict[str, Sequence[str]] = {
        "exposures": protocol.exposures,
        "outcomes": protocol.outcomes,
        "covariates": protocol.covariates,
        "ladder": protocol.ladder,
        "negative_outcomes": protocol.negative_outcomes,
        "other_lags": tuple(map(str, protocol.other_lags)),
    }
    for key, named in lists.items():
        if twice := sorted({one for one in named if named.count(one) > 1}):
            listed = ", ".join(twice)
            yield key, (f"{TWICE[0]} : {listed}", f"{TWICE[1]}: {listed}"), ONCE
    for one, other, fr, en in (
        ("exposures", "outcomes", "une exposition est aussi un résultat", "an exposure is an outcome, too"),
        ("covariates", "exposures", "une covariable est aussi une exposition", "a covariate is an exposure, too"),
        ("covariates", "outcomes", "une covariable est aussi un résultat", "a covariate is an outcome, too"),
        ("negative_outcomes", "outcomes", "un résultat témoin est aussi étudié", "a control outcome is studied, too"),
    ):
        if both := sorted(set(lists[one]) & set(lists[other])):
            listed = ", ".join(both)
            remedy = (f"l'ôter de {one} ou de {other}", f"take it out of {one} or of {other}")
            yield one, (f"{fr} : {listed}", f"{en}: {listed}"), remedy
