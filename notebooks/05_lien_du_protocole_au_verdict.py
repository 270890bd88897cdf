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
# petit effet utile, témoins négatifs. Le protocole est scellé (une empreinte) ; ensuite seulement on lit les scores.
# Sur le territoire de démonstration la vérité est plantée : on peut vérifier que la méthode la retrouve.

# %%
import chairs
from chairs.dashboards.words import link, named
from chairs.demo.planted import read_planted
from chairs.linking.answerable import answerable
from chairs.linking.cells import Sources, cells
from chairs.linking.contest import Challenge, contest
from chairs.linking.ladder import ladder
from chairs.linking.protocol import read_protocol
from chairs.linking.sealing import seal
from chairs.linking.verdict import verdicts
from chairs.stats.absorbed import Absorbing, absorbed_effects
from chairs.store import paths
from chairs.surveys.instrument import instrument
from chairs.surveys.scoring import respondent_scores

protocol = read_protocol(paths.protocol_file("demo"))
print(protocol.question.fr)
print("empreinte :", seal(protocol)[:16])

# %% [markdown]
# ## La question a-t-elle une réponse possible ?
#
# Avant tout modèle, et sans lire la valeur d'un seul score (seulement qui en a un, et de combien de réponses) : quel
# effet ces établissements et ces années pourraient-ils montrer ?

# %%
names = ("indicators", "scores", "establishments")
indicators, scores, establishments = (chairs.load(table, "demo") for table in names)
for power in answerable(indicators, establishments, protocol, scores):
    print(power.say(protocol.smallest_effect, "fr", named(power.exposure, power.per, "fr")))

# %% [markdown]
# ## L'échelle des modèles pour une paire
#
# Entre établissements, un lien mêle tout ce qui les distingue. À l'intérieur d'un établissement, d'une année à l'autre,
# ce qui ne change pas ne peut plus tromper. L'écart entre les deux est un signe de confusion.

# %%
sources = Sources.of(indicators, scores, establishments)
pair = ("absenteeism", "demo-patient-experience/pec_inf")
for step in ladder(cells(sources, protocol, *pair)):
    print(step.say("fr"))

# %% [markdown]
# ## Le même lien, répondant par répondant, par un autre moteur
#
# L'échelle compare des scores d'établissement : l'âge et le mode de réponse de ceux qui répondent n'y sont plus. Ici
# chaque répondant est une ligne ; pyfixest tient égaux l'établissement, l'année, l'âge et le mode. Les deux pentes
# doivent se ressembler : si l'une disparaissait, le lien viendrait de **qui** répond.

# %%
responses = chairs.load("responses", "demo")
patients = responses[responses["instrument"] == "demo-patient-experience"]
people = respondent_scores(patients, instrument("demo-patient-experience"))
traits = patients.drop_duplicates("respondent")[["respondent", "age_band", "mode"]]
yearly = indicators[(indicators["code"] == "absenteeism") & (indicators["unit"] == "all")]
yearly = yearly.rename(columns={"period": "year", "value": "absenteeism"})[["establishment", "year", "absenteeism"]]
rows = people.assign(year=people["period"].str[:4]).merge(traits, on="respondent").merge(yearly)
held = ("establishment", "year", "age_band", "mode")
alone = Absorbing(outcome="pec_inf", covariates=("absenteeism",), effects=held, cluster="establishment")
print(link(pair[0], 1, pair[1], "fr"), "–", absorbed_effects(rows, alone)[0].say("fr").partition(" : ")[2])

# %% [markdown]
# ## Tous les verdicts de la famille, et la vérité plantée
#
# Un lien peut tenir à une cause que personne n'a mesurée. L'**E-value** dit combien elle devrait peser : c'est un
# **rapport de risques**, pas un facteur sur le score. « 2 » se lit : cette cause devrait rendre au moins deux fois plus
# probables à la fois l'exposition et un résultat haut (ou bas), en plus de ce qui est déjà tenu égal. Un score n'a pas
# de risque : sa différence d, en écarts types, est traduite par RR = exp(0,91 d), une approximation (VanderWeele et
# Ding 2017, *Annals of Internal Medicine* 167:268-274).

# %%
truth = {(e.exposure, f"{e.instrument}/{e.dimension}"): e.within for e in read_planted().effects}
for verdict in verdicts(sources, protocol):
    planted = truth.get((verdict.exposure, verdict.outcome), 0.0)
    if verdict.claim != "not_supported" or planted:
        pair_named = link(verdict.exposure, 1, verdict.outcome, "fr")  # the number and the truth are per unit
        print(verdict.say("fr", pair_named), f"— vérité plantée : {planted:+.2f}")

# %% [markdown]
# ## Quelqu'un conteste
#
# « Avec un autre seuil de réponses, le lien disparaîtrait. » La réponse montre toute la courbe des choix défendables,
# et combien d'établissements il faudrait retirer pour renverser la conclusion.

# %%
answer = contest(sources, protocol, pair, Challenge(floor=30))
print(answer.say("fr", named(answer.exposure, answer.per, "fr")))

# %% [markdown]
# Ce que l'on peut dire : dans ce territoire, quand l'absentéisme d'un établissement monte, le score de ses patients sur
# les soins infirmiers baisse. Ce que l'on ne peut pas dire : que l'un **cause** l'autre, ni ce que vivra un patient.
