"""Stage score: answers to scores, beside the scores that come published."""

from chairs.store import paths
from chairs.store.parquet import read_table_if_any, write_table
from chairs.store.stage import run_stage
from chairs.surveys.instrument import instrument
from chairs.surveys.psychometrics.quality import scale_quality
from chairs.surveys.scoring import score
from chairs.surveys.verbatims.overview import themes


def work(study, folder):
    """Score the study's answers with its instruments, pass published scores on, count themes of comments."""
    tables = paths.stage_folder("ingest", study.name)
    responses = read_table_if_any(tables / "responses.parquet")
    published = read_table_if_any(tables / "scores.parquet")
    instruments = [instrument(name) for name in study.instruments]
    write_table(score(responses, published, instruments), "scores", folder)
    write_table(scale_quality(responses, instruments), "scale_quality", folder)
    comments = read_table_if_any(tables / "comments.parquet")
    if comments is not None:
        counts, errors = themes(comments)
        write_table(counts, "comment_themes", folder)
        write_table(errors, "comment_errors", folder)


if __name__ == "__main__":
    run_stage("score", work)
