"""XML read element by element: nothing that it declares is expanded, or opened in turn."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import IO, Final
from xml.etree import ElementTree
from xml.parsers import expat

from sim.text import Message

BLOCK: Final = 1 << 16


class XmlError(ValueError):
    """A text is no XML that is read: a Message, or what the parser says."""


class _Begun(Exception):
    """The first element was reached: declarations stand before it."""


def events(file: IO[bytes]) -> Iterator[tuple[str, ElementTree.Element]]:
    """("start" or "end", element) in the order of the file; XmlError where it cannot be read.

    Entities are refused: a few lines of them are gigabytes of text, or name another file.
    """
    try:
        _refuse_entities(file)
        file.seek(0)
        yield from ElementTree.iterparse(file, events=("start", "end"))
    except (ElementTree.ParseError, expat.ExpatError, LookupError, ValueError) as error:
        told = error.args[0] if isinstance(error, XmlError) else str(error)
        raise XmlError(told) from None
    except (OSError, EOFError, zlib.error) as error:
        raise XmlError(str(error)) from None


def _refuse_entities(file: IO[bytes]) -> None:
    def begun(*_: object) -> None:
        raise _Begun

    def declared(*_: object) -> None:
        raise XmlError(Message("it declares abbreviations (DOCTYPE, ENTITY): save it without them"))

    parser = expat.ParserCreate()
    parser.StartElementHandler = begun
    parser.EntityDeclHandler = declared
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        while block := file.read(BLOCK):
            parser.Parse(block, False)
    except _Begun:
        return
