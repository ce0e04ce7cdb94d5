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
# # 10 Huangpi: what is a children's capability at the district hospital worth?
#
# Huangpi (黄陂区) is the largest district of Wuhan: 1,151,644 people on 2,251 km². A newborn or a
# child in danger is treated at Wuhan Children's Hospital, 9 to 76 km away in a straight line from the
# seats of its towns. The district's Maternal and Child Hospital has been tied to it since November 2024.
#
# 黄陂区是武汉面积最大的区。危重新生儿与儿童目前送往武汉儿童医院救治。若区妇幼保健院具备救治能力，
# 患者能早多少分钟到达有救治能力的医院，能省下多少救护车小时？
#
# **The map is synthetic, and most numbers are assumed**: stations, ambulances, how many such patients
# there are. `scenarios/huangpi/README.md` says which.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

import sim

today = sim.load("../scenarios/huangpi/today.yaml")
district = sim.load("../scenarios/huangpi/district.yaml")

# %% [markdown]
# ## 1. How soon is an ambulance there today?
#
# Hubei asks for ten minutes in city centres, thirty in counties, and a station in every town.

# %%
logs = Path(tempfile.mkdtemp())
result = sim.compare(today, district, logs_to=logs)
result.map()

# %% [markdown]
# ## 2. What would the capability bring?
#
# Patients at the door of a hospital that can treat them, by condition, and the hours that ambulances
# spend on transfers.

# %%
result

# %%
result.sentence()

# %%
result.sentence("zh")

# %% [markdown]
# ## 3. Who gains?
#
# Minutes from the call to the door of a capable hospital, newborns and sick children together, the
# median of each township. For the towns in the south Wuhan stays the nearest.

# %%
towns = today.map.layers["townships"]
tables = []
for number, layout in enumerate(("today", "district")):
    for calls_file in sorted((logs / f"layout-{number}").glob("calls-*.parquet")):
        calls = pd.read_parquet(calls_file)
        trips = pd.read_parquet(calls_file.with_name(calls_file.name.replace("calls", "trips")))
        trips = trips[trips["hospital"] >= 0].drop(columns="hospital").set_index("call")
        taken = calls.join(trips, how="inner")
        taken["minutes"] = (taken["at_hospital_at"] - taken["received_at"]) / 60
        tables.append(taken.assign(layout=layout))
patients = pd.concat(tables)
children = patients[(patients["stream"] == 0) & patients["condition"].isin([0, 1])]
by_town = children.groupby(["township", "layout"])["minutes"].agg(["median", "size"]).unstack()
table = pd.DataFrame(
    {
        "township": towns["name_en"],
        "乡镇": towns["name_zh"],
        "patients": by_town["size"]["today"],
        "today, min": by_town["median"]["today"].round(),
        "district, min": by_town["median"]["district"].round(),
    }
)
table["gain, min"] = table["today, min"] - table["district, min"]
table = table.sort_values("today, min", ignore_index=True)
table

# %%
fig, ax = plt.subplots(figsize=(8, 6))
ax.hlines(table["township"], table["district, min"], table["today, min"], color="#999999")
ax.plot(table["today, min"], table["township"], "o", color="#c0392b", label="today")
ax.plot(table["district, min"], table["township"], "o", color="#0072b2", label="district capability")
ax.axvline(60, color="black", linewidth=0.8, linestyle=":")
ax.set_xlim(left=0)
ax.set_xlabel("median minutes from the call to a capable hospital")
ax.set_title("Newborns and sick children: all but the south gain", loc="left")
ax.legend(loc="lower right", frameon=False)
ax.spines[["top", "right"]].set_visible(False)
fig.text(0.01, 0.0, "Synthetic map of Huangpi; shares of patients assumed.", fontsize=8)
fig.tight_layout()
plt.show()

# %% [markdown]
# ## 4. And who is born in a district hospital?
#
# Newborns that are transferred: minutes from when the transfer is asked for to the door in Wuhan, 40 of
# which are assumed for making them fit to travel. With the capability four of five need no transfer.

# %%
urgent = patients[(patients["stream"] == 2) & (patients["layout"] == "today")]
kinds = {5: "newborns", 6: "children", 7: "mothers"}
urgent.groupby(urgent["condition"].map(kinds))["minutes"].describe(percentiles=[0.5, 0.9]).round(1)

# %% [markdown]
# ## 5. And if the way through Wuhan takes twice as long?

# %%
slow = [sim.load(f"../scenarios/huangpi/slow-city{part}.yaml") for part in ("", "-district")]
sim.compare(*slow).sentence()

# %% [markdown]
# ## 6. Would one more ambulance do instead?

# %%
more = sim.compare(today, today.ambulances("黄陂区妇幼保健院", 1))
more.sentence()

# %%
more.sentence("zh")

# %% [markdown]
# ## 图件（中文）

# %%
result.map("zh")

# %% [markdown]
# ## What to do next
#
# Count last year's newborns and children who were taken to Wuhan: their number is assumed here, and the
# hours saved go with it ([scenarios/huangpi](../scenarios/huangpi/README.md)). One dispatch for town and
# country: [11-luzhai.ipynb](11-luzhai.ipynb).
