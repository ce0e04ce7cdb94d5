"""The answers of every command, kept as JSON, and what differs between two such collections.

    python benchmarks/same_answers.py keep before/        # in one checkout
    python benchmarks/same_answers.py keep after/         # in another
    python benchmarks/same_answers.py compare before/ after/

`keep` runs each command of COMMANDS with `--json` in a process of its own. `compare` lists every
value of the one that is not the same value of the other, to twelve digits; where results lie is
left out. Exit status 1 if anything differs.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LILING, COQUIMBO = ROOT / "scenarios" / "liling", ROOT / "scenarios" / "coquimbo"
NEW = {LILING: "枫林镇", COQUIMBO: "-71.25,-29.95"}
COMMANDS = {
    f"{place.name}-{name}": [name.partition("-")[0], str(place), *more]
    for place in (LILING, COQUIMBO)
    for name, more in {
        "run": [],
        "compare": ["--add", NEW[place]],
        "rank": [],
        "site": [],
        "site-lscp": ["--model", "lscp", "--best", "2"],
        "site-mexclp": ["--model", "mexclp", "--new", "2", "--best", "2"],
        "search": [],
        "curve": ["--steps", "2"],
        "stress": ["--add", NEW[place], "--samples", "4"],
        "worth": [],
        "why": [],
        "coverage": [],
    }.items()
}
COMMANDS["liling-curve-costs"] = ["curve", str(LILING / "costs.yaml"), "--steps", "2"]
COMMANDS["liling-compare-zh"] = ["compare", str(LILING), "--add", "枫林镇", "--lang", "zh"]
WHERE = ("results",)  # keys that say where results lie, not what they are


def keep(folder: Path) -> None:
    """Run every command and keep what it prints."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, arguments in COMMANDS.items():
        path = folder / f"{name}.json"
        if path.exists():
            continue
        with tempfile.TemporaryDirectory() as runs:
            command = [sys.executable, "-m", "sim.cli", *arguments, "--json"]
            if arguments[0] != "coverage":
                command += ["--out", f"{runs}/out", "--no-figures"]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{name}: {done.stderr}")
        answer = json.loads(done.stdout)
        path.write_text(json.dumps(answer, ensure_ascii=False, indent=1), "utf-8")
        print(name, flush=True)


def differences(one: object, other: object, where: str = "") -> list[str]:
    """Every place in which two answers are not the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        found = []
        for key in sorted({*one, *other} - set(WHERE)):
            if key not in one or key not in other:
                found.append(f"{where}.{key}: only in the {'first' if key in one else 'second'}")
            else:
                found += differences(one[key], other[key], f"{where}.{key}")
        return found
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [d for i, (a, b) in pairs for d in differences(a, b, f"{where}[{i}]")]
    if one == other or _but_for_rounding(one, other):
        return []
    return [f"{where}: {one!r} ≠ {other!r}"]


def _but_for_rounding(one: object, other: object) -> bool:
    """Sums that were added up in another order; what was counted is compared exactly."""
    both_floats = isinstance(one, float) and isinstance(other, float)
    return both_floats and math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12)


def compare(one: Path, other: Path) -> int:
    """Print what differs, command by command; 1 if anything does."""
    anything = 0
    for name in COMMANDS:
        answers = [json.loads((folder / f"{name}.json").read_text("utf-8")) for folder in
                   (one, other)]  # fmt: skip
        found = differences(*answers)
        print(f"{name}: {'the same' if not found else f'{len(found)} differ'}")
        for line in found[:20]:
            print(f"   {line}")
        anything |= bool(found)
    return anything


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["keep", folder]:
            keep(Path(folder))
        case ["compare", one, other]:
            sys.exit(compare(Path(one), Path(other)))
        case _:
            sys.exit(__doc__)
