"""A protocol is held to its seal before any outcome is read; a change must be recorded, and the page gets to know."""

from __future__ import annotations

import importlib.util
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
DAY = "2026-11-22"
PLAIN = Protocol(
    name="a", study="s", question=Text(fr="?", en="?"), estimand="within", exposures=("x",), outcomes=("i/d",)
)
FIRST = """# a comment
name: mine
study: demo
question: {fr: "?", en: "?"}
estimand: within
exposures: [x, z]
outcomes: [i/d]
smallest_effect: 1
"""
TOLD = """deviations:
  - {date: "2026-11-23", what: {fr: seuil, en: threshold}, why: {fr: erreur, en: error}}
"""


def told(word: str = "floor") -> Deviation:
    return Deviation(date=DAY, what=Text(fr=word, en=word), why=Text(fr="w", en="w"))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one protocol, sealed by the command."""
    monkeypatch.setenv("CHAIRS_ROOT", str(tmp_path))
    monkeypatch.setenv("CHAIRS_LANG", "en")
    (tmp_path / "pipelines" / "protocols").mkdir(parents=True)
    write(tmp_path, FIRST)
    assert command("seal", "mine", "--date", DAY).exit_code == 0
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
    changes += [{"model": "ordinal"}, {"floor": 31}, {"fdr": 0.1}, {"exploratory": True}]
    assert len({first, *(seal(replace(PLAIN, **one)) for one in changes)}) == len(changes) + 1
    one = replace(PLAIN, deviations=(told(),))
    assert seal(one) == first
    assert sealed(one)["deviations"][0]["what"] == {"fr": "floor", "en": "floor"}


def test_comments_white_space_and_the_order_of_keys_do_not_break_a_seal(root: Path) -> None:
    body = FIRST.splitlines()[1:]
    write(root, "\n\n# another comment\n" + "\n".join(reversed(body)).replace("[x, z]", "[ x,   z ]  # both") + "\n")
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
    assert command("seal", "mine", "--date", "2026-11-23").exit_code == 0
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
    assert command("seal", "mine", "--date", "2026-11-23").exit_code == 0
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
    assert [one.what.en for _, one in history(replace(rung, deviations=(told("rung"), told("outcome"))), third)[1:]
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

    def holds(protocol: Protocol, seals: tuple[Seal, ...]) -> None:
        seen.append("hold")
        hold(protocol, seals)

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
    write(root, FIRST.replace("outcomes: [i/d]", "outcomes: [i/e]"))
    study, seen = type("Study", (), {"name": "demo", "protocol": "mine"})(), []  # type: ignore[var-annotated]
    with pytest.raises(SettingError, match="outcomes"):
        watched(monkeypatch, seen).work(study, root)
    assert seen == ["hold"]
