"""Where tables and compiled rules are kept."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.files.cache import add_array, cache_folder


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
