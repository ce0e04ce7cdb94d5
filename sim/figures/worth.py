"""What would be lost without each station, or one of its ambulances."""

from __future__ import annotations

import math

from sim.answers.worth import StationWorth, Worth
from sim.figures import intervals, numbers, page, row_chart
from sim.figures.drawing import Drawings, drawings
from sim.figures.numbers import Rows
from sim.figures.row_chart import NumberColumn, Row, RowChart
from sim.figures.style import Picture
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import matters_of
from sim.words import costs, measures
from sim.words import worth as words
from sim.words.language import Language

MOST = 40  # rows


@drawings.register
def _(worth: Worth, say: Language, size: str) -> Drawings:
    return {worth.name: lambda: draw(worth, say, size)}


def draw(worth: Worth, say: Language, size: str = "screen") -> Picture:
    """One row for each closure and each ambulance less, the greatest loss first."""
    wanted = min(MOST, len(worth.losses))
    shown = worth.losses[: page.rows_that_fit(size, wanted, row_chart.PITCH, row_chart.AROUND)]
    finding = words.finding(worth, say, len(shown))
    with page.page(finding, size, row_chart.high(len(shown))) as sheet:
        row_chart.draw(sheet, chart(worth, shown, say), say)
    return sheet.fig.explain(
        words.drawn(worth, len(shown), say), lambda: _rows(worth, shown, say), say
    )


def _rows(worth: Worth, shown: tuple[StationWorth, ...], say: Language) -> Rows:
    return [
        {"without": words.what(worth, loss, say)}
        | numbers.change("change", BY_KEY[worth.by], loss.changes[worth.by])
        | {
            "verdict": say(measures.VERDICTS[loss.verdict]),
            "calls_per_day": loss.calls_per_day,
            "saved_per_year": loss.saved,
        }
        for loss in shown
    ]


def chart(worth: Worth, shown: tuple[StationWorth, ...], say: Language) -> RowChart:
    """The rows and numbers that are drawn."""
    measure, base = BY_KEY[worth.by], worth.provenance.base
    changes = [loss.changes[worth.by] for loss in shown]
    columns = [
        NumberColumn(
            say("change (95 % CI)"), [intervals.in_figures(measure, c, say) for c in changes]
        ),
        NumberColumn(say("calls a day"), [say.number(loss.calls_per_day) for loss in shown]),
    ]
    if any(math.isfinite(loss.saved) for loss in shown):
        head = say("saves, {unit}", unit=costs.unit(base))
        columns.append(NumberColumn(head, [f"{loss.saved:,.0f}" for loss in shown]))
    return RowChart(
        measure,
        matters_of(base),
        [
            Row(words.what(worth, loss, say), change, loss.verdict)
            for loss, change in zip(shown, changes, strict=True)
        ],
        columns,
        title=measures.label_in(worth.provenance, measure, say),
        axis=row_chart.change_axis(measure, say),
    )
