"""`tenthirty replay`: a run made again, held against its logs, and what is refused in a sentence."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT
from replays import ReplayedDay

import sim
from sim.answers.journeys import journeys
from sim.errors import OptionError, OutputError, ReplayError
from sim.files.whole import MARK
from sim.report import kept_run, manifest

QUICK = ("--replications", "2", "--days", "2", "--no-figures")
RUN = "runs/liling-add-fenglin"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a scenario of one's own, and a comparison that was typed there."""
    from sim import cli

    folder = tmp_path_factory.mktemp("replay")
    shutil.copytree(ROOT / "scenarios" / "liling", folder / "scenarios" / "liling")
    (folder / "maps").symlink_to(ROOT / "maps")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(
            "sys.argv", ["tenthirty", "compare", "scenarios/liling", "--add", "枫林镇", *QUICK]
        )
        with pytest.raises(SystemExit) as ended:
            cli.main()
    assert not ended.value.code
    return folder


@pytest.fixture
def own(place, tmp_path):
    """The same as a copy, to be spoilt."""
    shutil.copytree(place, tmp_path / "own", symlinks=True)
    return tmp_path / "own"


def spoilt(folder, **facts):
    path = folder / RUN / MARK
    said = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**said, **facts}, ensure_ascii=False), "utf-8")


def facts_of(page):
    return ReplayedDay(page.read_text("utf-8")).facts


def test_a_comparison_is_replayed_into_its_folder(tenthirty, own):
    done = tenthirty("replay", RUN, cwd=own)
    page = own / RUN / "replay.html"
    assert f"Page: {RUN}/replay.html" in done.stdout
    facts = facts_of(page)
    assert [one["name"][1] for one in facts["layouts"]] == [
        "Liling today",
        "Liling today + Fenglin",
    ]
    assert [s[4] for s in facts["layouts"][1]["stations"]].count(1) == 1
    said = json.loads((own / RUN / MARK).read_text("utf-8"))
    for code in ("en", "zh"):
        assert facts["texts"][code]["sentences"] == said["sentences_in"][code]
    assert said["sentences_in"]["en"] == said["sentences"]
    assert page.stat().st_size < 300_000


def test_a_page_in_the_folder_goes_with_its_result(tenthirty, own):
    """Listed in the folder's own list: nobody finds yesterday's day beside today's numbers."""
    tenthirty("replay", RUN, cwd=own)
    tenthirty("replay", RUN, "--lang", "zh", cwd=own)
    assert "replay.html" in json.loads((own / RUN / MARK).read_text("utf-8"))["files"]
    assert manifest.read(own / RUN).path(own / RUN, "replay.html")
    tenthirty("compare", "scenarios/liling", "--add", "枫林镇", *QUICK, cwd=own)
    assert not (own / RUN / "replay.html").exists()


def test_day_hours_replication_layout_and_language(tenthirty, own):
    options = ("--day", 2, "--between", "22-06", "--replication", 2, "--layout", 1, "--lang", "zh")
    tenthirty("replay", RUN, *options, "--out", "night.html", cwd=own)
    facts = facts_of(own / "night.html")
    assert facts["lang"] == "zh"
    assert facts["span"][0] == 22 * 3600
    assert len(facts["layouts"]) == 1
    assert facts["layouts"][0]["number"] == 1
    assert "第 2 次重复" in facts["texts"]["zh"]["when"]
    assert not (own / RUN / "replay.html").exists()


def test_of_the_base_alone_no_proposal_s_sentence_is_said(tenthirty, own):
    tenthirty("replay", RUN, "--layout", 0, "--out", "base.html", cwd=own)
    tenthirty("replay", RUN, "--layout", 1, "--out", "plan.html", cwd=own)
    said = json.loads((own / RUN / "run.json").read_text("utf-8"))["sentences"][0]
    texts = [facts_of(own / name)["texts"]["en"] for name in ("base.html", "plan.html")]
    assert [said in json.dumps(one, ensure_ascii=False) for one in texts] == [False, True]


def test_two_layouts_in_the_order_in_which_they_are_named(tenthirty, own):
    tenthirty("replay", RUN, "--layout", 1, "--layout", 0, "--out", "p.html", cwd=own)
    assert [one["number"] for one in facts_of(own / "p.html")["layouts"]] == [1, 0]


def test_it_works_for_another_folder_of_the_same_files(tenthirty, own):
    """A results folder that was moved is still held against its logs."""
    shutil.move(own / RUN, own / "elsewhere")
    tenthirty("replay", "elsewhere", cwd=own)
    assert (own / "elsewhere" / "replay.html").is_file()


def test_a_scenario_is_replayed_as_it_stands_and_has_no_result(tenthirty, own):
    done = tenthirty("replay", "scenarios/liling/north-west.yaml", cwd=own)
    assert "Page: runs/liling-north-west-replay.html" in done.stdout
    facts = facts_of(own / "runs" / "liling-north-west-replay.html")
    assert facts["texts"]["en"]["sentences"] == []
    assert len(facts["layouts"]) == 1


def test_a_scenario_where_nothing_was_run_as_yet(tenthirty, own):
    shutil.rmtree(own / "runs")
    tenthirty("replay", "scenarios/liling", "--between", "08-10", cwd=own)
    assert (own / "runs" / "liling-replay.html").is_file()


def test_a_run_without_logs_is_held_against_its_files(tenthirty, own):
    tenthirty("run", "scenarios/liling", "--no-logs", *QUICK, cwd=own)
    tenthirty("replay", "runs/liling", cwd=own)
    path = own / "scenarios" / "liling" / "today.yaml"
    path.write_text(path.read_text("utf-8") + "\n# another word\n", "utf-8")
    refused(tenthirty, own, "runs/liling", said="today.yaml has changed since")


def test_a_run_of_a_time_without_sentences_in_every_language(tenthirty, own):
    spoilt(own, sentences_in=None)
    tenthirty("replay", RUN, cwd=own)
    texts = facts_of(own / RUN / "replay.html")["texts"]
    assert texts["zh"]["sentences"] == texts["en"]["sentences"]
    assert "A sub-station at Fenglin" in texts["zh"]["sentences"][0]


# ── what is refused ──────────────────────────────────────────────────────────────────────────


def refused(tenthirty, folder, *arguments, said):
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}
    done = tenthirty("replay", *arguments, cwd=folder, check=False)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert done.stdout == ""
    assert before == {p: p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--day", "3"), "--day: "),
        (("--day", "0"), "--day: "),
        (("--replication", "3"), "--replication: the run has kept 2 replications of layout 0"),
        (("--replication", "0"), "--replication: "),
        (("--between", "08:30-20"), "--between: write whole clock hours"),
        (("--layout", "2"), "--layout: "),
        (("--layout", "0", "--layout", "0"), "name one layout, or two different ones"),
        (("--layout", "0", "--layout", "1", "--layout", "0"), "name one layout, or two"),
        (("--lang", "fr"), "write one of en, zh"),
        (("--out", "nowhere/day.html"), "there is no such folder"),
        (("--out", "scenarios"), "it is a folder: name a file"),
        (("--out", "scenarios/liling/today.yaml"), "it exists and is no replay"),
    ],
)
def test_options_that_cannot_be(tenthirty, own, options, said):
    refused(tenthirty, own, RUN, *options, said=said)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"inputs": None}, "run.json is damaged"),
        ({"seed": "many"}, "run.json is damaged"),
        ({"versions": {"tenthirty": "0.0.1"}}, "version 0.0.1 of tenthirty made it"),
        ({"command": ["tenthirty", "site", "scenarios/liling"]}, "it holds the answer of site"),
        ({"command": ["tenthirty", "compare", "scenarios/liling", "--fly"]}, "is not understood"),
        ({"command": ["tenthirty", "compare", "scenarios/gone"]}, "gone, of which it was made"),
        ({"command": ["tenthirty", "run", "scenarios/liling"]}, "makes 1 layouts now"),
    ],
)
def test_folders_that_tell_something_else(tenthirty, own, facts, said):
    spoilt(own, **facts)
    refused(tenthirty, own, RUN, said=said)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"program": 7}', '{"program": "tenthirty"}'])
def test_a_damaged_run_json(tenthirty, own, text):
    (own / RUN / MARK).write_text(text)
    refused(tenthirty, own, RUN, said="cannot be replayed")


def test_a_run_json_that_was_cut_off_is_called_damaged(tenthirty, own):
    path = own / RUN / MARK
    path.write_bytes(path.read_bytes()[:400])
    refused(tenthirty, own, RUN, said="its run.json is damaged, or not whole")


def test_folders_and_files_that_are_none(tenthirty, own):
    refused(tenthirty, own, "nowhere", said="there is no such folder")
    refused(tenthirty, own, "runs", said="it is no results folder of tenthirty")
    refused(tenthirty, own, f"{RUN}/table.txt", said="table.txt")


def test_answers_that_compare_no_layouts(tenthirty, own):
    tenthirty("day", "scenarios/liling", "--out", "a-day", cwd=own)
    refused(tenthirty, own, "a-day", said="it holds the answer of day")


def test_a_changed_scenario_is_named(tenthirty, own):
    path = own / "scenarios" / "liling" / "today.yaml"
    path.write_text(path.read_text("utf-8").replace("ambulances: 2", "ambulances: 1", 1), "utf-8")
    refused(tenthirty, own, RUN, said="today.yaml has changed since")


@pytest.mark.parametrize("kind", ["trips", "calls"])
def test_logs_that_hold_something_else(tenthirty, own, kind):
    """As if the program had changed: a second is enough, in any of the layouts."""
    path = own / RUN / "logs" / "layout-1" / f"{kind}-0000.parquet"
    table = pq.read_table(path)
    name = "arrived_at" if kind == "trips" else "received_at"
    column = table[name].to_numpy().copy()
    column[np.flatnonzero(~np.isnan(column))[0]] += 1.0
    row = table.column_names.index(name)
    pq.write_table(table.set_column(row, name, pa.array(column)), path)
    refused(tenthirty, own, RUN, said="replication 1 of layout 1 is not what its logs hold")
    path.write_bytes(b"no Parquet")
    refused(tenthirty, own, RUN, said="replication 1 of layout 1 is not what its logs hold")
    tenthirty("replay", RUN, "--replication", "2", cwd=own)


def test_in_chinese(tenthirty, own):
    refused(tenthirty, own, RUN, "--layout", "7", "--lang", "zh", said="--layout")
    spoilt(own, versions={"tenthirty": "0.0.1"})
    refused(tenthirty, own, RUN, "--lang", "zh", said="无法回放")


# ── in Python ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def pair():
    base = sim.load(ROOT / "scenarios" / "liling").with_study(length="3 days")
    return sim.compare(base, base.add("枫林镇"), base.close("市妇幼"), replications=2, workers=1)


def test_a_result_replays_itself(pair, tmp_path):
    shown = pair.replay(tmp_path / "tuesday.html", lang="zh", day=2, hours=(8, 12), layouts=[0, 2])
    facts = facts_of(tmp_path / "tuesday.html")
    assert (tmp_path / "tuesday.html").read_text("utf-8") == shown.html
    assert facts["span"] == [8 * 3600, 12 * 3600]
    assert [one["number"] for one in facts["layouts"]] == [0, 2]
    assert facts["texts"]["zh"]["sentences"] == [pair.sentence("zh", 2)]
    assert facts["lang"] == "zh"
    assert shown.save(tmp_path / "again.html").read_text("utf-8") == shown.html
    assert "srcdoc" in shown._repr_html_()
    assert repr(shown).startswith("<DayReplay: 地图上的一天：醴陵市")


def test_a_page_is_the_same_whenever_it_is_made(pair):
    assert pair.replay(hours=(8, 9)).html == pair.replay(hours=(8, 9)).html


def test_what_cannot_be_in_python(pair, tmp_path):
    for how in ({"day": 4}, {"hours": (9, 8)}, {"layouts": [3]}, {"layouts": [0, 1, 2]},
                {"replication": 0}, {"lang": "fr"}):  # fmt: skip
        with pytest.raises(OptionError):
            pair.replay(**how)
    with pytest.raises(OutputError):
        pair.replay(tmp_path, hours=(8, 9))


def test_rules_of_ones_own_are_replayed(pair):
    def farthest(call, ambulances):
        return max(ambulances, key=lambda one: one.seconds)

    base = pair.base
    found = journeys([base, base.with_rules(dispatch=farthest)], hours=(8.0, 12.0))
    assert (found.differing() != 0).any()
    usual, other = (day.marks.response_s for day in found.layouts)
    assert np.isfinite(usual).sum() == np.isfinite(other).sum()
    assert other.mean() > usual.mean()


def test_layouts_of_other_calls_are_not_compared(pair):
    found = journeys([pair.base, pair.base.scaled(demand=2)], hours=(8.0, 12.0))
    assert not found.same_calls
    assert not found.differing().any()


def test_reading_a_run_needs_no_simulation(place):
    run = kept_run.read(place / RUN)
    assert run.seed == 2025
    assert run.words[0] == "compare"
    with pytest.raises(ReplayError):
        kept_run.read(place / "scenarios")


def test_each_layout_has_its_own_hospitals(tenthirty, own):
    """Those of a consortium are more than today's, and what an ambulance does names one of its own."""
    files = ("scenarios/liling/today.yaml", "scenarios/liling/consortium.yaml")
    tenthirty("compare", *files, *QUICK, "--out", "both", cwd=own)
    tenthirty("replay", "both", cwd=own)
    facts = facts_of(own / "both" / "replay.html")
    few, many = facts["layouts"]
    assert len(few["hospitals"]) < len(many["hospitals"])
    for layout in (few, many):
        rows = {stage[5] for stage in layout["stages"]}
        assert max(rows) < len(layout["hospitals"])
    assert not few["bays"]
    assert many["bays"]
    assert not facts["same_calls"]
