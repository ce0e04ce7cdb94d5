"""Hospitals from a scenario file through both engines: laws of stay of their own, and walk-ins."""

from __future__ import annotations

import numpy as np
from conftest import ENGINES, same_columns
from services import town

from sim.policies.clock import NONE
from sim.prepare import demand, draws, system
from sim.scenario.file import load

TEXT = """
layout: [{station: P0, ambulances: 5}]
demand: {rate: {urban: 0 per day, rural: 77 per day}, profile: flat, transported: 100 %}
study: {warm_up: 0 min, length: 6 days, cool_down: 0 min}
hospitals:
  stay: {distribution: exponential, mean: 50 min}
  bypass_when_full: true
  at:
    H0: {bays: 2, walk_ins: 0.6 per hour}
    H1: {bays: 2, stay: {distribution: exponential, mean: 300 min}}
"""


def test_engines_agree_where_hospitals_have_laws_of_stay_of_their_own(tmp_path):
    write = town(
        tmp_path, [[0, 100, 200], [100, 0, 100], [200, 100, 0]], [10] * 3, hospitals=[0, 1]
    )
    scenario = load(write(TEXT))
    made, calls = system.build(scenario), draws.draw(demand.build(scenario), 1, 0)
    logs = [engine(made, calls) for engine in ENGINES.values()]
    same_columns(*logs)
    waits = np.nan_to_num(logs[0].handover_at - logs[0].at_hospital_at)
    at_second = logs[0].hospital == 1
    assert (waits[at_second] > 0).any()
    usual = made._replace(
        service=made.service._replace(
            destinations=made.service.destinations._replace(own_stay=np.full(2, NONE))
        )
    )
    other = ENGINES["compiled"](usual, calls)
    assert not np.array_equal(other.handover_at, logs[0].handover_at, equal_nan=True)
