"""The sheet of a calibrated model in STRESS-DES form: what a reader needs to judge it or build it again."""

from __future__ import annotations

from collections.abc import Iterator

from chairs.core.errors import Language, Text
from chairs.twin.calibration.calibrate import Calibrated
from chairs.twin.calibration.phrases import phrase
from chairs.twin.calibration.report import HEADS
from chairs.twin.steps import Delay, Route, Seize

_PARTS: dict[Language, tuple[str, ...]] = {
    "fr": ("Objectifs", "Logique", "Données", "Expérimentation", "Mise en œuvre", "Accès au code"),
    "en": ("Objectives", "Logic", "Data", "Experimentation", "Implementation", "Code access"),
}
_TITLE = Text(fr="Fiche du modèle « {} » (STRESS-DES)", en="Sheet of the model “{}” (STRESS-DES)")
_FORM = Text(
    fr="Forme : Monks et coll., Journal of Simulation 13 (2019). Écrite par le calibrage.",
    en="Form: Monks et al., Journal of Simulation 13 (2019). Written by the calibration.",
)
_TABLE = Text(fr="| arrivées | par jour | cv |", en="| arrivals | a day | cv |")


def stress_sheet(calibrated: Calibrated, lang: Language = "en") -> str:
    """Return the sheet as Markdown, one section for each part of STRESS-DES.

    Notes
    -----
    Monks, Currie, Onggo, Robinson, Kunc & Taylor, *Strengthening the reporting of empirical simulation studies:
    introducing the STRESS guidelines*, Journal of Simulation 13 (2019).
    """
    model = calibrated.model
    parts = (
        [phrase("purpose"), phrase("outputs"), phrase("judge")],
        list(_logic(calibrated)),
        list(_source(calibrated)),
        [phrase("start"), phrase("replications")],
        [phrase("engine"), phrase("random"), phrase("time", unit=model.time_unit, timezone=model.timezone)],
        [phrase("file"), phrase("level")],
    )
    lines = [f"# {_TITLE.say(lang).format(model.name)}", "", _FORM.say(lang)]
    for number, (head, texts) in enumerate(zip(_PARTS[lang], parts, strict=True), start=1):
        lines += ["", f"## {number}. {head}", "", *(f"- {text.say(lang)}" for text in texts)]
        if number == 3:
            lines += _data(calibrated, lang)
    return "\n".join(lines) + "\n"


def _logic(calibrated: Calibrated) -> Iterator[Text]:
    model, figures = calibrated.model, calibrated.report.figures
    seizes, routes, delays = (sum(isinstance(step, kind) for step in model.steps) for kind in (Seize, Route, Delay))
    limited = sum(resource.capacity is not None or bool(resource.shifts) for resource in model.resources)
    yield phrase("pathways", depth=int(figures["memory"]), states=int(figures["states"]))
    yield phrase("table", rows=len(model.steps), seizes=seizes, routes=routes, delays=delays)
    yield phrase("entities", classes=", ".join(model.classes))
    yield phrase("resources", n=len(model.resources), limited=limited)


def _source(calibrated: Calibrated) -> Iterator[Text]:
    figures = calibrated.report.figures
    events, cases, days = (int(figures[name]) for name in ("events", "cases", "days"))
    yield phrase("source", events=events, cases=cases, days=days)


def _data(calibrated: Calibrated, lang: Language) -> Iterator[str]:
    report = calibrated.report
    for head, texts in zip(HEADS[lang], (report.found, report.unidentified, report.assumed), strict=True):
        yield from ("", f"**{head}**", "", *(f"- {text.say(lang)}" for text in texts))
    yield from ("", _TABLE.say(lang), "| --- | --- | --- |")
    for source in calibrated.model.arrivals:
        numbers = f"{sum(source.rates) / (len(source.rates) / 24):.2f} | {source.level_cv:.2f}"
        yield f"| {source.name} | {numbers.replace('.', ',') if lang == 'fr' else numbers} |"
