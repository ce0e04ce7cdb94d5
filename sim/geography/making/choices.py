"""import.yaml: the choices of an import, written beside its map and read again to repeat it."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any, Final

from sim.errors import MapImportError, Problem, ScenarioError
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
    """The choices of an import, to be repeated. Files by name only: no machine's paths."""
    from ruamel.yaml import YAML

    facts: dict[str, Any] = {"place": options.place}
    for name, group in options.model_dump(exclude={"place"}).items():
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
    """The options written by an earlier import; its files are looked for here, then beside it.

    Choices may stand in groups, or all in one row as they were written once. MapImportError names
    everything that is wrong, with its line.
    """
    read = _text(path)
    raw = nested(read.content)
    for group, field in ((flat_names()[name].group, flat_names()[name].field) for name in FILES):
        given = raw.get(group, {}).get(field) if isinstance(raw.get(group, {}), dict) else None
        if isinstance(given, str) and not file_of(Path(given)).is_file():
            beside = path.parent / given
            raw[group] = raw[group] | {field: str(beside if file_of(beside).is_file() else given)}
    if isinstance(raw.get("names", {}), dict):
        raw["names"] = raw.get("names", {}) | {"maps": maps}
    options, wrong = checked(raw)
    if options is None:
        raise MapImportError(path, [_here(read, loc, problem) for loc, problem in wrong])
    return options


def made_from(folder: Path, name: str) -> object:
    """The file of `--roads` or `--matrix` by which an earlier import made the map in a folder."""
    place = flat_names()[name]
    group = nested(_text(folder / NAME).content).get(place.group, {})
    return group.get(place.field) if isinstance(group, dict) else None


def _text(path: Path) -> YamlText:
    if not path.is_file():
        raise MapImportError(path, Message("no such file"))
    try:
        return YamlText(path)
    except ScenarioError as error:
        raise MapImportError(path, error.problems) from None


def _here(read: YamlText, loc: tuple[str | int, ...], problem: Problem) -> Problem:
    """A problem at the place where the file says it, or where it should."""
    if not loc:  # of options that clash: their places are named by the option, like --people-unit x
        name = problem.field.split(" ")[0].removeprefix("--").replace("-", "_")
        place = flat_names().get(name)
        if place is None:
            return problem
        loc = (place.group, place.field) if place.group else (place.field,)
    written = _as_written(read.content, loc)
    return Problem(problem.message, ".".join(map(str, written)), read.line(written))


def _as_written(content: dict[str, Any], loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """A place of the schema as the file has it: in its group, or by its name in one row."""
    if len(loc) < 2 or (isinstance(content.get(str(loc[0])), dict) and loc[0] in groups()):
        return loc
    for name, place in flat_names().items():
        if (place.group, place.field) == loc:
            return (f"{name}_m",) if name in METRES and f"{name}_m" in content else (name,)
    return loc
