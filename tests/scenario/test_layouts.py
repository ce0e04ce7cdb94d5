"""One layout against another: which stations are new, moved, closed, or have other ambulances."""

from __future__ import annotations

from dataclasses import replace

from sim.scenario.layout import Ambulance, Layout, Station, against
from sim.text import Name


def station(name, x=0.0, y=0.0, closed=False):
    return Station(Name(name, f"{name} en"), "station", x, y, 0.0, closed)


BASE = Layout(
    stations=(station("甲"), station("乙", 5000.0), station("丙", 0.0, 5000.0, closed=True)),
    fleet=(Ambulance(0), Ambulance(0), Ambulance(1)),
)


def told(base, layout):
    return [
        (c.station.name.zh, c.ambulances, c.more, c.new, c.moved, c.closed)
        for c in against(base, layout)
    ]


def test_a_layout_against_itself_changes_nothing_and_closed_stations_stay_away():
    assert told(BASE, BASE) == [
        ("甲", 2, 0, False, False, False),
        ("乙", 1, 0, False, False, False),
    ]


def test_each_change_is_known_by_what_it_does():
    one, two, three = BASE.stations
    after = Layout(
        stations=(
            replace(one, closed=True),
            replace(two, x=9000.0),
            three,
            station("丁", 1.0, 7000),
        ),
        fleet=(Ambulance(1), Ambulance(1), Ambulance(3)),
    )
    assert told(BASE, after) == [
        ("乙", 2, 1, False, True, False),
        ("丁", 1, 0, True, False, False),
        ("甲", 0, 0, False, False, True),
    ]
    assert [c.before and c.before.x for c in against(BASE, after)] == [5000.0, None, 0.0]


def test_a_layout_written_by_itself_is_held_against_the_base_by_names():
    other = Layout(stations=(station("乙", 5000.0), station("甲")), fleet=(Ambulance(0),) * 3)
    assert told(BASE, other) == [
        ("乙", 3, 2, False, False, False),
        ("甲", 0, -2, False, False, False),
    ]


def test_another_name_at_the_same_place_is_the_same_station():
    other = Layout(stations=(station("甲院"), station("乙", 5000.0)), fleet=BASE.fleet)
    assert told(BASE, other)[0] == ("甲院", 2, 0, False, False, False)


def test_a_reopened_station_is_new():
    after = replace(BASE, stations=(*BASE.stations, station("丙", 0.0, 5000.0)))
    assert told(BASE, after)[2] == ("丙", 0, 0, True, False, False)
