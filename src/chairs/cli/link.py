"""`chairs link answerable` and `chairs contest`: what a protocol can show, and what a claim stands on."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from chairs.store.stage import language

app = typer.Typer(help="Declared links: what they can show.", no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)


@app.command("answerable")
def answerable(
    protocol: Annotated[str, typer.Argument(help="Name of a file of pipelines/protocols.")],
    answers: Annotated[float, typer.Option(help="Answers expected of an establishment and year.")] = 100.0,
) -> None:
    """Say, without reading any outcome, which effect could be detected with these establishments and years."""
    from chairs.linking.answerable import answerable as power
    from chairs.linking.protocol import read_protocol, unblocked
    from chairs.store import paths
    from chairs.store.load import load_table

    asked = read_protocol(paths.protocol_file(protocol))
    indicators, establishments = (load_table(table, asked.study) for table in ("indicators", "establishments"))
    for one in power(indicators, establishments, asked, answers):
        line = one.say(asked.smallest_effect, language())
        console.print(line, markup=False)
        if open_doors := sorted(unblocked(asked, one.exposure)):
            words = {"fr": "causes communes non tenues égales", "en": "common causes not held equal"}[language()]
            console.print(f"  {words}: {', '.join(open_doors)}", markup=False)


def contest(
    claim: Annotated[str, typer.Argument(help='"PROTOCOL EXPOSURE INSTRUMENT/DIMENSION", quoted.')],
    drop: Annotated[list[str] | None, typer.Option(help="Establishment left out (may be repeated).")] = None,
    lag: Annotated[int | None, typer.Option(help="Years from exposure to outcome.")] = None,
    floor: Annotated[int | None, typer.Option(help="Fewest answers of a score.")] = None,
) -> None:
    """Answer a challenge to a claim: the changed choice on the specification curve, and how few carry the claim."""
    from chairs.core.errors import SettingError, problem, unknown
    from chairs.linking.cells import Sources
    from chairs.linking.contest import Challenge
    from chairs.linking.contest import contest as answer
    from chairs.linking.protocol import read_protocol
    from chairs.store import paths
    from chairs.store.load import load_table

    words = claim.split()
    if len(words) != 3:
        remedy = ("écrire « PROTOCOLE EXPOSITION RÉSULTAT »", 'write "PROTOCOL EXPOSURE OUTCOME"')
        raise SettingError((problem("lien mal nommé", "the claim is not named well", remedy=remedy),))
    protocol = read_protocol(paths.protocol_file(words[0]))
    pair = (words[1], words[2])
    if pair not in protocol.pairs:
        known = [" ".join(one) for one in protocol.pairs]
        raise unknown(("lien", "claim"), " ".join(pair), known)
    names = ("indicators", "scores", "establishments")
    sources = Sources.of(*(load_table(name, protocol.study) for name in names))
    challenge = Challenge(drop=tuple(drop or ()), lag=lag, floor=floor)
    console.print(answer(sources, protocol, pair, challenge).say(language()), markup=False)
