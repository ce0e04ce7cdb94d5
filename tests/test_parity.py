"""Call for call against two other simulators: JEMSS.jl on Manhattan, ELASPY on Utrecht."""

from __future__ import annotations

import csv
import gzip
import json

import numpy as np
import pytest
from conftest import NO_DATA, SHARED

from sim.adapters import elaspy, jemss
from sim.geography.roads import tables as tables_room
from sim.measures.calls import first_arrival
from sim.policies.clock import NONE

TRACES = SHARED / "jemss" / "traces"
CASES = {
    "base": {},
    "redispatch": {"files": jemss.Files(redispatch="redispatch_low_to_high.csv")},
    "turnout90": {
        "files": jemss.Files(redispatch="redispatch_low_to_high.csv"),
        "mobilisation": TRACES / "mobilisation_90s.csv",
    },
    "prioritylist": {"priority_list": TRACES / "priority_list_manhattan.csv"},
}


def outcomes(case):
    with gzip.open(TRACES / f"manhattan_{case}_jemss_percall.csv.gz", "rt") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.skipif(not TRACES.is_dir(), reason=f"{NO_DATA}/jemss")
@pytest.mark.parametrize("case", CASES)
def test_every_call_of_manhattan_as_jemss_served_it(engine, case):
    system, calls = jemss.read(
        SHARED / "jemss" / "manhattan", TRACES / "manhattan_5000_calls.csv.gz", **CASES[case]
    )
    log = engine(system, calls)
    expected = outcomes(case)

    def column(name):
        return np.array([float(row[name]) for row in expected])

    assert np.array_equal(system.roads.place_node[calls.place] + 1, column("nearestNodeIndex"))
    trip = first_arrival(log, len(calls.place))
    assert np.array_equal(log.ambulance[trip] + 1, column("ambIndex"))
    hospital = np.where(log.hospital[trip] == NONE, -1, log.hospital[trip] + 1)
    assert np.array_equal(hospital, column("chosenHospitalIndex"))
    given_up = log.call[(log.call != NONE) & ~np.isnan(log.diverted_at)]
    assert np.array_equal(np.bincount(given_up, minlength=len(calls.place)), column("numBumps"))
    off_s = np.abs(log.arrived_at[trip] - column("ambArrivalTime") * 86_400)
    assert off_s.max() <= 1e-6


@pytest.mark.skipif(not (SHARED / "utrecht").is_dir(), reason=f"{NO_DATA}/utrecht")
@pytest.mark.parametrize("case", ["diesel_3", "diesel_5"])
def test_every_call_of_utrecht_as_elaspy_served_it(engine, case):
    trace = SHARED / "utrecht" / f"{case}.json"
    system, calls = elaspy.read(SHARED / "utrecht" / "world.json", trace)
    log = engine(system, calls)
    expected = json.loads(trace.read_text("utf-8"))["expected"]["per_call"]
    trip = first_arrival(log, len(calls.place))
    assert log.ambulance[trip].tolist() == [entry["unit"] for entry in expected]
    minutes = {
        "wait": log.assigned_at[trip] - log.ready_at,
        "drive": log.arrived_at[trip] - log.mobile_at[trip],
        "response": log.arrived_at[trip] - calls.received_at,
        "finish": log.cleared_at[trip],
    }
    for name, seconds in minutes.items():
        off = np.abs(seconds / 60 - [entry[name] for entry in expected])
        assert off.max() <= 1e-9, name


# ── a small city in JEMSS's files, worked out by hand ────────────────────────────────────────

MINUTE = 1 / 1440  # of a day


@pytest.fixture
def city(tmp_path):
    """Three nodes on a line, 10 and 20 minutes apart; at noon every mode becomes twice as slow."""

    def table(name, *blocks):
        text = "\n,,\n".join(
            "\n".join([f"{title},,", *(",".join(map(str, row)) + "," for row in rows)])
            for title, rows in blocks
        )
        (tmp_path / name).write_text(text + "\n", "utf-8")

    table("map_1.csv", ("map", [("xMin", "xMax", "yMin", "yMax", "xScale", "yScale"), (0, 9, 0, 9, 2, 1)]))  # fmt: skip
    table("nodes.csv", ("nodes", [("index", "x", "y", "offRoadAccess"), (1, 0, 0, 1), (2, 1, 0, 0), (3, 2, 0, 1)]))  # fmt: skip
    arcs = [("index", "fromNode", "toNode", "mode_1", "mode_2", "mode_3", "mode_4")]
    for index, a, b, minutes in ((1, 1, 2, 10), (2, 2, 3, 20), (3, 2, 3, 25)):
        day = minutes * MINUTE
        arcs.append((index, a, b, day, 1.5 * day, 2 * day, 3 * day))
    table("arcs.csv", ("miscData", [("arcForm", "numModes"), ("undirected", 4)]), ("arcs", arcs))
    table("stations_1.csv", ("stations", [("index", "x", "y", "capacity"), (1, 0, 0, 5), (2, 2, 0, 5)]))  # fmt: skip
    table("hospitals_1.csv", ("hospitals", [("index", "x", "y"), (1, 0, 3)]))
    table("ambulances_1.csv", ("ambulances", [("index", "stationIndex", "class"), (1, 1, 1)]))
    table("priorities_1.csv", ("priorities", [("priority", "name"), (1, "highPriority"), (2, "medPriority"), (3, "lowPriority")]))  # fmt: skip
    speeds = [("travelModeIndex", "offRoadSpeed"), *((m, 1440 / m) for m in (1, 2, 3, 4))]
    sets = [("travelSetIndex", "priority", "travelModeIndex")]
    for number, fast, slow in ((1, 1, 2), (2, 3, 4)):
        sets += [(number, "highPriority", fast), (number, "medPriority", fast), (number, "lowPriority", slow)]  # fmt: skip
    timing = [("startTime", "travelSetIndex"), (0, 1), (0.5, 2)]
    table(
        "travel_1.csv", ("travelModes", speeds), ("travelSets", sets), ("travelSetsTiming", timing)
    )
    table("redispatch_off.csv", ("miscData", [("allowRedispatch",), (0,)]), ("redispatchConditions", [("fromCallPriority", "toCallPriority", "allowRedispatch"), ("lowPriority", "highPriority", 0)]))  # fmt: skip
    header = ("index", "priority", "x", "y", "arrivalTime", "dispatchDelay", "onSceneDuration",
              "transport", "hospitalIndex", "handoverDuration")  # fmt: skip
    calls = [header,
             (1, 1, 2, 1, 0.1, MINUTE, 5 * MINUTE, "true", -1, 6 * MINUTE),
             (2, 3, 2, 1, 0.6, MINUTE, 0, 0, -1, 0)]  # fmt: skip
    table("calls.csv", ("miscData", [("startTime",), (0.0,)]), ("calls", calls))
    table("mobilisation.csv", ("mobilisationDelay", [("use", "distribution", "seed", "expectedDuration"), ("true", '"Normal(90/86400, 0)"', 0, 0.001)]))  # fmt: skip
    table("list.csv", ("priorityList", [("item", "stationIndex"), (1, 2)]))
    return tmp_path


def minutes_of(log, name, call):
    trip = first_arrival(log, 2)[call]
    return round(float(getattr(log, name)[trip]) / 60, 6)


def test_a_city_worked_out_by_hand(engine, city):
    log = engine(*jemss.read(city, city / "calls.csv"))
    received = 0.1 * 1440
    # The call lies 1 km off node 3 (a minute in mode 1); node 2 gives no access.
    assert minutes_of(log, "arrived_at", 0) == pytest.approx(received + 1 + 30 + 1)
    # To hospital in the low mode: 2 minutes back to the road, 45 along, 6 to the door.
    left = minutes_of(log, "left_scene_at", 0)
    assert minutes_of(log, "at_hospital_at", 0) == pytest.approx(left + 2 + 45 + 6)


def test_the_travel_set_at_departure_holds(engine, city):
    log = engine(*jemss.read(city, city / "calls.csv"))
    # After noon a low priority is driven in mode 4: three times 30 minutes, 4 off the road.
    assert minutes_of(log, "arrived_at", 1) == pytest.approx(0.6 * 1440 + 1 + 90 + 4)


def test_mobilisation_and_a_priority_list_as_the_files_say(engine, city):
    system, calls = jemss.read(
        city, city / "calls.csv", mobilisation=city / "mobilisation.csv",
        priority_list=city / "list.csv",
    )  # fmt: skip
    log = engine(system, calls)
    assert minutes_of(log, "mobile_at", 0) == pytest.approx(144 + 1 + 1.5)
    # It stands by at station 2, by node 3: the second call is close.
    assert minutes_of(log, "arrived_at", 1) == pytest.approx(864 + 1 + 1.5 + 4)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("mobilisation.csv", "Normal(90/86400, 0)", "Normal(90/86400, 5)", "only a fixed delay"),
        ("mobilisation.csv", "Normal(90/86400, 0)", "__import__('os').system('x')", "only a fixed"),
        ("calls.csv", "0.6", "soon", "write a number; found soon"),
        ("nodes.csv", "offRoadAccess", "access", ""),
        ("redispatch_off.csv", "allowRedispatch,\n0", "allowRedispatch,\n1", ""),
    ],
)
def test_odd_files_are_told_and_nothing_is_evaluated(city, name, old, new, said):
    from sim.errors import MapError

    path = city / name
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    try:
        jemss.read(city, city / "calls.csv", mobilisation=city / "mobilisation.csv")
        assert not said
    except MapError as error:
        assert said
        assert said in str(error)


@pytest.mark.slow
@pytest.mark.skipif(not TRACES.is_dir(), reason=f"{NO_DATA}/jemss")
@pytest.mark.parametrize("name", ["auckland", "edmonton"])
def test_other_cities_are_read_and_served(engine, name, tmp_path):
    """No outcomes of JEMSS for these: every call is served, by the way that is the fastest."""
    folder = SHARED / "jemss" / name
    nodes = jemss.read_roads(folder, folder / "map_1.csv")
    scale = jemss.read_scale(folder / "map_1.csv")
    rng = np.random.default_rng(1)
    some = rng.choice(np.flatnonzero(nodes.may_leave), 300, replace=False)
    rows = ["miscData,", "startTime,", "0.0,", ",", "calls,",
            "index,priority,x,y,arrivalTime,dispatchDelay,onSceneDuration,transport,hospitalIndex,"
            "handoverDuration"]  # fmt: skip
    for i, node in enumerate(some):
        x, y = nodes.xy[node] / scale
        rows.append(f"{i + 1},{1 + i % 3},{x!r},{y!r},{i * 0.004},0.0005,0.008,{i % 2},-1,0.01")
    path = tmp_path / "calls.csv"
    path.write_text("\n".join(rows).replace("np.float64(", "").replace(")", ""), "utf-8")
    redispatch = jemss.Files(redispatch="redispatch_low_to_high.csv")
    system, calls = jemss.read(folder, path, redispatch)
    log = engine(system, calls)
    trip = first_arrival(log, len(some))
    assert (trip != NONE).all()
    assert np.array_equal(system.roads.place_node[calls.place], some)
    ends = system.roads.place_node[calls.place[:40]]
    from sim.geography.roads import travel

    starts = system.roads.place_node[system.stations.place]
    full = tables_room.seconds_from(system.roads.travel.graph, 0, starts)
    for end in ends.tolist():
        assert travel.seconds(system.roads.travel, 0, starts, end) == pytest.approx(
            full[:, end], rel=0, abs=1e-6
        )
