"""A spoilt file gives a map that holds or a sentence: never a traceback, a hang or another number."""

from __future__ import annotations

import re
import subprocess
import sys

import mutated_maps as mutated
import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FUZZ = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return mutated.whole_files(tmp_path_factory.mktemp("whole"))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", mutated.FILES)
def test_a_whole_file_of_each_kind_gives_a_map(whole, tmp_path, kind, monkeypatch):
    monkeypatch.setattr(mutated, "spoil", lambda path, target, chance: path)
    assert mutated.import_spoilt(whole, kind, tmp_path, 0) == "a map"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", mutated.FILES)
@settings(max_examples=2, **FUZZ)
@given(seed=st.integers(0, 10**9))
def test_a_spoilt_file_gives_a_map_or_a_sentence(whole, tmp_path_factory, kind, seed):
    mutated.import_spoilt(whole, kind, tmp_path_factory.mktemp("spoilt"), seed)


@pytest.mark.thorough
@pytest.mark.parametrize("first", range(0, 4000, 500))
def test_thousands_of_spoilt_files_give_maps_or_sentences(first):
    """In a process of their own, so that a library that falls over is seen."""
    command = [sys.executable, ROOT / "tests" / "mutated_maps.py", str(first), str(first + 500)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=3000)
    assert done.returncode == 0, done.stderr[-200:]
    assert "FAULT" not in done.stdout, done.stdout
    assert sum(map(int, re.findall(r": (\d+)$", done.stdout, re.M))) == 500
