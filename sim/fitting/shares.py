"""Which share of calls has what: priorities, conditions, how they end, units, hospitals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from sim.measures.intervals import Estimate


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


def share(name: str, count: int, n: int) -> ShareRow:
    """A share with the interval of Jeffreys, which holds for rare events as well."""
    if not n:
        return ShareRow(name, Estimate(np.nan, np.nan, np.nan), 0, 0)
    low = special.betaincinv(count + 0.5, n - count + 0.5, 0.025) if count else 0.0
    high = special.betaincinv(count + 0.5, n - count + 0.5, 0.975) if count < n else 1.0
    return ShareRow(name, Estimate(count / n, float(low), float(high)), n, int(count))


def fit(
    calls: pd.DataFrame, units: pd.DataFrame, priorities: tuple[str, ...],
    conditions: tuple[str, ...], hospitals: tuple[str, ...],
) -> SharesFit:  # fmt: skip
    """All shares of calls and their units. `calls`: a row an incident, with how it ended."""
    ending = calls["outcome"]
    came = calls["arrived_at"].notna() | (calls["conveyed"] > 0)
    taken = calls["conveyed"]
    told = calls[taken.notna() & came]
    ends = {
        name: share(name, int((ending == name).sum()), len(calls))
        if (ending == name).any() else None
        for name in ("cancelled", "nobody found", "treated")
    }  # fmt: skip
    condition = calls["condition"].to_numpy(float)
    by_priority = [
        _rows(condition[calls["priority"] == row], conditions) for row in range(len(priorities))
    ]
    return SharesFit(
        _rows(calls["priority"].to_numpy(float), priorities),
        _rows(condition, conditions),
        tuple(by_priority),
        share("conveyed", int((told["conveyed"] > 0).sum()), len(told)) if len(told) else None,
        tuple(_conveyed(told, row, name) for row, name in enumerate(conditions)),
        ends["cancelled"], ends["nobody found"], ends["treated"],
        _of_units(calls["units"].to_numpy(int)),
        _rows(calls["hospital"].to_numpy(float), hospitals),
        _siren(units["siren"].to_numpy(float)),
    )  # fmt: skip


def with_endings(calls: pd.DataFrame) -> pd.DataFrame:
    """Calls with `conveyed` where it follows from what else is recorded of them.

    Who arrived at a hospital was conveyed; where such stamps are kept, who did not was not, once
    the mission is over.
    """
    calls = calls.copy()
    taken = calls["conveyed"].to_numpy(float).copy()
    arrived = calls["at_hospital_at"].notna() | calls["hospital"].notna()
    arrived |= calls["outcome"] == "conveyed"
    taken[arrived.to_numpy() & np.isnan(taken)] = 1.0
    others = calls["outcome"].isin(["cancelled", "nobody found", "treated"])
    if arrived.any():
        others |= calls["cleared_at"].notna() & calls["arrived_at"].notna()
    taken[others.to_numpy() & np.isnan(taken)] = 0.0
    calls["conveyed"] = taken
    return calls


def _rows(numbers: np.ndarray, names: tuple[str, ...]) -> tuple[ShareRow, ...]:
    known = numbers[np.isfinite(numbers)].astype(int)
    counts = np.bincount(known, minlength=len(names))
    if not len(known):
        return ()
    return tuple(share(name, int(counts[row]), len(known)) for row, name in enumerate(names))


def _conveyed(told: pd.DataFrame, row: int, name: str) -> ShareRow | None:
    mine = told[told["condition"] == row]
    return share(name, int((mine["conveyed"] > 0).sum()), len(mine)) if len(mine) else None


def _of_units(units: np.ndarray) -> tuple[ShareRow, ...]:
    most = min(int(units.max(initial=1)), 4)
    found = [share(f"{n}", int((units == n).sum()), len(units)) for n in range(1, most)]
    found.append(share(f"{most}+" if most > 1 else "1", int((units >= most).sum()), len(units)))
    return tuple(found)


def _siren(recorded: np.ndarray) -> ShareRow | None:
    known = recorded[np.isfinite(recorded)]
    return share("siren", int((known > 0).sum()), len(known)) if len(known) else None
