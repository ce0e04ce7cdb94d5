"""A layout in which somebody would never be served is refused, whoever made it."""

from __future__ import annotations

import pytest
from services import town

from sim.answers import crews
from sim.answers.comparison import compare, run
from sim.answers.options import moved_ambulances
from sim.answers.stress import stress
from sim.errors import ScenarioError
from sim.scenario.file import load
from sim.study.runs import Runs

TWO_CLASSES = (
    "layout:\n  - {station: P0, crews: [{class: advanced}]}\n  - {station: P1, class: basic}\n"
    "crews: {classes: [{name: advanced}, {name: basic}]}\n"
    "demand: {rate: {urban: 0 per day, rural: 40 per day}, conditions: "
    "[{name: arrest, share: 100 %, needs: [{classes: [advanced]}]}]}\n"
)
ALIKE = (
    "layout: [{station: P0}, {station: P1}]\n"
    "demand: {rate: {urban: 0 per day, rural: 40 per day}}\n"
)
CENTRES = (
    "dispatch: {centres: [{name: west, stations: [P0], townships: [P0]}, "
    "{name: east, stations: [P1], townships: [P1], help: never}]}\n"
)
FEW = {"replications": 2, "workers": 1}


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    """Two places ten minutes apart, with a hospital at the first."""
    return town(tmp_path_factory.mktemp("two"), [[0, 600], [600, 0]], [100, 300], hospitals=[0])


@pytest.fixture(scope="module")
def classes(write):
    """One advanced ambulance, whom all calls need, and a basic one."""
    return load(write(TWO_CLASSES, "classes.yaml"))


def test_a_change_passes_and_the_study_of_what_it_leaves_does_not(classes):
    closed = classes.close("P0")
    with pytest.raises(ScenarioError, match="Mine − P0 cannot be run") as caught:
        compare(classes, closed, **FEW)
    assert "nobody on duty may meet need 1 of arrest at mon-sun 00-24" in str(caught.value)
    assert run(closed.ambulances("P1", +1, class_="advanced"), **FEW)


def test_hours_at_which_nobody_may_meet_a_need_are_told_of_a_proposal(classes):
    by_night = classes.rehour("P0", "20-08")
    with pytest.raises(ScenarioError, match="nobody on duty may meet need 1 of arrest at mon-sun"):
        compare(classes, by_night, **FEW)
    with Runs(classes) as runs, pytest.raises(ScenarioError, match="need 1 of arrest"):
        runs.add(by_night)


def test_a_proposal_that_reaches_a_township_no_more_is_told(write):
    base = load(write(ALIKE))
    near = base.with_settings(dispatch={"within": {"red": "3 min"}})
    with pytest.raises(ScenarioError, match="no ambulance waits within 3 min of P0"):
        compare(base, near.close("P0"), **FEW)


def test_hours_for_every_layout_are_held_against_needs_and_breaks(classes, write):
    with pytest.raises(ScenarioError, match="nobody on duty may meet need 1 of arrest"):
        classes.with_hours("P0", "08-20")
    lunch = "crews: {breaks: [{length: 30 min, earliest: '11:00', latest: '13:00'}]}\n"
    fed = load(write(ALIKE + lunch))
    with pytest.raises(ScenarioError, match="does not fit into its shift"):
        fed.with_hours("P1", "08-12")
    assert fed.with_hours("P1", "08-20")


def test_a_centre_that_is_never_helped_keeps_its_last_ambulance(write):
    base = load(write(ALIKE + CENTRES))
    assert "others never help it" in crews.nobody_could(base.close("P1"))[0]
    assert [one.giver.en for one in moved_ambulances(base)] == ["P0"]


def test_nothing_is_asked_where_a_centre_has_nobody_until_others_help(write):
    """Its calls are reached, and the answer as they become ready is that nobody comes."""
    later = CENTRES.replace("never", "after 2 min")
    alone, manned = (
        load(write(text + later))
        for text in (ALIKE.replace("{station: P1}", "{station: P1, ambulances: 0}"), ALIKE)
    )
    found = [run(one, **FEW).pooled[0].answers for one in (alone, manned)]
    assert found[0] == 1
    assert found[1] > 1


def test_a_mishap_may_leave_a_need_that_nobody_meets(classes):
    found = stress(
        classes,
        classes.ambulances("P1", +1),
        samples=0, wrong={"demand": 0.1}, **FEW,
    )  # fmt: skip
    assert any(swing.about.key == "station-closed" for swing in found.swings)
