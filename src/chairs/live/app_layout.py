"""The page of the what-if app as components: sliders on the left, figure and table on the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.dashboards import fmt, theme
from chairs.live import desk_page as page
from chairs.live import desk_words as words

if TYPE_CHECKING:
    from chairs.live.desk import Answer
    from chairs.live.sliders import Slider

OPEN_WARDS = 6  # ward sliders that are seen at once; the others are folded away


def name_of(one: Slider) -> str:
    """Return the identifier of a slider in the page."""
    return f"lever-{one.key.replace(':', '-').replace(' ', '-')}"


def layout(
    these: Sequence[Slider], first: Sequence[Answer], assumed: Sequence[str], about: words.About, lang: Language
) -> Any:
    """Return the whole page."""
    from dash import dcc, html

    title = [
        html.H1(fmt.typeset(about.title(lang), lang)),
        html.P(fmt.typeset(about.lead(lang), lang), className="lead"),
    ]
    head = html.Div(title, className="head")
    said = fmt.typeset(about.banner(lang), lang)
    banner = [html.P(html.Strong(said), className="banner")] if said else []
    desk = html.Div([_controls(these, lang), _results(first, about, lang)], className="desk")
    main = html.Main([head, *banner, desk, _assumed(assumed, lang)], className="frame", id="content")
    skip = html.A(_say(words.SKIP, lang), href="#results", className="skip")
    return html.Div([skip, _top(lang), main, dcc.Store(id="asked")])


def _say(text: Text, lang: Language) -> str:
    return fmt.typeset(text.say(lang), lang)


def _top(lang: Language) -> Any:
    from dash import html

    other: Language = "en" if lang == "fr" else "fr"
    link = html.A(_say(words.OTHER, lang), href=f"/{other}/", hrefLang=other, lang=other, className="twin")
    brand = html.Span(_say(words.BRAND, lang), className="brand")
    return html.Header(html.Div([brand, link], className="frame"), className="top")


def _assumed(assumed: Sequence[str], lang: Language) -> Any:
    from dash import html

    lines = [*assumed, words.SETTLED.say(lang), words.INPUT.say(lang)]
    listed = html.Ul([html.Li(fmt.typeset(line, lang)) for line in lines])
    return html.Section([html.H2(_say(words.ASSUMED, lang)), listed], className="card")


def _controls(these: Sequence[Slider], lang: Language) -> Any:
    from dash import html

    groups: list[Any] = []
    for name, title in words.GROUPS.items():
        mine = [_control(one, lang) for one in these if one.group == name]
        if name == "beds" and len(mine) > OPEN_WARDS:
            more = fmt.number(len(mine) - OPEN_WARDS, lang)
            rest = f"{more} autres unités" if lang == "fr" else f"{more} other wards"
            mine = [*mine[:OPEN_WARDS], html.Details([html.Summary(rest), *mine[OPEN_WARDS:]])]
        groups.append(html.Fieldset([html.Legend(_say(title, lang)), *mine]))
    reset = html.Button(_say(words.RESET, lang), id="reset", type="button", className="csv")
    return html.Section([html.H2(_say(words.CHANGE, lang)), *groups, reset], className="card controls")


def _control(one: Slider, lang: Language) -> Any:
    from dash import dcc, html

    name = name_of(one)
    moved = dcc.Input(
        type="range", id=name, min=one.least, max=one.most, step=one.step, value=one.start, disabled=not one.shown
    )
    said = html.Output(one.says(one.start, lang), id=f"{name}-says", htmlFor=name)
    inside: list[Any] = [html.Label(_say(one.label, lang), htmlFor=name), said, moved]
    if not one.shown:
        inside.append(html.P(_say(words.NOT_SHOWN, lang), className="why"))
    return html.Div(inside, className="lever")


def _results(first: Sequence[Answer], about: words.About, lang: Language) -> Any:
    from dash import dcc, html

    said, config = page.sentence(first, lang, more=False), {**theme.CONFIG, "locale": lang}
    live: dict[str, Any] = {"aria-live": "polite"}
    seen: dict[str, Any] = {"aria-label": said}
    named: dict[str, Any] = {"aria-label": fmt.typeset(about.caption(lang), lang)}
    drawn = dcc.Graph(id="figure", figure=page.figure(first, lang), config=config)  # type: ignore[arg-type]
    parts = [
        html.H2(_say(words.RESULT, lang)),
        html.P(said, id="finding", className="finding", **live),
        html.Div(drawn, id="chart", className="chart", role="img", **seen),
        html.Div(table(first, about, lang), id="numbers", className="scroll", tabIndex="0", role="region", **named),
        html.P(_say(words.HOW, lang)),
    ]
    return html.Section(parts, className="card", id="results", tabIndex="-1")


def table(answers: Sequence[Answer], about: words.About, lang: Language) -> Any:
    """Return the numbers of an answer."""
    from dash import html

    head = html.Thead(html.Tr([html.Th(_say(one, lang), scope="col") for one in words.HEADS]))
    lines = [
        html.Tr([html.Th(line[0], scope="row"), *(html.Td(cell, className="num") for cell in line[1:])])
        for line in page.cells(answers, lang)
    ]
    return html.Table([html.Caption(fmt.typeset(about.caption(lang), lang)), head, html.Tbody(lines)])
