"""Calls of several streams as one: emergencies, surges, transfers in order of receipt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from sim.model.calls import Calls, CallStream, Ending, Needs, needs_of

NOT_BY_CALL: Final = {"needs", "failures", "walk_ins"}
# What a column holds of calls of which it says nothing.
PLAIN: Final = {
    "condition": 0,
    "first_help_s": np.inf,
    "responders": 0,
    "patient": 0,
    "stay_s": 0.0,
    "own_stay_s": 0.0,
    "icu_s": 0.0,
    "scene_factor": 1.0,
    "hospital_factor": 1.0,
    "withdrawn_at": np.inf,
    "answered_at": np.nan,
    "stream": CallStream.EMERGENCY,
    "due_at": np.nan,
}


def rows(calls: Calls, order: np.ndarray) -> Calls:
    """Some of the calls, in another order; what is not by call stays as it is."""
    taken: dict[str, Any] = {
        name: column[order]
        for name, column in calls._asdict().items()
        if name not in NOT_BY_CALL and column is not None
    }
    found = calls._replace(**taken)
    return found if calls.needs is None else found._replace(needs=_needs(calls.needs, order))


def _needs(needs: Needs, order: np.ndarray) -> Needs:
    """The needs of some of the calls, in their order."""
    many = np.bincount(needs.call, minlength=max(order.max(initial=-1) + 1, 1))
    first = np.concatenate([[0], np.cumsum(many)])
    count = many[order]
    call = np.repeat(np.arange(len(order)), count)
    rank = np.arange(len(call)) - np.repeat(np.cumsum(count) - count, count)
    row = first[order][call] + rank
    return Needs(call, *(column[row] for column in needs[1:]))


def in_order(parts: Sequence[Calls]) -> Calls:
    """All calls of some parts in order of receipt; at one instant, in the order of the parts.

    Whatever is not by call is that of the first part.
    """
    parts = [parts[0], *(part for part in parts[1:] if len(part.received_at))]
    if len(parts) == 1:
        return parts[0]
    columns: dict[str, Any] = {
        name: _column(name, parts) for name in Calls._fields if name not in NOT_BY_CALL
    }
    joined = parts[0]._replace(**columns)
    if any(part.needs is not None for part in parts):
        each = [needs_of(part) for part in parts]
        before = np.cumsum([0, *(len(part.received_at) for part in parts[:-1])])
        call = np.concatenate([n.call + b for n, b in zip(each, before, strict=True)])
        more = (np.concatenate(column) for column in zip(*(n[1:] for n in each), strict=True))
        joined = joined._replace(needs=Needs(call, *more))
    return rows(joined, np.argsort(joined.received_at, kind="stable"))


def _column(name: str, parts: Sequence[Calls]) -> np.ndarray | None:
    """A column of all parts; None if none of them has it."""
    found = [getattr(part, name) for part in parts]
    like = next((column for column in found if column is not None), None)
    if like is None:
        return None
    whole = [
        _plain(name, part, like) if column is None else column
        for column, part in zip(found, parts, strict=True)
    ]
    return np.concatenate(whole).astype(like.dtype, copy=False)


def _plain(name: str, calls: Calls, like: np.ndarray) -> np.ndarray:
    count = len(calls.received_at)
    if name == "ending":
        return np.where(calls.conveyed, Ending.CONVEYED, Ending.TREATED_AT_SCENE)
    return np.full((count, *like.shape[1:]), PLAIN[name], like.dtype)
