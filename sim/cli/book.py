"""The page of the book with every command and its options, made of the commands themselves.

python -m sim.cli.book docs/commands.md      # puts what stands between its two marks anew
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import typer

from sim.cli import app, speech

BEGIN: Final = "<!-- made by: python -m sim.cli.book docs/commands.md -->"
END: Final = "<!-- until here -->"
SHARED_BY: Final = 8  # commands: an option that so many have is told once


def commands() -> Iterator[tuple[str, Any]]:
    """Every command by what is typed before its options, in the order of the help page."""
    yield from _below("tenthirty", typer.main.get_command(app))


def _below(path: str, group: Any) -> Iterator[tuple[str, Any]]:
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if speech.is_group(command):
            yield from _below(f"{path} {name}", command)
        else:
            yield f"{path} {name}", command


def tables() -> str:
    """Every command as Markdown: what it answers, what is typed, its options."""
    every = list(commands())
    often = Counter(_told(option) for _, command in every for option in _options(command))
    shared = {told for told, count in often.items() if count >= SHARED_BY}
    first = {_told(o): o for _, command in every for o in _options(command) if _told(o) in shared}
    parts = ["## What many commands have", "", *_table(list(first.values()), panels=True)]
    for path, command in every:
        parts += ["", f"## {path}", "", command.help or "", ""]
        parts += ["```text", " ".join([path, *map(_argument, _arguments(command))]), "```", ""]
        own = [one for one in command.params if _told(one) not in shared]
        parts += _table(own, panels=False)
        also = [_flag(one) for one in _options(command) if _told(one) in shared]
        if also:
            parts += ["", f"Also {', '.join(also)}."]
    return "\n".join(parts)


def _options(command: Any) -> list[Any]:
    return [one for one in command.params if one.opts[0].startswith("-") and not one.hidden]


def _arguments(command: Any) -> list[Any]:
    return [one for one in command.params if not one.opts[0].startswith("-")]


def _told(parameter: Any) -> tuple[str, str]:
    """What makes options of two commands one."""
    return "/".join(parameter.opts), parameter.help or ""


def _argument(parameter: Any) -> str:
    """An argument as it stands in a usage line: SCENARIO, or [OTHERS]…"""
    name = parameter.name.upper()
    return f"{name if parameter.required else f'[{name}]'}{'…' if parameter.nargs == -1 else ''}"


def _flag(parameter: Any) -> str:
    return f"`{parameter.opts[0]}`"


def _written(parameter: Any) -> str:
    """A parameter as it is typed: `--draft`, `--figures` / `--no-figures`, `--seed <0–9e+18>`."""
    if not parameter.opts[0].startswith("-"):
        return f"`{_argument(parameter)}`"
    if parameter.is_flag:
        return " / ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])
    return " / ".join(f"`{name} {parameter.metavar or '…'}`" for name in parameter.opts)


def _table(parameters: list[Any], *, panels: bool) -> list[str]:
    """Rows of options; with `panels` also what they are about."""
    if not parameters:
        return []
    about = " about |" if panels else ""
    lines = [f"| option |{about} meaning | default |", f"|---|{'---|' if panels else ''}---|---|"]
    for one in parameters:
        panel = f" {getattr(one, 'rich_help_panel', None) or '–'} |" if panels else ""
        meaning = _cell(one.help or "")
        meaning += " Again for several." if getattr(one, "multiple", False) else ""
        lines.append(f"| {_written(one)} |{panel} {meaning} | {_default(one)} |")
    return lines


def _default(parameter: Any) -> str:
    value = parameter.default
    if parameter.required:
        return "required"
    if getattr(parameter, "is_flag", False):
        on, off = parameter.opts, parameter.secondary_opts
        return f"`{on[0] if value else off[0]}`" if off else "–"
    return "–" if value in (None, "", ()) or callable(value) else f"`{value}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<")


def renewed(page: str) -> str:
    """A page with what stands between its two marks made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        Path(name).write_text(renewed(Path(name).read_text("utf-8")), "utf-8")
