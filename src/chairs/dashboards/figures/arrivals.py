"""Figure: mean arrivals by hour of the day and day of the week, in the unit that receives most."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases, theme
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Headline, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.words import label
from chairs.flow.overview import FACTS

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return the heat map of the busiest unit, from table `profile`."""
    profile = tables["profile"]
    arrivals = profile[(profile["measure"] == "arrivals") & (profile["unit"] != "all") & profile["mean"].notna()]
    if arrivals.empty:
        return DRAWING.absent(NOTHING)
    totals = arrivals.groupby("unit")["mean"].sum()
    unit = str(totals.sort_index().idxmax())
    chosen = arrivals[arrivals["unit"] == unit]
    wide = chosen.pivot_table(index="hour", columns="weekday", values="mean").reindex(
        index=range(24), columns=range(1, 8)
    )
    days = phrases.both(lambda lang: label(study, unit).say(lang))
    own = Text(fr=f"arrivées par jour en moyenne ({days.fr})", en=f"arrivals a day on average ({days.en})")
    daily = float(wide.sum().sum()) / 7
    complete = bool(wide.notna().all().all())
    hospital, everywhere = _hospital(tables), _everywhere(study)
    sentence = phrases.both(
        lambda lang: _sentence(wide, (daily, days) if complete else None, lang) + _in_all(hospital, everywhere, lang)
    )
    return Fiche(
        id=DRAWING.id,
        title=Text(fr=f"{DRAWING.title.fr} – {days.fr}", en=f"{DRAWING.title.en} – {days.en}"),
        question=Text(fr="À quelles heures faut-il être nombreux ?", en="At which hours is more staff needed?"),
        sentence=sentence,
        alt=phrases.seen("Carte des arrivées par heure et jour.", "Map of arrivals by hour and day.", sentence),
        figure={lang: _plot(wide, lang) for lang in LANGUAGES},
        table=_table(wide),
        n=int(chosen["n"].sum()),
        counted=Text(fr="heures observées", en="hours observed"),
        source=phrases.source(study),
        how_to_read=HOW,
        headline=_headline(hospital, everywhere) if hospital else _headline(daily, own) if complete else None,
    )


def _hospital(tables: Tables) -> float | None:
    """Return the arrivals a day in all units together, None when that is not released."""
    facts = tables.get("facts")
    found = [] if facts is None else facts.loc[facts["name"] == "arrivals_per_day", "value"].dropna().tolist()
    return float(found[0]) if found else None


def _everywhere(study: Study) -> Text:
    """Return what the arrivals of the whole hospital are: of the step the study names, else of every first step."""
    return EMERGENCY if study.pathway.get("arrival") else FACTS["arrivals_per_day"].label


def _in_all(hospital: float | None, everywhere: Text, lang: Language) -> str:
    if hospital is None:
        return ""
    return f" {everywhere.say(lang)}{' :' if lang == 'fr' else ':'} {fmt.number(hospital, lang, 1)}."


def _headline(daily: float, label: Text) -> Headline:
    first = Text(fr=label.fr[:1].lower() + label.fr[1:], en=label.en[:1].lower() + label.en[1:])
    return Headline(value=phrases.both(lambda lang: fmt.number(daily, lang, 1)), label=first)


def _slot(where: tuple[int, int], lang: Language) -> str:
    hour, weekday = where
    day = fmt.WEEKDAYS[lang][weekday - 1]
    if lang == "fr":
        return f"le {day} de {hour} h à {(hour + 1) % 24} h"
    return f"{day} from {hour}:00 to {(hour + 1) % 24}:00"


def _extremes(wide: pd.DataFrame) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the (hour, weekday) cells that share the highest and the lowest mean, at the decimals shown."""
    means = wide.to_dict()
    cells = [(hour, day) for hour in wide.index for day in wide.columns if not math.isnan(means[day][hour])]
    shown = {(hour, day): round(float(means[day][hour]), 1) for hour, day in cells}
    high, low = max(shown.values()), min(shown.values())
    return [at for at, mean in shown.items() if mean == high], [at for at, mean in shown.items() if mean == low]


def _sentence(wide: pd.DataFrame, daily: tuple[float, Text] | None, lang: Language) -> str:
    tops, lows = _extremes(wide)
    high, low = (fmt.number(float(wide.loc[cells[0]]), lang, 1) for cells in (tops, lows))
    total = ""
    if daily is not None:
        mean, unit = fmt.number(daily[0], lang, 1), daily[1].say(lang)
        total = (
            f" ; {mean} arrivées par jour en moyenne ({unit})"
            if lang == "fr"
            else f"; {mean} arrivals a day on average ({unit})"
        )
    if high == low:
        same = (
            f"Aucune différence décelable entre les heures : {high} arrivée par heure"
            if lang == "fr"
            else (f"No detectable difference between hours: {high} arrivals an hour")
        )
        return f"{same}{total}."
    if lang == "fr":
        top = (
            f"{_slot(tops[0], lang)}"
            if len(tops) == 1
            else f"sur {len(tops)} créneaux à égalité, dont {_slot(tops[0], lang)}"
        )
        least = (
            f"{_slot(lows[0], lang)}"
            if len(lows) == 1
            else f"sur {len(lows)} créneaux à égalité, dont {_slot(lows[0], lang)}"
        )
        return f"L'affluence culmine {top} ({high} arrivées par heure) et retombe {least} ({low}){total}."
    top = _slot(tops[0], lang) if len(tops) == 1 else f"in {len(tops)} tied slots, among them {_slot(tops[0], lang)}"
    least = _slot(lows[0], lang) if len(lows) == 1 else f"in {len(lows)} tied slots, among them {_slot(lows[0], lang)}"
    on = "on " if len(tops) == 1 else ""
    off = "on " if len(lows) == 1 else ""
    return f"Arrivals peak {on}{top} ({high} an hour) and are lowest {off}{least} ({low}){total}."


def _table(wide: pd.DataFrame) -> Table:
    days = [
        Column(
            key=fmt.WEEKDAYS["en"][d].lower(),
            label=Text(fr=fmt.WEEKDAYS["fr"][d].capitalize(), en=fmt.WEEKDAYS["en"][d]),
            kind="number",
            digits=1,
        )
        for d in range(7)
    ]
    hour = Column(key="hour", label=Text(fr="Heure (début)", en="Hour (start)"), kind="count")
    frame = wide.reset_index()
    return Table(columns=(hour, *days), rows=rows_of(frame, ["hour", *range(1, 8)]))


def _plot(wide: pd.DataFrame, lang: Language) -> Any:
    names = fmt.WEEKDAYS[lang]
    hours, few = list(range(0, 24, 3)), list(range(0, 24, 6))
    trace = {
        "type": "heatmap",
        "z": [[None if math.isnan(v) else round(float(v), 3) for v in wide[day]] for day in range(1, 8)],
        "x": list(range(24)),
        "y": list(range(7)),
        "colorscale": [list(stop) for stop in theme.SCALE],
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "%{text}<extra></extra>",
        "text": [[_hover(hour, day, wide, lang) for hour in range(24)] for day in range(1, 8)],
        "colorbar": _scale("arrivées par heure" if lang == "fr" else "arrivals an hour"),
    }
    narrow = {
        "yaxis.ticktext": [name[:3] for name in names],
        "margin.l": 40,
        "xaxis.tickvals": few,
        "xaxis.ticktext": _clock(few, lang),
    }
    return theme.draw(
        [trace],
        height=340,
        margin={"l": 86, "r": 10, "t": 8, "b": 92},
        xaxis={"tickvals": hours, "ticktext": _clock(hours, lang), "showgrid": False},
        yaxis={"tickvals": list(range(7)), "ticktext": names, "autorange": "reversed", "showgrid": False},
        meta={"narrow": narrow},
    )


def _scale(title: str) -> dict[str, Any]:
    """Return the bar under the map that says what its colours are worth."""
    place = {"orientation": "h", "x": 1, "xanchor": "right", "y": -0.16, "yanchor": "top", "len": 0.5, "thickness": 10}
    font = {"size": 12, "color": theme.QUIET}
    return {
        **place,
        "outlinewidth": 0,
        "nticks": 5,
        "tickfont": font,
        "title": {"text": title, "side": "top", "font": font},
    }


def _clock(hours: list[int], lang: Language) -> list[str]:
    return [f"{h}{fmt.FIRM}h" if lang == "fr" else f"{h}:00" for h in hours]


def _hover(hour: int, day: int, wide: pd.DataFrame, lang: Language) -> str:
    value = wide.loc[hour, day]
    return f"{_slot((hour, day), lang)}<br>{fmt.number(float(value), lang, 1)}"


EMERGENCY = Text(fr="Passages aux urgences par jour, tout l'hôpital", en="Emergency visits a day, whole hospital")
NOTHING = Text(fr="aucune arrivée horaire publiable.", en="no hourly arrivals that can be published.")
HOW = Text(
    fr=(
        "Chaque case est une heure d'un jour de la semaine ; plus elle est foncée, plus il arrive de "
        "patients en moyenne pendant cette heure. Heures de l'horloge locale."
    ),
    en=(
        "Each cell is one hour of one day of the week; the darker, the more patients arrive during that "
        "hour on average. Hours of the local clock."
    ),
)
DRAWING = FIGURES.add(
    "arrivals",
    Drawing(
        id="arrivals",
        title=Text(fr="Arrivées selon l'heure et le jour", en="Arrivals by hour and day"),
        stage="discover",
        needs=("profile",),
        takes=("facts",),
        draw=draw,
        real_calendar=True,
    ),
)
