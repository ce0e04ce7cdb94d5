"""The reference of all settings, from the models: meaning, unit, default and its source.

    python -m sim.scenario.reference docs/scenario-files.md     # puts the tables of the page anew

What is written below a field in `sim.scenario.settings` is its meaning; a paragraph that begins
with "Source:" says where the default is from. The page, `tenthirty explain targets.urban`, the
schema and the catalogue of translations all read it here.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from sim.scenario.contents import ScenarioFile
from sim.scenario.distributions import LAWS, NAMES, Distribution
from sim.scenario.settings import Settings
from sim.scenario.values import Form, Setting, describe
from sim.text import Message

BEGIN = "<!-- made by: python -m sim.scenario.reference docs/scenario-files.md -->"
END = "<!-- until here -->"
SOURCE = "Source:"


class Entry(NamedTuple):
    """One setting as a reader looks it up."""

    path: str  # targets.urban; layout[].station of each entry of a list; `.*` of each name
    meaning: Message
    written: Message | None  # how; None of a chapter
    example: str
    required: bool
    default: str  # as it would be written; empty if there is none
    source: Message | None  # where the default is from
    least: str = ""  # what may be written, as it is written; empty of what has no bounds
    most: str = ""

    def _between(self, written: Message) -> Message:
        """How it is written, and between which bounds."""
        bounds = {"least": self.least, "most": self.most}
        if not self.example:
            return Message("Write {what}, from {least} to {most}.", what=written, **bounds)
        return Message(
            "Write {what}, from {least} to {most}, like {example}.",
            what=written, example=self.example, **bounds,
        )  # fmt: skip

    def texts(self) -> list[Message]:
        """What is to be said of it, a sentence each."""
        said = [self.meaning]
        if self.written is not None and self.most:
            said.append(self._between(self.written))
        elif self.written is not None and self.example:
            said.append(
                Message("Write {what}, like {example}.", what=self.written, example=self.example)
            )
        elif self.written is not None:
            said.append(Message("Write {what}.", what=self.written))
        if self.default:
            said.append(Message("Default: {default}", default=self.default))
        elif self.required:
            said.append(Message("It must be written; there is no default."))
        if self.source is not None:
            said.append(Message("Source of the default: {source}", source=self.source))
        return said


def explain_setting(term: str) -> list[Entry]:
    """The settings of a dotted path or a plain name, and those of a chapter; empty if none.

    `targets.urban`, `urban` and `targets` are all understood, in any case.
    """
    wanted = _plain(term)
    every = list(entries())
    found = [entry for entry in every if _plain(entry.path) == wanted]
    found = found or [entry for entry in every if _plain(entry.path).endswith(f".{wanted}")]
    chapters = [_plain(entry.path) for entry in found if entry.written is None]
    inner = [entry for entry in every if _plain(entry.path).rpartition(".")[0] in chapters]
    return [*found, *(entry for entry in inner if entry not in found)]


def paths() -> list[str]:
    """All that `explain_setting` knows by its full name."""
    return [_plain(entry.path) for entry in entries()]


def texts() -> list[Message]:
    """All meanings and sources: what is to be translated."""
    return [text for entry in entries() for text in (entry.meaning, entry.source) if text]


def entries() -> Iterator[Entry]:
    """Every setting of a scenario file, a chapter before what is in it; then the distributions."""
    describe()
    seen: set[type[Setting]] = set()
    layout = [key for key in ScenarioFile.model_fields if key not in Settings.model_fields]
    for key in (*layout, *Settings.model_fields):
        yield from _entries(key, ScenarioFile.model_fields[key], "", seen)
    for law, name in zip(LAWS, NAMES, strict=True):
        yield Entry(name, Message(_one_line(law.__doc__)), None, "", False, "", None)
        own = set(law.model_fields) - set(Distribution.model_fields) - {"distribution"}
        for key in (key for key in law.model_fields if key in own):
            yield from _entries(key, law.model_fields[key], f"{name}.", seen)
    for key, field in Distribution.model_fields.items():
        yield from _entries(key, field, "distribution.", seen)


def _entries(key: str, field: FieldInfo, prefix: str, seen: set[type[Setting]]) -> Iterator[Entry]:
    path = f"{prefix}{field.alias or key}"
    marked = any(isinstance(mark, Form) for mark in field.metadata)
    many = get_origin(field.annotation) is tuple and not marked
    keyed = get_origin(field.annotation) is dict
    ways = list(_ways(field.annotation, field.metadata))
    models = [way for way in ways if not isinstance(way, Form)]
    written = [way for way in ways if isinstance(way, Form)]
    meaning, _, source = (field.description or "").partition(SOURCE)
    yield Entry(
        path,
        Message(_one_line(meaning)),
        _how(written, many=many, own=bool(models), keyed=keyed)
        if written or many or keyed
        else None,
        written[0].example if written and not many else "",
        field.is_required(),
        _as_written(field.default) if not field.is_required() else "",
        Message(_one_line(source)) if source else None,
        written[0].least if written else "",
        written[0].most if written else "",
    )
    for model in models:
        if model not in seen:
            seen.add(model)
            for inner, inner_field in model.model_fields.items():
                inner_prefix = f"{path}[]." if many or keyed else f"{path}."
                yield from _entries(inner, inner_field, inner_prefix, seen)


def _ways(annotation: Any, metadata: Any = ()) -> Iterator[Form | type[Setting]]:
    """The ways in which a value may be written: as a text or number, or as settings of its own."""
    written = [mark for mark in metadata if isinstance(mark, Form)]
    origin = get_origin(annotation)
    if written:
        yield written[0]
    elif origin is Annotated:
        inner, *marks = get_args(annotation)
        yield from _ways(inner, marks)
    elif origin is Literal:
        yield Form(Message("one of {names}", names=", ".join(map(str, get_args(annotation)))))
    elif origin in (Union, UnionType):
        for option in get_args(annotation):
            yield from _ways(option)
    elif origin is tuple:
        yield from _ways(get_args(annotation)[0])
    elif origin is dict:
        for way in _ways(get_args(annotation)[1]):
            if isinstance(way, Form):
                yield replace(way, what=Message("for each name {what}", what=way.what))
            else:
                yield way
    elif isinstance(annotation, type) and issubclass(annotation, Setting):
        yield annotation
    elif annotation is not NoneType:
        simple: dict[Any, Message] = {bool: Message("true or false"), str: Message("a text")}
        yield Form(simple.get(annotation, Message("a number")))


def _how(written: list[Form], *, many: bool, own: bool, keyed: bool = False) -> Message:
    if keyed and not written:
        return Message("for each name settings of its own")
    if not written:
        return Message("a list, each entry with settings of its own")
    if many:
        return Message("a list; each entry: {what}", what=written[0].what)
    if own:
        return Message("{what}, or settings of its own", what=written[0].what)
    return written[0].what


def _as_written(value: Any) -> str:
    """A default as it would stand in a file; empty of nothing."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_as_written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_as_written, value)) + "]" if value else ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}"
    return value if isinstance(value, str) else ""  # nothing, or a chapter's own defaults


def _plain(path: str) -> str:
    return re.sub(r"\[\d*\]|\.\*", "", path.strip().casefold())


def _one_line(text: str | None) -> str:
    return " ".join(inspect.cleandoc(text or "").split())


# ── the page ─────────────────────────────────────────────────────────────────────────────────


LISTS = ("responders", "transfers")  # chapters that are lists, each entry with settings of its own


def tables() -> str:
    """The settings as Markdown, a table a chapter."""
    heads = {"": "The layout"} | {key: f"`{key}`" for key in Settings.model_fields}
    heads["distribution"] = "Distributions of durations"
    rows: dict[str, list[Entry]] = {key: [] for key in heads}
    intro: dict[str, str] = {}
    for entry in entries():
        chapter = re.split(r"[.\[]", entry.path)[0]
        whole = entry.written is None or chapter in LISTS
        if whole and chapter == entry.path and chapter in rows:
            intro[chapter] = str(entry.meaning)
        elif chapter in (*NAMES, "distribution"):
            rows["distribution"].append(entry)
        else:
            rows[chapter if chapter in intro else ""].append(entry)
    return "\n".join(
        part
        for chapter, found in rows.items()
        if found
        for part in (f"### {heads[chapter]}\n", *_intro(intro.get(chapter)), _table(found))
    )


def _intro(text: str | None) -> list[str]:
    return [f"{text}\n"] if text else []


def _table(found: list[Entry]) -> str:
    lines = ["| setting | meaning | write | default, and where it is from |", "|---|---|---|---|"]
    for entry in found:
        written = "" if entry.written is None else str(entry.written)
        written += f", from {entry.least} to {entry.most}" if entry.most else ""
        written += f", like `{entry.example}`" if entry.example else ""
        default = "required" if entry.required else f"`{entry.default}`" if entry.default else "–"
        default += f": {entry.source}" if entry.source else ""
        lines.append(f"| `{entry.path}` | {entry.meaning} | {written} | {default} |")
    return "\n".join([*lines, ""])


def renewed(page: str) -> str:
    """A page with the tables between its two marks made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{after}"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        Path(name).write_text(renewed(Path(name).read_text("utf-8")), "utf-8")
