"""`tenthirty live` as a planner types it: opened, ended, refused."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from contextlib import contextmanager

import httpx
from conftest import ROOT
from processes import LILING

from sim.cli import live


@contextmanager
def opened(*arguments):
    """The command under way, and the address that it printed."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "sim.cli", "live", LILING, "--no-open", *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        start_new_session=True,
    )  # fmt: skip
    try:
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/[\w-]+/", line)
        assert found, (line, process.poll(), process.stderr.read() if process.poll() else "")
        yield process, found[0], line
    finally:
        process.kill()
        process.communicate()


def test_it_prints_its_address_and_ctrl_c_ends_it_with_a_sentence():
    with opened("--lang", "zh") as (process, address, line):
        assert "Ctrl-C" in line
        assert "页面地址" in line
        assert httpx.get(address + "ground.json").json()["lang"] == "zh"
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "已结束" in out
    assert "Traceback" not in errors


def test_a_second_one_takes_another_port_and_a_port_that_is_taken_is_said(tenthirty):
    with opened() as (_, address, _):
        with opened() as (_, other, _):
            assert other.split("/")[2] != address.split("/")[2]
        port = address.split("/")[2].split(":")[1]
        refused = tenthirty("live", LILING, "--no-open", "--port", port, cwd=ROOT, check=False)
    assert refused.returncode == 2
    assert f"{port} is taken" in refused.stderr


def test_what_cannot_be_opened_is_said_with_status_2(tenthirty, tmp_path):
    for arguments in (
        ["nowhere"],
        [LILING, "--port", "0"],
        [LILING, "--port", "x"],
        [LILING, "--lang", "xx"],
    ):
        refused = tenthirty("live", *arguments, "--no-open", cwd=tmp_path, check=False)
        assert refused.returncode == 2, arguments
        assert refused.stderr.strip()


def test_it_is_opened_in_a_browser_unless_told_otherwise(monkeypatch, tenthirty):
    seen = []
    monkeypatch.setattr(live.webbrowser, "open", seen.append)

    def ends(self):
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.browser.live.LivePage.wait", ends)
    assert "http://127.0.0.1" in tenthirty("live", LILING, cwd=ROOT).stdout
    assert len(seen) == 1
    tenthirty("live", LILING, "--no-open", cwd=ROOT)
    assert len(seen) == 1
