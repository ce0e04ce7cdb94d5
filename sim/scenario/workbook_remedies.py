"""What to write into a workbook's settings, where a message tells it of a scenario file."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sim.errors import RecordsError
from sim.text import Message

# By the text of a message that speaks of a scenario file, the one that speaks of the settings.
OF_SETTINGS: Final = {
    "to leave out rows that cannot be used, and count them, write `replay: {{file: …, unusable: "
    "leave out}}`": Message(
        "to leave out rows that cannot be used, and count them, write into the sheet of settings, "
        "below demand.replay, the row demand.replay.unusable with the value leave out"
    ),
    "this looks like a day number of Excel: write `time_format: excel`; found {found}": Message(
        "this looks like a day number of Excel: write into the sheet of settings, below "
        "demand.replay, the row demand.replay.time_format with the value excel; found {found}"
    ),
    "this looks like a number of {name}: write `time_format: {name}`; found {found}": Message(
        "this looks like a number of {name}: write into the sheet of settings, below "
        "demand.replay, the row demand.replay.time_format with the value {name}; found {found}"
    ),
}


def of_settings(error: RecordsError) -> RecordsError:
    """The error with the remedies of a workbook."""
    return RecordsError(
        error.source, [replace(one, message=_told(one.message)) for one in error.problems]
    )


def _told(message: str) -> str:
    if not isinstance(message, Message):
        return message
    values = {
        name: _told(value) if isinstance(value, Message) else value
        for name, value in message.values.items()
    }
    text = OF_SETTINGS[message.text].text if message.text in OF_SETTINGS else message.text
    return Message(text, **values)
