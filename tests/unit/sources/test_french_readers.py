"""e-Satis, SAE and IQSS on small invented files that carry the quirks of the real ones."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import pytest
import yaml

from chairs.core.errors import DataError, SettingError
from chairs.sources import READERS
from chairs.sources.checking import breaches_by_row
from chairs.sources.fetch import Availability, prepare
from chairs.sources.ingest import ingest
from chairs.store import paths
from chairs.store.parquet import read_table

pytestmark = pytest.mark.unit

ESATIS = (
    "finess;rs_finess;finess_geo;rs_finess_geo;region;participation;Depot;nb_rep_score_all_rea_ajust;"
    "score_all_rea_ajust;classement;evolution"
)
DIMENSIONS = ("accueil", "PECinf", "PECmed", "chambre", "repas", "sortie")
SCORED = "".join(f";nb_rep_score_{d}_rea_ajust;score_{d}_rea_ajust" for d in DIMENSIONS)


def esatis_2019() -> str:
    head = ESATIS + SCORED + ";taux_reco_brut;nb_reco_brut"
    full = ";81;71.36;81;82.45;81;80.72;81;74.86;81;64.99;81;68.85;51,9;80"
    none = ";" * 14
    return "\n".join(
        [
            head,
            "010000001;Entité A;010000011;Hôpital A;PACA;1- Obligatoire;1- Oui;81;75,09;B;2-Stable" + full,
            "010000001;Entité A;2A0000012;Hôpital B;Corse;1- Obligatoire;1- Oui;;;DI;4-Non calculable" + none,
            "010000003;Entité C;010000013;Hôpital C;Grand Est;1- Obligatoire;2- Non;;;NR;4-Non calculable" + none,
            "010000004;Entité D;010000014;Hôpital D;Grand Est;2- Facultatif;1- Oui;;;NV;4-Non calculable" + none,
        ]
    )


def read(reader: str, folder: Path, content: str | dict[str, str], **options: object) -> dict:
    files = []
    for name, text in (content if isinstance(content, dict) else {"file.csv": content}).items():
        (folder / name).write_bytes(text.encode("cp1252"))
        files.append(folder / name)
    tables = READERS[reader].read(files, {"year": "2019", "source": "test", "scratch": folder, **options})
    for name, table in tables.items():
        assert breaches_by_row(table, name, "test") == []
    return tables


def test_esatis_mixes_decimal_comma_and_dot_and_keeps_every_site_with_its_reason(tmp_path: Path) -> None:
    tables = read("esatis", tmp_path, esatis_2019())
    overall = tables["scores"].query("dimension == 'all'").set_index("establishment")
    assert overall["score"].dropna().to_dict() == {"010000011": 75.09}
    assert overall["status"].to_dict() == {
        "010000011": "ok",
        "2A0000012": "below_floor",
        "010000013": "non_respondent",
        "010000014": "not_validated",
    }
    first = tables["scores"].query("establishment == '010000011'").set_index("dimension")
    assert first["score"].to_dict() == {
        "all": 75.09,
        "accueil": 71.36,
        "pec_inf": 82.45,
        "pec_med": 80.72,
        "chambre": 74.86,
        "repas": 64.99,
        "sortie": 68.85,
        "recommend": 51.9,
    }
    assert first.loc["recommend", "n"] == 80
    assert set(tables["scores"]["instrument"]) == {"esatis-48h-mco"}


def test_esatis_sites_are_the_geographic_number(tmp_path: Path) -> None:
    sites = read("esatis", tmp_path, esatis_2019())["establishments"]
    assert sites["establishment"].is_unique
    assert sites["legal_entity"].tolist()[:2] == ["010000001", "010000001"]
    assert sites["region"].tolist() == ["Provence-Alpes-Côte d'Azur", "Corse", "Grand Est", "Grand Est"]


def test_esatis_2017_has_no_recommendation(tmp_path: Path) -> None:
    text = "\n".join([ESATIS + SCORED, "1;E;010000011;H;Corse;1;1;90;70.5;D;x" + ";90;70.0" * 6])
    scores = read("esatis", tmp_path, text, year="2017")["scores"]
    assert set(scores["period"]) == {"2017"}
    assert "recommend" not in set(scores["dimension"])
    assert len(scores) == 7


def test_esatis_day_surgery_is_told_by_its_columns(tmp_path: Path) -> None:
    head = "finess;rs_finess;finess_geo;rs_finess_geo;region;participation;Depot;nb_rep_score_all_ajust;score_all_ajust"
    head += ";classement;evolution" + "".join(
        f";score_{d}_ajust;nb_rep_score_{d}_ajust" for d in ("AVH", "ACC", "PEC", "CER", "OVS")
    )
    row = "1;E;010000011;H;Corse;1;1;143;78,75;B;x;84,9;143;81,3;143;85,41;143;68,82;143;72,5;142"
    scores = read("esatis", tmp_path, f"{head}\n{row}")["scores"].set_index("dimension")
    assert set(scores["instrument"]) == {"esatis-ca"}
    assert scores["score"].to_dict() == {
        "all": 78.75,
        "avant": 84.9,
        "accueil": 81.3,
        "pec": 85.41,
        "chambre": 68.82,
        "sortie": 72.5,
    }
    assert scores.loc["sortie", "n"] == 142


def test_a_new_year_of_esatis_needs_options_and_no_code(tmp_path: Path) -> None:
    text = esatis_2019().replace("score_repas_rea_ajust", "note_repas").replace(";NV;", ";NE;")
    scores = read(
        "esatis",
        tmp_path,
        text,
        year="2024",
        columns={"repas": "note_repas"},
        answers={"repas": "nb_rep_note_repas"},
        classes={"NE": "not_applicable"},
    )["scores"]
    assert scores.query("dimension == 'repas' and establishment == '010000011'")["score"].tolist() == [64.99]
    assert set(scores.query("establishment == '010000014'")["status"]) == {"not_applicable"}
    assert set(scores["period"]) == {"2024"}


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "words"),
    [
        (";B;", ";E;", 2, "classement", "unknown code"),
        ("75,09", "750,9", 2, "score_all_rea_ajust", "out of bounds"),
        ("75,09", "bonne", 2, "score_all_rea_ajust", "neither a number"),
        ("2A0000012", "010000011", 3, "finess_geo", "duplicate identifier"),
        (";010000013;", ";10000013;", 4, "finess_geo", "unexpected form"),
        (";classement;", ";classe;", None, "classement", "column absent"),
    ],
)
def test_esatis_problems_name_row_and_column(
    tmp_path: Path, old: str, new: str, row: int | None, column: str, words: str
) -> None:
    with pytest.raises(DataError) as caught:
        read("esatis", tmp_path, esatis_2019().replace(old, new, 1))
    found = caught.value.problems[0]
    assert (found.file, found.row, found.column) == ("file.csv", row, column)
    assert words in found.what.en
    assert new.strip(";") not in caught.value.say() or column == "classement"


def test_an_unknown_esatis_instrument_lists_the_known(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="esatis-48h-mco, esatis-ca"):
        read("esatis", tmp_path, esatis_2019(), instrument="esatis-ssr")


SYGEN_COLUMNS = (
    "BOR;AN;FI;FI_EJ;LIT_MCO;SEJHC_MCO;JOU_MCO;PLA_MCO;SEJHP_MCO;ENT;PASSU_GEN;PASSU_PED;SEJACC;"
    "ETPSAL_TOT;ETP_INFSANSSPE;ETP_AID;ETP_SOINS;ETP_TOT_PNM"
)


def sae(year: str = "2019") -> dict[str, str]:
    summary = [
        SYGEN_COLUMNS,
        f"SYGEN;{year};010000011;010000001;100;4000;20000;10;1500;1;30000;;800;50.5;120.25;90;300;450",
        f"SYGEN;{year};010000012;010000001;;;;;;;;;;;;;12.5;20",
        "SYGEN;2018;010000011;010000001;;;;;;;;;;;;;;",
        "SYGEN;&an.;010000012;010000001;;;;;;;;;;;;;;",
        f"SYGEN;{year};2B0000013;2B0000003;0;0;0;4;900;;;5000;;3;10;5;20;40",
    ]
    identity = [
        "bor;an;fi;rs;fi_ej;stjr;cat;reg",
        f"ID;{year};010000011;CH DE L'ÎLE;010000001;1;355;84",
        f"ID;{year};010000012;CLINIQUE;010000001;2;365;84",
        f"ID;{year};2B0000013;CENTRE;2B0000003;3;131;94",
    ]
    return {f"ID_{year}r.csv": "\n".join(identity), f"SYGEN_{year}r.csv": "\n".join(summary)}


@pytest.mark.parametrize("year", ["2019", "2024"])
def test_sae_keeps_rows_of_the_year_and_never_makes_a_zero(tmp_path: Path, year: str) -> None:
    tables = read("sae", tmp_path, sae(year), year=year)
    quantities = tables["quantities"].set_index(["establishment", "quantity"])
    assert len(quantities) == 3 * 13
    assert quantities.index.is_unique
    assert quantities.loc[("010000011", "mco_beds"), "value"] == 100
    assert quantities.loc[("010000011", "nurse_fte"), "value"] == 120.25
    blank = quantities.loc[("010000012", "mco_beds")]
    assert blank["status"] == "not_available"
    assert blank["value"] != blank["value"]
    assert quantities.loc[("2B0000013", "mco_beds"), ["value", "status"]].tolist() == [0, "ok"]
    assert set(quantities["period"]) == {year}


def test_sae_sites_have_status_region_and_emergency(tmp_path: Path) -> None:
    sites = read("sae", tmp_path, sae())["establishments"].set_index("establishment")
    assert sites["status"].to_dict() == {
        "010000011": "public",
        "010000012": "private_for_profit",
        "2B0000013": "private_non_profit",
    }
    assert sites["emergency"].to_dict() == {"010000011": True, "010000012": False, "2B0000013": True}
    assert sites.loc["010000011", ["name", "category", "region"]].tolist() == [
        "CH DE L'ÎLE",
        "355",
        "Auvergne-Rhône-Alpes",
    ]


def test_sae_forms_can_be_read_alone(tmp_path: Path) -> None:
    identity, summary = sae()["ID_2019r.csv"], sae()["SYGEN_2019r.csv"]
    assert set(read("sae", tmp_path, identity)) == {"establishments"}
    assert set(read("sae", tmp_path, summary)) == {"establishments", "quantities"}


def test_sae_columns_that_come_and_go_are_options(tmp_path: Path) -> None:
    files = sae()
    files["SYGEN_2019r.csv"] = files["SYGEN_2019r.csv"].replace("PLA_MCO", "PLACES").replace("SEJACC", "OTHER")
    with pytest.raises(DataError) as caught:
        read("sae", tmp_path, files)
    assert {found.column for found in caught.value.problems} == {"PLA_MCO", "SEJACC"}
    tables = read("sae", tmp_path, files, columns={"mco_day_places": "PLACES"}, absent=["deliveries"])
    assert len(set(tables["quantities"]["quantity"])) == 12


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "column"),
    [
        ("SYGEN_2019r.csv", "20000", "-20000", 2, "JOU_MCO"),
        ("SYGEN_2019r.csv", "2B0000013", "010000012", 6, "FI"),
        ("ID_2019r.csv", ";3;131", ";7;131", 4, "stjr"),
        ("ID_2019r.csv", ";131;94", ";131;99", 4, "reg"),
    ],
)
def test_sae_problems_name_row_and_column(tmp_path: Path, file: str, old: str, new: str, row: int, column: str) -> None:
    files = sae()
    files[file] = files[file].replace(old, new, 1)
    with pytest.raises(DataError) as caught:
        read("sae", tmp_path, files)
    found = caught.value.problems[0]
    assert (found.file, found.row, found.column) == (file, row, column)


def test_sae_of_another_year_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no row of the year"):
        read("sae", tmp_path, sae(), year="2021")
    with pytest.raises(SettingError, match="year not given"):
        read("sae", tmp_path, sae(), year=None)


def test_iqss_2019_reads_percent_text_and_reasons_at_both_levels(tmp_path: Path) -> None:
    rows = [
        "finess;finess_pmsi;nom_ES;region;type;obligatoire_x;classe_x;res_dpa_pcd_mco;res_ca_qls_v2_mco;ete_ortho_ratio_oe",
        "010000011;010000001;HÔPITAL A;PACA;CH;1;A;93%;57;0.714",
        "010000012;010000012;CLINIQUE B;Corse;Privé;1;A;Non répondant;NV;Non concerné (pas d'activité)",
    ]
    tables = read("iqss", tmp_path, "\n".join(rows))
    values = tables["indicators"].set_index(["establishment", "code"])
    assert values.loc["010000011", "value"].to_dict() == {
        "iqss_dpa_pcd_mco": 93.0,
        "iqss_ca_qls_v2_mco": 57.0,
        "iqss_ete_ortho_ratio_oe": 0.714,
    }
    assert values.loc["010000012", "status"].to_dict() == {
        "iqss_dpa_pcd_mco": "non_respondent",
        "iqss_ca_qls_v2_mco": "not_validated",
        "iqss_ete_ortho_ratio_oe": "not_applicable",
    }
    sites = tables["establishments"].set_index("establishment")
    assert sites.loc["010000011", "legal_entity"] == "010000001"
    assert sites["legal_entity"].isna().tolist() == [False, True]


def test_older_iqss_files_keep_denominators_and_controls(tmp_path: Path) -> None:
    anaesthesia = [
        "finess,Sources,lib_reg,raison_sociale,repondant,resultat_tda,tda_c_etbt,tda_c_ichaut_etbt,tda_c_icbas_etbt,tda_c_den_etbt",
        "010000011,2015,Corse,A,Oui,Pas de contrôle,64.39,67.24,61.54,60",
        "010000012,2015,Corse,B,Oui,Recueil Non Validé,,,,",
        "010000013,2015,Corse,C,Non,Pas de contrôle,,.,.,",
    ]
    clots = [
        "Finess;rs;region;ete_ortho_cible_etbt;ete_ortho_obs_etbt;ete_ortho_att_etbt;ete_ortho_etbt;ete_ortho_pos_seuil_etbt",
        "010000011;A;Corse;132;3;1.5;2;B",
    ]
    files = {"dan_mco_recueil2016.csv": "\n".join(anaesthesia), "ete-ortho-2017-2018.csv": "\n".join(clots)}
    tables = read("iqss", tmp_path, files, year="2016")
    values = tables["indicators"].set_index(["code", "establishment"])
    assert values.loc[("iqss_dan_mco_tda_c", "010000011"), ["value", "denominator"]].tolist() == [64.39, 60]
    assert values.loc["iqss_dan_mco_tda_c", "status"].tolist() == ["ok", "not_validated", "non_respondent"]
    ratio = values.loc[("iqss_ete_ortho", "010000011")]
    assert ratio[["value", "numerator", "denominator"]].tolist() == [2, 3, 1.5]
    assert tables["establishments"]["establishment"].is_unique


def test_iqss_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no column of results"):
        read("iqss", tmp_path, "finess;nom\n010000011;A")


def test_a_new_year_needs_catalogue_entries_and_no_code(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = tmp_path_factory.mktemp("mirror")
    monkeypatch.setenv("CHAIRS_DATA_MIRROR", str(mirror))
    contents = {"esatis-2024.csv": esatis_2019(), **sae("2024")}
    entries: dict[str, dict] = {}
    for name, text in contents.items():
        content = text.encode("cp1252")
        (mirror / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))
        reader = "esatis" if "esatis" in name else "sae"
        fields = {"title": {"fr": "x", "en": "x"}, "publisher": "P", "licence": "L", "year": "2024", "reader": reader}
        file = {"name": name, "mirror": f"{name}.gz", "sha256": hashlib.sha256(content).hexdigest()}
        entries.setdefault(f"{reader}-2024", {**fields, "files": []})["files"].append({**file, "bytes": len(content)})
    (project / "data/catalog.yaml").write_text(yaml.safe_dump(entries), encoding="utf-8")
    text = (project / "pipelines/studies/france-2019.yaml").read_text(encoding="utf-8").replace("2019", "2024")
    text = re.sub(r"sources: .*", "sources: [esatis-2024, sae-2024]", text)
    (project / "pipelines/studies/france-2024.yaml").write_text(text, encoding="utf-8")
    study = paths.study("france-2024")
    assert prepare(study) == Availability(ready=True)
    ingest(study, paths.raw_folder("france-2024"), project / "out")
    sites = read_table(project / "out/establishments.parquet").set_index("establishment")
    assert sites["name"].to_dict() == {  # SAE names win; a site that only the survey knows keeps its own
        "010000011": "CH DE L'ÎLE",
        "010000012": "CLINIQUE",
        "010000013": "Hôpital C",
        "010000014": "Hôpital D",
        "2A0000012": "Hôpital B",
        "2B0000013": "CENTRE",
    }
    assert set(read_table(project / "out/scores.parquet")["period"]) == {"2024"}
    assert set(read_table(project / "out/quantities.parquet")["period"]) == {"2024"}
