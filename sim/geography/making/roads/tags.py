"""The one table of road words: what tags, columns or attributes of a road mean for an ambulance.

Every reader hands over what its file says of a road by the keys of OpenStreetMap, so that a word
means the same in an extract, in a column of lines and in a graph.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from sim.geography.making.groups import RoadOptions
from sim.geography.making.roads import access as access_words
from sim.geography.making.roads import speeds
from sim.geography.making.roads.wording import pieces, values, word

# What an ambulance usually drives on each class, km/h, from the fastest: of a line that is there
# twice it says which is the faster one. A scenario's travel.speeds decide how fast it is driven.
USUAL_KMH: Final = {
    "motorway": 91.0, "motorway_link": 60.0, "trunk": 60.0, "trunk_link": 47.0,
    "primary": 47.0, "primary_link": 47.0, "secondary": 47.0, "secondary_link": 47.0,
    "tertiary": 40.0, "tertiary_link": 40.0, "unclassified": 30.0, "residential": 30.0,
    "road": 30.0, "living_street": 15.0, "service": 15.0, "track": 15.0,
}  # fmt: skip
MAIN: Final = frozenset(
    f"{name}{link}"
    for name in ("motorway", "trunk", "primary", "secondary", "tertiary")
    for link in ("", "_link")
)
STREETS: Final = frozenset({"unclassified", "residential", "living_street", "road"})
NOT_BUILT: Final = frozenset({"construction", "proposed", "planned"})
OUT_OF_USE: Final = frozenset(
    {"abandoned", "disused", "razed", "demolished", "dismantled", "removed", "destroyed",
     "historic"}
)  # fmt: skip
# An old road, historic=yes, may be open.
OUT_OF_USE_KEYS: Final = OUT_OF_USE - {"historic"} | {"impassable"}
NOT_BUILT_KEYS: Final = frozenset({"construction", "proposed"})
NOT_FOR_AMBULANCES: Final = (
    frozenset(
        {"footway", "path", "pedestrian", "cycleway", "steps", "bridleway", "corridor", "elevator",
         "platform", "raceway", "busway", "bus_guideway", "rest_area", "services", "escape",
         "via_ferrata", "no", "crossing", "emergency_bay", "emergency_access_point",
         "bus_stop", "traffic_island", "ladder", "sidewalk", "trail", "toll_gantry", "street_lamp",
         "virtual", "layby", "trailhead", "stop", "give_way", "turning_circle", "turning_loop"}
    )
    | NOT_BUILT
    | OUT_OF_USE
)  # fmt: skip
# A line that says one of these, and no class, is no road: files of all lines hold rivers too.
OTHER_THINGS: Final = ("waterway", "railway", "aerialway", "power", "barrier", "boundary",
                       "building", "natural", "landuse", "man_made", "pipeline")  # fmt: skip
NOT_LIVED_IN: Final = frozenset({"motorway", "motorway_link", "trunk", "trunk_link", "ferry"})
FERRY_KMH: Final = 15.0

BOTH, FORWARD, BACKWARD = 0, 1, -1
DIRECTIONS: Final = {
    **dict.fromkeys(("yes", "true", "1", "1.0", "f", "ft", "forward", "oneway", "是"), FORWARD),
    **dict.fromkeys(("-1", "-1.0", "reverse", "t", "tf", "backward"), BACKWARD),
    **dict.fromkeys(("no", "false", "0", "0.0", "b", "both", "none", "否"), BOTH),
    # Open one way at a time: an ambulance with siren may wait or be let through.
    **dict.fromkeys(("reversible", "alternating"), BOTH),
}
ONEWAY: Final = ("oneway:emergency", "oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle",
                 "oneway")  # fmt: skip
CONDITIONAL: Final = frozenset(
    f"{key}:conditional" for key in (*access_words.KEYS, "oneway", "maxspeed")
)

# Why a road is left out.
CLOSED, FERRY, SERVICE, TRACK = "closed", "ferry", "service", "track"
NOT_YET, NO_LONGER, NO_ROAD, UNKNOWN = "not built", "out of use", "no road", "unknown class"
SWITCHED: Final = frozenset({FERRY, SERVICE, TRACK})  # each kept by an option of its name
# What else is counted.
REVERSIBLE, ODD_COURSE, ODD_ACCESS, HOURS = "reversible", "odd course", "odd access", "hours"
ODD_FERRY = "odd duration"


class Road(NamedTuple):
    """What a road's words come to."""

    road_class: str
    course: int  # BOTH, FORWARD or BACKWARD along its line
    kmh: float  # along its line; nan where the class decides
    back_kmh: float  # against it
    minutes: float = math.nan  # of a ferry, from end to end
    left_out: str = ""  # why, or nothing
    doubts: tuple[tuple[str, str], ...] = ()  # what is counted, and the word it is counted for


def road(tags: Mapping[str, str], options: RoadOptions, own_classes: bool = False) -> Road:
    """The road of some tags; `own_classes`: words that OpenStreetMap does not have are kept.

    `tags` hold no empty text. A road without a class is unclassified, unless it is something else.
    """
    other = next((key for key in OTHER_THINGS if key in tags), "unclassified")
    name = road_class(tags.get("highway")) or ("ferry" if is_ferry(tags) else other)
    open_to = access_words.access(tags)
    reason = _why_not(name, tags, options, own_classes)
    if not reason and not (open_to.forward or open_to.backward):
        reason = CLOSED
    doubts: list[tuple[str, str]] = [(ODD_ACCESS, text) for text in open_to.strange]
    course = _course(name, tags, doubts)
    one_way_open = {(True, False): FORWARD, (False, True): BACKWARD}.get(open_to[:2])
    if one_way_open is not None and not reason:
        reason = CLOSED if course == -one_way_open else ""
        course = one_way_open
    if CONDITIONAL & tags.keys():
        doubts.append((HOURS, ""))
    kmh, back_kmh, odd = speeds.both_ways(tags, options.speed_unit or "km/h")
    minutes = math.nan
    if name == "ferry":
        minutes = speeds.minutes(tags.get("duration"))
        odd = {ODD_FERRY: tags["duration"]} if "duration" in tags and math.isnan(minutes) else {}
    doubts += odd.items()
    return Road(name, course, kmh, back_kmh, minutes, reason, tuple(doubts) if not reason else ())


def _why_not(name: str, tags: Mapping[str, str], options: RoadOptions, own_classes: bool) -> str:
    """The reason for which a road is left out whatever its access, or nothing."""
    if name in NOT_BUILT or _says_one_of(tags, NOT_BUILT_KEYS):
        return NOT_YET
    if name in OUT_OF_USE or _says_one_of(tags, OUT_OF_USE_KEYS):
        return NO_LONGER
    if wanted(name, options.service, options.tracks, options.ferries):
        return ""
    if name in (FERRY, SERVICE, TRACK):
        return name
    if name in NOT_FOR_AMBULANCES or name in OTHER_THINGS:
        return NO_ROAD
    return "" if own_classes else UNKNOWN


def _says_one_of(tags: Mapping[str, str], keys: frozenset[str]) -> bool:
    return any(word(tags[key]) in ("yes", "true", "1") for key in keys & tags.keys())


def is_ferry(tags: Mapping[str, str]) -> bool:
    return "ferry" in values(tags.get("route", ""))


def is_road(tags: Mapping[str, str]) -> bool:
    """Whether the tags are of a road or a ferry at all, and not of a house or a river."""
    return "highway" in tags or is_ferry(tags)


def _course(name: str, tags: Mapping[str, str], doubts: list[tuple[str, str]]) -> int:
    """BOTH, FORWARD or BACKWARD; roundabouts and motorways run one way unless they say not."""
    for key in ONEWAY:
        text = tags.get(key)
        if text is None:
            continue
        known = direction(text)
        if known is None:
            doubts.append((ODD_COURSE, text))
            continue
        if {"reversible", "alternating"} & set(values(text)):
            doubts.append((REVERSIBLE, ""))
        return known
    round_about = {"roundabout", "circular"} & set(values(tags.get("junction", "")))
    return FORWARD if name == "motorway" or round_about else BOTH


@lru_cache(maxsize=4096)
def direction(text: str | None) -> int | None:
    """BOTH, FORWARD or BACKWARD; None for a word that nobody knows.

    Where pieces of a road were joined, one that is one-way makes all of it so.
    """
    if text is None or not values(text):
        return BOTH
    known = {DIRECTIONS.get(one) for one in values(text)}
    if None in known or known >= {FORWARD, BACKWARD}:
        return None
    return next(iter(known - {BOTH}), BOTH)


@lru_cache(maxsize=4096)
def road_class(text: str | None) -> str:
    """The class as OpenStreetMap writes it; of a list, its first."""
    words = [one for one in values(text or "") if one != "none"]
    first = re.sub(r"\s+", "_", words[0]) if words else ""
    return "track" if re.fullmatch(r"track_grade\d", first) else first


def wanted(name: str, service: bool, tracks: bool, ferries: bool) -> bool:
    """Whether an ambulance drives there, as far as the class says."""
    return (
        name in MAIN
        or name in STREETS
        or (service and name == "service")
        or (tracks and name == "track")
        or (ferries and name == "ferry")
    )


def directed(tags: Mapping[str, str], options: RoadOptions) -> Road:
    """The road of an edge that is one direction already, as in a directed graph.

    `reversed` is true where the edge runs against the line that its words are of. Its course is
    FORWARD, or BOTH where a particular word opens it to ambulances against the general one.
    """
    against = word(pieces(tags.get("reversed", ""))[0]) == "true"
    particular = any(direction(tags.get(key, "odd")) == BOTH for key in ONEWAY[:-1])
    read = road({**tags, "oneway": "no"}, options, own_classes=True)
    closed = read.course == (FORWARD if against else BACKWARD)
    return read._replace(
        course=BOTH if particular else FORWARD,
        kmh=read.back_kmh if against else read.kmh,
        back_kmh=read.kmh if against else read.back_kmh,
        left_out=read.left_out or (CLOSED if closed else ""),
    )
