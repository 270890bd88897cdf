"""What the French sources share about hospital sites: FINESS numbers, region names, one row a site."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

FINESS = r"\d[\dAB]\d{7}"  # nine characters; Corsica writes 2A and 2B

# code of the region (INSEE, since 2016) -> its name
REGIONS = {
    "01": "Guadeloupe",
    "02": "Martinique",
    "03": "Guyane",
    "04": "La Réunion",
    "06": "Mayotte",
    "11": "Île-de-France",
    "24": "Centre-Val de Loire",
    "27": "Bourgogne-Franche-Comté",
    "28": "Normandie",
    "32": "Hauts-de-France",
    "44": "Grand Est",
    "52": "Pays de la Loire",
    "53": "Bretagne",
    "75": "Nouvelle-Aquitaine",
    "76": "Occitanie",
    "84": "Auvergne-Rhône-Alpes",
    "93": "Provence-Alpes-Côte d'Azur",
    "94": "Corse",
}

# how HAS writes some of them; "Océan Indien" (La Réunion and Mayotte) stays as it is
_WRITTEN = {
    "Ile de France": "Île-de-France",
    "Hauts de France": "Hauts-de-France",
    "Nouvelle Aquitaine": "Nouvelle-Aquitaine",
    "PACA": "Provence-Alpes-Côte d'Azur",
}


def region_names(cells: pd.Series) -> pd.Series:
    """Return region names in one spelling, from codes or from the names that HAS writes."""
    return cells.replace(_WRITTEN | REGIONS)


def merged(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return one row a site: for each fact, the first frame that knows it wins.

    Two sources that both describe a site never make two rows of it, so that a join on the site does
    not double.

    Examples
    --------
    >>> import pandas as pd
    >>> facts = pd.DataFrame({"establishment": ["1"], "name": [None], "status": ["public"]}, dtype="str")
    >>> names = pd.DataFrame({"establishment": ["1", "2"], "name": ["A", "B"]}, dtype="str")
    >>> merged([facts, names]).to_dict("records")  # doctest: +NORMALIZE_WHITESPACE
    [{'establishment': '1', 'name': 'A', 'status': 'public'},
     {'establishment': '2', 'name': 'B', 'status': nan}]
    """
    import pandas as pd

    together = pd.concat(frames, ignore_index=True)
    return together.groupby("establishment", sort=True).first().reset_index()


def without_entities(sites: pd.DataFrame, unsure: set[str]) -> pd.DataFrame:
    """Return the sites less those of `unsure` that are the legal entity of another site.

    Some sources give a result under the number of the legal entity. Kept as a site, an entity would
    stand beside its own sites.
    """
    if "legal_entity" not in sites:
        return sites
    entities = set(sites["legal_entity"].dropna()) & unsure
    return sites[~sites["establishment"].isin(entities)]
