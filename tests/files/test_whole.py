"""Files written whole or not at all, and folders for one process at a time."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from sim.errors import OutputError
from sim.files.whole import (
    alone,
    drop_parts,
    is_part,
    lock_of,
    part_of,
    replaced,
    told_in_words,
    write_bytes,
    write_whole,
)
from sim.words.language import language


def test_a_file_is_there_only_when_it_is_whole(tmp_path):
    path = tmp_path / "table.csv"
    with replaced(path) as part:
        part.write_text("half")
        assert not path.exists()
        assert part.suffix == ".csv", "writers go by the ending"
    assert path.read_text() == "half"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_not_ended_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")

    def half():
        with replaced(path) as part:
            part.write_text("ha")
            tmp_path.read_bytes()

    with pytest.raises(IsADirectoryError):
        half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_two_writers_of_one_file_do_not_meet(tmp_path):
    path = tmp_path / "table.csv"
    with replaced(path) as one, replaced(path) as other:
        one.write_text("one")
        other.write_text("other")
    assert path.read_text() == "one", "the last one to end"
    assert list(tmp_path.iterdir()) == [path]


def test_bytes_are_written_into_a_folder_that_is_made(tmp_path):
    write_bytes(tmp_path / "a" / "b", b"x")
    assert (tmp_path / "a" / "b").read_bytes() == b"x"


def test_what_the_disk_refuses_is_told_of_the_file_that_was_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(tmp_path / "file" / "below", lambda part: part.write_text("x"))
    with pytest.raises(OutputError) as caught, told_in_words(tmp_path / "out"):
        (tmp_path / ".out.part-1" / "x").read_text()
    assert f"No such file or directory in {tmp_path}" in str(caught.value)
    with pytest.raises(OutputError) as caught, told_in_words(tmp_path / "out"):
        (tmp_path / "elsewhere").read_text()
    assert str(tmp_path / "elsewhere") in str(caught.value)


def test_a_folder_is_for_one_at_a_time_and_free_again_after_that(tmp_path):
    folder = tmp_path / "kept"
    with (
        alone(folder),
        pytest.raises(OutputError, match="another process is at this"),
        alone(folder),
    ):
        pass
    with alone(folder):
        assert folder.is_dir()
    assert list(tmp_path.iterdir()) == [folder], "no lock stays"


def test_the_message_names_what_the_planner_named_in_her_language(tmp_path):
    with (
        alone(tmp_path / ".out.part-1"),
        pytest.raises(OutputError) as caught,
        alone(tmp_path / ".out.part-1", tmp_path / "out"),
    ):
        pass
    said = caught.value.told(language("zh"))
    assert str(tmp_path / "out") in said
    assert "另一进程正在进行此项研究" in said


HOLDING = """
import sys, time
from pathlib import Path
from sim.files.whole import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_lock_ends_with_its_process_however_that_ends(tmp_path):
    folder = tmp_path / "kept"
    command = [sys.executable, "-c", HOLDING, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(OutputError, match="another process"), alone(folder):
            pass
        process.kill()
        process.wait()
    with alone(folder):
        pass


TAKING_TURNS = """
import sys
from pathlib import Path
from sim.errors import OutputError
from sim.files.whole import alone
folder, done = Path(sys.argv[1]), 0
while done < 100:
    try:
        with alone(folder):
            (folder / "here").touch(exist_ok=False)
            (folder / "here").unlink()
            done += 1
    except OutputError as error:
        assert "another process" in str(error), error
"""


def test_two_are_never_in_a_folder_together_though_its_lock_comes_and_goes(tmp_path):
    command = [sys.executable, "-c", TAKING_TURNS, str(tmp_path / "kept")]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said


def test_errors_of_writing_come_back_whole_from_another_process():
    error = OutputError("here", "no room")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="a folder of Linux that makes no files")
def test_a_disk_that_makes_no_files_is_no_other_process():
    for folder in (Path("/proc/x"), Path("/proc/x/y")):
        with pytest.raises(OutputError) as caught, alone(folder):
            pass
        assert "another process" not in str(caught.value)
        assert "No such file or directory" in str(caught.value)
        assert "probe" not in str(caught.value)
        assert "另一进程" not in caught.value.told(language("zh"))


def test_another_process_is_still_told_of(tmp_path):
    told = pytest.raises(OutputError, match="another process")
    with alone(tmp_path / "x"), told, alone(tmp_path / "x"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["x"], "no trace of the attempt"


def test_the_lock_of_a_folder_on_a_drive_lies_beside_it():
    from pathlib import PureWindowsPath

    lock = lock_of(PureWindowsPath(r"D:\计划\runs\liling"))
    assert str(lock) == r"D:\计划\runs\.liling.lock"


# ── parts that a killed process left ─────────────────────────────────────────────────────────


def of_a_dead_process(path):
    """The part of a file that a process was writing which is gone by now."""
    code = (
        "import sys; from pathlib import Path; from sim.files.whole import part_of; "
        "print(part_of(Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Path(done.stdout.strip())


def test_the_next_writer_removes_what_a_killed_one_left_and_nothing_else(tmp_path):
    left = of_a_dead_process(tmp_path / "town.gpkg")
    journal = left.with_name(left.name + "-journal")
    old = tmp_path / ".town.0123abcd.part.gpkg"  # as an older version called it
    alive = part_of(tmp_path / "town.gpkg")
    foreign = [tmp_path / name for name in (".hidden", "town.part", ".town.part.gpkg", "README")]
    for path in (left, journal, old, alive, *foreign):
        path.write_text("half")
    assert [is_part(path) for path in (left, journal, old, alive)] == [True] * 4
    assert not any(map(is_part, foreign))
    drop_parts(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([alive, *foreign])


def test_a_part_of_another_machine_goes_after_a_day(tmp_path):
    there = tmp_path / ".town.00000000-1-0123abcd.part.gpkg"
    there.write_text("half")
    drop_parts(tmp_path)
    assert there.exists()
    os.utime(there, (0, 0))
    drop_parts(tmp_path)
    assert not there.exists()


def test_writing_in_a_folder_removes_what_was_left_there(tmp_path):
    left = of_a_dead_process(tmp_path / "other.csv")
    left.write_text("half")
    write_bytes(tmp_path / "table.csv", b"whole")
    assert list(tmp_path.iterdir()) == [tmp_path / "table.csv"]


def test_what_sqlite_left_beside_a_part_goes_with_it(tmp_path):
    def half():
        with replaced(tmp_path / "town.gpkg") as part:
            part.write_text("half")
            part.with_name(part.name + "-journal").write_text("of it")
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        half()
    assert not list(tmp_path.iterdir())


def test_a_part_of_a_long_name_has_a_name_that_disks_take(tmp_path):
    write_bytes(tmp_path / ("枫" * 75 + ".csv"), b"x")
