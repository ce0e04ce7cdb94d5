"""What `check` draws is of one scenario, which is known before anything is read or drawn."""

from __future__ import annotations

import pytest
from conftest import ROOT

LILING = ROOT / "scenarios" / "liling"


@pytest.mark.parametrize("option", ["--map", "--week"])
def test_a_drawing_of_several_scenarios_or_of_a_study_is_refused(tenthirty, tmp_path, option):
    scenarios = (LILING / "today.yaml", LILING / "north-west.yaml")
    done = tenthirty("check", *scenarios, option, "m.png", cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{option}: it draws one scenario: name one alone; found 2" in done.stderr
    done = tenthirty("check", LILING / "study.yaml", option, "m.png", cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "study.yaml is a study" in " ".join(done.stderr.split())
    assert not list(tmp_path.iterdir())
