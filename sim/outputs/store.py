"""Results on disk: logs as Parquet, estimates as CSV, and `run.json` that says how they were made.

Everything is written beside its final name and put in place in one step, so that whoever looks
finds a whole file or none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.engine.log import Log
from sim.errors import OutputError
from sim.inputs.demand import Calls

if TYPE_CHECKING:
    from sim.outputs.compare import Result

MARK = "run.json"  # a folder with this file is ours to replace
PACKAGES = ("tenthirty", "simpy", "numpy", "scipy", "pandas", "geopandas", "shapely", "matplotlib")
DRAWN = ("map.png", "map-proposal*.png", "cdf.png")
CALL_COLUMNS = ("ready_at", "lost")


def write_log(folder: Path, layout: int, replication: int, calls: Calls, log: Log) -> None:
    """One replication's calls and trips, as two Parquet files."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    by_call = calls._asdict() | {name: getattr(log, name) for name in CALL_COLUMNS}
    by_trip = {name: getattr(log, name) for name in Log._fields if name not in CALL_COLUMNS}
    for kind, columns in (("calls", by_call), ("trips", by_trip)):
        path = folder / f"layout-{layout}" / f"{kind}-{replication:04d}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        pq.write_table(pa.table(columns), part)
        os.replace(part, path)


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file beside `path`, then put it in place."""
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        write(part)
        os.replace(part, path)
    except OSError as error:
        raise OutputError(path, error.strerror or str(error)) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


@contextlib.contextmanager
def results_folder(folder: Path) -> Iterator[Path]:
    """A folder to fill; it takes the place of an earlier result only when it is whole.

    A folder that holds anything but a result of ours is refused before any work is done.
    """
    try:
        in_use = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
        if in_use and not (folder / MARK).is_file():
            raise OutputError(folder, "it exists and holds no earlier result: name another folder")
        new_parent = not folder.parent.exists()
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise OutputError(folder, f"{error.strerror}: {error.filename}") from None
    try:
        yield made
        _take_the_place(made, folder)
    except OSError as error:
        raise OutputError(folder, f"{error.strerror}: {error.filename}") from None
    finally:
        shutil.rmtree(made, ignore_errors=True)
        if new_parent:
            with contextlib.suppress(OSError):  # not empty: there is a result in it
                folder.parent.rmdir()


def free_folder(folder: Path, command: Sequence[str]) -> Path:
    """`folder`, or folder-2, folder-3, … if it holds the result of another command."""
    number, candidate = 1, folder
    while (candidate / MARK).is_file() and _command_of(candidate) != ["tenthirty", *command]:
        number += 1
        candidate = folder.with_name(f"{folder.name}-{number}")
    return candidate


def _command_of(folder: Path) -> list[str] | None:
    try:
        found = json.loads((folder / MARK).read_text("utf-8")).get("command")
    except (OSError, ValueError, AttributeError):
        return None
    return found if isinstance(found, list) else None


def _take_the_place(made: Path, folder: Path) -> None:
    """File by file, so that what a planner put beside them stays; `run.json` comes last."""
    folder.mkdir(exist_ok=True)
    (folder / MARK).unlink(missing_ok=True)
    for old in (folder / "logs").glob("layout-*"):
        shutil.rmtree(old, ignore_errors=True)
    for pattern in DRAWN:
        for old in folder.glob(pattern):
            old.unlink()
    files = [path for path in made.rglob("*") if path.is_file()]
    for path in sorted(files, key=lambda path: path.name == MARK):
        place = folder / path.relative_to(made)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, place)


def write_run_json(folder: Path, facts: dict[str, Any], inputs: Sequence[Path]) -> None:
    """Versions, seed, hashes of the inputs, and whatever else the study says of itself."""
    said = {
        **facts,
        "inputs": {str(path): sha256(path) for path in dict.fromkeys(inputs)},
        "versions": {"python": platform.python_version(), **_versions()},
    }
    text = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    write_whole(folder / MARK, lambda part: part.write_text(text, encoding="utf-8"))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def as_json(result: Result, lang: str = "en") -> dict[str, Any]:
    """The whole result as one object; `measures` are tidy rows, nan and inf are null."""
    layouts = [
        {
            "name": layout.name,
            "name_zh": layout.name_zh,
            "stations": len(layout.open_stations()),
            "ambulances": len(layout.fleet),
        }
        for layout in result.layouts
    ]
    study = result.base.settings.study
    return {
        "layouts": layouts,
        "map": result.base.map.name_en,
        "synthetic": result.base.map.synthetic,
        "replications": result.replications,
        "days": study.length / 86_400,
        "seed": result.seed,
        "same_calls": result.same_calls,
        "measures": [
            {key: _finite(value) for key, value in row._asdict().items()} for row in result.rows()
        ],
        "verdicts": [
            {
                "layout": layout.name,
                "measure": key,
                "difference": _finite(result.difference(key, number).mean),
                "low": _finite(result.difference(key, number).low),
                "high": _finite(result.difference(key, number).high),
                "verdict": str(result.verdict(key, number)),
            }
            for number, layout in enumerate(result.layouts)
            if number
            for key in result.headline_keys()
        ],
        "sentences": [
            result.sentence(lang, i) for i in range(len(layouts)) if i or len(layouts) == 1
        ],
    }


def write_results(
    folder: Path, result: Result, lang: str, figures: bool, command: Sequence[str]
) -> None:
    """Table, measures, figures and `run.json`."""
    import pandas as pd

    table = result.table(lang)
    write_whole(folder / "table.txt", lambda part: part.write_text(table + "\n", "utf-8"))
    measures = pd.DataFrame(result.rows())
    # With a byte-order mark, or Excel reads the Chinese names as something else.
    csv = folder / "measures.csv"
    write_whole(csv, lambda part: measures.to_csv(part, index=False, encoding="utf-8-sig"))
    if figures:
        from sim.outputs import plots

        for number in range(len(result.layouts)):
            name = "map" if number == 0 else "map-proposal" + (f"-{number}" if number > 1 else "")
            plots.save(result.map(lang, number), folder / f"{name}.png")
        plots.save(result.cdf(lang), folder / "cdf.png")
    inputs = [path for layout in result.layouts for path in (*layout.files, layout.map.path)]
    said = {key: value for key, value in as_json(result, lang).items() if key != "measures"}
    facts = {"command": ["tenthirty", *command], "seconds": round(result.seconds, 2), **said}
    write_run_json(folder, facts, inputs)


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
