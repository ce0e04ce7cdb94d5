"""The scenario files beside a base: what may be loaded as a plan, and what a plan may replace."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from sim.errors import OptionError, ScenarioError
from sim.files.yaml_lines import YamlText
from sim.scenario import bases
from sim.text import Message


class KeptFile(NamedTuple):
    """A file in which a plan stands, with what stood in it when it was written or read."""

    path: Path
    content: bytes

    @classmethod
    def of(cls, path: Path) -> KeptFile:
        return cls(path, path.read_bytes())

    @property
    def is_as_it_was(self) -> bool:
        """Whether nobody has written to it since."""
        try:
            return self.path.read_bytes() == self.content
        except OSError:
            return False


def stamps(files: Iterable[Path]) -> list[tuple[int, int] | None]:
    """When each file was written last, and how long it is; None of one that is gone."""
    return [_stamp(path) for path in files]


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def scenarios(folder: Path) -> list[Path]:
    """The scenario files of a folder: no studies, and nothing that cannot be read."""
    return [path for path in sorted(folder.glob("*.yaml")) if _is_scenario(path)]


def refuse_to_replace(path: Path) -> None:
    """OptionError if a file that is there is no scenario, or if others stand on it."""
    if not path.exists():
        return
    if not _is_scenario(path):
        text = Message("{file} is no scenario: choose another name", file=path.name)
        raise OptionError("name", text)
    above = [
        one.name for one in scenarios(path.parent)
        if one != path and (base := bases.base_of(one)) and base.samefile(path)
    ]  # fmt: skip
    if above:
        text = Message(
            "{file} is the base of {others}, which would change with it: choose another name",
            file=path.name, others=", ".join(above),
        )  # fmt: skip
        raise OptionError("name", text)


def _is_scenario(path: Path) -> bool:
    """Whether a file may be a scenario: a study holds questions, and what is no YAML is neither."""
    try:
        return _looks_like_one(path, path.stat().st_mtime_ns)
    except OSError:
        return False


@lru_cache(maxsize=512)
def _looks_like_one(path: Path, _changed: int) -> bool:
    try:
        return "questions" not in YamlText(path).content
    except ScenarioError:
        return False
