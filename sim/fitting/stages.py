"""How long each stage took: call taking, turnout, on scene, handover, by laws with intervals.

Who stays after treatment keeps an ambulance otherwise than who is conveyed: two laws. Conditions
and hours are told apart where records do so, and said; a scenario has one law for a stage.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from sim.fitting import law_groups, laws, minutes, readings, taken
from sim.fitting.cleaning import CleanUnits
from sim.fitting.homes import left_home
from sim.fitting.laws import LawFit
from sim.fitting.minutes import Sample
from sim.measures.intervals import Estimate
from sim.scenario.records.cells import LONGEST_S

FEWEST_OF_STATION: Final = 100
CLOCKS_S: Final = 15.0  # by which two clocks may differ before it is said
FAR: Final = 8.0  # interquartile ranges beyond the upper quartile
SLIPS: Final = 0.01  # of turnouts that end before they begin: more than slips
SURE: Final = 10.0  # twice the logarithm of likelihoods
HOUR_BANDS: Final = ((6, "00-06"), (12, "06-12"), (18, "12-18"), (24, "18-24"))


class StageLaw(NamedTuple):
    """The law of a stage for some missions."""

    stage: str
    of: str  # all, conveyed or stays
    law: LawFit
    reading: str  # how whole minutes were written: exact, rounded, cut off, both, unknown


class StageGroup(NamedTuple):
    """Missions whose stage one law describes; those apart are told apart by the records."""

    stage: str
    keys: tuple[str, ...]
    n: int
    mean_s: float
    pooled: tuple[str, ...]  # because they had fewer than 100 rows


class StationTurnout(NamedTuple):
    """How turnout at a station compares with all stations."""

    station: str
    n: int
    factor: Estimate


class DurationsFit(NamedTuple):
    """All stages that the records have."""

    laws: tuple[StageLaw, ...]
    groups: tuple[StageGroup, ...]
    stations: tuple[StationTurnout, ...]
    dead_s: float  # no turnout is shorter: two clocks apart, or no crew is quicker; 0 if not so
    below_zero: int  # turnouts that would be negative
    queueing: bool  # whether call taking may have waiting for a free ambulance in it

    def of(self, stage: str, of: str = "all") -> StageLaw | None:
        """The law of a stage; None where the records do not have it."""
        return next((one for one in self.laws if (one.stage, one.of) == (stage, of)), None)


def fit(clean: CleanUnits, conditions: tuple[str, ...]) -> DurationsFit:
    """The laws of all stages of cleaned missions."""
    return _Fitting(clean, conditions).carried_out()


class _Fitting:
    def __init__(self, clean: CleanUnits, conditions: tuple[str, ...]):
        self.units, self.clean, self.conditions = clean.units, clean, conditions
        self.at = {
            name: units_s(self.units, name)
            for name in (
                "received_at", "ready_at", "assigned_at", "mobile_at", "arrived_at",
                "left_scene_at", "at_hospital_at", "cleared_at",
            )
        }  # fmt: skip
        self.heaped = {name: minutes.how_rounded(at % 86_400.0) for name, at in self.at.items()}

    def carried_out(self) -> DurationsFit:
        first = self._first_units()
        ready = np.isfinite(self.at["ready_at"]).mean() > 0.5
        taking = self._law("call_taking", "all", "received_at",
                           "ready_at" if ready else "assigned_at", first)  # fmt: skip
        home = left_home(self.units) & ~self.units["shifted"].to_numpy(bool)
        home &= ~self.units["station"].isin(self.clean.no_turnout).to_numpy()
        dead_s, below = self._dead_time(home)
        turnout = self._law("turnout", "all", "assigned_at", "mobile_at", home)
        if turnout is not None and dead_s > 0:
            turnout = turnout._replace(law=_perhaps_shorter(turnout.law, dead_s))
        over = np.where(
            np.isfinite(self.at["left_scene_at"]), self.at["left_scene_at"], self.at["cleared_at"]
        )
        conveyed = self._conveyed()
        self.at["over_at"] = over
        self.heaped["over_at"] = minutes.how_rounded(over % 86_400.0)
        gone = self._law("on_scene", "conveyed", "arrived_at", "left_scene_at", conveyed > 0)
        stays = self._law("on_scene", "stays", "arrived_at", "over_at", conveyed == 0)
        handover = self._law("handover", "all", "at_hospital_at", "cleared_at", conveyed > 0)
        found = [one for one in (taking, turnout, gone, stays, handover) if one is not None]
        groups = [
            *self._groups("on_scene", "arrived_at", "over_at", conveyed),
            *self._groups("handover", "at_hospital_at", "cleared_at", None),
        ]
        return DurationsFit(
            tuple(found), tuple(groups), self._stations(home), dead_s, below, not ready
        )

    def _first_units(self) -> np.ndarray:
        """[unit] bool: the first of its incident to be sent."""
        key = self.units["incident"].where(
            self.units["incident"] != "", [f"\0{row}" for row in range(len(self.units))]
        )
        order = self.units.assign(key=key).sort_values(["received_at", "assigned_at"])
        found = np.zeros(len(self.units), bool)
        found[self.units.index.get_indexer(order.drop_duplicates("key").index)] = True
        return found

    def _conveyed(self) -> np.ndarray:
        """[unit] 1 if it conveyed, 0 if it did not, nan if that is not known."""
        found = taken.of_missions(self.units)
        return np.where(found == taken.NOBODY_CAME, np.nan, found)

    # ── samples ─────────────────────────────────────────────────────────────────────────────

    def _seconds(self, stage: str, first: str, last: str, some: np.ndarray) -> np.ndarray:
        """[unit] bool: missions of which the stage is known and can be."""
        between = self.at[last] - self.at[first]
        with np.errstate(invalid="ignore"):
            found: np.ndarray = some & (between > -120.0) & (between <= LONGEST_S[stage])
        longest = believable_s(between[found], LONGEST_S[stage])
        with np.errstate(invalid="ignore"):
            found &= between <= longest
        return found

    def _readings(self, first: str, last: str, some: np.ndarray) -> list[tuple[str, str, str]]:
        """How both ends may have been written: what it is called, and each end's way."""
        one, two = (self.heaped[name].kind == "whole minutes" for name in (first, last))
        if one and two:
            return [("both", "cut off", "cut off")]
        if not one and not two:
            return [("exact", "exact", "exact")]
        end = "first" if one else "last"
        told = readings.told_apart(self.at[first][some], self.at[last][some], end)  # type: ignore[arg-type]
        ways = ["rounded", "cut off"] if told.kind == "unknown" else [told.kind]
        return [(told.kind, way if one else "exact", "exact" if one else way) for way in ways]

    def _sample(self, first: str, last: str, some: np.ndarray, ways: tuple[str, str]) -> Sample:
        between = (self.at[last] - self.at[first])[some]
        if ways == ("exact", "exact"):
            between = np.maximum(between, 0.0)
        codes = [
            minutes.codes_of(self.at[name][some] % 86_400.0, self.heaped[name], way)  # type: ignore[arg-type]
            for name, way in zip((first, last), ways, strict=True)
        ]
        return minutes.sample(between, None, *codes)

    def _law(self, stage: str, of: str, first: str, last: str, some: np.ndarray) -> StageLaw | None:
        known = self._seconds(stage, first, last, some)
        if known.sum() < laws.FEWEST:
            return None
        ways = self._readings(first, last, known)
        fits = [laws.fit(self._sample(first, last, known, (a, b))) for _, a, b in ways]
        made = [one for one in fits if one is not None]
        if not made:
            return None
        law = laws.either(made[0], made[1]) if len(made) > 1 else made[0]
        return StageLaw(stage, of, law, ways[0][0])

    # ── what they come to by group ────────────────────────────────────────────────────────────

    def _groups(
        self, stage: str, first: str, last: str, conveyed: np.ndarray | None
    ) -> list[StageGroup]:
        known = self._seconds(stage, first, last, np.ones(len(self.units), bool))
        hour = (self.at[first] // 3600 % 24).astype(float)
        condition = self.units["condition"].to_numpy(float)
        samples: dict[object, Sample] = {}
        for number in range(max(len(self.conditions), 1)):
            for went in (1.0, 0.0) if conveyed is not None else (np.nan,):
                for end, band in HOUR_BANDS:
                    some = known & (hour >= end - 6) & (hour < end)
                    name = [band]
                    if self.conditions:
                        some &= condition == number
                        name.insert(0, self.conditions[number])
                    if conveyed is not None:
                        some &= conveyed == went
                        name.insert(0, "conveyed" if went else "stays")
                    if some.any():
                        key = " · ".join(name)
                        samples[key] = self._sample(first, last, some, ("exact", "exact"))
        if not samples:
            return []
        return [
            StageGroup(
                stage, tuple(str(key) for key in group.keys), len(group.sample.seconds),
                float(group.sample.seconds.mean()), tuple(str(key) for key in group.pooled),
            )
            for group in law_groups.grouped(samples)
        ]  # fmt: skip

    def _stations(self, home: np.ndarray) -> tuple[StationTurnout, ...]:
        """Mean turnout by station over that of all, drawn towards all as far as chance goes."""
        known = self._seconds("turnout", "assigned_at", "mobile_at", home)
        seconds = (self.at["mobile_at"] - self.at["assigned_at"])[known]
        names = self.units["station"].to_numpy(object)[known]
        by = pd.DataFrame({"station": names, "s": seconds})
        by = by[by["station"] != ""].groupby("station")["s"].agg(["mean", "var", "size"])
        by = by[by["size"] >= FEWEST_OF_STATION]
        if len(by) < 2:
            return ()
        whole = float(seconds.mean())
        if not whole > 0:  # clocks apart: nothing is so many times as long as that
            return ()
        factor = by["mean"].to_numpy() / whole
        noise = by["var"].to_numpy() / by["size"].to_numpy() / whole**2
        between = max(float(np.var(factor, ddof=1) - noise.mean()), 0.0)
        keep = _part_of(between, noise)
        shrunk = 1 + keep * (factor - 1)
        # That they differ by nothing is not known for sure, even where chance explains all.
        may = max(between, float(noise.mean()))
        reach = special.ndtri(0.975) * np.sqrt(_part_of(may, noise) * noise)
        return tuple(
            StationTurnout(str(name), int(n), Estimate(float(m), float(m - r), float(m + r)))
            for name, n, m, r in zip(by.index, by["size"], shrunk, reach, strict=True)
        )

    def _dead_time(self, home: np.ndarray) -> tuple[float, int]:
        """Seconds that no turnout is shorter than, and how many would be negative.

        Both are signs that the clocks of dispatch and of vehicles are apart. By a lognormal law
        with a shift, where both stamps are to the second.
        """
        known = self._seconds("turnout", "assigned_at", "mobile_at", home)
        seconds = (self.at["mobile_at"] - self.at["assigned_at"])[known]
        below = int((seconds < 0).sum())
        exact = all(self.heaped[name].kind == "exact" for name in ("assigned_at", "mobile_at"))
        if not exact or len(seconds) < 1_000:
            return 0.0, below
        least = float(np.quantile(seconds, 0.001))
        kept = seconds[seconds > least]
        shifts = np.linspace(min(least - 60, -5.0), least, 41)
        likely = np.array([_lognormal(kept - shift) for shift in shifts])
        best = float(shifts[likely.argmax()])
        gain = 2 * (likely.max() - _lognormal(np.maximum(kept, 0.5)))
        if best < 0 and below < SLIPS * len(seconds):
            return 0.0, below  # a law may fit better moved to the left, but no clock says so
        return (best if gain > SURE and abs(best) > CLOCKS_S else 0.0), below


def _part_of(one: float, others: np.ndarray) -> np.ndarray:
    """[other] `one` of its sum with each other; nothing of nothing where both are 0."""
    whole = one + others
    return np.divide(one, whole, out=np.zeros(len(whole)), where=whole > 0)


def believable_s(seconds: np.ndarray, longest_s: float) -> float:
    """Up to where durations are more than slips of a stamp, which are as frequent at any length.

    How frequent slips are is seen far beyond the middle half of all; below that, a tail is
    believed down to where it is no denser than they are.
    """
    if len(seconds) < law_groups.FEWEST:
        return longest_s
    ordered = np.sort(seconds)
    first, third = np.quantile(ordered, (0.25, 0.75))
    far = third + FAR * max(third - first, 60.0)
    slips = len(ordered) - int(np.searchsorted(ordered, far, side="right"))
    if not slips or far >= longest_s:
        return longest_s
    per_second = slips / (longest_s - far)
    inside = ordered[(ordered > third) & (ordered <= far)]
    # [duration] how many lie beyond it up to `far`, less what slips alone would be there, and a bit
    beyond = len(inside) - 1 - np.arange(len(inside)) - 1.3 * per_second * (far - inside)
    dense = np.flatnonzero(beyond > 0)
    return float(inside[dense[-1]]) if len(dense) else float(third)


def _lognormal(seconds: np.ndarray) -> float:
    """The logarithm of the likelihood of the lognormal law that fits best."""
    logs = np.log(np.maximum(seconds, 1e-3))
    return float(-len(logs) * (np.log(max(logs.std(), 1e-6)) + 0.5) - logs.sum())


def _perhaps_shorter(law: LawFit, by_s: float) -> LawFit:
    """A law whose durations may all be so much shorter: its intervals hold that, too."""

    def also(one: Estimate) -> Estimate:
        return one._replace(low=max(one.low - by_s, 0.0))

    return law._replace(mean=also(law.mean), median=also(law.median), p90=also(law.p90))


def units_s(units: pd.DataFrame, name: str) -> np.ndarray:
    """[unit] an instant in seconds since 1970; nan where none is recorded."""
    at = units[name].to_numpy("datetime64[us]")
    found = at.astype(np.int64) / 1e6
    return np.where(np.isnat(at), np.nan, found)
