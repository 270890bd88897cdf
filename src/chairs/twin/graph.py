"""The table of steps as a graph: what can follow what."""

from __future__ import annotations

from collections.abc import Iterator

from chairs.twin.model import Model
from chairs.twin.steps import Leave, Patience, Route, Seize, Step


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


def in_cycle(model: Model, but: tuple[type[Step], ...] = ()) -> set[str]:
    """Return the steps from which one can come back to them, without passing a step of the kinds `but`.

    Notes
    -----
    Strongly connected components (Tarjan, *Depth-first search and linear graph algorithms*, SIAM Journal on
    Computing 1, 1972), without recursion so that long tables are no problem.
    """
    skipped = {step.name for step in model.steps if isinstance(step, but)} if but else set()
    graph = {name: sorted(to - skipped) for name, to in edges(model).items() if name not in skipped}
    return cyclic(graph)


def cyclic(graph: dict[str, list[str]]) -> set[str]:
    """Return the nodes of a graph that lie on a cycle."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: set[str] = set()
    for root in graph:
        if root in number:
            continue
        work: list[tuple[str, int]] = [(root, 0)]
        while work:
            node, place = work.pop()
            if place == 0:
                number[node] = low[node] = len(number)
                stack.append(node)
            after = [name for name in graph[node] if name in graph]
            descended = False
            for i in range(place, len(after)):
                other = after[i]
                if other not in number:
                    work += [(node, i + 1), (other, 0)]
                    descended = True
                    break
                if other in stack:
                    low[node] = min(low[node], number[other])
            if descended:
                continue
            if low[node] == number[node]:
                part = stack[stack.index(node) :]
                del stack[stack.index(node) :]
                if len(part) > 1 or node in graph[node]:
                    found.update(part)
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[node])
    return found
