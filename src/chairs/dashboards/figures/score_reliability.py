"""Figure: how far each score of the establishment in focus can be believed: reliability, possible ranks, classes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases, reliability, theme
from chairs.dashboards.comparison import compared_period, focus_name, outcome_compared, outcome_scores
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.ranges import segments
from chairs.dashboards.rows import places, rows_layout
from chairs.dashboards.words import outcome

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

ROW = 54  # px
COLUMNS = ["name", "score", "low", "high", "n", *reliability.NAMES, *reliability.MENDED, "weighting", "modes"]
COLUMNS += ["league", "class_name", "standing"]


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return the scores of the focus on each dimension with what bounds them; without a focus, why there is none."""
    period = compared_period(study, tables)
    rows = _rows(study, tables, period)
    if rows.empty:
        return DRAWING.absent(_why(study, tables, period))
    name = focus_name(study, tables["establishments"])
    sentence = phrases.both(lambda lang: _sentence(rows, name, period, lang))
    known = None if rows["reliability"].notna().any() else reliability.NO_ERROR
    asked = study.population.get(str(rows["name"].iloc[0]).partition("/")[0])
    mended = reliability.mended(rows.iloc[0], asked.margins if asked else ())
    return Fiche(
        id=DRAWING.id,
        title=Text(fr=f"Ce que vaut chaque score – {name}", en=f"What each score is worth – {name}"),
        question=QUESTION,
        sentence=sentence,
        alt=phrases.seen(f"Scores de {len(rows)} dimensions.", f"Scores of {len(rows)} dimensions.", sentence),
        figure={lang: _plot(rows, lang) for lang in LANGUAGES},
        table=_table(rows),
        n=int(rows["n"].max()) if rows["n"].notna().any() else 0,
        counted=Text(fr="réponses au plus par score", en="answers at most per score"),
        source=phrases.source(study, period),
        how_to_read=HOW,
        note=phrases.joined([mended, reliability.of_modes(rows), known, _classes(rows)]),
    )


def _rows(study: Study, tables: Tables, period: str) -> pd.DataFrame:
    """Return one row a dimension of the outcome's instrument for the focus in `period`, the outcome first."""
    import pandas as pd

    scores, own = tables["scores"], outcome_compared(study, tables)
    names = scores["instrument"].astype(str) + "/" + scores["dimension"].astype(str)
    whole = reliability.completed(scores.assign(name=names))
    whole = whole.assign(**{column: float("nan") for column in ("low", "high") if column not in whole.columns})
    same = (whole["unit"] == "all") & (whole["period"] == period)
    league = whole[same & names.str.startswith(own.partition("/")[0] + "/")]
    counts = league.loc[league["reliability"].notna(), "name"].value_counts()
    rows = league[(league["establishment"] == (study.focus or "")) & league["score"].notna()]
    found = [_classed(str(name), float(score), period) for name, score in zip(rows["name"], rows["score"], strict=True)]
    rows = rows.assign(
        league=rows["name"].map(counts).astype("Float64").astype("float64"),
        class_name=pd.Series([one[0] for one in found], index=rows.index, dtype="object"),
        standing=pd.Series([one[1] for one in found], index=rows.index, dtype="object"),
        last=(rows["name"] != own).astype(int),
    )
    return rows.sort_values(["last", "name"], ignore_index=True)[COLUMNS]


def _classed(name: str, score: float, period: str) -> tuple[str | None, str]:
    """Return the class of a score where a table of classes is known, and `official` or `unofficial`."""
    form, dimension = reliability.form_of(name)
    classes = form.classes_of(period, dimension) if form else None
    if classes is None:
        return None, "official" if form is not None and form.ordered else "unofficial"
    return classes.name_of(round(score, 2)), "official" if classes.official else "unofficial"


def _why(study: Study, tables: Tables, period: str) -> Text:
    """Return why there is no row: nothing published, no establishment in focus."""
    if tables["scores"]["score"].isna().all():
        return NOTHING
    own, league = outcome_compared(study, tables), outcome_scores(study, tables)
    told = phrases.joined([NO_FOCUS, reliability.of_all(league), reliability.standing(own, period)])
    return told or NO_FOCUS


def _sentence(rows: pd.DataFrame, name: str, period: str, lang: Language) -> str:
    first = rows.iloc[0]
    value, when = fmt.number(float(first["score"]), lang, 1), fmt.period(period, lang)
    what = outcome(str(first["name"])).say(lang)
    head = f"{name}, {when} – {what}{' :' if lang == 'fr' else ':'} {value}{_class(first, lang)}"
    if math.isnan(first["reliability"]):
        tail = (
            "sans erreur type publiée, ni fiabilité ni rang ne peuvent être donnés"
            if lang == "fr"
            else "without a published standard error neither reliability nor rank can be given"
        )
        return f"{head} ; {tail}." if lang == "fr" else f"{head}; {tail}."
    share = reliability.lambda_(float(first["reliability"]), lang)
    rank = reliability.ranks(first, int(first["league"]), lang)
    weak = int((rows["reliability"] < reliability.ENOUGH).sum())
    least = fmt.number(reliability.ENOUGH, lang, 1)
    if lang == "fr":
        count = f"{weak} des {len(rows)} scores" if weak else f"aucun des {len(rows)} scores"
        return f"{head}, fiabilité λ {share}, rang possible {rank} ; {count} sous λ = {least}."
    count = f"{weak} of the {len(rows)} scores" if weak else f"none of the {len(rows)} scores"
    return f"{head}, reliability λ {share}, possible rank {rank}; {count} under λ = {least}."


def _class(row: pd.Series, lang: Language) -> str:
    status = STANDINGS[str(row["standing"])].say(lang)
    if not isinstance(row["class_name"], str):
        return f" ({status})"
    return f" (classe {row['class_name']}, {status})" if lang == "fr" else f" (class {row['class_name']}, {status})"


def _classes(rows: pd.DataFrame) -> Text:
    """Return which of the scores have official classes."""
    official = [str(name) for name, how in zip(rows["name"], rows["standing"], strict=True) if how == "official"]
    if not official:
        return UNOFFICIAL

    def said(lang: Language) -> str:
        names = fmt.listing([outcome(name).say(lang) for name in official], lang)
        if lang == "fr":
            return f"Classes officielles : {names} seulement ; pour les autres scores, non officiel."
        return f"Official classes: {names} only; for the other scores, unofficial."

    return phrases.both(said)


def _table(rows: pd.DataFrame) -> Table:
    words = {str(name): outcome(str(name)) for name in rows["name"]}
    columns: tuple[Column, ...] = (
        Column(key="name", label=Text(fr="Dimension", en="Dimension"), kind="word", words=words),
        Column(key="score", label=Text(fr="Score", en="Score"), kind="number", digits=2),
        Column(key="low", label=Text(fr="De", en="From"), kind="number", digits=2),
        Column(key="high", label=Text(fr="À", en="To"), kind="number", digits=2),
        Column(key="n", label=Text(fr="Réponses", en="Answers"), kind="count"),
        Column(key="reliability", label=reliability.RELIABILITY, kind="number", digits=2),
        Column(key="shrunken", label=reliability.SHRUNKEN, kind="number", digits=2),
        Column(key="rank_low", label=Text(fr="Rang, au mieux", en="Rank, at best"), kind="count"),
        Column(key="rank_high", label=Text(fr="Rang, au pire", en="Rank, at worst"), kind="count"),
        Column(key="league", label=Text(fr="Établissements classés", en="Establishments ranked"), kind="count"),
        Column(key="class_name", label=Text(fr="Classe", en="Class")),
        Column(key="standing", label=Text(fr="Seuils", en="Thresholds"), kind="word", words=STANDINGS),
    )
    columns = (*columns, *(MENDED if rows["weighted"].notna().any() else ()))
    return Table(columns=columns, rows=rows_of(rows, [column.key for column in columns]))


def _plot(rows: pd.DataFrame, lang: Language) -> Any:
    at = places(len(rows))
    ends = rows[["low", "high"]].astype("float64")
    known = ends.notna().all(axis=1)
    spans = [(low, high) for low, high in ends[known].itertuples(index=False, name=None)]
    traces = [segments(spans, [y for y, there in zip(at, known, strict=True) if there], width=3, colour=theme.GREY)]
    marks = (
        ("score", theme.BLUE, "circle", {"fr": "score", "en": "score"}),
        ("weighted", theme.GREEN, "square-open", {"fr": "score redressé", "en": "weighted score"}),
        ("shrunken", theme.ORANGE, "diamond-open", {"fr": "score rapproché", "en": "shrunken score"}),
    )
    for key, colour, symbol, name in marks:
        points = [(float(x), y) for x, y in zip(rows[key], at, strict=True) if not math.isnan(x)]
        if points:
            traces.append(
                {
                    "type": "scatter", "mode": "markers", "x": [x for x, _ in points], "y": [y for _, y in points],
                    "name": name[lang], "marker": {"size": 12, "color": colour, "symbol": symbol, "line": {"width": 2}},
                    "hoverinfo": "skip", "cliponaxis": False,
                }
            )  # fmt: skip
    layout = rows_layout([_label(row, lang) for _, row in rows.iterrows()], row=ROW, edges=(40, 28, 52), wrap=40)
    values = rows[["score", "low", "high", "shrunken", "weighted"]].astype("float64")
    least, most = float(values.min().min()), float(values.max().max())
    pad = max(0.5, 0.06 * (most - least))
    axis = {
        "range": [least - pad, most + pad],
        "nticks": 8,
        "title": {"text": reliability.axis_of(set(rows["name"])).say(lang)},
    }
    return theme.draw(traces, **layout, xaxis=axis, showlegend=True, legend=theme.LEGEND)


def _label(row: pd.Series, lang: Language) -> str:
    """Return the name of a row on one line, its score and what bounds it on the next."""
    what, value = outcome(str(row["name"])).say(lang), fmt.number(float(row["score"]), lang, 1)
    if math.isnan(row["reliability"]):
        told = f"{value}{_class(row, lang)}"
    else:
        share, word = reliability.lambda_(float(row["reliability"]), lang), {"fr": "rang", "en": "rank"}[lang]
        told = f"{value}, λ {share}, {word} {reliability.ranks(row, int(row['league']), lang)}"
    return f"{what}<br>{told.replace(' ', fmt.FIRM)}"


MENDED = (
    Column(key="weighted", label=Text(fr="Score redressé", en="Weighted score"), kind="number", digits=2),
    Column(key="design_effect", label=Text(fr="Effet de plan", en="Design effect"), kind="number", digits=2),
    Column(key="imputed", label=Text(fr="Réponses complétées", en="Answers completed"), kind="number", digits=2),
)
STANDINGS = {
    "official": Text(fr="officiel", en="official"),
    "unofficial": Text(fr="non officiel", en="unofficial"),
}
UNOFFICIAL = Text(
    fr="Classes et seuils : non officiel, aucune table officielle n'existe pour cette enquête et cette année.",
    en="Classes and thresholds: unofficial, there is no official table for this survey and year.",
)
NOTHING = Text(fr="aucun score ne peut être publié.", en="no score can be published.")
NO_FOCUS = Text(
    fr="l'étude ne suit pas un établissement en particulier, ou le sien n'a pas de score.",
    en="the study follows no establishment in particular, or its own has no score.",
)
QUESTION = Text(
    fr="Jusqu'où peut-on se fier à chaque score, et quel rang peut-il avoir ?",
    en="How far can each score be trusted, and which rank can it hold?",
)
HOW = Text(
    fr=(
        "Le point est le score, le trait son intervalle à 95 %. La fiabilité λ, de 0 à 1, est la part des différences "
        "entre établissements qui n'est pas du hasard : à 0,7 ou plus on compare d'ordinaire, en dessous un rang dit "
        "surtout le hasard. Le losange est le score rapproché de la moyenne de tous, d'autant plus que λ est bas. Le "
        "rang possible (1 est le plus haut score) contient le vrai rang 95 fois sur 100. Une classe vient d'une table "
        "de seuils datée ; sans table officielle, la page dit « non officiel ». Carré vert, où il existe : le score si "
        "les répondants avaient l'âge et le sexe de tous les patients concernés."
    ),
    en=(
        "The dot is the score, the line its 95% interval. Reliability λ, from 0 to 1, is the share of the differences "
        "between establishments that is not chance: at 0.7 or more scores are ordinarily compared, below it a rank "
        "mostly tells chance. The diamond is the score drawn towards the mean of all, the more so the lower λ. The "
        "possible rank (1 is the highest score) contains the true rank 95 times in 100. A class comes from a dated "
        "table of thresholds; without an official table the page says “unofficial”. Green square, where there is one: "
        "the score if the respondents had the ages and sexes of all patients concerned."
    ),
)
DRAWING = FIGURES.add(
    "score-reliability",
    Drawing(
        id="score-reliability",
        title=Text(fr="Ce que vaut chaque score", en="What each score is worth"),
        stage="score",
        needs=("scores", "establishments"),
        takes=("coverage",),
        draw=draw,
    ),
)
