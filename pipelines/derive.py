"""Stage derive: quantities to indicators, beside the indicators that come published."""

import pandas as pd

from chairs.indicators.derive import derive
from chairs.indicators.feeds import from_days, from_scores
from chairs.store import paths
from chairs.store.parquet import read_table_if_any, write_table
from chairs.store.stage import run_stage
from chairs.surveys.instrument import instrument


def work(study, folder):
    """Compute every indicator that the study's quantities, its census and its staff barometer can feed."""
    tables = paths.stage_folder("ingest", study.name)
    published = read_table_if_any(tables / "indicators.parquet")
    parts = [read_table_if_any(tables / "quantities.parquet")]
    days = read_table_if_any(paths.stage_folder("discover", study.name) / "unit_day.parquet")
    scores = read_table_if_any(paths.stage_folder("score", study.name) / "scores.parquet")
    forms = [instrument(name) for name in study.instruments]
    words = {(form.name, d.name): d.quantity for form in forms for d in form.dimensions if d.quantity}
    parts += [from_days(days)] if days is not None and study.calendar == "real" else []
    parts += [from_scores(scores, words)] if scores is not None and words else []
    known = [part for part in parts if part is not None and len(part)]
    quantities = pd.concat(known, ignore_index=True) if known else None
    write_table(derive(quantities, study.derived, published), "indicators", folder)


if __name__ == "__main__":
    run_stage("derive", work)
