"""From a table of towns to a made-up map: `tenthirty map synthesise`, or from Python

    import sim
    sim.synthesise_map(towns="towns.csv", roads="roads.csv", to="maps/place", seed=3)

Rooms, none of which imports a later one of its list: `facts` what is known; `noise` smooth
randomness; `mosaic` and `borders` the towns' ground; `ground` relief, rivers, what is built up;
`courses` of main roads; `grids` of streets; `mesh` on which roads are laid, `laying` from main
roads to lanes, `drawing` as lines, which `planar` keeps apart; `motorways`; `links` the roads
layer; `people`; `layers`. Before them read `options`, `tables`, `towns`, `districts`, `routes` what
a planner gives, and `imputing` fills blanks. `nearby` which places are near. `writing` what stands
beside the map; `make` the main flow.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.geography.synthesis.make import synthesise_map
    from sim.geography.synthesis.options import SynthesisOptions

_ROOMS = {
    "SynthesisOptions": "sim.geography.synthesis.options",
    "synthesise_map": "sim.geography.synthesis.make",
}
__all__ = ["SynthesisOptions", "synthesise_map"]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'sim.geography.synthesis' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)
