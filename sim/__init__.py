"""tenthirty: how many more people does an ambulance reach in time, and how sure are we?

import sim
liling = sim.load("scenarios/liling")            # a layout on a map, as a value
plan = liling.add("枫林镇", ambulances=1)         # another one: liling is untouched
result = sim.compare(liling, plan)               # the same calls through both
result                                           # the table; result.map(), result.cdf()
sim.rank(liling)                                 # every township seat, best first
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Each public name and its room. Rooms are opened when first needed: `import sim` costs nothing.
_ROOMS = {
    "load": "sim.scenario.file",
    "run": "sim.answers.comparison",
    "compare": "sim.answers.comparison",
    "rank": "sim.answers.ranking",
    "site": "sim.answers.shortlist",
    "search": "sim.answers.search",
    "curve": "sim.answers.curve",
    "stress": "sim.answers.stress",
    "worth": "sim.answers.worth",
    "Scenario": "sim.scenario.scenario",
    "Result": "sim.answers.comparison",
    "PlannerError": "sim.errors",
    "ScenarioError": "sim.errors",
    "MapError": "sim.errors",
    "RecordsError": "sim.errors",
}
__all__ = list(_ROOMS)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("tenthirty")
    if name not in _ROOMS:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    return sorted(_ROOMS)
