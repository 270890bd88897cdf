"""Stage score: answers to scores, beside the scores that come published."""

from chairs.store import paths
from chairs.store.parquet import read_table_if_any, write_table
from chairs.store.stage import run_stage
from chairs.surveys.instrument import instrument
from chairs.surveys.scoring import score


def work(study, folder):
    """Score the study's answers with its instruments and pass published scores on."""
    tables = paths.stage_folder("ingest", study.name)
    responses = read_table_if_any(tables / "responses.parquet")
    published = read_table_if_any(tables / "scores.parquet")
    write_table(score(responses, published, [instrument(name) for name in study.instruments]), "scores", folder)


if __name__ == "__main__":
    run_stage("score", work)
