"""What a page says of a protocol: when it was declared, what changed since, and the words of its verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from chairs.core.errors import Language, Text
from chairs.dashboards import fmt, phrases
from chairs.tables.claims import against

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 12  # characters of the seal that a page shows
Moment = Literal["before", "known", "changed"]


def moment(claims: pd.DataFrame, log: pd.DataFrame | None) -> Moment:
    """Say when the links were declared: before the outcome was read, on a known one, or changed after the seal.

    The claims' status decides: only confirmatory links were declared before. The log tells which of the two others.
    """
    if (claims["status"] == "confirmatory").all():
        return "before"
    silent = log is None or log.empty
    return "known" if silent or bool((log["outcome"] == "known").any()) else "changed"  # type: ignore[index]


def standing(claims: pd.DataFrame, log: pd.DataFrame | None) -> Iterator[Text]:
    """Give whether the links are confirmatory, with the reason when they are not."""
    at = moment(claims, log)
    if at == "before":
        yield Text(
            fr="Confirmatoire : le protocole a été scellé avant de lire le résultat.",
            en="Confirmatory: the protocol was sealed before the outcome was read.",
        )
    elif at == "known":
        yield Text(
            fr="Exploratoire : le résultat était connu quand le protocole a été écrit ou scellé.",
            en="Exploratory: the outcome was known when the protocol was written or sealed.",
        )
    else:
        yield Text(
            fr="Exploratoire : le protocole a changé après son scellé, sur un point dont dépendent les verdicts.",
            en="Exploratory: the protocol has changed since it was sealed, in a point that verdicts rest on.",
        )


def written(claims: pd.DataFrame, log: pd.DataFrame | None) -> Iterator[Text]:
    """Give the date and the beginning of the first seal and of the one in force, then each deviation recorded."""
    if log is None or log.empty:
        seal = str(claims["seal"].iloc[0])[:SHOWN]
        yield Text(fr=f"Empreinte du protocole : {seal}.", en=f"Seal of the protocol: {seal}.")
        return
    log = log.sort_values("place")
    yield phrases.both(lambda lang: _sealed(log, lang))
    changes = log[log["event"] == "deviation"]
    if len(changes):
        yield phrases.both(lambda lang: _deviations(changes, lang))


def _sealed(log: pd.DataFrame, lang: Language) -> str:
    """Return the first seal and, where another one followed, the last: each with the date of its own entry."""
    ends = (log.iloc[0], log.iloc[-1])
    (first, seal), (last, now) = ((fmt.period(str(one["date"]), lang), str(one["seal"])[:SHOWN]) for one in ends)
    head = (
        f"Protocole scellé le {first}, empreinte {seal}" if lang == "fr" else f"Protocol sealed on {first}, seal {seal}"
    )
    if now == seal:
        return f"{head}."
    if lang == "fr":
        return f"{head} ; version en vigueur du {last}, empreinte {now}."
    return f"{head}; version in force of {last}, seal {now}."


def _deviations(changes: pd.DataFrame, lang: Language) -> str:
    count, colon = len(changes), " : " if lang == "fr" else ": "
    head = {
        "fr": f"{count} {fmt.plural(count, 'écart consigné', 'écarts consignés', lang)} depuis",
        "en": f"{count} recorded {fmt.plural(count, 'deviation', 'deviations', lang)} since",
    }[lang]
    said = [
        f"{fmt.period(str(row['date']), lang)}, {_plain(str(row[f'what_{lang}']), lang)} ({row[f'why_{lang}']}"
        f"{'' if row['touches'] else UNTOUCHED.say(lang)})"
        for _, row in changes.iterrows()
    ]
    return f"{head}{colon}{'; '.join(said) if lang == 'en' else ' ; '.join(said)}."


def unfit(count: int, lang: Language) -> str:
    """Return how many of the declared links could not be estimated, in brackets; nothing when none."""
    if not count:
        return ""
    if lang == "fr":
        return f" (dont {count} non {fmt.plural(count, 'estimable', 'estimables', lang)})"
    return f" ({count} of which cannot be estimated)"


def untested(held: pd.DataFrame, lang: Language) -> str:
    """Return how many of the supported links lack a negative control; nothing when none."""
    count = sum(UNTESTED in flags.split(";") for flags in held["flags"].dropna().astype(str))
    if not count:
        return ""
    if count == len(held) > 1:
        every = {
            "fr": "à chacun, un test qui pourrait le contredire manque",
            "en": "each lacks a test that could contradict it",
        }
        return f" ({every[lang]})"
    if lang == "fr":
        return f" (dont {count} où un test qui pourrait {fmt.plural(count, 'le', 'les', lang)} contredire manque)"
    return f" ({count} of which lack a test that could contradict {fmt.plural(count, 'it', 'them', lang)})"


def doubted(rows: pd.DataFrame) -> Text | None:
    """Return what speaks against the doubtful links and against how many of them each; None where none is doubtful.

    A test that is missing speaks against no link.
    """
    flags = rows.loc[rows["claim"] == "doubtful", "flags"].dropna().astype(str).str.split(";").explode()
    counts = flags[flags != UNTESTED].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    if counts.empty:
        return None

    def said(lang: Language) -> str:
        told = [f"{against(str(flag)).say(lang)} ({fmt.number(int(many), lang)})" for flag, many in counts.items()]
        if lang == "fr":
            return (
                f"Pourquoi des liens sont douteux (nombre de liens, plusieurs raisons possibles) – {' ; '.join(told)}."
            )
        return f"Why links are doubtful (number of links, several reasons possible) – {'; '.join(told)}."

    return phrases.both(said)


def _plain(quoted: str, lang: Language) -> str:
    """Return the words of a sealed protocol, which nobody may change, with its terms of the trade explained."""
    for term, meaning in MEANINGS:
        quoted = quoted.replace(term.say(lang), f"{term.say(lang)}, {meaning.say(lang)}")
    return quoted


MEANINGS = (
    (
        Text(fr="cotes proportionnelles", en="proportional odds"),
        Text(
            fr="c'est-à-dire les chances d'atteindre une classe plus haute",
            en="that is, the chances of reaching a higher class",
        ),
    ),
    (
        Text(fr="apprentissage double", en="double machine learning"),
        Text(
            fr="c'est-à-dire un ajustement trouvé par apprentissage automatique",
            en="that is, an adjustment found by machine learning",
        ),
    ),
)
UNTOUCHED = Text(fr=" ; sans effet sur les verdicts", en="; no effect on the verdicts")
TITLES: dict[Moment, Text] = {
    "before": Text(fr="Liens déclarés et leur verdict", en="Declared links and their verdict"),
    "known": Text(
        fr="Liens d'un protocole exploratoire et leur verdict", en="Links of an exploratory protocol, judged"
    ),
    "changed": Text(fr="Liens d'un protocole modifié et leur verdict", en="Links of a changed protocol, judged"),
}
QUESTIONS: dict[Moment, Text] = {
    "before": Text(
        fr="Quels liens, déclarés d'avance, tiennent, et lesquels sont à écarter ?",
        en="Which links, declared in advance, hold, and which are to be set aside?",
    ),
    "known": Text(
        fr="Sur des résultats déjà connus, quels liens d'un protocole tiennent, et lesquels sont à écarter ?",
        en="On results already known, which links of a protocol hold, and which are to be set aside?",
    ),
    "changed": Text(
        fr="Quels liens d'un protocole, modifié après son scellé, tiennent, et lesquels sont à écarter ?",
        en="Which links of a protocol that was changed after its seal hold, and which are to be set aside?",
    ),
}
WHEN: dict[Moment, Text] = {
    "before": Text(fr="déclarés avant de lire les résultats", en="declared before the results were read"),
    "known": Text(
        fr="exploratoires (déclarés sur des résultats déjà connus)",
        en="that are exploratory because declared on known results",
    ),
    "changed": Text(
        fr="exploratoires (protocole modifié après son scellé)",
        en="that are exploratory because of a protocol that was changed after it was sealed",
    ),
}
UNTESTED = "untested"


def flagged(flags: str, held: str | None = None, tried: str | None = None) -> Text:
    """Return what speaks against a link, in words; `held` and `tried` are years of the later exposure (`claims`).

    Examples
    --------
    >>> flagged("small;fragile").en.partition("; ")[2]
    'a hidden factor, weak or no stronger than those held equal, would undo it'
    """
    told = [against(flag, held, tried) for flag in flags.split(";")]
    return phrases.both(lambda lang: (" ; " if lang == "fr" else "; ").join(one.say(lang) for one in told))
