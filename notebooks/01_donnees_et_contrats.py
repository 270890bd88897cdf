# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Données et contrats
#
# Quelles tables une étude possède-t-elle, que promet chacune, et qui a répondu aux questionnaires ?
# Les données de ce carnet sont des **données de démonstration**.

# %%
import pandas as pd

import chairs
from chairs.tables import CONTRACTS

STUDY = "demo"

# %% [markdown]
# ## Une table et sa provenance
# `chairs.load` donne la table du dernier stade qui l'a écrite ; sa provenance voyage avec elle.

# %%
scores = chairs.load("scores", STUDY)
scores.attrs["provenance"]

# %% [markdown]
# ## Ce que promet un contrat

# %%
pd.DataFrame(
    [
        {"colonne": name, "type": c.kind, "unité": c.unit, "peut manquer": c.missing, "contient": c.label.fr}
        for name, c in CONTRACTS["scores"].columns.items()
    ]
)

# %% [markdown]
# ## Une valeur manquante garde sa raison
# `below_floor` : moins de réponses que le plancher du questionnaire ; le score n'est pas publié.

# %%
scores.groupby(["instrument", "status"]).size().rename("scores").reset_index()

# %% [markdown]
# ## Un contrat refuse ce qu'il ne connaît pas, sans montrer de valeur

# %%
from chairs.core.errors import DataError

broken = scores.assign(status="peut-être").head(2)
try:
    CONTRACTS["scores"].check(broken, file="essai")
except DataError as error:
    print(error.say("fr"))

# %% [markdown]
# ## Qui répond ?
# Nombre de répondants par mode de recueil (les effectifs de moins de 11 ne sont pas montrés).

# %%
responses = chairs.load("responses", STUDY)
by_mode = responses.groupby(["instrument", "mode"])["respondent"].nunique().rename("répondants").reset_index()
by_mode[by_mode["répondants"] >= 11]
