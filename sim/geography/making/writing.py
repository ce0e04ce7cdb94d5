"""What stands beside a bundle: its meta layer, a README that says how it was made, the choices."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd

from sim.geography.making.options import FILES, Options, as_yaml
from sim.geography.making.report import Report

UNKNOWN: Final = "not said"
OSM_LICENCE: Final = "roads © OpenStreetMap contributors, ODbL 1.0"


def meta(chosen: Options, crs: Any, report: Report) -> pd.DataFrame:
    """The bundle's `meta`: names, source, licence; what was found is in the README."""
    facts = {
        "place": chosen.place,
        "name_en": chosen.title_en,
        "name_zh": chosen.title_zh,
        "synthetic": "no",
        "date": date.today().isoformat(),
        "licence": _licence(chosen),
        "source": _source(chosen),
        "crs": crs.to_string(),
        "notes": "made by tenthirty map import; see README.md",
    }
    return pd.DataFrame({"key": list(facts), "value": list(facts.values())})


def _source(chosen: Options) -> str:
    """What the planner says, else the names of the files."""
    names = [getattr(chosen, name).name for name in FILES if getattr(chosen, name) is not None]
    return chosen.source or f"files {', '.join(dict.fromkeys(names))}"


def _licence(chosen: Options) -> str:
    if chosen.licence:
        return chosen.licence
    ending = chosen.roads.suffix.lower() if chosen.roads else ""
    return OSM_LICENCE if ending in (".pbf", ".osm", ".gz", ".graphml") else UNKNOWN


def write_beside(chosen: Options, layers: dict[str, Any], report: Report) -> None:
    """README.md and import.yaml, each whole or not at all."""
    _whole(chosen.folder / "README.md", readme(chosen, layers, report))
    _whole(chosen.folder / "import.yaml", as_yaml(chosen))


def _whole(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, "utf-8", newline="\n")
    part.replace(path)


def readme(chosen: Options, layers: dict[str, Any], report: Report) -> str:
    """Source, date, licence, how it was made and what was found out on the way."""
    said = layers["meta"].set_index("key")["value"]
    files = [
        f"| {name} | `{getattr(chosen, name).name}` |"
        for name in FILES
        if getattr(chosen, name) is not None
    ]
    rows = [
        f"| `{name}` | {len(layer):,} | {_provenance(layer)} |"
        for name, layer in layers.items()
        if name != "meta"
    ]
    title = chosen.title_en
    if chosen.title_zh != title:
        title += f" ({chosen.title_zh})"
    parts = [
        f"# {title}",
        "Made by `tenthirty map import`; `import.yaml` holds the choices, so that it can be "
        "repeated.",
        "\n".join(
            ["| | |", "|---|---|", f"| source | {said['source']} |", f"| date | {said['date']} |",
             f"| licence | {said['licence']} |", f"| CRS | {said['crs']}, metres |", *files]
        ),
        "`map.png`, if it was drawn, shows people, roads and sites.",
        "## Layers",
        "\n".join(["| layer | rows | provenance |", "|---|---|---|", *rows]),
        "`provenance`: `sourced` is from the data, `inferred` follows from them, `imputed` was "
        "filled in by a rule: people of polygons are spread over the streets in them.",
        "## What was found",
        report.markdown(),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _provenance(layer: Any) -> str:
    return ", ".join(sorted(set(layer["provenance"]))) or "–"
