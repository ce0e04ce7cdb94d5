"""A progress bar with the time left: on a terminal and in a notebook, else nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from sim.text import Say


class TimeLeft(ProgressColumn):
    """Time left by the mean pace since work began.

    Rich's own estimate goes by the last few steps. Ours come in bursts, one from each worker, and
    what was finished before does not say how fast it goes now.
    """

    def render(self, task: Task) -> Text:
        left_s = self.seconds(task)
        if left_s is None:
            return Text("" if task.total is None else "-:--")
        minutes, seconds = divmod(round(left_s), 60)
        hours, minutes = divmod(minutes, 60)
        return Text(f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}")

    @staticmethod
    def seconds(task: Task) -> float | None:
        began, last = task.fields["began"], task.fields["last"]
        done = task.completed - task.fields["before"]
        if task.total is None or done <= 0:
            return None
        whole_s = (last - began) / done * (task.total - task.fields["before"])
        return float(max(0.0, began + whole_s - time.monotonic()))


class Share(ProgressColumn):
    """Per cent done, where it is known what there is to do."""

    def render(self, task: Task) -> Text:
        return Text("" if task.total is None else f"{task.percentage:>3.0f} %")


@contextmanager
def bar(title: str, say: Say = str) -> Iterator[Callable[..., None]]:
    """Shown at once; yields `tell(done, total)`, or `tell(title=...)` for another stage.

    Titles and notes are Messages, shown in the language of `say`.

    The first `done` told of a total is what was finished before; `tell(note=...)` is a line that
    stays, and is shown without a terminal, too. `tell(aside=...)` calls a function that prints,
    without the bar in its way.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        Share(),
        TimeLeft(),
    )
    shown = console.is_terminal or console.is_jupyter
    with Progress(*columns, console=console, transient=True, disable=not shown) as progress:
        task = progress.add_task(say(title), total=None, began=0.0, last=0.0, before=0)
        of: int | None = None

        def tell(
            done: int = 0,
            total: int | None = None,
            title: str | None = None,
            note: str | None = None,
            aside: Callable[[], object] | None = None,
        ) -> None:
            nonlocal of
            if aside is not None:
                progress.stop()
                aside()
                progress.start()
                return
            if note is not None:
                progress.console.print(say(note), markup=False, highlight=False, soft_wrap=True)
                return
            now = time.monotonic()
            if (total is None) != (of is None):  # a total that grows is still the same work
                progress.update(task, began=now, before=done)
            of = total
            progress.update(task, completed=done, total=total, last=now)
            if title is not None:
                progress.update(task, description=say(title))

        yield tell
