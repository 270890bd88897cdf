"""From the identifier under a figure back to the raw files."""

import pytest

from chairs.core.errors import ChairsError, DataError, SettingError
from chairs.record import trace as trace_module
from chairs.record.runs import Run
from chairs.record.state import pack
from chairs.record.trace import Cell, trace

pytestmark = pytest.mark.pipelines


@pytest.fixture(autouse=True)
def record(monkeypatch) -> dict[tuple[str, str], Run]:
    """The store, as a table of (tag, value) to run: MLflow itself has its own tests."""
    kept: dict[tuple[str, str], Run] = {}
    monkeypatch.setattr(trace_module, "find", lambda study, tag, value: kept.get((tag, value)))
    return kept


@pytest.mark.parametrize(
    "identifier", ["scores-by-site", "mini/scores-by-site", "mini/scores-by-site@abcdef01", "scores-by-site@abcdef01"]
)
def test_a_figure_is_walked_back_to_the_raw_files(ran, identifier):
    found = trace(identifier)

    assert found.identifier == "mini/scores-by-site@abcdef01"
    assert found.current
    assert [made.stage for made in found.stages] == ["ingest", "score", "release", "render"]
    assert found.params == {"score.floor": "11", "score.seed": "7"}
    assert found.raw == {"answers.csv": "aa" * 32}
    assert list(found.tables) == ["scores"]
    assert found.tables["scores"] == trace_module.state.sha256_of(ran.root / "data/release/mini/scores.parquet")
    assert found.run is None
    assert "pas encore enregistrée" in found.say("fr")


def test_the_run_gives_commit_and_whether_the_code_was_changed(ran, record):
    mark = trace("scores-by-site").state
    record["dvc.fingerprint", mark] = Run(
        id="r1", tags={"mlflow.source.git.commit": "c0ffee", "git.dirty": "true"}, params={}
    )
    found = trace("scores-by-site")

    assert (found.run.id, found.commit, found.dirty) == ("r1", "c0ffee", True)
    text = found.say("en").splitlines()
    assert "MLflow run r1" in text
    assert "Git commit c0ffee + changes not committed" in text
    assert "  ingest@mini" in text
    assert "    reads data/raw/mini  11.dir" in text
    assert f"  answers.csv  {'aa' * 32}" in text


@pytest.mark.parametrize(
    ("place", "cell"),
    [
        ("2:score", Cell(row="2", column="score", value=70.0)),
        ("1:n", Cell(row="1", column="n", value=40)),
        ("2:3", Cell(row="2", column="n", value=30)),
    ],
)
def test_one_number_is_found_by_label_or_by_place(ran, place, cell):
    assert trace(f"mini/scores-by-site/{place}").cell == cell
    assert trace(f"scores-by-site/{place}").cell == cell


def test_a_label_may_hold_slashes_and_colons(ran):
    ran.write()
    figures = ran.root / "data/render/mini/figures.json"
    figures.write_text(figures.read_text().replace('"1"', '"A/B: C"'))

    assert trace("mini/scores-by-site/A/B: C:n").cell == Cell(row="A/B: C", column="n", value=40)


@pytest.mark.parametrize(
    ("identifier", "words"),
    [
        ("mini/scores-by-sit", ["figure", "scores-by-sit", "scores-by-site"]),
        ("nothing", ["nothing", "mini/scores-by-site"]),
        ("minni/scores-by-site", ["study", "minni", "mini"]),
        ("mini/scores-by-site/9:n", ["row", "9"]),
        ("mini/scores-by-site/1:mean", ["column", "mean", "establishment, n, score"]),
        ("mini/scores-by-site/1", ["/ROW:COLUMN"]),
        ("mini/scores-by-site@00000000", ["fingerprint", "scores-by-site@00000000"]),
        ("mini/scores-by-site@' or 1", ["fingerprint"]),
        ("mini/scores-by-site@", ["fingerprint"]),
    ],
)
def test_what_is_unknown_is_answered_with_what_is_known(ran, identifier, words):
    with pytest.raises(SettingError) as error:
        trace(identifier)

    for word in words:
        assert word in str(error.value)


def test_a_name_that_two_studies_have_asks_for_the_study(ran):
    for place in ("pipelines/studies/mini.yaml", "data/render/mini/figures.json"):
        twin = ran.root / place.replace("mini", "twin")
        twin.parent.mkdir(parents=True, exist_ok=True)
        twin.write_text((ran.root / place).read_text())

    with pytest.raises(SettingError, match="mini/scores-by-site, twin/scores-by-site"):
        trace("scores-by-site")
    assert trace("mini/scores-by-site").study == "mini"


def test_a_page_printed_before_is_found_in_the_record(ran, record):
    tags = {
        "dvc.fingerprint": "old",
        "dvc.stages": "ingest@mini render@mini",
        "mlflow.source.git.commit": "beef",
        "git.dirty": "false",
        "rules": "1",
        **pack("dvc.outs.ingest", {"data/ingest/mini": "m1"}),
        **pack("dvc.deps.render", {"data/ingest/mini": "m1"}),
        **pack("dvc.outs.render", {"data/render/mini": "m2"}),
        **pack("raw.sha256", {"old.csv": "bb"}),
        **pack("release", {"scores.parquet": "cc"}),
        **pack("figure.scores-by-site.tables", {"scores": ""}),
    }
    record["figure.scores-by-site", "11111111"] = Run(id="r0", tags=tags, params={"score.floor": "30"})
    found = trace("mini/scores-by-site@11111111")

    assert not found.current
    assert (found.run.id, found.commit, found.dirty, found.state) == ("r0", "beef", False, "old")
    assert [made.stage for made in found.stages] == ["ingest", "render"]
    assert (found.params, found.raw, found.tables) == ({"score.floor": "30"}, {"old.csv": "bb"}, {"scores": "cc"})
    assert "état antérieur" in found.say("fr")
    with pytest.raises(SettingError, match="cells are not kept"):
        trace("mini/scores-by-site@11111111/1:n")


def test_before_any_run_the_remedy_is_to_run(ran):
    (ran.root / "data/render/mini/figures.json").unlink()

    with pytest.raises(SettingError, match="chairs run"):
        trace("scores-by-site")
    with pytest.raises(SettingError, match="chairs run mini"):
        trace("mini/scores-by-site@abcdef01")


def test_without_the_release_the_walk_says_what_to_do(ran):
    (ran.root / "data/release/mini/manifest.json").unlink()

    with pytest.raises(DataError, match=r"data/release/mini/manifest\.json: file absent.*chairs run mini"):
        trace("mini/scores-by-site@abcdef01")


def test_without_the_list_of_raw_files_the_walk_says_that_it_is_absent(ran):
    (ran.root / "data/ingest/mini/sources.json").unlink()

    assert "data/ingest/mini/sources.json" in trace("scores-by-site").say("fr").splitlines()[-1]
    assert "chairs run mini" in trace("scores-by-site").say("en").splitlines()[-1]


@pytest.mark.parametrize(
    "place",
    ["data/release/mini/manifest.json", "data/render/mini/figures.json", "data/ingest/mini/sources.json", "dvc.lock"],
)
@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff\xfe", b""], ids=["cut", "list", "not text", "empty"])
def test_a_damaged_file_of_a_run_is_named(ran, place, content):
    (ran.root / place).write_bytes(content)

    with pytest.raises(ChairsError) as error:
        trace("mini/scores-by-site@abcdef01")
    assert place in error.value.say("fr")
    assert "chairs run" in error.value.say("fr")
