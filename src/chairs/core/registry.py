"""Named things of one kind: registered once, found by name, an unknown name answered with the valid ones."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from chairs.core.errors import unknown

Item = TypeVar("Item")


class Registry(Generic[Item]):
    """A dictionary that refuses a second registration and explains a missing name.

    Parameters
    ----------
    kind
        What it holds, in French and English ("lecteur", "reader").
    package
        Package whose modules are imported before the first look-up, so that a new file registers itself.

    Examples
    --------
    >>> animals: Registry[int] = Registry(("animal", "animal"))
    >>> animals.add("cat", 4)
    4
    >>> animals["cat"], list(animals)
    (4, ['cat'])
    """

    def __init__(self, kind: tuple[str, str], package: str | None = None) -> None:
        self.kind = kind
        self._package = package
        self._items: dict[str, Item] = {}
        self._importing = False

    def add(self, name: str, item: Item) -> Item:
        """Register `item` as `name`; a second registration of a name is a programming error."""
        if name in self._items and self._items[name] is not item:
            raise ValueError(f'{self.kind[1]} "{name}" is registered twice')
        self._items[name] = item
        return item

    def register(self, name: str) -> Callable[[Item], Item]:
        """Return a decorator that registers what it decorates."""
        return lambda item: self.add(name, item)

    def __getitem__(self, name: str) -> Item:
        self._discover()
        if name not in self._items:
            raise unknown(self.kind, name, self._items)
        return self._items[name]

    def __contains__(self, name: object) -> bool:
        self._discover()
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        self._discover()
        return iter(sorted(self._items))

    def __len__(self) -> int:
        self._discover()
        return len(self._items)

    def _discover(self) -> None:
        if self._package is None or self._importing:
            return
        self._importing = True  # the modules imported below may look names up themselves
        try:
            package = importlib.import_module(self._package)
            for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
                importlib.import_module(f"{package.__name__}.{module}")
        finally:
            self._importing = False
        self._package = None  # only now: a module that failed to import fails again, it does not go missing
