"""YAML as a tree of what was written, each part with its line; and what of YAML is not read.

Files come from anywhere. How deep they are nested and how much their aliases stand for is known
before anything is written out; a tag makes no object; a control character ends no terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from sim import limits, units
from sim.errors import Problem
from sim.text import Message, unreadable

Node = ScalarNode | SequenceNode | MappingNode


class Written(NamedTuple):
    """A value of plain Python, and the lines (1 is the first) of what is in it."""

    value: Any
    lines: dict[str | int, int]  # of each key or entry
    within: dict[str | int, Written]


class NotYamlError(Exception):
    """What is wrong with a text, each problem with its line."""

    def __init__(self, problems: list[Problem]):
        super().__init__(str(problems[0]))
        self.problems = problems


def read(text: str) -> Written | None:
    """The one document of a text; None of an empty one.

    NotYamlError of what is read by nobody; MarkedYAMLError where it is no YAML, and whatever else
    the parser stumbles over.
    """
    _check(text)
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _Composer
    try:
        node = yaml.compose(text)
    except MarkedYAMLError as error:
        if error.context == "expected a single document in the stream":
            message = Message("write one document: a second one begins here, after `---`")
            raise NotYamlError([Problem(message, line=_line(error.problem_mark))]) from None
        raise
    if node is None:
        return None
    reader = _Reader()
    written = reader.written(node)
    if reader.problems:
        raise NotYamlError(list(dict.fromkeys(reader.problems)))
    return written


def _check(text: str) -> None:
    """NotYamlError of signs that no YAML has, and of an older YAML."""
    if sign := unreadable(text):
        line = text.count("\n", 0, text.index(sign)) + 1
        raise NotYamlError([Problem(_without(sign), line=line)])
    if text.count(",") + text.count("\n") > limits.VALUES:  # before the parser takes its time
        raise NotYamlError([Problem(Message(MANY, most=limits.VALUES))])
    for number, row in enumerate(text.splitlines()[:20], start=1):
        if re.match(r"%YAML\s+(?!1\.2\b)", row):
            message = Message(
                "leave out this line: {found} is not read, YAML 1.2 is", found=row[:60]
            )
            raise NotYamlError([Problem(message, line=number)])


def _without(sign: str) -> Message:
    return Message("delete the control character {code}", code=f"U+{ord(sign):04X}")


def _line(mark: Any) -> int | None:
    return None if mark is None else mark.line + 1


class _Composer(Composer):
    """Composes nodes; of each it is known how much it stands for, and how deep that is nested."""

    def __init__(self, loader: Any = None) -> None:
        super().__init__(loader)
        self.warn_double_anchors = False  # the later one counts from there on, as YAML says
        self._nested = 0
        self._size: dict[int, tuple[int, int]] = {}  # [id] values and levels, aliases written out
        self._kept: list[Node] = []  # so that no id is given twice

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        self._nested += 1
        self._limit(event, 0, self._nested)
        node = super().compose_node(parent, index)
        self._nested -= 1
        if isinstance(event, AliasEvent):
            if id(node) not in self._size:
                message = Message("{anchor} stands within itself", anchor=f"*{event.anchor}"[:60])
                raise NotYamlError([Problem(message, line=_line(event.start_mark))])
            return node
        inner = [self._size[id(part)] for part in _parts(node)]
        values = 1 + sum(size for size, _ in inner)
        levels = 1 + max((level for _, level in inner), default=0)
        self._limit(event, values, levels)
        self._size[id(node)] = values, levels
        self._kept.append(node)
        return node

    def _limit(self, event: Any, values: int, levels: int) -> None:
        if levels > limits.NESTED:
            message = Message("it is nested deeper than {most} levels", most=limits.NESTED)
        elif values > limits.VALUES:
            message = Message(MANY, most=limits.VALUES)
        else:
            return
        raise NotYamlError([Problem(message, line=_line(event.start_mark))])


def _parts(node: Node) -> Iterator[Node]:
    for part in node.value if not isinstance(node, ScalarNode) else ():
        if isinstance(part, tuple):
            yield from part
        else:
            yield part


MANY: Final = Message("it holds more than {most:,} values: keep them in a file of their own")
_TAG: Final = "tag:yaml.org,2002:"
_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_OTHER_BASE: Final = re.compile(r"[+-]?0(?:x[0-9a-fA-F]+|o[0-7]+|b[01]+)")
_REAL: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ENDLESS: Final = {".inf": float("inf"), "+.inf": float("inf"), "-.inf": -float("inf"),
                   ".nan": float("nan")}  # fmt: skip
_TRUTH: Final = {"true": True, "false": False}
READ: Final = frozenset(
    f"{_TAG}{name}"
    for name in (
        "str", "int", "float", "bool", "null", "timestamp", "value", "merge", "seq", "map",
    )
)  # fmt: skip


class _Reader:
    """Makes plain Python of nodes, and gathers what cannot be made into it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def written(self, node: Node) -> Written:
        tag, kinds = str(node.tag), (ScalarNode, SequenceNode, MappingNode)
        kind = {f"{_TAG}seq": SequenceNode, f"{_TAG}map": MappingNode}.get(tag, ScalarNode)
        if tag not in READ or not isinstance(node, kinds) or not isinstance(node, kind):
            shown = f"!!{tag.removeprefix(_TAG)}" if tag.startswith(_TAG) else tag
            self._tell(
                node,
                Message("the tag {tag} is not read here: write the value without it",
                        tag=units.shown(shown)),
            )  # fmt: skip
            return Written(None, {}, {})
        if isinstance(node, MappingNode):
            return self._mapping(node)
        if isinstance(node, SequenceNode):
            entries = Written([], {}, {})
            for number, item in enumerate(node.value):
                entries.lines[number] = item.start_mark.line + 1
                entries.within[number] = self.written(item)
                entries.value.append(entries.within[number].value)
            return entries
        return Written(self._scalar(node, tag.removeprefix(_TAG)), {}, {})

    def _mapping(self, node: MappingNode) -> Written:
        own, merged = Written({}, {}, {}), []
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                self._tell(key, Message("write a name before the colon, not a list or settings"))
                continue
            if str(key.tag) == f"{_TAG}merge":
                merged += self._merged(value)
                continue
            name = self._text(key)
            if name in own.lines:
                self._tell(key, Message("{setting} is written twice", setting=f'"{name[:60]}"'))
                continue
            own.lines[name], own.within[name] = line, self.written(value)
            own.value[name] = own.within[name].value
        for under in merged:  # what is written here counts, then what was merged first
            for one in under.lines.keys() - own.lines.keys():
                own.lines[one], own.within[one] = under.lines[one], under.within[one]
        if merged:
            names = dict.fromkeys(own.value)
            names |= dict.fromkeys(name for under in merged for name in under.value)
            own = Written({name: own.within[name].value for name in names}, own.lines, own.within)
        return own

    def _merged(self, node: Node) -> list[Written]:
        """What `<<` puts under the settings beside it: of one alias, or of a list of them."""
        nodes = node.value if isinstance(node, SequenceNode) else [node]
        if not all(isinstance(one, MappingNode) for one in nodes):
            self._tell(node, Message("write settings behind `<<`, like `<<: *name`"))
            return []
        return [self.written(one) for one in nodes]

    def _scalar(self, node: ScalarNode, tag: str) -> Any:
        text = node.value
        if tag in ("int", "float"):
            if len(text) > units.MOST_DIGITS:
                message = Message("write a number of at most {most} digits", most=units.MOST_DIGITS)
                self._tell(node, message)
                return None
            found = _number(text, tag)
        elif tag == "bool":
            found = _TRUTH.get(text.lower())
        elif tag == "null":
            return None
        else:
            return self._text(node)
        if found is None and node.style is None and "_" in text:
            return text  # `1_000` is a text, in YAML 1.2
        if found is None:
            self._tell(
                node,
                Message(
                    "the tag {tag} is not read here: write the value without it", tag=f"!!{tag}"
                ),
            )
        return found

    def _text(self, node: ScalarNode) -> str:
        if sign := unreadable(node.value):  # written as "\0"
            self._tell(node, _without(sign))
        return str(node.value)

    def _tell(self, node: Node, message: Message) -> None:
        self.problems.append(Problem(message, line=node.start_mark.line + 1))


def _number(text: str, tag: str) -> float | None:
    if _WHOLE.fullmatch(text):
        return float(text) if tag == "float" else int(text)
    if tag == "int":
        return int(text, 0) if _OTHER_BASE.fullmatch(text) else None
    return float(text) if _REAL.fullmatch(text) else _ENDLESS.get(text.lower())
