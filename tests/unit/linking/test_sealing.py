"""A protocol is held to its seal before any outcome is read; a change must be recorded, and the page gets to know."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from chairs.core.errors import SettingError, Text
from chairs.linking import sealing, writing
from chairs.linking.protocol import Deviation, Protocol, read_protocol
from chairs.linking.sealing import Seal, history, hold, read_seals, seal, sealed, sealed_anew, touching, written

pytestmark = pytest.mark.unit
ROOT = Path(__file__).resolve().parents[3]
DAY = "2026-11-22"  # the day on which every test runs: no test may depend on the clock
PLAIN = Protocol(
    name="a", study="s", question=Text(fr="?", en="?"), estimand="within", exposures=("x",), outcomes=("i/d",)
)
FIRST = """# a comment
name: mine
study: demo
question: {fr: "?", en: "?"}
estimand: within
exposures: [absenteeism, turnover]
outcomes: [demo-patient-experience/all]
smallest_effect: 1
"""
TOLD = f"""deviations:
  - {{date: "{DAY}", what: {{fr: seuil, en: threshold}}, why: {{fr: erreur, en: error}}}}
"""


def told(word: str = "floor") -> Deviation:
    return Deviation(date=DAY, what=Text(fr=word, en=word), why=Text(fr="w", en="w"))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one protocol, sealed by the command."""
    monkeypatch.setenv("CHAIRS_ROOT", str(tmp_path))
    monkeypatch.setenv("CHAIRS_LANG", "en")
    monkeypatch.setattr("chairs.cli.link._today", lambda: DAY)
    for folder in ("protocols", "studies"):
        (tmp_path / "pipelines" / folder).mkdir(parents=True)
    shutil.copy(ROOT / "pipelines" / "studies" / "demo.yaml", tmp_path / "pipelines" / "studies")
    write(tmp_path, FIRST)
    assert command("seal", "mine").exit_code == 0
    return tmp_path


def write(root: Path, text: str) -> None:
    (root / "pipelines" / "protocols" / "mine.yaml").write_text(text, encoding="utf-8")


def command(*words: str) -> Any:
    from chairs.cli.link import app

    return CliRunner().invoke(app, list(words))


def read(root: Path) -> tuple[Protocol, tuple[Seal, ...]]:
    folder = root / "pipelines" / "protocols"
    return read_protocol(folder / "mine.yaml"), read_seals(folder / "mine.seal")


def test_the_seal_changes_with_every_declaration_and_not_with_a_deviation() -> None:
    first = seal(PLAIN)
    assert first.startswith("018c1670d2713b8d"), "as it was before `ladder` and `model` could be named"
    changes: list[dict[str, Any]] = [{"smallest_effect": 2.0}, {"covariates": ("z",)}, {"ladder": ("double_ml",)}]
    changes += [{"model": "ordinal"}, {"floor": 31}, {"fdr": 0.1}, {"exploratory": True}, {"unmeasured": ("u",)}]
    assert len({first, *(seal(replace(PLAIN, **one)) for one in changes)}) == len(changes) + 1
    one = replace(PLAIN, deviations=(told(),))
    assert seal(one) == first
    assert sealed(one)["deviations"][0]["what"] == {"fr": "floor", "en": "floor"}


def test_comments_white_space_and_the_order_of_keys_do_not_break_a_seal(root: Path) -> None:
    body = FIRST.splitlines()[1:]
    write(
        root,
        "\n\n# another comment\n"
        + "\n".join(reversed(body)).replace("[absenteeism, turnover]", "[ absenteeism,   turnover ]  # both")
        + "\n",
    )
    hold(*read(root))


def test_an_edit_without_a_deviation_is_refused_with_file_key_and_remedy(root: Path) -> None:
    write(root, FIRST.replace("smallest_effect: 1", "smallest_effect: 3"))
    with pytest.raises(SettingError) as error:
        hold(*read(root))
    said = error.value.say("en")
    for words in ("pipelines/protocols/mine.yaml", "smallest_effect", DAY, "deviations", "chairs link seal mine"):
        assert words in said
    assert "écart" in error.value.say("fr") or "changé depuis son scellé" in error.value.say("fr")
    refused = command("seal", "mine")
    assert isinstance(refused.exception, SettingError), "the command does not seal it anew either"
    assert "without a recorded deviation" in refused.exception.say("en")


def test_a_recorded_deviation_is_sealed_runs_and_is_told(root: Path) -> None:
    changed = FIRST.replace("smallest_effect: 1", "smallest_effect: 3") + TOLD
    write(root, changed)
    with pytest.raises(SettingError):
        hold(*read(root))
    assert command("seal", "mine").exit_code == 0
    protocol, seals = read(root)
    hold(protocol, seals)
    assert [one.changed for one in seals] == [(), ("smallest_effect",)]
    assert touching(seals)
    log = writing.protocol_log(protocol, seals)
    assert log["event"].tolist() == ["sealed", "deviation"]
    assert log["what_fr"].tolist()[1] == "seuil"
    assert log["touches"].tolist() == [False, True]
    before = (root / "pipelines" / "protocols" / "mine.seal").read_bytes()
    assert command("seal", "mine").exit_code == 0
    assert (root / "pipelines" / "protocols" / "mine.seal").read_bytes() == before, "nothing new, nothing written"


@pytest.mark.parametrize("text", [
    FIRST.replace("smallest_effect: 1", "smallest_effect: 3"),  # the deviation taken out
    FIRST.replace("smallest_effect: 1", "smallest_effect: 3") + TOLD.replace("error", "other"),  # rewritten
    FIRST.replace("smallest_effect: 1", "smallest_effect: 4") + TOLD,  # a second change rides on it
])  # fmt: skip
def test_a_deviation_covers_one_change_and_stays_as_it_was_told(root: Path, text: str) -> None:
    write(root, FIRST.replace("smallest_effect: 1", "smallest_effect: 3") + TOLD)
    assert command("seal", "mine").exit_code == 0
    write(root, text)
    with pytest.raises(SettingError):
        hold(*read(root))
    assert isinstance(command("seal", "mine").exception, SettingError)


def test_a_protocol_without_a_seal_is_refused() -> None:
    with pytest.raises(SettingError, match="not sealed"):
        hold(PLAIN, ())


def test_a_further_rung_touches_no_verdict_and_an_outcome_does() -> None:
    first = sealed_anew(PLAIN, (), DAY)
    rung = replace(PLAIN, ladder=("double_ml",), deviations=(told("rung"),))
    second = sealed_anew(rung, first, DAY)
    assert not touching(second)
    third = sealed_anew(replace(rung, outcomes=("i/e",), deviations=(told("rung"), told("outcome"))), second, DAY)
    assert touching(third)
    assert [one.what.en for _, one, _ in history(replace(rung, deviations=(told("rung"), told("outcome"))), third)[1:]
            if one] == ["rung", "outcome"]  # fmt: skip


def test_the_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    seals = sealed_anew(PLAIN, (), DAY)
    (tmp_path / "a.seal").write_text(written(seals, "a"), encoding="utf-8")
    assert read_seals(tmp_path / "a.seal") == seals
    assert read_seals(tmp_path / "absent.seal") == ()


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "pipelines" / "protocols").glob("*.yaml")))
def test_every_protocol_of_the_project_holds_to_its_seal(name: str) -> None:
    folder = ROOT / "pipelines" / "protocols"
    hold(read_protocol(folder / f"{name}.yaml"), read_seals(folder / f"{name}.seal"))


def stage() -> Any:
    spec = importlib.util.spec_from_file_location("stage_link", ROOT / "pipelines" / "link.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def watched(monkeypatch: pytest.MonkeyPatch, seen: list[str]) -> Any:
    """The stage, with what it does in order; it stops when the scores are asked for."""
    module = stage()

    def reads(path: Path) -> pd.DataFrame:
        seen.append(f"read {path.name}")
        if path.name == "scores.parquet":
            raise InterruptedError
        return pd.DataFrame()

    def holds(protocol: Protocol, seals: tuple[Seal, ...], study: str) -> None:
        seen.append("hold")
        hold(protocol, seals, study)

    monkeypatch.setattr(module, "hold", holds)
    monkeypatch.setattr(module, "sealed", lambda protocol: seen.append("hash") or sealing.sealed(protocol))
    monkeypatch.setattr(module, "write_json", lambda path, content: seen.append(f"write {path.name}"))
    monkeypatch.setattr(module, "read_table", reads)
    return module


def test_the_hash_is_taken_and_held_before_the_outcome_is_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study, seen = type("Study", (), {"name": "demo", "protocol": "mine"})(), []  # type: ignore[var-annotated]
    with pytest.raises(InterruptedError):
        watched(monkeypatch, seen).work(study, root)
    assert seen[:3] == ["hold", "hash", "write protocol.json"]
    assert seen[-1] == "read scores.parquet"


def test_the_stage_reads_nothing_of_an_edited_protocol(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, FIRST.replace("/all]", "/repas]"))
    study, seen = type("Study", (), {"name": "demo", "protocol": "mine"})(), []  # type: ignore[var-annotated]
    with pytest.raises(SettingError, match="outcomes"):
        watched(monkeypatch, seen).work(study, root)
    assert seen == ["hold"]


def status(protocol: Protocol, seals: tuple[Seal, ...]) -> tuple[bool, list[str], list[bool]]:
    """Whether claims may be confirmatory, and what the log tells."""
    log = writing.protocol_log(protocol, seals)
    free = not (sealing.outcome_known(protocol, seals) or touching(seals))
    return free, log["outcome"].tolist(), log["touches"].tolist()


def test_a_seal_that_was_thrown_away_and_made_anew_does_not_wash_a_deviation_off(root: Path) -> None:
    write(root, FIRST + "lag: 1\n" + TOLD)
    (root / "pipelines" / "protocols" / "mine.seal").unlink()
    with pytest.raises(SettingError, match="git restore"):
        hold(*read(root))
    assert command("seal", "mine").exit_code == 0
    assert status(*read(root)) == (False, ["unread", "unread"], [False, True])


def edited(root: Path, old: str, new: str) -> None:
    path = root / "pipelines" / "protocols" / "mine.seal"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def refused(root: Path) -> str:
    with pytest.raises(SettingError) as error:
        hold(*read(root))
    assert isinstance(command("seal", "mine").exception, SettingError), "nor is anything sealed on top of it"
    said = error.value.say("en")
    assert "git restore pipelines/protocols/mine.seal" in said
    assert "git restore" in error.value.say("fr")
    assert str(root) not in said
    return said


def test_a_seal_edited_by_hand_is_refused(root: Path) -> None:
    write(root, FIRST + "lag: 0\n" + TOLD)
    assert command("seal", "mine").exit_code == 0
    protocol, seals = read(root)
    assert seals[1].changed == ("lag",)
    untouched = (root / "pipelines" / "protocols" / "mine.seal").read_text(encoding="utf-8")
    first, last = (one.seal for one in seals)
    told_by = seals[1].deviations[0]
    edits = [("changed:\n  - lag", "changed: []"), (last, "zzzz"), (last, "a" * 64), (first, "zzzz")]
    edits += [(f"deviations:\n  - {told_by}", "deviations: []"), (f"seal: {last}", f"seal: {first}")]
    edits += [(f"lag: {seals[1].parts['lag']}", f"lag: {seals[0].parts['lag']}")]
    for old, new in edits:
        edited(root, old, new)
        said = refused(root)
        assert "edited by hand" in said
        (root / "pipelines" / "protocols" / "mine.seal").write_text(untouched, encoding="utf-8")
    hold(protocol, seals)


@pytest.mark.parametrize(
    "text", ["- [", "date: x", "", "- {date: 3}", "- {date: '2026-11-22', seal: a, parts: {}, x: 1}"]
)
def test_an_unreadable_seal_names_its_file_and_how_to_get_it_back(root: Path, text: str) -> None:
    (root / "pipelines" / "protocols" / "mine.seal").write_text(text, encoding="utf-8")
    with pytest.raises(SettingError) as error:
        read(root)
    assert error.value.say("en") == (
        'pipelines/protocols/mine.seal: unreadable seal. Remedy: run "git restore pipelines/protocols/mine.seal".'
    )


@pytest.mark.parametrize("file", ["score/demo/scores", "link/demo/links", "release/demo/scores"])
def test_a_protocol_sealed_after_its_scores_is_exploratory_and_says_so(root: Path, file: str) -> None:
    (root / "pipelines" / "protocols" / "mine.seal").unlink()
    path = root / "data" / f"{file}.parquet"
    path.parent.mkdir(parents=True)
    path.touch()
    assert command("seal", "mine").exit_code == 0
    assert "outcome: known" in (root / "pipelines" / "protocols" / "mine.seal").read_text(encoding="utf-8")
    assert status(*read(root)) == (False, ["known"], [False])
    hold(*read(root))


def test_a_protocol_sealed_before_its_scores_stays_so_when_they_come(root: Path) -> None:
    (root / "data" / "score" / "demo").mkdir(parents=True)
    (root / "data" / "score" / "demo" / "scores.parquet").touch()
    assert command("seal", "mine").exit_code == 0
    assert status(*read(root)) == (True, ["unread"], [False])


@pytest.mark.parametrize("date", ["1999-01-01", "2999-01-01", "20261122", "yesterday"])
def test_a_seal_is_neither_of_the_past_nor_of_the_future(root: Path, date: str) -> None:
    write(root, FIRST + "lag: 0\n" + TOLD)
    for message in ("before the last seal", "of today"):
        said = command("seal", "mine", "--date", date)
        assert isinstance(said.exception, SettingError)
        assert message in said.exception.say("en")
        (root / "pipelines" / "protocols" / "mine.seal").unlink(missing_ok=True)


@pytest.mark.parametrize(("old", "new", "words"), [
    ('fr: "?"', 'fr: "à remplir"', 'column "question": still to be filled in'),
    ('fr: "?"', 'fr: ""', 'column "question": empty text. Remedy: write it.'),
    ('en: "?"', 'en: " "', 'column "question": empty text'),
    ("estimand", "graph: [sizze -> outcome]\nestimand", 'column "graph": unknown name in the graph "sizze"'),
    ("estimand", "graph: [mco_bed -> outcome]\nestimand", "choose among: mco_beds"),
    ("estimand", "graph: [mco_beds -> demo-patient-experience/all]\nestimand", "Remedy: choose among: outcome, or"),
    ("study: demo", "study: dmo", 'unknown study "dmo". Remedy: choose among: demo'),
    ("turnover", "turnovr", 'unknown indicator "turnovr". Remedy: choose among: turnover'),
    ("/all", "/al", 'unknown score "demo-patient-experience/al"'),
    ("estimand", "covariates: [size]\nestimand", 'unknown indicator "size"'),
    ("estimand", "negative_outcomes: [i/d]\nestimand", 'column "negative_outcomes": unknown score "i/d"'),
])  # fmt: skip
def test_what_is_blank_or_unknown_is_not_sealed(root: Path, old: str, new: str, words: str) -> None:
    (root / "pipelines" / "protocols" / "mine.seal").unlink()
    write(root, FIRST.replace(old, new, 1))
    said = command("seal", "mine").exception
    assert isinstance(said, SettingError)
    assert words in said.say("en")
    assert "Remède" in said.say("fr")
    assert not (root / "pipelines" / "protocols" / "mine.seal").exists()
    if "unknown" in words:
        asked = command("answerable", "mine").exception
        assert isinstance(asked, SettingError), "nor is anything said of what it could show"
        assert asked.say("en") == said.say("en")


GRAPH = """graph: [severity -> absenteeism, severity -> outcome, mean_stay -> outcome, mco_beds -> turnover]
unmeasured: [severity]
"""


def test_the_graph_names_what_is_measured_or_says_that_it_is_not(root: Path) -> None:
    (root / "pipelines" / "protocols" / "mine.seal").unlink()
    write(root, FIRST + GRAPH)
    assert command("seal", "mine").exit_code == 0, "further indicators may stand there, held equal or not"


@pytest.mark.parametrize(("date", "words"), [
    ("1999-01-01", f"a deviation dated 1999-01-01, before the seal of {DAY}"),
    ("2999-01-01", "a deviation dated 2999-01-01, a day to come"),
])  # fmt: skip
def test_a_change_is_not_dated_before_the_seal_that_it_changes(root: Path, date: str, words: str) -> None:
    before = (root / "pipelines" / "protocols" / "mine.seal").read_bytes()
    write(root, FIRST + "lag: 0\n" + TOLD.replace(DAY, date))
    said = command("seal", "mine").exception
    assert isinstance(said, SettingError)
    assert f'pipelines/protocols/mine.yaml, column "deviations": {words}. Remedy' in said.say("en")
    assert (root / "pipelines" / "protocols" / "mine.seal").read_bytes() == before


@pytest.mark.parametrize("what", ['{fr: "", en: a}', '{fr: a, en: "  "}', '{fr: "\\u200b", en: a}'])
def test_a_change_says_what_and_why(root: Path, what: str) -> None:
    write(root, FIRST + "lag: 0\n" + TOLD.replace("{fr: seuil, en: threshold}", what))
    said = command("seal", "mine").exception
    assert isinstance(said, SettingError)
    assert 'mine.yaml, column "deviations": empty text. Remedy: write it.' in said.say("en")


def test_the_untouched_skeleton_is_not_sealed(root: Path) -> None:
    from chairs.cli.new import new

    new("protocol", "other")
    said = command("seal", "other").exception
    assert isinstance(said, SettingError)
    assert "still to be filled in" in said.say("en")
    path = root / "pipelines" / "protocols" / "other.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("à remplir", "?").replace("fill in", "?"), encoding="utf-8"
    )
    assert command("seal", "other").exit_code == 0, "once it is filled in, what it declares is known"


def test_the_stage_refuses_the_protocol_of_another_study(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study, seen = type("Study", (), {"name": "chv", "protocol": "mine"})(), []  # type: ignore[var-annotated]
    with pytest.raises(SettingError, match='protocol of the study "demo"'):
        watched(monkeypatch, seen).work(study, root)
    assert seen == ["hold"]
