"""Takes names, numbers and addresses out of a comment, before it is stored anywhere."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

NAME, NUMBER, ADDRESS, DATE, CONTACT = "[nom]", "[numéro]", "[adresse]", "[date]", "[contact]"

# before the name of a person, and professions that a name may follow
_TITLES = (
    r"m|mr|mrs|ms|miss|mme|mmes|mlle|melle|monsieur|madame|mademoiselle|dr|drs|docteur|docteure|doctor|pr|prof|"
    r"professeur|professeure|professor|dokter|mevrouw|meneer|mijnheer"
)
_JOBS = (
    r"nurse|sister|infirmier|infirmière|aide[- ]soignante?|sage[- ]femme|brancardier|interne|cadre|chirurgien|"
    r"chirurgienne|kiné"
)
# months, places and usual abbreviations that are written with a capital and name nobody
_PLAIN = frozenset(
    "i irm irms scanner samu smur uhcd usc usi smr ehpad had chu ch chv ide ibode iade as ash ars cpam "
    "pmi rdv tv wc ok nhs gp gps mri ct a&e icu itu hdu physio france belgique belgium royaume uk english "
    "français french nederlands covid covid-19 noël pâques christmas easter internet wifi".split()
)
_MONTHS = (
    r"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|january|february|march|april|"
    r"may|june|july|august|september|october|november|december|januari|februari|maart|mei|juni|juli|augustus|oktober"
)
_STREETS = r"rue|avenue|boulevard|bd|place|impasse|allée|chemin|route"
SHORT = 4  # letters under which a word in lower case after a title is no name
_WORD = r"[A-ZÀ-ÖØ-Þ][\w’'-]*"

RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.]+\b"), CONTACT),
    (re.compile(r"\b(?:https?://|www\.)\S+", re.I), CONTACT),
    (re.compile(rf"\b\d{{1,2}}(?:er)?[ ./-](?:{_MONTHS}|\d{{1,2}})(?:[ ./-]\d{{2,4}})?\b", re.I), DATE),
    (re.compile(rf"\b\d{{1,4}},?\s+(?:bis\s+|ter\s+)?(?:{_STREETS})\b[^.,;\n]*", re.I), ADDRESS),
    (re.compile(r"\b\d{1,4}\s+[A-Z]\w+\s+(?:Street|Road|Lane|Avenue|Close|Drive)\b"), ADDRESS),
    (re.compile(r"(?<!\w)(?:\+|00)?\d(?:[\s.-]?\d){6,}(?!\w)"), NUMBER),
    (re.compile(r"\b(?:chambre|ch|room|lit|bed|kamer)\s*(?:n[°o]\s*)?\d+\b", re.I), NUMBER),
)
_PARTICLE = r"(?:(?i:de la|de|du|des|le|la|van der|van den|van de|van|von|den|der)\s+|d['’])"
_TITLED = re.compile(rf"\b((?i:{_TITLES})\b\.?)\s+({_PARTICLE}*[^\W\d_][\w’'-]*(?:\s+{_WORD})*)")
_JOBBED = re.compile(rf"\b((?i:{_JOBS}))\s+({_PARTICLE}*{_WORD}(?:\s+{_WORD})*)")
_CAPITAL = re.compile(_WORD)
_SENTENCE_END = re.compile(r"(?:^|[.!?:;\n…»\"(]|[-–•*]\s)\s*$")


@cache
def first_names() -> frozenset[str]:
    """Return the first names that are taken out: in lower case however written, with a capital only so."""
    text = resources.files("chairs.surveys.verbatims").joinpath("first_names.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


@cache
def _titles() -> re.Pattern[str]:
    return re.compile(rf"(?:{_TITLES}|{_JOBS})\.?", re.I)


def _ordinary(word: str) -> bool:
    """Say whether a word in lower case is known to be no name."""
    from chairs.surveys.verbatims.language import WORDS
    from chairs.surveys.verbatims.lexicon import lexicon

    known = word in _PLAIN or any(word in words for words in WORDS.values()) or word in lexicon().words()
    return known or lexicon().lean(word) != 0 or _titles().fullmatch(word) is not None


def without_names(text: str) -> str:
    """Return a comment with everything that may name or locate a person replaced by a word in brackets.

    What is taken out: the word after a title or a profession (Dr, Mme, nurse, dokter), every first name of the list,
    every capitalised word inside a sentence that is not a usual abbreviation, telephone and other long numbers, room
    numbers, dates, postal and electronic addresses. It takes out too much rather than too little: a lost place name
    costs a theme nothing, a kept family name is a breach.

    Notes
    -----
    No rule catches every name (a family name in lower case without a title stays): the text is still personal data,
    stays in `data/`, and is never quoted without a release. The share of planted names that it misses is measured in
    `tests/unit/surveys/test_verbatims.py`.

    Examples
    --------
    >>> without_names("Merci au Dr Lefebvre et à Sophie, chambre 12 !")
    'Merci au Dr [nom] et à [nom], [numéro] !'
    """
    for pattern, word in RULES:
        text = pattern.sub(word, text)
    text = _TITLED.sub(_after_title, text)
    text = _JOBBED.sub(_after_title, text)
    return _CAPITAL.sub(lambda found: _capitalised(found, text), _first_names_out(text))


def _after_title(found: re.Match[str]) -> str:
    """Replace what follows a title, unless it is an ordinary word ("Madame, je", "le docteur a dit")."""
    title, rest = found.group(1), found.group(2)
    first = rest.split()[0].strip("’'").lower()
    verb = len(first) < SHORT or re.search(r"['’]", first) is not None
    if rest[0].islower() and (verb or _ordinary(first)):
        return found.group(0)
    return f"{title} {NAME}"


def _first_names_out(text: str) -> str:
    known = first_names()

    def replaced(found: re.Match[str]) -> str:
        word = found.group(0)
        return NAME if word.lower() in known or (word[0].isupper() and word.capitalize() in known) else word

    return re.sub(r"(?<!\[)[^\W\d_]+(?:-[^\W\d_]+)?", replaced, text)


def _capitalised(found: re.Match[str], text: str) -> str:
    word = found.group(0)
    low = word.lower().strip("’'-")
    before = found.string[: found.start()]
    if before.endswith("[") or _ordinary(low) or re.search(r"['’]", word[:3]):
        return word
    letters = [c for c in text if c.isalpha()]
    shouting = sum(c.isupper() for c in letters) > 0.6 * len(letters)
    if shouting or _SENTENCE_END.search(before):
        return word
    return NAME
