"""Colours, fonts and the plotly template of the pages; contrasts are held by a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import plotly.graph_objects as go

PAPER = "#FFFFFF"
WASH = "#F3F6F9"  # background of the page, behind the cards
INK = "#17222D"
QUIET = "#52606D"  # secondary text
RULE = "#D9E0E6"  # lines that carry no information
BLUE = "#0B5FA5"
ORANGE = "#B54A00"
GREEN = "#00735C"
PURPLE = "#A3437F"
GREY = "#5C6670"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, GREY)
SCALE = ((0.0, "#F4F8FC"), (0.25, "#C7DDF0"), (0.5, "#86B3DB"), (0.75, "#3F82BE"), (1.0, "#0A4A82"))

FONT = "'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3, level AA
GRAPHIC_CONTRAST = 3.0  # WCAG 2.2, 1.4.11, level AA

LEGEND: dict[str, Any] = {
    "orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "font": {"size": 13},
    "itemclick": False, "itemdoubleclick": False,
}  # fmt: skip
CONFIG: dict[str, Any] = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": False}


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 (same) to 21 (black on white).

    Notes
    -----
    Relative luminance and ratio of WCAG 2.2 (W3C 2023), definitions "relative luminance" and
    "contrast ratio". Checked against its published values: black on white 21, #777 on white 4.48.

    Examples
    --------
    >>> round(contrast("#000000", "#FFFFFF"), 2), round(contrast("#777777", "#FFFFFF"), 2)
    (21.0, 4.48)
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def draw(traces: list[Any], **layout: Any) -> go.Figure:
    """Return a plotly figure of the house: quiet axes, no zoom; `layout` holds its height in pixels."""
    import plotly.graph_objects as go

    figure = go.Figure(traces, layout=_layout())
    figure.update_layout(**layout)
    return figure


def _layout() -> dict[str, Any]:
    axis = {
        "showgrid": True,
        "gridcolor": RULE,
        "zeroline": False,
        "linecolor": RULE,
        "ticks": "outside",
        "ticklen": 6,
        "tickcolor": PAPER,
        "tickangle": 0,
        "fixedrange": True,
        "title": {"font": {"size": 13, "color": QUIET}, "standoff": 8},
        "tickfont": {"size": 13, "color": INK},
    }
    return {
        "template": "none",
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "margin": {"l": 56, "r": 16, "t": 12, "b": 44},
        "xaxis": axis,
        "yaxis": axis,
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {"bgcolor": PAPER, "bordercolor": GREY, "font": {"family": FONT, "size": 13, "color": INK}},
        "colorway": list(SERIES),
    }
