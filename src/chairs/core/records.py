"""Frozen records read from YAML: unknown keys refused with the valid choices, types checked."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from chairs.core.errors import Problem, SettingError, Text, problem

Record = TypeVar("Record")


def read_yaml(path: Path) -> Any:
    """Read one YAML file; a syntax error names the file and the row.

    Raises
    ------
    SettingError
        If the file is missing, is not UTF-8 or is not YAML.
    """
    import yaml

    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where libyaml is there
        return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except FileNotFoundError:
        raise SettingError(
            (problem("fichier absent", "file not found", file=str(path), remedy=("vérifier le nom", "check the name")),)
        ) from None
    except UnicodeDecodeError:
        raise SettingError(
            (
                problem(
                    "le fichier n'est pas en UTF-8",
                    "the file is not UTF-8",
                    file=str(path),
                    remedy=("l'enregistrer en UTF-8", "save it as UTF-8"),
                ),
            )
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise SettingError(
            (
                problem(
                    "YAML illisible",
                    "not readable as YAML",
                    file=str(path),
                    row=mark.line + 1 if mark else None,
                    remedy=("corriger l'indentation ou les guillemets", "correct the indentation or the quotes"),
                ),
            )
        ) from None


def misnamed(name: str, path: Path, where: str | None = None) -> Problem:
    """Return the fault of a record whose name is not that of its file; `where`: how the file is told.

    Examples
    --------
    >>> print(misnamed("lilleq", Path("studies/lille.yaml")).what.en)
    the name "lilleq" is not that of the file
    """
    return problem(
        f"le nom « {name} » n'est pas celui du fichier",
        f'the name "{name}" is not that of the file',
        file=where or path.name,
        column="name",
        remedy=(f"écrire name: {path.stem}", f"write name: {path.stem}"),
    )


def build(cls: type[Record], data: object, where: str) -> Record:
    """Build the frozen dataclass `cls` from what a YAML file holds.

    Nested dataclasses, tuples of them, `Text` (a mapping with fr and en) and optional fields are
    followed. An unknown key, a missing key or a value of another type is refused.

    Raises
    ------
    SettingError
        With the place (`where` and the key) and the valid keys.

    Examples
    --------
    >>> @dataclasses.dataclass(frozen=True)
    ... class Point:
    ...     x: float
    ...     label: str = ""
    >>> build(Point, {"x": 1}, "p.yaml")
    Point(x=1.0, label='')
    >>> build(Point, {"z": 1}, "p.yaml")
    Traceback (most recent call last):
    ...
    chairs.core.errors.SettingError: p.yaml: unknown key "z". Remedy: choose among: label, x.
    """
    if not isinstance(data, Mapping):
        raise _refuse(where, "une correspondance clé: valeur est attendue", "a mapping key: value is expected")
    hints = _hints(typing.cast(type, cls))
    fields = {f.name: f for f in dataclasses.fields(cls) if f.init}  # type: ignore[arg-type]
    for key in data:
        if key not in fields:
            listed = ", ".join(sorted(fields))
            raise _refuse(
                where,
                f"clé inconnue « {key} »",
                f'unknown key "{key}"',
                (f"choisir parmi : {listed}", f"choose among: {listed}"),
            )
    values: dict[str, Any] = {}
    for name, spec in fields.items():
        if name in data:
            values[name] = _convert(hints[name], data[name], f"{where}, {name}")
        elif spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING:
            raise _refuse(where, f"clé manquante « {name} »", f'missing key "{name}"')
    return cls(**values)


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    """Return the types of a record's fields; looked up once, for a model has thousands of records of a few kinds."""
    return typing.get_type_hints(cls)


def _convert(hint: Any, value: Any, where: str) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        some = next(a for a in args if a is not type(None))
        return None if value is None and type(None) in args else _convert(some, value, where)
    if origin in (tuple, dict, Mapping, typing.Literal) or hint is Any:
        return _collection(origin, args, value, where)
    if dataclasses.is_dataclass(hint):
        return build(typing.cast(type, hint), value, where)
    return _scalar(hint, value, where)


def _collection(origin: Any, args: tuple[Any, ...], value: Any, where: str) -> Any:
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise _refuse(where, "une liste est attendue", "a list is expected")
        if args[0] is float and all(type(item) is float for item in value):
            return tuple(value)
        return tuple(_convert(args[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if origin in (dict, Mapping):
        if not isinstance(value, Mapping):
            raise _refuse(where, "une correspondance clé: valeur est attendue", "a mapping key: value is expected")
        return {_convert(args[0], k, where): _convert(args[1], v, f"{where}, {k}") for k, v in value.items()}
    if origin is typing.Literal and value not in args:
        listed = ", ".join(map(str, args))
        raise _refuse(
            where,
            "valeur hors liste",
            "value not in the list",
            (f"choisir parmi : {listed}", f"choose among: {listed}"),
        )
    return value


def _scalar(hint: Any, value: Any, where: str) -> Any:
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint in (str, int, float, bool) and type(value) is not hint:
        names = {
            str: ("un texte (entre guillemets)", "a text (in quotes)"),
            int: ("un entier", "a whole number"),
            float: ("un nombre", "a number"),
            bool: ("true ou false", "true or false"),
        }
        raise _refuse(where, f"{names[hint][0]} est attendu", f"{names[hint][1]} is expected")
    return value


def _refuse(where: str, fr: str, en: str, remedy: tuple[str, str] | None = None) -> SettingError:
    return SettingError((problem(fr, en, remedy=remedy, file=where),))


__all__ = ["Text", "build", "misnamed", "read_yaml"]
