"""A progress bar with the time left: on a terminal and in a notebook; else a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from sim.text import Message, Say

EVERY_S = 30.0  # at most one line in so long where there is no terminal
EARLY = 10.0  # per cent done, before which the pace says little about the rest


class TimeLeft(ProgressColumn):
    """Time left by the mean pace since the first steps were done.

    Rich's own estimate goes by the last few steps. Ours come in bursts, one from each worker, and
    what was finished before does not say how fast it goes now. Nor do the first steps: the rules
    may have been compiled before them.
    """

    def render(self, task: Task) -> Text:
        left_s = self.seconds(task)
        if left_s is None:
            return Text("" if task.total is None else "-:--")
        return Text(_clock(left_s))

    @staticmethod
    def seconds(task: Task) -> float | None:
        began, last = task.fields["began"], task.fields["last"]
        done = task.completed - task.fields["before"]
        if task.total is None or done <= 0:
            return None
        whole_s = (last - began) / done * (task.total - task.fields["before"])
        return float(max(0.0, began + whole_s - time.monotonic()))


def _clock(seconds: float) -> str:
    """0:28, 1:02:03"""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class Share(ProgressColumn):
    """Per cent done, where it is known what there is to do."""

    def render(self, task: Task) -> Text:
        return Text("" if task.total is None else f"{task.percentage:>3.0f} %")


class Lines:
    """What a log file is told: the first line after half a minute, then at most one in as long."""

    def __init__(self, show: Callable[[str], None]):
        self.show = show
        self.began = self.last = time.monotonic()

    def tell(self, task: Task) -> None:
        """Say how far the work is, if it is time for a line."""
        now = time.monotonic()
        if now - self.last < EVERY_S:
            return
        self.last = now
        values = {"what": task.fields["title"], "passed": _clock(now - self.began)}
        left_s = TimeLeft.seconds(task)
        if left_s is None:
            self.show(Message("{what}: {passed} passed so far.", **values))
            return
        values["percent"] = f"{task.percentage:.0f}"
        if task.percentage < EARLY:  # the first steps may have waited for the rules to be compiled
            self.show(Message("{what}: {percent} % done, {passed} passed.", **values))
            return
        self.show(
            Message(
                "{what}: {percent} % done, {passed} passed, about {left} left.",
                left=_clock(left_s),
                **values,
            )
        )


@contextmanager
def bar(
    title: str, say: Say = str, *, lines: bool = True, shown: bool = True
) -> Iterator[Callable[..., None]]:
    """Shown at once; yields `tell(done, total)`, or `tell(title=...)` for another stage.

    Titles and notes are Messages, shown in the language of `say`.

    The first `done` told of a total is what was finished before; `tell(note=...)` is a line that
    stays, and is shown without a terminal, too. `tell(aside=...)` calls a function that prints,
    without the bar in its way.

    Without a terminal, as in a log file or a scheduled task, long work says how far it is in a line
    on stderr now and then, unless `lines` is false. If `shown` is false, nothing is said at all.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        Share(),
        TimeLeft(),
    )
    silent = not shown
    shown = shown and (console.is_terminal or console.is_jupyter)
    with Progress(*columns, console=console, transient=True, disable=not shown) as progress:
        task = progress.add_task(say(title), total=None, began=0.0, last=0.0, before=0, title=title)
        of: int | None = None
        waiting: int | None = None  # what was done before the first steps, until these are done

        def show(line: str) -> None:
            progress.console.print(say(line), markup=False, highlight=False, soft_wrap=True)

        now_and_then = None if shown or not lines else Lines(show)

        def tell(
            done: int = 0,
            total: int | None = None,
            title: str | None = None,
            note: str | None = None,
            aside: Callable[[], object] | None = None,
        ) -> None:
            nonlocal of, waiting
            if aside is not None:
                progress.stop()
                aside()
                progress.start()
                return
            if note is not None:
                if not silent:
                    show(note)
                return
            now = time.monotonic()
            if (total is None) != (of is None):  # a total that grows is still the same work
                progress.update(task, began=now, before=done)
                waiting = done
            elif waiting is not None and done > waiting:
                progress.update(task, began=now, before=done)
                waiting = None
            of = total
            progress.update(task, completed=done, total=total, last=now)
            if title is not None:
                progress.update(task, description=say(title), title=title)
            if now_and_then is not None:
                now_and_then.tell(progress.tasks[0])

        yield tell
