"""The folder beside a results folder in which a result is made: ours, or none at all.

It is emptied and removed, so it must be one that we made: no link, no other user's, and with our
mark in it. Links inside it are removed and never followed.
"""

from __future__ import annotations

import contextlib
import glob
import os
import re
import shutil
from pathlib import Path

from sim.errors import OutputError
from sim.files.whole import FINISHED, LOGS, MARK, alone, is_link, made_here
from sim.text import Message

OURS = ".tenthirty"  # an empty file in every part folder
LOG = re.compile(r"\w+-(\d+)\.parquet")
LAYOUT = re.compile(r"layout-(\d+)")


def take(part: Path, folder: Path) -> None:
    """See that a part folder, which is there, is ours; tidy it; OutputError if it is not.

    `folder`: what the planner named.
    """
    if not _is_ours(part):
        text = Message(
            "{part} lies in the way, and was not made by tenthirty: move it away", part=str(part)
        )
        raise OutputError(folder, text)
    _tidy(part)
    (part / OURS).touch()


def _is_ours(part: Path) -> bool:
    """Whether it was made here: by this user, and it is empty, marked, or as older ones are."""
    if is_link(part) or not made_here(part):
        return False
    names = set(os.listdir(part))
    finished = part / FINISHED
    return not names or OURS in names or (finished.is_dir() and not is_link(finished))


def _tidy(part: Path) -> None:
    """Remove what an earlier start left, but for whole files of finished replications."""
    for path in part.iterdir():
        if path.name not in (FINISHED, LOGS, OURS) or is_link(path):
            _remove(path)
    for within, folders, files in os.walk(part):  # which follows no links
        for name in (*folders, *files):
            path = Path(within, name)
            if is_link(path) or (name.startswith(".") and Path(within) != part):
                _remove(path)


def _remove(path: Path) -> None:
    if is_link(path) or not path.is_dir():
        path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path)


def drop(part: Path) -> None:
    """Remove a part folder that is ours; its mark goes last, or what a kill leaves has none."""
    with contextlib.suppress(OSError):
        for path in part.iterdir():
            if path.name != OURS:
                _remove(path)
        (part / OURS).unlink(missing_ok=True)
        part.rmdir()


def drop_unless_finished(part: Path) -> None:
    """Remove it if it holds nothing that is finished."""
    if not any((part / FINISHED).glob("*/[0-9]*.npz")):
        drop(part)


def drop_others(folder: Path) -> None:
    """What other studies for the same folder left, unless one is at work there."""
    for other in folder.parent.glob(f".{glob.escape(folder.name)}.part-*"):
        with contextlib.suppress(OutputError, OSError):
            if other.is_dir() and _is_ours(other):  # else the lock of one, or not ours
                with alone(other):
                    drop(other)


def drop_other_logs(part: Path, layouts: int, replications: int) -> None:
    """Remove logs of layouts and replications that only an earlier study had."""
    for path in (part / LOGS).glob("layout-*/*.parquet"):
        layout, log = LAYOUT.fullmatch(path.parent.name), LOG.fullmatch(path.name)
        wanted = layout and log and int(layout[1]) < layouts and int(log[1]) < replications
        if not wanted:
            path.unlink()


def files(folder: Path) -> list[str]:
    """What a result consists of besides `run.json`: paths in its folder."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    apart = (FINISHED, MARK, OURS)
    return sorted(path.as_posix() for path in paths if path.parts[0] not in apart)
