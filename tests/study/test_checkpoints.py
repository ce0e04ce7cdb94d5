"""Finished replications: which are taken up again, and which are done again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import same_bytes, same_columns
from processes import contents
from worlds import altered

import sim
from sim.answers import comparison
from sim.errors import OptionError, OutputError, WorkersError
from sim.files.whole import alone as alone_in
from sim.geography.roads import travel
from sim.measures.sums import Counts
from sim.study import checkpoints, workers
from sim.study import plan as plans
from sim.study.checkpoints import Checkpoints, Fingerprints, as_bytes, from_bytes
from sim.study.effort import Effort
from sim.study.replication import Keep
from sim.study.runs import Runs


def key_of(base, *proposals, keep=Keep.ROWS, logs=False, **effort):
    study = plans.prepare(base, proposals, Effort(**effort), keep, logs)
    return study.key(range(len(study.layouts)), Fingerprints())


# ── which study ──────────────────────────────────────────────────────────────────────────────


def test_the_key_is_of_all_that_replications_follow_from(day):
    def key(*layouts, logs=False, **options):
        return key_of(*layouts, logs=logs, **options)

    def setting(section, **values):
        changed = getattr(day.settings, section).model_copy(update=values)
        return replace(day, settings=day.settings.model_copy(update={section: changed}))

    own = key(day)
    speeds = {name: value * 1.01 for name, value in day.settings.travel.speeds.items()}
    rate = day.settings.demand.rate
    less = rate.model_copy(update={"rural": rate.rural._replace(per_second=1e-9)})
    others = {
        "seed": key(day, seed=7),
        "rate": key(setting("demand", rate=less)),
        "speed": key(setting("travel", speeds=speeds)),
        "station": key(day.add("枫林镇")),
        "layouts": key(day, day.add("枫林镇")),
        "length": key(day.with_study(length=2 * 86_400.0)),
        "ambulances": key(day.ambulances("市中医院", +1)),
        "duration": key(setting("durations", turnout=day.settings.durations.handover)),
    }
    assert own not in others.values()
    assert len(set(others.values())) == len(others)
    assert key(day, replications=99) == own
    assert key(day, logs=True) == own
    assert key(setting("targets", urban=1.0)) == own, "targets change no replication"


def test_the_key_of_sums_is_of_the_targets_too(day):
    targets = day.settings.targets.model_copy(update={"urban": 300.0})
    stricter = replace(day, settings=day.settings.model_copy(update={"targets": targets}))
    assert key_of(day) == key_of(stricter)
    assert key_of(day, keep=Keep.SUMS) != key_of(stricter, keep=Keep.SUMS)
    assert key_of(day, keep=Keep.SUMS) != key_of(day)


def test_the_key_of_some_layouts_is_that_of_a_study_of_these_alone(day, pair):
    study = plans.prepare(day, (day.close("市妇幼"), pair[1]), Effort())
    assert study.key([0, 2], Fingerprints()) == key_of(day, pair[1])
    assert study.key([2, 0], Fingerprints()) != study.key([0, 2], Fingerprints())


def test_the_key_is_of_a_matrix_itself(day):
    system = plans.prepare(day, (), Effort()).plan.systems[0]
    seconds = np.ones((2, 3, 3))
    one, other = (altered(system, travel=travel.from_matrix(seconds * n)) for n in (1, 2))
    key = Fingerprints().of_system
    assert key(one) != key(other)
    assert key(one) == key(one._replace()) == Fingerprints().of_system(one)


@pytest.fixture
def program(tmp_path):
    copy = tmp_path / "sim"
    shutil.copytree(Path(sim.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


code = checkpoints.code.__wrapped__


def test_the_key_is_of_the_rooms_that_compute(program):
    own = code(program)
    assert own == checkpoints.code()
    policy = next(
        p for p in program.rglob("*.py") if p.name == "dispatch.py" or p.name == "policies.py"
    )
    for path in (policy, program / "engine" / "reference" / "service.py", program / "measures" / "calls.py",
                 program / "prepare" / "draws.py", program / "geography" / "roads" / "travel.py",
                 program / "model" / "log.py"):  # fmt: skip
        before = path.read_text()
        path.write_text(before + "\n")
        assert code(program) != own, path
        path.write_text(before)
    assert code(program) == own


def test_a_comma_in_a_caption_throws_nothing_away(program):
    own = code(program)
    for path in (program / "words" / "zh.po", program / "words" / "measures.py",
                 program / "figures" / "style.py", program / "report" / "folder.py",
                 program / "cli" / "__init__.py", program / "answers" / "ranking.py"):  # fmt: skip
        path.write_text(path.read_text() + "\n")
    assert code(program) == own


def test_the_key_is_of_the_packages_that_compute(monkeypatch):
    folder = Path(sim.__file__).parent
    own = code(folder)
    monkeypatch.setattr(checkpoints, "version", lambda name: "0")
    assert code(folder) != own


OPENED = """
import sys
import sim.study.workers, sim.engine.reference, sim.engine.compiled, sim.scenario.distributions
print(*(name for name in sys.modules if name.startswith("sim.")))
"""


def test_whatever_a_replication_runs_through_is_in_the_key():
    """Rooms that a worker opens; those whose text changes no number are written out here."""
    done = subprocess.run(
        [sys.executable, "-c", OPENED], capture_output=True, text=True, check=True
    )
    opened = {name.removeprefix("sim.").replace(".", "/") for name in done.stdout.split()}
    left = {name for name in opened if not name.startswith(checkpoints.ROOMS)}
    assert {"model/calls", "engine/reference", "scenario/distributions"} <= opened - left
    assert {name.partition("/")[0] for name in left} <= {
        "errors", "text", "units", "limits", "files", "geography", "scenario", "study"
    }  # fmt: skip
    assert not {name for name in left if name.startswith("geography/")}
    # It reads what is written; what it read is in the key itself.
    assert {name for name in left if name.startswith("scenario/")} <= {"scenario/values"}


# ── finished replications ────────────────────────────────────────────────────────────────────


@pytest.fixture
def kept(pair, tmp_path):
    """Three replications of two layouts, with logs: the result, and where everything is."""
    where = {"keep": tmp_path / "kept", "logs_to": tmp_path / "logs"}
    return comparison.compare(*pair, replications=3, workers=1, **where), where


def again(pair, where, **options):
    """The same study once more: its result, and how many replications were there."""
    told = []
    result = comparison.compare(
        *pair, workers=1, watch=lambda done, total: told.append(done),
        **{"replications": 3} | where | options,
    )  # fmt: skip
    return result, told[0]


def test_a_tally_comes_back_to_the_last_bit(alone):
    own = alone.tallies[0][0]
    odd = own._replace(response_s=np.array([np.nan, -np.inf, -0.0]), call=own.call[:0])
    found, about = from_bytes(as_bytes([own, odd], {"said": [1]}))
    assert about["said"] == [1]
    same_values([own, odd], found)


def test_counts_come_back_to_the_last_bit(pair):
    with Runs(pair[0], pair[1:], Effort(workers=1)) as runs:
        runs.extend(1)
        own = [runs._found[row][0] for row in range(2)]
    found, _ = from_bytes(as_bytes(own, {}))
    same_values(own, found)


def same_values(some, others):
    for one, other in zip(some, others, strict=True):
        assert type(one) is type(other)
        same_columns(one, other)
        for a, b in zip(one, other, strict=True):
            assert type(a) is type(b)


def test_one_flipped_bit_anywhere_is_refused():
    """Every byte of a small file, each with one bit turned."""
    nothing = np.arange(2)
    data = as_bytes([Counts(nothing, nothing, nothing, nothing)], {"key": "k"})
    assert from_bytes(data)[1]["key"] == "k"
    for place in range(len(data)):
        turned = bytearray(data)
        turned[place] ^= 1 << place % 8
        with pytest.raises(ValueError, match="not what was written"):
            from_bytes(bytes(turned))
    for cut in (data[:-1], data[1:], data[:10], b"", data + b"x"):
        with pytest.raises(ValueError, match="not what was written"):
            from_bytes(cut)


def test_what_is_finished_is_not_done_again(pair, kept, monkeypatch):
    result, where = kept
    before = contents(where["keep"]) | contents(where["logs_to"])
    monkeypatch.setattr(workers, "replicate", None)  # nothing may be simulated
    found, there = again(pair, where)
    assert there == 3
    same_bytes(result, found)
    assert contents(where["keep"]) | contents(where["logs_to"]) == before


def test_a_longer_study_goes_on_from_a_shorter_one(pair, kept, alone):
    longer, there = again(pair, kept[1], replications=5)
    assert there == 3
    same_bytes(alone, longer)
    assert again(pair, kept[1], replications=2)[1] == 2


def damage_cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def damage_empty(path):
    path.write_bytes(b"")


def damage_flip(path):
    data = bytearray(path.read_bytes())
    middle = len(data) // 3
    data[middle : middle + 8] = bytes(255 - byte for byte in data[middle : middle + 8])
    path.write_bytes(data)


def damage_text(path):
    path.write_text("not a table")


def damage_gone(path):
    path.unlink()


@pytest.mark.parametrize(
    "damage", [damage_cut, damage_empty, damage_flip, damage_text, damage_gone]
)
@pytest.mark.parametrize("what", ["keep/*/0001.npz", "logs_to/layout-0/calls-0001.parquet"])
def test_what_is_damaged_is_noticed_and_done_again(pair, kept, damage, what):
    result, where = kept
    name, rest = what.split("/", 1)
    (path,) = where[name].glob(rest)
    whole = path.read_bytes()
    damage(path)
    found, there = again(pair, where)
    assert there == 2
    same_bytes(result, found)
    if name == "logs_to":
        assert path.read_bytes() == whole
    assert again(pair, where)[1] == 3


def test_finished_files_of_other_studies_are_not_taken(pair, kept, tmp_path):
    result, where = kept
    other = {"keep": tmp_path / "other", "logs_to": tmp_path / "other-logs"}
    comparison.compare(*pair, replications=3, seed=1, workers=1, **other)
    (own,), (others,) = (folder.glob("*-2") for folder in (where["keep"], other["keep"]))
    assert own.name != others.name
    shutil.copy(others / "0002.npz", own)
    shutil.copy(own / "0000.npz", own / "0001.npz")  # its own, in a wrong place
    found, there = again(pair, where)
    assert there == 1
    same_bytes(result, found)


def test_replications_without_logs_are_done_again_for_their_logs(pair, tmp_path):
    keep = {"keep": tmp_path / "kept"}
    result, _ = again(pair, keep)
    assert again(pair, keep)[1] == 3
    where = keep | {"logs_to": tmp_path / "logs"}
    assert again(pair, where)[1] == 0
    found, there = again(pair, where)
    assert there == 3
    same_bytes(result, found)
    assert again(pair, keep)[1] == 3, "logs that are not asked for are no hindrance"


def test_an_interrupted_study_keeps_what_it_had(pair, alone, tmp_path):
    def interrupt(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        comparison.compare(*pair, replications=5, workers=2, watch=interrupt, keep=tmp_path)
    found, there = again(pair, {"keep": tmp_path}, replications=5)
    assert there == 2
    same_bytes(alone, found)


def test_one_process_at_a_time(day, tmp_path):
    with alone_in(tmp_path / "kept"), pytest.raises(OutputError, match="another process"):
        comparison.run(day, replications=1, keep=tmp_path / "kept")
    comparison.run(day, replications=1, keep=tmp_path / "kept")


def test_a_folder_to_keep_is_one_of_its_own(day, tmp_path):
    (tmp_path / "run.json").write_text("{}")
    for folder in (__file__, tmp_path):
        with pytest.raises(OptionError, match="keep: a folder of its own"):
            comparison.run(day, replications=1, keep=folder)


def test_what_is_finished_is_counted_on_the_disk(tmp_path):
    """An interrupt may fall after a file is in its place and before it is counted."""
    for name in ("aaaa-2/0000.npz", "aaaa-2/0007.npz", "bbbb-1/0000.npz", "bbbb-1/.0001.part.npz"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert Checkpoints(tmp_path).finished() == 2 + 2 + 1
    assert Checkpoints(None).finished() == 0


def test_an_error_says_that_the_study_goes_on(tmp_path):
    (tmp_path / "aaaa-3").mkdir()
    (tmp_path / "aaaa-3" / "0000.npz").touch()
    error = WorkersError("the study", "lost")
    Checkpoints(tmp_path).mention(error)
    assert "3 runs are finished; the same command goes on from there" in str(error)
    unwritten = OutputError("here", "no room")
    Checkpoints(tmp_path).mention(unwritten)
    assert str(unwritten).endswith("when it can be written again")
    nothing = WorkersError("the study", "lost")
    Checkpoints(tmp_path / "empty").mention(nothing)
    assert str(nothing) == "the study was not finished:\n  lost"
