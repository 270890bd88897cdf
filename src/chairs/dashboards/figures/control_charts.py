"""Figure: what changed in the establishment in focus, month by month, beyond its usual variation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases, theme
from chairs.dashboards.comparison import focus_name
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Table
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.monthly import MONTH, Series, monthly_series, short_series
from chairs.dashboards.rows import beside, places, rows_layout
from chairs.stats.special_causes import SENTENCES

if TYPE_CHECKING:
    from chairs.dashboards.figures import Tables
    from chairs.stats.run_charts import RunChart

ROW = 72  # px
LISTED = 4  # measures named in the sentence
REACH = 0.22  # of a row, from the mean to a limit
HIGHEST = 0.3  # of a row, beyond which a point is drawn at the edge: names above the rows keep clear of it
BAND = "#E8F1F9"
WORDS = {
    "common": Text(fr="variation habituelle", en="usual variation"),
    "improvement": Text(fr="amélioration", en="improvement"),
    "concern": Text(fr="préoccupation", en="concern"),
    "neutral": Text(fr="changement", en="change"),
}
MARKS = {
    "common": (theme.GREY, "circle"),
    "improvement": (theme.BLUE, "triangle-up"),
    "concern": (theme.ORANGE, "diamond"),
    "neutral": (theme.PURPLE, "square"),
}


def draw(study: Study, tables: Tables) -> Fiche | Absence | None:
    """Return one row a measure: its months against their own limits; None for a study by year, or without a focus."""
    own = tables["indicators"]
    own = own[own["establishment"] == study.focus]
    if len(tables["indicators"]) and not own["period"].astype(str).str.fullmatch(MONTH).any():
        return None
    series, gaps = monthly_series(study, tables["indicators"], tables.get("scores"))
    short = _short(short_series(study, tables["indicators"], tables.get("scores")))
    if not series:
        return DRAWING.absent(NOTHING if short is None else short)
    name = focus_name(study, tables["establishments"])
    sentence = phrases.both(lambda lang: _sentence(series, name, lang))
    return Fiche(
        id=DRAWING.id,
        title=Text(fr=f"Ce qui a changé – {name}", en=f"What has changed – {name}"),
        question=QUESTION,
        sentence=sentence,
        alt=phrases.seen(
            f"Cartes de contrôle de {len(series)} mesures mensuelles.",
            f"Control charts of {len(series)} monthly measures.",
            sentence,
        ),
        figure={lang: _plot(series, lang) for lang in LANGUAGES},
        table=_table(series),
        n=len(series[0].months),
        counted=Text(fr="mois", en="months"),
        source=phrases.source(study),
        how_to_read=HOW,
        note=phrases.joined([_gaps(gaps), short, _present(series), CAVEAT]),
    )


def _last(one: Series) -> str:
    return one.chart.variation(one.better)[-1]


def _sentence(series: list[Series], name: str, lang: Language) -> str:
    month = fmt.period(series[0].months[-1], lang)
    kinds = [_last(one) for one in series]
    changed = [one for one, kind in zip(series, kinds, strict=True) if kind != "common"]
    counts = {kind: kinds.count(kind) for kind in ("concern", "improvement", "neutral")}
    if lang == "fr":
        if not changed:
            return f"{name}, {month} : aucune des {len(series)} mesures ne sort de sa variation habituelle."
        parts = [f"{n} {fmt.plural(n, WORDS[kind].fr, WORDS[kind].fr + 's', lang)}" for kind, n in counts.items() if n]
        verb = fmt.plural(len(changed), "sort de sa", "sortent de leur", lang)
        listed = fmt.listing([one.label.fr for one in changed[:LISTED]], lang)
        return (
            f"{name}, {month} : {len(changed)} des {len(series)} mesures {verb} variation habituelle "
            f"({', '.join(parts)}){_among(changed, lang)} : {listed}."
        )
    if not changed:
        return f"{name}, {month}: none of the {len(series)} measures is outside its usual variation."
    parts = [f"{n} {fmt.plural(n, WORDS[kind].en, WORDS[kind].en + 's', lang)}" for kind, n in counts.items() if n]
    listed = fmt.listing([one.label.en for one in changed[:LISTED]], lang)
    verb = fmt.plural(len(changed), "is outside its", "are outside their", lang)
    return (
        f"{name}, {month}: {len(changed)} of the {len(series)} measures {verb} usual variation "
        f"({', '.join(parts)}){_among(changed, lang)}: {listed}."
    )


def _among(changed: list[Series], lang: Language) -> str:
    if len(changed) <= LISTED:
        return ""
    return ", dont" if lang == "fr" else ", among them"


def _table(series: list[Series]) -> Table:
    causes = {str(cause): words for cause, words in SENTENCES.items()}
    columns = (
        Column(
            key="measure",
            label=Text(fr="Mesure", en="Measure"),
            kind="word",
            words={one.code: one.label for one in series},
        ),
        Column(key="last", label=Text(fr="Dernier mois", en="Last month"), kind="measure"),
        Column(key="mean", label=Text(fr="Moyenne", en="Mean"), kind="measure"),
        Column(key="low", label=Text(fr="Limite basse", en="Lower limit"), kind="measure"),
        Column(key="high", label=Text(fr="Limite haute", en="Upper limit"), kind="measure"),
        Column(key="variation", label=Text(fr="Lecture", en="Reading"), kind="word", words=WORDS),
        Column(key="cause", label=Text(fr="Règle", en="Rule"), kind="word", words=causes),
        Column(key="months", label=Text(fr="Mois", en="Months"), kind="count"),
    )
    rows = tuple(
        (
            one.code,
            one.chart.points[-1],
            one.chart.mean[-1],
            one.chart.low[-1],
            one.chart.high[-1],
            _last(one),
            one.chart.causes[-1],
            len(one.months),
        )
        for one in series
    )
    return Table(columns=columns, rows=rows)


def _plot(series: list[Series], lang: Language) -> Any:
    months = sorted({month for one in series for month in one.months})
    at = {month: i for i, month in enumerate(months)}
    heights = places(len(series))
    traces: list[dict[str, Any]] = []
    points: dict[str, list[tuple[float, float]]] = {kind: [] for kind in MARKS}
    shapes = []
    for one, place in zip(series, heights, strict=True):
        chart = one.chart
        half = chart.high[-1] - chart.mean[-1]
        y = [place + REACH * (value - chart.mean[-1]) / half for value in chart.points]
        y = [min(max(value, place - HIGHEST), place + HIGHEST) for value in y]
        x = [at[month] for month in one.months]
        shapes.append(_band(place, x))
        traces.append(_line(x, y))
        for kind, spot in zip(chart.variation(one.better), zip(x, y, strict=True), strict=True):
            points[kind].append(spot)
    traces += [_points(kind, spots, lang) for kind, spots in points.items() if spots]
    names = [one.label.say(lang) for one in series]
    ticks = [i for i, month in enumerate(months) if month[5:7] in ("01", "07")] or [0]
    figures = ["/".join(reversed(months[i].split("-"))) for i in ticks]  # 01/2024: a name of a month has no room there
    narrow = {"xaxis.tickvals": ticks, "xaxis.ticktext": figures}
    layout = rows_layout(names, row=ROW, edges=(34, 96, 44), wrap=32, lift=HIGHEST, narrow=narrow)
    values = [fmt.measure(one.chart.points[-1], lang) for one in series]
    for title, value in zip(layout["meta"]["narrow"]["annotations"], values, strict=True):  # no room on the right there
        title["text"] += f" : {value}" if lang == "fr" else f": {value}"
    return theme.draw(
        traces,
        **layout,
        shapes=shapes,
        annotations=[beside(place, value) for value, place in zip(values, heights, strict=True)],
        xaxis={
            "tickvals": ticks,
            "ticktext": [fmt.period(months[i], lang) for i in ticks],
            "range": [-0.8, len(months) - 0.2],
            "showgrid": False,
        },
        showlegend=True,
        legend=theme.LEGEND,
    )


def _band(place: int, x: list[int]) -> dict[str, Any]:
    return {
        "type": "rect", "x0": x[0] - 0.4, "x1": x[-1] + 0.4, "y0": place - REACH, "y1": place + REACH,
        "fillcolor": BAND, "line": {"width": 0}, "layer": "below",
    }  # fmt: skip


def _line(x: list[int], y: list[float]) -> dict[str, Any]:
    line = {"width": 1, "color": theme.GREY}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip", "showlegend": False}


def _points(kind: str, spots: list[tuple[float, float]], lang: Language) -> dict[str, Any]:
    colour, symbol = MARKS[kind]
    return {
        "type": "scatter", "mode": "markers", "name": WORDS[kind].say(lang),
        "x": [x for x, _ in spots], "y": [y for _, y in spots],
        "marker": {"size": 5 if kind == "common" else 9, "color": colour, "symbol": symbol},
        "hoverinfo": "skip", "cliponaxis": False,
    }  # fmt: skip


def _gaps(count: int) -> Text | None:
    if not count:
        return None
    return phrases.both(
        lambda lang: (
            f"{count} {fmt.plural(count, 'mesure écartée', 'mesures écartées', lang)} : un mois masqué ou sans valeur."
            if lang == "fr"
            else f"{count} {fmt.plural(count, 'measure', 'measures', lang)} left out: a month masked or without value."
        )
    )


def _present(series: list[Series]) -> Text | None:
    """Return who counts as present, where that is a measure: the reader holds it against the number of beds."""
    return PRESENT if "mean_census" in {one.code for one in series} else None


def _short(charts: list[tuple[Text, RunChart]]) -> Text | None:
    """Return what the runs of measures with less than twelve months say; None where there is none."""
    if not charts:
        return None
    moved = [label for label, chart in charts if chart.signal]

    def said(lang: Language) -> str:
        names, count = fmt.listing([label.say(lang) for label in moved], lang), len(charts)
        if lang == "fr":
            told = f"changement durable visible ({names})" if moved else "aucun changement durable n'est visible"
            many = fmt.plural(count, "mesure", "mesures", lang)
            return f"Moins de douze mois, donc sans limites ({count} {many}) : {told}."
        told = f"a lasting change is visible ({names})" if moved else "no lasting change is visible"
        many = fmt.plural(count, "measure", "measures", lang)
        return f"Less than twelve months, so no limits ({count} {many}): {told}."

    return phrases.both(said)


QUESTION = Text(
    fr="Qu'est-ce qui a changé, et qu'est-ce qui n'est que la variation de tous les mois ?",
    en="What has changed, and what is only the variation of every month?",
)
NOTHING = Text(
    fr="aucune mesure mensuelle complète d'au moins douze mois pour l'établissement suivi.",
    en="no complete monthly measure of at least twelve months for the establishment in focus.",
)
HOW = Text(
    fr=(
        "Chaque ligne a sa propre échelle : la bande claire va de sa limite basse à sa limite haute (moyenne ± 2,66 "
        "fois l'écart moyen d'un mois au suivant). Un mois marqué est hors des limites, dans une hausse ou une baisse "
        "de sept mois, parmi deux sur trois près d'une limite, ou dans sept mois du même côté de la moyenne. Le "
        "chiffre à droite, ou après le nom sur un petit écran, est le dernier mois."
    ),
    en=(
        "Each row has its own scale: the pale band goes from its lower to its upper limit (mean ± 2.66 times the mean "
        "gap from a month to the next). A marked month is outside the limits, in a rise or fall of seven months, among "
        "two of three near a limit, or in seven months on one side of the mean. The number on the right, or after the "
        "name on a small screen, is the last month."
    ),
)
PRESENT = Text(
    fr="Les patients présents comptent aussi ceux des urgences : ils peuvent dépasser le nombre de lits.",
    en="Patients present include those in the emergency department: they may be more than the beds.",
)
CAVEAT = Text(
    fr=(
        "Sur deux ans d'une mesure stable, une carte sur cinq environ montre quelque part un mois marqué ; davantage "
        "quand la mesure a une saison."
    ),
    en=(
        "Over two years of a stable measure about one chart in five shows a marked month somewhere; more when the "
        "measure has a season."
    ),
)
DRAWING = FIGURES.add(
    "control-charts",
    Drawing(
        id="control-charts",
        title=Text(fr="Ce qui a changé", en="What has changed"),
        stage="derive",
        needs=("indicators", "establishments"),
        takes=("scores",),
        draw=draw,
        real_calendar=True,
    ),
)
