"""Contract of the establishments: hospitals and companies, one row a site."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract

ESTABLISHMENTS = CONTRACTS.add(
    "establishments",
    Contract(
        name="establishments",
        label=Text(fr="Établissements et entreprises", en="Establishments and companies"),
        columns={
            "establishment": Column(
                kind="text",
                label=Text(
                    fr="Identifiant du site (FINESS géographique pour un hôpital)",
                    en="Identifier of the site (geographic FINESS for a hospital)",
                ),
            ),
            "legal_entity": Column(kind="text", missing=True, label=Text(fr="Entité juridique", en="Legal entity")),
            "name": Column(kind="text", missing=True, label=Text(fr="Nom", en="Name")),
            "kind": Column(kind="text", choices=("hospital", "company"), label=Text(fr="Nature", en="Kind")),
            "status": Column(
                kind="text",
                missing=True,
                choices=("public", "private_non_profit", "private_for_profit"),
                label=Text(fr="Statut juridique", en="Legal status"),
            ),
            "category": Column(kind="text", missing=True, label=Text(fr="Catégorie", en="Category")),
            "region": Column(kind="text", missing=True, label=Text(fr="Région", en="Region")),
            "emergency": Column(
                kind="flag", missing=True, label=Text(fr="A un service d'urgences", en="Has an emergency department")
            ),
        },
        key=("establishment",),
        order=("establishment",),
    ),
)
