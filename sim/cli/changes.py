"""Changes of a layout as they are written at the prompt: `--add 枫林镇 --close A --move A=B`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, ScenarioError

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def changes_of(
    add: list[str], move: list[str], close: list[str], ambulances: list[str]
) -> list[dict[str, Any]]:
    """Options as changes of a scenario file, in the order stations are made, moved, staffed."""
    problems: list[Problem] = []
    changes: list[dict[str, Any]] = []

    def halves(option: str, text: str) -> tuple[str, str]:
        left, equals, right = text.partition("=")
        if not (equals and left.strip() and right.strip()):
            problems.append(Problem(f"write it like A=B; found {text}", option))
        return left.strip(), right.strip()

    for text in add:
        at = _lonlat(text)
        entry: dict[str, Any] = {"station": text.strip()}
        changes.append({"add": entry | ({"at": at} if at else {})})
    for text in move:
        station, to = halves("--move", text)
        changes.append({"move": {"station": station, "to": _lonlat(to) or to}})
    for text in ambulances:
        station, count = halves("--ambulances", text)
        if re.fullmatch(r"[+-−]\d+", count):
            changes.append({"ambulances": {"station": station, "by": int(count.replace("−", "-"))}})
        elif count.isdecimal():
            changes.append({"ambulances": {"station": station, "to": int(count)}})
        elif count:
            problems.append(Problem(f"write A=+1, A=-1 or A=3; found {text}", "--ambulances"))
    changes += [{"close": {"station": text.strip()}} for text in close]
    if problems:
        raise ScenarioError("the layout", problems)
    return changes


def _lonlat(text: str) -> list[float] | None:
    parts = re.split(r"[,，]", text)
    try:
        return [float(part) for part in parts] if len(parts) == 2 else None
    except ValueError:
        return None


def changed(base: Scenario, changes: list[dict[str, Any]]) -> Scenario:
    """The base with every change; all that is wrong with them at once."""
    problems: list[Problem] = []
    layout = base
    for change in changes:
        try:
            layout = layout.change(change)
        except ScenarioError as error:
            verb, entry = next(iter(change.items()))
            field = f"--{verb} {entry['station']}"
            problems += [Problem(p.message, field) for p in error.problems]
    if problems:
        raise ScenarioError("the layout", problems)
    return layout
