"""Runs one stage for one study: reads the study, times the work, says errors in words."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from chairs.core.errors import EXIT_CODE, ChairsError, Language
from chairs.core.study import Study
from chairs.store import paths
from chairs.store.durations import record_duration
from chairs.store.files import write_json

Work = Callable[[Study, Path], None]


def language() -> Language:
    """Return the language of messages: `CHAIRS_LANG` when it is `en`, else French."""
    return "en" if os.environ.get("CHAIRS_LANG") == "en" else "fr"


def run_stage(stage: str, work: Work, *, out: Callable[[str], Path] | None = None) -> None:
    """Run `work` for the study named on the command line; called by every `pipelines/STAGE.py`.

    A study that does not ask for the stage gets a folder with the reason instead of tables, so that the
    path has one shape for all studies. An error is printed in words (no traceback), exit code 2; the
    stage's folder is then left to DVC, which empties it before the next run.
    """
    name = sys.argv[1]
    try:
        study = paths.study(name)
        folder = out(name) if out else paths.stage_folder(stage, name)
        folder.mkdir(parents=True, exist_ok=True)
        started = time.perf_counter()
        if stage in study.stages:
            work(study, folder)
        else:
            write_json(
                folder / "not_asked.json",
                {
                    "fr": f"l'étude ne demande pas l'étape « {stage} »",
                    "en": f'the study does not ask for the stage "{stage}"',
                },
            )
        record_duration(stage, name, time.perf_counter() - started)
    except ChairsError as error:
        sys.stderr.write(f"{stage}@{name}\n{error.say(language())}\n")
        sys.exit(EXIT_CODE)
