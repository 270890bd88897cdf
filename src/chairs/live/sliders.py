"""The sliders of the what-if app: which there are, their bounds, their words, and the levers they come to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.dashboards import fmt
from chairs.live import desk_words as words
from chairs.twin.hospital.levers import Levers, noon_share, stations, wards

if TYPE_CHECKING:
    from chairs.twin.model import Model
    from chairs.twin.state import Present


@dataclass(frozen=True, slots=True, kw_only=True)
class Slider:
    """One slider: `key` says what it moves, `group` where it stands, `share` that it shows percents of today."""

    key: str
    group: str
    label: Text
    least: float
    most: float
    step: float
    start: float
    share: bool = False
    shown: bool = True

    def says(self, value: float, lang: Language) -> str:
        """Return a value in words."""
        if self.share:
            return fmt.percent(value, lang)
        sign = "+" if value > 0 else ""
        return sign + fmt.number(value, lang)


def sliders(model: Model, labels: Mapping[str, Text], state: Sequence[Present] = ()) -> tuple[Slider, ...]:
    """Return the sliders that a hospital's model has, in the order of the page.

    Wards come by the number of patients of `state` who wait for one of their beds, the most first.
    """
    found = [
        _percents("emergency", 70, 130, 100),
        _percents("planned", 70, 130, 100),
        _percents("stay", 70, 130, 100),
    ]
    noon = noon_share(model)
    if noon is not None:
        found.append(_percents("before_noon", 0, 90, round(100 * noon)))
    for name, shown in stations(model).items():
        unit, _, word = name.rpartition(" ")
        place, kind = labels.get(unit, Text(fr=unit, en=unit)), words.STATIONS[word]
        label = Text(fr=f"{kind.fr}, {_inside(place.fr)}", en=f"{kind.en}, {_inside(place.en)}")
        found.append(
            Slider(key=f"staff:{name}", group="staff", label=label, least=-1, most=3, step=1, start=0, shown=shown)
        )
    waiting = Counter(person.step for person in state)
    for ward in sorted(wards(model), key=lambda ward: (-waiting[f"bed {ward}"], ward)):
        label = labels.get(ward, Text(fr=ward, en=ward))
        found.append(Slider(key=f"beds:{ward}", group="beds", label=label, least=-10, most=15, step=1, start=0))
    return tuple(found)


def _inside(words_: str) -> str:
    return words_[:1].lower() + words_[1:]


def _percents(key: str, least: float, most: float, start: float) -> Slider:
    label = words.LEVERS[key]
    return Slider(key=key, group="flow", label=label, least=least, most=most, step=5 if key != "before_noon" else 1,
                  start=start, share=True)  # fmt: skip


def levers(these: Sequence[Slider], values: Sequence[float | str | None]) -> Levers:
    """Return what the positions of the sliders come to; a position that is no number counts as today's."""
    moved = {}
    for slider, value in zip(these, values, strict=True):
        number = position(slider, value)
        if number != slider.start:
            moved[slider.key] = number
    factors = {key: moved[key] / 100 for key in ("emergency", "planned", "stay") if key in moved}
    return Levers(
        beds=_named(moved, "beds:"),
        staff=_named(moved, "staff:"),
        before_noon=moved["before_noon"] / 100 if "before_noon" in moved else None,
        **factors,
    )


def _named(moved: Mapping[str, float], kind: str) -> dict[str, int]:
    return {key.removeprefix(kind): int(value) for key, value in moved.items() if key.startswith(kind)}


def position(slider: Slider, value: float | str | None) -> float:
    """Return a position inside the slider's bounds, whatever a browser sends."""
    try:
        number = float(value) if value is not None else slider.start
    except ValueError:
        return slider.start
    return min(max(number, slider.least), slider.most) if math.isfinite(number) else slider.start
