"""Figure: what each scenario changes in the twin, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases, theme
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.ranges import segments, zero_span
from chairs.dashboards.rows import places, rows_layout, zero_line
from chairs.dashboards.words import label

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

ROW = 38  # px
SHOWN = "boarding_mean"
BEYOND = "/interaction"
MEASURES = {
    "boarding_mean": Text(fr="Attente d'un lit (h)", en="Wait for a bed (h)"),
    "wait_mean": Text(fr="Attente du médecin (min)", en="Wait for the doctor (min)"),
    "stay_mean": Text(fr="Séjour aux urgences (h)", en="Stay in the ED (h)"),
    "unseen": Text(fr="Partis sans être vus (points de %)", en="Left without being seen (points of %)"),
    "put_off": Text(fr="Admissions reportées (points de %)", en="Admissions put off (points of %)"),
    "beds_in_use": Text(fr="Lits occupés", en="Beds in use"),
}
STATUSES = {
    "estimated": Text(fr="estimé", en="estimated"),
    "imprecise": Text(fr="imprécis", en="imprecise"),
    "not_valid": Text(fr="non valable", en="not valid"),
}


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return the effect of each scenario on the wait for a bed; the table has all measures."""
    effects = tables["effects"]
    known = effects[effects["low"].notna()]
    rows = known[known["measure"] == SHOWN].sort_values(["mean", "scenario"], ignore_index=True)
    if rows.empty:
        return DRAWING.absent(NOTHING)
    asked = rows[~rows["scenario"].str.endswith(BEYOND)]  # what a plan does beyond its levers is no scenario
    sentence = phrases.both(lambda lang: _sentence(study, asked, lang))
    return Fiche(
        id=DRAWING.id,
        title=Text(fr="Et si ? L'effet de chaque scénario", en="What if? The effect of each scenario"),
        question=Text(
            fr="Que changerait chaque décision à l'attente d'un lit ?",
            en="What would each decision change in the wait for a bed?",
        ),
        sentence=sentence,
        alt=phrases.seen(f"Intervalles de {len(asked)} scénarios.", f"Intervals of {len(asked)} scenarios.", sentence),
        figure={lang: _plot(study, rows, lang) for lang in LANGUAGES},
        table=_table(study, known),
        n=int(rows["replications"].max()),
        counted=Text(fr="paires de simulations par scénario", en="pairs of simulations per scenario"),
        source=phrases.source(study),
        how_to_read=HOW,
        note=_note(known),
    )


def _note(known: pd.DataFrame) -> Text:
    first = BOTH if known["input_se"].notna().any() else SIMULATED
    return Text(fr=f"{first.fr} {ASSUMED.fr}", en=f"{first.en} {ASSUMED.en}")


def _hours(value: float, lang: Language) -> str:
    sign = "+" if value > 0 else ""
    return f"{sign}{fmt.number(value, lang, 2)} h"


def _sentence(study: Study, rows: pd.DataFrame, lang: Language) -> str:
    clear = rows[(rows["low"] > 0) | (rows["high"] < 0)]
    before = fmt.hours(float(rows["before"].iloc[0]), lang)
    if clear.empty:
        return (
            f"Aucun des {len(rows)} scénarios ne change l'attente d'un lit ({before} en moyenne) de façon décelable."
            if lang == "fr"
            else f"None of the {len(rows)} scenarios changes the wait for a bed ({before} on average) detectably."
        )
    best, worst = clear.iloc[0], clear.iloc[-1]
    parts = [_told(study, best, lang)] if best["mean"] < 0 else []
    parts += [_told(study, worst, lang)] if worst["mean"] > 0 else []
    rough = int((clear["status"] == "imprecise").sum())
    if lang == "fr":
        verb = fmt.plural(len(clear), "scénario change", "scénarios changent", lang)
        aside = f", dont {rough} à la précision voulue non atteinte" if rough else ""
        head = f"Dans le modèle, {len(clear)} {verb} l'attente d'un lit ({before} en moyenne){aside}"
        return f"{head} ; les plus marqués : {' ; '.join(parts)}."
    verb = fmt.plural(len(clear), "scenario changes", "scenarios change", lang)
    aside = f", {rough} of them short of the precision asked for" if rough else ""
    head = f"In the model, {len(clear)} {verb} the wait for a bed ({before} on average){aside}"
    return f"{head}; the most marked: {'; '.join(parts)}."


def _told(study: Study, row: pd.Series, lang: Language) -> str:
    interval = fmt.interval(float(row["low"]), float(row["high"]), lang)
    quotes = ("« ", " »") if lang == "fr" else ("“", "”")
    name = label(study, str(row["scenario"])).say(lang)
    return f"{quotes[0]}{name}{quotes[1]} {_hours(float(row['mean']), lang)} {interval}"


def _table(study: Study, rows: pd.DataFrame) -> Table:
    names = {str(name): label(study, str(name)) for name in rows["scenario"]}
    columns = (
        Column(key="scenario", label=Text(fr="Scénario", en="Scenario"), kind="word", words=names),
        Column(key="measure", label=Text(fr="Mesure", en="Measure"), kind="word", words=MEASURES),
        Column(key="before", label=Text(fr="Sans le changement", en="Without the change"), kind="number", digits=2),
        Column(key="mean", label=Text(fr="Effet", en="Effect"), kind="number", digits=2),
        Column(key="low", label=Text(fr="De", en="From"), kind="number", digits=2),
        Column(key="high", label=Text(fr="À", en="To"), kind="number", digits=2),
        Column(key="se", label=Text(fr="Erreur de simulation", en="Simulation error"), kind="number", digits=2),
        Column(
            key="input_se", label=Text(fr="Erreur due au journal", en="Error from the log"), kind="number", digits=2
        ),
        Column(key="replications", label=Text(fr="Paires", en="Pairs"), kind="count"),
        Column(key="fte", label=Text(fr="Coût (ETP)", en="Cost (FTE)"), kind="number", digits=1),
        Column(key="euros", label=Text(fr="Coût (euros par an)", en="Cost (euros a year)"), kind="number", digits=0),
        Column(key="status", label=Text(fr="Statut", en="Status"), kind="word", words=STATUSES),
    )
    ordered = rows.sort_values(["scenario", "measure"])
    return Table(columns=columns, rows=rows_of(ordered, [column.key for column in columns]))


def _plot(study: Study, rows: pd.DataFrame, lang: Language) -> Any:
    at = places(len(rows))
    ends = list(zip(rows["low"].astype(float), rows["high"].astype(float), strict=True))
    clear = [low > 0 or high < 0 for low, high in ends]
    dots = {
        "type": "scatter", "mode": "markers", "x": [float(v) for v in rows["mean"]], "y": at,
        "marker": {
            "size": 11, "symbol": ["circle" if c else "circle-open" for c in clear],
            "color": [theme.BLUE if c else theme.GREY for c in clear],
        },
        "hoverinfo": "skip", "cliponaxis": False,
    }  # fmt: skip
    names = [label(study, str(name)).say(lang) for name in rows["scenario"]]
    layout = rows_layout(names, row=ROW, edges=(12, 24, 56), wrap=34, lift=6)
    title = {"fr": "heures d'attente d'un lit, en plus ou en moins", "en": "hours of waiting for a bed, more or less"}[
        lang
    ]
    return theme.draw(
        [segments(ends, at, width=3, colour=theme.GREY), dots],
        **layout,
        xaxis={"title": {"text": title}, "nticks": 8, "range": zero_span(ends)},
        shapes=[zero_line(layout)],
    )


NOTHING = Text(fr="aucun scénario n'a donné d'effet publiable.", en="no scenario gave an effect that can be shown.")
HOW = Text(
    fr=(
        "Chaque ligne compare le jumeau avec et sans le changement, simulé plusieurs fois de chaque façon avec les "
        "mêmes patients tirés au sort (une paire de simulations) ; le trait est l'intervalle à 95 %. Un rond vide : "
        "l'intervalle touche zéro."
    ),
    en=(
        "Each row compares the twin with and without the change, simulated several times each way on the same patients "
        "drawn at random (a pair of simulations); the line is the 95% interval. An empty dot: the interval touches "
        "zero."
    ),
)
SIMULATED = Text(
    fr=(
        "L'intervalle ne compte que le hasard de la simulation. L'erreur due au journal, qui n'est qu'un échantillon, "
        "n'est pas calculée ici (« n.d. » dans la table) : il faut réapprendre le modèle sur des journaux retirés au "
        "sort, ce qui prend plusieurs minutes et se demande à part."
    ),
    en=(
        "The interval counts the chance of the simulation only. The error that comes from the log, one sample, is not "
        "computed here (“not available” in the table): the model has to be learnt again from logs drawn again, which "
        "takes minutes and is asked for apart."
    ),
)
BOTH = Text(
    fr="L'intervalle compte le hasard de la simulation et l'erreur due au journal, qui n'est qu'un échantillon.",
    en="The interval counts the chance of the simulation and the error that comes from the log, which is one sample.",
)
ASSUMED = Text(
    fr=(
        "Le changement commence quatre mois avant les jours comptés ; à plus long terme, l'effet peut être plus "
        "grand. Le personnel et les places dont le journal ne montre pas le nombre n'ont pas de limite dans le modèle "
        "(voir plus bas). Les coûts sont ceux que dit le fichier du scénario."
    ),
    en=(
        "The change begins four months before the days counted; in the longer run the effect may be larger. Staff and "
        "places whose number the log does not show have no limit in the model (see below). Costs are those that the "
        "scenario's file says."
    ),
)
DRAWING = FIGURES.add(
    "scenarios",
    Drawing(
        id="scenarios",
        title=Text(fr="Et si ? L'effet de chaque scénario", en="What if? The effect of each scenario"),
        stage="simulate",
        needs=("effects",),
        draw=draw,
        real_calendar=True,
    ),
)
