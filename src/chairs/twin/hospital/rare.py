"""Transfers of a past week that are too rare to be learnt: nobody leaves the hospital for want of a way on."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from chairs.twin.hospital.wards import ELSEWHERE, transfer_to
from chairs.twin.steps import Leave, Route, Step

if TYPE_CHECKING:
    from chairs.twin.hospital.calibrate import HospitalModel
    from chairs.twin.hospital.week import Week


def with_rare_transfers(week: Week) -> HospitalModel:
    """Return the hospital with a way, of probability 0, for each transfer of the week that its model does not have.

    Parameters
    ----------
    week
        The past week that is to be played again, with the hospital it was learnt from.

    Notes
    -----
    A model holds transfers of 11 patients or more. A past week has others too; the patients concerned would be
    discharged when they were moved, and the wards come out emptier than they were. The ways are for those of whom the
    log says that they took them: nobody draws one. Who lies in another ward than he wanted is not sent to the ward
    where he may lie already. That nobody who was moved is discharged instead, and that no other patient goes another
    way, is tested on the demonstration hospital (`tests/pipelines/test_replay_hospital.py`).
    """
    found, learnt = week.found, week.found.learnt
    wards = learnt.log.wards
    seen = {(int(a), int(b)) for a, b in zip(week.ward(), week.ward("second"), strict=True) if a >= 0 and b >= 0}
    steps = [_widened(step, found, seen) for step in found.model.steps]
    to = {name for step in steps if isinstance(step, Route) for name in step.to}
    known = {step.name for step in steps}
    for ward in wards:
        if f"transfer {ward}" in to - known:
            more = transfer_to(ward, wards, found.model.classes, learnt.moves.onward[ward])
            steps += [step for step in more if step.name not in known]
    assert isinstance(found.model.steps[-1], Leave)  # what is added stands by itself
    return dataclasses.replace(found, model=dataclasses.replace(found.model, steps=tuple(steps)))


def _widened(step: Step, found: HospitalModel, seen: set[tuple[int, int]]) -> Step:
    """Return the choice after a stay with the transfers of the week, each before the others, of probability 0."""
    if not (isinstance(step, Route) and step.name.startswith("after ")):
        return step
    wards, place = found.learnt.log.wards, step.name.removeprefix("after ")
    row = wards.index(place.removeprefix(ELSEWHERE))
    never = found.learnt.wanted.elsewhere[row] if place.startswith(ELSEWHERE) else ()
    wanted = [f"transfer {wards[b]}" for a, b in sorted(seen) if a == row and b != row and b not in never]
    more = [name for name in wanted if name not in step.to]
    lines = tuple((*[0.0] * len(more), *line) for line in step.probabilities)
    return dataclasses.replace(step, to=(*more, *step.to), probabilities=lines)
