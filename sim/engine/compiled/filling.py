"""What is worked out once for a layout: stations and hospitals as seen from every place, and paths.

`fixed` is the Fixed of `constants`, whose tables are filled here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled.cache import compiled, entry
from sim.engine.compiled.driving import from_place_s, road_s, step
from sim.policies.clock import NONE
from sim.policies.hospitals import choose_hospital

SAFE_S = 0.05  # what rounding may take from a bound, generously


@entry
def lay_paths(fixed, ways_home, known, laid_first, laid_node, laid_s, write):
    """Walk each of the paths that is not known; answers how many nodes they have together.

    Where a station cannot be reached, as roads are closed, there is no path.
    """
    nodes = 0
    for hospital in range(len(fixed.hospital_place)):
        for way in range(len(ways_home)):
            mode, place = ways_home[way, 0], ways_home[way, 1]
            fixed.path_first[hospital, way] = nodes
            if known[way] != NONE:
                first = laid_first[hospital, known[way]]
                last = laid_first[hospital, known[way] + 1]
                if write:
                    for at in range(first, last):
                        fixed.path_node[nodes + at - first] = laid_node[at]
                        fixed.path_s[nodes + at - first] = laid_s[at]
                    if last > first:  # the other layout may number the station's node otherwise
                        fixed.path_node[nodes + last - first - 1] = fixed.place[place].node
                nodes += last - first
                continue
            node, at_s = fixed.place[fixed.hospital_place[hospital]].node, 0.0
            if road_s(fixed, mode, node, place) == np.inf:
                continue
            before: Any = NONE
            while True:
                if write:
                    fixed.path_node[nodes], fixed.path_s[nodes] = node, at_s
                nodes += 1
                if node == fixed.place[place].node:
                    break
                here = node
                node, edge_s = step(fixed, mode, node, place, before)
                before = np.int64(here)
                at_s += edge_s
        fixed.path_first[hospital, len(ways_home)] = nodes
    return nodes


@compiled
def _fill_out(fixed, mode, spots, rows, table, more_s):
    """Seconds from some places, by their rows in `spots`, to every place where calls come from."""
    for row in rows:
        for place in range(table.shape[1]):
            table[mode, place, row] = from_place_s(fixed, mode, spots[row], place) + more_s


@compiled
def _fill_back(fixed, mode, spots, rows, table, more_s):
    """Seconds to each of them from every place where calls come from."""
    for row in rows:
        for place in range(table.shape[1]):
            table[mode, place, row] = from_place_s(fixed, mode, place, spots[row]) + more_s


@entry
def fill_stations(fixed, rows, to_scene, home):
    """Some stations as seen from every place where calls come from."""
    stations = fixed.station_place
    for mode in to_scene:
        _fill_out(fixed, mode, stations, rows, fixed.from_station_s, 0.0)
        if fixed.has_bounds:
            _fill_back(fixed, mode, stations, rows, fixed.at_most_to_station_s, SAFE_S)
    for mode in home:
        _fill_back(fixed, mode, stations, rows, fixed.to_station_s, 0.0)


@entry
def fill_hospitals(fixed, rows, to_scene, to_hospital):
    """Hospitals as seen from every place where calls come from."""
    hospitals = fixed.hospital_place
    if fixed.has_bounds:
        for mode in to_scene:
            _fill_out(fixed, mode, hospitals, rows, fixed.at_least_from_hospital_s, -SAFE_S)
    for mode in to_hospital:
        _fill_back(fixed, mode, hospitals, rows, fixed.to_hospital_s, 0.0)
        for place in range(fixed.to_hospital_s.shape[1]):
            nearest = choose_hospital(fixed.to_hospital_s[mode, place], NONE)
            fixed.nearest_hospital[mode, place].row = nearest
            if nearest != NONE:
                way_s = fixed.to_hospital_s[mode, place, nearest]
                fixed.nearest_hospital[mode, place].seconds = way_s
