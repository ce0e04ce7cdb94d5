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
# # 12 Huzhou: what do urgent patients gain if light cases go to a community centre?
#
# 轻症送社区卫生服务中心，危重患者能得到什么？（合成地图）
#
# Two lead hospitals of Huzhou (湖州) send 73 specialist teams a week to eight community centres,
# and 76 to the district hospital and five town hospitals. If ambulances take light cases there,
# too, their jobs get shorter. Does anybody who is urgently ill notice?
#
# **The map is synthetic**, and stations, ambulances and the share of light cases are assumed (a
# quarter of all calls): read the answers as an example of the method. Facts and sources:
# `scenarios/huzhou/README.md`.

# %%
import geopandas
import numpy as np
import pandas as pd

import sim

huzhou = sim.load("../scenarios/huzhou/today.yaml")
half = sim.load("../scenarios/huzhou/centres-50.yaml")
every = sim.load("../scenarios/huzhou/all-to-centres.yaml")

# %% [markdown]
# ## 1. How is Huzhou reached today?

# %%
today = sim.run(huzhou, replications=10)
today.map()

# %% [markdown]
# ## 2. What do light cases at centres give?
#
# Half of them, then all of them, against none.

# %%
result = sim.compare(huzhou, half, every, replications=10)
result.figure()

# %%
result.sentence()

# %%
result.sentence("zh")

# %% [markdown]
# Red calls, the town and the country, one by one: the share in time, the mean and the 90th
# percentile of the response in minutes. Rows with a minus sign are differences.

# %%
measures = result.frames()["measures"]
asked = measures["measure"].isin(["within", "mean", "p90"]) & measures["area"].isin(
    ["red", "urban", "rural"]
)
measures[asked].pivot(index="layout", columns=["area", "measure"], values="mean").round(3)

# %% [markdown]
# ## 3. Why so little?
#
# Calls are late by distance; that the nearest ambulance is busy, which shorter jobs could
# change, is the cause of one miss in twenty.

# %%
today.why().figure()

# %% [markdown]
# ## 4. Do the assumed stations keep the norm's radius?
#
# The norm of 2020 asks for 5 km in towns and 10 to 20 km in the country: how many people live
# how near to a station, in a straight line?

# %%
cells = geopandas.read_file("../maps/huzhou/huzhou.gpkg", layer="cells")
sites = geopandas.read_file("../maps/huzhou/huzhou.gpkg", layer="sites").to_crs(cells.crs)
apart = np.hypot(
    cells.geometry.x.to_numpy()[:, None] - sites.geometry.x.to_numpy(),
    cells.geometry.y.to_numpy()[:, None] - sites.geometry.y.to_numpy(),
).min(axis=1)
near = pd.DataFrame({"area": cells["area"], "people": cells["people"], "km": apart / 1000})
near["5 km"] = near["people"] * (near["km"] <= 5)
near["10 km"] = near["people"] * (near["km"] <= 10)
sums = near.groupby("area")[["people", "5 km", "10 km"]].sum()
sums.assign(
    **{"within 5 km": sums["5 km"] / sums["people"], "within 10 km": sums["10 km"] / sums["people"]}
).round(3)

# %% [markdown]
# ## 5. What helps, then?
#
# Twenty ambulances more, or one sub-station at a community centre?

# %%
plan = huzhou.add("湖东街道", ambulances=1)
helps = sim.compare(huzhou, sim.load("../scenarios/huzhou/fleet-34.yaml"), plan, replications=10)
helps.sentence()

# %%
helps.map("zh", what="difference", layout=2)

# %% [markdown]
# ## What to do next
#
# The share of light cases is assumed: count a month of missions by severity and put it in
# ([scenarios/huzhou](../scenarios/huzhou/README.md)). Then write your own county's question as number 13.
