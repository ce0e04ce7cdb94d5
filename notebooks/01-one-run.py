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
# # 1 How well does Liling keep the 1030 rule today?
#
# 醴陵现有布局能否做到“城区 10 分钟、农村 30 分钟”到达？（合成地图，仅作方法示例）
#
# Liling (醴陵市), a county-level city of 885,987 people in Hunan, promises an ambulance within
# **10 minutes in the urban area and 30 minutes in the countryside**. For this rule it set up two
# emergency stations and six sub-stations. What does this layout reach?
#
# **The map is synthetic.** People, areas and townships are published facts; the roads, the outlines
# and where most sites stand are made up to fit them, and so is the number of ambulances. Read the
# answers as an example of the method, not as a finding about the real Liling.

# %%
import sim

today = sim.run(sim.load("../scenarios/liling"))
today

# %% [markdown]
# 28 days are simulated, again and again with other calls, until the share of calls reached in time is
# known well enough. The interval says how far chance may be off; it does not speak of wrong assumptions.

# %%
today.sentence()

# %%
today.sentence("zh")

# %% [markdown]
# ## Where are calls reached late?
#
# For each township the minutes within which nine of ten calls are reached. Hatched townships miss
# their target.

# %%
today.map()

# %% [markdown]
# How fast are calls reached in town and in the country, against the two targets? 中文图：

# %%
today.cdf("zh")

# %% [markdown]
# ## Why are calls late?
#
# Distance asks for a station; busy ambulances ask for an ambulance.

# %%
late = today.why()
late.figure()

# %%
late.sentence()

# %% [markdown]
# ## Every township, to work on
#
# `today.to_excel("today.xlsx")` writes the same and everything else as a workbook.

# %%
today.townships().drop(columns=["code", "layout", "difference", "low", "high", "verdict"]).head(8)

# %% [markdown]
# ## What to do next
#
# Calls are late by distance, and the north-west stands out. What would a sub-station there change, and
# for whom? [02-two-layouts.ipynb](02-two-layouts.ipynb). On your own place: replace `../scenarios/liling`
# by your scenario; [docs/map-import.md](../docs/map-import.md) says how to get there.
