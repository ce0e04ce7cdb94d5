"""Places that nobody but the user may change: compiled code is run, and tables are believed.

The rule is that of ssh: every folder and link on the way, and the file at its end, belongs to the
user or to the system's administrator, and no group and nobody else may write to it. A folder in
which each may remove only what is his own, as /tmp, may stand on the way. Windows says nothing of
the kind in its file modes: there the default folder lies in the user's profile, which is closed to
others by itself, and a folder that is named otherwise is the user's own care.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sim.text import Message

FOR_OTHERS = stat.S_IWGRP | stat.S_IWOTH
MOST_LINKS = 40


class Changeable(NamedTuple):
    """A place that another user may change."""

    place: Path
    foreign: bool  # it belongs to another user; else others may write to it

    def told(self, folder: Path) -> Message:
        """Why a cache folder is not used, and what to do."""
        if self.foreign:
            return Message(
                "The cache folder {folder} is not used, for {place} belongs to another user: "
                "tables and compiled rules are made anew every time. Name a folder of your own in "
                "TENTHIRTY_CACHE.",
                folder=str(folder),
                place=str(self.place),
            )
        return Message(
            "The cache folder {folder} is not used, for other users may write to {place}: tables "
            "and compiled rules are made anew every time. Forbid it (chmod go-w), or name another "
            "folder in TENTHIRTY_CACHE.",
            folder=str(folder),
            place=str(self.place),
        )


def changeable(path: Path) -> Changeable | None:
    """The first place on the way to a path that another user may change; None if there is none.

    What does not exist yet, or cannot be looked at, changes nobody.
    """
    if os.name == "nt":
        return None
    users = {0, os.geteuid()}
    try:
        for place in _on_the_way(path):
            found = place.lstat()
            if found.st_uid not in users:
                return Changeable(place, foreign=True)
            if stat.S_ISLNK(found.st_mode):  # its mode says nothing
                continue
            each_his_own = stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX
            if found.st_mode & FOR_OTHERS and not each_his_own:
                return Changeable(place, foreign=False)
    except OSError:
        return None
    return None


def _on_the_way(path: Path) -> Iterator[Path]:
    """Every folder, link and file that is passed when a path is opened, from the root on."""
    whole = Path.cwd() / path
    at, links = Path(whole.anchor), 0
    yield at
    left = [*reversed(whole.parts[1:])]
    while left:
        name = left.pop()
        if name == "..":
            at = at.parent
            continue
        at = at / name
        yield at
        if at.is_symlink():
            links += 1
            if links > MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
            target = Path(os.readlink(at))
            left += reversed(target.parts[1:] if target.is_absolute() else target.parts)
            at = Path(target.anchor) if target.is_absolute() else at.parent


def make_private(folder: Path) -> None:
    """A folder, and those above it that are lacking, for nobody but the user; OSError if not."""
    if folder.is_dir():
        return
    make_private(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
