"""From a hospital's log to a model with real queues, and what could not be identified."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from chairs.core.errors import Text
from chairs.twin.arrivals import Arrivals
from chairs.twin.durations import Duration
from chairs.twin.hospital import lengths
from chairs.twin.hospital.beds import bed_resources, open_beds
from chairs.twin.hospital.coming import lists
from chairs.twin.hospital.emergency import Emergency, read_emergency
from chairs.twin.hospital.logged import logged
from chairs.twin.hospital.misread import put_right
from chairs.twin.hospital.moves import Moves, move_of
from chairs.twin.hospital.reading import DAY, HospitalLog, read_hospital
from chairs.twin.hospital.resampling import resampled
from chairs.twin.hospital.wanted import Wanted, read_wanted
from chairs.twin.hospital.wards import (
    PLANNED,
    TRANSFER,
    Learnt,
    long_class,
    long_transfer,
    lying,
    onward,
    priorities,
    stays_of,
    ward_steps,
)
from chairs.twin.model import Model
from chairs.twin.resources import Resource
from chairs.twin.steps import Patience, Route, Step

if TYPE_CHECKING:
    import pandas as pd

ROUNDS = 2  # of putting the wards wanted right, by a log of the model each
ASSUMED = (
    Text(
        fr="Les jours fériés ont tous l'effectif de leur jour de semaine, ou tous celui d'un dimanche (vu au journal).",
        en="All public holidays are staffed like their weekday, or all like a Sunday: whichever the log shows.",
    ),
    Text(
        fr="Un hiver ressemble à la moyenne de ceux du journal ; les admissions programmées ont une saison commune "
        "(une unité qui en a moins de 22 n'en a plus).",
        en="A winter is like the mean of those of the log; planned admissions share a season (a ward under 22: none).",
    ),
    Text(
        fr="Les nuits d'un séjour ne dépendent ni de la saison, ni de l'unité où il se passe faute de place.",
        en="The nights of a stay depend neither on the season nor on the ward where it is spent for want of a bed.",
    ),
    Text(
        fr="Qui est parti sans être vu aurait été admis comme ceux de son degré venus juste avant ou après.",
        en="Who left without being seen would have been admitted as those of the level who came around then.",
    ),
    Text(
        fr="Un patient hébergé ailleurs n'est pas ramené ; une mutation venue d'une unité de repli attend la sienne.",
        en="Nobody placed elsewhere is moved back; a transfer from a ward that may lend a bed waits for its own.",
    ),
    Text(
        fr="Un changement de lits, d'effectif ou d'horaires ne change pas qui vient.",
        en="A change of beds, staff or hours does not change who comes.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """What was read of a log before the model was written: places and staff, beds, wards wanted, moves.

    `lain` is the begin and the end of each stay on the days on which it was spent, also where the log is drawn again.
    """

    log: HospitalLog
    lain: tuple[np.ndarray, np.ndarray]
    emergency: Emergency
    beds: tuple[Resource, ...]
    wanted: Wanted
    moves: Moves
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalModel:
    """The model, the places whose number nothing shows (left unlimited), and what was read of the log.

    `not_identified` names stations where the log never shows a queue, `unpublished` wards without a figure of beds.
    """

    model: Model
    not_identified: tuple[str, ...]
    unpublished: tuple[str, ...]
    patience_before_another_ward: float | None
    learnt: Learning

    def written(self) -> dict[str, Any]:
        """Return what is to be known of the model as what a JSON file holds, in both languages."""
        return {
            "not_identified": [*self.not_identified, *self.unpublished],
            "minutes_before_another_ward": self.patience_before_another_ward,
            "assumed": [{"fr": text.fr, "en": text.en} for text in ASSUMED],
        }

    def unknown(self) -> tuple[Text, ...]:
        """Return, in words, what the log does not show."""
        stations = (
            Text(
                fr=f"capacité de « {name} » : jamais atteinte dans le journal ; sans limite dans le modèle",
                en=f'capacity of "{name}": never reached in the log; without limit in the model',
            )
            for name in self.not_identified
        )
        wards = (
            Text(
                fr=f"lits ouverts de « {name} » : jamais publiés ; sans limite dans le modèle",
                en=f'open beds of "{name}": never published; without limit in the model',
            )
            for name in self.unpublished
        )
        return (*stations, *wards)


def calibrate_hospital(
    events: pd.DataFrame, cases: pd.DataFrame, unit_hour: pd.DataFrame, *, name: str, timezone: str = "Europe/Paris"
) -> HospitalModel:
    """Learn a hospital with its queues: departments, staff by hour of the week, wards with their beds.

    Parameters
    ----------
    events, cases, unit_hour
        Contracts of these names. Steps `triage`, `first_doctor`, `imaging` and `ward_stay` with their requests;
        cases with `ccmu` and `admission`; `unit_hour` with `open_beds`.
    name, timezone
        Of the model; clock of the site.

    Raises
    ------
    DataError
        For a log without what a twin with queues needs.

    Notes
    -----
    Capacity: the number in service while somebody waits, on public holidays that of their weekday or of Sunday
    (`stations`). Places kept until departure: as many as are held when a doctor is free and yet somebody waits. Beds:
    those published, less the patients who stayed when beds closed (`beds`). Wards wanted by those placed elsewhere:
    `wanted`, and how often it misreads them: `misread`. Patience: censored maximum likelihood (`lengths`). Nights, and
    who is kept over days of rest: `holding`. Arrivals, their season and holidays: `coming`, `seasons`. What is assumed:
    `ASSUMED`. Checked on the demonstration hospital (tests/reference/test_planted_scenarios.py,
    docs/how-to/ask-what-if.md).
    """
    log = read_hospital(events, cases, unit_hour, timezone)
    log = replace(log, beds=open_beds(log))
    wanted = read_wanted(log)
    learnt = Learning(
        log=log, lain=lying(log), emergency=read_emergency(log),
        beds=bed_resources(log.wards, log.beds, log.first), wanted=wanted, moves=move_of(log, wanted), name=name,
    )  # fmt: skip
    for number in range(ROUNDS if wanted.patience is not None else 0):
        learnt = _righted(learnt, wanted, number)
    return HospitalModel(
        model=_model(learnt),
        not_identified=learnt.emergency.not_identified,
        unpublished=tuple(ward.name for ward in learnt.beds if not ward.shifts),
        patience_before_another_ward=learnt.wanted.patience,
        learnt=learnt,
    )


def _righted(learnt: Learning, read: Wanted, number: int) -> Learning:
    """Return what was read of the log, with the wards wanted that their reading misses in a log of the model."""
    told = logged(_model(learnt), learnt.log, number)
    wanted = put_right(learnt.log, read, told, read_wanted(told.log))
    return replace(learnt, wanted=wanted, moves=move_of(learnt.log, wanted))


def calibrate_again(learnt: Learning, number: int, seed: int = 0) -> Model:
    """Learn the model from the log drawn again by weeks; places, staff, beds, wards wanted and moves are kept.

    The spread of an effect over such models is the uncertainty that comes from the log's being one sample
    (`chairs.twin.hospital.input_spread`).
    """
    drawn = resampled(learnt.log, number, seed)
    wanted = replace(learnt.wanted, ward=learnt.wanted.ward[drawn.stay], diverted=learnt.wanted.diverted[drawn.stay])
    emergency = read_emergency(drawn.log, learnt.emergency)
    lain = (learnt.lain[0][drawn.stay], learnt.lain[1][drawn.stay])
    return _model(replace(learnt, log=drawn.log, lain=lain, emergency=emergency, wanted=wanted))


def _model(learnt: Learning) -> Model:
    log, emergency, wanted = learnt.log, learnt.emergency, learnt.wanted
    planned = tuple(sorted(set(log.stays["kind"].dropna().unique()) - {"emergency"}))
    searching = [ward for ward, others in zip(log.wards, wanted.elsewhere, strict=True) if others]
    long = tuple(long_class(ward, ed) for ward in searching for ed in (True, False))
    long += tuple(long_transfer(ward) for ward in searching if wanted.onward)
    classes = (*emergency.classes, *planned, *long, TRANSFER)
    rank = priorities(log.wards, classes)
    arrivals = lists(log, emergency, wanted, planned)
    return Model(
        name=learnt.name,
        classes=classes,
        arrivals=arrivals,
        resources=(*emergency.resources, *(replace(ward, priority=rank[ward.name]) for ward in learnt.beds)),
        steps=_steps(learnt, (classes, planned), arrivals),
        timezone=log.timezone,
    )


def _steps(
    learning: Learning, named: tuple[tuple[str, ...], tuple[str, ...]], arrivals: tuple[Arrivals, ...]
) -> tuple[Step, ...]:
    log, emergency, wanted = learning.log, learning.emergency, learning.wanted
    classes, planned = named
    stays = log.stays
    end = log.local(stays["end"].to_numpy()[np.isfinite(stays["end"].to_numpy())])
    hour = end % DAY / 60
    clock = lengths.clock_of(end[(hour >= 7) & (hour < 20)])
    admissions = _admissions(log, emergency, wanted, classes)
    learnt = Learnt(
        log=log,
        wanted=wanted,
        classes=classes,
        clock=clock,
        moves=learning.moves,
        ways=_ways(log.wards, admissions, arrivals),
        from_ed=frozenset(emergency.classes) | {long_class(ward, True) for ward in log.wards},
        gives_up=_gives_up(log, planned),
        places=tuple(r.name for r in emergency.resources if r.name.endswith(" place")),
        onward=onward(log, wanted),
        stays=stays_of(log, learning.lain, wanted, clock),
    )
    known = len(emergency.classes)
    steps = [_widened(step, known, len(classes)) for step in emergency.steps]
    return (*steps, *admissions, *ward_steps(learnt))


def _ways(
    wards: tuple[str, ...], admissions: list[Route], arrivals: tuple[Arrivals, ...]
) -> dict[str, tuple[str, ...]]:
    """Return by ward where its patients come from: an emergency department (""), home."""
    sent = {to for step in admissions for to, *shares in zip(step.to, *step.probabilities, strict=True) if any(shares)}
    listed = {one.to for one in arrivals}
    found = {}
    for ward in wards:
        ask = f"ask {ward}"
        found[ward] = tuple(way for way, to in (("", sent), (PLANNED, listed)) if ask in to)
    return found


def _widened(step: Step, known: int, classes: int) -> Step:
    """Add lines for the classes that never come to the departments."""
    more = classes - known
    if isinstance(step, Route) and step.by == "class":
        return replace(step, probabilities=(*step.probabilities, *[step.probabilities[0]] * more))
    table = getattr(step, "duration", None)
    if table is not None and table.by == "class":
        wide = replace(
            table, rows=(*table.rows, *[lengths.NEVER if isinstance(step, Patience) else lengths.AT_ONCE] * more)
        )
        return replace(step, duration=wide)  # type: ignore[call-arg]
    return step


def _admissions(log: HospitalLog, emergency: Emergency, wanted: Wanted, classes: tuple[str, ...]) -> list[Route]:
    """Return, for each department, the choice of the ward by class."""
    import pandas as pd

    first = log.stays["order"].to_numpy() == 0
    ward = pd.Series(wanted.ward[first], index=log.stays["case_id"].to_numpy()[first])
    asked = ward.reindex(log.visits["case_id"]).fillna(-1).to_numpy(int)
    unit, wards, found = log.visits["unit"].to_numpy(object), len(log.wards), []
    for department in sorted(set(unit)):
        mine = (asked >= 0) & (unit == department)
        place = emergency.code[mine] * wards + asked[mine]
        own = np.bincount(place, minlength=len(classes) * wards).reshape(len(classes), wards).astype(float)
        to = np.flatnonzero(own.sum(axis=0))
        lines = [lengths.shares((line if line.sum() >= lengths.LEAST else own.sum(axis=0))[to]) for line in own]
        found.append(
            Route(
                name=f"{department} admitted",
                to=tuple(f"ask {log.wards[ward]}" for ward in to),
                by="class",
                probabilities=tuple(lines),
            )
        )
    return found


def _gives_up(log: HospitalLog, planned: tuple[str, ...]) -> dict[str, Duration]:
    stays, found = log.stays[log.stays["order"] == 0], {}
    for kind in planned:
        served = (stays["start"] - stays["requested"])[stays["kind"] == kind].to_numpy()
        gone = (log.cancelled["end"] - log.cancelled["requested"])[log.cancelled["kind"] == kind].to_numpy()
        waited = np.concatenate([served, gone])
        found[kind] = lengths.patience(waited, np.arange(len(waited)) >= len(served))
    return found
