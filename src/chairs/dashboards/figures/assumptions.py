"""Figure: what the twin takes for granted, and what its log could not tell it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

KINDS = {
    "unidentified": Text(fr="Le journal ne le dit pas", en="The log does not tell"),
    "assumed": Text(fr="Supposé", en="Assumed"),
}


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return the two lists, what is unknown first."""
    rows = tables["assumptions"]
    rows = rows[rows["cell_status"] == "ok"]
    rows = rows.sort_values(["kind", "rank"], ascending=[False, True], ignore_index=True)
    if rows.empty:
        return DRAWING.absent(NOTHING)
    sentence = phrases.both(lambda lang: _sentence(rows, lang))
    return Fiche(
        id=DRAWING.id,
        title=DRAWING.title,
        question=Text(fr="Sur quoi la réponse du jumeau repose-t-elle ?", en="What does the twin's answer rest on?"),
        sentence=sentence,
        alt=phrases.seen(f"Deux listes, {len(rows)} phrases.", f"Two lists, {len(rows)} sentences.", sentence),
        figure={lang: _listed(rows, lang) for lang in LANGUAGES},
        table=_table(rows),
        n=len(rows),
        counted=Text(fr="points supposés ou inconnus", en="points assumed or unknown"),
        source=phrases.source(study),
        how_to_read=HOW,
    )


def _sentence(rows: pd.DataFrame, lang: Language) -> str:
    unknown, assumed = (int((rows["kind"] == kind).sum()) for kind in KINDS)
    if lang == "fr":
        head = f"Le jumeau suppose {assumed} {fmt.plural(assumed, 'chose', 'choses', lang)}"
        none = "le journal montre tout ce que le modèle demande"
        some = f"le journal ne dit pas {unknown} {fmt.plural(unknown, 'chose', 'choses', lang)} qu'il faudrait savoir"
        return f"{head} ; {some if unknown else none}."
    head = f"The twin assumes {assumed} {fmt.plural(assumed, 'thing', 'things', lang)}"
    none = "the log shows all that the model asks for"
    some = f"the log does not tell {unknown} {fmt.plural(unknown, 'thing', 'things', lang)} that should be known"
    return f"{head}; {some if unknown else none}."


def _listed(rows: pd.DataFrame, lang: Language) -> str:
    parts = []
    for kind, head in KINDS.items():
        said = rows.loc[rows["kind"] == kind, f"sentence_{lang}"]
        words = [phrases.headed(fmt.typeset(str(one), lang).rstrip(".")) for one in said]
        lines = "".join(f"<li>{escape(one, quote=False)}</li>" for one in words)
        if lines:
            parts.append(f'<div><p class="head">{head.say(lang)}</p><ul>{lines}</ul></div>')
    return f'<div class="assumptions">{"".join(parts)}</div>'


def _table(rows: pd.DataFrame) -> Table:
    told = {
        str(fr): Text(fr=phrases.headed(str(fr).rstrip(".")), en=phrases.headed(str(en).rstrip(".")))
        for fr, en in zip(rows["sentence_fr"], rows["sentence_en"], strict=True)
    }
    columns = (
        Column(key="kind", label=Text(fr="Nature", en="Kind"), kind="word", words=KINDS),
        Column(
            key="sentence_fr",
            label=Text(fr="Hypothèse ou inconnue", en="Assumption or unknown"),
            kind="word",
            words=told,
        ),
    )
    return Table(columns=columns, rows=rows_of(rows, [column.key for column in columns]))


NOTHING = Text(fr="le calage n'a rien écrit de ses hypothèses.", en="the calibration wrote nothing of its assumptions.")
HOW = Text(
    fr=(
        "À gauche, ce qu'il faudrait savoir et que le journal ne montre pas ; à droite, ce que le modèle tient pour "
        "vrai. Une réponse qui dépend fortement de l'une de ces phrases se discute avec les équipes avant usage."
    ),
    en=(
        "On the left, what should be known and the log does not show; on the right, what the model takes for true. "
        "An answer that depends much on one of these sentences is discussed with the teams before it is used."
    ),
)
DRAWING = FIGURES.add(
    "assumptions",
    Drawing(
        id="assumptions",
        title=Text(fr="Ce que le jumeau suppose et ignore", en="What the twin assumes and does not know"),
        stage="backtest",
        needs=("assumptions",),
        draw=draw,
    ),
)
