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
# # Psychométrie d'un questionnaire de type e-Satis
#
# Un score ne vaut que ce que valent ses questions. Ce carnet demande, sur les réponses du territoire de démonstration
# (questionnaire inventé, dimensions d'e-Satis) : chaque dimension est-elle **fidèle** ? Les dimensions se
# **distinguent**-elles ? Où le questionnaire est-il **précis** ? Les questions ont-elles le **même sens** sur papier et
# sur internet, une année et l'autre, en français et en néerlandais ?
#
# **Ce que les données ouvertes d'e-Satis ne permettent pas** : elles donnent un score par site et par dimension, sans
# les réponses. Ni fidélité, ni structure, ni fonctionnement différentiel ne se calculent sur des moyennes de sites : la
# corrélation de deux dimensions entre sites ne dit rien de deux questions chez une personne. Il faut les réponses, qui
# ne sortent pas de l'établissement.

# %%
import numpy as np
import pandas as pd

import chairs
from chairs.core.streams import stream
from chairs.surveys.instrument import instrument
from chairs.surveys.psychometrics import (
    ability,
    adequacy,
    dif,
    exploratory,
    graded,
    hierarchy,
    invariance,
    ordinal,
    polychoric,
)
from chairs.surveys.psychometrics.answers import matrix, model_of, respondents
from chairs.surveys.psychometrics.reasons import REASONS
from chairs.surveys.psychometrics.reliability import reliability

STUDY, NAME, SAMPLE = "demo", "demo-patient-experience", 2500
responses = chairs.load("responses", STUDY)
questionnaire = instrument(NAME)
answers = matrix(responses, questionnaire)
people = respondents(responses, questionnaire, ["mode"])
chosen = sorted(stream(1, "notebook").choice(len(answers), min(SAMPLE, len(answers)), replace=False))
sample, who = answers.iloc[chosen], people.iloc[chosen]
labels = {item.code: item.label.fr for item in questionnaire.items}
f"{len(answers)} répondants, {answers.shape[1]} questions, {answers.isna().mean().mean():.0%} de réponses absentes"

# %% [markdown]
# ## Fidélité : alpha et oméga par dimension
#
# Alpha est une borne basse. Avec deux questions, oméga n'est pas identifié : la raison est donnée, pas un nombre.


# %%
def en_mots(raison):
    return REASONS[raison].fr if raison in REASONS else ""


rows = []
for dimension in questionnaire.dimensions:
    codes = [item.code for item in questionnaire.items_of(dimension)] or list(answers.columns)
    found = reliability(answers[codes])
    rows.append({"dimension": dimension.label.fr, "questions": len(codes), "n": found.n_complete, "alpha": found.alpha,
                 "bas": found.low, "haut": found.high, "oméga": found.omega,
                 "raison": en_mots(found.omega_reason)})  # fmt: skip
pd.DataFrame(rows).round(3)

# %% [markdown]
# Une satisfaction générale se mêle à ce que chaque dimension a en propre. L'oméga hiérarchique (« omega h ») est la
# part du score total qui lui revient ; l'oméga total (« omega t »), celle de tous les facteurs.

# %%
print(hierarchy.hierarchy(sample).say("fr"))

# %% [markdown]
# L'alpha et l'oméga, par année et avec l'ajustement du modèle, sont dans la table `scale_quality` que la chaîne publie.

# %%
quality = chairs.load("scale_quality", STUDY)
quality[quality["dimension"] == "all"][["instrument", "period", "n", "alpha", "omega", "cfi", "rmsea", "srmr"]].round(3)

# %% [markdown]
# ## Y a-t-il quelque chose de commun, et combien de facteurs ?

# %%
common = adequacy.adequacy(sample, draws=40)
print(f"KMO {common.kmo:.2f} ; Bartlett {common.bartlett:.0f} (ddl {common.df})")
print(f"valeurs propres au-delà du hasard : {common.factors} (une forte satisfaction générale cache les dimensions)")
factors = exploratory.exploratory(sample, max(common.factors or 1, 2))
print(factors.say("fr"))
pd.DataFrame(factors.loadings, index=[labels[item] for item in factors.items]).round(
    2
) if factors.reason is None else None

# %% [markdown]
# ## Corrélations polychoriques
#
# Cinq réponses ordonnées ne sont pas des nombres : la corrélation polychorique est celle des satisfactions continues
# que ces réponses découpent. Elle est plus forte que celle des codes.

# %%
latent = polychoric.polychoric(sample)
gap = latent.rho - sample.corr().to_numpy()
print(f"écart moyen à la corrélation des codes : {np.nanmean(gap[np.tril_indices(len(gap), -1)]):+.3f}")
pd.DataFrame(latent.rho, index=latent.items, columns=latent.items).round(2)

# %% [markdown]
# ## Le modèle des dimensions, pour réponses ordonnées (WLSMV)

# %%
model = model_of(questionnaire, list(answers.columns))
fit = ordinal.ordinal_confirmatory(sample, model)
print(fit.say("fr"))
pd.DataFrame(
    [(p.lhs, p.rhs, p.estimate, p.se) for p in fit.parameters if p.op == "=~"],
    columns=["dimension", "question", "charge", "erreur type"],
).round(3)

# %% [markdown]
# Les corrélations entre dimensions disent si elles se distinguent : près de 1, ce sont deux mots pour une chose.

# %%
between = [(p.lhs, p.rhs, p.standardised) for p in fit.parameters if p.op == "~~" and p.lhs != p.rhs]
pd.DataFrame(between, columns=["dimension", "avec", "corrélation"]).round(2)

# %% [markdown]
# ## Où le questionnaire est-il précis ? Modèle de réponse graduée
#
# L'information dit, pour chaque niveau de satisfaction (écarts-types autour de la moyenne), ce que chaque question
# apprend. Un questionnaire où tous sont contents sépare bien les mécontents et mal les très contents.

# %%
curves = graded.graded(sample)
print(curves.say("fr"))
levels = np.linspace(-3, 3, 7)
told = ability.information(curves, levels)
told.assign(erreur_type=1 / np.sqrt(told["all"] + 1)).round(2)

# %%
scores = ability.abilities(curves, sample)
f"niveau estimé : écart-type {scores['theta'].std():.2f}, erreur type moyenne {scores['se'].mean():.2f}"

# %% [markdown]
# ## Les questions ont-elles le même sens sur papier et sur internet ?
#
# D'abord question par question, à score égal (fonctionnement différentiel, classes de Jodoin et Gierl) ; puis pour
# l'ensemble, par étapes d'égalité. Le mode déplace ici le niveau de satisfaction de tous, pas le sens des questions.

# %%
mode = who["mode"]
by_mode = dif.differential_functioning(sample, mode)
pd.DataFrame([(i.item, labels[i.item], i.r2, i.q, i.size, en_mots(i.reason)) for i in by_mode.items],
             columns=["question", "libellé", "ΔR²", "q", "classe", "raison"]).round(3)  # fmt: skip

# %%
steps = invariance.invariance(sample, model, mode, ordinal=True)
print(steps.say("fr"))
pd.DataFrame(
    [
        (
            s.name,
            s.fit.say("fr"),
            s.difference.p if s.difference else None,
            s.difference.cfi if s.difference else None,
            s.holds,
        )
        for s in steps.steps
    ],
    columns=["étape", "ajustement", "p de l'écart", "ΔCFI", "tient"],
).round(3)

# %% [markdown]
# ## Une question mal traduite : ce qu'on verrait
#
# Le territoire de démonstration n'a qu'une langue. On tire donc au sort une langue (français de France, français de
# Belgique, néerlandais), et l'on rend une question plus sévère en néerlandais seulement : c'est une **vérité plantée**.
# Le fonctionnement différentiel doit nommer cette question, et elle seule.

# %%
draw = stream(2, "notebook", "langue")
language = pd.Series(draw.choice(["fr", "fr-BE", "nl"], len(sample), p=[0.5, 0.25, 0.25]), index=sample.index)
translated = sample.copy()
stricter = (language == "nl") & (draw.random(len(sample)) < 0.6)
translated.loc[stricter, "MED2"] = (translated.loc[stricter, "MED2"] - 1).clip(lower=1)
by_language = dif.differential_functioning(translated, language)
pd.DataFrame([(i.item, i.r2, i.q, i.size, i.shifts.get("nl"), i.shifts.get("fr-BE")) for i in by_language.items],
             columns=["question", "ΔR²", "q", "classe", "décalage nl", "décalage fr-BE"]).round(3)  # fmt: skip

# %% [markdown]
# Là où une question n'a pas le même sens, ni les moyennes ni les rangs ne se comparent entre langues : on la retire, ou
# on la libère dans le modèle (`invariance(..., partial=True)`), et on le dit.
