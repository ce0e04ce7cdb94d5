"""What the machine has left: of the system, of a container's limit, of the process's own."""

from __future__ import annotations

import pytest

from sim.files import machine

GIB = 2**30


@pytest.fixture
def system(tmp_path, monkeypatch):
    """A machine written out by hand: 16 GiB available, no control groups."""
    monkeypatch.setattr(machine, "PROC", tmp_path / "proc")
    monkeypatch.setattr(machine, "CGROUPS", tmp_path / "cgroup")
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/meminfo").write_text("MemTotal: 33554432 kB\nMemAvailable: 16777216 kB\n")
    return tmp_path


def group(root, path, limit, used, dropped=0, *, old=False):
    """A control group with a limit, of either version."""
    folder = root / "cgroup" / ("memory" if old else "") / path
    folder.mkdir(parents=True, exist_ok=True)
    of_old = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
    names = of_old if old else ("memory.max", "memory.current", "inactive_file")
    (folder / names[0]).write_text(f"{limit}\n")
    (folder / names[1]).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 1\n{names[2]} {dropped}\n")


def test_what_is_available_counts_and_not_what_there_is(system):
    assert machine.free_memory() == 16 * GIB


@pytest.mark.parametrize("old", [False, True])
def test_in_a_container_its_limit_counts_less_what_cannot_be_dropped(system, old):
    line = "3:cpu,memory:/pod/box\n" if old else "0::/pod/box\n"
    (system / "proc/self/cgroup").write_text(line)
    group(system, "pod/box", 4 * GIB, 3 * GIB, GIB // 2, old=old)
    assert machine.free_memory() == GIB + GIB // 2


def test_a_limit_of_a_group_above_holds_too(system):
    (system / "proc/self/cgroup").write_text("0::/pod/box\n")
    group(system, "pod/box", "max", 3 * GIB)
    group(system, "pod", 4 * GIB, 3 * GIB)
    assert machine.free_memory() == GIB


def test_inside_a_container_the_root_is_its_own_group(system):
    (system / "proc/self/cgroup").write_text("0::/../elsewhere\n")
    group(system, "", 2 * GIB, GIB)
    assert machine.free_memory() == GIB


def test_what_is_used_up_is_nothing_and_not_less(system):
    (system / "proc/self/cgroup").write_text("0::/box\n")
    group(system, "box", GIB, 2 * GIB)
    assert machine.free_memory() == 0


def test_the_room_of_a_folder_that_is_not_there_yet_is_that_of_its_disk(tmp_path):
    assert machine.free_disk(tmp_path / "not" / "there") > 0


def test_this_machine_says_something_sensible():
    free = machine.free_memory()
    assert free is None or 0 < free < 2**50
