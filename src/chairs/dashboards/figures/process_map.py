"""Figure: the process map, which step follows which, how often and after how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.flowchart import Arrow, Box, flowchart
from chairs.dashboards.words import label
from chairs.tables.transitions import CASE_END, CASE_START

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

ARROWS = 24  # beyond, nobody reads the map
LINES = (("ligne du tableau", "lignes du tableau"), ("row of the table", "rows of the table"))
ENOUGH = 0.97  # share of the transitions after which the rarer ones only clutter the map
KEYS = ("source", "target", "cases", "n", "median_hours", "p90_hours")


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return the map of the most frequent arcs, from table `transitions`."""
    arcs = tables["transitions"].sort_values(
        ["n", "source", "target"], ascending=[False, True, True], ignore_index=True
    )
    known = arcs[arcs["n"].notna()]
    moves = known[known["source"] != known["target"]]
    if moves.empty:
        return DRAWING.absent(NOTHING)
    kept = _readable(moves)
    sentence = phrases.both(lambda lang: _sentence(study, moves, lang))
    cases = _cases(tables)
    share = 100 * float(kept["n"].sum()) / float(moves["n"].sum())
    return Fiche(
        id=DRAWING.id,
        title=DRAWING.title,
        question=Text(fr="Par où passent vraiment les patients ?", en="Which way do patients really go?"),
        sentence=sentence,
        alt=phrases.seen(
            f"Carte de {len(kept)} enchaînements entre {len(_steps(kept))} étapes.",
            f"Map of {len(kept)} transitions between {len(_steps(kept))} steps.",
            sentence,
        ),
        figure={lang: _map(study, known, kept, lang) for lang in LANGUAGES},
        table=_table(study, arcs),
        n=cases or int(moves["n"].sum()),
        counted=Text(fr="passages", en="visits") if cases else Text(fr="enchaînements", en="transitions"),
        source=phrases.source(study),
        how_to_read=HOW,
        note=phrases.joined([_shown(share), _hidden(known), phrases.masked(len(arcs) - len(known), *LINES)]),
    )


def _shown(share: float) -> Text:
    return phrases.both(
        lambda lang: (
            f"La carte montre {fmt.percent(share, lang)} des enchaînements publiés ; le tableau les donne tous."
            if lang == "fr"
            else f"The map shows {fmt.percent(share, lang)} of the published transitions; the table has them all."
        )
    )


def _cases(tables: Tables) -> int:
    """Return how many visits the study has, 0 when that is not released."""
    facts = tables.get("facts")
    if facts is None:
        return 0
    found = facts.loc[facts["name"] == "cases", "value"].dropna()
    return int(found.iloc[0]) if len(found) else 0


def _hidden(known: pd.DataFrame) -> Text | None:
    """Return the warning that transitions are missing: what comes into a step is not what goes out of it."""
    into, out_of = (known.groupby(end)["n"].sum().to_dict() for end in ("target", "source"))
    steps = (set(into) | set(out_of)) - {CASE_START, CASE_END}
    if all(into.get(step) == out_of.get(step) for step in steps):
        return None
    return Text(
        fr=(
            "Des enchaînements rares, et d'autres qui permettraient de les retrouver, ne sont pas publiés : une "
            "étape peut sembler sans entrée ou sans sortie."
        ),
        en=(
            "Rare transitions, and others that would give them back, are not published: a step may seem to have no "
            "way in or out."
        ),
    )


def _readable(moves: pd.DataFrame) -> pd.DataFrame:
    """Return the arcs to draw: the most frequent, and for each step they touch its main way in and out."""
    before = moves["n"].cumsum().shift(fill_value=0) / moves["n"].sum()
    top = moves[before < ENOUGH].head(ARROWS - 6)
    steps = set(top["source"]) | set(top["target"])
    ways_in = moves[moves["target"].isin(steps - {CASE_START})].groupby("target", sort=True).head(1)
    ways_out = moves[moves["source"].isin(steps - {CASE_END})].groupby("source", sort=True).head(1)
    extra = [i for part in (ways_in, ways_out) for i in part.index]
    linked = [i for i in extra if set(moves.loc[i, ["source", "target"]]) <= steps | {CASE_START, CASE_END}]
    return moves.loc[sorted({*top.index, *linked})]


def _steps(kept: pd.DataFrame) -> list[str]:
    return sorted((set(kept["source"]) | set(kept["target"])) - {CASE_START, CASE_END})


def _sentence(study: Study, moves: pd.DataFrame, lang: Language) -> str:
    inner = moves[(moves["source"] != CASE_START) & (moves["target"] != CASE_END)]
    chosen = (inner if len(inner) else moves).iloc[0]
    tied = int((moves.loc[(inner if len(inner) else moves).index, "n"] == chosen["n"]).sum())
    source, target = (label(study, str(chosen[end])).say(lang) for end in ("source", "target"))
    count = fmt.number(int(chosen["n"]), lang)
    known = bool(chosen[["median_hours"]].notna().all()) and round(60 * float(chosen["median_hours"])) > 0
    after = fmt.hours(float(chosen["median_hours"]), lang) if known else ""
    if lang == "fr":
        delay = f", après {after} (médiane)" if known else ""
        rest = f" {tied - 1} autres sont à égalité." if tied > 2 else " Un autre est à égalité." if tied == 2 else ""
        return f"L'enchaînement le plus fréquent va de « {source} » à « {target} » : {count} fois{delay}.{rest}"
    delay = f", after {after} (median)" if known else ""
    rest = f" {tied - 1} others are tied." if tied > 2 else " One other is tied." if tied == 2 else ""
    return f"The most frequent transition goes from “{source}” to “{target}”: {count} times{delay}.{rest}"


def _map(study: Study, known: pd.DataFrame, kept: pd.DataFrame, lang: Language) -> str:
    into, out_of = (known.groupby(end)["n"].sum().to_dict() for end in ("target", "source"))
    again = known[known["source"] == known["target"]].set_index("source")["n"].to_dict()
    boxes = {}
    for step in sorted(set(kept["source"]) | set(kept["target"])):
        count = int(max(into.get(step, 0), out_of.get(step, 0)))
        under = fmt.number(count, lang) if count else ""
        if step in again:
            under += f" (↻{fmt.FIRM}{fmt.number(int(again[step]), lang)})"
        name = fmt.typeset(label(study, step).say(lang), lang)
        boxes[step] = Box(name=name, under=under, step=step not in (CASE_START, CASE_END))
    arrows = {}
    for source, target, n, median in rows_of(kept, ["source", "target", "n", "median_hours"]):
        lasts = median is not None and round(60 * float(median)) > 0
        delay = f" · {fmt.hours(float(median), lang)}" if lasts else ""
        arrows[(str(source), str(target))] = Arrow(weight=int(n), text=f"{fmt.number(int(n), lang)}{delay}")
    first = CASE_START if CASE_START in boxes else str(kept["source"].iloc[0])
    return flowchart(boxes, arrows, first)


def _table(study: Study, arcs: pd.DataFrame) -> Table:
    words = {str(code): label(study, str(code)) for code in {*arcs["source"], *arcs["target"]}}
    columns = (
        Column(key="source", label=Text(fr="Étape", en="Step"), kind="word", words=words),
        Column(key="target", label=Text(fr="Étape suivante", en="Next step"), kind="word", words=words),
        Column(key="cases", label=Text(fr="Passages", en="Visits"), kind="count"),
        Column(key="n", label=Text(fr="Occurrences", en="Occurrences"), kind="count"),
        Column(key="median_hours", label=Text(fr="Délai médian", en="Median delay"), kind="hours"),
        Column(key="p90_hours", label=Text(fr="9e décile du délai", en="90th percentile"), kind="hours"),
    )
    return Table(columns=columns, rows=rows_of(arcs, KEYS), statuses=phrases.statuses(arcs))


HOW = Text(
    fr=(
        "Une boîte est une étape, avec le nombre de fois qu'y mènent les enchaînements publiés (↻ : dont répétée "
        "aussitôt). Plus une flèche est large, plus l'enchaînement est fréquent ; son étiquette donne le nombre "
        "d'occurrences et le délai médian entre la fin d'une étape et le début de la suivante, s'il atteint une "
        "minute : une attente qui est elle-même une étape n'y est pas."
    ),
    en=(
        "A box is a step, with how many times the published transitions lead to it (↻: of which repeated at once). "
        "The wider an arrow, the more frequent the transition; its label gives the occurrences and the median "
        "delay from the end of a step to the start of the next, when it reaches one minute: a wait that is a step "
        "of its own is not in it."
    ),
)
NOTHING = Text(
    fr="tous les enchaînements sont trop rares pour être publiés.",
    en="every transition is too rare to be published.",
)
DRAWING = FIGURES.add(
    "process-map",
    Drawing(
        id="process-map",
        title=Text(fr="Carte des parcours", en="Process map"),
        stage="discover",
        needs=("transitions",),
        takes=("facts",),
        draw=draw,
    ),
)
