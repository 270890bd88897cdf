"""The raw files: the same bytes for a seed, marked as invented, in the formats hospitals export."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from chairs.demo.territory import synthesise

pytestmark = pytest.mark.unit

SIZE = 0.03
RUN = "import sys; from pathlib import Path; from chairs.demo.territory import synthesise;"
RUN += f"synthesise(Path(sys.argv[1]), seed=7, size={SIZE})"


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("demo")
    synthesise(target, seed=7, size=SIZE)
    return target


def test_a_seed_gives_the_same_bytes_on_any_machine_setting(folder: Path, tmp_path: Path) -> None:
    setting = {"PYTHONHASHSEED": "123", "OMP_NUM_THREADS": "2", "TZ": "America/New_York", "LC_ALL": "C"}
    subprocess.run([sys.executable, "-c", RUN, str(tmp_path)], check=True, env={**os.environ, **setting})
    assert digests(tmp_path) == digests(folder)


def test_another_seed_gives_other_files(folder: Path, tmp_path: Path) -> None:
    synthesise(tmp_path, seed=8, size=SIZE)
    first, second = digests(folder), digests(tmp_path)
    assert set(first) == set(second)
    assert {name for name in first if first[name] == second[name]} == {"README.md"}


def test_the_mark_follows_everywhere(folder: Path) -> None:
    assert "Données de démonstration" in (folder / "README.md").read_text(encoding="utf-8")
    names = {path.name for path in folder.iterdir()} - {"README.md"}
    assert all(name.startswith("demo_") for name in names)
    sites = pd.read_csv(folder / "demo_etablissements.csv", sep=";", encoding="cp1252", dtype=str)
    assert sites["RAISON_SOCIALE"].str.contains("(démonstration)", regex=False).all()
    assert sites["FINESS"].str.match("99|ENT").all()
    assert pd.read_parquet(folder / "demo_entrepot_urgences.parquet")["NUM_DOSSIER"].str.startswith("DEMO").all()
    stays = pd.read_csv(folder / "demo_sejours_programmes.csv", sep=";", encoding="cp1252", dtype=str)
    assert stays["N° dossier"].str.startswith("DEMO").all()
    for name in names:
        if name.startswith("demo_enquete"):
            answers = pd.read_csv(folder / name, sep=";", dtype=str, encoding="utf-8-sig")
            assert answers["REPONDANT"].str.startswith("DEMO").all()
            assert answers["REPONDANT"].is_unique


def test_formats_are_those_of_different_systems(folder: Path) -> None:
    staff = (folder / "demo_rh_mensuel.csv").read_bytes()
    assert "LIBELLÉ".encode("cp1252") in staff
    with pytest.raises(UnicodeDecodeError):
        staff.decode("utf-8")
    frame = pd.read_csv(folder / "demo_rh_mensuel.csv", sep=";", encoding="cp1252", dtype=str)
    assert frame["ETP_PAYES"].str.contains(",").any()
    assert frame["MOIS"].str.fullmatch(r"\d{2}/\d{4}").all()
    assert frame["MOIS"].nunique() == 24
    stays = pd.read_csv(folder / "demo_sejours_programmes.csv", sep=";", encoding="cp1252", dtype=str)
    assert stays["Demandé le"].str.fullmatch(r"\d{2}/\d{2}/\d{4} \d{2}:\d{2}").all()
    beds = pd.read_csv(folder / "demo_lits_ouverts.csv", dtype=str)
    assert beds["HORODATAGE"].str.fullmatch(r"\d{4}-\d{2}-\d{2}T00:00:00\+0[12]:00").all()
    assert (folder / "demo_enquete_patients.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    budget = pd.read_excel(folder / "demo_budget.xlsx", dtype={"FINESS": str})
    assert budget["ANNEE"].unique().tolist() == [2023, 2024]
    assert {"PRODUITS", "CHARGES", "CAF", "DETTE"} <= set(budget.columns)
    assert budget.notna().all(axis=None)


def test_no_event_is_dated_after_the_extract(folder: Path) -> None:
    log = pd.read_parquet(folder / "demo_entrepot_urgences.parquet")
    times = log[["H_DEMANDE", "H_DEBUT", "H_FIN"]]
    assert times.max().max() < pd.Timestamp("2025-01-01")
    first = log[log["ETAPE"] == "ARR"]["H_DEBUT"]
    assert first.min() >= pd.Timestamp("2023-01-01")
    # in the order of the file, the steps of a case never go back in time
    again = log["NUM_DOSSIER"] == log["NUM_DOSSIER"].shift()
    assert (log["H_DEBUT"] >= log["H_DEBUT"].shift())[again].all()
    assert (log["H_FIN"].isna() | (log["H_FIN"] >= log["H_DEBUT"])).all()
    assert (log["H_DEMANDE"].isna() | (log["H_DEMANDE"] <= log["H_DEBUT"])).all()
    skipped = log["H_DEBUT"].between("2024-03-31 02:00:00", "2024-03-31 02:59:59")
    assert not skipped.any()
