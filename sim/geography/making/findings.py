"""What pydantic finds wrong with choices, as a planner would say it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from sim import units
from sim.errors import Problem, did_you_mean
from sim.text import Message


class ChoiceWords(Protocol):
    """What a schema calls its choices; `loc` is a place in it."""

    def known(self, loc: tuple[str | int, ...]) -> list[str]:
        """The choices that there are."""

    def literals(self, loc: tuple[str | int, ...]) -> tuple[str, ...]:
        """The words that a choice may be."""

    def option(self, loc: tuple[str | int, ...]) -> str:
        """The option at the prompt."""


def in_words(
    error: ValidationError, words: ChoiceWords
) -> Iterator[tuple[tuple[str | int, ...], Problem]]:
    """Pydantic's findings as a planner would say them; one for each choice."""
    for found in error.errors():
        loc, kind, given = found["loc"][:2], found["type"], found.get("input")
        context = found.get("ctx", {})
        if kind == "extra_forbidden":
            hint = did_you_mean(str(loc[-1]), words.known(loc))
            message: str = Message("no such choice{hint}", hint=hint)
        elif kind == "missing":
            message = Message("name it")
        elif kind == "value_error":
            message = context["error"].args[0]
        elif kind == "literal_error":
            known = [word for word in words.literals(loc) if word]
            names = ", ".join(known)
            message = Message(
                "write one of {names}; found {found}", names=names, found=units.shown(given)
            )
        elif kind in ("greater_than_equal", "less_than_equal"):
            said = units.AT_LEAST if kind[0] == "g" else units.AT_MOST
            bounds = {
                "least": units.plainly(context.get("ge", 0)),
                "most": units.plainly(context.get("le", 0)),
            }
            message = Message(said, **bounds, found=units.shown(given))
        else:
            wanted = next((said for stem, said in WANTED if kind.startswith(stem)), WANTED[0][1])
            message = Message(wanted.text, found=units.shown(given))
        yield loc, Problem(message, words.option(loc))


# What pydantic calls its findings, as a planner would say it.
WANTED: Final = (
    ("string", Message("write a text; found {found}")),
    ("path", Message("write a text; found {found}")),
    ("bool", Message("write true or false; found {found}")),
    ("int", Message("write a whole number; found {found}")),
    ("float", Message("write a number; found {found}")),
    ("finite_number", Message("write a number; found {found}")),
    ("model", Message("write settings, like `key: value`; found {found}")),
)


def words_of(info: FieldInfo) -> tuple[str, ...]:
    """The words that a field of a few may be."""
    return get_args(info.annotation)
