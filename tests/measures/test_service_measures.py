"""Crews, classes, centres, breaks and standby of small towns: logs written out, answers by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import altered, matrix_world, some_calls

from sim.measures import estimates, worked
from sim.measures.besides import TOLD_BESIDES
from sim.measures.calls import tally
from sim.measures.features import Feature
from sim.measures.groups import ALL, Group, Setup, SurvivalCurve
from sim.measures.measures import BY_KEY, MEASURES
from sim.measures.rows import Pooled
from sim.measures.service_measures import SERVICE
from sim.measures.sums import TOLD_BY_SUMS, Summed, count
from sim.model.calendar import DAY_S, HOUR_S, Window
from sim.model.calls import Needs
from sim.model.log import BREAK, FAILURE, Beyond, Log, Pauses
from sim.model.service import Breaks, StandbyRule, plain_service
from sim.policies.clock import NONE
from sim.study.checkpoints import as_bytes, from_bytes

NAN = math.nan
SETUP = Setup((600.0, 1800.0), 0.9, np.array([100.0]), worst=())
DAY = Window(0.0, DAY_S)


def at(hhmm):
    hours, minutes = hhmm.split(":")
    return 3600.0 * int(hours) + 60.0 * int(minutes)


def log_of(trips, pauses=(), calls=None):
    """Trips of (call, ambulance, assigned, arrived, ended); a text as the end is a diversion.

    A trip without a call ends as it arrives. Pauses are (ambulance, kind, row, begun, ended, whole).
    """
    trips = [(*trip, NAN)[:5] for trip in trips]
    call = np.array([trip[0] for trip in trips], int)
    count = int(call.max(initial=-1)) + 1 if calls is None else calls
    end = [trip[4] for trip in trips]
    none, columns = np.full(len(trips), NAN), list(zip(*pauses, strict=True)) or [()] * 6
    kinds = (int, int, int, float, float, bool)
    return Log(
        ready_at=np.zeros(count),
        lost=np.zeros(count, bool),
        asked_s=np.zeros((count, 0)),
        call=call,
        ambulance=np.array([trip[1] for trip in trips], int),
        hospital=np.full(len(trips), NONE),
        assigned_at=np.array([trip[2] for trip in trips], float),
        mobile_at=np.array([trip[2] for trip in trips], float),
        arrived_at=np.array([trip[3] for trip in trips], float),
        left_scene_at=none,
        at_hospital_at=none,
        handover_at=none,
        cleared_at=np.array([NAN if isinstance(one, str) else one for one in end], float),
        diverted_at=np.array([at(one) if isinstance(one, str) else NAN for one in end], float),
        beyond=Beyond(
            need=np.where(call == NONE, NONE, 0),
            pauses=Pauses(*(np.array(c, kind) for c, kind in zip(columns, kinds, strict=True))),
            passed_over=np.full(len(call), NONE),
            bay_at=np.zeros(0),
        ),
    )


def town(ambulances=1, *, service=True, places=1, shifts=None, **columns):
    """A town whose ambulances stand at one station; `shifts`: [ambulance] of (from, to)."""
    world = matrix_world(np.zeros((1, places)), homes=np.zeros(ambulances, int))
    if shifts is not None:
        columns["shift_indptr"] = np.cumsum([0, *map(len, shifts)])
        columns["on_duty_at"] = np.array([on for own in shifts for on, _ in own], float)
        columns["off_duty_at"] = np.array([off for own in shifts for _, off in own], float)
    world = altered(world, **columns)
    return world._replace(service=plain_service(ambulances, 1, places, 3, 0)) if service else world


def with_classes(world, capable, kinds):
    """Two classes; `capable`: [condition, class]; `kinds`: [ambulance]."""
    service = world.service
    service = service._replace(
        sending=service.sending._replace(penalty_s=np.zeros((1, 2)), transports=np.ones(2, bool)),
        conditions=service.conditions._replace(capable=np.array(capable, bool)),
    )
    return altered(world, kind=np.array(kinds))._replace(service=service)


def with_centres(world, of_place, of_ambulance, centres=2):
    areas = world.service.areas._replace(
        centre=np.array(of_place), help_after_s=np.zeros(centres), help_keep=np.zeros(centres, int)
    )
    world = altered(world, centre=np.array(of_ambulance))
    return world._replace(service=world.service._replace(areas=areas))


def with_breaks(world, of_ambulances, interrupts=(True, False, False)):
    """`of_ambulances`: breaks of each, as (earliest, latest, length)."""
    rows = [one for own in of_ambulances for one in own]
    earliest, latest, length = (np.array(column, float) for column in zip(*rows, strict=True))
    breaks = Breaks(
        np.cumsum([0, *map(len, of_ambulances)]), earliest, latest, length,
        np.array(interrupts), True,
    )  # fmt: skip
    return world._replace(service=world.service._replace(breaks=breaks))


def values(world, calls, log, window=DAY, setup=SETUP, **groups):
    """Every measure of one log."""
    pooled = Pooled([tally(world, calls, log, window)], setup)
    group = Group(*next(iter(groups.items()))) if groups else ALL
    return {
        key: BY_KEY[key].left_out(pooled, group)[0]
        for key in estimates.keys_of(group, Feature(511))
    }


def features(world, calls, log, window=DAY):
    found = tally(world, calls, log, window).service
    return Feature.NOTHING if found is None else Feature(found.features)


# ── a plain service ──────────────────────────────────────────────────────────────────────────


def test_a_plain_service_has_nothing_beyond_it():
    log, calls = log_of([(0, 0, 10, 40, 100)])._replace(beyond=None), some_calls([10])
    found = tally(town(service=False), calls, log, DAY)
    assert found.service is None
    assert estimates.features_of([Pooled([found], SETUP)]) == Feature.NOTHING
    assert estimates.keys_of(ALL) == (
        "within", "urban10", "rural30", "worst5", "mean", "p90", "over20", "turnout3",
        "served_at_once", "cross", "busy", "level_zero", "people_ok",
    )  # fmt: skip


def test_part_time_crews_of_a_plain_service_are_told_when_asked_but_not_listed():
    world = town(service=False, shifts=[[(at("08:00"), at("20:00"))]])
    calls = some_calls([at("19:30")])
    log = log_of([(0, 0, at("19:30"), at("19:40"), at("20:15"))])._replace(beyond=None)
    found = tally(world, calls, log, DAY)
    assert found.service.features == Feature.NOTHING
    assert BY_KEY["overrun"].left_out(Pooled([found], SETUP))[0] == 15


def test_in_a_service_with_everything_off_a_measure_is_what_it_is_in_a_plain_one():
    calls, log = some_calls([10, 20]), log_of([(0, 0, 10, 40, 100), (1, 0, 100, 150, 200)])
    plain, described = town(service=False), town()
    with_all, without = values(described, calls, log), values(plain, calls, log)
    assert features(described, calls, log) == Feature.NOTHING
    assert with_all == pytest.approx(without, nan_ok=True)
    assert with_all["capable"] == with_all["within"]
    assert with_all["capable_p90"] == with_all["p90"]
    assert with_all["needs_met"] == 1


# ── classes ──────────────────────────────────────────────────────────────────────────────────


def test_capable_is_the_first_arrival_of_the_first_tier():
    """A basic ambulance is there after 5 minutes, an advanced one after 12."""
    world = with_classes(town(2), [[False, True], [True, True]], [0, 1])
    calls = some_calls([0, 0], area=[0, 1])._replace(condition=np.array([0, 1]))
    both = [(0, 0, 0, 300, 900), (0, 1, 0, 720, 900), (1, 0, 1000, 1100, 1200)]
    found = tally(world, calls, log_of(both), DAY)
    assert found.response_s.tolist() == [300, 1100]
    assert found.beyond.capable_s.tolist() == [720, 1100]
    said = values(world, calls, log_of(both))
    assert said["within"] == 1
    assert (said["capable"], said["capable_urban"], said["capable_rural"]) == (0.5, 0, 1)
    assert said["capable_p90"] == 1100 / 60


def test_a_capable_arrival_on_the_dot_of_the_target_is_in_time():
    world = with_classes(town(1), [[False, True]], [1])
    for arrived, share in ((600, 1), (600 + 1 / 1024, 0)):
        said = values(world, some_calls([0]), log_of([(0, 0, 0, arrived, 900)]))
        assert said["capable"] == share


def test_a_call_that_nobody_capable_reaches_is_not_reached_in_time():
    world = with_classes(town(1), [[False, True]], [0])
    said = values(world, some_calls([0]), log_of([(0, 0, 0, 60, 900)]))
    assert (said["within"], said["capable"], said["capable_p90"]) == (1, 0, math.inf)


def test_busy_shares_of_classes_and_their_hours_are_features_of_the_whole():
    world = with_classes(town(3), [[True, True]], [0, 1, 1])
    calls, log = some_calls([0, 0]), log_of([(0, 0, 0, 60, HOUR_S), (1, 1, 0, 60, 2 * HOUR_S)])
    pooled = Pooled([tally(world, calls, log, DAY)], SETUP)

    def busy(*group):
        return pooled.fleet(BY_KEY["busy"], Group(*group) if group else ALL)

    assert busy("class", 0).above == HOUR_S
    assert busy("class", 0).below == DAY_S
    assert busy("class", 1).above == 2 * HOUR_S
    assert busy("class", 1).below == 2 * DAY_S
    assert busy("class_hour", 168).above == HOUR_S
    assert busy("class_hour", 168).below == 2 * HOUR_S
    assert busy("class_hour", 169).above == HOUR_S
    assert busy("class_hour", 1).above == 0
    assert sum(busy("class", row).above for row in (0, 1)) == busy().above
    assert sum(busy("class_hour", row).above for row in range(336)) == busy().above
    assert sum(busy("class_hour", row).below for row in range(336)) == busy().below
    assert list(estimates.groups_of_fleet([pooled])) == [Group("class", 0), Group("class", 1)]
    assert estimates.keys_of(Group("class", 0)) == ("busy",)


def test_classes_of_which_each_may_go_to_any_call_are_told_apart_by_how_busy_they_are():
    world = altered(town(2, service=False), kind=np.array([0, 1]))
    calls, log = some_calls([0]), log_of([(0, 0, 0, 60, HOUR_S)])._replace(beyond=None)
    assert features(world, calls, log) == Feature.CLASSES
    assert values(world, calls, log, **{"class": 0})["busy"] == 1 / 24
    assert values(world, calls, log)["capable"] == 1


# ── several units ────────────────────────────────────────────────────────────────────────────


def needs_of(*counts):
    call = np.repeat(np.arange(len(counts)), counts)
    zero = np.zeros(len(call))
    return Needs(call, zero.astype(int), zero, zero, zero)


def test_units_that_came_of_those_needed():
    """One call gets both, one gets one of two, one gets none of three, one needs but one."""
    calls = some_calls([0, 100, 200, 300])._replace(needs=needs_of(2, 2, 3, 1))
    log = log_of(
        [(0, 0, 0, 60, 500), (0, 1, 0, 240, 500), (1, 0, 500, 560, 900), (1, 1, 600, NAN, "00:14"),
         (3, 2, 300, 420, 900)],
        calls=4,
    )  # fmt: skip
    said = values(town(3), calls, log)
    assert features(town(3), calls, log) == Feature.UNITS
    assert said["units_all"] == pytest.approx(1 / 3)
    assert said["units_fewer"] == pytest.approx(1 / 3)
    assert said["needs_met"] == 4 / 8
    assert said["second_mean"] == said["second_p90"] == 4.0
    assert said["mean"] == pytest.approx((60 + 460 + 120) / 3 / 60)


def test_the_second_of_two_units_is_who_arrives_second_not_who_was_sent_second():
    calls = some_calls([0])._replace(needs=needs_of(2))
    said = values(town(2), calls, log_of([(0, 0, 0, 500, 900), (0, 1, 0, 120, 900)]))
    assert (said["mean"], said["second_mean"]) == (2.0, 500 / 60)


def test_two_units_that_arrive_at_one_instant_are_a_first_and_a_second():
    calls = some_calls([0])._replace(needs=needs_of(2))
    said = values(town(2), calls, log_of([(0, 0, 0, 120, 900), (0, 1, 0, 120, 900)]))
    assert (said["mean"], said["second_mean"], said["units_all"]) == (2.0, 2.0, 1)


# ── centres and zones ────────────────────────────────────────────────────────────────────────


def two_centres():
    """Each centre has a call in its own place; B's ambulance helps A with its second call."""
    world = with_centres(town(2, places=2), of_place=[0, 1], of_ambulance=[0, 1])
    calls = some_calls([0, 0, 600, 900], place=[0, 1, 0, 0])
    log = log_of([(0, 0, 0, 60, 1800), (1, 1, 0, 60, 600), (2, 1, 600, 700, 1200)], calls=4)
    return world, calls, log._replace(ready_at=calls.received_at)


def test_out_of_area_is_told_of_the_calls_that_were_reached():
    world, calls, log = two_centres()
    assert features(world, calls, log) == Feature.CENTRES
    assert values(world, calls, log)["out_of_area"] == pytest.approx(1 / 3)
    own, other = (values(world, calls, log, centre=row) for row in (0, 1))
    assert (own["out_of_area"], other["out_of_area"]) == (0.5, 0)
    assert (own["served_at_once"], other["served_at_once"]) == (pytest.approx(2 / 3), 1)


def test_level_zero_of_a_centre_is_that_of_its_own_ambulances():
    world, calls, log = two_centres()
    window = Window(0.0, 3600.0)
    assert values(world, calls, log, window)["level_zero"] == 1200 / 3600
    assert values(world, calls, log, window, centre=0)["level_zero"] == 1800 / 3600
    assert values(world, calls, log, window, centre=1)["level_zero"] == 1200 / 3600
    assert values(world, calls, log, window, centre=1)["busy"] == 1200 / 3600


def test_calls_of_the_centres_are_all_calls():
    world, calls, log = two_centres()
    pooled = Pooled([tally(world, calls, log, DAY)], SETUP)
    groups = list(estimates.groups_of_fleet([pooled]))
    assert groups == [Group("centre", 0), Group("centre", 1)]
    for key in ("within", "served_at_once", "out_of_area"):
        parts = [pooled.sums(BY_KEY[key], group) for group in groups]
        whole = pooled.sums(BY_KEY[key])
        assert sum(one.above[0] for one in parts) == whole.above[0]
        assert sum(one.below[0] for one in parts) == whole.below[0]


def test_a_centre_without_ambulances_has_none_free_at_any_time():
    world = with_centres(town(1, places=2), of_place=[0, 1], of_ambulance=[0])
    log = log_of([(0, 0, 0, 60, 600)])
    assert values(world, some_calls([0]), log, centre=1)["level_zero"] == 1
    assert math.isnan(values(world, some_calls([0]), log, centre=1)["busy"])


def test_a_call_is_served_from_another_zone_by_whoever_is_at_home_there():
    world = town(2, places=2)
    areas = world.service.areas._replace(zone=np.array([0, 1]), zone_of=np.array([0, 1]))
    world = world._replace(service=world.service._replace(areas=areas))
    calls = some_calls([0, 0, 9], place=[0, 1, 1])
    log = log_of([(0, 0, 0, 60, 600), (1, 1, 0, 60, 700), (2, 0, 600, 660, 700)])
    assert features(world, calls, log) == Feature.ZONES
    assert values(world, calls, log)["other_zone"] == pytest.approx(1 / 3)


# ── shifts ───────────────────────────────────────────────────────────────────────────────────


def test_a_crew_with_a_call_in_hand_runs_over_until_it_is_cleared():
    """The day of two crews that SERVICE.md's instance tells: B is 45 minutes late."""
    world = town(2, shifts=[[(0, math.inf)], [(at("08:00"), at("20:00"))]])
    calls = some_calls([at("19:55")])
    home = (NONE, 1, at("20:45"), at("20:55"))
    log = log_of([(0, 1, at("19:55"), at("20:00"), at("20:45")), home])
    assert features(world, calls, log) == Feature.SHIFTS
    said = values(world, calls, log)
    assert (said["overrun"], said["overrun_home"], said["overrun_crews"]) == (45, 55, 1)


def test_a_call_that_ends_with_the_shift_is_no_overrun():
    world = town(shifts=[[(0, at("20:00"))]])
    log = log_of([(0, 0, at("19:00"), at("19:05"), at("20:00")),
                  (NONE, 0, at("20:00"), at("20:10"))])  # fmt: skip
    said = values(world, some_calls([at("19:00")]), log)
    assert (said["overrun"], said["overrun_home"], said["overrun_crews"]) == (0, 10, 0)


def test_who_is_on_the_way_home_at_the_end_of_the_shift_is_late_home_but_on_no_call():
    world = town(shifts=[[(0, at("20:00"))]])
    log = log_of([(0, 0, at("19:00"), at("19:05"), at("19:50")),
                  (NONE, 0, at("19:50"), at("20:05"))])  # fmt: skip
    said = values(world, some_calls([at("19:00")]), log)
    assert (said["overrun"], said["overrun_home"], said["overrun_crews"]) == (0, 5, 0)


def test_a_crew_that_is_stood_down_after_its_shift_ran_over_until_then():
    world = town(shifts=[[(0, at("20:00"))]])
    log = log_of([(0, 0, at("19:58"), NAN, "20:06"), (NONE, 0, at("20:06"), at("20:07"))])
    said = values(world, some_calls([at("19:58")]), log)
    assert (said["overrun"], said["overrun_home"], said["overrun_crews"]) == (6, 7, 1)


def test_the_next_shift_of_the_same_ambulance_changes_no_overrun():
    """Two shifts a day; only the first one ends with a call in hand."""
    world = town(shifts=[[(0, at("08:00")), (at("08:00"), at("20:00"))]])
    log = log_of([(0, 0, at("07:50"), at("07:55"), at("08:30")),
                  (1, 0, at("08:30"), at("08:35"), at("09:00"))])  # fmt: skip
    said = values(world, some_calls([at("07:50"), at("08:00")]), log)
    assert (said["overrun"], said["overrun_crews"]) == (30, 1)
    assert tally(world, some_calls([0, 0]), log, DAY).service.ends == 2


def test_several_crews_whose_shifts_end_at_one_instant_are_counted_each():
    world = town(3, shifts=[[(0, at("20:00"))]] * 3)
    log = log_of([(0, 0, at("19:50"), at("19:55"), at("20:10")),
                  (1, 2, at("19:50"), at("19:55"), at("20:30"))])  # fmt: skip
    said = values(world, some_calls([at("19:50")] * 2), log)
    assert (said["overrun"], said["overrun_crews"]) == (40, 2)


def test_an_end_of_shift_belongs_to_the_window_that_begins_with_it():
    world = town(shifts=[[(0, at("20:00"))]])
    log = log_of([(0, 0, at("19:50"), at("19:55"), at("20:10"))])
    calls = some_calls([at("19:50")])
    for window, minutes in ((Window(0, at("20:00")), 0), (Window(at("20:00"), DAY_S), 10)):
        days = (window.end_s - window.start_s) / DAY_S
        assert values(world, calls, log, window)["overrun"] == pytest.approx(minutes / days)


def test_a_crew_without_a_trip_is_never_late():
    world = town(2, shifts=[[(0, at("20:00"))], [(0, at("08:00"))]])
    said = values(world, some_calls([]), log_of([], calls=0))
    assert (said["overrun"], said["overrun_home"], said["overrun_crews"]) == (0, 0, 0)


# ── breaks, failures ─────────────────────────────────────────────────────────────────────────


def test_breaks_missed_broken_off_and_their_minutes():
    """Of five breaks one is whole at once, one at the second go, one broken off, two not begun."""
    due = (at("12:00"), at("13:30"), 1800.0)
    world = with_breaks(town(5, shifts=[[(at("08:00"), at("20:00"))]] * 5), [[due]] * 5)
    pauses = [
        (0, BREAK, 0, at("12:00"), at("12:30"), True),
        (1, BREAK, 1, at("12:15"), at("12:30"), False),
        (2, BREAK, 2, at("13:00"), at("13:10"), False),
        (1, BREAK, 1, at("13:20"), at("13:50"), True),
    ]
    log, calls = log_of([], pauses, 0), some_calls([])
    assert features(world, calls, log) == Feature.BREAKS | Feature.SHIFTS
    said = values(world, calls, log)
    assert (said["breaks_missed"], said["breaks_broken"]) == (0.6, 0.4)
    assert said["break_time"] == (30 + 15 + 10 + 30) / 5


def test_a_break_belongs_to_the_window_in_which_it_is_due_and_its_minutes_to_where_they_lie():
    due = (at("12:00"), at("13:30"), 1800.0)
    world = with_breaks(town(1), [[due]])
    log, calls = log_of([], [(0, BREAK, 0, at("12:50"), at("13:20"), True)], 0), some_calls([])
    first, then = (
        tally(world, calls, log, Window(at(start), at(end))).service
        for start, end in (("12:00", "13:00"), ("13:00", "14:00"))
    )
    assert (first.breaks_due, first.breaks_missed, first.break_s) == (1, 0, 600)
    assert (then.breaks_due, then.break_s) == (0, 1200)


def test_minutes_of_a_break_are_over_the_shifts_that_have_one():
    """One crew has its break and then another; one has none. Neither divides the other's."""
    two = [(at("10:00"), at("11:00"), 1800.0), (at("15:00"), at("16:00"), 600.0)]
    world = with_breaks(town(2, shifts=[[(at("08:00"), at("20:00"))]] * 2), [two, []])
    pauses = [
        (0, BREAK, 0, at("10:00"), at("10:30"), True),
        (0, BREAK, 1, at("15:00"), at("15:10"), True),
    ]
    assert values(world, some_calls([]), log_of([], pauses, 0))["break_time"] == 40


def test_of_a_shift_without_end_each_day_with_a_break_counts():
    due = [(at("12:00") + day * DAY_S, at("13:00") + day * DAY_S, 1800.0) for day in range(3)]
    world = with_breaks(town(1), [due])
    pauses = [(0, BREAK, 0, at("12:00"), at("12:30"), True)]
    said = values(world, some_calls([]), log_of([], pauses, 0), Window(0.0, 3 * DAY_S))
    assert said["break_time"] == 10


def test_a_shift_that_is_cut_by_hours_off_the_road_is_one():
    pieces = [(at("08:00"), at("10:00")), (at("11:00"), at("15:00")), (at("16:00"), at("20:00"))]
    ends_duty = np.array([False, False, True])
    cut = town(1, shifts=[pieces], ends_duty=ends_duty)
    assert worked.shifts(cut.fleet, DAY) == 1
    assert worked.shifts(cut.fleet, Window(at("08:00"), at("14:00"))) == 0.5
    # Away from the afternoon on: the next day's shift is another one.
    late = [(at("08:00"), at("12:00")), (at("08:00") + DAY_S, at("20:00") + DAY_S)]
    away = town(1, shifts=[late], ends_duty=np.array([False, True]))
    assert worked.shifts(away.fleet, Window(0.0, 2 * DAY_S)) == 2
    always = [(0.0, at("03:00")), (at("04:00"), at("15:00")), (at("16:00"), math.inf)]
    round_the_clock = town(1, shifts=[always], ends_duty=ends_duty)
    assert worked.shifts(round_the_clock.fleet, DAY) == pytest.approx(22 / 24)


def test_without_breaks_due_there_is_no_share_of_them():
    world = with_breaks(town(1), [[(at("12:00"), at("13:30"), 1800.0)]])
    window = Window(at("13:00"), at("14:00"))
    assert math.isnan(values(world, some_calls([]), log_of([], (), 0), window)["breaks_missed"])


@pytest.mark.parametrize(("interrupts", "free"), [((True, False, False), True),
                                                  ((False, False, False), False)])  # fmt: skip
def test_who_may_be_called_from_a_break_is_free(interrupts, free):
    world = with_breaks(town(1), [[(0.0, 100.0, 900.0)]], interrupts)
    log = log_of([], [(0, BREAK, 0, 0.0, 900.0, True)], 0)
    said = values(world, some_calls([]), log, Window(0.0, 3600.0))
    assert said["level_zero"] == (0 if free else 0.25)


def test_ambulances_off_the_road():
    world = town(2)
    world = world._replace(service=world.service._replace(vehicle=np.array([0, 1])))
    pauses = [
        (0, FAILURE, 0, at("02:00"), at("08:00"), True),
        (1, FAILURE, 0, at("06:00"), at("12:00"), True),
        (0, FAILURE, 1, at("22:00"), at("23:00") + DAY_S, True),
    ]
    log, calls = log_of([], pauses, 0), some_calls([])
    assert features(world, calls, log) == Feature.FAILURES
    said = values(world, calls, log)
    assert said["failures"] == 3 / 2
    assert said["off_road"] == (6 + 6 + 2) / 24
    assert said["level_zero"] == 2 / 24
    assert values(world, calls, log, Window(DAY_S, 2 * DAY_S))["failures"] == 0


def test_a_pause_that_has_not_ended_with_the_log_lasts():
    log = log_of([], [(0, FAILURE, 0, at("18:00"), NAN, True)], 0)
    assert values(town(1), some_calls([]), log)["off_road"] == 0.25


def test_an_empty_fleet_has_no_shares_and_breaks_nothing():
    world = town(0, shifts=[])
    said = values(world, some_calls([5]), log_of([], (), 1))
    assert said["level_zero"] == 1
    assert said["overrun"] == said["off_road"] == 0
    for key in ("busy", "failures", "moves", "move_time", "breaks_missed", "break_time"):
        assert math.isnan(said[key]), key


# ── standby ──────────────────────────────────────────────────────────────────────────────────


def test_a_move_begins_at_a_station_and_the_way_home_is_none():
    """Home after a call, then moved twice, sent to a call from the second and turned round."""
    world = town(2, shifts=[[(0, DAY_S / 2), (DAY_S / 2, DAY_S)], [(0, math.inf)]])
    standby = world.service.standby._replace(rule=int(StandbyRule.TABLE))
    world = world._replace(service=world.service._replace(standby=standby))
    log = log_of(
        [
            (NONE, 1, at("00:30"), at("00:40")),  # moved: nothing was before
            (0, 0, at("01:00"), at("01:10"), at("02:00")),
            (NONE, 0, at("02:00"), at("02:20")),  # home
            (NONE, 0, at("02:20"), at("02:30")),  # moved as it arrived
            (NONE, 0, at("03:00"), NAN, "03:06"),  # moved, and turned round on the road
            (NONE, 0, at("03:06"), at("03:15")),  # goes elsewhere: no station was left
            (NONE, 0, at("04:00"), NAN, "04:05"),  # moved, until a call comes
            (1, 0, at("04:05"), at("04:10"), at("05:00")),
            (NONE, 0, at("05:00"), at("05:20")),  # home
        ]
    )
    calls = some_calls([at("01:00"), at("04:05")])
    assert features(world, calls, log) == Feature.STANDBY | Feature.SHIFTS
    said = values(world, calls, log)
    assert said["moves"] == 4 / 3, "two shifts, and a day without an end"
    assert said["move_time"] == (10 + 10 + 6 + 5) / 2


def test_a_priority_list_moves_ambulances_of_a_plain_service_too():
    world = altered(town(1, service=False), standby_list=np.array([0]))
    log = log_of([(NONE, 0, at("06:00"), at("06:12"))])._replace(beyond=None)
    assert features(world, some_calls([]), log) == Feature.STANDBY
    assert values(world, some_calls([]), log)["move_time"] == 12


def test_a_unit_stood_down_at_its_station_is_moved_from_there():
    log = log_of([(0, 0, 0, NAN, "00:01"), (NONE, 0, at("00:05"), at("00:09"))])
    assert tally(town(1), some_calls([0]), log, DAY).service.moves == 1


# ── survival ─────────────────────────────────────────────────────────────────────────────────


def test_expected_survival_is_told_of_the_calls_of_one_priority():
    setup = SETUP._replace(survival=SurvivalCurve(0, 0.679, 0.0, 0.262))
    calls = some_calls([0, 0, 0], priority=[0, 0, 1])
    log = log_of([(0, 0, 0, 300, 900), (2, 1, 0, 60, 900)], calls=3)
    pooled = Pooled([tally(town(2), calls, log, DAY)], setup)
    assert estimates.features_of([pooled]) == Feature.SURVIVAL
    assert BY_KEY["survival"].left_out(pooled)[0] == pytest.approx(
        (1 / (1 + math.exp(0.679 + 0.262 * 5)) + 0) / 2
    )


def test_without_a_curve_nobody_speaks_of_survival():
    said = values(town(1), some_calls([0]), log_of([(0, 0, 0, 300, 900)]))
    assert math.isnan(said["survival"])


# ── what holds of any log ────────────────────────────────────────────────────────────────────


@st.composite
def worlds(draw):
    """Two centres and classes, part-time crews, calls of one or two units, breaks and failures."""
    crews, step = draw(st.integers(1, 3)), 600.0
    whole = st.integers(0, 40).map(lambda tenth: tenth * step)
    shifts, trips, pauses, received, units, due = [], [], [], [], [], []
    for who in range(crews):
        edges = sorted(draw(st.lists(whole, min_size=2, max_size=6, unique=True)))
        edges = edges[: len(edges) // 2 * 2]
        shifts.append(list(zip(edges[::2], edges[1::2], strict=True)))
        due.append([(edges[0], edges[1], 300.0)])
        marks = sorted(draw(st.lists(whole, max_size=8, unique=True)))
        for start, end in zip(marks[::2], marks[1::2], strict=False):
            kind = draw(st.integers(0, 3))
            if kind == 0:
                trips.append((start, len(received), who, start, (start + end) / 2, end))
                received.append(start - draw(st.integers(0, 2)) * 60.0)
                units.append(draw(st.integers(1, 2)))
            elif kind == 1:
                trips.append((start, NONE, who, start, end, NAN))
            else:
                whole_one = draw(st.booleans())
                row = who if kind == 2 else 0
                pauses.append((who, (BREAK, FAILURE)[kind - 2], row, start, end, whole_one))
    trips.sort(key=lambda trip: trip[0])
    order = np.argsort(received, kind="stable")
    rank = {int(old): new for new, old in enumerate(order)}
    rows = [(rank.get(call, NONE), *rest) for _, call, *rest in trips]
    places = draw(st.lists(st.integers(0, 1), min_size=len(order), max_size=len(order)))
    calls = some_calls(np.sort(received), place=np.array(places, int), area=np.array(places, int))
    calls = calls._replace(needs=needs_of(*(units[old] for old in order)))
    world = with_classes(
        town(crews, places=2, shifts=shifts), [[True, False]], np.arange(crews) % 2
    )
    world = with_breaks(with_centres(world, [0, 1], np.arange(crews) % 2), due)
    pauses.sort(key=lambda pause: pause[3])
    return world, calls, log_of(rows, pauses, len(order))


ADDED = ("ends", "overruns", "overrun_s", "until_home_s", "breaks_due", "breaks_missed",
         "breaks_broken", "break_s", "failures", "off_s", "moves", "move_s")  # fmt: skip


@given(worlds(), st.integers(1, 47))
def test_windows_side_by_side_add_up(made, cut):
    world, calls, log = made
    cut, end = cut * 512.0, 48 * 512.0
    windows = [Window(0.0, cut), Window(cut, end), Window(0.0, end)]
    first, then, both = (tally(world, calls, log, window).service for window in windows)
    for name in ADDED:
        assert getattr(first, name) + getattr(then, name) == getattr(both, name), name
    assert (first.level_zero_s + then.level_zero_s).tolist() == both.level_zero_s.tolist()
    assert first.shifts + then.shifts == pytest.approx(both.shifts)
    for one, two, all_ in zip(first.of_calls, then.of_calls, both.of_calls, strict=True):
        assert np.concatenate([one, two]).tolist() == all_.tolist()


@given(worlds())
def test_classes_centres_and_areas_are_the_whole(made):
    world, calls, log = made
    pooled = Pooled([tally(world, calls, log, DAY)], SETUP)
    for by in ("class", "centre"):
        for part in range(2):
            sums = [pooled.fleet(BY_KEY["busy"], Group(by, row)) for row in range(2)]
            assert sum(one[part][0] for one in sums) == pooled.fleet(BY_KEY["busy"])[part][0]
    for measure in SERVICE:
        if estimates.is_of_any_calls(measure) and measure.key.endswith(("capable", "all", "area")):
            for by in ("centre", "area"):
                sums = [pooled.sums(measure, Group(by, row)) for row in range(2)]
                assert sum(one.below[0] for one in sums) == pooled.sums(measure).below[0]
                assert sum(one.above[0] for one in sums) == pooled.sums(measure).above[0]


@given(worlds())
def test_shares_are_shares_and_the_capable_are_never_sooner(made):
    world, calls, log = made
    said = values(world, calls, log)
    for key, value in said.items():
        assert math.isnan(value) or 0 <= value <= BY_KEY[key].greatest, key
    found = tally(world, calls, log, DAY)
    assert (found.beyond.capable_s >= found.response_s).all()
    assert (found.beyond.second_s >= found.response_s).all()
    assert (found.beyond.met <= found.beyond.needs).all()


@given(worlds())
def test_a_tally_comes_back_from_the_disk_as_it_was(made):
    world, calls, log = made
    one = tally(world, calls, log, DAY)
    plain = tally(town(service=False), some_calls([]), log_of([], (), 0), DAY)
    (again, alike), _ = from_bytes(as_bytes([one, plain], {}))
    assert alike.service is None
    for name, value in one.service._asdict().items():
        back = getattr(again.service, name)
        if name == "of_calls":
            assert type(back) is type(value)
            assert [column.dtype for column in back] == [column.dtype for column in value]
            assert all(np.array_equal(a, b) for a, b in zip(back, value, strict=True))
        else:
            assert np.array_equal(back, value), name
    for measure in MEASURES:
        pair = [measure.left_out(Pooled([found], SETUP)) for found in (one, again)]
        assert np.array_equal(*pair, equal_nan=True)


@given(worlds())
def test_sums_and_rows_say_the_same_of_a_service(made):
    world, calls, log = made
    pooled = Pooled([tally(world, calls, log, DAY)], SETUP)
    summed = Summed([count(world, calls, log, DAY, SETUP)], SETUP)
    for key in (*TOLD_BY_SUMS, *TOLD_BESIDES, "busy", "people_ok"):
        assert np.array_equal(pooled.left_out(key), summed.left_out(key), equal_nan=True), key
    with pytest.raises(ValueError, match="sums cannot tell busy by class"):
        summed.fleet(BY_KEY["busy"], Group("class", 0))
