"""Whether a gain holds under other assumptions: swings, mishaps and joint samples."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import ROOT
from decisions import assumption, stressed, with_joint
from scipy.stats import kstest
from worlds import scenario_with

import sim
from sim.answers import comparison
from sim.answers.answer import Provenance
from sim.answers.assumptions import USUAL, assumptions
from sim.answers.stress import OFTEN_JOINT, JointCounts, _AlteredStudies, stress
from sim.errors import OptionError, ScenarioError
from sim.scenario.file import load
from sim.study import plan as study
from sim.study.effort import Effort

QUICK = {"replications": 6, "workers": 1}
NO_ROADS = dict.fromkeys(
    (key for key in USUAL if "roads" in key or key in ("speed", "rush-hours")), 0.0
)


@pytest.fixture(scope="module")
def answer(tiny):
    plan = tiny.add("Base B", [113.50, 27.60])
    return stress(tiny, plan, samples=8, **QUICK)


def test_gains_as_assumed_are_those_of_a_comparison(tiny, answer):
    result = comparison.compare(tiny, *answer.proposals, replications=6, workers=1)
    assert tuple(answer.nominal[0]) == pytest.approx(tuple(result.difference("within")))


def test_what_changes_nothing_gains_exactly_as_assumed(tiny, answer):
    """Nobody is conveyed here: handovers do not matter, to the last bit."""
    (swing,) = [s for s in answer.swings if s.about.key == "handover"]
    assert swing.low.gains == swing.high.gains == answer.nominal
    assert swing.width() == 0


def test_each_end_is_a_comparison_of_both_layouts_under_that_assumption(tiny, answer):
    for key in ("demand", "speed", "turnout"):
        (swing,) = [s for s in answer.swings if s.about.key == key]
        for share, end in ((-1.0, swing.low), (1.0, swing.high)):
            layouts = [swing.about.at(s, share) for s in (tiny, *answer.proposals)]
            result = comparison.compare(*layouts, replications=6, workers=1)
            assert end.gains[0].mean == pytest.approx(result.difference("within").mean, abs=1e-12)


def test_the_widest_swing_comes_first(answer):
    widths = [swing.width() for swing in answer.swings]
    assert widths == sorted(widths, reverse=True)
    assert answer.range(0)[0] <= answer.nominal[0].mean <= answer.range(0)[1]
    assert len(answer.to_frame()) == 2 * len(answer.swings)


def test_joint_samples_are_a_latin_hypercube(answer):
    levels, keys = answer.joint.levels, answer.joint.keys
    assert keys[-1] == "ambulance-off"
    for column, key in enumerate(keys[:-1]):
        share = (levels[:, column] + 1) / 2
        assert sorted(np.floor(share * 8).astype(int)) == list(range(8)), (
            f"one {key} in each eighth"
        )
    assert sorted(levels[:, -1]) == [-1] * 4 + [0] * 4, "an ambulance is off in half of them"
    assert answer.joint_frame().shape == (8, len(keys) + 1)


def test_joint_samples_fill_the_range(tiny):
    found = stress(tiny, tiny.ambulances("Base A", +1), samples=40, wrong=NO_ROADS,
                   replications=1, workers=1)  # fmt: skip
    for column in found.joint.levels[:, :-1].T:
        assert kstest((column + 1) / 2, "uniform").pvalue > 0.5


def test_a_joint_sample_is_a_comparison_under_all_of_its_levels(tiny, answer):
    some = assumptions(tiny)
    for row in range(3):
        layouts = [tiny, *answer.proposals]
        for about, share in zip(some, answer.joint.levels[row], strict=False):
            layouts = [about.at(layout, share) for layout in layouts]
        if answer.joint.levels[row, -1] >= 0:
            layouts = [layout.ambulances("Base A", -1) for layout in layouts]
        result = comparison.compare(*layouts, replications=6, workers=1)
        gain = result.difference("within").mean
        assert answer.joint.gains[row, 0] == pytest.approx(gain, abs=1e-12)


def test_the_same_question_has_the_same_answer(tiny, answer):
    again = stress(tiny, *answer.proposals, samples=8, **QUICK)
    assert again.to_frame().equals(answer.to_frame())
    assert again.joint_frame().equals(answer.joint_frame())


def test_who_is_ahead_in_how_many_joint_samples(tiny, answer):
    ahead = (answer.joint.gains[:, 0] > 0).mean()
    assert answer.leads().tolist() == pytest.approx([1 - ahead, ahead])
    assert answer.facts()["ahead"]["today"] == pytest.approx(1 - ahead)
    same = stress(tiny, tiny.move("Base A", [113.40, 27.60]), samples=3, wrong=NO_ROADS, **QUICK)
    assert same.leads().tolist() == [1, 0], "a tie is no lead over today"


def test_joint_samples_have_few_replications_and_none_if_none_are_wanted(tiny):
    plan = tiny.ambulances("Base A", +1)
    leave = dict.fromkeys(USUAL, 0.0) | {"demand": 0.2}
    found = stress(tiny, plan, wrong=leave, samples=2, replications=OFTEN_JOINT + 2, workers=1)
    assert found.joint.replications == OFTEN_JOINT
    assert found.provenance.runs == 2 * (
        (1 + 2 + 1) * 12 + 2 * 10
    )  # two layouts; as assumed, two, one off
    none = stress(tiny, plan, wrong=leave, samples=0, **QUICK)
    assert none.joint is None
    assert "joint" not in none.frames()


def test_several_proposals_stand_beside_each_other(tiny):
    plans = [tiny.add("Base B", [113.50, 27.60]), tiny.ambulances("Base A", +1)]
    found = stress(tiny, *plans, wrong=NO_ROADS, samples=4, **QUICK)
    assert found.first == 0, "a base at B is where most people are"
    assert found.joint.gains.shape == (4, 2)
    assert found.leads().sum() == pytest.approx(1)


def test_tables_of_roads_that_are_tried_once_are_not_kept(tiny, monkeypatch):
    kept, real = [], study.prepare

    def noted(base, proposals, effort, *others):
        kept.append((len(base.settings.travel.bands), effort.keep_tables))
        return real(base, proposals, effort, *others)

    monkeypatch.setattr(study, "prepare", noted)
    leave = dict.fromkeys(USUAL, 0.0) | {"speed": 0.1, "turnout": 0.1}
    stress(tiny, tiny.ambulances("Base A", +1), wrong=leave, samples=1, replications=1, workers=1)
    assert len(kept) == 1 + 2 + 2 + 1 + 1  # as assumed, speed, turnout, one off, together
    assert all(keeps == (bands == 0) for bands, keeps in kept)


@pytest.mark.slow
def test_a_table_that_is_not_to_be_kept_is_not_on_disk(coquimbo, tmp_path, monkeypatch):
    slow = assumption(coquimbo, "speed").at(coquimbo, -0.37)
    monkeypatch.setenv("TENTHIRTY_CACHE", str(tmp_path))
    study.prepare(slow, (), Effort(replications=1, keep_tables=False))
    assert not list(tmp_path.rglob("*.npy"))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"by": "p90"}, "by: write one of"),
        ({"samples": -1}, "samples: write at least 0"),
        ({"wrong": {"luck": 0.1}}, 'no assumption "luck"'),
    ],
    ids=str,
)
def test_what_cannot_be_stressed_is_answer(tiny, how, said):
    with pytest.raises(OptionError, match=said):
        stress(tiny, tiny, **QUICK, **how)


def test_without_a_proposal_there_is_nothing_to_stress(tiny):
    with pytest.raises(ScenarioError, match="say what is to be stressed"):
        stress(tiny, **QUICK)


def test_a_stress_of_recorded_calls_moves_with_what_they_say(tmp_path):
    rows = "".join(f"2025-03-0{d} {h:02d}:10:00,113.{40 + h},27.6{d},100\n"
                   for d in (4, 5, 6) for h in range(0, 24, 2))  # fmt: skip
    base = load(scenario_with(tmp_path, rows))
    leave = dict.fromkeys(USUAL, 0.0) | {"turnout": 0.9}
    found = stress(base, base.move("泰安医院", "枫林镇"), by="within", wrong=leave, samples=0,
                   replications=2, workers=1)  # fmt: skip
    (swing,) = [s for s in found.swings if s.about.key == "turnout"]
    assert swing.low.gains[0].mean != swing.high.gains[0].mean


def test_what_stands_at_each_end_is_written_into_the_file():
    found = stressed(5.6)
    written = found.to_frame().drop_duplicates(["assumption", "if"]).groupby("assumption")["if"]
    assert written.get_group("demand").tolist() == ["−20 %", "+20 %"]
    assert written.get_group("turnout").tolist() == ["−30 %", "+30 %"]
    assert written.get_group("station-closed").tolist() == [
        "Xiangdong Hospital", "Liling TCM Hospital",
    ]  # fmt: skip


def test_joint_samples_are_counted_by_what_they_gain():
    found = with_joint(stressed(5.6), [[0.05], [0.06], [0.005], [-0.01], [0.0]])
    assert found.joint_counts(0) == JointCounts(samples=5, ahead=3, little=3, none=2)
    assert found.today_leads() == 2
    less = with_joint(stressed(-2.0, by="mean"), [[-2.0], [-0.1], [0.1]])
    assert less.joint_counts(0) == JointCounts(samples=3, ahead=2, little=2, none=1)
    assert less.joint_gains(0).tolist() == [2.0, 0.1, -0.1]


def test_the_leader_gains_most_whichever_way_is_better():
    assert stressed(3.5, 5.6).first == 1
    assert stressed(-1.2, -1.9, by="mean").first == 1
    assert stressed(5.6).least == 0.01
    assert stressed(-1.9, by="mean").least == 0.5


def test_a_swing_has_two_ends_or_one_case():
    swing = stressed(5.6).swings[0]
    assert swing.ends() == (swing.low, swing.high)
    assert swing._replace(high=swing.low).ends() == (swing.low,)


@pytest.mark.filterwarnings("error")
def test_what_is_noted_of_one_assumption_is_not_taken_for_another(monkeypatch):
    """A factor on a distribution is told apart as well as one on a number, and without a warning."""
    base = sim.load(ROOT / "scenarios" / "liling")
    layouts = (base, base.add("枫林镇"))
    provenance = Provenance(base, 5, 10, 1, 0.0, None)
    studies = _AlteredStudies(base, layouts[1:], "within", Effort(), provenance)
    keys = {
        studies._key([one.at(layout, share) for layout in layouts], Effort())
        for one in assumptions(base, None)
        for share in (-1.0, 0.5, 1.0)
    }
    assert "" not in keys
    assert len(keys) == 3 * len(assumptions(base, None))
    assert studies._key(layouts, Effort()) == studies._key(layouts, Effort()) not in keys
    before = studies._key(layouts, Effort())
    assert studies._key(layouts, Effort(seed=4)) != before
    monkeypatch.setattr("sim.files.cache.this_program", lambda: "another")
    assert studies._key(layouts, Effort()) != before
