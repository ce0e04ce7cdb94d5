"""What an import is asked to do: one schema for the prompt, for a file and for Python."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

from pydantic import AfterValidator, BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sim.errors import MapImportError, Problem
from sim.files import entrance, tables
from sim.files.escapes import file_name
from sim.files.shapes import file_of
from sim.geography.making import findings, planner_workbook
from sim.geography.making.groups import (
    Flat,
    MatrixOptions,
    Names,
    OptionGroup,
    PeopleOptions,
    PlaceOptions,
    ReadingOptions,
    RoadOptions,
    ZoneOptions,
)
from sim.text import Message, Name


def _folder_name(place: str) -> str:
    known = unicodedata.normalize("NFC", place).replace(" ", "_")
    if place != place.strip() or known != file_name(known, "") or not known:
        raise ValueError(
            Message("write a name for a folder, like auckland; found {place}", place=place)
        )
    return place


class ImportOptions(BaseModel):
    """Every choice of an import. `ImportOptions.of(place="auckland", roads=…)` takes a flat row."""

    model_config = OptionGroup.model_config

    place: Annotated[str, AfterValidator(_folder_name)]
    """Folder and file of the map, like auckland."""
    roads: RoadOptions = RoadOptions()
    matrix: MatrixOptions = MatrixOptions()
    zones: ZoneOptions = ZoneOptions()
    people: PeopleOptions = PeopleOptions()
    places: PlaceOptions = PlaceOptions()
    reading: ReadingOptions = ReadingOptions()
    names: Names = Names()

    @classmethod
    def of(cls, **choices: Any) -> ImportOptions:
        """Options by their names in one row, as at the prompt: `roads`, `people_unit`, `cell` …

        Lengths are texts like "250 m", or metres. MapImportError names all that is wrong, also
        files that are not there. `workbook`: a planner's, whose sheets are zones, sites and
        hospitals unless these are given; the map is called as its folder and made within it.
        """
        choices = planner_workbook.given(choices, Path(str(choices.get("maps") or "maps")))
        found, wrong = checked(nested(choices))
        told = [problem for _, problem in wrong]
        if told or found is None:
            place = choices.get("place")
            source = Message("the map {place}", place=place) if place else Message("a map")
            raise MapImportError(source, told)
        return found

    def but(self, **choices: Any) -> ImportOptions:
        """The same with other choices, named as for `of`."""
        return ImportOptions.of(**(self.flat() | choices))

    def flat(self) -> dict[str, Any]:
        """Every choice by its name in one row."""
        return {name: _at(self, place) for name, place in flat_names().items()}

    @property
    def title(self) -> Name:
        english = self.names.english or self.place
        return Name(self.names.chinese or english, english)

    @property
    def folder(self) -> Path:
        return self.names.maps / self.place

    @property
    def bundle(self) -> Path:
        return self.folder / f"{self.place}.gpkg"

    def files(self) -> dict[str, Path]:
        """The files that are given, by their names in one row."""
        return {n: p for n, p in self.flat().items() if n in FILES and p is not None}


class OptionPlace(NamedTuple):
    """Where a choice stands in the schema; without a group it stands at the top."""

    group: str
    field: str
    info: FieldInfo


def groups() -> dict[str, type[OptionGroup]]:
    """The groups of the schema by name."""
    fields = ImportOptions.model_fields.items()
    return {name: field.annotation for name, field in fields if name != "place"}  # type: ignore[misc]


def flat_names() -> dict[str, OptionPlace]:
    """[name in one row] where that choice stands."""
    found = {"place": OptionPlace("", "place", ImportOptions.model_fields["place"])}
    for group, model in groups().items():
        for name, info in model.model_fields.items():
            other = [str(word) for word in info.metadata if isinstance(word, Flat)]
            found[other[0] if other else name] = OptionPlace(group, name, info)
    return found


FILES: Final = ("roads", "matrix", "boundary", "zones", "urban", "people", "sites", "hospitals")
METRES: Final = ("snap", "margin", "cell")  # were written `snap_m: 1.0` once, in metres


def nested(choices: dict[str, Any]) -> dict[str, Any]:
    """Choices in one row as the schema nests them; what it does not know stays at the top."""
    found: dict[str, Any] = {}
    names, rooms = flat_names(), groups()
    for name, value in choices.items():
        key = name.removesuffix("_m") if name.removesuffix("_m") in METRES else name
        if name in rooms and isinstance(value, dict):
            found.setdefault(name, {}).update(value)
        elif key in names and names[key].group:
            found.setdefault(names[key].group, {})[names[key].field] = value
        else:
            found[key] = value
    return found


def _at(options: ImportOptions, place: OptionPlace) -> Any:
    return getattr(getattr(options, place.group) if place.group else options, place.field)


def option_of(loc: tuple[str | int, ...]) -> str:
    """The option at the prompt of a place in the schema, like --people-unit."""
    for name, place in flat_names().items():
        if tuple(loc[:2]) == ((place.group, place.field) if place.group else (place.field,)):
            return f"--{name.replace('_', '-')}"
    return ".".join(map(str, loc))


Wrong = list[tuple[tuple[str | int, ...], Problem]]  # with its place in the schema


def checked(raw: dict[str, Any]) -> tuple[ImportOptions | None, Wrong]:
    """The options that nested settings make, and all that is wrong with them."""
    try:
        options, wrong = ImportOptions.model_validate(raw), []
    except ValidationError as error:
        wrong = list(findings.in_words(error, _Words()))
        # What remains is looked at too, so that all of it is told at once.
        options = ImportOptions.model_validate(_without(raw, [loc for loc, _ in wrong]))
    refused = {problem.field for _, problem in wrong}
    wrong += [((), p) for p in problems(options) if p.field not in refused]
    return (None if wrong else options), wrong


def _without(raw: dict[str, Any], locs: list[tuple[str | int, ...]]) -> dict[str, Any]:
    """Settings without those at some places."""
    kept = {k: dict(v) if isinstance(v, dict) else v for k, v in raw.items()}
    for loc in locs:
        inner = kept.get(str(loc[0]))
        if len(loc) > 1 and isinstance(inner, dict):
            inner.pop(loc[1], None)
        else:
            kept.pop(str(loc[0]), None)
    return {"place": "map"} | kept


class _Words:
    """What findings about an import are told of."""

    def known(self, loc: tuple[str | int, ...]) -> list[str]:
        """The choices that there are at a place of the schema."""
        inside = list(groups()[str(loc[0])].model_fields) if len(loc) > 1 else []
        return inside or [*groups(), *flat_names()]

    def literals(self, loc: tuple[str | int, ...]) -> tuple[str, ...]:
        """The words that a choice may be."""
        return findings.words_of(groups()[str(loc[0])].model_fields[str(loc[1])])

    def option(self, loc: tuple[str | int, ...]) -> str:
        """The option at the prompt."""
        return option_of(loc)


def problems(options: ImportOptions) -> Iterator[Problem]:
    """What is wrong with options that are well-formed: files not there, choices that clash."""
    for name, path in options.files().items():
        if (wrong := entrance.no_file(file_of(path))) is not None:
            yield Problem(wrong, f"--{name} {path}")
    roads, matrix, zones, people = options.roads, options.matrix, options.zones, options.people
    if (roads.file is None) == (matrix.file is None):
        message = Message("give roads, or a matrix of travel times; not both, not none")
        yield Problem(message, "--roads")
    if matrix.file is not None and people.file is None:
        yield Problem(Message("a matrix needs its places: points with ids and people"), "--people")
    if people.unit == "relative" and not people.total:
        yield Problem(Message("relative numbers need --total-people N"), "--people-unit relative")
    if people.file is None and zones.file is None:
        message = Message(
            "say where people live: a raster, points or polygons; or zones with their people"
        )
        yield Problem(message, "--people")
    if zones.urban is not None and zones.urban_column:
        yield Problem(Message("give one of --urban and --urban-column, not both"), "--urban")
    if zones.urban_column and ("=" not in zones.urban_column or zones.file is None):
        message = Message(
            "write NAME=VALUE of a column of --zones; found {found}", found=zones.urban_column
        )
        yield Problem(message, "--urban-column")
    yield from _without_effect(options)


def _without_effect(options: ImportOptions) -> Iterator[Problem]:
    """Choices that nothing follows from, because what they are of is not given."""
    roads, people, given = options.roads, options.people, options.files()
    road_map, matrix_map = roads.file is not None, options.matrix.file is not None
    endings = {file_of(path).suffix.lower() for path in given.values()}
    of_matrix = Message("it is of --matrix, which is not given")
    of_roads = Message("it is of --roads, which is not given")
    cases: list[tuple[str, bool, Message]] = [
        (
            f"--coordinates {options.places.coordinates}",
            options.places.coordinates != "wgs84" and not given.keys() & {"sites", "hospitals"},
            Message("it is of --sites and --hospitals; of people, write --people-coordinates"),
        ),
        (
            f"--people-coordinates {people.coordinates}",
            people.coordinates != "wgs84" and not _is_table(people.file),
            Message("it is of people in a table with coordinates"),
        ),
        (
            f"--people-unit {people.unit}",
            people.unit != "people" and (people.file is None or _is_table(people.file)),
            Message("it is of a raster: in a table, people are counted"),
        ),
        (
            "--people-band",
            people.band is not None and (people.file is None or _is_table(people.file)),
            Message("it is of a raster: in a table, people are counted"),
        ),
        (
            "--encoding",
            bool(options.reading.encoding) and not endings & {*tables.TEXTS, ".shp", ".zip"},
            Message("it is of text files and Shapefiles; none is given"),
        ),
        (
            "--sheet",
            bool(options.reading.sheet) and not endings & {*tables.SHEETS},
            Message("it is of Excel files; none is given"),
        ),
        (
            "--zone-name",
            bool(options.zones.name_column) and options.zones.file is None,
            Message("it is of --zones, which is not given"),
        ),
        ("--matrix-unit minutes", options.matrix.unit == "minutes" and road_map, of_matrix),
        ("--fill-holes", bool(options.matrix.fill_holes) and road_map, of_matrix),
        ("--id-column", bool(options.matrix.id_column) and road_map, of_matrix),
        ("--service", roads.service and matrix_map, of_roads),
        ("--tracks", roads.tracks and matrix_map, of_roads),
        ("--ferries", roads.ferries and matrix_map, of_roads),
        ("--node-crossings", roads.node_crossings and matrix_map, of_roads),
    ]
    for option, wrong, message in cases:
        if wrong:
            yield Problem(message, option)


def _is_table(path: Path | None) -> bool:
    return path is not None and tables.is_table(path)
