"""Figure: the links that a protocol declared, with their intervals and their verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import directions, fmt, phrases, theme
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Headline, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.protocol_words import (
    QUESTIONS,
    TITLES,
    WHEN,
    Moment,
    doubted,
    flagged,
    moment,
    standing,
    unfit,
    untested,
    written,
)
from chairs.dashboards.ranges import segments, zero_span
from chairs.dashboards.rows import places, rows_layout, zero_line
from chairs.dashboards.words import change, indicator, link, outcome
from chairs.tables.claims import VERDICTS

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

ROW, MOST, QUOTED = 34, 14, 3  # px a row, rows drawn, links told in a list of studies
MARKS = {
    "supported": (theme.BLUE, "circle"),
    "doubtful": (theme.ORANGE, "diamond"),
    "not_supported": (theme.GREY, "circle-open"),
}
ORDER = ("supported", "doubtful", "not_supported", "not_valid")


def draw(study: Study, tables: Tables) -> Fiche | Absence | None:
    """Return the declared pairs, supported ones first; None when the study has no protocol."""
    if study.protocol is None:
        return None
    claims = tables.get("claims")
    if claims is None or claims["low"].isna().all():
        return DRAWING.absent(NOTHING)
    log, rows = tables.get("protocol_log"), _rows(claims)
    at, known = moment(rows, log), rows[rows["low"].notna()]
    drawn = known.head(MOST)
    sentence = phrases.both(lambda lang: _sentence(rows, at, lang))
    return Fiche(
        id=DRAWING.id,
        title=TITLES[at],
        question=QUESTIONS[at],
        sentence=sentence,
        alt=phrases.seen(
            f"Intervalles de {len(drawn)} liens déclarés.", f"Intervals of {len(drawn)} declared links.", sentence
        ),
        figure={lang: _plot(drawn, lang) for lang in LANGUAGES},
        table=_table(rows),
        n=int(known["clusters"].max()),
        counted=Text(fr="établissements au plus par lien", en="establishments at most per link"),
        source=phrases.source(study),
        how_to_read=_how(rows),
        note=phrases.joined(
            [_hidden(len(known) - len(drawn)), doubted(rows), *standing(rows, log), *written(rows, log)]
        ),
        headline=_headline(rows, at),
        quoted=tuple(_told(row) for _, row in _held(rows).head(QUOTED).iterrows()),
    )


def _rows(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs in points per declared change: supported first, then by distance from zero; no estimate last."""
    kept = claims.assign(**{name: claims[name].astype("float64") * claims["per"] for name in ENDS})
    kept["claim"] = kept["claim"].where(kept["low"].notna(), "not_valid")
    kept = kept.assign(
        rank=kept["claim"].map({word: i for i, word in enumerate(ORDER)}),
        distance=-(kept["estimate"] / (kept["high"] - kept["low"])).abs(),
    )
    kept = directions.directed(kept) if directions.ordered(kept) else kept
    return kept.sort_values(["rank", "distance", "exposure", "outcome"], ignore_index=True)


def _name(row: pd.Series, lang: Language) -> str:
    return link(str(row["exposure"]), float(row["per"]), str(row["outcome"]), lang)


def _sentence(rows: pd.DataFrame, at: Moment, lang: Language) -> str:
    held = _held(rows)
    doubt, gone = (int((rows["claim"] == word).sum()) for word in ("doubtful", "not_valid"))
    total, left = fmt.number(len(rows), lang), unfit(gone, lang)
    if held.empty:
        when = WHEN[at].say(lang)
        return (
            f"Aucun des {total} liens {when}{left} n'est soutenu par le protocole ({doubt} douteux)."
            if lang == "fr"
            else f"None of the {total} links {when}{left} is supported by the protocol ({doubt} doubtful)."
        )
    first, many = held.iloc[0], len(held)
    clearest, open_ = _found(first, lang), untested(held, lang)
    if lang == "fr":
        verb = fmt.plural(many, "est soutenu", "sont soutenus", lang)
        are = fmt.plural(doubt, "est douteux", "sont douteux", lang) if doubt else "n'est douteux"
        return (
            f"Sur {total} liens {WHEN[at].fr}{left}, {many} {verb}{open_} et {doubt or 'aucun'} "
            f"{are} ; le plus net : {clearest}."
        )
    verb = fmt.plural(many, "is supported", "are supported", lang)
    return (
        f"Of {total} links {WHEN[at].en}{left}, {many} {verb}{open_} and {doubt or 'none'} "
        f"{fmt.plural(doubt, 'is', 'are', lang)} doubtful; the clearest: {clearest}."
    )


def _held(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["claim"] == "supported"]


def _told(row: pd.Series) -> Text:
    return phrases.both(lambda lang: _found(row, lang))


def _found(row: pd.Series, lang: Language) -> str:
    return f"{_name(row, lang)}, {_effect(row, lang)}"


def _headline(rows: pd.DataFrame, at: Moment) -> Headline:
    """Return how many links are supported, in the same breath as what keeps that from being a proof."""
    held, total = _held(rows), len(rows)

    def label(lang: Language) -> str:
        if lang == "fr":
            said = f"{fmt.plural(len(held), 'lien soutenu', 'liens soutenus', lang)} parmi des liens {WHEN[at].fr}"
        else:
            said = f"{fmt.plural(len(held), 'link', 'links', lang)} supported among links {WHEN[at].en}"
        return said + untested(held, lang)

    return Headline(
        value=phrases.both(lambda lang: f"{len(held)} sur {total}" if lang == "fr" else f"{len(held)} of {total}"),
        label=phrases.both(label),
    )


def _effect(row: pd.Series, lang: Language) -> str:
    """Return the size and its interval; for ordered classes the direction alone."""
    if "direction" in row.index:
        return directions.WORDS[str(row["direction"])].say(lang)
    value = float(row["estimate"])
    sign = "+" if value > 0 else ""
    many = fmt.plural(abs(value), "point", "points", lang)
    span = fmt.interval(float(row["low"]), float(row["high"]), lang)
    return f"{sign}{fmt.number(value, lang, 2)} {many} {span}"


def _table(rows: pd.DataFrame) -> Table:
    from chairs.stats.estimate import REASONS

    exposures = {str(code): indicator(str(code)) for code in rows["exposure"]}
    results = {str(name): outcome(str(name)) for name in rows["outcome"]}
    per = dict(zip(rows["exposure"].astype(str), rows["per"].astype(float), strict=True))
    changes = {code: phrases.both(lambda lang, c=code: change(c, per[c], lang)) for code in per}  # type: ignore[misc]
    flags = rows[["flags", "future_held", "future_tried"]].astype("object").where(lambda one: one.notna(), None)
    said = {_key(*one): flagged(*one) for one in flags.itertuples(index=False, name=None) if one[0]}
    reasons = {word: REASONS[word] for word in rows["reason"].dropna().unique() if word in REASONS}
    columns = (
        Column(key="exposure", label=Text(fr="Indicateur", en="Indicator"), kind="word", words=exposures),
        Column(key="changed", label=Text(fr="Changement", en="Change"), kind="word", words=changes),
        Column(key="outcome", label=Text(fr="Résultat", en="Outcome"), kind="word", words=results),
        Column(key="claim", label=Text(fr="Verdict", en="Verdict"), kind="word", words=VERDICTS),
        *((directions.DIRECTION,) if "direction" in rows.columns else SIZES),
        Column(key="q", label=FALSE, kind="p"),
        Column(key="robustness", label=HIDDEN, kind="percent"),
        Column(key="flags", label=AGAINST, kind="word", words=said),
        Column(key="reason", label=Text(fr="Raison si non estimable", en="Reason if none"), kind="word", words=reasons),
        Column(key="clusters", label=Text(fr="Établissements", en="Establishments"), kind="count"),
    )
    plain = rows.assign(
        changed=rows["exposure"],
        robustness=100 * rows["robustness"].astype("float64"),
        flags=[_key(*one) if one[0] else None for one in flags.itertuples(index=False, name=None)],
        reason=rows["reason"].astype("object").where(rows["reason"].notna(), None),
    )
    return Table(
        columns=columns,
        rows=rows_of(plain, [column.key for column in columns]),
        statuses=("not_applicable",) * len(rows),
    )


def _key(flags: str, held: str | None, tried: str | None) -> str:
    """Return what tells the words of two rows apart: the flags, and the later years that one of them speaks of."""
    return f"{flags} ({held} of {tried})" if held else flags


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
                    "name": VERDICTS[claim].say(lang), "marker": {"size": 11, "color": colour, "symbol": symbol},
                    "hoverinfo": "skip", "cliponaxis": False,
                }
            )  # fmt: skip
    only = "direction" in rows.columns
    names = [_name(row, lang) for _, row in rows.iterrows()]
    layout = rows_layout(
        names, row=ROW, edges=(40, 24, 56), wrap=40, lift=6, narrow=directions.narrow(lang) if only else None
    )
    title = {"fr": "points de score, pour le changement indiqué", "en": "score points, for the change shown"}[lang]
    axis = directions.axis(rows, lang) if only else {"title": {"text": title}, "nticks": 7, "range": zero_span(ends)}
    return theme.draw(traces, **layout, xaxis=axis, shapes=[zero_line(layout)], showlegend=True, legend=theme.LEGEND)


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


def _how(rows: pd.DataFrame) -> Text:
    """Return how to read the rows: who is compared with whom, and in which unit."""
    compared = COMPARED[str(rows["estimand"].iloc[0])]
    size = directions.READ if "direction" in rows.columns else SIZE
    said = phrases.joined([compared, size, DOUBT])
    assert said is not None
    return said


ENDS = ("estimate", "low", "high")
FALSE = Text(
    fr="Fausses alertes attendues, vu le nombre de liens testés (q)",
    en="False alarms expected, given the number of links tested (q)",
)
HIDDEN = Text(
    fr="Ce qu'un facteur caché devrait expliquer pour effacer le lien (valeur de robustesse)",
    en="What a hidden factor would have to explain to undo the link (robustness value)",
)
AGAINST = Text(fr="Ce qui s'y oppose ou manque", en="What speaks against it or is missing")
SIZES = (
    Column(key="estimate", label=Text(fr="Points", en="Points"), kind="number", digits=2),
    Column(key="low", label=Text(fr="De", en="From"), kind="number", digits=2),
    Column(key="high", label=Text(fr="À", en="To"), kind="number", digits=2),
)
NOTHING = Text(fr="aucun lien déclaré n'a pu être estimé.", en="no declared link could be estimated.")
COMPARED = {
    "within": Text(
        fr="Chaque ligne compare un établissement à lui-même d'une année à l'autre, quand son indicateur change.",
        en="Each row compares an establishment with itself from one year to the next, when its indicator changes.",
    ),
    "between": Text(
        fr=(
            "Chaque ligne compare des établissements entre eux, selon leur indicateur, les caractéristiques que le "
            "protocole déclare (s'il en déclare) tenues égales ; elle ne dit rien de ce qui suivrait d'un changement "
            "dans l'un d'eux."
        ),
        en=(
            "Each row compares establishments with one another, by their indicator, the traits that the protocol "
            "declares (if it does) held equal; it says nothing of what would follow a change in one of them."
        ),
    ),
}
SIZE = Text(
    fr="Le signe donne l'écart de score, en points, pour le changement indiqué ; le trait, son intervalle à 95 %.",
    en="The mark gives the difference in score, in points, for the change shown; the line, its 95% interval.",
)
DOUBT = Text(
    fr="Un lien est douteux quand quelque chose parle contre lui (voir la table). Un lien n'est pas une cause.",
    en="A link is doubtful when something speaks against it (see the table). A link is not a cause.",
)
DRAWING = FIGURES.add(
    "claims",
    Drawing(
        id="claims",
        title=Text(fr="Liens déclarés et leur verdict", en="Declared links and their verdict"),
        stage="link",
        needs=(),
        takes=("claims", "protocol_log"),
        draw=draw,
    ),
)
