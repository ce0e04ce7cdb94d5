"""Twelve rules by which recorded missions are cleaned, each counted; nothing is repaired silently.

A stamp that cannot be is dropped, not its row; a row is dropped only where another one says the
same. What a rule finds but leaves as it is, is counted likewise.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from sim.fitting import repeats
from sim.fitting.homes import long_free
from sim.fitting.minutes import MINUTE_S, MIXED, WHOLE, share_whole
from sim.geography.bundle import Map
from sim.geography.roads import network
from sim.scenario.records.cells import LONGEST_S
from sim.scenario.records.incidents import STAGES
from sim.scenario.records.units import ALL_STAMPS, UnitRecords

DAY_S: Final = 86_400.0
WRAPPED_S: Final = -18 * 3600.0  # a stamp so far before the call has the date of the day before
CLOCKS_S: Final = 120.0  # by which two systems' clocks may differ without a stamp being wrong
NUMBERED: Final = 0.5  # of all missions have the number of an incident
SAME_M: Final = 50.0
SAME_S: Final = 600.0
AUTOMATIC: Final = 0.2  # of a station's missions with one instant for the order and driving off
AUTOMATIC_BY_MINUTES: Final = 0.8
DEFAULT_POINT: Final = 0.02  # of all calls at one point
FEWEST: Final = 30
SHIFTED_S: Final = 15.0
LIKELY_FIX: Final = 0.5  # of the distance to roads that reading points otherwise leaves
OF_VEHICLES: Final = ("mobile_at", "arrived_at", "left_scene_at", "at_hospital_at", "cleared_at")


class Rule(IntEnum):
    """The rules of cleaning, by the numbers under which they are reported."""

    ORDER = 1
    TURNOUT_NOT_RECORDED = 2
    WHOLE_MINUTES = 3
    MIDNIGHT = 4
    TOO_LONG = 5
    SPEED = 6
    FURTHER_UNITS = 7
    TWICE = 8
    PLACES = 9
    FEED_DOWN = 10
    OPEN_ENDS = 11
    CLOCKS = 12


class RuleCount(NamedTuple):
    """What one rule found."""

    rule: Rule
    rows: int  # missions that it concerns
    stamps: int = 0  # of these dropped
    rows_dropped: int = 0
    lines: tuple[int, ...] = ()  # the first of them in the file
    names: tuple[
        str, ...
    ] = ()  # of stations, stamps or days that it concerns; of places how many calls
    value: float = 0.0  # seconds between clocks, share of whole minutes …


class WeekShift(NamedTuple):
    """A week in which orders and driving off lie other than usual apart."""

    week: str  # its Monday
    seconds: float


class CleanUnits(NamedTuple):
    """Missions after the rules, and what each rule found."""

    units: pd.DataFrame
    counts: tuple[RuleCount, ...]
    whole_minutes: dict[str, float]  # by stamp, the share at whole minutes
    no_turnout: frozenset[str]  # stations where turnout was not recorded
    no_place: np.ndarray  # [unit] bool: at the default point
    shifts: tuple[WeekShift, ...]
    gcj02: bool  # points lie nearer to roads if they are read as shifted ones
    all_alike: bool  # every stamp of a mission is the same instant
    one_place: bool  # all calls at one point


def cleaned(records: UnitRecords, ground: Map) -> CleanUnits:
    """The missions of a file by rules 1 to 5, 7 to 9, 11 and 12; drives and days come later."""
    return _Cleaning(records, ground).carried_out()


class _Cleaning:
    """The stamps of all missions as seconds since the first call's day."""

    def __init__(self, records: UnitRecords, ground: Map):
        self.units, self.ground = records.units.reset_index(drop=True), ground
        self.received = self.units["received_at"].to_numpy("datetime64[us]")
        self.at = np.column_stack([self._since(name) for name in ALL_STAMPS])
        self.counts: list[RuleCount] = []

    def _since(self, name: str) -> np.ndarray:
        """[unit] seconds since its call was received; nan where the stamp is missing."""
        between = self.units[name].to_numpy("datetime64[us]") - self.received
        return np.where(np.isnat(between), np.nan, between / np.timedelta64(1, "s"))

    def carried_out(self) -> CleanUnits:
        recorded = np.isfinite(self.at[:, 1:])
        alike = recorded.sum(axis=1) >= 3
        same = (np.nan_to_num(self.at[:, 1:]) == 0).all(axis=1) & alike
        all_alike = bool(alike.sum() >= FEWEST and same.sum() > 0.9 * alike.sum())
        if all_alike:  # copies of one instant say nothing of any stage
            self.at[:, 1:] = np.nan
            self._write_back()
        whole = self._whole_minutes()
        self._midnight()
        self._order(whole)
        self._write_back()
        dropped = self._twice()
        no_turnout = self._turnout_not_recorded(whole)
        self._too_long()
        shifts = self._clocks()
        self._write_back()
        no_place, gcj02, one_place = self._places()
        self._open_ends()
        keep = ~dropped
        self.counts.sort(key=lambda one: one.rule)
        return CleanUnits(
            self.units[keep].reset_index(drop=True), tuple(self.counts), whole, no_turnout,
            no_place[keep], shifts, gcj02, all_alike, one_place,
        )  # fmt: skip

    def _told(self, rule: Rule, rows: Any, **more: object) -> None:
        """Note what a rule found; `rows`: [unit] bool."""
        lines = tuple(self.units["line"].to_numpy()[rows][:5].tolist())
        self.counts.append(RuleCount(rule, int(rows.sum()), lines=lines, **more))  # type: ignore[arg-type]

    def _whole_minutes(self) -> dict[str, float]:
        """Rule 3: the share of each stamp that stands at a whole minute."""
        found = {}
        for name in ALL_STAMPS:
            at = self.units[name].to_numpy("datetime64[us]")
            at = at[~np.isnat(at)]
            if len(at):
                of_day = (at - at.astype("datetime64[D]")) / np.timedelta64(1, "s")
                found[name] = share_whole(of_day)
        heaped = tuple(name for name, share in found.items() if share > WHOLE)
        rows = np.zeros(len(self.units), bool)
        if heaped:
            rows = np.isfinite(self.at[:, [ALL_STAMPS.index(name) for name in heaped]]).any(axis=1)
        self._told(Rule.WHOLE_MINUTES, rows, names=heaped, value=max(found.values(), default=0.0))
        return found

    def _midnight(self) -> None:
        """Rule 4: an instant with the date of the day before, after midnight."""
        wrapped = (self.at > -DAY_S) & (self.at < WRAPPED_S)
        self.at[wrapped] += DAY_S
        self._told(Rule.MIDNIGHT, np.any(wrapped, axis=1), stamps=int(wrapped.sum()))

    def _order(self, whole: dict[str, float]) -> None:
        """Rule 1: as few stamps as need be are dropped for the others to be in order."""
        minutes = [whole.get(name, 0.0) > MIXED for name in ALL_STAMPS]
        longest, before = np.ones(self.at.shape), np.full(self.at.shape, -1)
        longest[:, 1:] = -np.inf  # a sequence begins with the call
        for later in range(1, len(ALL_STAMPS)):
            for sooner in range(later):
                slack = MINUTE_S if minutes[later] or minutes[sooner] else 0.0
                if (ALL_STAMPS[later] in OF_VEHICLES) != (ALL_STAMPS[sooner] in OF_VEHICLES):
                    slack = CLOCKS_S
                fits = self.at[:, later] >= self.at[:, sooner] - slack
                better = fits & (longest[:, sooner] + 1 > longest[:, later])
                longest[better, later] = longest[better, sooner] + 1
                before[better, later] = sooner
        kept = np.zeros(self.at.shape, bool)
        now = longest.argmax(axis=1)
        rows = np.arange(len(now))
        while len(rows):
            kept[rows, now[rows]] = True
            now[rows] = before[rows, now[rows]]
            rows = rows[now[rows] >= 0]
        wrong = np.isfinite(self.at) & ~kept
        self.at[wrong] = np.nan
        self._told(Rule.ORDER, wrong.any(axis=1), stamps=int(wrong.sum()))

    def _write_back(self) -> None:
        for column, name in enumerate(ALL_STAMPS[1:], 1):
            seconds = self.at[:, column]
            known = np.isfinite(seconds)
            moved = np.where(known, seconds * 1e6, 0).round().astype("timedelta64[us]")
            self.units[name] = np.where(known, self.received + moved, np.datetime64("NaT"))

    def _twice(self) -> np.ndarray:
        """Rules 7 and 8: the first unit of an incident; the same call recorded twice.

        A row with the number, the vehicle and the instants of another one repeats it, and is
        dropped. Rows of the same place within ten minutes, under other numbers, are one incident:
        further units if they are of other vehicles, else one of them is dropped.
        """
        units = self.units
        pointed = units["by_point"].to_numpy(bool)
        x, y = units["x"].to_numpy(float), units["y"].to_numpy(float)
        order = np.lexsort((y, x, self.received))
        incident = units["incident"].to_numpy(object).copy()
        vehicle = units["vehicle"].to_numpy(object)
        seconds = (self.received - self.received.min()) / np.timedelta64(1, "s")
        dropped = repeats.of(units)
        joined = dropped.copy()
        open_from, numbered = 0, bool((incident != "").mean() > NUMBERED)
        stamps = np.isfinite(self.at).sum(axis=1)
        for place, row in enumerate(order.tolist()):
            while seconds[order[open_from]] < seconds[row] - SAME_S:
                open_from += 1
            if not pointed[row] or dropped[row] or open_from == place:
                continue
            near = order[open_from:place]
            near = near[pointed[near] & ~dropped[near]]
            near = near[np.hypot(x[near] - x[row], y[near] - y[row]) <= SAME_M]
            near = near[(incident[near] != incident[row]) | (incident[row] == "")]
            if numbered:  # whoever has a number of his own was sent to another call
                alike = (vehicle[near] == vehicle[row]) | (vehicle[near] == "")
                near = near[alike | (vehicle[row] == "")]
            if not len(near) or (round(x[row]), round(y[row])) in self._popular:
                continue
            other = int(near[0])
            own = [n for n in near.tolist() if self._same_mission(n, row)]
            if own:
                dropped[row if stamps[own[0]] >= stamps[row] else own[0]] = True
            elif numbered:
                continue
            joined[row] = True
            if not incident[other]:
                incident[other] = f"\0{other}"
            incident[row] = incident[other]
        units["incident"] = incident
        self._told(Rule.TWICE, joined, rows_dropped=int(dropped.sum()))
        known = units["incident"].to_numpy(object)[~dropped]
        named = pd.Series(known[known != ""])
        extra = int(named.duplicated().sum())
        self.counts.append(RuleCount(Rule.FURTHER_UNITS, extra))
        return dropped

    def _same_mission(self, one: int, other: int) -> bool:
        """Whether two rows of one call say the same: of one vehicle, or one says no more than that
        somebody called."""
        vehicles = self.units["vehicle"].to_numpy(object)
        sent = self.at[[one, other], ALL_STAMPS.index("assigned_at")]
        if vehicles[one] and vehicles[one] == vehicles[other]:
            return True
        if not np.isfinite(sent).all():
            return True
        began = sent + (self.received[[one, other]] - self.received[one]) / np.timedelta64(1, "s")
        return not (vehicles[one] and vehicles[other]) and bool(began[0] == began[1])

    @cached_property
    def _popular(self) -> set[tuple[float, float]]:
        """Points, in metres, from which so many calls come that two in ten minutes are two."""
        cells = self.units.groupby([self.units["x"].round(), self.units["y"].round()]).size()
        return set(cells[cells > max(3, DEFAULT_POINT * len(self.units))].index)

    def _turnout_not_recorded(self, whole: dict[str, float]) -> frozenset[str]:
        """Rule 2: stations whose system writes the order and driving off as one instant."""
        assigned, mobile = (self.at[:, ALL_STAMPS.index(n)] for n in ("assigned_at", "mobile_at"))
        both, same = np.isfinite(assigned) & np.isfinite(mobile), assigned == mobile
        both &= long_free(self.units)  # a crew on the road drives off as it is sent
        minutes = max(whole.get("assigned_at", 0.0), whole.get("mobile_at", 0.0)) > WHOLE
        most = AUTOMATIC_BY_MINUTES if minutes else AUTOMATIC
        station = self.units["station"].to_numpy(object)
        found: set[str] = set()
        for name in pd.unique(station):
            mine = both & (station == name)
            if mine.sum() >= FEWEST and same[mine].mean() > most:
                found.add(str(name))
        rows = np.isfinite(mobile) & np.isin(station, sorted(found))
        self.at[rows, ALL_STAMPS.index("mobile_at")] = np.nan
        self._told(
            Rule.TURNOUT_NOT_RECORDED, rows, stamps=int(rows.sum()), names=tuple(sorted(found))
        )
        return frozenset(found)

    def _too_long(self) -> None:
        """Rule 5: stages that never take so long; the later stamp is dropped, the call is kept."""
        wrong = np.zeros(self.at.shape, bool)
        for stage, (first, last) in STAGES.items():
            start = ALL_STAMPS.index(first)
            end = ALL_STAMPS.index(last)
            with np.errstate(invalid="ignore"):
                wrong[:, end] |= self.at[:, end] - self.at[:, start] > LONGEST_S[stage]
        self.at[wrong] = np.nan
        self._told(Rule.TOO_LONG, np.any(wrong, axis=1), stamps=int(wrong.sum()))

    def _clocks(self) -> tuple[WeekShift, ...]:
        """Rule 12: weeks in which the order and driving off lie other than usual apart.

        The stamps of vehicles are put back by what such a week differs, and counted; turnout is
        not taken from such weeks, for it is what the difference was seen from.
        """
        assigned, mobile = (self.at[:, ALL_STAMPS.index(n)] for n in ("assigned_at", "mobile_at"))
        between = mobile - assigned
        week = (self.received.astype("datetime64[D]").astype(int) + 3) // 7
        known = np.isfinite(between)
        self.units["shifted"] = False
        if known.sum() < FEWEST:
            self._told(Rule.CLOCKS, np.zeros(len(week), bool))
            return ()
        # Means, for with whole minutes a median jumps by sixty seconds; without what went astray.
        middle_s = np.median(between[known])
        spread = 1.4826 * max(np.median(np.abs(between[known] - middle_s)), SHIFTED_S)
        known &= np.abs(between - middle_s) < 5 * spread
        by_week = pd.DataFrame({"week": week[known], "s": between[known]}).groupby("week")["s"]
        middle, count = by_week.mean(), by_week.size()
        usual = float(np.median(middle[count >= FEWEST])) if (count >= FEWEST).any() else 0.0
        # A step between two levels: the larger group of weeks is the usual one.
        apart = middle - usual
        sure = (count >= FEWEST) & (np.abs(apart) > SHIFTED_S)
        sure &= np.abs(apart) > 4 * by_week.std() / np.sqrt(count)
        shifts, rows = [], np.zeros(len(week), bool)
        for number in middle.index[sure]:
            mine = week == number
            columns = [ALL_STAMPS.index(name) for name in OF_VEHICLES]
            self.at[np.ix_(mine, columns)] -= apart[number]
            rows |= mine
            monday = np.datetime64(int(number) * 7 - 3, "D")
            shifts.append(WeekShift(str(monday), float(apart[number])))
        self.units["shifted"] = rows
        largest = max((shift.seconds for shift in shifts), key=abs, default=0.0)
        self._told(Rule.CLOCKS, rows, names=tuple(s.week for s in shifts), value=largest)
        return tuple(shifts)

    def _places(self) -> tuple[np.ndarray, bool, bool]:
        """Rule 9: many calls at one point, which is where a system puts what it does not know."""
        units = self.units
        pointed = units["by_point"].to_numpy(bool)
        spots = units.loc[pointed].groupby(["x", "y"]).size()
        no_place = np.zeros(len(units), bool)
        one_place = bool(len(spots) == 1 and pointed.sum() >= FEWEST)
        often = spots[spots > max(FEWEST, DEFAULT_POINT * len(units))]
        points = np.array(often.index.tolist(), float).reshape(-1, 2)
        counts = []
        for (x, y), count in zip(points.tolist(), often.tolist(), strict=True):
            if not one_place and self._is_home(x, y):
                continue
            counts.append(f"{count}")
            no_place |= pointed & (units["x"].to_numpy() == x) & (units["y"].to_numpy() == y)
        self._told(Rule.PLACES, no_place, names=tuple(counts))
        return no_place, self._shifted(pointed & ~no_place), one_place

    def _is_home(self, x: float, y: float) -> bool:
        """Whether so many people live at a point that many calls come from there."""
        cells = self.ground.cells
        near = np.hypot(*(cells.xy - (x, y)).T) < 100.0
        return bool(cells.people[near].sum() > DEFAULT_POINT / 2 * cells.people.sum())

    def _shifted(self, some: np.ndarray) -> bool:
        """Whether points lie much nearer to roads if they are read as GCJ-02."""
        from sim.files import coordinates

        rows = np.flatnonzero(some)[:2_000]
        lonlat = np.column_stack(self.ground.lonlat(*self.units.loc[rows, ["x", "y"]].to_numpy().T))
        if len(rows) < FEWEST or not bool(coordinates.in_china(*lonlat.mean(axis=0))):
            return False
        back = np.column_stack(coordinates.wgs84_of_gcj02(*lonlat.T))
        both = [self.units.loc[rows, ["x", "y"]].to_numpy(float),
                np.column_stack(self.ground.project(*back.T))]  # fmt: skip
        here, there = (np.median(network.snap(self.ground.network, xy).metres) for xy in both)
        return bool(there < LIKELY_FIX * here and here > 50.0)

    def _open_ends(self) -> None:
        """Rule 11: missions that never arrived are kept as open ends, not deleted."""
        sent = np.isfinite(self.at[:, ALL_STAMPS.index("assigned_at")])
        here = np.isfinite(self.at[:, ALL_STAMPS.index("arrived_at")])
        self._told(Rule.OPEN_ENDS, sent & ~here)
