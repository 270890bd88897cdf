"""Page: where every number comes from, the words used, and how accessible the pages are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from chairs.core.errors import Language, Text
from chairs.dashboards import fmt, shell
from chairs.dashboards.content import Content, Rendered
from chairs.dashboards.fragment import identifier
from chairs.dashboards.pages import PAGES, Page


def body(content: Content, lang: Language) -> str:
    """Return the page: how to trace, sources, tables and figures of each study, glossary, accessibility."""
    parts = [_section("trace", TRACE, _how_to(content, lang), lang)]
    used = sorted({name for study in content.studies for name in study.about["sources"]} & set(content.catalog))
    if used:
        parts.append(_section("sources", SOURCES, _sources(content, used, lang), lang))
    parts += [_study(study, lang) for study in content.studies]
    words = "".join(
        f"<dt>{shell.text(word, lang)}</dt><dd>{shell.text(meaning, lang)}</dd>" for word, meaning in GLOSSARY
    )
    parts.append(_section("glossary", WORDS, f'<dl class="words card">{words}</dl>', lang))
    parts.append(
        _section("access", ACCESS, "".join(f"<p>{shell.text(line, lang)}</p>" for line in ACCESSIBILITY), lang)
    )
    return "".join(parts)


def _how_to(content: Content, lang: Language) -> str:
    """Return how to trace a number, with the command for the first figure there is."""
    marks = [identifier(s.name, f["id"], f["fingerprint"]) for s in content.studies for f in s.about["figures"]]
    if not marks:
        return f"<p>{shell.text(MADE_OF, lang)}</p>"
    words = f"{MADE_OF.say(lang)} {COMMAND.say(lang)}"
    return f"<p>{shell.text(words, lang)}</p><p><code>chairs trace {escape(marks[0])}</code></p>"


def _section(name: str, title: Text, inner: str, lang: Language) -> str:
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{shell.text(title, lang)}</h2>\n{inner}\n</section>\n'


def _table(name: str, heads: Sequence[tuple[Text, bool]], rows: Sequence[Sequence[str]], lang: Language) -> str:
    """Return a scrolling table; cells are ready HTML, `heads` says which columns are numbers."""
    head = "".join(f'<th scope="col"{_class(numeric)}>{shell.text(word, lang)}</th>' for word, numeric in heads)
    lines = []
    for row in rows:
        cells = [f"<td{_class(numeric)}>{cell}</td>" for cell, (_, numeric) in zip(row[1:], heads[1:], strict=True)]
        lines.append(f'<tr><th scope="row">{row[0]}</th>{"".join(cells)}</tr>')
    return (
        '<div class="scroll" tabindex="0" role="region" '
        f'aria-label="{escape(name)}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _class(numeric: bool) -> str:
    return ' class="num"' if numeric else ""


def _sources(content: Content, used: Sequence[str], lang: Language) -> str:
    rows = []
    for name in used:
        entry = content.catalog[name]
        rows.append(
            [
                f"<code>{escape(name)}</code>",
                _words(entry.get("title"), lang),
                _words(entry.get("publisher"), lang),
                _words(entry.get("licence"), lang),
                _address(entry, lang),
                _hashes(entry),
            ]
        )
    heads = [(word, False) for word in SOURCE_HEADS]
    return _table(LICENCES.say(lang), heads, rows, lang)


def _words(value: Any, lang: Language) -> str:
    if isinstance(value, dict):
        value = value.get(lang, "")
    return shell.text(str(value or "–"), lang)


def _address(entry: Mapping[str, Any], lang: Language) -> str:
    address = str(entry.get("page") or (f"https://doi.org/{entry['doi']}" if entry.get("doi") else ""))
    if address.startswith("http"):
        return f'<a href="{escape(address)}" rel="noreferrer">{escape(address.split("/")[2])}</a>'
    return escape(address) or shell.text(DERIVED, lang)


def _hashes(entry: Mapping[str, Any]) -> str:
    hashes = [str(item["sha256"])[:12] for item in entry.get("files", [])]
    return "<br>".join(f"<code>{escape(text)}</code>" for text in hashes) or "–"


def _study(study: Rendered, lang: Language) -> str:
    title = study.say("title", lang)
    tables = [
        [f"<code>{escape(t['name'])}</code>", fmt.number(t["rows"], lang), f"<code>{escape(t['sha256'][:12])}</code>"]
        for t in study.about["tables"]
    ]
    figures = [
        [
            shell.text(f["title"][lang], lang),
            f"<code>{escape(identifier(study.name, f['id'], f['fingerprint']))}</code>",
        ]
        for f in study.about["figures"]
    ]
    rules = study.about.get("rules")
    said = f"<p>{shell.text(RULES, lang)} {escape(str(rules))}.</p>" if rules else ""
    heads = [(TABLE, False), (ROWS, True), (HASH, False)]
    inner = said + _table(f"{title} – {TABLE.say(lang)}", heads, tables, lang)
    inner += _table(f"{title} – {FIGURE.say(lang)}", [(FIGURE, False), (MARK, False)], figures, lang)
    return _section(f"from-{study.name}", Text(fr=study.say("title", "fr"), en=study.say("title", "en")), inner, lang)


TRACE = Text(fr="Remonter à l'origine d'un chiffre", en="Trace a number to its origin")
SOURCES = Text(fr="Sources", en="Sources")
LICENCES = Text(fr="Sources, licences et empreintes", en="Sources, licences and fingerprints")
WORDS = Text(fr="Glossaire", en="Glossary")
ACCESS = Text(fr="Accessibilité", en="Accessibility")
RULES = Text(fr="Règles de diffusion appliquées : version", en="Disclosure rules applied: version")
TABLE = Text(fr="Table diffusée", en="Released table")
ROWS = Text(fr="Lignes", en="Rows")
HASH = Text(fr="Empreinte (sha256, début)", en="Fingerprint (sha256, start)")
FIGURE = Text(fr="Figure", en="Figure")
MARK = Text(fr="Identifiant", en="Identifier")
DERIVED = Text(fr="dérivée, sans adresse", en="derived, no address")
SOURCE_HEADS = (
    Text(fr="Nom", en="Name"),
    Text(fr="Contenu", en="Content"),
    Text(fr="Éditeur", en="Publisher"),
    Text(fr="Licence", en="Licence"),
    Text(fr="Adresse", en="Address"),
    Text(fr="sha256 (début)", en="sha256 (start)"),
)
MADE_OF = Text(
    fr=(
        "L'identifiant imprimé sous chaque figure est fait de l'étude, de la figure et du début de l'empreinte de ses "
        "chiffres : si un seul chiffre change, l'identifiant change."
    ),
    en=(
        "The identifier printed under each figure is made of the study, the figure and the start of the fingerprint "
        "of its numbers: if one number changes, the identifier changes."
    ),
)
COMMAND = Text(
    fr=(
        "La commande suivante, lancée dans le dossier du projet, donne le calcul, la version du programme, les "
        "réglages et l'empreinte des fichiers d'origine."
    ),
    en=(
        "The following command, run in the project's folder, gives the computation, the version of the program, the "
        "settings and the fingerprint of the original files."
    ),
)
GLOSSARY = (
    (
        Text(fr="Association exploratoire", en="Exploratory association"),
        Text(
            fr=(
                "Deux mesures qui varient ensemble dans les données, sans hypothèse déclarée d'avance et sans "
                "preuve que l'une cause l'autre."
            ),
            en=(
                "Two measures that vary together in the data, with no hypothesis declared beforehand and no proof "
                "that one causes the other."
            ),
        ),
    ),
    (
        Text(fr="Intervalle de confiance à 95 %", en="95% confidence interval"),
        Text(
            fr=(
                "Étendue des valeurs compatibles avec les données ; construite ainsi, elle contient la vraie valeur "
                "95 fois sur 100."
            ),
            en="Range of values compatible with the data; built this way, it contains the true value 95 times in 100.",
        ),
    ),
    (
        Text(fr="Fausses alertes attendues (q)", en="False alarms expected (q)"),
        Text(
            fr=(
                "Part attendue de fausses alertes si l'on retient ce lien et tous les plus nets (Benjamini et "
                "Hochberg)."
            ),
            en=(
                "Expected share of false alarms when this link and all clearer ones are kept (Benjamini and Hochberg)."
            ),
        ),
    ),
    (
        Text(fr="Fiabilité (λ)", en="Reliability (λ)"),
        Text(
            fr=(
                "De 0 à 1 : part des différences entre établissements qui n'est pas due au hasard des réponses. Sous "
                "0,7, un rang dit surtout le hasard."
            ),
            en=(
                "From 0 to 1: share of the differences between establishments that is not due to the chance of the "
                "answers. Under 0.7, a rank mostly tells chance."
            ),
        ),
    ),
    (
        Text(fr="Résultat témoin", en="Control outcome"),
        Text(
            fr=(
                "Résultat que l'indicateur ne devrait pas toucher (contrôle négatif) : s'il varie avec lui, c'est "
                "autre chose qui explique le lien."
            ),
            en=(
                "Outcome that the indicator should not touch (negative control): if it varies with it, something else "
                "explains the link."
            ),
        ),
    ),
    (
        Text(fr="Médiane, décile", en="Median, percentile"),
        Text(
            fr=(
                "La moitié des valeurs sont sous la médiane ; une sur dix est sous le 1er décile, une sur dix "
                "au-dessus du 9e."
            ),
            en=(
                "Half of the values are below the median; one in ten is below the 10th percentile, one in ten above "
                "the 90th."
            ),
        ),
    ),
    (
        Text(fr="Lits ouverts", en="Open beds"),
        Text(
            fr="Lits qui peuvent recevoir un patient à ce moment ; les lits installés peuvent être plus nombreux.",
            en="Beds that can take a patient at that moment; there may be more beds installed.",
        ),
    ),
    (
        Text(fr="Masqué (n < 11)", en="Masked (n < 11)"),
        Text(
            fr=(
                "Chiffre caché parce qu'il porte sur 1 à 10 personnes, ou parce qu'il permettrait d'en retrouver un "
                "autre."
            ),
            en="Number hidden because it is about 1 to 10 people, or because it would give another one back.",
        ),
    ),
    (
        Text(fr="n.d., s.o.", en="not available, n/a"),
        Text(
            fr="n.d. : la valeur n'existe pas dans la source ; s.o. : elle n'aurait pas de sens.",
            en="not available: the source has no value; n/a: it would have no meaning.",
        ),
    ),
)
ACCESSIBILITY = (
    Text(
        fr=(
            "Ces pages visent les règles WCAG 2.2 et RGAA 4.1, niveau AA : chaque figure a un texte de remplacement "
            "et un tableau, aucune information ne tient à la couleur seule, tout se parcourt au clavier. Un "
            "contrôle automatique et la largeur de 320 pixels sont vérifiés par les tests ; aucun essai avec un "
            "lecteur d'écran n'a encore été fait."
        ),
        en=(
            "These pages aim at WCAG 2.2 and RGAA 4.1, level AA: each figure has an alternative text and a table, "
            "no information rests on colour alone, all can be reached by keyboard. An automatic check and the width "
            "of 320 pixels are verified by tests; no trial with a screen reader was made yet."
        ),
    ),
)

PAGES.add(
    "provenance",
    Page(
        slug=Text(fr="provenance", en="provenance"),
        title=Text(fr="Provenance", en="Provenance"),
        question=Text(
            fr="D'où vient chaque chiffre, et comment le vérifier ?",
            en="Where does each number come from, and how to check it?",
        ),
        order=9,
        body=body,
    ),
)
