"""What stands beside a made-up map: its meta layer, README.md, and synthesis.yaml to repeat it."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyproj

from sim.errors import MapImportError, Problem
from sim.files import geodata
from sim.files.entrance import is_file
from sim.files.shapes import file_of
from sim.files.whole import replaced
from sim.geography import bundle
from sim.geography.bundle import Layers
from sim.geography.making import choices, planner_workbook, sheet_facts
from sim.geography.making.report import Counted, Report, in_markdown
from sim.geography.making.writing import PICTURE, README
from sim.geography.synthesis.options import FILES, SynthesisOptions
from sim.text import PAGE, Message, Say, harmless

CHOICES: Final = "synthesis.yaml"
TOWNS: Final = Counted(Message("{n} town"), Message("{n} towns"))
WRITTEN: Final = "2000-01-01T00:00:00.000Z"  # equal maps are equal files: no clock is asked
MADE_HERE: Final = (
    "what was made up here is free to use; the facts have the licence of their source"
)
GRADES: Final = ("sourced", "inferred", "imputed", "assumed")
PARTS: Final = (
    (Message("people of towns"), "people_src"),
    (Message("areas of towns"), "area_src"),
    (Message("points of towns"), "point_src"),
)


def meta(options: SynthesisOptions, crs: pyproj.CRS) -> pd.DataFrame:
    """The bundle's `meta`: it is synthetic, and every figure drawn from it says so."""
    names = ", ".join(dict.fromkeys(harmless(path.name) for path in options.files().values()))
    facts = {
        "place": options.place,
        "name_en": options.title.en,
        "name_zh": options.title.within("zh"),
        "synthetic": "yes",
        "licence": options.licence or MADE_HERE,
        "source": options.source or f"made up from {names}, seed {options.seed}",
        "crs": crs.to_string(),
        "notes": "made by tenthirty map synthesise; see README.md. Borders, roads and cells are "
        "made up: not for navigation, nor for decisions about the real place",
    }
    files = options.files()
    sheets = planner_workbook.SHEETS.items()
    named = {role: files.get("towns" if name == "zones" else name) for name, role in sheets}
    grids = dict.fromkeys(sheet_facts.FACTS, options.coordinates)
    read = sheet_facts.MapReading(True, grids, {sheet_facts.PEOPLE: options.people_column})
    facts |= sheet_facts.kept_with(named, read)
    return pd.DataFrame({"key": list(facts), "value": list(facts.values())})


def write(options: SynthesisOptions, layers: Layers, report: Report, say: Say = str) -> None:
    """The bundle, its README.md in the language of `say`, and synthesis.yaml; all or nothing."""
    folder = options.to
    with (
        replaced(folder / README) as beside,  # each takes its place as these end: the last first
        replaced(options.bundle) as made,
        replaced(folder / CHOICES) as chosen,
    ):
        with geodata.dated(WRITTEN):
            bundle.write(made, layers)
        beside.write_text(readme(options, layers, report, say), "utf-8", newline="\n")
        chosen.write_text(as_yaml(options), "utf-8", newline="\n")
        (folder / PICTURE).unlink(missing_ok=True)  # of an earlier map


def as_yaml(options: SynthesisOptions) -> str:
    """The choices of a map, to be repeated. Files by the way to them: no machine's paths."""
    from ruamel.yaml import YAML

    said = {k: v for k, v in options.model_dump().items() if v not in (None, "")}
    said |= {name: choices.way_to(path, options.to) for name, path in options.files().items()}
    text = StringIO()
    text.write(
        "# The choices that made this map. To make it again, in a folder that holds these files:\n"
        f"#   tenthirty map synthesise --again maps/{options.place}/{CHOICES}\n"
    )
    yaml = YAML()
    yaml.width = 10_000
    yaml.allow_unicode = True
    yaml.dump(said, text)
    return text.getvalue()


def from_yaml(path: Path, to: Path | None = None) -> SynthesisOptions:
    """The options written beside an earlier map; `to`: another folder than that of the file.

    MapImportError names everything that is wrong, with its line.
    """
    read = choices.text_of(path)
    raw: dict[str, Any] = dict(read.content)
    wrong = []
    for name in FILES:
        given = raw.get(name)
        if isinstance(given, str):
            found = next((w for w in choices.ways(given, path) if is_file(file_of(w))), None)
            if found is None:
                wrong.append(Problem(choices.no_such_file(given, path), name, read.line((name,))))
            raw[name] = str(found or given)
    raw["to"] = str(to or path.absolute().parent)
    if wrong:
        raise MapImportError(path, wrong)
    try:
        return SynthesisOptions.of(**raw)
    except MapImportError as error:
        told = []
        for p in error.problems:
            name = p.field.split(" ")[0].removeprefix("--").replace("-", "_")
            told.append(Problem(p.message, name, read.line((name,))))
        raise MapImportError(path, told) from error.__cause__


def readme(options: SynthesisOptions, layers: Layers, report: Report, say: Say = str) -> str:
    """What is known and what is made up, how, and what was found out on the way."""
    said = layers["meta"].set_index("key")["value"]
    title = str(options.title)
    if options.title.within("zh") != options.title.en:
        title += f" ({options.title.within('zh')})"
    rows = [
        (say(Message("source")), said["source"]),
        (say(Message("licence")), said["licence"]),
        (say(Message("CRS")), say(Message("{crs}, metres", crs=said["crs"]))),
        (say(Message("seed")), str(options.seed)),
        *((name, f"`{path.name}`") for name, path in options.files().items()),
    ]
    facts = ["| | |", "|---|---|", *(f"| {name} | {_cell(value)} |" for name, value in rows)]
    parts = [
        f"# {in_markdown(harmless(title, PAGE))}",
        say(HEAD),
        "\n".join(facts),
        say(AGAIN),
        f"## {say(Message('What is known and what is made up'))}",
        _known(layers, say),
        say(Message(GRADED)),
        f"## {say(Message('How it is made'))}",
        *(say(text) for text in HOW),
        f"## {say(Message('What was found'))}",
        report.markdown(say),
    ]
    return "\n\n".join(parts) + "\n"


def _cell(text: str) -> str:
    return in_markdown(harmless(text, PAGE)).replace("|", r"\|")


def _known(layers: Layers, say: Say) -> str:
    """How many values of each kind are sourced, inferred, imputed or assumed."""
    lines = [f"| | {' | '.join(GRADES)} |", "|---|---|---|---|---|"]
    towns = layers["townships"]
    columns = [(say(text), towns[name]) for text, name in PARTS]
    columns += [
        (f"`{name}`", layer["provenance"]) for name, layer in layers.items() if name != "meta"
    ]
    for name, values in columns:
        found = Counter(values)
        lines.append(
            f"| {name} | {' | '.join(f'{found[g]:,}' if found[g] else '–' for g in GRADES)} |"
        )
    return "\n".join(lines)


HEAD: Final = Message(
    "**A made-up map.** People, areas and points of its towns come from a table; borders, roads, "
    "rivers' courses and where people live within a town are made up so that they fit it. It is "
    "not for navigation, nor for decisions about single streets or villages of the real place."
)
AGAIN: Final = Message(
    "Made by `tenthirty map synthesise`; `synthesis.yaml` holds the choices, so that it can be "
    "made again, equal byte for byte with the same libraries."
)
GRADED: Final = Message(
    "`sourced`: a table has the value. `inferred`: it follows from what a table has. `imputed`: a "
    "rule filled a blank. `assumed`: made up here."
)
HOW: Final = (
    Message(
        "**Borders.** Small tiles are shared out among the towns until each has its area; borders "
        "are drawn once, rounded, and moved until the areas fit. A seat that fell outside its "
        "town's ground was moved just inside (`seat_moved_m`)."
    ),
    Message(
        "**Roads.** Through-roads run past the towns that the table names, motorways around what "
        "is built up, with interchanges at those towns; primary and secondary roads join "
        "neighbouring towns; tertiary roads lead to villages, lanes to hamlets, until no place is "
        "far from a road. Cities have street grids. Rivers are crossed where the way round would "
        "be long. "
        "Where a motorway ends at the border, its carriageways meet, so that all roads can be "
        "driven both ways."
    ),
    Message(
        "**People.** The whole people of each town are shared over squares: more near its seat, "
        "villages and roads, fewer in hills; in a city fewer towards its edge."
    ),
)
