"""How long roads take to prepare, first and from the cache; a station's table; a point's node.

    python benchmarks/roads.py

With the test data beside the project it prepares Auckland as JEMSS has it (54,370 nodes, 90,638
arcs, 5,000 calls at any node, two travel modes); always a made-up grid of 500,000 nodes. Each
measurement is a process of its own; the median of five is printed. `snap` is a point's way to its
nearest node among 54,370, with the search tree made anew and with the network's own.
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

import numpy as np

from sim.geography.roads import tables as tables_room

AUCKLAND = Path(__file__).parent.parent.parent / "shared" / "data" / "jemss" / "auckland"
RUNS = 5
CALLS = 5_000


def main() -> None:
    if AUCKLAND.is_dir():
        with tempfile.TemporaryDirectory() as kept:
            cold = []
            for _ in range(RUNS):
                with tempfile.TemporaryDirectory() as fresh:
                    cold.append(measured("auckland", fresh))
            measured("auckland", kept)
            cached = [measured("auckland", kept) for _ in range(RUNS)]
        print(f"Auckland, file to first call, nothing kept:  {said(cold)}")
        print(f"Auckland, file to first call, from the cache: {said(cached)}")
    else:
        print("Auckland: no ../shared/data")
    grids = [measured("grid", tempfile.gettempdir()) for _ in range(RUNS)]
    print(f"500,000 nodes, station to everywhere for 20 stations: {said(grids)}")
    snap()


def snap(side: int = 190, points: int = 50) -> None:
    """Prints the milliseconds from a point to its road, the first time and every time after."""
    from dataclasses import replace

    import shapely

    from sim.geography.roads import network

    rng = np.random.default_rng(0)
    xy = np.indices((side, side)).reshape(2, -1).T * 250.0
    node = np.arange(side * side).reshape(side, side)
    u = np.concatenate([node[:-1].ravel(), node[:, :-1].ravel()])
    v = np.concatenate([node[1:].ravel(), node[:, 1:].ravel()])
    lines = shapely.linestrings(np.stack([xy[u], xy[v]], axis=1))
    plain, streets = np.full(len(u), np.nan), np.full(len(u), "residential", object)
    links = network.Links(u, v, lines, shapely.length(lines), streets, plain, plain > 0)
    town = network.build(links)[0]
    at = rng.random((points, 1, 2)) * 250 * side
    anew, kept = [], []
    for point in at:
        for times, roads in ((anew, replace(town)), (kept, town)):
            began = time.perf_counter()
            network.snap(roads, point)
            times.append(1000 * (time.perf_counter() - began))
    print(
        f"A point to its road of {len(u):,}: {np.median(anew):.1f} ms with a tree made anew, "
        f"{np.median(kept):.2f} ms with the network's own (medians of {points})"
    )


def measured(what: str, cache: str) -> tuple[float, float]:
    """Seconds and MiB of one preparation in a fresh process."""
    done = subprocess.run(
        [sys.executable, __file__, what], check=True, capture_output=True, text=True,
        env=os.environ | {"TENTHIRTY_CACHE": cache},
    )  # fmt: skip
    seconds, mib = json.loads(done.stdout)
    return seconds, mib


def said(runs: list[tuple[float, float]]) -> str:
    times = [seconds for seconds, _ in runs]
    return (
        f"median {np.median(times):.1f} s ({min(times):.1f}–{max(times):.1f}), "
        f"peak {max(mib for _, mib in runs):.0f} MiB"
    )


def auckland() -> None:
    from sim.adapters import jemss
    from sim.geography.roads import travel

    roads = jemss.read_roads(AUCKLAND, AUCKLAND / "map_1.csv")
    calls = np.random.default_rng(0).integers(0, len(roads.xy), CALLS)
    made = travel.by_nodes(roads.graph, roads.xy, calls, calls[:14])
    travel.seconds(made, 0, calls[:14], int(calls[0]))


def grid(side: int = 707) -> None:
    from sim.geography.roads.graph import fastest

    number = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [
            np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
            np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
        ]
    )
    both = np.concatenate([pairs, pairs[:, ::-1]])
    seconds = np.random.default_rng(0).integers(5 * 1024, 60 * 1024, len(both)) / 1024
    graph = fastest(both[:, 0], both[:, 1], seconds[None], side * side)
    tables_room.seconds_from(graph, 0, np.arange(20) * 25_000)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    elif sys.argv[1] == "snap":
        snap()
    else:
        began = time.perf_counter()
        {"auckland": auckland, "grid": grid}[sys.argv[1]]()
        used = time.perf_counter() - began
        print(json.dumps([used, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
