"""What an import is asked to do, in groups: one reader gets one group and no others.

A field's text below it is its help. Where all fields stand in one row, as at the prompt, a field
may be called otherwise (`Flat`): the `file` of the roads is `--roads` there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
)

from sim import units
from sim.files import text

PeopleUnit = Literal["people", "per_km2", "relative"]
MatrixUnit = Literal["", "seconds", "minutes"]
FillHoles = Literal["", "shortest"]
SpeedUnit = Literal["", "km/h", "mph"]
Grid = Literal["wgs84", "gcj02", "bd09"]


class Flat(str):
    """What a field is called where all fields stand in one row."""


def _length(least: str, most: str) -> Any:
    """Metres between two bounds, of a text like "500 m"; a bare number is of metres, in Python."""
    parse = units.metres.within(least, most)

    def read(value: object) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                value = f"{float(value)!r} m"
            except OverflowError:  # a whole number of hundreds of digits
                value = "1e999 m"
        return parse(value)

    return BeforeValidator(read), PlainSerializer(_metres)


def _metres(metres: float) -> str:
    return f"{units.plainly(metres)} m"


def written(text: str) -> Any:
    """The default of a quantity, as a planner would write it."""
    return Field(default=text)


Near = Annotated[float, *_length("0 m", "1 km")]  # ends of lines that far apart are two places
Far = Annotated[float, *_length("0 m", "200 km")]  # more roads than a province has
# Fewer people know of a finer grid; a coarser one blurs who is within minutes.
Cell = Annotated[float, *_length("250 m", "1000 m")]
Switch = Annotated[bool, Strict()]  # 1 and yes are not meant for true
File = Annotated[Path | None, PlainSerializer(lambda path: path and path.name)]  # see `choices`


class OptionGroup(BaseModel):
    """Choices that belong together: one reader gets them and no others."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, validate_default=True
    )
    panel: ClassVar[str]  # of `--help`


class RoadOptions(OptionGroup):
    """Which roads are read, and how their lines meet."""

    panel = "Roads"

    file: Annotated[File, Flat("roads")] = None
    """.osm.pbf, .osm, .osm.gz, osmnx .graphml, or lines."""
    service: Switch = False
    """Keep service roads."""
    tracks: Switch = False
    """Keep tracks."""
    ferries: Switch = False
    """Keep ferries, by their duration or at 15 km/h."""
    snap: Near = written("1 m")
    """Ends of lines this close meet."""
    speed_unit: SpeedUnit = ""
    """Of speeds of lines without a unit: km/h, mph."""
    node_crossings: Switch = False
    """Lines meet wherever they cross."""
    margin: Far = written("5 km")
    """Roads so far outside the boundary stay."""


class MatrixOptions(OptionGroup):
    """Travel times that somebody else computed, instead of roads."""

    panel = "Roads"

    file: Annotated[File, Flat("matrix")] = None
    """Instead of roads: travel times, as CSV, Excel or Parquet."""
    unit: Annotated[MatrixUnit, Flat("matrix_unit")] = ""
    """seconds, minutes; default: its header, else seconds."""
    fill_holes: FillHoles = ""
    """shortest: by way of other places."""
    id_column: str = ""
    """Ids of the matrix's places in --people."""


class ZoneOptions(OptionGroup):
    """The ground: its coordinate system, its boundary, its zones, which of it is urban."""

    panel = "Ground"

    crs: str = ""
    """Like EPSG:32649; default: the UTM zone."""
    boundary: File = None
    """Polygons; default: the zones."""
    file: Annotated[File, Flat("zones")] = None
    """The townships: named polygons, or a list of their seats."""
    coordinates: Annotated[Grid, Flat("zone_coordinates")] = "wgs84"
    """Of a list of seats: wgs84, gcj02 or bd09."""
    name_column: Annotated[str, Flat("zone_name")] = ""
    """Their column."""
    urban: File = None
    """Polygons: cells inside are urban."""
    urban_column: str = ""
    """NAME=VALUE of the zones."""
    urban_density: Annotated[float, Field(ge=0, le=1_000_000, strict=True)] = 300.0
    """People per km² from which on."""


class PeopleOptions(OptionGroup):
    """Where people live."""

    panel = "People"

    file: Annotated[File, Flat("people")] = None
    """GeoTIFF, points or polygons; default: the zones."""
    column: Annotated[str, Flat("people_column")] = ""
    """Of points, polygons."""
    unit: Annotated[PeopleUnit, Flat("people_unit")] = "people"
    """Of a raster: people, per_km2, relative."""
    band: Annotated[int | None, Field(ge=1, le=10_000, strict=True), Flat("people_band")] = None
    """Of a raster with several bands; default: the first."""
    coordinates: Annotated[Grid, Flat("people_coordinates")] = "wgs84"
    """Of a table: wgs84, gcj02 or bd09."""
    total: Annotated[int | None, Field(ge=1, le=10**10, strict=True), Flat("total_people")] = None
    """Scale to so many."""
    cell: Cell = written("500 m")
    """250 m to 1000 m."""


class PlaceOptions(OptionGroup):
    """Stations and hospitals."""

    panel = "Stations and hospitals"

    sites: File = None
    """Excel, CSV, GeoJSON or GeoPackage."""
    hospitals: File = None
    """Alike."""
    coordinates: Grid = "wgs84"
    """Of both: wgs84, gcj02 or bd09."""


def _encoding(name: str) -> str:
    if name:
        text.codec(name)
    return name


class ReadingOptions(OptionGroup):
    """How tables are read."""

    panel = "Files"

    encoding: Annotated[str, AfterValidator(_encoding)] = ""
    """Of text and Shapefiles that are not UTF-8; default: found out."""
    sheet: str = ""
    """Of Excel files; default: the first with a table."""

    @property
    def both(self) -> tuple[str, str]:
        """Encoding and sheet."""
        return self.encoding, self.sheet


class Names(OptionGroup):
    """What the map is called, where its data are from, and the folder of all maps."""

    panel = "Names and folders"

    english: Annotated[str, Flat("name_en")] = ""
    """Default: the place."""
    chinese: Annotated[str, Flat("name_zh")] = ""
    """In Chinese."""
    source: str = ""
    """For the README."""
    licence: str = ""
    """Likewise."""
    maps: Annotated[Path, Field(exclude=True)] = Path("maps")
    """Folder of all maps."""
