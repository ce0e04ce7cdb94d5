"""Which share of calls has what: priorities, conditions, how they end, units, hospitals."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from sim.fitting import taken
from sim.measures.intervals import Estimate
from sim.scenario.records.mission_ends import CANCELLED, NOBODY_FOUND, TREATED
from sim.text import Message

MOST_UNKNOWN: Final = 0.1  # of calls: where more do not say it, the others may be of one kind
ENDS: Final = {
    CANCELLED: Message("cancelled"), NOBODY_FOUND: Message("nobody found"),
    TREATED: Message("treated at the scene"),
}  # fmt: skip


class ShareRow(NamedTuple):
    """One share with its interval."""

    name: str
    share: Estimate
    n: int  # of all that it is a share of
    having: int  # that have it


class SharesFit(NamedTuple):
    """All shares; an empty tuple, or None, where the records do not say."""

    priorities: tuple[ShareRow, ...]
    conditions: tuple[ShareRow, ...]  # of all calls
    conditions_of: tuple[tuple[ShareRow, ...], ...]  # [priority] the same among its calls
    conveyed: ShareRow | None  # of calls that somebody came to
    conveyed_of: tuple[ShareRow | None, ...]  # [condition]
    cancelled: ShareRow | None
    nobody_found: ShareRow | None
    treated: ShareRow | None
    units: tuple[ShareRow, ...]  # calls with one, two … units
    hospitals: tuple[ShareRow, ...]  # of those taken to one that is named
    siren: ShareRow | None  # of units, as recorded
    remarks: tuple[Message, ...] = ()  # of calls whose end cannot be told


def share(name: str, count: int, n: int) -> ShareRow:
    """A share with the interval of Jeffreys, which holds for rare events as well."""
    if not n:
        return ShareRow(name, Estimate(np.nan, np.nan, np.nan), 0, 0)
    low = special.betaincinv(count + 0.5, n - count + 0.5, 0.025) if count else 0.0
    high = special.betaincinv(count + 0.5, n - count + 0.5, 0.975) if count < n else 1.0
    return ShareRow(name, Estimate(count / n, float(low), float(high)), n, int(count))


def told(name: str, count: int, n: int, unknown: int) -> ShareRow:
    """A share of those of whom it is told; its interval holds whatever the others did."""
    found = share(name, count, n)
    if not unknown:
        return found
    low = share(name, count, n + unknown).share.low
    high = share(name, count + unknown, n + unknown).share.high
    return found._replace(share=found.share._replace(low=low, high=high))


def fit(
    calls: pd.DataFrame, units: pd.DataFrame, priorities: tuple[str, ...],
    conditions: tuple[str, ...], hospitals: tuple[str, ...],
) -> SharesFit:  # fmt: skip
    """All shares of calls and their units. `calls`: a row an incident, with how it ended."""
    remarks: list[Message] = []
    conveyed = _conveyed_of_all(calls["taken"].to_numpy(float), remarks)
    seen = calls[calls["taken"] >= taken.NO]
    ends = {name: _ending(calls, name, remarks) for name in (CANCELLED, NOBODY_FOUND, TREATED)}
    condition = calls["condition"].to_numpy(float)
    by_priority = [
        _rows(condition[calls["priority"] == row], conditions) for row in range(len(priorities))
    ]
    return SharesFit(
        _rows(calls["priority"].to_numpy(float), priorities),
        _rows(condition, conditions),
        tuple(by_priority),
        conveyed,
        tuple(None if conveyed is None else _conveyed(seen, row, name)
              for row, name in enumerate(conditions)),
        ends[CANCELLED], ends[NOBODY_FOUND], ends[TREATED],
        _of_units(calls["units"].to_numpy(int)),
        _rows(calls["hospital"].to_numpy(float), hospitals),
        _siren(units["siren"].to_numpy(float)), tuple(remarks),
    )  # fmt: skip


def _conveyed_of_all(answers: np.ndarray, remarks: list[Message]) -> ShareRow | None:
    """Who was conveyed of those to whom somebody came; None, and said why, if that is not known.

    Records that only ever show the one answer do not show the share of it, and where many show
    none, those that do may be of one kind.
    """
    yes, no = int((answers == taken.YES).sum()), int((answers == taken.NO).sum())
    unknown = int(np.isnan(answers).sum())
    if not yes and not no:
        remarks.append(
            Message("The share that is conveyed is that of the base: the records do not say it.")
        )
        return None
    if not yes or not no:
        remarks.append(
            Message(
                "The share that is conveyed is not identified, as in the base: the records show "
                "{n} calls that ended with a drive to a hospital and none that did not; of "
                "{unknown} it cannot be told.",
                n=yes, unknown=unknown,
            )
            if yes
            else Message(
                "The share that is conveyed is not identified, as in the base: the records show "
                "{n} calls that ended without a drive to a hospital and none that ended with one; "
                "of {unknown} it cannot be told.",
                n=no, unknown=unknown,
            )
        )  # fmt: skip
        return None
    if unknown > MOST_UNKNOWN * (yes + no + unknown):
        remarks.append(
            Message(
                "The share that is conveyed is not identified, as in the base: of {unknown} of "
                "{all} calls it cannot be told whether somebody was taken to a hospital.",
                unknown=unknown, all=yes + no + unknown,
            )
        )  # fmt: skip
        return None
    if unknown:
        remarks.append(
            Message(
                "Of {unknown} of {all} calls it cannot be told whether somebody was taken to a "
                "hospital: they are left out of the share that is conveyed, and its interval holds "
                "either answer.",
                unknown=unknown, all=yes + no + unknown,
            )
        )  # fmt: skip
    return told("conveyed", yes, yes + no, unknown)


def _ending(calls: pd.DataFrame, name: str, remarks: list[Message]) -> ShareRow | None:
    """Which share of calls ended so; None, and said why, if the records do not show who did not."""
    having = (calls["outcome"] == name).to_numpy()
    if not having.any():
        return None
    told_otherwise = (calls["outcome"] != "") | (calls["taken"] == taken.YES)
    if name == CANCELLED:  # to whom somebody came, did not cancel
        told_otherwise |= calls["arrived_at"].notna()
    others = ~having & told_otherwise.to_numpy()
    count, n = int(having.sum()), int(having.sum() + others.sum())
    unknown = len(calls) - n
    if n > count and unknown <= MOST_UNKNOWN * len(calls):
        return told(name, count, n, unknown)
    remarks.append(
        Message(
            "The share of calls that ended as \"{name}\" is not identified: {n} did, and of "
            "{unknown} of {all} it cannot be told how they ended.",
            name=ENDS[name], n=count, unknown=unknown, all=len(calls),
        )
    )  # fmt: skip
    return None


def _rows(numbers: np.ndarray, names: tuple[str, ...]) -> tuple[ShareRow, ...]:
    known = numbers[np.isfinite(numbers)].astype(int)
    counts = np.bincount(known, minlength=len(names))
    if not len(known):
        return ()
    return tuple(share(name, int(counts[row]), len(known)) for row, name in enumerate(names))


def _conveyed(seen: pd.DataFrame, row: int, name: str) -> ShareRow | None:
    mine = seen[seen["condition"] == row]
    return share(name, int((mine["taken"] > 0).sum()), len(mine)) if len(mine) else None


def _of_units(units: np.ndarray) -> tuple[ShareRow, ...]:
    most = min(int(units.max(initial=1)), 4)
    found = [share(f"{n}", int((units == n).sum()), len(units)) for n in range(1, most)]
    found.append(share(f"{most}+" if most > 1 else "1", int((units >= most).sum()), len(units)))
    return tuple(found)


def _siren(recorded: np.ndarray) -> ShareRow | None:
    known = recorded[np.isfinite(recorded)]
    return share("siren", int((known > 0).sum()), len(known)) if len(known) else None
