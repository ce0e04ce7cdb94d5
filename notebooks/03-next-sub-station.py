# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 3 Where should the next sub-station stand?
#
# 下一个分站建在哪里？（醴陵为合成地图；科金博道路真实、站点虚构）
#
# A committee asks *which of these sites, how sure are you, what does the next one buy, and does it
# still hold if you are wrong about the traffic?* This notebook answers for Liling, then for the real
# streets of Coquimbo and La Serena in Chile.
#
# **Liling's map is synthetic**, and Coquimbo's stations are invented: read the answers as an example
# of the method.

# %%
import sim

liling = sim.load("../scenarios/liling")

# %% [markdown]
# ## Why are calls late today?
#
# Every call beyond its target is split into call taking, queue, turnout, what the drive took longer
# because the nearest ambulance was busy, and distance. Distance asks for a station; busy ambulances
# ask for an ambulance.

# %%
late = sim.run(liling).why()
late.figure()

# %%
late.sentences()

# %% [markdown]
# ## Which site?
#
# Each of the 24 township seats with one ambulance, against today's layout, on the same calls.
# Hopeless ones are dropped after ten replications; the others go on until one is selected. *Places*
# are those that a site may have, as far as this study can tell.

# %%
ranking = sim.rank(liling)
ranking

# %%
ranking.figure()

# %% [markdown]
# ## Does a model of coverage say the same?
#
# The maximal covering model looks at distance alone, and is solved exactly. Its five best plans for
# two more sub-stations, beside what simulation makes of them:

# %%
sim.site(liling, model="mclp", new=2)

# %% [markdown]
# ## What does the next one buy?
#
# One more station after another against one more ambulance after another, each the best at that
# point; and today's fleet over today's stations, rearranged. The costs in this scenario are invented:
# they show where your own go.

# %%
costly = sim.load("../scenarios/liling/costs.yaml")
curve = sim.curve(costly, steps=3)
curve

# %%
curve.figure()

# %%
curve.figures("en")["front"]

# %% [markdown]
# A station and one more ambulance, then every swap that surely helps:

# %%
sim.search(liling, stations=1, ambulances=1)

# %% [markdown]
# ## What is worth keeping?

# %%
sim.worth(liling).figure()

# %% [markdown]
# ## Does it hold if we are wrong?
#
# The gains of the two leading sites under other assumptions, one at a time and all together. To keep
# this notebook short, all roads are varied alike.

# %%
stress = sim.stress(
    liling,
    liling.add(ranking.sites[0].candidate.name.zh),
    liling.add(ranking.sites[1].candidate.name.zh),
    wrong={"fast-roads": 0, "main-roads": 0, "small-roads": 0, "rush-hours": 0},
    samples=4,
    replications=5,
)
stress.figure()

# %%
stress.sentence()

# %% [markdown]
# ## The same for Coquimbo and La Serena
#
# 133 zones are 133 candidate sites.

# %%
coquimbo = sim.load("../scenarios/coquimbo")
sites = sim.rank(coquimbo)
sites

# %%
sites.figure()

# %%
sim.curve(coquimbo, steps=2).figure()

# %% [markdown]
# ## What to do next
#
# Take the places that the sites may have to the committee, with their reasons; what the next one buys says
# where to stop. Whether the replications were enough says
# [04-how-many-replications.ipynb](04-how-many-replications.ipynb); whether the winner stays one under other
# assumptions, [07-what-is-left-out.ipynb](07-what-is-left-out.ipynb).
