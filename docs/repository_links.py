"""Links to files of the repository that are no pages of the book.

In the repository they can be followed. The book may lie anywhere, so there they become what they
say with the path beside it: nothing is dead, and nothing is fetched.
"""

import re
from itertools import pairwise

BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
OUTSIDE = re.compile(r"\[([^\]]+)\]\(\.\./([^)\s]+)\)")


def as_paths(text: str) -> str:
    """A page whose links out of `docs` are texts: [ten questions](../scenarios/x) says where."""
    ends = [0, *(edge for found in BLOCK.finditer(text) for edge in found.span()), len(text)]
    parts = [text[first:last] for first, last in pairwise(ends)]
    return "".join(
        part if number % 2 else OUTSIDE.sub(_said, part) for number, part in enumerate(parts)
    )


def _said(found: re.Match[str]) -> str:
    words, path = found.groups()
    return f"`{path}`" if words.strip("`") == path else f"{words} (`{path}`)"


def _on_reading(_, __, content: list[str]) -> None:
    content[0] = as_paths(content[0])


def setup(app) -> dict[str, bool]:
    """Read by Sphinx."""
    app.connect("source-read", _on_reading)
    return {"parallel_read_safe": True}
