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
# # Et si ? Un scénario, son effet et sa précision
#
# L'hôpital de démonstration a un jumeau avec de vraies files (places, soignants, lits), appris de son journal. Un
# scénario n'écrit que ses différences. Ici : d'où vient l'intervalle d'un effet, combien de répliques il faut, et
# pourquoi les deux mondes comparés partagent leurs tirages au sort.

# %%
import json
from dataclasses import replace

import chairs
from chairs.core.records import build, read_yaml
from chairs.store import paths
from chairs.twin.experiment import Bench, Design
from chairs.twin.hospital.outcomes import outcomes
from chairs.twin.model import read_model
from chairs.twin.scenario import Scenario, read_scenario

model = read_model(json.loads((paths.stage_folder("simulate", "demo") / "model.json").read_text(encoding="utf-8")))
print(len(model.steps), "étapes,", len(model.resources), "ressources,", len(model.arrivals), "listes d'arrivées")

# %% [markdown]
# ## Ce que la page montre : effets appariés, avec leur intervalle

# %%
effects = chairs.load("effects", "demo")
waits = effects[effects["measure"] == "boarding_mean"]
waits[["scenario", "before", "mean", "low", "high", "se", "input_se", "replications", "status"]].round(2)

# %% [markdown]
# ## Les mêmes tirages pour les deux mondes
#
# Chaque patient garde, d'un monde à l'autre, ses propres hasards : la différence ne montre plus que le changement. On
# compare la dispersion des différences appariées à celle de deux mondes tirés chacun pour soi.

# %%
NAME, MEASURE, PAIRS = paths.study("demo").scenarios[0], "boarding_mean", 4
scenario = read_scenario(read_yaml(paths.scenario_file(NAME)), NAME)
print(scenario.title.fr)
numbers = paths.params("simulate")
numbers.pop("log_samples")  # how often the log is drawn again: not needed here
design = replace(build(Design, numbers, "params.yaml, simulate"), days=14, warm_up_days=14, precision={})
same, apart = (Bench(model, replace(design, seed=seed), outcomes) for seed in (1, 2))
before, after = (same.values(one, 0, PAIRS)[MEASURE] for one in (None, scenario))
elsewhere = apart.values(scenario, 0, PAIRS)[MEASURE]
print("écart-type des différences, mêmes tirages :", round(float((after - before).std(ddof=1)), 2), "h")
print("écart-type des différences, autres tirages :", round(float((elsewhere - before).std(ddof=1)), 2), "h")

# %% [markdown]
# ## Combien de répliques pour la précision voulue ?
#
# La demi-largeur de l'intervalle décroît comme la racine du nombre de paires ; un essai pilote donne sa taille, d'où
# le nombre à faire. Au-delà du budget, le résultat porte le mot « imprecise ».

# %%
for effect in Bench(model, replace(design, pilot=PAIRS, most=PAIRS), outcomes).effects(scenario):
    print(f"{effect.measure:<14} {effect.mean:+8.2f}  [{effect.low:+.2f} ; {effect.high:+.2f}]  {effect.status}")

# %% [markdown]
# ## Ne rien changer ne change rien
#
# Le scénario vide donne exactement zéro, réplique par réplique : c'est la preuve que les tirages sont bien partagés.

# %%
nothing = Scenario(name="rien")
(same.values(nothing, 0, PAIRS)[MEASURE] - before).tolist()
