"""Docstrings of the house are plain sentences: here they become what autodoc reads.

Names stand between single backticks, and an asterisk or a bar is one.
"""

import re

NAME = re.compile(r"`([^`]+)`")
ODD = re.compile(r"([*|_])")


def as_restructured(line: str) -> str:
    """A line of a docstring for docutils, which would take marks for its own."""
    parts = NAME.split(line)
    return "".join(
        f"``{part}``" if number % 2 else ODD.sub(r"\\\1", part) for number, part in enumerate(parts)
    )


def _on_docstring(_, what: str, name: str, obj, options, lines: list[str]) -> None:
    lines[:] = [as_restructured(line) for line in lines]


def setup(app) -> dict[str, bool]:
    """Read by Sphinx."""
    app.connect("autodoc-process-docstring", _on_docstring)
    return {"parallel_read_safe": True}
