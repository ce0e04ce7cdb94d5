"""Whatever a colour means is told in another way too, or is seen by all eyes and in grey."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from eyes import COLOURED, SEEN, apart, lab

from sim.figures import (
    calibration,
    class_speeds,
    cost_front,
    day,
    difference_map,
    fleet_load,
    inputs,
    intervals,
    ranking,
    rates_map,
    response_curve,
    search,
    station_marks,
    stress_swings,
    style,
    township_history,
    township_map,
    tracks,
    week,
    why_late,
)

TOLD = 10.0  # from here on nobody takes one colour for another
IN_GREY = 6.0  # steps of lightness that a print keeps apart
# What a category means: its colour, and what else there is of it.
SETS = {
    "causes": [(colour, hatch) for colour, hatch in why_late.LOOKS.values()],
    "stages of a day": [(look.colour, look.hatch, look.high) for look in day.LOOKS.values()],
    "outcomes of calls": [(colour, marker) for marker, colour, _ in day.MARKS.values()],
    "differences of areas": [
        (fill.face, fill.hatch)
        for fill in (*difference_map.BLUES, *difference_map.ORANGES, *difference_map.OTHERS.values())
    ],
    "verdicts": [(mark.colour, mark.marker, mark.filled) for mark in intervals.MARKS.values()],
    "layouts": [
        (look.colour, str(look.dashes) + look.marker)
        for look in map(response_curve.look_of, range(len(style.LINES)))
    ],
    "tracks": [(look.colour, look.marker, look.hatch) for look in tracks.LOOKS.values()],
    "points of costs": [(look.colour, look.marker) for look in cost_front.LOOKS.values()],
    "steps of a search": [(fill.face, fill.hatch) for fill in search.FILLS.values()],
    "ends of a swing": [stress_swings.LOW, stress_swings.HIGH],
    "ranked sites": [
        (mark.colour, mark.filled, mark.size)
        for mark in (ranking.BEST, ranking.TIED, ranking.OTHER)
    ],
    "kinds of stations": [(colour, marker) for _, marker, colour, _ in station_marks.KINDS],
    "classes of crews": list(week.LOOKS),
    "classes of roads": [(colour, width) for _, colour, width, _ in inputs.ROADS],
    "checks": [(mark.colour, mark.marker) for mark in calibration.MARKS.values()],
    "townships of history": [
        (mark.colour, mark.marker)
        for mark in (township_history.INSIDE, township_history.ABOVE, township_history.BELOW)
    ],
    "speeds": [
        (mark.colour, mark.marker, mark.filled)
        for mark in (class_speeds.KNOWN, class_speeds.TIED, class_speeds.AVOIDED)
    ],
    "minutes": [(colour,) for colour in township_map.RAMP],
}  # fmt: skip


@pytest.mark.parametrize("name", list(SETS))
def test_no_two_categories_are_told_by_a_colour_that_some_eyes_do_not_see(name):
    for one, other in combinations(SETS[name], 2):
        if one[1:] != other[1:]:  # a hatch, a shape, a width tells them
            continue
        for eyes in COLOURED:
            assert apart(one[0], other[0], eyes) >= TOLD, (one, other, eyes)
        assert apart(one[0], other[0], "grey") >= IN_GREY, (one, other)


@pytest.mark.parametrize("name", ["causes", "layouts", "tracks", "verdicts of areas"])
def test_colours_that_stand_beside_each_other_are_told_by_all_eyes(name):
    several = SETS.get(name) or [
        (fill.face,) for fill in (difference_map.BLUES[0], difference_map.ORANGES[0])
    ]
    for one, other in combinations(several, 2):
        for eyes in COLOURED:
            assert apart(one[0], other[0], eyes) >= TOLD, (one, other, eyes)


@pytest.mark.parametrize(
    "ramp",
    [
        township_map.RAMP,
        fleet_load.RAMP,
        [fill.face for fill in difference_map.BLUES],
        [fill.face for fill in difference_map.ORANGES],
        [fill.face for fill in rates_map.FILLS[4:]],
        [fill.face for fill in rates_map.FILLS[4::-1]],
    ],
    ids=["minutes", "busy", "better", "worse", "more calls", "fewer calls"],
)
@pytest.mark.parametrize("eyes", list(SEEN))
def test_a_ramp_gets_darker_from_step_to_step_for_all_eyes(ramp, eyes):
    light = [lab(colour, eyes)[0] for colour in ramp]
    assert all(before - after >= 4 for before, after in pairwise(light)), light


@pytest.mark.parametrize("eyes", COLOURED)
def test_the_two_ends_of_a_change_are_told_apart(eyes):
    for blue, orange in zip(difference_map.BLUES, difference_map.ORANGES, strict=True):
        assert apart(blue.face, orange.face, eyes) >= TOLD
        assert blue.hatch != orange.hatch
    assert apart(style.BLUE, style.ORANGE, eyes) >= 3 * TOLD


@pytest.mark.parametrize(
    "fills",
    [
        [(fill.face, fill.ink) for fill in (*difference_map.BLUES, *difference_map.ORANGES)],
        [(fill.face, fill.ink) for fill in rates_map.FILLS],
        [
            (face, "white" if row >= township_map.DARK_FROM else style.INK)
            for row, face in enumerate(township_map.RAMP)
        ],
    ],
    ids=["changes", "factors", "minutes"],
)
def test_type_is_read_on_every_fill(fills):
    """At least 3 : 1, which large type needs; it has a halo in the colour of its ground besides."""
    for face, ink in fills:
        light = [((lab(colour)[0] + 16) / 116) ** 3 + 0.05 for colour in (face, ink)]
        assert max(light) / min(light) >= 3, (face, ink)


def test_these_eyes_confuse_what_such_eyes_confuse():
    assert apart("#FF0000", "#00FF00") > 100
    assert apart("#D7191C", "#1A9641", "deuteranopia") < 0.45 * apart("#D7191C", "#1A9641")
    assert apart("#0072B2", "#009E73", "tritanopia") < 0.4 * apart("#0072B2", "#009E73")
    assert apart(style.GREY, style.GREY, "protanopia") == 0
    assert abs(lab("white")[0] - 100) < 0.1
