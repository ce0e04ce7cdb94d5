"""Plans tried by hand: the way back and forward, side by side, saved and read again."""

from __future__ import annotations

import shutil

import pytest
from conftest import ROOT

from sim.browser.plans import BACK, MOST, Plans
from sim.errors import OptionError, ScenarioError
from sim.scenario.file import load
from sim.words import changes
from sim.words.language import language

AT = (113.5, 27.7)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "liling").symlink_to(ROOT / "maps" / "liling")
    for name in ("today", "north-west", "study"):
        shutil.copy(ROOT / "scenarios" / "liling" / f"{name}.yaml", tmp_path)
    slow = (
        "name: Slow\nbase: today\ntargets: {urban: 12 min}\nchanges:\n- close: {station: 市妇幼}\n"
    )
    (tmp_path / "slow.yaml").write_text(slow, "utf-8")
    return tmp_path


@pytest.fixture
def plans(folder):
    return Plans(load(folder / "today.yaml"))


def names(plans):
    return [station.name.zh for station in plans.plan.now.layout.open_stations()]


def test_every_step_can_be_taken_back_and_forward_again(plans):
    before = names(plans)
    seen = [plans.plan.now]
    for sketch in (
        lambda: plans.moved("市妇幼", AT),
        lambda: plans.added("枫林镇", 2),
        lambda: plans.staffed("枫林镇", 1),
        lambda: plans.rehoured("湘东医院", "08-20", 1),
        lambda: plans.closed("市中医院"),
        lambda: plans.reopened("市中医院"),
        plans.reset,
    ):
        plans.plan.become(sketch())
        seen.append(plans.plan.now)
    for sketch in reversed(seen[:-1]):
        assert plans.plan.undo()
        assert plans.plan.now is sketch
    assert not plans.plan.undo()
    assert names(plans) == before
    for sketch in seen[1:]:
        assert plans.plan.redo()
        assert plans.plan.now is sketch
    assert not plans.plan.redo()


def test_a_new_step_ends_the_way_forward(plans):
    plans.plan.become(plans.added("枫林镇", 1))
    plans.plan.undo()
    plans.plan.become(plans.added("官庄镇", 1))
    assert not plans.plan.redo()
    assert "枫林镇" not in names(plans)


def test_what_cannot_be_done_changes_nothing(plans):
    now = plans.plan.now
    for wrong in (
        lambda: plans.moved("市妇幼", (0.0, 0.0)),
        lambda: plans.moved("nowhere", AT),
        lambda: plans.added("nowhere", 1),
        lambda: plans.closed("nowhere"),
        lambda: plans.reopened("市妇幼"),
        lambda: plans.staffed("市妇幼", 900),
        lambda: plans.rehoured("市妇幼", "25-99", None),
        lambda: plans.rehoured("市妇幼", "", 1),
    ):
        with pytest.raises(ScenarioError):
            wrong()
    assert plans.plan.now is now


def test_the_last_station_with_ambulances_stays(plans):
    *others, last = names(plans)
    for name in others:
        plans.plan.become(plans.closed(name))
    with pytest.raises(ScenarioError, match="no ambulance"):
        plans.closed(last)


def test_new_stations_are_called_by_where_they_stand_and_never_alike(plans):
    for _ in range(3):
        plans.plan.become(plans.added(AT, 1))
    new = [one.name for one in plans.plan.now.layout.stations][-3:]
    assert len({one.zh for one in new}) == len({one.en for one in new}) == 3
    township = plans.base.map.townships[
        plans.base.map.townships_at([plans.base.map.project(*AT)])[0]
    ]
    assert all(township.name.en in one.en and township.name.zh in one.zh for one in new)


def test_a_station_dragged_about_is_one_change_to_the_metre(plans):
    for step in range(30):
        plans.plan.become(plans.moved("市妇幼", (113.48 + 0.0011111117 * step, 27.64)))
    (change,) = plans.plan.now.changes
    assert change.verb.to.lon == 113.51222


def test_the_way_back_is_long_and_not_endless(plans):
    now = plans.plan.now
    for _ in range(BACK + 10):
        plans.plan.become(now)
    assert len(plans.plan.past) == BACK + 1


# ── side by side ─────────────────────────────────────────────────────────────────────────────


def test_plans_are_kept_renamed_compared_and_forgotten(plans):
    plans.plan.become(plans.added("枫林镇", 1))
    first = plans.current
    plans.keep("B")
    plans.plan.become(plans.closed("市妇幼"))
    assert plans.current == "B"
    assert len(plans.every[first].now.changes) == 1
    plans.show("B", first)
    assert plans.beside is plans.every[first].now.layout
    plans.rename(first, "A")
    assert plans.against == "A"
    plans.show("A", "A")
    assert plans.against is None  # nothing is held against itself
    plans.show("B", "A")
    plans.forget("A")
    assert plans.against is None
    assert plans.beside is plans.base
    plans.forget("B")
    assert len(plans.every) == 1
    assert plans.plan.now.is_root


def test_names_that_cannot_be_are_refused(plans):
    plans.keep("B")
    for wrong in ("B", "", "  ", "a\nb", "x" * 81):
        with pytest.raises(OptionError):
            plans.keep(wrong)
        with pytest.raises(OptionError):
            plans.rename("B", wrong) if wrong != "B" else plans.rename("C", "D")
    for wrong in (
        lambda: plans.forget("C"),
        lambda: plans.show("C", None),
        lambda: plans.show("B", "C"),
    ):
        with pytest.raises(OptionError):
            wrong()
    for number in range(MOST - len(plans.every)):
        plans.keep(f"P{number}")
    with pytest.raises(OptionError, match="forget one"):
        plans.keep("one more")
    plans.base.path.with_name("further.yaml").write_text("base: today\nname: Further\n", "utf-8")
    with pytest.raises(OptionError, match="forget one"):
        plans.load("further.yaml")


def fleet(plans, station):
    layout = plans.plan.now.layout
    return [str(one.duty) for one in layout.fleet_of(layout.station(station))]


def said(plans, code="en"):
    return changes.listed(plans.base, plans.plan.now.layout, language(code))


def test_hours_that_were_overridden_are_not_spoken_of(plans):
    """Each step as a planner takes it; what is said is what the ambulances do in the end."""
    become, station = plans.plan.become, "湘东医院"
    before = fleet(plans, station)
    become(plans.rehoured(station, "22-06", 1))
    become(plans.rehoured(station, "08-20", 2))
    assert len(set(fleet(plans, station)[-2:])) == 1
    assert said(plans) == "2 ambulances of Xiangdong Hospital on duty 08–20"
    become(plans.rehoured(station, "22-06", 1))
    assert len(set(fleet(plans, station)[-2:])) == 2
    assert said(plans) == (
        "Xiangdong Hospital: 1 ambulance, 1 ambulance (08–20), 1 ambulance (22–06) instead of 3 "
        "ambulances"
    )
    become(plans.staffed(station, len(before) - 2))
    assert said(plans) == "Xiangdong Hospital −2 ambulances"


def test_hours_of_one_are_kept_where_another_comes_after_it(plans):
    become, station = plans.plan.become, "湘东医院"
    become(plans.rehoured(station, "22-06", 1))
    night = fleet(plans, station)
    become(plans.staffed(station, len(night) + 1))
    become(plans.rehoured(station, "08-20", 1))
    assert fleet(plans, station)[:-1] == night
    assert "22–06" in said(plans)
    assert "08–20" in said(plans)


# ── files ────────────────────────────────────────────────────────────────────────────────────


def test_a_saved_plan_is_what_is_loaded_and_what_a_command_reads(plans, folder):
    plans.plan.become(plans.moved("市妇幼", AT))
    plans.plan.become(plans.added("枫林镇", 2))
    plans.rename(plans.current, "方案甲: 1/2")
    path = plans.save("方案甲: 1/2", False)
    assert path.parent == folder
    assert plans.plan.file.path == path
    read = load(path)
    assert read.is_laid_out_as(plans.plan.now.layout)
    assert read.name.zh == "方案甲: 1/2"
    plans.load(path.name)
    assert plans.current == "方案甲: 1/2 2"  # beside the one of that name
    assert plans.plan.now.changes == plans.every["方案甲: 1/2"].now.changes
    assert plans.plan.now.root is plans.base


def test_no_file_is_replaced_unasked_and_never_a_base(plans, folder):
    plans.plan.become(plans.added("枫林镇", 1))
    before = (folder / "north-west.yaml").read_bytes()
    assert plans.save("north-west", False) is None
    assert (folder / "north-west.yaml").read_bytes() == before
    with pytest.raises(OptionError, match="base"):
        plans.save("today", True)
    assert plans.save("north-west", True) is not None
    assert (folder / "north-west.yaml").read_bytes() != before
    assert plans.save("north-west", False) is not None  # its own file, without being asked
    assert plans.save("../../etc/passwd", False).parent == folder


def test_a_study_or_a_base_of_others_is_not_replaced_even_where_that_is_asked(plans, folder):
    (folder / "on-it.yaml").write_text("base: north-west\nname: On it\n", "utf-8")
    (folder / "broken.yaml").write_text("name: [", "utf-8")
    before = {path: path.read_bytes() for path in folder.glob("*.yaml")}
    plans.plan.become(plans.added("枫林镇", 1))
    for name, why in [("study", "no scenario"), ("broken", "no scenario"), ("north-west", "on-it")]:
        with pytest.raises(OptionError, match=why):
            plans.save(name, True)
    plans.load("slow.yaml")  # which another plan stands on from now on
    plans.show(next(iter(plans.every)), None)
    with pytest.raises(OptionError, match="base of a plan"):
        plans.save("slow", True)
    assert {path: path.read_bytes() for path in folder.glob("*.yaml")} == before


def test_a_file_that_was_opened_is_not_written_again(plans, folder):
    """Its comments, and whatever a planner wrote otherwise than a page would, stay."""
    before = (folder / "north-west.yaml").read_bytes()
    plans.load("north-west.yaml")
    assert plans.save("north-west", False) == folder / "north-west.yaml"
    assert (folder / "north-west.yaml").read_bytes() == before
    plans.plan.become(plans.added("枫林镇", 1))
    assert plans.save("north-west", False) is None, "it is another plan by now"


def test_what_somebody_else_wrote_into_the_file_of_a_plan_is_not_lost(plans):
    first = plans.current
    plans.plan.become(plans.added("枫林镇", 1))
    path = plans.save("first", False)
    plans.keep("second")
    assert plans.plan.file is None, "it stands under another name there"
    plans.plan.become(plans.added("王仙镇", 1))
    assert plans.save("first", False) is None
    assert plans.save("first", True) == path
    written = path.read_bytes()
    plans.show("first", None)
    assert plans.standing_in("first") is None
    assert plans.save("first", False) is None
    path.write_bytes(written + b"# by hand\n")
    plans.show("second", None)
    assert plans.save("first", False) is None
    assert first not in plans.every


def test_a_plan_without_a_name_of_its_own_is_called_as_it_is_saved(plans):
    plans.plan.become(plans.added("枫林镇", 1))
    with pytest.raises(OptionError, match="letters"):
        plans.save("n" * 81, False)
    path = plans.save("North.yaml", False)
    assert path.name == "North.yaml"
    assert load(path).name.en == plans.current == "North"
    plans.plan.become(plans.added("王仙镇", 1))
    assert load(plans.save("more", False)).name.en == "North", "it has a name"


def test_a_base_that_was_changed_on_disk_is_noticed(plans, folder):
    assert plans.base_is_as_it_was
    with (folder / "today.yaml").open("a", encoding="utf-8") as file:
        file.write("# by hand\n")
    assert not plans.base_is_as_it_was


def test_a_plan_that_is_opened_keeps_its_names(plans, folder):
    """In both languages, also where it is saved again or a plan has the name."""
    text = "name: North\nname_zh: 北部\nbase: today\nchanges:\n- close: {station: 市妇幼}\n"
    (folder / "north.yaml").write_text(text, "utf-8")
    plans.load("north.yaml")
    assert plans.plan.called == ("北部", "North")
    plans.plan.become(plans.added("枫林镇", 1))
    assert load(plans.save("more", False)).name == ("北部", "North")
    plans.load("north.yaml")
    assert plans.plan.called == ("北部 2", "North 2")
    assert plans.current == "North 2"


def test_files_beside_the_base_are_offered_but_no_study(plans, folder):
    (folder / "broken.yaml").write_text("name: [", "utf-8")
    assert plans.files() == ["north-west.yaml", "slow.yaml"]
    for wrong in ("study.yaml", "broken.yaml", "../x.yaml", "gone.yaml"):
        with pytest.raises(OptionError, match="no file"):
            plans.load(wrong)


def test_a_file_of_other_settings_is_a_plan_of_its_own(plans, folder):
    plans.load("slow.yaml")
    assert plans.plan.now.is_root
    assert plans.plan.now.layout.settings != plans.base.settings
    plans.plan.become(plans.added("枫林镇", 1))
    path = plans.save("more", False)
    read = load(path)
    assert read.settings == plans.plan.now.layout.settings
    assert read.is_laid_out_as(plans.plan.now.layout)
    with pytest.raises(OptionError, match="base"):
        plans.save("slow", True)


def test_a_file_of_changes_can_be_taken_apart(plans):
    plans.load("north-west.yaml")
    assert len(plans.plan.now.changes) == 2
    plans.plan.become(plans.closed("枫林分院"))
    assert len(plans.plan.now.changes) == 1
