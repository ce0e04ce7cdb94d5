"""Where a page draws ambulances is where the simulation has them, read from the page's own bytes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from replays import Numbers, ReplayedDay, lines
from services import town

from sim.answers.journeys import journeys
from sim.browser import packing, replay_page
from sim.browser.replay_data import Corner, second
from sim.policies.clock import NONE
from sim.scenario.file import load
from sim.words.language import language

SOON_M = 60.0  # a road that is drawn is not quite as long as it is
LILING = ROOT / "scenarios" / "liling"
DIVERTING = {"dispatch": {"divert": [{"leaving": "B", "for": "A"}]}}


def busy():
    return load(LILING).scaled(demand=4)


def closed():
    return load(LILING / "consortium-6-bridges.yaml")


def flooded():
    """Who is there as it begins, and conveys nobody, goes home when the roads are open again."""
    names = ("均楚镇", "官庄镇", "明月镇", "石亭镇", "枫林镇", "左权镇", "茶山镇")
    flood = {
        f"{name} {hour}": {"township": name, "hours": f"{hour:02d}-{hour + 1:02d}"}
        for name in names
        for hour in (8, 10, 12, 14, 16)
    }
    closed = load(LILING).scaled(demand=4).with_settings(travel={"closures": flood})
    return closed.with_settings(demand={"transported": "0 %"})


def slow_hours():
    bands = [{"hours": "07-09", "speed": "60 %"}, {"hours": "17-19", "speed": "70 %"}]
    return load(LILING).scaled(demand=3).with_settings(travel={"bands": bands})


def carried_over():
    scenario = slow_hours()
    return scenario.with_settings(travel={"band_rule": "carried over"})


def diverted():
    priorities = [{"name": "A", "share": "40 %"}, {"name": "B", "share": "60 %", "siren": False}]
    return load(LILING).scaled(demand=5).with_settings(
        demand={"priorities": priorities}, **DIVERTING
    )  # fmt: skip


WORLDS = {
    "plain": lambda: load(LILING),
    "overloaded": busy,
    "consortium": lambda: load(LILING / "consortium.yaml"),
    "standby": lambda: load(LILING / "standby.yaml"),
    "crews": lambda: load(LILING / "crews.yaml"),
    "closures": closed,
    "flood": flooded,
    "bands": slow_hours,
    "bands, carried over": carried_over,
    "diversion": diverted,
    "streets": lambda: load(ROOT / "scenarios" / "coquimbo"),
}


@pytest.fixture(scope="module", params=WORLDS)
def shown(request):
    """A day of some hours, and its page read back."""
    scenario = WORLDS[request.param]().with_study(length="3 days", warm_up="1 day")
    found = journeys([scenario], hours=(6.0, 22.0))
    page = replay_page.page(found, {"en": ["So it is."]}, language("en"))
    return request.param, found, ReplayedDay(page.html)


def numbers_of(found, xy):
    ground = found.base.map
    places = np.concatenate([one.place_xy for one in found.layouts])
    return Corner(ground, np.concatenate([places, ground.network.xy])).numbers(xy)


def test_who_arrives_is_drawn_exactly_there(shown):
    """At the call, at the hospital, at the station: to a hundred-thousandth of a degree."""
    name, found, page = shown
    (day,) = found.layouts
    log, window = day.log, found.day.window
    places = numbers_of(found, day.place_xy)
    hospital = day.system.hospitals.place
    base_of = {}
    looked_at = 0
    for trip in range(len(log.call)):
        who, call = int(log.ambulance[trip]), int(log.call[trip])
        wanted = []
        if call != NONE:
            wanted.append((log.arrived_at[trip], day.calls.place[call]))
            if log.hospital[trip] != NONE:
                wanted.append((log.at_hospital_at[trip], hospital[log.hospital[trip]]))
        elif not np.isnan(log.arrived_at[trip]):
            wanted.append((log.arrived_at[trip], None))
        for at, place in wanted:
            if np.isnan(at) or not window.start_s <= at <= window.end_s:
                continue
            # Who is sent on at once is on the way again within the second that is shown.
            leaves = [r.began_at for r in day.routes if r.ambulance == who and r.began_at >= at]
            if leaves and second(min(leaves)) == second(at):
                continue
            drawn = page.place(0, who, second(at - found.day.midnight_s))
            if place is None:
                stations = places[day.system.stations.place]
                assert tuple(drawn) in {tuple(one) for one in stations.tolist()}, (name, trip)
                base_of[who] = drawn
            else:
                assert tuple(drawn) == tuple(places[place].tolist()), (name, trip)
            looked_at += 1
    assert looked_at > 20


def test_nobody_jumps(shown):
    """A drive begins where the last one ended, and within it nobody is faster than the roads."""
    _, _, page = shown
    for own in page.drives[0]:
        for one, other in pairwise(own):
            assert one.until[-1] <= other.began
            assert page.metres(one.stretches[-1][4], other.start) == 0.0
        for drive in own:
            assert drive.until == sorted(drive.until)
            here = drive.start
            for road, start, end, _, to in drive.stretches:
                if road is not None:
                    assert 0 <= start <= 1
                    assert 0 <= end <= 1
                    assert page.metres(here, page.on_road(road, start)) < 25.0
                here = to


def test_drawn_speeds_are_those_of_a_vehicle(shown):
    """Between any two minutes nobody covers more than 130 km/h would."""
    name, _, page = shown
    start, end = page.facts["span"]
    for who in range(len(page.drives[0])):
        spots = [page.place(0, who, at) for at in range(start, end, 60)]
        fastest = max(page.metres(one, other) for one, other in pairwise(spots))
        assert fastest < 60 * 130 / 3.6, (name, who, fastest)


def _waits_on_the_spot(route):
    first = route.stretches[0]
    return (first.x, first.y) == (route.x, route.y) and first.at - route.began_at > 60


def test_what_is_to_be_tested_is_there(shown):
    """Else a scenario that lost its diversions, breaks or closures would pass unseen."""
    name, found, _ = shown
    (day,) = found.layouts
    cut = [r for r in day.routes if not np.isnan(day.log.diverted_at[r.trip])]
    on_road = [r for r in cut if r.stretches and r.ended_at == day.log.diverted_at[r.trip]]
    if name in ("diversion", "overloaded", "bands"):
        assert len(on_road) > 3
    if name == "diversion":
        assert any(day.log.call[r.trip] != NONE for r in on_road)
    if name == "consortium":
        assert day.bays
    if name == "crews":  # several units are sent to one call, and some change their classes
        assert np.bincount(day.log.call[day.log.call != NONE]).max() > 1
    waits = [r for r in day.routes if r.stretches and _waits_on_the_spot(r)]
    assert bool(waits) == (name == "flood")
    assert (name.startswith("bands") or name == "flood") == (len(day.system.roads.bands.band) > 1)
    driving = None if day.system.service is None else day.system.service.driving
    assert (name == "bands, carried over") == (driving is not None and driving.carried_over)
    assert (name in ("closures", "flood")) == bool(day.scenario.settings.travel.closures)


def test_stages_and_calls_of_the_page_are_those_of_the_day(shown):
    _, found, page = shown
    (day,) = found.layouts
    layout = page.facts["layouts"][0]
    assert len(layout["stages"]) == len(day.stages.stage)
    assert [call[0] for call in layout["calls"]] == (day.marks.call + 1).tolist()
    places = numbers_of(found, day.place_xy[day.calls.place[day.marks.call]])
    assert [call[2:4] for call in layout["calls"]] == places.tolist()
    assert [call[6] for call in layout["calls"]] == day.marks.outcome.tolist()
    in_time = [call for call in layout["calls"] if call[6] == 0 and call[5] == 0]
    assert all(call[7] == call[8] for call in in_time), "decided as somebody arrives"


def test_a_map_without_roads_is_driven_straight(tmp_path):
    write = town(
        tmp_path, [[0, 300, 900], [300, 0, 600], [900, 600, 0]], [100, 300, 200], hospitals=[0, 2]
    )
    text = """layout: [{station: P0, ambulances: 1}, {station: P1, ambulances: 1}]
demand: {rate: {urban: 0 per day, rural: 60 per day}, transported: 100 %}
study: {length: 3 days, replications: 2}
"""
    found = journeys([load(write(text))])
    page = ReplayedDay(replay_page.page(found, {}, language("en")).html)
    assert not page.roads
    drives = [drive for own in page.drives[0] for drive in own]
    assert len(drives) > 20
    assert all(road is None for drive in drives for road, *_ in drive.stretches)
    for own in page.drives[0]:
        for one, other in pairwise(own):
            assert page.metres(one.stretches[-1][4], other.start) == 0.0


# ── packing ──────────────────────────────────────────────────────────────────────────────────

few = st.integers(0, 2**40)


@given(st.lists(few))
def test_numbers_come_back(numbers):
    back = Numbers(packing.varints(numbers))
    assert [back.next() for _ in numbers] == numbers
    assert back.ended


@given(st.lists(st.integers(-(2**40), 2**40)))
def test_signed_numbers_come_back(numbers):
    back = Numbers(packing.varints(map(packing.zigzag, numbers)))
    assert [back.signed() for _ in numbers] == numbers


points = st.lists(st.tuples(st.integers(-9, 10**6), st.integers(-9, 10**6)), min_size=2, max_size=9)


@given(st.lists(st.tuples(points, st.integers(0, 3)), max_size=6))
def test_roads_come_back(roads):
    data = packing.lines([np.array(course) for course, _ in roads], [rank for _, rank in roads])
    back = lines(data)
    assert [(rank, course.astype(int).tolist()) for rank, course in back] == [
        (rank, [list(point) for point in course]) for course, rank in roads
    ]


@settings(max_examples=200)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 90)), max_size=9),
        max_size=6,
    )
)
def test_whole_roads_come_back_whatever_was_foretold(drives):
    writer, now, wanted = packing.DriveWriter(), 0, []
    writer.ambulance(len(drives))
    for drive in drives:
        writer.drive(now, len(drive))
        for road, back, took in drive:
            now += took
            writer.whole(road, back, now)
            wanted.append((road, back, now))
    numbers, after, took, found = Numbers(packing.varints(writer.numbers)), {}, {}, []
    assert numbers.next() == len(drives)
    now = 0
    for _ in drives:
        now, last = now + numbers.signed(), -1
        for _ in range(numbers.next()):
            code = numbers.next()
            way = code - 3 if code else after[last]
            seconds = numbers.signed() + took.get(way, 0)
            after[last], took[way], last = way, seconds, way
            now += seconds
            found.append((way // 2, bool(way % 2), now))
    assert found == wanted
