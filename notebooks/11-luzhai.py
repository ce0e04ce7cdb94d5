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
# # 11 Luzhai: what is one dispatch for town and country worth?
#
# Luzhai (鹿寨县) in Guangxi has 337,298 people on 2,975 km². Its county TCM hospital leads five town
# hospitals, has a chest-pain and a stroke centre, and the county speaks of a network under one dispatch.
# What would be lost if each hospital sent its own ambulances to its own town?
#
# 鹿寨县中医医院牵头五家乡镇卫生院，设胸痛与卒中中心，全县急救“一张网、统一调度”。与各院自行派车相比，
# 统一调度值多少，谁受益？
#
# **The map is synthetic, and most numbers are assumed**: how it was before, vehicles and calls are not
# published. `scenarios/luzhai/README.md` says which.

# %%
import sim

today = sim.load("../scenarios/luzhai/today.yaml")
own = sim.load("../scenarios/luzhai/own.yaml")

# %% [markdown]
# ## 1. What is unification worth?

# %%
result = sim.compare(own, today)
result

# %%
result.sentence()

# %%
result.sentence("zh")

# %% [markdown]
# ## 2. To whom?

# %%
result.map(what="difference")

# %%
result.townships()[["name_zh", "name_en", "layout", "within", "difference", "verdict"]]

# %% [markdown]
# ## 3. Why are calls late while each hospital sends its own?
#
# *Queue* and *nearest busy* are what one dispatch can help; distance asks for a station.

# %%
result.why().figure()

# %% [markdown]
# ## 4. What does the answer rest on?
#
# On how far hospitals helped each other before, which is not published. Help at once is one dispatch by
# another name.

# %%
for name in ("own-never", "own-at-once", "own-slow"):
    before = sim.load(f"../scenarios/luzhai/{name}.yaml")
    print(sim.compare(before, today).sentence())

# %% [markdown]
# ## 5. And a station in Jiangkou?

# %%
station = sim.compare(today, today.add("江口乡", ambulances=1))
station.map(what="difference")

# %%
station.sentence()

# %% [markdown]
# ## 6. Chest pain: what is a unit in a town worth?
#
# Zhongdu has had a chest-pain unit since April 2021. Whether it can do what a patient needs is assumed.

# %%
units = [sim.load(f"../scenarios/luzhai/{name}.yaml") for name in ("unit", "units")]
chest = sim.compare(today, *units)
rows = chest.to_frame()
rows = rows[rows["measure"].isin(["hospital_60", "hospital_p50"]) & (rows["group"] == "chest pain")]
rows.groupby(["layout", "measure"])["value"].mean().unstack().round(3)

# %%
chest.sentence("zh", layout=2)

# %% [markdown]
# ## 图件（中文）

# %%
result.map("zh", what="difference")

# %% [markdown]
# ## What to do next
#
# Ask the county's dispatchers how it was before: that every hospital served its own town alone is assumed
# ([scenarios/luzhai](../scenarios/luzhai/README.md)). Light cases and community centres:
# [12-huzhou.ipynb](12-huzhou.ipynb).
