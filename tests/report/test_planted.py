"""What lies in a results folder, or beside it, and is not ours is never lost and never followed."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from processes import contents

from sim.errors import OutputError, PlannerWarning
from sim.report import folder as store
from sim.report import manifest, part_folder
from sim.text import message_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
as_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root gives files away"
)
KEY = "study"


def make(out, *names, text="ours"):
    """A result of these files in a folder, as a command makes it."""
    with store.results_folder(out, KEY) as part:
        for name in names:
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            (part / name).write_text(f"{text} {name}")
        store.write_run_json(part, {"command": ["tenthirty", "run"]}, [])


@pytest.fixture
def precious(tmp_path):
    """A folder elsewhere that must stay as it is."""
    folder = tmp_path / "precious"
    for name in ("thesis.docx", ".hidden", "a/b/.draft", "layout-0/calls-0000.parquet"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("years of work")
    before = contents(folder)
    yield folder
    assert contents(folder) == before


# ── beside the results ───────────────────────────────────────────────────────────────────────


def test_a_link_as_part_folder_is_refused(tmp_path, precious):
    (tmp_path / ".out.part-study").symlink_to(precious)
    with pytest.raises(OutputError, match="is a link: remove it"):
        make(tmp_path / "out", "a.csv")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "target", ["precious/thesis.docx", "precious", "nowhere", ".out.part-study.lock"]
)
def test_a_link_as_lock_is_refused(tmp_path, precious, target):
    (tmp_path / ".out.part-study.lock").symlink_to(tmp_path / target)
    with pytest.raises(OutputError, match="is a link: remove it"):
        make(tmp_path / "out", "a.csv")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("kind", ["folder", "file", "pipe"])
def test_other_things_in_the_way_are_told(tmp_path, kind):
    lock, part = tmp_path / ".out.part-study.lock", tmp_path / ".out.part-study"
    if kind == "folder":
        lock.mkdir()
    elif kind == "file":
        part.write_text("mine")
    else:
        os.mkfifo(part)
    with pytest.raises(OutputError, match="cannot be written"):
        make(tmp_path / "out", "a.csv")
    assert kind != "file" or part.read_text() == "mine"


@pytest.mark.parametrize("inside", ["finished", "logs", "finished/aaaa-1", "logs/layout-0", "x"])
def test_links_in_a_part_folder_go_and_are_not_followed(tmp_path, precious, inside):
    part = tmp_path / ".out.part-study"
    (part / "finished" / "kept-1").mkdir(parents=True)
    if inside == "finished":
        shutil.rmtree(part / "finished")
        (part / ".tenthirty").touch()
    (part / inside).parent.mkdir(exist_ok=True)
    (part / inside).symlink_to(precious)
    make(tmp_path / "out", "a.csv", "logs/layout-0/calls-0000.parquet")
    assert {path.name for path in tmp_path.iterdir()} == {"out", "precious"}
    assert not any(path.is_symlink() for path in (tmp_path / "out").rglob("*"))


def test_a_folder_of_a_planner_that_has_the_name_of_a_part_folder_stays(tmp_path):
    for name in (".out.part-study", ".out.part-photos"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "summer.jpg").write_text("mine")
    with pytest.raises(OutputError, match="was not made by tenthirty: move it away"):
        make(tmp_path / "out", "a.csv")
    shutil.move(tmp_path / ".out.part-study", tmp_path / "mine")
    make(tmp_path / "out", "a.csv")
    assert (tmp_path / ".out.part-photos" / "summer.jpg").exists()


@as_root
def test_a_part_folder_of_another_user_is_refused(tmp_path):
    part = tmp_path / ".out.part-study"
    part.mkdir()
    os.chown(part, 12345, -1)
    with pytest.raises(OutputError, match="was not made by tenthirty"):
        make(tmp_path / "out", "a.csv")


def test_a_part_folder_of_an_earlier_version_is_taken_up(tmp_path):
    one = tmp_path / ".out.part-study" / "finished" / "aaaa-1" / "0000.npz"
    one.parent.mkdir(parents=True)
    one.write_text("x")
    with store.results_folder(tmp_path / "out", KEY) as part:
        assert (part / "finished" / "aaaa-1" / "0000.npz").exists()


def test_a_part_folder_that_was_killed_while_it_was_removed_is_still_ours(tmp_path, monkeypatch):
    """At every step of its removal."""
    out, part = tmp_path / "out", tmp_path / ".out.part-study"
    real = {name: getattr(os, name) for name in ("unlink", "rmdir")}
    for steps in range(1, 100):
        left = [steps]

        def counted(name, *paths, left=left, **how):
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt
            return real[name](*paths, **how)

        part.mkdir()
        part_folder.take(part, out)
        for name in ("finished/aaaa-1/0000.npz", "logs/layout-0/a.parquet", "a.csv"):
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            (part / name).write_text("x")
        with monkeypatch.context() as patch:
            for name in real:
                patch.setattr(os, name, partial(counted, name))
            try:
                part_folder.drop(part)
            except KeyboardInterrupt:
                patch.undo()
                part_folder.take(part, out)
                shutil.rmtree(part)
                continue
        break
    assert not part.exists()
    assert steps > 5


# ── the results folder ───────────────────────────────────────────────────────────────────────


def foreign_marks():
    return {
        "empty": "",
        "no JSON": "{",
        "of another tool": json.dumps({"name": "x", "files": ["thesis.docx"], "command": "make"}),
        "of another command": json.dumps({"command": ["other", "run"], "files": ["thesis.docx"]}),
        "a list": json.dumps(["tenthirty"]),
        "a word": json.dumps("tenthirty"),
        "deep": "[" * 100_000 + "]" * 100_000,
        "deep objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
        "a long number": "9" * 100_000,
        "not UTF-8": None,
    }


@pytest.mark.parametrize("mark", foreign_marks())
def test_a_run_json_that_is_not_ours_makes_no_folder_ours(tmp_path, mark):
    out, said = tmp_path / "out", foreign_marks()[mark]
    out.mkdir()
    (out / "run.json").write_bytes(b"\xff\xfe" if said is None else said.encode())
    (out / "thesis.docx").write_text("mine")
    before = contents(tmp_path)
    with pytest.raises(OutputError, match="holds no earlier result"):
        make(out, "a.csv")
    assert contents(tmp_path) == before


def test_nor_does_a_folder_a_link_a_pipe_or_a_gigabyte_of_that_name(tmp_path, precious):
    ours = json.dumps({"command": ["tenthirty"], "files": []})
    (tmp_path / "ours.json").write_text(ours)

    def huge(path):
        with path.open("wb") as file:
            file.write(ours.encode())
            file.truncate(2**30)  # takes no room

    for number, plant in enumerate((
        Path.mkdir, os.mkfifo, huge, lambda path: path.symlink_to(tmp_path / "ours.json"),
        lambda path: path.symlink_to(precious), lambda path: path.symlink_to("run.json"),
    )):  # fmt: skip
        out = tmp_path / f"out{number}"
        out.mkdir()
        plant(out / "run.json")
        with pytest.raises(OutputError, match="holds no earlier result"):
            make(out, "a.csv")


@pytest.mark.parametrize("place", ["logs", "logs/layout-0"])
def test_a_link_within_an_earlier_result_is_refused(tmp_path, precious, place):
    out = tmp_path / "out"
    make(out, "a.csv", "logs/layout-0/calls-0000.parquet")
    shutil.rmtree(out / place)
    (out / place).symlink_to(precious)
    before = contents(out)
    with pytest.raises(OutputError, match=f"{place} in it is a link"):
        make(out, "b.csv")
    assert contents(out) == before


def test_a_file_that_became_a_link_is_no_file_of_ours(tmp_path, precious):
    out = tmp_path / "out"
    make(out, "a.csv", "b.csv")
    for name in ("a.csv", "b.csv"):
        (out / name).unlink()
        (out / name).symlink_to(precious / "thesis.docx")
    with pytest.warns(PlannerWarning, match=r"a\.csv → a\.kept-1\.csv"):
        make(out, "a.csv")
    assert (out / "b.csv").is_symlink()
    assert (out / "a.kept-1.csv").is_symlink()
    assert (out / "a.csv").read_text() == "ours a.csv"


def test_what_a_planner_changed_or_put_in_the_way_is_kept_and_told(tmp_path):
    out = tmp_path / "out"
    make(out, "measures.csv", "old.csv", "table.txt")
    (out / "measures.csv").write_text("with my notes")
    (out / "old.csv").write_text("with my notes, too")
    (out / "map.png").write_text("my own map")
    (out / "logs").write_text("a diary")
    with pytest.warns(PlannerWarning) as told:
        make(out, "measures.csv", "map.png", "table.txt", "logs/layout-0/calls-0000.parquet")
    assert len(told) == 1
    assert "measures.csv → measures.kept-1.csv" in message_of(told[0].message)
    there = contents(out)
    assert there["measures.kept-1.csv"] == b"with my notes"
    assert there["old.csv"] == b"with my notes, too"
    assert there["map.kept-1.png"] == b"my own map"
    assert there["logs.kept-1"] == b"a diary"
    assert there["map.png"] == b"ours map.png"
    (out / "map.png").write_text("again")
    with pytest.warns(PlannerWarning, match=r"map\.kept-2\.png"):
        make(out, "map.png")


def test_the_seconds_that_a_page_tells_change_nothing(tmp_path):
    for one, other, same in (("4 s", "17 s", True), ("4 s", "4 s, says the chief", False)):
        (tmp_path / "table.txt").write_text(one)
        before = manifest.fingerprint(tmp_path / "table.txt")
        (tmp_path / "table.txt").write_text(other)
        assert (manifest.fingerprint(tmp_path / "table.txt") == before) == same


def test_a_result_from_before_files_had_fingerprints_gives_way(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    names = ["a.csv", "map.png", "logs/layout-0/calls-0000.parquet", "thesis.docx"]
    for name in names:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text("x")
    (out / "run.json").write_text(json.dumps({"command": ["tenthirty", "run"], "files": names}))
    make(out, "b.csv")
    assert set(contents(out)) == {"b.csv", "run.json", "thesis.docx"}


def test_a_link_to_a_folder_is_followed_and_one_to_nowhere_refused(tmp_path, precious):
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to("disk")
    make(tmp_path / "out", "a.csv")
    assert set(contents(tmp_path / "disk")) == {"a.csv", "run.json"}
    assert (tmp_path / "out").is_symlink()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "lost").symlink_to("nowhere")
    for name in ("loop", "lost"):
        with pytest.raises(OutputError, match="leads to no folder"):
            make(tmp_path / name, "a.csv")
    (tmp_path / "theirs").symlink_to(precious)
    with pytest.raises(OutputError, match="holds no earlier result"):
        make(tmp_path / "theirs", "a.csv")


def test_the_folder_in_which_one_stands_may_be_named_by_a_dot(tmp_path, monkeypatch):
    (tmp_path / "here" / "below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here" / "below")
    make(Path("."), "a.csv")
    assert set(contents(tmp_path)) == {"here/below/a.csv", "here/below/run.json"}
    with pytest.raises(OutputError, match="holds no earlier result"):
        make(Path(".."), "a.csv")


@pytest.mark.parametrize("name", ["/", "scenario", "afile"])
def test_places_that_hold_other_things_are_refused(tmp_path, name):
    (tmp_path / "scenario").mkdir()
    (tmp_path / "scenario" / "scenario.yaml").write_text("mine")
    (tmp_path / "afile").write_text("mine")
    with pytest.raises(OutputError, match="holds no earlier result"):
        make(tmp_path / name, "a.csv")
    assert set(contents(tmp_path)) == {"scenario/scenario.yaml", "afile"}


# ── anything, anywhere ───────────────────────────────────────────────────────────────────────

NAMES = st.sampled_from([
    "a.csv", "b.csv", "table.txt", "notes.txt", "logs", "logs/layout-0", "logs/layout-0/x.parquet",
    "logs/layout-0/calls-0000.parquet", "finished", "finished/aaaa-1", "finished/aaaa-1/0000.npz",
    "run.json", ".taking-the-place", ".tenthirty", "sub/notes.txt",
])  # fmt: skip
PLACES = st.sampled_from(["out", ".out.part-study", ".out.part-other"])
KINDS_OF_THING = st.sampled_from(["file", "folder", "link to file", "link to folder", "loop"])
PLANTED = st.lists(st.tuples(PLACES, NAMES, KINDS_OF_THING), max_size=8)
RESULTS = st.lists(
    st.sampled_from(["a.csv", "b.csv", "table.txt", "logs/layout-0/calls-0000.parquet"]),
    unique=True,
)
ROOTS = st.lists(
    st.tuples(
        st.sampled_from(["out", ".out.part-study", ".out.part-study.lock", ".out.part-other"]),
        st.sampled_from(["link to folder", "link to file", "loop"]),
    ),
    max_size=1,
)


def plant(root, where, kind, mine):
    if os.path.lexists(where):
        if where.is_symlink() or where.is_file():
            where.unlink()
        else:
            shutil.rmtree(where)
        for gone in [path for path in mine if path == where or where in path.parents]:
            mine.pop(gone)
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
        if where.parent.resolve().is_relative_to(root / "precious"):
            return
        if kind == "file":
            mine[where] = f"mine {len(mine)}"
            where.write_text(mine[where])
        elif kind == "folder":
            where.mkdir()
        else:
            target = {"link to file": "thesis.docx", "link to folder": "."}.get(kind)
            where.symlink_to(root / "precious" / target if target else where.name)
    except OSError:  # a file or a link stands above it
        mine.pop(where, None)


def nothing_is_lost(earlier, planted, roots, later):
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve()
        (root / "precious" / "layout-0").mkdir(parents=True)
        for kept in ("thesis.docx", ".hidden", "layout-0/.draft", "0000.npz"):
            (root / "precious" / kept).write_text("years of work")
        if earlier is not None:
            make(root / "out", *earlier)
        mine = {}
        for place, what, kind in planted:
            plant(root, root / place / what, kind, mine)
        for place, kind in roots:
            plant(root, root / place, kind, mine)
        before, behind = contents(root), contents(root / "precious")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("warnings.warn", lambda *told, **how: None)
            try:
                make(root / "out", *later)
                done = True
            except OutputError:
                done = False
        assert contents(root / "precious") == behind
        there = contents(root / "out")
        if done:
            assert {"run.json", *later} <= set(there)
            assert manifest.is_of_a_result((root / "out").resolve() / "run.json")
            left = [text.decode(errors="replace") for text in there.values()]
            for path, text in mine.items():
                if path.is_relative_to(root / "out"):
                    assert text in left or path.name == ".taking-the-place", path
        elif not (root / "out").is_symlink():
            out = {name: data for name, data in before.items() if name.startswith("out/")}
            assert {f"out/{name}": data for name, data in there.items()} == out


@settings(max_examples=60, deadline=None)
@given(st.none() | RESULTS, PLANTED, ROOTS, RESULTS)
def test_whatever_is_planted_nothing_is_lost_and_no_link_followed(earlier, planted, roots, later):
    nothing_is_lost(earlier, planted, roots, later)


@pytest.mark.thorough
@settings(max_examples=5000, deadline=None)
@given(st.none() | RESULTS, PLANTED, ROOTS, RESULTS)
def test_whatever_is_planted_nothing_is_lost_thousands(earlier, planted, roots, later):
    nothing_is_lost(earlier, planted, roots, later)
