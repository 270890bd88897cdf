"""Stage score: answers to scores, beside the scores that come published."""

import pandas as pd

from chairs.store import paths
from chairs.store.parquet import read_table_if_any, write_table
from chairs.store.stage import run_stage
from chairs.surveys.instrument import instrument
from chairs.surveys.nonresponse import known_population
from chairs.surveys.psychometrics.quality import scale_quality
from chairs.surveys.scoring import score
from chairs.surveys.verbatims.overview import themes


def work(study, folder):
    """Score the study's answers with its instruments, pass published scores on, count themes of comments."""
    tables = paths.stage_folder("ingest", study.name)
    responses = read_table_if_any(tables / "responses.parquet")
    published = read_table_if_any(tables / "scores.parquet")
    instruments = [instrument(name) for name in study.instruments]
    known = {name: _population(asked, tables) for name, asked in study.population.items()}
    write_table(score(responses, published, instruments, known), "scores", folder)
    write_table(scale_quality(responses, instruments), "scale_quality", folder)
    comments = read_table_if_any(tables / "comments.parquet")
    if comments is not None:
        counts, errors = themes(comments)
        write_table(counts, "comment_themes", folder)
        write_table(errors, "comment_errors", folder)


def _population(asked, tables):
    """Count the people whom the study says that the respondents of an instrument stand for."""
    of_kind = [("activity", "==", asked.activity)]
    stays = pd.read_parquet(tables / "events.parquet", columns=["case_id", "end"], filters=of_kind)
    cases = pd.read_parquet(tables / "cases.parquet", columns=["case_id", *asked.margins])
    return known_population(stays, cases, asked)


if __name__ == "__main__":
    run_stage("score", work)
