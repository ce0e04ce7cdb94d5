"""Candidate sites by what they gain, and beside it what they gain for the worst-served areas."""

from __future__ import annotations

import math
from functools import partial
from typing import Any, Final

from matplotlib.axes import Axes

from sim.answers.answer import MAP
from sim.answers.ranking import RankedSite, Ranking
from sim.figures import intervals, numbers, page, row_chart, site_map, style
from sim.figures.drawing import Drawings, drawings
from sim.figures.intervals import Mark
from sim.figures.map_page import Key
from sim.figures.numbers import Rows
from sim.figures.row_chart import Row, RowChart
from sim.figures.site_map import NumberedSite
from sim.figures.style import Picture
from sim.measures.kinds import Measure
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import matters_of
from sim.words import measures
from sim.words import ranking as words
from sim.words.language import Language

PITCH = 1.6  # of a row, in units of the body type
GREEN: Final = "#009E73"
BEST, TIED, OTHER = (
    Mark("o", style.BLUE, True, 1.15, strong=True),
    Mark("o", style.BLUE, False, 1.05),
    Mark("o", style.GREY, True, 0.65),
)
HELPER, HELPS = Mark("o", GREEN, True, 1.15, strong=True), Mark("o", GREEN, True, 0.65)

Placed = tuple[int, RankedSite]  # by its place


@drawings.register
def _(ranking: Ranking, say: Language, size: str) -> Drawings:
    figures: Drawings = {ranking.name: lambda: draw(ranking, say, size)}
    if not ranking.plans:
        figures[MAP] = partial(draw_map, ranking, say, size)
    return figures


def draw(ranking: Ranking, say: Language, size: str = "screen") -> Picture:
    """Lollipops: how much one more station at each candidate gains, best first."""
    wanted = min(words.SHOWN, len(ranking.sites))
    shown = rows_shown(ranking, page.rows_that_fit(size, wanted, PITCH, row_chart.AROUND + PITCH))
    found = charts(ranking, shown, say, size)
    rows = len(shown) + bool(found[0].below)
    with page.page(words.finding(ranking, say), size, row_chart.high(rows, PITCH)) as sheet:
        shares = (0.6, 0.4) if len(found) > 1 else (1.0,)
        row_chart.beside(sheet, found, shares, say)
    return sheet.fig.explain(
        words.drawn(ranking, len(shown), say), lambda: _rows(ranking, shown, say), say
    )


def _rows(ranking: Ranking, shown: list[Placed], say: Language) -> Rows:
    """A row for each site: its place, and what it gains by each of the measures drawn."""
    keys = [ranking.by, *(["worst5"] if ranking.by != "worst5" else [])]
    found = []
    for place, site in shown:
        row: dict[str, Any] = {"place": place, "site": words.name(site, say)}
        for key in keys:
            row |= numbers.change(
                "gain" if key == ranking.by else key, BY_KEY[key], site.gains[key]
            )
        found.append(row | {"best_place": site.best_place, "worst_place": site.worst_place})
    return found


def rows_shown(ranking: Ranking, most: int) -> list[Placed]:
    """The first sites by place; the last row is kept for the best for the worst-served areas."""
    every = list(enumerate(ranking.sites, 1))
    shown, helper = every[:most], ranking.best_for_worst_served()
    if helper is not None and not any(site is helper for _, site in shown):
        shown[-1] = next(placed for placed in every if placed[1] is helper)
    return shown


def charts(
    ranking: Ranking, shown: list[Placed], say: Language, size: str = "screen"
) -> list[RowChart]:
    """The measure by which they are ranked, and beside it the worst-served areas if measured."""
    known = any(math.isfinite(site.gains["worst5"].mean) for site in ranking.sites)
    keys = [ranking.by, "worst5"] if known and ranking.by != "worst5" else [ranking.by]
    return [_chart(ranking, BY_KEY[key], shown, say, size) for key in keys]


def _chart(
    ranking: Ranking, measure: Measure, shown: list[Placed], say: Language, size: str
) -> RowChart:
    base = ranking.provenance.base
    rows = []
    for place, site in shown:
        gain = site.gains[measure.key]
        rows.append(
            Row(
                f"{words.name(site, say)}  {place}",
                gain,
                site.verdict,
                _mark(ranking, site, measure),
                measures.number(measure, gain.mean, say, sign=True),
            )
        )
    drawn = {place for place, _ in shown}
    hidden = [site for place, site in enumerate(ranking.sites, 1) if place not in drawn]
    return RowChart(
        measure,
        matters_of(base),
        rows,
        columns=(),
        title=measures.label_in(ranking.provenance, measure, say),
        axis=_axis(measure, say),
        names_share=0.33,
        extra=_legend(ranking, [site for _, site in shown], say, style.SIZES[size][1]),
        below=words.not_drawn(ranking, hidden, say) if hidden else "",
    )


def _axis(measure: Measure, say: Language) -> str:
    unit = measures.unit(measure, say)
    if measure.sign < 0:
        return say("← better   change ({unit})", unit=unit)
    return say("gain over today ({unit})", unit=unit)


def _mark(ranking: Ranking, site: RankedSite, measure: Measure) -> Mark:
    if measure.key != ranking.by:
        return HELPER if site is ranking.best_for_worst_served() else HELPS
    if site is ranking.best:
        return BEST
    return TIED if site.best_place == 1 else OTHER


def _legend(ranking: Ranking, shown: list[RankedSite], say: Language, size: float) -> list[Any]:
    """What the marks mean, of those that occur."""
    areas = measures.area_word(ranking.provenance.base.map, say)
    tied = len(ranking.tied()) > 1
    handles = [(BEST, say("leads") if tied else say("best"))]
    if tied:
        handles.append((TIED, say("cannot be told apart from it")))
    if any(site.best_place != 1 for site in shown):
        handles.append((OTHER, say("surely not the best")))
    if ranking.best_for_worst_served() is not None:
        handles.append((HELPER, say("most for the worst-served {areas}", areas=areas)))
    return [intervals.handle(mark, label, size) for mark, label in handles]


# ── on the map ───────────────────────────────────────────────────────────────────────────────


def draw_map(
    ranking: Ranking, say: Language, size: str = "screen", ax: Axes | None = None
) -> Picture:
    """Every candidate where it stands: its place as a number, its gain as the size of its mark."""
    measure, base = BY_KEY[ranking.by], ranking.provenance.base
    gains = [measure.sign * site.gains[ranking.by].mean for site in ranking.sites]
    most = max([gain for gain in gains if math.isfinite(gain)], default=0.0)
    marks = [
        _site_mark(ranking, place, gain / most if most > 0 else 0.0, say)
        for place, gain in enumerate(gains, 1)
    ]
    handles = _legend(ranking, [*ranking.sites], say, 1.3 * style.SIZES[size][1])
    handles = handles[: len(handles) - (ranking.best_for_worst_served() is not None)]
    key = Key(words.map_title(ranking, say), handles)
    made = site_map.draw(base, words.map_finding(ranking, say), size, say, marks, key, ax)
    return made.explain(words.map_drawn(ranking, say), lambda: _map_rows(ranking, say), say)


def _map_rows(ranking: Ranking, say: Language) -> Rows:
    found = _rows(ranking, list(enumerate(ranking.sites, 1)), say)
    spots = [ranking.station(site) for site in ranking.sites]
    return [row | {"x_m": at.x, "y_m": at.y} for row, at in zip(found, spots, strict=True)]


def _site_mark(ranking: Ranking, place: int, share: float, say: Language) -> NumberedSite:
    site = ranking.sites[place - 1]
    station, mark = ranking.station(site), _mark(ranking, site, BY_KEY[ranking.by])
    if place > words.on_map(ranking):
        return NumberedSite(station.x, station.y, mark)
    name = words.name(site, say)
    return NumberedSite(station.x, station.y, site_map.sized(mark, share), str(place), name)
