"""Figure: whether the risk of admission is as right for every group of patients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases, theme
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.rows import places, rows_layout

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

ROW = 30  # px
WORDS = {
    "age_band": Text(fr="Âge", en="Age"),
    "age": Text(fr="Âge", en="Age"),
    "sex": Text(fr="Sexe", en="Sex"),
    "arrival_mode": Text(fr="Arrivée", en="Arrival"),
    "hypotension": Text(fr="Hypotension", en="Hypotension"),
    "infection_suspected": Text(fr="Infection suspectée", en="Infection suspected"),
    "F": Text(fr="femmes", en="women"),
    "M": Text(fr="hommes", en="men"),
    "ambulance": Text(fr="en ambulance", en="by ambulance"),
    "own_means": Text(fr="par ses moyens", en="by own means"),
    "true": Text(fr="oui", en="yes"),
    "false": Text(fr="non", en="no"),
    "other": Text(fr="autres ou inconnu", en="others or not known"),
}


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return admissions seen over foreseen by group, over all moments."""
    rows = tables["risk_groups"]
    rows = rows[(rows["moment"] == "all") & rows["ratio"].notna()]
    rows = rows.sort_values(["characteristic", "level"], ignore_index=True)
    if rows.empty:
        return DRAWING.absent(NOTHING)
    sentence = phrases.both(lambda lang: _sentence(rows, lang))
    return Fiche(
        id=DRAWING.id,
        title=DRAWING.title,
        question=Text(
            fr="Le modèle se trompe-t-il davantage pour certains patients ?",
            en="Is the model more wrong for some patients?",
        ),
        sentence=sentence,
        alt=phrases.seen(f"{len(rows)} groupes de patients.", f"{len(rows)} groups of patients.", sentence),
        figure={lang: _plot(rows, lang) for lang in LANGUAGES},
        table=_table(rows),
        n=len(rows),
        counted=Text(fr="groupes de patients", en="groups of patients"),
        source=phrases.source(study),
        how_to_read=HOW,
        note=CAVEAT,
    )


def _name(row: Any, lang: Language) -> str:
    words = [
        WORDS[str(row[key])].say(lang) if str(row[key]) in WORDS else str(row[key])
        for key in ("characteristic", "level")
    ]
    return f"{words[0]} : {words[1]}" if lang == "fr" else f"{words[0]}: {words[1]}"


def _sentence(rows: pd.DataFrame, lang: Language) -> str:
    off = rows[(rows["ratio_low"] > 1) | (rows["ratio_high"] < 1)]
    worst = rows.loc[(rows["ratio"] - 1).abs().idxmax()]
    gap = fmt.percent(100 * abs(float(worst["ratio"]) - 1), lang)
    many, some = fmt.number(len(rows), lang), fmt.number(len(off), lang)
    more = float(worst["ratio"]) > 1
    if lang == "fr":
        side = "de plus" if more else "de moins"
        held = f"Aucun des {many} groupes ne s'écarte nettement du prévu"
        if len(off):
            held = f"Groupes qui s'écartent nettement du prévu : {some} sur {many}"
        return f"{held} ; le plus grand écart ({_name(worst, lang)}) est de {gap} d'admissions {side} que prévu."
    side = "more" if more else "fewer"
    held = f"None of {many} groups is clearly off"
    if len(off):
        held = f"Groups that are clearly off: {some} of {many}"
    return f"{held}; the largest gap ({_name(worst, lang)}) is {gap} {side} admissions than foreseen."


def _table(rows: pd.DataFrame) -> Table:
    columns = (
        Column(key="characteristic", label=Text(fr="Caractéristique", en="Characteristic"), kind="word", words=WORDS),
        Column(key="level", label=Text(fr="Groupe", en="Group"), kind="word", words=WORDS),
        Column(key="ratio", label=Text(fr="Constatés / prévus", en="Seen / foreseen"), kind="number", digits=2),
        Column(key="ratio_low", label=Text(fr="95 % : de", en="95%: from"), kind="number", digits=2),
        Column(key="ratio_high", label=Text(fr="95 % : à", en="95%: to"), kind="number", digits=2),
        Column(
            key="slope",
            label=Text(fr="Écarts entre risques à multiplier par", en="Gaps between risks to multiply by"),
            kind="number",
            digits=2,
        ),
        Column(key="n", label=Text(fr="Patients regardés", en="Patients looked at"), kind="count"),
    )
    return Table(columns=columns, rows=rows_of(rows, [column.key for column in columns]))


def _plot(rows: pd.DataFrame, lang: Language) -> Any:
    at = places(len(rows))
    good = [bool(low <= 1 <= high) for low, high in zip(rows["ratio_low"], rows["ratio_high"], strict=True)]
    dots = {
        "type": "scatter", "mode": "markers", "x": [float(v) for v in rows["ratio"]], "y": at,
        "error_x": {
            "type": "data", "symmetric": False, "color": theme.GREY, "thickness": 1.5, "width": 4,
            "array": [float(v) for v in rows["ratio_high"] - rows["ratio"]],
            "arrayminus": [float(v) for v in rows["ratio"] - rows["ratio_low"]],
        },
        "marker": {
            "size": 10, "symbol": ["circle" if g else "diamond" for g in good],
            "color": [theme.BLUE if g else theme.ORANGE for g in good],
        },
        "hoverinfo": "skip",
    }  # fmt: skip
    names = [_name(row, lang) for row in rows.to_dict("records")]
    line = {
        "type": "line",
        "x0": 1,
        "x1": 1,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": theme.INK, "width": 1, "dash": "dash"},
    }
    title = {"fr": "admissions constatées / prévues", "en": "admissions seen / foreseen"}[lang]
    low, high = float(min(0.8, rows["ratio_low"].min())), float(max(1.2, rows["ratio_high"].max()))
    layout = rows_layout(names, row=ROW, edges=(12, 24, 56), lift=4)
    return theme.draw(
        [dots],
        **layout,
        xaxis={"title": {"text": title}, "range": [low - 0.02, high + 0.02], "nticks": 6},
        shapes=[line],
    )


NOTHING = Text(fr="aucun groupe de patients n'est assez grand.", en="no group of patients is large enough.")
HOW = Text(
    fr=(
        "Pour chaque groupe, les admissions qui ont eu lieu sur celles que le modèle prévoyait : 1 quand il voit juste "
        "en moyenne, plus de 1 quand il en prévoit trop peu. Un losange orange est un groupe dont l'intervalle à 95 % "
        "ne contient pas 1 : sur vingt groupes, un l'est par hasard."
    ),
    en=(
        "For each group, the admissions that came over those the model foresaw: 1 when it is right on average, above 1 "
        "when it foresees too few. An orange diamond is a group whose 95% interval does not hold 1: of twenty groups "
        "one is so by chance."
    ),
)
CAVEAT = Text(
    fr="Les groupes qui ont moins de 11 admis ou de 11 non admis sont réunis sous « autres ».",
    en="Groups with fewer than 11 admitted or 11 others are put together under “others”.",
)
DRAWING = FIGURES.add(
    "risk-groups",
    Drawing(
        id="risk-groups",
        title=Text(fr="Le risque d'admission est-il juste pour tous ?", en="Is the risk of admission right for all?"),
        stage="risk",
        needs=("risk_groups",),
        draw=draw,
    ),
)
