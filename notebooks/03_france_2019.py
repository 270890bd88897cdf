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
# # France 2019 : ce qui va avec l'expérience des patients
#
# e-Satis 2019 (HAS) et SAE 2019 (DREES), joints sur le FINESS géographique. Une **association** entre établissements
# n'est pas une cause, et ne dit rien d'un patient : taille, spécialité et statut juridique changent tout.
# Sans les données réelles, le carnet se déroule sur le territoire de démonstration.

# %%
import chairs
from chairs.core.errors import DataError

try:
    links, STUDY = chairs.load("links", "france-2019"), "france-2019"
except DataError:
    links, STUDY = chairs.load("links", "demo"), "demo"
STUDY

# %% [markdown]
# ## Corrélations de rang, brutes puis ajustées

# %%
links.pivot_table(index="exposure", columns="adjusted_for", values=["estimate", "low", "high", "n"], sort=True).round(3)

# %% [markdown]
# ## Combien d'établissements ont un score ?

# %%
scores = chairs.load("scores", STUDY)
scores[scores["dimension"] == "all"].groupby(["instrument", "status"]).size().rename("établissements").reset_index()
