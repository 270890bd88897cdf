"""Figure: how each indicator goes with the experience score, crude and adjusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, linked, phrases, theme
from chairs.dashboards.comparison import compared_period, outcome_compared
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Headline, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.linked import CAUTION, LEVEL, NOTHING
from chairs.dashboards.ranges import segments
from chairs.dashboards.rows import places, rows_layout, zero_line
from chairs.dashboards.words import indicator, outcome

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

ROW = 40  # px, room for a crude and an adjusted estimate


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return the forest plot of the study's outcome, from table `links`."""
    links, valid = tables["links"], linked.estimated(tables["links"])
    own = outcome_compared(study, tables)
    links, valid = links[links["outcome"] == own], valid[valid["outcome"] == own]
    if valid.empty or linked.comparable(valid).empty:
        return DRAWING.absent(NOTHING)
    order, period = _order(valid), compared_period(study, tables)
    what = outcome(own)
    sentence = phrases.both(lambda lang: phrases.during(period, _sentence(valid, lang), lang))
    return Fiche(
        id=DRAWING.id,
        title=DRAWING.title,
        question=Text(
            fr=f"Quels indicateurs varient avec le score « {what.fr} » ?",
            en=f"Which indicators vary with the score “{what.en}”?",
        ),
        sentence=sentence,
        alt=phrases.seen(
            f"Corrélations de {len(order)} indicateurs avec le score, brutes et ajustées.",
            f"Correlations of {len(order)} indicators with the score, crude and adjusted.",
            sentence,
        ),
        figure={lang: _plot(valid, order, lang) for lang in LANGUAGES},
        table=_table(links, order),
        n=int(valid["n"].max()),
        counted=Text(fr="établissements au plus par lien", en="establishments at most per link"),
        source=phrases.source(study, period),
        how_to_read=HOW,
        note=phrases.joined(
            [
                phrases.masked(len(links) - len(valid), ("estimation", "estimations"), ("estimate", "estimates")),
                linked.excepted(valid) if valid["adjusted"].any() else CRUDE,
                BARE if study.protocol else None,
            ]
        ),
        headline=_headline(valid),
    )


def _order(valid: pd.DataFrame) -> list[str]:
    """Return the indicators from the most negative to the most positive of their main estimates, then the others."""
    chosen = valid[valid["adjusted"]] if valid["adjusted"].any() else valid
    main = chosen.sort_values(["estimate", "exposure"])["exposure"].drop_duplicates().tolist()
    return [str(code) for code in main] + sorted(set(valid["exposure"].astype(str)) - set(main))


def _sentence(valid: pd.DataFrame, lang: Language) -> str:
    main = linked.comparable(valid)
    total, clear = len(main), int((main["q"] < LEVEL).sum())
    top = main.iloc[0]
    strongest = f"{indicator(str(top['exposure'])).say(lang)}, {linked.strength(top, lang)}"
    q = linked.Q.say(lang)
    if lang == "fr":
        head = f"sur {total} {fmt.plural(total, 'indicateur', 'indicateurs', lang)} {_held(main, lang)}"
        link = f"{clear} {fmt.plural(clear, 'reste lié', 'restent liés', lang)} au score"
        if clear == 0:
            link = "aucun n'a de lien distinct de zéro, une fois compté le nombre de comparaisons faites"
        return f"{head}, {link} ({q}). Lien le plus fort : {strongest}. {CAUTION.fr}"
    head = f"of {total} {fmt.plural(total, 'indicator', 'indicators', lang)} {_held(main, lang)}"
    link = f"{clear} {fmt.plural(clear, 'remains', 'remain', lang)} linked with the score"
    if clear == 0:
        link = "none has a link distinct from zero once the number of comparisons is allowed for"
    return f"{head}, {link} ({q}). Strongest link: {strongest}. {CAUTION.en}"


def _held(main: pd.DataFrame, lang: Language) -> str:
    """Return what all links of `main` are adjusted for, to follow "indicators"."""
    if not main["adjusted"].any():
        return "examinés sans ajustement" if lang == "fr" else "examined without adjustment"
    words = linked.adjusted_for(main["covariates"].iloc[0], lang)
    if lang == "fr":
        return f"{fmt.plural(len(main), 'ajusté', 'ajustés', lang)} sur {words}"
    return f"adjusted for {words}"


def _headline(valid: pd.DataFrame) -> Headline:
    main = linked.comparable(valid)
    clear = int((main["q"] < LEVEL).sum())
    after = Text(fr=" après ajustement", en=" after adjustment") if main["adjusted"].any() else Text(fr="", en="")
    return Headline(
        value=phrases.both(lambda lang: f"{clear} sur {len(main)}" if lang == "fr" else f"{clear} of {len(main)}"),
        label=Text(
            fr=f"indicateurs dont le lien avec le score se distingue de zéro{after.fr} (exploratoire)",
            en=f"indicators whose link with the score is distinguishable from zero{after.en} (exploratory)",
        ),
    )


def _table(links: pd.DataFrame, order: list[str]) -> Table:
    place = {code: i for i, code in enumerate(order)}
    rows = linked.tabled(links)
    rows["place"] = rows["exposure"].map(place).fillna(len(order))
    rows["kind"] = ["adjusted" if text else "crude" for text in rows["adjusted_for"]]
    rows = rows.sort_values(["place", "exposure", "adjusted_for"], ignore_index=True)
    columns = (
        Column(
            key="exposure",
            label=Text(fr="Indicateur", en="Indicator"),
            kind="word",
            words={c: indicator(c) for c in set(rows["exposure"])},
        ),
        Column(key="kind", label=Text(fr="Estimation", en="Estimate"), kind="word", words=KINDS),
        *linked.columns(set(rows["adjusted_for"])),
    )
    return Table(
        columns=columns, rows=rows_of(rows, [column.key for column in columns]), statuses=phrases.statuses(rows)
    )


def _plot(valid: pd.DataFrame, order: list[str], lang: Language) -> Any:
    at = dict(zip(order, places(len(order)), strict=True))
    both = len(set(valid["adjusted"])) > 1
    traces = []
    for adjusted, colour, symbol, shift in ((False, theme.GREY, "circle", 0.15), (True, theme.BLUE, "diamond", -0.15)):
        part = valid[valid["adjusted"] == adjusted].sort_values(["q", "exposure"])  # filled ones first, for the legend
        if part.empty:
            continue
        y = [at[str(code)] + (shift if both else 0) for code in part["exposure"]]
        traces.append(segments(list(zip(part["low"], part["high"], strict=True)), y, width=2, colour=colour))
        filled = [colour if q < LEVEL else theme.PAPER for q in part["q"].fillna(1)]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [float(v) for v in part["estimate"]],
                "y": y,
                "name": KINDS["adjusted" if adjusted else "crude"].say(lang),
                "text": [fmt.number(float(v), lang, 2) for v in part["estimate"]],
                "hovertemplate": "%{text}<extra></extra>",
                "marker": {"symbol": symbol, "size": 11, "color": filled, "line": {"width": 2, "color": colour}},
                "cliponaxis": False,
            }
        )
    return _framed(traces, [indicator(code).say(lang) for code in order], lang)


def _framed(traces: list[Any], names: list[str], lang: Language) -> Any:
    reach = max([abs(x) for trace in traces for x in trace["x"] if x is not None] + [0.2]) * 1.08
    ticks = [t / 10 for t in range(-10, 11, 2) if abs(t / 10) <= reach]
    few = [ticks[0], 0, ticks[-1]]
    layout = rows_layout(
        names,
        row=ROW,
        edges=(34, 20, 62),
        lift=14,
        wrap=34,
        narrow={"xaxis.tickvals": few, "xaxis.ticktext": [fmt.number(t, lang, 1) for t in few]},
    )
    return theme.draw(
        traces,
        **layout,
        xaxis={
            "range": [-reach, reach],
            "tickvals": ticks,
            "ticktext": [fmt.number(t, lang, 1) for t in ticks],
            "title": {"text": linked.AXIS.say(lang)},
        },
        shapes=[zero_line(layout)],
        showlegend=True,
        legend=theme.LEGEND,
    )


KINDS = {"crude": Text(fr="brute", en="crude"), "adjusted": Text(fr="ajustée", en="adjusted")}
BARE = Text(
    fr="Ces liens n'ont pas passé les tests du protocole : ses verdicts, plus sévères, sont ceux des liens déclarés.",
    en="These links have not gone through the protocol's tests; its verdicts, stricter, are with the declared links.",
)
CRUDE = Text(fr="Aucune estimation ajustée n'est disponible.", en="No adjusted estimate is available.")
HOW = Text(
    fr=(
        "La force va de −1 à 1 : à droite, l'indicateur et le score montent ensemble ; à gauche, l'un monte quand "
        "l'autre baisse. Rond : lien brut ; losange : lien ajusté. Le trait est l'intervalle à 95 %. Signe "
        "plein : le lien se distingue de zéro, avec moins de 5 % de fausses alertes attendues ; signe creux : il ne "
        f"s'en distingue pas. {linked.METHOD.fr}"
    ),
    en=(
        "Strength goes from −1 to 1: on the right, indicator and score rise together; on the left, one rises when the "
        "other falls. Circle: crude link; diamond: adjusted link. The line is the 95% confidence interval. Filled: "
        "the link is distinguishable from zero, with fewer than 5% false alarms expected; hollow: it is not. "
        f"{linked.METHOD.en}"
    ),
)
DRAWING = FIGURES.add(
    "associations",
    Drawing(
        id="associations",
        title=Text(fr="Ce qui va de pair avec le score", en="What goes with the score"),
        stage="link",
        needs=("links",),
        takes=("scores", "coverage"),
        draw=draw,
    ),
)
