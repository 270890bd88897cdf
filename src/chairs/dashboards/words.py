"""What the pages write for a code: the study's own labels first, then the words of the field."""

from __future__ import annotations

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt

WORDS = {
    "case_start": Text(fr="Début", en="Start"),
    "case_end": Text(fr="Fin", en="End"),
    "all": Text(fr="ensemble", en="all"),
    "public": Text(fr="public", en="public"),
    "private_non_profit": Text(fr="privé non lucratif", en="private non-profit"),
    "private_for_profit": Text(fr="privé lucratif", en="private for-profit"),
    "company": Text(fr="entreprise", en="company"),
}


def label(study: Study, code: str) -> Text:
    """Return the words for a code of a unit, step or status; a code without words is shown as it is.

    Examples
    --------
    >>> from chairs.core.study import Study
    >>> some = Study(name="x", title=Text(fr="X", en="X"), question=Text(fr="?", en="?"), level="demo",
    ...     period="2024", stages=(), labels={"URG": Text(fr="Urgences", en="Emergency department")})
    >>> label(some, "URG").en, label(some, "case_end").fr, label(some, "blood_test").fr
    ('Emergency department', 'Fin', 'blood test')
    """
    known = study.labels.get(code) or WORDS.get(code)
    plain = code.replace("_", " ")
    return known or Text(fr=plain, en=plain)


def outcome(name: str) -> Text:
    """Return the words of an outcome: those of the instrument's dimension.

    Examples
    --------
    >>> outcome("esatis-48h-mco/accueil").en, outcome("strange/thing").fr
    ('Reception', 'strange/thing')
    """
    from chairs.surveys.instrument import instrument, instrument_names

    scale, _, dimension = name.partition("/")
    if scale not in instrument_names():
        return Text(fr=name, en=name)
    return instrument(scale).dimension(dimension).label


def known(code: str) -> bool:
    """Say whether the dictionary of indicators has `code` (quality indicators of the authorities are not in it)."""
    from chairs.indicators.indicator import INDICATORS

    return code in INDICATORS


def indicator(code: str) -> Text:
    """Return the name of an indicator; a code that the registry does not know is shown as it is.

    Examples
    --------
    >>> indicator("occupancy_of_nothing").en
    'occupancy of nothing'
    """
    from chairs.indicators.indicator import INDICATORS

    if code in INDICATORS:
        return INDICATORS[code].label
    plain = code.replace("_", " ")
    return Text(fr=plain, en=plain)


def measured(code: str) -> Text:
    """Return the name of an indicator followed by its unit in brackets; a ratio is shown in percent."""
    from chairs.indicators.indicator import INDICATORS

    name = indicator(code)
    if code not in INDICATORS or INDICATORS[code].unit.en == "":
        return name
    unit = Text(fr="%", en="%") if scale(code) == 100 else INDICATORS[code].unit
    return Text(fr=f"{name.fr} ({unit.fr})", en=f"{name.en} ({unit.en})")


def change(code: str, by: float, lang: Language) -> str:
    """Return a change of an indicator as it is shown, with its unit; of a share, in points of percent.

    Examples
    --------
    >>> change("occupancy", 0.1, "en"), change("mean_stay", 1.0, "fr"), change("cms_op_18b", 60, "en")
    ('+10 points of %', '+1 jour', '+60 minutes')
    >>> change("engagement", 10, "fr"), change("turnover", 1, "fr")
    ('+10 points sur 100', '+1 point de % par an')
    """
    from chairs.indicators.indicator import INDICATORS

    unit = INDICATORS[code].unit.say(lang) if code in INDICATORS else ""
    if scale(code) == 100:
        unit = "%"
    if unit.startswith("%"):
        unit = {"fr": "points de ", "en": "points of "}[lang] + unit
    unit = unit.replace("score", "points")
    first, space, rest = unit.partition(" ")
    first = fmt.plural(by * scale(code), first.removesuffix("s"), first, lang)
    return f"+{fmt.measure(by * scale(code), lang)} {first}{space}{rest}".strip()


def named(code: str, by: float, lang: Language) -> str:
    """Return the name of an indicator with the change of it that a number is about.

    Examples
    --------
    >>> named("occupancy", 0.1, "en")
    'Bed occupancy (+10 points of %)'
    """
    return f"{indicator(code).say(lang)} ({change(code, by, lang)})"


def link(code: str, by: float, result: str, lang: Language) -> str:
    """Return a link in words: the indicator, the change of it, and the dimension of a questionnaire."""
    return f"{named(code, by, lang)} → {outcome(result).say(lang)}"


def scale(code: str) -> int:
    """Return by what the value of an indicator is multiplied where it is shown: ratios are shown in percent.

    Examples
    --------
    >>> scale("occupancy"), scale("mean_stay")
    (100, 1)
    """
    from chairs.indicators.indicator import INDICATORS

    return 100 if code in INDICATORS and INDICATORS[code].unit.en == "ratio" else 1
