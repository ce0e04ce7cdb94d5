"""Crews: which classes of ambulance there are."""

from __future__ import annotations

from typing import Final

from pydantic import field_validator

from sim.scenario.values import Setting, ShortText, default
from sim.text import Message, Name

MOST_CLASSES: Final = 20


class CrewClass(Setting):
    """A class of ambulance: what its crew and vehicle can do."""

    name: ShortText
    """What the class is called, by which crews and needs name it."""
    name_zh: ShortText | None = None
    """Its name in Chinese; without it as in English."""
    transports: bool = True
    """Whether it can convey a patient; a car without a stretcher cannot."""

    @property
    def names(self) -> Name:
        """What it is called in both languages."""
        return Name(self.name_zh or self.name, self.name)


class CrewSettings(Setting):
    """Crews and their vehicles: classes."""

    classes: tuple[CrewClass, ...] = default(
        [{"name": "ambulance", "name_zh": "救护车"}], min_length=1, max_length=MOST_CLASSES
    )
    """The classes of ambulance; whoever is of no other is of the first.

    Source: one class, so that any ambulance may go to any call."""

    @field_validator("classes")
    @classmethod
    def _each_once(cls, classes: tuple[CrewClass, ...]) -> tuple[CrewClass, ...]:
        called = [name.casefold() for one in classes for name in {one.names.zh, one.names.en}]
        twice = sorted({name for name in called if called.count(name) > 1})
        if twice:
            raise ValueError(Message("two classes are called {name}", name=", ".join(twice)))
        return classes

    def row(self, name: str) -> int | None:
        """The row of a class by its name in either language; None if there is none."""
        for row, one in enumerate(self.classes):
            if name.casefold() in (one.names.zh.casefold(), one.names.en.casefold()):
                return row
        return None
