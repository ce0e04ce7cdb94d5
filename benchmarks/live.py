"""From a hand's movement to its answer: `tenthirty live` at work, over its own socket.

    python benchmarks/live.py                      # Liling, Coquimbo, Wuhan
    python benchmarks/live.py --drags 50 scenarios/liling

Each drag takes a random station to a random place near where it stands, after a pause in which the
page is at work on the last one. Printed: how long until the ground in reach was shown, and until
the numbers, their intervals and the sentence had followed; before it, from typing the command until
the map was there and until the first numbers were; then until a plan was known well enough, and the
memory of the command.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from urllib.parse import urlsplit

import psutil
import websockets

PLACES = ("scenarios/liling", "scenarios/coquimbo", "scenarios/wuhan")
PAUSE_S = 0.3  # at most, between an answer and the next movement
NEAR = 0.03  # degrees


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", default=PLACES)
    parser.add_argument("--drags", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(
        f"{'':22}{'map':>7}{'first':>7}{'reach, ms':>18}{'answer, ms':>18}{'settled':>16}{'MB':>7}"
    )
    print(
        f"{'':22}{'s':>7}{'s':>7}" + f"{'median':>10}{'95 %':>8}" * 2 + f"{'median':>10}{'most':>6}"
    )
    for place in options.scenarios:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "sim.cli", "live", place, "--no-open", "--lang", "en"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[4]
            for path in ("", "texts.json", "ground.json"):
                urllib.request.urlopen(address + path).read()
            map_s = time.perf_counter() - began
            found = asyncio.run(_drags(address, options.drags, options.seed, began))
            memory = psutil.Process(process.pid).memory_info().rss / 2**20
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()
        first_s, reach, answer, settled = found
        print(
            f"{place:22}{map_s:7.2f}{first_s:7.2f}{_pair(reach)}{_pair(answer)}"
            f"{statistics.median(settled):10.2f}{max(settled):6.2f}{memory:7.0f}",
            flush=True,
        )


def _pair(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    late = ordered[max(0, -(-95 * len(ordered) // 100) - 1)]
    return f"{1000 * statistics.median(ordered):10.0f}{1000 * late:8.0f}"


async def _drags(
    address: str, drags: int, seed: int, began: float
) -> tuple[float, list[float], list[float], list[float]]:
    """Seconds until the first answer, and of each drag until reach and answer; of some, settled."""
    url, chance = urlsplit(address), random.Random(seed)
    reach: list[float] = []
    answer: list[float] = []
    settled: list[float] = []
    async with websockets.connect(
        f"ws://{url.netloc}{url.path}ws", origin=f"http://{url.netloc}", max_size=None
    ) as socket:

        async def heard(n: int, kind: str, final: bool = False) -> dict:
            while True:
                told = json.loads(await socket.recv())
                of_it = told.get("n") == n and told["kind"] in (kind, "refused")
                if of_it and (not final or told.get("final", True)):
                    return told

        await socket.send(json.dumps({"n": 1, "do": "hello", "tab": "benchmark"}))
        stations = (await heard(1, "state"))["stations"]
        await heard(1, "answer")
        first_s = time.perf_counter() - began
        await heard(1, "answer", final=True)
        n = 1
        while len(answer) < drags:
            n += 1
            station = chance.choice(stations)
            at = [one + chance.uniform(-NEAR, NEAR) for one in station["at"]]
            sent = time.perf_counter()
            do = {"n": n, "do": "drag", "station": station["id"], "at": at}
            await socket.send(json.dumps(do))
            if (await heard(n, "reach"))["kind"] == "refused":  # no road near, or off the map
                continue
            reach.append(time.perf_counter() - sent)
            if (await heard(n, "answer"))["kind"] == "refused":
                continue
            answer.append(time.perf_counter() - sent)
            if len(answer) % 20 == 0:
                await heard(n, "answer", final=True)
                settled.append(time.perf_counter() - sent)
            await asyncio.sleep(chance.uniform(0, PAUSE_S))
    return first_s, reach, answer, settled


if __name__ == "__main__":
    main()
