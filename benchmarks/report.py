"""How long a report of finished runs takes: CPU and wall seconds, medians, and how large it is.

    python benchmarks/report.py [--times 3] [scenarios/liling]

The runs are made first, in a folder of their own, and are not measured.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ASKED = {
    "compare": ("compare", "{scenario}", "--add", "{place}"),
    "rank": ("rank", "{scenario}"),
    "worth": ("worth", "{scenario}"),
    "stress": ("stress", "{scenario}", "--add", "{place}"),
}


def typed(folder: Path, *words: str) -> tuple[float, float]:
    """A command in a folder: its CPU and wall seconds."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "sim.cli", *words]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, time.perf_counter() - began


def main() -> None:
    """Make the runs, then their reports, and print a line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="?", default="scenarios/liling")
    parser.add_argument("--place", default="枫林镇")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--without-stress", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for within in ("scenarios", "maps"):
            (folder / within).symlink_to(ROOT / within)
        for verb, words in ASKED.items():
            if verb == "stress" and given.without_stress:
                continue
            filled = [word.format(scenario=given.scenario, place=given.place) for word in words]
            typed(folder, *filled, "--out", verb, "--no-figures")
        made = [verb for verb in ASKED if (folder / verb).is_dir()]
        for runs in (["compare"], *([one] for one in made[1:]), made):
            for to in ("html,docx", "html,docx,pdf"):
                report(folder, runs, to, given.times)


def report(folder: Path, runs: list[str], to: str, times: int) -> None:
    """A line for a report of some runs in some formats."""
    words = ("report", *runs, "--to", to, "--lang", "zh", "--out", "made")
    seconds = [typed(folder, *words) for _ in range(times)]
    cpu, wall = (statistics.median(one) for one in zip(*seconds, strict=True))
    sizes = ", ".join(f"{one} {(folder / f'made.{one}').stat().st_size / 2**20:.1f} MB"
                      for one in to.split(","))  # fmt: skip
    print(f"{'+'.join(runs):32} {to:14} {cpu:5.1f} s CPU {wall:5.1f} s  {sizes}", flush=True)


if __name__ == "__main__":
    main()
