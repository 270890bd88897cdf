"""Stage discover: event log to process map, variants, delays, census."""

from chairs.flow.overview import discover
from chairs.flow.settings import read_pathway
from chairs.store import paths
from chairs.store.parquet import read_table_if_any, write_table
from chairs.store.stage import run_stage


def work(study, folder):
    """Describe the pathways of the study's event log."""
    tables = paths.stage_folder("ingest", study.name)
    settings = read_pathway(study, paths.params("discover"))
    cases = tables / "cases.parquet"
    declared = read_table_if_any(tables / "unit_hour.parquet")
    found = discover(tables / "events.parquet", settings, cases=cases if cases.is_file() else None, declared=declared)
    for name, table in found.items():
        write_table(table, name, folder)


if __name__ == "__main__":
    run_stage("discover", work)
