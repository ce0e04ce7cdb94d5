"""The only door to rasters, as `geodata` is to shapes: what they point at is not fetched."""

from __future__ import annotations

import contextlib
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sim.files.geodata import SEALED, GeodataError, refuse_odd_signs
from sim.text import Message

TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# Of what stands beside a raster: what would change the numbers in it.
BESIDE: Final = re.compile(r"<(?:NoDataValue|Offset|Scale)\b", re.IGNORECASE)


@contextlib.contextmanager
def opened(path: Path, member: str = "") -> Iterator[Any]:
    """A GeoTIFF, or an ASCII grid (.asc), opened by rasterio; `member`: of a zip archive.

    Nothing beside it is looked at but an ASCII grid's .prj. GeodataError if it is neither, or
    points elsewhere; rasterio's errors pass.
    """
    import rasterio

    whole = path.resolve()
    if not whole.is_file():
        raise GeodataError(Message("no such file"))
    name = whole.as_posix()
    refuse_odd_signs(name + member)
    if member:
        with zipfile.ZipFile(whole) as archive, archive.open(member) as file:
            head = file.read(16)
        name = f"/vsizip/{name}/{member}"
    else:
        with whole.open("rb") as file:
            head = file.read(16)
    if head.startswith(TIFF):
        driver = "GTiff"
    elif Path(member or name).suffix.lower() == ".asc" and re.match(rb"\s*[a-z]", head, re.I):
        driver = "AAIGrid"
    else:
        raise GeodataError(Message("this is not a raster that can be read: save it as GeoTIFF"))
    settings = {**SEALED, "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}
    with rasterio.Env(**settings), rasterio.open(name, driver=driver) as source:
        _refuse_what_points_elsewhere(whole, source)
        yield source


def _refuse_what_points_elsewhere(path: Path, source: Any) -> None:
    if source.tags(ns="OVERVIEWS"):
        message = Message("it names another file for its overviews: save it anew as GeoTIFF")
        raise GeodataError(message)
    if source.transform.is_identity:
        message = Message("it does not say where it lies: save it as GeoTIFF")
        raise GeodataError(message)
    beside = path.with_name(f"{path.name}.aux.xml")
    if beside.is_file():
        with beside.open("rb") as file:
            text = file.read(1 << 20).decode("utf-8", "replace")
        if BESIDE.search(text):
            message = Message(
                "{file} beside it says more about its numbers, and is not read: save it anew as "
                "GeoTIFF",
                file=beside.name,
            )
            raise GeodataError(message)
