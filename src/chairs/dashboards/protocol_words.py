"""What a page says of a protocol: sealed before the outcome was read or on known results, and what changed since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.dashboards import fmt, phrases

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 12  # characters of the seal that a page shows


def known(claims: pd.DataFrame, log: pd.DataFrame | None) -> bool:
    """Say whether the outcome was public and known when the protocol was written (its own word; else its status)."""
    if log is None or log.empty:
        return bool((claims["status"] == "exploratory").any())
    return bool((log["outcome"] == "known").any())


def standing(claims: pd.DataFrame, log: pd.DataFrame | None) -> Iterator[Text]:
    """Give whether the links are confirmatory, with the reason when they are not."""
    if (claims["status"] == "confirmatory").all():
        yield Text(
            fr="Confirmatoire : le protocole a été scellé avant de lire le résultat.",
            en="Confirmatory: the protocol was sealed before the outcome was read.",
        )
    elif known(claims, log):
        yield Text(
            fr="Exploratoire : le résultat était public et connu quand le protocole a été écrit.",
            en="Exploratory: the outcome was public and known when the protocol was written.",
        )
    else:
        yield Text(
            fr="Exploratoire : le protocole a changé après son scellé, sur un point dont dépendent les verdicts.",
            en="Exploratory: the protocol has changed since it was sealed, in a point that verdicts rest on.",
        )


def written(claims: pd.DataFrame, log: pd.DataFrame | None) -> Iterator[Text]:
    """Give the date and the beginning of the seal, then each recorded deviation: when, what, why."""
    seal = str(claims["seal"].iloc[0])[:SHOWN]
    if log is None or log.empty:
        yield Text(fr=f"Empreinte du protocole : {seal}.", en=f"Seal of the protocol: {seal}.")
        return
    log = log.sort_values("place")
    day = str(log["date"].iloc[0])
    yield phrases.both(
        lambda lang: (
            f"Protocole scellé le {fmt.period(day, lang)}, empreinte {seal}."
            if lang == "fr"
            else f"Protocol sealed on {fmt.period(day, lang)}, seal {seal}."
        )
    )
    changes = log[log["event"] == "deviation"]
    if len(changes):
        yield phrases.both(lambda lang: _deviations(changes, lang))


def _deviations(changes: pd.DataFrame, lang: Language) -> str:
    count, colon = len(changes), " : " if lang == "fr" else ": "
    head = {
        "fr": f"{count} {fmt.plural(count, 'écart consigné', 'écarts consignés', lang)} depuis",
        "en": f"{count} recorded {fmt.plural(count, 'deviation', 'deviations', lang)} since",
    }[lang]
    said = [
        f"{fmt.period(str(row['date']), lang)}, {row[f'what_{lang}']} ({row[f'why_{lang}']}"
        f"{'' if row['touches'] else UNTOUCHED.say(lang)})"
        for _, row in changes.iterrows()
    ]
    return f"{head}{colon}{'; '.join(said) if lang == 'en' else ' ; '.join(said)}."


UNTOUCHED = Text(fr=" ; sans effet sur les verdicts", en="; no effect on the verdicts")
TITLES = {
    True: Text(fr="Liens déclarés et leur verdict", en="Declared links and their verdict"),
    False: Text(fr="Liens d'un protocole exploratoire et leur verdict", en="Links of an exploratory protocol, judged"),
}
QUESTIONS = {
    True: Text(
        fr="Quels liens, déclarés d'avance, tiennent, et lesquels sont à écarter ?",
        en="Which links, declared in advance, hold, and which are to be set aside?",
    ),
    False: Text(
        fr="Sur des résultats déjà publics, quels liens d'un protocole tiennent, et lesquels sont à écarter ?",
        en="On results already public, which links of a protocol hold, and which are to be set aside?",
    ),
}
