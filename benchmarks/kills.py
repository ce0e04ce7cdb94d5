"""Commands and their workers killed at every file operation and at chosen and random moments.

    python benchmarks/kills.py               # 240 kills, about a quarter of an hour on two cores
    python benchmarks/kills.py --kills 0 --minutes 60   # all there are, as many as an hour allows
    python benchmarks/kills.py --only run exec --kills 10 --seed 3

After each kill the same command runs again, in the same folder. What lies there then is compared,
byte by byte, with what a command leaves that nobody stopped. All but this must be the same:

- `seconds` in run.json and the seconds in table.txt, which say how long it took, and the folder of
  the inputs in run.json, which is another one for each kill;
- replications in the cache: their archives hold the time at which they were made, so their names
  are compared; and one may lack that was finished when the command was killed, for what is read
  back is not kept again. (The times that GDAL writes into a map are held by OGR_CURRENT_DATE.)

A command that a worker's death, Ctrl-C or SIGTERM does not end within a minute hangs. It must leave
no process behind and show no traceback.

The kills come from a `sitecustomize` in a folder of this script, which Python reads when it starts:
it counts the operations by Python's audit hook and kills its own process before the one asked for.
The program knows nothing of it.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import psutil

from sim.files.cache import cache_folder

ROOT = Path(__file__).parents[1]
HANGS_AFTER_S = 60.0
WORKER = "tenthirty-worker"
# Python before it comes to the program, whose own traceback an interrupt shows then.
STARTING = ("_get_module_details", "runpy module", "import_site")
LON, LAT, STEP = 113.5, 27.65, 0.01

HOOK = """
import os, sys
asked = os.environ.get("KILLS_AT", "")
if asked:
    role, kind, number, note, *roots = asked.split("|")
    number = int(number)
    me = "worker" if "tenthirty-worker" in sys.orig_argv else "main"
    changing = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink",
                "os.truncate", "os.chmod", "os.utime", "shutil.rmtree", "shutil.move"}
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    done = 0

    def die():
        import time
        file = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(file, (repr(time.time()) + " ").encode())
        os.kill(os.getpid(), 9)

    def counts(event, arguments):
        if kind == "any":
            return event not in ("object.__getattr__", "sys._getframe", "code.__new__")
        if event == "open":
            path, mode, flags = arguments
            if not flags & writing:
                return False
        elif event not in changing:
            return False
        path = arguments[0]
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        if not isinstance(path, (str, os.PathLike)):
            return False
        path = os.path.abspath(path)
        return "__pycache__" not in path and any(path.startswith(root) for root in roots)

    busy = False
    def hook(event, arguments):
        global done, busy
        if busy:
            return
        busy = True
        try:
            if counts(event, arguments):
                done += 1
                if done == number:
                    die()
        finally:
            busy = False

    def half_an_answer():
        import time
        while not hasattr(sys.modules.get("sim.study.worker"), "serve"):
            time.sleep(0.001)
        room = sys.modules["sim.study.worker"]
        whole = room._pickled
        def pickled(reply):
            global done
            done += 1
            data = whole(reply)
            if done == number:
                answers = sys._getframe(2).f_locals["answers"]
                answers.write(data[: len(data) // 2])
                answers.flush()
                die()
            return data
        room._pickled = pickled

    if me == role and kind == "answer":
        import threading
        threading.Thread(target=half_an_answer, daemon=True).start()
    elif me == role:
        if not number:
            import atexit
            def told():
                with open(note, "w") as file:
                    file.write(str(done))
            atexit.register(told)
        sys.addaudithook(hook)
"""

IMPORT = (
    "map", "import", "--place", "tiny", "--roads", "roads.graphml", "--people", "people.csv",
    "--sites", "sites.csv", "--hospitals", "hospitals.csv",
)  # fmt: skip
SHORT = ("--days", "30", "--no-figures")
ALONE = (*SHORT, "--workers", "1")
COMMANDS = {
    "import": (*IMPORT, "--no-draw"),
    "run": ("run", "scenarios/tiny", "--replications", "3", *ALONE),
    "rank": ("rank", "scenarios/tiny", "--candidates", "2", "--draft", *ALONE),
    "compare": (
        "compare", "scenarios/tiny", "--ambulances", "West=2", "--replications", "6",
        "--workers", "2", *SHORT,
    ),
    "import and draw": IMPORT,
    "figures": ("run", "scenarios/tiny", "--replications", "3", "--days", "30", "--workers", "1"),
    "workers": (
        "compare", "scenarios/tiny", "--ambulances", "West=2", "--replications", "16",
        "--workers", "2", "--days", "700", "--no-figures",
    ),
}  # fmt: skip
BY_FILE = ("import", "run", "rank", "compare", "import and draw", "figures")


class Case(NamedTuple):
    """A command, and how it is killed."""

    command: str
    kind: str
    number: int = 0  # the operation before which it is, or a thousandth of how long it takes
    cold: bool = False  # whether tables and replications are not in the cache yet


class Outcome(NamedTuple):
    """What became of a command that was killed, and of the same command after it."""

    case: Case
    status: int | None  # None: it had to be ended
    took_s: float | None  # from the kill to its end
    faults: list[str]
    differing: int  # bytes


# ── a town of nine cells, and commands in it ─────────────────────────────────────────────────


def write_inputs(folder: Path) -> None:
    keys = {"x": ("node", "x"), "y": ("node", "y"), "h": ("edge", "highway"), "c": ("graph", "crs")}
    text = ['<?xml version="1.0" encoding="utf-8"?>']
    text += ['<graphml xmlns="http://graphml.graphdrawing.org/xmlns">']
    text += [f'<key id="{key}" for="{of}" attr.name="{name}" attr.type="string"/>'
             for key, (of, name) in keys.items()]  # fmt: skip
    text.append('<graph edgedefault="directed"><data key="c">epsg:4326</data>')
    nodes = [(row, column) for row in range(4) for column in range(4)]
    for row, column in nodes:
        x, y = LON + STEP * column, LAT + STEP * row
        text.append(f'<node id="{10 * row + column}"><data key="x">{x}</data>'
                    f'<data key="y">{y}</data></node>')  # fmt: skip
    for row, column in nodes:
        for other in ((row, column + 1), (row + 1, column)):
            if other in nodes:
                ends = 10 * row + column, 10 * other[0] + other[1]
                text += [f'<edge source="{a}" target="{b}"><data key="h">residential</data></edge>'
                         for a, b in (ends, ends[::-1])]  # fmt: skip
    (folder / "roads.graphml").write_text("\n".join([*text, "</graph></graphml>"]), "utf-8")
    cells = [f"{LON + STEP * (c + 0.5)},{LAT + STEP * (r + 0.5)},{1000 * (1 + r + c)}"
             for r in range(3) for c in range(3)]  # fmt: skip
    (folder / "people.csv").write_text("\n".join(["lon,lat,people", *cells]), "utf-8")
    sites = [f"West,{LON},{LAT},1", f"East,{LON + 3 * STEP},{LAT + 3 * STEP},1"]
    (folder / "sites.csv").write_text("\n".join(["name,lon,lat,ambulances", *sites]), "utf-8")
    hospital = f"Central,{LON + STEP},{LAT + STEP}"
    (folder / "hospitals.csv").write_text(f"name,lon,lat\n{hospital}", "utf-8")


class Town:
    """A folder of inputs, what each command makes of them, and a warm cache."""

    def __init__(self, within: Path):
        self.within, self.cache, self.town = within, within / "cache", within / "town"
        self.town.mkdir()
        (within / "hook").mkdir()
        (within / "hook" / "sitecustomize.py").write_text(HOOK, "utf-8")
        write_inputs(self.town)
        self.inputs = {path.name for path in self.town.iterdir()}
        self._number = 0
        if (cache_folder() / "compiled").is_dir():
            shutil.copytree(cache_folder() / "compiled", self.cache / "compiled")
        self.run(self.town, COMMANDS["import"], self.cache)
        self.run(self.town, COMMANDS["run"], self.cache)  # the rules are compiled here
        shutil.rmtree(self.town / "runs")
        self.whole: dict[tuple[str, bool], dict[str, bytes]] = {}
        self.operations: dict[tuple[str, bool], int] = {}
        self.seconds: dict[str, float] = {}

    def folder(self, command: str, cold: bool) -> tuple[Path, Path]:
        """A new folder in which a command can run, and its cache."""
        self._number += 1
        folder = self.within / f"case-{self._number}"
        folder.mkdir()
        for path in self.town.iterdir():
            if path.name in self.inputs or "import" not in command:
                copy = shutil.copytree if path.is_dir() else shutil.copy2
                copy(path, folder / path.name)
        if not cold:
            return folder, self.cache
        cache = folder.with_name(folder.name + "-cache")
        shutil.copytree(self.cache / "compiled", cache / "compiled")
        return folder, cache

    def environment(self, folder: Path, cache: Path, at: str = "") -> dict[str, str]:
        own = {
            "PYTHONPATH": f"{self.within / 'hook'}{os.pathsep}{ROOT}",
            "TENTHIRTY_CACHE": str(cache),
            "TENTHIRTY_REUSE": "no" if cache == self.cache else "yes",
            "TENTHIRTY_LANG": "en",
            "OGR_CURRENT_DATE": "2025-01-06T00:00:00.000Z",
            "OMP_NUM_THREADS": "1",
            "KILLS_IN": str(folder),
            "KILLS_AT": at,
        }
        return os.environ | own

    def run(self, folder: Path, arguments: tuple[str, ...], cache: Path, at: str = "") -> str:
        """A command that nobody kills: what it said on stderr; an error if it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "sim.cli", *arguments], cwd=folder, capture_output=True,
            text=True, env=self.environment(folder, cache, at), timeout=20 * HANGS_AFTER_S,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"status {done.returncode}: {done.stderr[-2000:]}")
        return done.stderr

    def undisturbed(self, command: str, cold: bool) -> None:
        """What a command leaves that nobody stops, and how many file operations it takes."""
        folder, cache = self.folder(command, cold)
        note = self.within / f"count-{folder.name}"
        began = time.monotonic()
        self.run(folder, COMMANDS[command], cache, f"main|file|0|{note}|{folder}|{cache}")
        self.seconds[command] = time.monotonic() - began
        self.operations[command, cold] = int(note.read_text())
        self.whole[command, cold] = contents(folder, cache if cold else None)
        clear(folder, cache if cold else None)


def contents(folder: Path, cache: Path | None) -> dict[str, bytes]:
    """Every file of a folder and of a cache of its own, without what may differ."""
    found = {}
    for root in (folder, cache):
        for path in sorted(root.rglob("*")) if root is not None else ():
            name = path.relative_to(root).as_posix()
            if path.is_dir() or (root == cache and name.startswith("compiled/")):
                continue
            data = b"" if root == cache and path.suffix == ".npz" else path.read_bytes()
            if path.name == "run.json":
                facts = json.loads(data)
                facts.pop("seconds", None)
                data = json.dumps(facts).replace(str(folder), "HERE").encode()
            if path.name == "table.txt":
                data = re.sub(rb"\d+ s\n", b"s\n", data)
            found[f"{'cache/' if root == cache else ''}{name}"] = data
    return found


def clear(*folders: Path | None) -> None:
    for folder in folders:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


# ── kills ────────────────────────────────────────────────────────────────────────────────────


def begin(town: Town, case: Case, folder: Path, cache: Path, note: Path) -> subprocess.Popen[str]:
    at = ""
    if case.kind in ("file", "start", "answer"):
        role = "main" if case.kind == "file" else "worker"
        kind = {"start": "any"}.get(case.kind, case.kind)
        at = f"{role}|{kind}|{case.number}|{note}|{folder}|{cache}"
    return subprocess.Popen(
        [sys.executable, "-m", "sim.cli", *COMMANDS[case.command]], cwd=folder, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        env=town.environment(folder, cache, at),
    )  # fmt: skip


def processes_of(folder: Path) -> list[psutil.Process]:
    """What a command in a folder has started and is still there."""
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get("KILLS_IN") == str(folder)
            if mine and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def workers_of(process: subprocess.Popen[str], many: int = 1) -> list[psutil.Process]:
    """The workers of a command, as soon as there are so many; none if it ends before."""
    while process.poll() is None:
        try:
            children = psutil.Process(process.pid).children(recursive=True)
            found = [child for child in children if WORKER in child.cmdline()]
        except psutil.Error:
            continue
        if len(found) >= many:
            return found
        time.sleep(0.002)
    return []


def disturb(town: Town, case: Case, process: subprocess.Popen[str]) -> float | None:
    """Kill what a case asks for, from outside; the moment, if anything was there to kill."""
    if case.kind in ("file", "start", "answer"):
        return None
    whole_s = town.seconds[case.command]
    victims: list[psutil.Process] = []
    if case.kind in ("exec", "worker", "all workers", "stopped"):
        victims = workers_of(process, 1 if case.kind == "exec" else 2)
        if case.kind != "exec":
            time.sleep(whole_s * case.number / 1000)
    else:
        time.sleep(whole_s * case.number / 1000)
    if process.poll() is not None:
        return None
    if case.kind in ("exec", "worker"):
        victims = victims[case.number % 2 : case.number % 2 + 1] or victims[:1]
    for victim in victims:
        try:
            victim.send_signal(signal.SIGSTOP if case.kind == "stopped" else signal.SIGKILL)
        except psutil.Error:
            return None
    signs = {"interrupt": signal.SIGINT, "stopped": signal.SIGINT, "terminate": signal.SIGTERM,
             "parent": signal.SIGKILL}  # fmt: skip
    if case.kind in signs:
        send = os.killpg if case.kind == "interrupt" else os.kill
        send(process.pid, signs[case.kind])
    return time.time()


def killed(town: Town, case: Case) -> Outcome:
    folder, cache = town.folder(case.command, case.cold)
    note, faults = town.within / f"note-{folder.name}", list[str]()
    process = begin(town, case, folder, cache, note)
    at = disturb(town, case, process)
    status: int | None = None
    try:
        _, said = process.communicate(timeout=HANGS_AFTER_S + 4 * town.seconds[case.command])
        status = process.returncode
    except subprocess.TimeoutExpired:
        there = ", ".join(f"{one.pid} {one.status()}" for one in processes_of(folder))
        print(f"  {case}: status {process.poll()}; still there: {there}", flush=True)
        faults.append("hangs")
        process.kill()
        for left in processes_of(folder):
            left.kill()
        _, said = process.communicate()
    ended = time.time()
    if note.exists():
        at = min(map(float, note.read_text().split()))
    took_s = None if at is None else ended - at
    if took_s is not None and took_s > HANGS_AFTER_S and status is not None:
        faults.append("hangs")
    if "Traceback" in said and not any(word in said for word in STARTING):
        faults.append("traceback: " + said.strip().splitlines()[-1])
    faults += wrong_end(case, status, at, said)
    while left := processes_of(folder):
        if time.time() - ended > HANGS_AFTER_S:
            faults.append("processes left")
            for one in left:
                one.kill()
            break
        time.sleep(0.05)
    differing = again(town, case, folder, cache, faults)
    clear(folder, cache if case.cold else None)
    return Outcome(case, status, took_s, faults, differing)


def wrong_end(case: Case, status: int | None, at: float | None, said: str) -> Iterator[str]:
    """What is wrong with how a command ended that was killed, or whose worker was."""
    if status is None or at is None:
        return
    own = {"file": {-9}, "parent": {-9}, "terminate": {-15, 0}, "interrupt": {130, 0, -2},
           "stopped": {130, 0}}  # fmt: skip
    if status not in own.get(case.kind, {2, 0}):
        yield f"status {status}"
    if status == 2 and "the study was not finished:" not in said:
        yield "no sentence"


def again(town: Town, case: Case, folder: Path, cache: Path, faults: list[str]) -> int:
    """Run the same command again; the bytes in which what it leaves differs."""
    try:
        town.run(folder, COMMANDS[case.command], cache)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        faults.append(f"cannot be repeated: {error}")
        return 0
    found = contents(folder, cache if case.cold else None)
    whole = town.whole[case.command, case.cold]
    bytes_differing = 0
    for name in sorted(found.keys() | whole.keys()):
        one, other = found.get(name), whole.get(name)
        if one is None and name.startswith("cache/replications/"):
            continue
        if one is None or other is None:
            faults.append(f"{'lacking' if one is None else 'left'}: {name}")
        elif one != other:
            faults.append(f"other bytes: {name}{first_difference(one, other)}")
            bytes_differing += sum(a != b for a, b in zip(one, other, strict=False))
            bytes_differing += abs(len(one) - len(other))
    return bytes_differing


def first_difference(one: bytes, other: bytes) -> str:
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return f" at byte {at}: {one[at - 20 : at + 40]!r}, not {other[at - 20 : at + 40]!r}"


# ── all of them ──────────────────────────────────────────────────────────────────────────────


def cases_of(town: Town, chance: random.Random) -> list[Case]:
    """All kills: each file operation of each command, and moments in the life of workers."""
    cases = [
        Case(command, "file", number, cold)
        for (command, cold), many in town.operations.items() if command in BY_FILE
        for number in range(1, many + 1)
    ]  # fmt: skip

    def moments(kind: str, many: int, upto: int, command: str = "workers") -> list[Case]:
        return [Case(command, kind, chance.randrange(upto), False) for _ in range(many)]

    cases += [Case("workers", "start", int(1.6**step)) for step in range(1, 22)]
    cases += [Case("workers", "answer", number) for number in range(1, 9)]
    cases += moments("exec", 12, 2) + moments("worker", 40, 600)
    cases += moments("all workers", 12, 600) + moments("stopped", 6, 400)
    for command in ("workers", "import", "rank"):
        cases += moments("interrupt", 10, 1000, command)
        cases += moments("terminate", 5, 1000, command) + moments("parent", 8, 1000, command)
    return cases


def chosen(cases: list[Case], kills: int, chance: random.Random) -> list[Case]:
    """So many of the cases, a like share of each kind and command, at least one of each."""
    if not kills or kills >= len(cases):
        return cases
    groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.kind, case.command].append(case)
    taken: list[Case] = []
    for group in groups.values():
        chance.shuffle(group)
    while len(taken) < kills:  # from the group of which the least share is taken

        def share(group: list[Case]) -> float:
            had = sum(case in taken for case in group)
            return had / len(group)

        group = min((g for g in groups.values()), key=share)
        taken.append(next(case for case in group if case not in taken))
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=240, help="how many; 0: all there are")
    parser.add_argument("--only", nargs="+", default=[], help="commands or kinds of kills")
    parser.add_argument("--seed", type=int, default=1, help="of what is chosen and when")
    parser.add_argument("--minutes", type=float, default=0.0, help="begin none after so long")
    parser.add_argument("--jobs", type=int, default=2, help="at once")
    asked = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it is ignored
    began, chance = time.monotonic(), random.Random(asked.seed)
    with tempfile.TemporaryDirectory(prefix="tenthirty-kills-") as within:
        town = Town(Path(within).resolve())
        for command in COMMANDS:
            for cold in (False, True) if command in ("run", "compare", "rank") else (False,):
                if wanted(command, asked.only):
                    town.undisturbed(command, cold)
        cases = [case for case in cases_of(town, chance)
                 if wanted(case.command, asked.only) and case.command in town.seconds
                 and wanted(case.kind, asked.only)]  # fmt: skip
        todo = chosen(cases, asked.kills, chance)
        print(f"{len(todo)} of {len(cases)} kills", flush=True)
        with ThreadPoolExecutor(asked.jobs) as threads:
            outcomes = []
            upto = began + 60 * asked.minutes if asked.minutes else math.inf
            for outcome in threads.map(lambda case: in_time(town, case, upto), todo):
                if outcome is None:
                    continue
                outcomes.append(outcome)
                for fault in outcome.faults:
                    print(f"  {outcome.case}: {fault}", flush=True)
    report(outcomes, time.monotonic() - began)
    sys.exit(1 if any(outcome.faults or outcome.differing for outcome in outcomes) else 0)


def in_time(town: Town, case: Case, upto: float) -> Outcome | None:
    """What comes of a case, unless it is too late to begin with it."""
    return killed(town, case) if time.monotonic() < upto else None


KINDS = ("file", "start", "answer", "exec", "worker", "all workers", "stopped", "interrupt",
         "terminate", "parent")  # fmt: skip


def wanted(name: str, only: list[str]) -> bool:
    """Whether a command, or a kind of kill, is asked for."""
    alike = [one for one in only if (one in COMMANDS) == (name in COMMANDS)]
    return not alike or name in alike


def report(outcomes: list[Outcome], took_s: float) -> None:
    print(f"{'kind':14}{'kills':>7}{'too late':>10}{'hangs':>7}{'faults':>8}{'bytes':>7}"
          f"{'slowest end':>13}  statuses")  # fmt: skip
    kinds: list[tuple[str, Callable[[Outcome], bool]]] = [
        (kind, lambda outcome, kind=kind: outcome.case.kind == kind) for kind in KINDS
    ]  # type: ignore[misc]
    for name, of in [*kinds, ("all", lambda outcome: True)]:
        these = [outcome for outcome in outcomes if of(outcome)]
        if these:
            print(line(name, these))
    print(f"{took_s:.0f} s")


def line(name: str, outcomes: list[Outcome]) -> str:
    kills = [outcome for outcome in outcomes if outcome.took_s is not None]
    hangs = sum("hangs" in outcome.faults for outcome in outcomes)
    faults = sum(len(outcome.faults) for outcome in outcomes)
    slowest = max((outcome.took_s or 0.0 for outcome in kills), default=0.0)
    statuses = Counter(outcome.status for outcome in kills)
    said = ", ".join(f"{status}: {many}" for status, many in statuses.most_common())
    return (
        f"{name:14}{len(kills):>7}{len(outcomes) - len(kills):>10}{hangs:>7}{faults:>8}"
        f"{sum(outcome.differing for outcome in outcomes):>7}{slowest:>11.1f} s  {said}"
    )


if __name__ == "__main__":
    main()
