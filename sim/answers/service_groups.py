"""Classes of ambulance and dispatch centres by name, as the scenario calls them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.measures.groups import Group

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def part_name(layouts: Sequence[Scenario], group: Group) -> str:
    """What a class or a centre is called in files; its number, from 1, where it has no name."""
    for layout in layouts:
        names = _names(layout, group.by)
        if group.row < len(names):
            return names[group.row]
    return str(group.row + 1)


def _names(layout: Scenario, by: str) -> list[str]:
    """The names of all of a kind, in the order of their rows."""
    settings: Any = layout.settings
    chapter, field = {"class": ("crews", "classes"), "centre": ("dispatch", "centres")}[by]
    listed = getattr(getattr(settings, chapter, None), field, ()) or ()
    return [str(getattr(one, "name", one)) for one in listed]
