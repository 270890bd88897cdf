"""Stage release: the gate; the only step whose output may leave."""

from chairs.disclosure.gate import release
from chairs.disclosure.rules import allowed
from chairs.store.load import locate
from chairs.store.stage import run_stage


def work(study, folder):
    """Pass every table that the rules know through the gate."""
    found = {table: locate(table, study.name) for table in allowed()}
    release(study, {table: path for table, path in found.items() if path is not None}, folder)


if __name__ == "__main__":
    run_stage("release", work)
