"""Stage link: exploratory associations of indicators and scores, with n, coverage and intervals."""

from chairs.linking.association import associate
from chairs.linking.coverage import coverage
from chairs.linking.request import request
from chairs.store import paths
from chairs.store.parquet import read_table, write_table
from chairs.store.stage import run_stage


def work(study, folder):
    """Join establishments, indicators and scores; correlate, crude and adjusted; say who stands behind."""
    indicators = read_table(paths.stage_folder("derive", study.name) / "indicators.parquet")
    scores = read_table(paths.stage_folder("score", study.name) / "scores.parquet")
    establishments = read_table(paths.stage_folder("ingest", study.name) / "establishments.parquet")
    asked = request(study)
    write_table(associate(indicators, scores, establishments, asked), "links", folder)
    write_table(coverage(indicators, scores, establishments, asked), "coverage", folder)


if __name__ == "__main__":
    run_stage("link", work)
