"""Many places in one: the tables of all their answers as Parquet, and a page that lists them."""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sim.files.whole import write_whole
from sim.report import html_page
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
    for row in rows:
        for number, asked in enumerate(row.page.asked if row.page else (), 1):
            for part in asked.parts:
                if part.answered is None:
                    continue
                verb = part.command.split()[0]
                for path in sorted(part.folder.glob("*.csv")):
                    name = verb if path.stem == verb else f"{verb}-{path.stem}"
                    frame = pd.read_csv(path, encoding="utf-8-sig")
                    frame.insert(0, "command", part.command)
                    frame.insert(0, "question", number)
                    frame.insert(0, "place", row.place)
                    parts[name].append(frame)
    return {name: _together(frames) for name, frames in sorted(parts.items())}


def _together(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Frames below each other; a column that is text in one place is text in all."""
    import pandas as pd

    filled = [frame.dropna(axis=1, how="all") for frame in frames]
    columns = list(dict.fromkeys(name for frame in frames for name in frame.columns))
    both = pd.concat(filled, ignore_index=True).reindex(columns=columns)
    for name in columns:
        if both[name].dtype == object:
            both[name] = both[name].astype("string")
    return both


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
            if first.answered is None:
                lines += [f'<div class="failed">{html.escape(first.failure)}</div>']
            else:
                said = first.answered.sentences[0] if first.answered.sentences else ""
                lines += [
                    f'<p class="aside">{html.escape(asked.ask)}</p><p>{html.escape(said)}</p>'
                ]
    text = html_page.closed(lines)
    write_whole(path, lambda part: part.write_text(text, encoding="utf-8"))
