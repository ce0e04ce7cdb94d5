"""What a study needs of a map bundle, kept by the hash of the file, of our source and of libraries.

Reading a GeoPackage and checking it costs a second, most of it for opening the libraries that can.
A file that was read before and is the same to the last byte needs none of them.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from sim import text
from sim.files import cache
from sim.model import roads as model
from sim.policies import clock

FOLDER = "maps"
# What reads and checks a bundle, and of its shapes makes roads.
LIBRARIES = ("numpy", "pandas", "geopandas", "shapely", "pyproj", "pyogrio", "scipy")


class Extract(NamedTuple):
    """What a study needs of a map that was read and checked."""

    meta: dict[str, str]
    crs_text: str
    worked_out: dict[str, Any]  # values of a Map, by name


def digest(path: Path) -> str:
    """The hash of all that a map follows from."""
    found = hashlib.sha256(cache.made_by(_rooms(), LIBRARIES))
    with open(path, "rb") as file:
        found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()


def kept(digest: str) -> Extract | None:
    """The map of a hash; None if none was kept, or it is not as it was written."""
    path = _path(digest)
    found = None if path is None else cache.kept_value(path)
    return None if found is None else Extract(*found)


def keep(digest: str, made: Extract) -> None:
    """Keep a map, if the disk lets us."""
    path = _path(digest)
    if path is not None:
        cache.keep_value(path, tuple(made))


def _path(digest: str) -> Path | None:
    folder = cache.kept_at(FOLDER)
    return None if folder is None else folder / f"{digest[:32]}.map"


@lru_cache
def _rooms() -> tuple[Path, ...]:
    """What reads a bundle, checks it and makes roads of it."""
    here, files = Path(__file__).parent, Path(cache.__file__).parent
    rooms = [*here.glob("*.py"), *here.glob("roads/*.py"), *files.glob("*.py")]
    rooms += [Path(str(room.__file__)) for room in (text, model, clock)]
    return tuple(sorted(rooms))
