"""What road data say in words: classes, directions and speed limits."""

from __future__ import annotations

import numpy as np
import pytest

from sim.geography.making.roads import tags as road_words


@pytest.mark.parametrize(
    ("text", "kmh"),
    [("50", 50), ("50 km/h", 50), ("30 mph", 48.3), ("walk", 5), ("none", None), ("RO:urban", None),
     (None, None), ("50;70", 60), ("['50', '30']", 40), ("0", None), ("999", None), ("signals", None)],
)  # fmt: skip
def test_speed_limits_are_read_or_left_to_the_class(text, kmh):
    assert (
        road_words.speed_kmh(text) == pytest.approx(kmh, nan_ok=True)
        if kmh
        else np.isnan(road_words.speed_kmh(text))
    )
