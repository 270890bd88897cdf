"""Answers that an instrument does not know are told by the file's own rows and columns, without their value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from chairs.core.errors import DataError, Text
from chairs.core.study import FileInput, Study
from chairs.sources.answer_rows import AnswerFile, answer_problems
from chairs.sources.checking import breaches_by_row, check_file
from chairs.sources.ingest import ingest
from chairs.sources.mapped_table import read_mapped_table
from chairs.sources.mapping import mapping_of
from chairs.surveys.instrument import instrument

pytestmark = pytest.mark.unit
FORM = "demo-patient-experience"
CODES = [item.code for item in instrument(FORM).items]


def export(path: Path, rows: int = 40, **cells: str) -> Path:
    """A wide export, one line a respondent; `cells` puts an answer to an item on a row (INF2=9:77)."""
    lines = [[f"p{k}", "E1", *["12345"[(k + j) % 5] for j in range(len(CODES))]] for k in range(rows)]
    for item, told in cells.items():
        row, _, answer = told.partition(":")
        lines[int(row) - 2][2 + CODES.index(item)] = answer
    head = ";".join(["NUM", "SITE", *(f"Q_{code}" for code in CODES)])
    path.write_text("\n".join([head, *(";".join(line) for line in lines)]) + "\n", encoding="utf-8")
    return path


def mapped(**changes: Any) -> dict[str, Any]:
    constants = {"instrument": FORM, "unit": "all", "period": "2023", "mode": "web"} | changes.pop("constants", {})
    wide = {"into": "item", "columns": {code: f"Q_{code}" for code in CODES} | changes.pop("items", {})}
    return {
        "table": "responses",
        "columns": {"respondent": "NUM", "establishment": "SITE"},
        "constants": constants,
        "wide": wide,
    }


def told(path: Path, options: dict[str, Any]) -> list[tuple[int | None, str | None, str]]:
    mapping = mapping_of({"source": path.name, **options})
    assert mapping is not None
    with pytest.raises(DataError) as error:
        read_mapped_table([path], mapping)
    assert all(one.file == path.name and one.remedy is not None for one in error.value.problems)
    return [(one.row, one.column, one.what.en) for one in error.value.problems]


def test_an_unknown_code_of_a_wide_file_is_told_by_its_row_and_its_own_column(tmp_path: Path) -> None:
    path = export(tmp_path / "r.csv", INF2="9:77")
    assert told(path, mapped()) == [(9, "Q_INF2", "code unknown to the instrument")]
    rest = export(tmp_path / "s.csv", INF2="9:77", SOR1="12:0")
    assert [one[:2] for one in told(rest, mapped())] == [(9, "Q_INF2"), (12, "Q_SOR1")]


def test_the_check_of_a_file_finds_it_and_shows_no_value(project: Path, tmp_path: Path) -> None:
    import yaml

    (tmp_path / "r.yaml").write_text(yaml.safe_dump(mapped()), encoding="utf-8")
    report = check_file(export(tmp_path / "r.csv", INF2="9:77"), mapping=tmp_path / "r.yaml")
    said = report.say("fr")
    assert "r.csv, ligne 9, colonne « Q_INF2 » : code inconnu du questionnaire. Remède" in said
    assert "77" not in said
    assert "rien à signaler" not in said
    assert "rien à signaler" in check_file(export(tmp_path / "ok.csv"), mapping=tmp_path / "r.yaml").say("fr")


def test_an_unknown_item_or_instrument_and_another_year_are_told_once_with_their_rows(tmp_path: Path) -> None:
    path = export(tmp_path / "r.csv")
    stray = mapped(items={"REPX": "Q_REP1"})
    del stray["wide"]["columns"]["REP1"]
    assert told(path, stray) == [(2, "Q_REP1", "item unknown to the instrument (rows 2 to 41)")]
    assert told(path, mapped(constants={"instrument": "none-such"})) == [
        (2, "instrument", "unknown instrument (rows 2 to 41)")
    ]
    stars = [("r", "E", "all", "2025", "hcahps", item.code, "1", "paper") for item in instrument("hcahps").items[:3]]
    table = pd.DataFrame(stars, columns=["respondent", "establishment", "unit", "period", "instrument", "item",
                                         "answer", "mode"])  # fmt: skip
    (found,) = answer_problems(AnswerFile(table=table, file="h.csv"))
    assert (found.row, found.column) == (2, "period")
    assert found.what.en == "year outside this version of the instrument (rows 2 to 4)"
    assert answer_problems(AnswerFile(table=table.assign(period="2024"), file="h.csv")) == []


def test_a_wave_with_another_scale_is_told_by_its_rows(tmp_path: Path) -> None:
    rows = [
        ("r" + year + str(k), "E", "all", year, FORM, "ACC1", str(1 + k % top), "web")
        for year, top in (("2023", 5), ("2024", 4))
        for k in range(200)
    ]
    table = pd.DataFrame(rows, columns=["respondent", "establishment", "unit", "period", "instrument", "item",
                                        "answer", "mode"])  # fmt: skip
    (found,) = answer_problems(AnswerFile(table=table, file="w.csv"))
    assert (found.row, found.column) == (202, "answer")
    assert found.what.fr.startswith("cette vague n'emploie pas la même échelle")
    assert found.what.fr.endswith("(lignes 202 à 401)")


def test_a_respondent_twice_in_a_wide_file_is_told_once(tmp_path: Path) -> None:
    path = export(tmp_path / "r.csv")
    path.write_text(path.read_text(encoding="utf-8") + path.read_text(encoding="utf-8").splitlines()[3] + "\n")
    mapping = mapping_of({"source": "r.csv", **mapped()})
    assert mapping is not None
    found = breaches_by_row(read_mapped_table([path], mapping), "responses", "r.csv")
    assert [(one.row, one.what.en) for one in found] == [(42, "duplicate identifier")]


def waves(folder: Path) -> list[Path]:
    """Three files of one year each, all answers of 1 to 5 but those of 2023, of 1 to 4."""
    made = []
    for year, top in (("2021", 5), ("2022", 5), ("2023", 4)):
        lines = [f"r{year}{k};E1;{year};ACC1;{1 + k % top}" for k in range(400)]
        made.append(folder / f"{year}.csv")
        made[-1].write_text("\n".join(["NUM;SITE;AN;Q;REP", *lines]) + "\n", encoding="utf-8")
    return made


LONG = {
    "table": "responses",
    "columns": {"respondent": "NUM", "establishment": "SITE", "period": "AN", "item": "Q", "answer": "REP"},
    "constants": {"instrument": FORM, "unit": "all", "mode": "web"},
}


def test_a_wave_is_compared_with_those_of_the_other_files_and_told_by_its_own_rows(tmp_path: Path) -> None:
    files = waves(tmp_path)
    mapping = mapping_of({"source": "w", **LONG})
    assert mapping is not None
    assert len(read_mapped_table(files[:2], mapping)) == 800
    with pytest.raises(DataError) as error:
        read_mapped_table(files, mapping)
    (found,) = error.value.problems
    assert (found.file, found.row, found.column) == ("2023.csv", 2, "REP")
    assert found.what.en.startswith("this wave has not the scale of the others")
    assert found.what.en.endswith("(rows 2 to 401)")


@pytest.mark.parametrize("years", [2, 3])
def test_a_study_of_yearly_files_is_refused_where_one_file_of_them_all_is(
    years: int, project: Path, tmp_path: Path
) -> None:
    import yaml

    raw = tmp_path / "raw"
    raw.mkdir()
    files = waves(raw)[:years]
    folder = project / "pipelines" / "mappings" / "waves"
    folder.mkdir(parents=True)
    (folder / "answers.yaml").write_text(yaml.safe_dump(LONG), encoding="utf-8")
    title = Text(fr="x", en="x")
    given = tuple(FileInput(file=path.name, reader="mapped_table", mapping="answers") for path in files)
    study = Study(
        name="waves", title=title, question=title, level="public", period="2023", stages=("ingest",), files=given
    )
    if years == 2:
        ingest(study, raw, tmp_path / "out")
        assert (tmp_path / "out" / "responses.parquet").is_file()
        return
    with pytest.raises(DataError) as error:
        ingest(study, raw, tmp_path / "out")
    assert [(one.file, one.row, one.column) for one in error.value.problems] == [("2023.csv", 2, "REP")]
    assert not (tmp_path / "out" / "responses.parquet").exists()
