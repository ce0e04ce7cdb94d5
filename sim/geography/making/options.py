"""What an import is asked to do: the files, the rules chosen, and the names a map gets."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from io import StringIO
from pathlib import Path
from typing import Any, Final

from sim.errors import MapImportError, Problem, did_you_mean

PEOPLE_UNITS: Final = ("people", "per_km2", "relative")
COORDINATES: Final = ("wgs84", "gcj02", "bd09")
FILES: Final = ("roads", "matrix", "boundary", "zones", "urban", "people", "sites", "hospitals")


@dataclass(frozen=True)
class Options:
    """Every choice of an import. Files may be given as text or as paths; `maps` is the folder."""

    place: str
    roads: Path | None = None
    matrix: Path | None = None  # instead of roads: seconds between the places of `people`
    maps: Path = Path("maps")
    name_en: str = ""  # default: the place
    name_zh: str = ""
    source: str = ""
    licence: str = ""
    crs: str = ""  # default: the UTM zone
    # roads
    service: bool = False
    tracks: bool = False
    ferries: bool = False
    snap_m: float = 1.0
    node_crossings: bool = False
    margin_m: float = 5_000.0  # roads farther outside the boundary are left out
    # a matrix
    matrix_unit: str = "seconds"  # of a square table
    fill_holes: str = ""  # or "shortest"
    id_column: str = ""  # of the places in `people`
    # ground
    boundary: Path | None = None
    zones: Path | None = None
    zone_name: str = ""  # default: a usual name of the column
    urban: Path | None = None
    urban_column: str = ""  # NAME=VALUE
    urban_density: float = 300.0  # people per km²
    # people
    people: Path | None = None  # default: a column of the zones
    people_column: str = ""
    people_unit: str = "people"
    total_people: int | None = None
    cell_m: float = 500.0
    # places
    sites: Path | None = None
    hospitals: Path | None = None
    coordinates: str = "wgs84"

    def __post_init__(self) -> None:
        for name in (*FILES, "maps"):
            given = getattr(self, name)
            if isinstance(given, str):
                object.__setattr__(self, name, Path(given))

    @property
    def folder(self) -> Path:
        return self.maps / self.place

    @property
    def title_en(self) -> str:
        return self.name_en or self.place

    @property
    def title_zh(self) -> str:
        return self.name_zh or self.title_en


def problems(options: Options) -> Iterator[Problem]:
    """What is wrong with the options themselves, before any file is read."""
    if not options.place or set(options.place) & set('/\\:*?"<>|') or options.place[0] in ".-":
        yield Problem(f"write a name for a folder, like auckland; found {options.place}", "--place")
    for name in FILES:
        path = getattr(options, name)
        if path is not None and not path.is_file():
            yield Problem("no such file", f"--{name} {path}")
    for name, known in (("people_unit", PEOPLE_UNITS), ("coordinates", COORDINATES)):
        found = getattr(options, name)
        if found not in known:
            flag = f"--{name.replace('_', '-')}"
            yield Problem(f"write one of {', '.join(known)}; found {found}", flag)
    if not 250 <= options.cell_m <= 1000:
        yield Problem(f"write 250 m to 1000 m; found {options.cell_m:g} m", "--cell")
    for name, low in (("snap_m", 0.0), ("margin_m", 0.0), ("urban_density", 0.0)):
        found = getattr(options, name)
        if not (math.isfinite(found) and found >= low):
            flag = f"--{name.removesuffix('_m').replace('_', '-')}"
            yield Problem(f"write a number from 0 up; found {found:g}", flag)
    yield from _clashes(options)


def _clashes(options: Options) -> Iterator[Problem]:
    """Options that contradict or need one another."""
    if (options.roads is None) == (options.matrix is None):
        yield Problem("give roads, or a matrix of travel times; not both, not none", "--roads")
    if options.matrix is not None and options.people is None:
        yield Problem("a matrix needs its places: points with ids and people", "--people")
    if options.people_unit == "relative" and not options.total_people:
        yield Problem("relative numbers need --total-people N", "--people-unit relative")
    if options.total_people is not None and options.total_people <= 0:
        yield Problem(f"write a number above 0; found {options.total_people}", "--total-people")
    if options.people is None and options.zones is None:
        yield Problem(
            "say where people live: a raster, points or polygons; or zones with their people",
            "--people",
        )
    if options.urban is not None and options.urban_column:
        yield Problem("give one of --urban and --urban-column, not both", "--urban")
    if options.urban_column and ("=" not in options.urban_column or options.zones is None):
        yield Problem(
            f"write NAME=VALUE of a column of --zones; found {options.urban_column}",
            "--urban-column",
        )


def as_yaml(options: Options) -> str:
    """The choices of an import, to be repeated. Files by name only: no machine's paths."""
    from ruamel.yaml import YAML

    facts: dict[str, Any] = {}
    for field in fields(options):
        value = getattr(options, field.name)
        if field.name == "maps" or value is None or value == "":
            continue
        facts[field.name] = value.name if isinstance(value, Path) else value
    text = StringIO()
    text.write(
        "# The choices that made this map. To repeat it, in a folder that holds these files:\n"
        f"#   tenthirty map import --again maps/{options.place}/import.yaml\n"
    )
    yaml = YAML()
    yaml.width = 10_000
    yaml.allow_unicode = True
    yaml.dump(facts, text)
    return text.getvalue()


def from_yaml(path: Path, maps: Path = Path("maps")) -> Options:
    """The options written by an earlier import; its files are looked for here, then beside it."""
    from sim.files.yaml_lines import YamlText

    if not path.is_file():
        raise MapImportError(path, "no such file")
    read = YamlText(path)
    known = {field.name: field for field in fields(Options)}
    wrong = [
        Problem(f"no such choice{did_you_mean(name, list(known))}", name, read.line([name]))
        for name in read.content
        if name not in known
    ]
    wrong += [
        Problem("this choice is missing", name) for name in ("place",) if not read.content.get(name)
    ]
    wrong += [
        Problem(f"write {what}; found {read.content[name]}", name, read.line([name]))
        for name, field in known.items()
        if name in read.content and (what := _mismatch(field.default, name, read.content[name]))
    ]
    if wrong:
        raise MapImportError(path, wrong)
    chosen = Options(**(read.content | {"maps": maps}))
    found = {}
    for name in FILES:
        given = getattr(chosen, name)
        if given is not None and not given.is_file() and (path.parent / given).is_file():
            found[name] = path.parent / given
    return replace(chosen, **found)


def _mismatch(default: Any, name: str, value: Any) -> str:
    """What a choice should have been, if it is of another kind."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(default, bool):
        return "" if isinstance(value, bool) else "true or false"
    if isinstance(default, float) or name == "total_people":
        return "" if number else "a number"
    return "" if isinstance(value, str) else "a text"
