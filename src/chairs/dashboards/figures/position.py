"""Figure: where the establishment in focus stands among those like it, indicator by indicator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import dated, fmt, phrases, reliability, theme
from chairs.dashboards.comparison import (
    compared_period,
    focus_name,
    indicator_values,
    outcome_compared,
    outcome_scores,
    peers,
    peers_words,
)
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.rows import places, rows_layout
from chairs.dashboards.words import known, measured, outcome, scale

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

FEWEST = 11  # establishments like it under which a position says nothing
LOW, HIGH = 20, 80  # % of the establishments: the band of usual values
ROW = 42  # px
DRAWN = 25  # measures, so that the figure stays within two screens; the table has all
SCORE = "score"


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return the position of the focus for each indicator and for the score."""
    establishments = tables["establishments"]
    like = peers(study, establishments)
    rows = _positions(study, tables, set(like["establishment"]))
    if rows.empty:
        return DRAWING.absent(NOTHING)
    name = focus_name(study, establishments)
    what = outcome(outcome_compared(study, tables))
    league, period = outcome_scores(study, tables), compared_period(study, tables)
    beside = {lang: reliability.beside(league, study.focus, lang) for lang in LANGUAGES}
    traits = {lang: peers_words(study, establishments, lang) for lang in LANGUAGES}
    told = {lang: _sentence(rows, name, traits[lang], beside[lang], lang) for lang in LANGUAGES}
    sentence = phrases.both(lambda lang: phrases.during(period, told[lang], lang))
    shown = _furthest(rows)
    words = {str(c): measured(str(c)) for c in rows["code"] if c != SCORE} | {SCORE: what}
    return Fiche(
        id=DRAWING.id,
        title=Text(fr=f"Position parmi ses pairs – {name}", en=f"Position among peers – {name}"),
        question=QUESTION,
        sentence=sentence,
        alt=phrases.seen(f"Position sur {len(rows)} mesures.", f"Position on {len(rows)} measures.", sentence),
        figure={lang: _plot(shown, {c: w.say(lang) for c, w in words.items()}, lang) for lang in LANGUAGES},
        table=_table(rows, words),
        n=int(rows["n"].max()),
        counted=COUNTED,
        source=phrases.source(study, period),
        how_to_read=HOW,
        note=phrases.joined(
            [
                _left_out(rows, shown),
                *dated.told(study, tables, rows),
                CAVEAT,
                *_believed(study, tables, league),
            ]
        ),
    )


def _believed(study: Study, tables: Tables, league: pd.DataFrame) -> list[Text | None]:
    """Return how far the score can be believed, and whether its classes are official."""
    told = reliability.of_one(league, study.focus) or reliability.of_all(league)
    return [told, reliability.standing(outcome_compared(study, tables), compared_period(study, tables))]


def _positions(study: Study, tables: Tables, like: set[str]) -> pd.DataFrame:
    """Return one row a measure: own value, 20th, 50th and 80th percentile of the others, share of them below."""
    import pandas as pd

    columns = ["code", "period", "value", "p20", "p50", "p80", "below", "n"]
    measures = {
        code: (rows := indicator_values(study, tables, code)).assign(value=rows["value"] * scale(code))
        for code in sorted(set(tables["indicators"]["code"]))
        if known(code)
    }
    scores = outcome_scores(study, tables).rename(columns={"score": "value"})
    measures[SCORE] = scores[scores["value"].notna()]
    found = []
    for code, own_rows in measures.items():
        values = own_rows.set_index("establishment")["value"]
        others = values[values.index.isin(like)]
        if study.focus not in values.index or len(others) < FEWEST:
            continue
        own = float(values[study.focus])
        below = 100 * (float((others < own).sum()) + 0.5 * float((others == own).sum())) / len(others)
        period = str(own_rows["period"].iloc[0])
        found.append([code, period, own, *(float(others.quantile(q)) for q in (0.2, 0.5, 0.8)), below, len(others)])
    return pd.DataFrame(found, columns=columns)


def _furthest(rows: pd.DataFrame) -> pd.DataFrame:
    """Return `DRAWN` measures, the score and those furthest from the middle of the others, in their order."""
    order = (rows["below"] - 50).abs().where(rows["code"] != SCORE, 100.0).sort_values(ascending=False, kind="stable")
    return rows.loc[sorted(order.index[:DRAWN])].reset_index(drop=True)


def _left_out(rows: pd.DataFrame, shown: pd.DataFrame) -> Text | None:
    if len(shown) == len(rows):
        return None
    return Text(
        fr=f"La figure montre les {DRAWN} mesures (dont le score) les plus éloignées du milieu des autres ; "
        f"le tableau donne les {len(rows)}.",
        en=f"The figure shows the {DRAWN} measures (the score among them) furthest from the middle of the others; "
        f"the table gives all {len(rows)}.",
    )


def _sentence(rows: pd.DataFrame, name: str, traits: str, told: str, lang: Language) -> str:
    out = rows[(rows["below"] < LOW) | (rows["below"] > HIGH)]
    score = rows[rows["code"] == SCORE]
    count = int(rows["n"].max())
    total, away, by_chance = len(rows), len(out), _expected(len(rows), lang)
    if lang == "fr":
        place = "aucune mesure" if away == 0 else f"{away} {fmt.plural(away, 'mesure', 'mesures', lang)}"
        head = (
            f"parmi {fmt.number(count, lang)} établissements comparables ({traits}), {name} sort de l'étendue "
            f"habituelle pour {place} sur {total} ({by_chance})"
        )
        if score.empty:
            return f"{head}."
        value, p50 = (fmt.number(float(score[key].iloc[0]), lang, 1) for key in ("value", "p50"))
        return f"{head} ; son score est de {value}{told}, la médiane des autres de {p50}."
    place = "no measure" if away == 0 else f"{away} {fmt.plural(away, 'measure', 'measures', lang)}"
    head = (
        f"among {fmt.number(count, lang)} comparable establishments ({traits}), {name} is outside the usual range "
        f"for {place} of {total} ({by_chance})"
    )
    if score.empty:
        return f"{head}."
    value, p50 = (fmt.number(float(score[key].iloc[0]), lang, 1) for key in ("value", "p50"))
    return f"{head}; its score is {value}{told}, the median of the others {p50}."


def _expected(total: int, lang: Language) -> str:
    """Return how many of `total` measures fall outside the band for any establishment, by the band's definition."""
    count = round(total * (100 - HIGH + LOW) / 100)
    if lang == "fr":
        return f"on en attend environ {count} pour un établissement quelconque" if count else "on n'en attend aucune"
    return f"about {count} expected for any establishment" if count else "none expected"


def _table(rows: pd.DataFrame, words: dict[str, Text]) -> Table:
    columns = (
        Column(key="code", label=Text(fr="Mesure", en="Measure"), kind="word", words=words),
        Column(key="value", label=Text(fr="Établissement", en="Establishment"), kind="measure"),
        Column(
            key="p20",
            label=Text(fr="20 % des autres sont en dessous de", en="20% of the others are below"),
            kind="measure",
        ),
        Column(key="p50", label=Text(fr="Médiane des autres", en="Median of the others"), kind="measure"),
        Column(
            key="p80",
            label=Text(fr="80 % des autres sont en dessous de", en="80% of the others are below"),
            kind="measure",
        ),
        Column(
            key="below", label=Text(fr="Part des autres en dessous", en="Share of the others below"), kind="percent"
        ),
        Column(key="n", label=Text(fr="Établissements comparés", en="Establishments compared"), kind="count"),
        Column(key="period", label=Text(fr="Année", en="Year")),
    )
    return Table(columns=columns, rows=rows_of(rows, [column.key for column in columns]))


def _plot(rows: pd.DataFrame, words: dict[str, str], lang: Language) -> Any:
    ticks = [0, LOW, 50, HIGH, 100]
    band = {"type": "rect", "x0": LOW, "x1": HIGH, "y0": 0, "y1": 1, "yref": "paper", "layer": "below"}
    few = [fmt.number(t, lang) for t in ticks]
    layout = rows_layout(
        [words[str(code)] for code in rows["code"]],
        row=ROW,
        edges=(10, 24, 62),
        wrap=60,
        narrow={"xaxis.title.text": AXIS["narrow"].say(lang), "xaxis.ticktext": few},
    )
    return theme.draw(
        [_dots(rows, lang)],
        **layout,
        xaxis={
            "range": [-3, 103],
            "tickvals": ticks,
            "ticktext": [fmt.percent(t, lang) for t in ticks],
            "title": {"text": AXIS["wide"].say(lang)},
        },
        shapes=[{**band, "fillcolor": "#E8F1F9", "line": {"width": 0}}],
    )


def _dots(rows: pd.DataFrame, lang: Language) -> dict[str, Any]:
    away = [not LOW <= float(b) <= HIGH for b in rows["below"]]
    right = [float(b) > 50 for b in rows["below"]]
    shares = [scale(str(code)) == 100 for code in rows["code"]]
    values = [
        fmt.percent(float(v), lang) if share else fmt.measure(float(v), lang)
        for v, share in zip(rows["value"], shares, strict=True)
    ]
    marks = {
        "size": 12,
        "symbol": ["diamond" if a else "circle" for a in away],
        "color": [theme.ORANGE if a else theme.BLUE for a in away],
    }
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [float(b) for b in rows["below"]],
        "y": places(len(rows)),
        "text": [f"{value}  " if r else f"  {value}" for value, r in zip(values, right, strict=True)],
        "textposition": ["middle left" if r else "middle right" for r in right],
        "textfont": {"size": 13},
        "marker": marks,
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


AXIS = {
    "wide": Text(fr="établissements comparables en dessous", en="comparable establishments below"),
    "narrow": Text(fr="pairs en dessous (%)", en="peers below (%)"),
}
NOTHING = Text(
    fr="l'établissement suivi, ou assez d'établissements comparables, manquent dans les tables diffusées.",
    en="the establishment in focus, or enough comparable ones, are missing in the released tables.",
)
HOW = Text(
    fr=(
        f"Chaque ligne place l'établissement parmi ceux du même statut, avec ou sans urgences comme lui : à {HIGH} "
        "%, quatre sur cinq ont une valeur plus basse. La bande claire est l'étendue habituelle (trois sur cinq) : "
        "deux mesures sur cinq en sortent d'ordinaire ; un losange orange en sort. Le chiffre est la valeur de "
        "l'établissement."
    ),
    en=(
        "Each row places the establishment among those of the same status, with or without an ED like it: at "
        f"{HIGH}%, four in five have a lower value. The pale band is the usual range (three in five): two "
        "measures in five are ordinarily outside; an orange diamond is outside. The number is the "
        "establishment's value."
    ),
)
QUESTION = Text(
    fr="En quoi l'établissement diffère-t-il de ceux qui lui ressemblent ?",
    en="How does the establishment differ from those like it?",
)
COUNTED = Text(
    fr="établissements comparables au plus par mesure (moins pour certaines : qui n'a pas la mesure n'y compte pas)",
    en="comparable establishments at most per measure (fewer for some: those without the measure do not count in it)",
)
CAVEAT = Text(
    fr=(
        "Une position n'est ni bonne ni mauvaise en soi, et n'est pas un classement : des établissements du "
        "même type peuvent accueillir des patients différents."
    ),
    en=(
        "A position is neither good nor bad in itself, and is no ranking: establishments of the same type "
        "may treat different patients."
    ),
)
DRAWING = FIGURES.add(
    "position",
    Drawing(
        id="position",
        title=Text(fr="Position parmi ses pairs", en="Position among peers"),
        stage="derive",
        needs=("indicators", "scores", "establishments"),
        takes=("coverage", "links", "claims"),
        draw=draw,
    ),
)
