"""A progress bar with the time left: on a terminal and in a notebook, else nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def bar(title: str) -> Iterator[Callable[..., None]]:
    """Shown at once; yields `tell(done, total)`, or `tell(title=...)` for another stage."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
    )
    shown = console.is_terminal or console.is_jupyter
    with Progress(*columns, console=console, transient=True, disable=not shown) as progress:
        task = progress.add_task(title, total=None)

        def tell(done: int = 0, total: int | None = None, title: str | None = None) -> None:
            progress.update(task, completed=done, total=total)
            if title is not None:
                progress.update(task, description=title)

        yield tell
