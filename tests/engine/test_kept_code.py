"""Compiled rules that were kept: read back if they are whole and the user's own, else compiled."""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

import pytest
from damage import ANY, KINDS
from hypothesis import HealthCheck, given, settings

from sim.engine.compiled import cache
from sim.errors import PlannerWarning
from sim.files import cache as files
from sim.text import message_of

unix = pytest.mark.skipif(sys.platform == "win32", reason="file modes")


def twice(number):
    return number + number


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TENTHIRTY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(files, "_told", set())
    return tmp_path / "cache"


def compiled_anew(folder):
    """Whether a first call has to compile; its answer is right either way."""
    function = cache._kept(twice)
    assert function(21) == 42
    return bool(function.stats.cache_misses)


def test_what_was_compiled_is_read_back(folder):
    assert not cache.is_kept()
    assert compiled_anew(folder)
    assert cache.is_kept()
    assert not compiled_anew(folder)
    function = cache._kept(twice)
    assert function(1.5) == 3.0, "another kind of argument has a file of its own"
    assert len(list(folder.rglob(f"*{cache.ENDING}"))) == 2


def damaged(folder, damage):
    if not cache.is_kept():
        compiled_anew(folder)
    (path,) = folder.rglob(f"*{cache.ENDING}")
    damage(path)
    assert compiled_anew(folder)
    assert not compiled_anew(folder), "and kept again"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_damaged_is_compiled_again(folder, kind):
    damaged(folder, KINDS[kind])


SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=20, deadline=None, suppress_health_check=SHARED)
@given(ANY)
def test_however_it_is_damaged_it_is_compiled_again(folder, damage):
    damaged(folder, damage)


@pytest.mark.thorough
@settings(max_examples=1000, deadline=None, suppress_health_check=SHARED)
@given(ANY)
def test_however_it_is_damaged_it_is_compiled_again_thousands(folder, damage):
    damaged(folder, damage)


class Trap:
    """A pickle that makes a file when it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_planted_pickle_is_not_opened(folder, tmp_path):
    compiled_anew(folder)
    (path,) = folder.rglob(f"*{cache.ENDING}")
    path.write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
    assert compiled_anew(folder)
    assert not (tmp_path / "sprung").exists()


@unix
@pytest.mark.parametrize("place", ["", "compiled", "compiled/*", "compiled/*/*.code"])
def test_code_that_others_could_have_planted_is_not_opened(folder, tmp_path, place):
    """Though it vouches for itself: whoever may write it may write that, too."""
    compiled_anew(folder)
    (path,) = folder.rglob(f"*{cache.ENDING}")
    files.keep(path, [pickle.dumps(Trap(tmp_path / "sprung"))])
    (open_place,) = folder.glob(place) if place else [folder]
    open_place.chmod(0o777)
    if place.endswith(".code"):
        assert compiled_anew(folder)
        assert files.changeable(path) is None, "made anew, for the user alone"
    else:
        with pytest.warns(PlannerWarning, match="not used, for other users may write") as told:
            assert compiled_anew(folder)
        assert str(open_place) in message_of(told[0].message)
    assert not (tmp_path / "sprung").exists()


@unix
@pytest.mark.skipif(sys.platform != "win32" and os.geteuid() != 0, reason="gives a file away")
def test_code_of_another_user_is_not_opened(folder, tmp_path):
    compiled_anew(folder)
    (path,) = folder.rglob(f"*{cache.ENDING}")
    files.keep(path, [pickle.dumps(Trap(tmp_path / "sprung"))])
    os.chown(path, 12345, -1)
    assert compiled_anew(folder)
    assert not (tmp_path / "sprung").exists()


def test_what_reads_well_and_is_no_code_is_compiled_again(folder):
    compiled_anew(folder)
    (path,) = folder.rglob(f"*{cache.ENDING}")
    for thing in (b"", b"no pickle", pickle.dumps(7), pickle.dumps((1, 2)), pickle.dumps([None])):
        files.keep(path, [thing])
        assert compiled_anew(folder)


def test_a_folder_that_cannot_be_made_keeps_nothing_and_ends_nothing(folder):
    folder.write_text("a file in its place")
    assert not cache.can_keep()
    assert not cache.is_kept()
    assert compiled_anew(folder)
    assert compiled_anew(folder)
