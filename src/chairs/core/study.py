"""A study: one YAML file that says what is asked, of which sources, at which level of secrecy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from chairs.core.errors import Problem, SettingError, Text, problem
from chairs.core.records import build, misnamed, read_yaml

Level = Literal["public", "demo", "patient"]
Stage = Literal[
    "synthesise",
    "ingest",
    "discover",
    "forecast",
    "risk",
    "watch",
    "calibrate",
    "backtest",
    "simulate",
    "score",
    "derive",
    "link",
    "release",
    "render",
    "track",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileInput:
    """One file among those that a study's own folder brings (a hospital's export).

    `options` are handed to the reader; for the generic readers they hold the column mapping.
    """

    file: str
    reader: str
    mapping: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Whom the respondents of one establishment stand for, as its own activity knows them.

    Parameters
    ----------
    establishment
        The one whose cases these are.
    activity
        Step of the event log that makes a case concerned; the year is that of its last end.
    margins
        Traits that cases and respondents share, raked to together.
    timezone
        Clock by which a year ends.
    """

    establishment: str
    activity: str
    margins: tuple[str, ...]
    timezone: str = "Europe/Paris"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers:
    """A score whose key drivers are asked: among the `dimensions` of its instrument, or the protocol's `exposures`."""

    outcome: str
    of: Literal["dimensions", "exposures"] = "dimensions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a study computes beside its question: in its tables, in none of its figures and links.

    The study must name the `indicators` of its question then, and none of them here again (`read_study`).

    Parameters
    ----------
    sources
        Entries of `data/catalog.yaml` read for these indicators alone.
    indicators
        Codes of the indicators.
    """

    sources: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What one study asks.

    Parameters
    ----------
    name
        Key of the study everywhere: the matrix key in `dvc.yaml`, folder under `data/`, MLflow experiment.
    level
        `public` (open data), `demo` (invented territory) or `patient` (real patients).
    sources
        Entries of `data/catalog.yaml`.
    files
        Files of the study's own folder `data/raw/NAME`, each with its reader.
    stages
        The steps it runs, in the order of `dvc.yaml`.
    instruments
        Survey instruments scored (files of `src/chairs/surveys/instruments`).
    indicators
        Codes of the indicators derived; empty: all that the sources can feed.
    described
        Sources and indicators beside those of the question.
    population
        By instrument, the population that its respondents are weighted to.
    exposures
        Codes of those linked to the outcome; empty: all derived.
    protocol
        File of `pipelines/protocols`: the links declared before the outcome is read.
    drivers
        The score whose key drivers are shown, and among what.
    scenarios
        Files of `pipelines/scenarios`: what the twin is asked.
    focus
        Establishment marked among its peers on the pages.
    calendar
        `fictitious` when the depositor shifted the dates: durations count, hours and seasons do not.
    pathway
        How its event log is read (`chairs.flow.settings.Pathway`): reference step, stays, clock.
    risk
        How admissions are read from it (`chairs.flow.risk.settings.RiskRequest`).
    watch
        Steps that are stays in a unit, whose departures are watched (`chairs.twin.watch.study.WatchRequest`).
    labels
        What the pages write for the codes of units and steps of this study.
    may_say, may_not_say
        What this study allows to be claimed, and what it does not, beside what its protocol and data imply.
    """

    name: str
    title: Text
    question: Text
    level: Level
    period: str
    stages: tuple[Stage, ...]
    sources: tuple[str, ...] = ()
    files: tuple[FileInput, ...] = ()
    instruments: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    described: Described = field(default_factory=Described)
    population: Mapping[str, Population] = field(default_factory=dict)
    exposures: tuple[str, ...] = ()
    outcome: str | None = None
    protocol: str | None = None
    drivers: Drivers | None = None
    scenarios: tuple[str, ...] = ()
    focus: str | None = None
    calendar: Literal["real", "fictitious"] = "real"
    notice: Text | None = None
    pathway: Mapping[str, Any] = field(default_factory=dict)
    risk: Mapping[str, Any] = field(default_factory=dict)
    watch: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, Text] = field(default_factory=dict)
    may_say: tuple[Text, ...] = ()
    may_not_say: tuple[Text, ...] = ()

    @property
    def read(self) -> tuple[str, ...]:
        """Entries of the catalogue that are fetched and read."""
        return (*self.sources, *self.described.sources)

    @property
    def derived(self) -> tuple[str, ...]:
        """Codes of the indicators computed; empty: all that the sources can feed."""
        return (*self.indicators, *self.described.indicators) if self.indicators else ()


def read_study(path: Path) -> Study:
    """Read and check one study file.

    Raises
    ------
    SettingError
        For an unknown or missing key, a name that differs from the file's, indicators described beside a question
        that does not name its own, an indicator named twice, or an exposure that is only described.
    """
    study = build(Study, read_yaml(path), path.name)
    if found := tuple(_unfit(study, path)):
        raise SettingError(found)
    return study


def _unfit(study: Study, path: Path) -> Iterator[Problem]:
    """Yield what does not hold together in a study whose keys are all known."""
    if study.name != path.stem:
        yield misnamed(study.name, path)
    if study.described != Described() and not study.indicators:  # all would be linked, those described too
        yield problem(
            "« described: » sans « indicators: » : rien ne distingue la question de ce qui est décrit à côté d'elle",
            "described: without indicators: nothing tells the question from what is described beside it",
            file=path.name,
            column="described",
            remedy=("nommer les indicateurs de la question", "name the indicators of the question"),
        )
    counts = Counter((*study.indicators, *study.described.indicators))
    if twice := ", ".join(code for code, times in counts.items() if times > 1):
        yield problem(
            f"indicateur nommé deux fois : {twice}",
            f"indicator named twice: {twice}",
            file=path.name,
            column="indicators",
            remedy=(
                "le garder une fois, dans « indicators: » ou dans « described: »",
                "keep it once, under indicators: or under described:",
            ),
        )
    if both := ", ".join(code for code in study.exposures if code in study.described.indicators):
        yield problem(
            f"exposition qui n'est que décrite à côté de la question : {both}",
            f"an exposure that is only described beside the question: {both}",
            file=path.name,
            column="exposures",
            remedy=(
                "l'ôter de « exposures: », ou la nommer dans « indicators: » plutôt que dans « described: »",
                "take it out of exposures:, or name it under indicators: instead of described:",
            ),
        )
