"""Figure: distribution of the experience score by legal status and ED, with how many establishments have one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases, reliability
from chairs.dashboards.comparison import establishments_joined, outcome_scores
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Headline, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.ranges import Range, draw_ranges, score_axis
from chairs.dashboards.words import label, outcome, outcome_of

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

FEWEST = 11  # establishments under which a group's deciles are not given
ALL = "every"
QUANTILES = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return the scores by legal status and ED: counts and means from table `coverage`, deciles from the scores."""
    scores = outcome_scores(study, tables["scores"])
    joined = establishments_joined(study, tables["indicators"], tables.get("links"))
    scored = scores[scores["establishment"].isin(joined) & scores["score"].notna()]
    counts, means = _covered(study, tables["coverage"])
    if len(scored) < FEWEST or set(counts) < {"surveyed", "joined", "scored"}:
        return DRAWING.absent(NOTHING)
    groups = _groups(scored, tables["establishments"], counts["scored"], means)
    drawn = groups[groups["p50"].notna()]
    names = scores["instrument"].iloc[0] + "/" + scores["dimension"].iloc[0]
    sentence = phrases.both(lambda lang: _sentence(study, groups, counts, lang))
    return Fiche(
        id=DRAWING.id,
        title=DRAWING.title,
        question=QUESTION,
        sentence=sentence,
        alt=phrases.seen(
            f"Étendue des scores de {len(drawn)} groupes.", f"Range of the scores of {len(drawn)} groups.", sentence
        ),
        figure={lang: _plot(study, drawn, lang) for lang in LANGUAGES},
        table=_table(study, groups),
        n=counts["scored"],
        counted=Text(fr="établissements avec un score", en="establishments with a score"),
        source=phrases.source(study),
        how_to_read=_how(names),
        note=phrases.joined(
            [_note(counts), reliability.of_all(scored), reliability.standing(names, str(scores["period"].iloc[0]))]
        ),
        headline=_headline(counts["scored"], counts["joined"]),
    )


def _covered(study: Study, coverage: pd.DataFrame) -> tuple[dict[str, int], pd.DataFrame]:
    """Return how many sites were surveyed, joined and scored, and the mean score and n of each group."""
    own = coverage[coverage["outcome"] == outcome_of(study, coverage["outcome"])]
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


def _groups(scored: pd.DataFrame, sites: pd.DataFrame, everyone: int, means: pd.DataFrame) -> pd.DataFrame:
    """Return one row for all and one a value of each trait ("status=public"): how many scored, mean, deciles."""
    import pandas as pd

    traits = scored[["establishment", "score"]].merge(sites, on="establishment", how="left")
    rows = [[ALL, everyone, None, *_deciles(traits["score"])]]
    for group, count, mean in means[["group", "scored", "mean"]].sort_values("group").itertuples(index=False):
        trait, _, value = str(group).partition("=")
        inside = traits[trait].astype(str).str.lower() == value
        rows.append([group, count, mean, *_deciles(traits.loc[inside, "score"])])
    frame = pd.DataFrame(rows, columns=["group", "scored", "mean", *QUANTILES])
    return frame.astype(dict.fromkeys(["mean", *QUANTILES], "float64"))


def _deciles(scores: pd.Series) -> list[float | None]:
    return [float(scores.quantile(q)) if len(scores) >= FEWEST else None for q in QUANTILES.values()]


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
    least, most = (fmt.number(float(row["p50"]), lang, 1) for row in (low, high))
    if least == most:
        same = "La médiane est la même pour tous les statuts :" if lang == "fr" else "The median is the same for all:"
        return f" {same} {most}."
    below, above = (_name(study, str(row["group"])).say(lang) for row in (low, high))
    if lang == "fr":
        return f" La médiane va de {least} ({below}) à {most} ({above})."
    return f" The median goes from {least} ({below}) to {most} ({above})."


def _emergency(groups: pd.DataFrame, lang: Language) -> str:
    """Return the mean score with and without an ED; empty when one is not released."""
    known = groups[groups["mean"].notna() & groups["scored"].notna()].set_index("group")
    if not set(EMERGENCY) <= set(known.index):
        return ""
    parts = []
    for group, words in EMERGENCY.items():
        mean, count = float(known.loc[group, "mean"]), int(known.loc[group, "scored"])
        parts.append(f"{fmt.number(mean, lang, 2)} {words.say(lang)} (n = {fmt.number(count, lang)})")
    head = "Score moyen :" if lang == "fr" else "Mean score:"
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
                f"{many} {fmt.plural(lost, 'établissement', 'établissements', lang)} sans indicateur, non appariés."
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
        Column(key="mean", label=Text(fr="Score moyen", en="Mean score"), kind="number", digits=2),
        *(Column(key=key, label=Text(fr=fr, en=en), kind="number", digits=1) for key, (fr, en) in heads.items()),
    )
    reasons = tuple("ok" if known else "masked" for known in groups["p50"].notna())
    return Table(columns=columns, rows=rows_of(groups, [column.key for column in columns]), statuses=reasons)


def _plot(study: Study, drawn: pd.DataFrame, lang: Language) -> Any:
    rows = [
        Range(
            label=f"{_name(study, str(row['group'])).say(lang).capitalize()} ({fmt.number(int(row['scored']), lang)})",
            low=float(row["p10"]),
            lower=float(row["p25"]),
            middle=float(row["p50"]),
            upper=float(row["p75"]),
            high=float(row["p90"]),
            text=fmt.number(float(row["p50"]), lang, 1),
        )
        for _, row in drawn.iterrows()
    ]
    return draw_ranges(rows, score_axis(rows, "score"))


EMERGENCY = {
    "emergency=true": Text(fr="avec urgences", en="with an ED"),
    "emergency=false": Text(fr="sans urgences", en="without an ED"),
}
NOTHING = Text(
    fr=f"moins de {FEWEST} établissements ont un score.",
    en=f"fewer than {FEWEST} establishments have a score.",
)
QUESTION = Text(
    fr="Combien d'établissements ont un score, et de combien diffèrent-ils ?",
    en="How many establishments have a score, and how much do they differ?",
)
DRAWING = FIGURES.add(
    "score-distribution",
    Drawing(
        id="score-distribution",
        title=Text(fr="Scores d'expérience par statut et urgences", en="Experience scores by legal status and ED"),
        stage="score",
        needs=("scores", "indicators", "establishments", "coverage"),
        takes=("links",),
        draw=draw,
    ),
)
