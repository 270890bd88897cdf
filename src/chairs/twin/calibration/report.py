"""What a calibration found, could not identify and assumed, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from chairs.core.errors import Language, Text
from chairs.twin.calibration.intensity import Intensity
from chairs.twin.calibration.journal import DAY, NOWHERE, Journal
from chairs.twin.calibration.lapses import Lapse
from chairs.twin.calibration.modes import LATER
from chairs.twin.calibration.paths import Paths
from chairs.twin.calibration.phrases import phrase
from chairs.twin.calibration.places import Place

MUCH = 0.05
MOST_NAMES = 12
PATTERNS_FR = {
    "flat": "constant",
    "smooth hour": "par heure, lissé",
    "hour": "par heure",
    "hour and weekday": "par heure et par jour",
    "hour of the week": "par heure de la semaine",
}
HEADS: dict[Language, tuple[str, str, str]] = {
    "fr": ("Trouvé", "Non identifiable", "Supposé"),
    "en": ("Found", "Not identifiable", "Assumed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a calibration says of itself.

    Parameters
    ----------
    found, unidentified, assumed
        Sentences.
    figures
        Counts and shares by name.
    """

    found: tuple[Text, ...]
    unidentified: tuple[Text, ...]
    assumed: tuple[Text, ...]
    figures: dict[str, float]

    def say(self, lang: Language = "en") -> str:
        """Return the report as lines of text."""
        blocks = zip(HEADS[lang], (self.found, self.unidentified, self.assumed), strict=True)
        return "\n".join(line for head, texts in blocks for line in (f"{head}:", *(f"- {t.say(lang)}" for t in texts)))

    def written(self) -> dict[str, Any]:
        """Return the report as what a JSON file holds."""
        blocks = {"found": self.found, "unidentified": self.unidentified, "assumed": self.assumed}
        return {
            **{name: [{"fr": text.fr, "en": text.en} for text in texts] for name, texts in blocks.items()},
            "figures": dict(sorted(self.figures.items())),
        }


@dataclass(frozen=True)
class Findings:
    """What the report is written from.

    `calendar` says whether the dates are real, `left_out` which share of the cases is from before a change of the
    process, `overlaps` how many steps were cut into a beginning and an end.
    """

    journal: Journal
    paths: Paths
    places: tuple[Place, ...]
    intensities: tuple[Intensity, ...]
    calendar: bool
    left_out: float
    overlaps: int


def write_report(findings: Findings) -> Report:
    """Return the report of a calibration."""
    figures = _figures(findings)
    return Report(
        found=(*_of_past(figures), *_of_paths(figures, findings.paths), *_of_arrivals(findings), *_of_places(findings)),
        unidentified=tuple(_unidentified(findings, figures)),
        assumed=tuple(_assumed(figures)),
        figures=figures,
    )


def _figures(findings: Findings) -> dict[str, float]:
    journal, paths, places = findings.journal, findings.paths, findings.places
    same = (journal.start[1:] == journal.start[:-1])[~journal.first[1:]]
    return {
        "cases": journal.cases,
        "events": len(journal),
        "days": round(int(journal.arrivals.max() - journal.arrivals.min()) / DAY, 1),
        "steps": len(np.unique(journal.step)),
        "places": sum(place.resource.name != NOWHERE for place in places),
        "queues": sum(place.limited for place in places),
        "memory": paths.depth,
        "states": len(paths.follows),
        "delay_groups": len(paths.delays),
        "stay_groups": sum(stay is not None for stay in paths.stays.values()),
        "stays_under_way": int(journal.going.sum()),
        "unfollowed": paths.unfollowed,
        "overlapping": round(paths.overlapping, 4),
        "overlaps": findings.overlaps,
        "left_out": round(findings.left_out, 4),
        "same_moment": round(float(same.mean()) if len(same) else 0.0, 4),
        "shared_moment": round(_shared(journal), 4),
        "arrival_lists": len(findings.intensities),
    }


def _shared(journal: Journal) -> float:
    """Return the share of steps that start at the very moment at which one of another case does."""
    order = np.lexsort((journal.case, journal.start))
    moments, cases = journal.start[order], journal.case[order]
    alone = np.append(True, (np.diff(moments) != 0) | (np.diff(cases) != 0))  # one line a moment and case
    _, counts = np.unique(moments[alone], return_counts=True)
    return float(counts[counts > 1].sum() / max(int(alone.sum()), 1))


def _shapes(lapses: Iterable[Lapse]) -> str:
    rows = [row for lapse in lapses if lapse.soon for row in lapse.soon.rows[:1]]
    kinds = Counter("grid" if row.kind in ("empirical", "fixed") else row.kind for row in rows)
    return ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items())) or "–"


def _of_paths(figures: dict[str, float], paths: Paths) -> Iterator[Text]:
    lapses = [*paths.delays.values(), *(stay for stay in paths.stays.values() if stay)]
    yield phrase("memory", depth=int(figures["memory"]), states=int(figures["states"]))
    yield phrase("delays", n=len(paths.delays), shapes=_shapes(lapses))
    yield phrase("clock", n=sum(LATER in lapse.modes for lapse in paths.delays.values()))
    gates = [lapse.gate.before for lapse in lapses if lapse.gate]
    if gates:
        yield phrase("hours", work=sum(gates), wait=len(gates) - sum(gates))


def _of_past(figures: dict[str, float]) -> Iterator[Text]:
    if figures["left_out"]:
        yield phrase("changed", share=f"{100 * figures['left_out']:.0f}")
    if figures["overlaps"]:
        yield phrase("beside", n=int(figures["overlaps"]))


def _of_arrivals(findings: Findings) -> Iterator[Text]:
    for one in findings.intensities:
        cv = f"{one.dispersion:.2f}"
        yield phrase(
            "recent arrivals" if one.recent else "arrivals",
            name=one.arrivals.name,
            pattern=one.pattern,
            pattern_fr=PATTERNS_FR[one.pattern],
            cv=cv,
            cv_fr=cv.replace(".", ","),
        )
        if one.arrivals.within:
            yield phrase("minutes", name=one.arrivals.name)


def _of_places(findings: Findings) -> Iterator[Text]:
    for place in findings.places:
        if place.limited:
            levels = [shift.capacity for shift in place.resource.shifts] or [place.resource.capacity or 0]
            units = str(levels[0]) if len(set(levels)) == 1 else f"{min(levels)}-{max(levels)}"
            yield phrase("queue", name=place.resource.name, units=units, share=f"{100 * place.full:.0f}")


def _unidentified(findings: Findings, figures: dict[str, float]) -> Iterator[Text]:
    if findings.journal.dated_once:
        yield phrase("lengths")
    if not (findings.journal.asked < findings.journal.start).any():
        yield phrase("requests")
    others = [place.resource.name for place in findings.places if place.found == "not_full"]
    if others:
        yield phrase("cause of waits", names=", ".join(others[:MOST_NAMES]) + (", …" if others[MOST_NAMES:] else ""))
    if not findings.calendar:
        yield phrase("fictitious")
    elif not any(one.season for one in findings.intensities):
        yield phrase("season")
    if figures["shared_moment"] > MUCH:
        yield phrase("batches", share=f"{100 * figures['shared_moment']:.0f}")
    if figures["queues"]:
        yield phrase("priorities")


def _assumed(figures: dict[str, float]) -> Iterator[Text]:
    yield phrase("independent")
    yield phrase("past")
    if figures["same_moment"]:
        yield phrase("at once")
    if figures["unfollowed"]:
        yield phrase("unfollowed")
    if figures["overlapping"]:
        share = f"{100 * figures['overlapping']:.1f}"
        yield phrase("overlapping", share=share, share_fr=share.replace(".", ","))
    if figures["stays_under_way"]:
        yield phrase("under way")
