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
# # 8 What does Wuhan's 93rd emergency station add?
#
# 武汉第 93 个急救站增加了什么？（合成地图）
#
# In August 2023 Wuhan (武汉) opened its 93rd emergency station, for a ten-minute circle around the central
# business district in Jianghan. The city has 12.3 million people and made 180,000 missions in 2020. Seven
# hospitals lie within 3 km of the district's tower, so the honest answer may be *small*.
#
# **The map is synthetic.** People, areas and names are published; roads, borders and most stations'
# places are made up by stated rules ([scenarios/wuhan](../scenarios/wuhan/README.md)). Read the answers as an
# example of the method. Five replications of a week keep this notebook short.

# %%
import sim

wuhan = sim.load("../scenarios/wuhan/today.yaml").with_study(length=7 * 86400.0)
today = sim.run(wuhan, replications=5)
today

# %% [markdown]
# ## 1 Where are nine of ten calls reached, and within how many minutes?
#
# The middle of the city is drawn again, enlarged, beside the whole.

# %%
today.map()

# %%
today.cdf()

# %% [markdown]
# ## 2 Why are calls late?
#
# Distance asks for a station, busy ambulances ask for an ambulance. Who lives within ten minutes' drive
# says, without any call, `tenthirty coverage scenarios/wuhan/today.yaml --before "0 min"`; what is
# published of that is in [the README](../scenarios/wuhan/README.md).

# %%
late = today.why()
late.figure()

# %%
late.sentences()

# %% [markdown]
# ## 3 What does the 93rd station change?

# %%
plan = sim.load("../scenarios/wuhan/station-93.yaml")
result = sim.compare(wuhan, plan, replications=5)
result

# %%
result.map(what="difference")

# %%
result.sentence()

# %%
result.sentence("zh")

# %% [markdown]
# ## 4 What if the patient's wish decides where to?
#
# The shares of 2017 by level of hospital, against the nearest hospital.

# %%
sim.compare(wuhan, sim.load("../scenarios/wuhan/wish.yaml"), replications=5)

# %% [markdown]
# ## 图件（中文）

# %%
today.map("zh")

# %% [markdown]
# ## What to do next
#
# Ask of the township table where the next one would add more, with the city's own station list in place
# of the assumed one: [scenarios/wuhan](../scenarios/wuhan/README.md). Which community institutions could take
# ambulances asks [09-wuhan-community.ipynb](09-wuhan-community.ipynb).
