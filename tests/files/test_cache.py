"""Where tables and compiled rules are kept."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from damage import ANY, KINDS
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import PlannerWarning
from sim.files import cache
from sim.files.cache import (
    add_array,
    cache_folder,
    keep,
    keep_array,
    kept,
    kept_array,
    kept_at,
)
from sim.text import message_of
from sim.words.language import language

unix = pytest.mark.skipif(sys.platform == "win32", reason="file modes and pipes")


def test_the_folder_that_is_named_comes_first(monkeypatch, tmp_path):
    monkeypatch.setenv("TENTHIRTY_CACHE", str(tmp_path / "here"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "there"))
    assert cache_folder() == tmp_path / "here"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="each system has its own")
def test_else_it_is_the_users_cache_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("TENTHIRTY_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "tenthirty"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder() == Path(tmp_path / "home" / ".cache" / "tenthirty")


def digest(*arrays):
    found = hashlib.sha256()
    for array in arrays:
        add_array(found, array)
    return found.hexdigest()


def test_a_hash_is_of_the_numbers_their_kind_and_their_shape():
    row = np.arange(6.0)
    others = [row.reshape(2, 3), row.astype(np.float32), row + 1, row[:5]]
    assert digest(row) not in {digest(other) for other in others}
    assert digest(row) == digest(row.copy()) == digest(np.arange(12.0)[::2] / 2)


# ── what vouches for itself ──────────────────────────────────────────────────────────────────


def read_back(path, made):
    """What a reader of a damaged file gets: nothing, or what was written; never another thing."""
    found = kept(path)
    assert found is None or found == made
    return found


def damaged_and_made_anew(damage):
    made = b"what was computed" * 100
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cache" / "thing"
        keep(path, [made[:50], memoryview(made)[50:]])
        assert kept(path) == made
        damage(path)
        assert read_back(path, made) is None
        keep(path, [made])
        assert kept(path) == made, "it is made anew"


@given(ANY)
def test_whatever_becomes_of_a_kept_file_it_is_never_believed(damage):
    damaged_and_made_anew(damage)


@pytest.mark.thorough
@settings(max_examples=5000, deadline=None)
@given(ANY)
def test_whatever_becomes_of_a_kept_file_it_is_never_believed_thousands(damage):
    damaged_and_made_anew(damage)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_damage_is_noticed(kind):
    damaged_and_made_anew(KINDS[kind])


def damaged_table(damage, kind, shape):
    made = np.arange(np.prod(shape, dtype=int), dtype=kind).reshape(shape)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.npy"
        keep_array(path, made.dtype, made.shape, [made])
        same_array(kept_array(path), made)
        damage(path)
        assert kept_array(path) is None
        keep_array(path, made.dtype, made.shape, made)  # row by row
        same_array(kept_array(path), made)


def same_array(found, made):
    assert not made.size or isinstance(found, np.memmap), "mapped, so that processes share it"
    assert (found.dtype, found.shape) == (made.dtype, made.shape)
    assert np.array_equal(found, made)
    assert not found.flags.writeable


KINDS_OF_NUMBERS = st.sampled_from([np.float32, np.float64, np.int32, np.uint8])
SHAPES = st.one_of(
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.integers(1, 3), st.integers(0, 9), st.integers(0, 9)),
)


@given(ANY, KINDS_OF_NUMBERS, SHAPES)
def test_a_damaged_table_is_never_believed(damage, kind, shape):
    damaged_table(damage, kind, shape)


@pytest.mark.thorough
@settings(max_examples=5000, deadline=None)
@given(ANY, KINDS_OF_NUMBERS, SHAPES)
def test_a_damaged_table_is_never_believed_thousands(damage, kind, shape):
    damaged_table(damage, kind, shape)


def test_a_whole_table_under_the_name_of_another_is_not_taken_for_it(tmp_path):
    for name, value in (("a.npy", 1.0), ("b.npy", 2.0)):
        table = np.full((2, 2), value)
        keep_array(tmp_path / name, table.dtype, table.shape, [table])
    shutil.copy(tmp_path / "a.npy", tmp_path / "b.npy")
    assert kept_array(tmp_path / "a.npy") is not None
    assert kept_array(tmp_path / "b.npy") is None


def test_what_fails_while_it_is_made_passes_and_leaves_nothing(tmp_path):
    def pieces():
        yield b"half"
        raise OverflowError

    with pytest.raises(OverflowError):
        keep(tmp_path / "thing", pieces())
    assert not list(tmp_path.iterdir())


def test_a_folder_in_the_way_is_set_aside_with_what_is_in_it(tmp_path):
    (tmp_path / "thing").mkdir()
    (tmp_path / "thing" / "mine.txt").write_text("mine")
    keep(tmp_path / "thing", [b"x"])
    assert kept(tmp_path / "thing") == b"x"
    (aside,) = tmp_path.glob(".thing.*.aside")
    assert (aside / "mine.txt").read_text() == "mine"


def test_a_worker_takes_the_word_of_its_parent_for_a_table_and_for_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "_trusted", set())
    monkeypatch.setattr(cache, "_seen", {})
    table = np.arange(6.0)
    for name in ("a.npy", "b.npy"):
        keep_array(tmp_path / name, table.dtype, table.shape, [table])
    assert kept_array(tmp_path / "a.npy") is not None
    cache.trust(cache.seen())
    looked_through = []
    real = cache.unsealed
    monkeypatch.setattr(
        cache, "unsealed", lambda data, name: (looked_through.append(name), real(data, name))
    )
    for name in ("a.npy", "b.npy"):
        assert kept_array(tmp_path / name) is not None
    assert looked_through == ["b.npy"]
    keep_array(tmp_path / "a.npy", table.dtype, table.shape, [table])
    assert kept_array(tmp_path / "a.npy") is not None
    assert looked_through == ["b.npy", "a.npy"], "written since: it is another file"


def test_a_flaw_is_no_flaw_of_the_file_system(tmp_path, monkeypatch):
    """A file system that cannot flush is one on which a power cut may cost a file, nothing more."""

    def cannot(opened):
        raise OSError(errno.EINVAL, "no such thing here")

    monkeypatch.setattr(os, "fsync", cannot)
    keep(tmp_path / "thing", [b"x"])
    assert kept(tmp_path / "thing") == b"x"


def test_what_is_kept_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    told, flush, replace = [], os.fsync, os.replace

    def flushed(opened):
        told.append("flush")
        flush(opened)

    def named(*paths):
        told.append("name")
        replace(*paths)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(os, "replace", named)
    keep(tmp_path / "thing", [b"x"])
    assert told == (["flush", "name"] if sys.platform == "win32" else ["flush", "name", "flush"])


# ── where nothing is kept ────────────────────────────────────────────────────────────────────


@unix
def test_a_folder_that_others_may_write_to_is_not_used_and_told_once(tmp_path, monkeypatch):
    monkeypatch.setenv("TENTHIRTY_CACHE", str(tmp_path / "open" / "cache"))
    monkeypatch.setattr(cache, "_told", set())
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.warns(PlannerWarning) as told:
        assert [kept_at("compiled"), kept_at()] == [None, None]
    (only,) = told
    said = message_of(only.message)
    assert str(tmp_path / "open") in said
    assert "chmod go-w" in said
    assert "TENTHIRTY_CACHE" in language("zh")(said)
    assert "其他用户" in language("zh")(said)
    (tmp_path / "open").chmod(0o755)
    assert kept_at("compiled") == tmp_path / "open" / "cache" / "compiled"


@unix
def test_without_a_home_nothing_is_kept_and_no_folder_is_made(tmp_path, monkeypatch):
    for name in ("HOME", "XDG_CACHE_HOME", "TENTHIRTY_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # as for an unknown user
    monkeypatch.setattr(cache, "_told", set())
    monkeypatch.chdir(tmp_path)
    with pytest.warns(PlannerWarning, match="no home folder"):
        assert kept_at("compiled") is None
    assert not list(tmp_path.iterdir())
