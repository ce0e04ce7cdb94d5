"""One network out of links: no loops, no doubles, no islands, and no travel time changed."""

from __future__ import annotations

from towns import LAT, LON, ROWS, STEP, STREET, TOWN


def test_islands_loops_and_doubles_are_dropped_and_counted(make):
    island = [(90, LON + 0.2, LAT), (91, LON + 0.21, LAT), (92, LON + 0.0302, LAT + 0.0302)]
    ways = [
        *TOWN,
        ROWS[0],  # drawn twice
        ([90, 91], STREET),  # an island
        ([33, 92], STREET | {"oneway": "yes"}),  # no way back
    ]
    report, ground = make(ways, extra=island, margin="50 km")
    assert len(ground.layers["roads"]) == 24
    assert "dropped: 3 links drawn twice" in report
    assert "dropped: 2 links outside the largest part" in report
    assert "3 nodes" in report


def test_a_link_of_no_length_does_not_cut_a_road(make):
    twin = [(90, LON + 3 * STEP, LAT + 3 * STEP + 1e-8), (91, LON + 4 * STEP, LAT + 3 * STEP)]
    report, ground = make([*TOWN, ([33, 90], STREET), ([90, 91], STREET)], extra=twin)
    assert len(ground.layers["roads"]) == 25
    assert "1 link of length zero" in report
