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
FAR = 0.7  # share of the axis from which a number right of its dot would leave it on a narrow screen
CLOSE = 0.6  # share of the threshold from which a number right of its dot would lie over the line
BAND, AIM = "coverage", 0.8  # judged by how far the share of values inside is from 80 %
WORDS = {
    "ngd2": Text(fr="Suites de deux étapes", en="Sequences of two steps"),
    "ngd3": Text(fr="Suites de trois étapes", en="Sequences of three steps"),
    "ced": Text(fr="Heures de la journée", en="Hours of the day"),
    "red": Text(fr="Temps depuis l'arrivée", en="Time since arrival"),
    "cwd": Text(fr="Lieux et personnes actifs", en="Active places and people"),
    "ctd": Text(fr="Durée des parcours", en="Length of cases"),
    "census_mae": Text(fr="Nombre de présents", en="Number present"),
    "coverage": Text(fr="Présents dans la bande à 80 %", en="Number present inside the 80% band"),
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
    "markov": Text(fr="tirage étape par étape (chaîne de Markov)", en="draws step by step (Markov chain)"),
    "floor": Text(fr="hasard du journal", en="chance in the log"),
}


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return each test as value over threshold; the sentence is the verdict of the backtest itself."""
    verdicts = tables["verdicts"]
    whole = verdicts[verdicts["measure"] == "all"]
    rows = verdicts[verdicts["measure"].isin(list(WORDS)) & (verdicts["limit"] > 0)]
    rows = rows.assign(ratio=_ratios(rows)).sort_values(
        "measure", key=lambda codes: codes.map(list(WORDS).index), ignore_index=True
    )
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
        figure={lang: _plot(rows, lang) for lang in LANGUAGES},
        table=_table(rows),
        n=len(rows),
        counted=Text(fr="épreuves", en="tests"),
        source=phrases.source(study),
        how_to_read=HOW,
        note=QUEUES if study.scenarios else phrases.joined([FIFTHS, CAVEAT]),
    )


def _ratios(rows: pd.DataFrame) -> pd.Series:
    """Return the distance of each test over its threshold; of the band, the distances of its share from 80 %."""
    band = (rows["value"] - AIM).abs() / (rows["limit"] - AIM).abs()
    return (rows["value"] / rows["limit"]).where(rows["measure"] != BAND, band)


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
    if unit is SHARE or row["measure"] == BAND:
        return fmt.percent(100 * value, lang)
    return f"{fmt.measure(value, lang)} {'h' if unit is HOURS else unit.say(lang)}"


def _plot(rows: pd.DataFrame, lang: Language) -> Any:
    at = places(len(rows))
    good = [bool(v) for v in rows["holds"]]
    top = max(1.2, float(rows["ratio"].max()) * 1.15)
    dots = {
        "type": "scatter", "mode": "markers+text", "x": [float(v) for v in rows["ratio"]], "y": at,
        "text": [f"  {_value(row, lang)}  " for _, row in rows.iterrows()],
        "textposition": [f"middle {'left' if CLOSE < v <= 1 or v > FAR * top else 'right'}" for v in rows["ratio"]],
        "marker": {
            "size": 12, "symbol": ["circle" if g else "diamond" for g in good],
            "color": [theme.BLUE if g else theme.ORANGE for g in good],
        },
        "hoverinfo": "skip", "cliponaxis": False,
    }  # fmt: skip
    layout = rows_layout(
        [fmt.typeset(WORDS[str(name)].say(lang), lang) for name in rows["measure"]], row=ROW, edges=(12, 64, 56), lift=4
    )
    line = {"color": theme.INK, "width": 1, "dash": "dash"}
    limit = {"type": "line", "x0": 1, "x1": 1, "y0": 0, "y1": 1, "yref": "paper", "line": line}
    title = {"fr": "écart du jumeau / seuil (1 : au seuil)", "en": "distance of the twin / threshold (1: at it)"}[lang]
    return theme.draw(
        [dots], **layout, xaxis={"title": {"text": title}, "range": [0, top], "nticks": 6}, shapes=[limit]
    )


NOTHING = Text(
    fr="le jumeau de cette étude n'a pas pu être mis à l'épreuve.", en="this study's twin could not be tested."
)
HOW = Text(
    fr=(
        "Le jumeau apprend des premiers parcours du journal et refait les suivants ; chaque épreuve mesure un écart "
        "au vrai. Le seuil est 1,1 fois l'écart du meilleur de trois procédés simples (rejouer des parcours "
        "passés, rejouer les derniers, tirer chaque étape d'après la précédente), ou celui que le hasard du journal "
        "suffit à produire s'il est plus grand : à gauche du trait, le jumeau fait au moins aussi bien. Pour la bande "
        "à 80 %, l'écart est celui de la part des valeurs qui y tombent à 80 %, et le seuil 10 points. Un losange "
        "orange ne tient pas."
    ),
    en=(
        "The twin learns from the first cases of the log and makes those that follow; each test measures a distance "
        "to the true ones. The threshold is 1.1 times the distance of the best of three plain methods (playing past "
        "cases again, playing the latest again, drawing each step from the one before), or that which chance in the "
        "log alone makes if it is larger: left of the line the twin does at least as well. For the 80% band the "
        "distance is that of the share of values inside it from 80%, and the threshold 10 points. An orange diamond "
        "does not hold."
    ),
)
CAVEAT = Text(
    fr=(
        "Les tirages au sort sont répartis régulièrement, pour le jumeau comme pour les procédés simples ; avec des "
        "patients indépendants les écarts sont plus grands pour tous (voir les données à télécharger)."
    ),
    en=(
        "Random draws are spread evenly, for the twin and the plain methods alike; with independent patients the "
        "distances are larger for all (see the data to download)."
    ),
)
FIFTHS = Text(
    fr="Les parcours mis de côté sont le dernier cinquième, par ordre d'arrivée.",
    en="The cases held out are the last fifth by arrival.",
)
QUEUES = Text(
    fr=(
        "Le jumeau jugé est celui des scénarios, avec ses lits et ses files d'attente. Sont mis de côté les quatre "
        "dernières semaines (au plus un cinquième des jours) ; le jumeau et les procédés simples apprennent de tous "
        "les jours d'avant. De la période mise de côté il ne sait que le nombre de parcours ; ses simulations "
        "commencent quatre mois plus tôt dans un hôpital vide. C'est une seule période : une autre aurait d'autres "
        "files."
    ),
    en=(
        "The twin judged here is that of the scenarios, with its beds and queues. The last four weeks are held out "
        "(a fifth of the days at most); the twin and the plain methods learn from all days before. Of the period held "
        "out it knows only how many cases there are; its runs begin four months earlier in an empty hospital. It is "
        "one period: another would have other queues."
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
