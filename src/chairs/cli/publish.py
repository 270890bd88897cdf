"""Builds the site from what is rendered, with what changed since the last state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chairs.core.errors import Problem
from chairs.store import paths


def publish(studies: Sequence[str], absent: Mapping[str, tuple[Problem, ...]]) -> None:
    """Take the snapshot of the published numbers and assemble the site."""
    from chairs.dashboards.site import assemble
    from chairs.record.diff import changes, snapshot

    present = [name for name in studies if (paths.stage_folder("render", name) / "figures.json").is_file()]
    snapshot(present)
    assemble(
        paths.data("render"),
        paths.data("site"),
        absent=absent,
        changes={name: changes(name) for name in present},
        catalog=paths.data("catalog.yaml"),
    )
