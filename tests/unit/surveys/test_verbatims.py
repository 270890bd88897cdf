"""Comments: names are taken out, languages told, words lean the right way, error rates are honest."""

from __future__ import annotations

import random

import pytest

from chairs.surveys.verbatims.classify import FEWEST, error_rates
from chairs.surveys.verbatims.language import language
from chairs.surveys.verbatims.lexicon import lean
from chairs.surveys.verbatims.names import first_names, without_names

pytestmark = pytest.mark.unit

SENTENCES = (
    "Merci au Dr {family} pour sa patience.",
    "Je remercie {first} {family} et toute l'équipe.",
    "L'infirmière {first} a été très gentille avec moi.",
    "MERCI AU DOCTEUR {family} ET À {first}.",
    "Mme {family} m'a bien expliqué la sortie.",
    "Accueil froid, seule {first} écoutait.",
    "Le docteur {family} ne m'a pas écouté, attente trop longue.",
    "Dokter {family} was heel vriendelijk.",
    "Nurse {first} was lovely and Dr {family} explained everything.",
    "le chirurgien {family} est excellent",
    "{family} était absent, {first} aussi.",
    "M.{family} m'a reçu. {first}-Marie aussi.",
    "Mme X. {family} et J. {family} sont venues.",
)
FAMILIES = "Lefebvre Dubois Vandenbroucke Moreau Delattre Carlier Wattiez Okonkwo Haddad Szymanski Caron".split()


def test_planted_names_are_taken_out() -> None:
    draw = random.Random(3)
    given = sorted(name for name in first_names() if name.islower() and name.isalpha())
    missed = []
    for i in range(600):
        first, family = draw.choice(given).capitalize(), draw.choice(FAMILIES)
        text = SENTENCES[i % len(SENTENCES)]
        shouted = text.isupper() or "MERCI" in text
        names = [n.upper() if shouted else n for n in (first, family)]
        left = without_names(text.format(first=names[0], family=names[1]))
        missed += [
            name for key, name in zip(("first", "family"), names, strict=True) if f"{{{key}}}" in text and name in left
        ]
    assert missed == []


@pytest.mark.parametrize(
    "text",
    [
        "Le docteur m'a bien expliqué, l'infirmière était très gentille.",
        "Accueil parfait. Attente trop longue aux urgences. Repas froids !",
        "information claire et précise",
        "The staff were lovely. Nothing to improve.",
        "MERCI À TOUTE L'ÉQUIPE",
        "IRM annulée, sans explication",
        "Madame, Monsieur, je suis satisfaite",
        "Le docteur de garde est venu. Douze heures d'attente, aujourd'hui encore.",
        "Chirurgien très compétent, infirmière débordée, médecin traitant prévenu",
        "The nurse explained everything. Waiting times were long. Couldn’t be better.",
        "Zusters waren vriendelijk. Alles was goed.",
    ],
)
def test_ordinary_comments_stay_as_they_are(text: str) -> None:
    assert without_names(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("M.Dupont est venu", "[nom] est venu"),
        ("Mr.Dupont", "Mr.[nom]"),
        ("Mme X. Dupont est gentille", "Mme [nom] est gentille"),
        ("J. Dupont du service", "[nom] du service"),
        ("J.-P. Dupont est venu. I've been well, Don't worry", "[nom] est venu. I've been well, Don't worry"),
        ("dr van der meulen", "dr [nom]"),
        ("merci à mme de smet", "merci à mme [nom]"),
        ("le chirurgien lebrun opère bien", "le chirurgien [nom] opère bien"),
        ("l'interne dupuis était nul", "l'interne [nom] était nul"),
        ("Dupont était absent.", "[nom] était absent."),
        ("Lefebvre m'a bien soigné. Vandenberghe aussi.", "[nom] m'a bien soigné. [nom] aussi."),
        ("Petit était absent. Petit bémol : le repas", "[nom] était absent. Petit bémol : le repas"),
        ("Petitjean est venue", "[nom] est venue"),
        ("Merci à Sophie Petit", "Merci à [nom] [nom]"),
        ("D'Ornano est venu", "[nom] est venu"),
        ("Jean-François", "[nom]"),
        ("MERCI AU DR LEFEBVRE ET A MME DUPONT POUR TOUT", "MERCI AU DR [nom] ET A MME [nom] POUR TOUT"),
        ("écrire à jean.dupont @ free.fr", "écrire à [contact]"),
        ("jean point dupont arobase free point fr", "[contact]"),
        ("IPP 123456", "IPP [numéro]"),
        ("dossier n° 4512, 6 jours", "[numéro], 6 jours"),
        ("+33 (0)6 12 34 56 78 ou 06.12.34.56.78", "[numéro] ou [numéro]"),
        ("chambre 12B", "[numéro]"),
        ("le Dr petit et le docteur petit sont venus", "le Dr [nom] et le docteur [nom] sont venus"),
        ("LE DR PETIT EST VENU", "LE DR [nom] EST VENU"),
        ("Le Dr JEAN-BAPTISTE DE LA TOUR D'AUVERGNE", "Le Dr [nom]"),
        ("MERCI AU DR MARTIN DU PLESSIS ET A L'EQUIPE", "MERCI AU DR [nom] ET A L'EQUIPE"),
        ("MERCI AU DR MARTIN DE LA CHIRURGIE", "MERCI AU DR [nom] DE LA CHIRURGIE"),
        ("infirmière seule, interne seul la nuit", "infirmière seule, interne seul la nuit"),
    ],
)
def test_names_and_numbers_as_people_write_them(text: str, left: str) -> None:
    assert without_names(text) == left
    assert without_names(left) == left


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("appelez-moi au 06 12 34 56 78", "06 12"),
        ("mon adresse : 12 rue des Lilas, Valmont", "Lilas"),
        ("écrire à jean.dupont@example.org", "dupont"),
        ("né le 12/03/1948, opéré le 3 mai", "1948"),
        ("numéro de sécurité sociale 1 48 03 59 606 123 45", "59 606"),
        ("chambre 214 lit 2", "214"),
    ],
)
def test_numbers_dates_and_addresses_are_taken_out(text: str, gone: str) -> None:
    assert gone not in without_names(text)


def test_taking_out_twice_changes_nothing_more() -> None:
    for text in SENTENCES:
        once = without_names(text.format(first="Sophie", family="Moreau"))
        assert without_names(once) == once


def test_languages_are_told_or_not_told() -> None:
    assert language("Les soins étaient bons mais l'attente est trop longue") == "fr"
    assert language("De verpleegkundige was heel vriendelijk en het eten was goed") == "nl"
    assert language("The nurses were kind but I had to wait for hours") == "en"
    assert language("RAS") is None
    assert language("") is None


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("chambre propre", "chambre pas propre"),
        ("personnel très gentil", "personnel gentil"),
        ("rien à redire, parfait", "accueil horrible"),
        ("not a long wait", "a long wait"),
        ("L’équipe est compétente, mais attente longue", "attente longue"),
    ],
)
def test_words_lean_as_they_read(better: str, worse: str) -> None:
    assert lean(better) > lean(worse)


def _comments(n: int, noise: float, seed: int = 1) -> tuple[list[str], list[list[str]]]:
    draw = random.Random(seed)
    words = {"repas": ["froid", "bon", "plateau", "dessert"], "attente": ["heures", "longue", "salle", "urgences"]}
    texts, labels = [], []
    for i in range(n):
        theme = draw.choice(list(words))
        said = draw.choice(list(words)) if draw.random() < noise else theme
        texts.append(f"{said} {draw.choice(words[said])} {draw.choice(words[said])} numéro{i}")
        labels.append([theme])
    return texts, labels


def test_error_rates_are_those_that_were_planted() -> None:
    texts, labels = _comments(400, noise=0.0)
    clean = {rate.label: rate for rate in error_rates(texts, labels, list(range(400)))}
    texts, labels = _comments(400, noise=0.4)
    noisy = {rate.label: rate for rate in error_rates(texts, labels, list(range(400)))}
    assert clean["macro"].f1 == pytest.approx(1.0)
    assert noisy["macro"].f1 == pytest.approx(0.8, abs=0.06)  # one theme in two of 40 % is right by chance
    repas = noisy["repas"]
    assert repas.low < repas.f1 < repas.high
    assert repas.precision_low < repas.precision < repas.precision_high
    assert repas.recall_low < repas.recall < repas.recall_high
    wide = 1.96 * (repas.recall * (1 - repas.recall) / repas.n) ** 0.5  # of a share of so many comments
    assert repas.recall_high - repas.recall_low == pytest.approx(2 * wide, rel=0.25)


def test_a_rare_theme_and_a_repeated_comment_are_told() -> None:
    texts, labels = _comments(100, noise=0.0)
    labels[0] = ["transport"]
    rare = next(rate for rate in error_rates(texts, labels, list(range(100))) if rate.label == "transport")
    assert rare.f1 is None
    assert str(FEWEST) in rare.say("fr")
    with pytest.raises(ValueError, match="twice"):
        error_rates([*texts, texts[0]], [*labels, labels[0]], list(range(101)))
