"""Why something of the feed was not taken, in words; never a value of it."""

from __future__ import annotations

from chairs.core.errors import Problem, Text, problem

REASONS: dict[str, Text] = {
    "no_header": Text(fr="pas de segment MSH au début", en="no MSH segment at the beginning"),
    "no_encoding": Text(fr="caractères d'encodage absents ou doubles", en="encoding characters missing or doubled"),
    "no_type": Text(fr="pas un message ADT (MSH-9)", en="not an ADT message (MSH-9)"),
    "no_id": Text(fr="identifiant de message absent (MSH-10)", en="message identifier missing (MSH-10)"),
    "no_visit": Text(fr="numéro de venue absent (PV1-19 ou PID-18)", en="visit number missing (PV1-19 or PID-18)"),
    "bad_time": Text(fr="horodatage illisible", en="time stamp that cannot be read"),
    "no_time": Text(fr="moment de l'événement absent", en="moment of the event missing"),
    "no_unit": Text(fr="unité absente (PV1-3, ZBE-7)", en="unit missing (PV1-3, ZBE-7)"),
    "no_movement": Text(
        fr="annulation ou correction qui ne dit pas de quel mouvement (ZBE-1, EVN-6)",
        en="cancellation or correction that does not say of which movement (ZBE-1, EVN-6)",
    ),
    "bad_action": Text(fr="action de mouvement inconnue (ZBE-4)", en="unknown action on a movement (ZBE-4)"),
    "bad_text": Text(fr="ni UTF-8 ni Latin-1 lisible", en="neither readable UTF-8 nor Latin-1"),
    "too_large": Text(fr="fichier trop grand", en="file too large"),
    "not_a_log": Text(
        fr="pas un journal d'événements lisible ; le détail est dit à la commande",
        en="not a readable event log; the command says the details",
    ),
}
"""Code to sentence."""


def refusal(code: str, file: str, row: int | None = None) -> Problem:
    """Return the problem behind a code: file and place in it, without any value.

    Examples
    --------
    >>> refusal("no_visit", "adt.hl7", 3).say("en")
    'adt.hl7, row 3: visit number missing (PV1-19 or PID-18)'
    """
    words = REASONS[code]
    return problem(words.fr, words.en, file=file, row=row)
