"""Stage synthesise: make the raw files of the demonstration territory."""

from chairs.demo.territory import synthesise
from chairs.store import paths
from chairs.store.stage import run_stage


def work(study, folder):
    """Write the exports of an invented hospital and of its territory."""
    settings = paths.params("synthesise")
    synthesise(folder, seed=settings["seed"], size=settings["size"])


if __name__ == "__main__":
    run_stage("synthesise", work, out=paths.raw_folder)
