"""Words of road data: however they are spelt, they mean one thing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.geography.making.groups import RoadOptions
from sim.geography.making.roads import access, speeds, tags
from sim.geography.making.roads.columns import meanings, unpacked
from sim.scenario.settings.travel import CLASS_SPEEDS

WIDE = str.maketrans("0123456789.:;", "０１２３４５６７８９．：；")


@st.composite
def spelt(draw, words):
    """A word as people write it: in any case and width, with spaces around it."""
    word = draw(words)
    word = draw(st.sampled_from([word, word.upper(), word.title(), word.translate(WIDE)]))
    around = st.sampled_from(["", " ", "\u3000", "\t"])
    return draw(around) + word + draw(around)


def kmh(text, unit="km/h"):
    return speeds.limit(text, unit).kmh


# ── speeds ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [("50", 50), ("50 km/h", 50), ("40kmh", 40), ("30 mph", 48.3), ("35MPH", 56.3), ("walk", 5),
     ("10 knots", 18.5), ("40,5", 40.5), ("40.5", 40.5), ("6.875 mph", 11.1), ("50;70", 60),
     ("60|40", 50), ("['50', '30']", 40), ("[50, 30]", 40), ("20 mph;30 mph", 40.2), ("3", 3),
     ("５０", 50), ("50公里/小时", 50), ("50.0", 50), ("130", 130), ("200", 200)],
)  # fmt: skip
def test_speed_limits_are_read_in_any_unit(text, expected):
    assert kmh(text) == expected
    assert not speeds.limit(text).doubt


@pytest.mark.parametrize(
    "text", [None, "none", "signals", "variable", "RO:urban", "CN:urban", "GB:nsl_single",
             "DE:zone:20", "zone:30", "national", "default", "nan", ""],
)  # fmt: skip
def test_words_that_say_no_number_leave_a_road_to_its_class_without_a_doubt(text):
    assert speeds.limit(text) == pytest.approx(speeds.NONE, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "doubt"),
    [("-50", speeds.ODD), ("50-60", speeds.ODD), ("1e2", speeds.ODD), ("60 furlongs", speeds.ODD),
     ("fast", speeds.ODD), ("0", speeds.OUTSIDE), ("999", speeds.OUTSIDE), ("0.5", speeds.OUTSIDE),
     ("1,000", speeds.OUTSIDE), ("130 mph", speeds.OUTSIDE)],
)  # fmt: skip
def test_what_is_no_speed_is_left_to_the_class_and_counted(text, doubt):
    assert math.isnan(kmh(text))
    assert speeds.limit(text).doubt == doubt


@given(st.integers(1, 200), st.sampled_from(["", " km/h", "km/h", " kph", "KMH"]), st.data())
def test_a_speed_is_the_same_in_any_spelling(number, unit, data):
    assert kmh(data.draw(spelt(st.just(f"{number}{unit}")))) == number


@given(st.lists(st.integers(1, 200), min_size=1, max_size=5), st.randoms())
def test_speeds_of_joined_pieces_are_their_mean_in_any_order(numbers, random):
    written = [[f"'{n}'" for n in numbers], [str(n) for n in numbers]]
    random.shuffle(written[0])
    random.shuffle(written[1])
    mean = pytest.approx(sum(numbers) / len(numbers), abs=0.06)
    assert kmh(f"[{', '.join(written[0])}]") == mean
    assert kmh(";".join(written[1])) == mean


@given(st.floats(1, 120, allow_nan=False))
def test_a_bare_number_is_in_the_unit_that_was_said(number):
    assert kmh(f"{number:.1f}", "mph") == pytest.approx(kmh(f"{number:.1f} mph"), nan_ok=True)


@given(st.integers(0, 9999), st.integers(0, 99))
def test_a_comma_parts_thousands_only_before_three_digits(whole, part):
    assert speeds.number(f"{whole},{part}") == float(f"{whole}.{part}")
    assert speeds.number(f"{1 + whole % 999},{part:03d}") == 1000 * (1 + whole % 999) + part


def test_each_way_has_its_own_speed():
    assert speeds.both_ways({"maxspeed:forward": "30", "maxspeed": "60"}, "km/h")[:2] == (30, 60)
    assert speeds.both_ways({"maxspeed:backward": "20 mph"}, "km/h")[:2] == pytest.approx(
        (math.nan, 32.2), nan_ok=True
    )
    assert speeds.both_ways({"speed_kph": "23.5", "maxspeed": "60"}, "km/h")[:2] == (23.5, 23.5)
    assert speeds.both_ways({"speed_mph": "25"}, "km/h")[:2] == (40.2, 40.2)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("00:20", 20), ("1:30", 90), ("20", 20), ("PT20M", 20), ("PT1H30M", 90), ("pt90s", 1.5),
     ("01:00:30", 60.5), ("20 min", 20), ("1h 20min", 80), ("20分钟", 20), ("00：20", 20),
     ("P1DT1H", 1500), ("7,5", 7.5)],
)  # fmt: skip
def test_how_long_a_ferry_takes(text, minutes):
    assert speeds.minutes(text) == pytest.approx(minutes)


@pytest.mark.parametrize("text", [None, "", "0", "00:00", "PT", "P", "soon", "about 20 min"])
def test_what_is_no_duration_is_none(text):
    assert math.isnan(speeds.minutes(text))


@given(st.integers(1, 600))
def test_a_duration_is_the_same_in_any_writing(minutes):
    hours, rest = divmod(minutes, 60)
    for text in (f"{hours:02d}:{rest:02d}", str(minutes), f"PT{hours}H{rest}M", f"PT{minutes}M",
                 f"{minutes} min", f"{hours} h {rest} min"):  # fmt: skip
        assert speeds.minutes(text) == pytest.approx(minutes), text


# ── access ───────────────────────────────────────────────────────────────────────────────────

OPENING = st.sampled_from(["yes", "designated", "permissive", "destination", "delivery"])
CLOSING = st.sampled_from(["no", "private", "agricultural", "forestry"])


@given(st.lists(CLOSING, min_size=1, max_size=4), st.sampled_from([";", "; ", "|", ","]), st.data())
def test_a_list_of_words_that_all_close_a_road_closes_it(words, mark, data):
    text = mark.join(data.draw(spelt(st.just(word))) for word in words)
    assert access.allowed(text) is False


@given(st.lists(CLOSING, max_size=3), OPENING, st.randoms())
def test_one_word_that_lets_an_ambulance_in_is_enough_wherever_it_stands(words, opening, random):
    words = [*words, opening]
    random.shuffle(words)
    assert access.allowed(";".join(words)) is True


@given(st.lists(OPENING, max_size=3), CLOSING, st.randoms())
def test_of_joined_pieces_each_must_be_open(words, closing, random):
    words = [*words, closing]
    random.shuffle(words)
    assert access.allowed(str(words)) is False


@given(st.dictionaries(st.sampled_from(access.KEYS), st.one_of(OPENING, CLOSING)))
def test_the_most_particular_key_decides(said):
    first = next((said[key] for key in access.KEYS if key in said), "yes")
    open_to = access.access(said)
    assert open_to.forward == open_to.backward == access.allowed(first)


@pytest.mark.parametrize(
    ("said", "is_open"),
    [({"access": "no", "emergency": "yes"}, True), ({"access": "emergency"}, True),
     ({"motor_vehicle": "emergency"}, True), ({"access": "no", "bus": "yes"}, False),
     ({"motor_vehicle": "no", "emergency": "designated"}, True), ({"emergency": "no"}, False),
     ({"access": "no", "emergency": "fire_hydrant"}, False), ({"hgv": "no"}, True),
     ({"access": "whatever"}, True), ({"motor_vehicle": "whatever", "access": "no"}, False),
     ({"vehicle": "agricultural;forestry"}, False), ({"motor_vehicle": "psv"}, False)],
)  # fmt: skip
def test_roads_are_open_to_ambulances_or_not(said, is_open):
    assert access.access(said).forward == is_open


def test_unknown_words_are_told():
    assert access.access({"access": "whatever"}).strange == ("whatever",)
    assert not access.access({"emergency": "fire_hydrant"}).strange


def test_a_road_may_be_closed_one_way():
    assert access.access({"motor_vehicle:backward": "no"})[:2] == (True, False)
    road = tags.road({"highway": "primary", "vehicle:forward": "no"}, RoadOptions())
    assert (road.course, road.left_out) == (tags.BACKWARD, "")
    shut = {"highway": "primary", "vehicle:forward": "no", "oneway": "yes"}
    assert tags.road(shut, RoadOptions()).left_out == tags.CLOSED


@pytest.mark.parametrize("kind", ["bollard", "block", "jersey_barrier", "log", "debris", "chain"])
@pytest.mark.parametrize(
    ("more", "blocked"),
    [({}, True), ({"emergency": "yes"}, False), ({"motor_vehicle": "yes"}, False),
     ({"access": "permissive"}, False), ({"access": "yes", "motor_vehicle": "no"}, True),
     ({"emergency": "no"}, True), ({"foot": "yes"}, True)],
)  # fmt: skip
def test_what_no_car_passes_blocks_unless_its_node_says_otherwise(kind, more, blocked):
    assert bool(access.barrier({"barrier": kind} | more)) == blocked


@pytest.mark.parametrize(
    ("said", "verdict"),
    [({"barrier": "gate"}, ""), ({"barrier": "gate", "locked": "yes"}, access.BLOCKED),
     ({"barrier": "lift_gate", "access": "private"}, access.BLOCKED),
     ({"barrier": "gate", "locked": "yes", "emergency": "yes"}, ""),
     ({"barrier": "toll_booth"}, ""), ({"barrier": "cattle_grid"}, ""), ({"barrier": "no"}, ""),
     ({"barrier": "bollard", "bollard": "rising"}, ""),
     ({"barrier": "gate;bollard"}, access.BLOCKED), ({"barrier": "dragon"}, access.STRANGE),
     ({"highway": "crossing"}, "")],
)  # fmt: skip
def test_gates_open_unless_they_are_locked_or_private(said, verdict):
    assert access.barrier(said) == verdict


# ── direction ────────────────────────────────────────────────────────────────────────────────

WORDS = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1, "no": 0, "false": 0, "0": 0,
         "reversible": 0, "alternating": 0}  # fmt: skip


@given(st.data())
def test_a_direction_is_the_same_in_any_spelling(data):
    word = data.draw(st.sampled_from(sorted(WORDS)))
    assert tags.direction(data.draw(spelt(st.just(word)))) == WORDS[word]


@pytest.mark.parametrize(
    ("said", "course"),
    [({"oneway": "yes", "oneway:emergency": "no"}, 0), ({"oneway": "yes", "oneway:bus": "no"}, 1),
     ({"oneway": "yes", "oneway:motor_vehicle": "no"}, 0), ({"oneway:motor_vehicle": "yes"}, 1),
     ({"oneway": "-1", "oneway:emergency": "no"}, 0), ({"junction": "roundabout"}, 1),
     ({"junction": "circular"}, 1), ({"junction": "roundabout", "oneway": "no"}, 0),
     ({"junction": "roundabout", "oneway": "-1"}, -1), ({"junction": "yes"}, 0),
     ({"oneway:conditional": "yes @ (07:00-09:00)"}, 0), ({"oneway": "['True', 'False']"}, 1)],
)  # fmt: skip
def test_the_most_particular_direction_counts(said, course):
    assert tags.road({"highway": "primary"} | said, RoadOptions()).course == course


def test_a_motorway_is_one_way_unless_it_says_not():
    assert tags.road({"highway": "motorway"}, RoadOptions()).course == 1
    assert tags.road({"highway": "motorway", "oneway": "no"}, RoadOptions()).course == 0


# ── what is a road ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "reason"),
    [({"highway": "construction", "construction": "tertiary"}, tags.NOT_YET),
     ({"highway": "proposed"}, tags.NOT_YET), ({"highway": "primary", "proposed": "yes"}, tags.NOT_YET),
     ({"highway": "primary", "disused": "yes"}, tags.NO_LONGER),
     ({"highway": "primary", "abandoned": "yes"}, tags.NO_LONGER),
     ({"highway": "abandoned"}, tags.NO_LONGER), ({"highway": "primary", "impassable": "yes"}, tags.NO_LONGER),
     ({"highway": "primary", "historic": "yes"}, ""), ({"highway": "footway"}, tags.NO_ROAD),
     ({"highway": "emergency_bay"}, tags.NO_ROAD), ({"highway": "residental"}, tags.UNKNOWN),
     ({"highway": "service", "service": "driveway"}, tags.SERVICE), ({"route": "ferry"}, tags.FERRY),
     ({"waterway": "river"}, tags.NO_ROAD), ({"railway": "rail"}, tags.NO_ROAD), ({}, "")],
)  # fmt: skip
def test_each_way_is_kept_or_left_out_for_a_reason(said, reason):
    assert tags.road(said, RoadOptions()).left_out == reason


def test_classes_are_read_in_any_spelling():
    for text in ("Living Street", "living_street", " LIVING_STREET ", "living_street;primary"):
        assert tags.road_class(text) == "living_street"


def test_usual_speeds_are_those_of_a_scenario():
    assert {name: f"{kmh:g} km/h" for name, kmh in tags.USUAL_KMH.items()} == CLASS_SPEEDS


# ── columns ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("names", "found"),
    [(["fclass", "MaxSpeed"], {"highway": "fclass", "maxspeed": "MaxSpeed"}),
     (["motor_vehi", "access"], {"motor_vehicle": "motor_vehi", "access": "access"}),
     (["maxspeed_f", "maxspeed_b"], {"maxspeed:forward": "maxspeed_f", "maxspeed:backward": "maxspeed_b"}),
     (["oneway_emergency"], {"oneway:emergency": "oneway_emergency"}),
     (["限速(km/h)"], {"speed_kph": "限速(km/h)"}), (["Speed (mph)"], {"speed_mph": "Speed (mph)"}),
     (["速度(米/秒)"], {"speed_mps": "速度(米/秒)"}), (["Speed limit"], {"maxspeed": "Speed limit"}),
     (["speed (knots)"], {"speed_knots": "speed (knots)"}),
     (["Max Speed (m/s)"], {"speed_mps": "Max Speed (m/s)"}),
     (["speed_kmh", "speed"], {"speed_kph": "speed_kmh", "maxspeed": "speed"})],
)  # fmt: skip
def test_columns_are_known_by_openstreetmaps_keys(names, found):
    assert meanings(names) == found


def test_tags_packed_into_one_column_are_read():
    assert unpacked('"access"=>"no","name:en"=>"A \\"B\\" C"') == {
        "access": "no", "name:en": 'A "B" C'
    }  # fmt: skip
    assert unpacked('{"oneway": "yes", "lanes": 2}') == {"oneway": "yes", "lanes": "2"}
    assert unpacked(None) == unpacked("{nonsense") == {}
