"""Stage ingest: raw files to checked tables."""

from chairs.sources.ingest import ingest
from chairs.store import paths
from chairs.store.stage import run_stage


def work(study, folder):
    """Read every source of the study and write its contract tables."""
    ingest(study, paths.raw_folder(study.name), folder)


if __name__ == "__main__":
    run_stage("ingest", work)
