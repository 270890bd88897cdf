"""Figure: the ladder of models behind the clearest declared link, each rung with its interval or its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import directions, fmt, phrases, theme
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.ranges import segments, zero_span
from chairs.dashboards.rows import places, rows_layout, zero_line
from chairs.dashboards.words import change, indicator, outcome

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

ROW = 44  # px
RUNGS = {
    "description": Text(fr="Moyennes, sans ajustement", en="Means, unadjusted"),
    "pooled": Text(fr="Établissements et années mêlés", en="Establishments and years mixed"),
    "between": Text(fr="Établissements qui diffèrent", en="Establishments that differ"),
    "within": Text(fr="Un établissement qui change", en="One establishment that changes"),
    "contextual": Text(fr="Contraste : écart entre les deux", en="Contrast: gap between the two"),
    "two_way": Text(fr="Changement, années communes ôtées", en="Change, common years out"),
    "staggered": Text(fr="Entrée dans un programme", en="Joining a programme"),
    "double_ml": Text(fr="Ajusté par apprentissage automatique", en="Adjusted by machine learning"),
    "ordinal": Text(fr="Chances d'une classe plus haute", en="Chances of a higher class"),
}
ORDER = {"supported": 0, "doubtful": 1, "not_supported": 2, "not_valid": 3}


def draw(study: Study, tables: Tables) -> Fiche | Absence | None:
    """Return the rungs of the first declared link, supported ones before; None when the study has no protocol."""
    if study.protocol is None:
        return None
    claims, steps = tables.get("claims"), tables.get("claim_steps")
    if claims is None or steps is None or claims.empty or steps["estimate"].isna().all():
        return DRAWING.absent(NOTHING)
    claim = _clearest(claims)
    own = (steps["exposure"] == claim["exposure"]) & (steps["outcome"] == claim["outcome"])
    rows = _rows(steps[own & steps["rung"].isin(list(RUNGS))], float(claim["per"]), str(claim["model"]))
    if rows["estimate"].isna().all():
        return DRAWING.absent(NOTHING)
    only = str(claim["model"]) == "ordinal"
    rows = directions.directed(rows) if only else rows
    words = {lang: _pair(claim, lang) for lang in LANGUAGES}
    sentence = phrases.both(lambda lang: _sentence(rows, words[lang], lang))
    return Fiche(
        id=DRAWING.id,
        title=DRAWING.title,
        question=QUESTION,
        sentence=sentence,
        alt=phrases.seen(f"Estimations de {len(rows)} modèles.", f"Estimates of {len(rows)} models.", sentence),
        figure={lang: _plot(rows, lang) for lang in LANGUAGES},
        table=_table(rows),
        n=int(rows["clusters"].max()),
        counted=Text(fr="établissements", en="establishments"),
        source=phrases.source(study),
        how_to_read=phrases.joined([HOW, directions.READ if only else None]) or HOW,
        note=STARS if only else ODDS if (rows["rung"] == "ordinal").any() else None,
    )


def _clearest(claims: pd.DataFrame) -> pd.Series:
    """Return the declared link shown: a supported one if there is, the farthest from zero in its own intervals."""
    width = (claims["high"] - claims["low"]).where(lambda w: w > 0)
    ordered = claims.assign(place=claims["claim"].map(ORDER), distance=-(claims["estimate"] / width).abs())
    return ordered.sort_values(["place", "distance", "exposure", "outcome"]).iloc[0]


def _rows(steps: pd.DataFrame, per: float, declared: str) -> pd.DataFrame:
    """Return the rungs in order, in points per declared change, the declared one marked."""
    order = {rung: place for place, rung in enumerate(RUNGS)}
    scaled = {name: steps[name].astype("float64") * per for name in ("estimate", "low", "high")}
    rows = steps.assign(**scaled, place=steps["rung"].map(order), declared=(steps["rung"] == declared).map(MARKS))
    told = rows["reason"].astype("object")
    return rows.assign(reason=told.where(told.notna(), None)).sort_values("place", ignore_index=True)


def _pair(claim: pd.Series, lang: Language) -> str:
    code, result = str(claim["exposure"]), outcome(str(claim["outcome"])).say(lang)
    return f"{indicator(code).say(lang)} ({change(code, float(claim['per']), lang)}) → {result}"


def _sentence(rows: pd.DataFrame, pair: str, lang: Language) -> str:
    models = rows[rows["rung"] != CONTRAST]  # the contrast of two models is not a third
    twice = models["estimate"].astype(float).round(9).duplicated() & models["estimate"].notna()
    models = models[~twice | (models["rung"] == "ordinal")]  # of one year, "between" and "pooled" are one model
    drawn = models if "direction" in rows.columns else models[models["rung"] != "ordinal"]
    comparable = drawn[drawn["low"].notna()]
    clear = comparable[(comparable["low"] > 0) | (comparable["high"] < 0)]
    above = int((clear["estimate"] > 0).sum())
    same = above in (0, len(clear))
    refused = int(models["estimate"].isna().sum())
    one = SAME_MODEL.say(lang) if (twice & rows["low"].notna()).any() and "direction" not in rows.columns else ""
    many, total = len(clear), len(comparable)
    if lang == "fr":
        sign = ", tous du même signe" if same and many > 1 else ""
        verb = fmt.plural(many, "se distingue de zéro", "se distinguent de zéro", lang)
        gone = f" ; {refused} sans estimation, avec la raison" if refused else ""
        return f"{pair} : {many} des {total} modèles {verb}{sign}{one}{gone}."
    sign = ", all of the same sign" if same and many > 1 else ""
    verb = fmt.plural(many, "is", "are", lang)
    gone = f"; {refused} without an estimate, with the reason" if refused else ""
    return f"{pair}: {many} of the {total} models {verb} distinguishable from zero{sign}{one}{gone}."


def _table(rows: pd.DataFrame) -> Table:
    from chairs.stats.estimate import REASONS

    marks = {"yes": Text(fr="déclarée", en="declared"), "no": Text(fr="", en="")}
    reasons = {word: REASONS[word] for word in rows["reason"].dropna() if word in REASONS}
    columns = (
        Column(key="rung", label=Text(fr="Modèle", en="Model"), kind="word", words=RUNGS),
        Column(key="declared", label=Text(fr="Estimation", en="Estimate"), kind="word", words=marks),
        *((directions.DIRECTION,) if "direction" in rows.columns else SIZES),
        Column(key="p", label=CHANCE, kind="p"),
        Column(key="n", label=Text(fr="Établissements × années", en="Establishments × years"), kind="count"),
        Column(key="clusters", label=Text(fr="Établissements", en="Establishments"), kind="count"),
        Column(key="reason", label=Text(fr="Raison si non estimable", en="Reason if none"), kind="word", words=reasons),
    )
    statuses = ("not_applicable",) * len(rows)
    return Table(columns=columns, rows=rows_of(rows, [column.key for column in columns]), statuses=statuses)


def _plot(rows: pd.DataFrame, lang: Language) -> Any:
    only = "direction" in rows.columns
    shown = rows[rows["low"].notna() & (only | (rows["rung"] != "ordinal"))].reset_index(drop=True)
    at = places(len(shown))
    ends = [(float(low), float(high)) for low, high in shown[["low", "high"]].itertuples(index=False, name=None)]
    colours = [theme.ORANGE if mine == "yes" else theme.BLUE for mine in shown["declared"]]
    symbols = [_symbol(row) for _, row in shown.iterrows()]
    dots = {
        "type": "scatter", "mode": "markers", "x": [float(v) for v in shown["estimate"]], "y": at,
        "marker": {"size": 12, "symbol": symbols, "color": colours, "line": {"width": 2, "color": colours}},
        "hoverinfo": "skip", "cliponaxis": False,
    }  # fmt: skip
    title = {"fr": "points de score, pour le changement indiqué", "en": "score points, for the change shown"}[lang]
    short = {"fr": "points de score", "en": "score points"}[lang]
    names = [RUNGS[str(rung)].say(lang) for rung in shown["rung"]]
    narrow = directions.narrow(lang) if only else {"xaxis.title.text": short}
    layout = rows_layout(names, row=ROW, edges=(10, 24, 56), wrap=40, narrow=narrow)
    plain = {"title": {"text": title}, "nticks": 7, "range": zero_span(ends)}
    axis = directions.axis(shown, lang) if only else plain
    traces = [segments(ends, at, width=3, colour=theme.GREY), dots]
    return theme.draw(traces, **layout, xaxis=axis, shapes=[zero_line(layout)])


def _symbol(row: pd.Series) -> str:
    """Return the mark of a rung: diamond if declared, square for the contrast; hollow where the interval holds zero."""
    shape = "diamond" if row["declared"] == "yes" else "square" if row["rung"] == CONTRAST else "circle"
    return f"{shape}-open" if float(row["low"]) <= 0 <= float(row["high"]) else shape


CHANCE = Text(fr="Compatibilité avec l'absence de lien (p)", en="Compatibility with no link (p)")
SIZES = (
    Column(key="estimate", label=Text(fr="Points", en="Points"), kind="number", digits=2),
    Column(key="low", label=Text(fr="De", en="From"), kind="number", digits=2),
    Column(key="high", label=Text(fr="À", en="To"), kind="number", digits=2),
)
SAME_MODEL = Text(fr=" (deux des lignes sont un même modèle)", en=" (two of the rows are one model)")
CONTRAST = "contextual"
MARKS = {True: "yes", False: "no"}
QUESTION = Text(
    fr="Le lien le plus net tient-il quand on change de modèle ?",
    en="Does the clearest link hold when the model changes?",
)
NOTHING = Text(fr="aucun modèle n'a pu être estimé.", en="no model could be estimated.")
HOW = Text(
    fr=(
        "Chaque ligne est un modèle du même lien, du plus simple au plus exigeant, avec son intervalle à 95 %. Le "
        "losange orange est l'estimation déclarée par le protocole ; les autres la confortent ou la contredisent. Sauf "
        "les moyennes, ils tiennent égal ce que le protocole nomme, s'il nomme quelque chose. "
        "Signe creux : l'intervalle contient zéro. Carré : non un modèle, mais l'écart entre deux d'entre eux. Un "
        "modèle qui ne vaut pas ici (pas de programme, trop peu d'établissements) est dans la table, avec sa raison."
    ),
    en=(
        "Each row is a model of the same link, from the simplest to the most demanding, with its 95% interval. The "
        "orange diamond is the estimate that the protocol declared; the others support or contradict it. But for "
        "the means, they hold equal what the protocol names, if it names anything. Hollow: the "
        "interval holds zero. Square: no model, but the gap between two of them. A model that is not valid here (no "
        "programme, too few establishments) is in the table, with its reason."
    ),
)
ODDS = Text(
    fr="La ligne « chances d'une classe plus haute » n'est pas en points : lire son signe, pas sa taille.",
    en="The row “chances of a higher class” is not in points: read its sign, not its size.",
)
STARS = Text(
    fr="Hors la ligne déclarée, les étoiles sont comptées comme des nombres : seul le sens de ces lignes se lit.",
    en="Save in the declared row, stars are counted as numbers: only the direction of those rows can be read.",
)
DRAWING = FIGURES.add(
    "ladder",
    Drawing(
        id="ladder",
        title=Text(fr="Le lien le plus net, modèle après modèle", en="The clearest link, model after model"),
        stage="link",
        needs=(),
        takes=("claims", "claim_steps"),
        draw=draw,
    ),
)
