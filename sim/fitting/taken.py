"""Whether a mission took somebody to a hospital, as far as records let it be seen.

What is said of it decides: a column of yes and no, else how the mission ended. Where nothing is
said, who reached a hospital, or whose hospital is named, was conveyed. That a mission has neither
says the opposite only where it would have had one of them: stamps have gaps, and a hospital that
nobody stamped is no patient who stayed. What cannot be seen is left open, and counted.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sim.scenario.records import incidents
from sim.scenario.records.mission_ends import (
    BY_WEIGHT,
    CANCELLED,
    CONVEYED,
    NOBODY_FOUND,
    NOT_CONVEYED,
    TREATED,
)

YES, NO, NOBODY_CAME = 1.0, 0.0, -1.0  # and nan: it cannot be seen
RELIABLE: Final = 0.95  # of missions that must have had a stamp have it: who lacks it did without
FEWEST: Final = 20
GAPS: Final = 0.05  # of missions without a trace of a hospital, as many may be such gaps
SHORT: Final = 0.05  # the quantile of what missions to a hospital take
FEW: Final = 0.1  # of missions without a trace: so many as long as others may be gaps
QUANTILES: Final = (0.25, 0.5, 0.75)


def of_missions(units: pd.DataFrame) -> np.ndarray:
    """[unit] YES, NO, NOBODY_CAME, or nan where it cannot be seen."""
    ended = units["outcome"].to_numpy(object)
    said = units["conveyed"].to_numpy(float).copy()
    for name, answer in ((CONVEYED, YES), (TREATED, NO), (NOT_CONVEYED, NO), (NOBODY_FOUND, NO)):
        said[np.isnan(said) & (ended == name)] = answer
    arrived, left, hospital, over = (
        units[name].notna().to_numpy()
        for name in ("arrived_at", "left_scene_at", "at_hospital_at", "cleared_at")
    )
    trace = hospital | units["named_hospital"].to_numpy(bool)
    cancelled = np.isnan(said) & (ended == CANCELLED)
    yes = (said == YES) | (np.isnan(said) & trace & ~cancelled)
    here = arrived | left | hospital | np.isin(ended, (TREATED, NOT_CONVEYED, NOBODY_FOUND))
    found = np.full(len(units), np.nan)
    found[yes] = YES
    found[((said == NO) | (cancelled & here)) & ~yes] = NO
    silent = np.isnan(found) & ~cancelled & here & over
    found[silent & _stayed(units, yes, trace, said == YES, silent)] = NO
    found[~yes & ~here & (cancelled | _tells(arrived, yes))] = NOBODY_CAME
    return found


def of_calls(units: pd.DataFrame) -> pd.DataFrame:
    """One row a call with `taken` as `of_missions` has it, `conveyed` where it can be seen, and the
    `outcome` that weighs most of its units.

    Of several units one that conveyed is enough; that none did takes all who came.
    """
    answers = of_missions(units)
    ended = units["outcome"].to_numpy(object)
    marks = {"yes": answers == YES, "no": answers == NO, "open": np.isnan(answers)}
    marks |= {name: ended == name for name in BY_WEIGHT}
    # Of each call the first value that is known is taken: that any of its units has the mark.
    columns = {f"\0{name}": np.where(some, 1.0, np.nan) for name, some in marks.items()}
    calls = incidents.merged(units.assign(**columns))
    yes, no, unsure = (calls[f"\0{name}"].notna().to_numpy() for name in ("yes", "no", "open"))
    taken = np.select([yes, unsure, no], [YES, np.nan, NO], NOBODY_CAME)
    outcome = np.full(len(calls), "", object)
    for name in reversed(BY_WEIGHT):
        outcome[calls[f"\0{name}"].notna().to_numpy()] = name
    conveyed = np.where(taken == NOBODY_CAME, np.nan, taken)
    conveyed[(taken == NOBODY_CAME) & (outcome == CANCELLED)] = NO
    calls = calls.drop(columns=[*columns])
    return calls.assign(taken=taken, conveyed=conveyed, outcome=outcome)


def _tells(stamped: np.ndarray, conveyed: np.ndarray) -> bool:
    """Whether a stamp that every mission to a hospital must have had is hardly ever missing."""
    return bool(conveyed.any() and stamped[conveyed].mean() >= RELIABLE)


def _stayed(
    units: pd.DataFrame, conveyed: np.ndarray, trace: np.ndarray, said: np.ndarray,
    silent: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """[unit] bool: without a trace of a hospital, and its stamps are those of who stayed."""
    nobody = np.zeros(len(units), bool)
    if not trace.any() or (said.any() and trace[said].mean() < RELIABLE):
        return nobody
    arrived, left, over = (
        units[name].to_numpy("datetime64[us]")
        for name in ("arrived_at", "left_scene_at", "cleared_at")
    )
    from_scene = _tells(~np.isnat(left), conveyed)
    since_s = (over - (left if from_scene else arrived)) / np.timedelta64(1, "s")
    usual = since_s[conveyed & trace & np.isfinite(since_s)]
    # Who left the scene for nowhere that is stamped has no such duration: it is none at all.
    since_s = np.where(np.isnat(left) & from_scene, 0.0, since_s)
    mine = since_s[silent & np.isfinite(since_s)]
    if not len(usual) or not len(mine):
        return nobody
    several = min(len(usual), len(mine)) >= FEWEST
    few_gaps = several and _gaps(mine, usual) <= GAPS
    short = np.quantile(usual, SHORT)
    # Some may drive back before they are free, so that nothing tells them by their own length.
    if few_gaps and not (from_scene and (mine >= short).mean() <= FEW):
        return silent & np.isfinite(since_s)
    with np.errstate(invalid="ignore"):
        return silent & (since_s < short) if from_scene else nobody


def _gaps(mine: np.ndarray, usual: np.ndarray) -> float:
    """The largest share of some durations that may be of the usual kind."""
    shares = [(mine > np.quantile(usual, q)).mean() / (1 - q) for q in QUANTILES]
    return float(min(shares))
