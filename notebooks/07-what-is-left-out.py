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
# # 7 What does the model leave out, and how much would it matter?
#
# 模型省略了什么？如果实际情况不同，结论会变多少？（合成地图，仅作方法示例）
#
# An interval speaks of chance alone. What is *assumed* can be wrong by more. This notebook takes the gain
# of a sub-station at 枫林镇 and asks of each assumption how far the gain moves when it is otherwise; then
# it names what cannot be tried at all.
#
# **Liling's map is synthetic**, and most of its numbers are defaults from other places: the
# [settings](../docs/scenario-files.md) name the source of each, or say *assumed*.

# %%
import sim

liling = sim.load("../scenarios/liling").with_study(length="14 days")
plan = liling.add("枫林镇", ambulances=1)
sim.compare(liling, plan).sentence()

# %% [markdown]
# ## 1. What is assumed, and what the plain service leaves out
#
# How many call, how fast is driven, how long crews need: each as far wrong as is usual where nobody has
# measured, one at a time, then all together (to keep this notebook short, all roads alike, 14 days and few
# replications). By default, too, drives do not vary, nobody hangs up and somebody is found at every call:
# each can be said in a scenario, so each can be *supposed* here, in both layouts.

# %%
otherwise = {
    "drives vary by a quarter": {"travel": {"factor": {"sigma": 0.25}}},
    "one call in ten is withdrawn": {"demand": {"cancelled": {"share": "10 %", "after": "15 min"}}},
    "nobody is found at one call in ten": {"demand": {"nobody_found": "10 %"}},
}
doubt = sim.stress(
    liling,
    plan,
    wrong={"fast-roads": 0, "main-roads": 0, "small-roads": 0, "rush-hours": 0},
    suppose=otherwise,
    samples=4,
    replications=5,
)
doubt

# %%
doubt.figure()

# %%
doubt.sentence()

# %% [markdown]
# ## 2. The same in Chinese, for the committee
#
# 同一结果的中文图和结论：

# %%
doubt.figure("zh")

# %%
doubt.sentence("zh")

# %% [markdown]
# ## 3. What cannot be tried
#
# | left out | what that means | read |
# |---|---|---|
# | turns, signals, weather | speeds by class of road and hour stand for all of it | [travel](../docs/travel.md) |
# | where in a cell people are | a call comes from the middle of its cell | [map bundle](../docs/map-bundle.md) |
# | crews who get tired, overtime, vehicles in reserve | an ambulance on duty is ready after a fixed law | [model](../docs/model.md) |
# | what becomes of patients | minutes are counted, not lives; survival only where a curve is given | [model](../docs/model.md) |
# | people who call because a station is near | the number of calls does not answer to the layout | [model](../docs/model.md) |
# | whether the map is right | the roads of Liling are made up | [maps/liling](../maps/liling/README.md) |

# %% [markdown]
# ## What to do next
#
# Measure what moves the gain most first: the longest bar above is worth a week of someone's time. With last
# year's records the bars become shorter ([06-last-year.ipynb](06-last-year.ipynb)): a fitted scenario says
# how far each number may be wrong. Then real questions of real places, from
# [08-wuhan.ipynb](08-wuhan.ipynb) on; their maps are synthetic, too.
