"""A plan that was changed step by step: said in as few changes as mean the same, and as a file."""

from __future__ import annotations

import shutil

import pytest
from conftest import ROOT
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sim.errors import OutputError, ScenarioError
from sim.scenario import amending, saving
from sim.scenario.changes import Add, Change, Close, Move
from sim.scenario.crew_changes import MoveCrews, Rehour, Staff
from sim.scenario.file import load
from sim.text import Name

LILING = load(ROOT / "scenarios" / "liling" / "today.yaml")
NAMES = [station.name.zh for station in LILING.stations]
NEW = ["枫林镇", "官庄镇", "新站"]


def points():
    return st.tuples(
        st.floats(113.42, 113.56).map(lambda v: round(v, 4)),
        st.floats(27.60, 27.72).map(lambda v: round(v, 4)),
    ).map(list)


def steps():
    """What a hand may do, in any order, also what cannot be done."""
    station = st.sampled_from([*NAMES[:4], *NEW])
    return st.lists(
        st.one_of(
            st.builds(lambda s, at: Add.of(station=s, at=at), st.sampled_from(NEW), points()),
            st.builds(lambda s, at: Move.of(station=s, to=at), station, points()),
            st.builds(lambda s: Close.of(station=s), station),
            st.builds(lambda s, n: Staff.of(station=s, to=n), station, st.integers(0, 4)),
            st.builds(lambda s: Rehour.of(station=s, to="08-20"), station),
        ),
        max_size=9,
    )


def open_ones(layout):
    """Stations by name with where they stand and who is on duty there; order has no part in it."""
    return {
        station.name.zh: (
            round(station.x, 2), round(station.y, 2),
            sorted(str(one.duty) for one in layout.fleet_of(row)),
        )
        for row, station in enumerate(layout.stations)
        if not station.closed
    }  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(steps())
def test_fewer_changes_lead_to_the_same_layout(verbs):
    """Step by step, against the same steps taken one after another."""
    plain, changes, said = LILING, (), 0
    for verb in verbs:
        try:
            taken = plain.change(verb)
        except ScenarioError:
            continue
        if any(one.verb.station == verb.station for one in changes if isinstance(one.verb, Close)):
            continue  # a station that is opened anew under the name of a closed one
        plain, said = taken, said + 1
        changes = amending.amended(changes, verb)
    short = amending.made(LILING, changes)
    assert len(changes) <= said
    found, wanted = open_ones(short), open_ones(plain)
    rehoured = {verb.station for verb in verbs if isinstance(verb, Rehour)}
    for name in set(wanted) | set(found):
        # Hours that were changed before ambulances came hold for these as well.
        end = 2 if name in rehoured else 3
        assert found[name][:end] == wanted[name][:end]
        assert len(found[name][2]) == len(wanted[name][2])


def verbs_of(changes):
    return [one.verb for one in changes]


def amend(*verbs):
    changes = ()
    for verb in verbs:
        changes = amending.amended(changes, verb)
    return changes


def test_a_station_moved_twice_is_moved_once():
    first, last = (
        Move.of(station="市妇幼", to=[113.5, 27.7]),
        Move.of(station="市妇幼", to=[113.51, 27.7]),
    )
    assert verbs_of(amend(first, last)) == [last]


def test_what_is_added_stands_where_it_was_dragged_to_with_as_many_as_it_has_in_the_end():
    (one,) = verbs_of(
        amend(
            Add.of(station="新站", at=[113.5, 27.7]),
            Move.of(station="新站", to=[113.51, 27.7]),
            Staff.of(station="新站", to=3),
        )
    )
    assert isinstance(one, Add)
    assert (one.at.lon, one.ambulances) == (113.51, 3)
    assert LILING.change(one).fleet_size(len(NAMES)) == 3


def test_what_is_added_and_closed_again_was_never_there():
    added = Add.of(station="新站", at=[113.5, 27.7])
    assert amend(added, Staff.of(station="新站", to=2), Close.of(station="新站")) == ()


def test_closing_a_station_leaves_nothing_else_to_be_said_of_it():
    close = Close.of(station="市妇幼")
    moved = Move.of(station="市妇幼", to=[113.5, 27.7])
    assert verbs_of(amend(moved, Staff.of(station="市妇幼", to=3), close)) == [close]
    assert verbs_of(amend(MoveCrews.of(station="市妇幼", to="湘东医院"), close))[-1] == close


def test_a_station_is_reopened_only_if_the_plan_closes_it():
    assert amending.reopened(amend(Close.of(station="市妇幼")), "市妇幼") == ()
    with pytest.raises(ScenarioError, match="not closed"):
        amending.reopened((), "市妇幼")


def test_as_many_ambulances_as_none_are_not_an_added_station_without_any():
    changes = amend(Add.of(station="新站", at=[113.5, 27.7]), Staff.of(station="新站", to=0))
    assert amending.made(LILING, changes).fleet_size(len(NAMES)) == 0


# ── as a file ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with today's scenario and its map, in which plans are saved."""
    folder = tmp_path_factory.mktemp("place")
    (folder / "maps").mkdir()
    (folder / "maps" / "liling").symlink_to(ROOT / "maps" / "liling")
    shutil.copy(ROOT / "scenarios" / "liling" / "today.yaml", folder)
    return folder


@settings(max_examples=40, deadline=None)
@given(
    steps(),
    st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=30),
)
def test_a_saved_plan_is_read_back_as_it_is(place, verbs, name):
    changes = ()
    for verb in verbs:
        try:
            amending.made(LILING, longer := amending.amended(changes, verb))
        except ScenarioError:
            continue
        changes = longer
    assume(changes and name.strip() == name)
    folder = place
    saving.save(folder / "plan.yaml", Name(name, name), "today", changes)
    try:
        read = load(folder / "plan.yaml")
    except ScenarioError as error:  # a layout that no file may have, or a name that none may have
        assert "changes" in str(error) or "name" in str(error)
        return
    made = amending.made(load(folder / "today.yaml"), changes)
    assert read.changes == made.changes
    assert read.is_laid_out_as(made)
    assert read.name.en == name


def test_crews_are_written_as_they_were_said():
    changes = [
        Change.of({"add": {"station": "新站", "at": [113.5, 27.7], "crews": [{"number": 2, "hours": "08-20"}, {"number": 1}]}}),
        Change.of({"ambulances": {"station": "湘东医院", "by": 1, "hours": "22-06"}}),
        Change.of({"hours": {"station": "市中医院", "to": "00-24"}}),
        Change.of({"move_crews": {"station": "湘东医院", "to": "市中医院"}}),
    ]  # fmt: skip
    text = saving.text(Name("方案", "Plan: #1"), "today", changes)
    assert text.startswith("name: 'Plan: #1'\nname_zh: 方案\nbase: today\n")
    assert all(part in text for part in ("22-06", "00-24", "number: 2"))


def test_what_has_no_short_form_is_refused_and_nothing_is_written(tmp_path):
    table = Change.of({"hours": {"station": "湘东医院", "to": {"08-20": 2, "20-08": 1}}})
    with pytest.raises(OutputError, match="roster"):
        saving.save(tmp_path / "plan.yaml", Name("a", "a"), "today", [table])
    assert not list(tmp_path.iterdir())
