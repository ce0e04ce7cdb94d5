"""import.yaml: the choices of an import, written beside its map and read again to repeat it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any, Final

from sim.errors import MapImportError, Problem, ScenarioError
from sim.files.entrance import is_file
from sim.files.shapes import file_of
from sim.files.yaml_lines import YamlText
from sim.geography.making.options import (
    FILES,
    METRES,
    ImportOptions,
    checked,
    flat_names,
    groups,
    nested,
)
from sim.text import Message

NAME: Final = "import.yaml"


def as_yaml(options: ImportOptions) -> str:
    """The choices of an import, to be repeated. Files by the way to them: no machine's paths."""
    from ruamel.yaml import YAML

    facts: dict[str, Any] = {"place": options.place}
    for name, group in options.model_dump(exclude={"place"}).items():
        given = getattr(options, name)
        group |= {
            field: way_to(getattr(given, field), options.folder)
            for room, field in _file_fields()
            if room == name and getattr(given, field) is not None
        }
        said = {key: value for key, value in group.items() if value not in (None, "")}
        if said and (name not in ("roads", "matrix") or "file" in said):
            facts[name] = said
    text = StringIO()
    text.write(
        "# The choices that made this map. To repeat it, in a folder that holds these files:\n"
        f"#   tenthirty map import --again maps/{options.place}/{NAME}\n"
    )
    yaml = YAML()
    yaml.width = 10_000
    yaml.allow_unicode = True
    yaml.dump(facts, text)
    return text.getvalue()


def from_yaml(path: Path, maps: Path = Path("maps")) -> ImportOptions:
    """The options written by an earlier import; its files are looked for as `ways` says.

    Choices may stand in groups, or all in one row as they were written once. MapImportError names
    everything that is wrong, with its line.
    """
    read = text_of(path)
    raw = nested(read.content)
    missing = {}
    for group, field in _file_fields():
        given = raw.get(group, {}).get(field) if isinstance(raw.get(group, {}), dict) else None
        if isinstance(given, str):
            found = next((way for way in ways(given, path) if is_file(file_of(way))), None)
            if found is not None:
                raw[group] = raw[group] | {field: str(found)}
            else:
                missing[group, field] = no_such_file(given, path)
    if isinstance(raw.get("names", {}), dict):
        raw["names"] = raw.get("names", {}) | {"maps": maps}
    options, wrong = checked(raw)
    if options is None:
        raise MapImportError(path, [_here(read, loc, problem, missing) for loc, problem in wrong])
    return options


def _file_fields() -> list[tuple[str, str]]:
    """Group and field of every choice that is a file."""
    return [(flat_names()[name].group, flat_names()[name].field) for name in FILES]


def way_to(file: Path, folder: Path) -> str:
    """A file as `import.yaml` in a folder names it: from the working folder if it lies below it,
    else from the folder of import.yaml; by its name alone where that way leads through the root.
    """
    full, here = Path(os.path.abspath(file)), Path.cwd()
    if full.is_relative_to(here):
        return full.relative_to(here).as_posix()
    try:
        home = os.path.abspath(folder)
        shared = Path(os.path.commonpath([full, home]))
    except ValueError:  # another drive
        return file.name
    if shared.parent == shared:
        return file.name
    return Path(os.path.relpath(full, home)).as_posix()


def folders_of(path: Path) -> list[Path]:
    """Where the files of an import.yaml are looked for: here, beside it, above `maps`."""
    beside = path.absolute().parent
    return [Path(), beside, beside.parent.parent]


def ways(given: str, path: Path) -> Iterator[Path]:
    """Where a file of an import.yaml may be: by the way it says, then by its name alone."""
    folders = folders_of(path)
    if given.startswith(".."):  # the way was from beside it
        folders = [folders[1], folders[0], folders[2]]
    for way in dict.fromkeys((given, Path(given).name)):
        yield from (folder / way for folder in folders)


def no_such_file(given: str, path: Path) -> Message:
    folders = dict.fromkeys(str(folder.resolve()) for folder in folders_of(path))
    return Message(
        "no such file: {file}; looked for in {folders}", file=given, folders=", ".join(folders)
    )


def made_from(folder: Path, name: str) -> object:
    """The name of the file of `--roads` or `--matrix` of which an earlier import made a map."""
    place = flat_names()[name]
    group = nested(text_of(folder / NAME).content).get(place.group, {})
    said = group.get(place.field) if isinstance(group, dict) else None
    return Path(said).name if isinstance(said, str) else said


def text_of(path: Path) -> YamlText:
    try:
        return YamlText(path)
    except ScenarioError as error:
        raise MapImportError(path, error.problems) from error.__cause__


def _here(
    read: YamlText,
    loc: tuple[str | int, ...],
    problem: Problem,
    missing: dict[tuple[str, str], Message],
) -> Problem:
    """A problem at the place where the file says it, or where it should."""
    if not loc:  # of options that clash: their places are named by the option, like --people-unit x
        name = problem.field.split(" ")[0].removeprefix("--").replace("-", "_")
        place = flat_names().get(name)
        if place is None:
            return problem
        loc = (place.group, place.field) if place.group else (place.field,)
    written = _as_written(read.content, loc)
    message = next((said for place, said in missing.items() if place == loc), problem.message)
    return Problem(message, ".".join(map(str, written)), read.line(written))


def _as_written(content: dict[str, Any], loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """A place of the schema as the file has it: in its group, or by its name in one row."""
    if len(loc) < 2 or (isinstance(content.get(str(loc[0])), dict) and loc[0] in groups()):
        return loc
    for name, place in flat_names().items():
        if (place.group, place.field) == loc:
            return (f"{name}_m",) if name in METRES and f"{name}_m" in content else (name,)
    return loc
