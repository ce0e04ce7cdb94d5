"""From a planner's files to a map bundle: `tenthirty map import`, or from Python

    from sim.geography.making import ImportOptions, import_map
    report = import_map(ImportOptions.of(place="auckland", roads="roads.osm.pbf", ...))

Rooms: `groups` and `options` what is asked for, `choices` the same as import.yaml; `roads` reads
roads and makes one network of them; `zones` boundary and zones, `urban` town and country; `people`
where people live; `places` stations and hospitals; `layers` the bundle's layers; `matrix` and
`matrix_map` maps without roads; `checks` what looks odd; `report` what was kept and why not;
`writing` what stands beside a bundle; `make` the main flow;
`planner_files` a map as the files that it could be made of.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.geography.making.make import import_map
    from sim.geography.making.matrix import read_matrix
    from sim.geography.making.options import ImportOptions
    from sim.geography.making.planner_files import example_files
    from sim.geography.making.report import Report

_ROOMS = {
    "ImportOptions": "sim.geography.making.options",
    "Report": "sim.geography.making.report",
    "example_files": "sim.geography.making.planner_files",
    "import_map": "sim.geography.making.make",
    "read_matrix": "sim.geography.making.matrix",
}
__all__ = ["ImportOptions", "Report", "example_files", "import_map", "read_matrix"]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'sim.geography.making' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)
