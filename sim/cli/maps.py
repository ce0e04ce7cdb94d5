"""The commands of `tenthirty map`, each opened only when it is asked for.

Their options are read off a schema, which takes a quarter of a second to open: no other command
should wait for it.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup


class Opened(TyperGroup):
    """A group that knows its commands by name and opens them when they are wanted."""

    def list_commands(self, ctx: Any) -> list[str]:
        return ["import"]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        from sim.cli import map_import

        command = typer.main.get_command(map_import.app)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=Opened, no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]}
)


@app.callback()
def about() -> None:
    """Maps: made from roads, people and stations that you have."""
