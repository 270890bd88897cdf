"""What the what-if app shows of an answer: one figure, one table, one sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language
from chairs.dashboards import fmt, theme
from chairs.dashboards.ranges import segments
from chairs.dashboards.rows import places, rows_layout
from chairs.live import desk_words as words

if TYPE_CHECKING:
    from chairs.live.desk import Answer

ROW = 42  # px
DIGITS = {"h": 2, "min": 1, "%": 2, "patients": 1}


def figure(answers: Sequence[Answer], lang: Language) -> Any:
    """Return the differences in percent of today's level, with their intervals."""
    shown = [one for one in answers if math.isfinite(one.mean) and one.today > 0]
    at = places(len(shown))
    ends = [(100 * one.low / one.today, 100 * one.high / one.today) for one in shown]
    clear = [_clear(one) for one in shown]
    dots = {
        "type": "scatter", "mode": "markers", "x": [100 * one.mean / one.today for one in shown], "y": at,
        "marker": {
            "size": 11, "symbol": ["circle" if c else "circle-open" for c in clear],
            "color": [theme.BLUE if c else theme.GREY for c in clear],
        },
        "hoverinfo": "skip", "cliponaxis": False,
    }  # fmt: skip
    names = [fmt.typeset(words.MEASURES[one.measure].say(lang), lang) for one in shown]
    widest = max([10.0, *(abs(end) for pair in ends for end in pair)]) * 1.08
    line = {"color": theme.INK, "width": 1}
    zero = {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": line}
    return theme.draw(
        [segments(ends, at, width=3, colour=theme.GREY), dots],
        **rows_layout(names, row=ROW, edges=(12, 24, 56), wrap=24, lift=6),
        xaxis={"title": {"text": fmt.typeset(words.AXIS.say(lang), lang)}, "nticks": 7, "range": [-widest, widest]},
        shapes=[zero],
        separators=",\u202f" if lang == "fr" else ".,",
    )


def _clear(one: Answer) -> bool:
    return one.low > 0 or one.high < 0


def sentence(answers: Sequence[Answer], lang: Language, *, more: bool) -> str:
    """Return the finding in words, computed; `more` says that further pairs are on their way."""
    known = [one for one in answers if math.isfinite(one.mean)]
    pairs = min((one.pairs for one in known), default=0)
    clear = sorted((one for one in known if _clear(one) and one.today > 0), key=lambda one: -abs(one.mean / one.today))
    if all(one.mean == one.low == one.high == 0 for one in known):
        said = words.NOTHING.say(lang)
    elif not clear:
        said = words.UNCLEAR.say(lang)
    else:
        parts = [_told(one, lang) for one in clear[:2]]
        said = fmt.listing(parts, lang)
        said = said[0].upper() + said[1:] + "."
    counted = f"{fmt.number(pairs, lang)} {'paires de simulations' if lang == 'fr' else 'pairs of simulations'}"
    doing = f", {words.MORE.say(lang)}" if more else ""
    return fmt.typeset(f"{said} ({counted}{doing})", lang)


def _told(one: Answer, lang: Language) -> str:
    name = words.MEASURES[one.measure].say(lang)
    name = name[0].lower() + name[1:]
    joint = " : " if lang == "fr" else ": "
    return f"{name}{joint}{difference(one, lang)} {fmt.interval(one.low, one.high, lang, DIGITS[one.unit])}"


def difference(one: Answer, lang: Language) -> str:
    """Return a difference with its sign and unit."""
    sign = "+" if one.mean > 0 else ""
    unit = words.UNITS[one.unit].say(lang)
    if one.unit == "%":
        unit = "points"
    return f"{sign}{fmt.number(one.mean, lang, DIGITS[one.unit])}{fmt.FIRM}{unit}"


def cells(answers: Sequence[Answer], lang: Language) -> list[tuple[str, ...]]:
    """Return the lines of the table."""
    lines: list[tuple[str, ...]] = []
    for one in answers:
        digits = DIGITS[one.unit]
        sign = "+" if one.mean > 0 else ""
        lines.append(
            (
                fmt.typeset(words.MEASURES[one.measure].say(lang), lang),
                words.UNITS[one.unit].say(lang),
                fmt.number(one.today, lang, digits),
                fmt.number(one.then, lang, digits),
                sign + fmt.number(one.mean, lang, digits),
                fmt.interval(one.low, one.high, lang, digits),
            )
        )
    return lines
