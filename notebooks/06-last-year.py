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
# # 6 Does the model repeat last year?
#
# 模型能重现去年的情况吗？（记录全部为合成）
#
# **All records in this notebook are synthetic.** They were simulated from a scenario and spoiled on
# purpose; nobody was ill. So we know what is behind them, and can see what a fit returns. Liling's map
# is synthetic as well; Coquimbo's is real (OpenStreetMap), but its stations are invented.
#
# **本笔记本中的调度记录全部是合成的**，由仿真生成并故意掺入差错，不含任何真实病人。
#
# Before a model is asked what another station would bring, it should repeat what was. `calibrate`
# reads the records of a dispatch system, a row for each ambulance sent, fits rates, speeds, durations
# and shares, and simulates the last weeks anew. How each step is done: `docs/calibration.md`.

# %%
import tempfile
from pathlib import Path

import sim

folder = tempfile.TemporaryDirectory()
records = Path(folder.name) / "synthetic-records.csv"
liling = sim.load("../scenarios/liling")

# %% [markdown]
# What really happens in this Liling, which the fit is not told: drives vary by a fifth, and from 7 to 9
# on weekdays they go at 75 % of the usual speed. A year is exported as a Chinese system would,
# with whole minutes, one drive in five off the fastest way, and 3 % of rows with a gross error.

# %%
truth = liling.with_settings(
    travel={
        "factor": {"sigma": 0.22},
        "bands": [{"hours": "07-09", "days": "mon-fri", "speed": "75 %"}],
    }
)
made = sim.made_up_records(
    truth,
    records,
    days=364,
    seed=3,
    headers="zh",
    encoding="gb18030",
    whole_minutes="rounded",
    gross_errors=0.03,
    off_fastest=0.2,
)
print("\n".join(records.read_text("gb18030").splitlines()[:3]))

# %%
fit = sim.calibrate(records, liling)

# %% [markdown]
# ## 1. What did the records lose?
#
# Synthetic records of Liling. Rules drop stamps that cannot be, not the rows they stand in: a call
# with an impossible arrival is a call all the same.

# %%
fit.sentences()[1]

# %%
fit.frames()["cleaning"]

# %% [markdown]
# ## 2. How fast was driven, and what cannot be told?
#
# Speeds by class of road with what they rest on. Where few kilometres were driven on a class it is tied
# to its neighbour, and that is said.

# %%
fit.figure(name="speeds")

# %%
numbers = fit.to_frame()
numbers[numbers["part"].str.startswith("speed")].drop(columns="source").round(3)

# %% [markdown]
# The truth is 75 % in the rush hours, a spread of 0.22, and the speeds of the base everywhere else.

# %% [markdown]
# ## 3. When and where do people call?
#
# Townships that call more or less than their people explain, drawn towards the mean by as much as
# chance alone would scatter them. Here the truth is that all are alike. In Chinese:

# %%
fit.figure("zh", name="rates-map")

# %%
fit.figure(name="profile")

# %% [markdown]
# ## 4. Does the model repeat last year?
#
# The fit is made once more to the first 70 % of weeks alone, and the others are simulated: with the
# recorded calls, and with calls that are drawn. Equal means within a bound that is set beforehand.

# %%
fit.figure()

# %%
fit.sentence()

# %%
fit.sentence("zh")

# %% [markdown]
# Eight checks hold and one cannot be told: the interval of the 90th percentile reaches over the minute
# that is allowed, which is no contradiction. In these records, too, every response is a whole number
# of minutes, and so is their percentile. Who can live with two minutes says so with `--bound p90="2 min"`.

# %% [markdown]
# ## 5. What would one more sub-station bring?
#
# On the fitted scenario, against itself, on the same calls.

# %%
fitted = fit.fitted
better = sim.compare(fitted, fitted.add("枫林镇", ambulances=1))
better.figure()

# %%
better.sentence()

# %% [markdown]
# How sure? That interval is of chance in the simulated months. What the records leave open is another
# matter: the fitted scenario carries half the width of the intervals of its rates, speeds and durations,
# and `stress` goes by them.

# %%
fitted.settings.study.wrong

# %% [markdown]
# To keep this notebook short, all roads are varied alike. A station that is closed and an ambulance that
# is off the road are tried as well: no record speaks of those.

# %%
doubt = sim.stress(
    fitted,
    fitted.add("枫林镇", ambulances=1),
    wrong={"fast-roads": 0, "main-roads": 0, "small-roads": 0},
    samples=4,
    replications=5,
)
doubt.figure()

# %%
doubt.sentence()

# %% [markdown]
# ## 6. The same on real streets
#
# Coquimbo and La Serena in Chile: the roads are those of OpenStreetMap, the stations and ambulances are
# invented, and **the records are synthetic here, too**. 90 days, seconds kept.

# %%
coquimbo = sim.load("../scenarios/coquimbo")
made = sim.made_up_records(
    coquimbo.with_settings(travel={"factor": {"sigma": 0.22}}),
    records,
    days=90,
    seed=4,
    gross_errors=0.03,
    off_fastest=0.2,
)
there = sim.calibrate(records, coquimbo)
there.figure()

# %%
there.sentence()

# %% [markdown]
# The recorded share lies outside the interval of one history, though the scenario that is fitted is
# right by construction. With other seeds it often lies inside, and sometimes just outside. Four weeks with some five hundred calls are too few to judge a model by: *cannot
# be told* is the answer, and a year is better.

# %%
there.sentences()[2]

# %%
there.figure(name="speeds")

# %%
more = there.fitted.add("Sub-station Sindempart", ambulances=1)
sim.compare(there.fitted, more, replications=15).sentence()

# %%
folder.cleanup()

# %% [markdown]
# ## What to do next
#
# With your own records: `tenthirty calibrate records.csv --map maps/PLACE --to
# scenarios/PLACE/calibrated.yaml --report fit.html` ([docs/calibration.md](../docs/calibration.md)). What no
# record can say is the subject of [07-what-is-left-out.ipynb](07-what-is-left-out.ipynb).
