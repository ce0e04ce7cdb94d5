"""Which column of lines, or attribute of a graph, says what of a road: by OpenStreetMap's keys."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Final

from sim.files import json_text, numerals
from sim.geography.making.roads import access, speeds, tags

SHAPEFILE: Final = 10  # letters of a column's name in a Shapefile

# Usual names beside the key itself; of several the first that is there counts.
CLASS: Final = ("highway", "fclass", "class", "road_class", "type", "道路等级", "等级")
ONEWAY: Final = ("oneway", "one_way", "direction", "单行")
SPEED: Final = ("maxspeed", "max_speed", "speed", "speed_limit", "speedlimit", "限速", "速度")
PACKED: Final = ("other_tags", "all_tags", "tags")  # many tags in one column
SPEED_KEYS: Final = {**speeds.IN_UNITS, "maxspeed": ""}  # and their units
USUAL: Final = {
    "highway": CLASS,
    "oneway": ONEWAY,
    "maxspeed": SPEED,
    "speed_kph": ("speed_kph", "speed_kmh", "kph", "kmh", "speed_km_h", "maxspeed_kmh"),
    "speed_mph": ("speed_mph", "mph", "maxspeed_mph", "max_speed_mph", "speed_limit_mph"),
    "speed_mps": ("speed_mps", "speed_ms", "speed_m_s", "mps"),
    "speed_knots": ("speed_knots", "knots"),
    "name": ("name", "street", "road_name", "名称", "路名"),
    "junction": ("junction",),
    "duration": ("duration",),
    "route": ("route",),
    "osmid": ("osmid", "osm_id"),
    **{key: (key,) for key in (*access.KEYS, *tags.ONEWAY[:-1], *sorted(tags.CONDITIONAL))},
    **{
        f"{key}{way}": (f"{key}{way}",)
        for key in (*access.KEYS, "maxspeed")
        for way in (":forward", ":backward")
    },
    **{key: (key,) for key in sorted(tags.NOT_BUILT_KEYS | tags.OUT_OF_USE_KEYS | {"reversed"})},
    **{key: (key,) for key in tags.OTHER_THINGS},
    "geometry": ("geometry",),
}  # fmt: skip


def meanings(columns: Iterable[str]) -> dict[str, str]:
    """{OpenStreetMap's key: the column that says it}, of the columns or attributes there are.

    Names in any case; with _ for : and a space for _, and cut to ten letters as a Shapefile has
    them.
    """
    names = list(columns)
    there: dict[str, str] = {}
    for name in names:
        there.setdefault(_plain(name), name)
    found: dict[str, str] = {}
    for key, usual in USUAL.items():
        spellings = [s for name in usual for s in (name, name.replace(":", "_"))]
        short = [s[:SHAPEFILE] for s in spellings if len(s) > SHAPEFILE]
        taken = set(found.values())
        hit = next((there[s] for s in (*spellings, *short) if s in there), "")
        if hit and hit not in taken:
            found[key] = hit
    return _with_units(names, found)


def _with_units(names: Sequence[str], found: dict[str, str]) -> dict[str, str]:
    """The same with speeds whose header says their unit: `限速(km/h)`, `speed (mph)`."""
    for name in names:
        header = numerals.header(name)
        kmh = speeds.KMH.get(header.unit, 0.0)
        if _plain(header.stem) in SPEED and name not in found.values():
            for key, unit in speeds.IN_UNITS.items():
                if math.isclose(kmh, speeds.KMH[unit], rel_tol=1e-3):
                    found.setdefault(key, name)
    return found


def _plain(name: str) -> str:
    return name.strip().casefold().replace(" ", "_")


HSTORE: Final = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*"((?:[^"\\]|\\.)*)"')


def unpacked(text: str | None) -> dict[str, str]:
    """The tags in one column, as GDAL (other_tags, hstore) and others (JSON) write them."""
    if not text:
        return {}
    if text.lstrip().startswith("{"):
        try:
            read = json_text.loads(text)
        except ValueError:
            return {}
        return {str(key): str(value) for key, value in read.items() if value is not None}
    return {re.sub(r"\\(.)", r"\1", key): re.sub(r"\\(.)", r"\1", value)
            for key, value in HSTORE.findall(text)}  # fmt: skip
