"""Stage backtest: the twin learnt from the first cases against those held out, beside plain generators."""

from chairs.core.records import build
from chairs.store import paths
from chairs.store.parquet import write_table
from chairs.store.stage import run_stage


def work(study, folder):
    """Split by time, calibrate, simulate, measure, judge: the twin of the scenarios where the study has any."""
    import pandas as pd  # this and the twin are slow to import: only where it is asked for

    from chairs.twin.backtest.hospital import prove_hospital
    from chairs.twin.backtest.proof import Protocol, prove
    from chairs.twin.backtest.results import backtest_table, verdicts_table
    from chairs.twin.calibration.latest import latest_cases
    from chairs.twin.calibration.request import settings_of

    settings = settings_of(study, paths.params("discover"))
    protocol = build(Protocol, paths.params("backtest"), "params.yaml, backtest")
    ingested = paths.stage_folder("ingest", study.name)
    if study.scenarios:
        tables = {name: pd.read_parquet(ingested / f"{name}.parquet") for name in ("events", "cases", "unit_hour")}
        judged = prove_hospital(tables, settings.timezone, protocol)
    else:
        log = latest_cases(ingested / "events.parquet", paths.params("calibrate")["most_events"])
        judged = prove(log, settings, protocol).judged
    write_table(backtest_table(judged), "backtest", folder)
    write_table(verdicts_table(judged), "verdicts", folder)


if __name__ == "__main__":
    run_stage("backtest", work)
