"""Stage watch: departures seen beside those foreseen, alarm, champion and challenger."""

from chairs.store import paths
from chairs.store.files import write_json
from chairs.store.parquet import write_table
from chairs.store.stage import run_stage
from chairs.twin.watch.departures import write_departures
from chairs.twin.watch.study import read_watch_request, watch_log


def work(study, folder):
    """Watch the study's log since the days the champion was learnt from."""
    asked = read_watch_request(study, paths.params("watch"), paths.params("discover"))
    found = watch_log(paths.stage_folder("ingest", study.name) / "events.parquet", asked)
    for name, table in found.tables.items():
        write_table(table, name, folder)
    write_json(folder / "champion.json", write_departures(found.model))


if __name__ == "__main__":
    run_stage("watch", work)
