"""How fast was driven: speeds by class of road and by hours, from drives alone.

The way a drive took is not recorded: it is taken to be the fastest by the speeds that are fitted,
in turn, until neither changes. One drive in five may have gone another way; intervals hold both
readings. Below a floor a class is tied to its neighbour, and said to be.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from scipy import special

from sim.fitting import driving, hours, paths
from sim.fitting.driving import DriveData, Regression, Shape
from sim.fitting.paths import DrivenRoads, Ends
from sim.measures.intervals import NOTHING_KNOWN, Estimate
from sim.model.calendar import DAYS, HOURS

FEWEST: Final = 50  # drives for anything to be fitted, and trips on a class for one of its own
LEAST_SHARE: Final = 0.02  # of all that is driven
DAMPED_AFTER: Final = 4  # rounds: two sets of ways may follow from each other for ever
ROUNDS: Final = 12
STILL: Final = 0.001  # in logarithms; where speeds settle slowly, more would leave them off
ASTRAY: Final = 0.2  # of all drives may leave the fastest way
DISTURBED: Final = 0.3  # standard deviation of the logarithm of minutes by which they choose
SLOWER: Final = 1 / 0.7  # the pace that is tried for a class that drives avoid
TRIED_BELOW: Final = 0.15  # of all that is driven: classes that might be avoided
TOLD_APART: Final = 3.84  # chi-square of one parameter
CHOSEN: Final = 1.25  # of standard errors: ways are chosen by the speeds that they tell of
SURE: Final = 1.7  # half-widths for one class of several to be told from all in a band
LEAST_APART: Final = 0.05
OF_MINUTES: Final = 0.2  # of what whole minutes add to the spread, by which that may be wrong
FENCE: Final = 3.0  # interquartile ranges beyond the quartiles
LEAST_RATIO: Final = 1e-3


class SomeDrives(NamedTuple):
    """Recorded drives of one kind, all outward from stations or all towards hospitals."""

    ends: Ends
    minutes: np.ndarray  # [drive]
    off_road: np.ndarray  # [drive] minutes, with siren
    hour_of_week: np.ndarray  # [drive] of setting out
    ordinary: np.ndarray  # [drive] bool: without siren
    noise: np.ndarray  # [drive] standard deviation of its minutes by how stamps are written
    turnout: np.ndarray  # [drive] bool: its minutes are from the order on


class ClassSpeed(NamedTuple):
    """The speed with siren on one class of roads in the usual hours."""

    road: str
    kmh: Estimate
    km: float  # driven on it in all
    trips: int
    share: float  # of all that is driven, in time
    tied_to: str = ""  # the class that it goes with, where drives do not say
    avoided: bool = False  # whether much slower would fit as well, for drives avoid it


class BandSpeed(NamedTuple):
    """Hours in which speeds are other than usual."""

    hours: np.ndarray  # [168] bool
    share: Estimate  # of the usual speed, on all classes
    trips: int
    classes: tuple[tuple[str, Estimate], ...] = ()  # those that differ, of the usual speed


class SpeedFit(NamedTuple):
    """What drives say of speeds."""

    classes: tuple[ClassSpeed, ...]
    bands: tuple[BandSpeed, ...]
    usual: np.ndarray  # [168] bool: the hours of the speeds by class
    overall: Estimate  # all speeds against those before: identified whatever else is
    posted: Estimate | None  # of the posted speed, on roads that have one
    ordinary: Estimate | None  # the speed without siren, of that with siren
    sigma: Estimate  # the spread of single drives to scenes, as `travel.factor` has it
    sigma_to_hospital: Estimate | None
    turnout_min: Estimate | None  # where the records have one stamp for both
    drives: int
    to_hospital: int
    used: int  # of both, drawn evenly where there are very many
    beyond: tuple[int, int]  # much slower, much faster than all others: left out
    rounds: int
    moved: float  # the largest change in the last round


def fit(
    roads: DrivenRoads,
    some: list[SomeDrives],
    prior: dict[str, float],
    ordinary: float = 1.0,
    band_of_hour: np.ndarray | None = None,
    watch: Callable[[], None] = lambda: None,
) -> SpeedFit | None:
    """Speeds from drives; None of fewer than fifty.

    `prior`: minutes in a unit of size of each kind, as known before; `ordinary`: the speed without
    siren of that with siren, likewise, which counts where no drive was with siren;
    `band_of_hour`: [168] which hours belong together, without it they are found.
    """
    some = [one for one in some if len(one.minutes)]
    if all(one.ordinary.all() for one in some):
        some = [one._replace(minutes=one.minutes * ordinary) for one in some]
    if sum(len(one.minutes) for one in some) < FEWEST:
        return None
    fitting = _Fitting(roads, some, np.array([prior[kind] for kind in roads.kinds]), watch)
    return fitting.carried_out(band_of_hour)


def _part(one: SomeDrives, rows: np.ndarray) -> SomeDrives:
    ends = one.ends
    leaves = type(ends.leaves)(*(column[rows] for column in ends.leaves))
    columns = {name: getattr(one, name)[rows] for name in SomeDrives._fields[1:]}
    return SomeDrives(ends._replace(root=ends.root[rows], leaves=leaves), **columns)


class _Fitting:
    """One fit, from the prior on."""

    def __init__(
        self, roads: DrivenRoads, some: list[SomeDrives], prior: np.ndarray,
        watch: Callable[[], None],
    ):  # fmt: skip
        self.roads, self.some, self.prior, self.watch = roads, some, prior, watch
        self.drives = sum(len(one.minutes) for one in some if one.ends.outward)
        self.hospital = sum(len(one.minutes) for one in some if not one.ends.outward)
        self.bands = np.zeros(HOURS * DAYS, int)
        self.beyond = (0, 0)
        self.moved, self.rounds = math.inf, 0

    def carried_out(self, band_of_hour: np.ndarray | None) -> SpeedFit | None:
        self.pace = self.prior[None]
        self.kinds = self._sizes(self.pace)
        every = self.some
        self._leave_out_what_cannot_be()
        if self._count() < FEWEST:
            return None
        own = np.zeros((0, 2), int)
        self.tied = self._neighbours()
        found = self._fitted(own)
        if band_of_hour is not None:
            self.bands = band_of_hour
        for rounds in range(3):
            self.tied = self._neighbours()
            if rounds == 1 and band_of_hour is None:
                self.bands = self._banded(found)
            if rounds:
                own = self._own()
            found = self._fitted(own)
            self._follow(found, own, 0.7 if rounds < 2 else 1.0)
        # Once more by what is known now: against the prior alone, slow hours lose their tails.
        self.some = every
        self.kinds = self._sizes(self.pace)
        self._leave_out_what_cannot_be(found)
        found = self._until_still(found, own)
        found = self._from_elsewhere(found, own)
        return self._told(found, own)

    def _follow(self, found: Regression, own: np.ndarray, step: float) -> None:
        """The ways that drives take by the speeds as they are now."""
        now = self._pace(found, own)
        before = self.pace
        if len(before) != len(now):
            before = np.repeat(before[:1], len(now), axis=0)
        self.moved = float(np.abs(np.log(now / before)).max())
        self.pace = before * (now / before) ** step
        self.rounds += 1
        self.kinds = self._sizes(self.pace)
        self.watch()

    def _until_still(self, found: Regression, own: np.ndarray) -> Regression:
        """Paths and speeds in turn, until neither changes."""
        for number in range(ROUNDS):
            found = self._fitted(own, found.values)
            self._follow(found, own, 1.0 if number < DAMPED_AFTER else 0.5)
            if self.moved < STILL:
                break
        return found

    def _from_elsewhere(self, found: Regression, own: np.ndarray) -> Regression:
        """The best of several places where paths and speeds agree: a class may be taken for slow
        because no path takes it, and no path takes it because it is taken for slow."""
        shape, shares = self._shape(own), self._shares()
        tried = np.flatnonzero((shares < TRIED_BELOW) & (shares > 0)).tolist()
        best = driving.fit(self.data(), shape, found.values, found.sigma)
        chosen = None
        for kind in tried:
            for factor in (SLOWER, 1 / SLOWER):
                values = found.values.copy()
                values[kind] += math.log(factor)
                other = found._replace(values=values)
                for _ in range(2):
                    kinds = self._sizes(self._pace(other, own))
                    data = self.data(kinds)
                    other = driving.fit(data, shape, other.values, found.sigma)
                if other.loss < best.loss - TOLD_APART:
                    best, chosen = other, kinds
        if chosen is None:
            return found
        self.kinds = chosen
        return self._until_still(best, own)

    # ── drives ──────────────────────────────────────────────────────────────────────────────

    def _count(self) -> int:
        return sum(len(one.minutes) for one in self.some)

    def _sizes(self, pace: np.ndarray, disturbed: np.ndarray | None = None) -> list[np.ndarray]:
        """[drives][drive, kind] by the paces of the band in which each set out."""
        return [self._sizes_of(one, pace, disturbed)[0] for one in self.some]

    def _sizes_of(
        self, one: SomeDrives, pace: np.ndarray, disturbed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        band = self.bands[one.hour_of_week] if len(pace) > 1 else np.zeros(len(one.minutes), int)
        found, km = np.zeros((len(one.minutes), len(self.roads.kinds))), np.zeros(len(one.minutes))
        for number in np.unique(band):
            rows = np.flatnonzero(band == number)
            part = _part(one, rows)
            found[rows], km[rows] = paths.sizes(self.roads, part.ends, pace[number], disturbed)
        return found, km

    def _leave_out_what_cannot_be(self, found: Regression | None = None) -> None:
        """Drives much faster or slower than the others: by both tails of the middle half.

        Against what was fitted, or known beforehand.
        """
        slow = fast = 0
        kept, sizes = [], []
        for one, of_kinds in zip(self.some, self.kinds, strict=True):
            band = self.bands[one.hour_of_week] if len(self.pace) > 1 else 0
            expected = (of_kinds * self.pace[band]).sum(axis=1) + one.off_road
            if found is not None:
                expected = expected * self._slower(found, one.ordinary)
            reached = np.isfinite(expected) & (one.minutes > 0) & (expected > 0)
            ratio = np.where(reached, one.minutes / np.where(reached, expected, 1.0), np.nan)
            low, high = _fences(ratio)
            slow += int((ratio > high).sum())
            fast += int((ratio < low).sum())
            rows = np.flatnonzero((ratio >= low) & (ratio <= high))
            kept.append(_part(one, rows))
            sizes.append(of_kinds[rows])
        self.some, self.kinds, self.beyond = kept, sizes, (slow, fast)

    def _slower(self, found: Regression, ordinary: np.ndarray) -> np.ndarray:
        """[drive] by how much driving without siren takes longer."""
        own = np.zeros((0, 2), int)
        shape = self._shape(own)
        at = len(found.values) - shape.siren - shape.turnout
        more = float(found.values[at]) if shape.siren else 0.0
        factor: np.ndarray = np.exp(more * ordinary)
        return factor

    def data(self, sizes: list[np.ndarray] | None = None) -> DriveData:
        """All drives as the regression takes them."""
        some = self.some
        kinds = np.concatenate(self.kinds if sizes is None else sizes)
        hour = np.concatenate([one.hour_of_week for one in some])
        return DriveData(
            np.concatenate([one.minutes for one in some]),
            np.concatenate([one.off_road for one in some]),
            kinds,
            np.concatenate([one.turnout for one in some]).astype(float),
            self.bands[hour],
            np.concatenate([one.ordinary for one in some]).astype(float),
            np.concatenate([np.full(len(o.minutes), not o.ends.outward) for o in some]),
            np.concatenate([one.noise for one in some]),
        )

    # ── which parameters there are ────────────────────────────────────────────────────────────

    def _trips(self) -> np.ndarray:
        return (np.concatenate(self.kinds) * self.prior > 0.1).sum(axis=0)

    def _shares(self) -> np.ndarray:
        spent = np.concatenate(self.kinds).sum(axis=0) * self.prior
        found: np.ndarray = spent / max(spent.sum(), 1e-9)
        return found

    def _neighbours(self) -> np.ndarray:
        """[kind] itself, or the kind that it goes with where drives say too little of it."""
        shares = self._shares()
        by_itself = (shares >= LEAST_SHARE) & (self._trips() >= FEWEST)
        by_itself[shares.argmax()] = True
        leading = np.flatnonzero(by_itself).tolist()
        found = np.arange(len(self.prior))
        for kind in np.flatnonzero(~by_itself).tolist():
            ratios = np.abs(np.log(self.prior[kind] / self.prior))
            found[kind] = min(leading, key=lambda one: (self._apart(kind, one), ratios[one], one))
        return found

    def _apart(self, kind: int, other: int) -> int:
        """How far two kinds are from being one: 0 the same, 1 a link and its road, 2 others."""
        one, two = self.roads.kinds[kind], self.roads.kinds[other]
        if one == two:
            return 0
        if one.removesuffix("_link") == two.removesuffix("_link"):
            return 1
        return 3 if paths.POSTED in (one, two) else 2

    def _banded(self, found: Regression) -> np.ndarray:
        hour = np.concatenate([one.hour_of_week for one in self.some])
        sigma = 1.2 * max(float(found.sigma.max()), 0.02)
        near = np.abs(found.residuals) < 4 * sigma
        return hours.bands_of(found.residuals[near], hour[near], sigma)

    def _own(self) -> np.ndarray:
        """[own, 2] classes with enough trips in a band for a number of their own there."""
        rows = []
        data = self.data()
        for band in range(1, int(self.bands.max()) + 1):
            inside = data.sizes[data.band == band]
            if not len(inside):
                continue
            spent = inside * self.prior
            share = spent.sum(axis=0) / max(spent.sum(), 1e-9)
            trips = (spent > 0.1).sum(axis=0)
            enough = (share >= LEAST_SHARE) & (trips >= FEWEST)
            if enough.sum() > 1:
                rows += [(kind, band) for kind in np.flatnonzero(enough).tolist()]
        return np.array(rows, int).reshape(-1, 2)

    def _shape(self, own: np.ndarray) -> Shape:
        ordinary = np.concatenate([one.ordinary for one in self.some])
        turnout = np.concatenate([one.turnout for one in self.some])
        return Shape(
            np.log(self.prior),
            self.tied,
            int(self.bands.max()),
            own,
            bool(ordinary.any() and not ordinary.all()),
            bool(turnout.any()),
        )

    # ── fits ─────────────────────────────────────────────────────────────────────────────────

    def _fitted(self, own: np.ndarray, values: np.ndarray | None = None) -> Regression:
        return driving.fit(self.data(), self._shape(own), values)

    def _pace(self, found: Regression, own: np.ndarray) -> np.ndarray:
        """[band, kind] minutes in a unit of size."""
        shape = self._shape(own)
        bands_at, own_at, *_ = shape.at
        values = found.values
        of_band = np.concatenate([[0.0], values[bands_at:own_at]])
        each = np.exp(values[:bands_at] + of_band[:, None])
        for number, (kind, band) in enumerate(own.tolist(), own_at):
            each[band, kind] *= math.exp(values[number])
        return each

    def _astray(self, pace: np.ndarray, own: np.ndarray) -> list[Regression]:
        """Fits in which one drive in five chose its way by other minutes: of all, or of those to
        scenes."""
        draws = np.random.Generator(np.random.Philox(key=1_030))
        factors = np.exp(draws.normal(0.0, DISTURBED, len(self.roads.size)))
        other = self._sizes(pace, factors)
        mixed = []
        for usual, left in zip(self.kinds, other, strict=True):
            gone = draws.random(len(usual)) < ASTRAY
            gone &= np.isfinite(left).all(axis=1)
            mixed.append(np.where(gone[:, None], left, usual))
        shape = self._shape(own)
        scenes = [
            left if one.ends.outward else usual
            for one, left, usual in zip(self.some, mixed, self.kinds, strict=True)
        ]
        return [driving.fit(self.data(sizes), shape) for sizes in (mixed, scenes)]

    def _avoided(self, found: Regression, own: np.ndarray) -> np.ndarray:
        """[kind] whether the class could be much slower, for drives would then avoid it."""
        shape = self._shape(own)
        shares = self._shares()
        best = driving.fit(self.data(), shape, found.values, found.sigma)
        slow = np.zeros(len(shares), bool)
        for kind in np.flatnonzero((shares < TRIED_BELOW) & (shares > 0)).tolist():
            values = found.values.copy()
            values[kind] += math.log(SLOWER)
            pace = self._pace(found._replace(values=values), own)
            kinds = self._sizes(pace)
            prior = shape.prior.copy()
            prior[kind] = values[kind]
            held = shape._replace(prior=prior, held=kind)
            other = driving.fit(self.data(kinds), held, values, found.sigma)
            slow[kind] = other.loss - best.loss < TOLD_APART
        return slow

    # ── what it comes to ──────────────────────────────────────────────────────────────────────

    def _told(self, found: Regression, own: np.ndarray) -> SpeedFit:
        pace = self.pace
        shape = self._shape(own)
        bands_at, own_at, siren_at, turnout_at = shape.at
        astray = self._astray(pace, own)
        avoided = self._avoided(found, own)
        self.watch()
        scenes, away = float(found.sigma[0]), float(found.sigma[1])
        if not self.drives:
            scenes = away
        shift = scenes**2 / 2  # the mean of a drive lies so far above its median
        data = self.data()
        between = _Between([found, *astray])

        def one(at: int) -> np.ndarray:
            return np.eye(shape.parameters)[at]

        classes = []
        trips, shares = self._trips(), self._shares()
        driven = np.concatenate(self.kinds).sum(axis=0)
        posted = None
        for kind, name in enumerate(self.roads.kinds):
            minutes = between.of(one(kind), shift)
            leading = int(self.tied[kind])
            tied = "" if leading == kind else self.roads.kinds[leading]
            if name in (paths.POSTED, paths.MATRIX):
                posted = _inverse(minutes, 1.0)
                continue
            kmh = _inverse(minutes, 60.0)
            slow = bool(avoided[kind]) and not tied
            if slow:
                kmh = kmh._replace(low=min(kmh.low, kmh.mean / SLOWER))
            classes.append(
                ClassSpeed(
                    name, NOTHING_KNOWN._replace(mean=kmh.mean) if tied else kmh,
                    float(driven[kind]), int(trips[kind]), float(shares[kind]), tied, slow,
                )
            )  # fmt: skip
        bands = []
        for band in range(1, shape.bands + 1):
            # What the band does to all: the mean over classes, by how much each is driven.
            inside = data.sizes[data.band == band] * np.exp(shape.prior)
            driven_then = inside.sum(axis=0) / max(inside.sum(), 1e-9)
            direction, apart = one(bands_at + band - 1), []
            mine = [(n, k) for n, (k, b) in enumerate(own.tolist(), own_at) if b == band]
            for number, kind in mine:
                direction = direction + driven_then[kind] * one(number)
            for number, kind in mine:
                both_ways = one(bands_at + band - 1) + one(number)
                alone = between.of(both_ways - direction, 0.0)
                reach = SURE * math.log(alone.high / alone.low) / 2
                if abs(math.log(alone.mean)) < max(reach, LEAST_APART):
                    continue  # it does as all classes do
                both = _inverse(between.of(both_ways, 0.0), 1.0)
                apart.append((self.roads.kinds[kind], both))
            bands.append(
                BandSpeed(
                    self.bands == band, _inverse(between.of(direction, 0.0), 1.0),
                    int((data.band == band).sum()), tuple(apart),
                )
            )  # fmt: skip
        weights = np.zeros(shape.parameters)
        weights[: len(shares)] = shares
        known = float((shares * shape.prior).sum())
        overall = _inverse(between.of(weights, shift - known), 1.0)
        ordinary = None
        if shape.siren:
            more = (away**2 - scenes**2) / 2 if self.hospital and self.drives else 0.0
            ordinary = _inverse(between.of(one(siren_at), more), 1.0)
        turnout = between.of(one(turnout_at), 0.0) if shape.turnout else None
        return SpeedFit(
            tuple(classes), tuple(bands), self.bands == 0, overall, posted, ordinary,
            self._spread(found, astray[0], 0 if self.drives else 1),
            self._spread(found, astray[0], 1) if self.hospital else None,
            turnout, self.drives, self.hospital, self._count(), self.beyond, self.rounds,
            self.moved,
        )  # fmt: skip

    def _spread(self, found: Regression, astray: Regression, kind: int) -> Estimate:
        """The spread of drives of a kind with its interval.

        Drives astray scatter more, which the other reading takes away; what whole minutes add is
        taken away as that of a normal law, which it is not quite.
        """
        data = self.data()
        mine = data.to_hospital == bool(kind)
        sigma, other = float(found.sigma[kind]), float(astray.sigma[kind])
        raw = driving.spread(found.residuals[mine], np.zeros(int(mine.sum())))
        se = 1.17 * sigma / math.sqrt(max(int(mine.sum()), 1))
        se = math.hypot(se, OF_MINUTES * max(raw - sigma, 0.0))
        low, high = sorted((sigma, max(2 * sigma - max(other, sigma), 0.0)))
        reach = _reach(high - low, se) * se
        return Estimate((low + high) / 2, max(low - reach, 0.0), high + reach)


class _Between(NamedTuple):
    """Readings of the same drives: all went the fastest way, or one in five did not."""

    readings: list[Regression]

    def of(self, direction: np.ndarray, plus: float) -> Estimate:
        """The exponential of a sum of parameters, by an interval that holds for either reading."""
        values = [float(direction @ one.values) for one in self.readings]
        covariance = self.readings[0].covariance
        se = math.sqrt(max(float(direction @ covariance @ direction), 0.0))
        se *= CHOSEN
        low, high = min(values), max(values)
        reach = _reach(high - low, se) * se
        middle = (low + high) / 2 + plus
        return Estimate(math.exp(middle), math.exp(low + plus - reach),
                        math.exp(high + plus + reach))  # fmt: skip


def _reach(width: float, se: float) -> float:
    """How many standard errors beyond both ends hold the truth in 95 % wherever it lies between.

    Imbens and Manski (2004), Confidence intervals for partially identified parameters.
    """
    if se <= 0:
        return 0.0
    low, high = 1.6, 2.0
    for _ in range(30):
        middle = (low + high) / 2
        holds = special.ndtr(middle + width / se) - special.ndtr(-middle)
        low, high = (low, middle) if holds >= 0.95 else (middle, high)
    return high


def _inverse(one: Estimate, unit: float) -> Estimate:
    """A pace as a speed, a factor on time as one on speed."""
    return Estimate(unit / one.mean, unit / one.high, unit / one.low)


def _fences(ratio: np.ndarray) -> tuple[float, float]:
    """Between which ratios of time to what was expected drives are believed.

    By the outer fences of Tukey's box plot, of minutes a kilometre and of kilometres an hour: the
    inner ones cut off honest drives as well, which makes those that are left look alike.
    """
    known = ratio[np.isfinite(ratio)]
    if len(known) < FEWEST:
        return LEAST_RATIO, 1 / LEAST_RATIO
    first, third = np.quantile(known, (0.25, 0.75))
    high = third + FENCE * max(third - first, LEAST_APART)
    first, third = np.quantile(1 / known, (0.25, 0.75))
    low = 1 / (third + FENCE * max(third - first, LEAST_APART))
    return float(low), float(high)
