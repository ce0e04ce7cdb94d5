"""What the reference engine costs: calls per second, and how much of it is SimPy's.

    python benchmarks/reference.py

Prints medians of five runs in one go; machines are noisy, so compare ratios, not days. The share
of SimPy is measured with a profiler that adds its own cost to every function call, so read it as
roughly right.
"""

from __future__ import annotations

import cProfile
import pstats
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import sim
from sim.engine.reference import Engine
from sim.inputs import demand, system

ROOT = Path(__file__).parent.parent
RUNS = 5


def main() -> None:
    for name in ("liling", "coquimbo"):
        scenario = sim.load(ROOT / "scenarios" / name)
        engine_figures(name, scenario)
    whole_study()


def engine_figures(name: str, scenario: sim.Scenario) -> None:
    source = demand.build(scenario)
    began = time.perf_counter()
    world = system.build(scenario)
    prepared = time.perf_counter() - began
    calls = [demand.draw(source, 1, replication) for replication in range(10)]
    count = sum(len(c.place) for c in calls)
    engine = Engine(world)
    drawing = median(lambda: [demand.draw(source, 1, i) for i in range(10)])
    running = median(lambda: [engine.run(c) for c in calls])
    profile = cProfile.Profile()
    profile.runcall(lambda: [engine.run(c) for c in calls])
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    whole = sum(row[2] for row in stats.values())
    ours = sum(row[2] for (path, _, _), row in stats.items() if "/sim/" in path)
    print(
        f"{name}: {count} calls; roads and tables ready in {prepared:.2f} s; drawing "
        f"{drawing / count * 1e6:.1f} µs a call; running {running / count * 1e6:.1f} µs a call, "
        f"{count / running:,.0f} calls/s; outside SimPy and Python's own {ours / whole:.0%}"
    )


def whole_study() -> None:
    """The default study from return to the table, as a process of its own."""
    for name in ("liling", "coquimbo"):
        times = []
        for _ in range(RUNS):
            with tempfile.TemporaryDirectory() as folder:
                command = [sys.executable, "-m", "sim.cli", "run", str(ROOT / "scenarios" / name)]
                began = time.perf_counter()
                subprocess.run(command, cwd=folder, check=True, capture_output=True)
                times.append(time.perf_counter() - began)
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(
            f"tenthirty run scenarios/{name}: median {statistics.median(times):.1f} s "
            f"({min(times):.1f}–{max(times):.1f}); largest process so far {largest:.0f} MiB"
        )


def median(work: object) -> float:
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()  # type: ignore[operator]
        times.append(time.perf_counter() - began)
    return statistics.median(times)


if __name__ == "__main__":
    main()
