"""Chinese map grids and back."""

from __future__ import annotations

import numpy as np
import pytest

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
