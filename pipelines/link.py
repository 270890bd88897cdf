"""Stage link: exploratory associations of indicators and scores, then the links that a protocol declares."""

from chairs.linking import writing
from chairs.linking.association import associate
from chairs.linking.cells import Sources
from chairs.linking.coverage import coverage
from chairs.linking.drivers import key_drivers
from chairs.linking.protocol import read_protocol
from chairs.linking.request import request
from chairs.linking.sealing import hold, read_seals, sealed
from chairs.linking.verdict import verdicts
from chairs.store import paths
from chairs.store.files import write_json
from chairs.store.parquet import read_table, write_table
from chairs.store.stage import run_stage


def work(study, folder):
    """Hold the protocol to its seal; only then read the scores, associate, and judge what was declared."""
    protocol = read_protocol(paths.protocol_file(study.protocol)) if study.protocol else None
    if protocol is not None:
        seals = read_seals(paths.seal_file(protocol.name))
        hold(protocol, seals, study.name)
        write_json(folder / "protocol.json", sealed(protocol))
    indicators = read_table(paths.stage_folder("derive", study.name) / "indicators.parquet")
    establishments = read_table(paths.stage_folder("ingest", study.name) / "establishments.parquet")
    scores = read_table(paths.stage_folder("score", study.name) / "scores.parquet")
    write_table(associate(indicators, scores, establishments, request(study)), "links", folder)
    write_table(coverage(indicators, scores, establishments, request(study)), "coverage", folder)
    sources = Sources.of(indicators, scores, establishments)
    if study.drivers is not None:
        write_table(key_drivers(sources, study.drivers, protocol), "key_drivers", folder)
    if protocol is not None:
        for name, table in writing.tables(sources, verdicts(sources, protocol), protocol, seals).items():
            write_table(table, name, folder)


if __name__ == "__main__":
    run_stage("link", work)
