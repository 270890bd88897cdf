"""Page: what changed, the key numbers, what was run and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from itertools import islice

from chairs.core.errors import Language, Problem, Text
from chairs.dashboards import fmt, shell
from chairs.dashboards.changed import column, label, row
from chairs.dashboards.content import Change, Changes, Content, Rendered
from chairs.dashboards.pages import PAGES, Page
from chairs.dashboards.phrases import LEVELS
from chairs.store.files import DECIMALS

SHOWN = 12  # changed numbers listed for one study; `chairs diff` gives all
KEPT = ("claims", "arrivals")
KEYS = ("census", "durations", "arrivals", "claims", "score-distribution", "variants")  # figures quoted first
MOST = 8


def body(content: Content, lang: Language) -> str:
    """Return the page."""
    parts = [
        shell.keep([pair for one in KEPT for pair in shell.sentences(content.studies, (one,), lang)], lang),
        _heading("keys", KEY_NUMBERS, lang),
        _keys(content, lang),
        _heading("changes", CHANGED, lang),
        f'<div class="card">{"".join(_changes(s, content.changes.get(s.name), lang) for s in content.studies)}</div>\n',
        _heading("studies", STUDIES, lang),
        _studies(content, lang),
        _heading("chairs", CHAIRS, lang),
        _chairs(lang),
    ]
    return "".join(parts)


def _heading(name: str, words: Text, lang: Language) -> str:
    return f'<h2 id="{name}">{shell.text(words, lang)}</h2>\n'


def _changes(study: Rendered, changes: Changes | None, lang: Language) -> str:
    title = shell.text(study.say("title", lang), lang)
    if changes is None or changes.first:
        return f'<p class="changed"><strong>{title}</strong> – {shell.text(FIRST, lang)}</p>\n'
    count = len(changes)
    if count == 0:
        return f'<p class="changed"><strong>{title}</strong> – {shell.text(SAME, lang)}</p>\n'
    many = fmt.number(count, lang)
    said = (
        f"{many} {fmt.plural(count, 'nombre publié a changé', 'nombres publiés ont changé', lang)}"
        if lang == "fr"
        else f"{many} published {fmt.plural(count, 'number has', 'numbers have', lang)} changed"
    )
    more = f"<p>{shell.text(MORE, lang)} <code>chairs diff {escape(study.name)}</code></p>\n" if count > SHOWN else ""
    where = f"{COLON[lang]}{_where(changes, lang)}"
    return (
        f'<p class="changed"><strong>{title}</strong> – {shell.text(said, lang)}{where}.</p>\n'
        f"<details><summary>{shell.text(FEW if count > SHOWN else ALL, lang)}</summary>\n"
        f"{_listed(changes, study, lang)}{more}</details>\n"
    )


def _where(changes: Changes, lang: Language) -> str:
    """Return how many numbers changed in each table, the most changed first, in the words of the data dictionary."""
    many = Counter(change.table for change in changes)
    order = sorted(many, key=lambda table: (-many[table], table))
    told = [f"{label(table, lang)} ({fmt.number(many[table], lang)})" for table in order]
    return shell.text(fmt.listing(told, lang), lang)


def _listed(changes: Changes, study: Rendered, lang: Language) -> str:
    """Return the first changed numbers as a table, in words."""
    title, labels = shell.text(study.say("title", lang), lang), study.about.get("labels") or {}
    head = "".join(f'<th scope="col"{kind}>{shell.text(word, lang)}</th>' for word, kind in HEADS)
    rows = []
    for change in islice(changes, SHOWN):
        about, name = row(change.table, change.key, labels, lang), column(change.table, change.column, lang)
        cells = [f'<td class="num">{value}</td>' for value in _apart(change, lang)]
        rows.append(
            f'<tr><th scope="row">{shell.text(label(change.table, lang), lang)}</th><td>{shell.text(about, lang)}</td>'
            f"<td>{shell.text(name, lang)}</td>{''.join(cells)}</tr>"
        )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{title}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>\n"
    )


def _apart(change: Change, lang: Language) -> list[str]:
    """Return the number before and after, with enough decimals to see that they differ."""
    shown: list[str] = []
    for digits in range(DECIMALS + 1):
        shown = [_value(value, digits, lang) for value in (change.before, change.after)]
        if shown[0] != shown[1]:
            break
    return shown


def _value(value: float | str | None, digits: int, lang: Language) -> str:
    if value is None:
        return shell.text(ABSENT, lang)
    if isinstance(value, str):
        return escape(fmt.missing(value, lang))
    return fmt.number(value, lang, 0 if value == round(value) else max(digits, 2))


def _keys(content: Content, lang: Language) -> str:
    items = []
    for figure in KEYS:
        for study in content.studies:
            summary = study.summary(figure)
            if summary and summary["headline"]:
                items.append(
                    _key(study, figure, summary["headline"]["value"][lang], summary["headline"]["label"][lang], lang)
                )
    if not items:
        return f'<p class="card none">{shell.text(NOTHING, lang)}</p>\n'
    return f'<ul class="keys">{"".join(items[:MOST])}</ul>\n'


def _key(study: Rendered, figure: str, value: str, label: str, lang: Language) -> str:
    page = next((p for p in shell.ordered_pages() if figure in p.figures), None)
    title = shell.text(study.say("title", lang), lang)
    level = shell.text(LEVELS[str(study.about["level"])], lang)
    link = f'<a href="{page.file(lang, study.name)}#{study.name}-{figure}">{title}</a>' if page else title
    return (
        f'<li><span class="value">{shell.text(value, lang)}</span><span class="label">{shell.text(label, lang)}</span>'
        f'<span class="origin">{link}<br>{level}</span></li>'
    )


def _studies(content: Content, lang: Language) -> str:
    rows = [_run(study, content.absent.get(study.name, ()), lang) for study in content.studies]
    there = {study.name for study in content.studies}
    rows += [_skipped(name, problems, lang) for name, problems in sorted(content.absent.items()) if name not in there]
    if not rows:
        return f'<p class="card none">{shell.text(NOTHING, lang)}</p>\n'
    head = "".join(f'<th scope="col">{shell.text(word, lang)}</th>' for word in STUDY_HEADS)
    label = shell.text(STUDIES, lang)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>\n"
    )


def _run(study: Rendered, problems: Sequence[Problem], lang: Language) -> str:
    made, lacking = len(study.about["figures"]), len(study.about["absent"])
    state = f"{shell.text(FORMER if problems else RUN, lang)} – {made} {fmt.plural(made, 'figure', 'figures', lang)}"
    if lacking:
        without = f"non {fmt.plural(lacking, 'produite', 'produites', lang)}" if lang == "fr" else "not made"
        state += f", {lacking} {without}"
    return (
        f'<tr><th scope="row">{shell.text(study.say("title", lang), lang)}</th>'
        f"<td>{shell.text(LEVELS[str(study.about['level'])], lang)}</td>"
        f"<td>{shell.text(fmt.period(str(study.about['period']), lang), lang)}</td>"
        f"<td>{'<br>'.join([state, *_reasons(problems, lang)])}</td></tr>"
    )


def _skipped(name: str, problems: Sequence[Problem], lang: Language) -> str:
    return (
        f'<tr><th scope="row">{escape(name)}</th><td colspan="2">{shell.text(SKIPPED, lang)}</td>'
        f"<td>{'<br>'.join(_reasons(problems, lang))}</td></tr>"
    )


def _reasons(problems: Sequence[Problem], lang: Language) -> list[str]:
    return [shell.text(problem.say(lang), lang) for problem in problems]


def _chairs(lang: Language) -> str:
    cards = "".join(
        f'<div class="card"><h3>{shell.text(title, lang)}</h3><p>{shell.text(words, lang)}</p></div>'
        for title, words in ABOUT
    )
    return f'<div class="grid">{cards}</div>\n'


CHANGED = Text(fr="Ce qui a changé", en="What changed")
KEY_NUMBERS = Text(fr="Chiffres clés", en="Key numbers")
STUDIES = Text(fr="Études exécutées et absentes", en="Studies run and absent")
CHAIRS = Text(fr="Deux chaires, une plateforme", en="Two chairs, one platform")
FIRST = Text(
    fr="première exécution : il n'y a pas encore d'état antérieur auquel comparer.",
    en="first run: there is no former state to compare with yet.",
)
SAME = Text(
    fr="aucun nombre publié n'a changé depuis l'état précédent.",
    en="no published number changed since the former state.",
)
COLON = {"fr": "\u00a0: ", "en": ": "}
MORE = Text(fr="La liste entière, au clavier :", en="The whole list, at the keyboard:")
FEW = Text(fr=f"Voir les {SHOWN} premiers", en=f"See the first {SHOWN}")
ALL = Text(fr="Les voir", en="See them")
ABSENT = Text(fr="non publié", en="not published")
NOTHING = Text(
    fr="Aucune étude n'a encore été exécutée : lancer « make run ».", en='No study was run yet: run "make run".'
)
RUN = Text(fr="exécutée", en="run")
FORMER = Text(
    fr="non exécutée cette fois, résultats d'une exécution antérieure", en="not run this time, results of a former run"
)
SKIPPED = Text(fr="non exécutée", en="not run")
NUMBER = ' class="num"'
HEADS = (
    (Text(fr="Table", en="Table"), ""),
    (Text(fr="Ligne", en="Row"), ""),
    (Text(fr="Colonne", en="Column"), ""),
    (Text(fr="Avant", en="Before"), NUMBER),
    (Text(fr="Après", en="After"), NUMBER),
)
STUDY_HEADS = (
    Text(fr="Étude", en="Study"),
    Text(fr="Données", en="Data"),
    Text(fr="Période", en="Period"),
    Text(fr="État", en="State"),
)
ABOUT = (
    (
        Text(fr="Chaire intelligence artificielle", en="Artificial intelligence chair"),
        Text(
            fr=(
                "Apprentissage et données massives, vers un jumeau numérique du parcours des patients : comprendre "
                "où ils attendent, prévoir, puis essayer un changement avant de le faire."
            ),
            en=(
                "Machine learning and large data, towards a digital twin of patient flow: understand where patients "
                "wait, forecast, then try a change before making it."
            ),
        ),
    ),
    (
        Text(fr="Chaire performance", en="Performance chair"),
        Text(
            fr=(
                "Comment la performance sociale, managériale et économique des établissements va de pair avec "
                "l'expérience de leurs patients ou de leurs clients, avec des liens déclarés, ajustés et nuancés."
            ),
            en=(
                "How the social, managerial and economic performance of establishments goes with the experience of "
                "their patients or customers, with links that are declared, adjusted and qualified."
            ),
        ),
    ),
)

PAGES.add(
    "home",
    Page(
        slug=Text(fr="index", en="index"),
        title=Text(fr="Accueil", en="Home"),
        heading=Text(fr="Ce que disent les données", en="What the data say"),
        question=Text(
            fr="Ce qui a changé, les chiffres clés, et ce que les données permettent de dire.",
            en="What changed, the key numbers, and what the data allow us to say.",
        ),
        order=1,
        body=body,
    ),
)
