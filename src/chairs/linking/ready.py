"""Whether a protocol may be sealed: filled in, and of things that the platform knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Any

from chairs.core.errors import Problem, SettingError, problem
from chairs.linking.cells import TRAITS
from chairs.linking.protocol import Protocol, place

BLANKS = ("à remplir", "fill in")  # what a skeleton leaves to be written


def refuse_unready(protocol: Protocol, studies: Collection[str]) -> None:
    """Refuse to seal a skeleton, or a protocol of a study, indicator or score that does not exist.

    Parameters
    ----------
    studies
        Names of all studies.

    Raises
    ------
    SettingError
        With each key that is still blank or names something unknown.
    """
    from chairs.indicators.indicator import INDICATORS
    from chairs.surveys.instrument import instrument, instrument_names

    where = place(protocol.name)
    found = [
        problem("reste à remplir", "still to be filled in", file=where, column=key, remedy=("l'écrire", "write it"))
        for key, value in asdict(protocol).items()
        if any(blank in text for text in _texts(value) for blank in BLANKS)
    ]
    if protocol.study not in studies:
        what = (f"étude inconnue « {protocol.study} »", f'unknown study "{protocol.study}"')
        found.append(_stray(what, sorted(studies), where, "study"))
    codes = set(INDICATORS)
    named = {"exposures": (protocol.exposures, codes), "covariates": (protocol.covariates, codes | set(TRAITS))}
    for key, (asked, known) in named.items():
        for code in sorted(set(asked) - known):
            what = (f"indicateur inconnu « {code} »", f'unknown indicator "{code}"')
            found.append(_stray(what, _near(code, known), where, key))
    scores = {f"{name}/{one.name}" for name in instrument_names() for one in instrument(name).dimensions}
    for key, outcomes in (("outcomes", protocol.outcomes), ("negative_outcomes", protocol.negative_outcomes)):
        for outcome in sorted(set(outcomes) - scores):
            what = (f"score inconnu « {outcome} »", f'unknown score "{outcome}"')
            found.append(_stray(what, _near(outcome, scores), where, key))
    if found:
        raise SettingError(tuple(found))


def _texts(value: Any) -> Iterator[str]:
    """Yield every text of plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _near(name: str, known: Collection[str]) -> list[str]:
    """Return the few names most like the unknown one."""
    from difflib import get_close_matches

    return get_close_matches(name, sorted(known), n=5, cutoff=0.5)


def _stray(what: tuple[str, str], choices: list[str], where: str, key: str) -> Problem:
    listed = ", ".join(choices)
    choose = (f"choisir parmi : {listed}", f"choose among: {listed}")
    search = ("voir docs/reference pour les noms", "see docs/reference for the names")
    return problem(*what, file=where, column=key, remedy=choose if choices else search)
