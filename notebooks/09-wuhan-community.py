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
# # 9 Which of 61 community institutions would serve as sub-stations?
#
# 61 家社区机构中，哪些适合设分站？（合成地图，机构位置为假设）
#
# Hubei Provincial TCM Hospital (湖北省中医院) leads a consortium of 61 community institutions on the right
# bank of Wuhan and in Gedian, with a transfer line day and night. Which of them would bring ambulances
# nearer to people, how many, and in which order?
#
# **The map is synthetic, and the places of all 61 are assumed**: only Luonan's is named in what is
# published ([scenarios/wuhan-community](../scenarios/wuhan-community/README.md)). Read the order as an example
# of the method. Few replications of a week keep this notebook short.

# %%
import sim

bank = sim.load("../scenarios/wuhan-community/today.yaml").with_study(length=7 * 86400.0)
today = sim.run(bank, replications=5)
today

# %% [markdown]
# ## 1 What do the hospitals alone reach?

# %%
today.map()

# %% [markdown]
# ## 2 Which of the 61 gains most?

# %%
places = "../scenarios/wuhan-community/candidates.csv"
ranking = sim.rank(bank, places, replications=5)
ranking

# %%
ranking.figure()

# %%
ranking.figure(name="map")

# %% [markdown]
# ## 3 Two of them, against the hospitals alone

# %%
plan = bank.add("洪山机构9", ambulances=1).add("洪山机构16", ambulances=1)
result = sim.compare(bank, plan, replications=5)
result

# %%
result.map(what="difference")

# %%
result.sentence("zh")

# %% [markdown]
# ## 4 What does the transfer line take?

# %%
sim.compare(bank, sim.load("../scenarios/wuhan-community/green-channel.yaml"), replications=5)

# %% [markdown]
# ## 图件（中文）

# %%
result.map("zh", layout=1)

# %% [markdown]
# ## What to do next
#
# Put the true places of the 61 into `candidates.csv` and rank again: the order here is that of assumed
# places. A district's question, a children's capability: [10-huangpi.ipynb](10-huangpi.ipynb).
