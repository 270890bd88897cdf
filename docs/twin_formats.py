"""The reference page of the twin's files (model, scenario, state), from the records that read them."""

from __future__ import annotations

import dataclasses
import inspect
import re
import typing
from collections.abc import Callable, Iterable, Sequence


def page(table: Callable[[Sequence[str], Iterable[Sequence[object]]], str], made: str) -> str:
    """Return the page: one section a record, its fields, their types and what they mean."""
    from chairs.twin.arrivals import Arrivals, Attribute
    from chairs.twin.durations import Duration, Durations
    from chairs.twin.model import Model
    from chairs.twin.resources import Closure, Resource, Shift
    from chairs.twin.scenario import Scenario
    from chairs.twin.state import Present
    from chairs.twin.steps import KINDS, Window, Worsening

    parts = [
        "# Files of the twin\n",
        made,
        "A model and a state are JSON files, a scenario is YAML or JSON. An unknown key is refused with the valid "
        "ones. How to use them: [run the twin](../how-to/run-the-twin.md).\n",
        "A step is written with its `kind`; where a table of durations is expected, one duration may stand alone. "
        "A state is a list of `Present`.\n",
    ]
    sections = [(record.__name__, record) for record in (Model, Arrivals, Attribute, Resource, Shift, Closure)]
    sections += [(f"{record.__name__} (step `{word}`)", record) for word, record in KINDS.items()]
    sections += [(record.__name__, record) for record in (Duration, Durations, Window, Worsening, Scenario, Present)]
    for title, record in sections:
        parts.append(f"## {title}\n\n{_text(record)}\n")
        parts.append(
            table(("key", "type", "when left out"), [_row(record, field) for field in dataclasses.fields(record)])
        )
    return "\n".join(parts)


def _text(record: type) -> str:
    """Return the record's note: its sections as lists, without errors, sources and examples."""
    note = inspect.cleandoc(record.__doc__ or "")
    note = re.split(r"\n(?:Raises|Examples)\n-+\n", note)[0]
    note = re.sub(r"\n(?:Parameters|Notes)\n-+\n", "\n", note)
    lines = []
    for line in note.splitlines():
        starts = re.fullmatch(r"[a-z_]+(, [a-z_]+)*", line)
        lines.append(f"- `{line}`:" if starts else line)
    return "\n".join(lines).replace("`:\n    ", "`: ").rstrip()


def _row(record: type, field: dataclasses.Field[object]) -> tuple[str, str, str]:
    hint = typing.get_type_hints(record)[field.name]
    if field.default is not dataclasses.MISSING:
        default = "–" if field.default in (None, ()) else f"`{field.default}`"
    else:
        default = "–" if field.default_factory is not dataclasses.MISSING else "needed"
    return f"`{field.name}`", f"`{_type(hint)}`", default


def _type(hint: object) -> str:
    text = hint.__name__ if isinstance(hint, type) and not typing.get_args(hint) else str(hint)
    text = re.sub(r"(?:typing|collections\.abc|chairs\.twin\.\w+)\.", "", text)
    return text.replace("Mapping[", "mapping[").replace("tuple[", "list[").replace(", ...]", "]").replace(" | None", "")
