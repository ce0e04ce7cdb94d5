"""Map files of a planner: the shapes of one kind in a layer, and what was chosen or mended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from sim.errors import MapImportError, did_you_mean
from sim.files import dbf, entrance, geodata, tables, text
from sim.text import Message, message_of

Kind = tuple[int, ...]
POLYGONS, LINES, POINTS = (3, 6), (1, 2, 5), (0, 4)  # shapely's numbers for kinds of geometry
COLLECTION: Final = 7
NONE_OF: Final = {
    POLYGONS: Message("there are no polygons in it"),
    LINES: Message("there are no lines in it"),
    POINTS: Message("there are no points in it"),
}
NONE_OF_EITHER: Final = Message("there are no shapes in it that can be used")
WORDS: Final = {POLYGONS: ("Polygon", "Surface"), LINES: ("LineString", "Curve"), POINTS: "Point"}
CHINESE_NAMES: Final = (
    "名称", "乡镇", "乡镇名称", "乡镇街道", "镇街", "街道", "镇", "区域名称", "地名", "行政区",
)  # fmt: skip
NAMES: Final = (
    "name_en", "name:en", "name", "zone", "zone_name", "township", "town", *CHINESE_NAMES,
    "label", "id",
)  # fmt: skip
FEW: Final = 8  # names in a sentence
GROUND: Final = pyproj.Geod(ellps="WGS84")


class NoShapesError(MapImportError):
    """The file has no shapes of the kind that was asked for."""


class ShapesFile(NamedTuple):
    """A layer's features of one kind, those that are not, and what a planner should know."""

    kind: Kind
    frame: gpd.GeoDataFrame
    left_out: pd.DataFrame  # rows without such a shape
    findings: tuple[Message, ...]


def file_of(path: Path) -> Path:
    """The file of `towns.gpkg|layer`, which names a layer as QGIS does."""
    return path if entrance.is_file(path) else Path(str(path).partition("|")[0])


def read_shapes(path: Path, kind: Kind, encoding: str = "") -> gpd.GeoDataFrame:
    """The features of one kind of a GeoPackage, Shapefile (zipped too) or GeoJSON, in 2D.

    What there is to say of the reading is in `tables.notes` of the frame.
    """
    found = read_file(path, kind, encoding=encoding)
    found.frame.attrs[tables.NOTES] += found.findings
    return found.frame


NO_MAP_FILE: Final = Message("this is not a map file that can be read ({reason})")


@entrance.reads(MapImportError, NO_MAP_FILE)
def read_file(path: Path, *kinds: Kind, encoding: str = "") -> ShapesFile:
    """The features of one kind, with what was left out; of several kinds the most frequent.

    `path` may name a layer, `towns.gpkg|layer`. Collections are opened, polygons that cross
    themselves mended. `encoding`: of a Shapefile's table if it is not UTF-8; by default as its
    .cpg says, or found out, which is in `tables.notes` of the frame. MapImportError with what a
    planner can do about the file.
    """
    file, findings = file_of(path), []
    entrance.require_file(file, MapImportError)
    known = _encoding(file, encoding)
    try:
        with geodata.told_as(file, MapImportError):
            data = geodata.opened(file)
            layer, others = _layer(path, file, list(data.kinds.items()), kinds)
            frame = geodata.read(data, layer, known.encoding if known else "")
    except UnicodeDecodeError:
        if file.suffix.lower() not in (".shp", ".zip"):
            message = Message("its texts are not UTF-8: the file is damaged")
        elif known is None:
            message = Message(
                "its texts are not in the encoding that its .cpg names, or UTF-8: write --encoding"
            )
        else:
            message = Message(
                "its texts are not {encoding}: write --encoding", encoding=known.title
            )
        raise MapImportError(path, message) from None
    if not isinstance(frame, gpd.GeoDataFrame):
        raise MapImportError(path, Message("there are no shapes in it, only a table"))
    if others:
        findings.append(_taken(file, layer, others))
    frame = frame.reset_index(drop=True)
    kind = _most_frequent(frame.geometry.values, kinds)
    opened, parts_left = _opened(frame.geometry.values, kind)
    fits = ~(shapely.is_missing(opened) | shapely.is_empty(opened))
    if not fits.any():
        none = NONE_OF[kind] if len(kinds) == 1 else NONE_OF_EITHER
        raise NoShapesError(path, none)
    left_out = pd.DataFrame(frame[~fits].drop(columns=frame.geometry.name))
    frame = frame[fits].reset_index(drop=True)
    frame = frame.set_geometry(shapely.force_2d(opened[fits]), crs=frame.crs)
    frame = _with_crs(path, frame)
    _refuse_impossible_degrees(path, frame)
    if kind == POLYGONS:
        frame, flat, mended = _mended(path, frame)
        left_out = pd.concat([left_out, flat], ignore_index=True)
        findings += mended
    if parts_left:
        findings.append(_parts_left(file, parts_left))
    if len(left_out):
        findings.append(_rows_left(file, left_out))
    said = text.note(file, known, encoding) if known else None
    frame.attrs[tables.NOTES] = [said] if said else []
    return ShapesFile(kind, frame, left_out, tuple(findings))


def labels(frame: pd.DataFrame) -> list[str]:
    """What to call each row: by its name if a usual column has one, else by its number."""
    named = tables.column(frame, NAMES)
    names = tables.texts(frame[named]) if named else [""] * len(frame)
    return [name or f"{row}" for row, name in enumerate(names, start=1)]


def few(names: Sequence[str]) -> str:
    """The first names of a list, and how many more there are."""
    shown = ", ".join(names[:FEW])
    if len(names) <= FEW:
        return shown
    more = len(names) - FEW
    return Message("{names} and {more} more", names=shown, more=more, all=len(names))


# ── layers ───────────────────────────────────────────────────────────────────────────────────


def _layer(
    path: Path, file: Path, layers: Sequence[tuple[str, str]], kinds: Sequence[Kind]
) -> tuple[str, list[str]]:
    """The layer that is named, else the first with shapes of that kind; and the others with such.

    A layer that does not say its kind may hold any.
    """
    names = [name for name, _ in layers]
    if not names:
        raise NoShapesError(file, NONE_OF_EITHER)
    if file != path:
        asked = str(path).partition("|")[2].removeprefix("layername=")
        if asked not in names:
            message = Message(
                'no layer "{name}"{hint}; it has {known}',
                name=asked,
                hint=did_you_mean(asked, names),
                known=few(names),
            )
            raise MapImportError(file, message)
        return asked, []
    wanted = tuple(word for kind in kinds for word in WORDS[kind])
    fitting = [name for name, shape in layers if any(word in shape for word in wanted)]
    unsure = [name for name, shape in layers if shape in ("Unknown", "GeometryCollection")]
    found = fitting or unsure or names
    return found[0], found[1:] if fitting or unsure else []


def _taken(file: Path, layer: str, others: Sequence[str]) -> Message:
    return Message(
        '{file} has several layers: "{layer}" was taken, not {others}. To take another one, write '
        '"{file}|{other}"',
        file=file.name,
        layer=layer,
        others=few(others),
        other=others[0],
    )


def _encoding(path: Path, asked: str) -> text.Decoded | None:
    """The encoding of a Shapefile whose .cpg does not settle it; None for any other file."""
    if path.suffix.lower() not in (".shp", ".zip") or not entrance.is_file(path):
        return None
    try:
        return dbf.texts_of(path, asked)
    except text.EncodingError as error:
        raise MapImportError(path, message_of(error)) from None


# ── kinds ────────────────────────────────────────────────────────────────────────────────────


def _most_frequent(shapes: np.ndarray, kinds: Sequence[Kind]) -> Kind:
    """The kind that most shapes are of; a collection is what its widest part is."""
    if len(kinds) == 1:
        return kinds[0]
    there = shapes[~shapely.is_missing(shapes)]
    dimension = shapely.get_dimensions(there)
    of = {POINTS: 0, LINES: 1, POLYGONS: 2}
    return max(kinds, key=lambda kind: int((dimension == of[kind]).sum()))


def _opened(shapes: np.ndarray, kind: Kind) -> tuple[np.ndarray, int]:
    """Each shape if it is of the kind, a collection's parts of it, else None; parts left out."""
    kinds = shapely.get_type_id(shapes)
    found = np.asarray(shapes, object).copy()
    found[~np.isin(kinds, kind)] = None
    left = 0
    for row in np.flatnonzero(kinds == COLLECTION):
        parts = _parts(shapes[row])
        fits = np.isin(shapely.get_type_id(parts), kind)
        if fits.any():
            found[row] = _joined(parts[fits], kind)
            left += int((~fits).sum())
    return found, left


def _parts(shape: shapely.Geometry) -> np.ndarray:
    """The single shapes of a collection, also of collections in it."""
    parts = shapely.get_parts(shape)
    while np.isin(shapely.get_type_id(parts), (4, 5, 6, COLLECTION)).any():
        parts = shapely.get_parts(parts)
    return np.asarray(parts)


def _joined(parts: np.ndarray, kind: Kind) -> shapely.Geometry:
    if kind == POLYGONS:
        return shapely.union_all(shapely.make_valid(parts))
    return shapely.multilinestrings(parts) if kind == LINES else shapely.multipoints(parts)


def _parts_left(file: Path, parts: int) -> Message:
    if parts == 1:
        return Message(
            "{file}: 1 shape of another kind in a collection was left out", file=file.name
        )
    return Message(
        "{file}: {n:,} shapes of another kind in collections were left out", file=file.name, n=parts
    )


def _rows_left(file: Path, rows: pd.DataFrame) -> Message:
    names = few(labels(rows))
    if len(rows) == 1:
        return Message(
            "{file}: 1 row without a shape of this kind was left out: {names}",
            file=file.name,
            names=names,
        )
    return Message(
        "{file}: {n:,} rows without a shape of this kind were left out: {names}",
        file=file.name,
        n=len(rows),
        names=names,
    )


# ── polygons ─────────────────────────────────────────────────────────────────────────────────


def _mended(
    path: Path, frame: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, list[Message]]:
    """Valid polygons, the rows that are none when mended, and how each mended one has changed."""
    drawn = frame.geometry.to_numpy()
    wrong = np.flatnonzero(~shapely.is_valid(drawn))
    if not len(wrong):
        return frame, pd.DataFrame(), []
    shapes, names, said = drawn.copy(), labels(frame), []
    for row in wrong:
        # Each part by itself: ground in two parts is ground, not a hole.
        valid = shapely.make_valid(shapely.get_parts(drawn[row]))
        parts = _parts(shapely.GeometryCollection(valid.tolist()))
        shapes[row] = shapely.union_all(parts[np.isin(shapely.get_type_id(parts), POLYGONS)])
    before, after = (_km2(some[wrong], frame.crs) for some in (drawn, shapes))
    for row, then, now in zip(wrong[:FEW], before, after, strict=False):
        message = Message(
            '{file}: polygon "{name}" crosses or touches itself and was mended: {now:,.2f} km², '
            "as drawn {then:,.2f} km². Look whether its corners are in order",
            file=file_of(path).name,
            name=names[row],
            now=now,
            then=then,
        )
        said.append(message)
    if len(wrong) > FEW:
        more = Message(
            "{file}: {n:,} more polygons cross or touch themselves and were mended: in all "
            "{now:,.2f} km², as drawn {then:,.2f} km²",
            file=file_of(path).name,
            n=len(wrong) - FEW,
            now=after[FEW:].sum(),
            then=before[FEW:].sum(),
        )
        said.append(more)
    frame = frame.set_geometry(shapes, crs=frame.crs)
    flat = shapely.is_empty(shapes)
    if flat.all():
        raise NoShapesError(path, NONE_OF[POLYGONS])
    gone = pd.DataFrame(frame[flat].drop(columns=frame.geometry.name))
    return frame[~flat].reset_index(drop=True), gone, said


def _km2(shapes: np.ndarray, crs: pyproj.CRS) -> np.ndarray:
    """Square kilometres on the ground, of a polygon as it is drawn."""
    degrees = gpd.GeoSeries(shapes, crs=crs).to_crs(4326)
    return np.array([abs(GROUND.geometry_area_perimeter(one)[0]) / 1e6 for one in degrees])


# ── coordinates ──────────────────────────────────────────────────────────────────────────────


def _with_crs(path: Path, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Degrees are WGS84 where a file does not say; metres without a name cannot be placed."""
    if frame.crs is not None:
        return frame
    west, south, east, north = frame.total_bounds
    if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
        return frame.set_crs(4326)
    if -90 <= west <= east <= 90 and -180 <= south <= north <= 180:
        raise MapImportError(path, _swapped(south, north))
    message = Message(
        "it does not say its coordinate system: save it as GeoPackage, or with its .prj file"
    )
    raise MapImportError(path, message)


def _refuse_impossible_degrees(path: Path, frame: gpd.GeoDataFrame) -> None:
    """Degrees that are nowhere: the axes are swapped, or they are no degrees."""
    west, south, east, north = frame.total_bounds
    if not np.isfinite([west, south, east, north]).all():
        raise MapImportError(path, Message("some of its coordinates are no numbers"))
    if not frame.crs.is_geographic or (-360 <= west <= east <= 360 and -90 <= south <= north <= 90):
        return
    if -90 <= west <= east <= 90 and -180 <= south <= north <= 180:
        raise MapImportError(path, _swapped(south, north))
    message = Message(
        "its coordinates are read as degrees, but go from {west:,.0f}, {south:,.0f} to {east:,.0f},"
        " {north:,.0f}: save it as GeoPackage with the coordinate system that it is in",
        west=west,
        south=south,
        east=east,
        north=north,
    )
    raise MapImportError(path, message)


def _swapped(south: float, north: float) -> Message:
    return Message(
        "longitude and latitude look swapped: its latitudes go from {south:.2f} to {north:.2f}. "
        "Save it with the longitude first",
        south=south,
        north=north,
    )
