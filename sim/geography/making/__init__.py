"""From a planner's files to a map bundle: `tenthirty map import`, or `import_map(Options(...))`.

    from sim.geography.making import Options, import_map
    report = import_map(Options(place="auckland", roads=Path("roads.osm.pbf"), ...))

Rooms: `options` what is asked for; `roads_osm`, `roads_graphml`, `roads_lines` read roads;
`tidying` makes one network of them; `ground` boundary, zones, town and country; `people` and
`raster` where people live; `places` stations and hospitals; `coordinates` Chinese map grids;
`checks` what looks odd; `report` what was kept and why not; `matrix` tables of travel seconds.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_ROOMS = {
    "Options": "sim.geography.making.options",
    "Report": "sim.geography.making.report",
    "import_map": "sim.geography.making.make",
    "read_matrix": "sim.geography.making.matrix",
}
__all__ = ["Options", "Report", "import_map", "read_matrix"]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'sim.geography.making' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)
