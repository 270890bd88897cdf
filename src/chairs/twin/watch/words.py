"""What the watch found, in words."""

from __future__ import annotations

from chairs.core.errors import Text
from chairs.twin.watch.watching import Contest, Watched


def told(watched: Watched) -> Text:
    """Return in words whether an alarm rang, since when, and by how much departures are off since."""
    if not watched.alarms:
        return Text(
            fr=f"Aucune alarme en {len(watched.observed)} jours : aucun écart décelé entre les sorties et ce que le "
            "modèle attend.",
            en=f"No alarm in {len(watched.observed)} days: no gap detected between departures and what the model "
            "expects.",
        )
    last = watched.alarms[-1]
    begun = last.since + 1
    dates = watched.days.dates
    share = float(watched.observed[begun : last.at + 1].sum() / watched.expected[begun : last.at + 1].sum())
    off = f"{abs(share - 1) * 100:.0f}"
    longer = last.side == "low"
    count = len(watched.alarms)
    return Text(
        fr=f"{count} alarme{'s' if count > 1 else ''} ; la dernière le {dates[last.at]:%d/%m/%Y} : depuis le "
        f"{dates[begun]:%d/%m/%Y}, {off} % de sorties {'de moins' if longer else 'de plus'} que prévu, les séjours "
        f"{'s’allongeaient' if longer else 'raccourcissaient'}.",
        en=f"{count} alarm{'s' if count > 1 else ''}; the last on {dates[last.at]:%Y-%m-%d}: since "
        f"{dates[begun]:%Y-%m-%d} {off}% {'fewer' if longer else 'more'} departures than foreseen, stays became "
        f"{'longer' if longer else 'shorter'}.",
    )


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
