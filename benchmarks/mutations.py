"""Thousands of spoiled inputs, each given to the real command line; what comes of them, counted.

    python benchmarks/mutations.py                     # 10,200 inputs, for half an hour
    python benchmarks/mutations.py --count 200         # a few of each kind
    python benchmarks/mutations.py --only records-csv --first 17 --count 1 --keep spoiled

Every input is made from its kind and its number, so that one that failed can be made again. A
command must end by itself with status 0 or 2. After a 0 the result is looked at: every number of an
answer is finite, rows of records in = calls kept + rows left out, people of a map are finite and
not negative. Commands run in forked processes with a limit of time and of memory: what hangs, or
ends its process, is counted and not suffered. Exit status 1 if anything but 0 and 2 happened, or a
result was wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import math
import os
import random
import re
import resource
import selectors
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
HOME = Path(tempfile.mkdtemp(prefix="tenthirty-mutations-"))
os.environ |= {
    "TENTHIRTY_CACHE": str(HOME / "cache"), "TENTHIRTY_REUSE": "no", "TENTHIRTY_LANG": "en",
    "OMP_NUM_THREADS": "1",
}  # fmt: skip

import mutated_scenarios  # noqa: E402
import mutations  # noqa: E402
import towns  # noqa: E402

from sim import cli  # noqa: E402

LIMIT_S, LONGEST_S = 20.0, 180.0  # of the processor; by the clock, where it waits for something
MEMORY = 6 << 30
BATCH = 40  # inputs to a forked process
ACCEPTED, REFUSED, TRACEBACK, OTHER, HANG, CRASH, WRONG = range(7)
TITLES = ("accepted", "refused", "tracebacks", "other status", "hangs", "crashes", "wrong results")
QUICK = ("--replications", "1", "--days", "1", "--no-figures", "--workers", "1", "--json")
CHEAP = ("--no-draw", "--no-scenario")


class Ended(NamedTuple):
    """How a command ended."""

    status: object  # a number, or the name of an exception that got out
    out: str
    err: str


def tenthirty(*arguments: object) -> Ended:
    """One command in this process."""
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["tenthirty", *map(str, arguments)]
    usual = warnings.showwarning
    status: object = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.main()
        except SystemExit as end:
            status = end.code or 0
        except BaseException as error:
            status = type(error).__name__
    warnings.showwarning = usual
    return Ended(status, out.getvalue(), err.getvalue())


# ── the kinds: each spoils an input in a folder, runs a command and looks at its result ─────────


class Tried(NamedTuple):
    how: str  # it was spoiled
    ended: Ended
    wrong: str = ""  # what is wrong with its result


def scenario_file(folder: Path, chance: random.Random) -> Tried:
    how, data = mutated_scenarios.mutated_file(chance)
    path = _scenario(folder, data)
    ended = tenthirty("check", path)
    if ended.status == 0 and _drives_as_usual(path):
        ended = tenthirty("run", path, *QUICK, "--out", folder / "out")
        return Tried(how, ended, _answer(ended))
    return Tried(how, ended)


def _drives_as_usual(path: Path) -> bool:
    """Whether the table of travel seconds is there already: another takes many seconds to make."""
    from sim.scenario.file import load

    return bool(load(path).settings.travel == load(HOME / "whole" / "it.yaml").settings.travel)


TOWN = (
    "name: town\nmap: {map}\nlayout:\n  - {{station: S, at: [113.51, 27.66], ambulances: 1}}\n"
    "demand: {{transported: 0 %}}\n"
)
CHANGES = ("--ambulances", "--add", "--move", "--close")


def option(folder: Path, chance: random.Random) -> Tried:
    name, text = mutated_scenarios.mutated_option(chance)
    joined = [f"{name}={text}"] if chance.random() < 0.5 else [name, text]
    path = _scenario(folder, mutated_scenarios.as_yaml(mutated_scenarios.WHOLE).encode())
    if name == "--speed":  # a small map: other speeds need another table of travel seconds
        path = _scenario(folder, TOWN.format(map=HOME / "town" / "town.gpkg").encode())
    command = "compare" if name in CHANGES else "run"
    ended = tenthirty(command, path, *joined, *QUICK, "--out", folder / "out")
    return Tried(name, ended, _answer(ended))


def records_csv(folder: Path, chance: random.Random) -> Tried:
    how, data = mutations.mutated_table(mutations.RECORDS, chance)
    return _records(folder, chance, "calls.csv", how, data)


def records_xlsx(folder: Path, chance: random.Random) -> Tried:
    how, data = mutations.mutated_workbook(mutations.RECORDS, chance)
    return _records(folder, chance, "calls.xlsx", how, data)


def _records(folder: Path, chance: random.Random, name: str, how: str, data: bytes) -> Tried:
    path = _scenario(
        folder,
        f"name: replayed\nmap: liling\nlayout:\n  - {{station: 湘东医院, ambulances: 2}}\n"
        f"demand: {{replay: {{file: {name}, unusable: {chance.choice(('stop', 'leave out'))}}}}}\n"
        "study: {warm_up: 0 min}\n".encode(),
    )
    (path.parent / name).write_bytes(data)
    ended = tenthirty("check", path)
    return Tried(how, ended, _balance(ended))


def map_bundle(folder: Path, chance: random.Random) -> Tried:
    target = folder / "maps" / "town" / "town.gpkg"
    target.parent.mkdir(parents=True)
    if find_spec("mutated_maps") and chance.random() < 0.7:
        import mutated_maps

        how = "spoiled as a map"
        spoiled = mutated_maps.spoil(HOME / "town" / "town.gpkg", target, chance)
        if spoiled != target:
            shutil.copy(spoiled, target)
    else:
        how, data = mutations.mutated_bytes((HOME / "town" / "town.gpkg").read_bytes(), chance)
        target.write_bytes(data)
    path = folder / "town.yaml"
    path.write_text(TOWN.format(map="town"), "utf-8")
    ended = tenthirty("check", path)
    return Tried(how, ended, _people(target) if ended.status == 0 else "")


PEOPLE = [["name", "lon", "lat", "people"],
          *([f"村{n}", f"{113.5 + n / 400:.4f}", f"{27.655 + n / 500:.4f}", str(100 + 30 * n)]
            for n in range(8))]  # fmt: skip
IMPORTS = ("roads.osm", "roads.graphml", "zones.geojson", "people.csv", "people.xlsx", "people.tif",
           "sites.csv", "minutes.csv", "import.yaml")  # fmt: skip


def map_import(folder: Path, chance: random.Random) -> Tried:
    spoiled = chance.choice(IMPORTS)
    shutil.copytree(HOME / "inputs", folder, dirs_exist_ok=True)
    path = folder / spoiled
    text = spoiled.endswith((".osm", ".graphml", ".geojson", ".yaml"))
    if spoiled.endswith("people.csv"):
        how, data = mutations.mutated_table(PEOPLE, chance)
    elif spoiled.endswith(".xlsx"):
        how, data = mutations.mutated_workbook(PEOPLE, chance)
    elif spoiled.endswith(".csv"):
        rows = [line.split(",") for line in path.read_text("utf-8").splitlines()]
        how, data = mutations.mutated_table(rows, chance)
    elif text and chance.random() < 0.7:
        how, changed = mutations.mutated_text(path.read_text("utf-8"), chance)
        data = changed.encode("utf-8", "surrogatepass")
    else:
        how, data = mutations.mutated_bytes(path.read_bytes(), chance)
    path.write_bytes(data)
    ended = tenthirty("map", "import", *_files_of(spoiled), *CHEAP)
    made = sorted((folder / "maps").rglob("*.gpkg"))
    return Tried(f"{spoiled}: {how}", ended, _people(made[0]) if ended.status == 0 and made else "")


def _files_of(spoiled: str) -> list[str]:
    """The options of an import in which that file is used."""
    if spoiled == "import.yaml":
        return ["--again", spoiled]
    if spoiled == "minutes.csv":
        return [
            "--place",
            "t",
            "--matrix",
            spoiled,
            "--matrix-unit",
            "minutes",
            "--people",
            "places.csv",
        ]
    roads = spoiled if spoiled.startswith("roads") else "roads.osm"
    people = spoiled if spoiled.startswith("people") else "people.csv"
    return ["--place", "t", "--roads", roads, "--zones", "zones.geojson", "--people", people,
            "--sites", "sites.csv"]  # fmt: skip


KINDS: dict[str, tuple[Callable[[Path, random.Random], Tried], int]] = {
    "scenario-files": (scenario_file, 3_500), "options": (option, 2_000),
    "records-csv": (records_csv, 2_000), "records-xlsx": (records_xlsx, 1_200),
    "map-bundles": (map_bundle, 1_000), "map-imports": (map_import, 500),
}  # fmt: skip


def _scenario(folder: Path, data: bytes) -> Path:
    path = folder / "it.yaml"  # its map is found in a folder above, and read once
    path.write_bytes(data)
    return path


# ── what must be so of a result ──────────────────────────────────────────────────────────────


def _answer(ended: Ended) -> str:
    """What is wrong with an answer in JSON."""
    if ended.status != 0:
        return ""
    try:
        facts = json.loads(ended.out)
    except ValueError:
        return f"no JSON: {ended.out[:80]!r}"
    odd = [n for n in _numbers(facts) if not math.isfinite(n)]
    return f"not finite: {odd[0]}" if odd else ""


def _numbers(facts: Any) -> Iterator[float]:
    if isinstance(facts, dict):
        facts = list(facts.values())
    if isinstance(facts, list):
        for one in facts:
            yield from _numbers(one)
    elif isinstance(facts, int | float):
        yield facts


def _balance(ended: Ended) -> str:
    """What is wrong with how many rows of records there are, and what became of them."""
    if ended.status != 0:
        return ""
    said = re.search(r"Rows of records: ([\d,]+) = (.*?)\.(?:\s|$)", ended.out, re.DOTALL)
    if said is None:
        return "the rows are not counted"
    parts = [int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", said[2])]
    total = int(said[1].replace(",", ""))
    return "" if total == sum(parts) else f"{total} rows, but {parts}"


def _people(path: Path) -> str:
    from sim.geography import bundle

    people = bundle.read(path).cells.people
    if not (people >= 0).all() or not math.isfinite(people.sum()):
        return f"people: {people.min()} to {people.max()}"
    return ""


# ── in forked processes ──────────────────────────────────────────────────────────────────────


class Task(NamedTuple):
    kind: str
    number: int


class Outcome(NamedTuple):
    task: Task
    verdict: int
    how: str
    said: str  # of what failed
    unexpected: bool  # refused as "not expected": a sentence, yet no cure is named
    seconds: float


def tried(task: Task, keep: Path | None) -> Outcome:
    """One input, in a folder of its own."""
    begun = time.monotonic()
    folder = Path(tempfile.mkdtemp(dir=HOME))
    os.chdir(folder)
    try:
        found = KINDS[task.kind][0](folder, random.Random(f"{task.kind} {task.number}"))
        verdict, said = _verdict(found)
    finally:
        os.chdir(HOME)
    if keep is not None or verdict not in (ACCEPTED, REFUSED):
        shutil.copytree(folder, (keep or HOME / "failed") / f"{task.kind}-{task.number}",
                        symlinks=True, dirs_exist_ok=True)  # fmt: skip
    shutil.rmtree(folder, ignore_errors=True)
    unexpected = "was not expected" in found.ended.err
    return Outcome(task, verdict, found.how, said, unexpected, time.monotonic() - begun)


def _verdict(found: Tried) -> tuple[int, str]:
    status, err = found.ended.status, found.ended.err
    if (
        isinstance(status, str)
        or "Traceback (most recent" in err
        or "a fault of tenthirty, not" in err
    ):
        return TRACEBACK, f"{status}: {err.strip()[-300:]}"
    if found.wrong:
        return WRONG, found.wrong
    if status not in (0, 2):
        return OTHER, f"{status}: {err.strip()[-300:]}"
    if status == 2 and not err.strip():
        return OTHER, "refused without a word"
    return (ACCEPTED, "") if status == 0 else (REFUSED, "")


class Lane:
    """A forked process that works through a batch, and tells of each input as it ends."""

    def __init__(self, tasks: list[Task], keep: Path | None):
        self.tasks, self.keep = tasks, keep
        self.heard, self.used = time.monotonic(), 0.0
        self.held = b""
        self.reads, writes = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.reads)
            self._work(writes)
        os.close(writes)

    def _work(self, writes: int) -> None:
        status = 1
        try:
            os.setpgid(0, 0)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.dup2(nothing, 2)  # what libraries in C print
            for task in self.tasks:
                os.write(writes, json.dumps(tried(task, self.keep)).encode() + b"\n")
            status = 0
        finally:
            os._exit(status)

    def outcomes(self) -> Iterator[Outcome]:
        """Those it has told of since the last time."""
        data = os.read(self.reads, 1 << 16)
        self.held += data
        *lines, self.held = self.held.split(b"\n")
        for line in lines:
            task, *rest = json.loads(line)
            self.heard, self.used = time.monotonic(), self._processor_s()
            self.tasks = self.tasks[1:]
            yield Outcome(Task(*task), *rest)
        if not data:
            os.close(self.reads)
            self.reads = -1

    def _processor_s(self) -> float:
        try:
            times = psutil.Process(self.pid).cpu_times()
        except psutil.Error:
            return self.used
        return float(times.user + times.system)

    def is_late(self) -> bool:
        """Whether an input takes longer than any may; other work on the machine does not count."""
        waited = time.monotonic() - self.heard
        if waited < LIMIT_S:
            return False
        return waited > LONGEST_S or self._processor_s() - self.used > LIMIT_S

    def stop(self) -> int:
        """End it and all it started; how it ended."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        return os.waitpid(self.pid, 0)[1]


def all_of(tasks: list[Task], lanes: int, keep: Path | None) -> Iterator[Outcome]:
    """What comes of every input, in the order in which they end."""
    waiting = [tasks[at : at + BATCH] for at in range(0, len(tasks), BATCH)]
    running: list[Lane] = []
    while waiting or running:
        while waiting and len(running) < lanes:
            running.append(Lane(waiting.pop(0), keep))
        with selectors.DefaultSelector() as ready:
            for lane in running:
                ready.register(lane.reads, selectors.EVENT_READ, lane)
            heard = [key.data for key, _ in ready.select(timeout=1.0)]
        for lane in list(running):
            if lane in heard:
                yield from lane.outcomes()
            late = lane.is_late()
            if lane.reads >= 0 and not late:
                continue
            running.remove(lane)
            status = lane.stop()
            if lane.reads >= 0:
                os.close(lane.reads)
            if lane.tasks:
                first, *others = lane.tasks
                said = f"more than {LIMIT_S:g} s" if late else f"the process ended: {status}"
                yield Outcome(first, HANG if late else CRASH, "", said, False, LIMIT_S)
                if others:
                    waiting.insert(0, others)


# ── the main flow ────────────────────────────────────────────────────────────────────────────


def prepare() -> None:
    """Good inputs of every kind; all that commands need is loaded, once for all that fork."""
    (HOME / "maps").symlink_to(ROOT / "maps")
    inputs = HOME / "inputs"
    inputs.mkdir()
    towns.osm(inputs / "roads.osm", towns.TOWN)
    towns.graphml(inputs / "roads.graphml")
    towns.zones(inputs)
    towns.raster(inputs / "people.tif", [[5.0] * 30] * 30)
    (inputs / "people.csv").write_text(mutations.as_csv(PEOPLE), "utf-8")
    (inputs / "people.xlsx").write_bytes(mutations.as_workbook(PEOPLE, lambda book: None))
    (inputs / "sites.csv").write_text("name,lon,lat\n东站,113.51,27.66\n", "utf-8")
    (inputs / "places.csv").write_text(towns.PLACES, "utf-8")
    (inputs / "minutes.csv").write_text(towns.MINUTES, "utf-8")
    os.chdir(inputs)
    made = tenthirty("map", "import", *_files_of("roads.osm"), *CHEAP)
    assert made.status == 0, made
    shutil.copytree(inputs / "maps" / "t", HOME / "town")
    (HOME / "town" / "t.gpkg").rename(HOME / "town" / "town.gpkg")
    shutil.copy(inputs / "maps" / "t" / "import.yaml", inputs / "import.yaml")
    shutil.rmtree(inputs / "maps")
    (HOME / "whole").mkdir()
    path = _scenario(HOME / "whole", mutated_scenarios.as_yaml(mutated_scenarios.WHOLE).encode())
    for arguments in (["check", path], ["run", path, *QUICK, "--out", HOME / "out"]):
        ended = tenthirty(*arguments)
        assert ended.status == 0, ended
    os.chdir(HOME)


def _until_stopped(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """Ctrl-C ends the trying, not the counting."""
    with contextlib.suppress(KeyboardInterrupt):
        yield from outcomes


def main() -> None:
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    ask.add_argument("--count", type=int, default=0, help="of each kind; else as many as are usual")
    ask.add_argument("--first", type=int, default=0, help="number of the first input")
    ask.add_argument("--only", nargs="*", default=list(KINDS), choices=list(KINDS))
    ask.add_argument("--lanes", type=int, default=os.cpu_count() or 1)
    ask.add_argument("--keep", type=Path, help="a folder for every input; else for what failed")
    asked = ask.parse_args()
    keep = asked.keep.absolute() if asked.keep else None
    for number in (signal.SIGINT, signal.SIGTERM):  # either way the counting is done
        signal.signal(number, signal.default_int_handler)
    begun = time.monotonic()
    prepare()
    tasks = [
        Task(kind, number)
        for kind in asked.only
        for number in range(asked.first, asked.first + (asked.count or KINDS[kind][1]))
    ]
    tasks.sort(key=lambda task: task.number / KINDS[task.kind][1])  # some of each, when stopped
    counts: dict[str, Counter[int]] = {kind: Counter() for kind in asked.only}
    unexpected: Counter[str] = Counter()
    slowest, failed = 0.0, []
    for done, outcome in enumerate(_until_stopped(all_of(tasks, asked.lanes, keep)), 1):
        if done % 500 == 0:
            print(f"{done:,} of {len(tasks):,}: {time.monotonic() - begun:,.0f} s", flush=True)
        counts[outcome.task.kind][outcome.verdict] += 1
        unexpected[outcome.task.kind] += outcome.unexpected
        slowest = max(slowest, outcome.seconds)
        if outcome.verdict not in (ACCEPTED, REFUSED):
            failed.append(outcome)
            kind, number = outcome.task
            print(f"{kind} {number} ({outcome.how}): {TITLES[outcome.verdict]}: {outcome.said}",
                  flush=True)  # fmt: skip
    print(f"\n{'kind':<16}{'tried':>8}" + "".join(f"{t:>15}" for t in TITLES) + f"{'no cure':>10}")
    for kind, found in [*counts.items(), ("all", sum(counts.values(), Counter()))]:
        row = "".join(f"{found[verdict]:>15,}" for verdict in range(len(TITLES)))
        none = unexpected[kind] if kind in counts else unexpected.total()
        print(f"{kind:<16}{found.total():>8,}{row}{none:>10,}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"slowest {slowest:.1f} s; {time.monotonic() - begun:,.0f} s in all, of the processor "
        f"{used.ru_utime + used.ru_stime:,.0f} s"
    )
    if keep is None and (HOME / "failed").is_dir():
        shutil.copytree(HOME / "failed", ROOT / "runs" / "spoiled", symlinks=True,
                        dirs_exist_ok=True)  # fmt: skip
        print("what failed is kept in runs/spoiled")
    shutil.rmtree(HOME, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
