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
# # 2 What would a sub-station at 枫林镇 change, and for whom?
#
# 在枫林镇增设一个分站会改变什么？谁受益？（合成地图，仅作方法示例）
#
# Liling's health bureau itself says where a sub-station is missing: in the north-west. Two layouts meet
# the very same calls, so that what differs between them is due to the sub-station alone.
#
# **The map is synthetic.** People, areas and townships are published facts; the roads, the outlines
# and where most sites stand are made up to fit them, and so is the number of ambulances. Read the
# answers as an example of the method, not as a finding about the real Liling.

# %%
import sim

liling = sim.load("../scenarios/liling")
plan = liling.add("枫林镇", ambulances=1)  # another layout: liling is untouched
result = sim.compare(liling, plan)
result

# %% [markdown]
# The interval of the difference is much narrower than the two that it comes from, for both layouts have
# the same calls. The sentence for the minutes, in both languages:

# %%
result.sentence()

# %%
result.sentence("zh")

# %% [markdown]
# ## For whom?
#
# Blue is better, orange worse, grey with a question mark not to be told from chance. All townships are
# judged together.

# %%
result.map(what="difference")

# %% [markdown]
# 增设分站后的各乡镇（中文图）：

# %%
result.map("zh", layout=1)

# %% [markdown]
# ## And the bureau's own plan?
#
# It names two places: 枫林 and 神福港 in 茶山镇. The scenario file beside the base says so.

# %%
sim.compare(liling, sim.load("../scenarios/liling/north-west.yaml"))

# %% [markdown]
# ## What are the six sub-stations worth, and the 265 circle?
#
# The same fourteen ambulances at the two stations alone; then two hospitals that lead with six area
# medical centres, of which it is assumed which ones they are.

# %%
two_stations = sim.load("../scenarios/liling/two-stations.yaml")
circle = sim.load("../scenarios/liling/circle-265.yaml")
sim.compare(liling, two_stations, circle).figure(name="forest")

# %% [markdown]
# ## What to do next
#
# Is 枫林镇 the best place, and what would the one after it buy?
# [03-next-sub-station.ipynb](03-next-sub-station.ipynb). `tenthirty live ../scenarios/liling` opens a page
# on which a station is dragged.
