"""Chinese map grids and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.files import coordinates


def test_chinese_grids_come_back_to_wgs84():
    lon, lat = np.array([113.5, 116.4, 121.47]), np.array([27.65, 39.9, 31.23])
    gcj = coordinates.gcj02_of_wgs84(lon, lat)
    metres = np.hypot((gcj[0] - lon) * 111e3 * np.cos(np.radians(lat)), (gcj[1] - lat) * 111e3)
    assert ((metres > 300) & (metres < 800)).all()
    for back in (
        coordinates.to_wgs84(*gcj, "gcj02"),
        coordinates.to_wgs84(*coordinates.bd09_of_gcj02(*gcj), "bd09"),
    ):
        assert np.abs(np.array(back) - [lon, lat]).max() < 1e-6 * 2
    # A published pair: Tiananmen by GPS, and the same in GCJ-02.
    there = coordinates.gcj02_of_wgs84(116.404, 39.915)
    assert there == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-7)
    assert coordinates.gcj02_of_wgs84(174.8, -36.9) == pytest.approx((174.8, -36.9))


@given(st.floats(73.7, 135), st.floats(18.2, 53.5))
def test_there_and_back_is_where_one_was_anywhere_in_china(lon, lat):
    gcj = coordinates.gcj02_of_wgs84(lon, lat)
    for there, grid in ((gcj, "gcj02"), (coordinates.bd09_of_gcj02(*gcj), "bd09")):
        back = coordinates.to_wgs84(*there, grid)
        assert np.abs(np.array(back) - [lon, lat]).max() < 3e-6


@given(st.floats(-180, 70) | st.floats(138, 180), st.floats(-90, 0))
def test_outside_china_nothing_is_shifted(lon, lat):
    assert not coordinates.in_china(np.array(lon), np.array(lat))
    assert coordinates.gcj02_of_wgs84(lon, lat) == (lon, lat)
    assert coordinates.wgs84_of_gcj02(lon, lat) == (lon, lat)


def test_wgs84_stays_as_it_is():
    lon, lat = coordinates.to_wgs84([113.5, 113.6], [27.6, 27.7], "wgs84")
    assert (lon.tolist(), lat.tolist()) == ([113.5, 113.6], [27.6, 27.7])
