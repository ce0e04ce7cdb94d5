"""The bar: what was finished before, what is left, and notes that stay."""

from __future__ import annotations

import io
import re

from sim.cli.progress import TimeLeft, bar
from sim.text import Message
from sim.words.language import language


def test_time_left_goes_by_what_was_done_since_it_began(monkeypatch):
    from types import SimpleNamespace

    task = SimpleNamespace(
        completed=40, total=100, fields={"began": 0.0, "last": 10.0, "before": 20}
    )
    monkeypatch.setattr("sim.cli.progress.time.monotonic", lambda: 12.0)
    assert TimeLeft.seconds(task) == 10 / 20 * 80 - 12
    assert TimeLeft().render(task).plain == "0:28"
    task.completed = 20
    assert TimeLeft.seconds(task) is None
    assert TimeLeft().render(task).plain == "-:--"


def test_a_bar_takes_what_was_finished_as_done_and_notes_stay(monkeypatch, capsys):
    monkeypatch.setattr("sim.cli.progress.Console", lambda **_: _terminal())
    with bar("Reading") as tell:
        tell(title="Preparing")
        tell(note="Going on: 7 of 9 [red].")
        tell(7, 9, "Simulating")
        tell(8, 9, "Simulating")
        tell(title="Drawing")
    assert "Going on: 7 of 9 [red]." in _OUT.getvalue()


def in_a_file(monkeypatch, **how):
    """What a bar writes where there is no terminal: a clock of its own, ten seconds a step."""
    from types import SimpleNamespace

    from rich.console import Console

    out, clock = io.StringIO(), iter(range(0, 100_000, 10))
    monkeypatch.setattr("sim.cli.progress.Console", lambda **_: Console(file=out, width=60))
    monkeypatch.setattr("sim.cli.progress.time", SimpleNamespace(monotonic=lambda: next(clock)))
    with bar("Reading", language(how.pop("lang", "en")), **how) as tell:
        for step in range(20):
            tell(step, 20, Message("Simulating"))
    return out.getvalue().splitlines()


def test_without_a_terminal_long_work_says_how_far_it_is_now_and_then(monkeypatch):
    lines = in_a_file(monkeypatch)
    assert 3 <= len(lines) <= 20
    shape = r"Simulating: \d+ % done, \d+:\d\d passed, about \d+:\d\d left\."
    assert all(re.fullmatch(shape, line) for line in lines[1:]), lines
    assert "left" not in lines[0], "the first steps say little about the rest"
    done = [int(re.search(r"(\d+) %", line)[1]) for line in lines[1:]]
    assert done == sorted(done)


def test_the_time_left_does_not_go_by_the_wait_for_the_first_steps(monkeypatch):
    """Half a minute of compiling, then two steps of a hundred each second."""
    from types import SimpleNamespace

    from rich.console import Console

    out, now = io.StringIO(), [0.0]
    monkeypatch.setattr("sim.cli.progress.Console", lambda **_: Console(file=out, width=60))
    monkeypatch.setattr("sim.cli.progress.time", SimpleNamespace(monotonic=lambda: now[0]))
    with bar("Reading") as tell:
        tell(0, 200, Message("Simulating"))
        for step in range(1, 40):
            now[0] = 31.0 + step
            tell(2 * step, 200, Message("Simulating"))
    lines = out.getvalue().splitlines()
    assert not any("left" in line for line in lines[:1])
    assert lines[-1].endswith("31 % done, 1:02 passed, about 1:09 left."), lines


def test_the_lines_are_in_the_readers_language(monkeypatch):
    assert any("正在仿真" in line or "仿真" in line for line in in_a_file(monkeypatch, lang="zh"))
    assert not any("done" in line for line in in_a_file(monkeypatch, lang="zh"))


def test_a_script_that_reads_along_is_told_nothing(monkeypatch):
    assert in_a_file(monkeypatch, lines=False) == []


def test_short_work_writes_no_line(capsys):
    with bar("Reading") as tell:
        for step in range(20):
            tell(step, 20, Message("Simulating"))
    assert capsys.readouterr() == ("", "")


def test_work_of_unknown_length_says_how_long_it_has_taken(monkeypatch):
    from rich.console import Console

    out = io.StringIO()
    monkeypatch.setattr("sim.cli.progress.Console", lambda **_: Console(file=out, width=60))
    monkeypatch.setattr("sim.cli.progress.EVERY_S", 0.0)
    with bar("Reading") as tell:
        tell(title=Message("Trying one option after another"))
    assert out.getvalue() == "Trying one option after another: 0:00 passed so far.\n"


_OUT = io.StringIO()


def _terminal():
    from rich.console import Console

    return Console(file=_OUT, force_terminal=True, width=100)
