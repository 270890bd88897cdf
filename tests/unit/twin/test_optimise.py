"""Questions of optimisation: what is refused and why, rosters by hour, the same seed the same bytes, the page."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from chairs.core.errors import SettingError
from chairs.core.records import read_yaml
from chairs.live.frontier_page import marks, pages
from chairs.record.asked import answer
from chairs.twin.anchors.queues import mmc
from chairs.twin.frontier_tables import combinations_table, frontier_effects, written
from chairs.twin.model import Model
from chairs.twin.optimise import optimise
from chairs.twin.options import Lever, Question, check_options, grid_of, read_question, scenario_of
from chairs.twin.resources import Resource, Shift
from chairs.twin.scenario import apply
from chairs.twin.searching import Grid

pytestmark = pytest.mark.unit

QUESTIONS = Path(__file__).parents[3] / "pipelines" / "optimise"
QUEUE = mmc(1.5, 1.0, 2)
ASKED = {
    "name": "desk",
    "title": {"fr": "Combien de guichets ?", "en": "How many desks?"},
    "notice": {"fr": "Tout est inventé <ici>.", "en": "All is invented <here>."},
    "levers": {"desks": {"resource": "server", "highest": 3, "fte": 5.5, "euros": 302500}},
    "objectives": ["euros", "wait"],
    "tolerance": {"wait": 0.1},
    "days": 20,
    "warm_up_days": 1,
    "effort": {"first": 6, "batch": 4, "most": 30, "final": 6},
}


def read(measures):
    return {"wait": measures.values("mean", "wait_all")}


def changed(**what):
    return {**ASKED, **what}


def lever(**what):
    return changed(levers={"desks": {**ASKED["levers"]["desks"], **what}})


BAD = {
    "unknown key": (changed(colour="red"), "unknown key"),
    "no lever": (changed(levers={}), "no lever"),
    "step of nothing": (lever(step=0), "impossible bounds"),
    "upside down": (lever(lowest=4), "impossible bounds"),
    "half a unit": (lever(highest=2.5), "a whole number"),
    "one hour": (lever(hours=[8.0]), "a begin and an end"),
    "hour 30": (lever(hours=[8.0, 30.0]), "a begin and an end"),
    "price of nothing": (lever(euros=float("nan")), "not a number"),
    "unknown lever in a limit": (changed(limits=[{"of": "units", "at_most": 3, "levers": ["x"]}]), "unknown lever"),
    "unknown total": (changed(limits=[{"of": "dollars", "at_most": 3}]), "value not in the list"),
    "contradiction": (changed(limits=[{"of": "units", "at_most": 1, "at_least": 2}]), "contradict"),
    "cost alone": (changed(objectives=["euros"], tolerance={}), "at least one measure"),
    "twice": (changed(objectives=["wait", "wait"]), "each of them once"),
    "no tolerance": (changed(tolerance={}), "no tolerance"),
    "tolerance of nothing": (changed(tolerance={"wait": 0.0}), "no tolerance"),
    "tolerance of something else": (changed(tolerance={"wait": 1.0, "stay": 1.0}), "unknown measure"),
    "sure of all": (changed(alpha=0.0), "impossible effort"),
    "one run": (changed(effort={"first": 1}), "impossible effort"),
    "fewer at most": (changed(effort={"first": 10, "most": 5}), "impossible effort"),
    "no time": (changed(days=0.0), "impossible length"),
    "a list": ([1, 2], "a mapping"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_question_without_sense_is_refused_in_words(name):
    data, said = BAD[name]
    with pytest.raises(SettingError) as error:
        read_question(data, "q.yaml")
    assert said in error.value.say("en")
    assert "q.yaml" in error.value.say("fr")


UNFIT = {
    "resource": (lever(resource="bed"), "unknown resource"),
    "measure": (changed(objectives=["stay"], tolerance={"stay": 1.0}), "unknown objective"),
    "taken away": (lever(lowest=-3), "more units taken away"),
    "no room": (changed(limits=[{"of": "units", "at_least": 9}]), "no combination"),
    "no choice": (changed(limits=[{"of": "units", "at_most": 0}]), "a single combination"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_question_that_does_not_fit_the_model_is_refused_in_words(name):
    data, said = UNFIT[name]
    with pytest.raises(SettingError) as error:
        optimise(read_question(data), QUEUE, read, ("wait",))
    assert said in error.value.say("en")


@pytest.mark.parametrize("path", sorted(QUESTIONS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_questions_shipped_can_be_asked_and_are_compared_in_full(path):
    asked = read_question(read_yaml(path), path.name)
    assert asked.name == path.stem
    assert 2 <= len(grid_of(asked).listed()) <= asked.effort.compared
    assert asked.title is not None
    assert "inventés" in asked.notice.fr
    assert all(lever.title is not None and lever.euros > 0 for lever in asked.levers.values())


def test_a_number_that_the_log_does_not_show_cannot_be_chosen():
    model = Model(name="m", classes=("a",), arrivals=(), steps=(), resources=(Resource(name="server"),))
    with pytest.raises(SettingError, match="cannot be identified"):
        check_options(read_question(ASKED), model, ("wait",))


def test_a_measure_without_a_value_is_said():
    with pytest.raises(SettingError, match="has no value"):
        optimise(
            read_question(ASKED), QUEUE, lambda measures: {"wait": read(measures)["wait"] * float("nan")}, ("wait",)
        )


def test_people_are_added_at_their_hours_of_each_day_of_the_week():
    shifts = tuple(Shift(at=24.0 * day + hour, capacity=n) for day in range(7) for hour, n in ((0.0, 1), (8.0, 3)))
    nurse = Resource(name="nurse", shifts=shifts, roster="week")
    model = Model(name="m", classes=("a",), arrivals=(), steps=(), resources=(nurse,))
    levers = {
        "evening": Lever(resource="nurse", highest=2, hours=(18, 2)),
        "all": Lever(resource="nurse", lowest=-2, highest=2),
    }
    asked = Question(name="q", levers=levers, objectives=(), tolerance={})
    scenario = scenario_of(asked, (2, -2), model)
    after = apply(scenario, model).resources[0]
    by_hour = {shift.at: shift.capacity for shift in after.shifts}
    # by day 1 + 2 (until 2), 1, 3, 3 + 2 (from 18), then two fewer everywhere but never below none
    assert [by_hour[24 * 3 + hour] for hour in (0, 2, 8, 18)] == [1, 0, 1, 3]
    assert len(by_hour) == 28
    assert scenario_of(asked, (0, 0), model) is None


def test_the_same_seed_gives_the_same_bytes_whatever_the_threads():
    def all_of(threads):
        found = optimise(read_question(ASKED), QUEUE, read, ("wait",), threads=threads)
        return [
            json.dumps(written(found)),
            pages(found),
            *(f(found).to_csv() for f in (combinations_table, frontier_effects)),
        ]

    assert all_of(1) == all_of(2)


def kept_most(found):
    """The cheapest combination not beaten with three quarters of the strongest effect, but cheaper than that one."""
    pairs = [(m, m.effects[0].mean) for m in found.members if m.effects]
    strongest, best = min(pairs, key=lambda pair: pair[1])
    cheaper = [m for m, mean in pairs if m.standing == "frontier" and mean <= 0.75 * best < 0]
    return next((m for m in cheaper if m.totals["euros"] < strongest.totals["euros"]), None)


def test_what_costs_more_and_brings_nothing_is_dominated_and_the_page_says_what_was_found():
    useless = lever()
    useless["levers"]["idle"] = {"resource": "unused", "highest": 1, "euros": 1000}
    model = Model(
        name="m", time_unit="hours", classes=QUEUE.classes, arrivals=QUEUE.arrivals, steps=QUEUE.steps,
        resources=(*QUEUE.resources, Resource(name="unused", capacity=1)),
    )  # fmt: skip
    found = optimise(read_question(useless), model, read, ("wait",))
    standings = {m.choice: m.standing for m in found.members}
    assert [standings[n, 1] for n in range(4)] == ["dominated"] * 4
    first = found.members[0]
    assert (first.choice, first.standing, first.differences["wait"]) == ((0, 0), "frontier", 0)
    assert [e.mean for e in first.effects] == [0]
    page = pages(found)
    assert all(mark in page[lang] for mark in marks(found) for lang in ("fr", "en"))
    assert "Internal use" in page["en"]
    assert ("Most of that effect at less cost" in page["en"]) == (kept_most(found) is not None)
    assert "All is invented &lt;here&gt;." in page["en"]
    kept = sum(m.standing == "frontier" for m in found.members)
    assert kept > 1
    said = f"Of 8 combinations compared, {kept} are beaten by no other (risk of error at most 5%, for differences of "
    assert f"{said}at least 0.1)" in page["en"]
    assert "comme aujourd’hui" in page["fr"] or "comme aujourd'hui" in page["fr"]
    assert "undecided" not in [m.standing for m in found.members] or "undecided" in page["en"]


def test_too_many_combinations_to_list_are_searched():
    grid = Grid(values=(tuple(range(100)),) * 3, excess=lambda choice: 0.0)
    assert grid.listed() is None
    asked = read_question(
        lever(highest=200) | {"effort": {"first": 4, "most": 8, "final": 2, "compared": 4, "trials": 6}}
    )
    assert len(grid_of(asked).listed()) == 201
    found = optimise(asked, QUEUE, read, ("wait",))
    assert (found.searched, found.tried, len(found.members)) == (True, 6, 4)


def test_the_command_writes_tables_json_and_pages(tmp_path, monkeypatch, capsys):
    from chairs.cli import main
    from chairs.twin.hospital import outcomes as hospital
    from chairs.twin.model import write_model

    (tmp_path / "model.json").write_text(json.dumps(write_model(QUEUE)))
    (tmp_path / "q.yaml").write_text(
        json.dumps(changed(objectives=["euros", "wait_mean"], tolerance={"wait_mean": 0.1}))
    )
    monkeypatch.setattr(hospital, "outcomes", lambda measures: {"wait_mean": read(measures)["wait"]})
    words = ["twin", "optimise", tmp_path / "model.json", tmp_path / "q.yaml", "--out", tmp_path / "out"]
    monkeypatch.setattr(sys, "argv", ["chairs", *map(str, words)])
    monkeypatch.setenv("CHAIRS_LANG", "fr")
    monkeypatch.setenv("CHAIRS_ROOT", str(tmp_path))
    with pytest.raises(SystemExit) as exit_:
        main()
    assert not exit_.value.code
    (receipt,) = (tmp_path / "data" / "asked").iterdir()
    mark = receipt.stem.replace("--", "/")
    assert mark in (tmp_path / "out" / "fr.html").read_text()
    assert "q.yaml" in (answer(mark, "fr") or "")
    said = capsys.readouterr().out
    assert "Combien de guichets ?" in said
    assert "combinaisons comparées" in said
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["assets", "combinations.csv", "effects.csv", "en.html", "fr.html", "frontier.json"]
    assert json.loads((tmp_path / "out" / "frontier.json").read_text())["alpha"] == 0.05
