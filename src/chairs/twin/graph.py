"""The table of steps as a graph: what can follow what."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from chairs.twin.model import Model
from chairs.twin.resources import Resource
from chairs.twin.steps import Leave, Patience, Route, Seize


def following(model: Model, place: int) -> str | None:
    """Return the name of the step after that at `place`, None where the table ends or the step chooses."""
    step = model.steps[place]
    if isinstance(step, Leave | Route):
        return None
    if step.next is not None:
        return step.next
    return model.steps[place + 1].name if place + 1 < len(model.steps) else None


def targets(model: Model, place: int) -> Iterator[str]:
    """Give the names of all steps that can come directly after one, exits by impatience left out.

    Branches that no class can take (probability 0 in every line) are left out too.
    """
    step = model.steps[place]
    after = following(model, place)
    if after is not None:
        yield after
    if isinstance(step, Route):
        for column, name in enumerate(step.to):
            if any(line[column] > 0 for line in step.probabilities):
                yield name
    if isinstance(step, Seize) and step.refused is not None:
        yield step.refused


def edges(model: Model) -> dict[str, set[str]]:
    """Return, for each step, those that can come directly after it; any wait can end where a clock sends."""
    exits = {step.leaves for step in model.steps if isinstance(step, Patience)}
    return {
        step.name: set(targets(model, place)) | (exits if isinstance(step, Seize) else set())
        for place, step in enumerate(model.steps)
    }


def in_cycle(model: Model) -> set[str]:
    """Return the steps from which one can come back to them."""
    return cyclic({name: sorted(to) for name, to in edges(model).items()})


def cyclic(graph: dict[str, list[str]]) -> set[str]:
    """Return the nodes of a graph that lie on a cycle.

    Notes
    -----
    Kosaraju's two passes: nodes in the order in which a search leaves them, then the parts of the graph that
    reach one another. Without recursion, so that long tables are no problem.
    """
    backward: dict[str, list[str]] = {node: [] for node in graph}
    for node, after in graph.items():
        for other in after:
            if other in backward:
                backward[other].append(node)
    order: list[str] = []
    seen: set[str] = set()
    for root in graph:
        order += _left(root, graph, seen)
    found: set[str] = set()
    seen = set()
    for root in reversed(order):
        part = _left(root, backward, seen)
        if len(part) > 1 or (part and part[0] in graph[part[0]]):
            found.update(part)
    return found


def _left(root: str, graph: dict[str, list[str]], seen: set[str]) -> list[str]:
    """Return the unseen nodes that can be reached, in the order in which a depth-first search leaves them."""
    order: list[str] = []
    work = [] if root in seen else [(root, iter(graph[root]))]
    seen.add(root)
    while work:
        node, after = work[-1]
        other = next((name for name in after if name in graph and name not in seen), None)
        if other is None:
            work.pop()
            order.append(node)
        else:
            seen.add(other)
            work.append((other, iter(graph[other])))
    return order


def all_ask_alike(model: Model, resource: Resource) -> bool:
    """Say whether all who wait for a resource ask for the same, so that when one cannot be served nobody can."""
    asking = (s for s in model.steps if isinstance(s, Seize) and any(resource.name in option for option in s.options))
    return resource.on_reduction == "finish" and len(list(islice(asking, 2))) < 2
