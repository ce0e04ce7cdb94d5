"""The only door to map files, for nothing that one of them says is fetched or opened in turn.

GDAL tries a hundred formats on a file, whatever it is called. Some of them are a few lines of text
that name other files or addresses, which it then reads. So a file is looked at first: three formats
are read, each by its own driver, from a file that is there, under its whole path. What these can
point at themselves (the address of a GeoJSON's coordinate system, the views and virtual tables of a
GeoPackage) is refused before GDAL sees it.

pyogrio and rasterio bring a GDAL each, pyproj a PROJ: what is set here is set in each of them, for
as long as a file is read; only PROJ's network is switched off for as long as the process lives.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import os
import shutil
import sqlite3
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import pandas as pd
import pyogrio

from sim.errors import PlannerError
from sim.files import json_text, stored_layers
from sim.files import projections as projections  # seals PROJ
from sim.files.stored_layers import GeodataError as GeodataError
from sim.text import Message, first_line, message_of

GEOPACKAGE, SHAPEFILE, GEOJSON = "GeoPackage", "Shapefile", "GeoJSON"
ENDINGS: Final = {".gpkg": GEOPACKAGE, ".shp": SHAPEFILE, ".geojson": GEOJSON, ".json": GEOJSON}
GEOJSON_TYPES: Final = frozenset(
    {"FeatureCollection", "Feature", "GeometryCollection", "Point", "MultiPoint", "LineString",
     "MultiLineString", "Polygon", "MultiPolygon"}
)  # fmt: skip
SQLITE: Final = b"SQLite format 3\0"
SHAPE_CODE: Final = (9994).to_bytes(4, "big") + bytes(20)
ODD_SIGNS: Final = frozenset('<>"\n\r\0')  # drivers look for their formats in names too
# No address is allowed as a file, of GDAL's network file systems; nothing of a VRT runs.
SEALED: Final = {
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
    "OGR_SQLITE_LOAD_EXTENSIONS": None,
}
UNREADABLE: Final = (
    OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, sqlite3.Error
)  # fmt: skip


@contextlib.contextmanager
def told_as(path: Path, error: type[PlannerError]) -> Iterator[None]:
    """What is raised in here as GeodataError is raised as an error of the file."""
    try:
        yield
    except GeodataError as found:
        raise error(path, message_of(found)) from None


class _Part(NamedTuple):
    """One file that holds shapes: the file itself, or one in a zip archive."""

    name: str  # as GDAL is to open it
    form: str


class Geodata(NamedTuple):
    """A map file that was looked at and may be opened."""

    path: Path
    kinds: dict[str, str]  # of geometry, by layer
    parts: dict[str, _Part]  # by layer


def geopackage(path: Path) -> Geodata:
    """The layers of a GeoPackage; GeodataError, of whatever else."""
    with path.open("rb") as file:
        if file.read(len(SQLITE)) != SQLITE:
            raise GeodataError(Message("this is not a GeoPackage"))
    return opened(path)


def opened(path: Path) -> Geodata:
    """The layers of a GeoPackage, Shapefile (zipped too) or GeoJSON.

    GeodataError if it is none of them, or one that points elsewhere; GDAL's errors pass.
    """
    data = Geodata(path, {}, {})
    for part in _parts(path):
        with sealed(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = pyogrio.list_layers(part.name)
        for name, kind in found:
            data.kinds.setdefault(str(name), str(kind))
            data.parts.setdefault(str(name), part)
    return data


def read(data: Geodata, layer: str, encoding: str = "") -> pd.DataFrame:
    """All rows of a layer: a GeoDataFrame, or a plain one where there are no shapes.

    GeodataError if the layer is a stored query, or has other rows than the file says.
    """
    part = data.parts[layer]
    rows = stored_layers.rows(data.path.resolve(), layer) if part.form == GEOPACKAGE else None
    how = {"encoding": encoding} if encoding else {}
    with sealed(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = pyogrio.read_dataframe(part.name, layer=layer, **how)
    if rows is not None and len(frame) != rows:
        raise GeodataError(
            Message(
                'layer "{layer}" has {rows:,} rows, of which {read:,} can be read: the file is '
                "damaged",
                layer=layer,
                rows=rows,
                read=len(frame),
            )
        )
    return frame


def write(path: Path, layer: str, frame: pd.DataFrame) -> None:
    """A layer into a GeoPackage of ours, with shapes or without; OSError if the disk refuses."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a table without shapes is meant
            pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG")
    except RuntimeError as error:  # GDAL's, which does not say why
        if shutil.disk_usage(path.parent).free < ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error
        raise OSError(errno.EIO, first_line(str(error)), str(path)) from error


ROOM: Final = 1 << 20  # bytes; a disk with less is full
NO_SHAPES: Final = Message(
    "this is not a map file that can be read: save it as GeoPackage, Shapefile or GeoJSON (in "
    "QGIS: Export, Save Features As)"
)


# ── what a file is ───────────────────────────────────────────────────────────────────────────


def _parts(path: Path) -> list[_Part]:
    """The file, or those in a zip archive, each looked at."""
    whole = path.resolve()
    name = whole.as_posix()
    if not whole.is_file() or name.startswith("/vsi"):
        raise GeodataError(Message("no such file"))
    refuse_odd_signs(name)
    if path.suffix.lower() == ".zip":
        return _in_zip(whole, name)
    with whole.open("rb") as file:
        form = _form(file.read(1 << 12))
    if form == GEOPACKAGE:
        stored_layers.refuse_foreign_tables(whole)
    elif form == GEOJSON:
        _refuse_links(whole.read_bytes())
    elif form != SHAPEFILE or path.suffix.lower() != ".shp":
        raise GeodataError(NO_SHAPES)
    return [_part(name, form)]


def _in_zip(path: Path, name: str) -> list[_Part]:
    """The Shapefiles in an archive, else what it has in GeoJSON."""
    with zipfile.ZipFile(path) as archive:
        inside = [one for one in archive.namelist() if not Path(one).name.startswith("._")]
        for ending in (".shp", ".geojson", ".json"):
            found = [one for one in inside if one.lower().endswith(ending)]
            for one in found:
                refuse_odd_signs(one)
                with archive.open(one) as file:
                    form = _form(file.read(1 << 12))
                if form != ENDINGS[ending]:
                    raise GeodataError(NO_SHAPES)
                if form == GEOJSON:
                    _refuse_links(archive.read(one))
            if found:
                return [_part(f"/vsizip/{name}/{one}", ENDINGS[ending]) for one in found]
    message = Message("there is no Shapefile in it, nor GeoJSON: unpack it, and name the file")
    raise GeodataError(message)


def _part(name: str, form: str) -> _Part:
    """With the driver's name before that of a file of text, for others read texts as well."""
    return _Part(f"GeoJSON:{name}" if form == GEOJSON else name, form)


def _form(head: bytes) -> str:
    """The format that the first bytes say; "" of any other."""
    if head.startswith(SQLITE):
        return GEOPACKAGE
    if head.startswith(SHAPE_CODE):
        return SHAPEFILE
    return GEOJSON if head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{") else ""


def refuse_odd_signs(name: str) -> None:
    if ODD_SIGNS & set(name):
        raise GeodataError(Message("give the file a name without quotation marks, < and >"))


# ── what it points at ────────────────────────────────────────────────────────────────────────


def _refuse_links(data: bytes) -> None:
    """GeodataError if a text is no GeoJSON, or says where to fetch its coordinate system."""

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        for key, value in pairs:
            if key == "crs" and isinstance(value, dict) and _is_link(value):
                message = Message(
                    "it names an address for its coordinate system, and nothing is fetched: save "
                    "it as GeoPackage"
                )
                raise GeodataError(message)
        return dict(pairs)

    try:
        read = json_text.loads(data.decode("utf-8-sig"), look)
    except GeodataError:
        raise
    except ValueError as error:
        message = Message(
            "this is not a map file that can be read ({reason})", reason=_reason(error)
        )
        raise GeodataError(message) from None
    if not isinstance(read, dict) or read.get("type") not in GEOJSON_TYPES:
        raise GeodataError(NO_SHAPES)


def _reason(error: ValueError) -> str:
    """The sentence of an error of ours, else all that a library says."""
    told = message_of(error)
    return told if isinstance(told, Message) else str(error)


def _is_link(crs: dict[str, Any]) -> bool:
    kind = str(crs.get("type", "")).strip().casefold()
    facts = crs.get("properties")
    return kind not in ("name", "epsg", "") or (
        isinstance(facts, dict) and not {"href", "url"}.isdisjoint(facts)
    )


# ── what GDAL may ────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def sealed() -> Iterator[None]:
    """Network file systems off in pyogrio's GDAL, then as they were."""
    before = {name: pyogrio.get_gdal_config_option(name) for name in SEALED}
    pyogrio.set_gdal_config_options(SEALED)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


@contextlib.contextmanager
def dated(instant: str) -> Iterator[None]:
    """GeoPackages say that they were written at an instant, so that equal maps are equal files."""
    before = pyogrio.get_gdal_config_option(WRITTEN_AT)
    pyogrio.set_gdal_config_options({WRITTEN_AT: instant})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({WRITTEN_AT: before})


WRITTEN_AT: Final = "OGR_CURRENT_DATE"
