"""Stage render: released tables to figures, each with sentence, alt text, table, n and source."""

from chairs.dashboards.render import render_study
from chairs.store import paths
from chairs.store.stage import run_stage


def work(study, folder):
    """Draw every figure that the study's released tables allow, in French and English."""
    render_study(study, paths.stage_folder("release", study.name), folder)


if __name__ == "__main__":
    run_stage("render", work)
