"""Logs as files: the columns that stand there are those of the calls and trips, to the last bit."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.engine import make
from sim.model import log as log_room
from sim.model.columns import columns
from sim.prepare import demand, draws, system


@pytest.fixture(scope="module")
def replication(day):
    calls = draws.draw(demand.build(day), 1, 0)
    return calls, make("reference", [system.build(day)])[0].run(calls)


def test_a_day_is_read_back_as_it_was_simulated(replication):
    calls, log = replication
    files = log_room.log_files(calls, log)
    by_call, by_trip = (pd.read_parquet(io.BytesIO(files[kind])) for kind in ("calls", "trips"))
    drawn = columns(calls) | {"lost": log.lost, "ready_at": log.ready_at}
    assert not {"others", "other_township"} & set(by_call), "what was asked happened to nobody"
    for name, values in drawn.items():
        if name.startswith("other"):
            continue
        assert by_call[name].dtype == values.dtype
        assert np.array_equal(by_call[name], values, equal_nan=values.dtype.kind == "f")
    for name in log_room.TRIP_COLUMNS:
        values = getattr(log, name)
        assert np.array_equal(by_trip[name], values, equal_nan=values.dtype.kind == "f")


@pytest.mark.parametrize("count", [0, 1, 8, 1003])
def test_columns_without_pandas_are_those_that_arrow_makes_with_it(count):
    columns = {
        "at": np.where(np.arange(count) % 3, np.arange(count) / 7, np.nan),
        "lost": np.arange(count) % 3 == 0,
        "row": np.arange(count),
        "every_other": np.arange(2 * count, dtype=np.int32)[::2],
    }
    made = pa.table({name: log_room._column(pa, of) for name, of in columns.items()})
    assert made.schema == pa.table(columns).schema
    sinks = [io.BytesIO(), io.BytesIO()]
    for table, sink in zip((made, pa.table(columns)), sinks, strict=True):
        pq.write_table(table, sink)
    assert sinks[0].getvalue() == sinks[1].getvalue()
