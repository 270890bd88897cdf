"""Contract of the error rates of the reading of comments: by label, against comments that people have coded."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS, STATUSES
from chairs.tables.contract import Column, Contract


def _share(fr: str, en: str) -> Column:
    return Column(kind="number", missing=True, at_most=1, label=Text(fr=fr, en=en))


COMMENT_ERRORS = CONTRACTS.add(
    "comment_errors",
    Contract(
        name="comment_errors",
        label=Text(fr="Justesse de la lecture des commentaires", en="Accuracy of the reading of comments"),
        columns={
            "label": Column(
                kind="text",
                label=Text(fr="Thème, « critical » ou « macro » (moyenne)", en="Theme, “critical” or “macro” (mean)"),
            ),
            "n": Column(
                kind="count",
                at_least=0,
                persons=True,
                label=Text(fr="Commentaires codés qui le portent", en="Coded comments that carry it"),
            ),
            "precision": _share("Part des annoncés qui sont justes", "Share of those announced that are right"),
            "precision_low": _share("Justes, borne basse à 95 %", "Right, lower 95% bound"),
            "precision_high": _share("Justes, borne haute à 95 %", "Right, upper 95% bound"),
            "recall": _share("Part des vrais qui sont trouvés", "Share of the true ones that are found"),
            "recall_low": _share("Trouvés, borne basse à 95 %", "Found, lower 95% bound"),
            "recall_high": _share("Trouvés, borne haute à 95 %", "Found, upper 95% bound"),
            "f1": _share("F1", "F1"),
            "low": _share("F1, borne basse à 95 %", "F1, lower 95% bound"),
            "high": _share("F1, borne haute à 95 %", "F1, upper 95% bound"),
            "kappa": _share("Accord des deux lecteurs (kappa)", "Agreement of the two readers (kappa)"),
            "status": Column(
                kind="text",
                choices=STATUSES,
                label=Text(fr="Raison d'une absence", en="Reason of a missing value"),
            ),
        },
        key=("label",),
        order=("label",),
    ),
)
