"""One day of a small town: bays that are full, calls that are withdrawn, what is said of both."""

from __future__ import annotations

import pytest
from services import town

import sim
from sim.scenario.file import load

SECONDS = [[0, 300, 900], [300, 0, 600], [900, 600, 0]]


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    return town(tmp_path_factory.mktemp("day"), SECONDS, [100, 300, 200], hospitals=[0, 1, 2])


BAYS = """layout: [{{station: P0, ambulances: 2}}, {{station: P1, ambulances: 2}}]
demand: {{rate: {{urban: 0 per day, rural: 60 per day}}, transported: 100 %}}
study: {{length: 3 days, replications: 2}}
durations: {{handover: 10 min}}
hospitals:
  stay: {{distribution: constant, value: {usual}}}
  at: {{H1: {{bays: 2, stay: {{distribution: constant, value: {own}}}}}}}
"""


@pytest.mark.parametrize(("usual", "own"), [("1 min", "2 h"), ("6 h", "1 min")])
def test_a_hospital_with_stays_of_its_own_is_full_while_ambulances_wait_there(write, usual, own):
    """Never more than there are, and somebody waits only where every one of them is taken."""
    (bays,) = sim.day(load(write(BAYS.format(usual=usual, own=own))), 2, workers=1).bays
    assert bays.taken.max() <= 2
    assert (bays.taken[bays.waiting > 0] == 2).all()
    assert bays.waiting.any() == (own == "2 h")
