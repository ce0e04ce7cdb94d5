"""Rows that say what another row of the same call says: a file exported twice, a row a patient."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sim.scenario.records.units import ALL_STAMPS

ENOUGH: Final = 2  # instants of a mission in common, where no vehicle is named


def of(units: pd.DataFrame) -> np.ndarray:
    """[unit] bool: another row has its number, its vehicle, its station and its instants.

    Instants that only one of both has contradict nothing. Of such rows the fullest one is kept, of
    equally full ones that of a patient who was conveyed, else the first of the file.
    """
    found = np.zeros(len(units), bool)
    whose = units["incident"].to_numpy(object) + "\0" + units["vehicle"].to_numpy(object)
    named = units["vehicle"].to_numpy(object) != ""
    known = (units["incident"].to_numpy(object) != "") | named
    stamps = units[[*ALL_STAMPS]].to_numpy("datetime64[us]")
    apart = bool(named.any() or not np.isnat(stamps[:, 1:]).all())
    taken = (units["conveyed"] == 1).to_numpy() | units["named_hospital"].to_numpy(bool)
    fullness = (~np.isnat(stamps)).sum(axis=1) * 2 + taken
    frame = pd.DataFrame({
        "whose": whose, "station": units["station"].to_numpy(object),
        "received": stamps[:, 0], "fullness": -fullness, "line": units["line"].to_numpy(),
    })[known]  # fmt: skip
    frame = frame[frame.duplicated(["whose", "received"], keep=False)]
    frame = frame.sort_values(["fullness", "line"], kind="stable")
    for _, rows in frame.groupby(["whose", "received"], sort=False).groups.items():
        kept: list[int] = []
        for row in rows.tolist():
            least = 0 if named[row] or not apart else ENOUGH
            if any(_agree(stamps[one], stamps[row], least) and _same(units, one, row)
                   for one in kept):  # fmt: skip
                found[row] = True
            else:
                kept.append(row)
    return found


def _agree(one: np.ndarray, other: np.ndarray, least: int) -> bool:
    """Whether no instant of a mission differs, and so many besides the call's are the same."""
    both = ~np.isnat(one[1:]) & ~np.isnat(other[1:])
    return bool((one[1:][both] == other[1:][both]).all() and both.sum() >= least)


def _same(units: pd.DataFrame, one: int, other: int) -> bool:
    station = units["station"].to_numpy(object)
    return bool(station[one] == station[other] or not station[one] or not station[other])
