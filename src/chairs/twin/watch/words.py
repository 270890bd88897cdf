"""What the watch found, in words."""

from __future__ import annotations

from chairs.core.errors import Text
from chairs.twin.watch.watching import Contest, Watched


def told(watched: Watched) -> Text:
    """Return in words whether an alarm rang, since when, and by how much what came is off since."""
    return _of_arrivals(watched) if watched.flow == "arrivals" else _of_stays(watched)


def _of_stays(watched: Watched) -> Text:
    if not watched.alarms:
        return Text(
            fr=f"Séjours : aucune alarme en {len(watched.observed)} jours, aucun écart décelé entre les sorties et ce "
            "que le modèle attend.",
            en=f"Stays: no alarm in {len(watched.observed)} days, no gap detected between departures and what the "
            "model expects.",
        )
    rang, off, (fr, en) = _last(watched)
    longer = watched.alarms[-1].side == "low"
    return Text(
        fr=f"Séjours : {rang.fr}, {off} % de sorties {fr} que prévu, ils "
        f"{'s’allongeaient' if longer else 'raccourcissaient'}.",
        en=f"Stays: {rang.en} {off}% {en} departures than foreseen, stays became {'longer' if longer else 'shorter'}.",
    )


def _of_arrivals(watched: Watched) -> Text:
    days, rise = len(watched.observed), watched.told_rise
    if not watched.alarms:
        found = Text(fr=f"Arrivées : aucune alarme en {days} jours", en=f"Arrivals: no alarm in {days} days")
    else:
        rang, off, (fr, en) = _last(watched)
        found = Text(
            fr=f"Arrivées : {rang.fr}, {off} % {fr} que prévu", en=f"Arrivals: {rang.en} {off}% {en} than foreseen"
        )
    if rise is None:
        return Text(
            fr=f"{found.fr} ; elles varient trop pour qu'une hausse se voie dans la semaine.",
            en=f"{found.en}; they vary too much for a rise to show within a week.",
        )
    return Text(
        fr=f"{found.fr} ; une hausse durable de {rise * 100:.0f} % se verrait dans la semaine.",
        en=f"{found.en}; a lasting rise of {rise * 100:.0f}% would show within a week.",
    )


def _last(watched: Watched) -> tuple[Text, str, tuple[str, str]]:
    """Return how many alarms rang and when the last did, since when; by how many per cent it was off, which way."""
    last, count, dates = watched.alarms[-1], len(watched.alarms), watched.dates
    begun = last.since + 1
    share = float(watched.observed[begun : last.at + 1].sum() / watched.expected[begun : last.at + 1].sum())
    rang = Text(
        fr=f"{count} alarme{'s' if count > 1 else ''} ; la dernière le {dates[last.at]:%d/%m/%Y} : depuis le "
        f"{dates[begun]:%d/%m/%Y}",
        en=f"{count} alarm{'s' if count > 1 else ''}; the last on {dates[last.at]:%Y-%m-%d}: since "
        f"{dates[begun]:%Y-%m-%d}",
    )
    fewer = last.side == "low"
    return rang, f"{abs(share - 1) * 100:.0f}", ("de moins", "fewer") if fewer else ("de plus", "more")


def judged(found: Contest) -> Text:
    """Return in words who keeps the place, champion or challenger."""
    if found.replaced:
        return Text(
            fr=f"Le modèle appris de fraîche date prévoit mieux sur les mêmes {found.days} jours : il prend la place.",
            en=f"The challenger, learnt of late, foresees better on the same {found.days} days: it takes the place.",
        )
    return Text(
        fr=f"Sur les mêmes {found.days} jours, un modèle appris de fraîche date n'est pas nettement meilleur : le "
        "modèle en place reste.",
        en=f"On the same {found.days} days the challenger is not clearly better: the champion stays.",
    )
