"""A town of four by four streets in which roads are closed: scenarios on it as files."""

from __future__ import annotations

import numpy as np
import pytest
from towns import LAT, LON, STEP, box, csv_of, features, maker, rows_of

from sim.errors import PlannerError
from sim.scenario.file import load

# Nobody waits for anything but the drive.
AT_ONCE = """
durations: {call_taking: 0 s, turnout: 0 s, on_scene: 1 min, handover: 0 s}
study: {warm_up: 0 min, replications: 2}
targets: {urban: 1 day, rural: 1 day}
"""
START = "2026-01-05 00:00"


def at(column, row=0.0):
    """[longitude, latitude] of a crossing, or of a point between some."""
    return [round(LON + STEP * column, 6), round(LAT + STEP * row, 6)]


def square(folder, **choices):
    """`write(text, calls=None)`: the path of a scenario whose only station is at the corner.

    `calls`: rows of records, (time, column, row), in place of calls that are drawn.
    """
    if choices.pop("wide", False):  # the map reaches beyond the outermost streets
        halves = [box(-1, -1, 1.5, 4), box(1.5, -1, 4, 4)]
        choices["zones"] = features(
            folder / "wide.geojson", halves, name=["Westside", "Eastside"], people=[900, 600]
        )
    sites = csv_of(folder, rows_of([("Corner", 0.0, 0.0, "station")]), "name,lon,lat,kind")
    maker(folder)(sites=sites, **choices)

    def write(text="", *, calls=None, station="Corner", name="mine.yaml", base=None):
        path = folder / name
        lines = [f"name: {name}"]
        if base is None:
            lines += ["map: town", f"start: {START}", AT_ONCE]
            lines += [f"layout: [{{station: {station}, ambulances: 5}}]"]
        else:
            lines += [f"base: {base}"]
        if calls is not None:
            rows = [f"{when},{at(x, y)[0]},{at(x, y)[1]}" for when, x, y in calls]
            table = ["received_at,lon,lat", *rows]
            (folder / "calls.csv").write_text("\n".join(table), "utf-8")
            lines += ["demand: {replay: calls.csv, transported: 0 %}"]
        elif base is None:
            lines += ["demand: {transported: 0 %, rate: {urban: 9 per day, rural: 9 per day}}"]
        path.write_text("\n".join([*lines, text]), "utf-8")
        return path

    return write


def told(path):
    """What is told of a scenario file that cannot be run, a line each."""
    with pytest.raises(PlannerError) as caught:
        load(path)
    return [f"{one.field}: {one.message}" for one in caught.value.problems]


def middles(on, roads):
    """[road, 2] in blocks from the corner: where the middles of some roads lie."""
    network = on.network
    ends = np.stack([network.tail[network.forth[roads]], network.head[network.forth[roads]]])
    xy = network.xy[ends].mean(axis=0)
    lon, lat = on.lonlat(xy[:, 0], xy[:, 1])
    found = np.column_stack([(np.asarray(lon) - LON) / STEP, (np.asarray(lat) - LAT) / STEP])
    return sorted(map(tuple, np.round(found * 2) / 2))
