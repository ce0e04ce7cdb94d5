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
# # 5 How does a real city get from OpenStreetMap to a compliance table?
#
# 如何从 OpenStreetMap 路网得到真实城市的达标率表？（真实道路，站点与救护车为虚构）
#
# What it takes: an extract of the roads, zones with people, a list of stations. Here all three are
# written from a map that comes with tenthirty, so that nothing is downloaded: Coquimbo and La Serena in
# Chile. With your own city, take the extract and the lists that you have.
#
# **Roads © OpenStreetMap contributors, [ODbL 1.0](https://opendatacommons.org/licenses/odbl/1-0/)**, and
# zones, both as carried by AequilibraE ([maps/coquimbo](../maps/coquimbo/README.md)). **Stations and
# ambulances are invented**: nothing here says how Coquimbo is served.

# %%
import tempfile
from pathlib import Path

import sim
from sim.geography.bundle import read
from sim.geography.making import ImportOptions, example_files
from sim.scenario.starting import write_first

folder = tempfile.TemporaryDirectory()
here = Path(folder.name)
crews = {"拉塞雷纳站": 4, "科金博站": 3, "拉斯孔帕尼亚斯分站": 2, "铁拉斯布兰卡斯分站": 2}
files = example_files(sim.load("../scenarios/coquimbo").map, here / "files", ambulances=crews)
print("\n".join(f"{name}: {path.name}" for name, path in files.items()))
print(files["sites"].read_text("utf-8-sig"))

# %% [markdown]
# ## 1. Import
#
# The same as `tenthirty map import --place mycity --roads roads.osm --zones zones.gpkg --sites sites.csv
# --hospitals hospitals.csv`. People are spread over the streets of their zone.

# %%
chosen = ImportOptions.of(
    place="mycity",
    name_en="Coquimbo (stations invented)",
    name_zh="科金博（站点虚构）",
    maps=here / "maps",
    source="OpenStreetMap and zones, as carried by AequilibraE",
    **files,
)
report = sim.import_map(chosen)
[str(warning) for warning in report.warnings]

# %% [markdown]
# ## 2. A first scenario
#
# Written from the list of stations and their ambulances; what no list says is a default, which a planner
# reads through before anything else: speeds by class of road, calls by people, durations.

# %%
first = write_first(read(chosen.bundle))
print(first.path.read_text("utf-8"))

# %% [markdown]
# ## 3. The compliance table

# %%
city = sim.load(first.path).with_study(length="7 days")
today = sim.run(city)
today

# %%
today.sentence()

# %%
today.map()

# %% [markdown]
# 城区与农村的到达时间（中文图）：

# %%
today.cdf("zh")

# %%
folder.cleanup()

# %% [markdown]
# ## What to do next
#
# Speeds are defaults by class of road and rates are defaults by people: fit both to last year's records
# before anybody reads a number aloud, [06-last-year.ipynb](06-last-year.ipynb). The import's README in
# `maps/mycity` names everything that was kept, left out and assumed; what an extract needs says
# [docs/map-import.md](../docs/map-import.md). Whoever passes the map on keeps the line "© OpenStreetMap
# contributors", which stands in the foot of every figure.
