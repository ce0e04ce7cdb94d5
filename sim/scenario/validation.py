"""What is wrong with what a planner wrote: gathered, in her words, at the place in the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
from pydantic import BaseModel, ValidationError

from sim import limits, units
from sim.errors import PlannerError, Problem, did_you_mean, nearest
from sim.files.yaml_lines import Loc
from sim.scenario import distributions
from sim.text import Message, message_of

MOST_FINDINGS = 300  # of one reading; who mends so many reads the rest afterwards


class FieldPlace(NamedTuple):
    """Where a field is written: its file, if it is another's, and line, or the cell instead."""

    file: str = ""
    line: int | None = None
    place: str = ""


Locate = Callable[[Loc], tuple[str, int | None] | FieldPlace]
Place = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


def _nowhere(loc: Loc) -> tuple[str, int | None]:
    return "", None


class Problems:
    """Gathers all that is wrong with one input, each problem with its field.

    `at` is the same collection, for what lies within a field; of what is muted nothing is told.
    """

    def __init__(self, locate: Locate = _nowhere):
        self.found: list[Problem] = []
        self._muted: list[Loc] = []
        self._locate = locate
        self._field: tuple[str | int, ...] = ()
        self._line: int | None = None

    def at(self, *field: str | int, line: int | None = None) -> Problems:
        """The collection of a field within this one, or of a line of a table."""
        inner = Problems(self._locate)
        inner.found, inner._muted = self.found, self._muted
        inner._field = (*self._field, *field)
        inner._line = self._line if line is None else line
        return inner

    def tell(self, message: str) -> None:
        """One more, of the field that this collection stands for."""
        if any(self._field[: len(loc)] == tuple(loc) for loc in self._muted):
            return
        where = FieldPlace(*self._locate(self._field))
        line = where.line if self._line is None else self._line
        # A cell says of a station where it is; which row of a list it became is nobody's matter.
        field = "" if where.place and self._field[0] == "layout" else dotted(self._field)
        self.found.append(Problem(message, field, line, where.file, where.place))

    def mute(self, *locs: Loc) -> None:
        """Tell nothing more of these fields, for what is wrong with them has been told."""
        self._muted += locs

    def add(self, error: PlannerError) -> None:
        """All that another file's reading found, with the name of that file."""
        self.found += [
            replace(problem, file=problem.file or str(error.source)) for problem in error.problems
        ]

    def __len__(self) -> int:
        return len(self.found)

    def raise_if_any(self, error: type[PlannerError], source: object) -> None:
        """Tell all of it, each once: two crews alike may have the same fault in the same field."""
        if self.found:
            raise error(source, list(dict.fromkeys(self.found)))


NO_PRIORITY: Final = Message('no priority "{name}"{hint}')
NO_CLASS: Final = Message('no class "{name}" under crews.classes{hint}')


def tell_unknown(text: Message, name: str, known: Sequence[str], problems: Problems) -> None:
    """Tell that there is nothing of a name, and what may have been meant."""
    problems.tell(Message(text, name=name, hint=did_you_mean(name, known)))


def listed(names: Sequence[str], most: int = 8) -> str:
    """Some names in a row, and how many more there are."""
    shown = ", ".join(names[:most])
    if len(names) <= most:
        return shown
    return Message("{names} and {more} more", names=shown, more=len(names) - most, all=len(names))


def dotted(loc: Loc) -> str:
    """A field as a planner names it: layout[1].at."""
    if len(loc) == 1 and isinstance(loc[0], str):
        return loc[0]
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def validated(model: type[M], raw: Any, problems: Problems) -> M | None:
    """What was written as a model; None after telling what is wrong with it."""
    raw = plain(raw)
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        for loc, message in in_words(error, raw, model):
            problems.at(*loc).tell(message)
        return None


def plain(raw: Any, levels: int = 0) -> Any:
    """The same with numbers and lists of numpy, as notebooks have them, as Python's own.

    What is nested deeper, or is longer, than any setting is cut off there, and refused so.
    """
    if levels > limits.NESTED:
        return "…"
    if isinstance(raw, Sized) and not isinstance(raw, str | bytes) and len(raw) > limits.VALUES:
        raw = list(islice(raw, limits.VALUES))  # type: ignore[call-overload]  # too long anyway
    if isinstance(raw, np.generic | np.ndarray):
        return raw.tolist()
    if isinstance(raw, Mapping):
        return {key: plain(value, levels + 1) for key, value in raw.items()}
    return [plain(value, levels + 1) for value in raw] if isinstance(raw, list) else raw


def in_words(
    error: ValidationError, raw: Any, model: type[BaseModel]
) -> Iterator[tuple[tuple[str | int, ...], Message]]:
    """Pydantic's findings in a planner's words, each once, with their place as the file has it."""
    found = []
    for finding in error.errors()[:MOST_FINDINGS]:
        loc = _as_written(finding["loc"], raw)
        if finding["type"] in ("union_tag_invalid", "union_tag_not_found"):
            loc = (*loc, "distribution")
        found.append((loc, finding))
    parted = {loc: cut for loc, finding in found if (cut := _cut(loc, finding, raw)) is not None}
    ended = {before for before, _ in parted.values()}
    said: dict[tuple[Place, Message], None] = {}
    for loc, finding in found:
        if loc in parted:
            said[parted[loc]] = None
        elif loc not in ended and not _follows(loc, finding, found, model):
            said[loc, _message(finding, model)] = None
    yield from said


def _follows(loc: Place, finding: Any, found: Sequence[tuple[Place, Any]], model: Any) -> bool:
    """Whether a finding only says once more what another one says.

    A setting is missing because its name is misspelt; or something may be written in two ways, and
    was not meant in this one.
    """
    kind, value = finding["type"], finding.get("input")
    others = [(place, other) for place, other in found if other is not finding]
    if kind == "missing":
        return any(
            other["type"] == "extra_forbidden"
            and place[:-1] == loc[:-1]
            and nearest(str(place[-1]), known_keys(other["loc"], model)) == loc[-1]
            for place, other in others
        )
    if kind == "too_short":  # of those that are right; there may be more
        return any(len(place) > len(loc) and place[: len(loc)] == loc for place, _ in others)
    as_text = kind == "literal_error" or kind.startswith("string_type")
    if not (as_text if isinstance(value, dict) else kind.startswith(("model_", "dict_type"))):
        return False
    return any(place[: len(loc)] == loc for place, other in others if other["type"] != kind)


def _cut(loc: Place, finding: Any, raw: Any) -> tuple[Place, Message] | None:
    """The setting whose value a comma ended, of a key that is the rest of it.

    `{urban: 14.7 per 1,000 people}` is read as two settings."""
    if finding["type"] != "extra_forbidden" or finding.get("input") is not None:
        return None
    node = raw
    for part in loc[:-1]:
        node = node[part]
    keys = list(node)
    before = node[keys[keys.index(loc[-1]) - 1]] if keys.index(loc[-1]) else None
    if not re.match(r"\d", str(loc[-1])) or not re.search(r"\d$", str(before)):
        return None
    message = Message(
        "within braces a comma ends a value: write it in quotes, or the number without a comma; "
        'found "{before},{after}"',
        before=str(before), after=loc[-1],
    )  # fmt: skip
    return (*loc[:-1], keys[keys.index(loc[-1]) - 1]), message


# Looked for at the top of a file, where they are not.
OF_THE_STUDY: Final = {
    "days": "study.length",
    "length": "study.length",
    "warm_up": "study.warm_up",
    "replications": "study.replications",
    "seed": "study.seed",
}


def _message(found: Any, model: type[BaseModel]) -> Message:
    """What one finding says."""
    kind, ctx, value = found["type"], found.get("ctx", {}), found.get("input")
    if kind == "extra_forbidden":
        known = known_keys(found["loc"], model)
        name = str(found["loc"][-1])
        if len(found["loc"]) == 1 and name in OF_THE_STUDY:
            return Message("no such setting; did you mean {name}?", name=OF_THE_STUDY[name])
        return Message("no such setting{hint}", hint=did_you_mean(name, known))
    if kind == "missing":
        return Message("this setting is missing")
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _no_such_law(value.get("distribution") if isinstance(value, dict) else None)
    if kind == "value_error":
        said = message_of(ctx["error"])
        return said if isinstance(said, Message) else Message(said)
    if kind == "literal_error":
        # pydantic lists them as 'a', 'b' or 'c'.
        names = str(ctx["expected"]).replace(" or ", ", ").replace("'", "")
        return Message("write one of {known}; found {found}", known=names, found=_short(value))
    if kind == "greater_than_equal":
        least = units.plainly(ctx["ge"])
        return Message("write at least {least}; found {found}", least=least, found=_short(value))
    if kind == "less_than_equal":
        most = units.plainly(ctx["le"])
        return Message("write at most {most}; found {found}", most=most, found=_short(value))
    for stem, text in WANTED:
        if kind.startswith(stem):
            return Message(text, **ctx, found=_short(value))
    said = f"{found['msg'][0].lower()}{found['msg'][1:]}"
    return Message("{problem}; found {found}", problem=said, found=_short(value))


def _no_such_law(law: object) -> Message:
    names = ", ".join(distributions.NAMES)
    if law is None:
        return Message("write one of {names}", names=names)
    return Message(
        "write one of {names}; found {found}{hint}",
        names=names,
        found=str(law),
        hint=did_you_mean(str(law), distributions.NAMES),
    )


# What pydantic calls its findings, as a planner would say it; the longer name first.
WANTED = (
    ("tuple", Message("write a list; found {found}")),
    ("list", Message("write a list; found {found}")),
    ("dict", Message("write settings, like `key: value`; found {found}")),
    ("model", Message("write settings, like `key: value`; found {found}")),
    ("string_too_short", Message("write a text that is not empty; found {found}")),
    ("string_too_long", Message("write a text of at most {max_length} letters; found {found}")),
    ("string", Message("write a text; found {found}")),
    ("int", Message("write a whole number; found {found}")),
    ("float", Message("write a number; found {found}")),
    ("finite_number", Message("write a finite number; found {found}")),
    ("bool", Message("write true or false; found {found}")),
    ("date", Message("write a date and time like 2025-01-06 00:00; found {found}")),
    ("too_short", Message("write at least {min_length} of them; found {found}")),
    ("too_long", Message("write at most {max_length} of them; found {found}")),
    ("greater_than", Message("input should be greater than {gt:g}; found {found}")),
    ("less_than", Message("input should be less than {lt:g}; found {found}")),
)


def _short(value: Any) -> str:
    try:
        return units.shown(value if value is None else str(value))
    except (ValueError, RecursionError):
        return units.shown(value)


def _as_written(loc: Loc, raw: Any) -> tuple[str | int, ...]:
    """Pydantic's path less what is not in the file: names of union members."""
    written: list[str | int] = []
    node = raw
    for number, part in enumerate(loc):
        is_item = isinstance(node, list) and isinstance(part, int) and part < len(node)
        if is_item or (isinstance(node, dict) and part in node):
            node = node[part]
        elif number < len(loc) - 1 or not isinstance(node, dict) or not str(part).isidentifier():
            continue  # the name of a union's member
        written.append(part)
    return tuple(written)


def known_keys(loc: Loc, model: type[BaseModel]) -> list[str]:
    """The settings that could have been meant where an unknown one was found."""
    node = _schema(model)
    definitions = node.get("$defs", {})

    def opened(schema: dict[str, Any]) -> list[dict[str, Any]]:
        if "$ref" in schema:
            return opened(definitions[schema["$ref"].rsplit("/", 1)[-1]])
        options = schema.get("anyOf", []) + schema.get("oneOf", []) + schema.get("allOf", [])
        return [schema, *(inner for option in options for inner in opened(option))]

    here = opened(node)
    for part in loc[:-1]:
        inner = [s["properties"][part] for s in here if part in s.get("properties", {})]
        inner += [s["items"] for s in here if isinstance(part, int) and "items" in s]
        if inner:
            here = [o for schema in inner for o in opened(schema)]
        else:  # the name of a distribution, which is how pydantic tells members of a union apart
            tagged = [s for s in here if _tag(s) == part]
            here = tagged or here
    return sorted({key for schema in here for key in schema.get("properties", {})})


@lru_cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(by_alias=True)


def _tag(schema: dict[str, Any]) -> Any:
    return schema.get("properties", {}).get("distribution", {}).get("const")
