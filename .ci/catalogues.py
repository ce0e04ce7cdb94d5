"""When a wheel is built, each catalogue `sim/words/LANGUAGE.po` is compiled beside itself, and the
examples of `tenthirty new` are packed with the program, from the folders where they stand.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WORDS = Path("sim") / "words"
PACKED = Path("sim") / "examples"
EXAMPLES = ("liling",)  # as in sim/report/new_folder.py
BESIDE = ("LICENSE", "scenarios/scenario.schema.json")


def compiled(folder: Path) -> list[Path]:
    """A .mo file beside each .po file of a folder."""
    from babel.messages import mofile, pofile

    made = []
    for source in sorted(folder.glob("*.po")):
        with source.open("rb") as file:
            catalogue = pofile.read_po(file)
        with source.with_suffix(".mo").open("wb") as file:
            mofile.write_mo(file, catalogue)
        made.append(source.with_suffix(".mo"))
    return made


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """An editable install reads the .po files themselves: nothing can go stale."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        for path in compiled(Path(self.root) / WORDS):
            build_data["force_include"][str(path)] = (WORDS / path.name).as_posix()
        for name in (
            *BESIDE,
            *(f"{shelf}/{e}" for e in EXAMPLES for shelf in ("maps", "scenarios")),
        ):
            build_data["force_include"][str(Path(self.root) / name)] = (PACKED / name).as_posix()

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        for path in (Path(self.root) / WORDS).glob("*.mo"):
            path.unlink()
