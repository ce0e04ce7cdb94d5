"""A day on the map as one HTML file: it moves, and needs nothing from outside."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sim.answers import journeys as room
from sim.answers.chosen_day import WHOLE
from sim.browser import packing, replay_data, replay_words
from sim.files.escapes import in_json
from sim.files.whole import write_whole
from sim.words.language import Language, available, language

if TYPE_CHECKING:
    from sim.answers.comparison import Comparison
    from sim.answers.journeys import Journeys

ASSETS = files("sim.browser") / "assets"
SIGN = b'<meta name="generator" content="tenthirty replay">'
HEIGHT = 820  # pixels in a notebook


@dataclass(frozen=True, repr=False)
class DayReplay:
    """A page that replays one day: it shows itself in a notebook, and can be saved."""

    html: str  # the whole page
    title: str

    def save(self, path: Path | str) -> Path:
        """Write the page, whole or not at all; where it was written. OutputError if it fails."""
        written = Path(path)
        write_whole(written, lambda part: part.write_text(self.html, encoding="utf-8"))
        return written

    def __repr__(self) -> str:
        return f"<DayReplay: {self.title}, {len(self.html.encode()) / 1000:.0f} kB>"

    def _repr_html_(self) -> str:
        page, title = html.escape(self.html), html.escape(self.title)
        return (
            f'<iframe srcdoc="{page}" title="{title}" sandbox="allow-scripts" '
            f'style="width:100%;height:{HEIGHT}px;border:1px solid #d5dae1"></iframe>'
        )


def of_comparison(
    comparison: Comparison,
    say: Language,
    to: Path | str | None = None,
    day: int | None = None,
    hours: tuple[float, float] = WHOLE,
    replication: int = 1,
    layouts: Sequence[int] | None = None,
) -> DayReplay:
    """One day of a comparison; the options are those of `Comparison.replay`."""
    found = room.journeys(
        comparison.layouts, day, shown=layouts, hours=hours, replication=replication,
        seed=comparison.provenance.seed,
    )  # fmt: skip
    told = {code: comparison.sentences(code) for code in available()}
    count = len(comparison.layouts)
    made = page(found, {code: of_shown(told[code], found, count) for code in told}, say)
    if to is not None:
        made.save(to)
    return made


def is_a_replay(path: Path) -> bool:
    """Whether a file is a page of this kind."""
    try:
        with path.open("rb") as file:
            return SIGN in file.read(1_000)
    except OSError:
        return False


def of_shown(sentences: Sequence[str], journeys: Journeys, of: int) -> list[str]:
    """The sentences of the proposals that are shown; of a run its own.

    `of`: how many layouts there are, shown or not; of the base beside proposals nothing is said.
    """
    if of == 1:
        return list(sentences[:1])
    rows = [one.layout - 1 for one in journeys.layouts if one.layout]
    return [sentences[row] for row in rows if row < len(sentences)]


def page(journeys: Journeys, result: Mapping[str, Sequence[str]], say: Language) -> DayReplay:
    """The page of a day. `result`: by language the study's own sentences, perhaps of some only."""
    codes = list(dict.fromkeys([*available(), say.code]))
    usual = next(iter(result.values()), ())
    texts = {
        code: replay_words.texts(journeys, result.get(code, usual), language(code))
        for code in codes
    }
    packed = replay_data.pack(journeys)
    facts = packed.facts | {"texts": texts, "lang": say.code, "speeds": list(replay_words.SPEEDS)}
    title = str(texts[say.code]["title"])
    blocks = {
        "facts": in_json(facts, separators=(",", ":")).encode("utf-8"),
        "roads": packed.roads,
        **{f"drives-{row}": drives for row, drives in enumerate(packed.drives)},
    }
    parts = {
        "LANG": say.code, "TITLE": html.escape(title), "STYLE": asset("replay.css"),
        "DATA": blocks_of(blocks), "SCRIPT": asset("packed.js") + asset("replay.js"),
        "OLD": html.escape(" ".join(str(texts[code]["old"]) for code in codes)),
    }  # fmt: skip
    return DayReplay(filled("replay.html", parts), title)


def blocks_of(blocks: Mapping[str, bytes]) -> str:
    """Blocks of bytes by their names, as a page holds them."""
    return "\n".join(
        f'<script type="application/octet-stream" id="{name}">{packing.packed(block)}</script>'
        for name, block in blocks.items()
    )


def filled(name: str, parts: Mapping[str, str]) -> str:
    """A page of the assets with its places in double brackets filled, in their order."""
    text = asset(name)
    for place, part in parts.items():
        text = text.replace(f"[[{place}]]", part)
    return text


def asset(name: str) -> str:
    """A file of the assets as text."""
    return (ASSETS / name).read_text(encoding="utf-8")
