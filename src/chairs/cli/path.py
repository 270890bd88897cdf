"""The pipeline as `dvc.yaml` writes it: its stages, and what would run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from chairs.core.errors import SettingError, problem
from chairs.core.records import read_yaml
from chairs.store import paths
from chairs.store.files import write_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stage for one study, with what it reads and writes (paths from the project's root)."""

    stage: str
    study: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return `STAGE@STUDY`, its name for DVC."""
        return f"{self.stage}@{self.study}"


def steps(studies: Sequence[str]) -> list[Step]:
    """Return the steps of `studies`, in the order of `dvc.yaml`, study by study."""
    stages = read_yaml(paths.root() / "dvc.yaml")["stages"]
    made = paths.params("synthesise").get("studies", [])
    found = []
    for study in studies:
        for stage, block in stages.items():
            if stage != "synthesise" or study in made:
                found.append(_step(stage, study, block))
    return found


def would_run(planned: Sequence[Step]) -> list[Step]:
    """Return the steps that `dvc repro` would run now: the changed ones and all that read their outputs."""
    changed = _changed(planned)
    running: list[Step] = []
    rewritten: set[str] = set()
    for step in planned:
        if step.stage == "track":
            continue  # it only asks the record
        if step.name in changed or rewritten.intersection(step.reads):
            running.append(step)
            rewritten.update(step.writes)
    return running


def reproduce(planned: Sequence[Step]) -> Iterator[str]:
    """Run the steps with DVC, giving its lines as they come; each DVC ends with a line `exit CODE`.

    The studies share no output, so that each has a DVC of its own, as many at a time as there are cores.
    A step that fails stops the steps that need it, not those of other studies. The record comes last: it reads
    `dvc.lock`, which every DVC rewrites in place after each step.
    """
    release_dead_locks()
    failed = yield from _side_by_side(_last(planned))
    recorded = [step.name for step in planned if step.stage == "track" and step.study not in failed]
    if recorded:
        yield from _dvc("--single-item", *recorded)


def _side_by_side(targets: Sequence[str]) -> Generator[str, None, set[str]]:
    """Run each target with a DVC of its own; give their lines, mixed, and return the studies that failed."""
    lines: SimpleQueue[tuple[str, str | None]] = SimpleQueue()

    def follow(target: str) -> None:
        try:
            for line in _dvc("--keep-going", target):
                lines.put((target, line))
        finally:
            lines.put((target, None))

    failed = set()
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        running = [pool.submit(follow, target) for target in targets]
        for _ in running:
            while (item := lines.get())[1] is not None:
                yield item[1]
                if item[1].startswith("exit ") and item[1] != "exit 0":
                    failed.add(item[0].partition("@")[2])
    return failed


def _dvc(*words: str) -> Iterator[str]:
    command = [sys.executable, "-m", "dvc", "--wait-for-lock", "repro", *words]
    with subprocess.Popen(
        command,
        cwd=paths.root(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=_environment(),
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            yield line.rstrip("\n")
    yield f"exit {process.returncode}"


def release_dead_locks() -> None:
    """Take out of DVC's lock file what runs that were killed left in it.

    DVC holds a lock for as long as a process with its number is there. After a kill that can be a process nobody
    collected (in a container without an init), or another program that was given the number.
    """
    place = paths.root() / ".dvc" / "tmp" / "rwlock"
    if not place.is_file():
        return
    try:
        held = json.loads(place.read_text(encoding="utf-8"))
    except json.JSONDecodeError:  # its writer was killed; DVC refuses to read it, and makes a new one
        place.unlink()
        return
    writers = {path: by for path, by in held.get("write", {}).items() if _is_running_dvc(by["pid"])}
    readers = {path: [by for by in group if _is_running_dvc(by["pid"])] for path, group in held.get("read", {}).items()}
    kept = {"write": writers, "read": {path: group for path, group in readers.items() if group}}
    if kept != held:
        write_json(place, kept)


def _is_running_dvc(pid: int) -> bool:
    import psutil

    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and any("dvc" in word for word in process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False
    except psutil.AccessDenied:
        return True  # somebody else's: it is there, and nothing more is told


def _last(planned: Sequence[Step]) -> list[str]:
    """Return each study's last step before the record: DVC runs what it needs, and takes long to be told each apart."""
    made = [step for step in planned if step.stage != "track"]
    return [step.name for step in made if step.stage == made[-1].stage]


def _step(stage: str, study: str, block: dict[str, Any]) -> Step:
    fill = [_fill(entry, study) for entry in block.get("deps", [])]
    outs = [_fill(next(iter(entry)) if isinstance(entry, dict) else entry, study) for entry in block.get("outs", [])]
    return Step(stage=stage, study=study, reads=tuple(fill), writes=tuple(outs))


def _fill(template: str, study: str) -> str:
    return template.replace("${item.study}", study)


def _changed(planned: Sequence[Step]) -> set[str]:
    targets = _last(planned)
    if not targets:
        return set()
    answer = subprocess.run(
        [sys.executable, "-m", "dvc", "status", "--json", "--with-deps", *targets],
        cwd=paths.root(),
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=_environment(),
    )
    if answer.returncode != 0:
        raise SettingError(
            (
                problem(
                    "DVC ne peut pas lire l'état du pipeline",
                    "DVC cannot read the state of the pipeline",
                    file="dvc.yaml",
                    remedy=("lancer « dvc status » pour le détail", 'run "dvc status" for the details'),
                ),
            )
        )
    return set(json.loads(answer.stdout or "{}"))


def _environment() -> dict[str, str]:
    """Return the environment of a stage: ours, with this Python first, as the Makefile sets it."""
    here = os.path.dirname(sys.executable)
    return {
        **os.environ,
        "PATH": here + os.pathsep + os.environ.get("PATH", ""),
        "PYTHONUNBUFFERED": "1",
        "TZ": "UTC",
        "OPENBLAS_CORETYPE": "Haswell",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DVC_NO_ANALYTICS": "true",
        "COLUMNS": "200",
    }
