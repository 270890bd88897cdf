"""Figure: patients present in each unit against its open beds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases, theme
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Headline, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.ranges import MIDDLE, segments
from chairs.dashboards.rows import beside, places, rows_layout
from chairs.dashboards.words import label

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

FULL = 95  # % of open beds from which a day counts as full
ROW = 24  # px


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return the units by occupancy, from the typical week (`profile`) and, for full days, table `unit_day`."""
    units = _with_full_days(_by_unit(tables["profile"]), tables.get("unit_day"))
    if units.empty:
        return DRAWING.absent(NOTHING)
    sentence = phrases.both(lambda lang: _sentence(study, units, lang))
    total = 100 * units["census"].sum() / units["open_beds"].sum()
    return Fiche(
        id=DRAWING.id,
        title=DRAWING.title,
        question=Text(fr="Quelles unités manquent de lits ?", en="Which units lack beds?"),
        sentence=sentence,
        alt=phrases.seen(
            f"Patients présents et lits ouverts de {len(units)} unités.",
            f"Patients present and open beds of {len(units)} units.",
            sentence,
        ),
        figure={lang: _plot(study, units, lang) for lang in LANGUAGES},
        table=_table(study, units),
        n=int(units["hours"].max()),
        counted=Text(fr="heures observées au plus par unité", en="hours observed at most per unit"),
        source=phrases.source(study),
        how_to_read=HOW,
        note=phrases.masked(
            int(units["full_days"].isna().sum()),
            ("part de jours pleins", "parts de jours pleins"),
            ("share of full days", "shares of full days"),
        ),
        headline=Headline(
            value=phrases.both(lambda lang: fmt.percent(total, lang, 1)),
            label=Text(fr="taux d'occupation moyen des lits ouverts", en="mean occupancy of open beds"),
        ),
    )


def _by_unit(profile: pd.DataFrame) -> pd.DataFrame:
    """Return one row a unit, fullest first: means weighted by the hours observed, extremes of the typical week."""
    import pandas as pd

    kept = profile[(profile["unit"] != "all") & profile["measure"].isin(["census", "open_beds"])]
    masked = kept.loc[kept["mean"].isna(), "unit"].unique()  # a mean over the hours left would be too high
    kept = kept[~kept["unit"].isin(masked)].assign(total=lambda k: k["mean"] * k["n"])
    by = kept.groupby(["unit", "measure"]).agg(
        total=("total", "sum"), hours=("n", "sum"), low=("mean", "min"), high=("mean", "max")
    )
    if not {"census", "open_beds"} <= set(by.index.get_level_values("measure")):
        return pd.DataFrame()
    census, beds = by.xs("census", level="measure"), by.xs("open_beds", level="measure")
    units = pd.DataFrame(
        {
            "census": census["total"] / census["hours"],
            "low": census["low"],
            "high": census["high"],
            "open_beds": beds["total"] / beds["hours"],
            "hours": census["hours"],
        }
    ).dropna()
    units = units[units["open_beds"] > 0]
    units["occupancy"] = 100 * units["census"] / units["open_beds"]
    return units.reset_index().sort_values(["occupancy", "unit"], ascending=[False, True], ignore_index=True)


def _with_full_days(units: pd.DataFrame, unit_day: pd.DataFrame | None) -> pd.DataFrame:
    """Return `units` with the share of full days, missing where a day of the unit is masked."""
    if units.empty or unit_day is None:
        return units.assign(full_days=float("nan"), days=None) if len(units) else units
    kept = unit_day[unit_day["measure"].isin(["census", "open_beds"])]
    days = kept.pivot_table(index=["unit", "day"], columns="measure", values="value", aggfunc="sum", dropna=False)
    known = kept[kept["value"].notna()].groupby(["unit", "day"])["measure"].nunique().reindex(days.index) == 2
    days = days.reindex(columns=["census", "open_beds"])
    full = 100 * (100 * days["census"] >= FULL * days["open_beds"]).where(days["open_beds"] > 0).astype("float64")
    shares = full.groupby("unit").mean().where(known.groupby("unit").all())
    return units.assign(full_days=units["unit"].map(shares), days=units["unit"].map(full.groupby("unit").size()))


def _sentence(study: Study, units: pd.DataFrame, lang: Language) -> str:
    total = fmt.percent(100 * units["census"].sum() / units["open_beds"].sum(), lang, 1)
    fr = lang == "fr"
    head = (
        f"Les lits ouverts sont occupés à {total} en moyenne" if fr else f"Open beds are occupied at {total} on average"
    )
    known = units[units["full_days"].notna()].sort_values(["full_days", "unit"], ascending=[False, True])
    if known.empty:
        return f"{head}; {_fullest(study, units, lang)}." if not fr else f"{head} ; {_fullest(study, units, lang)}."
    tense, many, top = int((known["full_days"] >= 10).sum()), len(known), known.iloc[0]
    if top["full_days"] == 0:
        return (
            f"{head} ; aucune des {many} unités comptées n'a de jour plein."
            if fr
            else f"{head}; none of the {many} units counted has a full day."
        )
    share, name = fmt.percent(float(top["full_days"]), lang), label(study, str(top["unit"])).say(lang)
    left = len(units) - many
    if lang == "fr":
        verb = fmt.plural(tense, "est pleine", "sont pleines", lang)
        whole = f"sur {many} connues" if left else f"sur {many}"
        full = f"{tense} {fmt.plural(tense, 'unité', 'unités', lang)} {whole} {verb} au moins un jour sur dix"
        rest = f" (jours masqués, petits effectifs : {left})" if left else ""
        return f"{head} ; {full}{rest}. La plus souvent pleine : « {name} », {share} des jours."
    whole = f"{many} known units" if left else f"{many} units"
    full = f"{tense} of the {whole} {fmt.plural(tense, 'is', 'are', lang)} full at least one day in ten"
    rest = f" (days masked, small numbers: {left})" if left else ""
    return f"{head}; {full}{rest}. Most often full: “{name}”, {share} of days."


def _fullest(study: Study, units: pd.DataFrame, lang: Language) -> str:
    top = units.iloc[0]
    name, share = label(study, str(top["unit"])).say(lang), fmt.percent(float(top["occupancy"]), lang)
    return (
        f"l'unité la plus occupée est « {name} » ({share})"
        if lang == "fr"
        else f"the fullest unit is “{name}” ({share})"
    )


def _table(study: Study, units: pd.DataFrame) -> Table:
    words = {str(code): label(study, str(code)) for code in units["unit"]}
    columns = (
        Column(key="unit", label=Text(fr="Unité", en="Unit"), kind="word", words=words),
        Column(
            key="census",
            label=Text(fr="Patients présents (moyenne)", en="Patients present (mean)"),
            kind="number",
            digits=1,
        ),
        Column(
            key="low",
            label=Text(fr="Heure la plus basse de la semaine", en="Lowest hour of the week"),
            kind="number",
            digits=1,
        ),
        Column(
            key="high",
            label=Text(fr="Heure la plus haute de la semaine", en="Highest hour of the week"),
            kind="number",
            digits=1,
        ),
        Column(
            key="open_beds", label=Text(fr="Lits ouverts (moyenne)", en="Open beds (mean)"), kind="number", digits=1
        ),
        Column(key="occupancy", label=Text(fr="Occupation", en="Occupancy"), kind="percent", digits=1),
        Column(key="full_days", label=Text(fr="Jours pleins", en="Full days"), kind="percent", digits=1),
        Column(key="hours", label=Text(fr="Heures observées", en="Hours observed"), kind="count"),
    )
    reasons = tuple("ok" if known else "masked" for known in units["full_days"].notna())
    return Table(columns=columns, rows=rows_of(units, [column.key for column in columns]), statuses=reasons)


def _plot(study: Study, units: pd.DataFrame, lang: Language) -> Any:
    at = places(len(units))
    names = [label(study, str(code)).say(lang) for code in units["unit"]]
    shares = [fmt.percent(float(value), lang) for value in units["occupancy"]]
    words = {"fr": ("patients présents", "lits ouverts"), "en": ("patients present", "open beds")}[lang]
    dots = {"type": "scatter", "mode": "markers", "y": at, "cliponaxis": False, "hoverinfo": "skip"}
    beds = {"symbol": "diamond-open", "size": 11, "color": theme.ORANGE, "line": {"width": 2}}
    traces = [
        segments(list(zip(units["low"], units["high"], strict=True)), at, width=4, colour=MIDDLE),
        {**dots, "x": [float(v) for v in units["open_beds"]], "name": words[1], "marker": beds},
        {
            **dots,
            "x": [float(v) for v in units["census"]],
            "name": words[0],
            "marker": {"size": 10, "color": theme.BLUE},
        },
    ]
    top = float(max(units["open_beds"].max(), units["high"].max()))
    both = [f"{name} – {share}" for name, share in zip(names, shares, strict=True)]
    layout = rows_layout(names, row=ROW, edges=(34, 64, 56), wrap=60, lift=6)
    layout["meta"] = rows_layout(both, row=ROW, edges=(34, 64, 56), lift=6)["meta"]
    return theme.draw(
        traces,
        **layout,
        xaxis={"range": [0, top * 1.06], "title": {"text": words[0] + ", " + words[1]}, "nticks": 8},
        annotations=[beside(place, share) for place, share in zip(at, shares, strict=True)],
        showlegend=True,
        legend=theme.LEGEND,
    )


NOTHING = Text(
    fr="aucune unité avec un recensement et des lits ouverts publiables.",
    en="no unit with a census and open beds that can be published.",
)
HOW = Text(
    fr=(
        "Le point est le nombre moyen de patients présents ; le trait va de l'heure la plus basse à l'heure la plus "
        "haute de la semaine type ; le losange marque les lits ouverts en moyenne, et le pourcentage l'occupation. "
        f"Un jour est dit plein quand les patients présents occupent en moyenne au moins {FULL} % des lits ouverts."
    ),
    en=(
        "The dot is the mean number of patients present; the line goes from the lowest to the highest hour of the "
        "typical week; the diamond marks the beds open on average, and the percentage the occupancy. A day is "
        f"called full when the patients present take on average at least {FULL}% of the open beds."
    ),
)
DRAWING = FIGURES.add(
    "census",
    Drawing(
        id="census",
        title=Text(fr="Patients présents et lits ouverts par unité", en="Patients present and open beds by unit"),
        stage="discover",
        needs=("profile",),
        takes=("unit_day",),
        draw=draw,
        real_calendar=True,
    ),
)
