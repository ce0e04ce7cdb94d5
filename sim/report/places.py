"""Many places in one: the tables of all their answers as Parquet, and a page that lists them."""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sim.files.whole import write_text, write_whole
from sim.report import html_page, own_tables
from sim.report.study_page import NOT_YET
from sim.words.provenance import SYNTHETIC

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.study_page import StudyPage
    from sim.words.language import Language


class PlaceRow(NamedTuple):
    """A place: its page, or why it has none."""

    place: str
    folder: Path
    page: StudyPage | None
    failure: str = ""


def write_tables(rows: list[PlaceRow], folder: Path) -> list[str]:
    """One Parquet file for each kind of table, with place, question and command before its columns.

    The names of the files that were written.
    """
    written = []
    for name, frame in _tables(rows).items():
        path = folder / f"{name}.parquet"
        write_whole(path, partial(_write, frame))
        written.append(path.name)
    return written


def _write(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, index=False)


def _tables(rows: list[PlaceRow]) -> Mapping[str, pd.DataFrame]:
    import pandas as pd

    parts: dict[str, list[pd.DataFrame]] = defaultdict(list)
    texts: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for number, asked in enumerate(row.page.asked if row.page else (), 1):
            for part in asked.parts:
                if part.answered is None:
                    continue
                verb = part.command.split()[0]
                for stem, found in own_tables.read(part.folder).items():
                    name = verb if stem == verb else f"{verb}-{stem}"
                    cells = pd.DataFrame(found.rows, columns=found.columns, dtype=object)
                    asked_here = {"place": row.place, "question": number, "command": part.command}
                    frame = pd.DataFrame(asked_here, index=cells.index)
                    parts[name].append(pd.concat([frame, cells], axis=1))
                    texts[name] |= {"place", "command", *found.texts}
    return {name: _together(frames, texts[name]) for name, frames in sorted(parts.items())}


def _together(frames: list[pd.DataFrame], texts: set[str]) -> pd.DataFrame:
    """Frames below each other; a column that is text in one place is text in all."""
    import pandas as pd

    columns = list(dict.fromkeys(name for frame in frames for name in frame.columns))
    both = pd.concat(frames, ignore_index=True).reindex(columns=columns)
    for name in columns:
        both[name] = _typed(both[name], name in texts)
    return both


def _typed(cells: pd.Series, text: bool) -> pd.Series:
    """A column whose cells are texts as what it is: texts, numbers, yes or no; "" is nothing."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(cells):
        return cells
    cells = cells.where(cells != "", None)
    known = set(cells.dropna())
    if not text and known <= {"True", "False"} and known:
        return cells.map({"True": True, "False": False}).astype("boolean")
    if not text:
        try:
            return pd.to_numeric(cells)
        except ValueError:
            pass
    return cells.astype("string")


def write_page(rows: list[PlaceRow], name: str, path: Path, say: Language) -> None:
    """Every place with the main sentence of each of its answers, and the way to its own page."""
    lines = html_page.opening(name, say)
    made_up = sum(row.page is not None and row.page.synthetic for row in rows)
    if made_up:
        said = say(SYNTHETIC)
        count = say("{some} of {all} places", some=made_up, all=len(rows))
        lines += html_page.boxed("synthetic", [f"{said} ({count})"])
    for row in rows:
        if row.page is None:
            lines += [f"<h2>{html.escape(row.place)}</h2>"]
            lines += [f'<div class="failed">{html.escape(row.failure)}</div>']
            continue
        link = html.escape(f"{row.folder.name}/{path.name}", quote=True)
        lines += [f'<h2><a href="{link}">{html.escape(row.place)}</a></h2>']
        for asked in row.page.asked:
            first = asked.parts[0]
            if not (first.answered or first.asked):
                lines += [f'<p class="aside">{html.escape(asked.ask)}</p>']
                lines += [f'<p class="aside">{html.escape(say(NOT_YET))}</p>']
            elif first.answered is None:
                lines += [f'<div class="failed">{html.escape(first.failure)}</div>']
            else:
                said = first.answered.sentences[0] if first.answered.sentences else ""
                lines += [
                    f'<p class="aside">{html.escape(asked.ask)}</p><p>{html.escape(said)}</p>'
                ]
    write_text(path, html_page.closed(lines))
