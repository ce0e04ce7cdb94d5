"""The command line in the reader's language: her `--lang`, the help pages, what she mistyped."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import typer
from typer import core

from sim.errors import OptionError, did_you_mean
from sim.text import Message, Say, harmless
from sim.words.language import Language

# What click raises for a command mistyped; typer has it under no public name.
MISTAKES: Final[type[Exception]] = typer.BadParameter.__mro__[2]


def taken_out(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """The language asked for by `--lang`, wherever it stands, and the arguments without it."""
    code: str | None = None
    rest: list[str] = []
    position = 0
    while position < len(arguments):
        argument = arguments[position]
        if argument == "--":
            return code, rest + list(arguments[position:])
        if argument == "--lang":
            if position + 1 == len(arguments):
                raise OptionError("--lang", Message("it needs a value, like {value}", value="zh"))
            position += 1
            code = arguments[position]
        elif argument.startswith("--lang="):
            code = argument.partition("=")[2]
        else:
            rest.append(argument)
        position += 1
    return code, rest


def halves(text: str) -> tuple[str, str, bool]:
    """A and B of "A=B", as "A＝B" or "A→B" too, and True; all, nothing and False without a sign.

    The left half may be a name and stays as it is written.
    """
    for sign in (r"[=＝﹦]", r"->|[→⇒➔➡]"):
        parts = re.split(sign, text, maxsplit=1)
        if len(parts) == 2:
            return parts[0].strip(), parts[1].strip(), True
    return text.strip(), "", False


def show(text: str, *, err: bool = False) -> None:
    """Print lines, the one way to the terminal: nothing in them commands it."""
    typer.echo("\n".join(harmless(line) for line in text.split("\n")), err=err)


def help_texts(command: Any) -> list[str]:
    """Every text of a command's help pages and of those below it, each once."""
    found = [command.help, command.short_help, getattr(command, "rich_help_panel", None)]
    for parameter in command.params:
        found += [parameter.help, getattr(parameter, "rich_help_panel", None)]
    if is_group(command):
        for name in command.list_commands(None):
            found += help_texts(command.get_command(None, name))
    return [text for text in dict.fromkeys(found) if isinstance(text, str) and text]


def is_group(command: Any) -> bool:
    return hasattr(command, "list_commands")


def on_each(command: Any, change: Callable[[Any], None]) -> None:
    """Change a command, and each below it as soon as it is opened."""
    change(command)
    if not is_group(command):
        return
    for below in command.commands.values():
        on_each(below, change)
    there, open_ = set(command.commands), command.get_command

    def opened(context: Any, name: str) -> Any:
        below = open_(context, name)
        if below is not None and name not in there:
            on_each(below, change)
        return below

    command.get_command = opened


def translate(command: Any, say: Language) -> None:
    """Put a command's help page into a language."""
    for name in ("help", "short_help", "rich_help_panel"):
        if isinstance(text := getattr(command, name, None), str):
            setattr(command, name, say(text))
    for parameter in command.params:
        for name in ("help", "rich_help_panel"):
            if isinstance(text := getattr(parameter, name, None), str):
                setattr(parameter, name, say(text))
    _translate_help_option(command, say)
    _translate_frame(command, say)


def _translate_frame(command: Any, say: Language) -> None:
    """What typer itself writes around help pages; its rooms are opened when one is asked for."""
    core._ = say  # type: ignore[assignment]
    make = command.format_help

    def translated(context: Any, formatter: Any) -> Any:
        from sim.cli import help_frames

        help_frames.translate(say)
        return make(context, formatter)

    command.format_help = translated


def _translate_help_option(command: Any, say: Language) -> None:
    """`--help` is made by click when it is asked for."""
    make = command.get_help_option

    def translated(context: Any) -> Any:
        option = make(context)
        if option is not None:
            option.help = say("Show this page.")
        return option

    command.get_help_option = translated


def mistake(error: Any, say: Say) -> str:
    """What is wrong with a command as it was typed, in a line, and where its help is."""
    context = getattr(error, "ctx", None)
    path = "tenthirty" if context is None else context.command_path
    said = say(Message("{place}: {problem}", place=path, problem=say(problem_of(error))))
    return f"{said}\n  {say(Message('All options: {command}', command=f'{path} --help'))}"


def problem_of(error: Any) -> Message:
    """What is wrong with a command as it was typed."""
    said = getattr(error, "message", "") or ""
    kind, text = type(error).__name__, str(said)
    parameter = getattr(error, "param", None)
    name = "" if parameter is None else _written(parameter)
    if kind == "NoSuchOption":
        known = [option for p in error.ctx.command.params for option in p.opts]
        hint = did_you_mean(error.option_name, known)
        return Message("no option {name}{hint}", name=error.option_name, hint=hint)
    if kind == "MissingParameter":
        return Message("{name} is missing", name=name)
    if kind == "BadOptionUsage":
        return Message("{name} needs a value", name=error.option_name)
    if found := re.search(r"No such command ['\"](.+?)['\"]", text):
        hint = did_you_mean(found[1], error.ctx.command.list_commands(error.ctx))
        return Message("no command {name}{hint}", name=found[1], hint=hint)
    if found := re.search(r"unexpected extra argument(?:s|\(s\))? \((.+)\)", text):
        return Message("too much is written: {found}", found=found[1])
    if parameter is not None:
        problem = said if isinstance(said, Message) else _of_value(error, text)
        return Message("{name}: {problem}", name=name, problem=problem)
    return Message("{problem}", problem=text or error.format_message())


def _of_value(error: Any, text: str) -> Message:
    """What is wrong with the value of an option: typer checks values with pydantic."""
    cause = error.__cause__
    first = cause.errors()[0] if hasattr(cause, "errors") else {}
    kind, found, bounds = first.get("type", ""), first.get("input"), first.get("ctx", {})
    if kind.startswith("int"):
        return Message("write a whole number; found {found}", found=found)
    if kind.startswith("float"):
        return Message("write a number; found {found}", found=found)
    if kind == "greater_than_equal":
        return Message("write at least {least}; found {found}", least=bounds["ge"], found=found)
    if kind == "less_than_equal":
        return Message("write at most {most}; found {found}", most=bounds["le"], found=found)
    return Message("{problem}", problem=text)


def _written(parameter: Any) -> str:
    """A parameter as a planner writes it: --seed, or SCENARIO."""
    options = [option for option in parameter.opts if option.startswith("-")]
    return max(options, key=len) if options else str(parameter.name).upper()
