"""Figure: can the risk of admission be believed? What came, beside what was foreseen, by band of risk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases, theme
from chairs.dashboards.fiche import LANGUAGES, Absence, Column, Fiche, Table, rows_of
from chairs.dashboards.figures import FIGURES, Drawing

if TYPE_CHECKING:
    import pandas as pd

    from chairs.dashboards.figures import Tables

HEIGHT = 360  # px


def draw(study: Study, tables: Tables) -> Fiche | Absence:
    """Return the curve of calibration over all moments, and in words how good the risk is."""
    skill = tables["risk_skill"]
    curve = tables["risk_calibration"]
    curve = curve[(curve["moment"] == "all") & curve["observed"].notna()].sort_values("band", ignore_index=True)
    if curve.empty:
        said = skill[skill["status"] == "not_valid"]
        reason = NOTHING
        if len(said):
            reason = Text(fr=f"{said['reason_fr'].iloc[0]}.", en=f"{said['reason_en'].iloc[0]}.")
        return DRAWING.absent(reason)
    sentence = phrases.both(lambda lang: _sentence(curve, _scores(skill), lang))
    return Fiche(
        id=DRAWING.id,
        title=DRAWING.title,
        question=Text(
            fr="De cent patients à qui l'on prédit 30 % de risque d'être admis, trente le sont-ils ?",
            en="Of a hundred patients foretold a 30% risk of admission, are thirty admitted?",
        ),
        sentence=sentence,
        alt=phrases.seen(
            f"Courbe de calage en {len(curve)} bandes de risque.",
            f"Curve of calibration in {len(curve)} bands of risk.",
            sentence,
        ),
        figure={lang: _plot(curve, lang) for lang in LANGUAGES},
        table=_table(curve),
        n=int(curve["n"].sum()),
        counted=Text(
            fr="patients regardés, après ceux qui ont servi à apprendre",
            en="patients looked at, after those learnt from",
        ),
        source=phrases.source(study),
        how_to_read=HOW,
        note=CAVEAT,
    )


def _scores(skill: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    rows = skill[(skill["target"] == "admission") & (skill["moment"] == "all") & skill["value"].notna()]
    return {
        str(name): (float(value), float(low), float(high))
        for name, value, low, high in zip(rows["measure"], rows["value"], rows["low"], rows["high"], strict=True)
    }


def _sentence(curve: pd.DataFrame, scores: dict[str, tuple[float, float, float]], lang: Language) -> str:
    last = curve.iloc[-1]
    foreseen, came = (fmt.percent(100 * float(last[name]), lang) for name in ("expected", "observed"))
    inside = int(((curve["low"] <= curve["expected"]) & (curve["expected"] <= curve["high"])).sum())
    held, bands = fmt.number(inside, lang), fmt.number(len(curve), lang)
    if lang == "fr":
        said = f"Dans la bande la plus haute, {foreseen} d'admissions étaient prévues et {came} ont eu lieu ; le "
        said += f"prévu est dans l'intervalle du constaté pour {held} bandes sur {bands}."
    else:
        said = f"In the highest band {foreseen} were foreseen to be admitted and {came} were; what was foreseen lies "
        said += f"in the interval of what came in {held} bands of {bands}."
    return said + _told(scores, lang)


def _told(scores: dict[str, tuple[float, float, float]], lang: Language) -> str:
    if "auc" not in scores or "slope" not in scores:
        return ""
    area, (line, low, high) = fmt.percent(100 * scores["auc"][0], lang), scores["slope"]
    between, slope = fmt.interval(low, high, lang), fmt.number(line, lang, 2)
    right, close = low <= 1 <= high, line > 1
    if lang == "fr":
        wrong = "un peu trop timides" if close else "un peu trop tranchés"
        verdict = "ne sont ni trop tranchés ni trop timides" if right else f"sont {wrong}"
        said = f" De deux patients, celui qui sera admis avait le plus grand risque dans {area} des cas"
        return f"{said} ; les risques prédits {verdict} (écarts à multiplier par {slope} {between}, l'idéal est 1)."
    wrong = "a little too timid" if close else "a little too bold"
    verdict = "neither too bold nor too timid" if right else wrong
    said = f" Of two patients the one to be admitted had the higher risk in {area} of cases"
    return (
        f"{said}; the risks foreseen are {verdict} (their gaps to be multiplied by {slope} {between}, the ideal is 1)."
    )


def _table(curve: pd.DataFrame) -> Table:
    columns = (
        Column(key="band", label=Text(fr="Bande de risque", en="Band of risk"), kind="count"),
        Column(key="expected", label=Text(fr="Admis prévus (%)", en="Admitted, foreseen (%)"), kind="number", digits=1),
        Column(key="observed", label=Text(fr="Admis constatés (%)", en="Admitted, seen (%)"), kind="number", digits=1),
        Column(key="low", label=Text(fr="95 % : de", en="95%: from"), kind="number", digits=1),
        Column(key="high", label=Text(fr="95 % : à", en="95%: to"), kind="number", digits=1),
        Column(key="n", label=Text(fr="Patients regardés", en="Patients looked at"), kind="count"),
    )
    shares = {name: 100 * curve[name] for name in ("expected", "observed", "low", "high")}
    told = curve.assign(**shares)
    return Table(columns=columns, rows=rows_of(told, [column.key for column in columns]))


def _plot(curve: pd.DataFrame, lang: Language) -> Any:
    x, y = (100 * curve[name] for name in ("expected", "observed"))
    dots = {
        "type": "scatter", "mode": "markers+lines", "x": [float(v) for v in x], "y": [float(v) for v in y],
        "error_y": {
            "type": "data", "symmetric": False, "color": theme.BLUE, "thickness": 1.5, "width": 4,
            "array": [float(v) for v in 100 * (curve["high"] - curve["observed"])],
            "arrayminus": [float(v) for v in 100 * (curve["observed"] - curve["low"])],
        },
        "marker": {"size": 9, "color": theme.BLUE}, "line": {"color": theme.BLUE, "width": 1.5}, "hoverinfo": "skip",
    }  # fmt: skip
    top = float(min(100.0, max(10.0, 105 * curve[["expected", "high"]].to_numpy().max())))
    exact = {
        "type": "line",
        "x0": 0,
        "y0": 0,
        "x1": top,
        "y1": top,
        "line": {"color": theme.INK, "width": 1, "dash": "dash"},
    }
    names = {
        "fr": ("admissions prévues (%)", "admissions constatées (%)"),
        "en": ("admissions foreseen (%)", "admissions seen (%)"),
    }[lang]
    return theme.draw(
        [dots], height=HEIGHT, shapes=[exact], margin={"l": 64, "r": 16, "t": 12, "b": 52},
        xaxis={"title": {"text": names[0]}, "range": [0, top], "nticks": 6},
        yaxis={"title": {"text": names[1]}, "range": [0, top], "nticks": 6},
    )  # fmt: skip


NOTHING = Text(fr="aucun risque n'a pu être appris.", en="no risk could be learnt.")
HOW = Text(
    fr=(
        "Au tri, puis aux réunions des lits, le modèle donne à chaque patient des urgences un risque d'admission. Les "
        "patients jugés sont venus après ceux qui ont servi à apprendre. Chaque point est une bande de risque : sur la "
        "diagonale, ce qui est prévu arrive ; au-dessus, il y a plus d'admissions que prévu. La barre est "
        "l'intervalle à 95 %. Des risques trop timides restent trop près les uns des autres, des risques trop tranchés "
        "trop loin : le facteur qui les corrigerait se compte sur le logarithme de la cote (admis pour un non admis)."
    ),
    en=(
        "At triage, then at the bed meetings, the model gives each emergency patient a risk of admission. The patients "
        "judged came after those learnt from. Each point is a band of risk: on the diagonal what is foreseen comes; "
        "above it there are more admissions than foreseen. The bar is the 95% interval. Risks that are too timid stay "
        "too close to each other, those too bold too far apart: the factor that would put them right is taken on the "
        "logarithm of the odds (admitted to not admitted)."
    ),
)
CAVEAT = Text(
    fr="Le risque sert à compter les lits à prévoir ; il ne décide rien pour un patient.",
    en="The risk serves to count the beds to expect; it decides nothing for a patient.",
)
DRAWING = FIGURES.add(
    "risk",
    Drawing(
        id="risk",
        title=Text(fr="Peut-on croire le risque d'admission ?", en="Can the risk of admission be believed?"),
        stage="risk",
        needs=("risk_skill", "risk_calibration"),
        draw=draw,
    ),
)
