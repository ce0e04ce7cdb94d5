"""Finished replications of today's layouts, shared by all commands of a user.

Every command prints what the base does today, each from the same replications: the first one keeps
them, the others read them back. They lie under the user's cache folder (`TENTHIRTY_CACHE`), by the
hash of all that they follow from, so that what is there has no part in any result. What is damaged
is computed again, what cannot be written is not kept, and the oldest go when it is too much.
`TENTHIRTY_REUSE=no` switches it off.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sim.errors import OutputError
from sim.files.cache import kept_at, read_private, write_private
from sim.files.private import make_private
from sim.files.whole import drop_parts
from sim.study.checkpoints import Checkpoints, Replication, Shelf

MOST_BYTES = 512 * 2**20  # kept at most, of all studies
MOST_CHOICES = 4_000  # a file of some hundred bytes each
OFF = ("no", "off", "0", "false")
OURS = re.compile(r"\d+\.npz|\..*\.part\.npz")  # files in a folder of a study
PRIVATE = Shelf(read_private, lambda path, data: write_private(path, [data], lasting=False))


def is_on() -> bool:
    """Whether replications may be kept between commands."""
    return os.environ.get("TENTHIRTY_REUSE", "").strip().casefold() not in OFF


class Store:
    """The replications of single layouts, by the key of what they follow from."""

    def __init__(self, folder: Path | None = None, most_bytes: int = MOST_BYTES):
        self.folder = kept_at("replications") if folder is None else folder
        self._most_bytes = most_bytes
        self._added = False

    def read(self, key: str, numbers: Iterable[int]) -> dict[int, Any]:
        """The tallies, by number, of those replications that are there and whole."""
        finished = Checkpoints(self.folder, PRIVATE).of(key, 1)
        found = {number: tallies[0] for number, tallies in finished.read(numbers).items()}
        if finished.folder is not None:
            drop_parts(finished.folder)  # of who was killed, where nothing more is to be written
        if found and finished.folder is not None:
            with contextlib.suppress(OSError):
                os.utime(finished.folder)  # used last: it goes last
        return found

    def add(self, key: str, number: int, tally: Any) -> None:
        """Keep a replication; a disk that refuses it costs nothing but the time."""
        with contextlib.suppress(OutputError, OSError):
            Checkpoints(self.folder, PRIVATE).of(key, 1).add(Replication(number, [tally], []))
            self._added = True

    def checkpoints(self) -> Checkpoints:
        """All that is kept, for a command that is asked again: what is there is not done again."""
        return Checkpoints(self.folder if is_on() else None, PRIVATE)

    def take(self, finished: Path) -> None:
        """Keep what a command has finished, of any layouts, so that it can be asked again at once.

        `finished`: its folder, which stays as it is. What a disk refuses costs only the time.
        """
        if self.folder is None or not is_on() or not finished.is_dir():
            return
        files = [path for path in finished.rglob("*") if path.is_file() and not path.is_symlink()]
        if sum(path.stat().st_size for path in files) > self._most_bytes:
            return
        with contextlib.suppress(OSError):
            for path in files:
                there = self.folder / path.relative_to(finished)
                if not there.exists():  # else it is the same: its name says what it follows from
                    make_private(there.parent)
                    path.chmod(0o600)
                    try:
                        os.link(path, there)  # the command still has it, should it fail in the end
                    except OSError:  # on another disk, or one without links
                        shutil.copyfile(path, there)
                    self._added = True
        self.tidy()

    def tidy(self) -> None:
        """Remove the studies that were used longest ago, if there is more than may be kept."""
        if not self._added or self.folder is None:
            return
        with contextlib.suppress(OSError):
            ours = filter(_is_a_study, self.folder.iterdir())
            studies = sorted(ours, key=lambda path: path.stat().st_mtime)
            sizes = {path: _bytes_in(path) for path in studies}
            over = sum(sizes.values()) - self._most_bytes
            for path in studies[:-1]:  # the newest stays, however large
                if over <= 0:
                    break
                shutil.rmtree(path, ignore_errors=True)
                over -= sizes[path]
            choices = sorted(
                self.folder.glob("choice-*.json"), key=lambda path: path.stat().st_mtime
            )
            for path in choices[:-MOST_CHOICES]:
                path.unlink(missing_ok=True)


def _is_a_study(folder: Path) -> bool:
    """Whether a folder holds replications and nothing else, that somebody put there."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    return all(OURS.fullmatch(path.name) for path in folder.iterdir())


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.glob("*"):
        with contextlib.suppress(OSError):  # another process is at it
            total += path.lstat().st_size
    return total
