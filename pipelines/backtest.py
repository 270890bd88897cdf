"""Stage backtest: the twin learnt from the first cases against those held out, beside plain generators."""

from chairs.core.records import build
from chairs.store import paths
from chairs.store.parquet import write_table
from chairs.store.stage import run_stage


def work(study, folder):
    """Split by time, calibrate, simulate, measure, judge."""
    from chairs.twin.backtest.proof import Protocol, prove  # the twin is slow to import: only where it is asked for
    from chairs.twin.backtest.results import backtest_table, verdicts_table
    from chairs.twin.calibration.latest import latest_cases
    from chairs.twin.calibration.request import settings_of

    events = paths.stage_folder("ingest", study.name) / "events.parquet"
    log = latest_cases(events, paths.params("calibrate")["most_events"])
    protocol = build(Protocol, paths.params("backtest"), "params.yaml, backtest")
    proof = prove(log, settings_of(study, paths.params("discover")), protocol)
    write_table(backtest_table(proof), "backtest", folder)
    write_table(verdicts_table(proof), "verdicts", folder)


if __name__ == "__main__":
    run_stage("backtest", work)
