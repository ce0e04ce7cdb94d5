"""What the two engines cost, all figures side by side in one run.

    python benchmarks/engines.py            # everything, about ten minutes
    python benchmarks/engines.py --quick    # a tenth of the calls
    python benchmarks/engines.py --beyond   # only: what crews, classes, centres and standby cost
    python benchmarks/engines.py --overload # only: far more calls than the crews can serve

Nanoseconds are of CPU time a call unless it says wall; each figure is the median of five runs.
Machines are noisy and differ: compare the lines of one run, not those of two. Manhattan needs the
traces beside the project (../shared/data/jemss) and is left out without them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import everything_on
import numpy as np
import synthetic
from synthetic import COUNTY, METROPOLIS, ONE_WAY, City

from sim.engine import compiled, reference
from sim.measures.calls import tally
from sim.measures.sums import count
from sim.model.calls import Calls
from sim.model.columns import columns
from sim.model.log import Log
from sim.model.system import System
from sim.prepare import draws
from sim.scenario.file import load
from sim.scenario.scenario import Scenario
from sim.study.effort import Effort
from sim.study.plan import prepare

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data" / "jemss"
RUNS = 5
LAYOUTS = 12
CORES = 2
QUICK = "--quick" in sys.argv
SCALE = 0.1 if QUICK else 1.0


def main() -> None:
    if "--beyond" in sys.argv:
        for city, days in ((COUNTY, 3_650), (METROPOLIS, 180)):
            beyond_the_plain_service(city, days * SCALE)
        consortium()
        return
    if "--overload" in sys.argv:
        overload()
        return
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; medians of {RUNS} runs\n")
    print(f"{'':52}{'ns a call':>10}{'calls/s':>12}")
    for city, days in ((COUNTY, 3_650), (METROPOLIS, 180), (ONE_WAY, 180)):
        engines(city, days * SCALE)
    manhattan()
    line("published: JEMSS.jl, Manhattan, 200,000 calls", note="22,000–36,000 calls/s")
    line("published: ELASPY", note="92–580 calls/s")
    print()
    for city, days in ((COUNTY, 3_650), (METROPOLIS, 180)):
        beyond_the_plain_service(city, days * SCALE)
    consortium()
    print()
    for city, days in ((COUNTY, 3_650), (METROPOLIS, 180)):
        many_layouts(city, days * SCALE)
    print()
    years()
    fleets()
    print()
    overload()
    print()
    start_up()
    memory()


def engines(city: City, days: float) -> None:
    """Both engines on one city, and drawing its calls; a year or a month a replication."""
    world, calls = synthetic.system(city), replications(city, days)
    count = sum(len(c.place) for c in calls)
    slow, fast = reference.Engine(world), compiled.Engine(world)
    some = calls[: max(1, len(calls) // 20)]
    slow.run(some[0])
    line(f"{city.name}: reference", cpu(lambda: [slow.run(c) for c in some]), size(some))
    fast.run(calls[0])
    line(f"{city.name}: compiled", cpu(lambda: [fast.run(c) for c in calls]), count)
    source = synthetic.demand(city, days / len(calls))
    drawing = cpu(lambda: [draws.draw(source, 1, i) for i in range(len(calls))])
    line(f"{city.name}: drawing a replication", drawing, count)


def replications(city: City, days: float) -> list[Calls]:
    """So many days as replications of about 20,000 calls, as studies have them."""
    parts = max(1, round(days * city.calls_per_day / 20_000))
    source = synthetic.demand(city, days / parts)
    return [draws.draw(source, 1, number) for number in range(parts)]


def beyond_the_plain_service(city: City, days: float) -> None:
    """The same calls through the plain service, with all of the rest off, and with all of it on."""
    world, some = synthetic.system(city), replications(city, days)[:5]
    length = days / max(1, round(days * city.calls_per_day / 20_000))
    wanted = [everything_on.wants(calls) for calls in some]
    count, plain_s = sum(len(calls.place) for calls in some), 0.0
    for name, layout, calls in (
        ("plain", world, some),
        ("all else there, and off", everything_on.nothing(world, length), some),
        ("everything on, DMEXCLP", everything_on.everything(world, length), wanted),
        ("everything on, by a table", everything_on.everything(world, length, table=True), wanted),
    ):
        engine = compiled.Engine(layout)
        packed = [engine.pack(one) for one in calls]
        engine.run(packed[0])
        spent_s = cpu(lambda engine=engine, packed=packed: [engine.run(one) for one in packed])
        plain_s = plain_s or spent_s
        line(f"{city.name}: {name}", spent_s, count, f"{spent_s / plain_s:.2f} × plain")


def consortium() -> None:
    """What a planner switches on in Liling, file by file, with the calls of each: CPU a call."""
    folder, plain_s = ROOT / "scenarios" / "liling", 0.0
    steps = [path.stem for path in sorted(folder.glob("consortium*.yaml"))]
    for name in ("today", "crews", "standby", *steps):
        layout = load(folder / f"{name}.yaml").with_study(length=3_650 * SCALE * synthetic.DAY_S)
        study = prepare(layout, [], Effort(seed=1))
        engine = compiled.Engine(study.plan.systems[0])
        packed = engine.pack(draws.draw(study.plan.demands[0], 1, 0))
        engine.run(packed)
        spent_s = cpu(lambda engine=engine, packed=packed: engine.run(packed))
        each_s = spent_s / len(packed.order)
        plain_s = plain_s or each_s
        line(f"Liling: {name}", spent_s, len(packed.order), f"{each_s / plain_s:.2f} × today")


def manhattan() -> None:
    """JEMSS's own city and trace with redispatch, tiled to 200,000 calls, on one core."""
    if not SHARED.is_dir():
        print("Manhattan: left out, ../shared/data/jemss is not there")
        return
    from sim.adapters import jemss

    files = jemss.Files(redispatch="redispatch_low_to_high.csv")
    trace = SHARED / "traces" / "manhattan_5000_calls.csv.gz"
    world, calls = jemss.read(SHARED / "manhattan", trace, files)
    tiled = tile(calls, round(40 * SCALE))
    engine = compiled.Engine(world)
    engine.run(tiled)
    line("Manhattan with redispatch: compiled", cpu(lambda: engine.run(tiled)), len(tiled.place))


def tile(calls: Calls, times: int) -> Calls:
    """The same calls over and over, each time after the last of the time before."""
    step = np.ceil(calls.received_at.max()) + 60.0
    again = calls._replace(**{name: np.tile(of, times) for name, of in columns(calls).items()})
    shift = np.repeat(np.arange(times) * step, len(calls.place))
    return again._replace(received_at=again.received_at + shift)


def many_layouts(city: City, days: float) -> None:
    """Twelve layouts over the same calls on both cores, by threads and by processes."""
    worlds = list(layouts(city))
    calls = replications(city, days)[: 3 if QUICK else 10]
    count = size(calls) * LAYOUTS
    made = [compiled.Engine(world) for world in worlds]
    with ThreadPoolExecutor(CORES) as pool:

        def through_all(one: Calls) -> list[Log]:
            packed = compiled.pack(one)
            return [engine.run(packed) for engine in made]

        work = lambda: list(pool.map(through_all, calls))  # noqa: E731
        work()
        line(f"{city.name}: {LAYOUTS} layouts, {CORES} threads, wall", wall(work), count)
    if city is METROPOLIS:
        return  # as threads; what differs is that a process needs the tables again
    with ProcessPoolExecutor(CORES, initializer=_prepare, initargs=(city, days)) as pool:
        list(pool.map(_work, [0] * CORES * 2))
        rounds = 20
        spent = wall(lambda: list(pool.map(_work, range(rounds))))
        each = _calls_of(city, days)
        line(f"{city.name}: {LAYOUTS} layouts, {CORES} processes, wall", spent, each * rounds)


_HELD: list[Any] = []


def _prepare(city: City, days: float) -> None:
    _HELD[:] = [[compiled.Engine(world) for world in layouts(city)], replications(city, days)[0]]


def _work(_: int) -> int:
    engines, calls = _HELD
    packed = compiled.pack(calls)
    return sum(len(engine.run(packed).call) for engine in engines)


def _calls_of(city: City, days: float) -> int:
    return len(replications(city, days)[0].place) * LAYOUTS


def layouts(city: City) -> Iterator[System]:
    """The city, and eleven others in which crews are stationed elsewhere."""
    world, rng = synthetic.system(city), np.random.default_rng(5)
    yield world
    for _ in range(LAYOUTS - 1):
        homes = np.sort(rng.integers(0, city.stations, city.ambulances))
        yield world._replace(fleet=world.fleet._replace(home=homes))


def years() -> None:
    """A hundred years cost a hundred times a year: nothing grows with the length."""
    world = synthetic.system(COUNTY)
    engine = compiled.Engine(world)
    for number in (1, 10, 100):
        calls = replications(COUNTY, 365 * number * SCALE)
        spent = cpu(lambda calls=calls: [engine.run(c) for c in calls])
        line(f"county: {number} year{'s' * (number > 1)}{' / 10' * QUICK}", spent, size(calls))


def fleets() -> None:
    """Ever more ambulances with ever more calls, in the streets of the metropolis."""
    for ambulances in (30, 250, 1_000):
        city = METROPOLIS._replace(ambulances=ambulances, calls_per_day=4.8 * ambulances)
        calls = replications(city, 200_000 * SCALE / city.calls_per_day)
        engine = compiled.Engine(synthetic.system(city))
        engine.run(calls[0])
        spent = cpu(lambda engine=engine, calls=calls: [engine.run(c) for c in calls])
        line(f"metropolis: {ambulances:,} ambulances", spent, size(calls))


def overload() -> None:
    """Ten and fifty times the calls of Liling: the queue grows for a year and is served at last.

    Seconds of CPU time; the exponent by which each grows with the length, between the first and
    the last: 1 is linear.
    """
    layout = load(ROOT / "scenarios" / "liling")
    print(f"{'liling, seconds':26}{'calls':>12}{'drawing':>9}{'engine':>9}{'rows':>9}{'sums':>9}")
    for times in (10, 50):
        taken = [_overloaded(layout, times, days) for days in (30, 91, 365)]
        grown = np.log(np.array(taken[-1])) - np.log(np.array(taken[0]))
        exponents = "".join(f"{one:9.2f}" for one in grown[1:] / grown[0])
        print(f"{'  exponent':26}{'':>12}{exponents}")


def _overloaded(layout: Scenario, times: int, days: int) -> list[float]:
    """Calls, then the seconds that drawing, running, a row a call and sums take."""
    study = prepare(layout.with_study(length=days * synthetic.DAY_S), [], Effort(seed=1))
    world, window = study.plan.systems[0], study.plan.windows[0]
    source = study.plan.demands[0]
    source = source._replace(calls_per_hour=source.calls_per_hour * times)
    engine, calls = compiled.Engine(world), draws.draw(source, 1, 0)
    log = engine.run(calls)
    work: list[Callable[[], object]] = [
        lambda: draws.draw(source, 1, 0),
        lambda: engine.run(calls),
        lambda: tally(world, calls, log, window),
        lambda: count(world, calls, log, window, study.plan.setup),
    ]
    spent = [cpu(one) for one in work]
    seconds_said = "".join(f"{one:9.3f}" for one in spent)
    name = f"  x{times}, {days} days"
    print(f"{name:26}{len(calls.place):>12,}{seconds_said}", flush=True)
    return [len(calls.place), *spent]


def start_up() -> None:
    """What a planner waits for: imports, compiling once, and the answer to a comparison."""
    python = [sys.executable, "-c"]
    seconds("import sim", [*python, "import sim"])
    seconds("tenthirty --version", [sys.executable, "-m", "sim.cli", "--version"])
    seconds("the compiled engine, kept on this machine", [*python, FIRST_CALL])
    with tempfile.TemporaryDirectory() as fresh:
        env = os.environ | {"TENTHIRTY_CACHE": fresh}
        seconds("the compiled engine, compiled anew", [*python, FIRST_CALL], 1, env)
    command = [sys.executable, "-m", "sim.cli", "compare", str(ROOT / "scenarios" / "liling"),
               "--add", "枫林镇"]  # fmt: skip
    tables, wholes = [], []
    for _ in range(RUNS + 1):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE) as process:
                assert process.stdout is not None
                process.stdout.read(1)
                tables.append(time.perf_counter() - began)
                process.stdout.read()
            wholes.append(time.perf_counter() - began)
    first = f"(the very first {tables[0]:.1f})"
    print(
        f"{'compare scenarios/liling --add, to the table':52}{middle(tables[1:]):>8.1f} s {first}"
    )
    print(f"{'… with figures and logs written':52}{middle(wholes[1:]):>8.1f} s")


FIRST_CALL = f"""
import sys
sys.path.insert(0, {str(ROOT / "benchmarks")!r})
import synthetic
from sim.engine import compiled
from sim.prepare import draws
small = synthetic.COUNTY._replace(streets=10, places=20)
compiled.run(synthetic.system(small), draws.draw(synthetic.demand(small, 10), 1, 0))
"""


def memory() -> None:
    """The largest a process gets; its tables are mapped from disk and shared."""
    for city, days in ((COUNTY, 365), (METROPOLIS, 30)):
        code = (
            f"{FIRST_CALL}\nimport json\ncity = synthetic.{city.name.upper()}\n"
            f"calls = draws.draw(synthetic.demand(city, {days}), 1, 0)\n"
            "compiled.run(synthetic.system(city), calls)\n"
            "said = dict(line.split(':', 1) for line in open('/proc/self/status'))\n"
            "print(json.dumps([int(said[key].split()[0]) for key in ('VmHWM', 'RssAnon')]))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        peak, own = json.loads(done.stdout)
        print(f"{city.name + ': memory with tables':52}{peak / 1024:>8.0f} MiB, "
              f"{own / 1024:.0f} of its own")  # fmt: skip


def size(calls: list[Calls]) -> int:
    return sum(len(c.place) for c in calls)


def line(name: str, spent_s: float = 0.0, calls: int = 0, note: str = "") -> None:
    if not calls:
        print(f"{name:52}{note:>22}")
        return
    print(f"{name:52}{spent_s / calls * 1e9:>10,.0f}{calls / spent_s:>12,.0f} {note}", flush=True)


def seconds(name: str, command: list[str], runs: int = RUNS, env: Any = None) -> None:
    start = lambda: subprocess.run(command, check=True, capture_output=True, env=env)  # noqa: E731
    spent = [timed(start, time.perf_counter) for _ in range(runs)]
    print(f"{name:52}{middle(spent):>8.2f} s", flush=True)


def cpu(work: Callable[[], object]) -> float:
    return middle([timed(work, time.process_time) for _ in range(RUNS)])


def wall(work: Callable[[], object]) -> float:
    return middle([timed(work, time.perf_counter) for _ in range(RUNS)])


def timed(work: Callable[[], object], clock: Callable[[], float]) -> float:
    began = clock()
    work()
    return clock() - began


def middle(values: list[float]) -> float:
    return np.median(values)


if __name__ == "__main__":
    main()
