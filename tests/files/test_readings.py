"""What a file held when it was read is known, whatever becomes of it afterwards."""

from __future__ import annotations

import hashlib

import pytest

from sim.errors import MapImportError
from sim.files import entrance, readings


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "today.yaml"
    path.write_text("as it was", "utf-8")
    return path


def read(path):
    with entrance.reading(path, MapImportError):
        return path.read_text("utf-8")


def test_what_was_read_counts_and_not_what_it_became(file):
    with readings.noted():
        read(file)
        assert not readings.changed(file)
        file.write_text("something else", "utf-8")
        assert readings.sha256(file) == sha("as it was")
        assert readings.changed(file)
        file.unlink()
        assert readings.changed(file)
        assert readings.sha256(file) == sha("as it was")


def test_a_file_that_was_read_as_two_is_known_as_none(file):
    with readings.noted():
        read(file)
        file.write_text("something else", "utf-8")
        read(file)
        assert readings.sha256(file) is None
        assert readings.changed(file)


def test_a_file_that_changes_while_it_is_read_is_known_as_none(file):
    with readings.noted():
        with entrance.reading(file, MapImportError):
            file.write_text("something else", "utf-8")
        assert readings.sha256(file) is None


def test_what_is_only_saved_again_is_the_same(file):
    with readings.noted():
        read(file)
        file.write_text("as it was", "utf-8")
        read(file)
        assert readings.sha256(file) == sha("as it was")
        assert not readings.changed(file)


def test_each_command_of_a_study_knows_of_its_own_reading_alone(file):
    with readings.noted():
        read(file)
        file.write_text("the second", "utf-8")
        with readings.noted(anew=True):
            read(file)
            with readings.noted():
                assert readings.sha256(file) == sha("the second")
        assert readings.sha256(file) == sha("as it was")


def test_where_nobody_listens_a_file_is_what_it_holds(file):
    read(file)
    file.write_text("something else", "utf-8")
    assert readings.sha256(file) == sha("something else")
    assert not readings.changed(file)


def test_parts_of_shapes_and_layers_of_a_file(tmp_path):
    for name in ("a.shp", "a.dbf", "a.prj", "b.dbf", "towns.gpkg"):
        (tmp_path / name).write_text(name, "utf-8")
    assert [one.name for one in readings.parts(tmp_path / "a.shp")] == ["a.dbf", "a.prj", "a.shp"]
    assert readings.parts(tmp_path / "towns.gpkg|seats") == [tmp_path / "towns.gpkg"]
    assert readings.parts(tmp_path / "none.csv") == []
    with readings.noted():
        read(tmp_path / "a.shp")
        (tmp_path / "a.dbf").write_text("another", "utf-8")
        assert readings.sha256(tmp_path / "a.dbf") == sha("a.dbf")
