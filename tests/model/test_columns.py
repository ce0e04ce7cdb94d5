"""Columns by name: those of tuples within, and none for what is not there."""

from __future__ import annotations

import numpy as np
from worlds import some_calls

from sim.model.calls import Calls, needs_of
from sim.model.columns import columns
from sim.model.log import Beyond, Log, Pauses


def test_plain_calls_have_no_column_of_what_the_plain_service_has_not():
    found = columns(some_calls([0, 30]))
    assert list(found) == list(Calls._fields[:13])
    assert found["received_at"].tolist() == [0, 30]


def test_needs_are_columns_beside_those_of_calls():
    calls = some_calls([0, 30])
    found = columns(calls._replace(needs=needs_of(calls), condition=np.array([1, 0])))
    assert found["condition"].tolist() == [1, 0]
    assert found["needs.call"].tolist() == [0, 1]
    assert "needs" not in found
    assert "failures" not in found


def test_pauses_are_within_what_a_plain_log_has_not():
    each = [np.array([number]) for number in range(6)]
    log = Log(
        *(np.zeros(1) for _ in Log._fields[:-1]),
        Beyond(np.array([7]), Pauses(*each), np.zeros(1), np.zeros(0)),
    )
    assert columns(log)["beyond.pauses.ended_at"].tolist() == [4]
    assert columns(log)["beyond.need"].tolist() == [7]
    assert list(columns(log._replace(beyond=None))) == list(Log._fields[:-1])


def test_a_number_is_a_column_of_no_length():
    assert columns(some_calls([0])._replace(condition=3))["condition"].shape == ()
