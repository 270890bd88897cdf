"""Figure: the most frequent pathways, step by step."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Headline, Table
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.words import label
from chairs.tables.variants import ARROW

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

SHOWN = 8
OTHER = "other"  # the gate's word for the pathways it merged


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return the most frequent pathways, from table `variants`."""
    variants = tables["variants"].sort_values("rank", ignore_index=True)
    listed = variants[variants["cases"].notna() & variants["share"].notna()]
    known = listed[listed["variant"] != OTHER]
    if known.empty:
        return DRAWING.absent(NOTHING)
    drawn = known.head(SHOWN)
    counts = _counts(tables)
    sentence = phrases.both(lambda lang: _sentence(drawn, lang) + _diversity(counts, lang))
    share = float(drawn["share"].sum()) * 100
    return Fiche(
        id=DRAWING.id,
        title=DRAWING.title,
        question=Text(fr="Y a-t-il un parcours type ?", en="Is there a typical pathway?"),
        sentence=sentence,
        alt=phrases.seen(
            f"Liste des {len(drawn)} parcours les plus fréquents.",
            f"List of the {len(drawn)} most frequent pathways.",
            sentence,
        ),
        figure={lang: _listed(study, drawn, lang) for lang in LANGUAGES},
        table=_table(study, listed),
        n=int(listed["cases"].sum()),
        counted=Text(fr="passages dans les parcours du tableau", en="visits in the pathways of the table"),
        source=phrases.source(study),
        how_to_read=HOW,
        note=_rare(listed),
        headline=_headline(share, len(drawn)),
    )


def _counts(tables: Tables) -> tuple[int, int] | None:
    """Return how many visits and how many different pathways there are, when both are released."""
    facts = tables.get("facts")
    known = {} if facts is None else facts.set_index("name")["value"].dropna().to_dict()
    return (int(known["cases"]), int(known["variants"])) if {"cases", "variants"} <= set(known) else None


def _diversity(counts: tuple[int, int] | None, lang: Language) -> str:
    if counts is None:
        return ""
    cases, ways = (fmt.number(count, lang) for count in counts)
    return (
        f" Parcours différents : {ways} pour {cases} passages."
        if lang == "fr"
        else (f" Different pathways: {ways} for {cases} visits.")
    )


def _headline(share: float, count: int) -> Headline:
    return Headline(
        value=phrases.both(lambda lang: fmt.percent(share, lang)),
        label=Text(
            fr=f"des passages suivent l'un des {count} parcours les plus fréquents",
            en=f"of visits follow one of the {count} most frequent pathways",
        ),
    )


def _sentence(drawn: pd.DataFrame, lang: Language) -> str:
    first = drawn.iloc[0]
    share, together = (fmt.percent(100 * float(value), lang, 1) for value in (first["share"], drawn["share"].sum()))
    cases = fmt.number(int(first["cases"]), lang)
    tied = int((drawn["cases"] == first["cases"]).sum())
    if lang == "fr":
        head = f"Le parcours le plus fréquent concerne {cases} passages ({share})"
        if tied > 1:
            head = f"{tied} parcours sont à égalité en tête, avec {cases} passages chacun ({share})"
        return (
            f"{head}." if len(drawn) == 1 else f"{head} ; les {len(drawn)} premiers réunissent {together} des passages."
        )
    head = f"The most frequent pathway has {cases} visits ({share})"
    if tied > 1:
        head = f"{tied} pathways are tied at the top, with {cases} visits each ({share})"
    return f"{head}." if len(drawn) == 1 else f"{head}; the first {len(drawn)} hold {together} of the visits."


def _steps(variant: str) -> list[tuple[str, int]]:
    """Return the steps in order, a repeated step once with its count.

    Examples
    --------
    >>> _steps("a → b → b → c")
    [('a', 1), ('b', 2), ('c', 1)]
    """
    return [(step, len(list(run))) for step, run in groupby(variant.split(ARROW))]


def _listed(study: Study, drawn: pd.DataFrame, lang: Language) -> str:
    top = float(drawn["share"].max())
    lines = []
    for _, row in drawn.iterrows():
        chips = []
        for step, times in _steps(str(row["variant"])):
            name = escape(fmt.typeset(label(study, step).say(lang), lang), quote=False)
            chips.append(f'<span class="step">{name}{f" ×{fmt.FIRM}{times}" if times > 1 else ""}</span>')
        arrow = '<span class="then" aria-hidden="true">→</span>'
        width = 100 * float(row["share"]) / top if top else 0
        share = fmt.percent(100 * float(row["share"]), lang, 1)
        cases = fmt.number(int(row["cases"]), lang)
        words = (
            fmt.plural(int(row["cases"]), "passage", "passages", lang)
            if lang == "fr"
            else fmt.plural(int(row["cases"]), "visit", "visits", lang)
        )
        lines.append(
            f'<li><div><strong>{share}</strong> · {cases} {words}<span class="bar" '
            f'style="width:{width:.0f}%"></span></div>'
            f'<div class="steps">{arrow.join(chips)}</div></li>'
        )
    return f'<ol class="variants">{"".join(lines)}</ol>'


def _rare(listed: pd.DataFrame) -> Text | None:
    merged = listed[listed["variant"] == OTHER]
    if merged.empty:
        return None
    share = 100 * float(merged["share"].sum())

    def said(lang: Language) -> str:
        little = 0 < share < 0.05
        part = fmt.percent(0.1 if little else share, lang, 1)
        if lang == "fr":
            less = "moins de " if little else ""
            return f"Les parcours trop rares pour être publiés un par un réunissent {less}{part} des passages."
        less = "less than " if little else ""
        return f"Pathways too rare to be published one by one hold {less}{part} of the visits."

    return phrases.both(said)


def _table(study: Study, known: pd.DataFrame) -> Table:
    words = {
        str(variant): Text(
            fr=ARROW.join(label(study, step).fr for step in str(variant).split(ARROW)),
            en=ARROW.join(label(study, step).en for step in str(variant).split(ARROW)),
        )
        for variant in known["variant"]
    }
    words[OTHER] = Text(fr="Autres parcours, plus rares", en="Other, rarer pathways")
    columns = (
        Column(key="rank", label=Text(fr="Rang", en="Rank"), kind="count"),
        Column(key="variant", label=Text(fr="Parcours", en="Pathway"), kind="word", words=words),
        Column(key="cases", label=Text(fr="Passages", en="Visits"), kind="count"),
        Column(key="share", label=Text(fr="Part des passages", en="Share of visits"), kind="percent", digits=1),
    )
    rows = tuple(
        (int(rank), str(variant), int(cases), 100 * float(share))
        for rank, variant, cases, share in known[["rank", "variant", "cases", "share"]].itertuples(index=False)
    )
    return Table(columns=columns, rows=rows)


NOTHING = Text(
    fr="tous les parcours sont trop rares pour être publiés.",
    en="every pathway is too rare to be published.",
)
HOW = Text(
    fr=(
        "Chaque ligne est une suite exacte d'étapes. « × 2 » : l'étape est répétée deux fois de suite. La "
        "barre et le pourcentage donnent la part de tous les passages."
    ),
    en=(
        "Each line is one exact sequence of steps. “× 2”: the step occurs twice in a row. The bar and the "
        "percentage give the share of all visits."
    ),
)
DRAWING = FIGURES.add(
    "variants",
    Drawing(
        id="variants",
        title=Text(fr="Les parcours les plus fréquents", en="The most frequent pathways"),
        stage="discover",
        needs=("variants",),
        takes=("facts",),
        draw=draw,
    ),
)
