"""Figure: distribution of the experience score by legal status, with how many establishments have one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases
from chairs.dashboards.comparison import establishments_joined, outcome_scores
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Headline, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.ranges import Range, draw_ranges, score_axis
from chairs.dashboards.words import label, outcome

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

FEWEST = 11  # establishments under which a group's deciles are not given
ALL, UNKNOWN = "every", "unknown"
QUANTILES = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return the scores by legal status; a score counts when its establishment joined the indicators."""
    scores = outcome_scores(study, tables["scores"])
    joined = establishments_joined(study, tables["indicators"], tables.get("links"))
    kept = scores[scores["establishment"].isin(joined)]
    scored = kept[kept["score"].notna()]
    if len(scored) < FEWEST:
        return DRAWING.absent(NOTHING)
    groups = _groups(study, kept, tables["establishments"])
    drawn = groups[groups["p50"].notna()]
    everyone = groups[groups["group"] == ALL].iloc[0]
    names = scores["instrument"].iloc[0] + "/" + scores["dimension"].iloc[0]
    sentence = phrases.both(lambda lang: _sentence(study, groups, len(scores), lang))
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
        n=int(everyone["scored"]),
        counted=Text(fr="établissements avec un score", en="establishments with a score"),
        source=phrases.source(study),
        how_to_read=_how(names),
        note=_note(scores, kept),
        headline=_headline(int(everyone["scored"]), int(everyone["joined"])),
    )


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


def _groups(study: Study, kept: pd.DataFrame, establishments: pd.DataFrame) -> pd.DataFrame:
    """Return one row a legal status (companies apart) and one for all: joined, scored, coverage, deciles."""
    import pandas as pd

    traits = establishments.set_index("establishment")
    status = kept["establishment"].map(traits["status"]).fillna(UNKNOWN)
    status = status.where(kept["establishment"].map(traits["kind"]) != "company", "company")
    parts = [(ALL, kept), *((str(name), part) for name, part in kept.groupby(status, sort=True))]
    rows = []
    for name, part in parts:
        there = part["score"].dropna()
        deciles = [float(there.quantile(q)) if len(there) >= FEWEST else None for q in QUANTILES.values()]
        rows.append([name, len(part), len(there), 100 * len(there) / len(part), *deciles])
    frame = pd.DataFrame(rows, columns=["group", "joined", "scored", "coverage", *QUANTILES])
    return frame.astype(dict.fromkeys(QUANTILES, "float64"))


def _sentence(study: Study, groups: pd.DataFrame, surveyed: int, lang: Language) -> str:
    everyone = groups[groups["group"] == ALL].iloc[0]
    scored, joined, many = (fmt.number(int(v), lang) for v in (everyone["scored"], everyone["joined"], surveyed))
    share = fmt.percent(float(everyone["coverage"]), lang, 1)
    if lang == "fr":
        head = f"{scored} des {joined} établissements appariés ont un score ({share}), sur {many} interrogés"
    else:
        head = f"{scored} of the {joined} establishments joined have a score ({share}), out of {many} surveyed"
    parts = groups[(groups["group"] != ALL) & groups["p50"].notna()].sort_values(["p50", "group"], ignore_index=True)
    if len(parts) < 2:
        return f"{head}."
    low, high = parts.iloc[0], parts.iloc[-1]
    least, most = (fmt.number(float(row["p50"]), lang, 1) for row in (low, high))
    if least == most:
        return (
            f"{head} ; la médiane est la même dans tous les groupes : {most}."
            if lang == "fr"
            else f"{head}; the median is the same in all groups: {most}."
        )
    below, above = (_name(study, str(row["group"])).say(lang) for row in (low, high))
    if lang == "fr":
        return f"{head} ; la médiane va de {least} ({below}) à {most} ({above})."
    return f"{head}; the median goes from {least} ({below}) to {most} ({above})."


def _name(study: Study, group: str) -> Text:
    words = {ALL: Text(fr="tous", en="all"), UNKNOWN: Text(fr="statut inconnu", en="status unknown")}
    return words.get(group) or label(study, group)


def _note(scores: pd.DataFrame, kept: pd.DataFrame) -> Text | None:
    lost, withheld = len(scores) - len(kept), int(kept["score"].isna().sum())

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
            label=Text(fr="Statut", en="Status"),
            kind="word",
            words={g: _name(study, g) for g in groups["group"]},
        ),
        Column(key="joined", label=Text(fr="Appariés", en="Joined"), kind="count"),
        Column(key="scored", label=Text(fr="Avec un score", en="With a score"), kind="count"),
        Column(key="coverage", label=Text(fr="Couverture", en="Coverage"), kind="percent", digits=1),
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
        title=Text(fr="Scores d'expérience par statut", en="Experience scores by legal status"),
        stage="score",
        needs=("scores", "indicators", "establishments"),
        takes=("links",),
        draw=draw,
    ),
)
