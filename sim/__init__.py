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
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for editors and type checkers; at run time rooms are opened when first needed
    from sim.answers.calibration import calibrate
    from sim.answers.comparison import Comparison, compare, run
    from sim.answers.curve import curve
    from sim.answers.day import day
    from sim.answers.precision import precision
    from sim.answers.ranking import rank
    from sim.answers.search import search
    from sim.answers.sites import site
    from sim.answers.stress import stress
    from sim.answers.worth import worth
    from sim.browser.live import live
    from sim.errors import MapError, PlannerError, RecordsError, RuleError, ScenarioError
    from sim.fitting.made_up import made_up_records
    from sim.geography.making.make import import_map
    from sim.geography.synthesis.make import synthesise_map
    from sim.scenario.file import load
    from sim.scenario.scenario import Scenario

    __version__: str

# Each public name and its room; `import sim` costs nothing.
_ROOMS = {
    "load": "sim.scenario.file",
    "calibrate": "sim.answers.calibration",
    "run": "sim.answers.comparison",
    "compare": "sim.answers.comparison",
    "rank": "sim.answers.ranking",
    "site": "sim.answers.sites",
    "search": "sim.answers.search",
    "curve": "sim.answers.curve",
    "day": "sim.answers.day",
    "precision": "sim.answers.precision",
    "stress": "sim.answers.stress",
    "worth": "sim.answers.worth",
    "live": "sim.browser.live",
    "made_up_records": "sim.fitting.made_up",
    "import_map": "sim.geography.making.make",
    "synthesise_map": "sim.geography.synthesis.make",
    "Scenario": "sim.scenario.scenario",
    "Comparison": "sim.answers.comparison",
    "PlannerError": "sim.errors",
    "ScenarioError": "sim.errors",
    "MapError": "sim.errors",
    "RecordsError": "sim.errors",
    "RuleError": "sim.errors",
}
__all__ = [
    "Comparison", "MapError", "PlannerError", "RecordsError", "RuleError", "Scenario",
    "ScenarioError",
    "calibrate", "compare", "curve", "day", "import_map", "live", "load", "made_up_records",
    "precision", "rank", "run", "search", "site", "stress", "synthesise_map", "worth",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("tenthirty")
    if name not in _ROOMS:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    return sorted(_ROOMS)
