"""Stage simulate: the hospital's twin with its queues, and what each scenario of the study changes."""

from chairs.core.records import build, read_yaml
from chairs.store import paths
from chairs.store.files import write_json
from chairs.store.parquet import write_table
from chairs.store.stage import run_stage


def work(study, folder):
    """Learn the hospital from the study's log, then try its scenarios."""
    import pandas as pd  # this and the twin are slow to import: only where it is asked for

    from chairs.twin.assumptions import assumptions_table
    from chairs.twin.calibration.request import settings_of
    from chairs.twin.experiment import Design
    from chairs.twin.hospital.calibrate import ASSUMED, calibrate_again, calibrate_hospital
    from chairs.twin.hospital.effects import effects_table, input_spread
    from chairs.twin.hospital.resampling import too_alike
    from chairs.twin.model import write_model
    from chairs.twin.scenario import read_scenario

    log = {
        name: paths.stage_folder("ingest", study.name) / f"{name}.parquet" for name in ("events", "cases", "unit_hour")
    }
    clock = settings_of(study, paths.params("discover")).timezone
    found = calibrate_hospital(*map(pd.read_parquet, log.values()), name=study.name, timezone=clock)
    scenarios = [read_scenario(read_yaml(paths.scenario_file(name)), name) for name in study.scenarios]
    numbers = paths.params("simulate")
    again = (calibrate_again(found.learnt, k) for k in range(numbers.pop("log_samples")))
    design = build(Design, numbers, "params.yaml, simulate")
    known = input_spread(again, scenarios, design, too_alike(found.learnt.log))
    write_json(folder / "model.json", write_model(found.model))
    write_json(folder / "report.json", found.written())
    write_table(assumptions_table(found.unknown(), ASSUMED), "assumptions", folder)
    write_table(effects_table(found.model, scenarios, design, known), "effects", folder)


if __name__ == "__main__":
    run_stage("simulate", work)
