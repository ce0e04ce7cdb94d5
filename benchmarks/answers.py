"""What a planner waits for, from return to the answer, and what a simulated call costs in all.

    python benchmarks/answers.py                     # a Markdown table
    python benchmarks/answers.py --only warm calls   # these parts of it
    python benchmarks/answers.py --beside ../other   # each line of that checkout as well, by turns
    python benchmarks/answers.py --all               # the longest commands and the largest city too

Parts: `warm` commands in processes of their own that find what the one before left in the cache;
`cold` the same with nothing kept, once each, for the engine is compiled anew; `process` questions
to a process that has answered one before; `calls` drawing, running and adding up, end to end;
`cores` the same on both cores. What the engines cost by themselves, `engines.py` measures.

Each figure is the median of five runs (`--runs`), with the worker processes that it started.
Machines are noisy and differ: compare the columns of one table, not two tables, and CPU time where
others use the machine. Every run is a process of its own that imports `sim` from the checkout in
question; this file is the same for both and asks for no more than an older state has. For Unix.
"""

from __future__ import annotations

import argparse
import bisect
import json
import math
import os
import platform
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:  # at run time `sim` is of the checkout that is measured
    from sim.scenario.scenario import Scenario
    from sim.study.replication import Plan

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("warm", "cold", "process", "calls", "cores")
AIM = 0.12  # points, the half-width up to which one more station is simulated
REPLICATIONS = (10, 15, 20, 30, 40, 60, 80, 110, 150, 200)  # one of them, for that
LAYOUTS = 12
CORES = 2
MONTH_DAYS = 28
SEED = 1


class Row(NamedTuple):
    """One figure: seconds, or what the unit says; None where it is not measured."""

    name: str
    unit: str
    cpu: float | None
    wall: float | None
    note: str = ""


class Scale(NamedTuple):
    """How much of everything is measured."""

    days: int = MONTH_DAYS
    places: int = 20
    replications: Sequence[int] = REPLICATIONS  # of one more station
    zones: int | None = None  # so many drawn places instead of those of a ranking
    calls: int = 60_000  # of one layout, about
    effort: dict[str, Any] = {}  # noqa: RUF012
    options: tuple[str, ...] = ()  # of commands


TINY = Scale(1, 2, (2, 3), 2, 1, {"draft": True}, ("--draft", "--days", "1"))


class Item(NamedTuple):
    """Something that is measured: by a function in a process of its own, or a command."""

    part: str
    name: str
    measure: Callable[[Scale], list[Row]] | None = None
    command: tuple[str, ...] = ()
    only_if_all: bool = False


# ── commands ─────────────────────────────────────────────────────────────────────────────────

COMMANDS = {
    "compare liling, one station more": ("compare", "liling", "--add", "枫林镇"),
    "compare coquimbo, one station more": ("compare", "coquimbo", "--add", "-71.25,-29.95"),
    "rank liling": ("rank", "liling"),
    "rank coquimbo": ("rank", "coquimbo"),
    "search liling --stations 2": ("search", "liling", "--stations", "2"),
    "stress liling, 32 samples": ("stress", "liling", "--add", "枫林镇", "--samples", "32"),
    "curve liling": ("curve", "liling"),
}
LONG = ("stress", "curve")
LARGE = ("coquimbo",)  # not where it matters only that they work
# More options there; one that is given twice has its last value.
FEW = {
    "rank": ("--candidates", "2"),
    "search": ("--candidates", "2", "--stations", "1", "--no-moves"),
    "stress": ("--samples", "0", *(f"--range={roads}=0 %" for roads in (
        "speed", "fast-roads", "main-roads", "small-roads", "rush-hours"))),
    "curve": ("--candidates", "2", "--steps", "1"),
}  # fmt: skip


def of_command(item: Item, checkout: Path, work: Path, scale: Scale) -> list[Row]:
    """A command from return to its end; what is cold finds nothing that was kept."""
    name, place, *more = item.command
    tiny = scale.options
    if tiny:
        more += FEW.get(name, ())
    env = environment(checkout, work)
    if item.part == "cold":
        env |= {"TENTHIRTY_CACHE": tempfile.mkdtemp(dir=work), "TENTHIRTY_REUSE": "no"}
        if tiny:  # compiling takes its twenty seconds, however little is simulated
            tiny = (*tiny, "--engine", "reference")
    folder = tempfile.mkdtemp(dir=work)
    command = [sys.executable, "-m", "sim.cli", name, str(checkout / "scenarios" / place), *more,
               "--no-figures", "--out", f"{folder}/out", *tiny]  # fmt: skip
    with watch() as spent:
        finished(command, folder, env)
    return [spent.row(item.name, "s")]


# ── questions to a process that has answered before ──────────────────────────────────────────


def one_more_station(place: str) -> Callable[[Scale], list[Row]]:
    """A station at each of 20 drawn places, until the gain is known; milliseconds a station."""

    def measure(scale: Scale) -> list[Row]:
        import sim
        from sim.answers import candidates

        base = loaded(place, scale)
        found, _ = candidates.possible(base, candidates.drawn(base.map, scale.places, SEED))

        def half_width(one: Any, replications: int) -> float:
            plan = base.add(one.name.zh, list(one.at))
            result = sim.compare(base, plan, replications=replications)
            return 100 * result.difference("within").half_width

        def enough(one: Any) -> int:
            some = scale.replications
            row = bisect.bisect_left(
                some, True, key=lambda n: n == some[-1] or half_width(one, n) <= AIM
            )
            return some[row]

        often = remembered(f"{place}-{len(found)}", lambda: [enough(one) for one in found])
        half_width(found[0], often[0])
        with watch() as spent:
            widths = [half_width(*one) for one in zip(found, often, strict=True)]
        reached = sum(width <= AIM for width in widths)
        note = f"±{AIM} points at {reached} of {len(found)} places, widest ±{max(widths):.2f}; "
        note += f"{min(often)} to {max(often)} replications, median {statistics.median(often):g}"
        return [spent.row(f"one more station, {place}", "ms", len(found) / 1e3, note)]

    return measure


def ranking(place: str, where: str | int) -> Callable[[Scale], list[Row]]:
    """A ranking of candidates by simulation."""

    def measure(scale: Scale) -> list[Row]:
        import sim

        base = loaded(place, scale)
        candidates = where if scale.zones is None else scale.zones
        sim.rank(base, scale.zones or 3, draft=True)
        with watch() as spent:
            found = sim.rank(base, candidates, **scale.effort)
        said = f"rank {place}, {len(found.sites)} candidates"
        return [spent.row(said, "s", 1.0, f"{found.provenance.runs:,} runs")]

    return measure


def loaded(place: str, scale: Scale) -> Scenario:
    """A scenario of the checkout whose `sim` this is, of which everything was asked for before."""
    import sim

    base = sim.load(checkout_here() / "scenarios" / place)
    if scale.days != MONTH_DAYS:
        base = base.with_study(length=f"{scale.days} days")
    sim.run(base, **scale.effort)
    return base


def remembered(name: str, made: Callable[[], list[int]]) -> list[int]:
    """Numbers that a former run of this item found; they are the same in all runs."""
    path = Path.cwd() / f"{name}.json"
    if not path.exists():
        path.write_text(json.dumps(made()), "utf-8")
    numbers: list[int] = json.loads(path.read_text("utf-8"))
    return numbers


# ── end to end a call ────────────────────────────────────────────────────────────────────────


def end_to_end(place: str, layouts: int) -> Callable[[Scale], list[Row]]:
    """Draw, run, add up: nanoseconds a call and layout, in all and by parts."""

    def measure(scale: Scale) -> list[Row]:
        from sim.study.workers import Job, Pool

        plan = planned(place, layouts, scale)
        job, pool = Job(plan), Pool(workers=1)  # this process
        list(pool.results(job, [0]))
        often = replications(plan, scale)
        numbers, others = range(1, 1 + often), range(1 + often, 1 + 2 * often)
        with watch() as spent:
            for _ in pool.results(job, numbers):
                pass
        said = f"{place}, {layouts} layout{'s' * (layouts > 1)}: draw, run and sums"
        share = calls_of(plan, numbers) * layouts / 1e9
        whole = spent.row(said, "ns", share, counted(often, "replication"))
        with suppress(ImportError, AttributeError, TypeError):  # of a state with other parts
            return [whole, *by_parts(plan, others)]
        return [whole]

    return measure


def by_parts(plan: Plan, numbers: range) -> list[Row]:
    """What of it is drawing, the engine with its log, and adding up, of other replications."""
    from sim import engine as engines_of
    from sim.measures.sums import count as add_up
    from sim.prepare import draws

    engines = engines_of.make(plan.engine, plan.systems)
    engines[0].run(draws.draw(plan.demands[0], plan.seed, 0))
    parts = [Spent(), Spent(), Spent()]
    for number in numbers:
        with watch(parts[0]):
            calls = draws.draw(plan.demands[0], plan.seed, number)
        with watch(parts[1]):
            packed = engines[0].pack(calls)
            logs = [engine.run(packed) for engine in engines]
        with watch(parts[2]):
            for system, window, log in zip(plan.systems, plan.windows, logs, strict=True):
                add_up(system, calls, log, window, plan.setup)
    names = ("draw", "packing, and the engine with a log", "sums of it")
    share = calls_of(plan, numbers) * len(engines) / 1e9
    return [one.row(f"… {name}", "ns", share) for name, one in zip(names, parts, strict=True)]


def kernel(scale: Scale) -> list[Row]:
    """The engine alone; of the synthetic cities `engines.py` measures it."""
    from sim import engine as engines_of
    from sim.prepare import draws

    plan = planned("liling", 1, scale)
    (engine,) = engines_of.make(plan.engine, plan.systems)
    drawn = [draws.draw(plan.demands[0], plan.seed, n) for n in range(replications(plan, scale))]
    packed = [engine.pack(calls) for calls in drawn]
    engine.run(packed[0])
    with watch() as spent:
        for one in packed:
            engine.run(one)
    count = sum(len(calls.place) for calls in drawn)
    return [spent.row("liling: the engine alone, with a log", "ns", count / 1e9)]


def on_both_cores(place: str) -> Callable[[Scale], list[Row]]:
    """Twelve layouts by two worker processes that are there already: wall a call and layout."""

    def measure(scale: Scale) -> list[Row]:
        from sim.study.workers import Job, Pool

        plan = planned(place, LAYOUTS, scale)
        first, often = 4 * CORES, CORES * replications(plan, scale)
        numbers, job = range(first, first + often), Job(plan)
        with Pool(workers=CORES) as pool:
            list(pool.results(job, range(first)))  # each process makes its engines
            with watch() as spent:
                list(pool.results(job, numbers))
        said = f"{place}, {LAYOUTS} layouts, {CORES} processes: draw, run and sums"
        share = calls_of(plan, numbers) * LAYOUTS / 1e9
        row = spent.row(said, "ns", share, counted(often, "replication"))
        return [row._replace(cpu=None)]  # that of workers is known when they end

    return measure


def planned(place: str, layouts: int, scale: Scale) -> Plan:
    """So many layouts of Liling or of a synthetic city, of whose replications sums are kept."""
    from sim.study.plan import prepare
    from sim.study.replication import Keep

    if place != "liling":
        return synthetic_plan(place, layouts, scale)
    import sim
    from sim.answers import candidates
    from sim.study.effort import Effort

    base = sim.load(checkout_here() / "scenarios" / place)
    if scale.days != MONTH_DAYS:
        base = base.with_study(length=f"{scale.days} days")
    _, others = candidates.possible(base, candidates.find(base))
    return prepare(base, others[: layouts - 1], Effort(seed=SEED), Keep.SUMS).plan


def synthetic_plan(place: str, layouts: int, scale: Scale) -> Plan:
    """The cities of `engines.py`, of the checkout that is measured."""
    sys.path.insert(0, str(checkout_here() / "benchmarks"))
    import engines
    import numpy as np
    import synthetic

    from sim.measures.groups import Setup
    from sim.model.calendar import Window
    from sim.study.replication import Keep, Plan

    city = {"county": synthetic.COUNTY, "metropolis": synthetic.METROPOLIS}[place]
    if scale is TINY:
        city = city._replace(streets=10, places=20, ambulances=20, stations=10)
    systems = tuple(islice(engines.layouts(city), layouts))
    window = Window(0.0, scale.days * synthetic.DAY_S)
    demand = synthetic.demand(city, scale.days)
    setup = Setup((600.0, 1_800.0), 0.8, np.array([float(city.places)]), ())
    return Plan(
        systems, (demand,) * layouts, (window,) * layouts, SEED, "compiled", setup, Keep.SUMS
    )


def calls_of(plan: Plan, numbers: Sequence[int]) -> int:
    """How many these replications have together; asked for after what is measured."""
    from sim.prepare import draws

    return sum(len(draws.draw(plan.demands[0], plan.seed, n).place) for n in numbers)


def replications(plan: Plan, scale: Scale) -> int:
    """How many have about as many calls as are wanted."""
    return math.ceil(scale.calls / calls_of(plan, [0]))


def counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number > 1)}"


# ── what there is ────────────────────────────────────────────────────────────────────────────


def items() -> Iterator[Item]:
    """All that is measured, in the order of the table."""
    for part in ("warm", "cold"):
        for name, command in COMMANDS.items():
            yield Item(part, f"{part}: {name}", None, command, command[0] in LONG)
    for place in ("liling", "coquimbo"):
        yield Item("process", f"one more station, {place}", one_more_station(place))
    yield Item("process", "rank liling", ranking("liling", "seats"))
    yield Item("process", "rank coquimbo", ranking("coquimbo", "seats"))
    yield Item("process", "rank liling, 200 drawn", ranking("liling", 200))
    yield Item("calls", "the engine alone", kernel)
    for place in ("liling", "county", "metropolis"):
        for many in (1, LAYOUTS):
            large = place == "metropolis" and many > 1
            yield Item("calls", f"{place}, {many}", end_to_end(place, many), (), large)
    for place in ("liling", "county", "metropolis"):
        yield Item("cores", f"cores, {place}", on_both_cores(place), (), place == "metropolis")


# ── measuring ────────────────────────────────────────────────────────────────────────────────


class Spent:
    """Seconds of this process and of those that it started and that have ended."""

    def __init__(self) -> None:
        self.cpu = self.wall = 0.0

    def row(self, name: str, unit: str, share: float = 1.0, note: str = "") -> Row:
        """As a figure, each of so many parts."""
        return Row(name, unit, self.cpu / share, self.wall / share, note)


@contextmanager
def watch(spent: Spent | None = None) -> Iterator[Spent]:
    """Adds what is spent within."""
    spent = spent or Spent()
    cpu, wall = cpu_s(), time.perf_counter()
    yield spent
    spent.cpu += cpu_s() - cpu
    spent.wall += time.perf_counter() - wall


def cpu_s() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def environment(checkout: Path, work: Path) -> dict[str, str]:
    """In which `sim` is that of a checkout, with what it keeps in a folder of its own."""
    cache = (work / "cache").resolve()  # another folder, if one was named
    return os.environ | {"PYTHONPATH": str(checkout), "TENTHIRTY_CACHE": str(cache)}


def finished(command: list[str], folder: Path | str, env: dict[str, str]) -> str:
    """What a command printed; ends this one if it failed."""
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{shlex.join(command)}, PYTHONPATH={env['PYTHONPATH']}:\n{done.stderr}")
    return done.stdout


def checkout_here() -> Path:
    """The checkout whose `sim` this process has."""
    import sim

    return Path(sim.__file__).resolve().parents[1]


def measured(item: Item, checkout: Path, work: Path, tiny: bool) -> list[Row]:
    """One run in one checkout."""
    if item.measure is None:
        return of_command(item, checkout, work, TINY if tiny else Scale())
    command = [sys.executable, __file__, "--measure", f"{item.part}/{item.name}"]
    printed = finished([*command, *(["--tiny"] if tiny else [])], work, environment(checkout, work))
    answer = json.loads(printed.splitlines()[-1])
    if Path(answer["checkout"]) != checkout:
        sys.exit(f"{checkout} was to be measured, and {answer['checkout']} was")
    return [Row(*row) for row in answer["rows"]]


def measure_here(name: str, scale: Scale) -> None:
    """What `measured` starts: one run of one item, printed for it."""
    (item,) = (one for one in items() if f"{one.part}/{one.name}" == name)
    assert item.measure is not None
    print(json.dumps({"checkout": str(checkout_here()), "rows": item.measure(scale)}))


def medians(runs: Sequence[list[Row]]) -> dict[str, Row]:
    """By name, the medians of several runs of an item."""
    found = {}
    for row in runs[0]:
        same = [one for rows in runs for one in rows if one.name == row.name]
        cpu, wall = (
            None if getattr(row, clock) is None
            else statistics.median(getattr(one, clock) for one in same)
            for clock in ("cpu", "wall")
        )  # fmt: skip
        found[row.name] = row._replace(cpu=cpu, wall=wall)
    return found


# ── the table ────────────────────────────────────────────────────────────────────────────────


def table(asked: argparse.Namespace) -> None:
    """Everything that was asked for, a line as soon as it is known."""
    checkouts = [ROOT] if asked.beside is None else [asked.beside.resolve(), ROOT]
    some = [one for one in items() if one.part in asked.only and (asked.all or not one.only_if_all)]
    if asked.tiny:
        some = [one for one in some if not set(one.command) & set(LARGE)]
    print(f"{machine()}; medians of {asked.runs}, what is cold once; by\n")
    print(f"    python benchmarks/answers.py {shlex.join(sys.argv[1:])}".rstrip() + "\n")
    said = ["CPU", "wall"] if len(checkouts) == 1 else [
        f"{clock} {what}" for clock in ("CPU", "wall") for what in ("there", "here", "there : here")
    ]  # fmt: skip
    print(f"| | unit | {' | '.join(said)} | |\n|---|---|{'---:|' * len(said)}---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        works = [Path(folder) / f"{row}" for row in range(len(checkouts))]
        places = list(zip(checkouts, works, strict=True))
        for checkout, work in places:
            work.mkdir()
            if asked.cache is not None:
                (work / "cache").symlink_to(asked.cache.resolve())
            if {"warm"} & set(asked.only):
                fill_caches(checkout, work, TINY if asked.tiny else Scale())
        for item in some:
            runs: list[list[list[Row]]] = [[] for _ in places]
            for _ in range(1 if item.part == "cold" else asked.runs):
                for row, (checkout, work) in enumerate(places):
                    runs[row].append(measured(item, checkout, work, asked.tiny))
            print_rows([medians(one) for one in runs])


def fill_caches(checkout: Path, work: Path, scale: Scale) -> None:
    """Compiled code, tables and today's replications, as the command before leaves them."""
    for name, command in COMMANDS.items():
        if command[0] == "compare" and not (scale is TINY and command[1] in LARGE):
            of_command(Item("warm", name, None, command), checkout, work, scale)


def print_rows(by_checkout: list[dict[str, Row]]) -> None:
    """An item's lines, with the figures of one checkout or of both."""
    for name in by_checkout[-1] | by_checkout[0]:
        rows = [found.get(name) for found in by_checkout]
        known = [row for row in rows if row is not None]
        cells = []
        for clock in ("cpu", "wall"):
            values = [None if row is None else getattr(row, clock) for row in rows]
            cells += [as_number(value) for value in values]
            if len(values) > 1:
                there, here = values
                cells.append(f"{there / here:.2f}" if there is not None and here else "–")
        notes = " / ".join(dict.fromkeys(row.note for row in known if row.note))
        print(f"| {name} | {known[0].unit} | {' | '.join(cells)} | {notes} |", flush=True)


def as_number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def machine() -> str:
    """Processor, cores and Python: no name and no date."""
    model = platform.processor() or platform.machine()
    with suppress(OSError):
        told = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        model = next((line.split(":")[1].strip() for line in told if "model name" in line), model)
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="parts")
    parser.add_argument("--all", action="store_true", help="what takes minutes, too")
    parser.add_argument("--runs", type=int, default=5, help="of which medians are taken")
    parser.add_argument("--beside", type=Path, help="another checkout")
    parser.add_argument("--cache", type=Path, help="to begin with, instead of an empty folder")
    parser.add_argument("--tiny", action="store_true", help="that it works, not how fast")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        measure_here(asked.measure, TINY if asked.tiny else Scale())
    else:
        table(asked)


if __name__ == "__main__":
    main()
