"""Whatever a reader trips over: one problem of the file, in words, with its cause behind it."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from sim.errors import MapError, MapImportError, PlannerError, RecordsError, ScenarioError
from sim.files import entrance, shapes, tables, yaml_lines
from sim.geography import bundle
from sim.words.language import language


def trip(error):
    """A file whose reader raises this."""
    with pytest.raises(RecordsError) as caught, entrance.reading("calls.csv", RecordsError):
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("x"), "something in it was not expected (KeyError: 'x')"),
        (AssertionError(), "something in it was not expected (AssertionError: AssertionError)"),
        (ZeroDivisionError("by zero\nand more"), "(ZeroDivisionError: by zero)"),
        (ValueError("bell\a and " + "long " * 99), r"(ValueError: bell\x07 and long"),
        (MemoryError(), "does not fit into the memory"),
        (RecursionError("maximum"), "nested too deeply"),
        (OSError(errno.EIO, "Input/output error"), "the disk that it is on has an error"),
        (PermissionError(errno.EACCES, "Permission denied"), "you are not allowed to"),
        (OSError(errno.EXDEV, "link"), os.strerror(errno.EXDEV)),
        (OSError("nothing of the system"), "(OSError: nothing of the system)"),
    ],
)
def test_an_error_that_nobody_expected_is_a_problem_of_the_file(error, said):
    told = trip(error)
    (problem,) = told.problems
    assert str(told).startswith("calls.csv cannot be read")
    assert "cannot be read" in problem.message
    assert said in problem.message
    assert len(problem.message) < 450
    assert problem.message.isprintable()
    assert "无法读取" in told.told(language("zh"))
    assert told.__cause__ is error


@pytest.mark.parametrize("error", [ScenarioError("today.yaml", "no stations"), KeyboardInterrupt()])
def test_what_is_said_already_passes_and_so_does_who_interrupts(error):
    with pytest.raises(type(error)) as caught, entrance.reading("calls.csv", RecordsError):
        raise error
    assert caught.value is error


def a_folder(path):
    path.mkdir()


def a_pipe(path):
    os.mkfifo(path)


def a_socket(path):
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


def a_lost_link(path):
    path.symlink_to("nowhere")


def a_ring(path):
    path.symlink_to(path.name)


READERS = {
    "a.yaml": yaml_lines.YamlText, "a.csv": tables.read_table, "a.xlsx": tables.read_table,
    "a.parquet": tables.read_parquet, "a.gpkg": bundle.read,
    "b.geojson": lambda path: shapes.read_file(path, shapes.POINTS),
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (a_folder, "it is a folder"),
        (a_pipe, "no ordinary file"),
        (a_socket, "no ordinary file"),
        (a_lost_link, "a link to nowhere, which is not there"),
        (a_ring, "round in a circle"),
    ],
)
def test_what_is_no_file_is_refused_without_waiting_for_it(tmp_path, monkeypatch, name, make, said):
    monkeypatch.chdir(tmp_path)  # a socket has a short name only
    path = tmp_path / name
    make(path.relative_to(tmp_path))
    with pytest.raises(PlannerError) as caught:
        READERS[name](path)
    assert said in str(caught.value)


def test_a_device_without_end_is_refused():
    with pytest.raises(ScenarioError, match="no ordinary file"):
        yaml_lines.YamlText(entrance.Path("/dev/zero"))


def test_names_that_no_file_can_have_are_refused():
    for name in ("a" * 300, "a\0b", "\ud800"):
        with pytest.raises(MapImportError):
            entrance.require_file(entrance.Path(name), MapImportError)


def test_a_reader_is_guarded_as_a_whole(tmp_path):
    @entrance.reads(MapError)
    def read(path, factor, *, more):
        """Reads."""
        return {1: factor + more}[path]

    assert read(1, 2, more=3) == 5
    assert read.__doc__ == "Reads."
    with pytest.raises(MapError, match=r"2 is not a map that can be used(.|\n)*KeyError: 2"):
        read(2, 2, more=3)
