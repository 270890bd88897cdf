"""Numbers, periods and durations as a French or an English reader expects them; the only place that formats them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Literal

from chairs.core.errors import Language, Text

THIN = "\u202f"  # narrow no-break space: thousands, before ; ! ?
FIRM = "\u00a0"  # no-break space: before : and %, inside « »
MINUS = "\u2212"

Kind = Literal["text", "word", "count", "number", "measure", "percent", "hours", "p"]

MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "en": "January February March April May June July August September October November December".split(),
}
WEEKDAYS = {
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche".split(),
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
}
MISSING = {
    "masked": Text(fr="masqué (n < 11)", en="masked (n < 11)"),
    "not_applicable": Text(fr="s.o.", en="n/a"),
    "zero_denominator": Text(fr="s.o.", en="n/a"),
    "impossible": Text(fr="valeur impossible, à vérifier", en="impossible value, to be checked"),
    "not_available": Text(fr="n.d.", en="not available"),
}


def number(value: float | int | None, lang: Language, digits: int = 0) -> str:
    r"""Return `value` with `digits` decimals; missing or infinite reads "n.d." ("not available").

    Halves are rounded to even on the decimal value, as Python does. A value that rounds to zero
    carries no sign.

    Examples
    --------
    >>> number(12345.678, "fr", 1) == "12\u202f345,7", number(12345.678, "en", 1)
    (True, '12,345.7')
    >>> number(-0.04, "fr", 1), number(-3, "en") == "\u22123"
    ('0,0', True)
    """
    if value is None or not math.isfinite(value):
        return missing("not_available", lang)
    text = f"{abs(value):,.{digits}f}"
    sign = MINUS if value < 0 and any(c in "123456789" for c in text) else ""
    if lang == "fr":
        text = text.replace(",", THIN).replace(".", ",")
    return sign + text


def measure(value: float | None, lang: Language) -> str:
    """Return a number of unknown size with about three figures: 847, 12.4, 0.81.

    Examples
    --------
    >>> [measure(x, "en") for x in (847.0, 12.41, 0.809, 1234.5, 3.0)]
    ['847', '12.4', '0.81', '1,234', '3']
    """
    if value is None or not math.isfinite(value) or value == round(value):
        return number(value, lang)
    return number(value, lang, 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2)


def percent(value: float | None, lang: Language, digits: int = 0) -> str:
    r"""Return a percentage given in percent (12.3 for 12.3 %).

    Examples
    --------
    >>> percent(12.34, "fr", 1) == "12,3\u00a0%", percent(12.34, "en", 1)
    (True, '12.3%')
    """
    if value is None or not math.isfinite(value):
        return missing("not_available", lang)
    return number(value, lang, digits) + (f"{FIRM}%" if lang == "fr" else "%")


def hours(value: float | None, lang: Language) -> str:
    """Return a duration given in hours: minutes under one hour, "8 h 05", days from two days on.

    Examples
    --------
    >>> [hours(x, "fr").replace(FIRM, " ") for x in (0.14, 8.0833, 134.0, -0.5)]
    ['8 min', '8 h 05', '5 j 14 h', '−30 min']
    >>> hours(134.0, "en").replace(FIRM, " ")
    '5 d 14 h'
    """
    if value is None or not math.isfinite(value):
        return missing("not_available", lang)
    minutes = round(abs(value) * 60)
    sign = MINUS if value < 0 and minutes else ""
    if minutes < 60:
        return f"{sign}{minutes}{FIRM}min"
    if minutes < 48 * 60:
        return f"{sign}{minutes // 60}{FIRM}h" + (f"{FIRM}{minutes % 60:02d}" if minutes % 60 else "")
    whole = round(minutes / 60)
    day = "j" if lang == "fr" else "d"
    return f"{sign}{number(whole // 24, lang)}{FIRM}{day}" + (f"{FIRM}{whole % 24}{FIRM}h" if whole % 24 else "")


def p_value(value: float | None, lang: Language) -> str:
    """Return a p or q value: three decimals, "< 0,001" below, never zero.

    Examples
    --------
    >>> p_value(0.0004, "en").replace(FIRM, " "), p_value(0.0312, "fr")
    ('< 0.001', '0,031')
    """
    if value is not None and math.isfinite(value) and value < 0.001:
        return f"<{FIRM}{number(0.001, lang, 3)}"
    return number(value, lang, 3)


def interval(low: float | None, high: float | None, lang: Language, digits: int = 2) -> str:
    r"""Return an interval in brackets, separated by ";" in French and "," in English.

    Examples
    --------
    >>> interval(-0.5, 0.25, "en") == "[\u22120.50, 0.25]"
    True
    """
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return missing("not_available", lang)
    gap = f"{THIN}; " if lang == "fr" else ", "
    return f"[{number(low, lang, digits)}{gap}{number(high, lang, digits)}]"


def period(text: str, lang: Language) -> str:
    """Return an ISO period (2019, 2019-Q3, 2019-07, 2019-07-14, years as 2023-2024, two joined by "/") in words.

    Examples
    --------
    >>> period("2019-07", "fr"), period("2019-Q3", "en"), period("2024-01/2024-03", "fr"), period("2023-2024", "en")
    ('juillet 2019', 'Q3 2019', 'janvier 2024 à mars 2024', '2023–2024')
    >>> period("2019-07-14", "fr"), period("2019-07-01", "fr"), period("2019-07-01", "en")
    ('14 juillet 2019', '1er juillet 2019', '1 July 2019')
    """
    if "/" in text:
        first, last = text.split("/", 1)
        return f"{period(first, lang)} {'à' if lang == 'fr' else 'to'} {period(last, lang)}"
    if match := re.fullmatch(r"(\d{4})-Q([1-4])", text):
        year, quarter = match.groups()
        if lang == "en":
            return f"Q{quarter} {year}"
        return f"{quarter}{'er' if quarter == '1' else 'e'} trimestre {year}"
    if match := re.fullmatch(r"(\d{4}-\d{2})-(\d{2})", text):
        day = int(match[2])
        return f"{day}{'er' if day == 1 and lang == 'fr' else ''} {period(match[1], lang)}"
    if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
        return f"{MONTHS[lang][int(match[2]) - 1]} {match[1]}"
    return re.sub(r"(?<=\d{4})-(?=\d{4})", "–", text)


def missing(status: str, lang: Language) -> str:
    """Return the words of a missing cell: masked, not available and not applicable never look alike.

    Examples
    --------
    >>> missing("masked", "fr").replace(FIRM, " "), missing("not_applicable", "fr"), missing("below_floor", "fr")
    ('masqué (n < 11)', 's.o.', 'n.d.')
    """
    return typeset(MISSING.get(status, MISSING["not_available"]).say(lang), lang)


def listing(items: Sequence[str], lang: Language) -> str:
    """Return "a, b et c".

    Examples
    --------
    >>> listing(["a", "b", "c"], "fr"), listing(["a"], "en")
    ('a, b et c', 'a')
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {'et' if lang == 'fr' else 'and'} {items[-1]}"


def plural(count: float, one: str, many: str, lang: Language) -> str:
    """Return `one` or `many`: French says "1,5 lit", English "1.5 beds", and "0 lit" but "0 beds".

    Examples
    --------
    >>> plural(0, "lit", "lits", "fr"), plural(0, "bed", "beds", "en")
    ('lit', 'beds')
    """
    single = abs(count) < 2 if lang == "fr" else count == 1
    return one if single else many


def cell(value: object, kind: Kind, lang: Language, digits: int = 0, status: str = "not_available") -> str:
    """Return one cell of a table; a missing value says why it is missing (`status`).

    Examples
    --------
    >>> cell(None, "count", "en", status="masked").replace(FIRM, " "), cell(0.5, "hours", "en").replace(FIRM, " ")
    ('masked (n < 11)', '30 min')
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return missing(status, lang)
    if kind in ("text", "word") or not isinstance(value, int | float):
        return str(value)
    if kind in ("count", "number", "percent"):
        return percent(value, lang, digits) if kind == "percent" else number(value, lang, digits)
    return {"hours": hours, "p": p_value, "measure": measure}[kind](value, lang)


def typeset(text: str, lang: Language) -> str:
    r"""Return `text` with the spaces and apostrophes of the language; what is typeset stays as it is.

    Examples
    --------
    >>> typeset("l'effet : 12 % ; « oui »", "fr") == "l’effet\u00a0: 12\u00a0%\u202f; «\u00a0oui\u00a0»"
    True
    >>> typeset("the 80 % band", "en")
    'the 80% band'
    """
    text = text.replace("'", "’")
    text = re.sub(r" ([<>≥≤=≈])[ \u00a0](?=[\d−])", rf"{FIRM}\1{FIRM}", text)
    text = re.sub(r"(?<=\d) (?=(?:h|min|j|d)\b)", FIRM, text)
    if lang == "en":
        text = re.sub(r"(?<=\d)[ \u00a0\u202f]%", "%", text)
    if lang == "fr":
        text = re.sub(r"[ \u00a0\u202f]([;!?])", rf"{THIN}\1", text)
        text = re.sub(r" ([:%»])", rf"{FIRM}\1", text)
        text = text.replace("« ", f"«{FIRM}")
    return text
