"""What a map is made up from: the files, what it is called, the seed, how fine it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationError

from sim import units
from sim.errors import MapImportError, Problem
from sim.files import entrance, numerals
from sim.files.escapes import file_name
from sim.files.shapes import file_of
from sim.geography.making import findings, planner_workbook
from sim.geography.making.groups import Grid, OptionGroup
from sim.text import Message, Name

FILES: Final = ("towns", "roads", "river", "districts", "sites", "hospitals")
MOST_PEOPLE, MOST_KM2 = 2 * 10**9, 2_000_000.0


def _folder(to: object) -> Path:
    """maps/PLACE: its last part is what the map's file is called."""
    path = Path(str(to))
    known = unicodedata.normalize("NFC", path.name).replace(" ", "_")
    if not known or known != file_name(known, ""):
        raise ValueError(
            Message("write a folder for the map, like maps/liling; found {place}", place=str(to))
        )
    return path


def _km2(value: object) -> float | None:
    """Square kilometres of a text like "2156.46 km2", or of a number."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return None if value is None else float(value)
    bare = str(value).strip().casefold()
    for unit in (name for name, km2 in numerals.AREA.items() if km2 == 1):
        bare = bare.removesuffix(unit).strip()
    try:
        return float(bare.replace(",", ""))
    except ValueError:
        message = Message("write an area like 2156 km2; found {found}", found=str(value))
        raise ValueError(message) from None


def _metres(parse: Callable[[str], float]) -> BeforeValidator:
    """Metres of a text like "1 km"; nothing stays nothing."""
    return BeforeValidator(lambda value: None if value is None else parse(str(value)))


_WRITTEN: Final = PlainSerializer(lambda metres: metres and f"{units.plainly(metres)} m")
Cell = Annotated[float | None, _metres(units.metres.within("250 m", "5 km")), _WRITTEN]
Radius = Annotated[float | None, _metres(units.metres.within("500 m", "50 km")), _WRITTEN]
Area = Annotated[float | None, Field(ge=0.01, le=MOST_KM2), BeforeValidator(_km2)]
Count = Annotated[int | None, Field(ge=1, le=MOST_PEOPLE, strict=True)]
File = Annotated[Path | None, PlainSerializer(lambda path: path and path.name)]


class SynthesisOptions(OptionGroup):
    """Every choice, by its name at the prompt. `SynthesisOptions.of(towns=…, to=…)`."""

    panel: ClassVar[str] = ""

    towns: Annotated[Path, PlainSerializer(lambda path: path.name)]
    """A table of towns: name, people, area, lon, lat, urban or rural, villages, code."""
    to: Annotated[Path, BeforeValidator(_folder), Field(exclude=True)]
    """The map's folder, like maps/liling."""
    roads: File = None
    """Through-roads: name, class, and the towns that each goes through (via)."""
    river: File = None
    """Rivers: name, lon, lat of points along each, in order."""
    districts: File = None
    """People and area of the districts that the towns lie in, which fill blanks."""
    sites: File = None
    """Stations: name, lon, lat, ambulances."""
    hospitals: File = None
    """Alike."""
    coordinates: Grid = "wgs84"
    """Of all tables: wgs84, gcj02 or bd09."""
    people_column: str = ""
    """Of the towns; default: the latest year."""
    total_people: Count = None
    """Scale to so many."""
    total_area: Area = None
    """Stated area, which fills blanks."""
    urban_within: Radius = None
    """Of an urban town so much around its seat is urban, like 5 km; default: all of it."""
    seed: Annotated[int, Field(ge=0, le=2**31, strict=True)] = 1
    """Another seed, another map."""
    cell: Cell = None
    """Default: 1 km, of a large map 2 km; in cities half of it."""
    name: str = ""
    """Default: the folder's."""
    name_zh: str = ""
    """In Chinese."""
    source: str = ""
    """For the README."""
    licence: str = ""
    """Likewise."""
    encoding: str = ""
    """Of text that is not UTF-8; default: found out."""
    sheet: str = ""
    """Of Excel files; default: the first with a table."""

    @classmethod
    def of(cls, **choices: Any) -> SynthesisOptions:
        """Options by name; MapImportError names all that is wrong, also files not there.

        `workbook`: a planner's, whose sheets are the towns, sites and hospitals; the map is called
        as its folder and made within it.
        """
        choices = planner_workbook.given_to_synthesis(choices)
        try:
            found, wrong = cls.model_validate(choices), []
        except ValidationError as error:
            found, wrong = None, [p for _, p in findings.in_words(error, _Words())]
        named = ((n, choices.get(n)) for n in FILES)
        for name, path in ((n, Path(p)) for n, p in named if isinstance(p, str | Path) and str(p)):
            no_file = entrance.no_file(file_of(path))
            if no_file is not None:
                wrong.append(Problem(no_file, f"--{name} {path}"))
        if wrong or found is None:
            raise MapImportError(Message("the map {place}", place=choices.get("to", "")), wrong)
        return found

    @property
    def place(self) -> str:
        """What its folder and its file are called."""
        return self.to.name

    @property
    def title(self) -> Name:
        """What the map is called."""
        english = self.name or self.place
        return Name(self.name_zh or english, english)

    @property
    def bundle(self) -> Path:
        """The map's file."""
        return self.to / f"{self.place}.gpkg"

    def files(self) -> dict[str, Path]:
        """The files that are given, by name."""
        given = {name: getattr(self, name) for name in FILES}
        return {name: path for name, path in given.items() if path is not None}


class _Words:
    """What findings are told of."""

    def known(self, loc: tuple[str | int, ...]) -> list[str]:
        return list(SynthesisOptions.model_fields)

    def literals(self, loc: tuple[str | int, ...]) -> tuple[str, ...]:
        return findings.words_of(SynthesisOptions.model_fields[str(loc[0])])

    def option(self, loc: tuple[str | int, ...]) -> str:
        return f"--{str(loc[0]).replace('_', '-')}"
