"""Eight weeks of Liling as records, spoiled in known ways, and what is fitted to them."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from conftest import ROOT

import sim
from sim.answers.calibration import calibrate
from sim.fitting.history import Check
from sim.measures.intervals import Estimate


@lru_cache(maxsize=1)
def small():
    """Fitted to about 2,000 rows, of which some are recorded twice, elsewhere, or on days when
    most were lost."""
    liling = sim.load(ROOT / "scenarios" / "liling")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.csv"
        sim.made_up_records(liling, path, days=56, seed=1, duplicates=0.02, wrong_city=0.01,
                            day_wrap=0.3, feed_down_days=2)  # fmt: skip
        return calibrate(path, liling)


def checked(*checks):
    """The same with other checks of history."""
    found = small()
    return replace(found, history=found.history._replace(checks=checks))


def check(name, recorded, simulated, bound, holds, where=""):
    """A check whose interval is one point to each side."""
    return Check(name, recorded, Estimate(simulated, simulated - 0.01, simulated + 0.01), bound,
                 holds, where)  # fmt: skip


def without(**fits):
    """The same without some of what was fitted."""
    found = small()
    return replace(found, fits=found.fits._replace(**fits))
