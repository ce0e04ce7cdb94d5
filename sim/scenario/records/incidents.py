"""Rows of one incident as one call; and instants in the order in which they can happen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from sim.scenario.records.columns import STAMPS

SAME: Final = np.timedelta64(1, "D")  # numbers begin anew; an incident does not last so long
FAR_M: Final = 1_000.0  # units sent to one call are told one place
STAGES: Final = {
    "call_taking": ("received_at", "assigned_at"),
    "turnout": ("assigned_at", "mobile_at"),
    "on_scene": ("arrived_at", "left_scene_at"),
    "handover": ("at_hospital_at", "cleared_at"),
}


class Stamps(NamedTuple):
    """Recorded instants, seconds since the run began; nan where the records say none.

    Kept for comparing with what is simulated; no engine reads them.
    """

    assigned_at: np.ndarray  # [call]
    mobile_at: np.ndarray  # [call]
    arrived_at: np.ndarray  # [call]
    left_scene_at: np.ndarray  # [call]
    at_hospital_at: np.ndarray  # [call]
    cleared_at: np.ndarray  # [call]


def merged(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a call in order of receipt, with `units`, the number of its rows, and `scattered`,
    whether these lie far apart or in several townships.

    Rows of one incident number within a day of each other are units sent to one call. It was
    received when the first of them says; all else is that of the unit that arrived first, and
    where that says nothing, of the next one. Instants are that unit's alone.
    """
    key = rows["incident"].where(rows["incident"] != "", [f"\0{row}" for row in range(len(rows))])
    ordered = rows.assign(incident=key).sort_values(["incident", "received_at"], kind="stable")
    apart = ordered.groupby("incident")["received_at"].diff() > SAME
    ordered["again"] = apart.groupby(ordered["incident"]).cumsum()
    own = ["incident", "again"]
    received = ordered.groupby(own)["received_at"].min()
    ordered = ordered.sort_values([*own, "arrived_at", "received_at"], kind="stable")
    groups = ordered.groupby(own)
    calls = groups.first()
    stamps = groups.head(1).set_index(own)[list(STAMPS)]
    calls[list(STAMPS)] = stamps
    calls["received_at"], calls["units"] = received, groups.size()
    # A point that any unit's row gives is better than what its township suggests.
    points = ordered[ordered["by_point"].astype(bool)].groupby(own)[["x", "y", "by_point"]].first()
    calls.loc[points.index, ["x", "y", "by_point"]] = points
    pointed = ordered[["x", "y"]].where(ordered["by_point"].astype(bool), axis=0)
    each = pointed.groupby([ordered[key] for key in own])
    calls["scattered"] = np.hypot(*(each.max() - each.min()).to_numpy().T) > FAR_M
    calls["scattered"] |= groups["township"].nunique() > 1
    return calls.sort_values(["received_at", "line"], kind="stable").reset_index()


def repeated(calls: pd.DataFrame) -> int:
    """How many calls have the very instant and place of an earlier one, as far as recorded."""
    pointed = calls["by_point"].astype(bool)
    recorded = calls[["received_at", "x", "y", "township"]].copy()
    recorded[["x", "y"]] = recorded[["x", "y"]].where(pointed, axis=0)
    recorded["township"] = recorded["township"].mask(pointed)
    return int(recorded.duplicated().sum())


def out_of_order(calls: pd.DataFrame) -> int:
    """How many calls have an instant that lies before an earlier stage's."""
    latest = calls["received_at"].to_numpy()
    wrong = np.zeros(len(calls), bool)
    for name in STAMPS:
        at = calls[name].to_numpy()
        wrong |= at < latest  # False where there is none
        latest = np.where(np.isnat(at), latest, np.fmax(at, latest))
    return int(wrong.sum())


def stage_seconds(calls: pd.DataFrame, stage: str, longest_s: float) -> tuple[np.ndarray, int]:
    """[call] seconds of a stage between its instants, nan where one is missing or they cannot be;
    and how many cannot be."""
    first, last = (calls[name].to_numpy() for name in STAGES[stage])
    seconds = (last - first) / np.timedelta64(1, "s")
    odd = (seconds < 0) | (seconds > longest_s)
    return np.where(odd, np.nan, seconds), int(odd.sum())


def since(calls: pd.DataFrame, start: np.datetime64, names: Sequence[str] = STAMPS) -> Stamps:
    """The recorded instants, in seconds since the run began."""
    return Stamps(*((calls[name].to_numpy() - start) / np.timedelta64(1, "s") for name in names))
