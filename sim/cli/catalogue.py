"""For developers: the texts of the program, and whether a language's catalogue has them all.

    python -m sim.cli.catalogue update zh     # new texts into sim/words/zh.po, stale ones out
    python -m sim.cli.catalogue check zh      # what is missing, stale or has other places

A text is found where it is said: `say("…")`, `Message("…")`, `say.count(n, "…", "…")`, in the help
pages of the commands, and below the fields of the settings. Babel reads and writes the .po files;
nothing of this is needed to run a study.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

import typer

from sim.cli import app, speech
from sim.scenario import reference

SIM = Path(__file__).parents[1]
HERE = SIM / "words"
SPEAKERS = ("say", "Message", "self")  # functions whose first argument is a text

Text = str | tuple[str, str]  # a pair is one and many


class Usage(NamedTuple):
    """Where a text is said, and the values that are handed to it."""

    files: list[str]
    values: set[str]


def texts(folder: Path = SIM) -> dict[Text, Usage]:
    """Every text that the code says."""
    found: dict[Text, Usage] = {}
    for path in sorted(folder.rglob("*.py")):
        for text, values in _in_file(path):
            said = found.setdefault(text, Usage([], set()))
            said.files.append(path.relative_to(folder.parent).as_posix())
            said.values.update(values)
    for text in speech.help_texts(typer.main.get_command(app)):
        found.setdefault(text, Usage([], set())).files.append("tenthirty --help")
    for text in reference.texts():
        found.setdefault(text.text, Usage([], set())).files.append("sim/scenario/reference.py")
    return found


def _in_file(path: Path) -> Iterator[tuple[Text, set[str]]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
        values = {word.arg for word in node.keywords if word.arg}
        if name in SPEAKERS and node.args and (text := _constant(node.args[0])):
            yield text, values
        if name == "count" and len(node.args) > 2:
            one, many = _constant(node.args[1]), _constant(node.args[2])
            if one and many:
                yield (one, many), {"n", *values}


def _constant(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def places(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def problems(code: str) -> list[str]:
    """What is wrong with a catalogue: texts missing, stale, or with places that the text has not.

    A translation may leave a value out, or use one that English has no place for; it may never
    name one that the code does not hand over.
    """
    known = {message.id: message for message in _read(HERE / f"{code}.po") if message.id}
    wanted, found = texts(), []
    for text in wanted:
        message = known.get(text[0] if isinstance(text, tuple) else text) or known.get(text)
        forms = [] if message is None else message.string
        forms = [forms] if isinstance(forms, str) else list(forms)
        if message is None or not forms or not all(forms) or message.fuzzy:
            found.append(f"missing: {text!r} ({wanted[text].files[0]})")
            continue
        allowed = wanted[text].values | places(text if isinstance(text, str) else text[1])
        found += [
            f"other places than {sorted(allowed)}: {form!r}"
            for form in forms
            if places(form) - allowed
        ]
    ids = {text[0] if isinstance(text, tuple) else text for text in wanted}
    for message_id in known:
        first = message_id[0] if isinstance(message_id, tuple) else message_id
        if first not in ids:
            found.append(f"stale: {first!r}")
    return found


def _read(path: Path) -> Any:
    """The messages of a catalogue; none if there is no such file yet."""
    from babel.messages import pofile

    return pofile.read_po(BytesIO(path.read_bytes() if path.is_file() else b""))


def update(code: str) -> None:
    """Put new texts into a catalogue, untranslated, and take stale ones out."""
    from babel.messages import Catalog, pofile

    path = HERE / f"{code}.po"
    known = {message.id: message for message in _read(path) if message.id}
    by_first = {(k[0] if isinstance(k, tuple) else k): m for k, m in known.items()}
    catalogue = Catalog(locale=code, project="tenthirty", charset="utf-8")
    for text, where in sorted(texts().items(), key=lambda item: (item[1].files[0], str(item[0]))):
        message = known.get(text) or by_first.get(text[0] if isinstance(text, tuple) else text)
        catalogue.add(
            text,
            None if message is None else _forms_of(text, message.string),
            locations=[(name, 0) for name in sorted(set(where.files))],
        )
    whole = BytesIO()
    pofile.write_po(whole, catalogue, width=0)
    path.write_bytes(whole.getvalue())


def _forms_of(text: Text, found: Any) -> Any:
    """A translation as Babel wants it: a tuple of forms for one and many, else a text."""
    forms = (found,) if isinstance(found, str) else tuple(found)
    return forms if isinstance(text, tuple) else forms[0]


def main(arguments: list[str]) -> int:
    match arguments:
        case ["update", code]:
            update(code)
            return 0
        case ["check", code]:
            found = problems(code)
            sys.stdout.write("".join(f"{line}\n" for line in found))
            return 1 if found else 0
        case _:
            sys.stdout.write(f"{__doc__}\n")
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
