"""What layouts cost, by hand; and the front, by its definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from decisions import priced
from hypothesis import given
from hypothesis import strategies as st
from studies import days

from sim.answers import costs


def test_costs_by_hand():
    base = priced()  # 2 stations, 6 sub-stations, 14 ambulances
    assert costs.layout_cost(base) == 2 * 1_200_000 + 6 * 400_000 + 14 * 900_000
    half = base.ambulances("湘东医院", +1, hours="08-20")
    assert costs.layout_cost(half) - costs.layout_cost(base) == 450_000
    night = base.ambulances("湘东医院", +1, hours="22-06")
    assert costs.layout_cost(night) - costs.layout_cost(base) == pytest.approx(300_000)
    assert costs.layout_cost(base.close("市妇幼")) == costs.layout_cost(base) - 1_300_000
    assert math.isnan(costs.layout_cost(days()))


LEVELS = st.integers(0, 4)  # few, so that many are equal


@given(st.lists(st.tuples(LEVELS, LEVELS, LEVELS), min_size=1, max_size=12))
def test_the_front_is_what_its_definition_says(points):
    cost, town, country = (np.array(column, float) for column in zip(*points, strict=True))
    for i, on in enumerate(costs.front(cost, town, country)):
        beaten = any(
            cost[j] <= cost[i] and town[j] >= town[i] and country[j] >= country[i]
            and (cost[j] < cost[i] or town[j] > town[i] or country[j] > country[i])
            for j in range(len(points))
        )  # fmt: skip
        assert on == (not beaten)


@given(st.lists(st.tuples(LEVELS, LEVELS), min_size=1, max_size=12))
def test_equal_layouts_are_both_on_the_front_and_somebody_always_is(points):
    cost, good = (np.array(column, float) for column in zip(*points, strict=True))
    on = costs.front(cost, good)
    assert on.any()
    twice = costs.front(np.tile(cost, 2), np.tile(good, 2))
    assert twice.tolist() == [*on, *on]
