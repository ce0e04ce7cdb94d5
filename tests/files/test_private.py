"""Places that others may change are told from those that only the user may."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.files.private import changeable, make_private

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
as_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root gives files away"
)


@pytest.fixture
def chain(tmp_path):
    """a/b/c/file, all the user's own."""
    folder = tmp_path
    for name in "abc":
        folder = folder / name
        folder.mkdir(mode=0o755)
    (folder / "file").write_text("x")
    (folder / "file").chmod(0o644)
    return tmp_path


def test_what_only_the_user_may_change_is_private(chain):
    assert changeable(chain / "a/b/c/file") is None
    assert changeable(chain / "a/b/c/not-there-yet/below") is None


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o757, 0o770, 0o720, 0o702])
@pytest.mark.parametrize("place", ["a", "a/b", "a/b/c", "a/b/c/file"])
def test_any_place_on_the_way_that_others_may_write_to_is_found(chain, place, mode):
    (chain / place).chmod(mode)
    found = changeable(chain / "a/b/c/file")
    assert found is not None
    assert (found.place, found.foreign) == (chain / place, False)


def test_a_folder_like_tmp_may_stand_on_the_way_but_no_such_file(chain):
    (chain / "a/b").chmod(0o1777)
    assert changeable(chain / "a/b/c/file") is None
    (chain / "a/b/c/file").chmod(0o1666)
    assert changeable(chain / "a/b/c/file") is not None


@as_root
@pytest.mark.parametrize("place", ["a", "a/b", "a/b/c", "a/b/c/file"])
def test_any_place_of_another_user_is_found(chain, place):
    (chain / "a/b").chmod(0o1777)
    os.chown(chain / place, 12345, -1)
    found = changeable(chain / "a/b/c/file")
    assert found is not None
    assert (found.place, found.foreign) == (chain / place, True)


@as_root
def test_a_link_of_another_user_may_point_elsewhere_tomorrow(chain):
    (chain / "link").symlink_to("a/b")
    assert changeable(chain / "link/c/file") is None
    os.chown(chain / "link", 12345, -1, follow_symlinks=False)
    assert changeable(chain / "link/c/file").place == chain / "link"


def test_links_are_followed_and_their_folders_looked_at(chain):
    (chain / "open").mkdir()
    (chain / "open/inner").symlink_to("../a/../a/b")
    (chain / "link").symlink_to(chain / "open/inner")
    assert changeable(chain / "link/c/file") is None
    (chain / "open").chmod(0o777)
    assert changeable(chain / "link/c/file").place == chain / "open"
    (chain / "open").chmod(0o755)
    (chain / "a/b").chmod(0o777)
    assert changeable(chain / "link/c/file").place == chain / "a/b"


def test_links_without_end_end(chain):
    (chain / "one").symlink_to("two")
    (chain / "two").symlink_to("one")
    assert changeable(chain / "one/below") is None, "nothing can be opened there"
    with pytest.raises(OSError, match="."):
        make_private(chain / "one/below")


def test_a_path_may_be_relative(chain, monkeypatch):
    monkeypatch.chdir(chain / "a")
    assert changeable(Path("b/c/file")) is None
    (chain / "a/b/c").chmod(0o777)
    assert changeable(Path("b/c/file")).place == chain / "a/b/c"
    assert changeable(Path("../a/b/c/file")).place == chain / "a/b/c"


def test_folders_that_are_made_are_for_the_user_alone_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        make_private(tmp_path / "x/y")
    finally:
        os.umask(before)
    assert changeable(tmp_path / "x/y/z") is None
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("x", "x/y")] == [0o700, 0o700]


def private_exactly_if(modes):
    """The rule itself, over any modes of three folders and a file."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        places, at = [], Path(name).resolve()
        for step in ("a", "b", "c"):
            at = at / step
            at.mkdir()
            places.append(at)
        places.append(at / "file")
        places[-1].write_text("x")
        for place, mode in zip(places, modes, strict=True):
            place.chmod(mode | 0o700)
        writable = [mode & 0o022 and not (mode & 0o1000 and p.is_dir())
                    for p, mode in zip(places, modes, strict=True)]  # fmt: skip
        found = changeable(places[-1])
        for place in places:
            place.chmod(0o700)
        assert (found is not None) == any(writable)
        if found:
            assert found.place == places[[bool(w) for w in writable].index(True)]


MODES = st.tuples(*[st.integers(0, 0o1777)] * 4)


@settings(max_examples=100, deadline=None)
@given(MODES)
def test_a_place_is_private_exactly_if_no_mode_on_the_way_lets_others_write(modes):
    private_exactly_if(modes)


@pytest.mark.thorough
@settings(max_examples=3000, deadline=None)
@given(MODES)
def test_a_place_is_private_exactly_if_no_mode_lets_others_write_thousands(modes):
    private_exactly_if(modes)
