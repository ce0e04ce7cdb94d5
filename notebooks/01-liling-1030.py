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
# # How well does Liling's layout keep the 1030 rule, and what would a sub-station in the north-west change?
#
# Liling (醴陵市), a county-level city of 885,987 people in Hunan, promises an ambulance within
# **10 minutes in the urban area and 30 minutes in the countryside**. For this rule it set up two
# emergency stations and six sub-stations. The health bureau itself says where one is missing: in
# the north-west. This notebook asks what today's layout reaches, and what a sub-station there
# would bring.
#
# **The map is synthetic.** People, areas and townships are published facts; the roads, the
# outlines and where most sites stand are made up to fit them, and so is the number of ambulances.
# Read the answers as an example of the method, not as a finding about the real Liling.

# %%
import sim

liling = sim.load("../scenarios/liling")
today = sim.run(liling)
today

# %% [markdown]
# ## Where are calls reached late?
#
# The map shows for each township the minutes within which nine of ten calls are reached. Hatched
# townships miss their target.

# %%
today.map()

# %%
today.cdf()

# %% [markdown]
# ## What would a sub-station at 枫林镇 change?
#
# Layouts are values: `add` makes a new one and leaves `liling` as it is. Both layouts meet the
# very same calls, so what differs between them is due to the sub-station, and the interval of the
# difference is much narrower than the two intervals it comes from.

# %%
plan = liling.add("枫林镇", ambulances=1)
result = sim.compare(liling, plan)
result

# %%
result.map(layout=1)

# %% [markdown]
# Which townships gain by it? Blue is better, orange worse, grey with a question mark not to be told
# from chance. All townships are judged together.

# %%
result.map(what="difference")

# %%
result.cdf()

# %% [markdown]
# ## The sentence for the minutes

# %%
result.sentence()

# %%
result.sentence("zh")

# %% [markdown]
# ## And the bureau's own plan?
#
# It names two places: 枫林 and 神福港 in 茶山镇. The scenario file beside the base says so.

# %%
sim.compare(liling, sim.load("../scenarios/liling/north-west.yaml"))

# %% [markdown]
# ## What are the six sub-stations worth?
#
# The same fourteen ambulances, all of them at the two stations.

# %%
sim.compare(liling, sim.load("../scenarios/liling/two-stations.yaml"))

# %% [markdown]
# ## And the 265 circle?
#
# Two tertiary hospitals lead, six area medical centres look after who lives near. Which the six are
# is not published; here they are the towns with the most people, and today's fourteen ambulances
# stand there.

# %%
sim.compare(liling, sim.load("../scenarios/liling/circle-265.yaml"))

# %% [markdown]
# ## 图件（中文）

# %%
result.map("zh", layout=1)

# %% [markdown]
# ## Every township
#
# A row for each township and layout; `result.to_excel("result.xlsx")` writes the same as a workbook.

# %%
result.townships().dropna(subset="difference").drop(columns=["code", "layout"])

# %% [markdown]
# ## Every number, to work on
#
# One row for each layout, replication, group and measure; shares lie between 0 and 1, times are in
# minutes.

# %%
result.to_frame().query("replication == 0 and group == 'all'")
