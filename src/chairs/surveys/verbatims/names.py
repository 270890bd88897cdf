"""Takes names, numbers and addresses out of a comment, before it is stored anywhere."""

from __future__ import annotations

import re
from functools import cache, partial
from importlib import resources

NAME, NUMBER, ADDRESS, DATE, CONTACT = "[nom]", "[numéro]", "[adresse]", "[date]", "[contact]"

# before the name of a person, and professions that a name may follow
_TITLES = (
    r"m|mr|mrs|ms|miss|mme|mmes|mlle|melle|monsieur|madame|mademoiselle|dr|drs|docteur|docteure|doctor|pr|prof|"
    r"professeur|professeure|professor|dokter|mevrouw|meneer|mijnheer|mw|dhr"
)
_JOBS = (
    r"nurse|sister|midwife|therapist|physio|infirmier|infirmière|infirmiere|aide[- ]soignante?|sage[- ]femme|"
    r"brancardier|ambulancier|interne|cadre|chirurgien|chirurgienne|kiné|kinésithérapeute|médecin|anesthésiste|"
    r"psychologue|secrétaire|stagiaire|zuster|verpleegster|verpleegkundige"
)
# months, places and usual abbreviations that are written with a capital and name nobody
_PLAIN = frozenset(
    "i irm irms scanner samu smur uhcd usc usi smr ehpad had chu ch chv ide ibode iade as ash ars cpam "
    "pmi rdv tv wc ipp nip nir iep nda tel tél ok nhs gp gps mri ct a&e icu itu hdu physio france belgique belgium "
    "royaume uk english français french nederlands covid covid-19 noël pâques christmas easter internet wifi".split()
)
_MONTHS = (
    r"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|january|february|march|april|"
    r"may|june|july|august|september|october|november|december|januari|februari|maart|mei|juni|juli|augustus|oktober"
)
_STREETS = r"rue|avenue|boulevard|bd|place|impasse|allée|chemin|route"
# ordinary words that many people are called: kept where a sentence begins, not in the middle of one or after a title
_ALSO_NAMES = frozenset("petit petite long doux cher seul lent vieux small old".split())
# how ordinary words end and family names do not; in lower case after a profession also as verbs and adjectives do
_ENDS = re.compile(r"\w{3,}(?:[ts]ions?|ités?|ility|isme|ness|ously|ally|ably|[aeu]mment|\w\wement|ées)")
_LOW_ENDS = re.compile(r"\w{2,}(?:ing|ed|ly|ées?|és|antes?|ent?elles?|euses?|iques?|istes?|[ai]bles?|ales?|ful)")
SHORT = 4  # letters under which an ordinary word after a title is no name
STEM = 6  # letters of a beginning of the lexicon under which little may follow it (petit, petites; not Petitjean)
_WORD = r"[A-ZÀ-ÖØ-Þ][\w’'-]*"
_FILE = r"ipp|nip|iep|nda|nir|dossier|matricule|badge|nhs(?: number| no)?|hospital number"
_DOT = r"\s*(?:\.|\bpoint\b|\bdot\b|\bpunt\b)\s*"

RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b[\w.+-]+@[\w.-]+\b"), CONTACT),
    (re.compile(rf"\b\w[\w+-]*(?:{_DOT}[\w+-]+)*\s*@\s*[\w-]+{_DOT}\w+", re.I), CONTACT),
    (re.compile(rf"\b\w[\w+-]*(?:{_DOT}[\w+-]+)*\s+(?:arobase|\(at\)|\[at\])\s+\w+(?:{_DOT}\w+)*", re.I), CONTACT),
    (re.compile(r"\b(?:https?://|www\.)\S+", re.I), CONTACT),
    (re.compile(r"(?<!\w)(?:\+|00)?\d(?:[\s.()-]{0,3}\d){6,}(?!\w)"), NUMBER),
    (re.compile(rf"\b\d{{1,2}}(?:er)?[ ./-](?:{_MONTHS}|\d{{1,2}})(?:[ ./-]\d{{2,4}})?\b", re.I), DATE),
    (re.compile(rf"\b\d{{1,4}},?\s+(?:bis\s+|ter\s+)?(?:{_STREETS})\b[^.,;\n]*", re.I), ADDRESS),
    (re.compile(r"\b\d{1,4}\s+[A-Z]\w+\s+(?:Street|Road|Lane|Avenue|Close|Drive)\b"), ADDRESS),
    (re.compile(r"(?<!\w)\d{5,}(?!\w)"), NUMBER),
    (re.compile(rf"\b(?:{_FILE})\s*(?:n[°o]\.?|numéro|:)?\s*\d[\d\s.-]*", re.I), NUMBER),
    (re.compile(r"\b(?:chambre|ch|room|lit|bed|kamer)\s*(?:n[°o]\s*)?\d+\s?[a-z]?\b", re.I), NUMBER),
)
_PARTICLE = r"(?:(?i:de la|de|du|des|le|la|van der|van den|van de|van|von|den|der)\s+|d['’])"
_INITIAL = r"(?:[A-ZÀ-ÖØ-Þ]\.[ -]?)"
_NAMED = rf"{_INITIAL}*{_PARTICLE}*[^\W\d_][\w’'-]*(?:\s+{_PARTICLE}*{_WORD})*"
_TITLED = re.compile(rf"\b((?i:{_TITLES})\b(?:\.\s*|\s+))({_NAMED})")
_JOBBED = re.compile(rf"\b((?i:{_JOBS})\s+)({_NAMED})")
_INITIALS = re.compile(rf"(?<![\w.'’]){_INITIAL}+({_WORD})")
_FAMILY = re.compile(r"(?:\s+(?:de\s+la|de\s+l['’]|de|du|des)\s*\b|\s+d['’])([^\W\d_][\w-]*)", re.I)
_PARTICLES = re.compile(rf"{_INITIAL}*{_PARTICLE}*")
_DOES = re.compile(r"\s+(?:était|est|a|avait|ne|nous|me|aussi|m['’]a|s['’]est|n['’]a|n['’]est|l['’]a|was|is|has)\b")
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


@cache
def _words() -> frozenset[str]:
    """Return the words that name nobody where a sentence begins or after a title."""
    text = resources.files("chairs.surveys.verbatims").joinpath("ordinary_words.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


@cache
def _ordinary(word: str) -> bool:
    """Say whether a word in lower case is known to be no name, wherever it stands."""
    from chairs.surveys.verbatims.language import WORDS
    from chairs.surveys.verbatims.lexicon import lexicon

    known = word in _PLAIN or any(word in words for words in WORDS.values()) or word in lexicon().words()
    return known or _leans(word) or _titles().fullmatch(word) is not None


def _leans(word: str) -> bool:
    """Say whether the lexicon knows a word by its beginning: after a short one, only an ending may follow."""
    from chairs.surveys.verbatims.lexicon import lexicon

    lengths = [size for size in range(len(word), 2, -1) if word[:size] in lexicon().beginnings]
    return bool(lengths) and (lengths[0] >= STEM or len(word) - lengths[0] <= 2)


@cache
def _common(word: str) -> bool:
    """Say whether a word in lower case is known to be no name where a sentence begins or after a title."""
    word = word.replace("’", "'")
    if _ordinary(word) or word in _words() or _ENDS.fullmatch(word):
        return True
    stems = [word.removesuffix(end) for end in ("s", "ed", "ing") if word.endswith(end)]
    stems += [stem + "e" for stem in stems] + [stem[:-1] for stem in stems if stem[-1:] == stem[-2:-1]]
    if any(_ordinary(stem) or stem in _words() for stem in stems):
        return True
    parts = [part for part in re.split(r"[-'’]", word) if part]
    return len(parts) > 1 and all(len(part) == 1 or _common(part) for part in parts)


def without_names(text: str) -> str:
    """Return a comment with everything that may name or locate a person replaced by a word in brackets.

    What is taken out: the word after a title or a profession (Dr, Mme, nurse, dokter), every first name of the list,
    every capitalised word inside a sentence that is not a usual abbreviation, one that begins a sentence and is not a
    known ordinary word (`ordinary_words.txt`), a name after initials, telephone, file and other long numbers, room
    numbers, dates, postal and electronic addresses. It takes out too much rather than too little: a lost place name
    costs a theme nothing, a kept family name is a breach.

    Notes
    -----
    No rule catches every name: one in lower case without a title stays where the list has it not (merci à fatoumata),
    so does one in the middle of a comment all in capitals, one that is also an ordinary word and begins a sentence, or
    one in lower case that praises or blames (docteur gentil is rather an opinion). The text is still personal data,
    stays in `data/`, and is never quoted without a release. The share of planted names that it misses is measured in
    `tests/unit/surveys/test_verbatims.py`.

    Examples
    --------
    >>> without_names("Merci au Dr Lefebvre et à Sophie, chambre 12 !")
    'Merci au Dr [nom] et à [nom], [numéro] !'
    """
    for pattern, word in RULES:
        text = pattern.sub(word, text)
    shouting = _shouting(text)
    text = _INITIALS.sub(_after_initials, text)
    for pattern in (_TITLED, _JOBBED):
        text = pattern.sub(partial(_after_title, shouting=shouting, job=pattern is _JOBBED), text)
    lower = frozenset(re.findall(r"(?<![\w’'-])[a-zà-öø-þ][\w-]+", text))
    return _CAPITAL.sub(lambda found: _capitalised(found, shouting, lower), _first_names_out(text))


def _shouting(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return sum(c.isupper() for c in letters) > 0.6 * len(letters)


def _after_initials(found: re.Match[str]) -> str:
    """Replace initials and the word after them, unless a sentence begins there ("le plan B. Accueil parfait")."""
    return found.group(0) if _common(found.group(1).lower()) else NAME


def _after_title(found: re.Match[str], *, shouting: bool, job: bool) -> str:
    """Replace what follows a title, unless it is an ordinary word ("Madame, je", "le docteur a dit")."""
    title, rest = found.group(1), found.group(2)
    before = _PARTICLES.match(rest)
    bare = rest[before.end() :] if before else rest
    first = bare.split()[0].strip("’'-")
    if (first.islower() or shouting) and _no_name(first.lower(), job=job, after_particle=bare != rest):
        return found.group(0)
    if job and len(first) == 1:
        return found.group(0)
    tail = _not_theirs(rest) if shouting else ""
    again = partial(_after_title, shouting=shouting, job=job)
    return f"{title}{NAME}{found.re.sub(again, tail)}"


def _no_name(word: str, *, job: bool, after_particle: bool) -> bool:
    """Say whether a word is no name after a profession, or after a title, where more words are somebody's name."""
    if word in _ALSO_NAMES and not job:  # le docteur petit; not: l'infirmière seule
        return False
    if job:
        return _common(word) or _LOW_ENDS.fullmatch(word) is not None
    return _ordinary(word) or (_common(word) and (after_particle or len(word) < SHORT))


def _not_theirs(rest: str) -> str:
    """Return what follows a name in a comment all in capitals: from its first ordinary word on, particles apart."""
    for word in re.finditer(r"\s+(\S+)", rest):
        if _common(word.group(1).lower()):
            end = _family_end(rest, word.start())
            return _not_theirs(rest[end:]) if end else rest[word.start() :]
    return ""


def _family_end(rest: str, start: int) -> int:
    """Return where a family name of particles ends (DE LA TOUR D'AUVERGNE), 0 where all its words are ordinary."""
    end, found = 0, _FAMILY.match(rest, start)
    while found:
        end = end if _common(found.group(1).lower()) else found.end()
        found = _FAMILY.match(rest, found.end())
    return end


def _first_names_out(text: str) -> str:
    known = first_names()

    def replaced(found: re.Match[str]) -> str:
        word = found.group(0)
        if word.lower() in known or (word[0].isupper() and word.capitalize() in known):
            return NAME
        return NAME if any(part.lower() in known and part[0].isupper() for part in word.split("-")) else word

    return re.sub(r"(?<!\[)[^\W\d_]+(?:-[^\W\d_]+)*", replaced, text)


def _capitalised(found: re.Match[str], shouting: bool, lower: frozenset[str]) -> str:
    """Replace a capitalised word that may be a name where it stands."""
    word = found.group(0)
    low = word.lower().strip("’'-")
    before, after = found.string[: found.start()], found.string[found.end() :]
    if before.endswith("["):
        return word
    elided = re.fullmatch(r"([A-ZÀ-Þ]|Qu)['’](\w.*)", word)
    if elided and (elided[2][0].islower() or shouting or _common(elided[2].lower())):
        return word
    opening = _SENTENCE_END.search(before) is not None
    if opening or shouting:
        ordinary = _common(low) or low in lower or not opening
        return NAME if not ordinary or (low in _ALSO_NAMES and not shouting and _DOES.match(after)) else word
    theirs = before.endswith(f"{NAME} ") and not _grammar(low)
    head, apostrophe, _ = low.replace("’", "'").partition("'")
    if apostrophe and (_grammar(head) or head in _words()):  # "I've", "Don't"
        return word
    return word if _ordinary(low) and low not in _ALSO_NAMES and not theirs else NAME


def _grammar(word: str) -> bool:
    from chairs.surveys.verbatims.language import WORDS

    return word in _PLAIN or any(word in words for words in WORDS.values())
