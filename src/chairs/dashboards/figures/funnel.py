"""Figure: which establishments score apart from the others by more than the number of their answers explains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases, reliability, theme
from chairs.dashboards.comparison import compared_period, focus_name, outcome_compared, outcome_scores
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.words import outcome
from chairs.stats.funnel import FEWEST, Funnel, means

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

HEIGHT = 460  # px


def draw(study: Study, tables: Tables) -> Fiche | Absence | None:
    """Return the scores of the establishments against their number of answers, with funnel limits."""
    scores, period = outcome_scores(study, tables), compared_period(study, tables)
    if len(scores) and scores["se"].isna().all() and scores["score"].notna().any():
        return None  # published scores come without their standard error
    known = scores[scores["score"].notna() & (scores["se"] > 0) & scores["n"].notna()].reset_index(drop=True)
    if len(known) < FEWEST:
        return DRAWING.absent(NOTHING)
    funnel = means(known["score"].tolist(), known["se"].tolist())
    rows = known.assign(outside=funnel.outside(), distance=funnel.adjusted_z, own=known["establishment"] == study.focus)
    own = outcome_compared(study, tables)
    what = outcome(own)
    name = focus_name(study, tables["establishments"])
    sentence = phrases.both(lambda lang: phrases.during(period, _sentence(rows, funnel, name, lang), lang))
    return Fiche(
        id=DRAWING.id,
        title=Text(
            fr=f"Écart aux autres établissements – {what.fr}", en=f"Distance to the other establishments – {what.en}"
        ),
        question=QUESTION,
        sentence=sentence,
        alt=phrases.seen(
            f"Entonnoir de {len(rows)} établissements.", f"Funnel of {len(rows)} establishments.", sentence
        ),
        figure={lang: _plot(rows, funnel, reliability.axis_of([own]).say(lang), lang) for lang in LANGUAGES},
        table=_table(rows),
        n=len(rows),
        counted=Text(fr="établissements", en="establishments"),
        source=phrases.source(study, period),
        how_to_read=HOW,
        note=phrases.joined(
            [
                CAVEAT,
                reliability.of_one(scores, study.focus),
                reliability.of_all(scores),
                reliability.standing(own, period),
            ]
        ),
    )


def _sentence(rows: pd.DataFrame, funnel: Funnel, name: str, lang: Language) -> str:
    above, below = int((rows["outside"] > 0).sum()), int((rows["outside"] < 0).sum())
    total, centre = fmt.number(len(rows), lang), fmt.number(funnel.target, lang, 1)
    own = rows[rows["own"]]
    if lang == "fr":
        inside = "dans les limites" if own.empty or own["outside"].iloc[0] == 0 else "hors des limites"
        tail = "" if own.empty else f" ; {name} est {inside}"
        return (
            f"sur {total} établissements (moyenne {centre}), {above + below} "
            f"{fmt.plural(above + below, 'sort', 'sortent', lang)} des limites à 99,8 % : {above} au-dessus, "
            f"{below} au-dessous{tail}."
        )
    inside = "inside the limits" if own.empty or own["outside"].iloc[0] == 0 else "outside the limits"
    tail = "" if own.empty else f"; {name} is {inside}"
    verb = fmt.plural(above + below, "is", "are", lang)
    return (
        f"of {total} establishments (mean {centre}), {above + below} {verb} outside the 99.8% limits: "
        f"{above} above, {below} below{tail}."
    )


def _table(rows: pd.DataFrame) -> Table:
    places = {
        "1": Text(fr="au-dessus", en="above"),
        "0": Text(fr="dans les limites", en="inside"),
        "-1": Text(fr="au-dessous", en="below"),
    }
    columns = (
        Column(key="establishment", label=Text(fr="Établissement", en="Establishment")),
        Column(key="score", label=Text(fr="Score", en="Score"), kind="number", digits=1),
        Column(key="se", label=Text(fr="Erreur type", en="Standard error"), kind="number", digits=1),
        Column(key="n", label=Text(fr="Réponses", en="Answers"), kind="count"),
        Column(
            key="distance",
            label=Text(fr="Écart, en erreurs types", en="Distance in standard errors"),
            kind="number",
            digits=1,
        ),
        *reliability.columns(rows),
        Column(key="place", label=Text(fr="Limites à 99,8 %", en="99.8% limits"), kind="word", words=places),
    )
    told = rows.assign(place=rows["outside"].astype(int).astype(str)).sort_values("establishment")
    return Table(columns=columns, rows=rows_of(told, [column.key for column in columns]))


def _plot(rows: pd.DataFrame, funnel: Funnel, what: str, lang: Language) -> Any:
    import numpy as np

    order = np.argsort(rows["se"].to_numpy())
    error = rows["se"].to_numpy()[order]
    traces: list[dict[str, Any]] = [
        _limit(error, funnel.adjusted_limits[order, i], dash, name if i % 2 == 0 else None)
        for (pair, dash, name) in (
            ((0, 1), "dot", {"fr": "limites à 95 %", "en": "95% limits"}[lang]),
            ((2, 3), "solid", {"fr": "limites à 99,8 %", "en": "99.8% limits"}[lang]),
        )
        for i in pair
    ]
    traces += _groups(rows, lang)
    return theme.draw(
        traces,
        height=HEIGHT,
        margin={"l": 56, "r": 16, "t": 56, "b": 56},
        xaxis={
            "title": {
                "text": {"fr": "erreur type du score (points)", "en": "standard error of the score (points)"}[lang]
            },
            "autorange": "reversed",
            "nticks": 6,
        },
        yaxis={"title": {"text": what}, "nticks": 7},
        meta={"narrow": {"margin.t": 110, "height": HEIGHT + 54}},
        showlegend=True,
        legend=theme.LEGEND,
    )


def _groups(rows: pd.DataFrame, lang: Language) -> list[dict[str, Any]]:
    """Return the dots of those inside, those outside and the establishment in focus."""
    apart = rows["outside"] != 0
    own = rows["own"].astype(bool)
    inside, out, focus = {
        "fr": ("dans les limites", "hors des limites", "établissement suivi"),
        "en": ("inside the limits", "outside the limits", "in focus"),
    }[lang]
    groups = (
        (rows[~apart & ~own], theme.GREY, "circle", 6, inside),
        (rows[apart & ~own], theme.ORANGE, "diamond", 9, out),
        (rows[own], theme.BLUE, "star", 15, focus),
    )
    return [_dots(group, colour, symbol, size, name) for group, colour, symbol, size, name in groups if len(group)]


def _limit(error: Any, values: Any, dash: str, name: str | None) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "x": [float(v) for v in error], "y": [float(v) for v in values],
        "line": {"width": 1.5, "dash": dash, "color": theme.GREEN}, "hoverinfo": "skip",
        "name": name or "", "showlegend": name is not None,
    }  # fmt: skip


def _dots(rows: pd.DataFrame, colour: str, symbol: str, size: int, name: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "x": [float(v) for v in rows["se"]],
        "y": [float(v) for v in rows["score"]], "marker": {"size": size, "color": colour, "symbol": symbol},
        "hoverinfo": "skip", "name": name,
    }  # fmt: skip


QUESTION = Text(
    fr="Quels établissements s'écartent des autres par plus que le hasard ?",
    en="Which establishments differ from the others by more than chance?",
)
NOTHING = Text(
    fr=f"moins de {FEWEST} établissements avec un score et son erreur type.",
    en=f"fewer than {FEWEST} establishments with a score and its standard error.",
)
HOW = Text(
    fr=(
        "Chaque point est un établissement ; à droite, les scores les plus précis. Entre les lignes pleines, l'écart à "
        "la moyenne s'explique par le nombre de réponses et par les différences ordinaires entre établissements. La "
        "fiabilité λ, de 0 à 1, est la part des différences entre scores qui ne tient pas au hasard des réponses."
    ),
    en=(
        "Each dot is an establishment; on the right, the most precise scores. Between the solid lines, the distance to "
        "the mean is explained by the number of answers and by the ordinary differences between establishments. "
        "Reliability λ, from 0 to 1, is the share of the differences between scores that is not chance in the answers."
    ),
)
CAVEAT = Text(
    fr=(
        "Hors des limites ne veut dire ni bon ni mauvais : regarder d'abord la saisie, les patients accueillis et qui "
        "répond. Ce n'est pas un classement."
    ),
    en=(
        "Outside the limits means neither good nor bad: look first at the data, the patients and who answers. "
        "This is no ranking."
    ),
)
DRAWING = FIGURES.add(
    "funnel",
    Drawing(
        id="funnel",
        title=Text(fr="Écart aux autres établissements", en="Distance to the other establishments"),
        stage="score",
        needs=("scores", "establishments"),
        takes=("coverage",),
        draw=draw,
    ),
)
