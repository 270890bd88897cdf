"""`chairs new KIND NAME`: write the skeleton of one more thing, and a test that says what to fill in."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from chairs.cli.skeletons import MAPPING, SKELETONS
from chairs.core.errors import SettingError, problem, unknown
from chairs.store import paths
from chairs.store.files import write_text


def new(
    kind: Annotated[str, typer.Argument(help="indicator, survey, study, protocol, source or page.")],
    name: Annotated[str, typer.Argument(help="Its name: lower case; words joined by _ (code) or - (YAML).")],
) -> None:
    """Write the skeleton of one more thing, and a failing test that says what to fill in."""
    if kind not in SKELETONS:
        raise unknown(("sorte", "kind"), kind, SKELETONS)
    skeleton = SKELETONS[kind]
    is_code = skeleton.path.endswith(".py")
    if not re.fullmatch(r"[a-z][a-z0-9_]*" if is_code else r"[a-z][a-z0-9-]*", name):
        form = "a-z, 0-9, _" if is_code else "a-z, 0-9, -"
        raise SettingError((problem(f"« {name} » n'est pas un nom possible", f'"{name}" is not a possible name',
                                    remedy=(f"employer {form}", f"use {form}")),))  # fmt: skip
    written = []
    for template, content in ((skeleton.path, skeleton.content), (skeleton.test, skeleton.check)):
        path = paths.root() / template.replace("$name", name if template == skeleton.path else name.replace("-", "_"))
        if path.exists():
            raise SettingError((problem("ce fichier existe déjà", "this file exists already", file=str(path),
                                        remedy=("choisir un autre nom", "choose another name")),))  # fmt: skip
        written.append((path, _filled(content, name)))
    for path, text in written:
        write_text(path, text)
        typer.echo(path.relative_to(paths.root()).as_posix())
    if kind == "study":
        _register(name)
        write_text(paths.root() / "pipelines" / "mappings" / name / "my-export.yaml", MAPPING)
    typer.echo(f"→ {skeleton.then.replace('$name', name)}")


def _filled(content: str, name: str) -> str:
    return content.replace("test_$name", "test_" + name.replace("-", "_")).replace("$name", name)


def _register(study: str) -> None:
    path = paths.root() / "params.yaml"
    text = path.read_text(encoding="utf-8")
    changed = re.sub(r"^studies: \[(.*)\]$", rf"studies: [\1, {study}]", text, count=1, flags=re.M)
    write_text(path, changed)
