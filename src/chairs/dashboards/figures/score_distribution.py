"""Figure: distribution of the experience score by legal status and ED, with how many establishments have one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases, reliability
from chairs.dashboards.comparison import (
    compared_period,
    establishments_joined,
    outcome_compared,
    outcome_scores,
    unsorted,
)
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Headline, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.ranges import Range, draw_ranges, score_axis
from chairs.dashboards.words import label, outcome

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

FEWEST = 11  # establishments under which a group's deciles are not given
ALL = "every"
QUANTILES = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return the scores by legal status and ED: counts and means from table `coverage`, deciles from the scores."""
    scores, period = outcome_scores(study, tables), compared_period(study, tables)
    scored = scores[scores["establishment"].isin(establishments_joined(study, tables)) & scores["score"].notna()]
    names = outcome_compared(study, tables)
    counts, means = _covered(names, tables["coverage"])
    if not {"surveyed", "joined", "scored"} <= set(counts):
        return DRAWING.absent(UNCOUNTED)
    if len(scored) < FEWEST:
        return DRAWING.absent(NOTHING)
    ordered = _stars(names)
    joined = scored[["establishment", "score"]].merge(tables["establishments"], on="establishment", how="left")
    groups = _groups(joined, counts["scored"], means, ordered=ordered)
    groups = groups.drop(columns="mean" if ordered else "above")
    drawn = groups[groups["p50"].notna()]
    sentence = phrases.both(lambda lang: phrases.during(period, _sentence(study, groups, counts, lang), lang))
    return Fiche(
        id=DRAWING.id,
        title=DRAWING.title,
        question=QUESTION,
        sentence=sentence,
        alt=phrases.seen(
            f"Étendue des scores de {len(drawn)} groupes.", f"Range of the scores of {len(drawn)} groups.", sentence
        ),
        figure={lang: _plot(study, drawn, reliability.axis_of([names]), lang) for lang in LANGUAGES},
        table=_table(study, groups),
        n=counts["scored"],
        counted=Text(fr="établissements avec un score", en="establishments with a score"),
        source=phrases.source(study, period),
        how_to_read=_how(names),
        note=phrases.joined(
            [_note(counts), unsorted(groups), reliability.of_all(scored), reliability.standing(names, period)]
        ),
        headline=_headline(counts["scored"], counts["joined"]),
    )


def _covered(name: str, coverage: pd.DataFrame) -> tuple[dict[str, int], pd.DataFrame]:
    """Return how many sites were surveyed, joined and scored, and the mean score and n of each group."""
    own = coverage[coverage["outcome"] == name]
    counts = own[own["measure"].isin(["surveyed", "joined", "scored"]) & own["n"].notna()]
    means = own[own["measure"] == "mean_outcome"].rename(columns={"subject": "group", "value": "mean", "n": "scored"})
    return {str(m): int(n) for m, n in zip(counts["measure"], counts["n"], strict=True)}, means


def _how(name: str) -> Text:
    what = outcome(name)
    return Text(
        fr=(
            f"Score « {what.fr} ». Le point est la médiane, le trait épais la moitié centrale des établissements, le "
            "trait fin huit sur dix. L'axe ne part pas de zéro."
        ),
        en=(
            f"Score “{what.en}”. The dot is the median, the thick line the middle half of the establishments, the "
            "thin line eight in ten. The axis does not start at zero."
        ),
    )


def _headline(scored: int, joined: int) -> Headline:
    return Headline(
        value=phrases.both(lambda lang: fmt.number(scored, lang)),
        label=phrases.both(
            lambda lang: (
                f"établissements notés, sur {fmt.number(joined, lang)} appariés"
                if lang == "fr"
                else f"establishments with a score, of {fmt.number(joined, lang)} joined"
            )
        ),
    )


def _stars(names: str) -> bool:
    """Say whether the scores are ordered classes: nothing says how far two are apart, so they have no mean."""
    form = reliability.form_of(names)[0]
    return form is not None and form.ordered


def _groups(traits: pd.DataFrame, everyone: int, means: pd.DataFrame, *, ordered: bool) -> pd.DataFrame:
    """Return one row for all and one a value of each trait ("status=public"): how many scored, mean, deciles.

    `above` is the share of a group, in percent, that scores more than the median of all.
    """
    import pandas as pd

    every = _deciles(traits["score"], ordered=ordered)
    middle = every[2]
    rows = [[ALL, everyone, None, _above(traits["score"], middle), *every]]
    for group, count, mean in means[["group", "scored", "mean"]].sort_values("group").itertuples(index=False):
        trait, _, value = str(group).partition("=")
        inside = traits.loc[traits[trait].astype(str).str.lower() == value, "score"]
        rows.append([group, count, mean, _above(inside, middle), *_deciles(inside, ordered=ordered)])
    frame = pd.DataFrame(rows, columns=["group", "scored", "mean", "above", *QUANTILES])
    return frame.astype(dict.fromkeys(["mean", "above", *QUANTILES], "float64"))


def _deciles(scores: pd.Series, *, ordered: bool) -> list[float | None]:
    """Return the deciles; of ordered classes one that occurs, since between two there is nothing."""
    how: Any = "lower" if ordered else "linear"
    return [float(scores.quantile(q, how)) if len(scores) >= FEWEST else None for q in QUANTILES.values()]


def _above(scores: pd.Series, middle: float | None) -> float | None:
    return None if middle is None or len(scores) < FEWEST else 100 * float((scores > middle).mean())


def _sentence(study: Study, groups: pd.DataFrame, counts: dict[str, int], lang: Language) -> str:
    scored, joined, many = (fmt.number(counts[name], lang) for name in ("scored", "joined", "surveyed"))
    share = fmt.percent(100 * counts["scored"] / counts["joined"], lang, 1)
    if lang == "fr":
        head = f"{scored} des {joined} établissements appariés ont un score ({share}), sur {many} interrogés"
    else:
        head = f"{scored} of the {joined} establishments joined have a score ({share}), out of {many} surveyed"
    return f"{head}.{_medians(study, groups, lang)}{_emergency(groups, lang)}"


def _medians(study: Study, groups: pd.DataFrame, lang: Language) -> str:
    """Return between which medians the legal statuses go; empty with fewer than two."""
    parts = groups[groups["group"].str.startswith("status=") & groups["p50"].notna()]
    parts = parts.sort_values(["p50", "group"], ignore_index=True)
    if len(parts) < 2:
        return ""
    low, high = parts.iloc[0], parts.iloc[-1]
    least, most = (_score(float(row["p50"]), groups, lang) for row in (low, high))
    if least == most:
        return f" {SAME.say(lang)} {most}."
    below, above = (_name(study, str(row["group"])).say(lang) for row in (low, high))
    if lang == "fr":
        return f" La médiane va de {least} ({below}) à {most} ({above})."
    return f" The median goes from {least} ({below}) to {most} ({above})."


def _score(value: float, groups: pd.DataFrame, lang: Language) -> str:
    """Return a score as it is shown: a class is a whole number, or the half between two."""
    return fmt.measure(value, lang) if "above" in groups else fmt.number(value, lang, 1)


def _emergency(groups: pd.DataFrame, lang: Language) -> str:
    """Return the mean score with and without an ED, of classes the share over the median; empty when one is masked."""
    key = "above" if "above" in groups else "mean"
    known = groups[groups[key].notna() & groups["scored"].notna()].set_index("group")
    if not set(EMERGENCY) <= set(known.index):
        return ""
    parts = []
    for group, words in EMERGENCY.items():
        value, count = float(known.loc[group, key]), int(known.loc[group, "scored"])
        shown = fmt.percent(value, lang) if key == "above" else fmt.number(value, lang, 2)
        parts.append(f"{shown} {words.say(lang)} (n = {fmt.number(count, lang)})")
    head = "Score moyen :" if lang == "fr" else "Mean score:"
    if key == "above":
        middle = fmt.measure(float(groups["p50"].iloc[0]), lang)
        head = {
            "fr": f"Part au-dessus de {middle}, médiane de tous :",
            "en": f"Share over {middle}, the median of all:",
        }[lang]
    return f" {head} {', '.join(parts)}."


def _name(study: Study, group: str) -> Text:
    if group == ALL:
        return Text(fr="tous", en="all")
    return EMERGENCY.get(group) or label(study, group.partition("=")[2])


def _note(counts: dict[str, int]) -> Text | None:
    lost, withheld = counts["surveyed"] - counts["joined"], counts["joined"] - counts["scored"]

    def said(lang: Language) -> str:
        parts = []
        if lost:
            many = fmt.number(lost, lang)
            parts.append(
                f"{many} {fmt.plural(lost, 'établissement', 'établissements', lang)} sans indicateur, "
                f"non {fmt.plural(lost, 'apparié', 'appariés', lang)}."
                if lang == "fr"
                else f"{many} without any indicator, not joined."
            )
        if withheld:
            many = fmt.number(withheld, lang)
            parts.append(
                f"{many} appariés sans score publié (trop peu de réponses, non concernés ou non répondants)."
                if lang == "fr"
                else f"{many} joined without a published score (too few answers, not concerned, or no answer)."
            )
        return " ".join(parts)

    return phrases.both(said) if lost or withheld else None


def _table(study: Study, groups: pd.DataFrame) -> Table:
    heads = {
        "p10": ("1er décile", "10th percentile"),
        "p25": ("1er quartile", "25th percentile"),
        "p50": ("Médiane", "Median"),
        "p75": ("3e quartile", "75th percentile"),
        "p90": ("9e décile", "90th percentile"),
    }
    columns = (
        Column(
            key="group",
            label=Text(fr="Groupe", en="Group"),
            kind="word",
            words={g: _name(study, g) for g in groups["group"]},
        ),
        Column(key="scored", label=Text(fr="Avec un score", en="With a score"), kind="count"),
        ABOVE if "above" in groups else MEAN,
        *(Column(key=key, label=Text(fr=fr, en=en), kind="number", digits=1) for key, (fr, en) in heads.items()),
    )
    reasons = tuple("ok" if known else "masked" for known in groups["p50"].notna())
    return Table(columns=columns, rows=rows_of(groups, [column.key for column in columns]), statuses=reasons)


def _group(study: Study, row: pd.Series, lang: Language) -> str:
    return phrases.headed(_name(study, str(row["group"])).say(lang))


def _plot(study: Study, drawn: pd.DataFrame, title: Text, lang: Language) -> Any:
    rows = [
        Range(
            label=f"{_group(study, row, lang)} ({fmt.number(int(row['scored']), lang)})",
            low=float(row["p10"]),
            lower=float(row["p25"]),
            middle=float(row["p50"]),
            upper=float(row["p75"]),
            high=float(row["p90"]),
            text=_score(float(row["p50"]), drawn, lang),
        )
        for _, row in drawn.iterrows()
    ]
    return draw_ranges(rows, score_axis(rows, title.say(lang)))


MEAN = Column(key="mean", label=Text(fr="Score moyen", en="Mean score"), kind="number", digits=2)
ABOVE = Column(
    key="above",
    label=Text(fr="Part au-dessus de la médiane de tous", en="Share over the median of all"),
    kind="percent",
)
SAME = Text(fr="La médiane est la même pour tous les statuts :", en="The median is the same for all legal statuses:")
EMERGENCY = {
    "emergency=true": Text(fr="avec urgences", en="with an ED"),
    "emergency=false": Text(fr="sans urgences", en="without an ED"),
}
NOTHING = Text(
    fr=f"moins de {FEWEST} établissements ont un score.",
    en=f"fewer than {FEWEST} establishments have a score.",
)
UNCOUNTED = Text(
    fr="les établissements interrogés, appariés et notés ne sont pas comptés pour ce score.",
    en="the establishments surveyed, joined and scored are not counted for this score.",
)
QUESTION = Text(
    fr="Combien d'établissements ont un score, et de combien diffèrent-ils ?",
    en="How many establishments have a score, and how much do they differ?",
)
DRAWING = FIGURES.add(
    "score-distribution",
    Drawing(
        id="score-distribution",
        title=Text(fr="Scores par statut et urgences", en="Scores by legal status and ED"),
        stage="score",
        needs=("scores", "indicators", "establishments", "coverage"),
        takes=("links",),
        draw=draw,
    ),
)
