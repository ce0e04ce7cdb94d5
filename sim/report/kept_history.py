"""History against simulated history, kept beside the scenario that was fitted, for later reports.

A report of a run of that scenario shows it; simulating it again would take longer than the run, and
needs the records.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import OutputError
from sim.files.escapes import in_json
from sim.files.whole import write_whole
from sim.report import fit_page, manifest
from sim.report.content import Block, Callout, FigureBlock, Heading, Paragraph, TableBlock
from sim.text import Message
from sim.words import calibration_history
from sim.words.calibration_sections import history_section
from sim.words.language import available, language
from sim.words.page import Column, Table

if TYPE_CHECKING:
    from sim.answers.calibration import Calibration
    from sim.words.language import Language

ENDING: Final = ".history.json"
PROGRAM: Final = "tenthirty calibrate"
CHANGED: Final = Message(
    "{file} was changed since it was fitted to {records}, so how well it repeats the records is "
    "not shown."
)


def path_of(scenario: Path) -> Path:
    """Where it lies: beside the scenario file, by its whole name, for a workbook may have the same
    one but for the ending."""
    return scenario.with_name(scenario.name + ENDING)


def may_be_written(scenario: Path) -> bool:
    """Whether what lies there was written here, or nothing does."""
    path = path_of(scenario)
    return not path.exists() or manifest.parsed(path).get("program") == PROGRAM


def write(calibration: Calibration, scenario: Path) -> None:
    """Keep it in every language, beside a scenario that was written.

    If there is none, an older one is taken away: it is of another fit. OutputError if it cannot be.
    """
    if calibration.history is None:
        try:
            path_of(scenario).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(path_of(scenario), Message("it cannot be removed")) from error
        return
    said = {
        code: [_written(block) for block in _blocks(calibration, language(code))]
        for code in available()
    }
    kept = {
        "program": PROGRAM,
        "records": calibration.records.file,
        "scenario": manifest.sha256(scenario),
        "blocks": said,
    }
    text = in_json(kept) + "\n"
    write_whole(path_of(scenario), lambda part: part.write_text(text, encoding="utf-8"))


def read(scenario: Path, say: Language) -> list[Block]:
    """The chapter of a scenario that was fitted; nothing of one that was not.

    Of one that was changed since, it says that.
    """
    kept = manifest.parsed(path_of(scenario))
    blocks = kept.get("blocks")
    if kept.get("program") != PROGRAM or not isinstance(blocks, dict):
        return []
    heading = Heading(say("Does the model repeat what was recorded?"))
    if kept.get("scenario") != manifest.sha256(scenario):
        values = {"file": scenario.name, "records": str(kept.get("records"))}
        return [heading, Paragraph(say(CHANGED, **values))]
    try:
        return [heading, *(_read(one) for one in blocks[say.code])]
    except (KeyError, TypeError, ValueError):  # damaged, or of another version
        return []


def _blocks(calibration: Calibration, say: Language) -> list[Block]:
    finding = Callout("finding", (calibration_history.sentence(calibration, say),))
    section = history_section(calibration, say)
    return [finding, *fit_page.blocks_of(section, calibration, say)]


def _written(block: Block) -> dict[str, Any]:
    """A block as JSON."""
    match block:
        case FigureBlock(png, caption, alt, aspect):
            drawn = base64.b64encode(png).decode("ascii")
            return {"figure": drawn, "caption": caption, "alt": alt, "aspect": aspect}
        case TableBlock(table, caption):
            columns = [column._asdict() for column in table.columns]
            said = {"columns": columns, "rows": table.rows, "below": table.below}
            return {"table": said, "caption": caption}
        case Callout(kind, texts):
            return {"callout": kind, "texts": texts}
        case Paragraph(text, aside):
            return {"text": text, "aside": aside}
    raise TypeError(f"no words for {block!r}")


def _read(said: dict[str, Any]) -> Block:
    if "figure" in said:
        png = base64.b64decode(said["figure"], validate=True)
        return FigureBlock(png, str(said["caption"]), str(said["alt"]), float(said["aspect"]))
    if "table" in said:
        table = said["table"]
        columns = tuple(Column(**column) for column in table["columns"])
        rows = [[str(cell) for cell in row] for row in table["rows"]]
        return TableBlock(Table(columns, rows, str(table["below"])), str(said["caption"]))
    if "callout" in said:
        return Callout("finding", tuple(map(str, said["texts"])))
    return Paragraph(str(said["text"]), bool(said["aside"]))
