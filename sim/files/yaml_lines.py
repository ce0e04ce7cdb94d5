"""YAML with line numbers: what was written, and where, so that an error can point at it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml.error import MarkedYAMLError

from sim import limits
from sim.errors import Problem, ScenarioError
from sim.files import entrance, yaml_nodes, yaml_slips
from sim.files.text import EncodingError, read_text
from sim.text import Message, message_of
from sim.units import NOTHING

Loc = Sequence[str | int]
SOURCE = re.compile(r"(?<=\s)#\s*(?:source|来源)\s*[:：]\s*(.*\S)")
NOT_YAML = Message("this is not YAML: {reason}")
EMPTY = Message("the file is empty: write settings, like `name: Liling today`")


class YamlText:
    """One file: its content as plain Python, and the line of every key."""

    def __init__(self, path: Path):
        self.path = path
        with entrance.reading(path, ScenarioError):
            self._text = _read(path)
            self._written = _parse(path, self._text)
            self.content: dict[str, Any] = self._written.value

    def line(self, loc: Loc) -> int | None:
        """The line (1 is the first) of the deepest part of `loc` that the file has."""
        here, line = self._written, None
        for part in loc:
            if part in here.lines:
                line, here = here.lines[part], here.within[part]
            # else: a part that names a kind of distribution or a missing key, not a place
        return line

    def source(self, loc: Loc) -> str | None:
        """What `# source: …` behind a setting says of where it is from; else behind a part of it.

        `loc`: where the setting stands in this file.
        """
        here, line = self._written, 0
        for part in loc:
            line, here = here.lines[part], here.within[part]
        return self._source(line, here)

    def _source(self, line: int, here: yaml_nodes.Written) -> str | None:
        told = SOURCE.search(self._text_lines[line - 1])
        if told and told[0] not in str(here.value):  # else it stands between quotes
            return told[1]
        parts = (self._source(here.lines[part], here.within[part]) for part in here.lines)
        return next((one for one in parts if one is not None), None)

    def slip(self, line: int, told: str) -> tuple[int, Message] | None:
        """What to write instead where something wrong was `told` of a line, and the line.

        It may be the one below, if its key did not become one and so belongs to the value told of.
        """
        marks, lines = self._marks
        if line in marks:
            return line, marks[line]
        if line + 1 in marks and (told.endswith(NOTHING) or lines[line].strip()[:12] in told):
            return line + 1, marks[line + 1]
        value = yaml_slips.in_value(told)
        return None if value is None else (line, value)

    @cached_property
    def _marks(self) -> tuple[dict[int, Message], list[str]]:
        return yaml_slips.in_structure(self._text), self._text_lines

    @cached_property
    def _text_lines(self) -> list[str]:
        return self._text.splitlines()

    def has(self, key: str) -> bool:
        return key in self.content


def _read(path: Path) -> str:
    entrance.require_file(path, ScenarioError)
    try:
        size = path.stat().st_size
        if size > limits.FILE_BYTES:
            message = Message(
                "the file has {size:,} bytes; at most {most:,} are read",
                size=size, most=limits.FILE_BYTES,
            )  # fmt: skip
            raise ScenarioError(path, message)
        return read_text(path)
    except EncodingError as error:
        raise ScenarioError(path, message_of(error)) from None


def _parse(path: Path, text: str) -> yaml_nodes.Written:
    try:
        written = yaml_nodes.read(text)
    except yaml_nodes.NotYamlError as error:
        raise ScenarioError(path, error.problems) from None
    except MarkedYAMLError as error:
        raise ScenarioError(path, _no_yaml(text, error)) from None
    except Exception as error:  # a parser lets some of its own slips through, on odd marks and tags
        raise ScenarioError(path, entrance.in_words(error, NOT_YAML)) from error
    if written is not None and isinstance(written.value, dict):
        return written
    if written is None or written.value is None:
        raise ScenarioError(path, EMPTY)
    slips = list(yaml_slips.in_structure(text).items())
    if slips:
        raise ScenarioError(path, [Problem(slip, line=number) for number, slip in slips])
    message = Message("a scenario is a list of settings, like `name: Liling today`")
    raise ScenarioError(path, message)


def written_in(text: str) -> Any:
    """What a text within a line says, like `{speed: 80 %}`; ValueError if it is no YAML."""
    try:
        written = yaml_nodes.read(text)
    except yaml_nodes.NotYamlError as error:
        raise ValueError(error.problems[0].message) from None
    except MarkedYAMLError as error:
        raise ValueError(_no_yaml(text, error)[0].message) from None
    except Exception as error:  # as in `_parse`
        raise ValueError(entrance.in_words(error, NOT_YAML)) from error
    return None if written is None else written.value


def _no_yaml(text: str, error: MarkedYAMLError) -> list[Problem]:
    """Where a text stops being YAML: the marks over which the parser stumbles, there or above."""
    mark = error.problem_mark or error.context_mark
    last = mark.line + 1 if mark else 1
    slips = [(n, slip) for n, slip in yaml_slips.in_structure(text).items() if n <= last]
    if slips:
        return [Problem(slip, line=number) for number, slip in slips]
    message = Message(NOT_YAML, reason=error.problem or error.context)
    return [Problem(message, line=mark.line + 1 if mark else None)]
