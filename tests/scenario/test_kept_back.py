"""Reserves that keep back all ambulances: who would wait for ever is told before the clock starts."""

from __future__ import annotations

import warnings

import pytest
from services import town

from sim.errors import PlannerWarning
from sim.scenario.file import load

SECONDS = [[0, 300, 900], [300, 0, 600], [900, 600, 0]]
TRANSFERS = "transfers: [{name: home, from: [H0], to: H1, rate: 5 per day, urgency: planned}]\n"
URGENT = "transfers: [{name: up, from: [H0], to: H1, rate: 5 per day, urgency: urgent}]\n"
TWO_AND_TWO = "layout: [{station: P0, ambulances: 2}, {station: P1, ambulances: 2}]\n"


@pytest.fixture(scope="module")
def warned(tmp_path_factory):
    write = town(tmp_path_factory.mktemp("kept"), SECONDS, [100, 300, 200], hospitals=[0, 1, 2])

    def of(reserve, more=TRANSFERS, layout=TWO_AND_TWO, dispatch=""):
        text = f"{layout}dispatch: {{reserve: [{{{reserve}}}]{dispatch}}}\n{more}"
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            load(write(text))
        return [str(one.message) for one in found if issubclass(one.category, PlannerWarning)]

    return of


@pytest.mark.parametrize("keep", [4, 9])
def test_planned_transfers_for_which_a_reserve_leaves_nobody_are_told(warned, keep):
    assert warned(f"keep: {keep}, for: green") == [
        f"planned transfers home never begin: a reserve keeps {keep} back, and "
        "of those ambulances at most 4 are on duty at once"
    ]
    assert not warned("keep: 3, for: green")
    assert not warned(f"keep: {keep}, for: green", URGENT)


def test_calls_for_which_a_reserve_leaves_nobody_are_told(warned):
    yellow, green, planned = warned("keep: 4, for: red")
    assert yellow.startswith("yellow calls are never served: a reserve keeps 4 back")
    assert green.startswith("green calls are never served")
    assert planned.startswith("planned transfers home never begin")


def test_what_counts_is_how_many_are_on_duty_at_once(warned):
    shifts = "layout: [{station: P0, ambulances: 2, hours: 08-20}, {station: P1, ambulances: 2}, {station: P2, ambulances: 2, hours: 20-08}]\n"
    (said,) = warned("keep: 4, for: green", layout=shifts)
    assert said.endswith("of those ambulances at most 4 are on duty at once")
    assert not warned("keep: 3, for: green", layout=shifts)


CLASSES = "crews: {classes: [{name: big}, {name: small}]}\n"
MIXED = "layout: [{station: P0, ambulances: 2, class: big}, {station: P1, class: small}]\n"


def test_what_counts_is_who_may_be_sent(warned):
    small = TRANSFERS.replace("urgency", "needs: [{classes: [small]}], urgency")
    assert not warned("keep: 2, for: green, classes: [big]", CLASSES + TRANSFERS, MIXED)
    assert not warned("keep: 2, for: green, classes: [big]", CLASSES + small, MIXED)
    (said,) = warned("keep: 1, for: green, classes: [small]", CLASSES + small, MIXED)
    assert "of those ambulances at most 1" in said
    needs = "demand: {conditions: [{name: all, share: 100 %, needs: [{classes: [small]}]}]}\n"
    (said,) = warned("keep: 1, for: yellow, classes: [small]", CLASSES + needs, MIXED)
    assert said.startswith("green calls of all never get all that they need")


def test_each_centre_counts_its_own(warned):
    centres = (
        ", centres: [{name: West, stations: [P0], townships: [P0], help: never}, "
        "{name: East, stations: [P1], townships: [P1, P2], help: never}]"
    )
    (said,) = warned("keep: 2, for: green", dispatch=centres)
    assert "of those ambulances at most 2 are on duty at once" in said
    assert not warned("keep: 2, for: green, centres: [West]", dispatch=centres)
