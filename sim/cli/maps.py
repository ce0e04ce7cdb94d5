"""The commands of `tenthirty map`, each opened only when it is asked for.

Their options are read off a schema, which takes a quarter of a second to open: no other command
should wait for it.
"""

from __future__ import annotations

from typing import Any, Final

import typer
from typer.core import TyperGroup

COMMANDS: Final = ("import", "synthesise", "measure")


class Opened(TyperGroup):
    """A group that knows its commands by name and opens them when they are wanted."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = typer.main.get_command(_opened(cmd_name))
        command.name = cmd_name
        return command


def _opened(name: str) -> typer.Typer:
    """The room of a command."""
    if name == "synthesise":
        from sim.cli import map_synthesise

        return map_synthesise.app
    if name == "measure":
        from sim.cli import map_measure

        return map_measure.app
    from sim.cli import map_import

    return map_import.app


app = typer.Typer(
    cls=Opened, no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]}
)


@app.callback()
def about() -> None:
    """Maps: made from what you have, made up from a table of towns, measured."""
