"""Each figure says what its table says, also when the table is empty, masked, tied or has one row."""

from __future__ import annotations

import re
from dataclasses import replace
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from chairs.core.errors import Text
from chairs.core.study import Study
from chairs.dashboards import comparison, rows
from chairs.dashboards.fiche import Absence, Fiche
from chairs.dashboards.figures import FIGURES
from chairs.dashboards.words import outcome

pytestmark = pytest.mark.unit
FULL = "mco_beds, status, emergency"


def plain(text: Text) -> str:
    return text.fr.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def drawn(figure: str, study: Study, tables: dict[str, pd.DataFrame]) -> Fiche:
    made = FIGURES[figure].draw(study, tables)
    assert isinstance(made, Fiche), made
    return made


def absent(figure: str, study: Study, tables: dict[str, pd.DataFrame]) -> Absence:
    made = FIGURES[figure].draw(study, tables)
    assert isinstance(made, Absence), made
    assert made.reason.fr
    assert made.reason.en
    return made


@pytest.fixture(scope="module")
def hospital(invented: ModuleType) -> tuple[Study, dict[str, pd.DataFrame]]:
    return invented.hospital(), invented.released(invented.hospital())


@pytest.fixture(scope="module")
def sites(invented: ModuleType) -> tuple[Study, dict[str, pd.DataFrame]]:
    return invented.sites(), invented.released(invented.sites())


def test_every_figure_is_drawn_from_whole_tables_in_both_languages(hospital: Any, sites: Any) -> None:
    for name in FIGURES:
        study, tables = hospital
        fiche = drawn(name, study, tables)
        assert fiche.id == name
        for text in (fiche.sentence, fiche.alt, fiche.title):
            assert not re.search(r"\d\.\d|(?<![\w–-])-\d", text.fr), text.fr
            assert "nan" not in text.fr.lower().split(), text.fr
            assert "None" not in text.fr


def test_every_figure_survives_empty_tables(hospital: Any) -> None:
    study, tables = hospital
    empty = {name: frame.iloc[0:0] for name, frame in tables.items()}
    for name in FIGURES:
        absent(name, study, empty)


def test_every_figure_survives_tables_masked_whole(hospital: Any) -> None:
    study, tables = hospital
    masked = {}
    for name, frame in tables.items():
        numbers = [c for c in frame.select_dtypes("number").columns if c not in ("rank", "weekday", "hour")]
        masked[name] = frame.assign(**{c: float("nan") for c in numbers}, cell_status="masked")
    for name in FIGURES:
        absent(name, study, masked)


def covered(figure: Any) -> list[str]:
    """Return the names above the rows of a narrow screen that a mark touches, each with the height of that mark."""
    narrow = figure.layout.meta["narrow"]
    low, high = narrow["yaxis.range"]
    row = (narrow["height"] - figure.layout.margin.t - figure.layout.margin.b) / (high - low)  # px
    marks = [
        (y * row, (trace.marker.size or 6) / 2)
        for trace in figure.data
        if trace.type == "scatter" and "markers" in trace.mode
        for y in trace.y
    ]
    names = [(one, one["y"] * row + one["yshift"]) for one in narrow["annotations"]]
    return [
        f"{name['text']}: {y / row:.2f}"
        for name, foot in names
        for y, half in marks
        if y + half > foot and y - half < foot + rows.LINE * (name["text"].count("<br>") + 1)
    ]


def test_no_mark_touches_a_name_above_its_row_on_a_narrow_screen(hospital: Any) -> None:
    study, tables = hospital
    seen = []
    for name in FIGURES:
        for lang, figure in (drawn(name, study, tables).figure or {}).items():
            layout = getattr(figure, "layout", None)  # a map is no plot
            narrow = (layout.meta or {}).get("narrow", {}) if layout else {}
            if any("yshift" in one for one in narrow.get("annotations", ())):
                assert not covered(figure), (name, lang, covered(figure))
                seen.append(name)
    assert {"associations", "claims", "control-charts", "score-reliability"} <= set(seen)


@pytest.mark.parametrize("far", [-1e6, 1e6])
def test_a_month_far_outside_its_limits_touches_no_name(hospital: Any, far: float) -> None:
    study, tables = hospital
    every = tables["indicators"]
    last = (every["establishment"] == study.focus) & (every["period"] == every["period"].max())
    shown = every.assign(value=every["value"].mask(last, far))
    figures = drawn("control-charts", study, {**tables, "indicators": shown}).figure
    heights = [y for trace in figures["en"].data if trace.mode == "markers" for y in trace.y]
    assert max(abs(y - round(y)) for y in heights) == pytest.approx(0.3)  # at the edge of its row
    assert not covered(figures["fr"]) + covered(figures["en"])


def test_one_outcome_is_chosen_for_all_figures_where_the_study_names_none(sites: Any) -> None:
    study, tables = sites
    links = tables["links"]
    first = comparison.outcome_compared(replace(study, outcome=None), {"scores": tables["scores"]})
    ours = links[links["outcome"] == str(study.outcome)].assign(outcome=first)
    others = ours.assign(outcome="a-form/all", estimate=-ours["estimate"], exposure="turnover")  # first of the links
    loose = {**tables, "links": pd.concat([others, links, ours], ignore_index=True)}
    loose = {**loose, "coverage": tables["coverage"].assign(outcome="b-form/all")}
    study = replace(study, outcome=None)
    what = outcome(first).fr
    assert what in plain(drawn("associations", study, loose).question)
    assert "turnover" not in {row[0] for row in drawn("associations", study, loose).table.rows}
    assert plain(drawn("score-indicator", study, loose).title) != "Score d'expérience et rotation du personnel"
    assert {row[0].partition("/")[0] for row in drawn("dimensions", study, loose).table.rows} == {
        first.partition("/")[0]
    }


def week(unit: str, value: Any) -> pd.DataFrame:
    rows = [[unit, d, h, "arrivals", value(d, h), 0, 0, 104, "ok"] for d in range(1, 8) for h in range(24)]
    return pd.DataFrame(rows, columns=["unit", "weekday", "hour", "measure", "mean", "p10", "p90", "n", "cell_status"])


def test_arrivals_name_their_peak_their_trough_and_the_mean_of_a_day(hospital: Any) -> None:
    study, _ = hospital
    profile = week("URG", lambda d, h: 9.0 if (d, h) == (1, 10) else 0.5 if (d, h) == (7, 4) else 2.0)
    fiche = drawn("arrivals", study, {"profile": pd.concat([profile, week("MED", lambda d, h: 1.0)])})
    assert round((7 * 24 * 2 + 7 - 1.5) / 7, 1) == 48.8
    assert plain(fiche.sentence) == (
        "L'affluence culmine le lundi de 10 h à 11 h (9,0 arrivées par heure) et retombe le dimanche de 4 h à 5 h (0,5)"
        " ; 48,8 arrivées par jour en moyenne (Urgences adultes)."
    )
    assert "Urgences adultes" in fiche.title.fr


def test_arrivals_of_the_whole_hospital_are_the_key_number_where_released(hospital: Any, invented: ModuleType) -> None:
    study, _ = hospital
    tables = {"profile": week("URG", lambda d, h: 2.0), "facts": invented.facts()}
    fiche = drawn("arrivals", replace(study, pathway={"arrival": "arrival"}), tables)
    assert plain(fiche.sentence).endswith(" Passages aux urgences par jour, tout l'hôpital : 278,2.")
    assert fiche.headline is not None
    assert plain(fiche.headline.value) == "278,2"
    assert "Arrivées par jour, moyenne : 278,2" in plain(drawn("arrivals", study, tables).sentence)


def test_arrivals_all_equal_claim_no_peak(hospital: Any) -> None:
    study, _ = hospital
    fiche = drawn("arrivals", study, {"profile": week("URG", lambda d, h: 2.0)})
    assert plain(fiche.sentence).startswith("Aucune différence décelable")
    assert "peak" not in fiche.sentence.en


def test_arrivals_with_a_masked_hour_give_no_daily_mean(hospital: Any) -> None:
    study, _ = hospital
    profile = week("URG", lambda d, h: None if (d, h) == (3, 3) else float(h))
    fiche = drawn("arrivals", study, {"profile": profile})
    assert "par jour" not in fiche.sentence.fr
    assert fiche.headline is None


def test_delays_name_the_shortest_and_the_longest(hospital: Any) -> None:
    fiche = drawn("durations", *hospital)
    assert plain(fiche.sentence) == (
        "Délai médian : 7 min jusqu'à « Tri par l'infirmière » (neuf sur dix en 18 min au plus, n = 9 000) ; "
        "4 h 36 jusqu'à « Sortie des urgences » (neuf sur dix en 11 h 30 au plus, n = 9 000)."
    )
    assert fiche.note is not None
    assert "1 étape masquée" in plain(fiche.note)
    assert "6 délais négatifs gardés" in plain(fiche.note)
    masked = fiche.table.formatted("fr")[-1]
    assert {cell.replace("\u00a0", " ") for cell in masked[1:]} == {"masqué (n < 11)"}


def test_zero_constant_and_return_delays_are_not_what_is_quoted(hospital: Any) -> None:
    study, tables = hospital
    table = tables["durations"].copy()
    since = table["kind"] == "since_reference"
    table.loc[since & (table["to_activity"] == "triage"), ["median_hours", "p10_hours", "p25_hours"]] = 0.0
    spread = ["median_hours", "p10_hours", "p25_hours", "p75_hours", "p90_hours"]
    table.loc[since & (table["to_activity"] == "departure"), spread] = 10.0
    again = replace(study, pathway={"returns": ["bed_request"]})
    fiche = drawn("durations", again, {"durations": table})
    assert plain(fiche.sentence).startswith("Délai médian : 1 h 06 jusqu'à « Consultation médicale »")
    assert "2 h 12 jusqu'à « Imagerie »" in plain(fiche.sentence)
    assert fiche.headline is not None
    assert plain(fiche.headline.value) == "2 h 12"
    assert len(fiche.table.rows) == 6


def test_delays_in_the_table_are_hours_with_two_decimals(hospital: Any) -> None:
    fiche = drawn("durations", *hospital)
    assert fiche.table.formatted("fr")[0][4] == "0,12"
    assert fiche.table.columns[4].label.fr == "Médiane (heures)"


def test_a_zero_on_a_log_axis_is_said_to_be_under_its_start(invented: ModuleType) -> None:
    table = invented.durations(days=True)
    table.loc[table["to_activity"] == "triage", ["median_hours", "p10_hours", "p25_hours"]] = 0.0
    texts = drawn("durations", invented.pathway(), {"durations": table}).figure["fr"].data[2]["text"]
    assert texts[0].replace("\u00a0", " ") == "≤ 8 min"


def test_one_delay_and_equal_delays(hospital: Any, invented: ModuleType) -> None:
    study, _ = hospital
    table = invented.durations()
    one = table[table["to_activity"] == "imaging"]
    assert plain(drawn("waits", study, {"durations": one}).sentence) == (
        "Attente médiane : 36 min pour « Imagerie » (neuf sur dix en 1 h 30 au plus, n = 4 000)."
    )
    same = table.assign(median_hours=table["median_hours"].where(table["kind"] != "waiting", 2.0))
    assert "Aucune différence décelable" in drawn("waits", study, {"durations": same}).sentence.fr


def test_a_log_that_dates_no_request_has_no_figure_of_waits(hospital: Any) -> None:
    study, tables = hospital
    since = tables["durations"][tables["durations"]["kind"] == "since_reference"]
    assert FIGURES["waits"].draw(study, {"durations": since}) is None


def test_a_delay_whose_count_is_masked_gives_no_count(hospital: Any) -> None:
    study, tables = hospital
    table = tables["durations"]
    hidden = table.assign(n=table["n"].mask(table["to_activity"] == "triage"))
    sentence = plain(drawn("durations", study, {"durations": hidden}).sentence)
    assert "« Tri par l'infirmière » (neuf sur dix en 18 min au plus) ;" in sentence


def test_census_does_not_average_over_masked_hours(hospital: Any) -> None:
    study, tables = hospital
    profile = tables["profile"].copy()
    profile.loc[(profile["unit"] == "GER") & (profile["hour"] == 3) & (profile["measure"] == "census"), "mean"] = None
    fiche = drawn("census", study, {"profile": profile, "unit_day": tables["unit_day"]})
    assert "GER" not in {row[0] for row in fiche.table.rows}


def test_census_hides_full_days_where_a_day_is_masked(hospital: Any) -> None:
    fiche = drawn("census", *hospital)
    shown = {row[0]: row for row in fiche.table.formatted("fr")}
    assert shown["Chirurgie viscérale"][6].replace("\u00a0", " ") == "masqué (n < 11)"
    assert shown["Médecine interne"][6].endswith("%")
    assert "2 unités sur 2 connues sont pleines" in plain(fiche.sentence)
    assert "(jours masqués, petits effectifs : 1)" in plain(fiche.sentence)


def test_census_without_daily_table_names_the_fullest_unit(hospital: Any) -> None:
    study, tables = hospital
    fiche = drawn("census", study, {"profile": tables["profile"]})
    assert "l'unité la plus occupée est « Gériatrie aiguë »" in plain(fiche.sentence)


def test_variants_leave_the_merged_ones_out_of_the_ranking(hospital: Any) -> None:
    fiche = drawn("variants", *hospital)
    assert plain(fiche.sentence) == (
        "Le parcours le plus fréquent concerne 3 100 passages (31,0 %) ; les 4 premiers réunissent 57,0 % "
        "des passages. "
        "Parcours différents : 846 pour 9 100 passages."
    )
    assert fiche.note is not None
    assert "43,0 %" in plain(fiche.note)
    assert "×\u00a02" in fiche.figure["fr"]


def test_tied_variants_are_said_to_be_tied(hospital: Any, invented: ModuleType) -> None:
    study, _ = hospital
    table = invented.variants().assign(cases=100, share=0.2)
    assert plain(drawn("variants", study, {"variants": table}).sentence).startswith("4 parcours sont à égalité en tête")


def test_the_map_never_draws_more_arrows_than_can_be_read(hospital: Any) -> None:
    study, _ = hospital
    steps = [f"s{i:02d}" for i in range(30)]
    arcs = pd.DataFrame(
        [(a, b, 100 + i, 100 + i, 1.0, 2.0, "ok") for i, (a, b) in enumerate((a, b) for a in steps for b in steps)],
        columns=["source", "target", "cases", "n", "median_hours", "p90_hours", "cell_status"],
    )
    fiche = drawn("process-map", study, {"transitions": arcs})
    assert fiche.figure["fr"].count("<path") <= 2 * 70
    assert len(fiche.table.rows) == len(arcs)


def test_the_map_says_how_many_visits_when_that_is_released(hospital: Any) -> None:
    study, tables = hospital
    facts = pd.DataFrame({"name": ["cases"], "value": [9100.0], "unit": [None], "n": [None], "status": ["ok"]})
    assert drawn("process-map", study, {**tables, "facts": facts}).n == 9100


def test_associations_count_what_is_distinguishable_and_name_the_strongest(sites: Any) -> None:
    fiche = drawn("associations", *sites)
    assert plain(fiche.sentence) == (
        "En 2019, sur 3 indicateurs ajustés sur la taille (lits MCO), le statut juridique et la présence d'un service "
        "d'urgences, 3 restent liés au score (moins de 5 % de fausses alertes attendues parmi les liens retenus). "
        "Lien le plus fort : Taux d'occupation des lits, force −0,31 [−0,38 ; −0,24] sur une échelle de −1 à +1 "
        "(90 établissements). Association exploratoire — pas une preuve de causalité."
    )
    assert fiche.headline is not None
    assert plain(fiche.headline.value) == "3 sur 3"
    assert len(fiche.table.rows) == 10


def test_associations_without_any_clear_link_say_none(sites: Any) -> None:
    study, tables = sites
    fiche = drawn("associations", study, {"links": tables["links"].assign(q=0.4)})
    none = "aucun n'a de lien distinct de zéro, une fois compté le nombre de comparaisons faites"
    assert none in plain(fiche.sentence)
    assert "none has a link" in fiche.sentence.en


def test_associations_with_crude_estimates_only(sites: Any) -> None:
    study, tables = sites
    crude = tables["links"][tables["links"]["adjusted_for"] == ""]
    fiche = drawn("associations", study, {"links": crude})
    assert "En 2019, sur 5 indicateurs examinés sans ajustement" in fiche.sentence.fr
    assert fiche.note is not None
    assert "Aucune estimation ajustée" in fiche.note.fr


def test_each_link_says_what_it_is_adjusted_for_and_other_sets_are_left_out(sites: Any) -> None:
    study, tables = sites
    links = tables["links"].copy()
    own = (links["exposure"] == "mean_stay") & (links["adjusted_for"] != "") & links["outcome"].str.endswith("/all")
    links.loc[own, ["adjusted_for", "estimate"]] = ["mco_beds, status", -0.9]
    fiche = drawn("associations", study, {"links": links})
    shown = {tuple(row[:2]): row for row in fiche.table.formatted("fr")}
    assert shown["Durée moyenne de séjour", "ajustée"][2] == "la taille (lits MCO) et le statut juridique"
    assert shown["Durée moyenne de séjour", "brute"][2] == "–"
    assert shown["Durée moyenne de séjour", "ajustée"][3] == "−0,900"
    assert plain(fiche.sentence).startswith("En 2019, sur 2 indicateurs ajustés")
    assert "Durée moyenne" not in fiche.sentence.fr
    assert fiche.note is not None
    assert "Durée moyenne de séjour (seulement sur la taille (lits MCO) et le statut juridique)" in plain(fiche.note)
    assert "obstétrique (seulement sur le statut juridique et la présence" in plain(fiche.note)


def test_a_measure_of_size_is_not_counted_even_when_adjusted_for_all(sites: Any) -> None:
    study, tables = sites
    links = tables["links"].assign(adjusted_for=tables["links"]["adjusted_for"].replace("status, emergency", FULL))
    fiche = drawn("associations", study, {"links": links})
    assert plain(fiche.sentence).startswith("En 2019, sur 3 indicateurs ajustés")
    assert fiche.note is not None
    assert "obstétrique (mesure de taille)" in plain(fiche.note)


def test_each_dimension_has_its_strongest_link_that_is_not_size(sites: Any) -> None:
    fiche = drawn("dimensions", *sites)
    assert [row[:2] for row in fiche.table.rows] == [
        ("esatis-48h-mco/accueil", "mean_stay"),
        ("esatis-48h-mco/pec_inf", "occupancy"),
        ("esatis-48h-mco/repas", "day_stay_share"),
    ]
    assert plain(fiche.sentence).startswith("En 2019, 2 des 3 dimensions ont un lien qui se distingue de zéro")
    assert "force 0,40 [0,30 ; 0,50] sur une échelle de −1 à +1 (90 établissements)" in plain(fiche.sentence)


def test_links_of_which_none_can_be_counted_make_no_sentence(sites: Any) -> None:
    study, tables = sites
    links = tables["links"]
    only = links[(links["exposure"] == "mco_beds") & (links["adjusted_for"] != "")]
    size = links[(links["exposure"] == "mco_beds") & (links["adjusted_for"] == "")]
    beds = only.assign(adjusted_for="mco_beds, status")
    absent("associations", study, {"links": beds})
    assert FIGURES["dimensions"].draw(study, {"links": size}) is None


def test_a_score_without_dimensions_has_no_figure_of_them(sites: Any, invented: ModuleType) -> None:
    study, _ = sites
    assert FIGURES["dimensions"].draw(study, {"links": invented.links(str(study.outcome))}) is None


def test_position_counts_the_measures_outside_the_usual_range(sites: Any) -> None:
    study, tables = sites
    fiche = drawn("position", study, tables)
    shares = [row[5] for row in fiche.table.rows]
    away = sum(not 20 <= share <= 80 for share in shares)
    assert f"pour {away} mesure" in plain(fiche.sentence)
    expected = round(0.4 * len(shares))
    assert f"sur {len(shares)} (on en attend environ {expected} pour un" in plain(fiche.sentence)


def test_ratios_are_shown_in_percent(sites: Any) -> None:
    study, tables = sites
    raw = tables["indicators"].set_index(["establishment", "code"])["value"]["E001", "occupancy"]
    rows = {row[0]: row for row in drawn("position", study, tables).table.rows}
    assert rows["occupancy"][1] == pytest.approx(100 * raw)
    scatter = drawn("score-indicator", study, tables)
    assert scatter.table.columns[-2].label.fr == "Taux d'occupation des lits (%)"
    assert max(row[-2] for row in scatter.table.rows) > 40


def test_position_needs_a_focus_and_enough_peers(sites: Any) -> None:
    study, tables = sites
    absent("position", replace(study, focus=None), tables)
    absent("position", replace(study, focus="E999"), tables)
    absent("position", study, {**tables, "establishments": tables["establishments"].head(5)})


def test_coverage_counts_joined_and_scored(sites: Any) -> None:
    fiche = drawn("score-distribution", *sites)
    assert plain(fiche.sentence).startswith(
        "En 2019, 93 des 116 établissements appariés ont un score (80,2 %), sur 120 interrogés"
    )
    assert "Score moyen : 72,30 avec urgences (n = 47), 75,60 sans urgences (n = 46)." in plain(fiche.sentence)
    scored = {row[0]: row[1] for row in fiche.table.rows}
    assert scored["every"] == 93
    assert sum(n for group, n in scored.items() if group.startswith("status=")) == 93
    assert fiche.n == 93


def test_coverage_that_differs_from_the_scores_is_believed(sites: Any) -> None:
    study, tables = sites
    coverage = tables["coverage"].assign(n=tables["coverage"]["n"] + 1)
    assert plain(drawn("score-distribution", study, {**tables, "coverage": coverage}).sentence).startswith(
        "En 2019, 94 des 117 établissements appariés ont un score (80,3 %), sur 121 interrogés"
    )


def test_the_focus_is_marked_among_its_peers(sites: Any) -> None:
    fiche = drawn("score-indicator", *sites)
    groups = [row[2] for row in fiche.table.rows]
    assert groups.count("focus") == 1
    assert "CH de Valmont a un score de" in plain(fiche.sentence)
    assert "Taux d'occupation" in plain(fiche.title) or "taux d'occupation" in plain(fiche.title)


def test_scores_all_equal_claim_no_spread(sites: Any) -> None:
    study, tables = sites
    flat = {**tables, "scores": tables["scores"].assign(score=70.0)}
    fiche = drawn("score-indicator", replace(study, focus=None), flat)
    assert "ont le même score : 70,0" in plain(fiche.sentence)
    assert "La médiane est la même pour tous les statuts" in plain(drawn("score-distribution", study, flat).sentence)


def test_a_jump_is_told_and_a_masked_month_is_not_bridged(hospital: Any) -> None:
    study, tables = hospital
    fiche = drawn("control-charts", study, tables)
    assert "1 des 2 mesures sort de sa variation habituelle (1 préoccupation)" in plain(fiche.sentence)
    rows = {row[0]: row for row in fiche.table.rows}
    assert rows["absenteeism"][5:7] == ("concern", "above_limit")
    assert rows["training_hours_per_fte"][5] == "common"
    monthly = tables["indicators"]
    hidden = (monthly["code"] == "absenteeism") & (monthly["period"] == "2018-05")
    masked = monthly.assign(value=monthly["value"].mask(hidden))
    fiche = drawn("control-charts", study, {**tables, "indicators": masked})
    assert len(fiche.table.rows) == 1
    assert fiche.note is not None
    assert "1 mesure écartée" in plain(fiche.note)


def test_less_than_twelve_months_are_read_as_a_run(hospital: Any) -> None:
    study, tables = hospital
    monthly = tables["indicators"]
    months = sorted(monthly.loc[monthly["code"] == "absenteeism", "period"].unique())
    first = monthly[monthly["period"].isin(months[:10])]
    own = (first["code"] == "absenteeism") & (first["establishment"] == study.focus)
    step = first["period"].rank(method="dense").gt(5)
    stepped = first.assign(value=first["value"].mask(own, first["value"].rank() / 1000 + 5.0 * step))
    gone = FIGURES["control-charts"].draw(study, {**tables, "indicators": stepped, "scores": tables["scores"].head(0)})
    said = plain(gone.reason)
    assert "Moins de douze mois, donc sans limites (2 mesures)" in said
    assert "changement durable visible (Absentéisme" in said
    mixed = monthly[(monthly["code"] != "absenteeism") | monthly["period"].isin(months[:9])]
    note = plain(drawn("control-charts", study, {**tables, "indicators": mixed}).note)
    assert "sans limites (1 mesure) : aucun changement durable n'est visible" in note


def test_declared_links_are_told_by_verdict_in_points_of_the_declared_change(hospital: Any) -> None:
    study, tables = hospital
    fiche = drawn("claims", study, tables)
    said = plain(fiche.sentence)
    assert "Sur 4 liens déclarés avant de lire les résultats (dont 1 non estimable), 1 est soutenu et 1 est" in said
    assert "−2,00 points [−3,00 ; −1,00]" in said
    assert [row[3] for row in fiche.table.rows] == ["supported", "doubtful", "not_supported", "not_valid"]
    assert fiche.note is not None
    assert "Protocole scellé le 22 novembre 2026, empreinte 0123456789ab" in plain(fiche.note)
    assert "1 écart consigné depuis : 22 novembre 2026, un modèle ajouté (pour voir ; sans effet" in plain(fiche.note)
    assert fiche.headline is not None
    assert plain(fiche.headline.value) == "1 sur 4"
    none = tables["claims"].assign(claim="not_supported")
    assert "Aucun des 4 liens" in plain(drawn("claims", study, {**tables, "claims": none}).sentence)
    assert FIGURES["claims"].draw(replace(study, protocol=None), tables) is None


def test_scenarios_are_told_with_their_interval_and_nothing_when_it_touches_zero(hospital: Any) -> None:
    study, tables = hospital
    said = plain(drawn("scenarios", study, tables).sentence)
    assert "2 scénarios changent l'attente d'un lit (5 h 30 en moyenne)" in said
    assert "« more-beds » −0,50 h [−0,70 ; −0,30]" in said
    assert "« surge » +1,60 h [1,20 ; 2,00]" in said
    low, high = drawn("scenarios", study, tables).figure["fr"].layout.xaxis.range
    known = tables["effects"].query("measure == 'boarding_mean'")
    assert low < known["low"].min() < known["high"].max() < high  # no interval touches the frame
    nothing = tables["effects"].assign(low=-1.0, high=1.0)
    assert "Aucun des 3 scénarios" in plain(drawn("scenarios", study, {**tables, "effects": nothing}).sentence)


def test_a_test_that_does_not_hold_is_shown_beyond_the_line(hospital: Any) -> None:
    study, tables = hospital
    fiche = drawn("trust", study, tables)
    assert "1 épreuve sur 2" in plain(fiche.sentence)
    assert {row[0]: row[-1] for row in fiche.table.rows} == {"ngd3": "True", "red": "False"}
    for names, told in (((), False), (("ten-medical-beds",), True)):  # then the twin that answers them is judged
        note = drawn("trust", replace(study, scenarios=names), tables).note
        assert ("celui des scénarios" in note.fr, "that of the scenarios" in note.en) == (told, told)


def test_the_band_is_drawn_with_the_other_tests_by_its_distance_from_80_percent(hospital: Any) -> None:
    study, tables = hospital
    row = tables["verdicts"].query("measure == 'red'").assign(measure="coverage", value=0.65, limit=0.7, holds=False)
    fiche = drawn("trust", study, {**tables, "verdicts": pd.concat([tables["verdicts"], row], ignore_index=True)})
    dots = fiche.figure["fr"].data[0]
    assert len(dots.x) == len(fiche.table.rows) == 3
    assert dots.x[-1] == pytest.approx(1.5)  # 15 points from 80 %, where 10 are allowed
    assert "65" in dots.text[-1]


def test_forecasts_are_those_of_the_last_origin_by_local_day_with_what_past_ones_were_worth(hospital: Any) -> None:
    study, tables = hospital
    fiche = drawn("forecasts", study, tables)
    said = plain(fiche.sentence)
    assert "Du 1er au 2 janvier 2025 : 285 arrivées par jour (entre 250 et 310 selon le jour)" in said
    assert "81 % des jours sont tombés dans l'intervalle à 80 %, et l'erreur était de 50 % plus faible" in said
    assert [row[:3] for row in fiche.table.rows[:2]] == [
        ("arrivals", "2025-01-01", 280.0),
        ("arrivals", "2025-01-02", 290.0),
    ]
    unjudged = {**tables, "forecast_skill": tables["forecast_skill"].assign(status="not_valid")}
    assert "Aucune prévision passée n'a pu être jugée" in plain(drawn("forecasts", study, unjudged).sentence)
    hourly = {**tables, "forecasts": tables["forecasts"].assign(step="h")}
    assert isinstance(FIGURES["forecasts"].draw(study, hourly), Absence)


def test_what_a_twin_does_not_know_comes_before_what_it_assumes(hospital: Any) -> None:
    study, tables = hospital
    fiche = drawn("assumptions", study, tables)
    assert "Le jumeau suppose 2 choses ; le journal ne dit pas 1 chose qu'il faudrait savoir" in plain(fiche.sentence)
    assert [row[0] for row in fiche.table.rows] == ["unidentified", "assumed", "assumed"]
    assert fiche.figure["fr"].index("Capacité de") < fiche.figure["fr"].index("Les parcours sont indépendants")
    all_known = tables["assumptions"].query("kind == 'assumed'")
    assert "le journal montre tout" in plain(drawn("assumptions", study, {**tables, "assumptions": all_known}).sentence)


def test_comments_are_counted_and_the_masked_theme_is_not_drawn(hospital: Any) -> None:
    study, tables = hospital
    fiche = drawn("comment-themes", study, tables)
    said = plain(fiche.sentence)
    assert "Sur 400 commentaires, 40 % parlent de « Attente »" in said
    assert "« Attente » est le plus souvent dans un commentaire critique (56 %" in said
    assert [row[0] for row in fiche.table.rows] == ["attente", "soins"]
    assert fiche.note is not None
    assert "0,82 sur 1 [0,78 ; 0,86]" in plain(fiche.note)
    without = {name: frame for name, frame in tables.items() if not name.startswith("comment")}
    assert FIGURES["comment-themes"].draw(study, without) is None


def test_the_funnel_names_those_apart_and_is_silent_about_published_scores(hospital: Any) -> None:
    study, tables = hospital
    scores = tables["scores"]
    apart = scores.assign(score=scores["score"].mask(scores["establishment"] == "E002", 99.0))
    fiche = drawn("funnel", study, {**tables, "scores": apart})
    assert "1 au-dessus" in plain(fiche.sentence)
    assert [row[0] for row in fiche.table.rows if row[-1] == "1"] == ["E002"]
    legend = {trace.name for trace in fiche.figure["fr"].data if trace.mode == "markers"}
    assert "dans les limites" in legend
    assert "" not in legend
    assert FIGURES["funnel"].draw(study, {**tables, "scores": scores.assign(se=None)}) is None
