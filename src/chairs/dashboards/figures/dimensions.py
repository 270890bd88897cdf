"""Figure: the indicator that goes most closely with each dimension of the experience, after adjustment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, linked, phrases, reliability, theme
from chairs.dashboards.comparison import YEAR, compared_period, outcome_compared
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.linked import CAUTION, LEVEL, NOTHING
from chairs.dashboards.ranges import segments
from chairs.dashboards.rows import places, rows_layout, zero_line
from chairs.dashboards.words import indicator, outcome

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

ROW = 50  # px, room for a name on three lines where the screen is narrow


def draw(study: Study, tables: Tables) -> Fiche | Absence | None:
    """Return the strongest link of each dimension of the study's instrument, from table `links`."""
    valid = linked.estimated(tables["links"])
    if valid.empty:
        return DRAWING.absent(NOTHING)
    own = outcome_compared(study, tables)
    rows = _strongest(valid[valid["outcome"].str.startswith(own.partition("/")[0] + "/") & (valid["outcome"] != own)])
    if rows.empty:
        return None  # the score has no dimension
    rows = rows.assign(period=[_period(study, tables, str(name)) for name in rows["outcome"]])
    same = len(set(rows["period"])) == 1
    period = str(rows["period"].iloc[0]) if same else ""
    sentence = phrases.both(lambda lang: phrases.during(period, _sentence(rows, lang), lang))
    return Fiche(
        id=DRAWING.id,
        title=DRAWING.title,
        question=Text(
            fr="Quel indicateur va le plus de pair avec chaque dimension de l'enquête ?",
            en="Which indicator goes most closely with each dimension of the survey?",
        ),
        sentence=sentence,
        alt=phrases.seen(
            f"Lien le plus fort de {len(rows)} dimensions.", f"Strongest link of {len(rows)} dimensions.", sentence
        ),
        figure={lang: _plot(rows, lang) for lang in LANGUAGES},
        table=_table(_believed(rows, tables.get("scores"))),
        n=int(rows["n"].max()),
        counted=Text(fr="établissements au plus par lien", en="establishments at most per link"),
        source=phrases.source(study, period),
        how_to_read=HOW,
        note=phrases.joined([None if same else _years(rows), SELECTED]),
    )


def _strongest(valid: pd.DataFrame) -> pd.DataFrame:
    """Return for each outcome the strongest of its comparable links, the strongest outcome first."""
    import pandas as pd

    parts = valid[valid["adjusted"]].groupby("outcome", sort=True)
    tops = [top for _, part in parts if len(top := linked.comparable(part).head(1))]
    if not tops:
        return valid.iloc[0:0]
    rows = pd.concat(tops, ignore_index=True)
    return rows.sort_values(["strength", "outcome"], ascending=[False, True], ignore_index=True)


def _period(study: Study, tables: Tables, name: str) -> str:
    """Return the period in which a dimension is compared, which may not be that of the whole score; empty: unknown."""
    own = replace(study, outcome=name)
    if outcome_compared(own, tables) in (name, ""):
        return compared_period(own, tables)
    return study.period if len(study.period) == YEAR else ""


def _years(rows: pd.DataFrame) -> Text:
    """Return the period of each dimension, where they are not all of one."""

    def said(lang: Language) -> str:
        pairs = zip(rows["outcome"], rows["period"], strict=True)
        each = [f"{outcome(str(name)).say(lang)} ({fmt.period(str(when), lang)})" for name, when in pairs if when]
        return f"{YEARS.say(lang)} {fmt.listing(each, lang)}."

    return phrases.both(said)


def _believed(rows: pd.DataFrame, scores: pd.DataFrame | None) -> pd.DataFrame:
    """Return the rows with the median reliability of each dimension's scores in its period, empty where not known."""
    import pandas as pd

    if scores is None:
        return rows.assign(reliability=float("nan"))
    own = scores["instrument"].astype(str) + "/" + scores["dimension"].astype(str)
    when = own.map(rows.set_index("outcome")["period"])
    known = reliability.compared(scores[(scores["unit"] == "all") & (scores["period"] == when)])
    names = known["instrument"].astype(str) + "/" + known["dimension"].astype(str)
    found = pd.to_numeric(known["reliability"]).groupby(names).median()
    return rows.assign(reliability=rows["outcome"].map(found).astype("float64"))


def _sentence(rows: pd.DataFrame, lang: Language) -> str:
    clear = rows[rows["q"] < LEVEL]
    total = len(rows)
    if clear.empty:
        none = (
            f"pour aucune des {total} dimensions un lien n'est distinct de zéro, une fois compté le nombre de "
            "comparaisons faites"
            if lang == "fr"
            else f"for none of the {total} dimensions is a link distinct from zero once the number of comparisons "
            "is allowed for"
        )
        return f"{none} ({linked.Q.say(lang)}). {CAUTION.say(lang)}"
    parts = [
        f"{_pair(row, lang)}, {linked.strength(row, lang, explain=i == 0)}"
        for i, (_, row) in enumerate(clear.head(2).iterrows())
    ]
    said = (" ; " if lang == "fr" else "; ").join(parts)
    many = len(clear)
    if lang == "fr":
        head = f"{many} des {total} dimensions {fmt.plural(many, 'a', 'ont', lang)} un lien qui se distingue de zéro"
        most = fmt.plural(len(parts), "Le plus fort", "Les plus forts", lang)
        return f"{head} ({linked.Q.fr}). {most} : {said}. {CAUTION.fr}"
    head = f"{many} of the {total} dimensions {fmt.plural(many, 'has', 'have', lang)} a link distinguishable from zero"
    return f"{head} ({linked.Q.en}). Strongest: {said}. {CAUTION.en}"


def _pair(row: pd.Series, lang: Language) -> str:
    names = indicator(str(row["exposure"])).say(lang), outcome(str(row["outcome"])).say(lang)
    return " × ".join(names)


def _table(rows: pd.DataFrame) -> Table:
    shown = linked.tabled(rows)
    dimensions = {str(name): outcome(str(name)) for name in shown["outcome"]}
    exposures = {str(code): indicator(str(code)) for code in shown["exposure"]}
    columns = (
        Column(key="outcome", label=Text(fr="Dimension", en="Dimension"), kind="word", words=dimensions),
        Column(
            key="exposure",
            label=Text(fr="Indicateur le plus lié", en="Indicator most linked"),
            kind="word",
            words=exposures,
        ),
        *linked.columns(set(shown["adjusted_for"])),
        *([MEDIAN] if shown["reliability"].notna().any() else []),
    )
    return Table(
        columns=columns, rows=rows_of(shown, [column.key for column in columns]), statuses=phrases.statuses(shown)
    )


def _plot(rows: pd.DataFrame, lang: Language) -> Any:
    at = places(len(rows))
    names = [_pair(row, lang) for _, row in rows.iterrows()]
    filled = [theme.BLUE if q < LEVEL else theme.PAPER for q in rows["q"].fillna(1)]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [float(v) for v in rows["estimate"]],
        "y": at,
        "marker": {"symbol": "diamond", "size": 11, "color": filled, "line": {"width": 2, "color": theme.BLUE}},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
    reach = 1.08 * max(0.2, float(rows[["low", "high"]].abs().to_numpy().max()))
    ticks = [t / 10 for t in range(-10, 11, 2) if abs(t / 10) <= reach]
    few = [ticks[0], 0, ticks[-1]]
    layout = rows_layout(
        names,
        row=ROW,
        edges=(10, 20, 62),
        lift=6,
        wrap=44,
        narrow={"xaxis.tickvals": few, "xaxis.ticktext": [fmt.number(t, lang, 1) for t in few]},
    )
    return theme.draw(
        [segments(list(zip(rows["low"], rows["high"], strict=True)), at, width=2, colour=theme.BLUE), dots],
        **layout,
        xaxis={
            "range": [-reach, reach],
            "tickvals": ticks,
            "ticktext": [fmt.number(t, lang, 1) for t in ticks],
            "title": {"text": linked.AXIS.say(lang)},
        },
        shapes=[zero_line(layout)],
    )


HOW = Text(
    fr=(
        "Chaque ligne donne, pour une dimension du questionnaire, l'indicateur dont le lien ajusté est le plus fort "
        "(les mesures de taille sont laissées de côté). Le trait est l'intervalle de confiance à 95 %. Losange plein : "
        "le lien se distingue de zéro, avec moins de 5 % de fausses alertes attendues ; creux : il ne s'en distingue "
        f"pas. {linked.METHOD.fr}"
    ),
    en=(
        "Each row gives, for one dimension of the questionnaire, the indicator whose adjusted link is the strongest "
        "(measures of size are left aside). The line is the 95% confidence interval. Filled diamond: the link is "
        "distinguishable from zero, with fewer than 5% false alarms expected; hollow: it is not. "
        f"{linked.METHOD.en}"
    ),
)
MEDIAN = Column(
    key="reliability",
    label=Text(fr="Fiabilité λ médiane du score", en="Median reliability λ of the score"),
    kind="number",
    digits=2,
)
YEARS = Text(fr="Les dimensions ne sont pas toutes de la même période :", en="Not all dimensions are of one period:")
SELECTED = Text(
    fr="Ne montrer que le lien le plus fort de chaque dimension exagère les liens.",
    en="Showing only the strongest link of each dimension overstates links.",
)
DRAWING = FIGURES.add(
    "dimensions",
    Drawing(
        id="dimensions",
        title=Text(fr="Le lien le plus fort de chaque dimension", en="The strongest link of each dimension"),
        stage="link",
        needs=("links",),
        takes=("scores", "coverage"),
        draw=draw,
    ),
)
