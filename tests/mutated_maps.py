"""Map files with something wrong in them, for tests that nothing but a sentence comes of it.

`CELLS` puts values that no map can hold into one cell of a bundle; `damaged` spoils the bytes of a
file; `holds` says what is true of every map that was read, whatever was done to its file.
"""

from __future__ import annotations

import itertools
import random
import shutil
import sqlite3
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from conftest import ROOT

from sim.errors import PlannerError
from sim.geography import bundle as maps
from sim.geography.contents import CODE, CONTENTS, NUMBER, TEXT, WHOLE, BundleColumn
from sim.geography.making import ImportOptions, import_map

HOSTILE_NUMBERS = (-5, -1e-9, 1e308, float("inf"), float("-inf"), 9.3e18, "fast", "", "12 km", b"x")
HOSTILE_TEXTS = (None, "", "  ", "x" * 3000)
HOSTILE_WORDS = (None, "", "no such word", 7)


def hostile(column: BundleColumn) -> list[object]:
    """Values that a column cannot hold, each to be refused."""
    if column.kind in (NUMBER, WHOLE):
        values = [one for one in HOSTILE_NUMBERS if not _fits(column, one)]
        if not column.empty:
            values.append(None)
        return [*values, *([0.5] if column.kind == WHOLE else [])]
    if column.kind == CODE:
        return [*(["no such code"] if column.name == "township" else []),
                *([] if column.empty else [None, ""])]  # fmt: skip
    if column.kind == TEXT:
        return ["x" * 3000] if column.empty else list(HOSTILE_TEXTS)
    return list(HOSTILE_WORDS)


def _fits(column: BundleColumn, value: object) -> bool:
    """SQLite stores what a column of numbers is given; a whole number of a text it makes one."""
    return isinstance(value, int | float) and column.least <= value <= column.most


def wrong_cells() -> list[tuple[str, str, object]]:
    """(layer, column, value) for every column of every layer."""
    return [
        (layer, column.name, value)
        for layer, of in CONTENTS.items()
        for column in of.columns
        if layer != "meta" and not column.optional
        for value in hostile(column)
    ]


def without_triggers(path: Path) -> sqlite3.Connection:
    """A GeoPackage as a database whose rows may be changed by hand."""
    database = sqlite3.connect(path)
    database.execute("pragma synchronous = off")
    triggers = database.execute("select name from sqlite_master where type = 'trigger'").fetchall()
    for (name,) in triggers:
        database.execute(f'drop trigger "{name}"')
    return database


def change(path: Path, layer: str, column: str, value: object, row: int = 0) -> None:
    """Write a value into one cell of a bundle."""
    database = without_triggers(path)
    database.execute(
        f'update "{layer}" set "{column}" = ? where rowid in '
        f'(select rowid from "{layer}" order by rowid limit 1 offset ?)',
        [value, row],
    )
    database.commit()
    database.close()


def save(path: Path, layers: dict) -> Path:
    """Write layers as they are, right or wrong."""
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_SQLITE_SYNCHRONOUS": "OFF"})  # nobody needs them later
    try:
        for name, frame in layers.items():
            if isinstance(frame, gpd.GeoDataFrame):
                pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", SPATIAL_INDEX="NO")
            else:
                pyogrio.write_dataframe(pd.DataFrame(frame), path, layer=name, driver="GPKG")
    finally:
        pyogrio.set_gdal_config_options({"OGR_SQLITE_SYNCHRONOUS": None})
    return path


# ── whole layers ─────────────────────────────────────────────────────────────────────────────

Layers = dict[str, object]
Change = Callable[[Layers, random.Random], Layers]


def _any_layer(layers: Layers, chance: random.Random) -> str:
    return chance.choice([name for name in layers if name != "meta"])


def drop_layer(layers: Layers, chance: random.Random) -> Layers:
    gone = chance.choice(list(layers))
    return {name: frame for name, frame in layers.items() if name != gone}


def drop_column(layers: Layers, chance: random.Random) -> Layers:
    name = chance.choice(list(layers))
    columns = [one for one in layers[name].columns if one != "geometry"]
    return layers | {name: layers[name].drop(columns=chance.choice(columns))}


def drop_rows(layers: Layers, chance: random.Random) -> Layers:
    name = chance.choice(list(layers))
    kept = [chance.random() < 0.5 for _ in range(len(layers[name]))]
    return layers | {name: layers[name][kept]}


def repeat_rows(layers: Layers, chance: random.Random) -> Layers:
    name = chance.choice(list(layers))
    return layers | {name: pd.concat([layers[name], layers[name].iloc[:3]], ignore_index=True)}


def shuffle_rows(layers: Layers, chance: random.Random) -> Layers:
    name = chance.choice(list(layers))
    return layers | {name: layers[name].sample(frac=1, random_state=chance.randrange(2**31))}


def no_rows(layers: Layers, chance: random.Random) -> Layers:
    name = chance.choice(list(layers))
    return layers | {name: layers[name].iloc[:0]}


def texts_of_numbers(layers: Layers, chance: random.Random) -> Layers:
    name = chance.choice(list(layers))
    column = chance.choice([one for one in layers[name].columns if one != "geometry"])
    return layers | {name: layers[name].assign(**{column: layers[name][column].astype(str)})}


def _one_is_none(xy: np.ndarray) -> np.ndarray:
    spoilt = xy.copy()
    spoilt[len(xy) // 2] = np.nan
    return spoilt


SHAPES: dict[str, Callable[[shapely.Geometry], shapely.Geometry | None]] = {
    "none": lambda one: None,
    "empty": lambda one: shapely.from_wkt(f"{one.geom_type.upper()} EMPTY"),
    "collection": lambda one: shapely.GeometryCollection([one]),
    "point": lambda one: one.representative_point(),
    "several points": lambda one: shapely.MultiPoint([one.representative_point()] * 2),
    "several lines": lambda one: shapely.MultiLineString([[(0, 0), (1, 1)]]),
    "polygon": lambda one: one.representative_point().buffer(10),
    "bowtie": lambda one: shapely.from_wkt("POLYGON ((0 0, 9 9, 9 0, 0 9, 0 0))"),
    "not a number": lambda one: shapely.transform(one, _one_is_none),
    "endless": lambda one: shapely.transform(one, lambda xy: xy + np.inf),
    "far away": lambda one: shapely.transform(one, lambda xy: xy + 1e8),
    "nowhere": lambda one: shapely.transform(one, lambda xy: xy * 1e300),
}  # fmt: skip


def other_shapes(layers: Layers, chance: random.Random) -> Layers:
    name = _any_layer(layers, chance)
    frame = layers[name].copy()
    if not len(frame):
        return layers
    made = SHAPES[chance.choice(list(SHAPES))]
    shapes = frame.geometry.to_numpy().copy()
    for row in chance.sample(range(len(shapes)), min(len(shapes), chance.choice([1, 3, 10**6]))):
        shapes[row] = made(shapes[row])
    return layers | {name: frame.set_geometry(shapes, crs=frame.crs)}


def other_system(layers: Layers, chance: random.Random) -> Layers:
    crs = chance.choice([4326, 3857, 32633, 2227, None])
    names = [one for one in layers if one != "meta"]
    some = names if chance.random() < 0.5 else [chance.choice(names)]
    moved = {one: layers[one].set_crs(crs, allow_override=True) for one in some if crs}
    moved |= {one: gpd.GeoDataFrame(layers[one]).set_crs(None, allow_override=True)
              for one in some if crs is None}  # fmt: skip
    return layers | moved


def one_way(layers: Layers, chance: random.Random) -> Layers:
    roads = layers["roads"].assign(oneway=1)
    kept = roads[roads["u"] < roads["v"]]
    return layers | {"roads": kept if len(kept) else roads}


def other_facts(layers: Layers, chance: random.Random) -> Layers:
    meta = layers["meta"].copy()
    row = chance.randrange(len(meta))
    meta.loc[meta.index[row], chance.choice(["key", "value"])] = chance.choice(
        [None, "", "perhaps", "Yes", "x" * 5000, "name_en"]
    )
    return layers | {"meta": meta}


CHANGES: tuple[Change, ...] = (
    drop_layer, drop_column, drop_rows, repeat_rows, shuffle_rows, no_rows, texts_of_numbers,
    other_shapes, other_system, one_way, other_facts,
)  # fmt: skip


# ── bytes ────────────────────────────────────────────────────────────────────────────────────


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The bytes of a file, cut, with some of them others, zero, twice or gone."""
    spoilt = bytearray(data)
    how = chance.choice(["cut", "flip", "flip", "zero", "twice", "gone", "noise", "head"])
    at = chance.randrange(max(1, len(spoilt)))
    size = chance.choice([1, 4, 100, 4096])
    if how == "cut":
        del spoilt[at:]
    elif how == "flip":
        for _ in range(chance.choice([1, 3, 30])):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    elif how == "head":
        spoilt[chance.randrange(min(200, len(spoilt)))] = chance.randrange(256)
    elif how == "zero":
        spoilt[at : at + size] = bytes(len(spoilt[at : at + size]))
    elif how == "twice":
        spoilt[at:at] = spoilt[at : at + size]
    elif how == "gone":
        del spoilt[at : at + size]
    else:
        spoilt[at : at + size] = chance.randbytes(len(spoilt[at : at + size]))
    return bytes(spoilt)


WORDS = ("nan", "inf", "-1e999", "", "NaN", "null", "1e308", "0", "-1", "\x00", "<", '"', "4326",
         "乡" * 50, "{}", "[]", "true", "utf-7", "EPSG:0")  # fmt: skip


def reworded(text: str, chance: random.Random) -> str:
    """A text with one number or quoted word another."""
    import re

    found = list(re.finditer(r'(?<=")[^"]{1,30}(?=")|-?\d+(?:\.\d+)?', text))
    if not found:
        return text
    for match in sorted(chance.sample(found, min(len(found), chance.choice([1, 2, 8]))),
                        key=lambda one: -one.start()):  # fmt: skip
        text = text[: match.start()] + chance.choice(WORDS) + text[match.end() :]
    return text


def spoil(path: Path, target: Path, chance: random.Random) -> Path:
    """A copy of a file with something wrong in it; of a text now and then only its words."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and "\0" not in text and chance.random() < 0.6:
        target.write_bytes(reworded(text, chance).encode("utf-8", "surrogatepass"))
    else:
        target.write_bytes(damaged(data, chance))
    return target


# ── files that maps are made from ────────────────────────────────────────────────────────────


def _zones(path: Path) -> Path:
    from towns import box

    gpd.GeoDataFrame({"name": ["Westside", "Eastside"], "people": [9001, 502]},
                     geometry=[box(east=1.5), box(west=1.5)], crs=4326).to_file(path)  # fmt: skip
    return path


def _zipped_zones(folder: Path) -> Path:
    inside = folder / "shapefile"
    inside.mkdir(exist_ok=True)
    _zones(inside / "zones.shp")
    return Path(shutil.make_archive(str(folder / "zones"), "zip", inside))


def _lines(folder: Path) -> Path:
    from towns import LAT, LON, STEP

    spots = [[(LON + STEP * x, LAT + STEP * y) for x in range(4)] for y in range(4)]
    lines = [*spots, *([tuple(one) for one in row] for row in zip(*spots, strict=True))]
    pairs = [shapely.LineString(pair) for line in lines for pair in itertools.pairwise(line)]
    path = folder / "lines.geojson"
    gpd.GeoDataFrame({"highway": "residential", "maxspeed": "40"}, geometry=pairs,
                     crs=4326, index=range(len(pairs))).to_file(path)  # fmt: skip
    return path


def _osm(folder: Path, edited: bool = False) -> Path:
    from towns import TOWN, osm

    path = osm(folder / ("edited.osm" if edited else "roads.osm"), TOWN)
    if edited:
        import re

        text = path.read_text("utf-8")
        path.write_text(re.sub(r'(id|ref)="(\d+)"', r'\1="-1\2"', text), "utf-8")
    return path


def _graph(folder: Path) -> Path:
    from towns import graphml

    return graphml(folder / "roads.graphml")


def _people(folder: Path) -> Path:
    from towns import raster

    return raster(folder / "people.tif", np.full((30, 30), 3.0))


FILES: dict[str, tuple[str, Callable[[Path], Path]]] = {  # the option, and a whole file for it
    "osm": ("roads", _osm),
    "osm of an editor": ("roads", lambda folder: _osm(folder, edited=True)),
    "graphml": ("roads", _graph),
    "lines in geojson": ("roads", _lines),
    "zones in geojson": ("zones", lambda folder: _zones(folder / "zones.geojson")),
    "zones in geopackage": ("zones", lambda folder: _zones(folder / "zones.gpkg")),
    "zones in a zipped shapefile": ("zones", _zipped_zones),
    "people in tiff": ("people", _people),
}


def whole_files(folder: Path) -> dict[str, Path]:
    """A whole file of each kind."""
    return {kind: make(folder) for kind, (_, make) in FILES.items()}


def import_spoilt(whole: dict[str, Path], kind: str, folder: Path, seed: int) -> str:
    """Import a map with one file spoilt: what became of it, "a map", "a sentence", or
    "a sentence of the house's own" where no reader had one for what it met.

    Anything else that is raised is a fault, and so is a map that does not hold.
    """
    chance = random.Random(seed)
    option = FILES[kind][0]
    shutil.rmtree(folder / "maps", ignore_errors=True)
    files = {"roads": whole["osm"], "zones": whole["zones in geojson"]}
    files[option] = spoil(whole[kind], folder / f"spoilt{whole[kind].suffix}", chance)
    try:
        options = ImportOptions.of(place="town", maps=folder / "maps", cell="250 m", **files)
        report = import_map(options)
        ground = read_fresh(folder / "maps" / "town" / "town.gpkg")
        holds(ground)
    except PlannerError as error:
        return "a sentence of the house's own" if "was not expected" in str(error) else "a sentence"
    balance = report.people
    assert abs(balance.within - balance.kept) <= 0.5 + 1e-6 * balance.read, "kept + lost = read"
    assert ground.cells.people.sum() == balance.kept
    return "a map"


def main(first: int, last: int) -> None:
    """Import maps with spoilt files, and print how many of each kind ended how."""
    counts: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(name)
        whole = whole_files(folder)
        kinds = list(FILES)
        for seed in range(first, last):
            kind = kinds[seed % len(kinds)]
            print(
                f"seed {seed}, {kind}", file=sys.stderr, flush=True
            )  # the last one says what fell
            try:
                ended = import_spoilt(whole, kind, folder, seed)
            except Exception as error:
                where = traceback.extract_tb(error.__traceback__)[-1]
                ended = f"FAULT {type(error).__name__}"
                print(f"seed {seed}, {kind}: {error!r:.300} at {where.filename}:{where.lineno}")
            counts[kind, ended] += 1
    for (kind, ended), number in sorted(counts.items()):
        print(f"{kind}: {ended}: {number}")


# ── what is true of every map ────────────────────────────────────────────────────────────────


def small_bundle(folder: Path) -> Path:
    """A map of a few cells and streets, whole."""
    from towns import maker

    maker(folder)()
    return folder / "maps" / "town" / "town.gpkg"


def liling(folder: Path) -> Path:
    """The shipped map of Liling, to be spoilt."""
    return Path(shutil.copy(ROOT / "maps" / "liling" / "liling.gpkg", folder / "liling.gpkg"))


def read_fresh(path: Path) -> maps.Map:
    """The map, not as it was read before its file was changed within the same instant."""
    maps._read.cache_clear()
    return maps.read(path)


def holds(ground: maps.Map) -> None:
    """AssertionError where a map that was read has numbers that no result can be made of."""
    cells, network = ground.cells, ground.network
    assert np.isfinite(cells.xy).all()
    assert np.isfinite(cells.people).all()
    assert (cells.people >= 0).all()
    assert cells.people.sum() > 0
    assert ((cells.township >= 0) & (cells.township < len(ground.townships))).all()
    assert np.isfinite(network.length_m).all()
    assert (network.length_m > 0).all()
    speed = network.speed[~np.isnan(network.speed)]
    assert ((speed > 0) & (speed < 100)).all()
    assert np.isfinite(network.xy).all()
    assert ground.meta["synthetic"] in ("yes", "no")
    assert all(spot.name.zh and spot.name.en for spot in (*ground.sites, *ground.hospitals))
    assert np.isfinite(ground.cells_at_roads.metres).all()
    assert np.isfinite([(spot.x, spot.y) for spot in ground.townships]).all()
    if ground.matrix is not None:
        assert np.isfinite(ground.matrix).all()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
