"""What a results folder says of itself: that it is ours, and of which files it consists.

A folder is ours to replace only by this. What the list does not name, or what was changed since it
was made, is a planner's: it stays.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from sim.files.escapes import in_json
from sim.files.whole import MARK, is_link, write_text

PROGRAM = "tenthirty"
TAKING = ".taking-the-place"  # lies in a folder whose result is being replaced
SENTENCES = "sentences_in"  # in run.json: the sentences of a comparison by language
BEGINNING = 4096  # bytes of a run.json that is not whole, which tell whose it was
MOST_BYTES = 64 * 2**20  # of a run.json that is read: ours have kilobytes
# What older results are made of, which list no fingerprints.
USUAL = re.compile(r"[\w-]+\.(csv|png|txt)|logs/layout-\d+/\w+-\d+\.parquet")
TABLE = "table.txt"  # tells how many seconds the study took


class Manifest(NamedTuple):
    """The files of a result, by their paths in its folder, and what each may be.

    No fingerprint: a result of a time when none were taken, whose files are known by name alone.
    """

    files: Mapping[str, frozenset[str]]

    def path(self, folder: Path, name: str) -> Path | None:
        """Where a listed file lies, if it is there as it was written."""
        path = folder / name
        if any(is_link(path.parents[up]) for up in range(name.count("/"))) or not _is_file(path):
            return None
        known = self.files[name]
        return path if not known or fingerprint(path) in known else None

    def with_files(self, more: Mapping[str, str]) -> Manifest:
        """The files of two results, of which either may lie there."""
        both = dict(self.files)
        for name, found in more.items():
            known = both.get(name)
            both[name] = frozenset() if known == frozenset() else (known or frozenset()) | {found}
        return Manifest(both)


NOTHING = Manifest({})


def read(folder: Path) -> Manifest | None:
    """What the result in a folder consists of; None if there is none of ours in it."""
    result, taking = parsed(folder / MARK), parsed(folder / TAKING)
    ours = _is_ours(result)
    if not ours and not _is_file(folder / TAKING):
        return None
    files: dict[str, frozenset[str]] = {}
    for said in ([result] if ours else []) + [taking]:
        for name, known in _listed(said).items():
            both = files.get(name, known) | known
            files[name] = both if known and files.get(name, known) else frozenset()
    return Manifest(files)


def add(folder: Path, name: str) -> None:
    """List one more file of a result, so that it goes when the result is replaced."""
    said = parsed(folder / MARK)
    listed = said.get("files")
    files = {**listed, name: fingerprint(folder / name)} if isinstance(listed, dict) else listed
    text = in_json({**said, "files": files}, indent=1) + "\n"
    write_text(folder / MARK, text)


def is_of_a_result(path: Path) -> bool:
    """Whether a `run.json` is ours."""
    return _is_ours(parsed(path))


def is_cut_off(path: Path) -> bool:
    """Whether a `run.json` that cannot be read begins as ours do: it was ours."""
    try:
        if not _is_file(path):
            return False
        with path.open("rb") as file:
            begins = file.read(BEGINNING)
        json.loads(begins)
    except OSError:
        return False
    except (ValueError, RecursionError):
        return PROGRAM.encode() in begins
    return False


def write_taking(folder: Path, manifest: Manifest) -> None:
    """Note that a result is being replaced, and which files of both may lie there."""
    files = {name: sorted(known) for name, known in manifest.files.items()}
    text = json.dumps({"program": PROGRAM, "files": files}, ensure_ascii=False)
    write_text(folder / TAKING, text)


def parsed(path: Path) -> dict[str, Any]:
    """What a file of ours says, as JSON; nothing if it is anything else."""
    try:
        if not _is_file(path) or path.lstat().st_size > MOST_BYTES:
            return {}
        said = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def fingerprints(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The fingerprint of each of some files in a folder."""
    return {name: fingerprint(folder / name) for name in names}


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file; of the page without its digits, for it says how long it took."""
    if path.name == TABLE:
        return hashlib.sha256(re.sub(rb"\d+", b"", path.read_bytes())).hexdigest()
    return sha256(path)


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_file(path: Path) -> bool:
    """Whether there is a file at a path, and not by way of a link."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def _is_ours(said: Mapping[str, Any]) -> bool:
    """By the name of the program; older results name it in their command, or among versions."""
    command, versions = said.get("command"), said.get("versions")
    return (
        said.get("program") == PROGRAM
        or (isinstance(command, list) and command[:1] == [PROGRAM])
        or (isinstance(versions, dict) and PROGRAM in versions)
    )


def _listed(said: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Only ever files of this folder, whatever somebody may have written into the list."""
    files = said.get("files")
    if isinstance(files, list):
        files = dict.fromkeys(name for name in files if isinstance(name, str))
    if not isinstance(files, dict):
        return {}
    found = {}
    for name, known in files.items():
        known = [known] if isinstance(known, str) else known
        if _is_plain(name) and (known is None or isinstance(known, list)):
            hashes = frozenset(one for one in known or () if isinstance(one, str))
            if hashes or USUAL.fullmatch(name):
                found[name] = hashes
    return found


def _is_plain(name: str) -> bool:
    parts = PurePosixPath(name).parts
    if not parts or name != "/".join(parts) or re.search(r"[\\:\x00-\x1f]", name):
        return False
    return ".." not in parts and parts[0] != "/" and name not in (MARK, TAKING)
