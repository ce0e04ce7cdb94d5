"""A province at once: made-up counties, a map and a scenario for each, and one study of them all.

    python benchmarks/counties.py FOLDER            # 100 counties; maps are made once, and kept
    python benchmarks/counties.py FOLDER --many 20

Every county is drawn from the seed: people, area, towns and where they lie. Ambulances are one per
30,000 people: three at the seat, the rest at the largest towns. Printed are the seconds that the
maps took, what `tenthirty study` prints, what the study took once more with all answers kept, and
what lies on the disk. Of maps and of answers, what is there already is not made again.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

import sim

SEED = 1030
LAT, LON = (24.0, 34.0), (104.0, 118.0)
PEOPLE, KM2, TOWNS = (120_000, 1_100_000), (800, 3_500), (8, 26)
PEOPLE_AN_AMBULANCE = 30_000
KM_A_DEGREE = 111.0


def county(number: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables of a county's towns and of its stations."""
    rng = np.random.default_rng((SEED, number))
    people, km2 = np.exp(rng.uniform(*np.log(PEOPLE))), rng.uniform(*KM2)
    count = int(rng.integers(*TOWNS, endpoint=True))
    core = int(rng.integers(1, 4))  # subdistricts of the city
    lat, lon = rng.uniform(*LAT), rng.uniform(*LON)
    x, y = scattered(rng, count, km2, core)
    weight = rng.lognormal(0.0, 0.5, count)
    weight[:core] *= 5.0
    share = weight / weight.sum()
    ground = rng.lognormal(0.0, 0.4, count)
    ground[:core] *= 0.3
    towns = pd.DataFrame(
        {
            "name_zh": [f"第{row + 1}乡镇" for row in range(count)],
            "name_en": [f"Town {row + 1}" for row in range(count)],
            "people": np.maximum(500, np.round(share * people)).astype(int),
            "area_km2": np.round(ground / ground.sum() * km2, 2),
            "lon": np.round(lon + x / (KM_A_DEGREE * np.cos(np.radians(lat))), 4),
            "lat": np.round(lat + y / KM_A_DEGREE, 4),
            "character": ["urban"] * core + ["rural"] * (count - core),
        }
    )
    ambulances = max(3, round(people / PEOPLE_AN_AMBULANCE))
    order = np.argsort(-towns["people"].to_numpy()[core:], kind="stable")[: ambulances - 3] + core
    stands = [0, *order]
    more = np.zeros(len(stands), int)
    for one in range(ambulances - 3 - len(order)):  # more than there are towns
        more[one % len(stands)] += 1
    sites = towns.iloc[stands][["name_zh", "name_en", "lon", "lat"]].assign(
        kind=["station"] + ["substation"] * len(order),
        ambulances=np.r_[3, np.ones(len(order), int)] + more,
    )
    return towns, sites


def scattered(rng: np.random.Generator, count: int, km2: float, core: int) -> tuple:
    """Points apart from each other in kilometres, the first ones close together."""
    apart, side = 0.6 * np.sqrt(km2 / count), np.sqrt(km2)
    points: list[np.ndarray] = []
    while len(points) < count:
        inner = len(points) < core
        point = rng.uniform(-0.5, 0.5, 2) * (3.0 * core if inner else side)
        least = 1.5 if inner else apart
        if all(np.hypot(*(point - other)) >= least for other in points):
            points.append(point)
        else:
            apart *= 0.999
    x, y = np.transpose(points)
    return x, y


def make(folder: Path, number: int) -> float:
    """The map and the scenario of a county, unless they are there; seconds."""
    name = f"county-{number:04d}"
    scenario = folder / "scenarios" / name / "today.yaml"
    if scenario.is_file():
        return 0.0
    began = time.monotonic()
    towns, sites = county(number)
    tables = folder / "tables" / name
    tables.mkdir(parents=True, exist_ok=True)
    towns.to_csv(tables / "towns.csv", index=False)
    sites.to_csv(tables / "sites.csv", index=False)
    asked = ["towns.csv", "--sites", "sites.csv", "--to", f"../../maps/{name}", "--no-draw"]
    command = [sys.executable, "-m", "sim.cli", "map", "synthesise", *asked, "--seed", str(number)]
    done = subprocess.run(command, cwd=tables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr}")
    return time.monotonic() - began


def study(folder: Path, workers: int | None) -> float:
    """`tenthirty study` of all counties, printed; seconds."""
    more = [] if workers is None else ["--workers", str(workers)]
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "sim.cli", "study", "scenarios", *more], cwd=folder, check=True
    )
    return time.monotonic() - began


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--many", type=int, default=100)
    arguments.add_argument("--workers", type=int)
    asked = arguments.parse_args()
    folder = asked.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    print(f"tenthirty {sim.__version__}, {asked.many} counties made up from seed {SEED}")
    began = time.monotonic()
    with ThreadPoolExecutor(asked.workers or os.cpu_count()) as threads:  # each waits for a process
        took = [s for s in threads.map(partial(make, folder), range(asked.many)) if s]
    if took:
        whole = time.monotonic() - began
        print(
            f"maps: {len(took)} made in {whole:.0f} s; one takes {np.median(took):.1f} s (median)"
        )
    first = study(folder, asked.workers)
    again = study(folder, asked.workers)
    print(f"the study: {first:.0f} s, and {again:.0f} s once more")
    for name in ("maps", "runs"):
        size = sum(p.stat().st_size for p in (folder / name).rglob("*") if p.is_file())
        print(f"{name}: {size / 1e6:,.0f} MB, {size / 1e6 / asked.many:.2f} MB each")


if __name__ == "__main__":
    main()
