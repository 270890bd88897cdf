"""Figure: the links that a protocol declared, with their intervals and their verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases, theme
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.ranges import segments
from chairs.dashboards.rows import places, rows_layout
from chairs.dashboards.words import indicator, outcome

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

ROW, MOST = 34, 14  # px a row, rows drawn
WORDS = {
    "supported": Text(fr="soutenu", en="supported"),
    "doubtful": Text(fr="douteux", en="doubtful"),
    "not_supported": Text(fr="non établi", en="not established"),
    "not_valid": Text(fr="non estimable", en="cannot be estimated"),
}
FLAGS = {
    "confounded": Text(fr="confusion probable", en="probably confounded"),
    "crude_only": Text(fr="entre établissements seulement", en="between establishments only"),
    "fragile": Text(fr="fragile", en="fragile"),
    "future": Text(fr="le temps ne va pas dans ce sens", en="time does not run that way"),
    "negative_outcome": Text(fr="un résultat témoin bouge aussi", en="a control outcome moves too"),
    "small": Text(fr="trop petit pour compter", en="too small to matter"),
}
MARKS = {
    "supported": (theme.BLUE, "circle"),
    "doubtful": (theme.ORANGE, "diamond"),
    "not_supported": (theme.GREY, "circle-open"),
}
ORDER = ("supported", "doubtful", "not_supported")


def draw(study: Study, tables: Tables) -> Fiche | Absence | None:
    """Return the declared pairs, supported ones first; None when the study has no protocol."""
    if study.protocol is None:
        return None
    claims = tables.get("claims")
    rows = _rows(claims) if claims is not None else None
    if rows is None or rows.empty:
        return DRAWING.absent(NOTHING)
    drawn = rows.head(MOST)
    sentence = phrases.both(lambda lang: _sentence(rows, lang))
    return Fiche(
        id=DRAWING.id,
        title=DRAWING.title,
        question=QUESTION,
        sentence=sentence,
        alt=phrases.seen(
            f"Intervalles de {len(drawn)} liens déclarés.", f"Intervals of {len(drawn)} declared links.", sentence
        ),
        figure={lang: _plot(drawn, lang) for lang in LANGUAGES},
        table=_table(rows),
        n=int(rows["clusters"].max()),
        counted=Text(fr="établissements au plus par lien", en="establishments at most per link"),
        source=phrases.source(study),
        how_to_read=HOW,
        note=phrases.joined([_hidden(len(rows) - len(drawn)), _standing(rows)]),
    )


def _rows(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the estimable pairs in points per declared change, supported first, then by distance from zero."""
    kept = claims[claims["low"].notna() & claims["claim"].isin(ORDER)]
    kept = kept.assign(**{name: kept[name] * kept["per"] for name in ("estimate", "low", "high")})
    kept = kept.assign(
        rank=kept["claim"].map({word: i for i, word in enumerate(ORDER)}),
        distance=-(kept["estimate"] / (kept["high"] - kept["low"])).abs(),
    )
    return kept.sort_values(["rank", "distance", "exposure", "outcome"], ignore_index=True)


def _name(row: pd.Series, lang: Language) -> str:
    exposure, result = indicator(str(row["exposure"])).say(lang), outcome(str(row["outcome"])).say(lang)
    return f"{exposure} (+{fmt.measure(float(row['per']), lang)}) → {result}"


def _sentence(rows: pd.DataFrame, lang: Language) -> str:
    held = rows[rows["claim"] == "supported"]
    doubt = int((rows["claim"] == "doubtful").sum())
    total = fmt.number(len(rows), lang)
    if held.empty:
        return (
            f"Aucun des {total} liens déclarés n'est soutenu par le protocole ({doubt} douteux)."
            if lang == "fr"
            else f"None of the {total} declared links is supported by the protocol ({doubt} doubtful)."
        )
    first, open_ = held.iloc[0], bool((rows["status"] == "exploratory").any())
    effect, interval = _effect(first, lang)
    if lang == "fr":
        verb = fmt.plural(len(held), "est soutenu", "sont soutenus", lang)
        return (
            f"Sur {total} liens déclarés {'sur des résultats connus' if open_ else 'avant de lire les résultats'}, "
            f"{len(held)} {verb} et {doubt} "
            f"{fmt.plural(doubt, 'est douteux', 'sont douteux', lang)} ; le plus net : {_name(first, lang)}, "
            f"{effect} {interval}."
        )
    verb = fmt.plural(len(held), "is supported", "are supported", lang)
    return (
        f"Of {total} links declared {'on known results' if open_ else 'before the results were read'} "
        f"{len(held)} {verb} and {doubt} "
        f"{fmt.plural(doubt, 'is', 'are', lang)} doubtful; the clearest: {_name(first, lang)}, {effect} {interval}."
    )


def _effect(row: pd.Series, lang: Language) -> tuple[str, str]:
    value = float(row["estimate"])
    sign = "+" if value > 0 else ""
    unit = {"fr": "point", "en": "point"}[lang]
    many = fmt.plural(abs(value), unit, f"{unit}s", lang)
    return f"{sign}{fmt.number(value, lang, 2)} {many}", fmt.interval(float(row["low"]), float(row["high"]), lang)


def _table(rows: pd.DataFrame) -> Table:
    exposures = {str(code): indicator(str(code)) for code in rows["exposure"]}
    results = {str(name): outcome(str(name)) for name in rows["outcome"]}
    said = {str(flags): _against(str(flags)) for flags in rows["flags"].dropna().unique()}
    columns = (
        Column(key="exposure", label=Text(fr="Exposition", en="Exposure"), kind="word", words=exposures),
        Column(key="per", label=Text(fr="Changement", en="Change"), kind="measure"),
        Column(key="outcome", label=Text(fr="Résultat", en="Outcome"), kind="word", words=results),
        Column(key="claim", label=Text(fr="Verdict", en="Verdict"), kind="word", words=WORDS),
        Column(key="estimate", label=Text(fr="Points", en="Points"), kind="number", digits=2),
        Column(key="low", label=Text(fr="De", en="From"), kind="number", digits=2),
        Column(key="high", label=Text(fr="À", en="To"), kind="number", digits=2),
        Column(key="q", label=Text(fr="q", en="q"), kind="p"),
        Column(key="robustness", label=Text(fr="Robustesse", en="Robustness"), kind="number", digits=2),
        Column(key="flags", label=Text(fr="Ce qui s'y oppose", en="What speaks against"), kind="word", words=said),
        Column(key="clusters", label=Text(fr="Établissements", en="Establishments"), kind="count"),
    )
    plain = rows.assign(flags=rows["flags"].astype("object").where(rows["flags"].notna(), None))
    return Table(
        columns=columns,
        rows=rows_of(plain, [column.key for column in columns]),
        statuses=("not_applicable",) * len(rows),
    )


def _against(flags: str) -> Text:
    return phrases.both(lambda lang: ", ".join(FLAGS[flag].say(lang) for flag in flags.split(";")))


def _plot(rows: pd.DataFrame, lang: Language) -> Any:
    at = places(len(rows))
    ends = list(zip(rows["low"].astype(float), rows["high"].astype(float), strict=True))
    traces: list[dict[str, Any]] = [segments(ends, at, width=3, colour=theme.GREY)]
    for claim, (colour, symbol) in MARKS.items():
        here = [(float(x), y) for x, y, c in zip(rows["estimate"], at, rows["claim"], strict=True) if c == claim]
        if here:
            traces.append(
                {
                    "type": "scatter", "mode": "markers", "x": [x for x, _ in here], "y": [y for _, y in here],
                    "name": WORDS[claim].say(lang), "marker": {"size": 11, "color": colour, "symbol": symbol},
                    "hoverinfo": "skip", "cliponaxis": False,
                }
            )  # fmt: skip
    layout = rows_layout([_name(row, lang) for _, row in rows.iterrows()], row=ROW, edges=(40, 24, 56), wrap=40, lift=6)
    title = {"fr": "points de score, pour le changement indiqué", "en": "score points, for the change shown"}[lang]
    zero = {
        "type": "line",
        "x0": 0,
        "x1": 0,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": theme.INK, "width": 1},
    }
    return theme.draw(
        traces, **layout, xaxis={"title": {"text": title}, "nticks": 7}, shapes=[zero], showlegend=True,
        legend=theme.LEGEND,
    )  # fmt: skip


def _hidden(count: int) -> Text | None:
    if count <= 0:
        return None
    return phrases.both(
        lambda lang: (
            f"{count} {fmt.plural(count, 'autre lien déclaré', 'autres liens déclarés', lang)} dans la table seulement."
            if lang == "fr"
            else f"{count} more declared {fmt.plural(count, 'link', 'links', lang)} in the table only."
        )
    )


def _standing(rows: pd.DataFrame) -> Text:
    seal = str(rows["seal"].iloc[0])[:12]
    loose = (rows["status"] == "exploratory").any()
    return Text(
        fr=f"{'Exploratoire : le résultat était déjà public ou le protocole a changé' if loose else 'Confirmatoire'} ; "
        f"protocole scellé {seal}.",
        en=f"{'Exploratory: the outcome was already public or the protocol has changed' if loose else 'Confirmatory'}; "
        f"protocol sealed {seal}.",
    )


QUESTION = Text(
    fr="Quels liens, déclarés d'avance, tiennent, et lesquels sont à écarter ?",
    en="Which links, declared in advance, hold, and which are to be set aside?",
)
NOTHING = Text(fr="aucun lien déclaré n'a pu être estimé.", en="no declared link could be estimated.")
HOW = Text(
    fr=(
        "Chaque ligne compare un établissement à lui-même d'une année à l'autre (ou les établissements entre eux, si "
        "le protocole le dit) : de combien de points le score change avec le changement indiqué, et son intervalle à "
        "95 %. Un lien est douteux quand quelque chose parle contre lui (voir la table). Un lien n'est pas une cause."
    ),
    en=(
        "Each row compares an establishment with itself from year to year (or establishments with one another, if "
        "the protocol says so): by how many points the score changes with the change shown, and its 95% interval. A "
        "link is doubtful when something speaks against it (see the table). A link is not a cause."
    ),
)
DRAWING = FIGURES.add(
    "claims",
    Drawing(
        id="claims",
        title=Text(fr="Liens déclarés et leur verdict", en="Declared links and their verdict"),
        stage="link",
        needs=(),
        takes=("claims",),
        draw=draw,
    ),
)
