"""The pipeline's file, the stage scripts, the studies and the parameters agree."""

from __future__ import annotations

import ast
from pathlib import Path

import grimp
import pytest
import yaml

pytestmark = pytest.mark.contract

ROOT = Path(__file__).resolve().parents[2]
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
PARAMS = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("chairs", cache_dir=None)


def imported(script: Path) -> set[str]:
    """Modules of the package that a stage script names."""
    tree = ast.parse(script.read_text(encoding="utf-8"))
    return {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


def listed_rooms(stage: str) -> set[str]:
    return {Path(d).name for d in STAGES[stage]["deps"] if d.startswith("src/chairs/")}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_lists_every_room_it_reaches(stage: str, graph: grimp.ImportGraph) -> None:
    if stage == "track":
        pytest.skip("track is asked at every run (always_changed), whatever its code")
    named = set()
    for module in imported(ROOT / "pipelines" / f"{stage}.py"):
        named |= {module} if module in graph.modules else set()
        package = module.split(".")
        named |= {m for m in graph.modules if m.startswith(module + ".") and len(package) == 2}
    assert named, f"pipelines/{stage}.py imports nothing of chairs"
    reached = named | set().union(*(graph.find_upstream_modules(m) for m in named))
    rooms = {m.split(".")[1] for m in reached if m.count(".") >= 1}
    missing = rooms - listed_rooms(stage)
    assert not missing, (
        f"add {', '.join(f'src/chairs/{r}' for r in sorted(missing))} to the deps of `{stage}` in dvc.yaml"
    )


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_one_thin_script_of_its_own_name(stage: str) -> None:
    script = ROOT / "pipelines" / f"{stage}.py"
    assert len(script.read_text(encoding="utf-8").splitlines()) <= 40
    assert f"pipelines/{stage}.py" in STAGES[stage]["deps"]
    assert STAGES[stage]["cmd"] == f"python pipelines/{stage}.py ${{item.study}}"


def test_every_script_is_a_stage() -> None:
    assert {p.stem for p in (ROOT / "pipelines").glob("*.py")} == set(STAGES)


def test_no_output_is_kept_twice() -> None:
    for name, stage in STAGES.items():
        for out in stage.get("outs", []):
            assert next(iter(out.values()))["cache"] is False, f"{name}: patient rows must have one home"


def test_studies_and_parameters_agree() -> None:
    files = {p.stem for p in (ROOT / "pipelines" / "studies").glob("*.yaml")}
    listed = set(PARAMS["studies"])
    assert files == listed, f"write in params.yaml, studies: {sorted(files)} (now {sorted(listed)})"
    assert set(PARAMS["synthesise"]["studies"]) <= listed


def test_every_study_has_its_folder_of_mappings_and_names_known_indicators(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_ROOT", str(ROOT))
    from chairs.indicators.indicator import INDICATORS
    from chairs.store import paths
    from chairs.surveys.instrument import instrument

    for name in paths.study_names():
        study, folder = paths.study(name), ROOT / "pipelines" / "mappings" / name
        wanted = {file.mapping for file in study.files if file.mapping}
        assert any(folder.iterdir()), f"{name}: the stage ingest depends on pipelines/mappings/{name}"
        assert wanted == {path.stem for path in folder.glob("*.yaml")}
        assert all(code in INDICATORS for code in (*study.derived, *study.exposures))
        assert all(instrument(word).dimensions for word in study.instruments)


def test_every_published_indicator_is_computed_in_a_study(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_ROOT", str(ROOT))
    from chairs.indicators.indicator import INDICATORS
    from chairs.store import paths

    studies = [paths.study(name) for name in paths.study_names()]
    computed = {code for study in studies for code in study.derived}
    assert {code for code in INDICATORS if INDICATORS[code].compute is None} <= computed
    for study in studies:  # what is described beside the question is in no link
        assert not set(study.described.indicators) & {*study.indicators, *study.exposures}
        assert not set(study.described.sources) & set(study.sources)


def test_every_study_reads_and_asks_for_known_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_ROOT", str(ROOT))
    from chairs.store import paths

    for name in paths.study_names():
        study = paths.study(name)
        assert set(study.stages) <= set(STAGES)
        assert [s for s in STAGES if s in study.stages] == list(study.stages), (
            f"{name}: stages in the order of dvc.yaml"
        )
        if study.level == "demo":
            assert study.notice is not None
            assert "démonstration" in study.notice.fr
