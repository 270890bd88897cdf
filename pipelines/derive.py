"""Stage derive: quantities to indicators, beside the indicators that come published."""

from chairs.indicators.derive import derive
from chairs.store import paths
from chairs.store.parquet import read_table_if_any, write_table
from chairs.store.stage import run_stage


def work(study, folder):
    """Compute every indicator that the study's quantities can feed."""
    tables = paths.stage_folder("ingest", study.name)
    quantities = read_table_if_any(tables / "quantities.parquet")
    published = read_table_if_any(tables / "indicators.parquet")
    write_table(derive(quantities, study.indicators, published), "indicators", folder)


if __name__ == "__main__":
    run_stage("derive", work)
