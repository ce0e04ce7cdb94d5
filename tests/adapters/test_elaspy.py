"""ELASPY's files become a System and Calls; what does not fit is said in words."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sim.adapters import elaspy
from sim.engine.reference import run
from sim.errors import MapError
from sim.words.language import language

REGION = {
    "postcode": [1011, 1012, 1013],
    "siren_minutes": [[0, 6, 12], [6, 0, 9], [12, 9, 0]],
    "hospital_postcodes": [1013],
    "xy_m": [[0, 0], [1000, 0], [0, 1000]],
}
TRACE = {
    "location_postcode": [1012, 1013],
    "unit_base_postcode": [1011, 1011, 1013],
    "no_siren_factor": 0.5,
    "interarrival": [1, 2],
    "on_scene": [10, 20],
    "drop_off": [15, 0],
    "to_hospital": [1, 0],
}


def read(folder, region=None, trace=None):
    paths = []
    for name, facts in (("region", REGION | (region or {})), ("trace", TRACE | (trace or {}))):
        path = folder / f"{name}.json"
        path.write_text(json.dumps(facts), "utf-8")
        paths.append(path)
    return elaspy.read(*paths)


def test_minutes_become_seconds_and_bases_become_stations(tmp_path):
    system, calls = read(tmp_path)
    assert calls.received_at.tolist() == [60, 180]
    assert calls.on_scene_s.tolist() == [600, 1200]
    assert system.fleet.home.tolist() == [0, 0, 1]
    far = system.roads.travel.far
    assert far[:3].T.tolist() == [[0, 360, 720], [360, 0, 540], [720, 540, 0]]
    assert np.array_equal(far[3:], 2 * far[:3])


def test_the_trace_can_be_played(tmp_path):
    log = run(*read(tmp_path))
    arrived = log.arrived_at[log.call >= 0]
    assert np.allclose(np.sort(arrived), [180, 420])


@pytest.mark.parametrize(
    ("region", "trace", "said"),
    [
        ({"siren_minutes": [[0, 1], [1, 0]]}, {}, "a (2, 2) matrix does not fit 3 postcodes"),
        ({}, {"location_postcode": [1012, 9999]}, "postcodes: the region has no postcode 9999"),
    ],
)
def test_what_does_not_fit_is_said(tmp_path, region, trace, said):
    with pytest.raises(MapError) as caught:
        read(tmp_path, region, trace)
    assert said in str(caught.value)
    assert "邮编" in caught.value.told(language("zh"))


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "region.json").write_text("{", "utf-8")
    with pytest.raises(MapError, match="the file cannot be read"):
        elaspy.read(tmp_path / "region.json", tmp_path / "trace.json")
