"""Stage calibrate: event log to a model of flow, its report and its STRESS-DES sheet."""

from chairs.store import paths
from chairs.store.files import write_json, write_text
from chairs.store.parquet import write_table
from chairs.store.stage import run_stage


def work(study, folder):
    """Learn the model from the latest cases of the study's log."""
    from chairs.twin.assumptions import assumptions_table  # the twin is slow to import: only where it is asked for
    from chairs.twin.calibration.calibrate import calibrate
    from chairs.twin.calibration.latest import latest_cases
    from chairs.twin.calibration.request import settings_of
    from chairs.twin.calibration.sheet import stress_sheet
    from chairs.twin.model import write_model

    events = paths.stage_folder("ingest", study.name) / "events.parquet"
    log = latest_cases(events, paths.params("calibrate")["most_events"])
    found = calibrate(log, settings_of(study, paths.params("discover")), events.name)
    write_json(folder / "model.json", write_model(found.model))
    write_json(folder / "report.json", found.report.written())
    write_table(assumptions_table(found.report.unidentified, found.report.assumed), "assumptions", folder)
    for lang in ("fr", "en"):
        write_text(folder / f"sheet_{lang}.md", stress_sheet(found, lang))


if __name__ == "__main__":
    run_stage("calibrate", work)
