"""Contract of the themes of comments: how many speak of each, and how many criticise, by unit and year."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS, PERIOD
from chairs.tables.contract import Column, Contract


def _persons(fr: str, en: str) -> Column:
    return Column(kind="count", at_least=0, persons=True, label=Text(fr=fr, en=en))


COMMENT_THEMES = CONTRACTS.add(
    "comment_themes",
    Contract(
        name="comment_themes",
        label=Text(fr="Thèmes des commentaires", en="Themes of the comments"),
        columns={
            "establishment": Column(kind="text", label=Text(fr="Identifiant du site", en="Identifier of the site")),
            "unit": Column(kind="text", label=Text(fr="Unité, ou « all »", en="Unit, or “all”")),
            "period": Column(kind="text", pattern=PERIOD, label=Text(fr="Période ISO", en="ISO period")),
            "theme": Column(kind="text", label=Text(fr="Thème, ou « all »", en="Theme, or “all”")),
            "comments": _persons("Commentaires qui en parlent", "Comments that speak of it"),
            "critical": _persons("Dont critiques", "Of which critical"),
        },
        key=("establishment", "unit", "period", "theme"),
        order=("establishment", "unit", "period", "theme"),
    ),
)
