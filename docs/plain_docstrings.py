"""Docstrings of the house are plain sentences: here they become what autodoc reads.

Names stand between single backticks, an asterisk or a bar is one, and what is indented is code.
"""

import re

NAME = re.compile(r"`([^`]+)`")
ODD = re.compile(r"([*|_])")


def as_restructured(lines: list[str]) -> list[str]:
    """The lines of a docstring for docutils, which would take marks for its own."""
    made: list[str] = []
    for line in lines:
        if not line.startswith("    "):
            made.append(_escaped(line))
            continue
        if made and not made[-1].strip() and not _in_code(made):
            made += ["::", ""]
        made.append(line)
    return made


def _in_code(made: list[str]) -> bool:
    """Whether the last line that is not blank is code."""
    return next((line.startswith("    ") for line in reversed(made) if line.strip()), False)


def _escaped(line: str) -> str:
    parts = NAME.split(line)
    return "".join(
        f"``{part}``" if number % 2 else ODD.sub(r"\\\1", part) for number, part in enumerate(parts)
    )


def _on_docstring(_, what: str, name: str, obj, options, lines: list[str]) -> None:
    lines[:] = as_restructured(lines)


def setup(app) -> dict[str, bool]:
    """Read by Sphinx."""
    app.connect("autodoc-process-docstring", _on_docstring)
    return {"parallel_read_safe": True}
