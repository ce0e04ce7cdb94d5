"""The command line: this folder is the only place that prints or exits.

Every command reads its inputs whole, then works, then prints; what a planner can put right ends
with one message and exit status 2, as `endings` says. Rooms are opened inside the commands, so
that the bar shows before anything heavy is loaded.
"""

from __future__ import annotations

from sim.cli import interrupts  # before all others, whose opening takes a while

# isort: split
import gc
import logging
import os
import sys
import warnings
from collections.abc import Callable
from typing import Annotated, Any

import typer

from sim.cli import (
    ask,
    calibrate,
    decide,
    endings,
    live,
    maps,
    prepare,
    replay,
    report,
    speech,
    study,
)
from sim.errors import PlannerWarning
from sim.text import message_of
from sim.words.language import Language, language, usual

# Opening rooms makes a million objects that stay: looking through them for garbage every 700 new
# ones took a tenth of the time of a command.
gc.set_threshold(100_000, 20, 20)

app = typer.Typer(
    name="tenthirty",
    help="How many more people does an ambulance reach in time if a station stands here?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
ask.register(app)
replay.register(app)
report.register(app)
live.register(app)
decide.register(app)
study.register(app)
prepare.register(app)
calibrate.register(app)
app.add_typer(
    maps.app, name="map", rich_help_panel="Prepare, understand",
    short_help="Make a map of your own:  tenthirty map import --help",
)  # fmt: skip


def _version(wanted: bool) -> None:
    if wanted:
        import sim

        typer.echo(f"tenthirty {sim.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    lang: Annotated[
        str,
        typer.Option(help="en or zh; default: the machine's language.", show_default=False),
    ] = "",
) -> None:  # fmt: skip
    """How many more people does an ambulance reach in time if a station stands here?"""


def main() -> None:
    """The entry point: whatever becomes of a command is said in words; see `endings`."""
    debug = "--debug" in sys.argv
    sys.argv = [argument for argument in sys.argv if argument != "--debug"]
    endings.open_streams()
    if not debug:
        logging.getLogger().addHandler(logging.NullHandler())  # notes are for who writes programs
        os.environ.setdefault("PYTHONWARNINGS", "ignore")  # of processes that are started
    with endings.told(debug) as reader:
        _run(reader, warnings.showwarning if debug else _silently)


def _run(reader: endings.Reader, usually: Callable[..., None]) -> None:
    """Run what was typed; the language is the reader's as soon as it is known.

    `usually`: what becomes of warnings that are not for a planner.
    """
    warnings.showwarning = _plainly(usually, reader.say)
    warnings.simplefilter("default", PlannerWarning)  # also where PYTHONWARNINGS ignores all others
    asked, arguments = speech.taken_out(sys.argv[1:])
    reader.say = language(asked or usual())
    warnings.showwarning = _plainly(usually, reader.say)
    command = commands(reader.say, asked or os.environ.get("TENTHIRTY_LANG"))
    sys.exit(command.main(arguments, prog_name="tenthirty", standalone_mode=False) or 0)


def _plainly(usual: Callable[..., None], say: Language) -> Callable[..., None]:
    """Warnings for a planner as their sentence alone, on stderr; all others as `usual`."""

    def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if issubclass(category, PlannerWarning):
            told = message_of(message) if isinstance(message, Warning) else message
            speech.show(say(told), err=True)
        else:
            usual(message, category, *where, **more)

    return show


def _silently(*warning: Any, **more: Any) -> None:
    """A library's warning is of no use to a planner; `--debug` shows it with its place."""


def commands(say: Language, asked: str | None = None) -> Any:
    """All commands, their help pages in a language, which is the default of `--lang`.

    `asked`: the language that was asked for by name; without one, `explain` speaks two.
    """
    command = typer.main.get_command(app)

    def change(one: Any) -> None:
        speech.translate(one, say)
        for parameter in one.params:
            if parameter.name == "lang":
                parameter.default = (asked or "") if one.name == "explain" else say.code

    speech.on_each(command, change)
    return command


interrupts.told()
