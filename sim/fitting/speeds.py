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

from sim.fitting import driving, paths
from sim.fitting.between import BetweenReadings, inverse, reach_of
from sim.fitting.driving import Regression
from sim.fitting.paths import DrivenRoads
from sim.fitting.settling import FEWEST, SLOWER, Settling, SomeDrives
from sim.measures.intervals import NOTHING_KNOWN, Estimate

SURE: Final = 1.7  # half-widths for one class of several to be told from all in a band
LEAST_APART: Final = 0.05
OF_MINUTES: Final = 0.2  # of what whole minutes add to the spread, by which that may be wrong


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
    settling = Settling(roads, some, np.array([prior[kind] for kind in roads.kinds]), watch)
    settled = settling.settle(band_of_hour)
    return None if settled is None else _told(settling, settled.found, settled.own)


def _told(of: Settling, found: Regression, own: np.ndarray) -> SpeedFit:
    """What was settled, as speeds with their intervals."""
    shape = of.shape(own)
    bands_at, own_at, siren_at, turnout_at = shape.at
    astray = of.astray(of.pace, own)
    avoided = of.avoided(found, own)
    of.watch()
    scenes, away = float(found.sigma[0]), float(found.sigma[1])
    if not of.drives:
        scenes = away
    shift = scenes**2 / 2  # the mean of a drive lies so far above its median
    data = of.data()
    between = BetweenReadings([found, *astray])

    def one(at: int) -> np.ndarray:
        return np.eye(shape.parameters)[at]

    classes = []
    trips, shares = of.trips(), of.shares()
    driven = np.concatenate(of.kinds).sum(axis=0)
    posted = None
    for kind, name in enumerate(of.roads.kinds):
        minutes = between.of(one(kind), shift)
        leading = int(of.tied[kind])
        tied = "" if leading == kind else of.roads.kinds[leading]
        if name in (paths.POSTED, paths.MATRIX):
            posted = inverse(minutes, 1.0)
            continue
        kmh = inverse(minutes, 60.0)
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
            both = inverse(between.of(both_ways, 0.0), 1.0)
            apart.append((of.roads.kinds[kind], both))
        bands.append(
            BandSpeed(
                of.bands == band, inverse(between.of(direction, 0.0), 1.0),
                int((data.band == band).sum()), tuple(apart),
            )
        )  # fmt: skip
    weights = np.zeros(shape.parameters)
    weights[: len(shares)] = shares
    known = float((shares * shape.prior).sum())
    overall = inverse(between.of(weights, shift - known), 1.0)
    ordinary = None
    if shape.siren:
        more = (away**2 - scenes**2) / 2 if of.hospital and of.drives else 0.0
        ordinary = inverse(between.of(one(siren_at), more), 1.0)
    turnout = between.of(one(turnout_at), 0.0) if shape.turnout else None
    return SpeedFit(
        tuple(classes), tuple(bands), of.bands == 0, overall, posted, ordinary,
        _spread(of, found, astray[0], 0 if of.drives else 1),
        _spread(of, found, astray[0], 1) if of.hospital else None,
        turnout, of.drives, of.hospital, of.count(), of.beyond, of.rounds,
        of.moved,
    )  # fmt: skip


def _spread(of: Settling, found: Regression, astray: Regression, kind: int) -> Estimate:
    """The spread of drives of a kind with its interval.

    Drives astray scatter more, which the other reading takes away; what whole minutes add is
    taken away as that of a normal law, which it is not quite.
    """
    data = of.data()
    mine = data.to_hospital == bool(kind)
    sigma, other = float(found.sigma[kind]), float(astray.sigma[kind])
    raw = driving.spread(found.residuals[mine], np.zeros(int(mine.sum())))
    se = 1.17 * sigma / math.sqrt(max(int(mine.sum()), 1))
    se = math.hypot(se, OF_MINUTES * max(raw - sigma, 0.0))
    low, high = sorted((sigma, max(2 * sigma - max(other, sigma), 0.0)))
    reach = reach_of(high - low, se) * se
    return Estimate((low + high) / 2, max(low - reach, 0.0), high + reach)
