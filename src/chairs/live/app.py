"""The what-if app: one page in French and one in English, on this machine only, no request to anywhere else."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from chairs.core.errors import Language, Text
from chairs.dashboards import fmt
from chairs.live import desk_page as page
from chairs.live import desk_words as words
from chairs.live.app_layout import layout, name_of, table
from chairs.live.sliders import Slider, levers, position, sliders
from chairs.twin.running import Cancelled

if TYPE_CHECKING:
    from collections.abc import Mapping

    import dash
    import flask

    from chairs.live.desk import Answer, Desk
    from chairs.twin.hospital.levers import Levers

LANGUAGES: tuple[Language, ...] = ("fr", "en")


def server(
    desk: Desk,
    labels: Mapping[str, Text],
    assumed: Sequence[Text],
    name: Text | None = None,
    notice: Text | None = None,
) -> flask.Flask:
    """Return the web application.

    Parameters
    ----------
    labels
        Words for the codes of departments and wards.
    assumed
        What the model assumes.
    name
        Whose twin it is; None: the model's name.
    notice
        What must be said of the data (invented, fictitious).
    """
    import dash
    import flask

    found = flask.Flask("chairs-what-if")
    these = sliders(desk.model, labels, desk.state)
    named = name or Text(fr=desk.model.name, en=desk.model.name)
    about = words.About(name=named, days=desk.setting.days, notice=notice)
    for lang in LANGUAGES:
        app = dash.Dash(
            f"what-if-{lang}", server=cast(Any, found), url_base_pathname=f"/{lang}/", serve_locally=True,
            include_assets_files=False,
            title=fmt.typeset(about.title(lang), lang), update_title="", index_string=_index(lang),
            eager_loading=True, add_log_handler=False,
        )  # fmt: skip
        app.layout = layout(these, desk.unchanged(), [one.say(lang) for one in assumed], about, lang)
        _callbacks(app, desk, (these, about), lang)

    @found.get("/")
    def home() -> Any:
        return flask.redirect("/fr/")

    return found


def _index(lang: Language) -> str:
    kept = files("chairs.dashboards") / "assets"
    style = (kept / "site.css").read_text(encoding="utf-8") + (files("chairs.live") / "app.css").read_text("utf-8")
    locale = (kept / "locale-fr.js").read_text(encoding="utf-8")
    return f"""<!DOCTYPE html>
<html lang="{lang}">
<head>
{{%metas%}}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{%title%}}</title>
<link rel="icon" href="data:,">
{{%css%}}
<style>{style}</style>
<script>{locale}</script>
</head>
<body>
{{%app_entry%}}
<footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer>
</body>
</html>"""


def _callbacks(app: dash.Dash, desk: Desk, shows: tuple[Sequence[Slider], words.About], lang: Language) -> None:
    """Join sliders and results: first from a few pairs at once, then from all of them."""
    from dash import Input, Output, no_update

    these, about = shows
    names = [name_of(one) for one in these]
    shown = (("figure", "figure"), ("finding", "children"), ("chart", "aria-label"), ("numbers", "children"))

    @app.callback(
        output=(
            [Output(*one) for one in shown], Output("asked", "data"),
            [Output(f"{name}-says", "children") for name in names],
        ),
        inputs={"values": [Input(name, "value") for name in names]}, prevent_initial_call=True,
    )  # fmt: skip
    def look(values: list[Any]) -> tuple[list[Any], list[Any], list[str]]:
        said = [one.says(position(one, value), lang) for one, value in zip(these, values, strict=True)]
        answers = _asked(desk, levers(these, values), desk.setting.first_look)
        more = desk.setting.replications > desk.setting.first_look
        return _drawn(answers, about, lang, more=more) or [no_update] * len(shown), list(values), said

    @app.callback(
        output=[Output(*one, allow_duplicate=True) for one in shown],
        inputs={"values": Input("asked", "data")}, prevent_initial_call=True,
    )  # fmt: skip
    def refine(values: list[Any] | None) -> list[Any]:
        answers = _asked(desk, levers(these, values), None) if values else None
        return _drawn(answers, about, lang, more=False) or [no_update] * len(shown)

    @app.callback(
        output=[Output(name, "value") for name in names],
        inputs={"clicks": Input("reset", "n_clicks")}, prevent_initial_call=True,
    )  # fmt: skip
    def reset(clicks: int | None) -> list[float]:
        return [one.start for one in these]


def _drawn(answers: Sequence[Answer] | None, about: words.About, lang: Language, *, more: bool) -> list[Any]:
    if answers is None:
        return []
    said = page.sentence(answers, lang, more=more)
    return [page.figure(answers, lang), said, said, table(answers, about, lang)]


def _asked(desk: Desk, these: Levers, pairs: int | None) -> tuple[Answer, ...] | None:
    try:
        return desk.ask(these, pairs)
    except Cancelled:
        return None  # a later question took its place
