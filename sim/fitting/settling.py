"""Speeds and ways in turn: the ways that are fastest by the speeds, the speeds that drives had on
these ways, until neither changes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from sim.fitting import driving, hours, paths
from sim.fitting.driving import DriveData, Regression, Shape
from sim.fitting.paths import DriveEnds, DrivenRoads
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
FENCE: Final = 3.0  # interquartile ranges beyond the quartiles
LEAST_RATIO: Final = 1e-3
NARROWEST: Final = 0.05  # of what was expected: drives as exact as a clock are no slips


class SomeDrives(NamedTuple):
    """Recorded drives of one kind, all outward from stations or all towards hospitals."""

    ends: DriveEnds
    minutes: np.ndarray  # [drive]
    off_road: np.ndarray  # [drive] minutes, with siren
    hour_of_week: np.ndarray  # [drive] of setting out
    ordinary: np.ndarray  # [drive] bool: without siren
    noise: np.ndarray  # [drive] standard deviation of its minutes by how stamps are written
    turnout: np.ndarray  # [drive] bool: its minutes are from the order on


def part(one: SomeDrives, rows: np.ndarray) -> SomeDrives:
    ends = one.ends
    leaves = type(ends.leaves)(*(column[rows] for column in ends.leaves))
    columns = {name: getattr(one, name)[rows] for name in SomeDrives._fields[1:]}
    return SomeDrives(ends._replace(root=ends.root[rows], leaves=leaves), **columns)


class Settled(NamedTuple):
    """What was fitted, and which classes have a number of their own in a band."""

    found: Regression
    own: np.ndarray  # [own, 2] kind and band


class Settling:
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

    def settle(self, band_of_hour: np.ndarray | None) -> Settled | None:
        """Speeds and ways that follow from each other; None of fewer than fifty drives."""
        self.pace = self.prior[None]
        self.kinds = self.sizes(self.pace)
        every = self.some
        self._leave_out_what_cannot_be()
        if self.count() < FEWEST:
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
        self.kinds = self.sizes(self.pace)
        self._leave_out_what_cannot_be(found)
        if self.count() < FEWEST:
            return None
        found = self._until_still(found, own)
        found = self._from_elsewhere(found, own)
        return Settled(found, own)

    def _follow(self, found: Regression, own: np.ndarray, step: float) -> None:
        """The ways that drives take by the speeds as they are now."""
        now = self.paces(found, own)
        before = self.pace
        if len(before) != len(now):
            before = np.repeat(before[:1], len(now), axis=0)
        self.moved = float(np.abs(np.log(now / before)).max())
        self.pace = before * (now / before) ** step
        self.rounds += 1
        self.kinds = self.sizes(self.pace)
        self.watch()

    def _until_still(self, found: Regression, own: np.ndarray) -> Regression:
        """Paths and speeds in turn, until neither changes."""
        for number in range(ROUNDS):
            found = self._fitted(own, found)
            self._follow(found, own, 1.0 if number < DAMPED_AFTER else 0.5)
            if self.moved < STILL:
                break
        return found

    def _from_elsewhere(self, found: Regression, own: np.ndarray) -> Regression:
        """The best of several places where paths and speeds agree: a class may be taken for slow
        because no path takes it, and no path takes it because it is taken for slow."""
        shape, shares = self.shape(own), self.shares()
        tried = np.flatnonzero((shares < TRIED_BELOW) & (shares > 0)).tolist()
        best = driving.fit(self.data(), shape, found.values, found.sigma)
        chosen = None
        for kind in tried:
            for factor in (SLOWER, 1 / SLOWER):
                values = found.values.copy()
                values[kind] += math.log(factor)
                other = found._replace(values=values)
                for _ in range(2):
                    kinds = self.sizes(self.paces(other, own))
                    data = self.data(kinds)
                    other = driving.fit(data, shape, other.values, found.sigma)
                if other.loss < best.loss - TOLD_APART:
                    best, chosen = other, kinds
        if chosen is None:
            return found
        self.kinds = chosen
        return self._until_still(best, own)

    # ── drives ──────────────────────────────────────────────────────────────────────────────

    def count(self) -> int:
        return sum(len(one.minutes) for one in self.some)

    def sizes(self, pace: np.ndarray, disturbed: np.ndarray | None = None) -> list[np.ndarray]:
        """[drives][drive, kind] by the paces of the band in which each set out."""
        return [self.sizes_of(one, pace, disturbed)[0] for one in self.some]

    def sizes_of(
        self, one: SomeDrives, pace: np.ndarray, disturbed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        band = self.bands[one.hour_of_week] if len(pace) > 1 else np.zeros(len(one.minutes), int)
        found, km = np.zeros((len(one.minutes), len(self.roads.kinds))), np.zeros(len(one.minutes))
        for number in np.unique(band):
            rows = np.flatnonzero(band == number)
            ends = part(one, rows).ends
            found[rows], km[rows] = paths.sizes(self.roads, ends, pace[number], disturbed)
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
            kept.append(part(one, rows))
            sizes.append(of_kinds[rows])
        self.some, self.kinds, self.beyond = kept, sizes, (slow, fast)

    def _slower(self, found: Regression, ordinary: np.ndarray) -> np.ndarray:
        """[drive] by how much driving without siren takes longer."""
        # By what was fitted: of the drives at hand now others may be with siren, or without.
        shape = found.shape
        more = float(found.values[shape.at[2]]) if shape.siren else 0.0
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

    def trips(self) -> np.ndarray:
        return (np.concatenate(self.kinds) * self.prior > 0.1).sum(axis=0)

    def shares(self) -> np.ndarray:
        spent = np.concatenate(self.kinds).sum(axis=0) * self.prior
        found: np.ndarray = spent / max(spent.sum(), 1e-9)
        return found

    def _neighbours(self) -> np.ndarray:
        """[kind] itself, or the kind that it goes with where drives say too little of it."""
        shares = self.shares()
        by_itself = (shares >= LEAST_SHARE) & (self.trips() >= FEWEST)
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

    def shape(self, own: np.ndarray) -> Shape:
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

    def _fitted(self, own: np.ndarray, before: Regression | None = None) -> Regression:
        """The fit to the drives at hand, from an earlier one on if that has the same parameters."""
        shape = self.shape(own)
        known = before is not None and before.shape.like(shape)
        return driving.fit(self.data(), shape, before.values if before and known else None)

    def paces(self, found: Regression, own: np.ndarray) -> np.ndarray:
        """[band, kind] minutes in a unit of size."""
        shape = self.shape(own)
        bands_at, own_at, *_ = shape.at
        values = found.values
        of_band = np.concatenate([[0.0], values[bands_at:own_at]])
        each = np.exp(values[:bands_at] + of_band[:, None])
        for number, (kind, band) in enumerate(own.tolist(), own_at):
            each[band, kind] *= math.exp(values[number])
        return each

    def astray(self, pace: np.ndarray, own: np.ndarray) -> list[Regression]:
        """Fits in which one drive in five chose its way by other minutes: of all, or of those to
        scenes."""
        draws = np.random.Generator(np.random.Philox(key=1_030))
        factors = np.exp(draws.normal(0.0, DISTURBED, len(self.roads.size)))
        other = self.sizes(pace, factors)
        mixed = []
        for usual, left in zip(self.kinds, other, strict=True):
            gone = draws.random(len(usual)) < ASTRAY
            gone &= np.isfinite(left).all(axis=1)
            mixed.append(np.where(gone[:, None], left, usual))
        shape = self.shape(own)
        scenes = [
            left if one.ends.outward else usual
            for one, left, usual in zip(self.some, mixed, self.kinds, strict=True)
        ]
        return [driving.fit(self.data(sizes), shape) for sizes in (mixed, scenes)]

    def avoided(self, found: Regression, own: np.ndarray) -> np.ndarray:
        """[kind] whether the class could be much slower, for drives would then avoid it."""
        shape = self.shape(own)
        shares = self.shares()
        best = driving.fit(self.data(), shape, found.values, found.sigma)
        slow = np.zeros(len(shares), bool)
        for kind in np.flatnonzero((shares < TRIED_BELOW) & (shares > 0)).tolist():
            values = found.values.copy()
            values[kind] += math.log(SLOWER)
            pace = self.paces(found._replace(values=values), own)
            kinds = self.sizes(pace)
            prior = shape.prior.copy()
            prior[kind] = values[kind]
            held = shape._replace(prior=prior, held=kind)
            other = driving.fit(self.data(kinds), held, values, found.sigma)
            slow[kind] = other.loss - best.loss < TOLD_APART
        return slow


def _fences(ratio: np.ndarray) -> tuple[float, float]:
    """Between which ratios of time to what was expected drives are believed.

    By the outer fences of Tukey's box plot, of minutes a kilometre and of kilometres an hour: the
    inner ones cut off honest drives as well, which makes those that are left look alike.
    """
    known = ratio[np.isfinite(ratio)]
    if len(known) < FEWEST:
        return LEAST_RATIO, 1 / LEAST_RATIO
    first, third = np.quantile(known, (0.25, 0.75))
    high = third + FENCE * max(third - first, NARROWEST)
    first, third = np.quantile(1 / known, (0.25, 0.75))
    low = 1 / (third + FENCE * max(third - first, NARROWEST))
    return float(low), float(high)
