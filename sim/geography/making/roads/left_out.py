"""What was read of the roads, what was left out and why: in ways and in kilometres."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from sim.geography.making.report import ROADS, WAYS, Counted, Report, count, some
from sim.geography.making.roads import speeds, tags
from sim.text import Message

NO_ENDS: Final = "no ends"
GROUND_M: Final = "ground_m"  # the column of metres on the ground
ZONES_DEGREES: Final = 12.0  # about as far as a UTM zone is good to a few in a thousand

# Why ways are left out, in the order in which it is said.
LEFT_OUT: Final = {
    tags.CLOSED: Message("left out: {ways} closed to ambulances (access), {km:,.1f} km"),
    tags.FERRY: Message("left out: {ways} of ferries (--ferries keeps them), {km:,.1f} km"),
    tags.SERVICE: Message("left out: {ways} of service roads (--service keeps them), {km:,.1f} km"),
    tags.TRACK: Message("left out: {ways} of tracks (--tracks keeps them), {km:,.1f} km"),
    tags.NOT_YET: Message("left out: {ways} planned or under construction, {km:,.1f} km"),
    tags.NO_LONGER: Message("left out: {ways} disused, abandoned or impassable, {km:,.1f} km"),
    tags.NO_ROAD: Message("left out: {ways} not for vehicles, {km:,.1f} km"),
    tags.UNKNOWN: Message("left out: {ways} of classes that nobody knows, {km:,.1f} km"),
    NO_ENDS: Message("left out: {ways} without usable ends, {km:,.1f} km"),
}
NAMED: Final = (tags.NO_ROAD, tags.UNKNOWN)  # their classes are told one by one
# What else is counted of the ways that are kept.
DOUBTS: Final = {
    tags.REVERSIBLE: Message("reversible, taken as open both ways: {ways}"),
    tags.ODD_COURSE: Message("one-way words not understood, taken as absent: {words} ({ways})"),
    tags.ODD_ACCESS: Message("access words not understood, taken as absent: {words} ({ways})"),
    speeds.ODD: Message("speeds not understood, left to the class: {words} ({ways})"),
    speeds.OUTSIDE: Message("speeds outside 1 to 200 km/h, left to the class: {words} ({ways})"),
    tags.ODD_FERRY: Message("durations of ferries not understood: {words} ({ways})"),
    tags.HOURS: Message("rules for some hours only (conditional) are not read: {ways}"),
}
MISREAD: Final = (tags.ODD_COURSE, tags.ODD_ACCESS, speeds.ODD, tags.ODD_FERRY)
MANY: Final = 0.01  # of the ways that are kept


def flat_crs(xy: np.ndarray) -> pyproj.CRS | None:
    """The UTM zone of points in degrees, as maps have it; None of points that span more.

    `xy`: [point, 2] longitude and latitude, nan where a point is lost.
    """
    known = xy[np.isfinite(xy[:, 0])]
    if not len(known):
        return None
    west, south = known.min(axis=0).tolist()
    east, north = known.max(axis=0).tolist()
    if east - west > ZONES_DEGREES:
        return None
    return gpd.GeoSeries([shapely.box(west, south, east, north)], crs=4326).estimate_utm_crs()


def ground_m(
    xy: np.ndarray, of: np.ndarray, lines: int, flat: pyproj.CRS | None
) -> np.ndarray:  # fmt: skip
    """[line] metres of lines in degrees, in a flat system or, without one, on the ellipsoid.

    `xy`: [point, 2] longitude and latitude, nan where a point is lost: what touches it has no
    length; `of`: [point] the line, in rising order.
    """
    known = np.isfinite(xy[:, 0])
    step = (of[1:] == of[:-1]) & known[1:] & known[:-1]
    if flat is not None:
        to_metres = pyproj.Transformer.from_crs(4326, flat, always_xy=True)
        at = np.column_stack(to_metres.transform(*xy.T))
        metres = np.hypot(*(at[1:][step] - at[:-1][step]).T)
    else:
        (lon, lat), (lon_to, lat_to) = xy[:-1][step].T, xy[1:][step].T
        metres = pyproj.Geod(ellps="WGS84").inv(lon, lat, lon_to, lat_to)[2]
    return np.bincount(of[1:][step], metres, minlength=lines)


def ground_m_of_lines(lines: np.ndarray, crs: pyproj.CRS) -> np.ndarray:
    """The same of lines in any coordinate system."""
    xy, of = shapely.get_coordinates(lines, return_index=True)
    if not crs.is_geographic:
        to_degrees = pyproj.Transformer.from_crs(crs, 4326, always_xy=True)
        xy = np.column_stack(to_degrees.transform(*xy.T))
    return ground_m(xy, of, len(lines), flat_crs(xy))


def _ferry_kmh(
    roads: Sequence[tags.Road], metres: np.ndarray, report: Report, what: Counted
) -> np.ndarray:
    """[way] km/h of ferries: by how long they take, else the usual; nan of roads."""
    ferry = np.array([road.road_class == tags.FERRY for road in roads], bool)
    minutes = np.array([road.minutes for road in roads], float)
    kmh = np.round(np.where(metres > 0, 0.06 * metres / minutes, np.nan), 2)
    timed = (kmh > 0) & (kmh <= speeds.PLAUSIBLE_KMH[1])
    taken = np.array([not road.left_out for road in roads], bool)
    if (ferry & taken).any():
        message = Message(
            "ferries by their duration: {timed}; others at {kmh:g} km/h: {untimed}",
            timed=count((ferry & taken & timed).sum(), what),
            untimed=count((ferry & taken & ~timed).sum(), what),
            kmh=tags.FERRY_KMH,
        )
        report.note(ROADS, message)
    return np.where(ferry, np.where(timed, kmh, tags.FERRY_KMH), np.nan)


def note_ways(
    roads: Sequence[tags.Road], reasons: Sequence[str], metres: np.ndarray, what: Counted,
    report: Report,
) -> None:  # fmt: skip
    """Says of the ways read what was left out, why, and what was odd about the others."""
    ways: Counter[str] = Counter(reasons)
    km: defaultdict[str, float] = defaultdict(float)
    named: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for road, reason, length in zip(roads, reasons, metres.tolist(), strict=True):
        km[reason] += length / 1000
        if reason in NAMED:
            named[reason, road.road_class].append(length / 1000)
    for reason, text in LEFT_OUT.items():
        if ways[reason]:
            message = Message(text.text, ways=count(ways[reason], what), km=km[reason])
            report.note(ROADS, message)
            report.kilometres.leave_out(km[reason])
            _note_classes({c: n for (r, c), n in named.items() if r == reason}, what, report)
    _note_doubts([r for r, reason in zip(roads, reasons, strict=True) if not reason], what, report)
    report.kilometres.read += sum(km.values())
    report.note(ROADS, Message("taken: {ways}", ways=count(ways[""], what)))


def _note_classes(named: dict[str, list[float]], what: Counted, report: Report) -> None:
    """The classes that are left out, the longest first."""
    for name, km in sorted(named.items(), key=lambda item: (-sum(item[1]), item[0])):
        message = Message(
            "{road}: {km:,.1f} km, {links}", road=name, km=sum(km), links=count(len(km), what)
        )
        report.note(ROADS, message, detail=True)


def _note_doubts(roads: Sequence[tags.Road], what: Counted, report: Report) -> None:
    """What is odd about the ways that are kept; what is odd of many of them is to look at."""
    words: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for road in roads:
        for doubt, text in set(road.doubts):
            words[doubt][text] += 1
    for doubt, text in DOUBTS.items():
        ways = words[doubt].total()
        if not ways:
            continue
        often = [name for name, _ in sorted(words[doubt].items(), key=lambda w: (-w[1], w[0]))]
        message = Message(text.text, words=some(often), ways=count(ways, what))
        if doubt in MISREAD and ways > MANY * len(roads):
            report.warn(message)
        else:
            report.note(ROADS, message)


def as_links(
    roads: Sequence[tags.Road],
    metres: np.ndarray,
    ferry_m: np.ndarray,
    what: Counted,
    report: Report,
) -> dict[str, np.ndarray]:
    """[way] the columns of links that follow from words: class, course, speeds, metres.

    `ferry_m`: [way] the metres that a ferry's duration is for; nan where they are not known.
    """
    ferry = _ferry_kmh(roads, ferry_m, report, what)
    known = np.isfinite(ferry)
    return {
        "class": np.array([road.road_class for road in roads], object),
        "course": np.array([road.course for road in roads], int),
        "speed_kmh": np.where(known, ferry, [road.kmh for road in roads]),
        "back_kmh": np.where(known, ferry, [road.back_kmh for road in roads]),
        GROUND_M: metres,
    }


def note_own_classes(roads: Sequence[tags.Road], report: Report) -> None:
    """Warns of words that OpenStreetMap does not have: a scenario does not know their speed."""
    own = {r.road_class for r in roads} - tags.MAIN - tags.STREETS - tags.SWITCHED
    if own:
        report.warn(
            Message(
                "classes that OpenStreetMap does not have: {names}; give each a speed in the "
                "scenario's travel.speeds",
                names=some(sorted(own)),
            )
        )


def note_deleted(ways: int, report: Report) -> None:
    """Ways that somebody deleted in an editor and that its file still holds."""
    if ways:
        deleted = count(ways, WAYS)
        report.note(ROADS, Message("{ways} deleted in the editor, not read", ways=deleted))


def note_barriers(cut: int, strange: Sequence[str], report: Report) -> None:
    """How many barriers cut a road, and which words on others nobody knows."""
    if cut:
        message = Message(
            "roads cut at {barriers} that no ambulance passes", barriers=count(cut, BARRIERS)
        )
        report.note(ROADS, message)
    if strange:
        message = Message(
            "barriers not understood, taken as passable: {words}", words=some(sorted(set(strange)))
        )
        report.note(ROADS, message)


BARRIERS: Final = Counted(Message("{n} barrier"), Message("{n} barriers"))


def note_kilometres(kept_m: float, report: Report) -> None:
    """The sum of it all, of the rounded parts that were said before, so that it adds up."""
    kept, left_out = round(kept_m / 1000, 1), round(report.kilometres.said, 1)
    message = Message(
        "of {read:,.1f} km read {kept:,.1f} km are kept and {left_out:,.1f} km left out",
        read=kept + left_out,
        kept=kept,
        left_out=left_out,
    )
    report.note(ROADS, message)
