"""What the reference engine costs a call, as it is and with too few ambulances.

    python benchmarks/reference.py

Microseconds of CPU time a call, the median of five runs of 28 days of Liling after two of warm-up.
The engine is the procedure manual: it is read more than it is run, and nothing in it is there for
speed alone. Compare the lines of one run, not those of two.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from sim.engine import reference
from sim.prepare import demand, draws, system
from sim.scenario.file import load

LILING = Path(__file__).parent.parent / "scenarios" / "liling"
RUNS = 5


def main() -> None:
    layout = load(LILING)
    source, engine = demand.build(layout), reference.Engine(system.build(layout))
    for name, load_factor in (("as it is", 1.0), ("three times the calls", 3.0)):
        calls = draws.draw(
            source._replace(calls_per_hour=source.calls_per_hour * load_factor), 1, 0
        )
        count = len(calls.place)
        spent = []
        for _ in range(RUNS):
            began = time.process_time()
            engine.run(calls)
            spent.append(time.process_time() - began)
        print(f"liling, {name}: reference engine {np.median(spent) / count * 1e6:8,.0f} us a call"
              f" ({count:,} calls)")  # fmt: skip


if __name__ == "__main__":
    main()
