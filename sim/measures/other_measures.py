"""Measures of calls that end otherwise, of how long calls wait, and of calls that are no emergency.

Emergencies alone make compliance, responses and what stands beside them; surges and transfers are
told apart from them here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from sim.measures.calls import Tally
from sim.measures.event_kinds import OfEvents, PercentileOfEvents
from sim.measures.features import Feature
from sim.measures.groups import Group, Setup
from sim.measures.kinds import (
    Events,
    Measure,
    OfCalls,
    OfFleet,
    Rows,
    days,
)
from sim.measures.response import reached
from sim.measures.streams import OtherCalls
from sim.model.calendar import HOUR_S
from sim.model.calls import CallStream, Ending
from sim.policies import targets

ANSWERED_S: Final = 10.0  # 10 秒接听率
LATE_S: Final = (900.0, 3_600.0)

# ── emergencies ──────────────────────────────────────────────────────────────────────────────


def cancelled(rows: Rows, _: Setup) -> np.ndarray:
    """[call] whether it was withdrawn before anybody arrived."""
    count = len(rows.response_s)
    if not len(rows.withdrawn_s):
        return np.zeros(count, bool)
    gone: np.ndarray = np.isinf(rows.response_s) & np.isfinite(rows.withdrawn_s)
    return gone


def cancelled_late(rows: Rows, setup: Setup) -> np.ndarray:
    """[call] whether it was withdrawn after its target had passed, and nobody had arrived."""
    gone = cancelled(rows, setup)
    if len(rows.withdrawn_s):
        gone &= rows.withdrawn_s > np.array(setup.target_s)[rows.area]
    return gone


def assigned(rows: Rows, setup: Setup) -> np.ndarray:
    """[call] whether anybody was sent: it was reached, or withdrawn later than that."""
    sent: np.ndarray = targets.reached(rows.response_s)
    return sent | cancelled_on_the_way(rows, setup)


def cancelled_on_the_way(rows: Rows, setup: Setup) -> np.ndarray:
    """[call] whether somebody was on the way as it was withdrawn."""
    gone = cancelled(rows, setup)
    return gone & rows.sent if len(rows.sent) else gone


def waits_s(rows: Rows, _: Setup) -> np.ndarray:
    """[call] seconds from when it could be assigned until it was, or was withdrawn."""
    count = len(rows.response_s)
    return rows.waited_s if len(rows.waited_s) else np.full(count, np.inf)


def waited(rows: Rows, setup: Setup) -> np.ndarray:
    """[call] whether it waited to be assigned."""
    return waits_s(rows, setup) > 0


def wait_ended(rows: Rows, setup: Setup) -> np.ndarray:
    """[call] whether it was assigned or withdrawn."""
    return np.isfinite(waits_s(rows, setup))


def answered_soon(rows: Rows, _: Setup) -> np.ndarray:
    """[call] whether somebody at the desk took it within ten seconds; inclusive."""
    return _answered_s(rows) <= ANSWERED_S


def _answered_s(rows: Rows) -> np.ndarray:
    return rows.answered_s if len(rows.answered_s) else np.zeros(len(rows.response_s))


def ends(how: Ending) -> Callable[[Rows, Setup], np.ndarray]:
    """[call] whether it ended so."""

    def ended(rows: Rows, _: Setup) -> np.ndarray:
        if not len(rows.ending):
            return np.zeros(len(rows.response_s), bool)
        found: np.ndarray = rows.ending == how
        return found

    return ended


# ── calls that are no emergencies ────────────────────────────────────────────────────────────


def _of_stream(tally: Tally, stream: CallStream) -> OtherCalls | None:
    """The rows of a stream; None where there are no other calls than emergencies."""
    others = None if tally.service is None else tally.service.others
    if others is None:
        return None
    return OtherCalls(*(column[others.stream == stream] for column in others))


def in_time(stream: CallStream) -> Events:
    """[call] whether it was reached within the target of its area, of those that count."""

    def value(tally: Tally, setup: Setup, _: Group) -> np.ndarray:
        rows = _of_stream(tally, stream)
        if rows is None:
            return np.zeros(0)
        target_s = np.array(setup.target_s)[rows.area]
        these = targets.counts(rows.response_s, rows.withdrawn_s, target_s)
        return targets.in_time(rows.response_s, target_s)[these].astype(float)

    return value


def withdrawn(stream: CallStream) -> Events:
    """[call] whether it was withdrawn before anybody arrived."""

    def value(tally: Tally, _: Setup, __: Group) -> np.ndarray:
        rows = _of_stream(tally, stream)
        if rows is None:
            return np.zeros(0)
        gone = ~targets.reached(rows.response_s) & np.isfinite(rows.withdrawn_s)
        return gone.astype(float)

    return value


def responses(stream: CallStream) -> Events:
    """[call] seconds until somebody arrived, of those that were reached."""

    def value(tally: Tally, _: Setup, __: Group) -> np.ndarray:
        rows = _of_stream(tally, stream)
        return np.zeros(0) if rows is None else rows.response_s[targets.reached(rows.response_s)]

    return value


def last_response(tally: Tally, setup: Setup, group: Group) -> np.ndarray:
    """[1] seconds until somebody was at the last call of a surge; none where none was reached."""
    every = responses(CallStream.SURGE)(tally, setup, group)
    return every.max(keepdims=True) if len(every) else every


def _late_s(tally: Tally) -> np.ndarray:
    """[planned transfer] seconds by which it was begun too late; none that was withdrawn."""
    rows = _of_stream(tally, CallStream.PLANNED_TRANSFER)
    if rows is None:
        return np.zeros(0)
    stays = np.isfinite(rows.late_s) | ~np.isfinite(rows.withdrawn_s)
    return rows.late_s[stays & ~np.isnan(rows.late_s)]


def later_than(seconds: float) -> Events:
    """[planned transfer] whether it was begun by more than so much too late."""
    return lambda tally, _, __: (_late_s(tally) > seconds).astype(float)


def lateness(tally: Tally, _: Setup, __: Group) -> np.ndarray:
    """[planned transfer] seconds by which it was begun too late, 0 if sooner."""
    late_s = _late_s(tally)
    return late_s[np.isfinite(late_s)]


def _calls_of(stream: CallStream | None) -> Callable[[Tally, Group], float]:
    """How many calls of a stream there were; None: of all."""

    def count(tally: Tally, _: Group) -> float:
        if stream == CallStream.EMERGENCY:
            return float(len(tally.call))
        others = None if tally.service is None else tally.service.others
        if others is None:
            return float(len(tally.call)) if stream is None else 0.0
        if stream is None:
            return float(len(tally.call) + len(others.stream))
        return float((others.stream == stream).sum())

    return count


def _transfer_hours(tally: Tally, _: Group) -> float:
    return 0.0 if tally.service is None else tally.service.transfer_s / HOUR_S


def _once(_: Tally, __: Group) -> float:
    return 1.0


SURGE, URGENT, PLANNED = (
    CallStream.SURGE, CallStream.URGENT_TRANSFER, CallStream.PLANNED_TRANSFER,
)  # fmt: skip
# What there is to do and how it ends: a difference is told, but is neither better nor worse.
NEITHER: Final = (
    "treated_at_scene", "nobody_found", "to_clinic", "calls_all", "calls_emergency", "calls_surge",
    "calls_urgent", "calls_planned",
)  # fmt: skip
OTHER_CALLS: Final[tuple[Measure, ...]] = (
    OfCalls("waits", "share", "less", value=waited, among=wait_ended, feature=Feature.WAITING),
    OfCalls(
        "wait_mean", "min", "less",
        value=waits_s, among=wait_ended, per=60.0, feature=Feature.WAITING,
    ),
    OfCalls("cancelled", "share", "less", value=cancelled, feature=Feature.WITHDRAWN),
    OfCalls("cancelled_late", "share", "less", value=cancelled_late, feature=Feature.WITHDRAWN),
    OfCalls(
        "cancelled_way", "share", "less",
        value=cancelled_on_the_way, among=assigned, feature=Feature.WITHDRAWN,
    ),
    OfCalls("answered10", "share", "more", value=answered_soon, feature=Feature.DESK),
    OfCalls(
        "answer_waits", "share", "less",
        value=lambda rows, _: _answered_s(rows) > 0, feature=Feature.DESK,
    ),
    OfCalls(
        "answer_mean", "min", "less",
        value=lambda rows, _: _answered_s(rows), per=60.0, feature=Feature.DESK,
    ),
    OfCalls(
        "treated_at_scene", "share", "more",
        value=ends(Ending.TREATED_AT_SCENE), among=reached, feature=Feature.ENDINGS,
    ),
    OfCalls(
        "nobody_found", "share", "less",
        value=ends(Ending.NOBODY_FOUND), among=reached, feature=Feature.ENDINGS,
    ),
    OfCalls(
        "to_clinic", "share", "more",
        value=ends(Ending.TO_CLINIC), among=reached, feature=Feature.ENDINGS,
    ),
    OfFleet(
        "calls_all", "number", "less", above=_calls_of(None), below=_once, feature=Feature.STREAMS
    ),
    OfFleet(
        "calls_emergency", "number", "less",
        above=_calls_of(CallStream.EMERGENCY), below=_once, feature=Feature.STREAMS,
    ),
    OfFleet(
        "calls_surge", "number", "less", above=_calls_of(SURGE), below=_once, feature=Feature.SURGE
    ),
    OfFleet(
        "calls_urgent", "number", "less",
        above=_calls_of(URGENT), below=_once, feature=Feature.URGENT,
    ),
    OfFleet(
        "calls_planned", "number", "less",
        above=_calls_of(PLANNED), below=_once, feature=Feature.PLANNED,
    ),
    OfEvents("surge_within", "share", "more", value=in_time(SURGE), feature=Feature.SURGE),
    OfEvents(
        "surge_mean", "min", "less", value=responses(SURGE), per=60.0, feature=Feature.SURGE
    ),
    OfEvents(
        "surge_last", "min", "less",
        value=last_response, per=60.0, rests=False, feature=Feature.SURGE,
    ),
    OfEvents(
        "surge_cancelled", "share", "less",
        value=withdrawn(SURGE), feature=Feature.SURGE | Feature.WITHDRAWN,
    ),
    OfEvents("urgent_within", "share", "more", value=in_time(URGENT), feature=Feature.URGENT),
    OfEvents(
        "urgent_mean", "min", "less", value=responses(URGENT), per=60.0, feature=Feature.URGENT
    ),
    PercentileOfEvents(
        "urgent_p90", "min", "less",
        value=responses(URGENT), share=0.9, per=60.0, feature=Feature.URGENT,
    ),
    OfEvents("transfer_late", "share", "less", value=later_than(0.0), feature=Feature.PLANNED),
    OfEvents(
        "transfer_late15", "share", "less", value=later_than(LATE_S[0]), feature=Feature.PLANNED
    ),
    OfEvents(
        "transfer_late60", "share", "less", value=later_than(LATE_S[1]), feature=Feature.PLANNED
    ),
    OfEvents(
        "transfer_late_mean", "min", "less", value=lateness, per=60.0, feature=Feature.PLANNED
    ),
    OfFleet(
        "transfer_time", "number", "less",
        above=_transfer_hours, below=days, feature=Feature.TRANSFERS,
    ),
)  # fmt: skip
