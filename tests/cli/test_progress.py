"""The bar: what was finished before, what is left, and notes that stay."""

from __future__ import annotations

import io

from sim.cli.progress import TimeLeft, bar


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


_OUT = io.StringIO()


def _terminal():
    from rich.console import Console

    return Console(file=_OUT, force_terminal=True, width=100)
