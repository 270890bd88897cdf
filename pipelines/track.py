"""Stage track: one MLflow run for each changed state of a study, none when nothing changed."""

import sys

from chairs.record.tracking import track
from chairs.store.stage import language, run_stage


def work(study, folder):
    """Ask the record whether this state is known; write a run when it is not."""
    track(study, tell=lambda text: sys.stdout.write(text.say(language()) + "\n"))


if __name__ == "__main__":
    run_stage("track", work)
