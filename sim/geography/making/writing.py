"""What stands beside a bundle: its meta layer, a README that says how it was made, the choices."""

from __future__ import annotations

from datetime import date
from typing import Final

import pandas as pd
import pyproj

from sim.files import planner_sheets
from sim.files.whole import replaced
from sim.geography import bundle
from sim.geography.bundle import Layers
from sim.geography.making import choices, planner_workbook, sheet_facts
from sim.geography.making.options import ImportOptions
from sim.geography.making.report import Report, in_markdown
from sim.text import PAGE, Message, Say, harmless

README: Final = "README.md"
PICTURE: Final = "map.png"  # drawn afterwards
UNKNOWN: Final = "not said"
OSM_LICENCE: Final = "roads © OpenStreetMap contributors, ODbL 1.0"
OSM_FILES: Final = (".pbf", ".osm", ".gz", ".bz2", ".graphml")


def meta(options: ImportOptions, crs: pyproj.CRS) -> pd.DataFrame:
    """The bundle's `meta`: names, source, licence; what was found is in the README."""
    facts = {
        "place": options.place,
        "name_en": options.title.en,
        "name_zh": options.title.zh,
        "synthetic": "no",
        "date": date.today().isoformat(),
        "licence": _licence(options),
        "source": _source(options),
        "crs": crs.to_string(),
        "notes": "made by tenthirty map import; see README.md",
    }
    files = options.files()
    named = {role: files.get(name) for name, role in planner_workbook.SHEETS.items()}
    facts |= sheet_facts.kept_with(named, _read(options))
    return pd.DataFrame({"key": list(facts), "value": list(facts.values())})


def _read(options: ImportOptions) -> sheet_facts.MapReading:
    """How the sheets of a workbook are read where it is one of the files."""
    of, people, places = options.zones, options.people, options.places.coordinates
    grids = dict.fromkeys(sheet_facts.FACTS, places)
    grids |= {planner_sheets.TOWNSHIPS: of.coordinates}
    columns = {
        sheet_facts.PEOPLE: None if people.file else people.column,
        sheet_facts.URBAN: None if of.urban else of.urban_column.partition("=")[0].strip(),
        sheet_facts.NAME_EN: of.name_column,
    }
    return sheet_facts.MapReading(made_up=False, grids=grids, columns=columns)


def _source(options: ImportOptions) -> str:
    """What the planner says, else the names of the files."""
    names = dict.fromkeys(harmless(path.name) for path in options.files().values())
    return options.names.source or f"files {', '.join(names)}"


def _licence(options: ImportOptions) -> str:
    if options.names.licence:
        return options.names.licence
    ending = options.roads.file.suffix.lower() if options.roads.file else ""
    return OSM_LICENCE if ending in OSM_FILES else UNKNOWN


def write(options: ImportOptions, layers: Layers, report: Report, say: Say = str) -> None:
    """The bundle, its README.md in the language of `say`, and import.yaml; all or nothing.

    All are written before any is put in place. import.yaml comes first: an import that is killed
    between two of them is known as one by it, and so can be repeated.
    """
    folder = options.folder
    with (
        replaced(folder / README) as beside,  # each takes its place as these end: the last first
        replaced(options.bundle) as made,
        replaced(folder / choices.NAME) as chosen,
    ):
        bundle.write(made, layers)
        beside.write_text(readme(options, layers, report, say), "utf-8", newline="\n")
        chosen.write_text(choices.as_yaml(options), "utf-8", newline="\n")
        (folder / PICTURE).unlink(missing_ok=True)  # of an earlier import


def readme(options: ImportOptions, layers: Layers, report: Report, say: Say = str) -> str:
    """Source, date, licence, how it was made and what was found out on the way."""
    said = layers["meta"].set_index("key")["value"]
    crs = Message("{crs}, metres", crs=said["crs"])
    facts = [
        (Message("source"), said["source"]),
        (Message("date"), said["date"]),
        (Message("licence"), said["licence"]),
        (Message("CRS"), say(crs)),
    ]
    rows = [f"| {say(name)} | {_in_table(str(value))} |" for name, value in facts]
    files = options.files().items()
    rows += [f"| {name} | `{_in_table(path.name)}` |" for name, path in files]
    heads = (Message("layer"), Message("rows"), Message("provenance"))
    table = [
        f"| {' | '.join(say(head) for head in heads)} |",
        "|---|---|---|",
        *(
            f"| `{name}` | {len(layer):,} | {_provenance(layer)} |"
            for name, layer in layers.items()
            if name != "meta"
        ),
    ]
    title = str(options.title)
    if options.title.zh != options.title.en:
        title += f" ({options.title.within('zh')})"
    parts = [
        f"# {in_markdown(title)}",
        say(
            Message(
                "Made by `tenthirty map import`; `import.yaml` holds the choices, so that it can "
                "be repeated."
            )
        ),
        "\n".join(["| | |", "|---|---|", *rows]),
        say(Message("`map.png`, if it was drawn, shows people, roads and sites.")),
        f"## {say(Message('Layers'))}",
        "\n".join(table),
        say(
            Message(
                "`provenance`: `sourced` is from the data, `inferred` follows from them, `imputed` "
                "was filled in by a rule: people of polygons are spread over the streets in them."
            )
        ),
        f"## {say(Message('What was found'))}",
        report.markdown(say),
    ]
    return "\n\n".join(parts) + "\n"


def _in_table(text: str) -> str:
    """A text in a cell of a table; the bar before the name of a layer is no border."""
    return in_markdown(harmless(text, PAGE)).replace("|", r"\|")


def _provenance(layer: pd.DataFrame) -> str:
    return ", ".join(sorted(set(layer["provenance"]))) or "–"
