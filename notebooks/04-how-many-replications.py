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
# # 4 How many replications are enough, and how long a warm-up?
#
# 要模拟多少次才够？预热要多久？（合成地图，仅作方法示例）
#
# A simulation answers with an interval. Two choices decide whether it can be trusted: how often the days
# are simulated, and how long the system runs before calls are counted, for it begins with every
# ambulance free. tenthirty makes both by itself; here one sees how.
#
# **Liling's map is synthetic.** Read the numbers as an example of the method.

# %%
import sim

liling = sim.load("../scenarios/liling")
found = sim.precision(liling)
found

# %% [markdown]
# ## How does the interval narrow?
#
# By the square root of the number of replications: half as wide takes four times as many. The first few
# intervals are wider than that, for of three replications nobody knows how much they vary. `run` stops
# when the interval is narrower than the aim in two looks in a row, or far narrower in one.

# %%
found.figure()

# %% [markdown]
# The interval of each layout is not that of their difference. On the same calls differences are known much
# better: this is why `compare` needs no more replications than this.

# %%
sim.compare(liling, liling.add("枫林镇", ambulances=1)).figure(name="forest")

# %% [markdown]
# ## How long a warm-up?
#
# The same calls once after an empty start, once after a week of other calls. What differs between the two
# is due to the empty start alone, and after some hours nothing does. MSER-5, the usual rule (White, Cobb
# and Spratt 2000), says how many hours to leave out.

# %%
found.figure(name="warm-up")

# %%
found.sentences()[1]

# %%
found.sentences("zh")[1]

# %% [markdown]
# In a county with few calls at night hardly a call notices. With four times as many calls more of them do,
# for longer; a warm-up of six hours would be too short there. 中文图：

# %%
crowded = sim.precision(liling.scaled(demand=4).with_study(warm_up="6 h"), replications=15)
crowded.figure("zh", name="warm-up")

# %%
crowded.sentences()[1]

# %% [markdown]
# ## What to do next
#
# Leave both as they are: replications by precision, two days of warm-up. Write `study: {warm_up: …}` where
# something fills more slowly than ambulances do, as intensive care does
# ([docs/hospitals.md](../docs/hospitals.md)). For a report say both numbers; every figure has them in its
# foot. Then: the same on a real city, [05-a-real-city.ipynb](05-a-real-city.ipynb).
