"""Figure: can the twin be believed? Each test on cases held out, against its threshold."""

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

ROW = 34  # px
CLOSE = 0.6  # share of the threshold from which a number right of its dot would lie over the line
BAND = "coverage"  # judged by a band, not by a distance
WORDS = {
    "ngd2": Text(fr="Suites de deux étapes", en="Sequences of two steps"),
    "ngd3": Text(fr="Suites de trois étapes", en="Sequences of three steps"),
    "ced": Text(fr="Heures de la journée", en="Hours of the day"),
    "red": Text(fr="Temps depuis l'arrivée", en="Time since arrival"),
    "cwd": Text(fr="Lieux et personnes actifs", en="Active places and people"),
    "ctd": Text(fr="Durée des parcours", en="Length of cases"),
    "census_mae": Text(fr="Nombre de présents", en="Number present"),
    "coverage": Text(fr="Bande à 80 % des présents (couverture)", en="80% band of the number present (coverage)"),
}
HOURS, SHARE = Text(fr="heures", en="hours"), Text(fr="part, de 0 à 1", en="share, 0 to 1")
UNITS = {
    "ngd2": SHARE,
    "ngd3": SHARE,
    "ced": HOURS,
    "red": HOURS,
    "cwd": HOURS,
    "ctd": HOURS,
    "census_mae": Text(fr="patients", en="patients"),
    "coverage": Text(fr="part des valeurs, de 0 à 1", en="share of the values, 0 to 1"),
}
AGAINST = {
    "bootstrap": Text(fr="parcours passés", en="past cases"),
    "recent": Text(fr="derniers parcours", en="latest cases"),
    "markov": Text(fr="chaîne de Markov", en="Markov chain"),
    "floor": Text(fr="bruit du journal", en="noise of the log"),
}


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return each test as value over threshold; the sentence is the verdict of the backtest itself."""
    verdicts = tables["verdicts"]
    whole = verdicts[verdicts["measure"] == "all"]
    rows = verdicts[verdicts["measure"].isin(list(WORDS)) & (verdicts["limit"] > 0)]
    rows = rows.assign(ratio=rows["value"] / rows["limit"]).sort_values("measure", ignore_index=True)
    if whole.empty or rows.empty or rows["value"].isna().all():
        return DRAWING.absent(NOTHING)
    sentence = phrases.both(lambda lang: str(whole[f"sentence_{lang}"].iloc[0]))
    held = int(rows["holds"].astype(bool).sum())
    return Fiche(
        id=DRAWING.id,
        title=Text(fr="Peut-on croire le jumeau ?", en="Can we believe the twin?"),
        question=Text(fr="Refait-il des parcours qu'il n'a jamais vus ?", en="Does it make cases it has never seen?"),
        sentence=sentence,
        alt=phrases.seen(f"{held} épreuves tenues sur {len(rows)}.", f"{held} tests held of {len(rows)}.", sentence),
        figure={lang: _plot(rows[rows["measure"] != BAND], lang) for lang in LANGUAGES},
        table=_table(rows),
        n=len(rows),
        counted=Text(fr="épreuves", en="tests"),
        source=phrases.source(study),
        how_to_read=HOW,
        note=CAVEAT,
    )


def _table(rows: pd.DataFrame) -> Table:
    held = {"True": Text(fr="oui", en="yes"), "False": Text(fr="non", en="no")}
    named = {code: _named(code) for code in UNITS}
    columns = (
        Column(key="measure", label=Text(fr="Épreuve", en="Test"), kind="word", words=named),
        Column(key="value", label=Text(fr="Jumeau", en="Twin"), kind="measure"),
        Column(key="limit", label=Text(fr="Seuil", en="Threshold"), kind="measure"),
        Column(key="against", label=Text(fr="Seuil donné par", en="Threshold from"), kind="word", words=AGAINST),
        Column(key="held", label=Text(fr="Tient", en="Holds"), kind="word", words=held),
    )
    told = rows.assign(held=rows["holds"].astype(bool).astype(str))
    statuses = ("not_applicable",) * len(rows)
    return Table(columns=columns, rows=rows_of(told, [column.key for column in columns]), statuses=statuses)


def _named(code: str) -> Text:
    return phrases.both(lambda lang: f"{WORDS[code].say(lang)} ({UNITS[code].say(lang)})")


def _value(row: pd.Series, lang: Language) -> str:
    """Return the distance of one test with its unit."""
    value, unit = float(row["value"]), UNITS[str(row["measure"])]
    if unit is SHARE:
        return fmt.percent(100 * value, lang)
    return f"{fmt.measure(value, lang)} {'h' if unit is HOURS else unit.say(lang)}"


def _plot(rows: pd.DataFrame, lang: Language) -> Any:
    at = places(len(rows))
    good = [bool(v) for v in rows["holds"]]
    dots = {
        "type": "scatter", "mode": "markers+text", "x": [float(v) for v in rows["ratio"]], "y": at,
        "text": [f"  {_value(row, lang)}  " for _, row in rows.iterrows()],
        "textposition": [f"middle {'left' if CLOSE < v <= 1 else 'right'}" for v in rows["ratio"]],
        "marker": {
            "size": 12, "symbol": ["circle" if g else "diamond" for g in good],
            "color": [theme.BLUE if g else theme.ORANGE for g in good],
        },
        "hoverinfo": "skip", "cliponaxis": False,
    }  # fmt: skip
    layout = rows_layout([WORDS[str(name)].say(lang) for name in rows["measure"]], row=ROW, edges=(12, 64, 56), lift=4)
    line = {"color": theme.INK, "width": 1, "dash": "dash"}
    limit = {"type": "line", "x0": 1, "x1": 1, "y0": 0, "y1": 1, "yref": "paper", "line": line}
    title = {"fr": "écart du jumeau / seuil (1 : au seuil)", "en": "distance of the twin / threshold (1: at it)"}[lang]
    top = max(1.2, float(rows["ratio"].max()) * 1.15) if len(rows) else 1.2
    return theme.draw(
        [dots], **layout, xaxis={"title": {"text": title}, "range": [0, top], "nticks": 6}, shapes=[limit]
    )


NOTHING = Text(
    fr="le jumeau de cette étude n'a pas pu être mis à l'épreuve.", en="this study's twin could not be tested."
)
HOW = Text(
    fr=(
        "Le jumeau apprend les quatre premiers cinquièmes du journal et refait le dernier ; chaque épreuve mesure un "
        "écart au vrai. Le seuil est 1,1 fois l'écart du meilleur de trois générateurs simples, ou le bruit du "
        "journal s'il est plus grand : à gauche du trait, le jumeau fait au moins aussi bien. Un losange orange ne "
        "tient pas."
    ),
    en=(
        "The twin learns the first four fifths of the log and makes the last; each test measures a distance to the "
        "true one. The threshold is 1.1 times the distance of the best of three plain generators, or the noise of the "
        "log if that is larger: left of the line the twin does at least as well. An orange diamond does not hold."
    ),
)
CAVEAT = Text(
    fr=(
        "Les tirages au sort sont répartis régulièrement, pour le jumeau comme pour les générateurs ; avec des "
        "patients indépendants les écarts sont plus grands pour tous (voir les données à télécharger)."
    ),
    en=(
        "Random draws are spread evenly, for the twin and the generators alike; with independent patients the "
        "distances are larger for all (see the data to download)."
    ),
)
DRAWING = FIGURES.add(
    "trust",
    Drawing(
        id="trust",
        title=Text(fr="Peut-on croire le jumeau ?", en="Can we believe the twin?"),
        stage="backtest",
        needs=("verdicts",),
        draw=draw,
    ),
)
