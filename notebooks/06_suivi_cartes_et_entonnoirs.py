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
# # Suivre : cartes de contrôle, entonnoirs, frontières
#
# Un chiffre bouge tous les mois. Une **carte de contrôle** dit quand il bouge plus que d'habitude ; un **entonnoir**
# dit quel établissement s'écarte des autres par plus que le hasard ; une **frontière** dit qui fait autant avec moins.
# Tout est calculé sur le territoire de démonstration (inventé).

# %%
import numpy as np

import chairs
from chairs.dashboards.figures.control_charts import WORDS
from chairs.stats import control_charts, frontier, funnel, rare_events, run_charts
from chairs.stats.special_causes import SENTENCES

STUDY, HOSPITAL = "demo", "990000001"
indicators = chairs.load("indicators", STUDY)
monthly = indicators[
    (indicators["establishment"] == HOSPITAL)
    & (indicators["unit"] == "all")
    & indicators["period"].str.fullmatch(r"\d{4}-\d{2}")
].sort_values("period")

# %% [markdown]
# ## Une carte XmR : l'absentéisme de l'hôpital, mois par mois
#
# Les limites viennent des étendues mobiles (moyenne ± 2,66 étendues). L'absentéisme a une **saison** : une carte qui
# signale chaque janvier ne découvre rien. La dernière phrase dit ce que vaut le dernier mois. Un **objectif** que les
# limites contiennent est tenu certains mois et pas d'autres, sans que rien ne change : seul un autre fonctionnement le
# tiendrait toujours (ici un objectif choisi pour l'exemple).

# %%
absence = monthly[monthly["code"] == "absenteeism"]
chart = control_charts.xmr(absence["value"].tolist())
print(chart.say("fr"))
OBJECTIF = 8.0  # % d'absentéisme au plus
tenu = {"pass": "toujours", "fail": "jamais", "hit_or_miss": "certains mois seulement"}
print(f"Objectif de {OBJECTIF} % au plus : tenu {tenu.get(chart.assurance(OBJECTIF, better=-1), '(pas de limites)')}.")
absence.assign(
    moyenne=chart.mean,
    basse=chart.low,
    haute=chart.high,
    cause=[SENTENCES[cause].fr for cause in chart.causes],
    lecture=[WORDS[word].fr for word in chart.variation(better=-1)],
)[["period", "value", "moyenne", "basse", "haute", "cause", "lecture"]].round(2)

# %% [markdown]
# ## Une carte u' : les déclarations de violence par unité d'exposition
#
# Le dénominateur change tous les mois, et les déclarations varient plus que le hasard : Laney élargit les limites.
# Le nombre de déclarations dit la volonté de déclarer autant que le danger.

# %%
violence = monthly[monthly["code"] == "violence_rate"].dropna(subset=["numerator", "denominator"])
u_chart = control_charts.rates(violence["numerator"].tolist(), violence["denominator"].tolist(), "u")
violence.assign(haute=np.multiply(u_chart.high, 1000), cause=[SENTENCES[cause].fr for cause in u_chart.causes])[
    ["period", "value", "haute", "cause"]
].round(1)

# %% [markdown]
# ## Moins de douze points : un graphique de séquence ; des événements rares : une carte g ou une carte t
#
# Entre deux événements rares, compter les séjours (carte g) ou, quand on n'a que les dates, le temps (carte t). Les
# écarts ci-dessous sont tirés au sort (risque de 0,4 % par séjour, cent séjours par jour) : les deux cartes ne doivent
# rien signaler, sauf hasard.

# %%
print(run_charts.run_chart(absence["value"].tail(10).tolist()).say("fr"))
gaps = np.random.default_rng(1).geometric(0.004, 30) - 1
g_chart = rare_events.cases_between(gaps.tolist())
print(g_chart.say("fr"), f"limites : {g_chart.low[0]:.0f} à {g_chart.high[0]:.0f} séjours entre deux événements")
t_chart = rare_events.time_between(((gaps + 1) / 100).tolist())
print(t_chart.say("fr"), f"limites : {t_chart.low[0]:.1f} à {t_chart.high[0]:.1f} jours entre deux événements")

# %% [markdown]
# ## Un entonnoir : les scores des patients des hôpitaux du territoire

# %%
scores = chairs.load("scores", STUDY)
last = scores[
    (scores["instrument"] == "demo-patient-experience")
    & (scores["dimension"] == "all")
    & (scores["unit"] == "all")
    & (scores["period"] == "2024")
].dropna(subset=["score", "se"])
shape = funnel.means(last["score"].tolist(), last["se"].tolist())
print(f"{len(last)} établissements, moyenne {shape.target:.1f}, variance entre établissements {shape.tau2:.1f}")
print(
    f"hors des limites du hasard seul : {int((np.abs(shape.z) > funnel.Z998).sum())} ; "
    f"hors des limites élargies : {int((shape.outside() != 0).sum())}"
)

# %% [markdown]
# ## Une frontière : autant d'activité avec moins de personnel et de lits ?
#
# L'enveloppe est faite des meilleurs **vus** : le score brut flatte tout le monde. Refaire l'enveloppe avec une partie
# seulement des établissements, tirée au sort, dit de combien (sous-échantillonnage de Simar et Wilson) : d'où un score
# corrigé et un intervalle, dont le haut est le score brut. Avec deux entrées et deux sorties, il faut au moins
# 43 établissements ; celui dont l'activité n'est égalée par aucun mélange des autres (le plus gros, par exemple) n'a
# pas d'intervalle. Seuls des établissements de même statut sont comparés. Une efficience basse peut être un choix
# (plus de soignants par lit) : voir l'expérience des patients avant de conclure.

# %%
quantities = chairs.load("quantities", STUDY)
words = ["mco_beds", "care_fte", "mco_full_stays", "mco_day_stays"]
yearly = quantities[
    (quantities["unit"] == "all") & (quantities["period"] == "2024") & quantities["quantity"].isin(words)
]
wide = yearly.pivot_table(index="establishment", columns="quantity", values="value").dropna()
sites = chairs.load("establishments", STUDY).set_index("establishment")
wide = wide[sites.loc[wide.index, "status"].eq("public") & (wide > 0).all(axis=1)]
found = frontier.intervals(
    wide[["mco_beds", "care_fte"]].to_numpy(),
    wide[["mco_full_stays", "mco_day_stays"]].to_numpy(),
    rng=np.random.default_rng(20240117),
)
print(f"{len(wide)} établissements publics : efficience brute médiane {np.median(found.score):.2f}")
if found.low is not None:
    print(
        f"{np.isfinite(found.low).sum()} avec un intervalle : efficience corrigée médiane "
        f"{np.nanmedian(found.corrected):.2f}, intervalle de largeur médiane {np.nanmedian(found.high - found.low):.2f}"
    )
if found.reason:
    print(found.reason.say("fr"))
