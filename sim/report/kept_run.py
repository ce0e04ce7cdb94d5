"""A results folder that is read again: what was asked, of which files, and what is known of it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from sim.errors import OptionError, ReplayError
from sim.files import readings
from sim.files.whole import LOGS, MARK
from sim.model.calls import Calls
from sim.model.log import Log, log_files
from sim.report import folder as store
from sim.report import manifest
from sim.text import Message

LAYOUTS: Final = ("run", "compare")  # the commands whose layouts can be made again
ASKS: Final = (*LAYOUTS, "rank", "site", "search", "curve", "stress", "worth", "why", "day")
NO_RESULT: Final = Message(
    "it is no results folder of tenthirty: name one that run or compare wrote, like runs/liling, "
    "or a scenario"
)
NO_ANSWER: Final = Message(
    "it is no results folder of tenthirty: name one that a command wrote, like runs/liling"
)
DAMAGED: Final = Message("its {file} is damaged, or not whole: run the command again", file=MARK)
CHANGED: Final = Message(
    "scenario files, the map or the program have changed since: replication {replication} of "
    "layout {layout} is not what its logs hold. Run the command again"
)


class KeptRun(NamedTuple):
    """The answer of a command as its folder tells of it."""

    folder: Path
    facts: dict[str, Any]

    @property
    def words(self) -> list[str]:
        """The command, from its verb on; none if its answer cannot be asked for again."""
        words = self._from_verb()
        return words if words[:1] and words[0] in ASKS else []

    @property
    def verb(self) -> str:
        """The first word of its command that is no option, nor the language that one names."""
        return next(iter(self._from_verb()), "?")

    def _from_verb(self) -> list[str]:
        words = list(self.facts["command"][1:])
        while words and words[0].startswith("-"):
            words = words[2:] if words[0] == "--lang" else words[1:]
        return words

    @property
    def seed(self) -> int:
        """Of its calls."""
        return int(self.facts["seed"])

    @property
    def inputs(self) -> list[Path]:
        """The files that it was made from, as the command named them."""
        return [Path(name) for name in self.facts["inputs"]]

    def sentences(self) -> dict[str, list[str]]:
        """Its own sentences by language; of an older one those of the language it was asked in."""
        found = self.facts.get(manifest.SENTENCES)
        if isinstance(found, dict) and found:
            return {str(code): [str(one) for one in said] for code, said in found.items()}
        return {"": [str(one) for one in self.facts.get("sentences", ())]}


def read(folder: Path, no_result: Message = NO_RESULT) -> KeptRun:
    """What a folder holds; ReplayError of what is no result, is damaged or not of this version.

    `no_result`: what is said of a folder that is none of ours.
    """
    if not folder.is_dir():
        raise ReplayError(folder, Message("there is no such folder"))
    facts = manifest.parsed(folder / MARK)
    if manifest.read(folder) is None:
        raise ReplayError(folder, DAMAGED if manifest.is_cut_off(folder / MARK) else no_result)
    command, inputs = facts.get("command"), facts.get("inputs")
    whole = isinstance(command, list) and isinstance(inputs, dict)
    whole = whole and all(isinstance(word, str) for word in command or ())
    whole = whole and isinstance(facts.get("seed"), int) and isinstance(facts.get("versions"), dict)
    if not whole:
        raise ReplayError(folder, DAMAGED)
    made, mine = facts["versions"].get("tenthirty"), store.versions().get("tenthirty")
    if made != mine:
        message = Message(
            "version {found} of tenthirty made it, and this is {own}: run the command again",
            found=made, own=mine,
        )  # fmt: skip
        raise ReplayError(folder, message)
    return KeptRun(folder, facts)


def read_layouts(folder: Path) -> KeptRun:
    """The same of a run or a comparison, whose layouts can be made again; ReplayError of others."""
    run = read(folder)
    if run.verb not in LAYOUTS or "layouts" not in run.facts:
        message = Message(
            "it holds the answer of {verb}, which compares no layouts: only results of run and "
            "compare can be replayed",
            verb=run.verb,
        )
        raise ReplayError(folder, message)
    return run


def check_inputs(run: KeptRun, files: Iterable[Path]) -> None:
    """ReplayError if the files that its layouts are made of now are not those of then."""
    then = set(run.facts["inputs"].values()) - {None}  # of which nobody knows what was read
    changed = [path for path in dict.fromkeys(files) if readings.sha256(path) not in then]
    if changed:
        message = Message("{file} has changed since: run the command again", file=str(changed[0]))
        raise ReplayError(run.folder, message)


def not_there(run: KeptRun, path: Path) -> ReplayError:
    """The error for a scenario file of its command that is not there."""
    message = Message(
        "{file}, of which it was made, is not there: type this where that was typed",
        file=str(path),
    )
    return ReplayError(run.folder, message)


def held_against(run: KeptRun) -> Callable[[int, int, Calls, Log], None]:
    """Compares a replication with what was kept of it; ReplayError if anything is not the same.

    Of a run that kept no logs nothing is compared.
    """
    if not (run.folder / LOGS).is_dir():
        return lambda layout, replication, calls, log: None

    def compare(layout: int, replication: int, calls: Calls, log: Log) -> None:
        place = run.folder / LOGS / f"layout-{layout}"
        if not (place / f"trips-{replication - 1:04d}.parquet").is_file():
            kept = len(list(place.glob("trips-*.parquet")))
            message = Message(
                "the run has kept {n} replications of layout {layout}", n=kept, layout=layout
            )
            raise OptionError("--replication", message)
        for kind, data in log_files(calls, log).items():
            if not _same(place / f"{kind}-{replication - 1:04d}.parquet", data):
                message = Message(CHANGED, replication=replication, layout=layout)
                raise ReplayError(run.folder, message)

    return compare


def _same(path: Path, data: bytes) -> bool:
    """Whether a file of Parquet holds the very numbers of another one."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        kept = pq.read_table(path)
    except (OSError, pa.ArrowInvalid):
        return False
    new = pq.read_table(io.BytesIO(data))
    if kept.column_names != new.column_names or kept.num_rows != new.num_rows:
        return False
    for name in new.column_names:
        one, other = (table[name].to_numpy() for table in (kept, new))
        if not np.array_equal(one, other, equal_nan=other.dtype.kind == "f"):
            return False
    return True
