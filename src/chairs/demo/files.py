"""The raw files of the demonstration territory: names, French headers, formats of each system."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from chairs.demo.export import midnights, write_csv, write_xlsx
from chairs.demo.pathways import write_emergency, write_planned
from chairs.demo.surveys import CUSTOMERS, PATIENTS, STAFF
from chairs.demo.yearbook import read_lines
from chairs.store.files import write_text

if TYPE_CHECKING:
    import pandas as pd

    from chairs.demo.hospital import Hospital
    from chairs.demo.plan import Plan
    from chairs.demo.territory import Territory

SOCIAL = {
    "staff_fte": "ETP_PAYES",
    "headcount": "EFFECTIF",
    "absence_days": "JOURS_ABS",
    "staff_arrivals": "ENTREES",
    "staff_departures": "SORTIES",
    "hours_worked": "HEURES_TRAVAILLEES",
    "work_accidents": "ACCIDENTS",
    "accident_days_lost": "JOURS_ACCIDENT",
    "agency_fte": "ETP_INTERIM",
    "training_hours": "HEURES_FORMATION",
}
VIOLENCE = {f"violence_level_{level}": f"NIVEAU_{level}" for level in (1, 2, 3, 4)}
ACTIVITY = {
    "mco_beds": "LITS",
    "mco_full_stays": "SEJOURS",
    "mco_days": "JOURNEES",
    "mco_day_stays": "SEJOURS_JOUR",
    "care_fte": "ETP_SOINS",
}
HOSPITAL = {
    **ACTIVITY,
    "mco_day_places": "PLACES",
    "ed_visits_general": "PASSAGES_GEN",
    "ed_visits_paediatric": "PASSAGES_PED",
    "deliveries": "ACCOUCHEMENTS",
    "nurse_fte": "ETP_IDE",
    "aide_fte": "ETP_AS",
    "physician_fte": "ETP_MEDECINS",
}
BUDGET = {
    "operating_income": "PRODUITS",
    "operating_expense": "CHARGES",
    "self_financing": "CAF",
    "financial_debt": "DETTE",
}
COMPANY = {
    "revenue": "CHIFFRE_AFFAIRES",
    "customers": "CLIENTS",
    **{k: v for k, v in BUDGET.items() if k != "operating_income"},
}
STATUSES = {"public": "Public", "private_non_profit": "Privé non lucratif", "private_for_profit": "Privé lucratif"}
EMERGENCY = ("ed_visits_general", "ed_visits_paediatric", "ed_visits_discharged", "returns_72h")
SILENT = 0.08  # share of the other hospitals that send no violence report: reporting is voluntary

README = """# Données de démonstration / Demonstration data

Tout est inventé : hôpitaux, entreprises, patients, agents, réponses. Aucune personne ni aucun établissement réels.
Les numéros FINESS commencent par 99, qui n'est le numéro d'aucun département ; les dossiers et les répondants
commencent par DEMO.

Everything is invented: hospitals, companies, patients, staff, answers. No real person or establishment.
FINESS numbers begin with 99, which is no department; cases and respondents begin with DEMO.
"""


def write_files(plan: Plan, territory: Territory, folder: Path) -> None:
    """Write all files of the territory into `folder`."""
    write_text(folder / "README.md", README)
    write_emergency(plan, territory.hospital, folder / "demo_entrepot_urgences.parquet")
    write_planned(plan, territory.hospital, folder / "demo_sejours_programmes.csv")
    write_csv(_beds(plan, territory.hospital), folder / "demo_lits_ouverts.csv", separator=",")
    _write_staff(plan, territory, folder)
    _write_activity(plan, territory, folder)
    _write_years(plan, territory, folder)
    _write_answers(territory, folder)
    _write_comments(territory, folder)


def _beds(plan: Plan, hospital: Hospital) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    days = plan.days.warm_up
    beds, dates = hospital.beds[:, days:], midnights(plan.days.dates[days:])
    return pd.DataFrame(
        {
            "SITE": plan.parameters.hospital.finess,
            "UF": np.repeat([ward.code for ward in plan.parameters.wards], len(dates)),
            "HORODATAGE": np.tile(dates, len(beds)),
            "LITS_OUVERTS": beds.ravel(),
        }
    )


def _monthly(plan: Plan, frame: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Return a monthly extract: establishment, unit and its label, month as mm/yyyy, columns renamed."""
    names_of = {ward.code: ward.label for ward in plan.parameters.wards}
    names_of |= {unit.code: unit.label for unit in plan.parameters.staff.units}
    month = frame["period"].str[5:] + "/" + frame["period"].str[:4]
    head = {"FINESS": plan.parameters.hospital.finess, "UF": frame["unit"]}
    label = frame["unit"].map(names_of)
    return (
        frame[list(names)]
        .rename(columns=names)
        .pipe(lambda table: table[[]].assign(**head, LIBELLÉ=label, MOIS=month).join(table))
    )


def _write_staff(plan: Plan, territory: Territory, folder: Path) -> None:
    counts = dict.fromkeys(set(SOCIAL) - {"staff_fte", "agency_fte"}, "int64")
    staff = _monthly(plan, territory.staff.astype(counts), SOCIAL)
    write_csv(staff, folder / "demo_rh_mensuel.csv", encoding="cp1252", decimal=",")
    write_csv(_monthly(plan, territory.staff, VIOLENCE), folder / "demo_violences_onvs.csv", encoding="utf-8-sig")


def _write_activity(plan: Plan, territory: Territory, folder: Path) -> None:
    write_csv(_monthly(plan, territory.activity, ACTIVITY), folder / "demo_activite.csv", decimal=",")
    for site, quantity in zip(plan.parameters.departments, ("GEN", "PED"), strict=True):
        those = territory.visits[territory.visits["unit"] == site.code]
        visits = _monthly(plan, those, {"visits": f"PASSAGES_{quantity}"})
        write_csv(visits, folder / f"demo_passages_{quantity.lower()}.csv")


def _write_years(plan: Plan, territory: Territory, folder: Path) -> None:
    import numpy as np
    import pandas as pd

    sites = territory.sites.assign(
        kind=territory.sites["kind"].map({"hospital": "HOPITAL", "company": "ENTREPRISE"}),
        status=territory.sites["status"].map(STATUSES),
        emergency=np.where(territory.sites["emergency"], "OUI", "NON"),
    )
    names = ["FINESS", "FINESS_EJ", "RAISON_SOCIALE", "NATURE", "STATUT", "CATEGORIE", "REGION", "URGENCES"]
    sites = sites.drop(columns="size").set_axis(names, axis=1)
    write_csv(sites, folder / "demo_etablissements.csv", encoding="cp1252")
    hospitals, companies = territory.declared["hospital"], territory.declared["company"]
    closed = territory.sites.loc[~territory.sites["emergency"], "establishment"]
    table = _yearly(hospitals, HOSPITAL | SOCIAL | VIOLENCE, closed)
    sites_of = table["FINESS"].unique()
    silent = sites_of[plan.draw("quantities", "silent")("sites").random(len(sites_of)) < SILENT]
    columns = list(VIOLENCE.values())
    table[columns] = table[columns].astype("str").mask(table["FINESS"].isin(silent), "NR")
    write_csv(table, folder / "demo_hopitaux_annuel.csv", decimal=",")
    write_csv(_yearly(companies, SOCIAL | COMPANY), folder / "demo_entreprises_annuel.csv")
    budget = _yearly(pd.concat([territory.declared["own"], hospitals]), BUDGET)
    write_xlsx(budget, folder / "demo_budget.xlsx", "Démonstration")
    for kind, name in (("hospital", "hopitaux"), ("company", "entreprises")):
        named = {str(word): read_lines()[str(word)].column for word in territory.yearbook[kind].columns}
        write_csv(_yearly(territory.yearbook[kind], named, closed), folder / f"demo_bilan_{name}.csv", decimal=",")


def _yearly(declared: pd.DataFrame, names: dict[str, str], closed: Iterable[str] = ()) -> pd.DataFrame:
    """Return a declaration by year; a count of an emergency department is `NC` at the sites that have none.

    Parameters
    ----------
    closed
        Sites without any. One that has no department for children declares no visit there.
    """
    table = declared[list(names)].rename(columns=names)
    whole = [name for name in table.columns if not name.startswith("ETP")]
    table = table.astype(dict.fromkeys(whole, "int64")).rename_axis(["FINESS", "ANNEE"]).reset_index()
    none = table["FINESS"].isin(list(closed))
    for word in set(EMERGENCY) & set(names):
        children = (word == "ed_visits_paediatric") & (table[names[word]] == 0)
        table[names[word]] = table[names[word]].astype("str").mask(none | children, "NC")
    return table


def _write_answers(territory: Territory, folder: Path) -> None:
    own = _answers(territory.answers["own"], ["unit", "entry"], {"unit": "UF", "entry": "MODE_ENTREE"})
    own["PERIODE"] = own["PERIODE"].str[5:] + "/" + own["PERIODE"].str[:4]
    write_csv(own, folder / "demo_enquete_patients.csv", encoding="utf-8-sig")
    for instrument, name in ((PATIENTS, "patients_territoire"), (STAFF, "personnel"), (CUSTOMERS, "clients")):
        answers = _answers(territory.answers[instrument], ["unit"], {"unit": "UF"})
        write_csv(answers, folder / f"demo_enquete_{name}.csv")


def _write_comments(territory: Territory, folder: Path) -> None:
    names = ["REPONDANT", "FINESS", "UF", "PERIODE", "COMMENTAIRE", "LECTEUR_A", "LECTEUR_B"]
    comments = territory.comments.set_axis(names, axis=1)
    comments["PERIODE"] = comments["PERIODE"].str[:4]
    write_csv(comments, folder / "demo_commentaires.csv", encoding="utf-8-sig")


def _answers(frame: pd.DataFrame, more: list[str], names: dict[str, str]) -> pd.DataFrame:
    head = ["respondent", "establishment", *more, "period", "mode", "age", "sex"]
    items = [name for name in frame.columns if name not in {*head, "entry"}]
    known = {"respondent": "REPONDANT", "establishment": "FINESS", "period": "PERIODE", "mode": "RECUEIL"}
    return frame[head + items].rename(columns={**known, "age": "TRANCHE_AGE", "sex": "SEXE", **names})
