"""What declared links find on many redraws of the territory, whose truths are known: here or on other machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from chairs.core.errors import SettingError, problem
from chairs.demo.planted import read_planted
from chairs.demo.redraw import HOSPITALS, LIVED, Redraw, draw_again
from chairs.demo.surveys import PATIENTS
from chairs.linking.cells import Sources, cells
from chairs.linking.ladder import FEWEST, primary
from chairs.linking.verdict import verdicts
from chairs.stats.multiplicity import q_values

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

    from chairs.linking.protocol import Protocol
    from chairs.stats.estimate import Estimate

MOST = 300  # hospitals: twice the territory
APART = 1_000_003  # between the redraws of two seeds
SILENT_SITES = 30  # hospitals in which those who did not answer are looked at
COMPLETIONS = 5
PAIR = ("redraw", "sites", "exposure", "outcome", "truth", "estimate", "low", "high", "p", "q", "claim", "flags")
SILENT = ("redraw", "truth", "low", "high", "ignored_low", "ignored_high")


@dataclass(frozen=True, slots=True, kw_only=True)
class RedrawTables:
    """What the redraws gave.

    Parameters
    ----------
    pairs
        One row a redraw, size and pair; `truth` is the planted slope; `q` is there for the largest size, where the
        whole family is judged, `claim` and `flags` when that is the whole territory.
    silent
        One row a redraw: the planted mean of all invited, the range of the tipping-point analysis, and the interval
        where non-response is ignored.
    """

    pairs: pd.DataFrame
    silent: pd.DataFrame


def planted_slope(exposure: str, outcome: str) -> float:
    """Return the points that one hospital's score moves by per unit of its indicator, as planted.

    Examples
    --------
    >>> planted_slope("absenteeism", "demo-patient-experience/pec_inf")
    -0.9
    """
    target = (exposure, *outcome.split("/", 1))
    return next((e.within for e in read_planted().effects if (e.exposure, e.instrument, e.dimension) == target), 0.0)


def redraws(
    protocol: Protocol,
    sites: Sequence[int],
    of: int,
    *,
    executor: Executor | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> RedrawTables:
    """Draw the territory `of` times and judge the declared links each time.

    Parameters
    ----------
    protocol
        Its exposures and outcomes are those of the demonstration's patients; `seed` numbers the redraws.
    sites
        Sizes of the studies: the first so many hospitals.
    executor
        Anything with the interface of `concurrent.futures` (processes, workers of a Dask cluster); None: here. The
        result is the same to the byte.
    progress
        Called with the number of redraws done.

    Raises
    ------
    SettingError
        Fewer than 8 or more than 300 hospitals, no redraw, or outcomes that are not the patients'.
    """
    import pandas as pd

    _refuse(protocol, sites, of)
    mapper = map if executor is None else executor.map
    asked = replace(protocol, ladder=())  # the rungs that a protocol adds decide no verdict
    pairs: list[tuple[Any, ...]] = []
    silent: list[tuple[Any, ...]] = []
    sizes = tuple(sorted(set(sites)))
    judged = mapper(judge_redraw, [asked] * of, [sizes] * of, range(of))
    for done, (some, one) in enumerate(judged, start=1):
        pairs += some
        silent.append(one)
        progress(done)
    return RedrawTables(
        pairs=pd.DataFrame(pairs, columns=list(PAIR)), silent=pd.DataFrame(silent, columns=list(SILENT))
    )


def judge_redraw(
    protocol: Protocol, sites: tuple[int, ...], number: int
) -> tuple[list[tuple[Any, ...]], tuple[Any, ...]]:
    """Return the rows of one redraw: by size and pair, and on those who did not answer.

    At the largest size the whole family is estimated, and gets its verdicts in a study of the whole territory; at the
    others, the pairs whose truth is planted or null without any detour are estimated, by the same functions.
    """
    dimensions = [outcome.partition("/")[2] for outcome in (*protocol.outcomes, *protocol.negative_outcomes)]
    redraw = draw_again(number + APART * (protocol.seed - 1), dimensions, max(sites))
    rows = []
    for size in sites:
        sources = redraw.first(size)
        found = _family(sources, protocol, size) if size == max(sites) else _some(sources, protocol)
        rows += [(number, size, *row) for row in found]
    return rows, (number, *_silent(redraw, dimensions[1 % len(dimensions)], number))


def _family(sources: Sources, protocol: Protocol, size: int) -> Iterator[tuple[Any, ...]]:
    if size >= HOSPITALS:
        for said in verdicts(sources, protocol):
            yield *_row((said.exposure, said.outcome), said.primary), said.q, said.claim, ";".join(said.flags)
        return
    found = {pair: primary(cells(sources, protocol, *pair), protocol.estimand) for pair in protocol.pairs}
    family = q_values([float("nan") if one.p is None else one.p for one in found.values()])
    for (pair, one), q in zip(found.items(), family, strict=True):
        yield *_row(pair, one), float(q), "", ""


def _some(sources: Sources, protocol: Protocol) -> Iterator[tuple[Any, ...]]:
    null = read_planted().no_effect
    for pair in protocol.pairs:
        if planted_slope(*pair) or pair[0] in null:
            yield *_row(pair, primary(cells(sources, protocol, *pair), protocol.estimand)), None, "", ""


def _row(pair: tuple[str, str], found: Estimate) -> tuple[Any, ...]:
    return *pair, planted_slope(*pair), found.estimate, found.low, found.high, found.p


def _silent(redraw: Redraw, dimension: str, number: int) -> tuple[float | None, ...]:
    """Return the planted mean of all invited in the last year, and what the tipping-point analysis says of it.

    The estimate is the mean score of these people, each hospital a stratum: its interval speaks of nobody else.
    """
    from chairs.stats.imputation import impute
    from chairs.stats.survey_design import survey_design
    from chairs.stats.survey_estimates import means
    from chairs.stats.tipping_point import tipping_point

    asked = redraw.asked
    those = asked["establishment"].isin(redraw.names[:SILENT_SITES]) & (asked["period"] == asked["period"].max())
    people = asked.loc[those, ["establishment", "age", dimension]].reset_index(drop=True)
    truth = float(asked.loc[those, f"{dimension} {LIVED}"].mean())
    done = impute(people, ["age", dimension], "establishment", m=COMPLETIONS, cycles=1, seed=number)
    design = survey_design(people, strata="establishment")
    tips = tipping_point(done, dimension, lambda table: means(table, [dimension], design)[0], steps=3)
    ignored = tips.at_random.result
    return truth, tips.low, tips.high, ignored.low, ignored.high


def _refuse(protocol: Protocol, sites: Sequence[int], of: int) -> None:
    if of < 1:
        raise SettingError((problem("aucun tirage demandé", "no redraw asked for", column="--of"),))
    if not sites or min(sites) < FEWEST or max(sites) > MOST:
        remedy = (f"de {FEWEST} à {MOST} établissements", f"from {FEWEST} to {MOST} establishments")
        raise SettingError((problem("taille hors limites", "size out of range", column="--sites", remedy=remedy),))
    if protocol.estimand != "within" or any(not one.startswith(f"{PATIENTS}/") for one in protocol.outcomes):
        remedy = ("prendre le protocole demo", "take the protocol demo")
        what = ("les effets plantés ne sont pas ceux de ce protocole", "this protocol's effects are not planted")
        raise SettingError((problem(*what, column="protocol", remedy=remedy),))
