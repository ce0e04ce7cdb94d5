"""Log: the instants of one replication, and nothing that can be derived from them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.model.calls import Calls
from sim.model.columns import columns


class Pauses(NamedTuple):
    """When ambulances took breaks or were off the road, in the order in which these began."""

    ambulance: np.ndarray  # [pause] int
    kind: np.ndarray  # [pause] BREAK or FAILURE
    row: np.ndarray  # [pause] int: the break of `Breaks`, or the failure of the vehicle
    begun_at: np.ndarray  # [pause]
    ended_at: np.ndarray  # [pause]
    whole: np.ndarray  # [pause] bool: it was not ended by a call


BREAK, FAILURE = 0, 1


def in_order(pauses: Pauses) -> Pauses:
    """By the instant of the beginning, the ambulance, the kind, the row and the end."""
    by = (pauses.ended_at, pauses.row, pauses.kind, pauses.ambulance, pauses.begun_at)
    order = np.lexsort(by)
    return Pauses(*(column[order] for column in pauses))


class Beyond(NamedTuple):
    """What a plain service has not."""

    need: np.ndarray  # [trip] int: which of the call's needs, from 0; NONE without a call
    pauses: Pauses
    # [trip] int: the hospital that would have been chosen if all had had room; NONE if it was
    passed_over: np.ndarray
    bay_at: np.ndarray  # [walk-in] when it had a bay; nan = it left


class Log(NamedTuple):
    """One entry per call and one per trip of an ambulance; instants in seconds, nan = never.

    A trip is one assignment of one ambulance to one call. Driving home, or anywhere without a
    call, is a trip with `call` NONE whose `arrived_at` is the arrival there.
    """

    # by call
    ready_at: np.ndarray  # call taking is over: it can be assigned from here on
    lost: np.ndarray  # bool: no ambulance was free and the scenario does not let calls wait
    asked_s: np.ndarray  # [call, answer] at its first assignment: see `answers`; inf = nobody
    # by trip, in the order in which they were assigned
    call: np.ndarray  # int: row of the call, NONE for a drive home
    ambulance: np.ndarray  # int
    hospital: np.ndarray  # int: NONE if nobody was conveyed
    assigned_at: np.ndarray
    mobile_at: np.ndarray  # wheels roll
    arrived_at: np.ndarray  # at the scene, or home
    left_scene_at: np.ndarray
    at_hospital_at: np.ndarray
    handover_at: np.ndarray  # handover begins; later than at_hospital_at where bays are full
    cleared_at: np.ndarray  # free again
    diverted_at: np.ndarray  # left this call, or this drive home: sent elsewhere, or not needed
    beyond: Beyond | None = None


TRIP_COLUMNS = Log._fields[3:-1]
TRIP_INSTANTS = Log._fields[6:-1]

CALL_COLUMNS = ("ready_at", "lost")
# of what is drawn; the others did not happen, or are not of a call
BY_CALL = set(Calls._fields) - {
    "others", "other_township", "needs", "failures", "own_stay_s", "walk_ins"
}  # fmt: skip


def answers(others: np.ndarray) -> int:
    """How many answers each call has: of its own place, then of its others; none without others.

    An answer is how soon the dispatcher's rule would have somebody at that place, in seconds since
    the call was received, if this call came from there.
    """
    return 1 + others.shape[1] if others.shape[1] else 0


def log_files(calls: Calls, log: Log) -> dict[str, bytes]:
    """One replication's calls, trips and, where there may be any, pauses, as Parquet files.

    Bytes, because the process that simulates may run on another machine than the disk.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    drawn = {name: column for name, column in columns(calls).items() if name in BY_CALL}
    tables = {
        "calls": drawn | {name: getattr(log, name) for name in CALL_COLUMNS},
        "trips": {name: getattr(log, name) for name in TRIP_COLUMNS},
    }
    if log.beyond is not None:
        tables["trips"] |= {"need": log.beyond.need, "passed_over": log.beyond.passed_over}
        tables["pauses"] = log.beyond.pauses._asdict()
        if calls.walk_ins is not None:
            tables["walk_ins"] = calls.walk_ins._asdict() | {"bay_at": log.beyond.bay_at}
    files = {}
    for kind, table in tables.items():
        sink = pa.BufferOutputStream()
        pq.write_table(pa.table({name: _column(pa, of) for name, of in table.items()}), sink)
        files[kind] = sink.getvalue().to_pybytes()
    return files


def _column(pa: Any, values: np.ndarray) -> Any:
    """Numbers or bools as a column of Arrow, which would open pandas to look what they are."""
    numbers, kind = np.ascontiguousarray(values), pa.bool_()
    if values.dtype == bool:
        numbers = np.packbits(numbers, bitorder="little")
    else:
        kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(numbers)])
