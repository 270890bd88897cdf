"""Figure: what patients write about, and how many of them criticise."""

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
WORDS = {
    "accueil": Text(fr="Accueil", en="Reception"),
    "personnel": Text(fr="Personnel", en="Staff"),
    "soins": Text(fr="Soins", en="Care"),
    "information": Text(fr="Information", en="Information"),
    "attente": Text(fr="Attente", en="Waiting"),
    "chambre": Text(fr="Chambre", en="Room"),
    "repas": Text(fr="Repas", en="Meals"),
    "sortie": Text(fr="Sortie", en="Discharge"),
    "respect": Text(fr="Respect et intimité", en="Respect and privacy"),
}


def draw(study: Study, tables: Tables) -> Fiche | Absence | None:
    """Return the themes of the latest year, whole establishment, most frequent first; None without any comment."""
    if "comment_themes" not in tables:
        return None
    rows = _latest(tables["comment_themes"])
    if rows.empty:
        return DRAWING.absent(NOTHING)
    total = int(rows["all"].iloc[0])
    period = str(rows["period"].iloc[0])
    sentence = phrases.both(lambda lang: _sentence(rows, total, lang))
    return Fiche(
        id=DRAWING.id,
        title=Text(fr="Ce dont parlent les commentaires", en="What comments speak of"),
        question=Text(fr="De quoi parlent les patients, et que critiquent-ils ?", en="What do patients write about?"),
        sentence=sentence,
        alt=phrases.seen(f"Barres de {len(rows)} thèmes.", f"Bars of {len(rows)} themes.", sentence),
        figure={lang: _plot(rows, lang) for lang in LANGUAGES},
        table=_table(rows),
        n=total,
        counted=Text(fr="commentaires lus", en="comments read"),
        source=phrases.source(study, period),
        how_to_read=HOW,
        note=phrases.joined([_trust(tables.get("comment_errors")), CAVEAT]),
    )


def _latest(themes: pd.DataFrame) -> pd.DataFrame:
    """Return the whole-establishment rows of the last period, with shares of all comments."""
    whole = themes[(themes["unit"] == "all") & themes["comments"].notna()]
    last = whole[whole["period"] == whole["period"].max()]
    total = last[last["theme"] == "all"]
    if total.empty:
        return last.iloc[0:0].assign(all=0, share=0.0, critical_share=0.0)
    count = float(total["comments"].iloc[0])
    rows = last[(last["theme"] != "all") & last["critical"].notna()]
    rows = rows.assign(all=count, share=100 * rows["comments"] / count, critical_share=100 * rows["critical"] / count)
    return rows.sort_values(["share", "theme"], ascending=[False, True], ignore_index=True)


def _word(code: str, lang: Language) -> str:
    return WORDS[code].say(lang) if code in WORDS else code


def _sentence(rows: pd.DataFrame, total: int, lang: Language) -> str:
    most, worst = rows.iloc[0], rows.assign(rate=rows["critical"] / rows["comments"]).nlargest(1, "rate").iloc[0]
    share, rate = fmt.percent(float(most["share"]), lang), fmt.percent(100 * float(worst["rate"]), lang)
    first, second = _word(str(most["theme"]), lang), _word(str(worst["theme"]), lang)
    if lang == "fr":
        return (
            f"Sur {fmt.number(total, lang)} commentaires, {share} parlent de « {first} », le thème le plus fréquent ; "
            f"« {second} » est le plus souvent dans un commentaire critique ({rate} de ceux qui en parlent)."
        )
    return (
        f"Of {fmt.number(total, lang)} comments {share} speak of “{first}”, the most frequent theme; “{second}” is "
        f"most often in a critical comment ({rate} of those that speak of it)."
    )


def _table(rows: pd.DataFrame) -> Table:
    columns = (
        Column(key="theme", label=Text(fr="Thème", en="Theme"), kind="word", words=WORDS),
        Column(key="comments", label=Text(fr="Commentaires", en="Comments"), kind="count"),
        Column(key="share", label=Text(fr="Part des commentaires", en="Share of comments"), kind="percent"),
        Column(key="critical", label=Text(fr="Dont critiques", en="Of which critical"), kind="count"),
        Column(key="critical_share", label=Text(fr="Part critique", en="Critical share"), kind="percent"),
    )
    return Table(
        columns=columns, rows=rows_of(rows, [column.key for column in columns]), statuses=phrases.statuses(rows)
    )


def _plot(rows: pd.DataFrame, lang: Language) -> Any:
    at = places(len(rows))
    names = [_word(str(code), lang) for code in rows["theme"]]
    words = {"fr": ("commentaires critiques", "autres commentaires"), "en": ("critical comments", "other comments")}[
        lang
    ]
    bar: dict[str, Any] = {"type": "bar", "orientation": "h", "y": at, "width": 0.6, "hoverinfo": "skip"}
    critical = [float(v) for v in rows["critical_share"]]
    other = [float(a) - b for a, b in zip(rows["share"], critical, strict=True)]
    pattern = {"shape": "/", "fgcolor": theme.PAPER, "bgcolor": theme.ORANGE, "size": 6, "solidity": 0.3}
    hatch = {"color": theme.ORANGE, "pattern": pattern}
    traces = [
        {**bar, "x": critical, "name": words[0], "marker": hatch},
        {**bar, "x": other, "name": words[1], "marker": {"color": "#86B3DB"}},
    ]
    layout = rows_layout(names, row=ROW, edges=(40, 24, 56), lift=0.3)
    title = {"fr": "part des commentaires (%)", "en": "share of comments (%)"}[lang]
    return theme.draw(
        traces,
        **layout,
        barmode="stack",
        xaxis={"rangemode": "tozero", "title": {"text": title}, "nticks": 6},
        showlegend=True,
        legend=theme.LEGEND,
    )


def _trust(errors: pd.DataFrame | None) -> Text | None:
    """Return how far the automatic reading is right, when it was judged."""
    if errors is None or "macro" not in set(errors["label"]):
        return None
    row = errors[errors["label"] == "macro"].iloc[0]
    if not float(row["low"]) > 0:
        return None

    def write(lang: Language) -> str:
        f1, interval = fmt.number(float(row["f1"]), lang, 2), fmt.interval(float(row["low"]), float(row["high"]), lang)
        count = fmt.number(int(row["n"]), lang)
        if lang == "fr":
            return (
                f"Lecture automatique, jugée sur {count} commentaires relus par des personnes, de services qu'elle "
                f"n'avait jamais vus : note moyenne {f1} sur 1 {interval} ; 1 voudrait dire qu'aucun thème n'est "
                "oublié ni inventé."
            )
        return (
            f"Automatic reading, judged on {count} comments read by people, of units it had never seen: mean mark "
            f"{f1} out of 1 {interval}; 1 would mean that no theme is missed or made up."
        )

    return phrases.both(write)


NOTHING = Text(
    fr="trop peu de commentaires relus par des personnes pour lire les autres.",
    en="too few comments read by people to read the others.",
)
HOW = Text(
    fr=(
        "Une barre par thème : part des commentaires qui en parlent ; la partie hachurée est celle des commentaires "
        "qui critiquent quelque chose. Un commentaire peut avoir plusieurs thèmes. Aucun texte n'est montré."
    ),
    en=(
        "One bar a theme: share of the comments that speak of it; the hatched part are comments that criticise "
        "something. A comment may have several themes. No text is shown."
    ),
)
CAVEAT = Text(
    fr="Qui écrit n'est pas qui répond : les commentaires ne mesurent pas la satisfaction de tous.",
    en="Those who write are not those who answer: comments do not measure everybody's satisfaction.",
)
DRAWING = FIGURES.add(
    "comment-themes",
    Drawing(
        id="comment-themes",
        title=Text(fr="Ce dont parlent les commentaires", en="What comments speak of"),
        stage="score",
        needs=(),
        takes=("comment_themes", "comment_errors"),
        draw=draw,
    ),
)
