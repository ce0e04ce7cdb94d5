"""YAML with line numbers: what was written, and where, so that an error can point at it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sim.errors import Problem, ScenarioError
from sim.files import entrance, yaml_slips
from sim.files.text import EncodingError, read_text
from sim.text import Message, message_of

Loc = Sequence[str | int]


class _Constructor(RoundTripConstructor):
    """Dates stay as they are written: the settings say what is wrong with one, and where."""


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: node.value)


class YamlText:
    """One file: its content as plain Python, and the line of every key."""

    def __init__(self, path: Path):
        self.path = path
        with entrance.reading(path, ScenarioError):
            self._text = _read(path)
            self._tree = _parse(path, self._text)
            self.content: dict[str, Any] = _plain(self._tree)

    def line(self, loc: Loc) -> int | None:
        """The line (1 is the first) of the deepest part of `loc` that the file has."""
        node, line = self._tree, None
        for part in loc:
            if isinstance(node, CommentedMap) and part in node:
                line = node.lc.key(part)[0] + 1
                node = node[part]
            elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
                line = node.lc.item(part)[0] + 1
                node = node[part]
            # else: a part that names a kind of distribution or a missing key, not a place
        return line

    def slip(self, line: int, told: str) -> tuple[int, Message] | None:
        """What to write instead where something wrong was `told` of a line, and the line.

        It may be the one below, if its key did not become one and so belongs to the value told of.
        """
        marks, lines = yaml_slips.in_structure(self._text), self._text.splitlines()
        if line in marks:
            return line, marks[line]
        if line + 1 in marks and (told.endswith("None") or lines[line].strip()[:12] in told):
            return line + 1, marks[line + 1]
        value = yaml_slips.in_value(told)
        return None if value is None else (line, value)

    def has(self, key: str) -> bool:
        return key in self.content


def _read(path: Path) -> str:
    entrance.require_file(path, ScenarioError)
    try:
        return read_text(path)
    except EncodingError as error:
        raise ScenarioError(path, message_of(error)) from None


def _parse(path: Path, text: str) -> CommentedMap:
    try:
        yaml = YAML(typ="rt")
        yaml.Constructor = _Constructor
        tree = yaml.load(text)
    except DuplicateKeyError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        found = str(error.problem).split(" with ")[0].replace("found duplicate key ", "")
        message = Message("{setting} is written twice", setting=found)
        raise ScenarioError(path, Problem(message, line=line)) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        last = mark.line + 1 if mark else 1
        slips = [(n, slip) for n, slip in yaml_slips.in_structure(text).items() if n <= last]
        if slips:  # the parser stumbles over them, there or further down
            problems = [Problem(slip, line=number) for number, slip in slips]
            raise ScenarioError(path, problems) from None
        message = Message("this is not YAML: {reason}", reason=error.problem or error.context)
        raise ScenarioError(path, Problem(message, line=mark.line + 1 if mark else None)) from None
    except (YAMLError, RecursionError, ValueError, AttributeError, TypeError) as error:
        # ruamel lets some of its own slips through on malformed tags and numbers.
        first = (str(error).splitlines() or [Message("it is nested too deeply")])[0]
        raise ScenarioError(path, Message("this is not YAML: {reason}", reason=first)) from None
    slips = list(yaml_slips.in_structure(text).items())
    if not isinstance(tree, CommentedMap) and slips:
        raise ScenarioError(path, [Problem(slip, line=number) for number, slip in slips])
    if not isinstance(tree, CommentedMap):
        message = Message("a scenario is a list of settings, like `name: Liling today`")
        raise ScenarioError(path, message)
    return tree


def _plain(node: Any, depth: int = 0) -> Any:
    """Ordinary dicts, lists, numbers and texts."""
    if depth > 50:
        return None
    if isinstance(node, CommentedMap):
        return {_key(key): _plain(value, depth + 1) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(item, depth + 1) for item in node]
    if isinstance(node, bool) or node is None:
        return node
    for plain in (int, float, str):
        if isinstance(node, plain):
            return plain(node)
    return str(node)


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(key)
