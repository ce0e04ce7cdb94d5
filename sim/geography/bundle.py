"""A map bundle: one GeoPackage with a place's boundary, townships, people, roads and sites.

`maps/<place>/<place>.gpkg` holds the layers of `contents`, all in one metric coordinate system;
`checking` says what is wrong with one. What a study needs of it is worked out once and then kept
(`kept_maps`): GDAL, pandas and the like are opened only where more is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import shapely
from shapely import Geometry, STRtree, points

from sim.errors import MapError, Problem
from sim.files import entrance
from sim.files.whole import replaced
from sim.geography import kept_maps
from sim.geography.contents import LAYERS, MATRIX
from sim.geography.roads import network
from sim.geography.roads.network import Links, Network, Snapped
from sim.geography.whereabouts import layer_field
from sim.text import Message, Name

if TYPE_CHECKING:
    import pyproj

URBAN, RURAL = 0, 1
Layers = dict[str, Any]  # GeoDataFrames by layer; of `meta` and `matrix` plain ones


class Cells(NamedTuple):
    """Where people live: one row for each call place."""

    xy: np.ndarray  # [cell, 2] metres
    people: np.ndarray  # [cell]
    area: np.ndarray  # [cell] URBAN or RURAL
    township: np.ndarray  # [cell] row of the townships


class Spot(NamedTuple):
    """A named point: a site, a hospital or a township's seat, in metres."""

    name: Name
    x: float
    y: float
    row: int = -1  # of its layer


@dataclass(frozen=True, eq=False)
class Map:
    """A place as the simulator knows it. Geometry in `crs` (metres); rows as in the bundle."""

    path: Path
    meta: dict[str, str]
    crs_text: str  # of the coordinate system
    read_layers: Callable[[], Layers] = field(repr=False)

    @cached_property
    def layers(self) -> Layers:
        """All that the file holds; MapError if it was changed since it was opened."""
        return self.read_layers()

    @cached_property
    def crs(self) -> pyproj.CRS:
        from sim.files.projections import CRS

        return CRS(self.crs_text)

    @property
    def name(self) -> Name:
        return Name(self.meta["name_zh"], self.meta["name_en"])

    @property
    def synthetic(self) -> bool:
        """Made up, in whole or in part: every figure drawn from it says so."""
        return self.meta["synthetic"] == "yes"

    @cached_property
    def cells(self) -> Cells:
        cells = self.layers["cells"]
        row_of = {code: row for row, code in enumerate(self.layers["townships"]["code"])}
        return Cells(
            np.column_stack([cells.geometry.x, cells.geometry.y]),
            cells["people"].to_numpy(float),
            (cells["area"] != "urban").to_numpy(int),
            cells["township"].map(row_of).to_numpy(int),
        )

    @cached_property
    def road_links(self) -> int:
        """How many links of roads the file holds."""
        return len(self.layers["roads"])

    @cached_property
    def network(self) -> Network:
        return self._network[0]

    @cached_property
    def nodes_left_out(self) -> int:
        """Road nodes outside the largest part that can be driven both ways."""
        return self._network[1]

    @cached_property
    def matrix(self) -> np.ndarray | None:
        """[from cell, to cell] seconds with siren, of a map that has no roads."""
        if MATRIX not in self.layers:
            return None
        table, size = self.layers[MATRIX], len(self.layers["cells"])
        seconds = np.zeros((size, size))
        seconds[table["u"].to_numpy(int), table["v"].to_numpy(int)] = table["seconds"]
        return seconds

    @cached_property
    def road_names(self) -> np.ndarray:
        """[road of the network] its name, of those that have none nothing: import keeps them."""
        roads = self.layers["roads"]
        if "name" not in roads.columns:
            return np.full(len(self.network.link), "")
        return roads["name"].fillna("").to_numpy(str)[self.network.link]

    @cached_property
    def _network(self) -> tuple[Network, int]:
        if self.matrix is not None:
            return network.without_roads(self.cells.xy), 0
        roads = self.layers["roads"]
        built, outside = network.build(
            Links(
                roads["u"].to_numpy(int),
                roads["v"].to_numpy(int),
                roads.geometry.to_numpy(),
                roads["length_m"].to_numpy(float),
                roads["class"].to_numpy(str).astype(object),
                roads["speed_kmh"].to_numpy(float) / 3.6,
                roads["oneway"].to_numpy(bool),
            )
        )
        if not len(built.open_roads):
            message = Message(
                "no road can be driven both ways and left, so that an ambulance could come back"
            )
            raise MapError(self.path, Problem(message, layer_field("roads")))
        return built, outside

    @cached_property
    def cells_at_roads(self) -> Snapped:
        """Where each cell joins the roads."""
        return network.snap(self.network, self.cells.xy)

    @cached_property
    def hospitals_at_roads(self) -> Snapped:
        """Where each hospital joins the roads."""
        return network.snap(
            self.network, np.array([(h.x, h.y) for h in self.hospitals]).reshape(-1, 2)
        )

    @cached_property
    def township_people(self) -> np.ndarray:
        """[township] who live there."""
        return np.asarray(self.layers["townships"]["people"].to_numpy(float))

    @cached_property
    def township_codes(self) -> list[str]:
        """[township] its code."""
        return [str(code) for code in self.layers["townships"]["code"]]

    @cached_property
    def township_areas(self) -> np.ndarray:
        """[township] its area, in metres."""
        return np.asarray(self.layers["townships"].geometry.to_numpy())

    @cached_property
    def has_zones(self) -> bool:
        """Whether zones stand for townships, which have no names of their own."""
        return set(self.layers["townships"].get("kind", ())) == {"zone"}

    @cached_property
    def townships(self) -> list[Spot]:
        """The townships with their seats."""
        frame = self.layers["townships"]
        x, y = self.project(frame["seat_lon"].to_numpy(), frame["seat_lat"].to_numpy())
        return _spots(frame, x, y)

    @cached_property
    def sites(self) -> list[Spot]:
        frame = self.layers["sites"]
        return _spots(frame, frame.geometry.x, frame.geometry.y)

    @cached_property
    def hospitals(self) -> list[Spot]:
        frame = self.layers["hospitals"]
        return _spots(frame, frame.geometry.x, frame.geometry.y)

    @cached_property
    def hospital_facts(self) -> list[tuple[str, str]]:
        """[hospital] its level, and its capabilities with commas between them; may be empty."""
        frame = self.layers["hospitals"]
        columns = (frame[name].fillna("").astype(str) for name in ("level", "capabilities"))
        return list(zip(*columns, strict=True))

    def find(self, name: str) -> Spot | None:
        """A site, a township (its seat) or a hospital by its Chinese or English name."""
        return next(iter(self.called(name)), None)

    def called(self, name: str) -> list[Spot]:
        """The site of a name, else the townships, else the hospitals: several if it is not clear.

        Rows at one point are one place; of two sites of one name the first is meant, as an import
        says.
        """
        for site in self.sites:
            if name in (site.name.zh, site.name.en) or name.casefold() == site.name.en.casefold():
                return [site]
        for spots in (self.townships, self.hospitals):
            found = {
                (spot.x, spot.y): spot
                for spot in reversed(spots)
                if name in (spot.name.zh, spot.name.en)
                or name.casefold() == spot.name.en.casefold()
            }
            if found:
                return list(reversed(found.values()))
        return []

    def known_names(self) -> list[str]:
        spots = [*self.sites, *self.townships, *self.hospitals]
        return list(dict.fromkeys(n for s in spots for n in (s.name.zh, s.name.en)))

    def project(self, lon: Any, lat: Any) -> tuple[Any, Any]:
        """WGS84 degrees to metres in the map's coordinate system."""
        return self._transformer.transform(lon, lat)

    def lonlat(self, x: Any, y: Any) -> tuple[Any, Any]:
        return self._transformer.transform(x, y, direction="INVERSE")

    @cached_property
    def _transformer(self) -> pyproj.Transformer:
        from sim.files.projections import Transformer

        return Transformer.from_crs(4326, self.crs, always_xy=True)

    @cached_property
    def outline(self) -> Geometry:
        """The boundary's area as one shape."""
        return self.layers["boundary"].geometry.union_all()

    def outside_m(self, x: float, y: float) -> float:
        """Metres from a point to the boundary's area; 0 inside."""
        return float(self.outline.distance(points(x, y)))

    def townships_at(self, xy: np.ndarray) -> np.ndarray:
        """Row of the township of each point, the nearest one for a point in none."""
        tree = STRtree(self.township_areas)
        return np.asarray(tree.nearest(points(xy)), int)

    def areas_at(self, xy: np.ndarray) -> np.ndarray:
        """URBAN or RURAL by the urban core."""
        core = self.layers["core"].geometry.union_all()
        inside = shapely.within(points(xy), core)
        return np.where(inside, URBAN, RURAL)


def read(path: Path) -> Map:
    """A bundle, read and checked; MapError with everything that is wrong with it."""
    path = Path(path)
    entrance.require_file(path, MapError)
    with entrance.reading(path, MapError):
        return _read(path, path.stat().st_mtime_ns)


NO_BUNDLE: Final = Message("this is not a GeoPackage ({reason})")


# What a study needs of a map, and costs more to work out than to keep.
KEPT: Final = (
    "cells", "matrix", "_network", "cells_at_roads", "hospitals_at_roads", "townships", "sites",
    "hospitals", "hospital_facts", "township_people", "township_codes", "township_areas",
    "has_zones", "road_links", "outline",
)  # fmt: skip


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> Map:
    digest = kept_maps.digest(path)
    found = kept_maps.kept(digest)
    if found is not None:
        ground = Map(path, found.meta, found.crs_text, lambda: _unchanged(path, digest))
        vars(ground).update(found.worked_out)
        return ground
    layers = _checked(path)
    meta = dict(zip(layers["meta"]["key"], layers["meta"]["value"].astype(str), strict=True))
    ground = Map(path, meta, layers["roads"].crs.srs, lambda: layers)
    if digest == kept_maps.digest(path):
        _keep(ground, digest)
    return ground


def _keep(ground: Map, digest: str) -> None:
    """Work out what a study needs, and keep it; not of a map whose roads lead nowhere."""
    try:
        worked_out = {name: getattr(ground, name) for name in KEPT}
    except MapError:  # told when somebody needs the roads
        return
    kept_maps.keep(digest, kept_maps.Extract(ground.meta, ground.crs_text, worked_out))


def _unchanged(path: Path, digest: str) -> Layers:
    """The layers of a file that was opened before."""
    with entrance.reading(path, MapError):
        layers = _checked(path)
        if kept_maps.digest(path) != digest:
            message = Message("the file was changed while it was used; run the command again")
            raise MapError(path, message)
        return layers


def _checked(path: Path) -> Layers:
    """The layers of a file; MapError with all that is wrong with them."""
    from sim.geography import checking

    layers = _layers(path)
    problems = checking.problems(layers)
    if problems:
        raise MapError(path, problems)
    return layers


def _layers(path: Path) -> Layers:
    """The layers of a file as they stand there; MapError if it lacks one, or numbers."""
    from sim.files import geodata, stored_layers
    from sim.geography import checking

    with entrance.reading(path, MapError, NO_BUNDLE), geodata.told_as(path, MapError):
        data = geodata.geopackage(path)
        missing = checking.missing_layers(data.parts)
        if missing:
            raise MapError(path, missing)
        wanted = [*LAYERS, *([MATRIX] if MATRIX in data.parts else [])]
        layers = {name: geodata.read(data, name) for name in wanted}
        other = {
            name: stored_layers.rows_without_numbers(path, name, checking.numbers(name))
            for name in wanted
        }
    problems = checking.no_numbers(other)
    if problems:
        raise MapError(path, problems)
    return layers


def write(path: Path, layers: Layers) -> None:
    """Write a bundle beside its final name, then put it in place in one step."""
    from sim.files import geodata
    from sim.geography import checking

    problems = checking.missing_layers(layers) or checking.problems(layers)
    if problems:
        raise MapError(path, problems)
    with replaced(path) as part:
        for name in dict.fromkeys([*LAYERS, *layers]):  # others too, like rivers, for a GIS
            geodata.write(part, name, layers[name])


def _spots(frame: Any, x: Any, y: Any) -> list[Spot]:
    names = zip(frame["name_zh"], frame["name_en"], x, y, strict=True)
    return [
        Spot(Name(zh, en), float(px), float(py), row) for row, (zh, en, px, py) in enumerate(names)
    ]
