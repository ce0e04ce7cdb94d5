"""What the largest studies take: seconds and memory, stage by stage, each in a process of its own.

    python benchmarks/large.py            # everything; about half an hour and 3 GB of disk
    python benchmarks/large.py map        # 500,000 nodes, 1,000 places: file, tables, short study
    python benchmarks/large.py calls      # 10 million calls in 200 replications
    python benchmarks/large.py one        # 10 million calls in one replication
    python benchmarks/large.py map 0.1    # a tenth of the nodes and places, or of the calls

Peak is the largest resident set (`ru_maxrss`); of that `own` is what is not mapped from a file,
which the system may drop and read again when something else needs the memory. `foretold` is what
the study was held to need before it began (`sim/study/size.py`), besides what was there by then.
Seconds are of the clock, then of CPU time, which says more on a machine that others use.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import synthetic

from sim.study.size import Size

STAGED = len(sys.argv) > 2 and sys.argv[1] in ("read", "load", "tables", "study")
SCALE = float(sys.argv[2]) if len(sys.argv) == 3 and not STAGED else 1.0
COUNTRY = synthetic.Country(streets=round(707 * SCALE**0.5), cells=round(1_000 * SCALE))
SMALL = synthetic.Country(streets=40, cells=400)
CALLS = 9_950_000 * SCALE  # ten million with those of the warm-up are the most that is allowed
CALLS_A_DAY, AMBULANCES = 3_000, 600


stage_folder: dict[str, Path] = {}


def main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    with tempfile.TemporaryDirectory(prefix="tenthirty-large-") as name:
        folder = Path(name)
        stage_folder["cache"] = folder / "cache"
        warm_up(folder)
        if wanted in ("", "map"):
            large_map(folder)
        if wanted in ("", "calls"):
            many_calls(folder, 200)
        if wanted in ("", "one"):
            many_calls(folder, 1)


def large_map(folder: Path) -> None:
    path = folder / "maps" / "large" / "large.gpkg"
    synthetic.bundle(COUNTRY, path)
    nodes, mib = COUNTRY.streets**2, path.stat().st_size / 2**20
    print(f"a map of {nodes:,} nodes and {COUNTRY.cells:,} places, {mib:,.0f} MiB", flush=True)
    synthetic.scenario(folder / "short.yaml", path, COUNTRY.sites, 60, 240, 7, 2)
    stage("read the bundle", "read", path)
    stage("load the scenario", "load", folder / "short.yaml")
    stage("its tables, nothing kept", "tables", folder / "short.yaml")
    stage("its tables, from the cache", "tables", folder / "short.yaml")
    stage("a study of 2 × 7 days", "study", folder / "short.yaml")


def warm_up(folder: Path) -> None:
    """The rules are compiled once on a machine; that is no part of what is measured."""
    path = folder / "maps" / "tiny" / "tiny.gpkg"
    synthetic.bundle(synthetic.Country(streets=10, cells=50), path)
    synthetic.scenario(folder / "tiny.yaml", path, 20, 20, 60, 7, 5)
    stage("compiling, once", "study", folder / "tiny.yaml")


def many_calls(folder: Path, replications: int) -> None:
    path = folder / "maps" / "small" / "small.gpkg"
    synthetic.bundle(SMALL, path)
    days = CALLS / replications / CALLS_A_DAY
    file = folder / f"calls-{replications}.yaml"
    synthetic.scenario(file, path, SMALL.sites, AMBULANCES, CALLS_A_DAY, days, replications)
    said = f"{CALLS:,.0f} calls in {replications} replication{'s' * (replications > 1)}"
    stage(said, "study", file)


def stage(said: str, what: str, path: Path) -> None:
    done = subprocess.run(
        [sys.executable, __file__, what, str(path)], capture_output=True, text=True,
        env=os.environ | {"TENTHIRTY_CACHE": str(stage_folder["cache"]), "TENTHIRTY_REUSE": "no"},
    )  # fmt: skip
    if done.returncode:  # without a word it was killed, most likely for want of memory
        why = (done.stderr.strip() or f"ended by {-done.returncode}").splitlines()[-1]
        print(f"{said:44} {why}", flush=True)
        return
    seconds, cpu, peak, own, children, needs = json.loads(done.stdout.splitlines()[-1])
    print(
        f"{said:44}{seconds:>8.1f} s, {cpu:.1f} of CPU{peak:>8,.0f} MiB, {own:,.0f} own"
        + (f", largest child {children:,.0f}" if children else "")
        + (f", foretold {needs:,.0f}" if needs else ""),
        flush=True,
    )


def read(path: str) -> None:
    from sim.geography import bundle as maps

    assert maps.read(Path(path)).network


def load(path: str) -> None:
    import sim

    sim.load(path)


def tables(path: str) -> None:
    import sim
    from sim.prepare import system

    system.build(sim.load(path))


def study(path: str) -> None:
    import sim
    from sim.study import workers

    def noted(*parts: Any) -> Size:
        foretold.append(size(*parts))
        return foretold[-1]

    size, workers.size = workers.size, noted
    sim.run(sim.load(path), workers=int(os.environ.get("WORKERS", "1")))


foretold: list[Size] = []  # what the study was thought to need, besides what was there


class Watched:
    """The greatest memory of this process's own, looked at ten times a second."""

    def __init__(self) -> None:
        import threading

        self.most = 0.0
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while True:
            lines = Path("/proc/self/status").read_text().splitlines()
            said = dict(line.split(":", 1) for line in lines)
            self.most = max(self.most, int(said["RssAnon"].split()[0]) / 1024)
            time.sleep(0.1)


if __name__ == "__main__":
    stages = {"read": read, "load": load, "tables": tables, "study": study}
    if STAGED:
        began, watched = time.perf_counter(), Watched()
        stages[sys.argv[1]](sys.argv[2])
        used = time.perf_counter() - began
        peaks = (resource.getrusage(who).ru_maxrss / 1024
                 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))  # fmt: skip
        peak, children = peaks
        needs = max((one.alone for one in foretold), default=0.0) / 2**20
        print(json.dumps([used, time.process_time(), peak, watched.most, children, needs]))
    else:
        main()
