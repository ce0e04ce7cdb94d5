"""A scenario file and those that it stands on: found, read, put over each other."""

from __future__ import annotations

import contextlib
import os
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim import limits, units
from sim.errors import PlannerWarning, Problem, ScenarioError, did_you_mean, nearest
from sim.files import entrance
from sim.files.whole import is_part
from sim.files.yaml_lines import Loc, YamlText
from sim.scenario import workbook
from sim.scenario.validation import FieldPlace
from sim.scenario.workbook import WorkbookText
from sim.text import Message

ENDINGS = (".yaml", ".yml")
OF_A_MAP = ("import.yaml", "synthesis.yaml")  # how it was made, beside it


def scenario_path(path: Path) -> Path:
    """The file itself, whose ending may be left out; of a folder, the one in it that changes no
    other."""
    path = with_ending(path)
    if path.is_dir():
        files = sorted(
            file
            for ending in ENDINGS
            for file in path.glob(f"*{ending}")
            if not is_part(file) and file.name not in OF_A_MAP
        )
        bases, unread = [], list[ScenarioError]()
        for file in files:
            try:
                content = YamlText(file).content
                if "base" not in content and "questions" not in content:  # of a study
                    bases.append(file)
            except ScenarioError as error:
                unread.append(error)
        if len(bases) == 1:
            _tell_left_out(bases[0], unread)
            return bases[0]
        if not bases and unread:
            raise _perhaps_the_base(path, unread)
        if not files and next(path.glob("*.gpkg"), None) is not None:
            message = Message(
                "it is a map, not a scenario: a scenario says `map: {name}`", name=path.name
            )
        elif not files:
            message = Message("name a file: this folder has no scenario (.yaml)")
        elif not bases:
            message = Message("name a file: this folder has none without a `base`")
        else:
            message = Message(
                "name a file: this folder has {files} without a `base`",
                files=", ".join(file.name for file in bases),
            )
        raise ScenarioError(path, message)
    if not path.exists():
        near: dict[str, Path] = {}
        with contextlib.suppress(OSError):
            found = [p for p in path.parent.glob("*") if p.suffix in ENDINGS or p.is_dir()]
            near = {one.stem: one for one in found}
        close = nearest(path.stem, list(near))  # without endings, which nearly all have alike
        hint = did_you_mean(str(path), [str(near[close])] if close else [])
        missing = Message("no such file or folder{hint}", hint=hint)
        entrance.require_file(path, ScenarioError, missing)
    return path


def with_ending(path: Path) -> Path:
    """What a name means, whose ending may be left out: what is there, or a file with an ending."""
    if path.exists():
        return path
    endings = (path.with_name(f"{path.name}{ending}") for ending in ENDINGS if path.name)
    return next((file for file in endings if file.is_file()), path)


def has_scenarios(folder: Path) -> bool:
    """Whether a file in a folder has the ending of a scenario."""
    return folder.is_dir() and any(file.suffix in ENDINGS for file in folder.iterdir())


def _tell_left_out(base: Path, unread: list[ScenarioError]) -> None:
    """Which files beside the base of a folder cannot be read: they may be of something else."""
    for error in unread:
        problem = error.problems[0]
        reason: str = problem.message
        if problem.line is not None:
            line = Message("line {number}", number=problem.line)
            reason = Message("{place}: {problem}", place=line, problem=reason)
        told = Message(
            "{file} was left out of the search for the base, which is {base}: {reason}",
            file=Path(str(error.source)).name, base=base.name, reason=reason,
        )  # fmt: skip
        warnings.warn(PlannerWarning(told), stacklevel=2)


def _perhaps_the_base(path: Path, unread: list[ScenarioError]) -> ScenarioError:
    """No file of a folder is known to be its base, and these cannot be read."""
    names = ", ".join(Path(str(error.source)).name for error in unread)
    why = Message(
        "a folder means the one file in it without a `base`; that may be {files}, which cannot be "
        "read: mend it, or name a file",
        files=names,
    )
    inside = [
        replace(problem, file=problem.file or Path(str(error.source)).name)
        for error in unread
        for problem in error.problems
    ]
    return ScenarioError(path, [Problem(why), *inside])


Text = YamlText | WorkbookText


def with_bases(path: Path) -> list[Text]:
    """The file and the bases it stands on, the nearest first; below each its workbook."""
    found: list[Text] = []
    for text in _chain(path):
        found += [text, *workbook.beside(text.path, text.content.get("workbook"))]
    return found


def _chain(path: Path) -> list[YamlText]:
    texts = [YamlText(path)]
    while texts[-1].has("base"):
        last = texts[-1]
        base = _base_path(last)
        if base.resolve() in {text.path.resolve() for text in texts}:
            message = Message("the bases go round in a circle")
            raise ScenarioError(last.path, Problem(message, "base", last.line(("base",))))
        if len(texts) > limits.BASES:
            message = Message("more than {most} bases stand on each other", most=limits.BASES)
            raise ScenarioError(last.path, Problem(message, "base", last.line(("base",))))
        texts.append(YamlText(base))
    return texts


def base_of(path: Path) -> Path | None:
    """The file that a scenario file names as its base; None where it names none that is there."""
    try:
        text = YamlText(path)
        return _base_path(text) if text.has("base") else None
    except ScenarioError:
        return None


def _base_path(text: YamlText) -> Path:
    """`base: today` is a file beside this one; `base: liling` may be a folder, here or above."""
    name, here = text.content["base"], text.path.resolve().parent
    if isinstance(name, str) and name:
        for folder in (here, here.parent):
            candidate = with_ending(folder / name)
            if os.path.exists(candidate):
                return scenario_path(candidate)
    message = Message("write the name of one scenario; found {found}", found=units.shown(name))
    if isinstance(name, str) and name:
        known = sorted(p.stem for p in here.iterdir() if p.suffix in ENDINGS and p != text.path)
        message = Message(
            'no scenario "{name}" beside this file{hint}', name=name, hint=did_you_mean(name, known)
        )
    raise ScenarioError(text.path, Problem(message, "base", text.line(("base",))))


def merged(texts: list[Text]) -> dict[str, Any]:
    """The file over its bases: settings by key, changes after the base's changes."""
    merged: dict[str, Any] = {}
    for text in reversed(texts):
        own = {key: value for key, value in text.content.items() if key != "base"}
        changes = own.pop("changes", None)
        for key in ("name", "name_zh", "reason"):
            merged.pop(key, None)
        merged = _deep(merged, own)
        if changes is not None:
            before = merged.get("changes")
            both = isinstance(before, list) and isinstance(changes, list)
            merged["changes"] = [*before, *changes] if both else changes  # type: ignore[misc]
    return merged


def _deep(under: Any, over: Any) -> Any:
    if isinstance(under, dict) and isinstance(over, dict):
        # A distribution is replaced whole: the parameters of two laws do not mix.
        if "distribution" in over:
            return over
        return {**under, **{key: _deep(under.get(key), value) for key, value in over.items()}}
    return over


def place(texts: list[Text], loc: Loc) -> FieldPlace:
    """The file that says it, if it is a base's, and the line; of a workbook the cell."""
    text, line = locate(texts, loc)
    cell = text.cell(loc) if isinstance(text, WorkbookText) else ""
    return FieldPlace("" if text is texts[0] else str(text.path), line, cell)


def locate(texts: list[Text], loc: Loc) -> tuple[Text, int | None]:
    """The file that says it, nearest first, and the line."""
    if loc and loc[0] == "changes" and len(loc) > 1 and isinstance(loc[1], int):
        number = loc[1]
        for text in reversed(texts):
            own = text.content.get("changes")
            count = len(own) if isinstance(own, list) else 0
            if number < count:
                return text, text.line(("changes", number, *loc[2:]))
            number -= count
    for place in (loc, loc[:1]):  # a setting may stand in a base, others of its chapter here
        for text in texts:
            if loc and stands_in(text.content, place):
                return text, text.line(loc)
    return texts[0], None


def stands_in(node: Any, loc: Loc) -> bool:
    """Whether a content says something at a place."""
    for part in loc:
        found = isinstance(node, dict) and part in node
        found |= isinstance(node, list) and isinstance(part, int) and part < len(node)
        if not found:
            return False
        node = node[part]
    return True
