"""Figure: whether the hospital drifts away from what the twin has learnt, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases, theme
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

HEIGHT = 320  # px
WORDS = {
    "alarms": Text(fr="Alarmes", en="Alarms"),
    "ratio": Text(fr="Sorties constatées / prévues", en="Departures seen / foreseen"),
    "coverage_80": Text(fr="Jours dans l'intervalle à 80 %", en="Days inside the 80% interval"),
    "coverage_95": Text(fr="Jours dans l'intervalle à 95 %", en="Days inside the 95% interval"),
    "skill": Text(fr="Gain sur la moyenne du jour de la semaine", en="Gain over the mean of the weekday"),
    "champion_score": Text(fr="Score du modèle en place", en="Score of the champion"),
    "challenger_score": Text(fr="Score du prétendant", en="Score of the challenger"),
    "gain": Text(fr="Gain du prétendant", en="Gain of the challenger"),
    "replaced": Text(fr="Remplacé (1 : oui)", en="Replaced (1: yes)"),
}


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return both cumulative sums against their limit; the sentences are the watch's own."""
    days = tables["drift"].sort_values("day", ignore_index=True)
    verdicts = tables["drift_verdicts"].set_index("measure")
    if days.empty or days["longer"].isna().all():
        return DRAWING.absent(NOTHING)
    sentence = phrases.both(lambda lang: _sentence(verdicts, lang))
    rows = tables["drift_verdicts"]
    rows = rows.assign(place=rows["measure"].map({name: i for i, name in enumerate(WORDS)})).sort_values("place")
    return Fiche(
        id=DRAWING.id,
        title=DRAWING.title,
        question=Text(
            fr="L'hôpital est-il encore celui que le jumeau a appris ?",
            en="Is the hospital still the one the twin learnt?",
        ),
        sentence=sentence,
        alt=phrases.seen(
            f"Deux sommes cumulées sur {len(days)} jours.", f"Two cumulative sums over {len(days)} days.", sentence
        ),
        figure={lang: _plot(days, lang) for lang in LANGUAGES},
        table=_table(rows),
        n=len(days),
        counted=Text(fr="jours surveillés", en="days watched"),
        source=phrases.source(study),
        how_to_read=HOW,
        note=CAVEAT,
    )


def _sentence(verdicts: pd.DataFrame, lang: Language) -> str:
    said = [str(verdicts.loc[name, f"sentence_{lang}"]) for name in ("alarms", "gain") if name in verdicts.index]
    share = fmt.percent(100 * float(verdicts.loc["coverage_80", "value"]), lang)
    if lang == "fr":
        said.insert(1, f"{share} des jours sont dans l'intervalle à 80 %.")
    else:
        said.insert(1, f"{share} of days are inside the 80% interval.")
    return " ".join(said)


def _table(rows: pd.DataFrame) -> Table:
    columns = (
        Column(key="measure", label=Text(fr="Mesure", en="Measure"), kind="word", words=WORDS),
        Column(key="value", label=Text(fr="Valeur", en="Value"), kind="number", digits=3),
        Column(key="low", label=Text(fr="95 % : de", en="95%: from"), kind="number", digits=3),
        Column(key="high", label=Text(fr="95 % : à", en="95%: to"), kind="number", digits=3),
        Column(key="days", label=Text(fr="Jours", en="Days"), kind="count"),
    )
    statuses = ("not_applicable",) * len(rows)
    return Table(columns=columns, rows=rows_of(rows, [column.key for column in columns]), statuses=statuses)


def _plot(days: pd.DataFrame, lang: Language) -> Any:
    names = {
        "fr": ("vers des séjours plus longs", "vers des séjours plus courts"),
        "en": ("towards longer stays", "towards shorter stays"),
    }[lang]
    dates = days["day"].tolist()
    traces = [
        {
            "type": "scatter", "mode": "lines", "x": dates, "y": [float(v) if v >= 0 else None for v in days[name]],
            "name": label, "line": {"color": colour, "width": 1.5, "dash": dash, "shape": "hv"}, "hoverinfo": "skip",
        }
        for name, label, colour, dash in (
            ("longer", names[0], theme.ORANGE, "solid"), ("shorter", names[1], theme.BLUE, "dot"),
        )
    ]  # fmt: skip
    limit = float(days["limit"].iloc[0])
    dashed = {"color": theme.INK, "width": 1, "dash": "dash"}
    line = {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": limit, "y1": limit, "line": dashed}
    title = {"fr": "somme cumulée (seuil en tirets)", "en": "cumulative sum (limit dashed)"}[lang]
    most = max(limit * 1.15, float(days[["longer", "shorter"]].max().max()) * 1.05)
    return theme.draw(
        traces + _rung(days, lang), height=HEIGHT, shapes=[line], showlegend=True, legend=theme.LEGEND,
        margin={"l": 56, "r": 16, "t": 44, "b": 44}, meta={"narrow": {"xaxis.nticks": 3}},
        xaxis={"type": "date", "nticks": 6, "tickformat": "%m/%Y"},
        yaxis={"title": {"text": title}, "range": [0, most], "nticks": 5},
    )  # fmt: skip


def _rung(days: pd.DataFrame, lang: Language) -> list[Any]:
    """Return the marks of the alarms."""
    rung = days[days["alarm"].notna()]
    if rung.empty:
        return []
    top = [float(row[str(row["alarm"])]) for row in rung.to_dict("records")]
    marker = {"size": 11, "symbol": "diamond", "color": theme.ORANGE}
    mark = {"type": "scatter", "mode": "markers", "x": rung["day"].tolist(), "y": top, "marker": marker}
    return [{**mark, "name": {"fr": "alarme", "en": "alarm"}[lang], "hoverinfo": "skip"}]


NOTHING = Text(fr="le journal est trop court pour une veille.", en="the log is too short to be watched.")
HOW = Text(
    fr=(
        "Chaque matin, le modèle prévoit combien de patients présents quitteront leur unité dans la journée. L'écart "
        "au constaté nourrit deux sommes : l'une monte quand les sorties manquent (les séjours s'allongent), l'autre "
        "quand il y en a trop. Au-dessus du seuil l'alarme sonne ; le seuil est réglé pour une fausse alarme en douze "
        "trimestres. Un prétendant, appris sur les mois récents, prend la place du modèle s'il prévoit nettement mieux."
    ),
    en=(
        "Each morning the model foresees how many of the patients present will leave their unit in the day. The gap to "
        "what is seen feeds two sums: one rises when departures fail to come (stays become longer), the other when "
        "there are too many. Above the limit the alarm rings; the limit is set for one false alarm in twelve quarters. "
        "A challenger, learnt from recent months, takes the model's place if it foresees clearly better."
    ),
)
CAVEAT = Text(
    fr="La veille porte sur les séjours en unité ; les arrivées, suivies par les prévisions, n'ont pas d'alarme.",
    en="The watch is over stays in units; no alarm is set on arrivals, which the forecasts follow.",
)
DRAWING = FIGURES.add(
    "drift",
    Drawing(
        id="drift",
        title=Text(fr="Dérive : le jumeau tient-il encore ?", en="Drift: does the twin still hold?"),
        stage="watch",
        needs=("drift", "drift_verdicts"),
        draw=draw,
        real_calendar=True,
    ),
)
