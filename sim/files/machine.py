"""What this machine has left: memory, also within a container, and room on a disk."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

GB: Final = 1e9
PROC, CGROUPS = Path("/proc"), Path("/sys/fs/cgroup")


def free_memory() -> int | None:
    """Bytes that this process and those it starts may still take; None if nobody says.

    The least of what the system has available, what each control group above this process leaves
    (a container sees the memory of the whole machine, and is killed at its own limit), and what
    the process was limited to.
    """
    found = [*_of_system(PROC), *_of_groups(PROC, CGROUPS), *_of_process(PROC)]
    return max(0, min(found)) if found else None


def free_disk(folder: Path) -> int | None:
    """Bytes that fit into a folder, which need not be there yet; None if nobody says."""
    for place in (folder, *folder.parents):
        with contextlib.suppress(OSError):
            return shutil.disk_usage(place).free
    return None


def _of_system(proc: Path) -> Iterator[int]:
    """What can be had without swapping, files that may be dropped included."""
    known = _fields(proc / "meminfo", 1024)
    if "MemAvailable:" in known:
        yield known["MemAvailable:"]
        return
    with contextlib.suppress(AttributeError, ValueError, OSError):  # all that there is, on a Mac
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _of_groups(proc: Path, root: Path) -> Iterator[int]:
    """What each control group leaves: its limit, less what is used and cannot be dropped."""
    for group, limit, used, dropped in _groups(proc, root):
        for folder in (group, *group.parents):
            if not folder.is_relative_to(root):
                break  # inside a container the group may be one that its host alone knows
            with contextlib.suppress(OSError, ValueError):  # "max": none
                most = int((folder / limit).read_text())
                files = _fields(folder / "memory.stat").get(dropped, 0)
                yield most - int((folder / used).read_text()) + files


def _groups(proc: Path, root: Path) -> Iterator[tuple[Path, str, str, str]]:
    """The group of this process in both versions of control groups, and its files' names."""
    try:
        lines = (proc / "self" / "cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        number, kinds, path = [*line.split(":", 2), "", ""][:3]
        inside = path.lstrip("/")
        if number == "0" and not kinds:
            yield root / inside, "memory.max", "memory.current", "inactive_file"
        elif "memory" in kinds.split(","):
            group = root / "memory" / inside
            yield group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"


def _of_process(proc: Path) -> Iterator[int]:
    """What `ulimit -v` leaves of address space."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        most, _ = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            pages = int((proc / "self" / "statm").read_text().split()[0])
            yield most - pages * os.sysconf("SC_PAGE_SIZE")


def _fields(path: Path, unit: int = 1) -> dict[str, int]:
    """Lines of a name and a number, as the kernel writes them; none of a file that is not there."""
    known = {}
    with contextlib.suppress(OSError):
        for line in path.read_text().splitlines():
            words = line.split()
            if len(words) > 1 and words[1].isdecimal():
                known[words[0]] = int(words[1]) * unit
    return known
