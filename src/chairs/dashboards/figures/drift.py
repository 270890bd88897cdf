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

PANEL = 210  # px
FLOWS = {
    "stays": Text(fr="Séjours, par les sorties d'unité", en="Stays, by the departures from units"),
    "arrivals": Text(fr="Arrivées", en="Arrivals"),
}
FULLER = {"stays": "below", "arrivals": "above"}  # the sum that rises when the hospital fills
EMPTIER = {"stays": "above", "arrivals": "below"}
SUMS = {"longer": "below", "shorter": "above", "more": "above", "fewer": "below"}
UNIT = Text(fr="somme cumulée<br>(écarts types)", en="cumulative sum<br>(standard deviations)")
TITLE = {"font": {"size": 13, "color": theme.QUIET}, "standoff": 8}  # as that of the first axis
CORNER: dict[str, Any] = {
    "x": 0, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "top", "showarrow": False,
    "font": {"size": 13},
}  # fmt: skip
WORDS = {
    "alarms": Text(fr="Alarmes", en="Alarms"),
    "ratio": Text(fr="Constaté / prévu", en="Seen / foreseen"),
    "coverage_80": Text(fr="Jours dans l'intervalle à 80 %", en="Days inside the 80% interval"),
    "coverage_95": Text(fr="Jours dans l'intervalle à 95 %", en="Days inside the 95% interval"),
    "skill": Text(fr="Gain sur la moyenne du jour de la semaine", en="Gain over the mean of the weekday"),
    "champion_score": Text(fr="Score du modèle en place", en="Score of the model in place"),
    "challenger_score": Text(fr="Score du modèle récent (prétendant)", en="Score of the recent model (challenger)"),
    "gain": Text(fr="Gain du modèle récent", en="Gain of the recent model"),
    "replaced": Text(fr="Remplacé (1 : oui)", en="Replaced (1: yes)"),
    "told_rise": Text(fr="Hausse durable vue dans la semaine (part)", en="Lasting rise seen within a week (share)"),
}


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return both cumulative sums of each flow against its limit; the sentences are the watch's own."""
    days = tables["drift"].sort_values(["flow", "day"], ignore_index=True)
    verdicts = tables["drift_verdicts"].set_index(["flow", "measure"])
    if days.empty or days["below"].isna().all():
        return DRAWING.absent(NOTHING)
    sentence = phrases.both(lambda lang: _sentence(verdicts, lang))
    rows = tables["drift_verdicts"]
    order = {name: i for i, name in enumerate([*FLOWS, *WORDS])}
    rows = rows.sort_values(["flow", "measure"], key=lambda words: words.map(order), ignore_index=True)
    count = days["day"].nunique()
    return Fiche(
        id=DRAWING.id,
        title=DRAWING.title,
        question=Text(
            fr="L'hôpital est-il encore celui que le jumeau a appris ?",
            en="Is the hospital still the one the twin learnt?",
        ),
        sentence=sentence,
        alt=phrases.seen(
            f"Deux sommes cumulées par flux sur {count} jours.",
            f"Two cumulative sums a flow over {count} days.",
            sentence,
        ),
        figure={lang: _plot(days, lang) for lang in LANGUAGES},
        table=_table(rows),
        n=count,
        counted=Text(fr="jours surveillés", en="days watched"),
        source=phrases.source(study),
        how_to_read=HOW,
    )


def _sentence(verdicts: pd.DataFrame, lang: Language) -> str:
    wanted = [("stays", "alarms"), ("stays", "gain"), ("arrivals", "alarms")]
    said = [str(verdicts.loc[key, f"sentence_{lang}"]) for key in wanted if key in verdicts.index]
    share = fmt.percent(100 * float(verdicts.loc[("stays", "coverage_80"), "value"]), lang)
    if lang == "fr":
        said.insert(1, f"{share} des jours sont dans l'intervalle à 80 %.")
    else:
        said.insert(1, f"{share} of days are inside the 80% interval.")
    return " ".join(said)


def _table(rows: pd.DataFrame) -> Table:
    columns = (
        Column(key="flow", label=Text(fr="Flux", en="Flow"), kind="word", words=FLOWS),
        Column(key="measure", label=Text(fr="Mesure", en="Measure"), kind="word", words=WORDS),
        Column(key="value", label=Text(fr="Valeur", en="Value"), kind="number", digits=3),
        Column(key="low", label=Text(fr="95 % : de", en="95%: from"), kind="number", digits=3),
        Column(key="high", label=Text(fr="95 % : à", en="95%: to"), kind="number", digits=3),
        Column(key="days", label=Text(fr="Jours", en="Days"), kind="count"),
    )
    statuses = ("not_applicable",) * len(rows)
    return Table(columns=columns, rows=rows_of(rows, [column.key for column in columns]), statuses=statuses)


def _plot(days: pd.DataFrame, lang: Language) -> Any:
    flows = [flow for flow in FLOWS if flow in set(days["flow"])]
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"shapes": [], "annotations": []}
    for i, flow in enumerate(flows):
        rows, axis = days[days["flow"] == flow], "" if i == 0 else str(i + 1)
        limit = float(rows["limit"].iloc[0])
        most = max(limit * 1.15, float(rows[["below", "above"]].max().max()) * 1.05)
        top, size = 1 - i / len(flows), 1 / len(flows)
        layout[f"yaxis{axis}"] = {
            "domain": [top - size + (0.08 if i + 1 < len(flows) else 0.0), top - 0.08], "range": [0, most], "nticks": 4,
            "title": {"text": UNIT.say(lang), **TITLE}, "gridcolor": theme.RULE,
            "fixedrange": True, "zeroline": False, "ticks": "outside", "ticklen": 6, "tickcolor": theme.PAPER,
        }  # fmt: skip
        line = {"color": theme.INK, "width": 1, "dash": "dash"}
        layout["shapes"].append(
            {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": limit, "y1": limit, "yref": f"y{axis}",
             "line": line}
        )  # fmt: skip
        layout["annotations"].append(
            {**CORNER, "x": 1, "xanchor": "right", "yanchor": "bottom", "y": limit, "yref": f"y{axis}",
             "text": {"fr": "seuil d'alarme", "en": "limit of the alarm"}[lang]}
        )  # fmt: skip
        layout["annotations"].append({**CORNER, "y": top, "text": f"<b>{FLOWS[flow].say(lang)}</b>"})
        traces += _panel(rows, flow, f"y{axis}", lang) + _rung(rows, f"y{axis}", lang)
    shown: set[str] = set()
    for trace in traces:  # one entry of the legend for both panels
        trace["showlegend"] = trace["name"] not in shown
        shown.add(trace["name"])
    return theme.draw(
        traces, **layout, height=PANEL * len(flows) + 90, showlegend=True, legend=theme.LEGEND,
        margin={"l": 68, "r": 16, "t": 48, "b": 44}, meta={"narrow": {"xaxis.nticks": 3}},
        xaxis={"type": "date", "nticks": 6, "tickformat": "%m/%Y", "anchor": "y2" if len(flows) > 1 else "y"},
    )  # fmt: skip


def _panel(rows: pd.DataFrame, flow: str, axis: str, lang: Language) -> list[dict[str, Any]]:
    names = {
        "fr": ("l'hôpital se remplit", "il se vide"),
        "en": ("the hospital fills", "it empties"),
    }[lang]
    dates = rows["day"].tolist()
    return [
        {
            "type": "scatter", "mode": "lines", "x": dates, "y": [float(v) if v >= 0 else None for v in rows[column]],
            "name": label, "line": {"color": colour, "width": 1.5, "dash": dash, "shape": "hv"}, "yaxis": axis,
            "hoverinfo": "skip",
        }
        for column, label, colour, dash in (
            (FULLER[flow], names[0], theme.ORANGE, "solid"), (EMPTIER[flow], names[1], theme.BLUE, "dot"),
        )
    ]  # fmt: skip


def _rung(rows: pd.DataFrame, axis: str, lang: Language) -> list[dict[str, Any]]:
    """Return the marks of the alarms."""
    rung = rows[rows["alarm"].notna()]
    if rung.empty:
        return []
    top = [float(row[SUMS[str(row["alarm"])]]) for row in rung.to_dict("records")]
    marker = {"size": 11, "symbol": "diamond", "color": theme.ORANGE}
    mark = {"type": "scatter", "mode": "markers", "x": rung["day"].tolist(), "y": top, "marker": marker, "yaxis": axis}
    return [{**mark, "name": {"fr": "alarme", "en": "alarm"}[lang], "hoverinfo": "skip"}]


NOTHING = Text(fr="le journal est trop court pour une veille.", en="the log is too short to be watched.")
HOW = Text(
    fr=(
        "Séjours : chaque matin, le modèle prévoit combien de patients présents quitteront leur unité dans la journée. "
        "Arrivées : chaque jour est comparé à ce qui en était prévu une semaine avant, d'après le calendrier et un "
        "niveau qui suit lentement ce qui vient. Les écarts, comptés en écarts types de la prévision, nourrissent deux "
        "sommes : l'une monte quand l'hôpital se remplit (sorties qui manquent, arrivées en plus), l'autre quand il se "
        "vide. Au-dessus du seuil, en tirets, l'alarme sonne ; il est réglé pour une fausse alarme en douze "
        "trimestres, celui des arrivées d'après les écarts des premiers mois. Un prétendant, appris sur les mois "
        "récents, prend la place du modèle des séjours s'il prévoit nettement mieux."
    ),
    en=(
        "Stays: each morning the model foresees how many of the patients present will leave their unit in the day. "
        "Arrivals: each day is compared with what was foreseen of it a week before, from the calendar and a level that "
        "slowly follows what comes. The gaps, counted in standard deviations of the forecast, feed two sums: one rises "
        "when the hospital fills (departures that fail to come, arrivals beyond those foreseen), the other when it "
        "empties. Above the limit, dashed, the alarm rings; it is set for one false alarm in twelve quarters, that of "
        "arrivals by the gaps of the first months. A challenger, learnt from recent months, takes the place of the "
        "model of stays if it foresees clearly better."
    ),
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
