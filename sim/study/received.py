"""Where patients are taken as things are: simulated, for questions about single hospitals."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.measures.hospitals import stays
from sim.prepare import draws
from sim.study.replication import Plan, engine_of

FIRST: Final = 5  # replications that tell which hospital receives most


def received(plan: Plan) -> np.ndarray:
    """[hospital] patients whom the base brings there within what is measured.

    From the first replications of the study's calls.
    """
    system, window, engine = plan.systems[0], plan.windows[0], engine_of(plan, 0)
    found = np.zeros(len(system.hospitals.place), int)
    for number in range(FIRST):
        calls = draws.draw(plan.demands[0], plan.seed, number)
        came = stays(system, calls, engine.run(engine.pack(calls)))
        within = (came.at >= window.start_s) & (came.at < window.end_s)
        found += np.bincount(came.hospital[within], minlength=len(found))
    return found
