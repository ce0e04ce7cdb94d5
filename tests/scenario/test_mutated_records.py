"""Spoiled records: read with every row accounted for, or refused in words; nothing else."""

from __future__ import annotations

import random

import mutations
import numpy as np
import pytest

from sim.errors import RecordsError
from sim.scenario.records import reading as records
from sim.scenario.settings.replay import Replay
from sim.words.language import language

PRIORITIES = ["red", "yellow", "green"]
KINDS = [("calls.csv", kind) for kind in mutations.TABLE_KINDS] + [
    ("calls.xlsx", kind) for kind in mutations.WORKBOOK_KINDS
]


def outcome(folder, ground, name, kind, seed):
    """ "read" or "refused" of a spoiled file; an AssertionError if anything else comes of it."""
    chance = random.Random(f"{name} {kind} {seed}")
    make = mutations.mutated_table if name.endswith("csv") else mutations.mutated_workbook
    (folder / name).write_bytes(make(mutations.RECORDS, chance, kind)[1])
    asked = Replay(file=name, unusable=chance.choice(("stop", "leave out")))
    try:
        found = records.read(folder / name, ground, PRIORITIES, asked)
    except RecordsError as error:
        assert error.problems
        assert error.__cause__ is None or name.endswith("xlsx"), repr(error.__cause__)
        assert error.told(language("zh"))
        return "refused"
    found.balance.check()
    calls = found.calls
    assert len(calls.received_at) == found.balance.calls > 0
    assert np.isfinite(calls.received_at).all()
    assert (np.diff(calls.received_at) >= 0).all()
    assert (calls.received_at >= 0).all()
    assert (calls.received_at < found.length_s).all()
    assert np.isfinite(found.xy).all()
    for stage in (calls.call_taking_s, calls.turnout_s, calls.on_scene_s, calls.handover_s):
        assert ((stage >= 0) | np.isnan(stage)).all()
        assert not np.isinf(stage).any()
    return "read"


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_spoiled_records_are_read_whole_or_refused(tmp_path, liling, name, kind):
    for seed in range(3):
        outcome(tmp_path, liling.map, name, kind, seed)


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_thousands_of_spoiled_records(tmp_path, liling, name, kind):
    outcomes = [outcome(tmp_path, liling.map, name, kind, seed) for seed in range(3, 103)]
    assert len(outcomes) == 100


def test_spoiling_follows_from_its_seed():
    for make in (mutations.mutated_table, mutations.mutated_workbook):
        kinds = {make(mutations.RECORDS, random.Random(seed))[0] for seed in range(120)}
        assert len(kinds) > 20
    assert mutations.mutated_table(mutations.RECORDS, random.Random(5)) == mutations.mutated_table(
        mutations.RECORDS, random.Random(5)
    )
