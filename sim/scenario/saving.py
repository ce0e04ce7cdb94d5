"""A plan as a scenario file: a base, and its changes as a planner would have written them."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq

from sim.errors import OutputError
from sim.files.whole import write_bytes
from sim.model.calendar import Hours
from sim.scenario.changes import AnyVerb, Change
from sim.scenario.crew_changes import when_in_short
from sim.scenario.rosters import Roster
from sim.scenario.values import LonLat, Setting
from sim.text import Message, Name

SCHEMA: Final = "scenario.schema.json"
ALL_DAY: Final = "00-24"


def save(path: Path, name: Name, base: str, changes: Sequence[Change]) -> None:
    """Write a scenario file, whole or not at all; OutputError where it cannot be."""
    write_bytes(path, text(name, base, changes, _schema(path)).encode())


def text(name: Name, base: str, changes: Sequence[Change], schema: str = "") -> str:
    """What stands in the file; `base` as it is named from there."""
    content: dict[str, Any] = {"name": name.en}
    if name.zh != name.en:
        content["name_zh"] = name.zh
    content |= {"base": base, "changes": [_written(change.verb) for change in changes]}
    into = StringIO()
    yaml = YAML()
    yaml.allow_unicode, yaml.width = True, 4096
    yaml.dump(content, into)
    head = f"# yaml-language-server: $schema={schema}\n" if schema else ""
    return head + into.getvalue()


def _schema(path: Path) -> str:
    """Where an editor finds what may stand in the file; nothing where there is no schema."""
    for up in ("", "../"):
        if (path.parent / up / SCHEMA).is_file():
            return up + SCHEMA
    return ""


def _written(verb: AnyVerb) -> dict[str, Any]:
    """A change as a file has it."""
    return {verb.key: _said(verb)}


def _said(setting: Setting) -> dict[str, Any]:
    """What was said of a setting, and nothing that follows from its defaults."""
    fields = type(setting).model_fields
    return {
        field.alias or key: _plain(getattr(setting, key))
        for key, field in fields.items()
        if key in setting.model_fields_set and getattr(setting, key) is not None
    }


def _plain(value: Any) -> Any:
    if isinstance(value, LonLat):
        point = CommentedSeq([value.lon, value.lat])
        point.fa.set_flow_style()  # as a planner writes it: [113.5, 27.7]
        return point
    if isinstance(value, Setting):
        return _said(value)
    if isinstance(value, Hours):
        return str(value)
    if isinstance(value, Roster):
        return _roster(value)
    return [_plain(one) for one in value] if isinstance(value, tuple | list) else value


def _roster(roster: Roster) -> str:
    if all(duty.always for duty in roster.duties) and not roster.table:
        return ALL_DAY
    if short := when_in_short(roster):
        return short
    text = Message("crews on duty by a table or by days have no short form: name their roster")
    raise OutputError("changes", text)
