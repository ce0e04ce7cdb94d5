"""A map bundle: one GeoPackage with a place's boundary, townships, people, roads and sites.

`maps/<place>/<place>.gpkg` holds the layers of `LAYERS`, all in one metric coordinate system.
`docs/map-bundle.md` describes every column.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
from shapely import Geometry, STRtree, points

from sim.errors import MapError, Problem
from sim.files import entrance
from sim.files.whole import replaced
from sim.geography.roads import network
from sim.geography.roads.network import Links, Network, Snapped
from sim.text import Message, Name

URBAN, RURAL = 0, 1
AREAS: Final = ("urban", "rural")
PROVENANCE: Final = ("sourced", "inferred", "imputed", "assumed")

LAYERS: Final[dict[str, tuple[str, ...]]] = {
    "meta": ("key", "value"),
    "boundary": ("provenance",),
    "townships": (
        "code", "name_zh", "name_en", "people", "area", "seat_lon", "seat_lat", "provenance",
    ),
    "core": ("provenance",),
    "cells": ("cell_id", "people", "township", "area", "provenance"),
    "roads": ("u", "v", "class", "oneway", "speed_kmh", "length_m", "provenance"),
    "sites": ("name_zh", "name_en", "kind", "status", "township", "provenance"),
    "hospitals": ("name_zh", "name_en", "level", "capabilities", "provenance"),
}  # fmt: skip


# Instead of roads a bundle may hold seconds between its cells: rows of u, v (cell ids), seconds.
MATRIX: Final = "matrix"
Layers = dict[str, Any]  # GeoDataFrames by layer; of `meta` and `matrix` plain ones


MISSING_LAYER: Final = Message("this layer is missing")
MISSING_COLUMN: Final = Message("this column is missing")
NO_NUMBERS: Final = Message("negative or missing numbers")


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
    crs: pyproj.CRS
    layers: Layers = field(repr=False)

    @property
    def name(self) -> Name:
        english = self.meta.get("name_en", self.path.stem)
        return Name(self.meta.get("name_zh", english), english)

    @property
    def synthetic(self) -> bool:
        """Made up, in whole or in part: every figure drawn from it says so."""
        return self.meta.get("synthetic", "no") == "yes"

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
    def _network(self) -> tuple[Network, int]:
        if self.matrix is not None:
            return network.without_roads(self.cells.xy), 0
        roads = self.layers["roads"]
        return network.build(
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

    def find(self, name: str) -> Spot | None:
        """A site, a township (its seat) or a hospital by its Chinese or English name."""
        for spots in (self.sites, self.townships, self.hospitals):
            for spot in spots:
                if name in (spot.name.zh, spot.name.en) or (
                    name.casefold() == spot.name.en.casefold()
                ):
                    return spot
        return None

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
        return pyproj.Transformer.from_crs(4326, self.crs, always_xy=True)

    @cached_property
    def outline(self) -> Geometry:
        """The boundary's area as one shape."""
        return self.layers["boundary"].geometry.union_all()

    def outside_m(self, x: float, y: float) -> float:
        """Metres from a point to the boundary's area; 0 inside."""
        return float(self.outline.distance(points(x, y)))

    def townships_at(self, xy: np.ndarray) -> np.ndarray:
        """Row of the township of each point, the nearest one for a point in none."""
        tree = STRtree(self.layers["townships"].geometry.array)
        return np.asarray(tree.nearest(points(xy)), int)

    def areas_at(self, xy: np.ndarray) -> np.ndarray:
        """URBAN or RURAL by the urban core."""
        core = self.layers["core"].geometry.union_all()
        inside = np.asarray(gpd.GeoSeries(points(xy), crs=self.crs).within(core))
        return np.where(inside, URBAN, RURAL)


def read(path: Path) -> Map:
    """A bundle, read and checked; MapError with everything that is wrong with it."""
    path = Path(path)
    entrance.require_file(path, MapError)
    with entrance.reading(path, MapError):
        return _read(path, path.stat().st_mtime_ns)


NO_BUNDLE: Final = Message("this is not a GeoPackage ({reason})")


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> Map:
    with entrance.reading(path, MapError, NO_BUNDLE):
        present = {name for name, _ in pyogrio.list_layers(path)}
    missing = [name for name in LAYERS if name not in present]
    if missing:
        raise MapError(path, [Problem(MISSING_LAYER, _layer(name)) for name in missing])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # meta has no geometry, and that is meant
        wanted = [*LAYERS, *([MATRIX] if MATRIX in present else [])]
        layers = {name: gpd.read_file(path, layer=name) for name in wanted}
    problems = list(_problems(layers))
    if problems:
        raise MapError(path, problems)
    meta = dict(zip(layers["meta"]["key"], layers["meta"]["value"].astype(str), strict=True))
    return Map(path, meta, layers["roads"].crs, layers)


def write(path: Path, layers: Layers) -> None:
    """Write a bundle beside its final name, then put it in place in one step."""
    problems = [Problem(MISSING_LAYER, _layer(name)) for name in LAYERS if name not in layers]
    problems = problems or list(_problems(layers))
    if problems:
        raise MapError(path, problems)
    with replaced(path) as part, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for name in [*LAYERS, *([MATRIX] if MATRIX in layers else [])]:
            frame = layers[name]
            if isinstance(frame, gpd.GeoDataFrame):
                frame.to_file(part, layer=name, driver="GPKG")
            else:
                pyogrio.write_dataframe(pd.DataFrame(frame), part, layer=name, driver="GPKG")


def _layer(name: str) -> Message:
    return Message("layer {layer}", layer=name)


def _column(layer: str, column: str) -> Message:
    return Message("layer {layer}, column {column}", layer=layer, column=column)


def _problems(layers: Layers) -> Iterator[Problem]:
    """What is wrong with a bundle's layers, in the order in which a person would look."""
    for name, columns in LAYERS.items():
        for column in columns:
            if column not in layers[name].columns:
                yield Problem(MISSING_COLUMN, _column(name, column))
    there = [layers[name].crs for name in LAYERS if name != "meta"]
    if any(crs != there[0] for crs in there):  # the same one may be written in other letters
        found = ", ".join(sorted({str(crs) for crs in there}))
        yield Problem(
            Message("all layers must share one coordinate system; found {found}", found=found)
        )
    projected = layers["roads"].crs is not None and layers["roads"].crs.is_projected
    if not projected:
        message = Message("the coordinate system must be a projected one, in metres")
        yield Problem(message, _layer("roads"))
    for name in ("townships", "cells", "roads"):
        if len(layers[name]) == 0 and not (name == "roads" and MATRIX in layers):
            yield Problem(Message("this layer is empty"), _layer(name))
    yield from _matrix_problems(layers)
    if any(column not in layers[n].columns for n, cs in LAYERS.items() for column in cs):
        return
    for name in LAYERS:
        if name != "meta":
            odd = sorted(set(layers[name]["provenance"].astype(str)) - set(PROVENANCE))
            if odd:
                message = Message(
                    "found {found}; write one of {known}",
                    found=", ".join(odd),
                    known=", ".join(PROVENANCE),
                )
                yield Problem(message, _column(name, "provenance"))
    lost = set(layers["cells"]["township"]) - set(layers["townships"]["code"])
    if lost:
        codes = ", ".join(map(str, sorted(lost)[:5]))
        message = Message("no township has the code {codes}", codes=codes)
        yield Problem(message, _column("cells", "township"))
    for name, column in (("cells", "people"), ("roads", "length_m")):
        if (pd.to_numeric(layers[name][column], errors="coerce").fillna(-1) < 0).any():
            yield Problem(NO_NUMBERS, _column(name, column))
    for name in ("cells", "townships"):
        odd = sorted(set(layers[name]["area"].astype(str)) - set(AREAS))
        if odd:
            message = Message("found {found}; write urban or rural", found=", ".join(odd))
            yield Problem(message, _column(name, "area"))


def _matrix_problems(layers: Layers) -> Iterator[Problem]:
    if MATRIX not in layers:
        return
    table, size = layers[MATRIX], len(layers["cells"])
    lacking = [column for column in ("u", "v", "seconds") if column not in table.columns]
    for column in lacking:
        yield Problem(MISSING_COLUMN, _column(MATRIX, column))
    if not lacking:
        pairs = table[["u", "v"]]
        whole = len(table) == size * (size - 1) and not pairs.duplicated().any()
        if (
            not whole
            or not pairs.isin(range(size)).all(axis=None)
            or (table["u"] == table["v"]).any()
        ):
            message = Message("write the seconds of every two cells once")
            yield Problem(message, _layer(MATRIX))
        if not (pd.to_numeric(table["seconds"], errors="coerce") >= 0).all():
            yield Problem(NO_NUMBERS, _column(MATRIX, "seconds"))


def _spots(frame: Any, x: Any, y: Any) -> list[Spot]:
    names = zip(frame["name_zh"], frame["name_en"], x, y, strict=True)
    return [
        Spot(Name(zh, en), float(px), float(py), row) for row, (zh, en, px, py) in enumerate(names)
    ]
