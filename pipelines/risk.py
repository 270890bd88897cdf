"""Stage risk: event log to the risks of its patients (admission, remaining stay), their proof and their model card."""

from chairs.flow.risk.card import model_card
from chairs.flow.risk.model import write_risk
from chairs.flow.risk.settings import read_risk_request
from chairs.flow.risk.study import study_risk
from chairs.store import paths
from chairs.store.files import write_json, write_text
from chairs.store.parquet import read_table, write_table
from chairs.store.stage import run_stage


def work(study, folder):
    """Learn from the earlier days, judge on the later ones."""
    source = paths.stage_folder("ingest", study.name)
    asked = read_risk_request(study, paths.params("risk"), paths.params("discover"))
    found = study_risk(source / "events.parquet", read_table(source / "cases.parquet"), asked, study.name)
    for name, table in found.tables.items():
        write_table(table, name, folder)
    if found.model is not None:
        write_json(folder / "model.json", write_risk(found.model))
    for lang in ("fr", "en"):
        write_text(folder / f"card_{lang}.md", model_card(found, asked, study.name, lang))


if __name__ == "__main__":
    run_stage("risk", work)
