"""Figure: the days to come, arrivals and patients present, with the intervals that past forecasts have earned."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases, theme
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

LOW, HIGH, LEAST, MOST = "q0.1", "q0.9", "q0.025", "q0.975"
WORDS = {
    "arrivals": Text(fr="Arrivées par jour", en="Arrivals a day"),
    "census": Text(fr="Patients présents, urgences comprises", en="Patients present, emergency department included"),
}
PANEL = 190  # px
CORNER: dict[str, Any] = {
    "x": 0, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "top", "showarrow": False,
    "font": {"size": 13},
}  # fmt: skip
OFTEN, MOSTLY = Text(fr="8 jours sur 10", en="8 days in 10"), Text(fr="19 jours sur 20", en="19 days in 20")
PALE, PALER = "#BFD9EE", "#E8F1F9"


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return the daily forecasts of the whole site from the end of its data, and how good past ones were."""
    days = _coming(tables["forecasts"])
    if days.empty:
        return DRAWING.absent(NOTHING)
    skill = _skill(tables["forecast_skill"], days)
    sentence = phrases.both(lambda lang: _sentence(days, skill, lang))
    return Fiche(
        id=DRAWING.id,
        title=DRAWING.title,
        question=Text(
            fr="Combien de patients attendre dans les jours qui viennent ?", en="How many patients in the days to come?"
        ),
        sentence=sentence,
        alt=phrases.seen(
            f"Prévisions de {days['day'].nunique()} jours avec leurs intervalles.",
            f"Forecasts of {days['day'].nunique()} days with their intervals.",
            sentence,
        ),
        figure={lang: _plot(days, lang) for lang in LANGUAGES},
        table=_table(days),
        n=int(skill["n"].max()) if len(skill) else 0,
        counted=Text(fr="jours passés qui ont jugé les prévisions", en="past days by which they were judged"),
        source=phrases.source(study),
        how_to_read=HOW,
    )


def _coming(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return the days forecast from the last origin, over the whole site, by measure and day."""
    import pandas as pd

    kept = forecasts[(forecasts["unit"] == "all") & (forecasts["step"] == "d") & forecasts["measure"].isin(list(WORDS))]
    kept = kept[(kept["origin"] == kept["origin"].max()) & kept["mean"].notna()]
    # a day starts at local midnight, given in UTC: noon of that day has the same date in both
    noon = pd.to_datetime(kept["target"], utc=True) + pd.Timedelta(hours=12)
    return kept.assign(day=noon.dt.strftime("%Y-%m-%d")).sort_values(["measure", "day"], ignore_index=True)


def _skill(skill: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """Return, for each measure drawn, the combination and the seasonal naive over all the leads shown."""
    leads = int(days.groupby("measure")["day"].size().max())
    same = (skill["unit"] == "all") & (skill["step"] == "d") & (skill["status"] == "ok")
    whole = (skill["from_lead"] == 1) & (skill["to_lead"] == leads)
    return skill[same & whole & skill["model"].isin(["combined", "snaive"])]


def _sentence(days: pd.DataFrame, skill: pd.DataFrame, lang: Language) -> str:
    parts = []
    for measure, rows in days.groupby("measure", sort=True):
        mean = fmt.number(float(rows["mean"].mean()), lang)
        lows, highs = fmt.number(float(rows[LOW].min()), lang), fmt.number(float(rows[HIGH].max()), lang)
        name = WORDS[str(measure)].say(lang).lower()
        between = f"entre {lows} et {highs} selon le jour" if lang == "fr" else f"{lows} to {highs} by the day"
        parts.append(f"{mean} {name} ({between})")
    ends = str(days["day"].min()), str(days["day"].max())
    first, last = (fmt.period(day, lang) for day in ends)
    if ends[0][:7] == ends[1][:7]:
        first = first.split(" ")[0]
    head = f"Du {first} au {last} : " if lang == "fr" else f"From {first} to {last}: "
    return head + fmt.listing(parts, lang) + "." + _past(skill, lang)


def _past(skill: pd.DataFrame, lang: Language) -> str:
    """Say what past forecasts were worth: the share of days inside the interval, the error against a naive rule."""
    ours = skill[skill["model"] == "combined"].sort_values("measure")
    naive = skill[skill["model"] == "snaive"].set_index("measure")["crps"]
    ours = ours[ours["measure"].isin(naive.index)]
    if ours.empty:
        return " Aucune prévision passée n'a pu être jugée." if lang == "fr" else " No past forecast could be judged."
    inside = fmt.percent(100 * float(ours["coverage_80"].mean()), lang)
    less = fmt.percent(100 * float(1 - (ours["crps"] / ours["measure"].map(naive)).mean()), lang)
    if lang == "fr":
        return (
            f" Par le passé, {inside} des jours sont tombés dans l'intervalle à 80 %, et l'erreur était de {less} plus "
            "faible que celle de « même jour de la semaine passée »."
        )
    return (
        f" In the past, {inside} of days fell inside the 80% interval, and the error was {less} smaller than that of "
        "“the same day of last week”."
    )


def _table(days: pd.DataFrame) -> Table:
    dated = {str(day): Text(fr=fmt.period(str(day), "fr"), en=fmt.period(str(day), "en")) for day in days["day"]}
    columns = (
        Column(key="measure", label=Text(fr="Mesure", en="Measure"), kind="word", words=WORDS),
        Column(key="day", label=Text(fr="Jour", en="Day"), kind="word", words=dated),
        Column(key="mean", label=Text(fr="Moyenne attendue", en="Expected mean"), kind="number"),
        Column(key=LOW, label=Text(fr="80 % : de", en="80%: from"), kind="number"),
        Column(key=HIGH, label=Text(fr="80 % : à", en="80%: to"), kind="number"),
        Column(key=LEAST, label=Text(fr="95 % : de", en="95%: from"), kind="number"),
        Column(key=MOST, label=Text(fr="95 % : à", en="95%: to"), kind="number"),
    )
    return Table(columns=columns, rows=rows_of(days, [column.key for column in columns]))


def _plot(days: pd.DataFrame, lang: Language) -> Any:
    measures = [measure for measure in WORDS if measure in set(days["measure"])]
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {}
    for i, measure in enumerate(measures):
        rows = days[days["measure"] == measure]
        axis = "" if i == 0 else str(i + 1)
        traces += _panel(rows, axis, lang)
        top, gap = 1 - i / len(measures), 0.16 if i + 1 < len(measures) else 0.0
        layout[f"yaxis{axis}"] = {
            "domain": [top - 1 / len(measures) + gap, top - 0.06],
            "rangemode": "normal",
            "nticks": 5,
            "gridcolor": theme.RULE,
        }
        layout.setdefault("annotations", []).append({**CORNER, "y": top, "text": WORDS[measure].say(lang)})
    dates = sorted(set(days["day"]))
    layout["xaxis"] = {
        "type": "category",
        "tickvals": dates,
        "ticktext": [_short(date, lang) for date in dates],
        "anchor": f"y{len(measures) if len(measures) > 1 else ''}",
    }
    return theme.draw(
        traces, **layout, height=PANEL * len(measures) + 80, showlegend=True, legend=theme.LEGEND,
        margin={"l": 56, "r": 16, "t": 32, "b": 44},
    )  # fmt: skip


def _short(date: str, lang: Language) -> str:
    """Return the weekday over the day of the month.

    Examples
    --------
    >>> _short("2024-12-31", "fr")
    'mar.<br>31'
    """
    day = dt.date.fromisoformat(date)
    return f"{fmt.WEEKDAYS[lang][day.weekday()][:3]}.<br>{day.day}"


def _panel(rows: pd.DataFrame, axis: str, lang: Language) -> list[dict[str, Any]]:
    x = [str(day) for day in rows["day"]]
    bands = [(LEAST, MOST, PALER, MOSTLY), (LOW, HIGH, PALE, OFTEN)]
    quiet = {"type": "scatter", "mode": "lines", "x": x, "hoverinfo": "skip", "yaxis": f"y{axis}", "showlegend": False}
    traces: list[dict[str, Any]] = []
    for low, high, colour, name in bands:
        traces.append({**quiet, "y": rows[low].tolist(), "line": {"width": 0}})
        filled = {"line": {"width": 0}, "fill": "tonexty", "fillcolor": colour}
        traces.append({**quiet, **filled, "y": rows[high].tolist(), "name": name.say(lang), "showlegend": axis == ""})
    means = {"mode": "lines+markers+text", "y": rows["mean"].tolist(), "line": {"color": theme.BLUE, "width": 2}}
    numbers = [fmt.number(float(value), lang) for value in rows["mean"]]
    return [*traces, {**quiet, **means, "text": numbers, "textposition": "top center", "cliponaxis": False}]


NOTHING = Text(
    fr="aucune série de l'étude ne permet une prévision par jour.", en="no series of the study allows a daily forecast."
)
HOW = Text(
    fr=(
        "Le trait est la moyenne attendue ; la bande foncée contient la valeur huit jours sur dix, la bande claire "
        "dix-neuf jours sur vingt. Les largeurs sont celles qu'il aurait fallu aux prévisions passées (étalonnage "
        "conforme), non celles que le modèle se donne. Les patients présents sont ceux de toutes les unités, urgences "
        "comprises : ils peuvent dépasser le nombre de lits."
    ),
    en=(
        "The line is the expected mean; the dark band holds the value eight days in ten, the light one nineteen in "
        "twenty. Their widths are those that past forecasts would have needed (conformal calibration), not those that "
        "the model gives itself. Patients present are those of all units, the emergency department included: they may "
        "be more than the beds."
    ),
)
DRAWING = FIGURES.add(
    "forecasts",
    Drawing(
        id="forecasts",
        title=Text(fr="Les jours à venir", en="The days to come"),
        stage="forecast",
        needs=("forecasts", "forecast_skill"),
        draw=draw,
        real_calendar=True,
    ),
)
