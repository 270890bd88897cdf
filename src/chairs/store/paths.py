"""Where things lie: every path of the project is made here, from the root of the checkout."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from chairs.core.errors import SettingError, Text, problem, unknown
from chairs.core.study import Study, read_study


def root() -> Path:
    """Return the project's root: `CHAIRS_ROOT`, else the nearest folder upwards that holds `dvc.yaml`.

    Raises
    ------
    SettingError
        When the current folder is not inside a checkout of the project.
    """
    if named := os.environ.get("CHAIRS_ROOT"):
        return Path(named)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "dvc.yaml").is_file() and (folder / "params.yaml").is_file():
            return folder
    raise SettingError(
        (
            problem(
                "ce dossier n'est pas dans une copie du projet",
                "this folder is not in a copy of the project",
                remedy=("se placer dans le dossier du projet", "change to the project's folder"),
            ),
        )
    )


def data(*parts: str) -> Path:
    """Return a path under `data/`."""
    return root().joinpath("data", *parts)


def stage_folder(stage: str, study: str) -> Path:
    """Return the folder that `stage` writes for `study`: `data/STAGE/STUDY`."""
    return data(stage, study)


def raw_folder(study: str) -> Path:
    """Return the folder of a study's raw files: `data/raw/STUDY` (made by `fetch` or `synthesise`)."""
    return data("raw", study)


def study_names() -> list[str]:
    """Return the names of all studies, sorted."""
    return sorted(path.stem for path in root().glob("pipelines/studies/*.yaml"))


def study(name: str) -> Study:
    """Read the study called `name`; an unknown name is answered with the valid ones.

    Its scenarios are labelled by the titles of their files, unless the study has a label of its own.
    """
    if name not in study_names():
        raise unknown(("étude", "study"), name, study_names())
    asked = read_study(root() / "pipelines" / "studies" / f"{name}.yaml")
    return replace(asked, labels={**_titles(asked.scenarios), **asked.labels}) if asked.scenarios else asked


def _titles(scenarios: tuple[str, ...]) -> dict[str, Text]:
    """Return the words for each scenario, and for what a combination does beyond its parts."""
    from chairs.core.records import build, read_yaml

    found: dict[str, Text] = {}
    for name in scenarios:
        path = root() / "pipelines" / "scenarios" / f"{name}.yaml"
        title = read_yaml(path).get("title") if path.is_file() else None
        if title:
            words = found[name] = build(Text, title, path.name)
            beyond = Text(fr=f"{words.fr} (au-delà de la somme)", en=f"{words.en} (beyond the sum of its parts)")
            found[f"{name}/interaction"] = beyond
    return found


def protocol_file(name: str) -> Path:
    """Return the file of the protocol called `name`; an unknown name is answered with the valid ones."""
    known = sorted(path.stem for path in root().glob("pipelines/protocols/*.yaml"))
    if name not in known:
        raise unknown(("protocole", "protocol"), name, known)
    return root() / "pipelines" / "protocols" / f"{name}.yaml"


def seal_file(protocol: str) -> Path:
    """Return the file that holds the seal of the protocol called `protocol`, beside it; it may not exist yet."""
    return protocol_file(protocol).with_suffix(".seal")


def scored(study: str) -> bool:
    """Say whether outcome scores of `study` lie here, computed or as published: a protocol sealed now comes after."""
    told = {"ingest": "scores", "score": "scores", "link": "links", "release": "scores"}  # wherever they are left
    left = [stage_folder(stage, study) / f"{table}.parquet" for stage, table in told.items()]
    return any(path.is_file() for path in (*left, data("published", f"{study}.json")))


def scenario_file(name: str) -> Path:
    """Return the file of the scenario called `name`; an unknown name is answered with the valid ones."""
    known = sorted(path.stem for path in root().glob("pipelines/scenarios/*.yaml"))
    if name not in known:
        raise unknown(("scénario", "scenario"), name, known)
    return root() / "pipelines" / "scenarios" / f"{name}.yaml"


def listed_studies() -> list[str]:
    """Return the studies that `params.yaml` lists: those that the pipeline knows.

    Raises
    ------
    SettingError
        When the list is missing.
    """
    from chairs.core.records import read_yaml

    listed = (read_yaml(root() / "params.yaml") or {}).get("studies")
    if not isinstance(listed, list) or not listed:
        raise SettingError(
            (
                problem(
                    "la liste des études manque",
                    "the list of studies is missing",
                    file="params.yaml",
                    column="studies",
                    remedy=("écrire par exemple studies: [demo]", "write for example studies: [demo]"),
                ),
            )
        )
    return [str(name) for name in listed]


def params(stage: str) -> dict[str, Any]:
    """Return the block of `params.yaml` that belongs to `stage` (empty when it has none)."""
    from chairs.core.records import read_yaml

    return dict((read_yaml(root() / "params.yaml") or {}).get(stage) or {})
