"""Figure: the key drivers of a score, each with its share of the differences between establishments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases, theme
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.ranges import segments
from chairs.dashboards.reliability import form_of
from chairs.dashboards.rows import places, rows_layout
from chairs.dashboards.words import indicator, outcome

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

ROW = 46  # px
ALL = "all"
PERCENT = ("share", "low", "high", "johnson", "alone")


def draw(study: Study, tables: Tables) -> Fiche | Absence | None:
    """Return the drivers, largest share first; None when the study asks for none."""
    if study.drivers is None:
        return None
    table = tables.get("key_drivers")
    if table is None or table.empty or table["share"].isna().all():
        return DRAWING.absent(_why(table))
    rows = table[table["term"] != ALL]
    rows = rows.assign(**{name: 100 * rows[name].astype("float64") for name in PERCENT})
    rows = rows.sort_values(["share", "term"], ascending=[False, True], ignore_index=True)
    whole = 100 * float(table.loc[table["term"] == ALL, "share"].iloc[0])
    name = outcome(str(rows["outcome"].iloc[0]))
    sentence = phrases.both(lambda lang: _sentence(rows, name, whole, lang))
    return Fiche(
        id=DRAWING.id,
        title=Text(fr=f"Facteurs clés – {name.fr}", en=f"Key drivers – {name.en}"),
        question=QUESTION,
        sentence=sentence,
        alt=phrases.seen(f"Parts de {len(rows)} facteurs.", f"Shares of {len(rows)} drivers.", sentence),
        figure={lang: _plot(rows, lang) for lang in LANGUAGES},
        table=_table(rows),
        n=int(rows["clusters"].max()),
        counted=Text(fr="établissements", en="establishments"),
        source=phrases.source(study),
        how_to_read=HOW,
        note=phrases.joined(
            [EQUAL if (rows["of"] == "exposures").all() else None, _ordered(rows), _short(rows), CAVEAT]
        ),
    )


def _why(table: pd.DataFrame | None) -> Text:
    """Return why there are no shares, in words."""
    if table is None or table.empty or not isinstance(table["reason"].iloc[0], str):
        return NOTHING
    reason = str(table["reason"].iloc[0])
    return REASONS.get(reason, NOTHING)


def _short(rows: pd.DataFrame) -> Text | None:
    """Return why shares have no interval, where they have none."""
    from chairs.stats import estimate

    word = "few_to_resample"
    if not (rows["reason"] == word).any():
        return None
    return phrases.both(lambda lang: f"{phrases.headed(estimate.REASONS[word].say(lang))}.")


def _ordered(rows: pd.DataFrame) -> Text | None:
    form = form_of(str(rows["outcome"].iloc[0]))[0]
    return STARS if form is not None and form.ordered else None


def _term(row: pd.Series) -> Text:
    return outcome(str(row["term"])) if row["of"] == "dimensions" else indicator(str(row["term"]))


def _sentence(rows: pd.DataFrame, name: Text, whole: float, lang: Language) -> str:
    total = fmt.percent(whole, lang)
    said = [f"{_term(row).say(lang)} ({_share(row, lang)})" for _, row in rows.head(2).iterrows()]
    first, most = rows.iloc[0], fmt.listing(said, lang)
    overlap = len(rows) < 2 or not first["low"] > rows["high"].iloc[1:].max()
    bounded = bool(rows[["low", "high"]].notna().all(axis=None))
    if lang == "fr":
        head = (
            f"Les {len(rows)} facteurs réunis vont avec {total} des différences de « {name.fr} » entre établissements"
        )
        tail = "les intervalles se recouvrent : l'ordre n'est pas sûr" if overlap else "le premier se détache"
        tail = tail if bounded else "sans intervalle, l'ordre n'est pas sûr"
        return f"{head} ; les plus grandes parts : {most} ; {tail}."
    head = f"The {len(rows)} drivers together go with {total} of the differences in “{name.en}” between establishments"
    tail = "their intervals overlap: the order is not sure" if overlap else "the first stands apart from the others"
    tail = tail if bounded else "without intervals the order is not sure"
    return f"{head}; the largest shares: {most}; {tail}."


def _share(row: pd.Series, lang: Language) -> str:
    value = fmt.percent(float(row["share"]), lang, 1)
    return value if row[["low", "high"]].isna().any() else f"{value} {fmt.interval(row['low'], row['high'], lang, 1)}"


def _table(rows: pd.DataFrame) -> Table:
    words = {str(row["term"]): _term(row) for _, row in rows.iterrows()}
    columns = (
        Column(key="term", label=Text(fr="Facteur", en="Driver"), kind="word", words=words),
        Column(key="share", label=PART, kind="percent", digits=1),
        Column(key="low", label=Text(fr="De", en="From"), kind="percent", digits=1),
        Column(key="high", label=Text(fr="À", en="To"), kind="percent", digits=1),
        Column(key="johnson", label=JOHNSON, kind="percent", digits=1),
        Column(key="alone", label=ALONE, kind="percent", digits=1),
        Column(key="beta", label=BETA, kind="number", digits=2),
        Column(key="n", label=Text(fr="Établissements × années", en="Establishments × years"), kind="count"),
    )  # fmt: skip
    return Table(columns=columns, rows=rows_of(rows, [column.key for column in columns]))


def _plot(rows: pd.DataFrame, lang: Language) -> Any:
    at = places(len(rows))
    known = rows[["low", "high"]].notna().all(axis=1)
    ends = [(float(a), float(b)) for a, b in rows.loc[known, ["low", "high"]].itertuples(index=False)]
    bars = {
        "type": "bar", "orientation": "h", "x": [float(v) for v in rows["share"]], "y": at, "width": 0.3,
        "marker": {"color": "#86B3DB"}, "hoverinfo": "skip",
    }  # fmt: skip
    dots = {
        "type": "scatter", "mode": "markers", "x": [float(v) for v in rows["share"]], "y": at,
        "marker": {"size": 10, "color": theme.BLUE, "symbol": "diamond"}, "hoverinfo": "skip", "cliponaxis": False,
    }  # fmt: skip
    spans = segments(ends, [y for y, there in zip(at, known, strict=True) if there], width=2, colour=theme.INK)
    layout = rows_layout(
        [f"{_term(row).say(lang)} – {fmt.percent(float(row['share']), lang, 1)}" for _, row in rows.iterrows()],
        row=ROW,
        edges=(10, 24, 62),
        wrap=40,
        lift=8,
        narrow={"xaxis.nticks": 4, "xaxis.title.text": AXIS["narrow"].say(lang)},
    )
    top = 1.06 * max(1.0, float(rows[["share", "high"]].max().max()))
    axis = {"range": [0, top], "nticks": 7, "title": {"text": AXIS["wide"].say(lang)}}
    return theme.draw([bars, spans, dots], **layout, xaxis=axis)


AXIS = {
    "wide": Text(
        fr="part des différences entre établissements (%)", en="share of the differences between establishments (%)"
    ),
    "narrow": Text(fr="part des différences (%)", en="share of the differences (%)"),
}
QUESTION = Text(
    fr="Qu'est-ce qui va le plus avec les différences de ce score d'un établissement à l'autre ?",
    en="What goes most with the differences in this score from one establishment to the next?",
)
NOTHING = Text(fr="aucun facteur clé n'a pu être estimé.", en="no key driver could be estimated.")
PART = Text(fr="Part des différences expliquée (LMG)", en="Share of the differences explained (LMG)")
JOHNSON = Text(fr="Même part, autre calcul (Johnson)", en="Same share, other method (Johnson)")
ALONE = Text(fr="Part du facteur pris seul", en="Share of the driver taken alone")
BETA = Text(fr="Sens et force (coefficient standardisé)", en="Direction and strength (standardised coefficient)")
REASONS = {
    "too_few": Text(
        fr="trop peu d'établissements ont tous ces facteurs.", en="too few establishments have all of them."
    ),
    "constant_outcome": Text(fr="le score est le même partout.", en="the score is the same everywhere."),
    "collinear": Text(
        fr="des facteurs se déterminent l'un l'autre : leurs parts seraient arbitraires.",
        en="some drivers determine one another: their shares would be arbitrary.",
    ),
}
HOW = Text(
    fr=(
        "La part d'un facteur est ce qu'il ajoute en moyenne aux différences expliquées, quand les facteurs entrent "
        "dans tous les ordres possibles (méthode LMG) ; les parts s'ajoutent. Le trait est l'intervalle à 95 %, le "
        "calcul étant refait sur des établissements tirés au sort (bootstrap). Le signe, dans la table, donne le sens."
    ),
    en=(
        "The share of a driver is what it adds on average to the differences explained, as drivers enter in every "
        "possible order (LMG method); shares add up. The line is the 95% interval, the calculation being done again "
        "on establishments drawn at random (bootstrap). The sign, in the table, gives the direction."
    ),
)
EQUAL = Text(
    fr="Parts de ce qui reste une fois tenu égal ce que le protocole déclare, et l'année.",
    en="Shares of what remains once what the protocol declares, and the year, are held equal.",
)
STARS = Text(
    fr="Les étoiles, classes ordonnées, sont comptées ici comme des nombres : lire l'ordre des parts, pas leur taille.",
    en="Stars, which are ordered classes, are counted as numbers here: read the order of the shares, not their size.",
)
CAVEAT = Text(
    fr="Un facteur clé n'est pas une cause, et ne dit rien d'une personne : on compare des établissements.",
    en="A key driver is not a cause, and says nothing of one person: establishments are compared.",
)
DRAWING = FIGURES.add(
    "key-drivers",
    Drawing(
        id="key-drivers",
        title=Text(fr="Facteurs clés", en="Key drivers"),
        stage="link",
        needs=(),
        takes=("key_drivers",),
        draw=draw,
    ),
)
