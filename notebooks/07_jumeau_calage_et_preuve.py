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
# # Un lien, du protocole au verdict
#
# Ce que l'on cherche est **déclaré avant de lire les résultats** : expositions, résultats, comparaison, décalage, plus
# # Un jumeau : appris d'un journal, puis mis à l'épreuve
#
# Rien n'est réglé à la main. Du seul journal d'événements, le calage tire arrivées, parcours, durées et, là où le
# journal les montre, capacités et files. Il dit aussi **ce qu'il n'a pas pu savoir**. La preuve vient ensuite : le
# jumeau refait des parcours qu'il n'a jamais vus, à côté de trois générateurs simples et du bruit du journal lui-même.
# Sans les données réelles (sepsis), le carnet se déroule sur le territoire de démonstration.

# %%
import chairs
from chairs.core.errors import DataError
from chairs.store import paths
from chairs.twin.backtest.proof import Protocol, prove
from chairs.twin.calibration.calibrate import calibrate
from chairs.twin.calibration.latest import latest_cases
from chairs.twin.calibration.request import settings_of
from chairs.twin.calibration.sheet import stress_sheet

try:
    events, STUDY = chairs.load("events", "sepsis"), "sepsis"
except DataError:
    events, STUDY = chairs.load("events", "demo"), "demo"
log = latest_cases(events, most_events=20_000)
settings = settings_of(paths.study(STUDY), paths.params("discover"))
print(STUDY, ":", log["case_id"].nunique(), "parcours,", len(log), "événements")

# %% [markdown]
# ## Le calage dit ce qu'il a trouvé, ce qu'il suppose, ce qu'il ignore

# %%
found = calibrate(log, settings)
print(found.report.say("fr"))

# %% [markdown]
# La fiche STRESS-DES du modèle se génère d'elle-même ; elle accompagne toute publication.

# %%
print("\n".join(stress_sheet(found, "fr").splitlines()[:16]))

# %% [markdown]
# ## La preuve : quatre premiers cinquièmes pour apprendre, le dernier pour juger
#
# `floor` est le bruit du journal : le dernier cinquième contre lui-même, retiré au sort. Personne ne fait mieux.

# %%
judged = prove(log, settings, Protocol(runs=4, band_runs=50, seed=20240501)).judged
runs = judged.runs[judged.runs["draws"] == "even"]
runs.pivot_table(index="measure", columns="generator", values="value", aggfunc="mean").round(3)

# %%
for verdict in judged.verdicts:
    print(verdict.say("fr"))
print(
    "bandes du nombre de présents, part couverte :",
    {level: round(share, 2) for level, share in judged.coverage.items()},
)

# %% [markdown]
# ## Ce que l'on peut dire
#
# Un verdict qui tient dit que le jumeau refait ce journal aussi bien que des parcours passés rejoués. Il ne dit **pas**
# que la réponse à un changement est juste : un générateur qui rejoue le passé tient souvent ces épreuves et ne sait
# rien d'un lit de plus. C'est l'objet du carnet suivant.
