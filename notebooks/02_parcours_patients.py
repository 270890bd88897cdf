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
# # Parcours des patients
#
# Par où passent les patients, combien de temps entre deux étapes, combien sont présents à la fois ?
# Données de démonstration.

# %%
import plotly.express as px

import chairs

STUDY = "demo"

# %% [markdown]
# ## Durées entre étapes

# %%
durations = chairs.load("durations", STUDY)
durations[durations["n"] >= 11].head(15)

# %% [markdown]
# ## Les arcs les plus empruntés du parcours

# %%
transitions = chairs.load("transitions", STUDY)
transitions[transitions["n"] >= 11].nlargest(15, "n")

# %% [markdown]
# ## Arrivées par heure et jour de semaine

# %%
profile = chairs.load("profile", STUDY)
by_hour = profile[(profile["measure"] == "arrivals") & (profile["unit"] == "all")].sort_values(["weekday", "hour"])
px.line(
    by_hour,
    x="hour",
    y="mean",
    color="weekday",
    labels={"hour": "heure locale", "mean": "arrivées par heure", "weekday": "jour (1 = lundi)"},
)
