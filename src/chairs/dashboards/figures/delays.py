"""Figures: delays since the reference step of a pathway, and waits from request to start."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Headline, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.ranges import Range, draw_ranges, hours_axis
from chairs.dashboards.words import label

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

SHOWN = 12  # rows drawn; the table keeps all
QUANTILES = ("p10_hours", "p25_hours", "median_hours", "p75_hours", "p90_hours")
Kind = Literal["since_reference", "waiting"]


def _make(kind: Kind) -> Callable[[Study, Tables], Fiche | Absence | None]:
    def draw(study: Study, tables: Tables) -> Fiche | Absence | None:
        durations = tables["durations"]
        rows = durations[durations["kind"] == kind].sort_values(["median_hours", "to_activity"], ignore_index=True)
        if rows.empty and len(durations):
            return None  # a log that dates no request has no wait to show
        drawn = rows[rows[list(QUANTILES)].notna().all(axis=1)]
        if drawn["n"].isna().all():
            return DRAWINGS[kind].absent(Text(fr="aucun délai publiable.", en="no delay that can be published."))
        return _fiche(study, kind, rows, _most_frequent(drawn))

    return draw


def _most_frequent(drawn: pd.DataFrame) -> pd.DataFrame:
    kept = drawn.sort_values(["n", "to_activity"], ascending=[False, True]).head(SHOWN)
    return kept.sort_values(["median_hours", "to_activity"], ignore_index=True)


def _fiche(study: Study, kind: Kind, rows: pd.DataFrame, drawn: pd.DataFrame) -> Fiche:
    drawing = DRAWINGS[kind]
    start = label(study, str(drawn["from_activity"].iloc[0]))
    sentence = phrases.both(lambda lang: _sentence(study, kind, drawn, lang))
    last = _telling(study, drawn).iloc[-1]
    step = label(study, str(last["to_activity"]))
    title = (
        drawing.title
        if kind == "waiting"
        else Text(fr=f"Délais depuis « {start.fr} »", en=f"Delays since “{start.en}”")
    )
    return Fiche(
        id=drawing.id,
        title=title,
        question=QUESTION[kind],
        sentence=sentence,
        alt=phrases.seen(
            f"Médianes et étendues de {len(drawn)} délais.", f"Medians and ranges of {len(drawn)} delays.", sentence
        ),
        figure={lang: _plot(study, drawn, lang) for lang in LANGUAGES},
        table=_table(study, kind, rows),
        n=int(drawn["n"].max()),
        counted=COUNTED[kind],
        source=phrases.source(study),
        how_to_read=HOW,
        note=phrases.joined([_limits(rows, drawn), _negative(drawn)]),
        headline=Headline(
            value=phrases.both(lambda lang: fmt.hours(float(last["median_hours"]), lang)),
            label=Text(fr=f"délai médian jusqu'à « {step.fr} »", en=f"median delay to “{step.en}”")
            if kind == "since_reference"
            else Text(fr=f"attente médiane : {step.fr}", en=f"median wait: {step.en}"),
        ),
    )


def _telling(study: Study, drawn: pd.DataFrame) -> pd.DataFrame:
    """Return the delays worth quoting: not zero, not the same for all, not the return of a later visit.

    When none is, all of them.
    """
    returns = list(study.pathway.get("returns", ()))
    constant = (drawn["p90_hours"] - drawn["p10_hours"]).abs() < 1e-9
    kept = drawn[(drawn["median_hours"] != 0) & ~constant & ~drawn["to_activity"].isin(returns)]
    return kept if len(kept) else drawn


def _sentence(study: Study, kind: Kind, drawn: pd.DataFrame, lang: Language) -> str:
    if len(drawn) > 1 and len(set(drawn["median_hours"].round(2))) == 1:
        same = fmt.hours(float(drawn["median_hours"].iloc[0]), lang)
        if lang == "fr":
            return f"Aucune différence décelable entre les {len(drawn)} étapes : médiane {same}."
        return f"No detectable difference between the {len(drawn)} steps: median {same}."
    told = _telling(study, drawn)
    ends = [told.iloc[0], told.iloc[-1]] if len(told) > 1 else [told.iloc[0]]
    parts = []
    for row in ends:
        count = "" if math.isnan(row["n"]) else f", n = {fmt.number(int(row['n']), lang)}"
        median, p90 = (fmt.hours(float(row[name]), lang) for name in ("median_hours", "p90_hours"))
        words = {"step": label(study, str(row["to_activity"])).say(lang), "median": median, "p90": p90, "count": count}
        parts.append(PARTS[kind].say(lang).format(**words))
    return f"{HEADS[kind].say(lang)} {LINKS.say(lang).join(parts)}."


def _table(study: Study, kind: Kind, rows: pd.DataFrame) -> Table:
    words = {code: label(study, code) for code in {*rows["to_activity"], *rows["from_activity"]}}
    columns = [
        Column(key="to_activity", label=STEP[kind], kind="word", words=words),
        Column(key="n", label=Text(fr="Effectif", en="n"), kind="count"),
    ]
    heads = {
        "p10_hours": ("1er décile", "10th percentile"),
        "p25_hours": ("1er quartile", "25th percentile"),
        "median_hours": ("Médiane", "Median"),
        "p75_hours": ("3e quartile", "75th percentile"),
        "p90_hours": ("9e décile", "90th percentile"),
    }
    columns += [
        Column(key=key, label=Text(fr=f"{fr} (heures)", en=f"{en} (hours)"), kind="number", digits=2)
        for key, (fr, en) in heads.items()
    ]
    return Table(
        columns=tuple(columns), rows=rows_of(rows, [column.key for column in columns]), statuses=phrases.statuses(rows)
    )


def _plot(study: Study, drawn: pd.DataFrame, lang: Language) -> Any:
    medians = [(float(row["median_hours"]), float(row["p90_hours"])) for _, row in drawn.iterrows()]
    axis = hours_axis(medians, lang)
    rows = [
        Range(
            label=label(study, str(row["to_activity"])).say(lang),
            low=float(row["p10_hours"]),
            lower=float(row["p25_hours"]),
            middle=float(row["median_hours"]),
            upper=float(row["p75_hours"]),
            high=float(row["p90_hours"]),
            text=_label(float(row["median_hours"]), axis.floor, lang),
        )
        for _, row in drawn.iterrows()
    ]
    return draw_ranges(rows, axis)


def _label(median: float, floor: float | None, lang: Language) -> str:
    """Return the text above a dot; a median under the start of a log axis is said to be under it."""
    if floor is None or median >= floor:
        return fmt.hours(median, lang)
    return f"≤{fmt.FIRM}{fmt.hours(floor, lang)}"


def _limits(rows: pd.DataFrame, drawn: pd.DataFrame) -> Text | None:
    left = len(rows) - len(drawn)
    without = int(rows[list(QUANTILES)].isna().any(axis=1).sum())
    parts = [phrases.masked(without, ("étape", "étapes"), ("step", "steps"))]
    if left > without:
        parts.append(
            phrases.both(
                lambda lang: (
                    f"Figure limitée aux {len(drawn)} étapes les plus fréquentes ; le tableau les donne toutes."
                    if lang == "fr"
                    else f"The figure keeps the {len(drawn)} most frequent steps; the table has them all."
                )
            )
        )
    return phrases.joined(parts)


def _negative(drawn: pd.DataFrame) -> Text | None:
    count = int(drawn["negative"].fillna(0).sum())
    if count == 0:
        return None
    some = bool(drawn["negative"].isna().any())  # small counts are masked: the sum is a lower bound

    def said(lang: Language) -> str:
        many = fmt.number(count, lang)
        if lang == "fr":
            least = "Au moins " if some else ""
            delays = fmt.plural(count, "délai négatif gardé", "délais négatifs gardés", lang)
            return f"{least}{many} {delays} (étape enregistrée avant la référence)."
        least = "At least " if some else ""
        delays = fmt.plural(count, "delay", "delays", lang)
        return f"{least}{many} negative {delays} kept (step recorded before the reference)."

    return phrases.both(said)


HEADS = {
    "since_reference": Text(fr="Délai médian :", en="Median delay:"),
    "waiting": Text(fr="Attente médiane :", en="Median wait:"),
}
PARTS = {
    "since_reference": Text(
        fr="{median} jusqu'à « {step} » (neuf sur dix en {p90} au plus{count})",
        en="{median} to “{step}” (nine in ten within {p90}{count})",
    ),
    "waiting": Text(
        fr="{median} pour « {step} » (neuf sur dix en {p90} au plus{count})",
        en="{median} for “{step}” (nine in ten within {p90}{count})",
    ),
}
LINKS = Text(fr=" ; ", en="; ")
QUESTION = {
    "since_reference": Text(
        fr="En combien de temps chaque étape est-elle atteinte ?", en="How long until each step is reached?"
    ),
    "waiting": Text(
        fr="Où attend-on, entre la demande et la réalisation ?", en="Where do patients wait, from request to start?"
    ),
}
STEP = {
    "since_reference": Text(fr="Étape atteinte", en="Step reached"),
    "waiting": Text(fr="Étape attendue", en="Step waited for"),
}
COUNTED = {
    "since_reference": Text(fr="passages au plus par étape", en="visits at most per step"),
    "waiting": Text(fr="demandes au plus par étape", en="requests at most per step"),
}
HOW = Text(
    fr=(
        "Le point est la médiane : la moitié des passages vont plus vite. Le trait épais contient la moitié centrale "
        "des passages, le trait fin huit passages sur dix. Une étape n'est comptée que pour les passages qui l'ont "
        "eue."
    ),
    en=(
        "The dot is the median: half of the visits go faster. The thick line holds the middle half of the visits, "
        "the thin one eight visits in ten. A step counts only for the visits that had it."
    ),
)
DRAWINGS = {
    "since_reference": FIGURES.add(
        "durations",
        Drawing(
            id="durations",
            title=Text(fr="Délais depuis l'arrivée", en="Delays since arrival"),
            stage="discover",
            needs=("durations",),
            draw=_make("since_reference"),
        ),
    ),
    "waiting": FIGURES.add(
        "waits",
        Drawing(
            id="waits",
            title=Text(fr="Attentes entre la demande et la réalisation", en="Waits from request to start"),
            stage="discover",
            needs=("durations",),
            draw=_make("waiting"),
        ),
    ),
}
