"""Says which published number changed in words: the row of its table without a code, key or raw value."""

from __future__ import annotations

import re
from collections.abc import Mapping

from chairs.core.errors import Language, SettingError, Text
from chairs.dashboards import fmt
from chairs.dashboards.figures.comment_themes import WORDS as THEMES
from chairs.dashboards.figures.drift import FLOWS
from chairs.dashboards.figures.drift import WORDS as WATCHED
from chairs.dashboards.figures.ladder import RUNGS
from chairs.dashboards.figures.risk_groups import WORDS as GROUPS
from chairs.dashboards.figures.scenarios import BEYOND, MEASURES
from chairs.dashboards.figures.trust import WORDS as DISTANCES
from chairs.dashboards.linked import adjusted_for, covariates
from chairs.dashboards.words import WORDS, indicator, known, outcome
from chairs.tables import CONTRACTS

SEPARATOR = " · "  # between the parts of a row's key
NONE = ("", "–")  # a part that this row has not
MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})\S*")
DATED = ("period", "day", "origin", "target")
CODED = ("exposure", "code", "term", "subject", "outcome")  # an indicator, or a dimension of a questionnaire


def row(table: str, key: str, labels: Mapping[str, Mapping[str, str]], lang: Language) -> str:
    """Return what a row of a released table is about.

    Parameters
    ----------
    table, key
        Its table, and the values of the table's key joined by a middle dot.
    labels
        Words of the study's own codes (units, steps, scenarios), by language.

    Notes
    -----
    The protocol is left out: the line is the study's. Of a table that is not in the dictionary, or whose key was made
    of other columns in the state before, only what is known without its column is put in words.

    Examples
    --------
    >>> row("claims", "demo · absenteeism · demo-patient-experience/pec_inf", {}, "en")
    'Absenteeism → Care by nurses and aides'
    >>> row("curve_points", "demo · absenteeism · demo-patient-experience/pec_inf · 1 · True · 15 · False", {}, "en")
    'Absenteeism → Care by nurses and aides · lag 1 year · adjusted · at least 15 answers · extremes left out'
    """
    columns = (CONTRACTS[table].key or CONTRACTS[table].order) if table in CONTRACTS else ()
    parts = key.split(SEPARATOR)
    if len(parts) != len(columns):
        return SEPARATOR.join(_alone(part, labels, lang) for part in parts)
    given = dict(zip(columns, parts, strict=True))
    said = [_said(name, given, labels, lang) for name, part in given.items() if part not in NONE]
    text = SEPARATOR.join(one for one in said if one)
    return _linked(text, given, lang)


def label(table: str, lang: Language) -> str:
    """Return the words of a table, by the data dictionary; of one that it no longer has, its name."""
    return CONTRACTS[table].label.say(lang) if table in CONTRACTS else table


def column(table: str, name: str, lang: Language) -> str:
    """Return the words of a column, by the data dictionary; of one that it no longer has, that."""
    known = CONTRACTS[table].columns if table in CONTRACTS else {}
    return known[name].label.say(lang) if name in known else GONE.say(lang)


def _linked(text: str, given: Mapping[str, str], lang: Language) -> str:
    """Return the exposure and the outcome of a link with an arrow between them."""
    if not {"exposure", "outcome"} <= set(given):
        return text
    ends = [_coded(given[name]).say(lang) for name in ("exposure", "outcome")]
    return text.replace(SEPARATOR.join(ends), " → ".join(ends), 1)


def _said(name: str, given: Mapping[str, str], labels: Mapping[str, Mapping[str, str]], lang: Language) -> str:
    """Return one part of a key in words; empty for one that another part tells."""
    value = given[name]
    if name == "protocol" or (name == "instrument" and "dimension" in given):
        return ""
    told = None if value in labels else _of_column(name, given)
    if told is not None:
        return told.say(lang)
    if name in DATED and value[:4].isdigit():
        return _dated(value, lang)
    whole = value.removesuffix(BEYOND)
    return _own(whole, labels, lang) + (f" ({BEYOND_PARTS.say(lang)})" if whole != value else "")


def _of_column(name: str, given: Mapping[str, str]) -> Text | None:
    """Return what a value means in its column; None where the study or the calendar tells."""
    value, fixed, written = given[name], KNOWN.get(name, {}), OPTIONS.get(name)
    if written is not None:
        words = written.get(value, written["else"])
        return Text(fr=words.fr.format(value), en=words.en.format(value))
    if name == "dimension":
        return _outcome(given.get("instrument", ""), value)
    if name == "adjusted_for":
        ends = (adjusted_for(covariates(value), "fr"), adjusted_for(covariates(value), "en"))
        return Text(fr=f"{HELD.fr} {ends[0]}", en=f"{HELD.en} {ends[1]}")
    if name in CODED:
        return _coded(value)
    return fixed.get(value) or (_fact(value) if name == "name" else None)


def _alone(value: str, labels: Mapping[str, Mapping[str, str]], lang: Language) -> str:
    """Return a part of a key whose column is not known: the words of an indicator or a dimension, else as it is."""
    if value in labels or value in WORDS:
        return _own(value, labels, lang)
    return _coded(value).say(lang) if known(value) or _is_outcome(value) else _dated(value, lang)


def _coded(value: str) -> Text:
    """Return the words of an indicator, of a dimension (instrument/dimension) or of a group (trait=value)."""
    trait, equals, group = value.partition("=")
    if equals:
        ends = [GROUPS.get(part) or WORDS.get(part) or TRAITS.get(part) or _plain(part) for part in (trait, group)]
        return Text(fr=f"{ends[0].fr} : {ends[1].fr}", en=f"{ends[0].en}: {ends[1].en}")
    first, slash, last = value.partition("/")
    if slash:
        return _outcome(first, last)
    return WORDS["all"] if value == "all" else indicator(value)


def _outcome(instrument: str, dimension: str) -> Text:
    """Return the words of a dimension; those of the code where the questionnaire no longer has it."""
    try:
        return outcome(f"{instrument}/{dimension}")
    except SettingError:
        return _plain(dimension)


def _is_outcome(value: str) -> bool:
    """Say whether a word is a dimension of a questionnaire (instrument/dimension)."""
    from chairs.surveys.instrument import instrument_names

    return "/" in value and value.partition("/")[0] in instrument_names()


def _dated(value: str, lang: Language) -> str:
    if moment := MOMENT.fullmatch(value):
        return f"{fmt.period(moment[1], lang)}, {moment[2]} UTC"
    return fmt.period(value, lang)


def _fact(name: str) -> Text | None:
    from chairs.flow.overview import FACTS

    return FACTS[name].label if name in FACTS else None


def _own(value: str, labels: Mapping[str, Mapping[str, str]], lang: Language) -> str:
    """Return the study's word for a code, or the field's; else the code without its signs."""
    if value in labels:
        return labels[value][lang]
    return (WORDS.get(value) or _plain(value)).say(lang)


def _plain(code: str) -> Text:
    words = re.sub(r"[_-]+(?=[a-z])", " ", code)
    return Text(fr=words, en=words)


GONE = Text(fr="colonne qui n'existe plus", en="a column that is no longer there")
HELD = Text(fr="ajusté sur", en="adjusted for")
BEYOND_PARTS = Text(fr="au-delà de la somme de ses leviers", en="beyond the sum of its levers")
TRAITS = {
    "status": Text(fr="statut juridique", en="legal status"),
    "emergency": Text(fr="service d'urgences", en="emergency department"),
}
# of these columns every value has words: {} is the value
OPTIONS: dict[str, dict[str, Text]] = {
    "lag": {
        "0": Text(fr="même année", en="same year"),
        "1": Text(fr="décalage de 1 an", en="lag 1 year"),
        "else": Text(fr="décalage de {} ans", en="lag {} years"),
    },
    "adjusted": {"True": Text(fr="ajusté", en="adjusted"), "else": Text(fr="sans ajustement", en="unadjusted")},
    "floor": {
        "1": Text(fr="au moins une réponse", en="at least one answer"),
        "else": Text(fr="au moins {} réponses", en="at least {} answers"),
    },
    "extremes": {
        "True": Text(fr="extrêmes gardés", en="extremes kept"),
        "else": Text(fr="extrêmes ôtés", en="extremes left out"),
    },
    "weekday": {str(day): Text(fr=fmt.WEEKDAYS["fr"][day - 1], en=fmt.WEEKDAYS["en"][day - 1]) for day in range(1, 8)}
    | {"else": Text(fr="jour {}", en="day {}")},
    "hour": {"else": Text(fr="{} h", en="{}:00")},
    "place": {"0": Text(fr="premier scellé", en="first seal"), "else": Text(fr="écart n° {}", en="deviation {}")},
    "rank": {"else": Text(fr="rang {}", en="rank {}")},
    "band": {"else": Text(fr="classe de risque {}", en="band of risk {}")},
    "from_lead": {"else": Text(fr="du pas {}", en="from step {}")},
    "to_lead": {"else": Text(fr="au pas {}", en="to step {}")},
    "moment": {
        "all": Text(fr="tous les moments", en="all moments"),
        "triage": Text(fr="au tri", en="at triage"),
        "h07": Text(fr="réunion des lits de 7 h", en="bed meeting of 7 am"),
        "h10": Text(fr="réunion des lits de 10 h", en="bed meeting of 10 am"),
        "h14": Text(fr="réunion des lits de 14 h", en="bed meeting of 2 pm"),
        "h18": Text(fr="réunion des lits de 18 h", en="bed meeting of 6 pm"),
        "else": Text(fr="une réunion des lits", en="a bed meeting"),
    },
}
STEPS = {"arrivals": Text(fr="arrivées", en="arrivals"), "departures": Text(fr="sorties", en="departures")}
KNOWN: dict[str, Mapping[str, Text]] = {
    "rung": RUNGS,
    "flow": FLOWS,
    "theme": THEMES,
    "label": THEMES
    | {
        "critical": Text(fr="commentaire critique", en="critical comment"),
        "macro": Text(fr="moyenne des thèmes", en="mean of the themes"),
    },
    "characteristic": GROUPS,
    "level": GROUPS,
    "method": {
        "spearman": Text(fr="corrélation de rang", en="rank correlation"),
        "partial_spearman": Text(fr="corrélation de rang ajustée", en="adjusted rank correlation"),
    },
    "kind": {
        "service": Text(fr="durée sur place", en="time spent"),
        "waiting": Text(fr="attente", en="wait"),
        "since_reference": Text(fr="depuis le début", en="since the start"),
    },
    "step": {"d": Text(fr="par jour", en="by day"), "h": Text(fr="par heure", en="by hour")},
    "generator": {
        "twin": Text(fr="jumeau", en="twin"),
        "bootstrap": Text(fr="parcours passés repris au hasard", en="past cases replayed at random"),
        "recent": Text(fr="derniers parcours repris au hasard", en="latest cases replayed at random"),
        "markov": Text(fr="chaîne de Markov", en="Markov chain"),
        "floor": Text(fr="bruit du journal", en="noise of the log"),
    },
    "draws": {
        "even": Text(fr="tirages répartis également", en="draws spread evenly"),
        "independent": Text(fr="tirages indépendants", en="independent draws"),
    },
    "model": {
        "boosted": Text(fr="arbres boostés", en="boosted trees"),
        "combined": Text(fr="modèles réunis", en="models combined"),
        "ets": Text(fr="lissage exponentiel", en="exponential smoothing"),
        "level": Text(fr="niveau et saison", en="level and season"),
        "snaive": Text(fr="même jour de la semaine d'avant", en="same day of the week before"),
    },
    "target": {
        "admission": Text(fr="admission", en="admission"),
        "stay": Text(fr="séjour restant", en="remaining stay"),
    },
    "measure": {
        **DISTANCES,
        **MEASURES,
        **WATCHED,
        **STEPS,
        "all": Text(fr="ensemble", en="all"),
        "aed": Text(fr="Dates et heures", en="Dates and hours"),
        "car": Text(fr="Arrivées au fil du temps", en="Arrivals over time"),
        "census": Text(fr="patients présents", en="patients present"),
        "census_crps": Text(fr="Loi du nombre de présents", en="Law of the number present"),
        "open_beds": Text(fr="lits ouverts", en="open beds"),
        "surveyed": Text(fr="sites enquêtés", en="sites surveyed"),
        "joined": Text(fr="sites avec des indicateurs", en="sites with indicators"),
        "scored": Text(fr="sites avec un score", en="sites with a score"),
        "compared": Text(fr="sites comparés", en="sites compared"),
        "mean_outcome": Text(fr="score moyen", en="mean score"),
        "auc": Text(fr="aire sous la courbe", en="area under the curve"),
        "brier": Text(fr="score de Brier", en="Brier score"),
        "log_score": Text(fr="score logarithmique", en="log score"),
        "in_the_large": Text(fr="calage d'ensemble", en="calibration in the large"),
        "slope": Text(fr="pente de calage", en="slope of calibration"),
        "pinball": Text(fr="perte quantile", en="quantile loss"),
    },
}
