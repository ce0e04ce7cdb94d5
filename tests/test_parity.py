"""Call for call against two other simulators: JEMSS.jl on Manhattan, ELASPY on Utrecht."""

from __future__ import annotations

import csv
import gzip
import json

import numpy as np
import pytest
from conftest import NO_DATA, SHARED

from sim.adapters import elaspy, jemss
from sim.outputs.metrics import first_arrival
from sim.policies import NONE

TRACES = SHARED / "jemss" / "traces"
CASES = {
    "base": {},
    "redispatch": {"files": jemss.Files(redispatch="redispatch_low_to_high.csv")},
    "turnout90": {
        "files": jemss.Files(redispatch="redispatch_low_to_high.csv"),
        "mobilisation": TRACES / "mobilisation_90s.csv",
    },
    "prioritylist": {"priority_list": TRACES / "priority_list_manhattan.csv"},
}


def outcomes(case):
    with gzip.open(TRACES / f"manhattan_{case}_jemss_percall.csv.gz", "rt") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.skipif(not TRACES.is_dir(), reason=f"{NO_DATA}/jemss")
@pytest.mark.parametrize("case", CASES)
def test_every_call_of_manhattan_as_jemss_served_it(engine, case):
    system, calls = jemss.read(
        SHARED / "jemss" / "manhattan", TRACES / "manhattan_5000_calls.csv.gz", **CASES[case]
    )
    log = engine(system, calls)
    expected = outcomes(case)

    def column(name):
        return np.array([float(row[name]) for row in expected])

    assert np.array_equal(system.place_node[calls.place] + 1, column("nearestNodeIndex"))
    trip = first_arrival(log, len(calls.place))
    assert np.array_equal(log.ambulance[trip] + 1, column("ambIndex"))
    hospital = np.where(log.hospital[trip] == NONE, -1, log.hospital[trip] + 1)
    assert np.array_equal(hospital, column("chosenHospitalIndex"))
    given_up = log.call[(log.call != NONE) & ~np.isnan(log.diverted_at)]
    assert np.array_equal(np.bincount(given_up, minlength=len(calls.place)), column("numBumps"))
    off_s = np.abs(log.arrived_at[trip] - column("ambArrivalTime") * 86_400)
    assert off_s.max() <= 1e-6


@pytest.mark.skipif(not (SHARED / "utrecht").is_dir(), reason=f"{NO_DATA}/utrecht")
@pytest.mark.parametrize("case", ["diesel_3", "diesel_5"])
def test_every_call_of_utrecht_as_elaspy_served_it(engine, case):
    trace = SHARED / "utrecht" / f"{case}.json"
    system, calls = elaspy.read(SHARED / "utrecht" / "world.json", trace)
    log = engine(system, calls)
    expected = json.loads(trace.read_text("utf-8"))["expected"]["per_call"]
    trip = first_arrival(log, len(calls.place))
    assert log.ambulance[trip].tolist() == [entry["unit"] for entry in expected]
    minutes = {
        "wait": log.assigned_at[trip] - log.ready_at,
        "drive": log.arrived_at[trip] - log.mobile_at[trip],
        "response": log.arrived_at[trip] - calls.received_at,
        "finish": log.cleared_at[trip],
    }
    for name, seconds in minutes.items():
        off = np.abs(seconds / 60 - [entry[name] for entry in expected])
        assert off.max() <= 1e-9, name
