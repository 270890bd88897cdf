"""The command line, one file per verb."""

from __future__ import annotations


def main() -> None:
    """Run the command `chairs`; an error a person can act on is printed in words, exit code 2."""
    import sys

    from chairs.cli.app import app
    from chairs.core.errors import EXIT_CODE, ChairsError
    from chairs.store.stage import language

    try:
        app()
    except ChairsError as error:
        sys.stderr.write(error.say(language()) + "\n")
        sys.exit(EXIT_CODE)
