"""Result of a multilevel model: coefficients, variances, effects of groups, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.stats.estimate import REASONS, Estimate, of_term, shown

if TYPE_CHECKING:
    import numpy as np

RESIDUAL = "residual"

NOTES = {
    "singular": Text(
        fr="une variance entre groupes est estimée à zéro (ou une corrélation à ±1) : les données ne montrent pas de "
        "différence entre groupes au-delà du hasard",
        en="a variance between groups is estimated as zero (or a correlation as ±1): the data show no difference "
        "between groups beyond chance",
    ),
    "few_groups": Text(
        fr="moins de dix établissements : la variance entre établissements est très incertaine",
        en="fewer than ten establishments: the variance between establishments is very uncertain",
    ),
    "rows_dropped": Text(fr="les lignes incomplètes sont écartées", en="incomplete rows are left out"),
}
FEW = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Variance:
    """One variance, or covariance when `other` names a second term.

    `spread` is its square root (the correlation when `other` is given), in the unit of the outcome per unit of the
    term.
    """

    group: str
    term: str | None
    value: float
    spread: float
    other: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Effects:
    """Predicted deviation of each level of a group, shape of `values` (levels, terms), unit of the outcome."""

    group: str
    terms: tuple[str, ...]
    levels: tuple[str, ...]
    values: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MixedFit:
    """One fitted multilevel model; without a fit, `reason` is a key of `chairs.stats.estimate.REASONS`.

    Parameters
    ----------
    fixed
        Coefficients, in the order of the model; those that cannot be estimated carry their own reason.
    variances
        Between groups, then the residual one (none for a generalised model).
    covariance
        Of the coefficients that have an estimate, in their order.
    log_likelihood
        With all its constants; of the restricted likelihood when `reml`.
    groups
        Name and number of levels of each grouping.
    notes
        Keys of `NOTES`.
    """

    n: int
    fixed: tuple[Estimate, ...] = ()
    variances: tuple[Variance, ...] = ()
    covariance: np.ndarray | None = None
    log_likelihood: float | None = None
    reml: bool = False
    groups: tuple[tuple[str, int], ...] = ()
    effects: tuple[Effects, ...] = ()
    notes: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def singular(self) -> bool:
        """Whether a variance between groups is at its limit."""
        return "singular" in self.notes

    def coefficient(self, term: str) -> Estimate:
        """Return the coefficient of `term`; that of a fit that was refused carries the fit's reason."""
        if self.reason is not None and term not in {one.term for one in self.fixed}:
            return Estimate(term=term, n=self.n, reason=self.reason)
        return of_term(self.fixed, term)

    def variance(self, group: str, term: str = "(intercept)", other: str | None = None) -> Variance:
        """Return one variance between levels of `group` (or the residual one)."""
        wanted = None if group == RESIDUAL else term
        return next(v for v in self.variances if (v.group, v.term, v.other) == (group, wanted, other))

    @property
    def icc(self) -> float:
        """Share of the variance that lies between the levels of the first group (random intercepts only)."""
        return self.variances[0].value / sum(v.value for v in self.variances)

    def reliability(self, rows: np.ndarray) -> np.ndarray:
        r"""Return the reliability of the mean of each establishment, given its numbers of answers (random intercepts).

        :math:`\lambda_j = \tau^2/(\tau^2 + \sigma^2/n_j)`, Raudenbush & Bryk 2002, eq. 3.42; its mean over the 160
        schools of High School & Beyond is 0.90.
        """
        between, residual = self.variances[0].value, self.variance(RESIDUAL).value
        return between / (between + residual / rows)

    def say(self, lang: Language = "en") -> str:
        """Return the coefficients, the variances and the notes, one a line."""
        if self.reason is not None:
            return f"{REASONS[self.reason].say(lang)} (n {self.n})"
        lines = [one.say(lang) for one in self.fixed]
        word = {"fr": "écart-type", "en": "sd"}[lang]
        link = {"fr": "corrélation", "en": "correlation"}[lang]
        for v in self.variances:
            name = f"{v.group}, {v.term}" if v.term else {"fr": "résidu", "en": RESIDUAL}[lang]
            spread = shown(v.spread, lang, ".3f" if v.other else ".4g")
            lines.append(f"{name} × {v.other}, {link} {spread}" if v.other else f"{name}, {word} {spread}")
        return "\n".join([*lines, *(NOTES[note].say(lang) for note in self.notes)])

    def __str__(self) -> str:
        return self.say("en")


def impossible(reason: str, n: int, terms: tuple[str, ...] = ()) -> MixedFit:
    """Return the fit that could not be made, its reason on every coefficient.

    Examples
    --------
    >>> print(impossible("one_cluster", 12).say("en"))
    a single establishment: the variation between establishments cannot be measured (n 12)
    """
    return MixedFit(n=n, fixed=tuple(Estimate(term=t, n=n, reason=reason) for t in terms), reason=reason)
