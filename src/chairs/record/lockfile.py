"""Reads `dvc.lock`: which stage made what, from what, with which numbers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chairs.core.errors import SettingError, problem
from chairs.store import paths

TRACK = "track"  # it records the others, so its own entry is no part of the state


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One stage of one study as it last ran: its command, what it read and wrote (path -> md5), its numbers."""

    stage: str
    study: str
    command: str = ""
    reads: Mapping[str, str] = field(default_factory=dict)
    writes: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)


def read_lock(path: Path | None = None) -> dict[str, Made]:
    """Return the stages of `dvc.lock` by their name (`STAGE@STUDY`), in the file's order.

    Raises
    ------
    SettingError
        When the file is absent or cannot be read (a merge left half done).
    """
    import yaml

    path = path or paths.root() / "dvc.lock"
    try:
        # the compiled reader: the pure one takes a second on a lock of 2,000 lines
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return {name: _made(name, entry) for name, entry in content["stages"].items()}
    except FileNotFoundError:
        raise _unreadable(path, "le pipeline n'a pas encore été exécuté", "the pipeline has not run yet") from None
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, AttributeError):
        raise _unreadable(path, "fichier illisible (fusion inachevée ?)", "not readable (unfinished merge?)") from None


def of_study(lock: Mapping[str, Made], study: str) -> dict[str, Made]:
    """Return the stages of one study, the recording one left out.

    Raises
    ------
    SettingError
        When the study never ran.
    """
    found = {name: made for name, made in lock.items() if made.study == study and made.stage != TRACK}
    if not found:
        raise SettingError(
            (
                problem(
                    f"l'étude « {study} » n'a pas encore été exécutée",
                    f'the study "{study}" has not run yet',
                    file="dvc.lock",
                    remedy=(f"lancer « chairs run {study} »", f'run "chairs run {study}"'),
                ),
            )
        )
    return found


def fingerprint(stages: Mapping[str, Made]) -> str:
    """Return the SHA-256 of what the stages read, wrote, ran and were set to: one state, one fingerprint.

    Examples
    --------
    >>> one = {"score@a": Made(stage="score", study="a", writes={"out": "1"})}
    >>> two = {"score@a": Made(stage="score", study="a", writes={"out": "2"})}
    >>> fingerprint(one) == fingerprint(dict(one)), fingerprint(one) == fingerprint(two)
    (True, False)
    """
    content = {
        name: [made.command, dict(made.reads), dict(made.writes), dict(made.params)] for name, made in stages.items()
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def upstream(lock: Mapping[str, Made], wanted: Iterable[str]) -> list[Made]:
    """Return the stages that made the paths `wanted`, and all before them, first the one nearest the raw files."""
    chain: list[Made] = []

    def visit(path: str) -> None:
        for made in lock.values():
            if made not in chain and any(_holds(out, path) for out in made.writes):
                for read in made.reads:
                    visit(read)
                chain.append(made)

    for path in wanted:
        visit(path)
    return chain


def flat(params: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return nested parameters as `block.key` -> text.

    Examples
    --------
    >>> flat({"link": {"confidence": 0.95, "by": ["size", "status"]}})
    {'link.confidence': '0.95', 'link.by': '["size", "status"]'}
    """
    found: dict[str, str] = {}
    for key, value in params.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return found


def _made(name: str, entry: Mapping[str, Any]) -> Made:
    stage, _, study = name.partition("@")
    files = [entry.get(side) or [] for side in ("deps", "outs")]
    reads, writes = ({str(f["path"]): _hash(f) for f in side} for side in files)
    params: dict[str, Any] = {}
    for block in (entry.get("params") or {}).values():
        params |= block
    return Made(stage=stage, study=study, command=str(entry.get("cmd", "")), reads=reads, writes=writes, params=params)


def _hash(file: Mapping[str, Any]) -> str:
    return str(file.get("md5") or file.get("etag") or file.get("checksum") or "")


def _holds(out: str, path: str) -> bool:
    """Say whether `path` is the output `out`, lies in it or holds it."""
    return path == out or path.startswith(out + "/") or out.startswith(path + "/")


def _unreadable(path: Path, fr: str, en: str) -> SettingError:
    return SettingError((problem(fr, en, file=path.name, remedy=("lancer « chairs run »", 'run "chairs run"')),))
