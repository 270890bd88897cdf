"""The lexicon of polarity: words that lean to one side, negators, words that make the next one stronger."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

TOKENS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|[.!?;,]|\b(?:but|mais|maar)\b")
REACH = 3  # words after a negator that it turns
STRONGER = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """How words lean (`whole`, and `beginnings` for those given by their beginning), negators, strengtheners."""

    whole: Mapping[str, float]
    beginnings: Mapping[str, float]
    negators: frozenset[str]
    stronger: frozenset[str]

    def lean(self, word: str) -> float:
        """Return how a word leans, 0 when it does not or is unknown."""
        if word in self.whole:
            return self.whole[word]
        for length in range(len(word), 2, -1):
            if word[:length] in self.beginnings:
                return self.beginnings[word[:length]]
        return 0.0

    def words(self) -> frozenset[str]:
        """Return all whole words, for those who ask what is an ordinary word."""
        return frozenset(self.whole) | self.negators | self.stronger


@cache
def lexicon() -> Lexicon:
    """Return the lexicon of `lexicon.yaml`, all languages together (the few words they share lean alike)."""
    import yaml

    text = resources.files("chairs.surveys.verbatims").joinpath("lexicon.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    whole: dict[str, float] = {}
    beginnings: dict[str, float] = {}
    for by_lean in data["words"].values():
        for lean, words in by_lean.items():
            for word in words.split() if isinstance(words, str) else words:
                (beginnings if word.endswith("*") else whole)[word.rstrip("*")] = float(lean)
    return Lexicon(
        whole=whole,
        beginnings=beginnings,
        negators=frozenset(word for words in data["negators"].values() for word in words),
        stronger=frozenset(word for words in data["stronger"].values() for word in words),
    )


def lean(text: str) -> float:
    """Return how a comment leans: the sum over its words, from about -10 to 10; 0 says nothing either way.

    Notes
    -----
    A negator turns, by half, the words that lean within the next three ("pas très propre"), to the next punctuation; a
    word such as "très" makes the next one half as strong again. Error rate on labelled sets:
    `chairs.surveys.verbatims.polarity`.

    Examples
    --------
    >>> lean("Personnel très gentil") > 0 > lean("Chambre sale, ce n'est pas propre")
    True
    """
    known, total, turned, factor = lexicon(), 0.0, 0, 1.0
    for token in TOKENS.findall(text.lower()):
        word = token.replace("’", "'")
        if "'" in word and not word.endswith("'t"):
            word = word.split("'", 1)[1]
        if not word[0].isalpha():
            turned = 0
        elif word in known.negators:
            turned = REACH + 1
        elif word in known.stronger and not known.lean(word):
            factor = STRONGER
            continue
        elif value := known.lean(word):
            total += factor * (-0.5 * value if turned else value)
        turned, factor = max(turned - 1, 0), 1.0
    return total
