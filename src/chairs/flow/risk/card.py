"""The model card of the risks, in French and English: what for, learnt from what, how good, for whom, its limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.flow.risk.settings import RiskRequest

if TYPE_CHECKING:
    from chairs.flow.risk.study import RiskTables

KINDS = {
    "logistic": Text(fr="régression logistique", en="logistic regression"),
    "trees": Text(fr="arbres de décision sommés (gradient boosting)", en="a sum of decision trees (gradient boosting)"),
}
_TITLE = Text(fr="Fiche du modèle de risque : {}", en="Card of the risk model: {}")
_FORM = Text(
    fr="Rubriques de Mitchell et autres, « Model Cards for Model Reporting », 2019.",
    en="Sections of Mitchell and others, “Model Cards for Model Reporting”, 2019.",
)
_HEADS = {
    "fr": ("À quoi il sert", "Appris de quoi", "Ce qu'il lit d'un patient", "Justesse", "Équité", "Limites"),
    "en": ("What it is for", "Learnt from what", "What it reads of a patient", "Skill", "Fairness", "Limits"),
}
_USE = (
    Text(
        fr="Compter les admissions et les sorties à attendre parmi les patients présents, aux réunions des lits.",
        en="Count the admissions and exits to expect among the patients present, at the bed meetings.",
    ),
    Text(
        fr="Il ne décide rien pour un patient : ni orientation, ni priorité, ni sortie.",
        en="It decides nothing for a patient: no orientation, no priority, no exit.",
    ),
)
_LIMITS = (
    Text(
        fr="Il suppose que l'avenir ressemble aux jours appris ; une vague ou une autre organisation le décale.",
        en="It supposes that the future is like the days learnt from; a wave or another organisation shifts it.",
    ),
    Text(
        fr="Un patient admis est celui pour qui un lit est demandé ; qui part sans attendre compte comme non admis.",
        en="An admitted patient is one for whom a bed is asked; who leaves without being seen counts as not admitted.",
    ),
    Text(
        fr="Les intervalles disent le hasard des patients jugés, pas celui de l'apprentissage.",
        en="The intervals tell the chance of the patients judged, not that of the learning.",
    ),
)
_MEASURES = {
    "auc": Text(fr="aire sous la courbe", en="area under the curve"),
    "brier": Text(fr="score de Brier", en="Brier score"),
    "log_score": Text(fr="score logarithmique", en="log score"),
    "skill": Text(fr="gain sur la fréquence passée", en="gain over the past share"),
    "in_the_large": Text(fr="ordonnée de calage (0)", en="intercept of calibration (0)"),
    "slope": Text(fr="pente de calage (1)", en="slope of calibration (1)"),
    "pinball": Text(fr="séjour restant, perte quantile (h)", en="remaining stay, quantile loss (h)"),
    "coverage_80": Text(fr="séjour restant, couverture à 80 %", en="remaining stay, coverage at 80%"),
}


def model_card(found: RiskTables, asked: RiskRequest, name: str, lang: Language) -> str:
    """Return the card as Markdown; without a model it says why there is none.

    Notes
    -----
    Mitchell, Wu, Zaldivar and others, *Model cards for model reporting*, FAT* 2019 (doi:10.1145/3287560.3287596).
    """
    heads = iter(_HEADS[lang])
    lines = [f"# {_TITLE.say(lang).format(name)}", "", _FORM.say(lang)]
    for body in (_use, _learnt, _read, _skill, _fair, _limits):
        lines += ["", f"## {next(heads)}", "", *body(found, asked, lang)]
    return "\n".join(lines) + "\n"


def _use(found: RiskTables, asked: RiskRequest, lang: Language) -> Iterator[str]:
    yield from (f"- {text.say(lang)}" for text in _USE)


def _learnt(found: RiskTables, asked: RiskRequest, lang: Language) -> Iterator[str]:
    french = lang == "fr"
    if found.model is None:
        reason = found.reason.say(lang) if found.reason else ""
        yield f"- Aucun modèle : {reason}." if french else f"- No model: {reason}."
        return
    yield (
        f"- {found.learnt} regards sur des patients pour apprendre, {found.judged} plus tard pour juger ; entre les "
        f"deux {asked.horizon_days} jours, pour que tout ce qui est appris soit connu."
        if french
        else f"- {found.learnt} looks at patients to learn, {found.judged} later ones to judge; between the two "
        f"{asked.horizon_days} days, so that all that is learnt had come out."
    )
    scores = ", ".join(
        f"{KINDS[kind].say(lang)} {_number(value, lang)}" for kind, value in sorted(found.scores.items())
    )
    yield (
        f"- Retenu : {KINDS[found.model.kind].say(lang)}, au score logarithmique sur des jours mis de côté ({scores})."
        if french
        else f"- Chosen: {KINDS[found.model.kind].say(lang)}, by log score on days held out ({scores})."
    )
    yield (
        "- Séjour restant : quantiles de groupes de 60 regards et 11 patients ou plus."
        if french
        else "- Remaining stay: quantiles of groups of 60 looks and 11 patients or more."
    )


def _read(found: RiskTables, asked: RiskRequest, lang: Language) -> Iterator[str]:
    french = lang == "fr"
    for name, step in sorted(asked.known.items()):
        yield f"- {name}, connu dès « {step} »" if french else f'- {name}, known from "{step}" on'
    yield (
        "- unité, étapes déjà connues, temps depuis l'arrivée et depuis la dernière nouvelle"
        if french
        else "- unit, steps known by then, time since arrival and since the latest news"
    )
    if asked.calendar == "real":
        yield "- heure locale, fin de semaine" if french else "- local hour, weekend"


def _skill(found: RiskTables, asked: RiskRequest, lang: Language) -> Iterator[str]:
    rows = found.tables["risk_skill"]
    rows = rows[(rows["moment"] == "all") & (rows["status"] == "ok")]
    if rows.empty:
        yield "- Aucun nombre." if lang == "fr" else "- No number."
        return
    yield "| mesure | valeur | 95 % |" if lang == "fr" else "| measure | value | 95% |"
    yield "| --- | --- | --- |"
    for row in rows.to_dict("records"):
        words = _MEASURES[str(row["measure"])].say(lang)
        if row["target"] == "stay" and row["measure"] == "skill":
            words = "séjour restant, gain" if lang == "fr" else "remaining stay, gain"
        band = f"{_number(row['low'], lang)} – {_number(row['high'], lang)}"
        yield f"| {words} | {_number(row['value'], lang)} | {band} |"


def _fair(found: RiskTables, asked: RiskRequest, lang: Language) -> Iterator[str]:
    rows = found.tables["risk_groups"]
    rows = rows[rows["moment"] == "all"]
    if rows.empty:
        yield "- Aucun groupe assez grand." if lang == "fr" else "- No group is large enough."
        return
    yield (
        "| groupe | constatés / prévus | 95 % | pente |"
        if lang == "fr"
        else "| group | seen / foreseen | 95% | slope |"
    )
    yield "| --- | --- | --- | --- |"
    for row in rows.to_dict("records"):
        band = f"{_number(row['ratio_low'], lang)} – {_number(row['ratio_high'], lang)}"
        head = f"{row['characteristic']} {row['level']}"
        yield f"| {head} | {_number(row['ratio'], lang)} | {band} | {_number(row['slope'], lang)} |"


def _limits(found: RiskTables, asked: RiskRequest, lang: Language) -> Iterator[str]:
    yield from (f"- {text.say(lang)}" for text in _LIMITS)


def _number(value: object, lang: Language) -> str:
    import pandas as pd

    if value is None or pd.isna(value):
        return "–"
    text = f"{float(value):.3f}"  # type: ignore[arg-type]
    return text.replace(".", ",") if lang == "fr" else text
