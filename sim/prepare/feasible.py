"""Whether a layout can be at all, however it was made: by its settings, and on its map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.prepare import radius
from sim.scenario import checks
from sim.scenario.validation import Problems

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def check(layout: Scenario, problems: Problems) -> None:
    """Tell of needs that nobody may meet at some hour, and of townships that nobody reaches."""
    checks.layout_can_be(layout, problems)
    radius.check(layout, problems.at("dispatch"))
