"""The commands of `tenthirty map`, each opened only when it is asked for.

Their options are read off a schema, which takes a quarter of a second to open: no other command
should wait for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

COMMANDS: Final = {
    "import": "sim.cli.map_import",
    "synthesise": "sim.cli.map_synthesise",
    "measure": "sim.cli.map_measure",
}


class Opened(TyperGroup):
    """A group that knows its commands by name and opens them when they are wanted."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = typer.main.get_command(import_module(COMMANDS[cmd_name]).app)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=Opened, no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]}
)


@app.callback()
def about() -> None:
    """Maps: made from what you have, made up from a table of towns, measured."""
