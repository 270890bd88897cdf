"""Figure: how each indicator goes with the experience score, crude and adjusted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases, theme
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Headline, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.ranges import segments
from chairs.dashboards.rows import places, rows_layout
from chairs.dashboards.words import indicator, outcome, outcome_of

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

LEVEL = 0.05  # q value under which a link is called distinguishable from zero
ROW = 40  # px, room for a crude and an adjusted estimate
NUMBERS = ["estimate", "low", "high"]


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return the forest plot of the study's outcome, from table `links`."""
    links = tables["links"]
    links = links[links["outcome"] == outcome_of(study, links["outcome"])].copy()
    links["adjusted"] = links["adjusted_for"].fillna("") != ""
    valid = links[(links["status"] != "not_valid") & links[NUMBERS].notna().all(axis=1)]
    if valid.empty:
        return DRAWING.absent(NOTHING)
    order = _order(valid)
    what = outcome(str(links["outcome"].iloc[0]))
    sentence = phrases.both(lambda lang: _sentence(valid, lang))
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
        source=phrases.source(study),
        how_to_read=HOW,
        note=phrases.joined(
            [
                phrases.masked(len(links) - len(valid), ("estimation", "estimations"), ("estimate", "estimates")),
                _covariates(study, valid),
            ]
        ),
        headline=_headline(valid),
    )


def _main(valid: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates the sentence speaks of: adjusted where there are any, else crude; strongest first."""
    chosen = valid[valid["adjusted"]] if valid["adjusted"].any() else valid
    chosen = chosen.assign(size=chosen["estimate"].abs())
    return chosen.sort_values(["size", "exposure"], ascending=[False, True], ignore_index=True)


def _order(valid: pd.DataFrame) -> list[str]:
    """Return the indicators from the most negative to the most positive of their main estimates, then the others."""
    main = _main(valid).sort_values(["estimate", "exposure"])["exposure"].drop_duplicates().tolist()
    return [str(code) for code in main] + sorted(set(valid["exposure"].astype(str)) - set(main))


def _sentence(valid: pd.DataFrame, lang: Language) -> str:
    main = _main(valid)
    total, clear, adjusted = len(main), int((main["q"] < LEVEL).sum()), bool(main["adjusted"].any())
    top = main.iloc[0]
    name, level = indicator(str(top["exposure"])).say(lang), fmt.number(LEVEL, lang, 2)
    span = fmt.interval(float(top["low"]), float(top["high"]), lang)
    rho = f"ρ = {fmt.number(float(top['estimate']), lang, 2)} {span} (n = {fmt.number(int(top['n']), lang)})"
    if lang == "fr":
        head = f"Sur {total} {fmt.plural(total, 'indicateur examiné', 'indicateurs examinés', lang)}"
        after = " après ajustement" if adjusted else ""
        if clear == 0:
            link = f"aucun n'a{after} de lien avec le score qui se distingue de zéro"
        else:
            link = f"{clear} {fmt.plural(clear, 'reste lié', 'restent liés', lang)} au score{after}"
        return f"{head}, {link} (q < {level}). Lien le plus fort : {name}, {rho}. {CAUTION.fr}"
    head = f"Of {total} {fmt.plural(total, 'indicator', 'indicators', lang)} examined"
    after = " after adjustment" if adjusted else ""
    verb = (
        "none has a link with the score distinguishable from zero"
        if clear == 0
        else (f"{clear} {fmt.plural(clear, 'remains', 'remain', lang)} linked with the score")
    )
    return f"{head}, {verb}{after} (q < {level}). Strongest link: {name}, {rho}. {CAUTION.en}"


def _headline(valid: pd.DataFrame) -> Headline:
    main = _main(valid)
    clear = int((main["q"] < LEVEL).sum())
    return Headline(
        value=phrases.both(lambda lang: f"{clear} sur {len(main)}" if lang == "fr" else f"{clear} of {len(main)}"),
        label=Text(
            fr="indicateurs dont le lien avec l'expérience se distingue de zéro (exploratoire)",
            en="indicators whose link with experience is distinguishable from zero (exploratory)",
        ),
    )


def _covariates(study: Study, valid: pd.DataFrame) -> Text | None:
    sets = sorted({text for text in valid.loc[valid["adjusted"], "adjusted_for"]})
    if not sets:
        return Text(fr="Aucune estimation ajustée n'est disponible.", en="No adjusted estimate is available.")
    names = list(dict.fromkeys(part.strip() for text in sets for part in str(text).replace(";", ",").split(",")))

    def said(lang: Language) -> str:
        words = [COVARIATES[n].say(lang) if n in COVARIATES else indicator(n).say(lang) for n in names]
        return (
            f"Ajusté sur : {fmt.listing(words, lang)}."
            if lang == "fr"
            else f"Adjusted for: {fmt.listing(words, lang)}."
        )

    return phrases.both(said)


def _table(links: pd.DataFrame, order: list[str]) -> Table:
    place = {code: i for i, code in enumerate(order)}
    rows = links.assign(
        place=links["exposure"].map(place).fillna(len(order)),
        kind=links["adjusted"].map({False: "crude", True: "adjusted"}),
    )
    rows = rows.sort_values(["place", "exposure", "adjusted", "adjusted_for"], ignore_index=True)
    rows["verdict"] = [_verdict(status, q) for status, q in zip(rows["status"], rows["q"], strict=True)]
    columns = (
        Column(
            key="exposure",
            label=Text(fr="Indicateur", en="Indicator"),
            kind="word",
            words={c: indicator(c) for c in set(rows["exposure"])},
        ),
        Column(key="kind", label=Text(fr="Estimation", en="Estimate"), kind="word", words=KINDS),
        Column(key="estimate", label=Text(fr="Corrélation ρ", en="Correlation ρ"), kind="number", digits=2),
        Column(key="low", label=Text(fr="Borne basse à 95 %", en="Lower 95% bound"), kind="number", digits=2),
        Column(key="high", label=Text(fr="Borne haute à 95 %", en="Upper 95% bound"), kind="number", digits=2),
        Column(key="q", label=Text(fr="Valeur q", en="q value"), kind="p", digits=3),
        Column(key="n", label=Text(fr="Établissements", en="Establishments"), kind="count"),
        Column(key="verdict", label=Text(fr="Lecture", en="Reading"), kind="word", words=VERDICTS),
    )
    return Table(
        columns=columns, rows=rows_of(rows, [column.key for column in columns]), statuses=phrases.statuses(rows)
    )


def _verdict(status: object, q: object) -> str:
    if status == "not_valid" or not isinstance(q, float) or math.isnan(q):
        return "not_valid"
    return "clear" if q < LEVEL else "unclear"


def _plot(valid: pd.DataFrame, order: list[str], lang: Language) -> Any:
    at = dict(zip(order, places(len(order)), strict=True))
    both = len(set(valid["adjusted"])) > 1
    traces = []
    for adjusted, colour, symbol, shift in ((False, theme.GREY, "circle", 0.15), (True, theme.BLUE, "diamond", -0.15)):
        part = valid[valid["adjusted"] == adjusted]
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
    zero = {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "layer": "below"}
    layout = rows_layout(
        names,
        row=ROW,
        edges=(34, 20, 62),
        lift=8,
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
            "title": {"text": "corrélation de rang (Spearman)" if lang == "fr" else "rank correlation (Spearman)"},
        },
        shapes=[{**zero, "line": {"color": theme.INK, "width": 1}}],
        showlegend=True,
        legend=theme.LEGEND,
    )


CAUTION = Text(
    fr="Association exploratoire — pas une preuve de causalité.", en="Exploratory association — not proof of causation."
)
KINDS = {"crude": Text(fr="brute", en="crude"), "adjusted": Text(fr="ajustée", en="adjusted")}
VERDICTS = {
    "clear": Text(fr="se distingue de zéro", en="distinguishable from zero"),
    "unclear": Text(fr="ne se distingue pas de zéro", en="not distinguishable from zero"),
    "not_valid": Text(fr="non estimable", en="cannot be estimated"),
}
COVARIATES = {
    "status": Text(fr="statut juridique", en="legal status"),
    "emergency": Text(fr="présence d'un service d'urgences", en="emergency department"),
    "kind": Text(fr="nature de l'établissement", en="kind of establishment"),
    "mco_beds": Text(fr="taille (lits MCO)", en="size (acute-care beds)"),
}
HOW = Text(
    fr=(
        "ρ va de −1 à 1 : à droite, l'indicateur et le score montent ensemble ; à gauche, l'un monte quand l'autre "
        "baisse. Rond : lien brut ; losange : lien ajusté. Le trait est l'intervalle de confiance à 95 %. Signe "
        "plein : le lien se distingue de zéro, compte tenu du nombre de liens examinés (q < 0,05) ; signe creux : "
        "il ne s'en distingue pas."
    ),
    en=(
        "ρ goes from −1 to 1: on the right, indicator and score rise together; on the left, one rises when the "
        "other falls. Circle: crude link; diamond: adjusted link. The line is the 95% confidence interval. Filled: "
        "the link is distinguishable from zero, given the number of links examined (q < 0.05); hollow: it is not."
    ),
)
NOTHING = Text(fr="aucun lien estimable ou publiable.", en="no link that can be estimated or published.")
DRAWING = FIGURES.add(
    "associations",
    Drawing(
        id="associations",
        title=Text(fr="Ce qui va de pair avec l'expérience", en="What goes with experience"),
        stage="link",
        needs=("links",),
        draw=draw,
    ),
)
