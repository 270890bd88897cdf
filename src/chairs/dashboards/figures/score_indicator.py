"""Figure: each establishment's score against the indicator most linked with it, the focus among its peers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases, reliability, theme
from chairs.dashboards.comparison import (
    compared_period,
    focus_name,
    indicator_period,
    indicator_values,
    outcome_compared,
    outcome_scores,
    peers,
    peers_words,
)
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.rows import LINE, wrapped
from chairs.dashboards.words import indicator, measured, outcome, scale

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

FEWEST = 3  # peers under which their quartiles are not given
MOST = 1_500  # dots that an eye can tell apart; beyond, the associations say it


def draw(study: Study, tables: Tables) -> Fiche | Absence | None:
    """Return the scatter; the indicator is the one with the largest crude estimate in `links`.

    None for more establishments than a scatter can show when none of them is in focus.
    """
    code = _indicator(study, tables)
    points = _points(study, tables, code) if code else None
    if code is None or points is None or points.empty:
        return DRAWING.absent(_without(study, tables, code))
    if study.focus is None and len(points) > MOST:
        return None
    period, taken = compared_period(study, tables), str(points["period"].iloc[0])
    own = outcome_compared(study, tables)
    league, what = outcome_scores(study, tables), outcome(own)
    told = reliability.of_one(league, study.focus) or reliability.of_all(league)
    official, scale = reliability.standing(own, period), reliability.axis_of([own])
    measure = measured(code)
    name = focus_name(study, tables["establishments"])
    has_focus = bool((points["group"] == "focus").any())
    traits = {lang: peers_words(study, tables["establishments"], lang) if has_focus else "" for lang in LANGUAGES}
    sentence = phrases.both(lambda lang: phrases.during(period, _sentence(points, name, traits[lang], lang), lang))
    return Fiche(
        id=DRAWING.id,
        title=_title(indicator(code)),
        question=QUESTION,
        sentence=sentence,
        alt=phrases.seen(
            f"Nuage de {len(points)} établissements.", f"Scatter of {len(points)} establishments.", sentence
        ),
        figure={lang: _plot(points, name, _dated((measure, taken), (scale, period), lang), lang) for lang in LANGUAGES},
        table=_table(points, measure, what),
        n=len(points),
        counted=COUNTED,
        source=phrases.source(study, period),
        how_to_read=HOW,
        note=phrases.joined([_earlier(taken, period), _dropped(study, tables, code, points), CHOSEN, told, official]),
    )


def _dropped(study: Study, tables: Tables, code: str, points: pd.DataFrame) -> Text | None:
    """Return why fewer peers are compared than there are like the focus: no score, or no value of the indicator."""
    like = set(peers(study, tables["establishments"])["establishment"])
    there = int((points["group"] == "peer").sum())
    scores = outcome_scores(study, tables)
    scored = like & set(scores.loc[scores["score"].notna(), "establishment"])
    if not there or there == len(like):
        return None
    mute, bare, name = len(like) - len(scored), len(scored) - there, indicator(code)

    def said(lang: Language) -> str:
        all_, some, without, other = (fmt.number(count, lang) for count in (len(like), there, mute, bare))
        if lang == "fr":
            return (
                f"Sur {all_} établissements du même type, {some} ont à la fois un score et l'indicateur : {without} "
                "n'ont pas de score publié (trop peu de réponses ou hors enquête)"
                + (f", {other} n'ont pas la mesure « {name.fr} »." if bare else ".")
            )
        return (
            f"Of {all_} establishments of the same type, {some} have both a score and the indicator: {without} have no "
            "published score (too few answers, or not surveyed)"
            + (f", {other} have no value of “{name.en}”." if bare else ".")
        )

    return phrases.both(said)


def _without(study: Study, tables: Tables, code: str | None) -> Text:
    """Return why there is no scatter: no value of the indicator in the period of the score or before, or no score."""
    period = compared_period(study, tables)
    if code is None or not period or len(indicator_values(study, tables, code)):
        return NOTHING
    name, period = indicator(code), indicator_period(study, tables, code)
    return Text(
        fr=f"l'indicateur « {name.fr} » n'a de valeur ni en {period} ni avant.",
        en=f"the indicator “{name.en}” has no value in {period} or before.",
    )


def _earlier(taken: str, period: str) -> Text | None:
    """Return that the indicator is of another year than the score, where it is."""
    if taken == period:
        return None
    return Text(
        fr=f"L'indicateur est celui de {taken}, le score celui de {period}.",
        en=f"The indicator is that of {taken}, the score that of {period}.",
    )


def _dated(measure: tuple[Text, str], what: tuple[Text, str], lang: Language) -> tuple[str, str]:
    """Return the titles of both axes, with their units and periods."""
    (across, taken), (up, period) = measure, what
    return f"{across.say(lang)}, {fmt.period(taken, lang)}", f"{up.say(lang)}, {fmt.period(period, lang)}"


def _title(name: Text) -> Text:
    return Text(fr=f"Score et {_lower(name.fr)}", en=f"Score and {_lower(name.en)}")


def _lower(text: str) -> str:
    """Return `text` for the middle of a sentence: lower case unless it starts with an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _indicator(study: Study, tables: Tables) -> str | None:
    links = tables.get("links")
    if links is not None and len(links):
        own = links[(links["outcome"] == outcome_compared(study, tables)) & (links["adjusted_for"].fillna("") == "")]
        own = own[own["estimate"].notna()].assign(size=own["estimate"].abs())
        if len(own):
            return str(own.sort_values(["size", "exposure"], ascending=[False, True])["exposure"].iloc[0])
    codes = sorted(set(tables["indicators"].loc[tables["indicators"]["value"].notna(), "code"]))
    return str(codes[0]) if codes else None


def _points(study: Study, tables: Tables, code: str) -> pd.DataFrame:
    scores = reliability.completed(outcome_scores(study, tables))
    values = indicator_values(study, tables, code)[["establishment", "period", "value"]]
    values = values.assign(value=values["value"] * scale(code))
    kept = scores.loc[scores["score"].notna(), ["establishment", "score", *reliability.NAMES]]
    points = kept.merge(values, on="establishment")
    names = tables["establishments"].set_index("establishment")["name"]
    like = set(peers(study, tables["establishments"])["establishment"])
    groups = ["focus" if e == study.focus else "peer" if e in like else "other" for e in points["establishment"]]
    points = points.assign(name=points["establishment"].map(names).str.strip(), group=groups)
    return points.sort_values("establishment", ignore_index=True)


def _sentence(points: pd.DataFrame, name: str, traits: str, lang: Language) -> str:
    own, like = points[points["group"] == "focus"], points.loc[points["group"] == "peer", "score"]
    low, middle, high = (fmt.number(float(points["score"].quantile(q)), lang, 1) for q in (0.25, 0.5, 0.75))
    many = fmt.number(len(points), lang)
    if own.empty or len(like) < FEWEST:
        if len(set(points["score"].round(1))) == 1:
            return (
                f"les {many} établissements ont le même score : {middle}."
                if lang == "fr"
                else f"all {many} establishments have the same score: {middle}."
            )
        if lang == "fr":
            return f"la moitié des {many} établissements ont un score entre {low} et {high} (médiane {middle})."
        return f"half of the {many} establishments score between {low} and {high} (median {middle})."
    score = fmt.number(float(own["score"].iloc[0]), lang, 1)
    low, high = (fmt.number(float(like.quantile(q)), lang, 1) for q in (0.25, 0.75))
    if lang == "fr":
        return (
            f"{name} a un score de {score} ; la moitié de ses {fmt.number(len(like), lang)} pairs ({traits}) sont "
            f"entre {low} et {high}."
        )
    return (
        f"{name} scores {score}; half of its {fmt.number(len(like), lang)} peers ({traits}) are between {low} and "
        f"{high}."
    )


def _table(points: pd.DataFrame, measure: Text, what: Text) -> Table:
    columns = (
        Column(key="establishment", label=Text(fr="Identifiant", en="Identifier")),
        Column(key="name", label=Text(fr="Établissement", en="Establishment")),
        Column(key="group", label=Text(fr="Groupe", en="Group"), kind="word", words=GROUPS),
        Column(key="value", label=measure, kind="measure"),
        Column(key="score", label=what, kind="number", digits=2),
        *reliability.columns(points),
    )
    return Table(columns=columns, rows=rows_of(points, [column.key for column in columns]))


def _plot(points: pd.DataFrame, name: str, titles: tuple[str, str], lang: Language) -> Any:
    traces = []
    for group, look in LOOKS.items():
        part = points[points["group"] == group]
        dots = {"type": "scatter", "mode": "markers", "hoverinfo": "skip", "cliponaxis": False, "marker": look}
        if len(part):
            x, y = [float(v) for v in part["value"]], [round(float(v), 2) for v in part["score"]]
            traces.append(
                {**dots, "x": x, "y": y, "name": wrapped(name, 30) if group == "focus" else GROUPS[group].say(lang)}
            )
    wide, narrow = (wrapped(titles[0], width) for width in (60, 36))
    return theme.draw(
        traces,
        height=420,
        margin={"l": 62, "r": 16, "t": 34, "b": 52 + LINE * wide.count("<br>")},
        xaxis={"title": {"text": wide}, "nticks": 7, "separatethousands": True, "exponentformat": "none"},
        yaxis={"title": {"text": titles[1]}, "nticks": 6},
        separators=",\u202f" if lang == "fr" else ".,",
        showlegend=len(set(points["group"])) > 1,
        legend=theme.LEGEND,
        meta={
            "narrow": {
                "xaxis.nticks": 4,
                "xaxis.title.text": narrow,
                "margin.b": 52 + LINE * narrow.count("<br>"),
            }
        },
    )


LOOKS: dict[str, dict[str, Any]] = {
    "other": {"color": "#8C97A2", "size": 6, "opacity": 0.55, "symbol": "circle"},
    "peer": {"color": theme.BLUE, "size": 7, "opacity": 0.7, "symbol": "circle"},
    "focus": {"color": theme.ORANGE, "size": 15, "symbol": "diamond", "line": {"color": theme.PAPER, "width": 1.5}},
}
GROUPS = {
    "focus": Text(fr="établissement suivi", en="in focus"),
    "peer": Text(fr="pair", en="peer"),
    "other": Text(fr="autre", en="other"),
}
CHOSEN = Text(
    fr=(
        "Indicateur montré parce que son lien brut avec le score est le plus fort de ceux examinés : cette "
        "sélection exagère les liens."
    ),
    en=(
        "This indicator is shown because its crude link with the score is the strongest of those examined: such a "
        "choice overstates links."
    ),
)
NOTHING = Text(
    fr="aucun établissement n'a à la fois un score et l'indicateur.",
    en="no establishment has both a score and the indicator.",
)
QUESTION = Text(
    fr="Que voit-on établissement par établissement ?",
    en="What does it look like, establishment by establishment?",
)
COUNTED = Text(fr="établissements qui ont le score et l'indicateur", en="establishments with both score and indicator")
HOW = Text(
    fr=(
        "Chaque point est un établissement. Bleu : du même statut que l'établissement suivi, avec ou sans "
        "urgences comme lui ; gris : les autres ; losange orange : l'établissement suivi. L'axe des scores "
        "ne part pas de zéro."
    ),
    en=(
        "Each dot is one establishment. Blue: same status as the establishment in focus, with or without an "
        "ED like it; grey: the others; orange diamond: the establishment in focus. The axis of scores does "
        "not start at zero."
    ),
)
DRAWING = FIGURES.add(
    "score-indicator",
    Drawing(
        id="score-indicator",
        title=Text(fr="Score et indicateur le plus lié", en="Score and the indicator most linked"),
        stage="link",
        needs=("indicators", "scores", "establishments"),
        takes=("coverage", "links", "claims"),
        draw=draw,
    ),
)
